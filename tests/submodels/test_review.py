"""The yearly review: what is seen of a year, how money answers, and how practice spreads among PCNs."""

from dataclasses import replace
from itertools import pairwise
from math import exp, log

import numpy as np
import pytest

from sp_abm.loops import Links
from sp_abm.places import place
from sp_abm.submodels.funding import funding, log_change, visible_impact
from sp_abm.vocabulary import InvestmentRule, InvestmentSignal

TOTAL, PER_CASE, PER_POUND = range(3)
ANCHORED, COMPOUNDING = range(2)
BOROUGH = replace(place("sandbox"), key="borough", n_pcns=10, pcn_sizes=(1.0,) * 10, n_practices=10)


def review(world, week, value=0.0, cases=0.0, spent=0.0):
    """Hold the review of a week after a year with this record in the first PCN."""
    world.pcns.recorded_value[0], world.pcns.recorded_cases[0] = value, cases
    world.commissioner.spent_this_year[0] = spent
    funding(world, week)
    return world.commissioner


def answering(world, response=1.0, signal=TOTAL, rule=ANCHORED, reference=100.0):
    """Return a world whose commissioner answers to impact, with a reference of 100."""
    books = world.commissioner
    books.investment_response[0], books.investment_signal[0], books.investment_rule[0] = response, signal, rule
    books.impact_reference[:] = reference
    return world


@pytest.fixture
def borough(fresh_world):
    """Return a maker of worlds of ten equal PCNs."""
    return lambda **changes: fresh_world(BOROUGH, **changes)


def test_the_words_for_signal_and_rule_stand_in_this_order():
    assert list(InvestmentSignal) == ["total", "per_case", "per_pound"]
    assert list(InvestmentRule) == ["anchored", "compounding"]


def test_impact_is_seen_in_total_per_case_recorded_and_per_pound():
    """12 of value in 40 cases for 60,000 pounds: 12, .3, .0002."""
    assert visible_impact(12, 40, 60000) == pytest.approx([12, 0.3, 0.0002])


def test_without_cases_or_money_there_is_no_impact_to_divide():
    assert visible_impact(0, 0, 0).tolist() == [0, 0, 0]
    assert visible_impact(0, 5, 1000).tolist() == [0, 0, 0]


def test_the_reference_is_the_mean_of_the_last_two_years_before_week_0_and_then_stays(small_world):
    """Years worth 90, 10 and 30 in 100 cases each: the reference is 20 in total and .2 per case."""
    for week, value in ((-104, 90), (-52, 10), (0, 30)):
        books = review(small_world, week, value, 100, 1000)
    assert books.impact_reference[0] == pytest.approx([20, 0.2, 0.02])
    assert books.impact_last_year[0] == pytest.approx([30, 0.3, 0.03])
    books = review(small_world, 52, 70, 100, 1000)
    assert books.impact_reference[0] == pytest.approx([20, 0.2, 0.02])
    assert books.impact_last_year[0] == pytest.approx([70, 0.7, 0.07])


def test_a_review_begins_a_new_year_and_the_weeks_between_reviews_only_add_to_it(small_world):
    books, pcns = review(small_world, 52, 7, 20, 9999), small_world.pcns
    weekly = books.spent_posts[0] + books.spent_outreach[0] + books.spent_grants[0]
    assert (pcns.recorded_value[0], pcns.recorded_cases[0]) == (0, 0)
    assert books.spent_this_year[0] == pytest.approx(weekly)
    seen = books.impact_last_year.copy()
    review(small_world, 53, 7, 20, 9999)
    assert (pcns.recorded_value[0], books.spent_this_year[0]) == (7, pytest.approx(9999 + weekly))
    assert np.array_equal(books.impact_last_year, seen)


@pytest.mark.parametrize(
    ("response", "value", "factor"),
    [(1, 80, 0.8), (0.5, 64, 0.8), (2, 80, 0.64), (1, 100, 1), (1, 150, 1.5), (1, 10, 0.25), (1, 900, 3), (3, 0, 0.25)],
)
def test_anchored_posts_are_those_asked_for_times_impact_over_its_reference(small_world, response, value, factor):
    """(V / 100) to the power of the response, kept within .25 and 3; the same again in a second such year."""
    world = answering(small_world, response)
    for week in (52, 104):
        books = review(world, week, value, 100, 1000)
        assert books.posts_factor[0] == pytest.approx(factor)
        assert world.pcns.fte_funded[0] == pytest.approx(6 * factor)


@pytest.mark.parametrize(
    ("value", "factors"), [(90, (0.9, 0.81, 0.729)), (10, (0.8, 0.64, 0.512)), (900, (1.25, 1.5625, 1.953125))]
)
def test_compounding_posts_start_from_where_they_stand_in_steps_of_08_to_125(small_world, value, factors):
    world = answering(small_world, rule=COMPOUNDING)
    found = [review(world, week, value, 100, 1000).posts_factor[0] for week in (52, 104, 156)]
    assert found == pytest.approx(factors)


def test_compounding_stops_at_ten_times_what_was_asked_for(small_world):
    world = answering(small_world, rule=COMPOUNDING)
    found = [review(world, 52 * year, 900, 100, 1000).posts_factor[0] for year in range(1, 20)]
    assert found == sorted(found) and found[9] == pytest.approx(1.25**10) and found[-1] == 10


@pytest.mark.parametrize(("signal", "factor"), [(TOTAL, 0.5), (PER_CASE, 1.25), (PER_POUND, 2)])
def test_the_signal_says_which_impact_moves_posts(small_world, signal, factor):
    """Reference 100, .4 and .001; the year: 50 in 100 cases for 25,000 pounds is 50, .5 and .002."""
    world = answering(small_world, signal=signal, reference=np.array([100, 0.4, 0.001]))
    assert review(world, 52, 50, 100, 25000).posts_factor[0] == pytest.approx(factor)


def test_support_and_grants_answer_with_exponents_of_their_own(fresh_world):
    """Response 1, a year worth 81 of 100: posts .81; support .81 to the .5 = .9; grants .81 to the 2 = .6561."""
    world = answering(fresh_world(**{"funding.response_support": 0.5, "funding.response_grants": 2}))
    books = review(world, 52, 81, 100, 1000)
    assert books.posts_factor[0] == pytest.approx(0.81)
    assert books.support_factor[0] == pytest.approx(0.9)
    assert books.grants_factor[0] == pytest.approx(0.6561)
    assert books.spent_grants[0] == pytest.approx(3000 * 0.6561)


def test_support_and_grants_do_not_answer_unless_asked_to(small_world):
    books = review(answering(small_world), 52, 50, 100, 1000)
    assert (books.posts_factor[0], books.support_factor[0], books.grants_factor[0]) == (0.5, 1, 1)


@pytest.mark.parametrize("rule", [ANCHORED, COMPOUNDING])
def test_at_response_0_no_year_however_bad_moves_anything_at_all(small_world, rule):
    world = answering(small_world, 0, rule=rule)
    for week, value in ((52, 0), (104, 5000), (156, 33)):
        books = review(world, week, value, 100, 1000)
        assert books.posts_factor[0] == books.support_factor[0] == books.grants_factor[0] == 1


def test_money_does_not_move_before_the_first_year_is_over(small_world):
    assert review(answering(small_world, 3), 0, 1, 100, 1000).posts_factor[0] == 1
    for week in (1, 51):
        assert review(small_world, week, 1, 100, 1000).posts_factor[0] == 1


@pytest.mark.parametrize("signal", [TOTAL, PER_CASE, PER_POUND])
@pytest.mark.parametrize("rule", [ANCHORED, COMPOUNDING])
def test_where_there_was_no_impact_before_money_stays_and_where_there_is_none_now_it_falls_to_the_bound(
    small_world, signal, rule
):
    """Warnings are errors here: no division by zero, no logarithm of it."""
    books = review(answering(small_world, 3, signal, rule, reference=0.0), 52, 40, 100, 1000)
    assert books.posts_factor[0] == 1
    books = review(answering(small_world, 3, signal, rule), 104)
    assert books.posts_factor[0] == pytest.approx(0.25 if rule == ANCHORED else 0.8)


def test_the_change_of_impact_is_a_finite_log():
    assert log_change(50, 100) == pytest.approx(log(0.5))
    assert log_change(100, 100) == log_change(7, 0) == log_change(0, 0) == 0
    assert -800 < log_change(0, 100) < -100


def test_more_impact_never_brings_fewer_posts(fresh_world):
    for rule in (ANCHORED, COMPOUNDING):
        found = []
        for value in (0, 1, 30, 99, 100, 101, 250, 10000):
            world = answering(fresh_world(), 0.7, rule=rule)
            found.append(review(world, 52, value, 100, 1000).posts_factor[0])
        assert found == sorted(found) and found[0] < 1 < found[-1]


@pytest.mark.parametrize(
    ("cut", "factor"),
    [
        ({}, 0.5),
        ({"impact->investment": 1.0, "investment->posts": 1.0}, 0.5),
        ({"impact->investment": 0.0}, 1),
        ({"investment->posts": 0.0}, 1),
        ({"impact->investment": 0.5}, 0.5**0.5),
        ({"investment->posts": 0.5}, 0.75),
        ({"investment->support": 0.0, "investment->grants": 0.0}, 0.5),
    ],
)
def test_a_scaled_link_lets_that_much_of_the_answer_through(small_world, cut, factor):
    """A year worth half its reference: the log is halved in one link, the change of posts (-.5) in the other."""
    world = answering(small_world)
    world.links = Links(cut)
    assert review(world, 52, 50, 100, 1000).posts_factor[0] == pytest.approx(factor)


def test_support_and_grants_have_links_of_their_own(fresh_world):
    world = answering(fresh_world(**{"funding.response_support": 1, "funding.response_grants": 1}))
    world.links = Links({"investment->support": 0.0, "investment->grants": 0.5})
    books = review(world, 52, 50, 100, 1000)
    assert (books.support_factor[0], books.grants_factor[0]) == (1, pytest.approx(0.75))


def proactive(world, share, week):
    """Return which PCNs are proactive after the funding of a week with this share of pilots."""
    world.commissioner.share_pilot_pcns[0] = share
    funding(world, week)
    return set(np.flatnonzero(world.pcns.is_proactive).tolist())


@pytest.mark.parametrize(("share", "pilots"), [(0, 0), (0.01, 1), (0.1, 1), (0.11, 2), (0.3, 3), (0.7, 7), (1, 10)])
def test_pilots_are_the_share_of_pcns_asked_for_rounded_up(borough, share, pilots):
    assert len(proactive(borough(), share, 0)) == pilots


def test_with_the_lever_at_1_every_pcn_is_proactive(small_world):
    assert all(proactive(small_world, 1, week) == {0} for week in (-208, -1, 0, 1, 52))


def test_more_pilots_are_added_to_those_there_are_at_once_and_nobody_stops(borough):
    world = borough()
    found = [proactive(world, share, week) for week, share in enumerate((0.2, 0.5, 0.9, 0.1))]
    assert [len(pcns) for pcns in found] == [2, 5, 9, 9]
    assert all(few <= many for few, many in pairwise(found))


def test_the_week_in_which_a_pcn_took_practice_up_is_kept(borough):
    """Two of ten from the start, three more in week 1, and week 9 changes nothing for these five."""
    world = borough()
    for week, share in ((0, 0.2), (1, 0.5), (9, 0.5)):
        proactive(world, share, week)
    assert sorted(world.pcns.week_proactive.tolist()) == [-9999] * 5 + [0] * 2 + [1] * 3


def test_another_seed_has_other_pilots(fresh_world):
    assert len({frozenset(proactive(fresh_world(BOROUGH, seed=seed), 0.3, 0)) for seed in range(1, 6)}) > 1


def adopters(world, week, values, cases=10.0):
    """Return who takes up practice at a review, where each proactive PCN recorded these values in ten cases each."""
    world.pcns.recorded_value[:], world.pcns.recorded_cases[:] = values, cases
    before = set(np.flatnonzero(world.pcns.is_proactive).tolist())
    return proactive(world, 0.3, week) - before


def test_practice_spreads_by_the_share_of_peers_and_what_they_have_to_show(borough):
    """3 of 9 peers, .5 a case, 2 a year: hazard 1/3, of each of seven PCNs; over 300 years as if the first.

    1 - exp(-1/3) = .2835; 7 x 300 = 2,100 draws: 595 expected, standard deviation 20.6; four of them.
    """
    world = borough()
    pilots = proactive(world, 0.3, 0)
    value = np.where(np.isin(np.arange(10), list(pilots)), 5.0, 99.0)
    count = 0
    for year in range(1, 301):
        world.pcns.is_proactive[:] = np.isin(np.arange(10), list(pilots))
        count += len(adopters(world, 52 * year, value))
    assert abs(count - 2100 * (1 - exp(-1 / 3))) < 83


def test_practice_does_not_spread_where_peers_have_nothing_to_show_or_there_are_none(borough, fresh_world):
    world = borough(**{"funding.rate_adoption_per_year": 50})
    proactive(world, 0.3, 0)
    assert not adopters(world, 52, 0.0) and not adopters(world, 104, 0.0, cases=0.0)
    world.pcns.is_proactive[:] = False
    world.pcns.recorded_value[:] = world.pcns.recorded_cases[:] = 10
    assert not proactive(world, 0, 156)
    alone = fresh_world(**{"funding.rate_adoption_per_year": 50})
    alone.pcns.recorded_value[:] = alone.pcns.recorded_cases[:] = 10
    assert not proactive(alone, 0, 0) and not proactive(alone, 0, 52)


def test_practice_spreads_at_reviews_only_and_whoever_took_it_up_keeps_it(borough):
    world = borough(**{"funding.rate_adoption_per_year": 50})
    pilots = proactive(world, 0.3, 0)
    world.pcns.recorded_value[:] = world.pcns.recorded_cases[:] = 10
    assert proactive(world, 0.3, 51) == pilots
    everybody = proactive(world, 0.3, 52)
    assert everybody == set(range(10)) == proactive(world, 0, 60)


def test_a_likelier_spread_never_reaches_fewer_pcns(borough):
    found = []
    for rate in (0, 0.5, 2, 10, 50):
        world = borough(**{"funding.rate_adoption_per_year": rate})
        proactive(world, 0.3, 0)
        found.append(adopters(world, 52, 5.0))
    assert all(few <= many for few, many in pairwise(found)) and not found[0] and found[-1]
