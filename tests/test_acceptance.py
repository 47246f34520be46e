"""Acceptance of outreach: whatever shows outreach says that it is not known, and a comparison shows its whole range."""

import json

import numpy as np
import pytest

from sp_abm.caveats import goes_out
from sp_abm.cli import main
from sp_abm.cli.acceptance import acceptance_ranges, outreach_words
from sp_abm.comparison import compare
from sp_abm.measures import MEASURES
from sp_abm.scenario import Scenario, load
from sp_abm.simulation import Simulation

NOTE = "nothing is known about how many people accept it"
SHORT = ("--no-warm-up", "--years", "0.2")
COMPARISON = ("compare", "today", "outreach-without-support", "--seeds", "1", "--years", "0.5")


@pytest.fixture
def said_by(capsys, monkeypatch):
    """Return a command's output with all white space made single spaces."""
    monkeypatch.setenv("COLUMNS", "120")

    def run(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main(arguments)
        assert not end.value.code
        return " ".join(capsys.readouterr().out.split())

    return run


def test_whatever_shows_outreach_says_that_acceptance_is_not_known(said_by):
    assert NOTE in said_by("run", "outreach-with-support", *SHORT)
    assert NOTE not in said_by("run", "today", *SHORT)
    assert NOTE in json.loads(said_by("run", "outreach-with-support", "--json", *SHORT))["note"]
    said = said_by(*COMPARISON, "supported-workforce", "--no-acceptance-range")
    assert said.count(NOTE) == 1 and "accepting" not in said


def test_a_comparison_of_outreach_shows_its_range_over_acceptance(said_by):
    assert "Differences from 20% to 85% accepting (1 paired run): In distress" in said_by(*COMPARISON)
    found = json.loads(said_by(*COMPARISON, "--json"))["acceptance"]
    assert list(found) == ["outreach-without-support"]
    assert found["outreach-without-support"]["accepting"] == [0.2, 0.85]
    few, many = found["outreach-without-support"]["differences"]["referrals_per_1000_per_week"]
    assert few < many


def test_a_run_of_outreach_shows_its_range_over_acceptance_unless_told_not_to(said_by):
    """The same people and luck from the same start, with .2 and with .85 accepting."""
    arguments = ("run", "outreach-without-support", *SHORT)
    start = Simulation.start("outreach-without-support", "sandbox", 1, weeks=10, warm_up=False)
    ends = [
        start.fork(load("outreach-without-support").with_changes({"outreach.p_accepts": p}), 10).run(10).results()
        for p in (0.2, 0.85)
    ]
    few, many = (each.summary["referrals_per_1000_per_week"] for each in ends)
    assert few < many
    found = json.loads(said_by(*arguments, "--json"))["acceptance"]
    assert found["referrals_per_1000_per_week"] == [few, many]
    said = said_by(*arguments)
    assert "From 20% to 85% accepting outreach, with the same people and luck: In distress (pre-" in said
    assert f"Referrals {few:.3f} to {many:.3f} per 1,000 residents a week" in said
    assert "accepting outreach" not in said_by(*arguments, "--no-acceptance-range")
    assert "acceptance" not in json.loads(said_by("run", "today", *SHORT, "--json"))


def test_a_range_is_that_of_runs_with_the_parameter_set_and_of_few_seeds_only():
    """The mean over the first three of four seeds of an arm at .2 and at .85, less the first arm as it is."""
    arms = [load("today"), load("outreach-without-support")]
    comparison = compare(arms, seeds=4, years=0.3, workers=1)
    found = acceptance_ranges(comparison)["outreach-without-support"]
    assert found.seeds == (1, 2, 3)
    column = list(MEASURES).index("referrals_per_1000_per_week")
    for end, accepting in enumerate((0.2, 0.85)):
        other = arms[1].with_changes({"outreach.p_accepts": accepting})
        again = compare([arms[0], other], seeds=[1, 2, 3], years=0.3, workers=1)
        expected = (again.values[:, 1, column] - again.values[:, 0, column]).mean()
        assert found.differences["referrals_per_1000_per_week"][end] == pytest.approx(expected)


def test_where_the_first_arm_does_outreach_too_both_are_run_again():
    """Outreach against outreach of other targets: at each end both have that acceptance, so that few differ little."""
    comparison = compare(["outreach-without-support", "today"], seeds=1, years=0.3, workers=1)
    few, many = acceptance_ranges(comparison)["today"].differences["referrals_per_1000_per_week"]
    assert many < few < 0
    assert np.isfinite([few, many]).all()


def test_nothing_is_run_or_said_where_nobody_does_outreach():
    comparison = compare(["today", "no-service"], seeds=1, years=0.1, workers=1)
    assert acceptance_ranges(comparison) == {} and outreach_words(comparison, 1, {}) == ""


def test_outreach_that_begins_later_is_outreach():
    assert goes_out(Scenario("later").with_changes({"outreach_share": [{"from": 104, "value": 0.2}]}).levers)
    assert not goes_out(Scenario("never").with_changes({"outreach_share": 0}).levers) and not goes_out({})
