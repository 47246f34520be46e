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

from sp_abm.kernels import (
    LUCK_BLOCK,
    Flags,
    Floats,
    Singles,
    Whole,
    blank_block,
    borrowing,
    compiled,
    each_of_five,
    inlined,
    listed,
    one_of_five,
)
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
from sp_abm.vocabulary import ADULT_AGE, AGE_BAND_STARTS, TRANSITIONS, Stage
from sp_abm.world import World

__all__ = ["IN_NEED", "N_CELLS", "PEOPLE_TALLIES", "REACHED", "RECORDED", "SHAPE", "SYSTEM_TALLIES", "Recorder"]

IN_NEED: Final = 1
REACHED: Final = 2
_N_MARKS: Final = 4
RECORDED: Final = ("people", "system", "last_stage", "marks")
"""Names of what a record is saved as."""

_EVERYBODY, _ADULTS, _FIRST_STAGE = (COUNTED.index(name) for name in ("n_citizens", "n_adults", "n_thriving"))
_LONELY, _AWARE, _VOLUNTEERING, _TRUST, _LIFE = (
    COUNTED.index(n) for n in ("n_lonely", "n_aware", "n_volunteering", "sum_trust", "sum_life_satisfaction")
)
_CONSULTATIONS, _REFERRED = COUNTED.index("consultations"), COUNTED.index("referred_people")
_FLOW_COLUMN = np.full((len(Stage), len(Stage)), -1, np.int64)
for _before, _after in TRANSITIONS:
    _FLOW_COLUMN[_before, _after] = COUNTED.index(f"new_{_before.word}_to_{_after.word}")
_N_FIFTHS, _N_BANDS, _N_SEXES = SHAPE
_SORTS_LONELY, _SORTS_OF_STAGE = 2 * 2, 2 * 2 * 2
_CHILD = _SORTS_OF_STAGE * len(Stage)
_N_SORTS = _CHILD + 1
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

        arguments = (world.part(Counted, citizens), self.last_stage, self.marks, self._life, self._life_lonely, week)
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
    _, has_arrived, rows = blank_block()
    for start in range(0, arrived.shape[0], LUCK_BLOCK):
        weeks = arrived[start : start + LUCK_BLOCK]
        for k in range(weeks.shape[0]):
            has_arrived[k] = weeks[k] == week
        for i in rows[: listed(has_arrived, weeks.shape[0], start, rows)]:
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
    tallies, heads = np.zeros((_N_MARKS * N_CELLS, len(COUNTED))), np.zeros((_N_MARKS * N_CELLS, _N_SORTS), np.int32)
    cells, sorts, lives = np.empty(LUCK_BLOCK, np.int64), np.empty(LUCK_BLOCK, np.int64), np.empty(LUCK_BLOCK)
    trusts, five_lives = np.empty(LUCK_BLOCK), each_of_five(life)
    _, has_more, rows = blank_block()
    for start in range(low, high, LUCK_BLOCK):
        stop = min(start + LUCK_BLOCK, high)
        age, female, fifth = citizens.age[start:stop], citizens.female[start:stop], citizens.fifth[start:stop]
        stage, lonely, aware = citizens.stage[start:stop], citizens.lonely[start:stop], citizens.aware[start:stop]
        anyway, helps = citizens.volunteers_anyway[start:stop], citizens.volunteer_row[start:stop]
        trust, contentment, mark = citizens.trust[start:stop], citizens.contentment[start:stop], marks[start:stop]
        number, last_referral = citizens.consultations[start:stop], citizens.last_referral[start:stop]
        last = last_stage[start:stop]
        for k in range(age.shape[0]):
            is_adult = age[k] >= ADULT_AGE
            cells[k] = cell_of(mark[k], fifth[k], age[k], female[k])
            sort = sort_of(stage[k], lonely[k], aware[k], anyway[k] | (helps[k] >= 0))
            sorts[k] = sort if is_adult else _CHILD
            felt = one_of_five(five_lives, stage[k]) + contentment[k] - life_lonely * lonely[k]
            lives[k] = min(10.0, max(0.0, felt)) if is_adult else 0.0
            trusts[k] = trust[k] if is_adult else 0.0
            has_more[k] = (number[k] > 0) | (is_adult & ((stage[k] != last[k]) | (last_referral[k] == week)))
        for k in range(stop - start):
            cell = cells[k]
            heads[cell, sorts[k]] += 1
            tallies[cell, _LIFE] += lives[k]
            tallies[cell, _TRUST] += trusts[k]
        for i in rows[: listed(has_more, stop - start, start, rows)]:
            _count_moves(tallies[cells[i - start]], citizens, i, last_stage[i], week)
        last[:] = stage
    _count_heads(tallies, heads)
    return tallies.reshape(_N_MARKS, N_CELLS, len(COUNTED))


@inlined
def cell_of(mark: int, fifth: int, age: int, female: bool) -> int:
    """Return a person's cell: by mark, fifth, age band and sex."""
    band = 0
    for first in AGE_BAND_STARTS[1:]:
        band += age >= first
    return ((mark * _N_FIFTHS + fifth) * _N_BANDS + band) * _N_SEXES + (1 - female)


@inlined
def sort_of(stage: int, lonely: bool, aware: bool, volunteers: bool) -> int:
    """Return of which sort an adult is: by stage, loneliness, awareness and volunteering."""
    return ((stage * 2 + lonely) * 2 + aware) * 2 + volunteers


@inlined
def _count_moves(tallies: Floats, citizens: Counted, i: int, before: int, week: int) -> None:
    """Count what few people have in a week: consultations, and of adults a move between stages or a referral."""
    tallies[_CONSULTATIONS] += citizens.consultations[i]
    if citizens.age[i] < ADULT_AGE:
        return
    if citizens.stage[i] != before and citizens.arrived[i] != week:
        tallies[_FLOW_COLUMN[before, citizens.stage[i]]] += 1
    tallies[_REFERRED] += citizens.last_referral[i] == week


@inlined
def _count_heads(tallies: Floats, heads: Whole) -> None:
    """Add up the people of each sort in each cell, and the young."""
    for cell in range(tallies.shape[0]):
        found, row = heads[cell], tallies[cell]
        row[_ADULTS] = found[:_CHILD].sum()
        row[_EVERYBODY] = row[_ADULTS] + found[_CHILD]
        if row[_ADULTS] == 0:
            continue
        for sort in range(_CHILD):
            n = found[sort]
            row[_FIRST_STAGE + sort // _SORTS_OF_STAGE] += n
            row[_LONELY] += n * (sort // _SORTS_LONELY % 2)
            row[_AWARE] += n * (sort // 2 % 2)
            row[_VOLUNTEERING] += n * (sort % 2)


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
