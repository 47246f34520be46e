"""Links: on they change nothing, scaled to nothing they matter, frozen they keep the course of the reference run."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sp_abm import SocialPrescribingModel, simulate
from sp_abm.comparison import compare
from sp_abm.errors import BadValue, UnknownName
from sp_abm.loops import FROZEN, LINKS, LOOPS, Level, Links, checked_cuts
from sp_abm.places import place
from sp_abm.scenario import Scenario, load
from sp_abm.simulation import Simulation

HAMLET = replace(
    place("sandbox"),
    key="hamlet",
    residents=1500,
    n_pcns=2,
    pcn_sizes=(1.0, 1.0),
    n_practices=4,
    gp_fte=8.0,
    organisations_per_10000=100.0,
    places_per_organisation=3.0,
    posts_multiplier=500.0,
)
EVENTFUL = {
    "caseload_cap": 6,
    "outreach_share": 0.2,
    "toolkit": "on",
    "investment_response": 2,
    "support_level": 0.1,
    "strain.rate_up_per_week": 0.13,
    "contact.p_knows_at_start": 0.4,
    "referral.p_identified": 0.3,
    "referral.weeks_between": 6,
    "allocation.rate_gives_up_per_week": 0.08,
    "participation.weeks_completed": 3,
    "participation.p_volunteers": 0.5,
    "staffing.max_weeks_to_fill": 20,
    "strain.colleagues_full": 3,
    "turnover.rate_leaves_intending_per_week": 0.05,
    "funding.response_support": 1,
    "funding.response_grants": 1,
    "word_of_mouth.p_tells": 1,
}
YEARS = 2.5
NOTHING_TODAY = {"support->intention", "investment->posts", "investment->support", "investment->grants"}
NOTHING_TODAY |= {"toolkit->visible_impact"}
"""Links through which nothing comes under today's levers: frozen there, they are as good as cut off."""
BURNT_OUT = (("turnover.effect_burnt_out", 4), ("strain.rate_up_per_week", 0.3), ("investment_response", 0))
POST_LEVEL = [name for name, link in LINKS.items() if link.level is Level.POST]


@cache
def ran(cuts=(), changes=()):
    """Return the results of the eventful hamlet with links cut."""
    scenario = Scenario("eventful").with_changes(EVENTFUL | dict(changes)).with_cut(dict(cuts))
    return simulate(scenario, HAMLET, 1, YEARS)


def are_equal(one, other):
    """Say whether two runs are the same in every tally."""
    return np.array_equal(one.system, other.system) and np.array_equal(one.people, other.people)


def test_every_loop_is_closed_by_declared_links_and_every_link_is_of_a_loop():
    assert {loop for link in LINKS.values() for loop in link.loops} == set(LOOPS)
    assert all(link.sign in "+-" and link.carrier and link.source and link.target for link in LINKS.values())


def test_links_scaled_by_one_are_as_if_nobody_had_touched_them():
    assert are_equal(ran(tuple((name, 1.0) for name in LINKS)), ran())


@pytest.mark.parametrize("name", LINKS)
def test_a_link_through_which_nothing_comes_changes_the_run(name):
    assert not are_equal(ran(((name, 0.0),)), ran())


@pytest.mark.parametrize("name", LINKS)
def test_a_frozen_link_is_neither_cut_off_nor_as_it_was(name):
    strongly = BURNT_OUT if name == "burnout->intention" else ()
    frozen = ran(((name, FROZEN),), strongly)
    assert not are_equal(frozen, ran((), strongly))
    assert are_equal(frozen, ran(((name, 0.0),), strongly)) == (name in NOTHING_TODAY)


def test_freezing_a_post_s_links_at_the_run_itself_changes_nothing():
    """Under today's levers the reference run is the run, and a post's own signal comes back to it."""
    today = Scenario("today")
    links = [name for name in POST_LEVEL if name != "load->contact_depth"]
    runs = [simulate(today.with_cut(cut), HAMLET, 1, 1, warm_up=False) for cut in ((), links)]
    assert are_equal(*runs)


def test_nothing_changes_before_the_week_in_which_the_levers_part():
    later = [{"from": 0, "value": 0.39}, {"from": 30, "value": 1.0}]
    scenario = Scenario("later").with_changes({"support_level": later})
    links = ["burnout->intention", "support->burnout", "intention->leaving", "load->burnout"]
    runs = [simulate(scenario.with_cut(cut), HAMLET, 1, 2, warm_up=False) for cut in ((), links)]
    assert np.array_equal(runs[0].system[:30], runs[1].system[:30])
    assert not np.array_equal(runs[0].system, runs[1].system)


def test_support_frozen_at_today_leaves_a_supported_workforce_as_burnt_out_as_today():
    runs = [
        simulate(scenario, "sandbox", 1, 2, parameters={"staffing.share_support_delivered": 1}, cut=cut)
        for scenario, cut in (
            ("today", ()),
            ("supported-workforce", ()),
            ("supported-workforce", ("support->burnout", "peers->burnout")),
        )
    ]
    today, supported, frozen = (run.summary["burnout_mean"] for run in runs)
    assert supported < today - 0.03
    assert abs(frozen - today) < 0.02


def test_arms_with_cut_links_are_compared_seed_by_seed():
    supported = load("supported-workforce")
    arms = (supported, replace(supported.with_cut(["support->burnout"]), name="frozen"))
    comparison = compare(arms, HAMLET, seeds=2, years=1, workers=1)
    alone = simulate(arms[1], HAMLET, 1, 1)
    assert np.array_equal(comparison.first[1].system, alone.system)
    assert not np.array_equal(comparison.first[0].system, alone.system)


def test_an_uncut_arm_after_a_cut_one_is_not_cut():
    supported = load("supported-workforce")
    arms = (replace(supported.with_cut(["support->burnout=0"]), name="cut"), supported)
    comparison = compare(arms, HAMLET, seeds=1, years=1, workers=1)
    assert np.array_equal(comparison.first[1].system, simulate(supported, HAMLET, 1, 1).system)


def test_a_run_with_a_frozen_link_is_resumed_as_it_was(tmp_path):
    kinds = {"place": HAMLET, "rng": 3, "warm_up": False, "support_level": 1.0, "cut": ["support->burnout"]}
    undisturbed, stopped = SocialPrescribingModel("today", **kinds), SocialPrescribingModel("today", **kinds)
    for _ in range(20):
        undisturbed.step()
    for _ in range(9):
        stopped.step()
    resumed = SocialPrescribingModel.load(stopped.save(tmp_path / "state"))
    for _ in range(11):
        resumed.step()
    assert are_equal(undisturbed.results(), resumed.results())


def test_cuts_come_from_a_scenario_file_too(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('base = "today"\n[cut]\n"burnout->intention" = "frozen"\n"load->burnout" = 0.5\n', "utf-8")
    scenario = load(path)
    assert scenario.cut == {"burnout->intention": FROZEN, "load->burnout": 0.5}
    assert scenario.hash != load("today").hash
    assert "cut" in scenario.content() and scenario.reference().cut == {}


@pytest.mark.parametrize(
    ("cuts", "message"),
    [
        (["burnout->intentoin"], "Did you mean burnout->intention?"),
        (["burnout->intention=11"], "'11' must be 'frozen' or a scale from 0 to 10"),
        (["burnout->intention=-1"], "must be 'frozen' or a scale"),
        ({"burnout->intention": True}, "must be 'frozen' or a scale"),
        ({"burnout->intention": float("nan")}, "must be 'frozen' or a scale"),
        (["burnout->intention=half"], "'half' must be"),
    ],
)
def test_a_cut_that_cannot_be_made_is_refused(cuts, message):
    with pytest.raises((UnknownName, BadValue)) as caught:
        checked_cuts(cuts)
    assert message in str(caught.value)


def test_cuts_are_given_as_a_name_a_text_a_list_or_a_mapping():
    assert checked_cuts("burnout->intention") == checked_cuts(["burnout->intention"]) == {"burnout->intention": FROZEN}
    assert checked_cuts(["load->burnout=0.5"]) == checked_cuts({"load->burnout": 0.5}) == {"load->burnout": 0.5}


def test_a_post_that_the_reference_run_does_not_have_takes_the_mean_of_its_pcn():
    reference = Links()
    reference.note(["load->burnout"])
    reference.felt("load->burnout", 0, np.array([1.0, 3.0, 8.0]), np.array([0, 1, 4096], np.uint32))
    cut = Links({"load->burnout": FROZEN}, reference, lambda: None)
    felt = cut.felt("load->burnout", 0, np.zeros(4), np.array([1, 2, 4097, 9000], np.uint32))
    assert felt.tolist() == [3.0, 2.0, 8.0, 4.0]


def test_nothing_is_cut_before_week_0():
    cut = Links({"load->burnout": 0.0})
    values = np.ones(2)
    assert cut.felt("load->burnout", -1, values) is values and not cut.felt("load->burnout", 0, values).any()


def test_a_frozen_link_without_a_reference_run_says_so():
    with pytest.raises(BadValue, match="no reference run"):
        Links({"load->burnout": FROZEN}).felt("load->burnout", 0, np.ones(1))


def test_the_reference_run_goes_along_only_as_far_as_it_is_asked():
    scenario = Scenario("supported").with_changes({"support_level": 1.0}).with_cut(["support->burnout"])
    simulation = Simulation.start(scenario, HAMLET, 1, warm_up=False).run(5)
    noted = simulation.world.links._reference.noted["support->burnout"]
    assert sorted(noted) == list(range(5))
