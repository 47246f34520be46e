"""Closure: each way a case can end, which comes first, and what it leaves behind."""

from itertools import pairwise

import numpy as np
import pytest

from sp_abm.submodels.closure import closure, disengagement_rate
from sp_abm.vocabulary import CaseState, Outcome, Route, Stage

PATIENT = {"closure.rate_disengages_per_week": 0}
FICKLE = {"closure.rate_disengages_per_week": 50}
ADEQUATE = {"n_contacts": 8, "plan": 8, "week_third": 4, "week_started": 5}


def well(world):
    """Return a world in which everybody is well."""
    world.citizens.stage[:] = Stage.THRIVING
    world.open_week()
    return world


def outcome_of(world, case, week):
    """Return why a case closed after this week, or NOT_YET."""
    closure(world, week)
    is_closed = world.cases.state[case] == CaseState.CLOSED
    assert is_closed == (world.cases.outcome[case] != Outcome.NOT_YET)
    assert world.cases.week_closed[case] == (week if is_closed else -9999)
    return Outcome(world.cases.outcome[case])


@pytest.mark.parametrize(
    ("contacts", "outcome"), [(7, Outcome.NOT_YET), (8, Outcome.COMPLETED), (9, Outcome.COMPLETED)]
)
def test_a_case_is_completed_when_its_plan_is_done(fresh_world, add_case, contacts, outcome):
    world = well(fresh_world(**PATIENT))
    case = add_case(world, 1, worker=0, n_contacts=contacts, plan=8)
    assert outcome_of(world, case, 5) == outcome
    assert world.link_workers.open_cases[0] == (outcome == Outcome.NOT_YET)


@pytest.mark.parametrize(("stage", "weeks"), [(Stage.PRE_CRISIS, 12), (Stage.OFF_BALANCE, 12), (Stage.CRISIS, 26)])
def test_time_is_up_12_weeks_after_allocation_and_26_after_a_crisis(fresh_world, add_case, stage, weeks):
    """Allocated in week 3: still open in week 3 + weeks - 1, closed in week 3 + weeks. Seen or not, it is the same."""
    for seen in ({}, {"n_contacts": 1}):
        world = well(fresh_world(**PATIENT))
        case = add_case(world, 1, worker=0, stage=stage, week_allocated=3, plan=8, **seen)
        assert outcome_of(world, case, 3 + weeks - 1) == Outcome.NOT_YET
        assert outcome_of(world, case, 3 + weeks) == Outcome.TIMED_OUT


def test_those_who_were_seen_may_lose_touch_the_unseen_and_the_waiting_may_not(fresh_world, add_case):
    world = well(fresh_world(**FICKLE))
    seen, unseen = add_case(world, 1, worker=0, n_contacts=1, plan=8), add_case(world, 2, worker=0)
    waiting = add_case(world, 3, n_contacts=1, changes=1)
    closure(world, 5)
    found = world.cases.outcome[[seen, unseen, waiting]].tolist()
    assert found == [Outcome.DISENGAGED, Outcome.NOT_YET, Outcome.NOT_YET]


def test_a_waiting_case_stays_open_however_long_it_takes(fresh_world, add_case):
    world = well(fresh_world(**FICKLE))
    case = add_case(world, 1)
    assert outcome_of(world, case, 300) == Outcome.NOT_YET


def test_the_first_reason_that_applies_is_the_one_recorded(fresh_world, add_case):
    """All at once: completed. Time up and out of touch: timed out. With no service left, that comes before all."""
    world = well(fresh_world(**FICKLE))
    done = add_case(world, 1, worker=0, n_contacts=8, plan=8, week_allocated=0)
    late = add_case(world, 2, worker=0, n_contacts=3, plan=8, week_allocated=0)
    ended = world.copy()
    ended.pcns.fte_funded[:] = 0
    closure(world, 40)
    closure(ended, 40)
    assert world.cases.outcome[[done, late]].tolist() == [Outcome.COMPLETED, Outcome.TIMED_OUT]
    assert ended.cases.outcome[[done, late]].tolist() == [Outcome.SERVICE_ENDED] * 2


def test_losing_touch_goes_by_silence_changes_and_crisis(small_world, add_case):
    """.025; after 4 weeks' silence x 2 (after 3 not yet); each change x 2; in crisis x 2: .025 x 2 x 4 x 2 = .4."""
    world = small_world
    case, p = add_case(world, 1, worker=0, n_contacts=1, week_last=10), world.parameters.closure
    expected = [(0, Stage.THRIVING, 13, 0.025), (0, Stage.THRIVING, 14, 0.05), (1, Stage.PRE_CRISIS, 13, 0.05)]
    expected += [(0, Stage.CRISIS, 10, 0.05), (2, Stage.CRISIS, 14, 0.4)]
    for changes, stage, week, rate in expected:
        world.cases.changes[case] = changes
        assert disengagement_rate(world.cases, case, stage, p, week) == pytest.approx(rate)


def test_adequate_help_raises_trust_by_15(fresh_world, add_case):
    """Three contacts and an activity: .5 + .15 = .65. Too few contacts, or no activity: .5."""
    world = well(fresh_world(**PATIENT))
    add_case(world, 1, worker=0, **ADEQUATE)
    add_case(world, 2, worker=0, **{**ADEQUATE, "week_started": -9999})
    add_case(world, 3, worker=0, n_contacts=2, plan=2, week_started=4)
    closure(world, 9)
    assert world.citizens.trust[[1, 2, 3]] == pytest.approx([0.65, 0.5, 0.5])
    assert (world.flows["closed_seen"], world.flows["contacts_of_closed"], world.flows["adequate"]) == (3, 18, 1)


def test_trust_never_rises_above_1(fresh_world, add_case):
    world = well(fresh_world(**PATIENT))
    world.citizens.trust[1] = 0.95
    add_case(world, 1, worker=0, **ADEQUATE)
    closure(world, 9)
    assert world.citizens.trust[1] == 1


def test_a_gp_hears_of_their_own_patients_helped_and_of_nobody_else(fresh_world, add_case):
    world = well(fresh_world(**PATIENT))
    mine = np.flatnonzero(world.citizens.gp == 3)
    for row, route in zip(mine[:4], [Route.GP, Route.GP, Route.SELF, Route.OUTREACH], strict=True):
        add_case(world, row, worker=0, route=route, **ADEQUATE)
    add_case(world, mine[4], worker=0, n_contacts=2, plan=2)
    closure(world, 9)
    assert world.gps.feedback.tolist() == [0, 0, 0, 2, 0, 0, 0, 0]


def test_when_the_service_ends_cases_close_without_a_change_of_trust(fresh_world, add_case):
    world = well(fresh_world(**FICKLE))
    rows = [add_case(world, 1), add_case(world, 2, worker=0), add_case(world, 3, worker=0, **ADEQUATE)]
    world.pcns.fte_funded[:] = 0
    closure(world, 9)
    assert (world.cases.outcome[rows] == Outcome.SERVICE_ENDED).all()
    assert (world.citizens.trust == 0.5).all()
    assert not world.link_workers.open_cases.any() and not world.gps.feedback.any()


def test_a_closed_case_stays_closed_for_its_reason(fresh_world, add_case):
    world = well(fresh_world(**FICKLE))
    case = add_case(world, 1, n_contacts=9, plan=8, state=CaseState.CLOSED, outcome=Outcome.MOVED, week_closed=2)
    closure(world, 9)
    assert (world.cases.outcome[case], world.cases.week_closed[case]) == (Outcome.MOVED, 2)
    assert world.flows["closed_seen"] == 0


def test_a_higher_rate_of_losing_touch_never_keeps_more_cases_open(fresh_world, add_case):
    """1,000 people seen last week: 1 - exp(-.025) = 24.7 lose touch in a week, standard deviation 4.9; four of them."""
    closed = []
    for rate in (0.0, 0.025, 0.2, 1.0):
        world = well(fresh_world(**{"closure.rate_disengages_per_week": rate}))
        for citizen in range(1000):
            add_case(world, citizen, worker=citizen % 6, n_contacts=1, plan=8)
        closure(world, 1)
        closed.append(set(np.flatnonzero(world.cases.outcome == Outcome.DISENGAGED)))
        assert np.bincount(world.cases.worker[world.cases.worker >= 0], minlength=6).tolist() == (
            world.link_workers.open_cases.tolist()
        )
    assert all(few <= many for few, many in pairwise(closed))
    assert not closed[0] and abs(len(closed[1]) - 24.7) < 20
