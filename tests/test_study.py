"""Studies: files checked before anything runs, plans counted by hand, designs that cover what they should."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from sp_abm.cells import Cell
from sp_abm.designs import Design
from sp_abm.errors import BadFile, BadValue, SpAbmError, UnknownName
from sp_abm.factors import Factor
from sp_abm.measures import MEASURES
from sp_abm.plan import TASK_SECONDS, expected_seconds, plan_of, seed_of, tasks_of
from sp_abm.scenario import load
from sp_abm.study import load_study, study_from

EXPERIMENTS = Path(__file__).parents[1] / "experiments"
HEAD = 'schema_version = 1\nname = "mine"\n'
TWO_ARMS = "[arms.today]\n[arms.more]\nlevers = { outreach_share = 0.5 }\n"
CAP = "[factors.caseload_cap]\nlevels = [50, 75, 100]\n"


def study(text):
    return study_from(HEAD + text, "mine.toml")


@pytest.mark.parametrize(
    "path", sorted(EXPERIMENTS.rglob("*.toml")), ids=lambda path: path.relative_to(EXPERIMENTS).as_posix()
)
def test_every_study_we_ship_can_be_planned_and_says_why_it_is_there(path):
    found = load_study(path)
    assert found.why and plan_of(found).runs


def test_the_plan_of_support_and_caseload_cap_by_hand():
    """3 levels of support x 3 caps = 9 points, x 2 arms x 10 replications = 180 runs, none like another."""
    plan = plan_of(load_study(EXPERIMENTS / "support-and-caseload-cap.toml"))
    assert len(plan.points) == 9 and len(plan.runs) == 180 == len(plan.cells)
    first, second, third = plan.runs[:3]
    assert (first.point, first.arm, first.replication) == (0, "reactive", 0)
    assert (second.point, second.arm) == (0, "proactive") and (third.point, third.arm) == (1, "reactive")
    assert first.values == {"support_level": 0.39, "caseload_cap": 50}
    assert first.cell.scenario.value("caseload_cap", 9) == 50 and second.cell.scenario.value("outreach_share", 9) == 0.2


def test_the_study_in_the_documentation_is_one():
    """200 points x 2 arms x 10 replications = 4,000 runs, which is its budget."""
    page = (EXPERIMENTS.parent / "docs" / "sweeps.md").read_text("utf-8")
    plan = plan_of(study_from(page.split("```toml")[1].split("```")[0], "sweeps.md"))
    assert len(plan.runs) == 4000 == plan.study.budget and plan.study.seconds_per_run == 60


def test_a_study_without_arms_or_factors_is_its_base_ten_times():
    plan = plan_of(study('base = "no-service"'))
    assert [run.arm for run in plan.runs] == ["no-service"] * 10 and plan.points == ({},)


def test_seeds_are_alike_in_all_arms_and_points_and_differ_between_replications():
    plan = plan_of(study(TWO_ARMS + CAP + "[replications]\nn = 4"))
    by_replication = {
        run.replication: {r.cell.seed for r in plan.runs if r.replication == run.replication} for run in plan.runs
    }
    assert {len(seeds) for seeds in by_replication.values()} == {1}
    assert len(set.union(*by_replication.values())) == 4
    other = plan_of(study("seed = 2\n" + TWO_ARMS))
    assert not {run.cell.seed for run in other.runs} & set.union(*by_replication.values())


def test_the_seeds_of_a_study_never_meet_each_other():
    assert len({seed_of(7, replication) for replication in range(5000)}) == 5000


def test_one_at_a_time_is_the_base_and_each_value_alone():
    """The base, three caps, and both ends of a range: 1 + 3 + 2 = 6 points."""
    text = '[factors.strain.sd_trait]\nlow = 0.1\nhigh = 0.3\n[design]\nkind = "ofat"'
    points = plan_of(study(CAP + text)).points
    assert points == (
        {},
        {"caseload_cap": 50},
        {"caseload_cap": 75},
        {"caseload_cap": 100},
        {"strain.sd_trait": 0.1},
        {"strain.sd_trait": 0.3},
    )


def test_one_at_a_time_moves_a_factor_from_where_all_arms_have_it():
    text = "[arms.x]\nlevers = {caseload_cap = 60}\n" + CAP + "[design]\nkind = 'ofat'\n[replications]\nn = 1"
    caps = [run.cell.scenario.value("caseload_cap", 0) for run in plan_of(study(text)).runs]
    assert caps == [60, 50, 75, 100]


def test_a_latin_hypercube_meets_every_slice_of_every_factor_once():
    factors = (Factor("support_level", low=0.2, high=0.7), Factor("caseload_cap", levels=(50, 100)))
    points = Design("lhs", n=20, seed=3).points(factors)
    slices = sorted(int((point["support_level"] - 0.2) / 0.5 * 20) for point in points)
    assert slices == list(range(20))
    assert Counter(point["caseload_cap"] for point in points) == {50: 10, 100: 10}
    assert points == Design("lhs", n=20, seed=3).points(factors) != Design("lhs", n=20, seed=4).points(factors)


def test_a_list_is_taken_as_it_is():
    text = (
        '[design]\nkind = "list"\npoints = [{support_level = 1, toolkit = "on"}, {support_level = 0, toolkit = "off"}]'
    )
    plan = plan_of(study(text + "\n[replications]\nn = 1"))
    assert [run.cell.scenario.value("toolkit", 0) for run in plan.runs] == [1, 0]
    assert plan.study.factor_names == ("support_level", "toolkit")


def test_a_dated_lever_a_parameter_and_a_cut_are_part_of_an_arm():
    arms = study(
        "[arms.a]\n[arms.b]\nbase = 'supported-workforce'\n"
        "levers = { caseload_cap = [{from = 0, value = 75}, {from = 52, value = 50}] }\n"
        "parameters = { strain.sd_trait = 0.2 }\ncut = { 'burnout->intention' = 0.5 }"
    ).arms
    assert [arms["b"].value("caseload_cap", week) for week in (51, 52)] == [75, 50]
    assert arms["b"].parameters == {"strain.sd_trait": 0.2} and arms["b"].cut == {"burnout->intention": 0.5}
    assert arms["b"].value("support_level", 0) == 1 and arms["a"].value("support_level", 0) == 0.39


def test_more_replications_only_add_runs_at_the_end():
    few, many = (plan_of(study(TWO_ARMS + CAP + f"[replications]\nn = {n}")) for n in (2, 5))
    assert [run.cell.hash for run in many.runs[: len(few.runs)]] == [run.cell.hash for run in few.runs]


def test_points_may_have_replications_of_their_own_number():
    plan = plan_of(study(TWO_ARMS + CAP), counts=(1, 3, 2))
    assert Counter(run.point for run in plan.runs) == {0: 2, 1: 6, 2: 4}


def test_arms_that_are_alike_share_their_cells_unless_one_is_compared_with_the_other():
    text = "[arms.one]\n[arms.two]\n[replications]\nn = 3\n"
    alone = plan_of(study(text + '[outputs]\nmeasures = ["burnout_mean"]'))
    paired = plan_of(study(text))
    assert (len(alone.runs), len(alone.cells)) == (6, 3)
    assert (len(paired.runs), len(paired.cells)) == (6, 6)


def cell(**changes):
    content = {"scenario": load("today"), "against": None, "place": study("").place, "seed": 1, "weeks": 52}
    return Cell(**{**content, "measures": ("burnout_mean",), "weekly": False, **changes})


@pytest.mark.parametrize(
    "change",
    [
        {"scenario": load("today").with_changes({"caseload_cap": 50})},
        {"scenario": load("today").with_changes({"strain.sd_trait": 0.2})},
        {"scenario": load("today").with_cut(["burnout->intention"])},
        {"against": load("no-service")},
        {"place": study('place = "average-pcn"').place},
        {"seed": 2},
        {"weeks": 53},
        {"measures": ("burnout_mean", "share_crisis")},
        {"weekly": True},
        {"panel": 100},
        {"events": True},
    ],
    ids=str,
)
def test_whatever_makes_other_numbers_makes_another_cell(change):
    assert cell(**change).hash != cell().hash == cell().hash


def test_names_and_prose_make_no_other_cell():
    renamed = study_from(HEAD.replace("mine", "other") + 'why = "words"\n[arms.another]\n', "x.toml")
    assert plan_of(renamed).runs[0].cell.hash == plan_of(study("")).runs[0].cell.hash


def test_tasks_hold_every_cell_once_share_a_start_and_keep_pairs_together():
    plan = plan_of(study(TWO_ARMS + CAP + "[replications]\nn = 4"))
    tasks = list(tasks_of(plan.cells.values()))
    assert Counter(cell.hash for task in tasks for cell in task) == Counter(list(plan.cells))
    for task in tasks:
        assert len({cell.start for cell in task}) == 1
        assert all(
            one.against is None and two.against == one.scenario for one, two in zip(task[::2], task[1::2], strict=True)
        )
        assert sum(map(expected_seconds, task[:-2])) < TASK_SECONDS


def test_measures_are_all_by_default_and_in_the_order_of_their_declaration():
    assert study("").measures == tuple(MEASURES)
    two = study('[outputs]\nmeasures = ["burnout_mean", "share_crisis"]').measures
    assert two == tuple(name for name in MEASURES if name in ("burnout_mean", "share_crisis"))


def test_the_budget_is_what_the_plan_may_cost():
    text = TWO_ARMS + CAP + "[replications]\nn = 10\n[budget]\nruns = "
    assert len(plan_of(study(text + "60")).runs) == 60
    with pytest.raises(BadValue, match=r"3 points x 2 arms x 10 replications = 60 runs, more than its budget of 59"):
        plan_of(study(text + "59"))


def test_a_million_cells_need_a_budget_and_are_refused_before_they_are_made():
    many = "".join(
        f"[factors.{name}]\nlevels = {np.linspace(0, 1, 100).tolist()}\n"
        for name in ("support_level", "outreach_share", "awareness_campaign")
    )
    with pytest.raises(BadValue, match=r"1,000,000 points .* need a budget .* runs = 10000000"):
        plan_of(study(many))


BAD = {
    "no version": ('name = "x"', ("schema_version is missing", "must be 1")),
    "later version": (HEAD.replace("= 1", "= 9"), ("schema_version = 9", "must be 1")),
    "broken": (HEAD + "x = = 1", ("not valid TOML", "mine.toml")),
    "unknown key": (HEAD + "[replication]\nn = 1", ("'replication'", "Did you mean replications?", "mine.toml")),
    "unknown place": (HEAD + 'place = "sandbx"', ("'sandbx'", "sandbox")),
    "unknown base": (HEAD + 'base = "todya"', ("'todya'", "Did you mean today?")),
    "years": (HEAD + "years = 90", ("years = 90", "at most 50")),
    "no table": (HEAD + "arms = 3", ("arms", "[arms]")),
    "arm no table": (HEAD + "[arms]\nx = 3", ("arm 'x'", "[arms.x]")),
    "arm key": (HEAD + "[arms.x]\nlever = {}", ("'lever'", "arm 'x'", "Did you mean levers?")),
    "arm lever": (HEAD + "[arms.x]\nlevers = {suport_level = 1}", ("'suport_level'", "support_level")),
    "arm parameter": (HEAD + "[arms.x]\nparameters = {sd_trait = 1}", ("'sd_trait'", "arm 'x'")),
    "arm cut": (HEAD + "[arms.x]\ncut = {'burnout->intent' = 1}", ("burnout->intent", "burnout->intention")),
    "cut no table": (HEAD + "[arms.x]\ncut = 3", ("cut = 3", "arm 'x'", "must be a table")),
    "measure a list": (HEAD + "[outputs]\nmeasures = [['a']]", ("is not a measure", "['a']")),
    "distribution a list": (
        HEAD + "[factors.support_level]\nlow = 0\nhigh = 1\ndistribution = ['uniform']",
        ("not a distribution", "Did you mean uniform?"),
    ),
    "rule of a list": (
        HEAD + TWO_ARMS + "[replications]\nmeasure = ['burnout_mean']\nhalf_width = 0.1\nmost = 9",
        ("['burnout_mean']", "must be text"),
    ),
    "unknown factor": (HEAD + "[factors.caseload_cup]\nlevels = [1]", ("'caseload_cup'", "caseload_cap")),
    "unknown parameter": (HEAD + "[factors.strain.sd_trai]\nlevels = [1]", ("strain.sd_trai", "strain.sd_trait")),
    "no levels": (HEAD + "[factors.caseload_cap]\nlevels = []", ("caseload_cap", "at least one")),
    "empty factor": (HEAD + "[factors.caseload_cap]", ("caseload_cap", "is empty", "levels")),
    "impossible level": (HEAD + "[factors.support_level]\nlevels = [1.5]", ("support_level", "1.5", "upper bound")),
    "twice": (HEAD + "[factors.support_level]\nlevels = [0.5, 0.5]", ("support_level", "twice")),
    "range upside down": (HEAD + "[factors.support_level]\nlow = 0.9\nhigh = 0.1", ("low = 0.9", "below high = 0.1")),
    "range too wide": (HEAD + "[factors.support_level]\nlow = 0.1\nhigh = 3", ("support_level", "3", "upper bound")),
    "both": (HEAD + "[factors.support_level]\nlevels = [0.1]\nlow = 0.1", ("support_level", "one of them")),
    "range of words": (HEAD + "[factors.equity_rule]\nlow = 0\nhigh = 1", ("equity_rule", "levels")),
    "distribution": (
        HEAD + '[factors.support_level]\nlow = 0\nhigh = 1\ndistribution = "unifrom"',
        ("'unifrom'", "Did you mean uniform?"),
    ),
    "factor in an arm": (
        HEAD + TWO_ARMS + "[factors.outreach_share]\nlevels = [0.1]",
        ("outreach_share (arm 'more', ", "is a factor too", "out of the arm or out of the factors"),
    ),
    "factor in the only arm": (
        HEAD + "[arms.x]\nlevers = {caseload_cap = 9}\n" + CAP, ("caseload_cap (arm 'x', ", "is a factor too")
    ),
    "parameter in arms that agree": (
        HEAD + "".join(f"[arms.{x}.parameters.strain]\nsd_trait = 0.2\n" for x in "xy")
        + "[factors.'strain.sd_trait']\nlevels = [0.1]", ("strain.sd_trait (arm 'x', ", "is a factor too"),
    ),
    "point in an arm": (
        HEAD + TWO_ARMS + '[design]\nkind = "list"\npoints = [{outreach_share = 0.1}]',
        ("outreach_share (arm 'more', ", "is a factor too"),
    ),
    "factor in an arm, one at a time": (
        HEAD + TWO_ARMS + '[factors.outreach_share]\nlevels = [0.1]\n[design]\nkind = "ofat"',
        ("outreach_share", "'today' and 'more'", "set it differently"),
    ),
    "factor in the base of an arm": (
        HEAD + "[arms.x]\n[arms.y]\nbase = 'supported-workforce'\n[factors.support_level]\nlevels = [1]",
        ("support_level", "'x' and 'y', or what they are based on", "take it out of the factors"),
    ),
    "design": (HEAD + '[design]\nkind = "grit"', ("'grit'", "Did you mean grid?")),
    "grid of ranges": (HEAD + "[factors.support_level]\nlow = 0\nhigh = 1", ("grid", "levels", "support_level")),
    "lhs without n": (HEAD + CAP + '[design]\nkind = "lhs"', ("lhs", "n, the number of points")),
    "lhs of nothing": (HEAD + '[design]\nkind = "lhs"\nn = 3', ("lhs", "[factors.NAME]")),
    "grid with n": (HEAD + CAP + "[design]\nn = 3", ("n is for kind = 'lhs'",)),
    "empty list": (HEAD + '[design]\nkind = "list"', ("points = [",)),
    "uneven list": (
        HEAD + '[design]\nkind = "list"\npoints = [{support_level = 1}, {caseload_cap = 9}]',
        ("point 1", "caseload_cap", "support_level"),
    ),
    "bad point": (HEAD + '[design]\nkind = "list"\npoints = [{support_level = 7}]', ("point 0", "support_level", "7")),
    "no replications": (HEAD + "[replications]\nn = 0", ("n (replications, mine.toml) = 0", "1 to 100,000")),
    "both replications": (HEAD + TWO_ARMS + '[replications]\nn = 3\nmeasure = "burnout_mean"', ("not both",)),
    "half a rule": (HEAD + TWO_ARMS + '[replications]\nmeasure = "burnout_mean"', ("half_width is missing",)),
    "no pair": (
        HEAD + '[replications]\nmeasure = "burnout_mean"\nhalf_width = 0.1\nmost = 9',
        ("compare arms", "has one"),
    ),
    "rule not put out": (
        HEAD + TWO_ARMS + '[replications]\nmeasure = "burnout_mean"\nhalf_width = 0.1\nmost = 9\n'
        '[outputs]\nmeasures = ["share_crisis"]',
        ("burnout_mean", "not among outputs.measures"),
    ),
    "rule of no measure": (
        HEAD + TWO_ARMS + '[replications]\nmeasure = "burnout"\nhalf_width = 0.1\nmost = 9',
        ("'burnout'", "Did you mean burnout_mean?"),
    ),
    "key of a table": (HEAD + "[replications]\nm = 1", ("'m' is not a field of [replications]", "Known: batch")),
    "unknown measure": (HEAD + '[outputs]\nmeasures = ["burnout_meen"]', ("'burnout_meen'", "burnout_mean?")),
    "no measures": (HEAD + "[outputs]\nmeasures = []", ("outputs.measures", "at least one")),
    "weekly": (HEAD + '[outputs]\nweekly = "yes"', ("outputs.weekly", "true or false")),
    "panel": (HEAD + "[outputs]\npanel = 0", ("outputs.panel", "= 0", "at least 1")),
    "panel yes": (HEAD + "[outputs]\npanel = true", ("outputs.panel", "= True", "whole number")),
    "events": (HEAD + "[outputs]\nevents = 3", ("outputs.events", "true or false")),
    "budget": (HEAD + "[budget]\nruns = 0", ("budget.runs", "at least 1")),
    "limit": (HEAD + "[budget]\nseconds_per_run = -1", ("budget.seconds_per_run", "above 0")),
    "seed": (HEAD + "seed = -1", ("seed = -1",)),
}  # fmt: skip


@pytest.mark.parametrize(("text", "words"), BAD.values(), ids=BAD)
def test_a_bad_study_is_refused_with_what_would_be_right(text, words):
    with pytest.raises((BadFile, BadValue, UnknownName)) as problem:
        study_from(text, "mine.toml")
    assert all(word in str(problem.value) for word in (*words, "mine.toml")), str(problem.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SpAbmError, match=r"no-such\.toml cannot be read as a study"):
        load_study(tmp_path / "no-such.toml")


def test_a_study_finds_the_place_and_the_scenario_that_lie_beside_it(tmp_path):
    (tmp_path / "town.toml").write_text('name = "Town"\nresidents = 3000\nn_practices = 1\n', "utf-8")
    (tmp_path / "plan.toml").write_text('base = "today"\n[levers]\ncaseload_cap = 40\n', "utf-8")
    (tmp_path / "study.toml").write_text(HEAD + 'place = "town.toml"\nbase = "plan.toml"\n', "utf-8")
    found = load_study(tmp_path / "study.toml")
    assert found.place.residents == 3000 and found.arms["plan"].value("caseload_cap", 0) == 40
