"""The model as Mesa knows it: a `mesa.Model` around a simulation, for Mesa's batch_run, DataCollector and SolaraViz."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import mesa
import numpy as np

from sp_abm.errors import BadValue
from sp_abm.graphs import Network
from sp_abm.handles import LASTING, CitizenViews, LinkWorker
from sp_abm.loops import Cuts
from sp_abm.measures import MEASURES
from sp_abm.measures import measure as find_measure
from sp_abm.places import Place
from sp_abm.randomness import checked_seed
from sp_abm.results import Results
from sp_abm.scenario import Scenario, load
from sp_abm.simulation import Simulation
from sp_abm.world import World


class SocialPrescribingModel(mesa.Model):
    """Citizens, link workers, GPs and organisations of a place, stepped by the week.

    `rng` is the seed of the keyed luck, a whole number: Mesa's own generators exist but nothing here draws from
    them, so to vary luck in Mesa's `batch_run`, vary `rng`. `parameters`, `switch_off`, `cut`, `events` and further
    keywords are as in `simulate`. `citizens[42]` is a view of a citizen; link workers, GPs, practices, PCNs,
    organisations and the commissioner are registered agents.
    """

    _measures: ClassVar[tuple[str, ...]] = tuple(MEASURES)

    def __init__(
        self,
        scenario: str | Path | Scenario = "today",
        place: str | Path | Place = "sandbox",
        rng: int = 1,
        *,
        parameters: Mapping[str, float] | None = None,
        switch_off: Iterable[str] = (),
        cut: Iterable[str] | Cuts = (),
        warm_up: bool = True,
        events: bool = False,
        simulation: Simulation | None = None,
        **levers: Any,
    ) -> None:
        if "seed" in levers:
            raise BadValue(f"seed = {levers['seed']!r}: the seed of a Mesa model is rng, such as rng=1.")
        super().__init__(rng=checked_seed(rng))
        self.simulation = simulation or Simulation.start(
            load(scenario).with_cut(cut),
            place,
            rng,
            changes={**levers, **(parameters or {})},
            switch_off=switch_off,
            warm_up=warm_up,
            events=events,
        )
        self.citizens = CitizenViews(self.world)
        self.network = Network(self.world)
        self._link_workers: dict[tuple[int, int], LinkWorker] = {}
        for kind in LASTING:
            for row in range(len(getattr(self.world, kind.table)[0])):
                kind(self, self.world, row)
        self._meet_link_workers()
        reporters = {name: _reporter(name) for name in self._measures}
        self.datacollector = mesa.DataCollector(model_reporters=reporters)

    @property
    def world(self) -> World:
        """Return the world: tables of columns, the luck, the clock."""
        return self.simulation.world

    @property
    def week(self) -> int:
        """Return the number of the next week to simulate, from 0."""
        return self.world.week

    def step(self) -> None:
        """Simulate one week and collect every measure."""
        self.simulation.step()
        self._meet_link_workers()
        self.datacollector.collect(self)

    def results(self) -> Results:
        """Return the results of the weeks stepped so far."""
        return self.simulation.results()

    def measure(self, name: str) -> float:
        """Return a measure's value in the latest week; NaN before the first."""
        recorder, declared = self.simulation.recorder, find_measure(name)
        return float(recorder.values(declared, recorder.n_weeks - 1)[0]) if recorder.n_weeks else float("nan")

    def save(self, folder: str | Path) -> Path:
        """Write the whole state and the record so far; `load` goes on from there with the same luck."""
        self.simulation.save(Path(folder))
        return Path(folder)

    @classmethod
    def load(cls, folder: str | Path) -> "SocialPrescribingModel":
        """Return the model saved in a folder; raises `BadFile` if it is not one or is damaged."""
        simulation = Simulation.load(Path(folder))
        model = cls(simulation=simulation, rng=simulation.world.luck.seed)
        for name, collected in model.datacollector.model_vars.items():
            collected.extend(simulation.recorder.values(MEASURES[name]).tolist())
        model.steps = simulation.recorder.n_weeks
        return model

    def _meet_link_workers(self) -> None:
        """Register handles of those hired and remove those who left."""
        workers = self.world.link_workers
        rows = np.flatnonzero(workers.in_post)
        present = {(int(row), int(workers.holder[row])) for row in rows}
        for gone in self._link_workers.keys() - present:
            self._link_workers.pop(gone).remove()
        for key in sorted(present - self._link_workers.keys()):
            self._link_workers[key] = LinkWorker(self, self.world, key[0])


def _reporter(name: str) -> Any:
    """Return a Mesa reporter of a measure's latest week."""

    def report(model: SocialPrescribingModel) -> float:
        return model.measure(name)

    return report
