"""A simulation: a world, its week and its record, from the warm-up to the results."""

import json
import platform
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np

from sp_abm import __version__
from sp_abm.cache import tidy
from sp_abm.errors import BadFile, BadValue, unknown
from sp_abm.events.log import EventLog
from sp_abm.initialisation import Progress, first_world, quiet, warmed_world
from sp_abm.kernels import SOURCE_HASH
from sp_abm.levers import CHOICES, SWITCHES
from sp_abm.loops import FROZEN, Links
from sp_abm.panel import Panel
from sp_abm.places import Place
from sp_abm.places import place as find_place
from sp_abm.portrait import portrait
from sp_abm.recorder import RECORDED, Recorder
from sp_abm.results import CASE_COLUMNS, Results
from sp_abm.scenario import Scenario, from_content, load
from sp_abm.schedule import NAMES, Observer, Submodel, step, week_without
from sp_abm.snapshot import load_state, save_state, write_folder
from sp_abm.vocabulary import LONGEST_YEARS, WEEKS_PER_YEAR
from sp_abm.world import World

_WORDS: Final[dict[str, dict[int, str | bool]]] = {
    **{name: dict(enumerate(words)) for name, words in CHOICES.items()},
    **{name: {0: False, 1: True} for name in SWITCHES},
}
"""The words of choices and switches by the number that stands for each."""


def checked_years(years: object) -> int:
    """Return the number of weeks in `years`, or raise `BadValue`."""
    if isinstance(years, bool) or not isinstance(years, int | float | np.integer | np.floating):
        raise BadValue(f"years = {years!r} must be a number.")
    weeks = round(float(years) * WEEKS_PER_YEAR) if np.isfinite(float(years)) else 0
    if not 1 <= weeks <= LONGEST_YEARS * WEEKS_PER_YEAR:
        raise BadValue(f"years = {years!r} must be at least one week (0.02) and at most {LONGEST_YEARS}.")
    return weeks


def listed(names: str | Iterable[str]) -> tuple[str, ...]:
    """Return names as a tuple, a single name as one of one."""
    return (names,) if isinstance(names, str) else tuple(names)


def _checked(scenario: Scenario) -> Scenario:
    """Return a scenario with its levers and links checked: one made in Python may hold what no file could."""
    where = f"scenario {scenario.name!r}"
    levers = {name: _dated(name, steps) for name, steps in scenario.levers.items()}
    return replace(scenario, levers={}).with_changes(levers, where).with_cut(scenario.cut, where)


def _dated(name: str, steps: Any) -> Any:
    """Return a lever's timeline of (week, value) as a file has it, and whatever else it is as it is."""
    if not isinstance(steps, tuple) or not all(isinstance(step, tuple) and len(step) == 2 for step in steps):
        return steps
    return [{"from": week, "value": _WORDS.get(name, {}).get(value, value)} for week, value in steps]


def _untupled(value: Any) -> Any:
    """Return a list from JSON as the tuple it was."""
    return tuple(value) if isinstance(value, list) else value


Rules = Mapping[str, Submodel]
"""Rules of a researcher's own, by the name of the submodel whose place each takes: functions of (world, week)."""


def week_with(rules: Rules, switched_off: Iterable[str] = ()) -> tuple[Submodel, ...]:
    """Return the week with some submodels replaced and some left out; raises `UnknownName` or `BadValue`."""
    off = listed(switched_off)
    for name, rule in rules.items():
        if name not in NAMES:
            raise unknown("submodel", name, NAMES, "rules")
        if name in off or not callable(rule):
            raise BadValue(f"rules: {name} is switched off." if name in off else f"rules: {name} must be a function.")
    week = week_without(off)
    return tuple(_named(rules[each.__name__], each.__name__) if each.__name__ in rules else each for each in week)


def _named(rule: Submodel, name: str) -> Submodel:
    """Return a rule under the name of the submodel whose place it takes, by which observers know it."""

    def named(world: World, week: int) -> None:
        rule(world, week)

    named.__name__ = name
    return named


def _origin(rule: Submodel) -> str:
    """Return where a rule is from, as far as it says."""
    return f"{rule.__module__}.{getattr(rule, '__qualname__', type(rule).__name__)}"


class Simulation:
    """One run: step it week by week, or run it to an end, and ask for its results."""

    def __init__(
        self,
        scenario: Scenario,
        world: World,
        *,
        switch_off: Iterable[str] = (),
        weeks: int = 0,
        events: bool = False,
        rules: Rules | None = None,
    ) -> None:
        self.scenario = scenario
        self.world = world
        self.switch_off = listed(switch_off)
        self.rules = dict(rules or {})
        self.is_warm = True
        self._submodels = week_with(self.rules, self.switch_off)
        last_step = max((week for steps in scenario.levers.values() for week, _ in steps), default=0)
        world.levers = scenario.timeline(max(weeks, last_step + 1))
        world.links = Links()
        if scenario.cut:
            self._cut(scenario, weeks)
        self.recorder = Recorder(world, max(weeks, 1))
        self.log = EventLog(world) if events else None
        self.panel: Panel | None = None
        self.observers: list[Observer] = [self.log] if self.log else []
        self._seconds = 0.0

    def _cut(self, scenario: Scenario, weeks: int) -> None:
        """Cut the scenario's links; the reference run begins at this state and goes along as far as it is asked."""
        if FROZEN not in scenario.cut.values():
            self.world.links = Links(scenario.cut)
            return
        reference = Simulation(
            scenario.reference(), self.world.copy(), switch_off=self.switch_off, weeks=weeks, rules=self.rules
        )
        reference.world.links.note(name for name, how in scenario.cut.items() if how == FROZEN)
        self.world.links = Links(scenario.cut, reference.world.links, reference.step)

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
        events: bool = False,
        rules: Rules | None = None,
        progress: Progress = quiet,
        like: World | None = None,
    ) -> "Simulation":
        """Return a simulation in week 0 of a scenario with levers and parameters changed as given.

        `events` keeps a log of every change of state from week 0 on; `rules` take the place of submodels from then on;
        `like` is as in `first_world`.
        """
        found = _checked(load(scenario)).with_changes(changes or {}, "given")
        where = find_place(place)
        off = listed(switch_off)
        week_with(rules or {}, off)
        parameters = found.parameter_set()
        if warm_up:
            before = load(found.warm_up).timeline(1)[0]
            options: dict[str, Any] = {"threads": threads, "progress": progress, "like": like}
            world = warmed_world(where, parameters, seed, levers=before, switch_off=off, **options)
        else:
            world = first_world(where, parameters, seed, week=0, threads=threads, like=like)
        tidy("populations")
        simulation = cls(found, world, switch_off=off, weeks=weeks, events=events, rules=rules)
        simulation.is_warm = warm_up
        return simulation

    def fork(self, scenario: Scenario, weeks: int = 0) -> "Simulation":
        """Return an independent simulation of another scenario from this very state and luck; a log begins anew."""
        world, arm = self.world.copy(), _checked(scenario)
        world.parameters = arm.parameter_set()
        return Simulation(
            arm,
            world,
            switch_off=self.switch_off,
            weeks=weeks,
            events=self.log is not None,
            rules=self.rules,
        )

    def follow(self, size: int | None, every: int = 1) -> None:
        """Follow a panel of that many persons, if any, from this week on, reading it every `every` weeks."""
        if size is not None:
            self.panel = Panel(self.world, size, every)
            self.observers.append(self.panel)

    def save(self, folder: Path) -> None:
        """Write the whole state, the scenario and the record into a folder, all or nothing, but no event log.

        Raises `BadValue` for a run with rules of its own: their code is no part of a state.
        """
        if self.rules:
            raise BadValue(
                f"A run with rules of its own ({', '.join(self.rules)}) cannot be saved: only its results can."
            )
        facts = {
            "scenario": {**self.scenario.content(), "name": self.scenario.name},
            "place": asdict(self.world.place),
            "switch_off": list(self.switch_off),
            "seed": self.world.luck.seed,
            "is_warm": self.is_warm,
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
        simulation = cls._before_state(facts, scenario, place)
        load_state(simulation.world, folder)
        simulation.recorder.restore(content)
        return simulation

    @classmethod
    def _before_state(cls, facts: dict[str, Any], scenario: Scenario, place: Place) -> "Simulation":
        """Return a simulation to load a state into: with cut links it must begin anew, for the reference run."""
        off = facts["switch_off"]
        if scenario.cut:
            return cls.start(scenario, place, facts["seed"], switch_off=off, warm_up=facts["is_warm"])
        return cls(scenario, first_world(place, scenario.parameter_set(), 0, week=0), switch_off=off)

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
            panel=self.panel.frame() if self.panel else None,
            events=self.log.frame() if self.log else None,
            portrait=portrait(world),
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
            "rules": {name: _origin(rule) for name, rule in self.rules.items()},
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
