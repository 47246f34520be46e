"""Small worlds that a test may change as it likes, and cases put into them by hand."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sp_abm import open_study
from sp_abm.analysis.quantity import Quantity
from sp_abm.cells import DONE, Ran, failed
from sp_abm.initialisation import first_world
from sp_abm.measures import MEASURES
from sp_abm.parameters import Parameters
from sp_abm.places import place as find_place
from sp_abm.plan import plan_of
from sp_abm.store import Store
from sp_abm.study import study_from
from sp_abm.submodels.funding import funding
from sp_abm.submodels.landscape import landscape
from sp_abm.submodels.staffing import staffing
from sp_abm.vocabulary import CaseState, Route

HAMLET = (
    'name = "Hamlet"\nresidents = 900\nn_practices = 2\nn_pcns = 2\ngp_fte = 6.0\norganisations_per_10000 = 200.0\n'
)
STUDY = """
schema_version = 1
name = "hamlet"
place = "hamlet.toml"
years = {years}
[arms.today]
[arms.more]
levers = {{ outreach_share = 0.5 }}
[factors.support_level]
levels = [0.39, 0.9]
[replications]
{replications}
[outputs]
measures = ["share_crisis", "burnout_mean", "net_benefit_gbp"]
weekly = true
"""


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


@pytest.fixture
def hamlet(tmp_path):
    """Return a maker of study files: 2 points x 2 arms x replications in a place of 900 people."""
    (tmp_path / "hamlet.toml").write_text(HAMLET, "utf-8")

    def make(replications="n = 2", years=0.2):
        path = tmp_path / "study.toml"
        path.write_text(STUDY.format(years=years, replications=replications), "utf-8")
        return path

    return make


@pytest.fixture
def contents():
    """Return a reader of stores: every cell, byte by byte, by the name of its file."""

    def read(folder):
        return {path.name: path.read_bytes() for path in Path(folder, "cells").rglob("*") if path.is_file()}

    return read


@pytest.fixture
def store_of(tmp_path):
    """Return a maker of opened studies whose runs are made up: `values(point, arm, seed)` gives {measure: number}.

    `seed` is the number of the replication; a run whose values are None failed, and nothing is simulated.
    """

    def make(text, values, name="store"):
        study = study_from('schema_version = 1\nname = "made up"\n' + text, "made-up.toml")
        plan = plan_of(study)
        there = Store.create(tmp_path / name, study)
        there.write_plan(plan)
        for run in plan.runs:
            said = values(run.values, run.arm, run.replication)
            if said is None:
                there.write(failed(run.cell, "ValueError: no luck"), study.measures)
            else:
                row = [[float(said[measure]) for measure in study.measures]]
                there.write(Ran(run.cell.hash, DONE, "", 0.1, np.array(row)), study.measures)
        return open_study(there.folder)

    return make


@pytest.fixture(scope="session")
def quantity_of():
    """Return a maker of quantities as a large study would give them, without its store: `value(point, seed)`."""

    def make(text, value):
        study = study_from('schema_version = 1\nname = "made up"\n' + text, "made-up.toml")
        points = tuple(study.design.points(study.factors))
        values = np.array([[value(point, seed) for seed in range(study.replications.n)] for point in points], float)
        return Quantity(study, MEASURES["burnout_mean"], "today", "", points, values)

    return make
