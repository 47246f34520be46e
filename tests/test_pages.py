"""Pages of the dashboard: what a link leads to, what a click changes, and how a life or an answer is put into words."""

import csv
from dataclasses import replace
from datetime import date
from html import unescape

import numpy as np
import pytest

from sp_abm.comparison import Comparison
from sp_abm.errors import BadValue, SpAbmError, UnknownName
from sp_abm.measures import MEASURES
from sp_abm.places import place
from sp_abm.scenario import load
from sp_abm.story import Story
from sp_abm.story.parting import Parting
from sp_abm.story.telling import Told
from sp_abm.story.watch import Happening
from sp_abm.viz import files
from sp_abm.viz.asked import Asked, asked_in
from sp_abm.viz.files import made_file
from sp_abm.viz.pages import explore, people
from sp_abm.viz.pages import story as walk
from sp_abm.viz.pages.compare import pairs_of, plans_in
from sp_abm.viz.pages.running import Look, Outcome, in_plain_words, seeds_of, steps_of

MOVED = asked_in("scenario=today&place=average-pcn&seed=7&years=4&runs=20&support_level=0.9")


@pytest.mark.parametrize(
    ("search", "step"),
    [("", 0), ("step=1", 0), ("step=3", 2), ("step=6", 5), ("step=7", 0), ("step=0", 0), ("step=-1", 0), ("step=03", 0),
     ("step=", 0), ("theme=dark&step=2", 1)],
)  # fmt: skip
def test_a_link_names_a_step_of_the_walk_or_leads_to_its_beginning(search, step):
    assert walk.step_in(search) == step


def test_a_step_is_run_where_and_as_long_as_asked_under_its_own_scenario_alone():
    for step in walk.STEPS:
        plan = walk.plan_of(step, MOVED)
        assert (plan.place, plan.seed, plan.years) == ("average-pcn", 7, 4) and plan.lever("support_level") != 0.9
    fewer, supported = (walk.plan_of(step, MOVED).resolved() for step in walk.STEPS[2:4])
    assert fewer.name == "a third fewer posts" and fewer.value("posts_per_10000", 0) == 0.3
    assert supported.name == "supported-workforce" == walk.STEPS[3].scenario


def a_comparison(**levels):
    """Return one pair of runs: 1 in both arms but where (today, plan) is given by measure."""
    values = np.ones((1, 2, len(MEASURES)))
    for name, pair in levels.items():
        values[0, :, list(MEASURES).index(name)] = pair
    arms = (load("today"), load("supported-workforce"))
    return Comparison(arms, place("sandbox"), 3, (1,), values, np.zeros((1, 2, 5, 5)), ())


def test_a_steps_answer_names_todays_level_only_where_it_is_another():
    made = a_comparison(n_waiting=(40, 60))
    plan = unescape(walk.answer_to(walk.STEPS[2], made, Look(), "")[0])
    assert "People waiting for a first contact, people: 60.0; today 40.0 (+20.0, 95% -)." in plan and "one run" in plan
    alone = unescape(walk.answer_to(replace(walk.STEPS[2], scenario="today"), made, Look(), "")[0])
    assert "People waiting for a first contact, people: 60.0." in alone and "40.0" not in alone


def test_a_link_names_whose_life_is_told_and_beside_which_world():
    assert people.whom_in("") == people.Whom("citizen", "", "") and people.whom_in("").world == "no-service"
    post = people.whom_in("kind=link+worker&person=0000003&place=sandbox")
    assert (post.kind, post.person, post.world) == ("link worker", "0000003", "supported-workforce")
    assert people.whom_in("kind=link+worker&other=today").world == "today"


@pytest.mark.parametrize("search", ["person=12345678", "person=-1", "person=1.5", "kind=GP", "other=tody"])
def test_a_link_to_nobody_is_refused(search):
    with pytest.raises(BadValue if "person" in search else UnknownName):
        people.whom_in(search)


def told(scenario, *happenings, at_end="thriving"):
    return Told(scenario, date(2025, 1, 6), "off balance", at_end, tuple(Happening(*each) for each in happenings))


def test_two_lives_stand_beside_each_other_week_by_week_and_say_where_they_are_the_same():
    """Weeks 2 and 9 of the one, 2 and 5 of the other: three rows between start and end, in order of time."""
    ill = (2, "life_events", "fell physically <ill>")
    one = told("today", ill, (9, "transitions", "distress began", "while lonely"), at_end="pre-crisis")
    other = told("no-service", ill, (2, "influence", "became lonely"), (5, "turnover", "found work"))
    split = Parting(2, "in A: nothing", "it came from others")
    lives = people._told(Story("citizen", 4, "the man", place("sandbox"), 1, 52, (one, other), split))
    assert "The two worlds part in week 2: in A: nothing. Why: it came from others.<" in lives
    rows = [[cell.split("</")[0].rpartition(">")[2] for cell in row.split("<td")] for row in lives.split("<tr>")[2:]]
    assert rows == [
        ["at the start", "off balance", "the same"],
        ["week 2", "Fell physically &lt;ill&gt;.", "Fell physically &lt;ill&gt;. Became lonely."],
        ["week 5", "", "Found work."],
        ["week 9", "Distress began (while lonely).", ""],
        ["at the end", "pre-crisis", "thriving"],
    ]
    alike = people._told(Story("citizen", 4, "the man", place("sandbox"), 1, 52, (one, one), None))
    assert "never part" in alike and alike.count("<td>the same</td>") == 4


def test_plans_of_a_comparison_share_place_luck_and_time_and_have_names_of_their_own():
    first = "scenario=today&place=average-pcn&seed=5&years=2"
    links = [
        first,
        "scenario=supported-workforce&seed=9",
        "scenario=supported-workforce&years=9&support_level=0.5&name=today",
    ]
    found = plans_in("&".join("plan=" + link.replace("&", "%26").replace("=", "%3D") for link in links), Asked())
    assert {(plan.place, plan.seed, plan.years) for plan in found} == {("average-pcn", 5, 2)}
    assert [plan.resolved().name for plan in found] == ["today 2", "supported-workforce", "today 3"]
    assert [plan.lever("support_level") for plan in found] == [0.39, 1, 0.5]
    usual = plans_in("", MOVED)
    assert [plan.is_changed for plan in usual] == [False] * 3 and {plan.years for plan in usual} == {4}
    with pytest.raises(BadValue, match="compares 5 plans; this page compares 4 at most"):
        plans_in("plan=a&" * 5, Asked())
    assert (pairs_of(usual), pairs_of((Asked(),))) == (1, 10)


def test_a_comparison_is_taken_away_with_every_difference_and_no_plans_name_is_a_formula(monkeypatch):
    made = a_comparison(n_waiting=(40, 60))
    made = replace(made, scenarios=(made.scenarios[0], replace(made.scenarios[1], name="=1+1")))
    monkeypatch.setattr(files, "compared", lambda plans: made)
    rows = list(csv.reader(made_file("comparison.csv", "plan=name%3D%3D1%2B1").content.decode().splitlines()))
    assert rows[0] == ["arm", "measure", "mean", "low", "high", "verdict", "interval_of"]
    assert {row[0] for row in rows[1:]} == {"'=1+1"} and [row[1] for row in rows[1:]] == list(MEASURES)
    assert rows[1 + list(MEASURES).index("n_waiting")][2:] == ["20.0", "", "", "too few runs", ""]


def test_a_choice_on_the_page_changes_that_alone_and_begins_with_few_runs():
    assert explore.changed(MOVED, "scenario", "no-service") == Asked("no-service", "average-pcn", seed=7, years=4)
    assert explore.changed(MOVED, "place", "sandbox") == replace(MOVED, place="sandbox", runs=0)
    assert explore.changed(MOVED, "years", 10) == replace(MOVED, years=10, runs=0)
    assert explore.changed(MOVED, "seed", "8") == replace(MOVED, seed=8, runs=0)
    capped = explore.changed(MOVED, "caseload_cap", 40)
    assert (capped.lever("caseload_cap"), capped.lever("support_level"), capped.runs) == (40, 0.9, 0)
    assert explore.preset(MOVED, 3) == Asked("outreach-with-support", "average-pcn", seed=7, years=4)


@pytest.mark.parametrize(("field", "value"), [("years", 11), ("years", "two"), ("seed", -1), ("caseload_cap", 501)])
def test_a_choice_beyond_the_bounds_is_refused(field, value):
    with pytest.raises(SpAbmError):
        explore.changed(Asked(), field, value)


def test_a_slider_reaches_as_far_as_the_value_it_shows():
    slider = explore._lever(Asked().with_lever("posts_per_10000", 12), "posts_per_10000")
    assert (slider["low"], slider["value"], slider["high"], slider["today"]) == (0, 12, 12, 0.45)
    low = explore._lever(Asked().with_lever("caseload_cap", 10), "caseload_cap")
    assert (low["low"], low["high"]) == (10, 110)


def test_pairs_take_the_seeds_from_the_one_asked_for_and_come_five_by_five():
    assert seeds_of(replace(MOVED, seed=5), 3) == (5, 6, 7)
    assert list(steps_of(replace(MOVED, runs=12), place("average-pcn"))) == [1, 6, 11, 12]
    assert list(steps_of(Asked(runs=16), place("sandbox"))) == [1, 5, 10, 15, 16]


def test_what_is_shown_answers_a_question_in_however_many_pairs():
    shown = Outcome(MOVED, a_comparison(), Look())
    assert shown.is_of(replace(MOVED, runs=0)) and not shown.is_of(replace(MOVED, seed=8))


def test_only_the_visitors_own_mistakes_are_told_in_their_words():
    assert in_plain_words(None) == ""
    assert in_plain_words(BadValue("seed = -1")) == "seed = -1"
    assert in_plain_words(ZeroDivisionError("secret")) == (
        "Something went wrong (ZeroDivisionError); the terminal says more."
    )
