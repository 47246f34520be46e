"""Turnover: burnout makes people think of leaving, thinking of it makes them leave, and cases are parted with."""

from dataclasses import replace

import numpy as np
import pytest

from sp_abm.places import place
from sp_abm.submodels.staffing import staffing
from sp_abm.submodels.turnover import leaving_rate, p_intends, turnover
from sp_abm.vocabulary import CaseState, Channel, Outcome

ALL_LEAVE = {"turnover.rate_leaves_intending_per_week": 50, "turnover.rate_leaves_otherwise_per_week": 50}
TWO_PCNS = replace(place("sandbox"), key="two", n_pcns=2, pcn_sizes=(1.0, 1.0))
NOBODY_LEAVES = dict.fromkeys(ALL_LEAVE, 0)


def experienced(world, weeks=110):
    """Return a world whose workers have been in post that long and do not think of leaving."""
    world.link_workers.weeks_in_post[:], world.link_workers.intends[:] = weeks, False
    world.open_week()
    return world


def test_three_in_ten_intend_to_leave_and_six_in_ten_of_the_burnt_out(small_world):
    """Support as today: expit(-.90) = .289050; burnt out, expit(-.90 + 1.3) = .598688. At .5 exactly: not."""
    small_world.link_workers.burnout[:] = [0, 0.5, 0.500001, 0.6, 0.9, 1]
    assert p_intends(small_world, 0) == pytest.approx([0.289050] * 2 + [0.598688] * 4, abs=1e-6)


def test_support_lowers_intention_and_weakens_the_path_from_burnout(small_world):
    """Full support is .61 above today's. All five effects sum to .65: .65 x .61 = .3965 off the log odds.

    Not burnt out expit(-.90 - .3965) = .214755. The path is 1.3 x (1 - .5 x .61) = .9035: expit(-.393) = .402995.
    """
    small_world.pcns.support[:] = 1
    small_world.link_workers.burnout[:] = [0.2, 0.2, 0.2, 0.8, 0.8, 0.8]
    assert p_intends(small_world, 0) == pytest.approx([0.214755] * 3 + [0.402995] * 3, abs=1e-6)


def test_each_channel_lowers_intention_by_its_own_effect(small_world):
    """Log odds -.90 less effect x .61, for a worker who is not burnt out."""
    small_world.link_workers.burnout[:] = 0.2
    effects = {Channel.SUPERVISION: 0.15, Channel.ROLE_CLARITY: 0.20, Channel.INTEGRATION: 0.12}
    effects |= {Channel.PEERS: 0.08, Channel.SECURITY: 0.10}
    for channel, effect in effects.items():
        small_world.pcns.support[:] = 0.39
        small_world.pcns.support[:, channel] = 1
        chance = p_intends(small_world, 0)
        assert np.log(chance / (1 - chance)) == pytest.approx(np.full(6, -0.90 - effect * 0.61))


def test_leaving_rates_go_by_intention_and_the_first_year(small_world):
    """.0115 or .0006 a week, x 1.6 in the first 52 weeks: .0184 and .00096."""
    workers = small_world.link_workers
    workers.intends[:] = [True, True, False, False, True, False]
    workers.weeks_in_post[:] = [51, 52, 51, 52, 0, 500]
    assert leaving_rate(small_world, 0) == pytest.approx([0.0184, 0.0115, 0.00096, 0.0006, 0.0184, 0.0006])


def test_burnout_has_no_path_to_leaving_but_through_intention(fresh_world):
    """With intention as it is, fresh and burnt-out workers leave at the same rate and with the same luck."""
    left = []
    for burnout in (0.0, 1.0):
        world = experienced(fresh_world(**{"turnover.rate_leaves_otherwise_per_week": 0.3}))
        world.link_workers.burnout[:] = burnout
        assert (leaving_rate(world, 0) == 0.3).all()
        turnover(world, 7)
        left.append(~world.link_workers.in_post)
    assert np.array_equal(*left) and 0 < left[0].sum() < 6


def test_intention_is_asked_once_a_year_on_the_workers_own_anniversary(fresh_world):
    """Log odds of 50 are certain: of weeks 0, 51, 52, 53, 104 and 105 in post only 52 and 104 are anniversaries."""
    world = experienced(fresh_world(**NOBODY_LEAVES, **{"turnover.intercept_intention": 50}))
    world.link_workers.weeks_in_post[:] = [0, 51, 52, 53, 104, 105]
    turnover(world, 3)
    assert world.link_workers.intends.tolist() == [False, False, True, False, True, False]


def test_an_intention_can_also_end_on_an_anniversary(fresh_world):
    world = experienced(fresh_world(**NOBODY_LEAVES, **{"turnover.intercept_intention": -50}), weeks=52)
    world.link_workers.intends[:] = True
    turnover(world, 3)
    assert not world.link_workers.intends.any()


@pytest.mark.parametrize("share", [1, 0])
def test_a_leavers_cases_are_handed_on_or_dropped(fresh_world, add_case, share):
    """Handed on: waiting again, one change more, trust .5. Dropped: closed, trust .5 - .15 = .35."""
    world = experienced(fresh_world(**ALL_LEAVE, **{"turnover.share_handed_on": share}))
    mine, waiting = add_case(world, 1, worker=2, n_contacts=2, changes=1), add_case(world, 2)
    closed = add_case(world, 3, state=CaseState.CLOSED, outcome=Outcome.COMPLETED)
    turnover(world, 8)
    cases = world.cases
    assert cases.worker[mine] == -1 and not world.link_workers.open_cases.any()
    if share:
        assert (cases.state[mine], cases.changes[mine], cases.outcome[mine]) == (CaseState.WAITING, 2, 0)
    else:
        assert (cases.state[mine], cases.outcome[mine], cases.week_closed[mine]) == (
            CaseState.CLOSED,
            Outcome.DROPPED,
            8,
        )
    assert world.citizens.trust[1] == pytest.approx(0.5 if share else 0.35)
    assert world.flows["dropped"] == 1 - share
    assert (cases.state[waiting], cases.changes[waiting]) == (CaseState.WAITING, 0)
    assert (cases.outcome[closed], world.citizens.trust[3]) == (Outcome.COMPLETED, 0.5)


def test_a_leaver_parts_with_people_of_another_pcn_as_with_their_own(fresh_world, add_case):
    """Nobody of the second PCN leaves with one of its people on the caseload: dropped all the same, trust .35."""
    world = experienced(fresh_world(TWO_PCNS, **ALL_LEAVE, **{"turnover.share_handed_on": 0}))
    world.link_workers.in_post[:] = world.link_workers.pcn == 0
    mine = int(np.flatnonzero(world.link_workers.pcn == 0)[0])
    theirs = int(np.flatnonzero(world.citizens.pcn == 1)[0])
    case = add_case(world, theirs, worker=mine)
    turnover(world, 8)
    assert world.cases.outcome[case] == Outcome.DROPPED
    assert world.citizens.trust[theirs] == pytest.approx(0.35)


def test_seven_in_ten_cases_are_handed_on(fresh_world, add_case):
    """2,000 cases: 1,400, standard deviation 20.5; four of them."""
    world = experienced(fresh_world(**ALL_LEAVE))
    for citizen in range(2000):
        add_case(world, citizen, worker=citizen % 6)
    turnover(world, 8)
    assert abs((world.cases.state[:2000] == CaseState.WAITING).sum() - 1400) < 82
    assert world.flows["dropped"] == (world.cases.outcome == Outcome.DROPPED).sum()


def test_a_leavers_post_is_vacant_from_next_week_for_10_to_30_weeks(fresh_world):
    world = experienced(fresh_world(**ALL_LEAVE))
    turnover(world, 8)
    workers = world.link_workers
    assert not workers.in_post.any() and (workers.fte == 1).all() and not workers.intends.any()
    assert ((workers.starts >= 9 + 10) & (workers.starts <= 9 + 30)).all()
    for name in ("burnout", "load", "condition", "weeks_in_post", "slots_carried", "approaches_carried"):
        assert not getattr(workers, name).any(), name
    starts = workers.starts.copy()
    for week in range(9, 45):
        staffing(world, week)
        assert np.array_equal(world.link_workers.in_post, starts <= week)


def test_nobody_leaves_a_vacant_post(fresh_world):
    world = experienced(fresh_world(**ALL_LEAVE))
    world.link_workers.in_post[:3] = False
    turnover(world, 8)
    assert world.flows["leavers"] == 3
    assert world.flows["expected_leavers"] == pytest.approx(3)


def test_expected_leavers_are_the_sum_of_chances(fresh_world):
    """Two intend, four do not: 2 x (1 - exp(-.0115)) + 4 x (1 - exp(-.0006)) = .022868 + .002399 = .025267."""
    world = experienced(fresh_world())
    world.link_workers.intends[:2] = True
    turnover(world, 8)
    assert world.flows["expected_leavers"] == pytest.approx(0.025267, abs=1e-6)


def test_leavers_come_at_their_rate(fresh_world):
    """400 workers at .02 a week for 10 weeks: 400 x (1 - exp(-.2)) = 72.5, standard deviation 7.7; four of them."""
    world = fresh_world(**{"turnover.rate_leaves_otherwise_per_week": 0.02})
    world.pcns.fte_funded[0] = 400
    staffing(world, 0)
    experienced(world)
    for week in range(10):
        turnover(world, week)
    assert abs(world.flows["leavers"] - 72.5) < 31
    assert world.flows["leavers"] == (~world.link_workers.in_post).sum()


def test_more_support_never_raises_intention(small_world):
    for burnout in (0.2, 0.8):
        small_world.link_workers.burnout[:] = burnout
        chances = []
        for level in np.linspace(0, 1, 11):
            small_world.pcns.support[:] = level
            chances.append(p_intends(small_world, 0)[0])
        assert (np.diff(chances) < 0).all()


def test_nobody_leaves_without_hazards(fresh_world, add_case):
    world = experienced(fresh_world(**NOBODY_LEAVES))
    case = add_case(world, 1, worker=0)
    for week in range(60):
        turnover(world, week)
    assert world.link_workers.in_post.all() and world.flows["leavers"] == 0
    assert world.cases.worker[case] == 0
