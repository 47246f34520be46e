"""Recorder: writes down each week, once, after the last submodel. It reads everything and changes nothing.

Two sorts of people are told apart, besides everybody. In need are those of 16 and over who were in distress or lonely
when the record began, or in the week they moved in, for as long as they live there. Reached are those who have had a
first contact with a link worker since the record began, for as long as they live there. Who is in need is fixed by
that moment: help does not take a person out. (A newcomer takes over the stage of the place, so that two arms of a
pair may differ by a few newcomers in need.)
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.agents.citizens import Citizens
from sp_abm.kernels import Floats, Whole, compiled
from sp_abm.measures import Measure, Window
from sp_abm.stocks import community, helped_by_horizon, referred_by_route, service, workforce, worth
from sp_abm.tallies import (
    COUNTED,
    DENOMINATORS,
    N_CELLS,
    OF_SOME,
    PEOPLE_TALLIES,
    SHAPE,
    SYSTEM_TALLIES,
    Sums,
)
from sp_abm.vocabulary import ADULT_AGE, AGE_BAND_STARTS, OLDEST_AGE, TRANSITIONS, Stage
from sp_abm.world import World

__all__ = ["IN_NEED", "N_CELLS", "PEOPLE_TALLIES", "REACHED", "RECORDED", "SHAPE", "SYSTEM_TALLIES", "Recorder"]

IN_NEED: Final = 1
REACHED: Final = 2
_N_MARKS: Final = 4
RECORDED: Final = ("people", "system", "last_stage", "marks")
"""Names of what a record is saved as."""

_FIRST_STAGE = COUNTED.index("n_thriving")
_LONELY, _AWARE, _TRUST, _LIFE = (
    COUNTED.index(n) for n in ("n_lonely", "n_aware", "sum_trust", "sum_life_satisfaction")
)
_CONSULTATIONS, _REFERRED = COUNTED.index("consultations"), COUNTED.index("referred_people")
_FLOW_COLUMN = np.full((len(Stage), len(Stage)), -1, np.int64)
for _before, _after in TRANSITIONS:
    _FLOW_COLUMN[_before, _after] = COUNTED.index(f"new_{_before.word}_to_{_after.word}")
_BAND_OF_AGE = np.searchsorted(AGE_BAND_STARTS, np.arange(OLDEST_AGE + 1), side="right") - 1
_QUALITY = PEOPLE_TALLIES.index("sum_quality")
_OF_SOME = np.array([COUNTED.index(name) for name in OF_SOME])
_FIRST_IN_NEED, _FIRST_REACHED = (PEOPLE_TALLIES.index(f"{OF_SOME[0]}_{people}") for people in DENOMINATORS)


class Recorder:
    """The record of a run: `people` (weeks, cells, tallies) and `system` (weeks, tallies), float64.

    `marks` says of each dwelling's resident whether they are in need (1) and reached (2).
    """

    def __init__(self, world: World, weeks: int) -> None:
        self.people = np.zeros((weeks, N_CELLS, len(PEOPLE_TALLIES)))
        self.system = np.zeros((weeks, len(SYSTEM_TALLIES)))
        self.n_weeks = 0
        self.last_stage = world.citizens.stage.copy()
        self.marks = need_now(world.citizens, np.arange(world.citizens.id.size))
        p = world.parameters.observation
        self._life = np.array([getattr(p, f"life_{stage.word}") for stage in Stage])
        self._quality = np.array([getattr(p, f"quality_{stage.word}") for stage in Stage])
        self._life_lonely = p.life_lonely

    def record(self, world: World) -> None:
        """Write one row for the week that has just been simulated."""
        row, week = self.n_weeks, world.week - 1
        if row == self.system.shape[0]:
            self._grow()
        newcomers = np.flatnonzero(world.citizens.arrived == week)
        self.marks[newcomers] = need_now(world.citizens, newcomers)
        first_seen = np.flatnonzero(world.cases.week_first[: world.n_cases] == week)
        self.marks[world.cases.citizen[first_seen]] |= REACHED

        arguments = (world.citizens, self.last_stage, self.marks, self._life, self._life_lonely, week)
        for part in world.pass_over_citizens(_count_people, *arguments):
            _add_up(part, self._quality, self.people[row])
        tallies = world.flows | workforce(world) | community(world) | service(world) | referred_by_route(world, week)
        tallies |= helped_by_horizon(world, first_seen) | worth(world, self.people[row].sum(axis=0), row)
        self.system[row] = [tallies[name] for name in SYSTEM_TALLIES]
        self.n_weeks += 1

    def content(self) -> dict[str, NDArray[Any]]:
        """Return the record so far and what is needed to go on with it."""
        n = self.n_weeks
        kept = (self.people[:n], self.system[:n], self.last_stage, self.marks)
        return dict(zip(RECORDED, kept, strict=True))

    def restore(self, content: Mapping[str, NDArray[Any]]) -> None:
        """Go on from a saved record."""
        self.people, self.system, self.last_stage, self.marks = (content[name] for name in RECORDED)
        self.n_weeks = self.system.shape[0]

    def latest(self, measure: Measure) -> float:
        """Return a measure's value in the latest week alone, NaN if there is nothing to divide by or compare with."""
        if measure.window is Window.FUNNEL or measure.is_paired:
            return float("nan")
        week = slice(self.n_weeks - 1, self.n_weeks)
        return float(measure.value(Sums(self.system[week], self.people[week]))[0])

    def _grow(self) -> None:
        extra = max(1, self.system.shape[0])
        self.people = np.concatenate([self.people, np.zeros((extra, *self.people.shape[1:]))])
        self.system = np.concatenate([self.system, np.zeros((extra, self.system.shape[1]))])


def need_now(citizens: Citizens, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return the mark `IN_NEED` for each row of 16 or over who is in distress or lonely now, 0 for others."""
    stage = citizens.stage[rows]
    is_distressed = (stage == Stage.PRE_CRISIS) | (stage == Stage.CRISIS)
    is_in_need = (citizens.age[rows] >= ADULT_AGE) & (is_distressed | citizens.lonely[rows])
    return np.where(is_in_need, IN_NEED, 0).astype(np.uint8)


@compiled
def _count_people(
    low: int,
    high: int,
    citizens: Citizens,
    last_stage: Whole,
    marks: Whole,
    life: Floats,
    life_lonely: float,
    week: int,
) -> Floats:
    """Return tallies of everybody by mark, cell and name, shape (4, cells, tallies): each person in one place."""
    tallies = np.zeros((_N_MARKS * N_CELLS, len(COUNTED)))
    n_fifths, n_bands, n_sexes = SHAPE
    for i in range(low, high):
        band = _BAND_OF_AGE[citizens.age[i]]
        cell = ((marks[i] * n_fifths + citizens.fifth[i]) * n_bands + band) * n_sexes + (0 if citizens.female[i] else 1)
        tallies[cell, 0] += 1
        tallies[cell, _CONSULTATIONS] += citizens.consultations[i]
        if citizens.age[i] < ADULT_AGE:
            last_stage[i] = citizens.stage[i]
            continue
        tallies[cell, 1] += 1
        stage = citizens.stage[i]
        tallies[cell, _FIRST_STAGE + stage] += 1
        if last_stage[i] != stage:
            tallies[cell, _FLOW_COLUMN[last_stage[i], stage]] += 1
            last_stage[i] = stage
        satisfaction = life[stage] + citizens.contentment[i]
        if citizens.lonely[i]:
            tallies[cell, _LONELY] += 1
            satisfaction -= life_lonely
        tallies[cell, _LIFE] += min(10.0, max(0.0, satisfaction))
        tallies[cell, _AWARE] += citizens.aware[i]
        tallies[cell, _TRUST] += citizens.trust[i]
        tallies[cell, _REFERRED] += citizens.last_referral[i] == week
    return tallies.reshape(_N_MARKS, N_CELLS, len(COUNTED))


@compiled
def _add_up(counted: Floats, quality: Floats, people: Floats) -> None:
    """Add one chunk's tallies to a week's: everybody's, the worth of their stages, those in need, those reached."""
    for mark in range(_N_MARKS):
        for cell in range(N_CELLS):
            found, row = counted[mark, cell], people[cell]
            if found[0] == 0:
                continue
            for k in range(len(COUNTED)):
                row[k] += found[k]
            for stage in range(quality.shape[0]):
                row[_QUALITY] += found[_FIRST_STAGE + stage] * quality[stage]
            for k in range(_OF_SOME.shape[0]):
                if mark & IN_NEED:
                    row[_FIRST_IN_NEED + k] += found[_OF_SOME[k]]
                if mark & REACHED:
                    row[_FIRST_REACHED + k] += found[_OF_SOME[k]]
