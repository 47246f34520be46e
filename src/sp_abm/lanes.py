"""Lanes: replicates of one scenario side by side in one process, over one population, each with the luck of its seed.

Every lane is a run like any other and gives the same bits. What does not depend on the seed is loaded once: the people,
their ties, the organisations. Rules are compiled and leave the interpreter to others while they run, so that lanes
share the cores in threads; in a small place, where a rule takes less time than to hand the interpreter over, lanes run
one after the other.
"""

import os
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from sp_abm.comparison import checked_seeds
from sp_abm.errors import BadValue
from sp_abm.initialisation import first_world
from sp_abm.loops import Cuts
from sp_abm.panel import checked_panel
from sp_abm.places import Place
from sp_abm.places import place as find_place
from sp_abm.pool import Done
from sp_abm.results import Results
from sp_abm.scenario import Scenario, load
from sp_abm.simulation import Rules, Simulation, checked_years, listed, week_with
from sp_abm.world import World

SHARED_FROM: Final = 40_000
"""Residents from which lanes share cores: two threads take 0.7 of the time of one at 45,000, and 1.3 at 5,000."""


def threads_of_lanes(residents: int, lanes: int, threads: int | None = None) -> int:
    """Return how many lanes run at a time: as many as asked for or as there are cores, in a small place one."""
    most = threads or (os.cpu_count() or 1 if residents >= SHARED_FROM else 1)
    return max(1, min(most, lanes))


@dataclass(frozen=True)
class _Lane:
    """What all lanes have in common."""

    scenario: Scenario
    like: World
    weeks: int
    options: dict[str, Any]
    panel: tuple[int | None, int]
    stopped: threading.Event

    def run(self, seed: int) -> Results:
        """Return the results of one seed."""
        like, watch = self.like, self._watch
        start = partial(Simulation.start, self.scenario, like.place, seed, weeks=self.weeks, like=like, progress=watch)
        simulation = start(**self.options)
        simulation.follow(*self.panel)
        return simulation.run(self.weeks, watch).results()

    def _watch(self, what: str, done: int, total: int) -> None:
        """End the lane within a week once nobody waits for it."""
        if self.stopped.is_set():
            raise InterruptedError


def simulate_many(
    scenario: str | Path | Scenario = "today",
    place: str | Path | Place = "sandbox",
    seeds: int | Sequence[int] = 10,
    years: float = 5,
    *,
    parameters: dict[str, float] | None = None,
    switch_off: Iterable[str] = (),
    rules: Rules | None = None,
    cut: Iterable[str] | Cuts = (),
    warm_up: bool = True,
    events: bool = False,
    panel: int | None = None,
    panel_every: int = 1,
    threads: int | None = None,
    done: Done | None = None,
    **levers: Any,
) -> list[Results]:
    """Simulate a scenario once for each seed and return the results in the order of the seeds.

    `seeds` is a number of seeds (1, 2, ...) or the seeds; `threads` is how many run at a time (default: as many as
    there are cores, in a place of fewer than 40,000 residents one); `done` is called after every seed with how many
    are done. All else is as in `simulate`, and so is every bit of every result.
    """
    weeks, numbers, where = checked_years(years), checked_seeds(seeds), find_place(place)
    checked_panel(panel, panel_every)
    if threads is not None and threads < 1:
        raise BadValue(f"threads = {threads!r} must be at least 1.")
    off = listed(switch_off)
    week_with(rules or {}, off)
    found = load(scenario).with_cut(cut).with_changes({**levers, **(parameters or {})}, "given")
    options = {"switch_off": off, "rules": rules, "warm_up": warm_up, "events": events}
    like = first_world(where, found.parameter_set(), 0, week=0)
    lane = _Lane(found, like, weeks, options, (panel, panel_every), threading.Event())
    return _all(lane, numbers, threads_of_lanes(where.residents, len(numbers), threads), done)


def _all(lane: _Lane, seeds: tuple[int, ...], threads: int, done: Done | None) -> list[Results]:
    """Return the results of all seeds; what one of them raises, or Ctrl-C, ends the others."""
    with ThreadPoolExecutor(threads) as pool:
        futures: list[Future[Results]] = [pool.submit(lane.run, seed) for seed in seeds]
        try:
            for number, future in enumerate(as_completed(futures), 1):
                future.result()
                if done:
                    done(number, len(seeds))
        except BaseException:
            lane.stopped.set()
            pool.shutdown(cancel_futures=True)
            raise
    return [future.result() for future in futures]
