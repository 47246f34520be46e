"""Runs: what a page asks for, made in a thread that can be stopped, one at a time, and kept by content."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from threading import Condition, Event, Lock
from typing import Any, Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from sp_abm.comparison import Comparison, stage_moves, values_of, with_set
from sp_abm.places import Place
from sp_abm.results import Results
from sp_abm.run import threads_for
from sp_abm.scenario import Scenario
from sp_abm.simulation import Simulation
from sp_abm.viz.acceptance import with_acceptance
from sp_abm.viz.courses import Course, course
from sp_abm.vocabulary import WARM_UP_WEEKS, WEEKS_PER_YEAR

MOST_BYTES: Final = 300_000_000
"""Bytes of all results together that are kept in memory; those used longest ago go first."""
MOST_PAIRS: Final = 4_000
MOST_RESIDENTS: Final = 600_000
"""Residents of all warmed worlds together that are kept in memory."""
_SECONDS_BETWEEN_REPORTS: Final = 0.5
"""Long enough that a run on the small town, which a lever waits for, is not held up by drawing how far it is."""
_SECONDS_OF_GIVING_WAY: Final = 0.4
Made = TypeVar("Made")
Kept = TypeVar("Kept")

Report = Callable[[float], None]
"""Called with the share of the work that is done, 0 to 1."""


class Stopped(Exception):
    """A run was stopped, because nobody waits for it any more."""


class Turns:
    """Lets one run at a time take a week; what somebody waits for goes before what only makes a range narrower."""

    def __init__(self) -> None:
        self._free = Condition()
        self._is_taken = False
        self._n_urgent = 0

    @contextmanager
    def urgent(self, is_urgent: bool) -> Iterator[None]:
        """Say that a run is waited for as long as this is open."""
        with self._free:
            self._n_urgent += is_urgent
        try:
            yield
        finally:
            with self._free:
                self._n_urgent -= is_urgent
                self._free.notify_all()

    def give_way(self) -> None:
        """Wait while somebody waits for a run, but no longer than a run of the small town takes."""
        with self._free:
            self._free.wait_for(lambda: not self._n_urgent, _SECONDS_OF_GIVING_WAY)

    @contextmanager
    def week(self, is_urgent: bool) -> Iterator[None]:
        """Wait for a turn, and give it back at the end."""
        with self._free:
            self._free.wait_for(lambda: not self._is_taken and (is_urgent or not self._n_urgent))
            self._is_taken = True
        try:
            yield
        finally:
            with self._free:
                self._is_taken = False
                self._free.notify_all()  # waking one alone might wake one who must go on waiting


class Shelf(Generic[Kept]):
    """Things by name; those used longest ago go when they weigh too much together."""

    def __init__(self, most: int, weight: Callable[[Kept], int] = lambda _: 1) -> None:
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._most, self._weight = most, weight
        self._lock = Lock()

    def get(self, key: str) -> Kept | None:
        """Return what is kept by a name, if it is there."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: str, thing: Kept) -> None:
        """Keep a thing by a name."""
        with self._lock:
            self._kept[key] = thing
            self._kept.move_to_end(key)
            while len(self._kept) > 1 and sum(map(self._weight, self._kept.values())) > self._most:
                self._kept.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept)


@dataclass(frozen=True)
class Pair:
    """A plan beside the baseline with the same luck: its measures, who moved, and its course by week."""

    values: NDArray[np.float64]
    moves: NDArray[np.float64]
    course: Course


@dataclass(frozen=True)
class Paired(Comparison):
    """A comparison with the courses of every run, (seeds, arms), from which bands are drawn."""

    courses: tuple[tuple[Course, ...], ...] = ()


class Store:
    """Results by what makes them: place, scenario's content, seed and weeks; shared by all visitors."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._results: Shelf[Results] = Shelf(most_bytes, lambda results: results.people.nbytes + results.system.nbytes)
        self._pairs: Shelf[Pair] = Shelf(MOST_PAIRS)
        self._worlds: Shelf[Simulation] = Shelf(MOST_RESIDENTS, lambda base: base.world.place.residents)
        self._turns = Turns()

    @contextmanager
    def urgent(self) -> Iterator[None]:
        """Let runs that only make a range narrower stand still as long as this is open, while a page answers a hand."""
        with self._turns.urgent(True):
            yield

    def giving_way(self, report: Report) -> Report:
        """Return the report of work that stands still where it tells of itself, while a page answers a hand."""

        def told(done: float) -> None:
            self._turns.give_way()
            report(done)

        return told

    def results(
        self,
        scenario: Scenario,
        place: Place,
        seed: int,
        weeks: int,
        report: Report,
        is_urgent: bool = True,
        began: Scenario | None = None,
    ) -> Results:
        """Return the results, from memory where they are there; they bear the name that was asked for.

        `began` is the scenario as which the run was warmed up, where that is another.
        """
        key = json.dumps([place.key, place.content(), scenario.hash, seed, weeks])
        found = self._results.get(key)
        if found is None:
            with self._turns.urgent(is_urgent):
                found = self._simulated(began or scenario, scenario, place, seed, weeks, report, is_urgent)
            self._results.put(key, found)
        return replace(found, provenance=found.provenance | {"scenario": scenario.name})

    def comparison(
        self,
        arms: tuple[Scenario, ...],
        place: Place,
        seeds: tuple[int, ...],
        years: int,
        report: Report,
        is_urgent: bool = True,
        sets: tuple[Mapping[str, float], ...] = (),
    ) -> Paired:
        """Return the arms against the first of them, seed by seed, from memory where it is there.

        `sets` are parameter sets that the seeds take in turn, as in `compare`.
        """
        weeks, total = years * WEEKS_PER_YEAR, len(seeds) * len(arms)
        pieces: list[list[Pair]] = []
        turns = [tuple(with_set(arm, sets, position) for arm in arms) for position in range(len(seeds))]
        for position, seed in enumerate(seeds):
            row = []
            for arm, scenario in enumerate(turns[position]):
                done = position * len(arms) + arm
                note = part_of(report, done / total, 1 / total)
                row.append(self._pair(scenario, turns[position][0], place, seed, weeks, note, is_urgent))
            pieces.append(row)
        values = np.stack([np.stack([pair.values for pair in row]) for row in pieces])
        moves = np.stack([np.stack([pair.moves for pair in row]) for row in pieces])
        first = tuple(self.results(arm, place, seeds[0], weeks, report, is_urgent) for arm in turns[0])
        courses = tuple(tuple(pair.course for pair in row) for row in pieces)
        return Paired(arms, place, years, seeds, values, moves, first, sets, courses=courses)

    def _pair(
        self, arm: Scenario, base: Scenario, place: Place, seed: int, weeks: int, report: Report, is_urgent: bool
    ) -> Pair:
        key = json.dumps([place.key, place.content(), arm.hash, base.hash, seed, weeks])
        found = self._pairs.get(key)
        if found is None:
            baseline = self.results(base, place, seed, weeks, report, is_urgent)
            results = baseline if arm is base else self.results(arm, place, seed, weeks, report, is_urgent)
            found = Pair(values_of(results, baseline), stage_moves(baseline, results), course(results))
            self._pairs.put(key, found)
        return found

    def accepted(self, comparison: Paired, report: Report) -> Paired:
        """Return a comparison with what its arms come to with few and with many accepting outreach."""
        weeks = round(comparison.years * WEEKS_PER_YEAR)

        def rerun(scenario: Scenario, other: Scenario, seed: int) -> Mapping[str, float]:
            return self.results(other, comparison.place, seed, weeks, report, False, began=scenario).values()

        return with_acceptance(comparison, rerun=rerun)

    def _simulated(
        self,
        began: Scenario,
        scenario: Scenario,
        place: Place,
        seed: int,
        weeks: int,
        report: Report,
        is_urgent: bool,
    ) -> Results:
        total = WARM_UP_WEEKS + weeks
        base = self.base(began, place, seed, lambda done: report(done / total))
        simulation = base.fork(scenario, weeks)
        return self.run(simulation, weeks, lambda week: report((WARM_UP_WEEKS + week) / total), is_urgent)

    def run(self, simulation: Simulation, weeks: int, report: Report, is_urgent: bool) -> Results:
        """Take a simulation through its weeks, each in its turn; `report` is told the week, and may raise to stop."""
        for week in range(weeks):
            with self._turns.week(is_urgent):
                simulation.step()
            report(week)
        return simulation.results()

    def base(self, scenario: Scenario, place: Place, seed: int, report: Report) -> Simulation:
        """Return a simulation in week 0, warmed up as the scenario asks, to be forked from.

        `report` is told the week of the warm-up, where there is one to be made.
        """
        key = json.dumps([place.key, place.content(), seed, scenario.warm_up, sorted(scenario.parameters.items())])
        found = self._worlds.get(key)
        if found is None:
            threads = threads_for(place.residents)
            bare = replace(scenario, cut={})

            def progress(_: str, done: int, __: int) -> None:
                report(done)

            found = Simulation.start(bare, place, seed, threads=threads, progress=progress)
            self._worlds.put(key, found)
        return found


def part_of(report: Report, before: float, share: float) -> Report:
    """Return the report of a part of some work, which comes after a share of it and makes up another."""
    return lambda done: report(before + share * done)


async def in_thread(work: Callable[[Report], Made], report: Report, stop: Event) -> Made:
    """Return what `work` makes in a thread, telling its progress; cancelling it or `stop` ends it within a week."""
    done = [0.0]

    def note(share: float) -> None:
        if stop.is_set():
            raise Stopped
        done[0] = share

    def until_stopped() -> Made | None:
        with suppress(Stopped):
            return work(note)
        return None

    future: Any = asyncio.get_running_loop().run_in_executor(None, until_stopped)
    try:
        while not (await asyncio.wait([future], timeout=_SECONDS_BETWEEN_REPORTS))[0]:
            report(done[0])
    except asyncio.CancelledError:
        stop.set()
        raise
    if stop.is_set():
        raise asyncio.CancelledError
    made: Made = future.result()
    return made
