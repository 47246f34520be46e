"""Events: the log replayed is the state, every change has its event and cause, and keeping a log changes nothing."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from sp_abm import Results, SocialPrescribingModel, simulate
from sp_abm.errors import BadFile, BadValue
from sp_abm.events.log import EventLog
from sp_abm.events.replay import replay
from sp_abm.events.rows import FIELDS, KINDS, REASONS, SUBMODELS
from sp_abm.places import place
from sp_abm.scenario import Scenario, load
from sp_abm.simulation import Simulation
from sp_abm.submodels.contact import contact
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
def busy_results():
    """Return the results of a busy hamlet over 70 weeks; tests do not change them."""
    return busy().run(N_WEEKS).results()


def of(events, *kinds):
    """Return the events of some kinds."""
    return events[events.kind.isin(kinds)]


def known(cases, n_cases):
    """Return the columns of all cases opened so far, by name."""
    return {name: column[:n_cases].copy() for name, column in cases._asdict().items()}


def counts(series, ids):
    """Return a count for each id, 0 where there is none."""
    return series.reindex(ids, fill_value=0).to_numpy()


def people(ids, rows, organisations):
    """Return {citizen number: organisation number} of those who have one."""
    return {int(ids[i]): int(organisations.id[rows[i]]) for i in np.flatnonzero(rows >= 0)}


def first_difference(state, world, expected):
    """Return where a replayed state and the world differ, in words, or nothing, in the cases expected."""
    cases, workers, citizens = known(world.cases, world.n_cases), world.link_workers, world.citizens
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
    began, earlier, n = world.week, [], world.n_cases
    assert not first_difference(replay(simulation.log.frame(), began - 1), world, first), "as begun"
    for _ in range(weeks):
        simulation.step()
        expected = np.concatenate([first, np.arange(n, world.n_cases)])
        difference = first_difference(replay(simulation.log.frame(), world.week - 1), world, expected)
        assert not difference, f"week {world.week - 1}: {difference}"
        earlier.append(known(world.cases, world.n_cases)["state"])
    for week in (0, weeks // 2):
        states = replay(simulation.log.frame(), began + week).cases["state"]
        assert (states == earlier[week][states.index]).all(), "replayed up to an earlier week"


def test_the_replayed_log_of_a_busy_hamlet_is_its_state_every_week():
    check_every_week(busy(), N_WEEKS)


def test_a_log_begun_in_the_middle_of_everything_replays_as_well():
    """Among what was so are cases handed back and not taken on yet, activities of closed cases, and volunteers."""
    before = busy(events=False).run(35)
    fork = Simulation(before.scenario, before.world, weeks=N_WEEKS, events=True)
    told = fork.log.frame()
    assert {"handed_on", "volunteered", "attempt_failed", "post_opened", "connected"} <= set(told.kind)
    assert (of(told, "connected").organisation < 0).any() and not told.case[told.case >= 0].isin(
        of(told, "referred").case
    ).all()
    check_every_week(fork, 20)


def test_the_replayed_log_of_a_warmed_town_is_its_state_every_week():
    check_every_week(Simulation.start(load("outreach-with-support"), "sandbox", 2, weeks=30, events=True), 30)


@pytest.mark.slow
def test_the_replayed_log_of_tower_hamlets_is_its_state_every_week_for_a_year():
    check_every_week(Simulation.start(load("today"), "tower-hamlets", 1, weeks=52, events=True), 52)


ENDS = ("gave_up", "dropped", "closed")
OF_POSTS = {"post_opened", "post_closed", "hired", "left_post"}
WITH_WORKER = {"allocated", "first_contact", "contact", "attempt_failed", "connected", "handed_on", "dropped"}
SAYS = {
    "citizen": set(KINDS) - OF_POSTS,
    "holder": set(KINDS) - OF_POSTS,
    "gp": set(KINDS) - OF_POSTS,
    "practice": set(KINDS) - OF_POSTS,
    "case": set(KINDS) - OF_POSTS - {"declined", "moved", "died"},
    "post": WITH_WORKER | OF_POSTS,
    "post_holder": WITH_WORKER | {"hired", "left_post"},
    "organisation": {"connected", "left_activity", "completed_activity", "volunteered", "stopped_volunteering"},
    "number": {"allocated", "handed_on", "first_contact", "contact"},
    "reason": {"referred", "attempt_failed", *ENDS},
}
"""The kinds of event that must say a field."""
MAY_SAY = {
    "post": {"gave_up", "closed"},
    "post_holder": {"gave_up", "closed"},
    "organisation": {"attempt_failed"},
}
STEPS = {"referred", "allocated", "first_contact", "contact", "attempt_failed", "connected", "handed_on"}
CAUSES = {
    "allocated": {"referred", "handed_on"},
    "first_contact": {"allocated"},
    "contact": STEPS - {"referred", "handed_on"},
    "attempt_failed": {"first_contact", "contact"},
    "connected": {"first_contact", "contact"},
    "handed_on": {"left_post"},
    "dropped": {"left_post"},
    "gave_up": {"referred", "allocated", "handed_on"},
    "closed": STEPS | {"moved", "died"},
    "left_activity": {"connected", "moved", "died"},
    "completed_activity": {"connected"},
    "volunteered": {"completed_activity"},
    "stopped_volunteering": {"volunteered", "moved", "died"},
    "left_post": {"post_closed"},
    "hired": {"post_opened", "left_post"},
}
"""The kinds of event that may cause one; kinds that are missing have no cause in the log."""
UNCAUSED = {"left_post"}
"""Kinds that have a cause at times only."""


def test_every_kind_of_event_and_every_reason_happens_in_a_busy_hamlet():
    events = busy_results().events
    assert set(events.kind) == set(KINDS)
    assert set(events.reason.dropna()) == set(REASONS) - {"started"}
    assert list(events.columns) == ["event", *FIELDS] and (events.event == np.arange(len(events))).all()


@pytest.mark.parametrize("field", SAYS)
def test_an_event_says_what_its_kind_must_and_nothing_else(field):
    events = busy_results().events
    says = events[field].notna() if field == "reason" else events[field] >= 0
    for kind, said in says.groupby(events.kind, observed=True):
        if kind in SAYS[field]:
            assert said.all(), kind
        elif kind not in MAY_SAY.get(field, ()):
            assert not said.any(), kind


def test_a_failed_attempt_names_an_organisation_if_one_was_refused_and_only_then():
    failed = of(busy_results().events, "attempt_failed")
    assert ((failed.organisation >= 0) == (failed.reason == "refused")).all()
    assert set(failed.reason) == {"not_known", "no_place", "refused"}


def test_events_count_the_flows_of_every_week():
    """Each flow that events tell is recorded by the rules themselves too: the two must be one."""
    results = busy_results()
    events, by_rule = results.events, results.events.submodel
    flows = {
        "declined": events.kind == "declined",
        "referred": events.kind == "referred",
        "gave_up": events.kind == "gave_up",
        "first_contacts": events.kind == "first_contact",
        "contacts": events.kind.isin(["first_contact", "contact"]),
        "started": events.kind == "connected",
        "not_known": events.reason == "not_known",
        "no_place": events.reason == "no_place",
        "refused": events.reason == "refused",
        "left_activity": events.kind.isin(["left_activity", "completed_activity"]) & (by_rule == "participation"),
        "completed": events.kind == "completed_activity",
        "dropped": events.kind == "dropped",
        "leavers": (events.kind == "left_post") & (by_rule == "turnover"),
        "hired": events.kind == "hired",
        "moved": events.kind == "moved",
        "died": events.kind == "died",
    }
    for flow, is_told in flows.items():
        told = np.bincount(events.week[is_told], minlength=N_WEEKS)
        assert np.array_equal(told, results.tally(flow)), flow


def test_causes_come_before_their_effects_and_are_of_the_right_kind():
    """A cause is an earlier event, so that following causes always ends: the log is a forest."""
    events = busy_results().events
    caused = events[events.cause >= 0]
    causes = events.loc[caused.cause]
    assert (causes.event.to_numpy() < caused.event.to_numpy()).all()
    assert (causes.week.to_numpy() <= caused.week.to_numpy()).all()
    pairs = set(zip(caused.kind, causes.kind, strict=True))
    assert pairs <= {(effect, cause) for effect, kinds in CAUSES.items() for cause in kinds}
    assert {effect for effect, _ in pairs} == set(CAUSES)
    assert set(events.kind[events.cause < 0]) - UNCAUSED == set(KINDS) - set(CAUSES)


def test_a_cause_is_about_the_same_case_person_or_post():
    events = busy_results().events
    caused = events[events.cause >= 0].reset_index()
    causes = events.loc[caused.cause].reset_index()
    is_work = causes.kind.isin(["left_post", "post_opened", "post_closed"])
    assert (caused.post == causes.post)[is_work].all()
    assert (caused.citizen == causes.citizen)[~is_work].all() and (caused.holder == causes.holder)[~is_work].all()
    handed = caused.kind.isin(["handed_on", "dropped"])
    assert (caused.post_holder == causes.post_holder)[handed].all()
    is_case = (caused.case >= 0) & ~causes.kind.isin(["moved", "died"]) & ~is_work
    assert (caused.case == causes.case)[is_case].all()


def test_a_person_s_gp_and_practice_are_their_own_and_one_holder_follows_another():
    simulation = busy(weeks=10).run(10)
    events, world = simulation.log.frame(), simulation.world
    gone = of(events, "moved", "died")
    row = np.searchsorted(world.citizens.id, gone.citizen)
    assert (world.gps.id[world.citizens.gp[row]] == gone.gp).all()
    assert (world.practices.id[world.citizens.practice[row]] == gone.practice).all()
    assert (gone.groupby("citizen").holder.apply(list).map(lambda seen: seen == list(range(len(seen))))).all()


def test_keeping_a_log_changes_nothing():
    """Not a bit of the results differs, with a log and without."""
    with_log, without = busy_results(), busy(events=False).run(N_WEEKS).results()
    assert without.events is None
    assert np.array_equal(with_log.system, without.system) and np.array_equal(with_log.people, without.people)
    for columns in ("cases", "final"):
        ours, theirs = getattr(with_log, columns), getattr(without, columns)
        assert all(np.array_equal(ours[name], theirs[name]) for name in ours)


def test_a_light_case_seen_and_connected_in_one_submodel_has_both_steps_in_order(fresh_world, add_case):
    """The plan of a light case is 1 contact: the first one looks for an activity too, and all accept here."""
    sure = {"contact.p_attends": 1, "contact.rate_contact_per_week": 50, "contact.share_ready": 1}
    world = fresh_world(**sure, **{"contact.p_willing": 1 - 1e-12, "contact.effect_burnout": 0})
    world.knowledge.known[:] = True
    person = int(np.flatnonzero(world.citizens.age >= 30)[0])
    case = add_case(world, person, worker=2, plan=1)
    log = EventLog(world)
    contact(world, 0)
    log.after("contact", world)
    events = log.frame()
    assert of(events[events.submodel == "before"], "referred", "allocated").case.tolist() == [case, case]
    told = events[events.submodel == "contact"]
    assert told.kind.tolist() == ["first_contact", "connected"]
    assert told.cause.tolist() == [events.index[events.kind == "allocated"][0], told.event.iloc[0]]
    assert told.organisation.tolist() == [-1, world.organisations.id[world.citizens.activity_row[person]]]
    assert (told.post == world.link_workers.id[2]).all() and (told.citizen == world.citizens.id[person]).all()


def test_a_log_begins_with_what_was_so_each_dated_before_it_and_tells_nothing_of_the_warm_up_else():
    simulation = Simulation.start(load("today"), "sandbox", 2, events=True)
    world, before = simulation.world, simulation.log.frame()
    assert (before.submodel == "before").all() and (before.week < 0).all() and before.week.is_monotonic_increasing
    assert len(of(before, "hired")) == world.link_workers.in_post.sum() > 0
    is_open = world.cases.state[: world.n_cases] != CaseState.CLOSED
    assert len(of(before, "referred")) == is_open.sum() > 0
    simulation.run(3)
    after = simulation.log.frame().iloc[len(before) :]
    assert not (after.submodel == "before").any() and set(after.week) == {0, 1, 2}
    assert (after.submodel.cat.codes.diff()[after.week.diff() == 0] >= 0).all(), "not in the order of the week"
    assert SUBMODELS[-1] == "before"


def test_a_log_is_saved_beside_the_rest_and_read_back_and_replays_as_before(tmp_path):
    results = busy_results()
    read = Results.load(results.save(tmp_path / "logged"))
    pd.testing.assert_frame_equal(read.events, results.events)
    ours, theirs = replay(results.events, 40), replay(read.events, 40)
    assert ours.cases.equals(theirs.cases) and ours.holders.equals(theirs.holders) and ours.funded == theirs.funded
    (tmp_path / "logged" / "events.parquet").write_bytes(b"PAR1")
    with pytest.raises(BadFile, match=r"events\.parquet is damaged"):
        Results.load(tmp_path / "logged")


def test_without_a_log_nothing_is_saved_and_nothing_missed(tmp_path):
    results = simulate("today", HAMLET, 1, 0.02, warm_up=False)
    folder = results.save(tmp_path / "plain")
    assert not (folder / "events.parquet").exists() and Results.load(folder).events is None


def test_a_run_without_a_log_cannot_be_replayed_and_says_how_it_could():
    with pytest.raises(BadValue, match=r"no event log.*events=True"):
        replay(None, 3)


def test_a_model_and_a_fork_of_it_each_keep_a_log_of_their_own():
    model = SocialPrescribingModel("today", HAMLET, 1, warm_up=False, events=True)
    for _ in range(3):
        model.step()
    fork = model.simulation.fork(Scenario("other"))
    fork.step()
    assert set(model.results().events.week) == {0, 1, 2}
    assert set(fork.log.frame().query("submodel != 'before'").week) == {3}
    assert simulate("today", HAMLET, 1, 0.06, warm_up=False, events=True).events.equals(model.results().events)
