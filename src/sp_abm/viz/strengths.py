"""Strengths: what each link and loop adds to a plan's change, from real runs that are made now and kept."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.comparison import Difference, paired_difference, with_set
from sp_abm.loop_laboratory.laboratory import SHOWN
from sp_abm.loop_laboratory.runs import Way
from sp_abm.loop_laboratory.shares import WHOLE, batches, cuts, measured, n_runs
from sp_abm.loops import LINKS
from sp_abm.measures import MEASURES
from sp_abm.places import Place
from sp_abm.results import Results
from sp_abm.scenario import Scenario
from sp_abm.simulation import Simulation
from sp_abm.viz.amounts import decimals, scaled
from sp_abm.viz.findings import range_of
from sp_abm.viz.intervals import figures
from sp_abm.viz.material import Material, Strength
from sp_abm.viz.runs import Report, Shelf, Store, part_of
from sp_abm.vocabulary import WARM_UP_WEEKS, WEEKS_PER_YEAR

MOST_KEPT: Final = 2_000
"""Batches of cuts that are kept in memory."""
_DIGITS: Final = 2
Arms = tuple[Scenario, Scenario]
Sets = tuple[Mapping[str, float], ...]
Left = dict[str, list[float]]


@dataclass(frozen=True)
class Carried:
    """What a plan changes in each measure, and what every link and loop adds to that: it is gone with them cut."""

    plan: str
    seeds: tuple[int, ...]
    changes: Mapping[str, Difference]
    added: Mapping[str, Mapping[str, Difference]]
    n_sets: int = 0

    def said(self, name: str, measure: str) -> str:
        """Return what a link or loop adds, in the unit a person reads, with its interval where there is one."""
        return figures(*_ends(self.added[name], measure), self.places(measure))

    def places(self, measure: str) -> int:
        """Return with how many decimals the numbers of a measure are shown: two digits of the largest."""
        sizes = (abs(_ends(found, measure)[0]) for found in self.added.values())
        return decimals(max((size for size in sizes if isfinite(size)), default=0.0), _DIGITS)

    def material(self, measure: str) -> Material:
        """Return what the diagram of all links is drawn from; a link that adds nothing has no strength."""
        found = {name: Strength(*_ends(self.added[name], measure)) for name in LINKS}
        strengths = {name: each for name, each in found.items() if isfinite(each.mean) and each.mean}
        label, unit = MEASURES[measure].label.lower(), scaled(MEASURES[measure].unit)[1]
        if not strengths:
            return Material(strengths_of=f"No link adds to what {self.plan} changes in {label}")
        change = figures(*_ends(self.changes, measure), self.places(measure))
        words = f"what the link adds to the change of {label} ({unit}) by {self.plan}: {change} in all"
        if len(self.seeds) > 1:
            words += f"; its interval is of {range_of(self.n_sets)}"
        return Material(strengths=strengths, strengths_of=words)


def _ends(found: Mapping[str, Difference], measure: str) -> tuple[float, float, float]:
    """Return mean and ends of the interval of a measure, in the unit a person reads."""
    factor, each = scaled(MEASURES[measure].unit)[0], found[measure]
    return factor * each.mean, factor * each.low, factor * each.high


class Strengths:
    """What is left of a plan's change with every link and loop cut, kept by content; `store` makes the runs."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: Shelf[Left] = Shelf(MOST_KEPT)

    def carried(
        self, arms: Arms, place: Place, seeds: tuple[int, ...], years: int, report: Report, sets: Sets = ()
    ) -> Carried:
        """Return what the links and loops add to the second arm's change from the first; `report` may raise to stop.

        `sets` are parameter sets that the seeds take in turn.
        """
        values: list[Left] = []
        for position, seed in enumerate(seeds):
            left: Left = {}
            for batch, names in enumerate(batches()):
                part = 1 / len(seeds) / len(batches())
                note = part_of(report, position / len(seeds) + batch * part, part)
                left |= self._left(_turn(arms, sets, position), place, seed, years, names, note)
            values.append(left)
        whole = np.array([left[WHOLE] for left in values])
        rest = {name: np.array([left[name] for left in values]) for name in cuts()}
        added = {name: _by_measure(whole - each) for name, each in rest.items()}
        return Carried(arms[1].name, seeds, _by_measure(whole), added, min(len(sets), len(seeds)))

    def is_known(self, arms: Arms, place: Place, seeds: tuple[int, ...], years: int, sets: Sets = ()) -> bool:
        """Say whether all runs of a study are kept, so that it takes no time."""
        turns = ((_turn(arms, sets, position), seed) for position, seed in enumerate(seeds))
        keys = (_key(turn, place, seed, years, names) for turn, seed in turns for names in batches())
        return all(self._kept.get(key) is not None for key in keys)

    def _left(
        self,
        arms: Arms,
        place: Place,
        seed: int,
        years: int,
        names: tuple[str, ...],
        report: Report,
    ) -> Left:
        key = _key(arms, place, seed, years, names)
        found = self._kept.get(key)
        if found is None:
            way = self._way(2 + n_runs(names), report)
            found = measured(*arms, place, seed, years * WEEKS_PER_YEAR, SHOWN, names, way)
            self._kept.put(key, found)
        return found

    def _way(self, runs: int, report: Report) -> Way:
        """Return the way of somebody who waits: every week in its turn, with a report after it."""
        done = [0]

        def start(scenario: Scenario, place: Place, seed: int) -> Simulation:
            def note(week: float) -> None:
                report((done[0] + week / WARM_UP_WEEKS) / runs)

            base = self._store.base(scenario, place, seed, note)
            done[0] += 1
            return base

        def go(simulation: Simulation, weeks: int) -> Results:
            found = self._store.run(simulation, weeks, lambda week: report((done[0] + week / weeks) / runs), False)
            done[0] += 1
            return found

        return Way(start, go)


def _turn(arms: Arms, sets: Sets, position: int) -> Arms:
    """Return the arms of the seed at a position, with its set of parameters if there are any."""
    return with_set(arms[0], sets, position), with_set(arms[1], sets, position)


def _by_measure(values: NDArray[np.float64]) -> dict[str, Difference]:
    """Return the differences of values by seed and measure."""
    return {measure: paired_difference(values[:, place]) for place, measure in enumerate(SHOWN)}


def _key(arms: Arms, place: Place, seed: int, years: int, names: tuple[str, ...]) -> str:
    return json.dumps([place.key, place.content(), *(arm.hash for arm in arms), seed, years, names])
