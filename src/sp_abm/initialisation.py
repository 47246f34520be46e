"""Initialisation: from a place to a world in week 0, in three steps, each kept in the cache.

1. The population: who lives where, who knows whom (`population`).
2. Settling: ten years in which only people's own lives go on (life events, transitions, influence), with luck of
   the population and not of the run, so that spells of distress and loneliness have their true ages.
3. The warm-up: 208 weeks of the whole model under the levers of a scenario, today as a rule, with the run's own luck.
"""

import json
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np

from sp_abm.cache import cache_folder, prune
from sp_abm.errors import BadFile, CannotWrite
from sp_abm.kernels import SOURCE_HASH, Floats
from sp_abm.levers import DEFAULTS
from sp_abm.parameters import Parameters
from sp_abm.places import Place
from sp_abm.population import load_or_build
from sp_abm.schedule import WEEK, step, week_without
from sp_abm.snapshot import load_state, parameter_changes, save_state, write_folder
from sp_abm.vocabulary import ADULT_AGE, NONE, WARM_UP_WEEKS, TieKind
from sp_abm.world import World

Progress = Callable[[str, int, int], None]
"""Called with (what is being done, weeks done, weeks in all)."""

SETTLING_WEEKS: Final = 520
POPULATION_SEED: Final = 0
_LIVES: Final = tuple(submodel for submodel in WEEK if submodel.__name__ in ("life_events", "transitions", "influence"))
_LIVES_PARAMETERS: Final = ("population", "participation", "life_events", "transitions", "influence")
_TODAY: Final = np.array(list(DEFAULTS.values()))


def quiet(what: str, done: int, total: int) -> None:
    """Report no progress."""


def first_world(
    place: Place, parameters: Parameters, seed: int, *, week: int, threads: int = 1, like: World | None = None
) -> World:
    """Return a settled world of this place, with nobody in post yet and everyone's levers as today.

    `like` is an earlier such world of the same place and parameters that has not been touched since.
    """
    world = like.copy() if like else _settled(place, parameters, threads)
    world.reset(parameters, seed, week)
    world.threads = threads
    world.warm_up_levers = _TODAY
    world.pcns.support[:] = parameters.staffing.support_today
    return world


def warmed_world(
    place: Place,
    parameters: Parameters,
    seed: int,
    *,
    levers: Floats = _TODAY,
    switch_off: Iterable[str] = (),
    threads: int = 1,
    progress: Progress = quiet,
    like: World | None = None,
) -> World:
    """Return a world after 208 weeks under the given levers, today's as a rule; `like` is as in `first_world`."""
    off = sorted(switch_off)
    submodels = week_without(off)

    def warm_up(world: World) -> None:
        for done in range(WARM_UP_WEEKS):
            step(world, submodels)
            progress("warming up", done + 1, WARM_UP_WEEKS)

    def start() -> World:
        world = first_world(place, parameters, seed, week=-WARM_UP_WEEKS, threads=threads, like=like)
        world.warm_up_levers = levers
        return world

    content = [place.content(), parameter_changes(parameters), levers.tolist(), seed, off, WARM_UP_WEEKS]
    return _kept("warm-ups", content, start, warm_up)


def _settled(place: Place, parameters: Parameters, threads: int) -> World:
    def start() -> World:
        tables = load_or_build(place, parameters.population, mean_places=parameters.participation.mean_places)
        return World(place, parameters, POPULATION_SEED, tables, week=-SETTLING_WEEKS - WARM_UP_WEEKS, threads=threads)

    def settle(world: World) -> None:
        _put_young_ties_to_sleep(world)
        for _ in range(SETTLING_WEEKS):
            step(world, _LIVES)
        _remember_who_comes(world)

    content = [place.content(), *(getattr(parameters, group)._asdict() for group in _LIVES_PARAMETERS), SETTLING_WEEKS]
    return _kept("settled", content, start, settle)


def _remember_who_comes(world: World) -> None:
    """Note for each adult's dwelling in which state a newcomer comes: that of the settled place, whatever is done."""
    citizens = world.citizens
    citizens.first_stage[:] = np.where(citizens.age >= ADULT_AGE, citizens.stage, NONE)
    citizens.first_weeks[:] = citizens.weeks_in_distress
    citizens.first_lonely[:] = citizens.lonely


def _put_young_ties_to_sleep(world: World) -> None:
    """Let ties of people who moved in lately be asleep as often as they would be had the model run before.

    After t weeks exp(-t / weeks_tie_wakes) still sleep.
    """
    ties, citizens, p = world.ties, world.citizens, world.parameters.influence
    row = np.repeat(np.arange(citizens.id.size), np.diff(ties.start))
    later = np.maximum(citizens.arrived[row], citizens.arrived[ties.other])
    weeks = -WARM_UP_WEEKS - later.astype(np.float64)
    first, second = np.minimum(row, ties.other), np.maximum(row, ties.other)
    u = world.luck.uniforms("tie", world.week - 1, citizens.id[first], citizens.id[second])[:, 0]
    is_asleep = (ties.kind != TieKind.HOUSEHOLD) & (u < np.exp(-weeks / p.weeks_tie_wakes))
    ties.strength[is_asleep] = 0
    live = np.bincount(row, weights=ties.strength, minlength=citizens.id.size)
    citizens.n_live_ties[:] = np.minimum(live, np.iinfo(np.uint8).max)


def _kept(kind: str, content: list[Any], start: Callable[[], World], run: Callable[[World], None]) -> World:
    """Return the world that `start` and `run` make, from the cache where it is there and sound."""
    name = sha256(json.dumps([*content, SOURCE_HASH], sort_keys=True).encode()).hexdigest()[:24]
    folder = cache_folder(kind, name)
    world = start()
    if folder.exists():
        try:
            return load_state(world, folder)
        except BadFile:
            world = start()
    run(world)
    _keep(world, folder)
    return world


def _keep(world: World, folder: Path) -> None:
    try:
        write_folder(folder, lambda beside: save_state(world, beside, with_ties=False))
        prune(folder.parent)
    except (CannotWrite, OSError):
        pass  # a cache that cannot be written costs time, nothing else
