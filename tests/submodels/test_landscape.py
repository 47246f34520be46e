"""Landscape: what is dated comes into force on its date."""

import numpy as np
import pytest

from sp_abm.levers import DEFAULTS, LEVERS
from sp_abm.submodels.landscape import landscape
from sp_abm.submodels.transitions import transitions
from sp_abm.vocabulary import Stage

SHOCK = list(LEVERS).index("distress_shock")
CAP = list(LEVERS).index("caseload_cap")


def cap_in(world, week):
    """Return the caseload cap that landscape writes in a week."""
    world.week = week
    landscape(world, week)
    return world.commissioner.caseload_cap[0]


def dated(world):
    """Give a world three dated weeks in which the cap is 75, then 50, then 25."""
    world.levers = np.tile(list(DEFAULTS.values()), (3, 1))
    world.levers[:, CAP] = [75, 50, 25]
    return world


def test_a_dated_lever_steps_in_its_week(small_world):
    """The timeline says 75, 50, 25 for weeks 0, 1, 2: that is what those weeks see."""
    world = dated(small_world)
    assert [cap_in(world, week) for week in (0, 1, 2)] == [75, 50, 25]


def test_after_its_timeline_a_lever_stays_where_it_was_left(small_world):
    assert cap_in(dated(small_world), 500) == 25


def test_before_week_0_levers_stand_as_today(small_world):
    assert cap_in(dated(small_world), -1) == DEFAULTS["caseload_cap"] == 75


def test_a_world_without_a_timeline_runs_under_today(small_world):
    assert cap_in(small_world, 3) == 75


def test_a_higher_setting_is_written_as_a_higher_value(small_world):
    world = dated(small_world)
    world.levers[:, CAP] = [10, 20, 30]
    written = [cap_in(world, week) for week in range(3)]
    assert written == sorted(written)


def test_every_lever_is_written_and_nothing_else(small_world):
    """Each lever gets a value of its own, 1000 and up, so that a mix-up would show."""
    world = small_world
    before = {name: getattr(world.commissioner, name).copy() for name in world.commissioner._fields}
    world.levers = 1000.0 + np.arange(len(LEVERS))[None, :]
    landscape(world, 0)
    for name in world.commissioner._fields:
        expected = 1000 + list(LEVERS).index(name) if name in LEVERS else before[name]
        if name == "shock_strain":
            expected = 1000 + list(LEVERS).index("distress_shock")
        assert np.all(getattr(world.commissioner, name) == expected), name


def strain_of(world, shocks, weeks):
    """Return what shocks, by week, leave of strain in each of the first weeks."""
    world.levers = np.tile(list(DEFAULTS.values()), (weeks, 1))
    for week, size in shocks.items():
        world.levers[week, SHOCK] = size
    found = []
    for world.week in range(weeks):
        landscape(world, world.week)
        found.append(world.commissioner.shock_strain[0])
    return found


def test_a_shock_strikes_in_its_week_and_wears_off_by_the_same_part_every_week(fresh_world):
    """2 in week 1; a quarter of what is left is lost each week: 2, 1.5, 1.125. Another 1 in week 4 adds to .84375."""
    world = fresh_world(**{"landscape.weeks_shock_fades": 4})
    assert strain_of(world, {1: 2}, 4) == pytest.approx([0, 2, 1.5, 1.125])
    world = fresh_world(**{"landscape.weeks_shock_fades": 4})
    assert strain_of(world, {1: 2, 4: 1}, 5) == pytest.approx([0, 2, 1.5, 1.125, 1.84375])


def test_relief_takes_strain_away_and_wears_off_too(fresh_world):
    """2, 1.5, then 1.125 - 2.125 = -1, then -.75."""
    world = fresh_world(**{"landscape.weeks_shock_fades": 4})
    assert strain_of(world, {0: 2, 2: -2.125}, 4) == pytest.approx([2, 1.5, -1, -0.75])


def test_a_shock_that_fades_at_once_is_gone_the_week_after(fresh_world):
    world = fresh_world(**{"landscape.weeks_shock_fades": 1})
    assert strain_of(world, {0: 3}, 3) == [3, 0, 0]


def test_a_shock_worsens_and_relief_eases_the_lives_of_people(fresh_world):
    """5,000 people, the same luck: after a week of strain +2, 0 and -2 more, some and fewer are in distress."""
    found = []
    for size in (2, 0, -2):
        world = fresh_world()
        strain_of(world, {0: size}, 1)
        for week in range(4):
            transitions(world, week)
        found.append(np.isin(world.citizens.stage, (Stage.PRE_CRISIS, Stage.CRISIS)).sum())
    assert found[0] > found[1] > found[2]
