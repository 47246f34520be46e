"""What pages say in words beside the numbers that are put in: the same tables and the model bear it out."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from experiments.common import each, where
from experiments.reproduce import scripts

from sp_abm.comparison import CLEAR
from sp_abm.evidence import targets
from sp_abm.places import place
from sp_abm.schedule import WEEK
from sp_abm.viz.figures import FIGURES

ROOT = Path(__file__).parents[1]
STUDIES = ROOT / "experiments"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "experiments").rglob("*.md"))]
TEXTS = {path: " ".join(path.read_text("utf-8").split()) for path in PAGES}
README, FINDINGS = (TEXTS[ROOT / page] for page in ("README.md", "docs/findings.md"))
DENSER = re.compile(r"(\S+) times (?:as many link workers per resident|as dense as today|today's density)")
WORDS = {17: "seventeen", 19: "nineteen"}


def rows(name, **which):
    found = each(where(scripts()[name].found, **which))
    assert found, which
    return found


def is_fewer(row):
    return row.verdict == CLEAR and row.mean < 0


@pytest.mark.parametrize(
    "path", [path for path in PAGES if DENSER.search(TEXTS[path])], ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_the_sandbox_is_as_many_times_denser_as_pages_say(path):
    said = set(DENSER.findall(TEXTS[path]))
    assert said == {str(round(place("sandbox").posts_multiplier))}


def test_caps_from_50_to_110_change_distress_by_no_more_than_luck_and_lower_ones_by_more():
    assert all("rom 50 to 110" in page for page in (README, FINDINGS))
    found = rows("caps_and_waiting", measure="share_distress", against="a cap of 75")
    assert {row.caseload_cap: row.verdict == CLEAR for row in found} == {25: True, 35: True, 50: False, 110: False}
    assert len(found) == 8


def test_a_before_after_comparison_finds_about_four_times_the_truth():
    assert "about four times the truth" in FINDINGS
    said = {row.arm: row.mean for row in rows("evaluation_laboratory", measure="distress", weeks=52, against="")}
    assert round(said["before_after"] / said["truth"]) == 4


def test_the_order_no_longer_shows_from_the_fourth_year_on_and_did_before():
    assert "from the fourth year on the order no longer shows in burnout or leaving" in FINDINGS
    found = rows("support_or_outreach_first", arm="support-first", against="outreach-first")
    service = [row for row in found if row.measure in ("burnout_mean", "expected_leaving_rate_per_year")]
    late = [row for row in service if row.period in {f"year {year}" for year in range(4, 11)}]
    assert len(late) == 14 and not any(row.verdict == CLEAR for row in late)
    assert all(is_fewer(row) for row in service if row.period == "years 1 and 2")


def test_no_way_to_look_for_people_lowers_distress_in_all():
    assert "None lowers distress in all." in FINDINGS
    assert not any(is_fewer(row) for row in rows("equity_of_targeting", measure="share_distress", against="today"))


def test_the_best_of_the_plans_is_the_one_that_is_called_best_and_there_are_so_many():
    assert "among the best of 64 plans (with a cap of 100 the best of all)" in FINDINGS
    cells = rows("headline_sandbox", study="headline", measure="share_distress", against="")
    found = rows("headline_sandbox", study="headline", measure="share_distress", against="today")
    best, next_best = sorted(found, key=lambda row: row.mean)[:2]
    assert len(cells) == 64 and (best.arm, best.support_level, best.caseload_cap) == ("tenth-everyone", 0.9, 100)
    assert (next_best.arm, next_best.support_level, next_best.caseload_cap) == ("tenth-everyone", 0.9, 75)


def test_in_a_real_borough_outreach_raises_distress_at_every_support_and_cap_and_the_best_plans_have_none():
    page = TEXTS[ROOT / "experiments" / "headline" / "README.md"]
    assert "with outreach distress is higher at every level of support and every cap" in page
    found = rows("headline", study="headline", measure="share_distress", against="none")
    assert len(found) == 48 and all(row.mean > 0 for row in found)
    assert sum(row.verdict == CLEAR for row in found) == 46
    assert "the least distress has much support, a cap of 75 or 100 and no outreach" in page
    ordered = sorted(
        rows("headline", study="headline", measure="share_distress", against="today"), key=lambda row: row.mean
    )
    best = {(row.arm, row.support_level, row.caseload_cap) for row in ordered[:2]}
    assert best == {("none", 0.9, 100), ("none", 0.9, 75)}


def test_the_headline_study_is_as_large_and_as_sure_as_it_was_to_be():
    found = rows("headline", study="headline", measure="expected_leaving_rate_per_year", against="none")
    assert {row.n for row in found} == {20} and all((row.high - row.low) / 2 < 0.03 for row in found)
    cells = rows("headline", study="headline", measure="burnout_mean", against="")
    assert len({(row.arm, row.support_level, row.caseload_cap) for row in cells}) == 4 * 4 * 4
    corners = rows("headline", study="corners", measure="posts", against="")
    assert len(corners) == 16 and {row.n for row in corners} == {20}


def test_what_other_models_leave_within_luck_is_all_of_people_in_distress():
    """The sign that the screening does not find sure is the one that no other model shows clearly."""
    assert "the rest, all of people in distress, are within luck" in FINDINGS
    found = rows("structural_alternatives", against="reactive")
    clear = {(row.arm, row.measure) for row in found if row.alternative == "as it is" and row.verdict == CLEAR}
    faded = [row for row in found if (row.arm, row.measure) in clear and row.verdict != CLEAR]
    assert {row.measure for row in faded} == {"share_distress"}
    assert sum(row.arm == "supported-outreach" for row in faded) == 4
    assert all("do not quote that sign" in page for page in (README, FINDINGS))


def test_however_many_accept_outreach_it_raises_distress_in_a_real_borough():
    assert "whoever is asked first and however many accept, which nobody has measured" in README
    found = rows("acceptance_range", measure="share_distress", against="today")
    assert len(found) == 6 and all(row.verdict == CLEAR and row.mean > 0 for row in found)
    by_arm = {row.arm: row.mean for row in found}
    for plan in ("fifth", "supported-tenth"):
        assert by_arm[f"{plan}-few"] < by_arm[f"{plan}-half"] < by_arm[f"{plan}-many"] < 2 * by_arm[f"{plan}-few"]
    for measure in ("reach_per_1000_per_year", "mean_wait_weeks"):
        ends = {row.arm: row for row in rows("acceptance_range", measure=measure, against="today")}
        assert is_fewer(ends["fifth-few"]) and ends["fifth-many"].verdict == CLEAR and ends["fifth-many"].mean > 0


def test_two_plans_of_the_headline_study_came_out_the_same_with_the_present_model():
    """The study of acceptance ran them again; the table of the headline study has the same digits."""
    _, _, after = TEXTS[STUDIES / "README.md"].partition("**Of an earlier version.**")
    assert "two of the plans of `headline` were run again by `acceptance_range`" in after
    plans = {"fifth-half": ("fifth-everyone", 0.39), "supported-tenth-half": ("tenth-everyone", 0.9)}
    for name, (arm, support) in plans.items():
        again = {row.measure: row for row in rows("acceptance_range", arm=name, against="today")}
        point = {"study": "headline", "arm": arm, "support_level": support, "caseload_cap": 75, "against": "today"}
        before = {row.measure: row for row in rows("headline", **point)}
        shared = again.keys() & before.keys()
        assert len(shared) == 7
        assert all((again[each].mean, again[each].low) == (before[each].mean, before[each].low) for each in shared)


def test_the_studies_that_ran_with_earlier_sources_are_named_and_no_others():
    models = {path.parent.name: json.loads(path.read_text("utf-8"))["model"] for path in STUDIES.glob("*/run.json")}
    [(latest, _)] = Counter(models.values()).most_common(1)
    earlier = sorted(name for name, model in models.items() if model != latest)
    _, _, after = TEXTS[STUDIES / "README.md"].partition("**Of an earlier version.**")
    assert re.findall(r"`(\w+)`", after.partition(" ran with ")[0]) == earlier


def test_the_readme_counts_what_there_is():
    validation = (ROOT / "docs" / "model" / "validation.md").read_text("utf-8")
    minutes = re.search(r"(\d+ minutes) of processor time", validation)
    assert minutes and f"{minutes[1]} of processor time for all" in README
    assert f"against {len(targets())} published figures" in README
    assert f"all {place('tower-hamlets').residents:,} residents" in README
    assert f"{WORDS[len(WEEK)]} submodels, one file each" in README
    assert f"{WORDS[len(FIGURES)]} pictures of runs and lives" in README
