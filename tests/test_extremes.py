"""Extremes: the model behaves where there is none of something, or nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from sp_abm.initialisation import first_world
from sp_abm.measures import MEASURES, Window
from sp_abm.places import place
from sp_abm.scenario import Scenario
from sp_abm.schedule import WEEK
from sp_abm.simulation import Simulation
from sp_abm.vocabulary import ADULT_AGE, CaseState, Outcome, Stage

HAMLET = replace(
    place("sandbox"),
    key="hamlet",
    residents=900,
    n_pcns=2,
    pcn_sizes=(1.0, 1.0),
    gp_fte=6.0,
    organisations_per_10000=200.0,
)
EXTREMES = {
    "today": {},
    "no link workers": {"posts_per_10000": 0},
    "a link worker for every 200": {"posts_per_10000": 2},
    "cap 0": {"caseload_cap": 0},
    "cap 500": {"caseload_cap": 500},
    "support 0": {"support_level": 0},
    "support 1": {"support_level": 1, "staffing.share_support_delivered": 1},
    "nothing but outreach": {"outreach_share": 1},
    "nobody comes by themselves": {"self_referral": False},
    "no ties": {"population.share_ties": 0},
    "no places": {"grants_multiplier": 0},
    "everyone is offered help": {"referral.p_need": 1, "referral.p_identified": 1},
    "everyone leaves every week": {
        "turnover.rate_leaves_otherwise_per_week": 1,
        "turnover.rate_leaves_intending_per_week": 1,
        "staffing.min_weeks_to_fill": 0,
        "staffing.max_weeks_to_fill": 0,
    },
    "nobody consults": {"help_seeking.rate_consultation_per_year": 0},
    "nothing ever happens to anyone": {"life_events.rate_event_per_year": 0, "life_events.rate_illness_per_week": 0},
}
N_WEEKS = 30


def run(where=HAMLET, weeks=N_WEEKS, **changes):
    """Run a hamlet without a warm-up and return the simulation."""
    return Simulation.start(Scenario("extreme"), where, 1, changes=changes, warm_up=False).run(weeks)


def assert_finite_or_missing(results):
    """Check every measure: a finite number, or missing where there is nothing to divide by."""
    for name, value in results.summary.items():
        declared = MEASURES[name]
        if declared.is_paired:
            nothing = True
        elif declared.derived:
            nothing = bool(np.isnan(value))
        elif declared.window is Window.FUNNEL:
            nothing = results.funnel()["referred"] == 0
        else:
            nothing = bool(declared.bottom) and results.tally(declared.bottom).sum() == 0
        assert np.isnan(value) if nothing else np.isfinite(value), name
    assert np.isfinite(results.system).all() and np.isfinite(results.people).all()
    assert not np.isinf(results.weekly.to_numpy()).any()


@pytest.mark.parametrize("extreme", EXTREMES)
def test_extremes_run_and_leave_numbers_or_declared_gaps(extreme):
    simulation = run(**EXTREMES[extreme])
    results = simulation.results()
    assert_finite_or_missing(results)
    world, adults = simulation.world, simulation.world.citizens.age >= ADULT_AGE
    assert sum(results.tally(f"n_{stage.word}")[-1] for stage in Stage) == adults.sum()
    for table in (world.citizens, world.link_workers, world.gps, world.commissioner, world.pcns):
        assert all(np.isfinite(column).all() for column in table if column.dtype.kind == "f")


def test_with_no_link_workers_nothing_is_offered_and_no_door_is_open():
    results = run(posts_per_10000=0, **{"referral.p_identified": 1, "referral.rate_self_per_week": 1}).results()
    for tally in ("offered", "declined", "referred", "approached", "contacts", "started", "fte_funded", "n_workers"):
        assert not results.tally(tally).any(), tally
    assert np.isnan(results.summary["burnout_mean"]) and np.isnan(results.summary["share_contacted"])


def service_that_ends():
    """Return a simulation in the week in which all posts are cut, with many open cases, some about to give up."""
    posts = [{"from": 0, "value": 2}, {"from": 12, "value": 0}]
    changes = {"referral.p_identified": 1, "allocation.rate_gives_up_per_week": 0.3}
    simulation = run(weeks=12, posts_per_10000=posts, **changes)
    assert (simulation.world.cases.state != CaseState.CLOSED).sum() > 20
    return simulation


def test_when_posts_end_open_cases_close_as_service_ended_without_a_change_of_trust():
    simulation = service_that_ends()
    world = simulation.world
    open_before = np.flatnonzero(world.cases.state != CaseState.CLOSED)
    trust_before, holder_before = world.citizens.trust.copy(), world.citizens.holder.copy()
    simulation.step()
    cases, citizens = world.cases, world.citizens
    assert (cases.state[: world.n_cases] == CaseState.CLOSED).all()
    is_here = holder_before[cases.citizen[open_before]] == citizens.holder[cases.citizen[open_before]]
    stayed = open_before[is_here]
    assert set(cases.outcome[stayed].tolist()) == {Outcome.SERVICE_ENDED}
    assert np.array_equal(citizens.trust[cases.citizen[stayed]], trust_before[cases.citizen[stayed]])


def test_after_posts_end_nothing_more_is_offered_or_spent_on_posts():
    simulation = service_that_ends().run(10)
    results = simulation.results()
    for tally in ("offered", "referred", "contacts", "fte_funded", "fte_in_post", "n_held_cases", "n_waiting"):
        assert results.tally(tally)[11] > 0 and not results.tally(tally)[13:].any(), tally
    assert simulation.world.commissioner.spent_posts[0] == 0
    assert not simulation.world.link_workers.open_cases.any()


def test_with_no_organisations_nobody_starts_an_activity_and_link_workers_say_why():
    nowhere = replace(HAMLET, organisations_per_10000=0.0)
    simulation = run(nowhere, posts_per_10000=1, **{"referral.p_identified": 1})
    results = simulation.results()
    assert_finite_or_missing(results)
    assert simulation.world.organisations.id.shape == (0,)
    assert results.tally("contacts").sum() > 50 and results.tally("not_known").sum() > 10
    assert not results.tally("started").any() and not results.tally("no_place").any()


def test_with_a_cap_of_0_nobody_is_taken_on_and_people_wait_or_give_up():
    simulation = run(caseload_cap=0, posts_per_10000=1, **{"referral.p_identified": 1})
    cases = {name: column[: simulation.world.n_cases] for name, column in simulation.world.cases._asdict().items()}
    assert set(cases["state"].tolist()) == {CaseState.WAITING, CaseState.CLOSED}
    assert set(cases["outcome"].tolist()) <= {Outcome.NOT_YET, Outcome.GAVE_UP, Outcome.MOVED}
    assert (cases["worker"] == -1).all() and (cases["n_contacts"] == 0).all()


def test_with_nothing_but_outreach_hardly_anybody_is_seen():
    """Only what whole approaches leave over is used for contacts: at most a slot a week and worker."""
    results = run(outreach_share=1, posts_per_10000=1).results()
    assert results.tally("approached").sum() > 100
    assert (results.tally("contacts") <= 2 * results.tally("n_workers")).all()
    assert results.tally("contacts").sum() < 0.2 * results.tally("referred").sum() + 10


def everybody(stage, **changes):
    """Return a simulation of the hamlet in which every adult starts in the same stage."""
    scenario = Scenario("extreme").with_changes(changes)
    world = first_world(HAMLET, scenario.parameter_set(), 1, week=0)
    world.citizens.stage[world.citizens.age >= ADULT_AGE] = stage
    world.citizens.weeks_in_distress[:] = 0
    return Simulation(scenario, world)


@pytest.mark.parametrize("stage", Stage)
def test_wherever_everybody_starts_the_model_runs_and_leaves_numbers(stage):
    simulation = everybody(stage, posts_per_10000=1).run(N_WEEKS)
    assert_finite_or_missing(simulation.results())
    assert len(set(simulation.world.citizens.stage.tolist())) > 1


def test_where_all_thrive_hardly_anybody_is_distressed_at_first_and_some_are_later():
    results = everybody(Stage.THRIVING).run(N_WEEKS).results()
    thriving, distressed = (results.tally(name) / results.tally("n_adults") for name in ("n_thriving", "n_distress"))
    assert thriving[0] > 0.97 and distressed[0] < 0.01
    assert 0.7 < thriving[-1] < thriving[0] and distressed[-1] > distressed[0]


def test_where_all_are_in_crisis_nobody_is_taken_on_while_in_crisis_and_most_recover():
    world = everybody(Stage.CRISIS, posts_per_10000=2, **{"referral.p_identified": 1}).world
    taken_on = 0
    for _ in range(N_WEEKS):
        world.open_week()
        for submodel in WEEK:
            before = world.cases.worker[: world.n_cases].copy()
            submodel(world, world.week)
            if submodel.__name__ == "allocation":
                taken = np.flatnonzero((before < 0) & (world.cases.worker[: world.n_cases] >= 0))
                assert (world.citizens.stage[world.cases.citizen[taken]] != Stage.CRISIS).all()
                taken_on += taken.size
        world.week += 1
    assert taken_on > 50
    assert (world.citizens.stage[world.citizens.age >= ADULT_AGE] == Stage.CRISIS).mean() < 0.2


@pytest.mark.parametrize(("level", "arrives"), [(0, 0.0), (1, 1.0)])
def test_support_at_either_end_arrives_in_full_and_stays_within_bounds(level, arrives):
    """A rise is two-thirds felt in 8 weeks and a cut in 26: after 208 less than one in two thousand is missing."""
    changes = {"support_level": level, "staffing.share_support_delivered": 1}
    support = run(weeks=208, **changes).world.pcns.support
    assert support == pytest.approx(np.full_like(support, arrives), abs=0.39 * np.exp(-208 / 26) + 1e-12)
