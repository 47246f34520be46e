"""The words of the command line: numbers as people write them, verdicts, and comparisons told in sentences."""

import json

import numpy as np
import pytest

from sp_abm.cli.progress import duration, pace
from sp_abm.cli.tables import by_subject, covers, span
from sp_abm.cli.verdicts import conclusion, differences_table, interval, verdict, who_moved
from sp_abm.comparison import Comparison, Difference
from sp_abm.measures import MEASURES
from sp_abm.places import place
from sp_abm.scenario import Scenario
from sp_abm.strict_json import finite, to_json
from sp_abm.viz.amounts import amount, bare, number, number_in


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
    assert lines[1] == "  burnout of link workers: lower by 0.20 (0.12 to 0.28) on a scale of 0 to 1"
    assert lines[2].startswith("Not clear: lonely often or always.")


def test_a_paired_measure_is_told_by_its_value_and_not_as_a_difference() -> None:
    comparison = made({}, 0.0)
    comparison.values[:, 1, list(MEASURES).index("social_return")] = 3 + 0.1 * (-1.0) ** np.arange(10)
    assert conclusion(comparison, 1)[1] == (
        "  social return: +3.00 (+2.92 to +3.08) GBP of life satisfaction per extra GBP"
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


def test_exchanges_that_are_clear_come_first_the_largest_before_and_the_smallest_are_counted() -> None:
    """Of eight exchanges one is clear, the smallest (3); of the rest 20 comes before 13; two are only counted."""
    comparison = made({}, 0.0)
    comparison.moves[:, 1] = 0
    luck = np.where(np.arange(10) % 2, 90.0, -90.0)
    for few, (one, other) in enumerate([(0, 1), (0, 2), (0, 3), (0, 4), (1, 2), (1, 3), (1, 4)]):
        comparison.moves[:, 1, one, other] = 100 + luck
        comparison.moves[:, 1, other, one] = 80 + few
    comparison.moves[:, 1, 2, 3] = 3
    lines = who_moved(comparison, 1)
    assert len(lines) == 1 + 6 + 1 and lines[-1] == "  and 2 smaller exchanges."
    assert lines[1].strip() == (
        "3.0 (3.0 to 3.0) people are in crisis who would have been in pre-crisis, 0 (0 to 0) the other way round; "
        "on balance 3.00 (3.00 to 3.00): clear."
    )
    assert [words.split(" who would have been ")[0].split(" people are ")[1] for words in lines[2:4]] == [
        "off balance", "in pre-crisis",
    ]  # fmt: skip
    comparison.moves[:, 1, 1, 4] = comparison.moves[:, 1, 4, 1] = 0
    assert who_moved(comparison, 1)[-1] == "  and 1 smaller exchange."
    comparison.moves[:, 1] = 100 * np.eye(5)
    (nobody,) = who_moved(comparison, 1)
    assert nobody.endswith("(about 500 people of 16 and over) in the last week: nobody is at another stage.")


def test_an_exchange_of_as_many_either_way_is_told_once() -> None:
    comparison = made({}, 0.0)
    comparison.moves[:, 1, 1, 0] = comparison.moves[:, 1, 0, 1] = 4
    _, *told = who_moved(comparison, 1)
    assert [line.strip().partition(", ")[0] for line in told] == [
        "4.0 (4.0 to 4.0) people are thriving who would have been off balance"
    ]


def test_what_is_clear_beyond_the_headlines_is_told_strongest_first_and_six_at_most() -> None:
    """Ten to sixteen half intervals from nothing; burnout is a headline and comes first though the weakest."""
    names = ["occupancy", "share_aware", "trust_mean", "in_post", "n_waiting", "n_volunteers", "burnout_mean"]
    comparison = made({}, 0.0)
    wobble = 0.1 * np.where(np.arange(10) % 2, 1.0, -1.0)
    for strength, name in enumerate(names):
        comparison.values[:, 1, list(MEASURES).index(name)] += (2.0 - 0.1 * strength) * (-1) ** strength + wobble
    lines = conclusion(comparison, 1)
    assert lines[0] == f"Clear in 7 of {len(MEASURES)} measures, among them:"
    labels = [MEASURES[name].label for name in ("burnout_mean", *names[:5])]
    assert [line.strip().partition(":")[0].lower() for line in lines[1:7]] == [label.lower() for label in labels]
    assert len(lines) == 7 and ": higher by " in lines[2] and ": lower by " in lines[3]


def test_where_nothing_is_clear_more_runs_are_advised() -> None:
    lines = conclusion(made({"share_distress": 0.01, "burnout_mean": 0.01, "share_aware": 0.01}, 0.1), 1)
    assert lines == [
        "No difference is clear.",
        f"Not clear: {MEASURES['share_distress'].label.lower()}; {MEASURES['burnout_mean'].label.lower()}. "
        "More runs may tell (--seeds 30).",
    ]


def test_times_are_told_in_seconds_minutes_and_hours() -> None:
    assert [duration(seconds) for seconds in (0.4, 89.4, 90, 5399, 5400)] == ["0 s", "89 s", "2 min", "90 min", "1.5 h"]


def test_a_pace_is_a_rate_or_where_it_is_slow_the_time_of_one() -> None:
    """30 of 130 in 10 s: 3 a second, 100 to go in 33 s; 19 in 10 s are fewer than 2 a second."""
    assert pace(30, 130, 10, "week") == "3 weeks a second, about 33 s left"
    assert pace(19, 57, 10, "seed") == "1 s a seed, about 20 s left"
    assert pace(1, 3, 200, "seed") == "3 min a seed, about 7 min left"


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
    assert interval(Difference(1.0, -0.003, 2.003, "unclear")) == ("+1.0", "0.0 to +2.0")


@pytest.mark.parametrize(
    ("mean", "half", "said"),
    [
        (-0.02691, 0.0065, ("-0.027", "-0.033 to -0.020")),
        (-0.02691, 0.0195, ("-0.027", "-0.046 to -0.007")),
        (2.11, 0.57, ("+2.1", "+1.5 to +2.7")),
        (13.9, 8.64, ("+14", "+5 to +23")),
        (396_925.4, 123_484.2, ("+400,000", "+270,000 to +520,000")),
        (-10_870_331.0, 352_114.0, ("-10,900,000", "-11,200,000 to -10,500,000")),
        (284.3, 5_200.0, ("+300", "-4,900 to +5,500")),
        (38.6, 254.1, ("+40", "-220 to +290")),
        (0.004, 0.31, ("0.0", "-0.3 to +0.3")),
        (5.0, 0.0, ("+5.00", "+5.00 to +5.00")),
    ],
)
def test_no_more_digits_are_shown_than_their_doubt_lets_one_know(mean: float, half: float, said: tuple[str, str]):
    assert interval(Difference(mean, mean - half, mean + half, "")) == said


def test_a_number_that_is_shown_is_the_same_for_machines() -> None:
    assert [bare(shown) for shown in ("1,234", "-0.5", "-")] == ["1234", "-0.5", ""]
    assert [number_in(shown) for shown in ("1,234", "+2.50", "-")] == [1234, 2.5, None]
    assert isinstance(number_in("1,234"), int) and isinstance(number_in("5.0"), float)


def test_the_table_of_differences_lists_every_measure() -> None:
    table = differences_table(made({}, 0.0), 1)
    assert table.row_count == len(MEASURES) + sum(1 for _ in by_subject())
