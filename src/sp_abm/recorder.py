"""Recorder: writes down each week, once, after the last submodel. It reads everything and changes nothing.

Two sorts of people are told apart, besides everybody. In need are those of 16 and over who were in distress or lonely
when the record began, or in the week they moved in, for as long as they live there. Reached are those who have had a
first contact with a link worker since the record began, for as long as they live there. Who is in need is fixed by
that moment: help does not take a person out, and both arms of a pair have the same people in need, but for a few who
move in where a child lived when the place settled.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sp_abm.declare import part
from sp_abm.kernels import Flags, Floats, Singles, Whole, borrowing, compiled, inlined
from sp_abm.measures import Measure, Window
from sp_abm.stocks import community, service, workforce, worth
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

_EVERYBODY, _ADULTS, _FIRST_STAGE = (COUNTED.index(name) for name in ("n_citizens", "n_adults", "n_thriving"))
_BEYOND_STAGES = _FIRST_STAGE + len(Stage)
_LONELY, _AWARE, _VOLUNTEERING, _TRUST, _LIFE = (
    COUNTED.index(n) for n in ("n_lonely", "n_aware", "n_volunteering", "sum_trust", "sum_life_satisfaction")
)
_CONSULTATIONS, _REFERRED = COUNTED.index("consultations"), COUNTED.index("referred_people")
_FLOW_COLUMN = np.full((len(Stage), len(Stage)), -1, np.int64)
for _before, _after in TRANSITIONS:
    _FLOW_COLUMN[_before, _after] = COUNTED.index(f"new_{_before.word}_to_{_after.word}")
_BAND_OF_AGE = np.searchsorted(AGE_BAND_STARTS, np.arange(OLDEST_AGE + 1), side="right") - 1
_QUALITY = PEOPLE_TALLIES.index("sum_quality")
_OF_SOME = np.array([COUNTED.index(name) for name in OF_SOME])
_FIRST_IN_NEED, _FIRST_REACHED = (PEOPLE_TALLIES.index(f"{OF_SOME[0]}_{people}") for people in DENOMINATORS)


class Counted(NamedTuple):
    """The columns of citizens that are counted."""

    age: Whole
    female: Flags
    fifth: Whole
    stage: Whole
    lonely: Flags
    aware: Flags
    trust: Singles
    contentment: Singles
    consultations: Whole
    last_referral: Whole
    volunteers_anyway: Flags
    volunteer_row: Whole
    arrived: Whole


class Recorder:
    """The record of a run: `people` (weeks, cells, tallies) and `system` (weeks, tallies), float64.

    `marks` says of each dwelling's resident whether they are in need (1) and reached (2).
    """

    def __init__(self, world: World, weeks: int) -> None:
        self.people = np.zeros((weeks, N_CELLS, len(PEOPLE_TALLIES)))
        self.system = np.zeros((weeks, len(SYSTEM_TALLIES)))
        self.n_weeks = 0
        self.last_stage = world.citizens.stage.copy()
        self.marks = np.zeros(world.citizens.id.size, np.uint8)
        citizens = world.citizens
        _mark_needs(citizens.age, citizens.stage, citizens.lonely, np.zeros_like(citizens.arrived), 0, self.marks)
        p = world.parameters.observation
        self._life = np.array([getattr(p, f"life_{stage.word}") for stage in Stage])
        self._quality = np.array([getattr(p, f"quality_{stage.word}") for stage in Stage])
        self._life_lonely = p.life_lonely

    def record(self, world: World) -> None:
        """Write one row for the week that has just been simulated."""
        row, week = self.n_weeks, world.week - 1
        if row == self.system.shape[0]:
            self._grow()
        citizens, cases = world.citizens, world.cases
        _mark_needs(citizens.age, citizens.stage, citizens.lonely, citizens.arrived, week, self.marks)
        _mark_reached(cases.citizen, cases.week_first, world.n_cases, week, self.marks)

        arguments = (part(Counted, citizens), self.last_stage, self.marks, self._life, self._life_lonely, week)
        for tallied in world.pass_over_citizens(_count_people, *arguments):
            _add_up(tallied, self._quality, self.people[row])
        everybody = self.people[row].sum(axis=0).tolist()
        tallies = {"weeks": 1.0, **world.flows, **workforce(world), **community(world), **service(world, week)}
        tallies |= worth(world, everybody, row)
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

    def values(self, measure: Measure, first: int = 0) -> Floats:
        """Return a measure's value in each week from `first` on, NaN if it cannot be told from one week."""
        weeks = slice(first, self.n_weeks)
        if measure.window is Window.FUNNEL or measure.is_paired or not self.n_weeks:
            return np.full(self.n_weeks - first, np.nan)
        return measure.value(Sums(self.system[weeks], self.people[weeks]))

    def _grow(self) -> None:
        extra = max(1, self.system.shape[0])
        self.people = np.concatenate([self.people, np.zeros((extra, *self.people.shape[1:]))])
        self.system = np.concatenate([self.system, np.zeros((extra, self.system.shape[1]))])


@compiled
def _mark_needs(age: Whole, stage: Whole, lonely: Flags, arrived: Whole, week: int, marks: Whole) -> None:
    """Mark afresh those who arrived this week: in need if 16 or over and in distress or lonely, and not yet reached."""
    for i in range(arrived.shape[0]):
        if arrived[i] == week:
            is_distressed = stage[i] == Stage.PRE_CRISIS or stage[i] == Stage.CRISIS
            marks[i] = IN_NEED if age[i] >= ADULT_AGE and (is_distressed or lonely[i]) else 0


@compiled
def _mark_reached(citizen: Whole, week_first: Whole, n_cases: int, week: int, marks: Whole) -> None:
    for row in range(n_cases):
        if week_first[row] == week:
            marks[citizen[row]] |= REACHED


@compiled
def _count_people(
    low: int,
    high: int,
    citizens: Counted,
    last_stage: Whole,
    marks: Whole,
    life: Floats,
    life_lonely: float,
    week: int,
) -> Floats:
    """Return tallies of everybody by mark, cell and name, shape (4, cells, tallies): each person in one place.

    Somebody who came this week has not moved between stages.
    """
    tallies = np.zeros((_N_MARKS * N_CELLS, len(COUNTED)))
    n_fifths, n_bands, n_sexes = SHAPE
    age, female, fifth, stage, lonely = citizens.age, citizens.female, citizens.fifth, citizens.stage, citizens.lonely
    consultations, contentment, trust = citizens.consultations, citizens.contentment, citizens.trust
    aware, last_referral = citizens.aware, citizens.last_referral
    anyway, helps, arrived = citizens.volunteers_anyway, citizens.volunteer_row, citizens.arrived
    for i in range(low, high):
        now, before = stage[i], last_stage[i]
        cell = ((marks[i] * n_fifths + fifth[i]) * n_bands + _BAND_OF_AGE[age[i]]) * n_sexes + (1 - female[i])
        if consultations[i] > 0:
            tallies[cell, _CONSULTATIONS] += consultations[i]
        last_stage[i] = now
        if age[i] < ADULT_AGE:
            tallies[cell, _EVERYBODY] += 1
            continue
        tallies[cell, _FIRST_STAGE + now] += 1
        if now != before and arrived[i] != week:
            tallies[cell, _FLOW_COLUMN[before, now]] += 1
        if lonely[i]:
            tallies[cell, _LONELY] += 1
        tallies[cell, _LIFE] += min(10.0, max(0.0, life[now] + contentment[i] - life_lonely * lonely[i]))
        tallies[cell, _TRUST] += trust[i]
        tallies[cell, _AWARE] += aware[i]
        tallies[cell, _VOLUNTEERING] += anyway[i] or helps[i] >= 0
        if last_referral[i] == week:
            tallies[cell, _REFERRED] += 1
    _count_heads(tallies)
    return tallies.reshape(_N_MARKS, N_CELLS, len(COUNTED))


@inlined
def _count_heads(tallies: Floats) -> None:
    """Fill in the adults of each row, who are those of every stage, and add them to the young."""
    for row in range(tallies.shape[0]):
        adults = tallies[row, _FIRST_STAGE:_BEYOND_STAGES].sum()
        tallies[row, _ADULTS] = adults
        tallies[row, _EVERYBODY] += adults


@borrowing
def _add_up(counted: Floats, quality: Floats, people: Floats) -> None:
    """Add one chunk's tallies to a week's: everybody's, the worth of their stages, those in need, those reached."""
    for mark in range(_N_MARKS):
        for cell in range(N_CELLS):
            found, row = counted[mark, cell], people[cell]
            if found[_EVERYBODY] == 0:
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
