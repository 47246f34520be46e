"""What outreach hangs on: nothing is known about how many accept, so its results are shown over the whole range."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sp_abm.caveats import OUTREACH_NOTE, goes_out
from sp_abm.measures import MEASURES
from sp_abm.viz.amounts import MISSING, decimals, number, scaled

if TYPE_CHECKING:
    from sp_abm.comparison import Comparison
    from sp_abm.initialisation import Progress
    from sp_abm.places import Place
    from sp_abm.scenario import Scenario

PARAMETER: Final = "outreach.p_accepts"
MOST_SEEDS: Final = 3
KEY_MEASURES: Final = (
    "share_distress",
    "share_lonely",
    "referrals_per_1000_per_week",
    "mean_wait_weeks",
    "burnout_mean",
    "cost_total_gbp",
)


@dataclass(frozen=True)
class AcceptanceRange:
    """Mean differences from the first arm at the least and the greatest acceptance, by measure."""

    accepting: tuple[float, float]
    seeds: tuple[int, ...]
    differences: Mapping[str, tuple[float, float]]


Ranges = Mapping[str, AcceptanceRange]
"""By the name of the arm."""
Ends = Mapping[str, tuple[float, float]]
"""Key measures of a run at the least and the greatest acceptance, by name."""


def acceptance_ranges(comparison: "Comparison", most_seeds: int = MOST_SEEDS) -> dict[str, AcceptanceRange]:
    """Run arms that use outreach again with few and with many accepting, in the first few seeds."""
    from sp_abm.comparison import COLUMNS

    bounds, seeds = _bounds(), comparison.seeds[:most_seeds]
    ranges = {}
    for arm in range(1, len(comparison.arms)):
        if not _is_concerned(comparison, arm):
            continue
        low, high = (
            np.mean([_values(comparison, arm, p, s) - _values(comparison, 0, p, s) for s in range(len(seeds))], axis=0)
            for p in bounds
        )
        differences = {name: (float(low[COLUMNS[name]]), float(high[COLUMNS[name]])) for name in KEY_MEASURES}
        ranges[comparison.arms[arm]] = AcceptanceRange(bounds, seeds, differences)
    return ranges


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
    from sp_abm.run import threads_for
    from sp_abm.simulation import Simulation, checked_years

    weeks, threads = checked_years(years), threads_for(place.residents)
    start = Simulation.start(
        scenario, place, seed, weeks=weeks, switch_off=switch_off, warm_up=warm_up, threads=threads
    )
    few, many = (scenario.with_changes({PARAMETER: p}, "acceptance") for p in _bounds())
    low, high = (start.fork(each, weeks).run(weeks, progress).results().summary for each in (few, many))
    return {name: (float(low[name]), float(high[name])) for name in KEY_MEASURES}


def words_of_run(ends: Ends) -> str:
    """Return the range that acceptance leaves to a run's measures in words, or nothing where there is none."""
    if not ends:
        return ""
    low, high = _bounds()
    said = "; ".join(_words(name, *pair, is_signed=False) for name, pair in ends.items())
    return f"From {low:.0%} to {high:.0%} accepting outreach, with the same people and luck: {said}."


def _bounds() -> tuple[float, float]:
    """Return the least and the greatest share to accept."""
    from sp_abm.parameters import all_facts

    return next((fact.low, fact.high) for name, fact, _ in all_facts() if name == PARAMETER)


def _is_concerned(comparison: "Comparison", arm: int) -> bool:
    """Say whether an arm, or the first one, goes out to people."""
    return any(goes_out(comparison.scenarios[each].levers) for each in (0, arm))


def _values(comparison: "Comparison", arm: int, p_accepts: float, position: int) -> Any:
    """Return an arm's measures for one seed were that share to accept; as they are where nobody is asked."""
    from sp_abm.simulation import Simulation, checked_years

    scenario, seed = comparison.scenario(arm, position), comparison.seeds[position]
    if not goes_out(scenario.levers):
        return comparison.values[position, arm]
    weeks = checked_years(comparison.years)
    start = Simulation.start(scenario, comparison.place, seed, weeks=weeks)
    other = scenario.with_changes({PARAMETER: p_accepts}, "acceptance")
    return start.fork(other, weeks).run(weeks).results().summary.to_numpy(np.float64)


def outreach_words(comparison: "Comparison", arm: int, ranges: Ranges) -> str:
    """Return what must be said of an arm that differs in outreach, or nothing: the doubt, and the range it leaves."""
    if not _is_concerned(comparison, arm):
        return ""
    found = ranges.get(comparison.arms[arm])
    if found is None:
        return OUTREACH_NOTE
    low, high = found.accepting
    runs = f"{len(found.seeds)} paired run{'s' if len(found.seeds) > 1 else ''}"
    said = "; ".join(_words(name, *ends) for name, ends in found.differences.items())
    return f"{OUTREACH_NOTE} Differences from {low:.0%} to {high:.0%} accepting ({runs}): {said}."


def _words(name: str, low: float, high: float, *, is_signed: bool = True) -> str:
    """Return an amount at both ends of the range, such as ``Wait for the first contact +0.2 to +0.9 weeks``."""
    factor, unit = scaled(MEASURES[name].unit)
    places = decimals(max(abs(low), abs(high)) * factor, 2 if is_signed else 4)
    ends = [number(end * factor, places, is_signed=is_signed) for end in (low, high)]
    range_ = MISSING if MISSING in ends else " to ".join(ends)
    return f"{MEASURES[name].label} {range_} {'on a scale of ' if unit.startswith('0 to ') else ''}{unit}"


def as_dict(ranges: Ranges) -> dict[str, Any]:
    """Return the ranges for machines."""
    return {arm: vars(found) | {"differences": dict(found.differences)} for arm, found in ranges.items()}
