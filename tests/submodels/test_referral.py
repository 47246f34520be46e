"""Referral: need shown, offers made, doors open or closed, and GPs who learn."""

from itertools import pairwise

import numpy as np
import pytest

from sp_abm.loops import Blend, Links
from sp_abm.parameters import Parameters
from sp_abm.submodels.referral import (
    answer,
    crowding,
    most_self_rate,
    p_decline,
    p_need,
    p_offer,
    referral,
    self_rate,
)
from sp_abm.vocabulary import CaseState, Route, Stage

P = Parameters().referral
SURE_OFFER = {"referral.p_need": 1, "referral.p_identified": 1000}
NO_DECLINE = {"referral.p_decline_new": 0, "referral.p_decline_mature": 0}
SURE_SELF = {"referral.rate_self_per_week": 1e6}
NO_OFFER = {"referral.p_identified": 0}


def referred(world):
    """Return the rows of citizens with a case, and the routes they came by."""
    return world.cases.citizen[: world.n_cases], world.cases.route[: world.n_cases]


def everyone_consults(world, aware=False):
    """Let everybody consult once this week, all equally aware."""
    world.open_week()
    world.citizens.consultations[:] = 1
    world.citizens.aware[:] = aware
    return world


def test_need_shows_more_in_those_who_disclose():
    """.14 for all; disclosing adds .68 in distress and .28 when lonely, .14 + .68 + .28 = 1.10, which is at most 1."""
    assert p_need(Stage.CRISIS, True, False, P) == 0.14
    assert p_need(Stage.THRIVING, False, True, P) == 0.14
    assert p_need(Stage.THRIVING, True, True, P) == pytest.approx(0.42)
    assert p_need(Stage.PRE_CRISIS, False, True, P) == p_need(Stage.CRISIS, False, True, P) == pytest.approx(0.82)
    assert p_need(Stage.PRE_CRISIS, True, True, P) == 1.0


def test_the_chance_of_an_offer_grows_with_consultations():
    """Need .82, identified .0168, factor .5: .006888 a consultation; three of them 1 - (1 - .006888)^3 = .020522."""
    assert p_offer(1, 0.82, 0.5, P) == pytest.approx(0.006888)
    assert p_offer(3, 0.82, 0.5, P) == pytest.approx(0.020522, abs=1e-6)
    assert p_offer(0, 0.82, 0.5, P) == 0


def test_an_offer_is_never_more_than_certain():
    assert p_offer(2, 1.0, 1e6, P) == 1.0


def test_an_offer_is_made_below_its_chance_and_not_above():
    """Need .82, factor .5 and three consultations: .020522, of which the quick answer at .020664 must not be wrong."""
    for number in (1, 2, 3, 12):
        chance = p_offer(number, 0.82, 0.5, P)
        assert answer((chance - 1e-9, 1.0, 0.0, 1.0), number, 0.82, 1.0, 0.5, P) == Route.GP
        assert answer((chance + 1e-9, 1.0, 0.0, 1.0), number, 0.82, 1.0, 0.5, P) == -2
        assert answer((chance * 2, 1.0, 0.0, 1.0), number, 0.82, 1.0, 0.5, P) == -2


def test_nobody_comes_more_often_than_the_most_that_may():
    """Whatever the stage, loneliness, trust and news: and somebody comes exactly as often."""
    for p in (P, P._replace(rate_told_per_week=0.02), P._replace(rate_self_per_week=0.03)):
        on = Blend(1.0, np.zeros(1))
        rates = [self_rate(s, x, t, n, p) for s in Stage for x in (False, True) for t in (0.0, 1.0) for n in (0, 1)]
        assert max(rates) == most_self_rate(on, on, p)
        assert most_self_rate(Blend(0.5, np.array([0.0, 0.7])), on, p) == pytest.approx(1.2 * max(rates))


def test_offers_are_declined_less_where_the_gp_knows_the_service():
    """.22 at awareness 0, .07 at 1, .22 - .15 x .6 = .13 at .6."""
    assert [p_decline(a, P) for a in (0.0, 0.6, 1.0)] == pytest.approx([0.22, 0.13, 0.07])


def test_the_self_referral_rate_goes_by_need_and_trust():
    """.0042 x trust .5 = .0021 in need; x .4 off balance = .00084; x .05 when well = .000105."""
    assert self_rate(Stage.PRE_CRISIS, False, 0.5, 0, P) == pytest.approx(0.0021)
    assert self_rate(Stage.THRIVING, True, 0.5, 0, P) == pytest.approx(0.0021)
    assert self_rate(Stage.OFF_BALANCE, False, 0.5, 0, P) == pytest.approx(0.00084)
    assert self_rate(Stage.RECOVERING, False, 0.5, 0, P) == pytest.approx(0.000105)
    assert self_rate(Stage.CRISIS, True, 0.0, 5, P) == 0


def test_being_told_lately_raises_the_rate_and_never_lowers_it():
    """.0105 x trust .5 = .00525, more than the .0021 of need; with a need rate of .02 it stays .02 x .5."""
    assert self_rate(Stage.THRIVING, False, 0.5, 1, P) == pytest.approx(0.00525)
    assert self_rate(Stage.THRIVING, True, 0.5, 1, P._replace(rate_self_per_week=0.02)) == pytest.approx(0.01)


def test_a_busy_week_lowers_identification(small_world):
    """400 consultations where 100 are usual: (400/100)^-.5 = .5; a quiet week of 25 doubles it."""
    small_world.practices.usual_consultations[:] = 100
    small_world.practices.consultations[:] = [400, 25]
    assert np.exp(-0.5 * crowding(small_world)) == pytest.approx([0.5, 2.0])


def test_crowding_makes_fewer_offers_and_a_link_of_nothing_takes_that_away(fresh_world):
    """Four times as many as usual: half as many offers, unless it does not come through."""

    def offered(usual, scale):
        world = everyone_consults(fresh_world(**{"referral.p_identified": 0.2}))
        world.practices.consultations[:], world.practices.usual_consultations[:] = 400, usual
        world.links = Links({"consultations->identification": scale})
        referral(world, 0)
        return world.flows["offered"]

    assert offered(100, 1) == pytest.approx(offered(400, 1) / 2, rel=0.2)
    assert offered(100, 0) == offered(400, 0) == offered(400, 1)


def test_a_surgery_without_consultations_divides_by_nothing(small_world):
    small_world.practices.consultations[:] = 0
    small_world.practices.usual_consultations[:] = 0
    assert crowding(small_world) == pytest.approx([0, 0])


def test_everyone_of_age_who_may_be_referred_is_when_offers_are_sure(fresh_world):
    """Under 16, an open case, or a referral 26 weeks ago or less: no. 27 weeks ago, or a closed case: yes."""
    world = everyone_consults(fresh_world(**SURE_OFFER, **NO_DECLINE))
    citizens, week = world.citizens, 100
    a, b, c, d, e = np.flatnonzero(citizens.age >= 16)[:5]
    for row in (c, d):
        world.open_cases(np.array([row], np.int32), np.array([0]), 0)
    world.cases.state[1] = CaseState.CLOSED
    citizens.last_referral[a], citizens.last_referral[b] = week - 26, week - 27
    referral(world, week)
    rows, routes = referred(world)
    expected = set(np.flatnonzero(citizens.age >= 16)) - {a, c}
    assert set(rows[2:]) == expected and {b, d, e} <= expected
    assert set(routes) == {Route.GP, Route.PRACTICE_STAFF}
    assert world.flows["offered"] == world.flows["referred"] == len(expected)


def test_nobody_is_referred_twice_within_26_weeks(fresh_world):
    """Each case closes at once, so that only the time between referrals holds people back: weeks 0, 27, 54, 81."""
    world = everyone_consults(fresh_world(**SURE_OFFER, **NO_DECLINE))
    weeks = []
    for week in range(85):
        before = world.n_cases
        referral(world, week)
        world.cases.state[: world.n_cases] = CaseState.CLOSED
        if world.n_cases > before:
            weeks.append(week)
    assert weeks == [0, 27, 54, 81]


def test_behind_a_closed_door_nobody_comes_of_themselves(fresh_world):
    for door, comes in ((0.0, False), (1.0, True)):
        world = everyone_consults(fresh_world(**NO_OFFER, **SURE_SELF), aware=True)
        world.commissioner.self_referral[0] = door
        referral(world, 0)
        rows, routes = referred(world)
        assert (rows.size > 0) == comes
        assert set(routes) <= {Route.SELF, Route.COMMUNITY}
        assert world.flows["referred_non_medical"] == rows.size


def test_only_those_who_know_the_service_come_of_themselves(fresh_world):
    world = everyone_consults(fresh_world(**NO_OFFER, **SURE_SELF))
    world.citizens.aware[::2] = True
    referral(world, 0)
    rows, _ = referred(world)
    assert set(rows) == set(np.flatnonzero(world.citizens.aware & (world.citizens.age >= 16)))


def test_without_posts_nothing_is_offered_and_no_door_is_open(fresh_world):
    world = everyone_consults(fresh_world(**SURE_OFFER, **SURE_SELF), aware=True)
    world.pcns.fte_funded[:] = 0
    referral(world, 0)
    assert world.n_cases == world.flows["offered"] == 0


def test_a_case_takes_the_plan_that_fits_the_stage(fresh_world):
    """10 contacts after a crisis, 8 in pre-crisis or when lonely, 2 otherwise; the kind of activity is one of six."""
    world = everyone_consults(fresh_world(**SURE_OFFER, **NO_DECLINE))
    referral(world, 0)
    citizens, cases, n = world.citizens, world.cases, world.n_cases
    stage, lonely = citizens.stage[cases.citizen[:n]], citizens.lonely[cases.citizen[:n]]
    plan = np.where(stage == Stage.CRISIS, 10, np.where((stage == Stage.PRE_CRISIS) | lonely, 8, 2))
    assert np.array_equal(cases.plan[:n], plan)
    assert np.array_equal(cases.stage[:n], stage)
    assert set(cases.kind[:n]) == set(range(6))
    assert (cases.week_referred[:n] == 0).all() and (cases.state[:n] == CaseState.WAITING).all()


def test_a_more_aware_gp_never_makes_fewer_offers(fresh_world):
    offered, cases = [], []
    for awareness in (0.15, 0.4, 0.7, 1.0):
        world = everyone_consults(fresh_world())
        world.commissioner.self_referral[0] = 0
        world.gps.awareness[:] = awareness
        referral(world, 0)
        offered.append(world.flows["offered"])
        cases.append(set(referred(world)[0]))
    assert offered == sorted(offered) and offered[0] < offered[-1]
    assert all(few <= many for few, many in pairwise(cases))


def test_every_offer_is_accepted_or_declined(fresh_world):
    world = everyone_consults(fresh_world(**SURE_OFFER), aware=True)
    referral(world, 0)
    _, routes = referred(world)
    flows = world.flows
    n_medical = np.isin(routes, (Route.GP, Route.PRACTICE_STAFF)).sum()
    assert flows["offered"] == flows["declined"] + n_medical
    assert flows["referred"] == world.n_cases == n_medical + flows["referred_non_medical"]
    assert 0.10 < flows["declined"] / flows["offered"] < 0.19  # awareness .5: .145


@pytest.mark.parametrize(
    ("share", "certain", "routes"),
    [
        ("share_offers_by_staff", SURE_OFFER, (Route.GP, Route.PRACTICE_STAFF)),
        ("share_by_community", SURE_SELF | NO_OFFER, (Route.SELF, Route.COMMUNITY)),
    ],
)
def test_a_share_comes_by_the_other_route_and_nothing_else_changes(fresh_world, share, certain, routes):
    """None, all, or three in ten of about 4,000 by the second route; who is referred is the same."""
    found = []
    for value in (0, 0.3, 1):
        world = everyone_consults(fresh_world(**certain, **NO_DECLINE, **{f"referral.{share}": value}), aware=True)
        referral(world, 0)
        rows, by = referred(world)
        assert np.isin(by, routes).all()
        assert abs((by == routes[1]).mean() - value) <= 4 * np.sqrt(value * (1 - value) / rows.size)
        found.append((rows.tolist(), dict(world.flows)))
    assert found[0] == found[1] == found[2]


def test_gp_engagement_makes_the_service_as_present_as_awareness_would(fresh_world):
    """Awareness .3 engaged twice over is .6; five times over is at most 1."""

    def offered(awareness, engagement):
        world = everyone_consults(fresh_world())
        world.gps.awareness[:], world.commissioner.gp_engagement[0] = awareness, engagement
        referral(world, 0)
        return world.flows["offered"], referred(world)[0].tolist()

    assert offered(0.3, 2) == offered(0.6, 1) != offered(0.3, 1)
    assert offered(0.3, 5) == offered(1, 1)


def test_gps_learn_from_patients_helped_share_and_forget(small_world):
    """Awareness .5, .5, .5, .9 in a practice, mean .6; the first hears of 5 patients and takes note of 2.

    First: .5 + .15 x 2 x .5 - .01 x .5 + .02 x .1 = .647. Second: .5 - .005 + .002 = .497.
    Last: .9 - .009 + .02 x (.6 - .9) = .885. What was heard is then used up.
    """
    world = small_world
    world.gps.awareness[:4], world.gps.feedback[0] = [0.5, 0.5, 0.5, 0.9], 5
    referral(world, 0)
    assert world.gps.awareness[[0, 1, 3]] == pytest.approx([0.647, 0.497, 0.885])
    assert not world.gps.feedback.any()


def test_awareness_without_feedback_falls_to_its_floor_and_never_above_1(small_world):
    for week in range(400):
        referral(small_world, week)
    assert small_world.gps.awareness == pytest.approx(np.full(8, 0.15))
    small_world.gps.awareness[:] = 1
    small_world.gps.feedback[:] = 100
    referral(small_world, 400)
    assert (small_world.gps.awareness <= 1).all()
