"""Outreach's channels and its toolkit: steps that each have a chance and a switch, and are nothing when off."""

from dataclasses import replace

import numpy as np
import pytest

from sp_abm.places import place
from sp_abm.submodels.outreach import manner, outreach
from sp_abm.vocabulary import OutreachChannel, Route

TWO_NETWORKS = replace(
    place("sandbox"),
    key="two networks",
    residents=2000,
    n_pcns=2,
    pcn_sizes=(1.0, 1.0),
    n_practices=4,
    gp_fte=8.0,
    organisations_per_10000=100.0,
    posts_multiplier=80.0,
)
CHANNEL = {channel: place for place, channel in enumerate(OutreachChannel)}
ALL_MET = {"outreach.p_met": 1, "outreach.hours_toolkit": 0}
STEPS = {
    "name_card": "p_name_card",
    "conversation": "p_conversation",
    "small_step": "p_small_step",
    "follow_up": "p_follow_up",
    "data": "p_data",
    "volunteers": "p_volunteers_toolkit",
}
SURE = {f"outreach.{chance}": 1 for chance in STEPS.values()}
FLOWS = ("name_cards", "conversations", "small_steps", "follow_ups", "data_left", "toolkit_volunteers")


def with_toolkit(world, toolkit=1, channel=OutreachChannel.PLACES, share=0.2):
    """Give a share of time to outreach with or without the toolkit, in experienced teams."""
    world.link_workers.weeks_in_post[:] = 104
    books = world.commissioner
    books.outreach_share[0], books.toolkit[0], books.outreach_channel[0] = share, toolkit, CHANNEL[channel]
    world.open_week()
    return world


def found_by_outreach(world):
    """Return the rows of cases that outreach opened."""
    return np.flatnonzero(world.cases.route[: world.n_cases] == Route.OUTREACH)


def steps(world):
    """Return the week's counts of the toolkit's steps."""
    return {name: world.flows[name] for name in FLOWS}


def test_without_the_toolkit_nothing_of_it_happens(fresh_world):
    world = with_toolkit(fresh_world(**SURE), toolkit=0)
    for week in range(3):
        outreach(world, week)
    assert not any(steps(world).values())
    assert not world.citizens.contact_support.any() and not world.organisations.volunteers.any()
    assert not (world.cases.toolkit.any() or world.cases.has_data.any() or world.citizens.follow_up_due.any())
    assert (world.citizens.trust == 0.5).all()


def test_with_every_step_switched_off_the_toolkit_is_no_toolkit(fresh_world):
    off = {f"outreach.uses_{step}": 0 for step in STEPS} | ALL_MET
    plain, empty = with_toolkit(fresh_world(**ALL_MET), toolkit=0), with_toolkit(fresh_world(**off))
    for world in (plain, empty):
        outreach(world, 0)
        outreach(world, 1)
    assert plain.flows == empty.flows
    assert np.array_equal(plain.cases.citizen, empty.cases.citizen)


@pytest.mark.parametrize("step", STEPS)
def test_a_step_switched_off_does_not_happen(fresh_world, step):
    """Without a conversation there is nothing after it; the other steps go on without each other."""
    world = with_toolkit(fresh_world(**ALL_MET, **SURE, **{f"outreach.uses_{step}": 0}))
    outreach(world, 0)
    outreach(world, 1)
    gone = {
        "name_card": {"name_cards"},
        "conversation": set(FLOWS) - {"name_cards"},
        "small_step": {"small_steps", "follow_ups"},
        "follow_up": {"follow_ups"},
        "data": {"data_left"},
        "volunteers": {"toolkit_volunteers"},
    }[step]
    assert {name for name, number in steps(world).items() if number == 0} == gone


def test_sure_steps_happen_to_everybody_met(fresh_world):
    """Six workers, 19.98 hours x .2 = 3.996: 18 approaches, all met; a week later 18 steps are followed up."""
    world = with_toolkit(fresh_world(**ALL_MET, **SURE))
    outreach(world, 0)
    assert world.flows["met"] == 18
    assert steps(world) == dict.fromkeys(FLOWS, 18) | {"follow_ups": 0}
    assert world.citizens.follow_up_due.sum() == 18
    assert (world.citizens.volunteer_row >= 0).sum() == world.organisations.volunteers.sum() == 18
    cases = found_by_outreach(world)
    assert world.cases.toolkit[cases].all() and world.cases.has_data[cases].all()


def test_trust_rises_with_the_card_and_the_follow_up(fresh_world):
    """.5 + .1 for the card = .6, + .05 for the follow-up = .65; contact is felt at .17 and again at .17."""
    world = with_toolkit(fresh_world(**ALL_MET, **SURE))
    outreach(world, 0)
    met = np.flatnonzero(world.citizens.aware & world.citizens.follow_up_due)
    assert world.citizens.trust[met] == pytest.approx(0.6)
    assert world.citizens.contact_support[met] == pytest.approx(0.17)
    world.citizens.contact_support[:], world.commissioner.outreach_share[0] = 0, 0
    outreach(world, 1)
    assert world.citizens.trust[met] == pytest.approx(0.65)
    assert world.citizens.contact_support[met] == pytest.approx(0.17)
    assert not world.citizens.follow_up_due.any() and world.flows["follow_ups"] == met.size


def test_a_small_step_adds_nothing_to_more_support(fresh_world):
    world = with_toolkit(fresh_world(**ALL_MET, **SURE))
    world.citizens.contact_support[:] = 0.33
    outreach(world, 0)
    assert (world.citizens.contact_support == np.float32(0.33)).all()


def test_six_in_ten_small_steps_are_followed_up(fresh_world):
    """Of 5,000 that are due, 3,000 give or take four times 35."""
    world = with_toolkit(fresh_world(), share=0)
    world.citizens.follow_up_due[:] = True
    outreach(world, 0)
    assert abs(world.flows["follow_ups"] - 3000) < 4 * 34.7


def test_the_toolkit_raises_acceptance_by_a_tenth_in_all():
    """Cards .8 x trust .1 x .2 = .016; conversations .7 x .12 = .084; together .1 (rule 7)."""
    from sp_abm.parameters import Parameters

    p = Parameters().outreach
    in_all = p.p_name_card * p.trust_name_card * p.effect_trust + p.p_conversation * p.effect_conversation
    assert in_all == pytest.approx(0.1)


def test_everybody_who_accepts_without_the_toolkit_accepts_with_it_and_some_more(fresh_world):
    accepting = []
    for toolkit in (0, 1):
        world = with_toolkit(fresh_world(**ALL_MET), toolkit, share=1)
        outreach(world, 0)
        accepting.append(set(world.cases.citizen[found_by_outreach(world)].tolist()))
    assert accepting[0] < accepting[1]


def test_no_activity_is_tried_outside_a_case(fresh_world):
    world = with_toolkit(fresh_world(**ALL_MET, **SURE, **{"outreach.p_accepts": -1}))
    outreach(world, 0)
    assert world.n_cases == 0 and world.flows["small_steps"] == 18
    assert (world.citizens.activity_row == -1).all() and not world.organisations.occupied.any()


def test_volunteers_help_in_their_own_network_and_luck_chooses_where(fresh_world):
    world = with_toolkit(fresh_world(TWO_NETWORKS, **ALL_MET, **SURE), share=1)
    outreach(world, 0)
    citizens, organisations = world.citizens, world.organisations
    helping = np.flatnonzero(citizens.volunteer_row >= 0)
    where = citizens.volunteer_row[helping]
    assert np.array_equal(organisations.pcn[where], citizens.pcn[helping])
    assert set(citizens.pcn[helping]) == {0, 1} and np.unique(where).size > 4


def test_only_conversations_mark_a_case(fresh_world):
    """Seven in ten of those met talk; .12 more accept. Data are left in six in ten conversations."""
    world = with_toolkit(fresh_world(**ALL_MET), share=1)
    for week in range(10):
        outreach(world, week)
    cases = found_by_outreach(world)
    toolkit, data = world.cases.toolkit[cases], world.cases.has_data[cases]
    assert (data <= toolkit).all() and 0 < data.sum() < toolkit.sum() < cases.size
    assert world.flows["conversations"] >= toolkit.sum() and world.flows["data_left"] >= data.sum()
    n = world.flows["met"]
    assert abs(world.flows["conversations"] - 0.7 * n) < 4 * np.sqrt(n * 0.21)


@pytest.mark.parametrize(
    ("channel", "toolkit", "hours", "p_met"),
    [
        (OutreachChannel.PLACES, 0, 1.0, 0.6),
        (OutreachChannel.PLACES, 1, 1.25, 0.6),
        (OutreachChannel.INVITATION, 0, 0.2, 0.2),
        (OutreachChannel.INVITATION, 1, 0.45, 0.2),
        (OutreachChannel.VOLUNTEERS, 0, 0.6, 0.6),
    ],
)
def test_a_channel_has_its_price_in_hours_and_its_reach(fresh_world, channel, toolkit, hours, p_met):
    how = manner(with_toolkit(fresh_world(), toolkit, channel))
    assert how.hours == pytest.approx(hours) and how.p_met == p_met


def test_an_invitation_costs_less_time_and_meets_fewer(fresh_world):
    """3.996 hours at .2 each: 19 letters from each of six workers; a fifth of 114 answer, standard deviation 4.3."""
    world = with_toolkit(fresh_world(), 0, OutreachChannel.INVITATION)
    outreach(world, 0)
    assert world.flows["approached"] == 114 == world.pcns.approaches.sum()
    assert world.link_workers.hours_outreach == pytest.approx(np.full(6, 3.8))
    assert abs(world.flows["met"] - 22.8) < 4 * 4.3


def test_volunteers_make_approaches_too_and_carry_what_is_less_than_one(fresh_world):
    """3.996 hours at .6: 6 approaches each, 36; 7 volunteers at .5 a week: 3 and .5 carried, then 4 and none."""
    world = with_toolkit(fresh_world(), 0, OutreachChannel.VOLUNTEERS)
    world.organisations.volunteers[[2, 5]] = [4, 3]
    made = []
    for week in range(2):
        world.link_workers.approaches_carried[:] = 0
        outreach(world, week)
        made.append((world.pcns.approaches[0], world.pcns.approaches_carried[0]))
    assert made == [(39, 0.5), (40, 0)]


@pytest.mark.parametrize(
    ("share", "posts", "channel"),
    [(0, 1, OutreachChannel.VOLUNTEERS), (0.2, 0, OutreachChannel.VOLUNTEERS), (0.2, 1, OutreachChannel.PLACES)],
)
def test_volunteers_approach_nobody_unless_asked_by_a_service_there_is(fresh_world, share, posts, channel):
    world = with_toolkit(fresh_world(), 0, channel, share)
    world.organisations.volunteers[:] = 10
    world.pcns.fte_funded[:] = posts
    world.link_workers.in_post[:] = False
    outreach(world, 0)
    assert world.flows["approached"] == 0


def test_only_networks_that_practise_outreach_do(fresh_world):
    world = with_toolkit(fresh_world(), 0, OutreachChannel.VOLUNTEERS)
    world.organisations.volunteers[:] = 10
    world.pcns.is_proactive[:] = False
    outreach(world, 0)
    assert world.flows["approached"] == 0 and not world.link_workers.hours_outreach.any()
    assert not world.pcns.approaches.any()
