"""Staffing: what is promised and what arrives, teams of the size funded, newcomers who are new."""

from itertools import pairwise

import numpy as np
import pytest

from sp_abm.agents.link_workers import fall_vacant, ramp
from sp_abm.levers import SUPPORT_CHANNELS
from sp_abm.submodels.staffing import staffing, support_target, team_sizes
from sp_abm.vocabulary import CaseState, Channel


def fund(world, fte, week=1):
    """Fund that many posts in the only PCN and let staffing act."""
    world.pcns.fte_funded[0] = fte
    staffing(world, week)
    return world.link_workers


def ask(world, level):
    """Ask for that level of support on every channel."""
    for lever in SUPPORT_CHANNELS:
        getattr(world.commissioner, lever)[0] = level


@pytest.mark.parametrize(
    ("fte", "sizes"),
    [(0, []), (0.05, [0.05]), (0.1, [0.1]), (1, [1]), (1.995, [1, 0.995]), (2.034, [1, 1.034]), (2.2, [1, 1, 0.2])],
)
def test_a_team_is_full_posts_and_one_part_time_post_if_it_is_worth_one(fte, sizes):
    """2.034 is two full posts and .034, less than the .1 that makes a post, so the last gets it: 1.034."""
    assert team_sizes(fte, 0.1) == pytest.approx(sizes)


def test_a_team_is_always_as_large_as_what_is_funded():
    for fte in np.linspace(0, 7, 1401):
        assert sum(team_sizes(float(fte), 0.1)) == pytest.approx(fte, abs=1e-9)


def test_rounding_in_the_last_digit_makes_no_post_out_of_nothing():
    assert team_sizes(3 - 1e-12, 0.1).tolist() == [1, 1, 1]
    assert team_sizes(3 + 1e-12, 0.1) == pytest.approx([1, 1, 1])


def test_a_rise_is_promised_in_full_and_delivered_by_half():
    """.39 + .5 x (1 - .39) = .695."""
    assert support_target(1.0, 0.39, 0.5) == pytest.approx(0.695)


def test_a_cut_is_felt_in_full():
    assert support_target(0.2, 0.39, 0.5) == 0.2


def test_the_same_support_as_today_stays_as_it_is():
    assert support_target(0.39, 0.39, 0.5) == 0.39


def test_support_rises_over_8_weeks_and_falls_over_26(fresh_world):
    """Rising to .695: .39 + .305 x (1 - exp(-1/8)) = .39 + .305 x .1175 = .42584. Falling to 0: .39 x exp(-1/26)."""
    rising, falling = fresh_world(), fresh_world()
    ask(rising, 1.0)
    ask(falling, 0.0)
    staffing(rising, 1)
    staffing(falling, 1)
    assert rising.pcns.support == pytest.approx(np.full((1, 5), 0.425838), abs=1e-6)
    assert falling.pcns.support == pytest.approx(np.full((1, 5), 0.39 * np.exp(-1 / 26)))


def test_asking_for_more_support_never_delivers_less(fresh_world):
    delivered = []
    for level in np.linspace(0, 1, 11):
        world = fresh_world()
        ask(world, level)
        for week in range(1, 60):
            staffing(world, week)
        delivered.append(world.pcns.support[0, 0])
    assert delivered == sorted(delivered)
    assert 0 <= delivered[0] < 0.05
    assert delivered[-1] == pytest.approx(0.695, abs=0.001)


def test_a_removed_post_is_the_vacant_one_first(small_world):
    small_world.link_workers.in_post[3] = False
    small_world.link_workers.starts[3] = 20
    workers = fund(small_world, 5)
    assert workers.fte.tolist() == [1, 1, 1, 0, 1, 1]
    assert workers.in_post.tolist() == [True, True, True, False, True, True]


def test_among_the_filled_posts_the_last_to_come_is_the_first_to_go(small_world):
    small_world.link_workers.weeks_in_post[:] = [90, 80, 5, 70, 60, 50]
    workers = fund(small_world, 5)
    assert workers.fte.tolist() == [1, 1, 0, 1, 1, 1]
    assert not workers.in_post[2]


def test_a_removed_post_hands_on_its_cases(small_world, add_case):
    """Post 2 goes: its open case waits again with one change more, its closed one and the others stay as they were."""
    world = small_world
    world.link_workers.weeks_in_post[:] = [90, 80, 5, 70, 60, 50]
    handed, kept = add_case(world, 10, worker=2, n_contacts=2), add_case(world, 11, worker=4)
    closed = add_case(world, 12, state=CaseState.CLOSED)
    workers, cases = fund(world, 5), world.cases
    assert (cases.state[handed], cases.worker[handed], cases.changes[handed]) == (CaseState.WAITING, -1, 1)
    assert cases.n_contacts[handed] == 2
    assert (cases.state[kept], cases.worker[kept], cases.changes[kept]) == (CaseState.ALLOCATED, 4, 0)
    assert (cases.state[closed], cases.changes[closed]) == (CaseState.CLOSED, 0)
    assert workers.open_cases.tolist() == [0, 0, 0, 0, 1, 0]


def test_without_funding_every_post_closes_and_every_case_waits(small_world, add_case):
    for citizen in range(12):
        add_case(small_world, citizen, worker=citizen % 6)
    workers = fund(small_world, 0)
    assert not workers.fte.any() and not workers.in_post.any() and not workers.open_cases.any()
    assert (small_world.cases.state[:12] == CaseState.WAITING).all()


def test_a_new_post_is_filled_after_10_to_30_weeks(small_world):
    workers = fund(small_world, 8.5)
    assert workers.fte.tolist() == [1, 1, 1, 1, 1, 1, 1, 1, 0.5]
    assert workers.in_post.tolist() == [True] * 6 + [False] * 3
    starts = workers.starts[6:].copy()
    assert (starts >= 1 + 10).all() and (starts <= 1 + 30).all()
    for week in range(2, 40):
        workers = fund(small_world, 8.5, week)
        assert (workers.in_post[6:] == (week >= starts)).all()


def test_vacancies_last_between_10_and_30_weeks_and_20_on_average(small_world):
    """3,000 keyed draws of U(10, 30), rounded up: mean 20.5, standard deviation 20 / sqrt(12) = 5.8, of the mean .105.

    The mean may stray by four standard deviations, .42; false alarm 6 in 100,000 for a fresh seed, and this is fixed.
    """
    world, workers, weeks = small_world, small_world.link_workers, []
    for week in range(500):
        fall_vacant(workers, np.arange(6), week, world.luck, world.parameters.staffing)
        weeks.extend(workers.starts - week)
    assert min(weeks) >= 10 and max(weeks) <= 30
    assert abs(np.mean(weeks) - 20.5) < 0.42


def test_a_newcomer_starts_rested_unproven_and_with_few_contacts(fresh_world):
    """Burnout .30, capacity .4, no weeks in post; knows 15% of the 20 organisations, give or take."""
    world = fresh_world(**{"staffing.p_intends_at_start": 0})
    workers = world.link_workers
    workers.holder[:] = 4
    fall_vacant(workers, np.arange(6), 1, world.luck, world.parameters.staffing)
    workers.starts[:] = 2
    staffing(world, 2)
    assert workers.in_post.all() and (workers.holder == 5).all()
    assert (workers.burnout == 0.30).all() and not workers.intends.any()
    assert (workers.weeks_in_post == 0).all() and not workers.open_cases.any()
    assert ramp(workers, world.parameters.staffing) == pytest.approx(np.full(6, 0.4))
    assert 6 <= world.knowledge.known.sum() <= 32  # binomial(120, .15): mean 18, sd 3.9
    assert world.flows["hired"] == 12  # the first six teams, and these


def test_capacity_grows_from_two_fifths_to_all_of_it_in_26_weeks(small_world):
    """After 13 weeks: .4 + .6 x 13/26 = .7; never above 1."""
    small_world.link_workers.weeks_in_post[:] = [0, 13, 26, 27, 1000, 1]
    capacity = ramp(small_world.link_workers, small_world.parameters.staffing)
    assert capacity == pytest.approx([0.4, 0.7, 1, 1, 1, 0.4 + 0.6 / 26])


def test_the_team_is_what_is_funded_week_after_week(small_world):
    for week, fte in enumerate([6, 2.5, 9.04, 0, 0.05, 4.995, 12, 6, 1], start=1):
        workers = fund(small_world, fte, week)
        assert workers.fte.sum() == pytest.approx(fte)
        assert not workers.in_post[workers.fte == 0].any()
        assert small_world.knowledge.known.shape == (workers.id.size, 20)
    ids = workers.id.tolist()
    assert len(set(ids)) == len(ids)
    assert all(one < other for one, other in pairwise(ids))


def test_a_channel_is_promised_by_itself(fresh_world):
    """Supervision to full, the others as today: .39 + .305 x .1175 = .42584 on the one channel, .39 on the others."""
    world = fresh_world()
    world.commissioner.support_supervision[0] = 1.0
    staffing(world, 1)
    assert world.pcns.support[0] == pytest.approx([0.425838, 0.39, 0.39, 0.39, 0.39], abs=1e-6)


def test_time_without_people_goes_to_the_community_and_to_speaking_up_more_when_clear_and_settled(fresh_world):
    """37.5 x .888 x .4 = 13.32 hours without people: 15% = 1.998 for the community, 10% = 1.332 to speak up, today.

    A newcomer has .4 of that, 0.7992; a role that is clear in full, .61 above today, 1.61 times as much, 3.21678.
    """
    world = fresh_world()
    world.link_workers.weeks_in_post[:] = [104, -1, 104, 104, 104, 104]
    staffing(world, 1)
    workers = world.link_workers
    assert workers.hours_building[:2] == pytest.approx([1.998, 0.7992])
    assert workers.hours_voice[0] == pytest.approx(1.332)
    world.pcns.support[:, Channel.ROLE_CLARITY] = world.commissioner.support_role_clarity[0] = 1
    world.parameters = world.parameters._replace(
        staffing=world.parameters.staffing._replace(share_support_delivered=1.0)
    )
    staffing(world, 2)
    assert world.link_workers.hours_building[0] == pytest.approx(3.21678)
