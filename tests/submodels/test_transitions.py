"""Transitions: competing hazards, one uniform, and a coupling that never turns help into harm."""

from itertools import product

import numpy as np
import pytest

from sp_abm.loops import Links
from sp_abm.parameters import Parameters
from sp_abm.submodels.transitions import (
    duration_factor,
    hazards_by_stage,
    next_stage,
    pressures,
    surely_stays,
    transitions,
    troubles,
    weeks_of_distress,
)
from sp_abm.vocabulary import IMPROVING, TRANSITIONS, Stage

P = Parameters().transitions
T, OB, PC, C, R = (int(stage) for stage in Stage)
ORDER = {T: 0, OB: 1, R: 2, PC: 3, C: 4}
"""How bad a stage is, from best to worst, for the coupling."""


def hazards(stage, push, pull, weeks, p=P):
    """Return {stage: weekly hazard} as the model document has it."""
    g = p.share_duration_floor + (1 - p.share_duration_floor) / (1 + weeks / p.weeks_duration)
    return {
        T: {OB: p.rate_thriving_off_balance * push, PC: p.rate_thriving_pre_crisis * push},
        OB: {PC: p.rate_off_balance_pre_crisis * push, T: p.rate_off_balance_thriving * pull},
        PC: {C: p.rate_pre_crisis_crisis * push, R: p.rate_pre_crisis_recovering * pull * g},
        C: {R: p.rate_crisis_recovering * pull, PC: p.rate_crisis_pre_crisis * pull},
        R: {
            PC: p.rate_recovering_pre_crisis * push,
            C: p.rate_recovering_crisis * push,
            T: p.rate_recovering_thriving * pull,
            OB: p.rate_recovering_off_balance * pull,
        },
    }[stage]


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize(("push", "pull", "weeks"), [(1.0, 1.0, 0), (6.0, 0.3, 40), (40.0, 30.0, 3), (0.2, 4.0, 200)])
def test_the_chances_of_a_week_are_those_of_competing_hazards(stage, push, pull, weeks):
    """To go to k: r_k / r x (1 - exp(-r)), r the sum of hazards; read off a grid of 20,001 uniforms, each 5e-5 wide.

    Each boundary is found to within one step, so a stage between two boundaries is right to 1e-4.
    """
    grid = (np.arange(20001) + 0.5) / 20001
    found = np.array([next_stage(int(stage), weeks, push, pull, P, u) for u in grid])
    rates = hazards(int(stage), push, pull, weeks)
    total = sum(rates.values())
    expected = {k: rate / total * -np.expm1(-total) for k, rate in rates.items()}
    expected[int(stage)] = np.exp(-total)
    for k in range(5):
        assert (found == k).mean() == pytest.approx(expected.get(k, 0), abs=1e-4), Stage(k)


def test_only_the_twelve_declared_transitions_can_happen():
    moves = set()
    for stage in range(5):
        for u in (np.arange(5000) + 0.5) / 5000:
            after = next_stage(stage, 0, 60.0, 30.0, P, u)
            if after != stage:
                moves.add((stage, after))
    assert moves == {(int(a), int(b)) for a, b in TRANSITIONS}


def test_those_for_the_better_are_what_is_left_when_nothing_pushes():
    grid = (np.arange(5000) + 0.5) / 5000
    moves = {(stage, next_stage(stage, 0, 0.0, 30.0, P, u)) for stage in range(5) for u in grid}
    assert {(a, b) for a, b in moves if a != b} == {(int(a), int(b)) for a, b in IMPROVING}


def test_a_hand_worked_week_in_recovery():
    """Push and pull 1: r = .0006 + .011 + .0281 + .0235 = .0632, chance of any move 1 - exp(-.0632) = .061244.

    Crisis takes u below .061244 x .0006/.0632 = .000581, relapse up to .061244 x .0116/.0632 = .011241; thriving takes
    u above 1 - .061244 x .0281/.0632 = .972770, off balance from 1 - .061244 x .0516/.0632 = .949997.
    """
    edges = [(0.00058, C), (0.00059, PC), (0.01124, PC), (0.01125, R), (0.94999, R), (0.95, OB), (0.97276, OB)]
    for u, after in [*edges, (0.97278, T)]:
        assert next_stage(R, 0, 1.0, 1.0, P, u) == after, u


def test_recovery_slows_with_weeks_in_distress():
    """g(0) = 1, g(5) = .04 + .96/2 = .52, g(45) = .04 + .96/10 = .136, and never below .04."""
    assert [duration_factor(weeks, P) for weeks in (0, 5, 45)] == pytest.approx([1, 0.52, 0.136])
    assert 0.04 < duration_factor(60000, P) < 0.0401


def test_pressures_multiply():
    """worse 1.2 x e^.8 (event) x 3.0 (no work) x 1.5 (lonely) / e^.31 (half support) = 5.4 x e^.49 = 8.8145.

    better .9 x .45 x .75 x e^.31 = .30375 x 1.36343 = .41414.
    """
    push, pull = pressures(1.2, 0.9, 0.8, True, True, 0.5, P)
    assert push == pytest.approx(5.4 * np.exp(0.49)) == pytest.approx(8.8145, abs=1e-4)
    assert pull == pytest.approx(0.41414, abs=1e-5)


def test_an_untroubled_person_without_support_has_their_own_ratios():
    assert pressures(1.3, 0.7, 0.0, False, False, 0.0, P) == (1.3, 0.7)


def test_with_the_same_luck_better_hazards_never_make_a_person_worse_off():
    """30,000 random pairs with less push and more pull: the same uniform, often near an end, where the moves are."""
    draw = np.random.default_rng(20250106)
    for _ in range(30000):
        stage, weeks = int(draw.integers(5)), int(draw.integers(0, 100))
        push, pull = np.exp(draw.normal(1, 1.5, 2))
        less, more = push * draw.uniform(), pull / draw.uniform(1e-3, 1)
        u = draw.uniform() if draw.uniform() < 0.5 else draw.choice([1e-4, 1 - 1e-4, 0.02, 0.98]) + draw.normal() * 1e-5
        alone = next_stage(stage, weeks, push, pull, P, u)
        helped = next_stage(stage, weeks, less, more, P, u)
        assert ORDER[helped] <= ORDER[alone], (stage, weeks, push, pull, less, more, u)


def test_support_never_makes_anybody_worse_off(fresh_world):
    """Two arms with the same luck, for five seeds: in one of them everyone feels full support."""
    for seed in range(1, 6):
        alone, helped = fresh_world(seed=seed), fresh_world(seed=seed)
        helped.citizens.contact_support[:] = 1
        transitions(alone, 0)
        transitions(helped, 0)
        order = np.array([ORDER[stage] for stage in range(5)])
        assert (order[helped.citizens.stage] <= order[alone.citizens.stage]).all()
    assert (helped.citizens.stage != alone.citizens.stage).any()


def test_a_link_scaled_to_nothing_makes_support_as_good_as_none(fresh_world):
    """Full support through a link of 0 is as none, of .5 as half of it."""
    stages = []
    for support, scale in [(0, 1), (1, 0), (0.5, 1), (1, 0.5)]:
        world = fresh_world()
        world.links = Links({"connection->recovery": scale})
        world.citizens.contact_support[:] = support
        transitions(world, 0)
        stages.append(world.citizens.stage.copy())
    assert np.array_equal(stages[0], stages[1]) and np.array_equal(stages[2], stages[3])
    assert not np.array_equal(stages[0], stages[2])


def test_the_stronger_of_two_supports_counts(fresh_world):
    """Contact .17 and activity 1 act as 1, whichever way round they come."""
    worlds = [fresh_world() for _ in range(3)]
    for world, (contact, activity) in zip(worlds, [(0.17, 1), (1, 0.17), (1, 0)], strict=True):
        world.citizens.contact_support[:], world.citizens.activity_support[:] = contact, activity
        transitions(world, 0)
    assert np.array_equal(worlds[0].citizens.stage, worlds[1].citizens.stage)
    assert np.array_equal(worlds[0].citizens.stage, worlds[2].citizens.stage)


@pytest.mark.parametrize(
    ("before", "after", "weeks", "expected"),
    [
        (PC, PC, 7, 8),
        (PC, C, 7, 8),
        (C, C, 7, 8),
        (C, PC, 7, 8),
        (OB, PC, 0, 0),
        (R, PC, 0, 0),
        (R, C, 0, 0),
        (PC, R, 7, 0),
        (C, R, 7, 0),
        (T, T, 0, 0),
        (PC, PC, 65535, 65535),
    ],
)
def test_weeks_of_distress_are_kept_through_crisis_and_begin_at_0(before, after, weeks, expected):
    assert weeks_of_distress(before, after, weeks) == expected


def test_nobody_moves_without_hazards(fresh_world):
    rates = [name for name in P._fields if name.startswith("rate_")]
    world = fresh_world(**{f"transitions.{name}": 0 for name in rates})
    before = world.citizens.stage.copy()
    world.citizens.weeks_in_distress[:] = 3
    transitions(world, 0)
    assert np.array_equal(world.citizens.stage, before)
    is_distressed = np.isin(before, (PC, C)) & (world.citizens.age >= 16)
    assert (world.citizens.weeks_in_distress[is_distressed] == 4).all()


def test_everyone_in_crisis_leaves_it_at_the_rate_of_crisis(fresh_world):
    """Nothing but better counts: each leaves with 1 - exp(-(.0575 + .115) x better).

    Of about 4,000 adults the number who leave may stray from the sum by four standard deviations.
    """
    world = fresh_world()
    citizens, is_adult = world.citizens, world.citizens.age >= 16
    citizens.stage[:], citizens.unemployed[:], citizens.lonely[:] = C, False, False
    transitions(world, 0)
    chance = -np.expm1(-0.1725 * citizens.better[is_adult].astype(float))
    left = (citizens.stage[is_adult] != C).sum()
    assert abs(left - chance.sum()) < 4 * np.sqrt((chance * (1 - chance)).sum())
    assert np.isin(citizens.stage[is_adult], (C, PC, R)).all()


def test_the_young_have_no_stages(fresh_world):
    world = fresh_world(**{"transitions.rate_thriving_pre_crisis": 50})
    transitions(world, 0)
    young = world.citizens.age < 16
    assert (world.citizens.stage[young] == T).all()
    assert not (world.citizens.stage[~young] == T).all()


def test_everyone_is_in_exactly_one_stage_and_only_the_distressed_have_weeks(small_world):
    for week in range(60):
        transitions(small_world, week)
        citizens = small_world.citizens
        assert np.isin(citizens.stage, range(5)).all()
        assert not citizens.weeks_in_distress[~np.isin(citizens.stage, (PC, C))].any()


def test_whoever_surely_stays_stays_by_the_rule():
    """A grid of stages, hazards, troubles, strains and luck: whoever surely stays does, and many are sure."""
    sure = 0
    for stage in Stage:
        worsening, improving = hazards_by_stage(P)[:, stage]
        people = product((0.3, 1.0, 5.0), (0.3, 1.0, 3.0), (False, True), (False, True))
        for (*person,), strain in product(people, (-1.0, 0.0, 0.4, 0.8, 0.99, 1.0, 3.0)):
            worse, better, unemployed, lonely = person
            push, pull = troubles(*person, P)
            rule = pressures(worse, better, strain, unemployed, lonely, 0.0, P)
            for u in np.linspace(0.0005, 0.9995, 200):
                if surely_stays(worsening * push, improving * pull, strain, u):
                    sure += 1
                    assert next_stage(int(stage), 0, *rule, P, u) == stage, (stage, person, strain, u)
    assert sure > 100_000


def test_nobody_whose_strain_is_great_surely_stays():
    assert surely_stays(0.01, 0.01, 0.0, 0.5) and surely_stays(0.01, 0.01, 1.0, 0.5)
    assert not surely_stays(0.01, 0.01, 2.0, 0.5) and not surely_stays(0.01, 0.01, 3.0, 0.5)
