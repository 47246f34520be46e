"""Headline and findings: sums worked by hand, words that say no more than the doubt allows, one number everywhere."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from sp_abm.comparison import Comparison
from sp_abm.measures import MEASURES
from sp_abm.places import place
from sp_abm.scenario import load
from sp_abm.viz.differences import intervals
from sp_abm.viz.findings import as_csv, dictionary_csv, finding, findings
from sp_abm.viz.headline import HEADLINE_MEASURES, doubt, headline
from sp_abm.viz.table import csv_text
from sp_abm.viz.theme import LIGHT

DOSE = "share_adequate_dose"


def a_comparison(base: list[float], plan: list[float], measure: str = DOSE) -> Comparison:
    """Return a comparison made by hand: one measure as given, seed by seed, all others 0.5 in both arms."""
    values = np.full((len(base), 2, len(MEASURES)), 0.5)
    values[:, 0, list(MEASURES).index(measure)] = base
    values[:, 1, list(MEASURES).index(measure)] = plan
    arms = (load("today"), load("supported-workforce"))
    return Comparison(
        arms, place("sandbox"), 3, tuple(range(1, len(base) + 1)), values, np.zeros((len(base), 2, 5, 5)), ()
    )


def sentence(comparison: Comparison, measure: str = DOSE) -> str:
    return next(each.words for each in headline(comparison) if each.finding.measure == measure)


def test_one_run_says_so_and_gives_no_range():
    """310 of 1,000 against 270: 40 more, of one run."""
    made = a_comparison([0.27], [0.31])
    assert sentence(made) == "Of 1,000 people referred, 310 got enough support to matter, 40 more than today."
    found = finding(made, DOSE)
    assert (found.verdict, found.range, found.difference) == ("one run", "-", "+40")


def test_levels_and_their_difference_have_the_decimals_of_the_larger_level():
    """310 and 9.2 of 1,000 in one run: 300.8 fewer, none of them with decimals, since 310 needs none."""
    assert finding(a_comparison([0.31], [0.0092]), DOSE).numbers == ("310", "9", "-301", "-", "-")


def test_a_clear_difference_is_likely_within_its_interval():
    """Ten pairs that differ by .030 or .050, in turn: mean .040, sd .01054, half .00754, so 32 to 48."""
    base = [0.27] * 10
    made = a_comparison(base, [value + (0.03, 0.05)[k % 2] for k, value in enumerate(base)])
    assert sentence(made).endswith("310 got enough support to matter, 40 more than today (likely 32 to 48 more).")
    assert finding(made, DOSE).verdict == "clear"


def test_an_unclear_difference_is_not_called_more_or_fewer():
    made = a_comparison([0.3] * 10, [0.3 + (0.02, -0.019)[k % 2] for k in range(10)])
    words = sentence(made)
    assert "no clear change from today (between 14 fewer and 15 more)" in words
    assert finding(made, DOSE).verdict == "unclear"


def test_nine_pairs_are_too_few_whatever_they_show():
    made = a_comparison([0.27] * 9, [0.31, *[0.32] * 8])
    assert finding(made, DOSE).verdict == "too few runs"
    assert doubt(made) == "9 pairs of runs: too few for a verdict, which needs 10. Ranges are of luck alone."
    alone = a_comparison([0.27], [0.31])
    assert doubt(alone) == "One run of each, with the same luck: the difference may be chance."


def test_a_clear_fall_is_told_from_the_smaller_to_the_larger():
    """Ten pairs that fall by .030 or .050, in turn: 40, likely 32.5 to 47.5 fewer."""
    made = a_comparison([0.31] * 10, [0.31 - (0.03, 0.05)[k % 2] for k in range(10)])
    assert sentence(made).endswith("270 got enough support to matter, 40 fewer than today (likely 32 to 48 fewer).")
    assert doubt(made) == "10 pairs of runs: 1 of 4 changes clear. Ranges are of luck alone."


def test_too_few_pairs_give_a_range_without_calling_it_likely():
    """Two pairs, 20 and 60 more: 40, and 12.706 x 28.284 / sqrt 2 = 254.1 to either side."""
    words = sentence(a_comparison([0.27, 0.27], [0.29, 0.33]))
    assert words.endswith("310 got enough support to matter, 40 more than today (between 210 fewer and 290 more).")


def test_a_level_without_one_to_compare_it_with_stands_alone():
    assert sentence(a_comparison([np.nan], [0.31])) == "Of 1,000 people referred, 310 got enough support to matter."
    alone = a_comparison([0.31], [0.31])
    alone = replace(alone, scenarios=(alone.scenarios[0],) * 2)
    assert sentence(alone) == "Of 1,000 people referred, 310 got enough support to matter."
    assert sentence(a_comparison([0.31], [0.31])).endswith("310 got enough support to matter, the same as today.")


def test_fewer_is_said_of_what_falls_and_leavers_are_of_100():
    measure = "expected_leaving_rate_per_year"
    made = a_comparison([0.24], [0.18], measure)
    assert sentence(made, measure) == "Of 100 link workers, 18.0 are expected to leave in a year, 6.0 fewer than today."


def test_what_does_not_exist_is_not_compared():
    made = a_comparison([np.nan], [np.nan])
    assert sentence(made) == "Of 1,000 people referred, nothing can be said: there are none in this run."
    assert finding(made, DOSE).verdict == "-"


def test_a_plan_that_is_the_baseline_is_identical():
    assert doubt(a_comparison([0.5], [0.5])) == "Identical to today."


@pytest.mark.parametrize("pairs", [1, 5, 10])
def test_the_headline_and_the_csv_file_hold_the_same_numbers(pairs):
    made = a_comparison([0.27] * pairs, [0.3 + k / 1000 for k in range(pairs)])
    rows = {row["measure"]: row for row in csv.DictReader(io.StringIO(as_csv(findings(made))))}
    for each in headline(made):
        row = rows[each.finding.measure]
        assert row["plan"] in each.words.replace(",", "")
        assert row["difference"].lstrip("+-") in each.words or row["verdict"] in ("identical", "unclear")
    assert set(rows) == set(MEASURES) and set(HEADLINE_MEASURES) <= set(rows)


def test_no_cell_of_a_csv_file_is_a_formula():
    assert csv_text([["=1+1", "@x", "+5", "a"]]) == "'=1+1,'@x,+5,a\n"
    assert csv_text([["-1.5e3", "-1+cmd", "+", "-"]]) == "-1.5e3,'-1+cmd,'+,'-\n"
    for line in csv.reader(io.StringIO(dictionary_csv())):
        assert not any(cell.startswith(("=", "@")) for cell in line)


def test_the_dictionary_tells_of_every_column_of_both_files():
    told = [(row["file"], row["column"]) for row in csv.DictReader(io.StringIO(dictionary_csv()))]
    columns = csv.DictReader(io.StringIO(as_csv(findings(a_comparison([0.5], [0.5]))))).fieldnames
    weekly = [("weekly.csv", column) for column in ("week", *MEASURES)]
    assert told == [*(("findings.csv", column) for column in columns), *weekly]


@pytest.mark.parametrize("pairs", [1, 5, 10])
def test_the_numbers_of_a_chart_are_numbers_in_its_csv_file_and_those_of_the_findings(pairs):
    made = a_comparison([0.27] * pairs, [1.3 - k / 1000 for k in range(pairs)])
    measures = (DOSE, "share_crisis", "cost_total_gbp", "expected_leaving_rate_per_year")
    header, *rows = csv.reader(io.StringIO(intervals(made, "Some", measures, LIGHT).table.csv()))
    assert header[3:] == ["today", "With the plan", "Difference", *header[6:8], "Verdict"]
    assert not any(cell.startswith("'") for row in rows for cell in row)
    for row, found in zip(rows, findings(made, measures=measures), strict=True):
        shown = [None if number == "-" else float(number.replace(",", "")) for number in found.numbers]
        assert [float(cell) if cell else None for cell in row[3:8]] == shown and shown[2] is not None
