"""Shares: what part of a plan's effect each link and each loop carries, found by cutting it."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.comparison import TOO_FEW, Difference, difference_of, paired_difference
from sp_abm.loop_laboratory.runs import AT_ONCE, Runs, Way
from sp_abm.loops import LINKS, LOOPS, Level
from sp_abm.places import Place
from sp_abm.results import Results
from sp_abm.scenario import Scenario

ALL, WHOLE = "all links", "whole"
_BATCH: Final = 12
NO_CHANGE: Final = "no clear change to share out"
Floats = NDArray[np.float64]


def n_runs(names: Sequence[str]) -> int:
    """Return how many runs these cuts of one seed take."""
    return 2 + len(names) + sum(not is_exact(cuts()[name]) for name in names)


def batches() -> list[tuple[str, ...]]:
    """Return the names of all cuts in batches, each of which is kept as soon as it is done."""
    names = list(cuts())
    return [tuple(names[k : k + _BATCH]) for k in range(0, len(names), _BATCH)]


def cuts() -> dict[str, tuple[str, ...]]:
    """Return what is cut in each run, by name: every link alone, the links of every loop, and all links together."""
    loops = {name: tuple(link for link, declared in LINKS.items() if name in declared.loops) for name in LOOPS}
    return {**{link: (link,) for link in LINKS}, **loops, ALL: tuple(LINKS)}


def is_exact(frozen: Sequence[str]) -> bool:
    """Say whether these links, frozen at a run's own signals, leave that run as it is.

    A link that works on citizens is frozen at its network's mean, which moves things even where the mean is the same.
    """
    return not any(LINKS[link].level is Level.PCN for link in frozen)


def measured(
    baseline: Scenario,
    plan: Scenario,
    place: Place,
    seed: int,
    weeks: int,
    measures: Sequence[str],
    names: Sequence[str],
    way: Way = AT_ONCE,
) -> dict[str, list[float]]:
    """Return by how much the plan changes each measure of one seed: whole, and left with each of the named cuts.

    A cut link is frozen, under the plan and under the baseline alike, at what came through it in the baseline.
    """
    before = Runs(baseline, place, seed, weeks, way)
    after = Runs(plan, place, seed, weeks, way)
    results, links = before.reference()
    today = _values(results, measures)
    left = {WHOLE: _values(after.run(), measures) - today}
    for name in names:
        frozen = cuts()[name]
        start = today if is_exact(frozen) else _values(before.run(frozen=frozen, at=links), measures)
        left[name] = _values(after.run(frozen=frozen, at=links), measures) - start
    return {name: change.tolist() for name, change in left.items()}


def _values(results: Results, measures: Sequence[str]) -> Floats:
    return np.asarray(results.summary[list(measures)], np.float64)


def share(whole: Floats, left: Floats) -> Difference:
    """Return what share of a change is gone when a link is cut, from pairs (one a seed): 1 is all of it.

    `whole` is the change in each pair, `left` what remains of it with the link cut. There is no share where the whole
    change is no more than luck.
    """
    change = paired_difference(whole)
    if not change.is_clear:
        return Difference(np.nan, np.nan, np.nan, TOO_FEW if whole.size < 2 else NO_CHANGE)
    return ratio_of_means(whole - left, whole)


def ratio_of_means(above: Floats, below: Floats) -> Difference:
    """Return the ratio of two means over pairs with its linearised 95% interval."""
    if not below.size or not below.mean():
        return Difference(np.nan, np.nan, np.nan, TOO_FEW)
    ratio = float(above.mean() / below.mean())
    return difference_of(ratio, (above - ratio * below) / abs(below.mean()))
