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
    brief,
    compiled,
    each_of_five,
    inlined,
    listed,
    one_of_five,
)
from sp_abm.measures import Measure, Window
from sp_abm.parameters.pathway import Referral
from sp_abm.stocks import stocks
from sp_abm.submodels.referral import p_need
from sp_abm.tallies import (
    COUNTED,
    DENOMINATORS,
    MOVES,
    MOVES_OF_SOME,
    N_CELLS,
    OF_SOME,
    PEOPLE_TALLIES,
    SHAPE,
    SYSTEM_TALLIES,
    Sums,
)
from sp_abm.vocabulary import ADULT_AGE, AGE_BAND_STARTS, TRANSITIONS, Stage
from sp_abm.world import CHUNK, World

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
_CONSULTATIONS, _OF_ADULTS, _NON_MEDICAL, _REFERRED = (
    COUNTED.index(n)
    for n in ("consultations", "consultations_of_adults", "consultations_non_medical", "referred_people")
)
_FLOW_COLUMN = np.full((len(Stage), len(Stage)), -1, np.int64)
for _before, _after in TRANSITIONS:
    _FLOW_COLUMN[_before, _after] = COUNTED.index(f"new_{_before.word}_to_{_after.word}")
_N_FIFTHS, _N_BANDS, _N_SEXES = SHAPE
_SORTS_LONELY, _SORTS_OF_STAGE = 2 * 2, 2 * 2 * 2
_SORTS_OF_NEED = 2 * 2 * len(Stage)
_NEWCOMERS_AT_ONCE: Final = 64
_CHILD = _SORTS_OF_STAGE * len(Stage)
_N_SORTS = _CHILD + 1
_QUALITY = PEOPLE_TALLIES.index("sum_quality")
_OF_SOME = np.array([COUNTED.index(name) for name in OF_SOME if name in COUNTED])
_QUALITY_OF_SOME = OF_SOME.index("sum_quality")
_FIRST_MOVE = COUNTED.index(MOVES[0])
_AFTER_STOCKS = SYSTEM_TALLIES.index(MOVES_OF_SOME[0])
_STOCKS, _MOVES = slice(1, _AFTER_STOCKS), slice(_AFTER_STOCKS, _AFTER_STOCKS + len(MOVES_OF_SOME))
_FLOWS = slice(_MOVES.stop, None)
_FIRST_IN_NEED, _FIRST_REACHED = (PEOPLE_TALLIES.index(f"{OF_SOME[0]}_{people}") for people in DENOMINATORS)


class Counted(NamedTuple):
    """The columns of citizens that are counted."""

    age: Whole
    female: Flags
    fifth: Whole
    stage: Whole
    lonely: Flags
    discloses: Flags
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
        citizens = world.part(Counted, world.citizens)
        _mark_needs(citizens._replace(arrived=np.zeros_like(citizens.arrived)), 0, self.marks)
        n_chunks = -(-self.marks.size // CHUNK)
        self._counted = np.empty((n_chunks, len(COUNTED), _N_MARKS, N_CELLS))
        p = world.parameters.observation
        self._life = np.array([getattr(p, f"life_{stage.word}") for stage in Stage])
        self._quality = np.array([getattr(p, f"quality_{stage.word}") for stage in Stage])
        self._life_lonely = p.life_lonely
        self._needs = _needs(world.parameters.referral)

    def record(self, world: World) -> None:
        """Write one row for the week that has just been simulated."""
        row, week = self.n_weeks, world.week - 1
        if row == self.system.shape[0]:
            self._grow()
        people, cases = world.part(Counted, world.citizens), world.cases
        _mark(people, cases.citizen, cases.week_first, world.n_cases, week, self.marks)
        arguments = (people, self.last_stage, self.marks, self._life, self._life_lonely, self._needs)
        world.pass_over_chunks(_count_people, *arguments, week, self._counted)
        system = self.system[row]
        everybody = _set_down(self._counted, self._quality, self.people[row], system[_MOVES])
        found = stocks(world, week, everybody, row)
        system[0], system[_STOCKS], system[_FLOWS] = 1.0, found, list(world.flows.values())
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


@borrowing
def _mark(people: Counted, citizen: Whole, week_first: Whole, n_cases: int, week: int, marks: Whole) -> None:
    """Mark those who came this week, and then those a link worker met."""
    _mark_needs(people, week, marks)
    for row in range(n_cases):
        if week_first[row] == week:
            marks[citizen[row]] |= REACHED


@borrowing
def _mark_needs(people: Counted, week: int, marks: Whole) -> None:
    """Mark afresh those who arrived this week: in need if 16 or over and in distress or lonely, and not yet reached.

    Most blocks of people have no newcomer, and to see that takes a few instructions.
    """
    age, stage, lonely, arrived = people.age, people.stage, people.lonely, people.arrived
    for start in range(0, arrived.shape[0], _NEWCOMERS_AT_ONCE):
        weeks = arrived[start : start + _NEWCOMERS_AT_ONCE]
        n_new = 0
        for k in range(weeks.shape[0]):
            n_new += weeks[k] == week
        if n_new == 0:
            continue
        for i in range(start, start + weeks.shape[0]):
            if arrived[i] == week:
                is_distressed = stage[i] == Stage.PRE_CRISIS or stage[i] == Stage.CRISIS
                marks[i] = IN_NEED if age[i] >= ADULT_AGE and (is_distressed or lonely[i]) else 0


@compiled
def _count_people(
    low: int,
    high: int,
    citizens: Counted,
    last_stage: Whole,
    marks: Whole,
    life: Floats,
    life_lonely: float,
    needs: Floats,
    week: int,
    counted: Floats,
) -> None:
    """Leave a chunk's tallies by name, mark and cell in its place of `counted`: each person in one place.

    Somebody who came this week has not moved between stages. A consultation that shows a non-medical need is counted
    as the chance of it that referral goes by, of which nothing changes later in the week. A cell and a sort are kept in
    as few bytes as hold them: each of the plain loops then does dozens of people at a time.
    """
    tallies = counted[low // CHUNK].reshape(len(COUNTED), _N_MARKS * N_CELLS)
    tallies[:] = 0
    heads = np.zeros((_N_SORTS, _N_MARKS * N_CELLS), np.int32)
    cells, sorts, lives = np.empty(LUCK_BLOCK, np.uint16), np.empty(LUCK_BLOCK, np.uint8), np.empty(LUCK_BLOCK)
    trusts, five_lives = np.empty(LUCK_BLOCK), each_of_five(life)
    _, has_more, rows = blank_block()
    for start in range(low, high, LUCK_BLOCK):
        stop = min(start + LUCK_BLOCK, high)
        age, stage, lonely = citizens.age[start:stop], citizens.stage[start:stop], citizens.lonely[start:stop]
        anyway, helps = citizens.volunteers_anyway[start:stop], citizens.volunteer_row[start:stop]
        trust, contentment = citizens.trust[start:stop], citizens.contentment[start:stop]
        number, last_referral = citizens.consultations[start:stop], citizens.last_referral[start:stop]
        arrived, last, discloses = citizens.arrived[start:stop], last_stage[start:stop], citizens.discloses[start:stop]
        _find_cells(marks[start:stop], citizens.fifth[start:stop], age, citizens.female[start:stop], cells)
        _find_sorts(age, stage, lonely, citizens.aware[start:stop], anyway, helps, sorts)
        for k in range(age.shape[0]):
            is_adult = age[k] >= ADULT_AGE
            felt = one_of_five(five_lives, stage[k]) + contentment[k] - life_lonely * lonely[k]
            lives[k] = min(10.0, max(0.0, felt)) if is_adult else 0.0
            trusts[k] = trust[k] if is_adult else 0.0
        for k in range(age.shape[0]):
            has_more[k] = (number[k] > 0) | (stage[k] != last[k]) | (last_referral[k] == week)
        for k in range(stop - start):
            heads[sorts[k], cells[k]] += 1
            tallies[_LIFE, cells[k]] += lives[k]
            tallies[_TRUST, cells[k]] += trusts[k]
        for k in rows[: listed(has_more, stop - start, 0, rows)]:
            is_adult, has_moved = age[k] >= ADULT_AGE, stage[k] != last[k] and arrived[k] != week
            of_adults = number[k] * is_adult
            tallies[_CONSULTATIONS, cells[k]] += number[k]
            tallies[_OF_ADULTS, cells[k]] += of_adults
            tallies[_NON_MEDICAL, cells[k]] += of_adults * needs[stage[k] * 4 + lonely[k] * 2 + discloses[k]]
            tallies[_REFERRED, cells[k]] += is_adult & (last_referral[k] == week)
            if has_moved and is_adult:
                tallies[_FLOW_COLUMN[last[k], stage[k]], cells[k]] += 1
        last[:] = stage
    _count_heads(tallies, heads)


@compiled
def _needs(p: Referral) -> Floats:
    """Return the chance that a consultation shows a non-medical need, by stage, loneliness and disclosure."""
    needs = np.empty(_SORTS_OF_NEED)
    for k in range(needs.shape[0]):
        needs[k] = p_need(k // 4, k // 2 % 2 == 1, k % 2 == 1, p)
    return needs


@inlined
def _find_cells(mark: Whole, fifth: Whole, age: Whole, female: Flags, cells: Whole) -> None:
    """Leave each person's cell: by mark, fifth, age band and sex."""
    for k in range(age.shape[0]):
        band = 0
        for first in AGE_BAND_STARTS[1:]:
            band += age[k] >= first
        cells[k] = ((mark[k] * _N_FIFTHS + fifth[k]) * _N_BANDS + band) * _N_SEXES + (1 - female[k])


@inlined
def _find_sorts(
    age: Whole, stage: Whole, lonely: Flags, aware: Flags, anyway: Flags, volunteer_row: Whole, sorts: Whole
) -> None:
    """Leave of which sort each person is: a child, or by stage, loneliness, awareness and volunteering."""
    for k in range(age.shape[0]):
        volunteers = anyway[k] | (volunteer_row[k] >= 0)
        sort = ((stage[k] * 2 + lonely[k]) * 2 + aware[k]) * 2 + volunteers
        sorts[k] = sort if age[k] >= ADULT_AGE else _CHILD


@inlined
def _count_heads(tallies: Floats, heads: Whole) -> None:
    """Add up the people of each sort in every cell, and the young."""
    _add(tallies[_EVERYBODY], heads[_CHILD])
    for sort in range(_CHILD):
        found = heads[sort]
        _add(tallies[_EVERYBODY], found)
        _add(tallies[_ADULTS], found)
        _add(tallies[_FIRST_STAGE + sort // _SORTS_OF_STAGE], found)
        if sort // _SORTS_LONELY % 2:
            _add(tallies[_LONELY], found)
        if sort // 2 % 2:
            _add(tallies[_AWARE], found)
        if sort % 2:
            _add(tallies[_VOLUNTEERING], found)


@inlined
def _add(total: Floats, found: Whole) -> None:
    for cell in range(total.shape[0]):
        total[cell] += found[cell]


@borrowing
def _add_up(counted: Floats, quality: Floats, people: Floats) -> None:
    """Add one chunk's tallies to a week's: everybody's, the worth of their stages, those in need, those reached.

    `people` has shape (tallies, cells).
    """
    for mark in range(_N_MARKS):
        for k in range(len(COUNTED)):
            _add(people[k], counted[k, mark])
        _add_worth(people[_QUALITY], counted, mark, quality)
        if mark & IN_NEED:
            _add_some(people[_FIRST_IN_NEED:], counted, mark, quality)
        if mark & REACHED:
            _add_some(people[_FIRST_REACHED:], counted, mark, quality)


@inlined
def _add_some(people: Floats, counted: Floats, mark: int, quality: Floats) -> None:
    """Add a mark's tallies to those kept of the people who bear it."""
    for k in range(_OF_SOME.shape[0]):
        _add(people[k], counted[_OF_SOME[k], mark])
    _add_worth(people[_QUALITY_OF_SOME], counted, mark, quality)


@inlined
def _add_worth(total: Floats, counted: Floats, mark: int, quality: Floats) -> None:
    """Add what a mark's people's stages are worth."""
    for stage in range(quality.shape[0]):
        found = counted[_FIRST_STAGE + stage, mark]
        for cell in range(N_CELLS):
            total[cell] += found[cell] * quality[stage]


@inlined
def _add_moves(counted: Floats, moves: Floats) -> None:
    """Add one chunk's moves between stages, of all cells, to those of the people in need and those reached."""
    for mark in range(1, _N_MARKS):
        for k in range(len(MOVES)):
            number = counted[_FIRST_MOVE + k, mark].sum()
            moves[k] += number * (mark & IN_NEED > 0)
            moves[len(MOVES) + k] += number * (mark & REACHED > 0)


@brief
def _set_down(counted: Floats, quality: Floats, people: Floats, moves: Floats) -> Floats:
    """Write a week's tallies, summed over chunks, into the record, `MOVES_OF_SOME` too; return those of all cells."""
    week, everybody = np.zeros((len(PEOPLE_TALLIES), N_CELLS)), np.zeros(len(PEOPLE_TALLIES))
    moves[:] = 0
    for chunk in range(counted.shape[0]):
        _add_up(counted[chunk], quality, week)
        _add_moves(counted[chunk], moves)
    for cell in range(week.shape[1]):
        for k in range(week.shape[0]):
            people[cell, k] = week[k, cell]
            everybody[k] += week[k, cell]
    return everybody
