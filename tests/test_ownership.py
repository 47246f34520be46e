"""Ownership: a submodel writes the columns that say so, and no others; and whoever is named really writes."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sp_abm.declare import columns_of, new_array
from sp_abm.places import place
from sp_abm.scenario import Scenario
from sp_abm.schedule import NAMES, WEEK
from sp_abm.simulation import Simulation
from sp_abm.world import TABLES

HAMLET = replace(
    place("sandbox"),
    key="hamlet",
    residents=1500,
    n_pcns=2,
    pcn_sizes=(1.0, 1.0),
    n_practices=4,
    gp_fte=8.0,
    organisations_per_10000=100.0,
    places_per_organisation=4.0,
    referral_multiplier=1.0,
    share_moving_per_year=0.5,
)
EVERYTHING_OFTEN = {
    "outreach_share": 0.3,
    "outreach_target": "isolated",
    "outreach_channel": "volunteers",
    "toolkit": "on",
    "outreach.p_volunteers_toolkit": 0.5,
    "posts_per_10000": [{"from": 0, "value": 2}, {"from": 30, "value": 0.7}, {"from": 40, "value": 3}],
    "caseload_cap": 20,
    "support_level": [{"from": 0, "value": 0.39}, {"from": 5, "value": 1}],
    "awareness_campaign": 0.2,
    "grants_multiplier": 1.2,
    "gp_engagement": 1.2,
    "equity_rule": "need_first",
    "share_pilot_pcns": [{"from": 0, "value": 0.5}, {"from": 20, "value": 1}],
    "investment_response": 1,
    "investment_signal": "per_case",
    "investment_rule": "compounding",
    "reimbursement": 0.9,
    "distress_shock": [{"from": 0, "value": 0}, {"from": 10, "value": 1}, {"from": 11, "value": 0}],
    "hardship": 1.2,
    "places_open": 0.9,
    "funding.response_support": 1,
    "funding.response_grants": 1,
    "outreach.hours_approach": 0.9,
    "strain.rate_sick_per_week": 0.8,
    "referral.p_identified": 0.2,
    "referral.weeks_between": 4,
    "allocation.rate_gives_up_per_week": 0.1,
    "contact.p_knows_at_start": 0.5,
    "contact.rate_learns_per_week": 0.1,
    "participation.weeks_completed": 3,
    "participation.p_volunteers": 0.5,
    "residents.death_rate_45_64_per_year": 0.1,
    "residents.death_rate_65_74_per_year": 0.2,
    "residents.death_rate_75_plus_per_year": 0.5,
    "life_events.rate_event_per_year": 3,
    "staffing.min_weeks_to_fill": 0,
    "staffing.max_weeks_to_fill": 3,
    "turnover.rate_leaves_otherwise_per_week": 0.03,
    "turnover.share_handed_on": 0.5,
    "influence.weeks_tie_wakes": 10,
}
N_WEEKS = 70


def changed_columns(before, after):
    """Return the columns, as (table, name), that differ; new rows count as changed if they are not at default."""
    found = set()
    for table in TABLES:
        for name, declared in columns_of(type(getattr(after, table))).items():
            old, new = getattr(getattr(before, table), name), getattr(getattr(after, table), name)
            if old.shape != new.shape:
                whole = new_array(declared, new.shape[0]) if new.ndim == 1 else np.zeros_like(new)
                whole[: old.shape[0]] = old
                old = whole
            if not np.array_equal(old, new):
                found.add((table, name))
    return found


@cache
def written():
    """Return the columns that each submodel, run alone on the state before it, was seen to change.

    Without a warm-up there is no impact to compare with: the record of a year before week 0 is put in by hand.
    """
    simulation = Simulation.start(Scenario("often"), HAMLET, 1, changes=EVERYTHING_OFTEN, warm_up=False, weeks=N_WEEKS)
    world, seen = simulation.world, {name: set() for name in NAMES}
    world.pcns.recorded_value[:], world.pcns.recorded_cases[:] = 1, 2
    for _ in range(N_WEEKS):
        world.open_week()
        for submodel in WEEK:
            before = world.copy()
            submodel(world, world.week)
            seen[submodel.__name__] |= changed_columns(before, world)
        world.week += 1
    return seen


@cache
def declared():
    """Return the columns that each submodel says it writes, from the declarations."""
    world = Simulation.start(Scenario("any"), HAMLET, 1, warm_up=False).world
    writers = {}
    for table in TABLES:
        for name, column in columns_of(type(getattr(world, table))).items():
            for writer in column.written_by:
                writers.setdefault(writer, set()).add((table, name))
    return writers


def test_every_writer_named_is_a_submodel_or_the_population():
    assert set(declared()) <= {*NAMES, "population"}


def test_every_column_has_a_meaning_a_unit_and_a_writer():
    world = Simulation.start(Scenario("any"), HAMLET, 1, warm_up=False).world
    for table in TABLES:
        columns = columns_of(type(getattr(world, table)))
        assert list(columns) == list(getattr(world, table)._fields), table
        for name, column in columns.items():
            assert column.meaning and column.unit and column.written_by, f"{table}.{name}"


@pytest.mark.parametrize("name", NAMES)
def test_a_submodel_changes_only_columns_that_name_it(name):
    assert written()[name] - declared().get(name, set()) == set()


@pytest.mark.parametrize("name", NAMES)
def test_a_submodel_writes_every_column_that_names_it(name):
    assert declared().get(name, set()) - written()[name] == set()


def test_what_only_the_population_writes_never_changes():
    world = Simulation.start(Scenario("any"), HAMLET, 1, warm_up=False).world
    fixed = {
        (table, name)
        for table in TABLES
        for name, column in columns_of(type(getattr(world, table))).items()
        if column.written_by == ("population",)
    }
    assert ("citizens", "id") in fixed and ("ties", "other") in fixed
    assert not fixed & set().union(*written().values())
