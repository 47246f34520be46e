"""Pooling: from what each seed's worlds gave to one statistic with its interval.

Every seed gives rows of numbers; the statistic is a function of all seeds' rows together, so that small worlds are
pooled before anything is divided. Its 95% interval is that of the jackknife over seeds: leave one out at a time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sp_abm.comparison import CONFIDENCE
from sp_abm.regression import logistic

if TYPE_CHECKING:
    from sp_abm.validation.worlds import Worlds

Floats = NDArray[np.float64]
Seen = Callable[["Worlds"], Floats]
Value = Callable[[Floats], float]


@dataclass(frozen=True)
class Statistic:
    """How a row of the targets is computed: what each seed's worlds give, and the value of all of it together."""

    seen: Seen
    value: Value


@dataclass(frozen=True)
class Interval:
    """A model's value of a statistic, with the interval of its mean over seeds; missing numbers are NaN."""

    low: float
    mean: float
    high: float


def pooled(value: Value, by_seed: Sequence[Floats]) -> Interval:
    """Return the value of all seeds' rows and its 95% jackknife interval."""
    from scipy.stats import t

    everything = _value(value, by_seed)
    n = len(by_seed)
    if n < 2:
        return Interval(np.nan, everything, np.nan)
    without = np.array([_value(value, [*by_seed[:k], *by_seed[k + 1 :]]) for k in range(n)])
    error = np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum())
    half = float(t.ppf(0.5 + CONFIDENCE / 2, n - 1) * error)
    return Interval(everything - half, everything, everything + half)


def _value(value: Value, by_seed: Sequence[Floats]) -> float:
    with np.errstate(divide="ignore", invalid="ignore"):
        found = value(np.concatenate(by_seed))
    return float(found) if np.isfinite(found) else np.nan


def one(*numbers: float) -> Floats:
    """Return one row of numbers."""
    return np.array([numbers], np.float64)


def mean(rows: Floats) -> float:
    """Return the mean of the first column."""
    return float(rows[:, 0].mean()) if rows.size else np.nan


def ratio(rows: Floats) -> float:
    """Return the sum of the first column over that of the second."""
    top, bottom = rows.sum(axis=0)
    return float(np.divide(top, bottom))


def change(rows: Floats) -> float:
    """Return by how much a ratio (columns 1 and 2) lies above another (columns 3 and 4), as a part of it."""
    top, bottom, first_top, first_bottom = rows.sum(axis=0)
    return float(np.divide(top, bottom) / np.divide(first_top, first_bottom) - 1)


def ratio_of_ratios(rows: Floats) -> float:
    """Return a ratio (columns 1 and 2) over another (columns 3 and 4)."""
    return change(rows) + 1


def odds_ratio(rows: Floats) -> float:
    """Return the odds of an event in one group over another: columns yes and no of the one, yes and no of the other."""
    yes, no, yes_other, no_other = rows.sum(axis=0)
    return float(np.divide(yes * no_other, no * yes_other))


def correlation(rows: Floats) -> float:
    """Return the correlation of the first two columns, row by row."""
    return float(np.corrcoef(rows[:, 0], rows[:, 1])[0, 1]) if len(rows) > 2 else np.nan


def standardised(rows: Floats) -> float:
    """Return a group's mean less another's, in standard deviations within them.

    Columns: number, sum, sum of squares of the one, then of the other.
    """
    n, total, squares, n_other, total_other, squares_other = rows.sum(axis=0)
    average, average_other = total / n, total_other / n_other
    variance = (squares / n - average**2 + squares_other / n_other - average_other**2) / 2
    return float((average - average_other) / np.sqrt(variance))


def moments(values: Floats) -> tuple[float, float, float]:
    """Return number, sum and sum of squares."""
    return float(values.size), float(values.sum()), float((values**2).sum())


def per_deviation(rows: Floats) -> float:
    """Return a mean change in standard deviations of a reading.

    Columns: people changed, their sum of changes, then number, sum and sum of squares of the readings.
    """
    n, total, n_read, sum_read, squares = rows.sum(axis=0)
    return float((total / n) / np.sqrt(squares / n_read - (sum_read / n_read) ** 2))


def odds_ratio_per_deviation(rows: Floats) -> float:
    """Return the odds ratio of an outcome (column 1) for one standard deviation of a cause (2), others (3 on) fixed."""
    if not (len(rows) and np.ptp(rows[:, 1])):
        return np.nan
    return float(np.exp(logistic(rows[:, 1:], rows[:, 0] > 0).weights[0]))


def within_pairs(rows: Floats) -> float:
    """Return the intraclass correlation of pairs: columns pairs, sum of products, of values, of squared values."""
    pairs, products, total, squares = rows.sum(axis=0)
    average = total / pairs
    return float((products / pairs - average**2) / (squares / pairs - average**2))


def ended_by(age: int) -> Value:
    """Return the share of what was followed that had ended by an age, those lost on the way at risk until then.

    Each seed gives one row: numbers at risk at ages 1, 2, ..., then as many of those that ended (`exits_by_age`).
    """

    def value(rows: Floats) -> float:
        at_risk, ended = np.split(rows.sum(axis=0), 2)
        return float(1 - np.prod(1 - ended[:age] / at_risk[:age]))

    return value


def hazard_ratio(first: slice, second: slice) -> Value:
    """Return the hazard of ending at some ages over that at others, from the same rows as `ended_by`."""

    def value(rows: Floats) -> float:
        at_risk, ended = np.split(rows.sum(axis=0), 2)
        return float((ended[first].sum() / at_risk[first].sum()) / (ended[second].sum() / at_risk[second].sum()))

    return value


def exits_by_age(
    entry: NDArray[np.bool_], is_over: NDArray[np.bool_], stays: NDArray[np.bool_], longest: int
) -> Floats:
    """Follow everybody from each entry until it is over, they go, or the longest age: at risk and ended, by age.

    All three have shape (weeks, people). An entry in a week is of age 0 then; what is over a week later ended at age
    1. Returns at risk at ages 1..longest, then ended, as one row.
    """
    at_risk, ended = np.zeros(longest + 1), np.zeros(longest + 1)
    age = np.full(entry.shape[1], -1)
    for week in range(entry.shape[0]):
        age[~stays[week]] = -1
        is_followed = age >= 0
        age[is_followed] += 1
        has_ended = is_followed & is_over[week]
        at_risk += np.bincount(age[is_followed], minlength=longest + 1)
        ended += np.bincount(age[has_ended], minlength=longest + 1)
        age[has_ended | (age == longest)] = -1
        age[entry[week] & (age < 0)] = 0
    return np.concatenate([at_risk[1:], ended[1:]])[None]
