"""Scenarios: what ships, what a file says, when a dated lever steps, and what makes two scenarios the same."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from sp_abm import scenario as scenarios
from sp_abm.errors import BadFile, BadValue, UnknownName
from sp_abm.levers import DEFAULTS, LEVERS, shown
from sp_abm.places import place
from sp_abm.scenario import START, Scenario, from_content, load, scenario_names
from sp_abm.simulation import Simulation

EXPECTED_NAMES = {
    "today",
    "no-service",
    "managed-decline",
    "supported-workforce",
    "caps-only",
    "outreach-without-support",
    "outreach-with-support",
    "support-then-outreach",
    "outreach-then-support",
    "horizon-2",
    "horizon-3",
    "pandemic-shock",
    "national-rollout",
}


def from_text(tmp_path, text, name="mine.toml"):
    """Return the scenario of a file with this text."""
    (tmp_path / name).write_text(text, "utf-8")
    return load(tmp_path / name)


def test_these_scenarios_ship_and_no_others():
    assert set(scenario_names()) == EXPECTED_NAMES


@pytest.mark.parametrize("name", scenario_names())
def test_every_shipped_scenario_says_its_name_why_it_is_there_and_what_is_expected(name):
    shipped = load(name)
    assert shipped.name == name
    assert len(shipped.why) > 30 and shipped.why.endswith(".")
    assert len(shipped.expected) > 20 and shipped.expected.endswith(".")
    assert shipped.timeline(3).shape == (3, len(LEVERS)) and np.isfinite(shipped.timeline(3)).all()


def test_today_is_what_the_warm_up_runs_under_and_support_delivered_is_39_hundredths():
    today = load("today")
    assert today.timeline(1)[0].tolist() == list(DEFAULTS.values())
    assert today.value("support_level", 0) == 0.39 == today.parameter_set().staffing.support_today
    assert today.value("caseload_cap", 0) == 75 and today.value("posts_per_10000", 0) == 0.45
    assert today.value("outreach_share", 0) == 0 and today.value("self_referral", 0) == 1


def test_under_today_delivered_support_stays_at_39_hundredths():
    world = Simulation.start("today", "sandbox", 1, warm_up=False).run(5).world
    assert world.pcns.support == pytest.approx(np.full_like(world.pcns.support, 0.39), abs=1e-12)


def test_defaults_are_within_bounds_and_in_the_order_of_the_levers():
    assert list(DEFAULTS) == list(LEVERS)
    assert all(fact.low <= DEFAULTS[name] <= fact.high for name, fact in LEVERS.items())


def test_a_scenario_takes_over_its_base_and_changes_what_it_says(tmp_path):
    text = 'name = "mine"\nbase = "outreach-without-support"\n[levers]\ncaseload_cap = 40\n'
    mine = from_text(tmp_path, text + "[parameters.strain]\nsd_trait = 0.2")
    base = load("outreach-without-support")
    assert mine.value("outreach_share", 0) == base.value("outreach_share", 0) == 0.2
    assert shown("outreach_target", mine.value("outreach_target", 0)) == "off_balance"
    assert (mine.value("caseload_cap", 0), base.value("caseload_cap", 0)) == (40, 75)
    assert mine.parameters == {"strain.sd_trait": 0.2} and mine.parameter_set().strain.sd_trait == 0.2
    assert (mine.name, mine.why, mine.expected) == ("mine", "", "")


def test_outreach_with_support_is_outreach_without_it_and_full_support():
    without, with_it = load("outreach-without-support"), load("outreach-with-support")
    assert with_it.hash == without.with_changes({"support_level": 1}).hash != without.hash


def test_a_file_without_a_name_is_named_after_itself(tmp_path):
    assert from_text(tmp_path, "[levers]\nsupport_level = 1", "brave-town.toml").name == "brave-town"


def test_a_lever_dated_by_week_steps_in_that_week_and_stands_as_today_before_its_first_date(tmp_path):
    mine = from_text(
        tmp_path,
        "[levers]\ncaseload_cap = [{from = 3, value = 50}, {from = 5, value = 25}]\nsupport_level = 0.5",
    )
    assert [mine.value("caseload_cap", week) for week in range(7)] == [75, 75, 75, 50, 50, 25, 25]
    position = list(LEVERS).index("caseload_cap")
    assert mine.timeline(7)[:, position].tolist() == [75, 75, 75, 50, 50, 25, 25]


@pytest.mark.parametrize(
    ("day", "week"),
    [("2025-01-06", 0), ("2025-01-12", 0), ("2025-01-13", 1), ("2026-01-05", 52), ("2027-01-04", 104)],
)
@pytest.mark.parametrize("quoted", [True, False])
def test_a_lever_dated_by_day_steps_in_the_week_of_that_day(tmp_path, day, week, quoted):
    written = f'"{day}"' if quoted else day
    mine = from_text(tmp_path, f"[levers]\nsupport_level = [{{from = {written}, value = 0.9}}]")
    assert mine.levers["support_level"] == ((week, 0.9),)


def test_dates_are_counted_from_the_start_a_file_gives(tmp_path):
    text = 'start = 2024-04-01\n[levers]\nself_referral = [{from = 2024-04-15, value = "off"}]'
    mine = from_text(tmp_path, text)
    assert mine.start == date(2024, 4, 1) and mine.levers["self_referral"] == ((2, 0.0),)
    assert date(2025, 1, 6) == START


def test_a_dated_lever_reaches_the_commissioner_in_its_week_and_not_before():
    changes = {"caseload_cap": [{"from": 0, "value": 60}, {"from": 4, "value": 20}]}
    simulation = Simulation.start("today", "sandbox", 1, changes=changes, warm_up=False)
    seen = [simulation.run(1).world.commissioner.caseload_cap[0] for _ in range(7)]
    assert seen == [60, 60, 60, 60, 20, 20, 20]


def test_a_lever_keeps_its_last_value_when_a_run_goes_on_longer_than_its_timeline():
    changes = {"support_level": [{"from": 2, "value": 0.8}]}
    simulation = Simulation.start("today", "sandbox", 1, changes=changes, warm_up=False, weeks=3).run(6)
    assert simulation.world.commissioner.support_level[0] == 0.8


def test_during_the_warm_up_levers_stand_as_today():
    hamlet = replace(place("sandbox"), key="hamlet", residents=400)
    world = Simulation.start("no-service", hamlet, 1).world
    assert world.week == 0 and (world.link_workers.fte > 0).any() and world.n_cases > 0


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([{"from": 9, "value": 1}, {"from": 4, "value": 0}], r"dates must rise from step to step, got weeks \[9, 4\]"),
        ([{"from": 4, "value": 1}, {"from": 4, "value": 0}], r"dates must rise from step to step, got weeks \[4, 4\]"),
        ([{"from": "2025-01-13", "value": 1}, {"from": "2025-01-19", "value": 0}], r"got weeks \[1, 1\]"),
        ([{"from": "2024-12-30", "value": 1}], r"2024-12-30 .* lies before the start, 2025-01-06"),
        ([{"from": -1, "value": 1}], "from = -1 .* lies before week 0"),
        ([{"from": 1.5, "value": 1}], "must be a week .* or a date"),
        ([{"since": 1, "value": 1}], "a dated step is"),
        ([], "has no steps"),
        ([{"from": 0, "value": 1.2}], "above its upper bound of 1"),
    ],
)
def test_contradictory_or_broken_dates_are_refused_and_say_why(steps, message):
    with pytest.raises(BadValue, match=message) as refused:
        Scenario("mine").with_changes({"support_level": steps}, "given")
    assert "support_level" in str(refused.value) and "given" in str(refused.value)


def test_scenarios_that_build_on_each_other_in_a_circle_are_refused_with_the_circle(tmp_path, monkeypatch):
    for name, base in (("hen", "egg"), ("egg", "hen")):
        (tmp_path / f"{name}.toml").write_text(f'name = "{name}"\nbase = "{base}"\n', "utf-8")
    monkeypatch.setattr(scenarios, "_shipped_folder", lambda: tmp_path)
    monkeypatch.setattr(scenarios, "scenario_names", lambda: ("egg", "hen"))
    with pytest.raises(BadFile, match=r"build on each other in a circle: .*egg -> hen -> egg|hen -> egg -> hen"):
        load("hen")


def test_an_unknown_base_is_answered_with_the_nearest_name(tmp_path):
    with pytest.raises(UnknownName, match="Did you mean supported-workforce"):
        from_text(tmp_path, 'base = "supported-workforc"')


def test_the_hash_follows_the_content_and_not_the_names_and_prose():
    today = load("today")
    assert replace(today, name="heute", why="because", expected="nothing").hash == today.hash
    others = [
        today.with_changes({"support_level": 0.4}),
        today.with_changes({"support_level": [{"from": 0, "value": 0.39}, {"from": 9, "value": 0.5}]}),
        today.with_changes({"strain.sd_trait": 0.4}),
        replace(today, start=date(2026, 1, 5)),
    ]
    assert len({today.hash, *(other.hash for other in others)}) == 5


def test_a_lever_left_out_and_one_written_at_its_default_are_the_same_scenario():
    assert Scenario("empty").hash == Scenario("full").with_changes({"caseload_cap": 75}).hash == load("today").hash


def test_a_scenario_comes_back_from_its_content():
    mine = load("outreach-without-support").with_changes(
        {"caseload_cap": [{"from": 0, "value": 50}, {"from": 7, "value": 25}], "contact.p_attends": 0.5}
    )
    again = from_content({**mine.content(), "name": mine.name})
    assert again.hash == mine.hash and again.name == mine.name and again.start == mine.start
    assert np.array_equal(again.timeline(20), mine.timeline(20))
    assert again.parameter_set() == mine.parameter_set()


def test_changing_a_scenario_leaves_the_first_one_as_it_was():
    today = load("today")
    today.with_changes({"support_level": 1, "strain.sd_trait": 0})
    assert today.value("support_level", 0) == 0.39 and not today.parameters


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"levers": {"suport_level": ((0, 0.5),)}}, r"'suport_level' is not a lever \(scenario 'mine'\). Did you mean"),
        ({"levers": {"support_level": 1.5}}, r"support_level \(scenario 'mine'\) = 1.5 is above"),
        ({"levers": {"support_level": ((0, 0.5), (4, 7))}}, r"support_level \(scenario 'mine'\) = 7 is above"),
        ({"levers": {"outreach_target": ((0, 9),)}}, "'9' is not an outreach target"),
        ({"levers": {"toolkit": ((0, 3),)}}, "toolkit .* = 3 must be 'on' or 'off'"),
        ({"cut": {"burnout->intnetion": "frozen"}}, "Did you mean burnout->intention"),
        ({"cut": {"burnout->intention": -1}}, "must be 'frozen' or a scale from 0 to 10"),
    ],
)
def test_a_scenario_made_in_python_is_held_to_the_rules_of_a_file(given, message, small_world):
    with pytest.raises((BadValue, UnknownName), match=message):
        Simulation.start(Scenario("mine", **given), place("sandbox"), 1, warm_up=False)
    with pytest.raises((BadValue, UnknownName), match=message):
        Simulation(load("today"), small_world).fork(Scenario("mine", **given))


def test_a_scenario_made_in_python_may_say_constants_words_and_weeks_as_a_file_does(small_world):
    levers = {"support_level": 0.5, "outreach_target": "isolated", "toolkit": True, "caseload_cap": ((0, 75), (4, 50))}
    run = Simulation(load("today"), small_world).fork(Scenario("mine", levers=levers))
    assert [run.scenario.value(name, 5) for name in levers] == [0.5, 2, 1, 50]
    assert run.fork(run.scenario).scenario == run.scenario


@pytest.mark.parametrize("name", scenario_names())
def test_checking_a_shipped_scenario_changes_nothing(name, small_world):
    assert Simulation(load("today"), small_world).fork(load(name)).scenario == load(name)
