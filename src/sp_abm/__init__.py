"""sp_abm: an agent-based model of social prescribing as a social system.

Public names are loaded when first used, so that importing the package is cheap.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "simulate": "sp_abm.run",
    "simulate_many": "sp_abm.lanes",
    "compare": "sp_abm.comparison",
    "Results": "sp_abm.results",
    "Scenario": "sp_abm.scenario",
    "SocialPrescribingModel": "sp_abm.model",
    "open_study": "sp_abm.opened",
    "evaluate": "sp_abm.evaluation.laboratory",
    "plausible_sets": "sp_abm.plausible",
}

__all__ = [
    "Results",
    "Scenario",
    "SocialPrescribingModel",
    "__version__",
    "compare",
    "evaluate",
    "open_study",
    "plausible_sets",
    "simulate",
    "simulate_many",
]

if TYPE_CHECKING:
    from sp_abm.comparison import compare
    from sp_abm.evaluation.laboratory import evaluate
    from sp_abm.lanes import simulate_many
    from sp_abm.model import SocialPrescribingModel
    from sp_abm.opened import open_study
    from sp_abm.plausible import plausible_sets
    from sp_abm.results import Results
    from sp_abm.run import simulate
    from sp_abm.scenario import Scenario


def __getattr__(name: str) -> Any:
    """Load a public name from its home on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'sp_abm' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
