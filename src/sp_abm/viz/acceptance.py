"""What outreach hangs on: results over all that acceptance may be, said alike in terminal, pages and reports."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from sp_abm.acceptance import AcceptanceRange, bounds, few_and_many
from sp_abm.caveats import OUTREACH_NOTE, goes_out
from sp_abm.comparison import COLUMNS, Comparison
from sp_abm.measures import MEASURES
from sp_abm.run import threads_for
from sp_abm.simulation import Simulation, checked_years
from sp_abm.viz.amounts import MISSING, decimals, number, scaled

if TYPE_CHECKING:
    from sp_abm.initialisation import Progress
    from sp_abm.places import Place
    from sp_abm.scenario import Scenario

MOST_SEEDS: Final = 3
KEY_MEASURES: Final = (
    "share_distress",
    "share_lonely",
    "referrals_per_1000_per_week",
    "mean_wait_weeks",
    "burnout_mean",
    "cost_total_gbp",
)
Ends = Mapping[str, tuple[float, float]]
"""Key measures of a run at the least and the greatest acceptance, by name."""
Rerun = Callable[["Scenario", "Scenario", int], Mapping[str, float]]
"""Returns the measures of (the scenario as it began, the scenario from week 0 on, seed)."""
Compared = TypeVar("Compared", bound=Comparison)


@dataclass(frozen=True)
class Shown:
    """A measure at both ends of acceptance, in the unit that a person reads."""

    label: str
    unit: str
    few: str
    many: str

    @property
    def range(self) -> str:
        """Return both ends, such as ``+0.2 to +0.9``; one that is alike at both is there once."""
        ends = (self.few, self.many)
        return MISSING if MISSING in ends else " to ".join(dict.fromkeys(ends))

    @property
    def in_words(self) -> str:
        """Return both ends in words, such as ``Wait for the first contact +0.2 to +0.9 weeks``."""
        return f"{self.label} {self.range} {'on a scale of ' if self.unit.startswith('0 to ') else ''}{self.unit}"


def with_acceptance(comparison: Compared, most_seeds: int = MOST_SEEDS, rerun: Rerun | None = None) -> Compared:
    """Return a comparison with what its arms come to with few and with many accepting, in the first few seeds.

    Where nobody goes out to people nothing is run.
    """
    seeds, run, found = comparison.seeds[:most_seeds], rerun or _rerun_of(comparison), {}
    for arm in range(1, len(comparison.arms)):
        if not is_concerned(comparison, arm):
            continue
        pairs = [[_ends(comparison, which, k, run) for which in (arm, 0)] for k in range(len(seeds))]
        few, many = np.mean([mine - base for mine, base in pairs], axis=0).tolist()
        differences = dict(zip(KEY_MEASURES, zip(few, many, strict=True), strict=True))
        found[comparison.arms[arm]] = AcceptanceRange(bounds(), seeds, differences)
    return replace(comparison, acceptance=found)


def is_concerned(comparison: Comparison, arm: int = 1) -> bool:
    """Say whether an arm, or the first one, goes out to people."""
    return any(goes_out(comparison.scenarios[each].levers) for each in (0, arm))


def _ends(comparison: Comparison, arm: int, position: int, rerun: Rerun) -> NDArray[np.float64]:
    """Return an arm's key measures for one seed with few and with many accepting, shape (2, measures).

    They are as they are where nobody is asked.
    """
    scenario, seed = comparison.scenario(arm, position), comparison.seeds[position]
    if not goes_out(scenario.levers):
        return np.stack([comparison.values[position, arm, [COLUMNS[name] for name in KEY_MEASURES]]] * 2)
    ends = [rerun(scenario, other, seed) for other in few_and_many(scenario)]
    return np.array([[end[name] for name in KEY_MEASURES] for end in ends])


def _rerun_of(comparison: Comparison) -> Rerun:
    """Return how arms of a comparison are run again where nothing is kept."""
    weeks = checked_years(comparison.years)

    def rerun(scenario: "Scenario", other: "Scenario", seed: int) -> Mapping[str, float]:
        start = Simulation.start(scenario, comparison.place, seed, weeks=weeks)
        return start.fork(other, weeks).run(weeks).results().values()

    return rerun


def ends_of_run(
    scenario: "Scenario",
    place: "Place",
    seed: int,
    years: float,
    *,
    switch_off: Iterable[str] = (),
    warm_up: bool = True,
    progress: "Progress",
) -> Ends:
    """Run a scenario again with few and with many accepting."""
    weeks, threads = checked_years(years), threads_for(place.residents)
    start = Simulation.start(
        scenario, place, seed, weeks=weeks, switch_off=switch_off, warm_up=warm_up, threads=threads
    )
    low, high = (start.fork(each, weeks).run(weeks, progress).results().summary for each in few_and_many(scenario))
    return {name: (float(low[name]), float(high[name])) for name in KEY_MEASURES}


def words_of_run(ends: Ends) -> str:
    """Return the range that acceptance leaves to a run's measures in words, or nothing where there is none."""
    if not ends:
        return ""
    low, high = bounds()
    said = "; ".join(_shown(name, *pair, is_signed=False).in_words for name, pair in ends.items())
    return f"From {low:.0%} to {high:.0%} accepting outreach, with the same people and luck: {said}."


def words_of_arm(comparison: Comparison, arm: int = 1, measures: Sequence[str] = KEY_MEASURES) -> str:
    """Return what must be said of an arm that differs in outreach, or nothing: the doubt, and the range it leaves."""
    if not is_concerned(comparison, arm):
        return ""
    return " ".join(filter(None, (OUTREACH_NOTE, range_in_words(comparison, arm, measures))))


def range_in_words(comparison: Comparison, arm: int = 1, measures: Sequence[str] = KEY_MEASURES) -> str:
    """Return the range that acceptance leaves to an arm's differences in words, or nothing where none is known."""
    if comparison.arms[arm] not in comparison.acceptance:
        return ""
    said = "; ".join(ends.in_words for ends in ends_of_arm(comparison, arm, measures))
    return f"Differences from {range_run(comparison, arm)}: {said}."


def range_run(comparison: Comparison, arm: int = 1) -> str:
    """Return between which ends of acceptance an arm was run, and how often."""
    found = comparison.acceptance[comparison.arms[arm]]
    low, high = found.accepting
    return f"{low:.0%} to {high:.0%} accepting ({len(found.seeds)} paired run{'s' if len(found.seeds) > 1 else ''})"


def ends_of_arm(comparison: Comparison, arm: int, measures: Sequence[str] = KEY_MEASURES) -> list[Shown]:
    """Return an arm's differences at both ends of acceptance as they are shown, of those measures that were kept."""
    found = comparison.acceptance[comparison.arms[arm]].differences
    return [_shown(name, *found[name], is_signed=True) for name in measures if name in found]


def _shown(name: str, low: float, high: float, *, is_signed: bool) -> Shown:
    """Return a measure at both ends as it is shown."""
    factor, unit = scaled(MEASURES[name].unit)
    places = decimals(max(abs(low), abs(high)) * factor, 2 if is_signed else 4)
    few, many = (number(end * factor, places, is_signed=is_signed) for end in (low, high))
    return Shown(MEASURES[name].label, unit, few, many)
