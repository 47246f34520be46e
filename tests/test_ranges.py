"""Ranges: with plausible sets a page has the numbers of `compare --plausible`, and says what its ranges are of."""

import csv
import io
import json
import re
import shlex
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from sp_abm.cli import compare as compare_command
from sp_abm.cli import main
from sp_abm.comparison import compare
from sp_abm.errors import BadValue
from sp_abm.places import place
from sp_abm.plausible import needed_sets
from sp_abm.viz import strengths
from sp_abm.viz.again import as_command, as_python, as_toml
from sp_abm.viz.asked import Asked, asked_in
from sp_abm.viz.differences import intervals
from sp_abm.viz.drawn import material_of
from sp_abm.viz.figures import FIGURES
from sp_abm.viz.findings import as_csv, findings, range_of, ranges_in_words, runs_in_words
from sp_abm.viz.headline import doubt
from sp_abm.viz.pages import running
from sp_abm.viz.pages.cards import ranges_card
from sp_abm.viz.pages.compare import link_of, plans_in
from sp_abm.viz.pages.explore import PRESETS, changed, origin, preset
from sp_abm.viz.pages.live import _said as said_of_links
from sp_abm.viz.pages.markup import findings_table
from sp_abm.viz.pages.running import Look, Outcome, arms_of, n_sets_of, seeds_of, sets_of
from sp_abm.viz.pages.story import STEPS, plan_of, said_of
from sp_abm.viz.report import report_of
from sp_abm.viz.report_html import as_html
from sp_abm.viz.runs import Store
from sp_abm.viz.saved import saved_report
from sp_abm.viz.strengths import Strengths
from sp_abm.viz.theme import LIGHT

ALONE = Asked("supported-workforce", years=1)
WIDE = replace(ALONE, plausible=True)
OF_TWO = "luck and 2 plausible sets of parameters"
STORE = Store()
"""One for all tests, as the dashboard has one for all visitors."""


def made(asked, pairs=2):
    return STORE.comparison(
        arms_of(asked), place(asked.place), seeds_of(asked, pairs), asked.years, lambda _: None, sets=sets_of(asked)
    )


def told(capsys, command):
    """Return what a command prints as JSON."""
    with pytest.raises(SystemExit) as end:
        main([*shlex.split(command)[1:], "--json"])
    assert end.value.code == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("order", [(ALONE, WIDE), (WIDE, ALONE)])
def test_pairs_with_and_without_sets_are_those_of_compare_and_never_mix(order):
    """The same seeds: whichever a visitor asks first, the other does not get its numbers."""
    store = Store()
    for asked in order:
        page = store.comparison(
            arms_of(asked), place("sandbox"), (3, 4), 1, lambda _: None, sets=running.sets_of(asked)
        )
        same = compare(arms_of(asked), "sandbox", [3, 4], 1, plausible=asked.plausible, workers=1)
        assert np.array_equal(page.values, same.values, equal_nan=True)
        assert np.array_equal(page.moves, same.moves)
        assert page.n_sets == same.n_sets == 2 * asked.plausible
        hashes = [[run.provenance["scenario_hash"] for run in each.first] for each in (page, same)]
        assert hashes[0] == hashes[1] == [page.scenario(arm, 0).hash for arm in (0, 1)]
    assert not np.array_equal(made(ALONE).values, made(WIDE).values)


def test_every_further_pair_takes_the_next_set_and_keeps_those_there_are():
    two, three = made(WIDE), made(WIDE, 3)
    assert np.array_equal(three.values[:2], two.values, equal_nan=True)
    assert len({three.scenario(1, position).hash for position in range(3)}) == 3
    assert [three.scenario(0, k).parameters for k in range(3)] == [dict(each) for each in needed_sets()[:3]]


@pytest.mark.parametrize("asked", [WIDE, replace(WIDE, seed=3).with_lever("support_level", 0.8)])
def test_the_command_of_the_first_run_gives_the_run_that_is_shown_with_its_hash(asked, capsys):
    run = made(asked, 1).first[1]
    again = told(capsys, as_command(asked))
    for key in ("seed", "weeks", "scenario_hash"):
        assert run.provenance[key] == again["provenance"][key]
    assert run.provenance["scenario_hash"] != asked.resolved().hash
    shown = {name: value["value"] for name, value in again["measures"].items()}
    assert shown == {name: float(value) if np.isfinite(value) else None for name, value in run.summary.items()}


def test_the_command_of_all_pairs_gives_the_differences_of_the_page(capsys, tmp_path, monkeypatch):
    asked = replace(WIDE, parameters=(("strain.rate_up_per_week", 0.07),))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "supported-workforce-changed.toml").write_text(as_toml(asked), "utf-8")
    page, again = made(asked), told(capsys, f"{as_command(asked, 2)} --workers 1")
    assert again["plausible_sets"] == 2
    for measure, found in again["differences"][page.arms[1]].items():
        ours = page.difference(1, measure)
        assert [found[end] for end in ("mean", "low", "high")] == [
            float(end) if np.isfinite(end) else None for end in (ours.mean, ours.low, ours.high)
        ]


def test_the_lines_of_python_give_the_run_that_is_shown_and_pairs_with_sets():
    known: dict[str, object] = {}
    exec(as_python(WIDE), known)
    run = made(WIDE, 1).first[1]
    assert known["results"].provenance["scenario_hash"] == run.provenance["scenario_hash"]
    assert known["results"].summary.equals(run.summary)
    assert "seeds=range(1, 3), place='sandbox', years=1, plausible=True)" in as_python(WIDE, 2)
    assert "plausible" not in as_python(ALONE) + as_python(ALONE, 2) + as_command(ALONE) + as_command(ALONE, 2)


def test_where_the_plan_sets_a_parameter_of_the_sets_itself_the_command_leaves_it_alone():
    name = next(iter(needed_sets()[0]))
    asked = replace(WIDE, parameters=((name, needed_sets()[0][name] * 1.01),))
    assert as_command(asked).count(f"--set {name}=") == 1
    assert len(re.findall(r"--set ", as_command(asked))) == len(needed_sets()[0])


def test_words_beside_a_range_say_of_what_it_is_wherever_it_is_shown():
    alone, wide = made(ALONE), made(WIDE)
    for comparison, held in ((alone, "luck alone"), (wide, OF_TWO)):
        said = f"Ranges are of {held}."
        material = material_of(comparison)
        assert doubt(comparison) == f"2 pairs of runs: too few for a verdict, which needs 10. {said}"
        chart = intervals(comparison, "Some", ["share_crisis"], LIGHT)
        assert said in chart.description and f"its 95% interval, of {held}; hollow" in chart.notes[0]
        assert said in FIGURES["fans"].picture(material).description
        for name in ("fans", "moved", "equity", "theory-of-change"):
            assert said in " ".join(FIGURES[name].picture(material).notes), name
        assert f"Every measure; 95% intervals are of {held}" in findings_table(
            "Every measure", findings(comparison), "a", "b"
        )
        rows = list(csv.DictReader(io.StringIO(as_csv(findings(comparison)))))
        assert {row["interval_of"] for row in rows if row["low"]} == {held}
        assert {row["interval_of"] for row in rows if not row["low"]} == {""}
        assert said in report_of(comparison).notes
        assert as_html(report_of(comparison)).count(held) >= 3


def test_one_run_has_no_range_and_says_of_which_set_it_is():
    one = made(WIDE, 1)
    assert doubt(one).endswith("the same luck and the first plausible set of parameters: the difference may be chance.")
    assert (
        "Ranges" not in doubt(one) and "95%" not in findings_table("All", findings(one), "a", "b").split("<thead>")[0]
    )
    line = origin(Outcome(WIDE, one, Look()))
    assert f"· plausible set 1 of {len(needed_sets())} · hash {one.scenario(1, 0).hash} ·" in line
    assert "plausible" not in origin(Outcome(ALONE, made(ALONE, 1), Look()))


def test_numbers_of_sets_are_counted_in_words():
    assert [range_of(n) for n in (0, 1, 20)] == [
        "luck alone",
        "luck and 1 plausible set of parameters",
        "luck and 20 plausible sets of parameters",
    ]
    assert ranges_in_words(1, 0) == ranges_in_words(1, 1) == ""
    assert runs_in_words(10, 10) == runs_in_words(10) == "10 pairs of runs"
    assert [n_sets_of(WIDE, 5), n_sets_of(WIDE, 50), n_sets_of(ALONE, 5)] == [5, len(needed_sets()), 0]


def test_what_compare_saves_with_sets_is_reported_as_such(tmp_path):
    found = compare(arms_of(ALONE), "sandbox", 2, 1, plausible=True, workers=1)
    compare_command.save(found, tmp_path / "saved")
    saved, live = saved_report(tmp_path / "saved"), report_of(found)
    assert saved.notes == live.notes and saved.origin == live.origin
    assert f"Ranges are of {OF_TWO}." in saved.notes
    assert saved.plans[0].findings == live.plans[0].findings
    hashes = [found.scenario(arm, 0).hash for arm in (0, 1)]
    assert [line.rpartition("hash ")[2] for line in saved.origin[1:]] == hashes
    assert "with the first plausible set of parameters" in saved.origin[1]


def test_whatever_is_changed_on_a_page_the_choice_of_the_range_goes_along():
    for other in (preset(WIDE, 0), changed(WIDE, "scenario", "today"), changed(WIDE, "years", 2)):
        assert other.plausible and other != WIDE
    assert all(plan_of(step, WIDE).plausible and not plan_of(step, ALONE).plausible for step in STEPS)
    assert {preset(WIDE, k).scenario for k in range(4)} == {name for name, _ in PRESETS}
    assert "plausible=1" in WIDE.query() and "plausible" not in ALONE.query()
    assert asked_in("scenario=today").plausible is asked_in("plausible=0", WIDE).plausible is False


def test_a_step_of_the_story_without_a_plan_speaks_of_no_range():
    level, change = STEPS[0], STEPS[3]
    assert [said_of(level, 10, n) for n in (0, 10)] == [
        "10 pairs of runs.",
        "10 pairs of runs, with 10 plausible sets of parameters.",
    ]
    assert said_of(change, 10, 0) == "10 pairs of runs. Ranges are of luck alone."
    assert said_of(change, 1, 1).startswith("One run of each, with the same luck and the first plausible set")


def test_all_plans_of_a_comparison_have_ranges_of_the_same():
    page = asked_in("scenario=today&plausible=1")
    assert {plan.plausible for plan in plans_in("", page)} == {True}
    mixed = plans_in(f"plan={ALONE.query().replace('&', '%26').replace('=', '%3D')}&plan=plausible%3D1", Asked())
    assert {plan.plausible for plan in mixed} == {False}
    for chosen in (True, False):
        link = urlsplit(link_of(page, mixed, chosen)).query
        again = plans_in(link, asked_in(link, known=["plan"]))
        assert [replace(plan, plausible=False) for plan in again] == list(mixed)
        assert {plan.plausible for plan in again} == {chosen}
        assert ("plausible" in parse_qs(link)) is chosen


def test_a_choice_that_is_neither_is_refused_in_words():
    with pytest.raises(BadValue, match=r"plausible = ‘yes’ \(the link\) must be a whole number from 0 to 1\."):
        asked_in("plausible=yes")


@pytest.mark.parametrize(("asked", "n_sets"), [(ALONE, 0), (WIDE, 2)])
def test_what_links_add_is_measured_with_the_sets_in_turn_and_says_so(asked, n_sets, monkeypatch):
    taken = []

    def measured(base, plan, where, seed, weeks, measures, names, way):
        taken.append((base.hash, plan.hash, seed))
        return {name: [seed * (name == "whole")] * len(measures) for name in ("whole", *names)}

    monkeypatch.setattr(strengths, "measured", measured)
    kept, pairs = Strengths(Store()), made(asked)
    found = kept.carried(arms_of(asked), place("sandbox"), (1, 2), 1, lambda _: None, sets_of(asked))
    assert {*taken} == {(pairs.scenario(0, k).hash, pairs.scenario(1, k).hash, k + 1) for k in (0, 1)}
    assert found.n_sets == n_sets and said_of_links(found, True).endswith(f"Ranges are of {range_of(n_sets)}.")
    assert f"its interval is of {range_of(n_sets)}" in found.material("burnout_mean").strengths_of
    assert kept.is_known(arms_of(asked), place("sandbox"), (1, 2), 1, sets_of(asked))
    assert not kept.is_known(arms_of(asked), place("sandbox"), (1, 2), 1, () if asked.plausible else needed_sets())


def test_the_card_of_the_ranges_says_how_many_sets_there_are_and_where_they_come_from():
    card, sets = unescape(ranges_card()), needed_sets()
    assert f"{len(sets)} sets of {len(sets[0])} parameters" in card
    assert "sp-abm calibrate --sets 20" in card and "record calibration.json" in card and "not fitted" in card


def test_a_plan_that_a_set_contradicts_is_refused_in_words_and_runs_with_luck_alone():
    """Posts filled within 10 to 11 weeks: the first set has 11.4 weeks at least, which is more than the plan's most."""
    longest = needed_sets()[0]["staffing.min_weeks_to_fill"] - 0.1
    asked = replace(ALONE, parameters=(("staffing.max_weeks_to_fill", longest),))
    assert asked.resolved().parameter_set().staffing.min_weeks_to_fill < longest
    with pytest.raises(BadValue, match=r"staffing\.min_weeks_to_fill = 11\.\d+ weeks is above"):
        made(replace(asked, plausible=True), 1)
