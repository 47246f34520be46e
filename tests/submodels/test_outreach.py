"""Outreach: whom it looks for first, in whole approaches, within the hours given to it."""

import numpy as np
import pytest

from sp_abm.submodels.outreach import outreach, place_in_line
from sp_abm.vocabulary import OutreachTarget, Route, Stage

TARGET = {target: place for place, target in enumerate(OutreachTarget)}
ALL_MET = {"outreach.p_met": 1, "outreach.p_accepts": 50}


def with_outreach(world, share=0.2, target=OutreachTarget.EVERYONE):
    """Give a share of time to outreach, in experienced teams."""
    world.link_workers.weeks_in_post[:] = 104
    world.commissioner.outreach_share[0] = share
    world.commissioner.outreach_target[0] = TARGET[target]
    world.open_week()
    return world


def thirty_people(world):
    """Leave thirty adults who may be approached, alike and well, and return their rows."""
    citizens = world.citizens
    rows = np.flatnonzero(citizens.age >= 16)[:30]
    citizens.age[:], citizens.stage[:], citizens.lonely[:], citizens.fifth[:] = 10, Stage.THRIVING, False, 2
    citizens.n_live_ties[:] = 3
    citizens.age[rows] = 40
    return rows


def approached(world):
    """Return the rows of those who were approached, all of whom accepted."""
    assert (world.cases.route[: world.n_cases] == Route.OUTREACH).all()
    return set(world.cases.citizen[: world.n_cases].tolist())


@pytest.mark.parametrize(
    ("target", "stage", "lonely", "fifth", "many_ties", "place"),
    [
        (OutreachTarget.EVERYONE, Stage.CRISIS, True, 4, True, 0),
        (OutreachTarget.EVERYONE, Stage.THRIVING, False, 0, False, 0),
        (OutreachTarget.OFF_BALANCE, Stage.OFF_BALANCE, False, 4, False, 0),
        (OutreachTarget.OFF_BALANCE, Stage.PRE_CRISIS, True, 0, True, 1),
        (OutreachTarget.ISOLATED, Stage.THRIVING, True, 4, True, 0),
        (OutreachTarget.ISOLATED, Stage.OFF_BALANCE, False, 0, False, 1),
        (OutreachTarget.DEPRIVED_FIRST, Stage.CRISIS, True, 0, False, 0),
        (OutreachTarget.DEPRIVED_FIRST, Stage.CRISIS, True, 3, True, 3),
        (OutreachTarget.WELL_CONNECTED, Stage.THRIVING, False, 4, True, 0),
        (OutreachTarget.WELL_CONNECTED, Stage.CRISIS, True, 0, False, 1),
    ],
)
def test_the_target_says_who_stands_where_in_line(target, stage, lonely, fifth, many_ties, place):
    assert place_in_line(TARGET[target], stage, lonely, fifth, many_ties) == place


def test_approaches_are_whole_and_the_rest_is_carried(fresh_world):
    """37.5 x .6 x .888 = 19.98 direct hours, a fifth is 3.996: 3 approaches of an hour, .996 carried.

    Next week .996 + 3.996 = 4.992: 4 approaches, .992 carried.
    """
    world = with_outreach(fresh_world())
    for week, (whole, carried) in enumerate([(3, 0.996), (4, 0.992), (4, 0.988)]):
        outreach(world, week)
        assert world.link_workers.hours_outreach == pytest.approx(np.full(6, whole))
        assert world.link_workers.approaches_carried == pytest.approx(np.full(6, carried))
    assert world.flows["approached"] == 6 * (3 + 4 + 4)


def test_hours_spent_on_outreach_are_those_given_to_it_in_the_long_run(fresh_world):
    """50 weeks x 3.996 hours = 199.8, less than one approach apart."""
    world = with_outreach(fresh_world(**{"outreach.hours_approach": 1.7}))
    hours = np.zeros(6)
    for week in range(50):
        outreach(world, week)
        hours += world.link_workers.hours_outreach
    assert (np.abs(hours - 199.8) < 1.7).all()


def test_without_a_share_of_time_there_is_no_outreach(fresh_world):
    world = with_outreach(fresh_world(), share=0)
    outreach(world, 0)
    assert not world.link_workers.hours_outreach.any() and world.flows["approached"] == world.n_cases == 0


def test_nobody_approaches_from_a_vacant_post(fresh_world):
    world = with_outreach(fresh_world())
    world.link_workers.in_post[:] = [True, False, False, False, False, False]
    outreach(world, 0)
    assert world.link_workers.hours_outreach.tolist() == [3, 0, 0, 0, 0, 0]
    assert world.flows["approached"] == 3


@pytest.mark.parametrize("target", list(OutreachTarget))
def test_those_the_target_means_come_first(fresh_world, target):
    """18 approaches (6 workers x 3) among 30 people of whom 12 are meant: all 12 are approached, and 6 others.

    Deprived first: 10 in the most deprived fifth and 5 in the next all come first, 3 of the 15 in the middle fifth.
    """
    world = with_outreach(fresh_world(**ALL_MET), target=target)
    rows = thirty_people(world)
    meant = {
        OutreachTarget.EVERYONE: [],
        OutreachTarget.OFF_BALANCE: rows[4:16],
        OutreachTarget.ISOLATED: rows[9:21],
        OutreachTarget.DEPRIVED_FIRST: rows[5:20],
        OutreachTarget.WELL_CONNECTED: rows[18:],
    }[target]
    citizens = world.citizens
    citizens.stage[rows[4:16]] = Stage.OFF_BALANCE
    citizens.lonely[rows[9:21]] = True
    citizens.fifth[rows[5:15]], citizens.fifth[rows[15:20]] = 0, 1
    citizens.n_live_ties[rows[18:]] = int(np.ceil(1.5 * world.mean_ties))
    outreach(world, 0)
    found = approached(world)
    assert len(found) == 18
    assert set(meant) <= found <= set(rows)


def test_luck_and_not_the_row_decides_among_equals(fresh_world):
    """18 of 30 alike: were it the first 18 rows in three weeks of different luck, it would not be luck."""
    found = []
    for week in range(3):
        world = with_outreach(fresh_world(**ALL_MET))
        rows = thirty_people(world)
        outreach(world, week)
        found.append(approached(world))
        assert found[-1] != set(rows[:18])
    assert found[0] != found[1]


def test_the_young_the_referred_and_the_active_are_not_approached(fresh_world, add_case):
    world = with_outreach(fresh_world(**ALL_MET))
    rows = thirty_people(world)
    world.citizens.activity_row[rows[:10]] = 3
    world.citizens.last_referral[rows[10:20]] = -26
    for row in rows[20:25]:
        add_case(world, row, week=-50, route=Route.OUTREACH)
    outreach(world, 0)
    assert approached(world) == set(rows[20:])
    assert world.flows["approached"] == 5


def test_everyone_met_becomes_aware_whether_or_not_they_accept(fresh_world):
    """Nobody accepts: p = 0 + .2 x (trust .5 - .5) = 0. About 6 in 10 of those approached are met."""
    world = with_outreach(fresh_world(**{"outreach.p_accepts": 0}))
    world.citizens.aware[:] = False
    for week in range(10):
        outreach(world, week)
    assert world.citizens.aware.sum() == world.flows["met"] > 0
    assert world.n_cases == world.flows["referred"] == 0
    n = world.flows["approached"]
    assert abs(world.flows["met"] - 0.6 * n) < 4 * np.sqrt(n * 0.24)


def test_more_trust_never_makes_fewer_accept(fresh_world):
    accepting = []
    for trust in (0.0, 0.5, 1.0):
        world = with_outreach(fresh_world(), share=1)
        world.citizens.trust[:] = trust
        outreach(world, 0)
        accepting.append(approached(world))
    assert accepting[0] <= accepting[1] <= accepting[2]
    assert len(accepting[0]) < len(accepting[2])


def test_those_who_accept_are_counted_and_join_the_list(fresh_world):
    world = with_outreach(fresh_world())
    outreach(world, 0)
    flows = world.flows
    assert flows["approached"] >= flows["met"] >= flows["referred"] == flows["referred_non_medical"] == world.n_cases
    assert (world.cases.worker[: world.n_cases] == -1).all()


def test_outreach_takes_no_more_than_the_hours_there_are_and_one_approach(fresh_world):
    world = with_outreach(fresh_world(), share=1)
    for week in range(20):
        outreach(world, week)
        assert (world.link_workers.hours_outreach <= 19.98 + 1).all()
