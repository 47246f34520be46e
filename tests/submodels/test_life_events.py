"""Life events: shocks wear off, unemployment does not."""

from itertools import pairwise

import numpy as np
import pytest

from sp_abm.kernels import p_happens
from sp_abm.parameters import Parameters
from sp_abm.submodels.life_events import is_ill, is_unemployed, life_events, strain_after
from sp_abm.submodels.transitions import pressures

P = Parameters().life_events
NO_LUCK = 0.999999


def adults(world):
    """Return who is 16 or over."""
    return world.citizens.age >= 16


def test_what_is_left_of_an_event_shrinks_by_one_part_in_26_a_week():
    """.8 x (1 - 1/26) = .76923; after 26 weeks .8 x (25/26)^26 = .2886."""
    assert strain_after(0.8, P, 0.0, NO_LUCK) == pytest.approx(0.769231, abs=1e-6)
    left = 0.8
    for _ in range(26):
        left = strain_after(left, P, 0.0, NO_LUCK)
    assert left == pytest.approx(0.2886, abs=1e-4)


def test_a_new_event_counts_in_full_and_is_not_added_to_what_is_left():
    assert strain_after(0.5, P, 1.0, 0.5) == strain_after(0.0, P, 1.0, 0.5) == 0.8


def test_an_event_is_forgotten_in_the_end():
    """.8 x (25/26)^n falls below .01 when n > ln(80) / ln(26/25) = 111.7: after 112 weeks."""
    left = 0.8
    for week in range(1, 113):
        left = strain_after(left, P, 0.0, NO_LUCK)
        assert (left == 0) == (week == 112)


def test_an_event_happens_with_one_minus_e_to_the_minus_hazard():
    """At a hazard of .5 that is 1 - exp(-.5) = .393469."""
    assert strain_after(0.0, P, p_happens(0.5), 0.39346) == 0.8
    assert strain_after(0.0, P, p_happens(0.5), 0.39347) == 0.0


def test_nobody_becomes_or_stays_unemployed_from_66_on():
    chances = (1.0, p_happens(P.rate_employment_per_week))
    assert is_unemployed(True, 65, P, *chances, NO_LUCK) and is_unemployed(False, 65, P, *chances, 0.5)
    assert not is_unemployed(True, 66, P, *chances, 0.5) and not is_unemployed(False, 66, P, *chances, 0.5)


def test_work_is_found_at_025_a_week():
    """1 - exp(-.025) = .024690."""
    chances = (0.0, p_happens(P.rate_employment_per_week))
    assert not is_unemployed(True, 40, P, *chances, 0.02469) and is_unemployed(True, 40, P, *chances, 0.0247)


def test_unemployment_weighs_as_much_after_four_years_as_on_its_first_day(fresh_world):
    """Nobody finds work: those out of work stay so, and their hazard ratio stays at 3.0 (POP-066)."""
    world = fresh_world(**{"life_events.rate_employment_per_week": 0, "life_events.rate_event_per_year": 0})
    was = world.citizens.unemployed & (world.citizens.age < 60)
    assert was.any()
    for week in range(208):
        life_events(world, week)
    assert world.citizens.unemployed[was].all()
    push, _ = pressures(1.0, 1.0, 0.0, True, False, 0.0, world.parameters.transitions)
    assert push == 3.0


def test_illness_comes_at_006_and_goes_at_08_a_week():
    """1 - exp(-.006) = .005982 and 1 - exp(-.08) = .076884."""
    chances = (p_happens(P.rate_illness_per_week), p_happens(P.rate_recovery_per_week))
    assert is_ill(False, *chances, 0.00598) and not is_ill(False, *chances, 0.00599)
    assert not is_ill(True, *chances, 0.07688) and is_ill(True, *chances, 0.07689)


def test_sure_events_strike_every_adult_and_no_child(fresh_world):
    world = fresh_world(**{"life_events.rate_event_per_year": 5000, "life_events.rate_unemployment_per_year": 5000})
    world.citizens.unemployed[:] = False
    life_events(world, 0)
    assert np.array_equal(world.citizens.event_strain > 0.79, adults(world))
    assert np.array_equal(world.citizens.unemployed, adults(world) & (world.citizens.age < 66))


def test_without_hazards_nothing_happens(fresh_world):
    rates = ("rate_event_per_year", "rate_unemployment_per_year", "rate_employment_per_week")
    rates += ("rate_illness_per_week", "rate_recovery_per_week")
    world = fresh_world(**{f"life_events.{rate}": 0 for rate in rates})
    world.citizens.event_strain[:] = 0
    before = world.copy().citizens
    life_events(world, 0)
    for name in ("event_strain", "ill", "unemployed"):
        assert np.array_equal(getattr(world.citizens, name), getattr(before, name)), name


def test_events_strike_the_deprived_more_often(fresh_world):
    """One event weighs .8, what is left of older ones less: who stands at exactly .8 was struck this week.

    A year brings .30 x 1.35 = .405 events to an adult of the most deprived fifth, .30 to one of the middle fifth and
    .30 / 1.35 = .222 to one of the least deprived. Counts are Poisson; four standard deviations are allowed in
    each of five fifths, a false alarm in 3 of 10,000 fresh seeds, and this seed is fixed.
    """
    world = fresh_world()
    struck = np.zeros(5)
    size = np.float32(P.size_event)
    for week in range(52):
        life_events(world, week)
        struck += np.bincount(world.citizens.fifth[world.citizens.event_strain == size], minlength=5)
    in_fifth = np.bincount(world.citizens.fifth[adults(world)], minlength=5)
    expected = in_fifth * 0.3 * 1.35 ** np.array([1, 0.5, 0, -0.5, -1])
    assert (np.abs(struck - expected) < 4 * np.sqrt(expected)).all()


def test_a_higher_hazard_strikes_the_same_people_and_more(fresh_world):
    struck = []
    for rate in (0.3, 1.0, 5.0):
        world = fresh_world(**{"life_events.rate_event_per_year": rate})
        world.citizens.event_strain[:] = 0
        life_events(world, 0)
        struck.append(world.citizens.event_strain > 0)
    assert all((few <= many).all() for few, many in pairwise(struck))
    assert struck[0].sum() < struck[-1].sum()


def test_event_strain_stays_between_none_and_one_event(fresh_world):
    world = fresh_world(**{"life_events.rate_event_per_year": 5})
    for week in range(30):
        life_events(world, week)
        assert (world.citizens.event_strain >= 0).all()
        assert (world.citizens.event_strain <= np.float32(0.8)).all()
