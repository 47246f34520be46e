"""Acceptance of outreach: whatever shows outreach says that it is not known, and a comparison shows its whole range."""

import io
import json
from dataclasses import replace
from html import unescape

import numpy as np
import pytest

from sp_abm.acceptance import few_and_many
from sp_abm.caveats import OUTREACH_NOTE, goes_out
from sp_abm.cli import compare as compare_command
from sp_abm.cli import main
from sp_abm.comparison import compare
from sp_abm.errors import BadFile
from sp_abm.measures import MEASURES
from sp_abm.places import place
from sp_abm.scenario import Scenario, load
from sp_abm.simulation import Simulation
from sp_abm.story import tell
from sp_abm.viz.acceptance import KEY_MEASURES, range_in_words, with_acceptance, words_of_arm
from sp_abm.viz.files import made_file
from sp_abm.viz.pages.acceptance import acceptance_panel
from sp_abm.viz.pages.people import _of_outreach, _told
from sp_abm.viz.pages.running import Look
from sp_abm.viz.pages.story import ACCEPTED, STEPS, answer_to
from sp_abm.viz.report import report_of
from sp_abm.viz.report_html import as_html
from sp_abm.viz.runs import Store
from sp_abm.viz.saved import saved_report
from sp_abm.viz.slides import as_slides

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
    found = with_acceptance(comparison).acceptance["outreach-without-support"]
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
    few, many = with_acceptance(comparison).acceptance["today"].differences["referrals_per_1000_per_week"]
    assert many < few < 0
    assert np.isfinite([few, many]).all()


def test_nothing_is_run_or_said_where_nobody_does_outreach():
    comparison = compare(["today", "no-service"], seeds=1, years=0.1, workers=1)
    assert with_acceptance(comparison).acceptance == {} and words_of_arm(comparison, 1) == ""


def test_outreach_that_begins_later_is_outreach():
    assert goes_out(Scenario("later").with_changes({"outreach_share": [{"from": 104, "value": 0.2}]}).levers)
    assert not goes_out(Scenario("never").with_changes({"outreach_share": 0}).levers) and not goes_out({})


@pytest.fixture(scope="module")
def ranged():
    """Return a comparison of plans with and without outreach, with what acceptance leaves open."""
    arms = ["today", "supported-workforce", "outreach-with-support"]
    return with_acceptance(compare(arms, seeds=2, years=1, workers=1))


def test_a_page_has_the_range_of_the_command_line(ranged):
    """The store runs each end from the world that the plan was warmed up in, as the command does, seed by seed."""
    where, store = place("sandbox"), Store()
    made = store.accepted(store.comparison(ranged.scenarios, where, ranged.seeds, 1, lambda _: None), lambda _: None)
    assert made.acceptance == ranged.acceptance and list(made.acceptance) == ["outreach-with-support"]
    assert [words_of_arm(made, arm) for arm in (1, 2)] == ["", f"{OUTREACH_NOTE} {range_in_words(ranged, 2)}"]
    assert made.courses


def test_work_on_the_range_can_be_stopped(ranged):
    """Whoever moves a lever does not wait for it: the report is told every week, and may raise."""
    store, told = Store(), []
    made = store.comparison(ranged.scenarios[::2], place("sandbox"), (1,), 1, lambda _: None)

    def stop(done):
        told.append(done)
        raise InterruptedError

    with pytest.raises(InterruptedError):
        store.accepted(made, stop)
    assert len(told) == 1


def test_a_report_and_its_slides_have_the_range_of_each_plan_with_outreach(ranged, tmp_path):
    """In memory and from a folder alike: once for the plan that goes out, and not for the other."""
    pptx = pytest.importorskip("pptx")
    compare_command.save(ranged, tmp_path / "saved")
    said = range_in_words(ranged, 2)
    assert said.startswith("Differences from 20% to 85% accepting (2 paired runs): In distress")
    for report in (report_of(ranged), saved_report(tmp_path / "saved")):
        assert [plan.accepted for plan in report.plans] == ["", said] and OUTREACH_NOTE in report.notes
        assert unescape(as_html(report)).count(said) == 1
    slides = pptx.Presentation(io.BytesIO(as_slides(report))).slides
    texts = [shape.text_frame.text for slide in slides for shape in slide.shapes if shape.has_text_frame]
    assert sum(said in text for text in texts) == 1


def test_a_range_without_a_value_is_saved_and_shown_as_missing(ranged, tmp_path):
    """Nobody seen in a run: no wait to tell of, at one end or at both."""
    found = ranged.acceptance["outreach-with-support"]
    odd = replace(found, differences={**found.differences, "mean_wait_weeks": (float("nan"), 0.5)})
    compare_command.save(replace(ranged, acceptance={"outreach-with-support": odd}), tmp_path / "saved")
    assert "Wait for the first contact - weeks;" in saved_report(tmp_path / "saved").plans[1].accepted


@pytest.mark.parametrize(
    "damage",
    [
        {"differences": {"share_distres": [0, 1]}},
        {"differences": {"share_distress": [0]}},
        {"differences": {"share_distress": ["<b>", 1]}},
        {"accepting": [0.2]},
        {"accepting": "few"},
        {"seeds": 3},
    ],
)
def test_a_damaged_range_is_refused(ranged, tmp_path, damage):
    compare_command.save(ranged, tmp_path / "saved")
    path = tmp_path / "saved" / "comparison.json"
    content = json.loads(path.read_text("utf-8"))
    content["acceptance"]["outreach-with-support"] |= damage
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(BadFile, match=r"comparison\.json is damaged"):
        saved_report(tmp_path / "saved")


def test_a_saved_run_keeps_its_range_for_the_report(said_by, tmp_path):
    said_by("run", "outreach-with-support", *SHORT, "--out", str(tmp_path / "out"))
    shown = said_by("run", "outreach-with-support", *SHORT)
    report = saved_report(tmp_path / "out")
    assert report.plans[0].accepted in shown and "From 20% to 85%" in report.plans[0].accepted
    path = tmp_path / "out" / "provenance.json"
    about = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(about | {"acceptance": {"share_distres": [0, 1]}}), "utf-8")
    with pytest.raises(BadFile, match=r"provenance\.json: acceptance is damaged"):
        saved_report(tmp_path / "out")
    said_by("run", "today", *SHORT, "--out", str(tmp_path / "today"))
    assert saved_report(tmp_path / "today").plans[0].accepted == ""


def test_pages_tell_of_outreach_only_where_some_plan_goes_out(ranged):
    """As a table with a column for each plan that goes out, and a row for each measure."""
    shown = unescape(acceptance_panel(ranged))
    assert OUTREACH_NOTE in shown and ">outreach-with-support</th>" in shown and "supported-workforce" not in shown
    assert "Differences from today from 20% to 85% accepting (2 paired runs)" in shown
    assert shown.count("<tr>") == 1 + len(KEY_MEASURES)
    few, many = ranged.acceptance["outreach-with-support"].differences["referrals_per_1000_per_week"]
    label = MEASURES["referrals_per_1000_per_week"].label
    assert f'>{label}, per 1,000 residents a week</th><td class="number">{few:+.1f} to {many:+.1f}</td>' in shown
    assert acceptance_panel(compare(["today", "no-service"], seeds=1, years=0.1, workers=1)) == ""
    two = replace(ranged, scenarios=(*ranged.scenarios[:1], *[load(f"outreach-with{x}-support") for x in ("out", "")]))
    both = replace(two, acceptance=dict.fromkeys(two.arms[1:], ranged.acceptance["outreach-with-support"]))
    assert acceptance_panel(both).count(f"{few:+.1f} to {many:+.1f}<") == 2
    assert acceptance_panel(replace(two, acceptance={})).count("<table") == 0


def test_the_story_tells_of_outreach_in_the_step_that_goes_out_and_in_no_other(ranged):
    """With one number over the range, since a walk has room for no more."""
    said = words_of_arm(ranged, 2, ACCEPTED)
    assert said.startswith(OUTREACH_NOTE) and said.count(";") == 1 and "accepting (2 paired runs): In distress" in said
    by_name = dict(zip(ranged.arms, ranged.scenarios, strict=True))
    for step in STEPS:
        if step.scenario in ("supported-workforce", "outreach-with-support"):
            arm = ranged.arms.index(step.scenario)
            two = replace(
                ranged,
                scenarios=(by_name["today"], by_name[step.scenario]),
                values=ranged.values[:, [0, arm]],
                moves=ranged.moves[:, [0, arm]],
                first=(ranged.first[0], ranged.first[arm]),
            )
            answer = unescape(answer_to(step, two, Look(), "")[0])
            assert (said in answer) == (OUTREACH_NOTE in answer) == (step.scenario == "outreach-with-support")


def test_a_report_taken_from_a_page_has_the_range():
    query = "scenario=outreach-with-support&years=1&runs=1"
    page = unescape(made_file("report.html", query).content.decode())
    assert "Differences from 20% to 85% accepting (1 paired run)" in page


@pytest.mark.parametrize(("kind", "number"), [("citizen", 12), ("link worker", 0)])
def test_a_story_tells_what_few_and_what_many_accepting_would_change(kind, number):
    """Each end is the same life told of that scenario; where it parts from what is told, both say so in that week."""
    arm = load("outreach-with-support")
    story = tell(kind, number, ("today", arm), years=2)
    assert [(each.scenario, each.accepting) for each in story.accepted] == [(arm.name, 0.2), (arm.name, 0.85)]
    for each, other in zip(story.accepted, few_and_many(arm), strict=True):
        again = tell(kind, number, ("today", other), years=2).worlds[1]
        assert each.at_end == again.at_end
        told = story.worlds[1].happenings
        if each.parting is None:
            assert again.happenings == told and each.told.endswith("goes as it is told.")
        else:
            assert f"parts from what is told in week {each.parting.week}: " in each.told
            before = [[at for at in life if at.week < each.parting.week] for life in (told, again.happenings)]
            assert before[0] == before[1]
    assert any(each.parting for each in story.accepted)
    said = [OUTREACH_NOTE, *(each.told for each in story.accepted)]
    assert _of_outreach(story) == said and all(each in unescape(_told(story)) for each in said)
    assert [each["at_end"] for each in story.as_dict()["acceptance"]] == [each.at_end for each in story.accepted]


def test_a_story_without_outreach_says_nothing_of_it():
    story = tell("citizen", 12, years=0.2)
    assert not story.has_outreach and "acceptance" not in story.as_dict() and _of_outreach(story) == []


@pytest.mark.parametrize(
    "command",
    [
        ("evaluate", "outreach-with-support", "--place", "sandbox", "--seeds", "1", "--years", "2"),
        (
            "loops",
            "outreach-with-support",
            "--seeds",
            "1",
            "--years",
            "0.2",
            "--part",
            "shares",
            "--measure",
            "burnout_mean",
        ),
    ],
)
def test_a_study_that_is_not_run_over_the_range_says_how_to_see_its_ends(said_by, command, tmp_path):
    """In the terminal, and at the foot of the figure that goes with it."""
    said = said_by(*command, "--out", str(tmp_path / "out"))
    ends = "--set outreach.p_accepts=0.2 and with --set outreach.p_accepts=0.85"
    assert f"{OUTREACH_NOTE} What it leaves open is seen with {ends}." in said
    drawn = "".join(path.read_text("utf-8") for path in (tmp_path / "out").rglob("*.svg"))
    assert drawn.count("the share is assumed") >= 1
    assert NOTE not in said_by(command[0], "supported-workforce", *command[2:])


def test_a_picture_of_outreach_comes_with_its_range_drawn_now_or_from_a_folder(said_by, tmp_path):
    """The words are those of `run` with the same seed; a folder has them as they were saved, or not at all."""
    run = ("outreach-with-support", "--years", "0.5")
    said = said_by("run", *run, "--out", str(tmp_path / "out"))
    accepted = saved_report(tmp_path / "out").plans[0].accepted
    assert accepted in said
    drawn = ("figure", "stages", "--scenario", run[0], *run[1:])
    assert accepted in said_by(*drawn)
    assert accepted in said_by(*drawn, "--out", str(tmp_path / "stages.svg"))
    assert json.loads(said_by(*drawn, "--json"))["acceptance"] == accepted
    assert "accepting" not in said_by(*drawn, "--no-acceptance-range")
    assert accepted in said_by("figure", "stages", "--scenario", str(tmp_path / "out"))
    assert "acceptance" not in json.loads(said_by("figure", "stages", "--years", "0.5", "--json"))
