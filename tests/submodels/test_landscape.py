"""Landscape: what is dated comes into force on its date."""

import numpy as np

from sp_abm.levers import DEFAULTS, LEVERS
from sp_abm.submodels.landscape import landscape

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
        expected = 1000 + list(LEVERS).index(name) if name in LEVERS else before[name][0]
        assert getattr(world.commissioner, name)[0] == expected, name
