"""Residents: people age, move away, are born and die; a newcomer takes over the dwelling place.

Simpler than life: one person moves at a time and a newborn takes the place of somebody who died, so that
households change their make-up by chance [assumed]. Newcomers are of the same kind of people as those who lived
there when the place had settled: they have the dwelling's traits and come in the stage that its resident had then.
So a service cannot help people who have yet to come. What they know and whom they know starts anew.
"""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sp_abm.agents.citizens import Citizens
from sp_abm.agents.community import Organisations
from sp_abm.agents.link_workers import Posts
from sp_abm.cases import Cases, close_case, is_open
from sp_abm.kernels import (
    LUCK_BLOCK,
    Floats,
    Key,
    Whole,
    blank_block,
    borrowing,
    compiled,
    fill_first_luck,
    inlined,
    listed,
    uniforms,
    unit,
)
from sp_abm.network import Ties, put_to_sleep
from sp_abm.parameters.people import Residents
from sp_abm.vocabulary import (
    ADULT_AGE,
    AGE_BAND_STARTS,
    NONE,
    OLDEST_AGE,
    WEEKS_PER_YEAR,
    Outcome,
    Stage,
)
from sp_abm.world import World

_MOVES, _DIES = 1, 2
_YEAR = np.uint32(WEEKS_PER_YEAR)


class Ageing(NamedTuple):
    """The columns of citizens by which they age, move and die."""

    id: Whole
    holder: Whole
    age: Whole


def residents(world: World, week: int) -> None:
    """Age everyone by their own calendar, and replace those who move away or die."""
    p, luck = world.parameters.residents, world.luck
    p_move = -np.expm1(-world.place.share_moving_per_year / WEEKS_PER_YEAR)
    people, marks = world.part(Ageing, world.citizens), world.scratch_marks
    arguments = (people, p_death_by_age(p), p_move, luck.key("residents"), week)
    leavers = world.gathered(world.pass_over_citizens(_mark_leavers, *arguments, world.scratch_rows, marks))
    tables = (world.ties, world.citizens, world.cases, world.posts, world.organisations)
    ages = ages_of(world.place.age_shares)
    key = luck.key("newcomer")
    moved, died = _replace_all(leavers, marks, *tables, p, ages, world.place.share_female, key, week)
    world.count(moved=moved.size, died=died.size)
    world.name(moved=moved, died=died)


@lru_cache
def ages_of(shares: tuple[float, ...]) -> NDArray[np.float64]:
    """Return the shares of a place's age bands as an array."""
    return np.array(shares)


@lru_cache
def p_death_by_age(p: Residents) -> NDArray[np.float64]:
    """Return the weekly probability of death at each age in years, shape (96,)."""
    rates = (
        p.death_rate_0_15_per_year,
        p.death_rate_16_24_per_year,
        p.death_rate_25_44_per_year,
        p.death_rate_45_64_per_year,
        p.death_rate_65_74_per_year,
        p.death_rate_75_plus_per_year,
    )
    bands = np.searchsorted(AGE_BAND_STARTS, np.arange(OLDEST_AGE + 1), side="right") - 1
    return -np.expm1(-np.asarray(rates)[bands] / WEEKS_PER_YEAR)


@compiled
def _mark_leavers(
    low: int,
    high: int,
    people: Ageing,
    p_death: Floats,
    p_move: float,
    key: Key,
    week: int,
    rows: Whole,
    marks: Whole,
) -> int:
    """Age everyone; mark who may leave at all, whatever their age; then list who leaves by their own chances."""
    ids, holders, age = people
    born_this_week, most = np.uint32(-week % WEEKS_PER_YEAR), p_death.max() + p_move
    luck, may_leave, candidates = blank_block()
    count = 0
    for start in range(low, high, LUCK_BLOCK):
        stop = min(start + LUCK_BLOCK, high)
        fill_first_luck(luck, key, ids, holders, week, start, stop)
        numbers, years = ids[start:stop], age[start:stop]
        for k in range(numbers.shape[0]):
            years[k] += (numbers[k] % _YEAR == born_this_week) & (years[k] < OLDEST_AGE)
            may_leave[k] = unit(luck[k]) < most
        for i in candidates[: listed(may_leave, stop - start, start, candidates)]:
            u, p_dies = unit(luck[i - start]), p_death[age[i]]
            if u < p_dies + p_move:
                rows[low + count] = i
                marks[i] = _DIES if u < p_dies else _MOVES
                count += 1
    return count


@compiled
def _replace_all(
    leavers: NDArray[np.int32],
    marks: Whole,
    ties: Ties,
    citizens: Citizens,
    cases: Cases,
    workers: Posts,
    organisations: Organisations,
    p: Residents,
    age_shares: Floats,
    share_female: float,
    key: Key,
    week: int,
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Let newcomers take over the dwellings; return the rows of those who moved away and of those who died."""
    moved, died = np.empty_like(leavers), np.empty_like(leavers)
    n_moved = n_died = 0
    for i in leavers:
        moved[n_moved] = died[n_died] = i
        n_moved += marks[i] == _MOVES
        n_died += marks[i] == _DIES
    put_to_sleep(ties, citizens.n_live_ties, leavers)
    _leave(leavers, citizens, cases, workers, organisations, week)
    _move_in(leavers, marks, citizens, p, age_shares, share_female, key, week)
    return moved[:n_moved], died[:n_died]


@borrowing
def _leave(
    leavers: Whole, citizens: Citizens, cases: Cases, workers: Posts, organisations: Organisations, week: int
) -> None:
    """Close the cases of leavers and free their places."""
    for i in leavers:
        if is_open(cases, citizens.case_row[i]):
            close_case(cases, citizens.case_row[i], workers, Outcome.MOVED, week)
        if citizens.activity_row[i] >= 0:
            organisations.occupied[citizens.activity_row[i]] -= 1
        if citizens.volunteer_row[i] >= 0:
            organisations.volunteers[citizens.volunteer_row[i]] -= 1


@borrowing
def _move_in(
    leavers: Whole,
    marks: Whole,
    citizens: Citizens,
    p: Residents,
    age_shares: Floats,
    share_female: float,
    key: Key,
    week: int,
) -> None:
    """Let a newcomer, or a newborn where somebody died, take over each dwelling place."""
    for i in leavers:
        citizens.holder[i] += 1
        u = uniforms(key, citizens.id[i], citizens.holder[i], week, 0)
        _begin_anew(citizens, i, p, u, share_female, week)
        if marks[i] == _DIES:
            _be_born(citizens, i)
        else:
            citizens.age[i] = _age_of_newcomer(age_shares, citizens.age[i] >= ADULT_AGE, u[2], u[3])


@inlined
def _begin_anew(citizens: Citizens, i: int, p: Residents, u: Any, share_female: float, week: int) -> None:
    """Forget the person who lived here; the lasting traits of the place stay."""
    citizens.arrived[i] = week
    if citizens.first_stage[i] != NONE and citizens.age[i] >= ADULT_AGE:
        citizens.stage[i] = citizens.first_stage[i]
        citizens.weeks_in_distress[i] = citizens.first_weeks[i]
        citizens.lonely[i] = citizens.first_lonely[i]
    citizens.female[i] = u[0] < share_female
    citizens.aware[i] = u[1] < p.p_newcomer_aware
    citizens.weeks_told[i] = 0
    citizens.trust[i] = p.trust_newcomer
    citizens.last_referral[i] = -9999
    citizens.case_row[i] = NONE
    citizens.contact_support[i] = 0
    citizens.activity_support[i] = 0
    citizens.follow_up_due[i] = False
    citizens.activity_row[i] = NONE
    citizens.weeks_in_activity[i] = 0
    citizens.is_adequate[i] = False
    citizens.volunteer_row[i] = NONE


@inlined
def _be_born(citizens: Citizens, i: int) -> None:
    citizens.age[i] = 0
    citizens.stage[i] = Stage.THRIVING
    citizens.weeks_in_distress[i] = 0
    citizens.event_strain[i] = 0
    citizens.unemployed[i] = False
    citizens.ill[i] = False
    citizens.lonely[i] = False


@inlined
def _age_of_newcomer(age_shares: Floats, is_adult: bool, u_band: float, u_year: float) -> int:
    """Draw an age from the place's own shares, a child for a child and an adult for an adult."""
    if not is_adult:
        return int(u_year * ADULT_AGE)
    rest = u_band * (1.0 - age_shares[0])
    for band in range(1, age_shares.shape[0]):
        rest -= age_shares[band]
        if rest < 0 or band == age_shares.shape[0] - 1:
            top = AGE_BAND_STARTS[band + 1] if band + 1 < age_shares.shape[0] else OLDEST_AGE
            return int(AGE_BAND_STARTS[band] + u_year * (top - AGE_BAND_STARTS[band]))
    return ADULT_AGE
