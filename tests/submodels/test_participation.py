"""Participation: staying, leaving, feeling supported, helping to run it."""

from itertools import pairwise

import numpy as np
import pytest

from sp_abm.loops import Links
from sp_abm.submodels.participation import participation
from sp_abm.vocabulary import Route

STAY = {"participation.rate_drop_out_early_per_week": 0, "participation.rate_drop_out_late_per_week": 0}
LEAVE_LATE = {"participation.rate_drop_out_early_per_week": 0, "participation.rate_drop_out_late_per_week": 50}


def in_activities(world, number, contacts=0):
    """Give that many citizens a case with those contacts and a place in one of the organisations."""
    rows = np.arange(number)
    world.open_week()
    world.open_cases(rows.astype(np.int32), np.full(number, Route.GP, np.int64), 0)
    world.cases.n_contacts[:number] = contacts
    world.citizens.activity_row[rows] = rows % 20
    world.organisations.occupied[:] = np.bincount(rows % 20, minlength=20)
    return world


def attending(world):
    """Return how many people attend each organisation."""
    rows = world.citizens.activity_row
    return np.bincount(rows[rows >= 0], minlength=20)


def test_half_of_those_who_start_are_still_there_after_12_weeks(fresh_world):
    """exp(-.059 x 12) = .4926 of 2,000 is 985, standard deviation 22.4; four of them give 6 in 100,000 false alarms."""
    assert np.exp(-0.059 * 12) == pytest.approx(0.4926, abs=1e-4)
    world = in_activities(fresh_world(), 2000)
    for week in range(12):
        participation(world, week)
    assert abs(attending(world).sum() - 985.2) < 4 * 22.4
    assert world.flows["completed"] == 0
    assert world.flows["left_activity"] == 2000 - attending(world).sum()


def test_leaving_after_the_twelfth_week_counts_as_completed(fresh_world):
    """Nobody leaves in 12 weeks, everybody in the thirteenth."""
    world = in_activities(fresh_world(**LEAVE_LATE), 100)
    for week in range(13):
        assert world.flows["left_activity"] == world.flows["completed"] == 0
        participation(world, week)
    assert world.flows["left_activity"] == world.flows["completed"] == 100
    assert not world.organisations.occupied.any() and (world.citizens.activity_row == -1).all()


@pytest.mark.parametrize(
    ("contacts", "level", "adequate"), [(0, 0.5, False), (2, 0.5, False), (3, 1, True), (9, 1, True)]
)
def test_an_activity_supports_fully_only_with_three_contacts(fresh_world, contacts, level, adequate):
    world = in_activities(fresh_world(**STAY), 20, contacts)
    participation(world, 0)
    assert (world.citizens.activity_support[:20] == level).all()
    assert (world.citizens.is_adequate[:20] == adequate).all()
    assert not world.citizens.activity_support[20:].any()


def test_a_dose_once_adequate_stays_so_for_the_activity(fresh_world):
    """The third contact comes in week 1: support rises from .5 to 1 and stays when a new case starts counting at 0."""
    world = in_activities(fresh_world(**STAY), 1, 2)
    felt = []
    for week, contacts in enumerate([2, 3, 0]):
        world.cases.n_contacts[0] = contacts
        participation(world, week)
        felt.append(world.citizens.activity_support[0])
    assert felt == [0.5, 1, 1]


def test_support_fades_by_4_per_cent_a_week_once_a_person_has_left(fresh_world):
    """1 x .96 = .96, x .96 = .9216, and so on; at .5 in an activity what is left of more still counts."""
    world = fresh_world(**STAY)
    world.citizens.activity_support[0] = 1
    for week in range(1, 4):
        participation(world, week)
        assert world.citizens.activity_support[0] == pytest.approx(0.96**week)
    in_activities(world, 1)
    participation(world, 4)
    assert world.citizens.activity_support[0] == pytest.approx(0.96**4)
    for week in range(5, 40):
        participation(world, week)
    assert world.citizens.activity_support[0] == 0.5


def test_faded_support_ends(small_world):
    """.96^n falls below .001 when n > ln(1000) / -ln(.96) = 169.2: gone after 170 weeks."""
    small_world.citizens.activity_support[0] = 1
    for week in range(170):
        assert small_world.citizens.activity_support[0] > 0
        participation(small_world, week)
    assert small_world.citizens.activity_support[0] == 0


def test_only_those_who_complete_become_volunteers(fresh_world):
    sure = {"participation.p_volunteers": 1, "participation.rate_volunteer_stops_per_week": 0}
    world = in_activities(fresh_world(**LEAVE_LATE, **sure), 100)
    for week in range(13):
        participation(world, week)
    assert world.organisations.volunteers.sum() == 100
    assert (world.citizens.volunteer_row[:100] == np.arange(100) % 20).all()
    early = {"participation.rate_drop_out_early_per_week": 50}
    world = in_activities(fresh_world(**early, **sure), 100)
    participation(world, 0)
    assert attending(world).sum() == world.organisations.volunteers.sum() == 0


def test_one_in_twenty_becomes_a_volunteer(fresh_world):
    """.05 of 2,000 is 100, standard deviation 9.7; four of them."""
    world = in_activities(fresh_world(**LEAVE_LATE), 2000)
    for week in range(13):
        participation(world, week)
    assert abs(world.organisations.volunteers.sum() - 100) < 4 * 9.75


def test_a_link_cut_to_nothing_makes_no_volunteers_and_changes_nobody_else(fresh_world):
    found = []
    for scale in (1, 0):
        world = in_activities(fresh_world(**LEAVE_LATE, **{"participation.p_volunteers": 0.5}), 400)
        world.links = Links({"completed->volunteers": scale})
        for week in range(13):
            participation(world, week)
        found.append(world)
    assert [world.organisations.volunteers.sum() > 0 for world in found] == [True, False]
    assert np.array_equal(found[0].citizens.activity_row, found[1].citizens.activity_row)


def test_volunteers_stop_at_1_per_cent_a_week(fresh_world):
    """After 52 weeks exp(-.52) = .5945 of 2,000 are left: 1,189, standard deviation 22; four of them."""
    world = fresh_world()
    world.citizens.volunteer_row[:2000], world.organisations.volunteers[3] = 3, 2000
    for week in range(52):
        participation(world, week)
    left = (world.citizens.volunteer_row >= 0).sum()
    assert left == world.organisations.volunteers[3]
    assert abs(left - 1189) < 4 * 22


def test_nobody_leaves_when_nobody_wants_to(fresh_world):
    world = in_activities(fresh_world(**STAY), 300)
    for week in range(60):
        participation(world, week)
    assert attending(world).sum() == 300 and world.flows["left_activity"] == 0


def test_a_higher_drop_out_never_keeps_more_people(fresh_world):
    staying = []
    for rate in (0.0, 0.03, 0.059, 0.2, 50):
        world = in_activities(fresh_world(**{"participation.rate_drop_out_early_per_week": rate}), 500)
        for week in range(5):
            participation(world, week)
        staying.append(set(np.flatnonzero(world.citizens.activity_row >= 0)))
    assert all(many >= few for many, few in pairwise(staying))
    assert len(staying[0]) == 500 and not staying[-1]


def test_places_taken_are_people_attending(fresh_world):
    world = in_activities(fresh_world(**{"participation.p_volunteers": 0.5}), 400)
    for week in range(40):
        participation(world, week)
        assert np.array_equal(world.organisations.occupied, attending(world))
        helping = world.citizens.volunteer_row[world.citizens.volunteer_row >= 0]
        assert np.array_equal(world.organisations.volunteers, np.bincount(helping, minlength=20))
