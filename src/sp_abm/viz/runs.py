"""Runs: what a page asks for, made in a thread that can be stopped, and kept by content."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Event, Lock
from typing import Any, Final, TypeVar

from sp_abm.places import Place
from sp_abm.results import Results
from sp_abm.run import threads_for
from sp_abm.scenario import Scenario, load
from sp_abm.simulation import Simulation
from sp_abm.vocabulary import WARM_UP_WEEKS

BASELINE: Final = "today"
MOST_KEPT: Final = 24
"""Results kept in memory; those used longest ago go first."""
_SECONDS_BETWEEN_REPORTS: Final = 0.1
Made = TypeVar("Made")

Report = Callable[[float], None]
"""Called with the share of the work that is done, 0 to 1."""


@dataclass(frozen=True)
class Choice:
    """What a visitor chose: a scenario, and levers that differ from it; None is as in the scenario."""

    scenario: str = "outreach-with-support"
    support_level: float | None = None
    outreach_share: float | None = None

    def lever(self, name: str) -> float:
        """Return the value of a lever as chosen; a scenario's own is that of its first week."""
        chosen: float | None = getattr(self, name)
        return load(self.scenario).value(name, 0) if chosen is None else chosen

    def with_lever(self, name: str, value: float) -> "Choice":
        """Return the choice with a lever moved; moved back to the scenario's own value it is not a change."""
        own = load(self.scenario).value(name, 0)
        changed: dict[str, Any] = {name: None if value == own else value}
        return replace(self, **changed)

    def resolved(self) -> Scenario:
        """Return the scenario to run; with levers moved, its name says so."""
        moved = {name: getattr(self, name) for name in ("support_level", "outreach_share")}
        changes = {name: value for name, value in moved.items() if value is not None}
        scenario = load(self.scenario)
        if not changes:
            return scenario
        return replace(scenario.with_changes(changes), name=f"{scenario.name}, changed")


class Stopped(Exception):
    """A run was stopped, because nobody waits for it any more."""


class Store:
    """Results by what makes them: place, scenario's content, seed and weeks; shared by all visitors."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._kept: OrderedDict[str, Results] = OrderedDict()
        self._most = most
        self._lock = Lock()

    def results(self, scenario: Scenario, place: Place, seed: int, weeks: int, report: Report) -> Results:
        """Return the results, from memory where they are there; they bear the name that was asked for."""
        key = json.dumps([place.key, place.content(), scenario.hash, seed, weeks])
        with self._lock:
            found = self._kept.get(key)
        if found is None:
            found = _simulated(scenario, place, seed, weeks, report)
        with self._lock:
            self._kept[key] = found
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return replace(found, provenance=found.provenance | {"scenario": scenario.name})

    def __len__(self) -> int:
        return len(self._kept)


def _simulated(scenario: Scenario, place: Place, seed: int, weeks: int, report: Report) -> Results:
    total = WARM_UP_WEEKS + weeks

    def progress(what: str, done: int, _: int) -> None:
        report((done if what == "warming up" else WARM_UP_WEEKS + done) / total)

    threads = threads_for(place.residents)
    simulation = Simulation.start(scenario, place, seed, threads=threads, weeks=weeks, progress=progress)
    return simulation.run(weeks, progress).results()


async def in_thread(work: Callable[[Report], Made], report: Report) -> Made:
    """Return what `work` makes in a thread, telling its progress; cancelling stops the work within a week."""
    stop, done = Event(), [0.0]

    def note(share: float) -> None:
        if stop.is_set():
            raise Stopped
        done[0] = share

    future = asyncio.get_running_loop().run_in_executor(None, work, note)
    try:
        while not (await asyncio.wait([future], timeout=_SECONDS_BETWEEN_REPORTS))[0]:
            report(done[0])
    except asyncio.CancelledError:
        stop.set()
        future.add_done_callback(lambda finished: finished.exception())
        raise
    return future.result()
