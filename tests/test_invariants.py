"""Invariants: what holds at the end of every week, whatever levers are pulled, and when."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sp_abm.agents.link_workers import hours_direct, ramp
from sp_abm.places import place
from sp_abm.scenario import Scenario
from sp_abm.schedule import WEEK
from sp_abm.simulation import Simulation
from sp_abm.vocabulary import ADULT_AGE, PATHWAY, CaseState, Outcome, OutreachTarget, Stage

N_WEEKS = 14
EVERY_TIME = settings(max_examples=40, deadline=None, derandomize=True, database=None)
BETWEEN_0_AND_1 = {
    "citizens": ("trust", "contact_support", "activity_support"),
    "link_workers": ("burnout",),
    "gps": ("awareness",),
    "pcns": ("support",),
}


def hamlet(residents, share_moving, places):
    """Return a small place of two PCNs with a dense service, so that much happens in a few weeks."""
    return replace(
        place("sandbox"),
        key="hamlet",
        residents=residents,
        n_pcns=2,
        pcn_sizes=(2.0, 1.0),
        n_practices=4,
        gp_fte=6.0,
        organisations_per_10000=300.0,
        places_per_organisation=places,
        share_moving_per_year=share_moving,
        referral_multiplier=1.0,
    )


@st.composite
def levers(draw, values):
    """Draw a lever: constant, or stepping once at a date."""
    first = draw(values)
    if draw(st.booleans()):
        return first
    return [{"from": 0, "value": first}, {"from": draw(st.integers(1, N_WEEKS - 1)), "value": draw(values)}]


@st.composite
def simulations(draw):
    """Draw a simulation at week 0: a hamlet, its levers, and parameters that make things happen often."""
    where = hamlet(400, draw(st.sampled_from([0.1, 0.9])), draw(st.sampled_from([0.5, 2])))
    changes = {
        "support_level": draw(levers(st.floats(0, 1))),
        "caseload_cap": draw(levers(st.floats(0, 30))),
        "outreach_share": draw(levers(st.floats(0, 1))),
        "outreach_target": draw(levers(st.sampled_from([str(target) for target in OutreachTarget]))),
        "posts_per_10000": draw(levers(st.floats(0, 4))),
        "self_referral": draw(levers(st.booleans())),
        "referral.p_identified": draw(st.sampled_from([0.05, 1.0])),
        "turnover.rate_leaves_otherwise_per_week": draw(st.sampled_from([0.0, 0.2])),
        "staffing.min_weeks_to_fill": 0,
        "staffing.max_weeks_to_fill": 2,
        "contact.p_knows_at_start": 0.8,
        "grants_multiplier": draw(st.sampled_from([0.4, 1.0])),
        "participation.weeks_completed": 1,
        "participation.p_volunteers": 1,
        "participation.rate_volunteer_stops_per_week": 0.2,
    }
    seed = draw(st.integers(0, 2**32 - 1))
    return Simulation.start(Scenario("drawn"), where, seed, changes=changes, warm_up=False)


def weeks(simulation, number=N_WEEKS):
    """Step a simulation, yielding the world as it was before each week and as it is after it."""
    for _ in range(number):
        before = simulation.world.copy()
        simulation.step()
        yield before, simulation.world


def known_cases(world):
    """Return the columns of all cases opened so far, by name."""
    return {name: column[: world.n_cases] for name, column in world.cases._asdict().items()}


def counted(rows, size):
    """Return how many entries point at each of `size` rows; -1 points nowhere."""
    return np.bincount(rows[rows >= 0], minlength=size)


@EVERY_TIME
@given(simulations())
def test_every_adult_is_in_exactly_one_stage_and_the_young_are_thriving(simulation):
    for _, world in weeks(simulation):
        stage, is_adult = world.citizens.stage, world.citizens.age >= ADULT_AGE
        assert np.isin(stage, list(Stage)).all()
        assert (stage[~is_adult] == Stage.THRIVING).all()
        results = simulation.results()
        by_stage = sum(results.tally(f"n_{each.word}")[-1] for each in Stage)
        assert by_stage == results.tally("n_adults")[-1] == is_adult.sum()


@EVERY_TIME
@given(simulations())
def test_the_caseload_of_every_post_equals_its_open_cases(simulation):
    for _, world in weeks(simulation):
        cases, workers = known_cases(world), world.link_workers
        assert np.array_equal(workers.open_cases, counted(cases["worker"], workers.id.shape[0]))
        assert not workers.open_cases[~workers.in_post].any()
        has_worker = cases["worker"] >= 0
        in_hand = (CaseState.ALLOCATED, CaseState.IN_CONTACT, CaseState.CONNECTED)
        assert np.array_equal(has_worker, np.isin(cases["state"], in_hand))


@EVERY_TIME
@given(simulations())
def test_no_case_is_added_at_or_above_the_cap(simulation):
    for before, world in weeks(simulation):
        workers = world.link_workers
        limit = world.commissioner.caseload_cap[0] * workers.fte * ramp(workers, world.parameters.staffing)
        stock = np.zeros_like(workers.open_cases)
        stock[: before.link_workers.id.shape[0]] = before.link_workers.open_cases
        assert (workers.open_cases <= np.maximum(limit, stock)).all()


@EVERY_TIME
@given(simulations())
def test_no_place_is_taken_at_or_above_the_room_there_is(simulation):
    """Volunteers of last week are the most there can be when places are given out."""
    for before, world in weeks(simulation):
        p = world.parameters.participation
        added = np.floor(before.organisations.volunteers * p.places_per_volunteer)
        room = np.floor(world.organisations.places * world.commissioner.grants_multiplier[0]) + added
        assert (world.organisations.occupied <= np.maximum(room, before.organisations.occupied)).all()


@EVERY_TIME
@given(simulations())
def test_places_taken_and_volunteers_equal_the_people_who_hold_them(simulation):
    for _, world in weeks(simulation):
        organisations, citizens = world.organisations, world.citizens
        n = organisations.id.shape[0]
        assert np.array_equal(organisations.occupied, counted(citizens.activity_row, n))
        assert np.array_equal(organisations.volunteers, counted(citizens.volunteer_row, n))


@EVERY_TIME
@given(simulations())
def test_slots_and_hours_used_never_exceed_those_there_are_by_more_than_one_appointment(simulation):
    for before, world in weeks(simulation):
        p, workers = world.parameters, world.link_workers
        was_sick = np.zeros(workers.id.size, bool)
        was_sick[: before.link_workers.id.size] = before.link_workers.is_sick
        hours = hours_direct(workers._replace(is_sick=was_sick), p.staffing, p.contact)
        carried = np.zeros((2, workers.id.shape[0]))
        carried[0, : before.link_workers.id.shape[0]] = before.link_workers.slots_carried
        carried[1, : before.link_workers.id.shape[0]] = before.link_workers.approaches_carried
        available = (hours - workers.hours_outreach) * 60 / p.contact.minutes_contact + carried[0]
        assert (workers.slots_used <= np.maximum(available, 0) * workers.in_post + 1).all()
        asked = hours * world.commissioner.outreach_share[0] + carried[1] * p.outreach.hours_approach
        assert (workers.hours_outreach <= asked + 1e-9).all()


@EVERY_TIME
@given(simulations())
def test_no_worker_owes_more_slots_than_one_approach_takes(simulation):
    """An approach is made in whole, so that a part-time worker may borrow from next week's slots."""
    for _, world in weeks(simulation):
        p, carried = world.parameters, world.link_workers.slots_carried
        assert (carried >= -p.outreach.hours_approach * 60 / p.contact.minutes_contact).all()
        assert (carried <= 1).all()


@EVERY_TIME
@given(simulations())
def test_dwellings_stay_and_holders_change_as_often_as_people_move_or_die(simulation):
    for before, world in weeks(simulation):
        assert np.array_equal(world.citizens.id, before.citizens.id)
        changes = world.citizens.holder.astype(int) - before.citizens.holder
        assert set(np.unique(changes).tolist()) <= {0, 1}
        assert changes.sum() == world.flows["moved"] + world.flows["died"]


@EVERY_TIME
@given(simulations())
def test_money_in_equals_money_out(simulation):
    for _, world in weeks(simulation):
        books = {name: column[0] for name, column in world.commissioner._asdict().items()}
        money_in = sum(pounds for name, pounds in books.items() if name.startswith("income_"))
        spent = books["spent_posts"] + books["spent_outreach"] + books["spent_grants"]
        assert abs(money_in - spent - books["underspent"]) <= 1e-9 * max(1.0, money_in)


@EVERY_TIME
@given(simulations())
def test_no_stock_and_no_flow_is_ever_negative(simulation):
    stocks = ("open_cases", "slots_used", "hours_outreach", "approaches_carried", "load", "fte", "weeks_in_post")
    for _, world in weeks(simulation):
        assert not [name for name in stocks if (getattr(world.link_workers, name) < 0).any()]
        assert (world.organisations.occupied >= 0).all() and (world.organisations.volunteers >= 0).all()
        assert all((column >= 0).all() for column in world.commissioner)
        assert all(number >= 0 for number in world.flows.values())
        assert (world.gps.feedback >= 0).all() and (world.practices.consultations >= 0).all()


@EVERY_TIME
@given(simulations())
def test_a_case_moves_only_along_its_pathway(simulation):
    """Looked at after each submodel, since a case may go several steps in a week."""
    world = simulation.world
    for _ in range(N_WEEKS):
        world.open_week()
        for submodel in WEEK:
            before = known_cases(world)["state"].copy()
            submodel(world, world.week)
            after = known_cases(world)["state"]
            assert (after[before.size :] == CaseState.WAITING).all()
            moves = {(int(a), int(b)) for a, b in zip(before, after, strict=False) if a != b}
            wrong = {(CaseState(a).name, CaseState(b).name) for a, b in moves if b not in PATHWAY[CaseState(a)]}
            assert not wrong, f"{submodel.__name__}: {wrong}"
        world.week += 1


@EVERY_TIME
@given(simulations())
def test_every_closed_case_has_an_outcome_and_a_week_and_no_open_one_has(simulation):
    for _, world in weeks(simulation):
        cases = known_cases(world)
        is_closed = cases["state"] == CaseState.CLOSED
        assert np.array_equal(is_closed, cases["outcome"] != Outcome.NOT_YET)
        assert np.array_equal(is_closed, cases["week_closed"] >= 0)


@EVERY_TIME
@given(simulations())
def test_citizens_and_cases_point_at_each_other(simulation):
    for _, world in weeks(simulation):
        cases, citizens = known_cases(world), world.citizens
        has_case = np.flatnonzero(citizens.case_row >= 0)
        rows = citizens.case_row[has_case]
        assert np.array_equal(cases["citizen"][rows], has_case)
        assert np.array_equal(cases["holder"][rows], citizens.holder[has_case])
        is_open = np.flatnonzero(cases["state"] != CaseState.CLOSED)
        assert np.array_equal(citizens.case_row[cases["citizen"][is_open]], is_open)
        assert (citizens.age[cases["citizen"][is_open]] >= ADULT_AGE).all()


@EVERY_TIME
@given(simulations())
def test_live_ties_equal_the_sum_of_strengths_and_a_tie_is_as_strong_from_either_side(simulation):
    n = simulation.world.citizens.id.shape[0]
    ties = simulation.world.ties
    rows, others = np.repeat(np.arange(n), np.diff(ties.start)), ties.other.astype(np.int64)
    there, back = np.argsort(rows * n + others), np.argsort(others * n + rows)
    for _, world in weeks(simulation):
        strength = world.ties.strength
        assert np.array_equal(world.citizens.n_live_ties, np.bincount(rows, strength, n).astype(int))
        assert np.array_equal(strength[there], strength[back])


@EVERY_TIME
@given(simulations())
def test_trust_burnout_support_and_awareness_stay_between_0_and_1(simulation):
    for _, world in weeks(simulation):
        for table, names in BETWEEN_0_AND_1.items():
            for name in names:
                column = getattr(getattr(world, table), name)
                assert ((column >= 0) & (column <= 1)).all(), name


def test_worlds_like_these_meet_every_outcome_and_stage_and_a_handed_on_case():
    """Guards the tests above: what never happens is never checked."""
    changes = {
        "caseload_cap": 30,
        "outreach_share": 0.2,
        "posts_per_10000": [{"from": 0, "value": 4}, {"from": 25, "value": 0}],
        "referral.p_identified": 1,
        "turnover.rate_leaves_otherwise_per_week": 0.05,
        "staffing.max_weeks_to_fill": 10,
        "contact.p_knows_at_start": 0.8,
        "transitions.rate_thriving_pre_crisis": 0.1,
        "transitions.rate_pre_crisis_crisis": 0.05,
    }
    simulation = Simulation.start(Scenario("drawn"), hamlet(601, 0.9, 2), 1, changes=changes, warm_up=False).run(26)
    cases = known_cases(simulation.world)
    assert set(cases["outcome"].tolist()) == set(Outcome) - {Outcome.NOT_YET}
    assert set(cases["stage"].tolist()) == set(Stage)
    assert cases["changes"].max() >= 1
