"""Runs: worlds of one seed that part in week 0, with links cut at a run that wrote down what came through them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.loops import FROZEN, LINKS, Links
from sp_abm.places import Place
from sp_abm.results import Results
from sp_abm.scenario import Scenario
from sp_abm.simulation import Simulation

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Way:
    """How a simulation is begun, and how it is taken through its weeks: somebody who waits may want to stop it."""

    start: Callable[[Scenario, Place, int], Simulation] = Simulation.start
    go: Callable[[Simulation, int], Results] = lambda simulation, weeks: simulation.run(weeks).results()


AT_ONCE: Final = Way()


class Runs:
    """The runs of one scenario in one place with one seed, each from the same warmed-up state."""

    def __init__(self, scenario: Scenario, place: Place, seed: int, weeks: int, way: Way = AT_ONCE) -> None:
        self.scenario, self.weeks, self._go = scenario, weeks, way.go
        self._base = way.start(scenario, place, seed)

    def reference(self, links: Iterable[str] = LINKS) -> tuple[Results, Links]:
        """Return an uncut run, and what came through the links in each of its weeks."""
        simulation = self._base.fork(self.scenario, self.weeks)
        simulation.world.links.note(links)
        return self._go(simulation, self.weeks), simulation.world.links

    def run(self, *, frozen: Iterable[str] = (), at: Links | None = None, push: float = 0.0) -> Results:
        """Return a run with links frozen at what came through them in a reference run.

        `push` is added to everybody's burnout once, before week 0.
        """
        simulation = self._base.fork(self.scenario, self.weeks)
        world = simulation.world
        if at is not None:
            world.links = Links({**self.scenario.cut, **dict.fromkeys(frozen, FROZEN)}, at, _at_its_end)
        workers = world.link_workers
        workers.burnout[:] = np.clip(workers.burnout + push, 0, 1) * workers.in_post
        return self._go(simulation, self.weeks)


def _at_its_end() -> None:
    raise AssertionError("the reference run has no such week")


def weekly(results: Results, top: str, bottom: str) -> Floats:
    """Return a ratio of two tallies by week, missing where there is nothing to divide by."""
    above, below = results.tally(top), results.tally(bottom)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(below > 0, above / below, np.nan), np.float64)
