"""Quantities: what an analysis is of, a measure in an arm or its paired difference from the first, at every point."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sp_abm.cells import DONE, FAILED, MISSING
from sp_abm.comparison import Difference, paired_difference
from sp_abm.designs import Point
from sp_abm.errors import BadFile, BadValue, unknown
from sp_abm.measures import MEASURES, Measure
from sp_abm.opened import OpenStudy
from sp_abm.study import Study

if TYPE_CHECKING:
    import pandas as pd

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Quantity:
    """A measure at every point and replication: `values` has shape (points, replications), missing where no run is.

    With `against` named it is the difference of `arm` from that arm, with the same luck; else the level in `arm`.
    """

    study: Study
    measure: Measure
    arm: str
    against: str
    points: tuple[Point, ...]
    values: Values

    @property
    def is_difference(self) -> bool:
        """Say whether 0 means that the arm changes nothing; so it does for measures that are paired by themselves."""
        return bool(self.against) or self.measure.is_paired

    @property
    def label(self) -> str:
        """Return what the quantity is, in words."""
        name, arm, other = self.measure.label, self.arm.replace("-", " "), self.against.replace("-", " ")
        return f"{name}, ‘{arm}’ minus ‘{other}’" if other else f"{name} in ‘{arm}’"

    @cached_property
    def means(self) -> Values:
        """Return the mean over replications at every point."""
        return np.asarray(np.nanmean(self.values, axis=1), np.float64)

    @cached_property
    def balanced(self) -> Values:
        """Return the replications that all points have, shape (points, replications)."""
        return self.values[:, np.isfinite(self.values).all(axis=0)]

    def at(self, point: int) -> Difference:
        """Return mean, interval and verdict (against 0) at a point."""
        row = self.values[point]
        return paired_difference(row[np.isfinite(row)])

    def column(self, factor: str) -> list[Any]:
        """Return the value of a factor at every point; raises `UnknownName` with the nearest factor."""
        if factor not in self.study.factor_names:
            raise unknown("factor of this study", factor, self.study.factor_names)
        return [point.get(factor) for point in self.points]


def quantity(
    opened: OpenStudy, measure: str, arm: str = "", *, is_level: bool = False, may_be_missing: bool = False
) -> Quantity:
    """Return what the runs of a finished study say of a measure in an arm, by default the second of two.

    It is the paired difference from the first arm, unless `is_level` or there is one arm only. Raises `UnknownName`
    or `BadValue` for what the study does not hold, and if runs are missing. Runs that failed are left out; a point
    without any value is refused unless it `may_be_missing`.
    """
    check_finished(opened)
    study = opened.study
    declared = checked_measure(opened, measure)
    arms = list(study.arms)
    chosen = _arm(arms, arm)
    against = arms[0] if chosen != arms[0] and not is_level and not declared.is_paired else ""
    if declared.is_paired and chosen == arms[0]:
        raise BadValue(f"{measure} compares an arm with the first, {arms[0]}: the first itself has none.")
    values = _table(opened, measure, chosen)
    if against:
        values = values - _table(opened, measure, against)
    points = tuple(study.design.points(study.factors))
    if len(points) != len(values):
        raise BadFile("The plan of this store is not that of its study. Resume the sweep to have it made again.")
    found = Quantity(study, declared, chosen, against, points, values)
    empty = np.flatnonzero(~np.isfinite(values).any(axis=1))
    if empty.size and not may_be_missing:
        raise BadValue(f"{found.label} has no value at point {empty[0]} {dict(points[empty[0]])}: no run gave one.")
    return found


def check_finished(opened: OpenStudy) -> None:
    """Raise `BadValue` if runs are missing; those that failed are none to wait for."""
    counts = opened.runs["status"].value_counts()
    missing, failed, done = (int(counts.get(status, 0)) for status in (MISSING, FAILED, DONE))
    if missing or not done:
        raise BadValue(
            f"{missing:,} of {len(opened.runs):,} runs of {opened.facts['name']!r} are missing and {failed:,} failed: "
            "finish the sweep first (sp-abm resume)."
        )


def checked_measure(opened: OpenStudy, measure: str) -> Measure:
    """Return a measure that the study keeps, or raise `UnknownName` with the nearest one."""
    kept = list(opened.facts["measures"])
    if measure not in kept:
        raise unknown("measure that this study keeps", measure, kept)
    return MEASURES[measure]


def _arm(arms: list[str], arm: str) -> str:
    if arm and arm not in arms:
        raise unknown("arm of this study", arm, arms)
    if not arm and len(arms) > 2:
        raise BadValue(f"The study has several arms: name one of {', '.join(arms)}.")
    return arm or arms[-1]


def _table(opened: OpenStudy, measure: str, arm: str) -> Values:
    """Return a measure in an arm, shape (points, replications), missing where no run is done."""
    runs: pd.DataFrame = opened.runs.join(opened.summary[[measure]])
    shape = int(runs["point"].max()) + 1, int(runs["replication"].max()) + 1
    values = np.full(shape, np.nan)
    own = runs[runs["arm"] == arm]
    values[own["point"].to_numpy(), own["replication"].to_numpy()] = own[measure].to_numpy(np.float64)
    return values
