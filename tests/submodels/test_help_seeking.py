"""Help seeking: Poisson counts from one uniform, by stage, illness and person."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import poisson

from sp_abm.parameters import Parameters
from sp_abm.submodels.help_seeking import consultations, help_seeking, weekly_rate
from sp_abm.vocabulary import Stage

P = Parameters().help_seeking


def test_consultations_are_the_poisson_quantile_of_the_uniform():
    """The least number whose cumulative chance reaches u, at most 12: as scipy has it, for 20,000 pairs."""
    draw = np.random.default_rng(93)
    for rate in (0.001, 0.055, 0.3, 1.628, 5.0, 8.0):
        for u in draw.uniform(size=3000):
            assert consultations(u, rate, 12.0) == min(12, poisson.ppf(u, rate)), (u, rate)
    for u in (1e-10, 1 - 1e-10):
        assert consultations(u, 0.3, 12.0) == min(12, poisson.ppf(u, 0.3))


def test_nobody_consults_at_a_rate_of_0_or_more_than_12_times():
    assert consultations(1 - 1e-10, 0.0, 12.0) == 0
    assert consultations(0.999, 40.0, 12.0) == 12


def test_the_weekly_rate_multiplies_person_distress_and_illness():
    """2.86 / 52 x 2 (frailty) = .11; x 3.7 in pre-crisis or crisis = .407; x 4 when ill too = 1.628."""
    assert weekly_rate(2.0, 0.0, False, P) == pytest.approx(0.11)
    assert weekly_rate(2.0, 1.0, False, P) == pytest.approx(0.407)
    assert weekly_rate(2.0, 1.0, True, P) == pytest.approx(1.628)
    assert weekly_rate(2.0, 0.0, True, P) == pytest.approx(0.44)


def test_a_share_of_distress_acts_in_proportion():
    """A link frozen where a fifth are in distress: .11 x (1 + 2.7 x .2) = .11 x 1.54 = .1694."""
    assert weekly_rate(2.0, 0.2, False, P) == pytest.approx(0.1694)


@pytest.mark.parametrize("stage", list(Stage))
def test_only_pre_crisis_and_crisis_raise_consultations(fresh_world, stage):
    """Were it not for distress, the same luck would give the same numbers: 3.7 times as many, or as many."""
    numbers = []
    for ratio in (1, 3.7):
        world = fresh_world(**{"help_seeking.ratio_distress": ratio})
        world.citizens.stage[:] = stage
        help_seeking(world, 0)
        numbers.append(int(world.citizens.consultations.sum()))
    assert (numbers[1] > 2 * numbers[0]) == (stage in (Stage.PRE_CRISIS, Stage.CRISIS))
    assert numbers[1] > 2 * numbers[0] or numbers[1] == numbers[0]


def test_a_practice_counts_the_consultations_of_its_patients(small_world):
    help_seeking(small_world, 0)
    citizens, practices = small_world.citizens, small_world.practices
    counted = np.bincount(citizens.practice, weights=citizens.consultations, minlength=2)
    assert np.array_equal(practices.consultations, counted)
    assert practices.consultations.sum() > 0


def test_what_is_usual_follows_a_week_by_a_52nd(small_world):
    """Usual 260 and this week's n: 260 + (n - 260) / 52."""
    small_world.practices.usual_consultations[:] = 260
    help_seeking(small_world, 0)
    expected = 260 + (small_world.practices.consultations - 260) / 52
    assert small_world.practices.usual_consultations == pytest.approx(expected)


def test_consultations_add_up_to_their_rates(small_world):
    """Poisson: the sum over 20 weeks may stray from the sum of rates by four standard deviations (6 in 100,000)."""
    citizens = small_world.citizens
    expected = sum(
        weekly_rate(f, float(s in (Stage.PRE_CRISIS, Stage.CRISIS)), i, P)
        for f, s, i in zip(citizens.frailty, citizens.stage, citizens.ill, strict=True)
    )
    total = 0
    for week in range(20):
        help_seeking(small_world, week)
        total += small_world.practices.consultations.sum()
    assert abs(total - 20 * expected) < 4 * np.sqrt(20 * expected)


def test_distress_never_lowers_consultations(fresh_world):
    numbers = []
    for ratio in (1, 3.7, 20):
        world = fresh_world(**{"help_seeking.ratio_distress": ratio})
        help_seeking(world, 0)
        numbers.append(world.citizens.consultations.astype(int))
    assert all((few <= many).all() for few, many in pairwise(numbers))
    assert numbers[0].sum() < numbers[-1].sum()


def test_nobody_consults_when_nobody_needs_to(fresh_world):
    world = fresh_world(**{"help_seeking.rate_consultation_per_year": 0})
    help_seeking(world, 0)
    assert not world.citizens.consultations.any() and not world.practices.consultations.any()
