"""Levers: every one is declared in full, refuses what it cannot be, and follows what it should."""

import re
from pathlib import Path

import numpy as np
import pytest

from sp_abm.agents.commissioner import Commissioner
from sp_abm.declare import columns_of
from sp_abm.errors import BadValue, UnknownName
from sp_abm.levers import CHOICES, DEFAULTS, FOLLOWS, LEVERS, SUPPORT_CHANNELS, SWITCHES, lever_value, shown
from sp_abm.loops import LINKS
from sp_abm.scenario import Scenario, scenario_names

HERE = Path(__file__).parent
NUMBERS = [name for name in LEVERS if name not in CHOICES and name not in SWITCHES]
TESTED_ELSEWHERE = {"outreach_target", "distress_shock", "investment_response", "investment_signal", "investment_rule"}
"""Levers whose liveness has a test of its own beside the table."""


def test_every_lever_has_a_default_within_its_bounds_and_a_column():
    assert list(LEVERS) == list(DEFAULTS)
    for name, fact in LEVERS.items():
        assert fact.low <= DEFAULTS[name] <= fact.high, name
        assert columns_of(Commissioner)[name].written_by == ("landscape",), name


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_out_of_bounds_or_of_another_type_is_refused(name):
    fact = LEVERS[name]
    for value, words in (
        (fact.low - 1, "below its lower bound"),
        (fact.high + 1, "above its upper bound"),
        ("much", "is not a number"),
        (True, "is not a number"),
        (float("nan"), "is not a number"),
        (None, "is not a number"),
        ([1], "is not a number"),
    ):
        with pytest.raises(BadValue) as caught:
            lever_value(name, value, "mine.toml")
        assert name in str(caught.value) and words in str(caught.value) and "mine.toml" in str(caught.value)


@pytest.mark.parametrize("name", CHOICES)
def test_a_word_that_is_no_choice_is_refused_with_the_nearest_or_all(name):
    for value in (f"{CHOICES[name][0]}x", 1, True, None, ["none"]):
        with pytest.raises(UnknownName) as caught:
            lever_value(name, value, "mine.toml")
        assert "mine.toml" in str(caught.value)
        assert "Did you mean" in str(caught.value) or all(word in str(caught.value) for word in CHOICES[name])


@pytest.mark.parametrize("name", SWITCHES)
def test_a_switch_is_on_or_off_and_nothing_else(name):
    assert [lever_value(name, value, "x") for value in ("on", "off", True, False)] == [1, 0, 1, 0]
    for value in (1, 0.0, "yes", None, ["on"]):
        with pytest.raises(BadValue, match="must be 'on' or 'off'"):
            lever_value(name, value, "mine.toml")


@pytest.mark.parametrize("name", LEVERS)
def test_a_lever_is_shown_as_it_is_written(name):
    written = shown(name, DEFAULTS[name])
    assert lever_value(name, written, "x") == DEFAULTS[name]


@pytest.mark.parametrize("name", SUPPORT_CHANNELS)
def test_a_channel_follows_the_level_until_it_is_set_itself(name):
    assert FOLLOWS[name] == "support_level"
    level = Scenario("x").with_changes({"support_level": [{"from": 0, "value": 0.2}, {"from": 5, "value": 0.8}]})
    assert [level.value(name, week) for week in (0, 4, 5)] == [0.2, 0.2, 0.8]
    both = level.with_changes({name: [{"from": 3, "value": 0.5}]})
    assert [both.value(name, week) for week in (0, 2, 3, 9)] == [0.2, 0.2, 0.5, 0.5]
    assert both.hash != level.hash
    position = list(LEVERS).index(name)
    assert np.array_equal(both.timeline(4)[:, position], [0.2, 0.2, 0.2, 0.5])


def test_every_lever_is_in_the_table_of_liveness():
    text = (HERE / "test_liveness.py").read_text("utf-8")
    for name in set(LEVERS) - TESTED_ELSEWHERE:
        assert re.search(rf'^    \("{name}", ', text, re.MULTILINE), name
    for name in TESTED_ELSEWHERE:
        assert name in text, name


def test_every_scenario_and_every_link_has_a_test_that_runs_it():
    shipped, links = ((HERE / name).read_text("utf-8") for name in ("test_shipped_scenarios.py", "test_links.py"))
    assert "scenario_names()" in shipped and '@pytest.mark.parametrize("name", LINKS)' in links
    assert len(scenario_names()) == 13 and len(LINKS) == 37
