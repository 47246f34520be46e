"""Tipping: from which level of support on the yearly review stops taking posts away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.comparison import Difference, paired_difference
from sp_abm.loop_laboratory.runs import Runs
from sp_abm.places import Place
from sp_abm.scenario import Scenario
from sp_abm.vocabulary import WEEKS_PER_YEAR, InvestmentRule, InvestmentSignal

LEVELS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
YEARS: Final = 10
RESPONSE: Final = 1.0
RULES: Final = tuple((rule.value, signal.value) for rule in InvestmentRule for signal in InvestmentSignal)
NO_REVIEW: Final = ("no review", "-")
"""Money as the scenario has it: with today's, it does not answer."""

FOUND, EVERYWHERE, NOWHERE, UNCLEAR = "found", "posts hold at every level", "no tipping point", "unclear"


def with_review(scenario: Scenario, rule: str, signal: str, response: float = RESPONSE) -> Scenario:
    """Return the scenario under a review that moves money by a rule and a signal."""
    review = {"investment_response": response, "investment_rule": rule, "investment_signal": signal}
    return scenario.with_changes(review, "the review")


def drift(scenario: Scenario, place: Place, seed: int, level: float) -> float:
    """Return the yearly drift of funded posts over ten years, as a share of the first year's, one seed.

    `level` is the support that arrives on every channel from week 0 on: nothing of what is promised is lost.
    """
    support = {"support_level": level, "staffing.share_support_delivered": 1.0}
    results = Runs(scenario.with_changes(support, "support"), place, seed, YEARS * WEEKS_PER_YEAR).run()
    return yearly_drift(results.tally("fte_funded"))


def yearly_drift(posts: NDArray[np.float64]) -> float:
    """Return the slope of a straight line through the years' mean posts, over the first year's; 0 without posts."""
    years = posts.reshape(-1, WEEKS_PER_YEAR).mean(axis=1)
    if not years[0]:
        return 0.0
    return float(np.polyfit(np.arange(years.size), years / years[0], 1)[0])


@dataclass(frozen=True)
class TippingPoint:
    """The level at which posts stop falling, its interval, or in words why there is none; `drifts` by level."""

    level: float
    low: float
    high: float
    verdict: str
    drifts: tuple[Difference, ...]


def tipping_point(drifts: Mapping[float, Sequence[float]]) -> TippingPoint:
    """Return where drifts of posts by level of support, one a seed, cross 0 from below.

    The point is where the mean crosses 0 for the last time; the interval holds every level at which a drift of 0 lies
    inside the 95% interval. Where the interval of no level leaves out 0 the answer is unclear.
    """
    levels = np.array(sorted(drifts))
    found = tuple(paired_difference(np.asarray(drifts[level], float)) for level in levels)
    mean, low, high = (np.array([getattr(one, part) for one in found]) for part in ("mean", "low", "high"))
    falls, holds = high < 0, low >= 0
    if not falls.any():
        verdict = EVERYWHERE if holds.any() or not np.isfinite(low).all() else UNCLEAR
        return TippingPoint(np.nan, np.nan, np.nan, verdict, found)
    if mean[-1] < 0:
        return TippingPoint(np.nan, np.nan, np.nan, NOWHERE if falls[-1] else UNCLEAR, found)
    return TippingPoint(_crossing(levels, mean), _crossing(levels, high), _crossing(levels, low), FOUND, found)


def _crossing(levels: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    """Return the level at which values rise through 0 for the last time; the ends where they never do."""
    below = np.flatnonzero(values < 0)
    if not below.size:
        return float(levels[0])
    k = int(below[-1])
    if k == levels.size - 1:
        return float("nan")
    return float(levels[k] - values[k] * (levels[k + 1] - levels[k]) / (values[k + 1] - values[k]))
