"""Allocation: who waits, who is next, and who has room."""

import numpy as np
import pytest

from sp_abm.submodels.allocation import allocation
from sp_abm.vocabulary import CaseState, EquityRule, Outcome, Route, Stage

PATIENT = {"allocation.rate_gives_up_per_week": 0}
IMPATIENT = {"allocation.rate_gives_up_per_week": 50}


def well(world):
    """Return a world whose residents are all well, adult and patient, and whose teams are experienced."""
    world.link_workers.weeks_in_post[:] = 104
    world.citizens.stage[:] = Stage.THRIVING
    world.citizens.age[:] = 40
    world.open_week()
    return world


def only_worker(world, cap):
    """Leave one worker in post, with that cap."""
    world.link_workers.in_post[1:] = False
    world.commissioner.caseload_cap[0] = cap
    return world


def held(world):
    """Return how many open cases each post holds."""
    cases = world.cases
    is_held = (cases.state != CaseState.CLOSED) & (cases.worker >= 0)
    return np.bincount(cases.worker[is_held], minlength=world.link_workers.id.size)


def test_a_full_link_worker_takes_no_new_case(fresh_world, add_case):
    """Cap 3 and four waiting: three are taken in order of citizen, the fourth waits."""
    world = only_worker(well(fresh_world(**PATIENT)), 3)
    rows = [add_case(world, citizen) for citizen in (40, 10, 30, 20)]
    allocation(world, 0)
    assert world.cases.state[rows].tolist() == [CaseState.WAITING, *[CaseState.ALLOCATED] * 3]
    assert world.link_workers.open_cases.tolist() == [3, 0, 0, 0, 0, 0]
    allocation(world, 1)
    assert world.cases.state[rows[0]] == CaseState.WAITING


def test_a_newcomer_takes_two_fifths_of_the_cap(fresh_world, add_case):
    """Capacity .4 x cap 75 = 30 of 50 waiting; a half-time post with capacity .7: .5 x .7 x 75 = 26.25, so 26."""
    for weeks, fte, taken in [(0, 1.0, 30), (13, 0.5, 26)]:
        world = only_worker(well(fresh_world(**PATIENT)), 75)
        world.link_workers.weeks_in_post[0], world.link_workers.fte[0] = weeks, fte
        for citizen in range(50):
            add_case(world, citizen)
        allocation(world, 0)
        assert world.link_workers.open_cases[0] == taken


def test_handed_on_comes_first_then_after_crisis_then_by_week(fresh_world, add_case):
    """Room for one more each week; the order is not that of rows, of citizens or, between groups, of weeks."""
    world = only_worker(well(fresh_world(**PATIENT)), 0)
    late = add_case(world, 1, week=9)
    early = add_case(world, 2, week=3)
    after_crisis = add_case(world, 3, week=8, stage=Stage.CRISIS)
    handed_on = add_case(world, 4, week=7, changes=1, n_contacts=1)
    same_week = add_case(world, 0, week=9)
    order = []
    for cap in range(1, 6):
        world.commissioner.caseload_cap[0] = cap
        before = set(np.flatnonzero(world.cases.worker >= 0))
        allocation(world, 10)
        order.extend(set(np.flatnonzero(world.cases.worker >= 0)) - before)
    assert order == [handed_on, after_crisis, early, same_week, late]


def test_the_emptiest_share_of_a_limit_is_filled_first(fresh_world, add_case):
    """Cap 20. Full-time A holds 10 of 20 (.50), half-time B 4 of 10 (.40): B takes the first.

    Then both stand at .50 and the lower number, A, takes the second; A is now at .55, so B takes the third.
    """
    world = well(fresh_world(**PATIENT))
    workers = world.link_workers
    workers.in_post[2:] = False
    workers.fte[:2], workers.open_cases[:2] = [1, 0.5], [10, 4]
    world.commissioner.caseload_cap[0] = 20
    rows = [add_case(world, citizen) for citizen in range(3)]
    allocation(world, 0)
    assert world.cases.worker[rows].tolist() == [1, 0, 1]


def test_a_person_in_crisis_waits_until_safe_unless_already_known(fresh_world, add_case):
    world = well(fresh_world(**PATIENT))
    unknown = add_case(world, 5, stage=Stage.CRISIS)
    known = add_case(world, 6, n_contacts=2, changes=1, state=CaseState.WAITING)
    world.citizens.stage[[5, 6]] = Stage.CRISIS
    allocation(world, 1)
    assert world.cases.state[[unknown, known]].tolist() == [CaseState.WAITING, CaseState.IN_CONTACT]
    world.citizens.stage[5] = Stage.PRE_CRISIS
    allocation(world, 2)
    assert world.cases.state[unknown] == CaseState.ALLOCATED
    assert world.cases.week_allocated[unknown] == 2


def test_a_case_goes_on_where_it_stood_with_its_new_worker(fresh_world, add_case):
    """Unseen: allocated. Seen without an activity: in contact. In an activity: connected."""
    world = well(fresh_world(**PATIENT))
    waiting = {"changes": 1, "state": CaseState.WAITING}
    unseen = add_case(world, 1, **waiting)
    seen = add_case(world, 2, n_contacts=2, **waiting)
    active = add_case(world, 3, n_contacts=4, week_started=0, **waiting)
    allocation(world, 5)
    states = world.cases.state[[unseen, seen, active]].tolist()
    assert states == [CaseState.ALLOCATED, CaseState.IN_CONTACT, CaseState.CONNECTED]


def test_only_the_unseen_give_up_and_not_in_the_week_they_came(fresh_world, add_case):
    """A hazard of 50 is certain: waiting or allocated alike, but not who was seen, nor who came this week."""
    world = well(fresh_world(**IMPATIENT))
    waiting, allocated = add_case(world, 1), add_case(world, 2, worker=3)
    seen, today = add_case(world, 3, worker=3, n_contacts=1), add_case(world, 4, week=5)
    allocation(world, 5)
    cases = world.cases
    assert cases.outcome[[waiting, allocated]].tolist() == [Outcome.GAVE_UP] * 2
    assert cases.outcome[[seen, today]].tolist() == [Outcome.NOT_YET] * 2
    assert world.citizens.trust[[1, 2, 3, 4]] == pytest.approx([0.4, 0.4, 0.5, 0.5])
    assert world.flows["gave_up"] == 2 and world.link_workers.open_cases[3] == held(world)[3]


def test_trust_never_falls_below_0(fresh_world, add_case):
    world = well(fresh_world(**IMPATIENT))
    add_case(world, 1)
    world.citizens.trust[1] = 0.05
    allocation(world, 1)
    assert world.citizens.trust[1] == 0


def test_giving_up_is_half_as_likely_again_after_outreach(fresh_world, add_case):
    """1 - exp(-.2) = .181 of 2,000 against 1 - exp(-.3) = .259, each within four standard deviations.

    With the same luck, whoever gives up after a referral would have done so after outreach.
    """
    gave_up = []
    for route, chance in [(Route.GP, 0.181269), (Route.OUTREACH, 0.259182)]:
        world = well(fresh_world(**{"allocation.rate_gives_up_per_week": 0.2}))
        world.commissioner.caseload_cap[0] = 0
        for citizen in range(2000):
            add_case(world, citizen, route=route)
        allocation(world, 1)
        gave_up.append(set(np.flatnonzero(world.cases.outcome == Outcome.GAVE_UP)))
        assert abs(len(gave_up[-1]) - 2000 * chance) < 4 * np.sqrt(2000 * chance * (1 - chance))
    assert gave_up[0] <= gave_up[1]


def test_with_a_cap_of_0_everybody_waits(fresh_world, add_case):
    world = well(fresh_world(**PATIENT))
    world.commissioner.caseload_cap[0] = 0
    for citizen in range(20):
        add_case(world, citizen)
    allocation(world, 0)
    assert (world.cases.state[:20] == CaseState.WAITING).all()


def test_a_lowered_cap_closes_nothing_and_blocks_new_cases(fresh_world, add_case):
    world = only_worker(well(fresh_world(**PATIENT)), 2)
    for citizen in range(5):
        add_case(world, citizen, worker=0)
    waiting = add_case(world, 9)
    allocation(world, 1)
    assert world.link_workers.open_cases[0] == 5 and world.cases.state[waiting] == CaseState.WAITING


def test_a_higher_cap_never_leaves_more_people_waiting(fresh_world, add_case):
    waiting = []
    for cap in (0, 5, 20, 75):
        world = well(fresh_world(**PATIENT))
        world.commissioner.caseload_cap[0] = cap
        for citizen in range(200):
            add_case(world, citizen)
        allocation(world, 0)
        waiting.append((world.cases.state[:200] == CaseState.WAITING).sum())
    assert waiting == [200, 200 - 6 * 5, 200 - 6 * 20, 0]


def test_open_cases_are_those_held_and_within_the_limits(fresh_world, add_case):
    world = well(fresh_world())
    world.link_workers.weeks_in_post[:] = [0, 5, 10, 15, 20, 60]
    world.commissioner.caseload_cap[0] = 25
    for week in range(20):
        for k in range(15):
            add_case(world, 15 * week + k, week=week, stage=k % 5)
        allocation(world, week)
        assert np.array_equal(world.link_workers.open_cases, held(world))
        assert (world.link_workers.open_cases <= 25).all()


@pytest.mark.parametrize(
    ("rule", "order"), [("none", [0, 1, 2]), ("deprived_first", [2, 1, 0]), ("need_first", [1, 0, 2])]
)
def test_the_equity_rule_orders_those_without_priority(fresh_world, add_case, rule, order):
    """Three wait in order of citizen: the best off first, one in pre-crisis second, the most deprived last."""
    world = only_worker(well(fresh_world(**PATIENT)), 1)
    world.commissioner.equity_rule[0] = list(EquityRule).index(rule)
    world.citizens.fifth[[1, 2, 3]] = [4, 2, 0]
    world.citizens.lonely[[1, 2, 3]] = False
    rows = [add_case(world, citizen) for citizen in (1, 2, 3)]
    world.cases.stage[rows[1]] = Stage.PRE_CRISIS
    for expected in order:
        allocation(world, 0)
        taken = [row for row in rows if world.cases.worker[row] >= 0]
        assert taken == [rows[expected]]
        world.cases.worker[rows[expected]], world.cases.state[rows[expected]] = -1, CaseState.CLOSED
        world.link_workers.open_cases[0] = 0


def test_priority_goes_before_equity(fresh_world, add_case):
    world = only_worker(well(fresh_world(**PATIENT)), 1)
    world.commissioner.equity_rule[0] = list(EquityRule).index("deprived_first")
    world.citizens.fifth[[1, 2]] = [0, 4]
    poor, handed_on = add_case(world, 1), add_case(world, 2, changes=1)
    allocation(world, 0)
    assert world.cases.worker[[poor, handed_on]].tolist() == [-1, 0]


@pytest.mark.parametrize(("shares", "taken"), [(0, -1), (1, 0)])
def test_link_workers_take_people_of_other_pcns_only_if_they_share(fresh_world, add_case, shares, taken):
    world = only_worker(well(fresh_world(**PATIENT, **{"allocation.shares_between_pcns": shares})), 5)
    world.link_workers.pcn[:] = 1
    case = add_case(world, 1)
    allocation(world, 0)
    assert world.cases.worker[case] == taken
