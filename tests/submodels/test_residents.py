"""Residents: people come and go, the place stays as large as it was."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from sp_abm.cases import NEVER
from sp_abm.submodels.residents import p_death_by_age, residents
from sp_abm.vocabulary import CaseState, Outcome, Stage, TieKind

ALL_DIE = {
    f"residents.death_rate_{band}_per_year": 5000 for band in ("0_15", "16_24", "25_44", "45_64", "65_74", "75_plus")
}
NOBODY_DIES = dict.fromkeys(ALL_DIE, 0)


def moving(world, per_year):
    """Let that many residents in one move in a year; 5,000 makes everybody move this week."""
    world.place = replace(world.place, share_moving_per_year=per_year)
    return world


def live_ties(world):
    """Return how many of each row's ties are alive."""
    rows = np.repeat(np.arange(world.ties.start.shape[0] - 1), np.diff(world.ties.start))
    return np.bincount(rows, weights=world.ties.strength, minlength=world.citizens.id.shape[0])


def test_the_chance_of_death_goes_by_age_band(small_world):
    """At 15 the rate is .0003 a year, at 16 .0004, at 75 and over .075: a week is 1 - exp(-rate / 52)."""
    p_death = p_death_by_age(small_world.parameters.residents)
    assert p_death.shape == (96,)
    yearly = {0: 0.0003, 15: 0.0003, 16: 0.0004, 24: 0.0004, 25: 0.001, 44: 0.001, 45: 0.005, 64: 0.005}
    yearly |= {65: 0.018, 74: 0.018, 75: 0.075, 95: 0.075}
    for age, rate in yearly.items():
        assert p_death[age] == pytest.approx(1 - np.exp(-rate / 52)), age


def test_a_mover_leaves_the_case_the_place_and_the_post_of_volunteer(fresh_world, add_case):
    """The worker had 2 cases and has none, the organisation had 5 taken and has 4, 3 volunteers and has 2."""
    world = moving(fresh_world(**NOBODY_DIES), 5000)
    row = int(np.flatnonzero(world.citizens.age == 40)[0])
    citizens, organisations = world.citizens, world.organisations
    case, other = add_case(world, row, worker=1, n_contacts=3), add_case(world, row + 1, worker=1)
    citizens.activity_row[row], citizens.volunteer_row[row] = 7, 8
    citizens.weeks_in_activity[row], citizens.is_adequate[row] = 9, True
    citizens.trust[row], citizens.weeks_told[row] = 0.9, 6
    citizens.contact_support[row] = citizens.activity_support[row] = 1
    organisations.occupied[7], organisations.volunteers[8] = 5, 3
    residents(world, 4)
    assert (world.cases.state[case], world.cases.outcome[case]) == (CaseState.CLOSED, Outcome.MOVED)
    assert (world.cases.week_closed[case], world.cases.worker[case]) == (4, -1)
    assert world.cases.outcome[other] == Outcome.MOVED
    assert world.link_workers.open_cases[1] == 0
    assert (organisations.occupied[7], organisations.volunteers[8]) == (4, 2)
    assert (citizens.holder[row], citizens.arrived[row]) == (1, 4)
    assert (citizens.case_row[row], citizens.activity_row[row], citizens.volunteer_row[row]) == (-1, -1, -1)
    assert (citizens.trust[row], citizens.weeks_told[row], citizens.last_referral[row]) == (0.5, 0, NEVER)
    assert citizens.contact_support[row] == citizens.activity_support[row] == citizens.weeks_in_activity[row] == 0
    assert not citizens.is_adequate[row]


def test_a_newcomer_keeps_the_stage_and_traits_of_the_place_they_take(fresh_world):
    """They come from the same kind of people; an adult takes the place of an adult, a child that of a child."""
    world = moving(fresh_world(**NOBODY_DIES), 5000)
    before = world.copy().citizens
    residents(world, 0)
    for name in ("stage", "worse", "better", "frailty", "fifth", "lonely", "practice", "id"):
        assert np.array_equal(getattr(world.citizens, name), getattr(before, name)), name
    birthday = before.id % 52 == 0
    was_adult = before.age + birthday >= 16
    assert np.array_equal(world.citizens.age >= 16, was_adult)
    assert (world.citizens.age != before.age).mean() > 0.9


def test_a_newcomer_finds_the_close_and_weak_ties_asleep(fresh_world):
    world = moving(fresh_world(**NOBODY_DIES), 5000)
    residents(world, 0)
    is_home = world.ties.kind == TieKind.HOUSEHOLD
    assert world.ties.strength[is_home].all() and not world.ties.strength[~is_home].any()
    assert np.array_equal(live_ties(world), world.citizens.n_live_ties)


def test_one_in_twelve_newcomers_knows_the_service(fresh_world):
    """8% of 5,000 is 400, standard deviation sqrt(5,000 x .08 x .92) = 19; false alarms 6 in 100,000."""
    world = moving(fresh_world(**NOBODY_DIES), 5000)
    residents(world, 0)
    assert abs(world.citizens.aware.sum() - 400) < 4 * 19.2


def test_births_keep_the_number_of_residents(fresh_world):
    """Everybody dies: 5,000 newborns, thriving, without history, in the same dwellings."""
    world = moving(fresh_world(**ALL_DIE), 0)
    world.open_week()
    residents(world, 3)
    citizens = world.citizens
    assert (world.flows["died"], world.flows["moved"]) == (5000, 0)
    assert citizens.id.shape == (5000,) and (citizens.age == 0).all() and (citizens.stage == Stage.THRIVING).all()
    assert not citizens.lonely.any() and not citizens.unemployed.any() and not citizens.ill.any()
    assert (citizens.holder == 1).all() and (citizens.arrived == 3).all()


def test_who_does_not_move_or_die_grows_one_year_older_in_a_year(fresh_world):
    """Each has a birthday in one of 52 weeks; nobody counts beyond 95."""
    world = moving(fresh_world(**NOBODY_DIES), 0)
    before = world.citizens.age.copy()
    for week in range(-20, 32):
        residents(world, week)
    assert np.array_equal(world.citizens.age, np.minimum(before + 1, 95))
    assert not world.citizens.holder.any()


def test_the_more_people_move_the_more_dwellings_change_hands_and_the_same_ones(fresh_world):
    changed = []
    for share in (0.01, 0.1, 0.5, 0.9):
        world = moving(fresh_world(), share)
        residents(world, 0)
        changed.append(world.citizens.holder > 0)
    assert all((few <= many).all() for few, many in pairwise(changed))
    assert changed[0].sum() < changed[-1].sum()


def test_moves_and_deaths_come_at_their_rates(fresh_world):
    """Over 52 weeks .09 a head move: 5,000 x .09 = 450, standard deviation 21; four of them give 6 in 100,000."""
    world = fresh_world(**NOBODY_DIES)
    world.open_week()
    for week in range(52):
        residents(world, week)
    assert world.place.share_moving_per_year == 0.09
    assert abs(world.flows["moved"] - 450) < 85
    assert world.citizens.holder.sum() == world.flows["moved"]
    assert np.array_equal(live_ties(world), world.citizens.n_live_ties)
