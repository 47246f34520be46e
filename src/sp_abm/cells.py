"""Cells: one run of a study, named by the hash of all that makes its numbers, and what came of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.kernels import SOURCE_HASH
from sp_abm.places import Place
from sp_abm.scenario import Scenario, load

DONE, FAILED, MISSING = "done", "failed", "missing"
_READERS: Final = ("measures/*.py", "results.py", "readings.py")
"""The sources that turn a run into measures; those of the rules are in `SOURCE_HASH`."""


@cache
def model_version() -> str:
    """Return a short hash of the sources that a measure's value depends on."""
    digest = sha256(SOURCE_HASH.encode())
    for pattern in _READERS:
        for path in sorted(Path(__file__).parent.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@dataclass(frozen=True)
class Cell:
    """A run to make: `against` is the scenario that paired measures compare it with, if any is asked for.

    `panel` is how many persons are followed, if any; `events` asks for the log of every change of state.
    """

    scenario: Scenario
    against: Scenario | None
    place: Place
    seed: int
    weeks: int
    measures: tuple[str, ...]
    weekly: bool
    panel: int | None = None
    events: bool = False

    @cached_property
    def hash(self) -> str:
        """Return the sha256 of the resolved content: two cells of one hash have the same numbers."""
        content = {
            "model": model_version(),
            "scenario": _resolved(self.scenario),
            "against": _resolved(self.against) if self.against else None,
            "place": self.place.content(),
            "seed": self.seed,
            "weeks": self.weeks,
            "measures": self.measures,
            "weekly": self.weekly,
            **({"panel": self.panel} if self.panel else {}),
            **({"events": True} if self.events else {}),
        }
        return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    @property
    def start(self) -> tuple[Any, ...]:
        """Return what the state after the warm-up depends on, so that cells alike in it may share that state."""
        return self.seed, self.scenario.warm_up, tuple(sorted(self.scenario.parameters.items()))


def _resolved(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario's content with the levers of its warm-up in place of their name."""
    return {**scenario.content(), "warm_up": _warm_up_levers(scenario.warm_up)}


@cache
def _warm_up_levers(name: str) -> list[float]:
    levers: list[float] = load(name).timeline(1)[0].tolist()
    return levers


@dataclass(frozen=True)
class Ran:
    """What came of a cell: `values` has the summary in its first row, then the weeks if asked for; by measure.

    `tables` are what else was asked for, its panel and its events, as Parquet files, and `digests` their hashes; read
    from a store, a cell has the hashes only.
    """

    hash: str
    status: str
    error: str
    seconds: float
    values: NDArray[np.float64] = field(repr=False)
    digests: Mapping[str, str] = field(default_factory=dict, repr=False)
    tables: Mapping[str, bytes] = field(default_factory=dict, repr=False)


def failed(cell: Cell, error: str, seconds: float = np.nan) -> Ran:
    """Return what came of a cell that did not end well: a row without numbers that says why."""
    return Ran(cell.hash, FAILED, error, seconds, np.full((1, len(cell.measures)), np.nan))
