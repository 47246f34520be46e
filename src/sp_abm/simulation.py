"""A simulation: a world, its week and its record, from the warm-up to the results."""

import json
import platform
import time
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np

from sp_abm import __version__
from sp_abm.errors import BadFile, BadValue
from sp_abm.initialisation import Progress, first_world, quiet, warmed_world
from sp_abm.kernels import SOURCE_HASH
from sp_abm.places import Place
from sp_abm.places import place as find_place
from sp_abm.recorder import RECORDED, Recorder
from sp_abm.results import CASE_COLUMNS, Results
from sp_abm.scenario import Scenario, from_content, load
from sp_abm.schedule import Observer, step, week_without
from sp_abm.snapshot import load_state, save_state, write_folder
from sp_abm.vocabulary import WEEKS_PER_YEAR
from sp_abm.world import World

LONGEST_YEARS: Final = 50


def checked_years(years: object) -> int:
    """Return the number of weeks in `years`, or raise `BadValue`."""
    if isinstance(years, bool) or not isinstance(years, int | float | np.integer | np.floating):
        raise BadValue(f"years = {years!r} must be a number.")
    weeks = round(float(years) * WEEKS_PER_YEAR) if np.isfinite(float(years)) else 0
    if not 1 <= weeks <= LONGEST_YEARS * WEEKS_PER_YEAR:
        raise BadValue(f"years = {years!r} must be at least one week (0.02) and at most {LONGEST_YEARS}.")
    return weeks


def _untupled(value: Any) -> Any:
    """Return a list from JSON as the tuple it was."""
    return tuple(value) if isinstance(value, list) else value


class Simulation:
    """One run: step it week by week, or run it to an end, and ask for its results."""

    def __init__(self, scenario: Scenario, world: World, *, switch_off: Iterable[str] = (), weeks: int = 0) -> None:
        self.scenario = scenario
        self.world = world
        self.switch_off = tuple(switch_off)
        self._submodels = week_without(self.switch_off)
        last_step = max((week for steps in scenario.levers.values() for week, _ in steps), default=0)
        world.levers = scenario.timeline(max(weeks, last_step + 1))
        self.recorder = Recorder(world, max(weeks, 1))
        self.observers: list[Observer] = []
        self._seconds = 0.0

    @classmethod
    def start(
        cls,
        scenario: str | Path | Scenario,
        place: str | Path | Place,
        seed: int,
        *,
        changes: dict[str, Any] | None = None,
        switch_off: Iterable[str] = (),
        warm_up: bool = True,
        threads: int = 1,
        weeks: int = 0,
        progress: Progress = quiet,
    ) -> "Simulation":
        """Return a simulation in week 0 of a scenario with levers and parameters changed as given."""
        found = load(scenario).with_changes(changes or {}, "given")
        where = find_place(place)
        off = tuple(switch_off)
        week_without(off)
        parameters = found.parameter_set()
        if warm_up:
            world = warmed_world(where, parameters, seed, switch_off=off, threads=threads, progress=progress)
        else:
            world = first_world(where, parameters, seed, week=0, threads=threads)
        return cls(found, world, switch_off=off, weeks=weeks)

    def fork(self, scenario: Scenario, weeks: int = 0) -> "Simulation":
        """Return an independent simulation of another scenario from this very state and luck."""
        world = self.world.copy()
        world.parameters = scenario.parameter_set()
        return Simulation(scenario, world, switch_off=self.switch_off, weeks=weeks)

    def save(self, folder: Path) -> None:
        """Write the whole state, the scenario and the record into a folder, all or nothing."""
        facts = {
            "scenario": {**self.scenario.content(), "name": self.scenario.name},
            "place": asdict(self.world.place),
            "switch_off": list(self.switch_off),
        }

        def write(beside: Path) -> None:
            save_state(self.world, beside)
            (beside / "simulation.json").write_text(json.dumps(facts, indent=1), "utf-8")
            np.savez(beside / "record.npz", allow_pickle=False, **self.recorder.content())

        write_folder(folder, write)

    @classmethod
    def load(cls, folder: Path) -> "Simulation":
        """Return a saved simulation, ready to go on; raises `BadFile` if the folder is not one or is damaged."""
        try:
            facts = json.loads((folder / "simulation.json").read_text("utf-8"))
            place = Place(**{name: _untupled(value) for name, value in facts["place"].items()})
            scenario = from_content(facts["scenario"])
            with np.load(folder / "record.npz", allow_pickle=False) as record:
                content = {name: record[name] for name in RECORDED}
        except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile) as problem:
            raise BadFile(f"{folder} does not hold a saved model: {problem}.") from None
        world = first_world(place, scenario.parameter_set(), 0, week=0)
        simulation = cls(scenario, load_state(world, folder), switch_off=facts["switch_off"])
        simulation.recorder.restore(content)
        return simulation

    def step(self) -> None:
        """Simulate and record one week."""
        began = time.perf_counter()
        step(self.world, self._submodels, self.observers)
        self.recorder.record(self.world)
        self._seconds += time.perf_counter() - began

    def run(self, weeks: int, progress: Progress = quiet) -> "Simulation":
        """Simulate that many weeks and return itself."""
        for done in range(weeks):
            self.step()
            progress("simulating", done + 1, weeks)
        return self

    def results(self) -> Results:
        """Return the results of the weeks simulated so far."""
        world, n = self.world, self.recorder.n_weeks
        citizens = world.citizens
        return Results(
            provenance=self.provenance(),
            system=self.recorder.system[:n].copy(),
            people=self.recorder.people[:n].copy(),
            cases={name: getattr(world.cases, name)[: world.n_cases].copy() for name in CASE_COLUMNS},
            final={name: getattr(citizens, name).copy() for name in ("stage", "holder", "age")},
        )

    def provenance(self) -> dict[str, Any]:
        """Return what is needed to make this run again, and how long it took."""
        import numba

        place = self.world.place
        return {
            "scenario": self.scenario.name,
            "scenario_hash": self.scenario.hash,
            "scenario_content": self.scenario.content(),
            "place": place.key,
            "place_name": place.name,
            "place_is_real": place.is_real,
            "place_note": place.note,
            "place_filled": list(place.filled),
            "residents": place.residents,
            "seed": self.world.luck.seed,
            "weeks": self.recorder.n_weeks,
            "years": self.recorder.n_weeks / WEEKS_PER_YEAR,
            "switch_off": list(self.switch_off),
            "wall_seconds": round(self._seconds, 3),
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "versions": {
                "sp_abm": __version__,
                "model": SOURCE_HASH,
                "python": platform.python_version(),
                "numpy": np.__version__,
                "numba": numba.__version__,
            },
        }
