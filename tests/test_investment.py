"""Investment in whole runs: the circle from impact to money, its cuts, and practice that spreads."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sp_abm.places import place
from sp_abm.scenario import load
from sp_abm.simulation import Simulation

HAMLET = replace(
    place("sandbox"),
    key="investment-hamlet",
    residents=1500,
    n_pcns=3,
    pcn_sizes=(1.0, 1.0, 1.0),
    n_practices=6,
    gp_fte=12.0,
    organisations_per_10000=100.0,
    places_per_organisation=4.0,
)
N_WEEKS = 110
LEAN = {"caseload_cap": 15, "posts_per_10000": 0.4}
ANSWERING = LEAN | {"investment_response": 1}


@cache
def warmed(changes=()):
    """Return a simulation in week 0 after a warm-up; only forks of it are run."""
    return Simulation.start("today", HAMLET, 2, changes=dict(changes))


def ran(levers, cut=None, weeks=N_WEEKS, **parameters):
    """Return a simulation of changed levers after some weeks, forked from the same week 0."""
    scenario = load("today").with_changes(levers | parameters).with_cut(cut or {})
    return warmed().fork(scenario, weeks).run(weeks)


def books_of(simulation):
    """Return every column of the commissioner and the funded posts, for comparison bit by bit."""
    world = simulation.world
    return np.concatenate([*map(np.ravel, world.commissioner), world.pcns.fte_funded, simulation.recorder.system[-1]])


def test_the_warm_up_leaves_a_reference_and_a_year_to_review():
    world = warmed().world
    assert world.week == 0 and (world.commissioner.impact_last_year > 0).all()
    assert (world.pcns.recorded_cases > 0).all() and world.commissioner.spent_this_year[0] > 0
    at_0 = world.commissioner.impact_last_year[0].copy()
    after = ran({}, weeks=1).world.commissioner
    assert after.impact_reference[0] == pytest.approx((at_0 + after.impact_last_year[0]) / 2)
    assert np.array_equal(ran({}, weeks=60).world.commissioner.impact_reference, after.impact_reference)


def test_what_is_recorded_is_a_part_of_what_was_closed():
    """Of cases closed after being seen, six in ten; their value lies between nothing and all adequate."""
    simulation = ran({}, weeks=53)
    cases = simulation.world.cases
    n = simulation.world.n_cases
    is_of_year = (cases.week_closed[:n] >= 0) & (cases.week_closed[:n] < 52) & (cases.week_first[:n] > -9999)
    is_ended_by_closure = is_of_year & np.isin(cases.outcome[:n], (1, 2, 3))
    total, per_case, _ = simulation.world.commissioner.impact_last_year[0]
    recorded = total / per_case
    spread = 4 * np.sqrt(is_ended_by_closure.sum() * 0.6 * 0.4)
    assert abs(recorded - 0.6 * is_ended_by_closure.sum()) < spread
    assert 0 < per_case < 1


@pytest.mark.parametrize("signal", ["total", "per_case", "per_pound"])
@pytest.mark.parametrize("rule", ["anchored", "compounding"])
def test_money_answers_only_where_it_is_told_to(signal, rule):
    """Without a response the run is bit-identical whatever the rule; with one, posts move after a year, not before."""
    words = {"investment_signal": signal, "investment_rule": rule}
    assert np.array_equal(ran(LEAN, weeks=60).recorder.system, ran(LEAN | words, weeks=60).recorder.system)
    answer = ran(ANSWERING | words, weeks=60)
    assert np.array_equal(answer.recorder.system[:52], ran(LEAN, weeks=60).recorder.system[:52])
    assert answer.world.commissioner.posts_factor[0] != 1


def test_cuts_that_leave_everything_as_it_is_leave_it_bit_for_bit():
    uncut = books_of(ran(ANSWERING))
    links = ("impact->investment", "investment->posts", "investment->support", "investment->grants")
    ones = dict.fromkeys((*links, "toolkit->visible_impact"), 1.0)
    assert np.array_equal(books_of(ran(ANSWERING, ones)), uncut)


@pytest.mark.parametrize("link", ["impact->investment", "investment->posts"])
def test_with_nothing_coming_through_posts_stay_as_asked_for(link):
    assert ran(ANSWERING).world.commissioner.posts_factor[0] != 1
    cut = ran(ANSWERING, {link: 0.0})
    assert cut.world.commissioner.posts_factor[0] == 1
    assert np.array_equal(cut.recorder.system, ran(LEAN).recorder.system)


def test_impact_frozen_at_today_moves_money_by_what_today_would_have_shown():
    """Neither the answer to this scenario's impact nor no answer: the reference run's change, week by week."""
    frozen = ran(ANSWERING, {"impact->investment": "frozen"}).world.commissioner.posts_factor[0]
    books = ran({}, weeks=N_WEEKS).world.commissioner
    expected = books.impact_last_year[0, 0] / books.impact_reference[0, 0]
    assert frozen == pytest.approx(np.clip(expected, 0.25, 3))
    assert len({round(frozen, 6), round(ran(ANSWERING).world.commissioner.posts_factor[0], 6), 1.0}) == 3


def test_until_levers_differ_from_today_a_frozen_link_changes_nothing():
    later = {
        "investment_response": [{"from": 0, "value": 0}, {"from": 60, "value": 1}],
        "caseload_cap": [{"from": 0, "value": 75}, {"from": 60, "value": 15}],
    }
    frozen, uncut = (ran(later, cut) for cut in ({"impact->investment": "frozen"}, None))
    assert np.array_equal(frozen.recorder.system[:104], uncut.recorder.system[:104])
    assert not np.array_equal(frozen.recorder.system, uncut.recorder.system)


def test_where_today_does_not_answer_money_frozen_at_today_stays():
    """Today's response is 0: for these links frozen and taken away are the same."""
    for link in ("investment->posts", "investment->support", "investment->grants"):
        frozen, gone = (ran(ANSWERING, {link: how}) for how in ("frozen", 0.0))
        assert np.array_equal(books_of(frozen), books_of(gone))


def test_when_support_and_grants_answer_workers_and_places_feel_it():
    answering = {"funding.response_support": 3, "funding.response_grants": 3}
    lean, answer = ran(ANSWERING), ran(ANSWERING, **answering)
    assert answer.world.commissioner.support_factor[0] < 1
    assert answer.world.pcns.support.mean() < lean.world.pcns.support.mean()
    assert answer.world.commissioner.spent_grants[0] < lean.world.commissioner.spent_grants[0]


def test_practice_begins_with_pilots_and_spreads_to_others():
    """Three PCNs, one of them a pilot; taken up as fast as can be, all three practise it after the first review."""
    counts = [
        ran(
            {"share_pilot_pcns": 0.3}, weeks=weeks, **{"funding.rate_adoption_per_year": rate}
        ).world.pcns.is_proactive.sum()
        for weeks, rate in ((1, 50), (52, 50), (53, 50), (53, 0))
    ]
    assert counts == [1, 1, 3, 1]
    assert warmed().world.pcns.is_proactive.all()


def test_without_a_warm_up_there_is_no_reference_and_money_stays():
    simulation = Simulation.start("today", HAMLET, 2, changes=ANSWERING, warm_up=False).run(60)
    books = simulation.world.commissioner
    assert not books.impact_reference.any() and books.posts_factor[0] == 1 and (books.impact_last_year > 0).all()
