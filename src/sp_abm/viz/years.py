"""Years: what a run's tallies come to in the 52 weeks before a week, and by week as calm lines."""

from typing import Final

import numpy as np

from sp_abm.results import Results
from sp_abm.tallies import Sums
from sp_abm.viz.axes import Series
from sp_abm.vocabulary import WEEKS_PER_YEAR

SMOOTH_WEEKS: Final = 4
"""Weeks of the rolling mean that calms noisy lines."""


def year_ends(results: Results) -> list[int]:
    """Return the weeks in which a whole year ends, and the last week."""
    ends = list(range(WEEKS_PER_YEAR, results.n_weeks, WEEKS_PER_YEAR))
    return [*ends, results.n_weeks]


def in_year(results: Results, tally: str, end: int | None = None) -> float:
    """Return the sum of a tally over the (up to) 52 weeks before a week, by default the end."""
    end = results.n_weeks if end is None else end
    return float(results.tally(tally)[max(0, end - WEEKS_PER_YEAR) : end].sum())


def ratio_in_year(results: Results, top: str, bottom: str, end: int | None = None) -> float:
    """Return the ratio of two tallies over the (up to) 52 weeks before a week; missing where the bottom is 0."""
    below = in_year(results, bottom, end)
    return in_year(results, top, end) / below if below > 0 else np.nan


def by_week(results: Results, top: str, bottom: str, smooth: int = SMOOTH_WEEKS) -> Series:
    """Return the ratio of two tallies by week, each the mean of the last `smooth` weeks that are known."""
    values, below = results.tally(top), results.tally(bottom)
    with np.errstate(divide="ignore", invalid="ignore"):
        return rolling_mean(np.where(below > 0, values / below, np.nan), smooth)


def rolling_ratio(results: Results, top: str, bottom: str, weeks: int = WEEKS_PER_YEAR) -> Series:
    """Return the ratio of two tallies over the (up to) `weeks` weeks before the end of each week."""
    above, below = (rolling_sum(results.tally(name), weeks) for name in (top, bottom))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Series = np.where(below > 0, above / below, np.nan)
    return ratio


def rolling_sum(values: Series, weeks: int) -> Series:
    """Return the sum of the (up to) `weeks` values before the end of each week."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    ends = np.arange(1, values.size + 1)
    summed: Series = total[ends] - total[np.maximum(0, ends - weeks)]
    return summed


def rolling_mean(values: Series, weeks: int) -> Series:
    """Return the mean of the last `weeks` known values at each week; missing where the week is."""
    is_there = np.isfinite(values)
    total = np.convolve(np.where(is_there, values, 0.0), np.ones(weeks))[: values.size]
    count = np.convolve(is_there.astype(float), np.ones(weeks))[: values.size]
    mean: Series = np.where(is_there, total / np.maximum(count, 1.0), np.nan)
    return mean


def by_fifth(results: Results, tally: str) -> Series:
    """Return the sum of a tally of people over the last (up to) 52 weeks by deprivation fifth, most deprived first."""
    last = slice(max(0, results.n_weeks - WEEKS_PER_YEAR), results.n_weeks)
    found: Series = Sums(results.system[last], results.people[last]).by_fifth(tally).sum(axis=0)
    return found
