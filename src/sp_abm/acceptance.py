"""Acceptance of outreach: nothing is known about it, so that what outreach does is shown over its whole range."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sp_abm.caveats import OUTREACH_NOTE, goes_out
from sp_abm.parameters import all_facts

if TYPE_CHECKING:
    from sp_abm.scenario import Scenario

PARAMETER: Final = "outreach.p_accepts"


@dataclass(frozen=True)
class AcceptanceRange:
    """Mean differences of an arm from the first at the least and the greatest acceptance, by measure."""

    accepting: tuple[float, float]
    seeds: tuple[int, ...]
    differences: Mapping[str, tuple[float, float]]

    def as_dict(self) -> dict[str, Any]:
        """Return the range for machines."""
        return vars(self) | {"differences": dict(self.differences)}


@cache
def bounds() -> tuple[float, float]:
    """Return the least and the greatest share of the people met that may accept, at middling trust."""
    return next((fact.low, fact.high) for name, fact, _ in all_facts() if name == PARAMETER)


def note(levers: Mapping[str, Any]) -> str:
    """Return what must be said where a study is not run again over the range: the doubt, and how to see its ends."""
    ends = " and with ".join(f"--set {PARAMETER}={share:g}" for share in bounds())
    return f"{OUTREACH_NOTE} What it leaves open is seen with {ends}." if goes_out(levers) else ""


def few_and_many(scenario: "Scenario") -> "tuple[Scenario, Scenario]":
    """Return a scenario with as few, and with as many, accepting as may be."""
    few, many = (scenario.with_changes({PARAMETER: share}, "acceptance") for share in bounds())
    return few, many
