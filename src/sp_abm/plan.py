"""Plans: all runs of a study, points x arms x replications, with their seeds; and how they are shared out as tasks."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import groupby
from typing import Final

from sp_abm.cells import Cell
from sp_abm.comparison import with_set
from sp_abm.designs import Point
from sp_abm.errors import BadValue
from sp_abm.measures import MEASURES
from sp_abm.places import Place
from sp_abm.plausible import Sets, needed_sets
from sp_abm.randomness import MAX_SEED
from sp_abm.scenario import Scenario
from sp_abm.study import Study

MOST_WITHOUT_BUDGET: Final = 100_000
TASK_SECONDS: Final = 1.5
SECONDS_PER_HOUR: Final = 3600.0
SECONDS_PER_WEEK, SECONDS_PER_RESIDENT_WEEK = 1e-3, 8e-8
"""Measured on one core of a small machine in 2026; they set the size of a task and the time a plan expects."""

Task = tuple[Cell, ...]


@dataclass(frozen=True)
class Run:
    """One row of a plan."""

    point: int
    arm: str
    replication: int
    values: Point
    cell: Cell


@dataclass(frozen=True)
class Plan:
    """The runs of a study with `counts[point]` replications of each point; replications are the slowest to change."""

    study: Study
    points: tuple[Point, ...]
    counts: tuple[int, ...]

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """Return every run in order: adding replications adds runs at the end and changes none."""
        arms = [self._arms(point) for point in self.points]
        return tuple(
            Run(point, name, replication, self.points[point], self._cell(name, arms[point], replication))
            for replication in range(max(self.counts))
            for point, count in enumerate(self.counts)
            if replication < count
            for name in self.study.arms
        )

    @cached_property
    def cells(self) -> dict[str, Cell]:
        """Return the cells by hash, in order; runs that are alike in everything share one."""
        return {run.cell.hash: run.cell for run in self.runs}

    def _arms(self, point: Point) -> dict[str, Scenario]:
        return {
            name: scenario.with_changes(point, f"arm {name!r} of {self.study.name}")
            for name, scenario in self.study.arms.items()
        }

    @cached_property
    def _sets(self) -> Sets:
        return needed_sets() if self.study.replications.plausible else ()

    def _cell(self, name: str, arms: Mapping[str, Scenario], replication: int) -> Cell:
        study = self.study
        arms = {each: with_set(scenario, self._sets, replication) for each, scenario in arms.items()}
        first = next(iter(study.arms))
        is_paired = name != first and any(MEASURES[measure].is_paired for measure in study.measures)
        against = arms[first] if is_paired else None
        seed = seed_of(study.seed, replication)
        outputs = study.measures, study.weekly, study.panel, study.events
        return Cell(arms[name], against, study.place, seed, study.weeks, *outputs)

    @property
    def seconds(self) -> float:
        """Return how long all cells take on one core, roughly."""
        return sum(expected_seconds(cell) for cell in self.cells.values())


def seed_of(study_seed: int, replication: int) -> int:
    """Return the seed of a replication: the same for every arm and point, and another for every replication."""
    first = int.from_bytes(sha256(f"study {study_seed}".encode()).digest()[:4], "big")
    return (first + replication) % (MAX_SEED + 1)


def counted(number: int, noun: str) -> str:
    """Return so many of something in words."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def sizes(points: int, arms: int, replications: int) -> str:
    """Return in words what a plan multiplies."""
    return f"{counted(points, 'point')} x {counted(arms, 'arm')} x {counted(replications, 'replication')}"


def plan_of(study: Study, counts: tuple[int, ...] | None = None) -> Plan:
    """Return the plan of a study, by default with its first replications; raises `BadValue` if it is too large."""
    n_points, arms, most = study.design.size(study.factors), len(study.arms), study.replications.most
    n = n_points * arms * most
    product = f"{sizes(n_points, arms, most)} = {counted(n, 'run')}"
    if study.budget is None and n > MOST_WITHOUT_BUDGET:
        raise BadValue(
            f"{study.name}: {product}. More than {MOST_WITHOUT_BUDGET:,} need a budget that says so:"
            f" [budget] runs = {n}."
        )
    if study.budget is not None and n > study.budget:
        raise BadValue(f"{study.name}: {product}, more than its budget of {counted(study.budget, 'run')}.")
    hours = n * _seconds(study.weeks, study.place) / SECONDS_PER_HOUR
    if study.hours is not None and hours > study.hours:
        raise BadValue(
            f"{study.name}: {product}, about {hours:,.2g} hours on one core, more than its budget of {study.hours:g}."
        )
    points = tuple(study.design.points(study.factors))
    return Plan(study, points, counts or (study.replications.n,) * len(points))


def expected_seconds(cell: Cell) -> float:
    """Return how long a cell takes on one core, roughly."""
    return _seconds(cell.weeks, cell.place)


def _seconds(weeks: int, place: Place) -> float:
    return weeks * (SECONDS_PER_WEEK + place.residents * SECONDS_PER_RESIDENT_WEEK)


def tasks_of(cells: Iterable[Cell]) -> Iterator[Task]:
    """Yield the cells in tasks that last a second or two, cells that share a warm-up together, arms of a point too."""
    by_start: dict[object, list[Cell]] = {}
    for cell in cells:
        by_start.setdefault(cell.start, []).append(cell)
    for alike in by_start.values():
        yield from _bundled(alike)


def _bundled(cells: list[Cell]) -> Iterator[Task]:
    """Yield tasks of cells that start alike; an arm stays with the run it is compared with."""
    bundle: list[Cell] = []
    seconds = 0.0
    for _, pair in groupby(cells, key=lambda cell: (cell.against or cell.scenario).hash):
        together = list(pair)
        bundle += together
        seconds += sum(expected_seconds(cell) for cell in together)
        if seconds >= TASK_SECONDS:
            yield tuple(bundle)
            bundle, seconds = [], 0.0
    if bundle:
        yield tuple(bundle)
