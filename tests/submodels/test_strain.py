"""Strain: work against hours, support against strain."""

from itertools import pairwise

import numpy as np
import pytest

from sp_abm.agents.link_workers import hours_direct
from sp_abm.submodels.staffing import staffing
from sp_abm.submodels.strain import (
    caught_from_colleagues,
    load,
    practices_each,
    recovery,
    relief,
    strain,
    support_felt,
)
from sp_abm.vocabulary import Channel

CALM = {"strain.sd_condition": 0}


def alike(world, cases=64, burnout=0.4):
    """Make every worker an experienced, average person with that many cases and that burnout."""
    workers = world.link_workers
    workers.weeks_in_post[:], workers.trait[:], workers.condition[:] = 104, 1, 0
    workers.open_cases[:], workers.burnout[:], workers.hours_outreach[:] = cases, burnout, 0
    return world


def large_service(world, posts=400):
    """Fund that many posts in the sandbox, all filled at once."""
    world.pcns.fte_funded[0] = posts
    staffing(world, world.first_week)
    return world


def test_load_is_hours_demanded_over_hours_available(small_world):
    """64 cases x (.667 x 40/60 + .10) = 34.859 hours, other duties .4 x 37.5 x .888 x .75 = 9.99: 44.849 hours.

    Available 37.5 x .888 = 33.3 hours; 44.849 / 33.3 / 1.27 = 1.06048. Two practices shared by six posts add nothing.
    """
    assert load(alike(small_world), 0) == pytest.approx(np.full(6, 1.06048), abs=1e-5)


def test_outreach_and_a_newcomers_pace_add_load(small_world):
    """3 hours of outreach: 47.849 / 42.291 = 1.13142. A newcomer, ramp .4: 1.06048 / sqrt(.4) = 1.67676."""
    world = alike(small_world)
    world.link_workers.hours_outreach[0], world.link_workers.weeks_in_post[1] = 3, 0
    assert load(world, 0)[:2] == pytest.approx([1.13142, 1.67676], abs=1e-5)


def test_half_the_hours_double_the_load_of_the_same_cases(small_world):
    """Half-time: (34.859 + 4.995) / 16.65 / 1.27 = 1.88473."""
    world = alike(small_world)
    world.link_workers.fte[0] = 0.5
    assert load(world, 0)[0] == pytest.approx(1.88473, abs=1e-5)


def test_being_spread_over_practices_costs_time(small_world):
    """One post left for two practices: .02 hours more, (44.849 + .02) / 42.291 = 1.06095."""
    world = alike(small_world)
    world.link_workers.fte[1:] = 0
    assert practices_each(world)[0] == 2
    assert load(world, 0)[0] == pytest.approx(1.06095, abs=1e-5)


def test_a_closed_post_has_no_load(small_world):
    world = alike(small_world)
    world.link_workers.fte[2] = 0
    assert load(world, 0)[2] == 0 and np.isfinite(load(world, 0)).all()


def test_a_week_of_burnout_worked_by_hand(fresh_world):
    """Load 1.06048, support .39 on five channels, b = .40, an average person in average conditions.

    Relief .39 x (.153 + .045 + .036 + .036 + .018) = .39 x .288 = .11232; up .085 x 1.06048 x .88768 x .6 = .048010.
    Recovery .39 x (.135 + .036 + .036 + .045 + 0) = .09828; down .06 x 1.09828 x .4 = .026359.
    b = .40 + .048010 - .026359 = .421651.
    """
    world = alike(fresh_world(**CALM))
    strain(world, 1)
    assert world.link_workers.burnout == pytest.approx(np.full(6, 0.421651), abs=1e-6)


def test_trait_and_conditions_multiply_the_pressure(fresh_world):
    """A trait of 1.5 raises up to .072015, so b = .40 + .072015 - .026359 = .445656."""
    world = alike(fresh_world(**CALM))
    world.link_workers.trait[:] = 1.5
    strain(world, 1)
    assert world.link_workers.burnout == pytest.approx(np.full(6, 0.445656), abs=1e-6)


def test_hard_conditions_raise_the_pressure_and_are_1_on_average(fresh_world):
    """Conditions of .5 that stay: e^(.5 - .91^2 / 2) = e^.08595 = 1.08975 times .048010 up: .40 + .052319 - .026359."""
    world = alike(fresh_world(**{"strain.persistence_condition": 1}))
    world.link_workers.condition[:] = 0.5
    strain(world, 1)
    assert world.link_workers.condition == pytest.approx(np.full(6, 0.5))
    assert world.link_workers.burnout == pytest.approx(np.full(6, 0.425960), abs=1e-6)


def test_the_channels_are_read_in_their_own_order(small_world):
    p = small_world.parameters.strain
    assert relief(p)[Channel.ROLE_CLARITY] == p.relief_role_clarity == 0.045
    assert recovery(p)[Channel.PEERS] == p.recovery_peers == 0.045
    assert relief(p).sum() == pytest.approx(0.288) and recovery(p).sum() == pytest.approx(0.252)


def test_without_strain_burnout_goes_away(fresh_world):
    """Nothing wears down: each week .06 x 1.09828 = .065897 of it goes; after 20 weeks .4 x .934103^20 = .10235."""
    world = alike(fresh_world(**CALM, **{"strain.rate_up_per_week": 0}))
    for week in range(20):
        strain(world, week)
    assert world.link_workers.burnout == pytest.approx(np.full(6, 0.4 * 0.9341032**20))
    assert world.link_workers.burnout[0] == pytest.approx(0.1023, abs=1e-4)


def test_conditions_keep_their_spread_and_their_memory(fresh_world):
    """Drawn at .91 and renewed as .985 c + .91 sqrt(1 - .985^2) z: the spread stays .91, one week remembers .985.

    400 workers, every 20th of 300 weeks, memory about 66 weeks: some 2,000 independent readings, so that the standard
    deviation is known to .014; four of those.
    """
    world = large_service(fresh_world())
    conditions = []
    for week in range(300):
        strain(world, week)
        conditions.append(world.link_workers.condition.copy())
    drawn = np.array(conditions)
    assert drawn[::20].std() == pytest.approx(0.91, abs=0.06)
    assert drawn.mean() == pytest.approx(0, abs=0.09)
    assert np.corrcoef(drawn[:-1].ravel(), drawn[1:].ravel())[0, 1] == pytest.approx(0.985, abs=0.002)


def test_people_and_conditions_are_1_on_average(fresh_world):
    """exp(.5 z - .125) of 400 has a mean of 1, standard error .027; exp(c - .414) likewise, .057: four of each."""
    world = large_service(fresh_world())
    workers = world.link_workers
    assert workers.trait.mean() == pytest.approx(1, abs=0.11)
    assert np.exp(workers.condition - 0.91**2 / 2).mean() == pytest.approx(1, abs=0.23)


def test_more_support_never_raises_burnout(fresh_world):
    """The same luck, 40 weeks, each channel alone and all together raised from 0 to 1."""
    for channels in ([0], [1], [2], [3], [4], [0, 1, 2, 3, 4]):
        burnout = []
        for level in (0.0, 0.39, 1.0):
            world = fresh_world()
            world.link_workers.open_cases[:] = 64
            world.pcns.support[:, channels] = level
            for week in range(40):
                strain(world, week)
            burnout.append(world.link_workers.burnout)
        assert (burnout[0] >= burnout[1]).all() and (burnout[1] >= burnout[2]).all()
        assert burnout[0].sum() > burnout[2].sum()


def test_more_cases_never_lower_burnout(fresh_world):
    burnout = []
    for cases in (0, 30, 64, 110):
        world = alike(fresh_world(), cases)
        for week in range(30):
            strain(world, week)
        burnout.append(world.link_workers.burnout)
    assert all((few <= many).all() for few, many in pairwise(burnout))


def test_burnout_stays_between_0_and_1_whatever_the_load(small_world):
    alike(small_world, cases=100000)
    for week in range(20):
        strain(small_world, week)
        assert (small_world.link_workers.burnout <= 1).all()
    alike(small_world, cases=0, burnout=1)
    for week in range(200):
        strain(small_world, week)
        assert (small_world.link_workers.burnout >= 0).all()


def test_a_vacant_post_feels_nothing(small_world):
    alike(small_world).link_workers.in_post[3] = False
    strain(small_world, 1)
    workers = small_world.link_workers
    assert workers.burnout[3] == workers.load[3] == workers.condition[3] == 0
    assert (workers.burnout[:3] > 0).all()


def test_peer_support_needs_a_colleague_in_post(fresh_world):
    """Peers delivered at .39: felt in full with one colleague or more, not at all alone."""
    world = alike(fresh_world())
    assert support_felt(world, 0)[:, Channel.PEERS] == pytest.approx(np.full(6, 0.39))
    world.link_workers.in_post[1:] = False
    assert support_felt(world, 0)[0] == pytest.approx([0.39, 0.39, 0.39, 0, 0.39])


def test_those_off_sick_feel_no_load_and_have_no_hours(fresh_world):
    world = alike(fresh_world(**CALM))
    world.link_workers.is_sick[0] = True
    p = world.parameters
    assert hours_direct(world.link_workers, p.staffing, p.contact)[0] == 0
    strain(world, 1)
    assert world.link_workers.load[0] == 0 < world.link_workers.load[1]
    assert world.link_workers.burnout[0] < 0.4 < world.link_workers.burnout[1]


def test_about_three_in_a_hundred_are_off_sick_and_more_of_the_burnt_out(fresh_world):
    """Spells of 3 weeks begin at .0094 a week: .0094 x 3 / (1 + .0094 x 3) = 2.7%; burnt out, at .0141: 4.1%.

    A weekly hazard of 1/3 ends 28.3% of spells a week: 3.2% and 4.7%. 400 workers, some 100 independent readings of
    each: standard deviations .09 and .11 points; five of them.
    """
    for burnout, expected in ((0.2, 0.0319), (0.9, 0.0471)):
        world = large_service(fresh_world(**{"strain.rate_up_per_week": 0, "strain.rate_down_per_week": 0}))
        world.link_workers.burnout[:] = burnout
        shares = []
        for week in range(400):
            strain(world, week)
            shares.append(world.link_workers.is_sick.mean())
        assert np.mean(shares[50:]) == pytest.approx(expected, abs=0.005)


def test_a_team_more_burnt_out_than_most_presses_on_a_worker(fresh_world):
    """Five colleagues at .58, one standard deviation of .18 above the average of .40; an effect of .3.

    Up .048010 x e^.3 = .048010 x 1.349859 = .064807; b = .40 + .064807 - .026359 = .438448. Each of the five has
    colleagues at (.40 + 4 x .58) / 5 = .544, that is .8 above: e^.24 = 1.271249.
    """
    world = alike(fresh_world(**CALM, **{"strain.effect_colleagues": 0.3}))
    world.link_workers.burnout[1:] = 0.58
    assert caught_from_colleagues(world) == pytest.approx([1.349859, *[1.271249] * 5], abs=1e-6)
    strain(world, 1)
    assert world.link_workers.burnout[0] == pytest.approx(0.438448, abs=1e-6)


@pytest.mark.parametrize(("effect", "is_felt"), [(None, False), (0.0, False), (0.1, True), (0.3, True)])
def test_colleagues_press_on_nobody_unless_peer_influence_is_on(fresh_world, effect, is_felt):
    burnout = []
    for of_colleagues in (0.1, 0.4, 0.9):
        changes = {} if effect is None else {"strain.effect_colleagues": effect}
        world = alike(fresh_world(**changes))
        world.link_workers.burnout[1:] = of_colleagues
        strain(world, 1)
        burnout.append(world.link_workers.burnout[0])
    assert burnout[0] < burnout[1] < burnout[2] if is_felt else burnout[0] == burnout[1] == burnout[2]


def test_nobody_is_pressed_by_vacant_posts_or_by_themselves(fresh_world):
    world = alike(fresh_world(**{"strain.effect_colleagues": 0.3}), burnout=0.9)
    world.link_workers.in_post[2:] = False
    world.link_workers.burnout[1] = 0.4
    assert caught_from_colleagues(world)[0] == pytest.approx(1)
    world.link_workers.in_post[1] = False
    assert caught_from_colleagues(world)[0] == pytest.approx(1)
