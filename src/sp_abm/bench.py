"""Bench: where cells are run, one after the other, sharing the people of their place and warmed-up states.

Nothing that a run raises gets out.
"""

import time
import traceback
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sp_abm.cells import DONE, Cell, Ran, failed
from sp_abm.comparison import values_of
from sp_abm.initialisation import first_world
from sp_abm.measures import MEASURES
from sp_abm.places import Place
from sp_abm.results import Results
from sp_abm.scenario import Scenario
from sp_abm.simulation import Simulation
from sp_abm.world import World

if TYPE_CHECKING:
    import pandas as pd

MOST_STARTS = 2


class Bench:
    """Runs cells; keeps the latest people, warmed-up states, and the run that others are compared with."""

    def __init__(self) -> None:
        self._settled: tuple[object, World] | None = None
        self._starts: dict[object, Simulation] = {}
        self._first: tuple[object, Results] | None = None

    def run(self, cell: Cell) -> Ran:
        """Return what came of a cell; what a run raises is its result too, with the traceback."""
        began = time.perf_counter()
        try:
            values, tables = self._found(cell)
        except Exception:  # whatever went wrong in one run, the others go on
            return failed(cell, traceback.format_exc(), time.perf_counter() - began)
        digests = {name: sha256(table).hexdigest() for name, table in tables.items()}
        return Ran(cell.hash, DONE, "", time.perf_counter() - began, values, digests, tables)

    def _found(self, cell: Cell) -> tuple[NDArray[np.float64], dict[str, bytes]]:
        """Return the values of a cell, and the tables that it asks for."""
        columns = [list(MEASURES).index(name) for name in cell.measures]
        results = self._results(cell, cell.scenario, is_kept=cell.against is None)
        baseline = self._results(cell, cell.against, is_kept=True) if cell.against else results
        rows = [values_of(results, baseline)[columns]]
        if cell.weekly:
            rows += list(results.weekly[list(cell.measures)].to_numpy(np.float64))
        frames = {"panel": results.panel, "events": results.events}
        tables = {name: _packed(cell, frame) for name, frame in frames.items() if frame is not None}
        return np.vstack(rows), tables

    def _results(self, cell: Cell, scenario: Scenario, *, is_kept: bool) -> Results:
        where, asked = (cell.place.key, cell.place.residents), (cell.weeks, cell.panel, cell.events)
        key = (*where, cell.seed, *asked, scenario.hash)
        if self._first and self._first[0] == key:
            return self._first[1]
        simulation = self._start(cell, scenario).fork(scenario, cell.weeks)
        simulation.follow(cell.panel)
        results = simulation.run(cell.weeks).results()
        if is_kept:
            self._first = key, results
        return results

    def _start(self, cell: Cell, scenario: Scenario) -> Simulation:
        """Return the state in week 0, which no lever of the scenario and no cut has touched yet."""
        where, warmed = (cell.place.key, cell.place.residents), (scenario.warm_up, cell.events)
        key = (*where, cell.seed, *warmed, *sorted(scenario.parameters.items()))
        if key not in self._starts:
            while len(self._starts) >= MOST_STARTS:
                del self._starts[next(iter(self._starts))]
            like = self._people(cell.place, scenario)
            options: dict[str, Any] = {"like": like, "events": cell.events}
            self._starts[key] = Simulation.start(scenario.reference(), cell.place, cell.seed, **options)
        return self._starts[key]

    def _people(self, place: Place, scenario: Scenario) -> World:
        """Return the settled world of a place, which no seed has touched yet."""
        key = (place, *sorted(scenario.parameters.items()))
        if not self._settled or self._settled[0] != key:
            self._settled = key, first_world(place, scenario.parameter_set(), 0, week=0)
        return self._settled[1]


def _packed(cell: Cell, frame: "pd.DataFrame") -> bytes:
    """Return a frame as a Parquet file in which every row says of which cell it is."""
    import pandas as pd

    cells = pd.Categorical.from_codes(np.zeros(len(frame), np.int8), pd.Index([cell.hash]))
    packed: bytes = frame.assign(cell=cells)[["cell", *frame.columns]].to_parquet(index=False)
    return packed
