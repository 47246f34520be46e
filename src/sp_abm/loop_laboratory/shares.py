"""Shares: what part of a plan's effect each link and each loop carries, found by cutting it."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.comparison import CLEAR, CONFIDENCE, ENOUGH_PAIRS, TOO_FEW, UNCLEAR, Difference, paired_difference
from sp_abm.loop_laboratory.runs import Runs
from sp_abm.loops import LINKS, LOOPS
from sp_abm.places import Place
from sp_abm.results import Results
from sp_abm.scenario import Scenario

ALL: Final = "all links"
NO_CHANGE: Final = "no clear change to share out"
Floats = NDArray[np.float64]


def cuts() -> dict[str, tuple[str, ...]]:
    """Return what is cut in each run, by name: every link alone, the links of every loop, and all links together."""
    loops = {name: tuple(link for link, declared in LINKS.items() if name in declared.loops) for name in LOOPS}
    return {**{link: (link,) for link in LINKS}, **loops, ALL: tuple(LINKS)}


def measured(
    baseline: Scenario, plan: Scenario, place: Place, seed: int, weeks: int, measures: Sequence[str]
) -> dict[str, list[float]]:
    """Return the measures of one seed under the baseline, the plan, and the plan with each cut, by name.

    A cut link is frozen at what came through it in the baseline.
    """
    today, links = Runs(baseline, place, seed, weeks).reference()
    runs = Runs(plan, place, seed, weeks)
    found = {"baseline": today, "plan": runs.run()}
    values = {name: _values(results, measures) for name, results in found.items()}
    for name, frozen in cuts().items():
        values[name] = _values(runs.run(frozen=frozen, at=links), measures)
    return values


def _values(results: Results, measures: Sequence[str]) -> list[float]:
    summary = results.summary
    return [float(summary[measure]) for measure in measures]


def share(whole: Floats, left: Floats) -> Difference:
    """Return what share of a change is gone when a link is cut, from pairs (one a seed): 1 is all of it.

    `whole` is the change in each pair, `left` what remains of it with the link cut. There is no share where the whole
    change is no more than luck.
    """
    change = paired_difference(whole)
    if not (change.low > 0 or change.high < 0):
        return Difference(np.nan, np.nan, np.nan, TOO_FEW if whole.size < 2 else NO_CHANGE)
    return ratio_of_means(whole - left, whole)


def ratio_of_means(above: Floats, below: Floats) -> Difference:
    """Return the ratio of two means over pairs with its linearised 95% interval."""
    from scipy.stats import t

    n = below.size
    if not n or not below.mean():
        return Difference(np.nan, np.nan, np.nan, TOO_FEW)
    ratio = float(above.mean() / below.mean())
    if n < 2:
        return Difference(ratio, np.nan, np.nan, TOO_FEW)
    rest = above - ratio * below
    half = float(t.ppf(0.5 + CONFIDENCE / 2, n - 1) * rest.std(ddof=1) / np.sqrt(n) / abs(below.mean()))
    low, high = ratio - half, ratio + half
    verdict = TOO_FEW if n < ENOUGH_PAIRS else CLEAR if low > 0 or high < 0 else UNCLEAR
    return Difference(ratio, low, high, verdict)
