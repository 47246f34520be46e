"""Small worlds that a test may change as it likes, and cases put into them by hand."""

from functools import cache

import numpy as np
import pytest

from sp_abm.initialisation import first_world
from sp_abm.parameters import Parameters
from sp_abm.places import place as find_place
from sp_abm.submodels.funding import funding
from sp_abm.submodels.landscape import landscape
from sp_abm.submodels.staffing import staffing
from sp_abm.vocabulary import CaseState, Route


@cache
def base_world(place, seed, changes):
    """Return a world in week 0 with its first teams in post; only copies of it are handed out.

    Its people are those of the default parameters: what a test changes acts from week 0 on.
    """
    parameters = Parameters()
    for full, value in changes:
        group, name = full.split(".")
        changed = getattr(parameters, group)._replace(**{name: float(value)})
        parameters = parameters._replace(**{group: changed})
    world = first_world(find_place(place), Parameters(), seed, week=0)
    world.parameters = parameters
    for submodel in (landscape, funding, staffing):
        submodel(world, 0)
    return world


@pytest.fixture(scope="session")
def fresh_world():
    """Return a maker of worlds: `fresh_world("sandbox", seed=1, **{"contact.p_attends": 1})`.

    Parameters are taken as given, beyond their bounds too: a weekly hazard of 50 makes an event certain.
    """

    def make(place="sandbox", seed=1, **changes):
        return base_world(place, seed, tuple(sorted(changes.items()))).copy()

    return make


@pytest.fixture
def small_world(fresh_world):
    """Return the sandbox in week 0: 5,000 residents, one PCN, two practices, eight GPs and six full-time posts."""
    return fresh_world()


@pytest.fixture(scope="session")
def add_case():
    """Return a maker of cases: opens one for a citizen row, then sets columns; a worker given has it to carry."""

    def add(world, citizen, *, route=Route.GP, week=0, **columns):
        row = world.n_cases
        world.open_cases(np.array([citizen], np.int32), np.array([int(route)]), week)
        if "worker" in columns:
            world.link_workers.open_cases[columns["worker"]] += 1
            state = CaseState.IN_CONTACT if "n_contacts" in columns else CaseState.ALLOCATED
            columns = {"state": state, "week_allocated": week, **columns}
        if "n_contacts" in columns:
            columns = {"week_first": week, "week_last": week, **columns}
        for name, value in columns.items():
            getattr(world.cases, name)[row] = value
        return row

    return add
