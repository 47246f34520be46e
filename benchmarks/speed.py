"""Measure what the engine promises, as ratios within one run: python -m benchmarks.speed [--json] [--quick].

Thread CPU time of one thread, both sides in turn, median of nine rounds. The twin draws from Mesa's own generator;
neither side writes measures unless the name of the ratio says so. A scale ratio needs about a gigabyte and, the first
time, a minute to build a million people.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from time import thread_time
from typing import Any

import numpy as np

from benchmarks.plain_mesa import TwinModel
from benchmarks.plain_mesa.observation import Observer
from benchmarks.plain_mesa.people import Citizen
from sp_abm.events.log import EventLog
from sp_abm.levers import DEFAULTS
from sp_abm.parameters import Parameters
from sp_abm.places import Place, place
from sp_abm.population import load_or_build
from sp_abm.recorder import Recorder
from sp_abm.scenario import load
from sp_abm.schedule import step
from sp_abm.simulation import Simulation
from sp_abm.vocabulary import ADULT_AGE
from sp_abm.world import TABLES, World

N = 10_000
MILLION = 1_000_000
ROUNDS = 9
WEEKS_ENGINE, WEEKS_TWIN, WEEKS_MILLION = 52, 1, 1
WEEKS_BEFORE = 5
IMPORTS = 15
SEED = 1
SCENARIO = "today"


def town(residents: int) -> Place:
    """Return a place with the people and the services of an average PCN, scaled."""
    average = place("average-pcn")
    scale = residents / average.residents
    n_pcns = max(1, round(scale))
    return replace(
        average,
        key=f"speed-{residents}",
        residents=residents,
        n_pcns=n_pcns,
        pcn_sizes=(1.0,) * n_pcns,
        n_practices=max(n_pcns, round(scale * average.n_practices)),
        gp_fte=scale * average.gp_fte,
    )


def warmed() -> World:
    """Return the world of 10,000 people in week 0, after the warm-up."""
    return Simulation.start(load(SCENARIO), town(N), SEED, weeks=1).world


def unsettled(residents: int) -> World:
    """Return a world of that many people as built, with neither settling nor warm-up."""
    where, parameters = town(residents), Parameters()
    world = World(where, parameters, SEED, load_or_build(where, parameters.population), week=0)
    world.warm_up_levers = np.array(list(DEFAULTS.values()))
    return world


class Everybody:
    """A tuned stand-in for Mesa's AgentSet: a plain list, from which a pass takes those it can change."""

    def __init__(self, citizens: list[Citizen]) -> None:
        self.citizens = citizens

    def who_can(self, method: str) -> Any:
        """Return the citizens that a method can do something for."""
        if method == "let_contact_fade":
            return [one for one in self.citizens if one.contact_support]
        if method == "take_part":
            return [one for one in self.citizens if one.activity_support or one.activity or one.volunteers_at]
        if method == "find_a_way_in":
            return [one for one in self.citizens if one.consultations or one.aware]
        if method == "tie_to_wake":
            return [one for one in self.citizens if one.n_live_ties != len(one.ties)]
        if method in ("change_stage", "feel_lonely_or_not", "remember"):
            return [one for one in self.citizens if one.age >= ADULT_AGE]
        return self.citizens

    def do(self, method: str, *arguments: Any) -> None:
        """Call a method of them."""
        act = getattr(Citizen, method)
        for citizen in self.who_can(method):
            act(citizen, *arguments)

    def map(self, method: str, *arguments: Any) -> list[Any]:
        """Call a method of them and return the answers."""
        act = getattr(Citizen, method)
        return [act(citizen, *arguments) for citizen in self.who_can(method)]


def twin_of(world: World, *, is_tuned: bool = False) -> TwinModel:
    """Return the plain twin, or the tuned one."""
    twin = TwinModel(world, is_keyed=False)
    if is_tuned:
        twin.everybody = Everybody(twin.citizens)
    return twin


def observed(step_once: Callable[[], None], record: Callable[[], Any]) -> Callable[[], None]:
    """Return a week with its measures."""

    def week() -> None:
        step_once()
        record()

    return week


def nanoseconds(week: Callable[[], None], weeks: int, citizens: int) -> float:
    """Return the thread CPU nanoseconds of a citizen-week.

    One week goes before: it fetches what the other sides pushed out of the processor's caches, which takes as long as
    three or four weeks, and within a run nothing pushes it out.
    """
    week()
    began = thread_time()
    for _ in range(weeks):
        week()
    return (thread_time() - began) / weeks / citizens * 1e9


def rounds(sides: dict[str, tuple[Callable[[], None], int, int]]) -> dict[str, float]:
    """Return each side's median nanoseconds a citizen-week, the sides taking turns."""
    for week, _, _ in sides.values():
        for _ in range(WEEKS_BEFORE):
            week()
    seen: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, side in sides.items():
            seen[name].append(nanoseconds(*side))
    return {name: median(values) for name, values in seen.items()}


def twins() -> dict[str, float]:
    """Return the plain and the tuned twin over the engine, without and with measures."""
    world = warmed()
    plain, tuned, observing = twin_of(world), twin_of(world, is_tuned=True), twin_of(world)
    recorded, logged = world.copy(), world.copy()
    recorder, observer, log = Recorder(recorded, 1000), Observer(observing), EventLog(logged)
    found = rounds(
        {
            "engine": (lambda: step(world), WEEKS_ENGINE, N),
            "engine_measures": (
                observed(lambda: step(recorded), lambda: recorder.record(recorded)),
                WEEKS_ENGINE,
                N,
            ),
            "engine_events": (lambda: step(logged, observers=[log]), WEEKS_ENGINE, N),
            "twin": (plain.step, WEEKS_TWIN, N),
            "twin_measures": (observed(observing.step, lambda: observer.count_people(observing)), WEEKS_TWIN, N),
            "tuned": (tuned.step, WEEKS_TWIN, N),
        }
    )
    return {
        "engine_ns": found["engine"],
        "twin_ns": found["twin"],
        "tuned_twin_ns": found["tuned"],
        "twin_over_engine": found["twin"] / found["engine"],
        "tuned_twin_over_engine": found["tuned"] / found["engine"],
        "twin_over_engine_with_measures": found["twin_measures"] / found["engine_measures"],
        "measures_on_off": found["engine_measures"] / found["engine"],
        "events_on_off": found["engine_events"] / found["engine"],
    }


def scale() -> dict[str, float]:
    """Return a citizen-week at a million people over one at ten thousand."""
    small, large = unsettled(N), unsettled(MILLION)
    found = rounds(
        {
            "small": (lambda: step(small), WEEKS_ENGINE, N),
            "large": (lambda: step(large), WEEKS_MILLION, MILLION),
        }
    )
    return {"million_ns": found["large"], "scale_ratio": found["large"] / found["small"]}


def memory() -> dict[str, float]:
    """Return the bytes of every table, ties on disk counted, for each citizen of Tower Hamlets."""
    where, parameters = place("tower-hamlets"), Parameters()
    world = World(where, parameters, SEED, load_or_build(where, parameters.population), week=0)
    tables = sum(column.nbytes for table in TABLES for column in getattr(world, table))
    scratch = sum(column.nbytes for name, column in vars(world).items() if name.startswith("scratch"))
    return {
        "bytes_per_citizen": tables / where.residents,
        "bytes_of_ties": sum(column.nbytes for column in world.ties) / where.residents,
        "bytes_of_scratch": scratch / where.residents,
    }


def imports() -> dict[str, float]:
    """Return the CPU time of `import sp_abm` over that of `import numpy`, each in fresh interpreters."""
    seen: dict[str, list[float]] = {"numpy": [], "sp_abm": []}
    for _ in range(IMPORTS):
        for name, times in seen.items():
            text = f"from time import process_time as t; began = t(); import {name}; print(t() - began)"
            times.append(float(subprocess.check_output([sys.executable, "-c", text])))
    return {"import_ratio": median(seen["sp_abm"]) / median(seen["numpy"])}


def main() -> None:
    """Print every measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="leave the million people out")
    options = parser.parse_args()
    found: dict[str, float] = {}
    for measure in (twins, memory, imports) if options.quick else (twins, memory, imports, scale):
        found |= measure()
    if options.json:
        print(json.dumps(found, indent=1))
        return
    for name, value in found.items():
        print(f"{name:32} {value:10.2f}")


if __name__ == "__main__":
    main()
