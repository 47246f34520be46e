"""Plausible sets: the table is checked, and comparisons and studies give every pair a set of its own."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from sp_abm import comparison, plan, plausible
from sp_abm.cli import main
from sp_abm.comparison import compare, with_set
from sp_abm.errors import BadFile, BadValue, UnknownName
from sp_abm.places import place
from sp_abm.plausible import read_sets
from sp_abm.scenario import load
from sp_abm.study import study_from

UP, DOWN = "strain.rate_up_per_week", "strain.rate_down_per_week"
SETS = ({UP: 0.06, DOWN: 0.07}, {UP: 0.11, DOWN: 0.05})
HAMLET = replace(
    place("sandbox"), key="hamlet", residents=900, n_pcns=1, pcn_sizes=(1.0,), gp_fte=6.0, organisations_per_10000=200.0
)
HEAD = "set,parameter,value,source\n"
STUDY = """
schema_version = 1
place = "sandbox"
years = 1
[arms.today]
[arms.other]
levers = {{ support_level = 0.9 }}
parameters = {{ "strain.rate_down_per_week" = 0.08 }}
[replications]
n = 3
plausible = {plausible}
"""


@pytest.fixture
def two_sets(monkeypatch):
    """Ship these two sets."""
    for module in (comparison, plan):
        monkeypatch.setattr(module, "needed_sets", lambda: SETS)


def table(text):
    return read_sets(csv.DictReader((HEAD + text).splitlines()), "sets.csv")


def test_a_table_is_read_set_by_set():
    rows = [f"{number},{name},{value},made up" for number, own in enumerate(SETS) for name, value in own.items()]
    assert table("\n".join(rows)) == SETS


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        (f"1,{UP},0.1", BadFile, "sets.csv, line 2 must have exactly these columns"),
        (f"1,{UP},0.1,", BadFile, "line 2 must have exactly these columns, none of them empty"),
        (f"1,{UP},much,here", BadFile, "line 2: value = 'much' is not a number"),
        (f"1,{UP},0.1,here\n1,{UP},0.1,here", BadFile, f"line 3: set 1 gives {UP} twice"),
        (f"1,{UP},0.1,here\n2,{DOWN},0.1,here", BadFile, "the sets must all give the same parameters"),
        ("1,strain.rate_up,0.1,here", UnknownName, "Did you mean strain.rate_up_per_week?"),
        (f"1,{UP},1.5,here", BadValue, r"rate_up_per_week \(sets.csv, line 2\) = 1.5 is above its upper bound of 1"),
        (f"1,{UP},nan,here", BadValue, "nan is not a number"),
    ],
)
def test_a_table_that_is_wrong_is_told_by_line(text, kind, words):
    with pytest.raises(kind, match=words):
        table(text)


def test_sets_are_taken_in_turn_and_leave_what_a_scenario_sets_itself():
    own = load("today").with_changes({UP: 0.09})
    assert [dict(with_set(own, SETS, k).parameters) for k in range(3)] == [
        {UP: 0.09, DOWN: 0.07},
        {UP: 0.09, DOWN: 0.05},
        {UP: 0.09, DOWN: 0.07},
    ]
    assert with_set(own, (), 5) is own


def test_pairs_share_their_luck_and_their_set_and_differ_from_pair_to_pair_in_sets(two_sets):
    today = load("today")
    arms = [today, replace(today, name="its twin"), replace(today.with_changes({"support_level": 1}), name="supported")]
    found = compare(arms, HAMLET, seeds=[4, 5], years=0.25, plausible=True, workers=1)
    assert (found.values[:, 0] == found.values[:, 1])[np.isfinite(found.values[:, 0])].all()
    for position, (seed, changes) in enumerate(zip((4, 5), SETS, strict=True)):
        alone = compare(arms, HAMLET, seeds=[seed], years=0.25, changes=changes, workers=1)
        np.testing.assert_array_equal(found.values[position], alone.values[0])
        assert dict(found.scenario(2, position).parameters) == changes
    assert found.as_dict()["plausible_sets"] == 2


def test_without_the_flag_there_are_no_sets(two_sets):
    arms = [load("today"), load("supported-workforce")]
    found = compare(arms, HAMLET, seeds=[4], years=0.1, workers=1)
    assert found.sets == () and not found.scenario(0, 0).parameters and found.as_dict()["plausible_sets"] == 0


def test_replications_of_a_study_take_the_sets_in_turn_alike_in_all_arms(two_sets):
    runs = plan.plan_of(study_from(STUDY.format(plausible="true"), "a study")).runs
    by_replication = [[run.cell.scenario.parameters for run in runs if run.replication == k] for k in range(3)]
    assert [[dict(each) for each in row] for row in by_replication] == [
        [SETS[0], {UP: 0.06, DOWN: 0.08}],
        [SETS[1], {UP: 0.11, DOWN: 0.08}],
        [SETS[0], {UP: 0.06, DOWN: 0.08}],
    ]
    plain = plan.plan_of(study_from(STUDY.format(plausible="false"), "a study")).runs
    assert {UP in run.cell.scenario.parameters for run in plain} == {False}
    assert [run.cell.seed for run in plain] == [run.cell.seed for run in runs]


def test_a_study_that_says_neither_true_nor_false_is_refused():
    with pytest.raises(BadValue, match=r"plausible \(replications, a study\) = 'yes' must be true or false"):
        study_from(STUDY.format(plausible='"yes"'), "a study")


def test_where_no_sets_are_shipped_it_is_said(monkeypatch):
    monkeypatch.setattr(plausible, "plausible_sets", lambda: ())
    with pytest.raises(BadValue, match="No plausible parameter sets are shipped"):
        compare(["today", "no-service"], HAMLET, seeds=1, plausible=True)


def test_the_command_says_that_intervals_hold_the_doubt_about_parameters(two_sets, capsys):
    with pytest.raises(SystemExit) as end:
        main(["compare", "today", "no-service", "--seeds", "2", "--years", "0.1", "--plausible", "--workers", "1"])
    said = " ".join(capsys.readouterr().out.split())
    assert end.value.code == 0
    assert "2 paired runs over seeds and 2 plausible parameter sets" in said
    assert "Every pair has a parameter set of its own" in said


def test_calibrate_says_its_plan_and_runs_nothing_without_a_folder(capsys):
    for arguments, code, words in (
        (["--plan", "--block", "workforce", "--points", "24"], 0, "1 wave of 24 points over 8 parameters"),
        (["--block", "workforce"], 2, "--out is missing"),
        (["--block", "workfroce", "--plan"], 2, "Did you mean workforce?"),
        (["--plan", "--points", "5"], 2, "points = 5 must be at least 20"),
    ):
        with pytest.raises(SystemExit) as end:
            main(["calibrate", *arguments])
        captured = capsys.readouterr()
        assert end.value.code == code and words in " ".join((captured.out + captured.err).split())
