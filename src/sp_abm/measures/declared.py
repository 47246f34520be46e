"""What a measure is: a ratio of two tallies over a window of weeks, or a reading made of several.

`top` and `bottom` name tallies that the recorder writes each week (see `tallies`); an empty bottom makes a plain total.
Windows: the last 52 weeks, the whole run, or, for the funnel, people referred 26 to 78 weeks before the end. A paired
measure is taken of the difference between a run and another with the same people and luck: alone, a run has none.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sp_abm.tallies import Sums


class Window(StrEnum):
    """Which weeks a summary covers."""

    YEAR = "last 52 weeks"
    RUN = "whole run"
    FUNNEL = "people referred 26 to 78 weeks before the end"


class Kind(StrEnum):
    """A stock is a level at the end of a week, a flow happens over a week."""

    STOCK = "stock"
    FLOW = "flow"


class TheoryOfChange(StrEnum):
    """Where a measure stands between what is put in and what comes of it in the end."""

    INPUT = "input"
    ACTIVITY = "activity"
    OUTPUT = "output"
    OUTCOME = "outcome"
    IMPACT = "impact"


class Subject(StrEnum):
    """What a measure is about: the heading it is listed under."""

    PEOPLE = "People"
    IN_NEED = "People in need"
    REACHED = "People reached"
    MOVES = "People who move between stages"
    SERVICE = "Service"
    LINK_WORKERS = "Link workers"
    PRIMARY_CARE = "Primary care"
    COMMUNITY = "Community"
    MONEY = "Money"
    VALUE = "Value, against the first scenario"
    SYSTEM = "System"


@dataclass(frozen=True)
class Measure:
    """A declared output; `is_by_group` when it can be split by deprivation, age and sex.

    `derived` reads its value from the tallies where it is not a ratio of two; of people, it can be told of whom.
    """

    name: str
    label: str
    unit: str
    kind: Kind
    subject: Subject
    theory: TheoryOfChange
    top: str = ""
    bottom: str = ""
    scale: float = 1.0
    window: Window = Window.YEAR
    is_by_group: bool = False
    is_paired: bool = False
    derived: Callable[..., NDArray[np.float64]] | None = None

    def value(self, sums: "Sums") -> NDArray[np.float64]:
        """Return the measure of each stretch of weeks (or group), missing where there is nothing to divide by."""
        if self.derived:
            return self.derived(sums)
        return ratio(sums.of(self.top), sums.of(self.bottom) if self.bottom else 1.0) * self.scale


def ratio(top: NDArray[Any], bottom: NDArray[Any] | float) -> NDArray[np.float64]:
    """Return top over bottom, missing where there is nothing (or less) to divide by."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.asarray(bottom) > 0, np.asarray(top, np.float64) / bottom, np.nan)
