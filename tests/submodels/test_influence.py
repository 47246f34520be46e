"""Influence: ties wake, and loneliness follows them."""

import numpy as np
import pytest

from sp_abm.parameters import Parameters
from sp_abm.submodels.influence import at_ties, group_ties, influence, is_lonely, ratio_by_ties
from sp_abm.vocabulary import Stage, TieKind

P = Parameters().influence


def asleep(world):
    """Put every close and weak tie of a world to sleep."""
    is_home = world.ties.kind == TieKind.HOUSEHOLD
    world.ties.strength[:] = is_home
    world.citizens.n_live_ties[:] = live_ties(world)
    return world


def live_ties(world):
    """Return how many of each row's ties are alive."""
    rows = np.repeat(np.arange(world.ties.start.shape[0] - 1), np.diff(world.ties.start))
    return np.bincount(rows, weights=world.ties.strength, minlength=world.citizens.id.shape[0])


def test_loneliness_ends_at_025_a_week_and_twice_as_fast_in_an_activity():
    """1 - exp(-.025) = .024690 and 1 - exp(-.05) = .048771."""
    assert not is_lonely(True, Stage.THRIVING, False, 0.0, P, 0.02469)
    assert is_lonely(True, Stage.THRIVING, False, 0.0, P, 0.0247)
    assert not is_lonely(True, Stage.THRIVING, True, 0.0, P, 0.04877)
    assert is_lonely(True, Stage.THRIVING, True, 0.0, P, 0.04878)


def test_loneliness_begins_twice_as_often_in_distress():
    """A hazard of .10: 1 - exp(-.10) = .095163 when well, 1 - exp(-.20) = .181269 in pre-crisis and crisis."""
    for stage, chance in [(Stage.THRIVING, 0.095163), (Stage.RECOVERING, 0.095163), (Stage.CRISIS, 0.181269)]:
        assert is_lonely(False, stage, False, 0.10, P, chance - 1e-6)
        assert not is_lonely(False, stage, False, 0.10, P, chance + 1e-6)
    assert is_lonely(False, Stage.PRE_CRISIS, False, 0.10, P, 0.18)


def test_one_standard_deviation_fewer_ties_raises_the_hazard_by_e_to_06(small_world):
    """The ratio is 1 at the mean of log(1 + ties), and exp(.6) = 1.822 one standard deviation below it."""
    small_world.mean_log_ties, small_world.sd_log_ties = np.log(9.0), np.log(3.0)
    ratio = ratio_by_ties(small_world)
    assert ratio[8] == pytest.approx(1)
    assert ratio[2] == pytest.approx(np.exp(0.6))
    assert ratio[26] == pytest.approx(np.exp(-0.6))


def test_more_live_ties_never_make_loneliness_likelier(small_world):
    assert (np.diff(ratio_by_ties(small_world)) < 0).all()


def test_losing_ties_makes_the_same_people_lonely_and_more(fresh_world):
    """Same luck, every adult with no live tie but home's: whoever became lonely with ties does without."""
    rare = {"influence.weeks_tie_wakes": 1e9, "influence.rate_lonely_per_week": 0.2}
    full, cut = fresh_world(**rare), asleep(fresh_world(**rare))
    for world in (full, cut):
        world.citizens.lonely[:] = False
        influence(world, 0)
    assert (full.citizens.lonely <= cut.citizens.lonely).all()
    assert full.citizens.lonely.sum() < cut.citizens.lonely.sum()


def test_an_activity_never_keeps_anybody_lonely(fresh_world):
    alone, active = fresh_world(), fresh_world()
    for world in (alone, active):
        world.citizens.lonely[:] = True
    active.citizens.activity_row[:] = 0
    influence(alone, 0)
    influence(active, 0)
    assert (active.citizens.lonely <= alone.citizens.lonely).all()
    assert active.citizens.lonely.sum() < alone.citizens.lonely.sum()


def test_group_ties_are_the_others_in_an_activity_up_to_four(small_world):
    small_world.organisations.occupied[:5] = [0, 1, 2, 5, 9]
    assert group_ties(small_world)[:5].tolist() == [0, 0, 1, 4, 4]


def test_a_part_of_a_tie_counts_in_part():
    """Ratios 8, 4, 2, 1 for 0 to 3 ties: at 1 + 1 it is 2, at 1 + .5 half way from 4 to 2, at 0 + 2.25 it is 1.75."""
    ratios = np.array([8.0, 4.0, 2.0, 1.0])
    assert [at_ties(ratios, n, more) for n, more in [(2, 0.0), (1, 1.0), (1, 0.5), (0, 2.25)]] == [2, 2, 3, 1.75]


def test_sharing_an_activity_keeps_people_from_becoming_lonely(fresh_world):
    """Alone in it, or with eight others: the same luck makes fewer lonely, and only of those in it."""
    lonely = []
    for others in (0, 8):
        world = fresh_world(**{"influence.rate_lonely_per_week": 0.2})
        world.citizens.lonely[:] = False
        world.citizens.activity_row[:1000] = 0
        world.organisations.occupied[0] = 1 + others
        influence(world, 0)
        lonely.append(world.citizens.lonely.copy())
    assert (lonely[1] <= lonely[0]).all() and lonely[1][:1000].sum() < lonely[0][:1000].sum()
    assert np.array_equal(lonely[0][1000:], lonely[1][1000:])


def test_a_sure_waking_wakes_one_tie_of_each_row_that_has_one_asleep(fresh_world):
    """Each row chooses one of its sleeping ties, and a tie may be chosen from both its ends."""
    world = asleep(fresh_world(**{"influence.weeks_tie_wakes": 1e-3}))
    sleeping = np.diff(world.ties.start) - live_ties(world)
    before = live_ties(world)
    influence(world, 0)
    after = live_ties(world)
    assert (after[sleeping > 0] > before[sleeping > 0]).all()
    assert (after[sleeping == 0] == before[sleeping == 0]).all()
    n_choosing = (sleeping > 0).sum()
    assert n_choosing <= (after - before).sum() <= 2 * n_choosing
    assert np.array_equal(after, world.citizens.n_live_ties)


def test_a_sleeping_tie_wakes_after_52_weeks_on_average(fresh_world):
    """Half of that time on, exp(-26/52) = .607 of the ties are still asleep, however many rows a tie stands in.

    A row wakes at most one tie a week, which slows waking by a few per cent, hence the .03.
    """
    world = asleep(fresh_world())
    can_sleep = world.ties.kind != TieKind.HOUSEHOLD
    for week in range(26):
        influence(world, week)
    assert 1 - world.ties.strength[can_sleep].mean() == pytest.approx(np.exp(-0.5), abs=0.03)


def test_both_ends_of_a_tie_agree_on_whether_it_is_alive(fresh_world):
    world = asleep(fresh_world(**{"influence.weeks_tie_wakes": 10}))
    for week in range(5):
        influence(world, week)
    ties = world.ties
    rows = np.repeat(np.arange(ties.start.shape[0] - 1), np.diff(ties.start))
    there = {(a, b, k): s for a, b, k, s in zip(rows, ties.other, ties.kind, ties.strength, strict=True)}
    assert all(there[b, a, k] == s for (a, b, k), s in there.items())
    assert np.array_equal(live_ties(world), world.citizens.n_live_ties)


def test_the_young_are_not_counted_as_lonely(fresh_world):
    world = fresh_world(**{"influence.rate_lonely_per_week": 50, "influence.effect_ties": 0})
    influence(world, 0)
    assert not world.citizens.lonely[world.citizens.age < 16].any()
    was_well = world.citizens.age >= 16
    assert world.citizens.lonely[was_well].mean() > 0.95


def test_without_hazards_nobody_changes(fresh_world):
    world = fresh_world(**{"influence.rate_lonely_per_week": 0, "influence.rate_unlonely_per_week": 0})
    before = world.citizens.lonely.copy()
    influence(world, 0)
    assert np.array_equal(world.citizens.lonely, before)


def test_the_deprived_become_lonely_more_often(fresh_world):
    """Ties and distress left out, a hazard of .10 x 1.15 in the most deprived fifth, .10 / 1.15 in the least.

    Four standard deviations are allowed in each of five fifths.
    """
    world = fresh_world(**{"influence.rate_lonely_per_week": 0.1, "influence.effect_ties": 0})
    world.citizens.lonely[:], world.citizens.stage[:] = False, Stage.THRIVING
    influence(world, 0)
    is_adult = world.citizens.age >= 16
    number = np.bincount(world.citizens.fifth[is_adult], minlength=5)
    lonely = np.bincount(world.citizens.fifth[world.citizens.lonely], minlength=5)
    chance = -np.expm1(-0.1 * 1.15 ** np.array([1, 0.5, 0, -0.5, -1]))
    assert (np.abs(lonely - number * chance) < 4 * np.sqrt(number * chance * (1 - chance))).all()


def test_two_copies_of_a_world_share_no_working_memory(small_world):
    """Ties chosen to wake are written down first: two arms stepped at the same time must not share that page."""
    other = small_world.copy()
    for name in ("scratch_rows", "scratch_marks", "scratch_entries"):
        assert not np.shares_memory(getattr(small_world, name), getattr(other, name)), name
