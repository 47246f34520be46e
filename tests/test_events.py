"""Events: the log replayed is the state, every change has its event and cause, and keeping a log changes nothing."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sp_abm.events.replay import replay
from sp_abm.places import place
from sp_abm.scenario import Scenario, load
from sp_abm.simulation import Simulation
from sp_abm.vocabulary import CaseState

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
    "posts_per_10000": [
        {"from": 0, "value": 2},
        {"from": 30, "value": 0.7},
        {"from": 40, "value": 3},
        {"from": 56, "value": 0},
        {"from": 60, "value": 2},
    ],
    "caseload_cap": 20,
    "outreach.hours_approach": 0.9,
    "referral.p_identified": 0.2,
    "referral.weeks_between": 4,
    "allocation.rate_gives_up_per_week": 0.1,
    "contact.p_knows_at_start": 0.5,
    "contact.rate_learns_per_week": 0.1,
    "participation.weeks_completed": 3,
    "participation.p_volunteers": 0.5,
    "participation.rate_volunteer_stops_per_week": 0.1,
    "residents.death_rate_75_plus_per_year": 0.5,
    "staffing.min_weeks_to_fill": 0,
    "staffing.max_weeks_to_fill": 3,
    "turnover.rate_leaves_otherwise_per_week": 0.03,
    "turnover.share_handed_on": 0.5,
}
N_WEEKS = 70
COMPARED = (
    "route",
    "state",
    "outcome",
    "changes",
    "n_contacts",
    "attempt",
    "week_referred",
    "week_allocated",
    "week_first",
    "week_third",
    "week_last",
    "week_tried",
    "week_started",
    "week_closed",
)


def busy(events=True, weeks=N_WEEKS):
    """Return a busy hamlet in week 0, with a log."""
    return Simulation.start(
        Scenario("often"), HAMLET, 1, changes=EVERYTHING_OFTEN, warm_up=False, weeks=weeks, events=events
    )


@cache
def busy_events():
    """Return the events of a busy hamlet over 70 weeks."""
    return busy().run(N_WEEKS).results().events


def known(cases, n_cases):
    """Return the columns of all cases opened so far, by name."""
    return {name: column[:n_cases].copy() for name, column in cases._asdict().items()}


def counts(series, ids):
    """Return a count for each id, 0 where there is none."""
    return series.reindex(ids, fill_value=0).to_numpy()


def people(ids, rows, organisations):
    """Return {citizen number: organisation number} of those who have one."""
    return {int(ids[i]): int(organisations.id[rows[i]]) for i in np.flatnonzero(rows >= 0)}


def first_difference(state, world, first):
    """Return where a replayed state and the world differ, in words, or nothing; `first` are the cases to be there."""
    cases, workers, citizens = known(world.cases, world.n_cases), world.link_workers, world.citizens
    expected = np.union1d(first, np.flatnonzero(cases["week_referred"] >= 0))
    if not np.array_equal(state.cases.index, expected):
        return "which cases there are"
    for name in COMPARED:
        ours, theirs = cases[name][expected], state.cases[name].to_numpy()
        for k in np.flatnonzero(ours != theirs)[:1]:
            return f"{name} of case {expected[k]} is {ours[k]} in the world and {theirs[k]} in the replay"
    post = np.where(cases["worker"] >= 0, workers.id[cases["worker"]].astype(int), -1)[expected]
    filled, funded = np.flatnonzero(workers.in_post), np.flatnonzero(workers.fte > 0)
    organisations = world.organisations
    is_same = {
        "posts of cases": np.array_equal(post, state.cases["post"]),
        "open cases of posts": np.array_equal(counts(state.open_cases, workers.id), workers.open_cases),
        "holders": state.holders.to_dict() == {int(workers.id[k]): int(workers.holder[k]) for k in filled},
        "funded posts": state.funded == set(workers.id[funded].tolist()),
        "activities": state.attends.to_dict() == people(citizens.id, citizens.activity_row, organisations),
        "volunteers": state.volunteers.to_dict() == people(citizens.id, citizens.volunteer_row, organisations),
        "places": np.array_equal(counts(state.occupied, organisations.id), organisations.occupied),
        "volunteers at": np.array_equal(counts(state.volunteers_at, organisations.id), organisations.volunteers),
    }
    return ", ".join(name for name, same in is_same.items() if not same)


def check_every_week(simulation, weeks):
    """Step a simulation with a log and compare its replay with the world after every week, and before the first."""
    world = simulation.world
    first = np.flatnonzero(world.cases.state[: world.n_cases] != CaseState.CLOSED)
    assert not first_difference(replay(simulation.log.frame(), world.week - 1), world, first), "as begun"
    earlier = []
    for _ in range(weeks):
        simulation.step()
        difference = first_difference(replay(simulation.log.frame(), world.week - 1), world, first)
        assert not difference, f"week {world.week - 1}: {difference}"
        earlier.append(known(world.cases, world.n_cases)["state"])
    for week in (0, weeks // 2):
        states = replay(simulation.log.frame(), week).cases["state"]
        assert (states == earlier[week][states.index]).all(), "replayed up to an earlier week"


def test_the_replayed_log_of_a_busy_hamlet_is_its_state_every_week():
    check_every_week(busy(), N_WEEKS)


def test_the_replayed_log_of_a_warmed_town_is_its_state_every_week():
    check_every_week(Simulation.start(load("outreach-with-support"), "sandbox", 2, weeks=30, events=True), 30)


@pytest.mark.slow
def test_the_replayed_log_of_tower_hamlets_is_its_state_every_week_for_a_year():
    check_every_week(Simulation.start(load("today"), "tower-hamlets", 1, weeks=52, events=True), 52)
