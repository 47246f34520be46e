"""The record: which closed cases the commissioner will hear of, and what it sees in them."""

from dataclasses import replace

import numpy as np
import pytest

from sp_abm.loops import Links
from sp_abm.places import place
from sp_abm.submodels.closure import closure, visible_value
from sp_abm.vocabulary import Outcome, Route

ALL_RECORDED = {"closure.p_recorded": 1, "closure.effect_voice": 0, "closure.rate_disengages_per_week": 0}
TWO_PCNS = replace(place("sandbox"), key="two", n_pcns=2, pcn_sizes=(1.0, 1.0))
NEVER = -9999
ADEQUATE = {"n_contacts": 8, "plan": 8, "week_third": 4, "week_started": 5}
CONTACTS_ONLY = {**ADEQUATE, "week_started": NEVER}
TWO_CONTACTS = {"n_contacts": 2, "plan": 2, "week_started": 4}


def recorded(world, week=9):
    """Return (cases recorded, their value) after the closures of a week."""
    world.open_week()
    closure(world, week)
    return world.pcns.recorded_cases.sum(), world.pcns.recorded_value.sum()


@pytest.mark.parametrize(("columns", "value"), [(ADEQUATE, 1), (CONTACTS_ONLY, 0.3), (TWO_CONTACTS, 0)])
def test_a_case_is_worth_1_if_adequate_three_tenths_for_three_contacts_alone_and_nothing_below(
    small_world, add_case, columns, value
):
    case = add_case(small_world, 1, worker=0, **columns)
    assert visible_value(small_world.cases, case, small_world.parameters.closure) == value


def test_values_of_recorded_cases_add_up_until_the_review(fresh_world, add_case):
    """Two adequate, three with contacts only, one with two contacts: 6 cases worth 2.9; a week later one more: 3.9."""
    world = fresh_world(**ALL_RECORDED)
    for citizen, columns in enumerate([ADEQUATE] * 2 + [CONTACTS_ONLY] * 3 + [TWO_CONTACTS]):
        add_case(world, citizen, worker=0, **columns)
    assert recorded(world) == (6, pytest.approx(2.9))
    add_case(world, 10, worker=0, **ADEQUATE)
    assert recorded(world, 10) == (7, pytest.approx(3.9))


def test_those_who_run_out_of_time_or_lose_touch_are_recorded_too(fresh_world, add_case):
    for name, weeks, outcome in (
        ("rate_disengages_per_week", 1, "DISENGAGED"),
        ("max_weeks_standard", 40, "TIMED_OUT"),
    ):
        world = fresh_world(**{**ALL_RECORDED, f"closure.{name}": 50 if weeks == 1 else 12})
        case = add_case(world, 1, worker=0, n_contacts=3, plan=8, week_third=1)
        assert recorded(world, weeks) == (1, pytest.approx(0.3))
        assert world.cases.outcome[case] == Outcome[outcome]


def test_nothing_is_recorded_of_people_never_met_of_open_cases_or_of_a_service_that_ended(fresh_world, add_case):
    world = fresh_world(**ALL_RECORDED)
    add_case(world, 1, worker=0, plan=8, week_allocated=-50)
    add_case(world, 2, worker=0, n_contacts=7, plan=8, week_third=2)
    add_case(world, 3)
    assert recorded(world) == (0, 0) and (world.cases.outcome == Outcome.TIMED_OUT).sum() == 1
    ended = fresh_world(**ALL_RECORDED)
    add_case(ended, 1, worker=0, **ADEQUATE)
    ended.pcns.fte_funded[:] = 0
    assert recorded(ended) == (0, 0)


def many_closed(world, add_case, route, n=1000):
    """Return how many of a thousand cases of a route that are done have their outcome recorded."""
    for citizen in range(n):
        add_case(world, citizen, worker=0, route=route, has_data=route is Route.OUTREACH, **ADEQUATE)
    return recorded(world)[0]


def test_six_in_ten_outcomes_are_recorded(small_world, add_case):
    """600 of 1,000, standard deviation 15.5; four of them."""
    assert abs(many_closed(small_world, add_case, Route.GP) - 600) < 62


def test_data_left_in_a_conversation_make_a_record_likelier_and_nothing_else_does(fresh_world, add_case):
    """.6 + .3 = 900 of 1,000, standard deviation 9.5; four of them, whether or not the toolkit is still in use."""
    found = {}
    for route in (Route.OUTREACH, Route.GP):
        for toolkit in (0, 1):
            world = fresh_world()
            world.commissioner.toolkit[0] = toolkit
            found[route, toolkit] = many_closed(world, add_case, route)
    assert found[Route.OUTREACH, 0] == found[Route.OUTREACH, 1] and abs(found[Route.OUTREACH, 1] - 900) < 38
    assert found[Route.GP, 0] == found[Route.GP, 1] < found[Route.OUTREACH, 1]


@pytest.mark.parametrize(("scale", "share"), [(0.0, 600), (0.5, 750), (1.0, 900)])
def test_the_link_from_the_toolkit_to_visible_impact_can_be_scaled(fresh_world, add_case, scale, share):
    world = fresh_world()
    world.links = Links({"toolkit->visible_impact": scale})
    assert abs(many_closed(world, add_case, Route.OUTREACH) - share) < 62


def test_a_higher_chance_of_being_recorded_never_loses_a_record(fresh_world, add_case):
    found = [
        many_closed(fresh_world(**{"closure.p_recorded": p, "closure.effect_voice": 0}), add_case, Route.GP)
        for p in (0, 0.3, 0.6, 0.9, 1)
    ]
    assert found == sorted(found) and found[0] == 0 and found[-1] == 1000


def test_a_case_is_recorded_in_its_own_pcn(fresh_world, add_case):
    world = fresh_world(TWO_PCNS, **ALL_RECORDED)
    first, second = (np.flatnonzero(world.citizens.pcn == pcn) for pcn in (0, 1))
    for row in (first[0], second[0], second[1]):
        add_case(world, int(row), worker=0, **ADEQUATE)
    recorded(world)
    assert world.pcns.recorded_cases.tolist() == world.pcns.recorded_value.tolist() == [1, 2]
