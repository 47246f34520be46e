"""The words of the command line: numbers as people write them, verdicts, and comparisons told in sentences."""

import json

import numpy as np
import pytest

from sp_abm.cli.tables import by_subject, covers, span
from sp_abm.cli.verdicts import conclusion, differences_table, interval, verdict, who_moved
from sp_abm.comparison import Comparison, Difference
from sp_abm.measures import MEASURES
from sp_abm.places import place
from sp_abm.scenario import Scenario
from sp_abm.strict_json import finite, to_json
from sp_abm.viz.amounts import amount, number


def test_every_measure_has_exactly_one_subject() -> None:
    listed = [measure.name for _, measures in by_subject() for measure in measures]
    assert sorted(listed) == sorted(MEASURES)


def test_numbers_are_read_as_people_write_them() -> None:
    assert amount(0.3127, "share of people of 16+") == ("313", "of 1,000 people of 16+")
    assert amount(0.00312, "share of people of 16+") == ("3.12", "of 1,000 people of 16+")
    assert amount(0.1, "share of posts") == ("10.0", "of 100 posts")
    assert amount(0.1834, "per link worker a year") == ("18.3", "of 100 link workers, a year")
    assert amount(1234567.8, "GBP over the run") == ("1,234,568", "GBP over the run")
    assert amount(float("nan"), "weeks")[0] == "-"
    assert number(-0.001, 1) == "0.0"
    assert number(0.04, 1, is_signed=True) == "0.0"


def test_a_short_run_says_that_its_funnel_began_before_it() -> None:
    contacted = MEASURES["share_contacted"]
    assert "before the run began" in covers(contacted, 77)
    assert "before the run began" not in covers(contacted, 78)
    assert covers(MEASURES["share_crisis"], 52) == "whole run"
    assert covers(MEASURES["share_crisis"], 53) == "last 52 weeks"


def test_a_length_of_time_is_whole_years_or_weeks() -> None:
    assert [span(weeks) for weeks in (1, 5, 52, 78, 260)] == ["1 week", "5 weeks", "1 year", "78 weeks", "5 years"]


def test_missing_numbers_become_null() -> None:
    assert finite({"a": (float("nan"), 1.0), "b": [float("inf")]}) == {"a": [None, 1.0], "b": [None]}
    assert json.loads(to_json({"a": float("nan"), "b": 0.1 + 0.2, "c": 7, "d": True}, 6)) == {
        "a": None,
        "b": 0.3,
        "c": 7,
        "d": True,
    }


def made(differences: dict[str, float], noise: float, seeds: int = 10) -> Comparison:
    """Return a comparison by hand: each measure 1 in the first arm, its difference give or take some noise."""
    values = np.ones((seeds, 2, len(MEASURES)))
    values[:, :, [declared.is_paired for declared in MEASURES.values()]] = np.nan
    wobble = noise * np.where(np.arange(seeds) % 2, 1.0, -1.0)
    for name, size in differences.items():
        values[:, 1, list(MEASURES).index(name)] += size + wobble
    moves = np.zeros((seeds, 2, 5, 5))
    moves[:, 1, 1, 0], moves[:, 1, 0, 1] = 12 + 2 * np.sign(wobble), 4
    moves[:, :, 2, 2] = 100
    return Comparison((Scenario("a"), Scenario("b")), place("sandbox"), 5, tuple(range(seeds)), values, moves, ())


def test_the_conclusion_names_what_is_clear_and_what_is_not() -> None:
    """Noise of 0.1 in ten pairs: half an interval is 2.262 * 0.1054 / sqrt(10) = 0.0754."""
    lines = conclusion(made({"burnout_mean": -0.2, "share_lonely": 0.01}, 0.1), 1)
    assert lines[0] == f"Clear in 1 of {len(MEASURES)} measures:"
    assert lines[1] == "  burnout of link workers: lower by 0.200 (0.125 to 0.275) on a scale of 0 to 1"
    assert lines[2].startswith("Not clear: lonely often or always.")


def test_a_paired_measure_is_told_by_its_value_and_not_as_a_difference() -> None:
    comparison = made({}, 0.0)
    comparison.values[:, 1, list(MEASURES).index("social_return")] = 3 + 0.1 * (-1.0) ** np.arange(10)
    assert conclusion(comparison, 1)[1] == (
        "  social return: +3.000 (+2.925 to +3.075) GBP of life satisfaction per extra GBP"
    )


def test_nothing_is_clear_in_few_runs() -> None:
    assert conclusion(made({"burnout_mean": -5.0}, 0.1, seeds=9), 1)[0].startswith("Too few runs")


def test_who_moved_gives_both_directions_and_the_balance() -> None:
    """Ten or fourteen one way, four back: 12 and 4, on balance 8, half an interval 2.262 * 2.108 / sqrt(10) = 1.51."""
    head, first = who_moved(made({}, 0.1), 1)
    assert "about 116 people of 16 and over" in head
    assert first.strip() == (
        "12 (10 to 14) people are thriving who would have been off balance, 4.0 (4.0 to 4.0) the other way round; "
        "on balance 8.0 (6.5 to 9.5): clear."
    )


@pytest.mark.parametrize(
    ("difference", "word"),
    [
        (Difference(0.0, 0.0, 0.0, "unclear"), "identical"),
        (Difference(np.nan, np.nan, np.nan, "too few runs"), "-"),
        (Difference(1.0, 0.5, 1.5, "clear"), "clear"),
        (Difference(1.0, np.nan, np.nan, "too few runs"), "too few runs"),
    ],
)
def test_a_verdict_says_when_there_is_nothing_to_doubt(difference: Difference, word: str) -> None:
    assert verdict(difference) == word


def test_a_clear_interval_never_looks_as_if_it_touched_nothing() -> None:
    assert interval(Difference(1.46, 0.03, 2.9, "clear"))[1] == "+0.03 to +2.90"
    assert interval(Difference(1.4, np.nan, np.nan, "too few runs")) == ("+1.40", "-")


def test_the_table_of_differences_lists_every_measure() -> None:
    table = differences_table(made({}, 0.0), 1)
    assert table.row_count == len(MEASURES) + sum(1 for _ in by_subject())
