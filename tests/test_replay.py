"""The replay of the roll-out: published figures as they stand in the evidence, and verdicts by the rules of targets."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from sp_abm.cli import main
from sp_abm.cli.replay import missed
from sp_abm.errors import BadValue
from sp_abm.replay import ENGLAND, ROWS, Replayed, published, replay
from sp_abm.scenario import load
from sp_abm.validation import STATISTICS
from sp_abm.validation.national import IN_2020_21, IN_2023, summed, weeks_of
from sp_abm.validation.pooling import Interval, pooled, ratio

START = load("national-rollout")


def test_published_figures_are_those_of_the_evidence():
    found = published()
    assert set(found) == {row.id for row in ROWS}
    assert found["W002"] == (1265, 1265)
    assert found["EO001"] == (1_300_000, 1_300_000)
    assert found["P02"] == (2.2, 4.0)
    assert found["W014"] == (3600, float("inf"))
    assert found["EO005"][0] == pytest.approx(101_704 / (101_704 + 407_117))


def test_a_day_is_read_in_the_last_week_that_has_ended_by_then():
    """31 March 2020 is the 275th day: 39 weeks have ended, the last is week 38, before the next count's posts."""
    assert weeks_of(date(2020, 3, 31), date(2020, 3, 31)) == slice(38, 39)
    assert weeks_of(date(2019, 7, 1), date(2019, 7, 14)) == slice(0, 2)


def test_a_year_is_52_weeks_also_where_it_begins_on_the_last_day_of_a_week():
    """1 January 2023 is a Sunday: week 182 has one day of the year. 1 April 2020 is a Wednesday: week 39 has five."""
    assert weeks_of(*IN_2023) == slice(183, 235)
    assert weeks_of(*IN_2020_21) == slice(39, 91)


def test_the_targets_of_the_roll_out_are_read_over_the_days_they_name_wherever_they_are_asked_for():
    """Half as many are declined in 2023 as in 2019, in 2020 to 2022 and in 2024 nobody; twice as many are referred;
    and of 3 in post in the last week of January 2024 there are 2 in the last of July."""
    tallies = {name: np.zeros(286) for name in ("declined", "offered", "referred", "fte_in_post")}
    tallies["offered"][:] = 10
    tallies["declined"][:26], tallies["declined"][183:235] = 4, 2
    tallies["referred"][39:91], tallies["referred"][183:235] = 1, 2
    tallies["fte_in_post"][238], tallies["fte_in_post"][264] = 3, 2
    results = SimpleNamespace(tally=tallies.get)
    worlds = {"national-rollout": SimpleNamespace(results=results)}
    expected = {"P01": 0.5, "P02": 2, "P03": -1 / 3}
    for name, value in expected.items():
        assert STATISTICS[name].value(STATISTICS[name].seen(worlds)) == pytest.approx(value)
    rows = {row.id: row.value(summed(results, row.sums)) for row in ROWS if row.id in expected}
    assert rows == pytest.approx(expected)


def test_the_scenario_asks_for_englands_posts_of_englands_residents():
    asked = START.value("posts_per_10000", 238) * ENGLAND / 10_000
    assert asked == pytest.approx(published()["W013"][0], rel=1e-3)


def test_a_ratio_of_sums_and_its_jackknife_interval():
    """Networks with 1 of 2 and 3 of 2: 4/4. Leaving one out gives 1.5 and .5: pseudo-values .5 and 1.5."""
    found = pooled(ratio, [np.array([[1.0, 2.0]]), np.array([[3.0, 2.0]])])
    assert found.mean == 1
    assert found.high - found.mean == pytest.approx(12.706 * np.sqrt(0.5) / np.sqrt(2), rel=1e-3)


@pytest.mark.parametrize(
    ("figures", "model", "verdict"),
    [
        ((100, 100), 109, "meets"),
        ((100, 100), 119, "near"),
        ((100, 100), 130, "misses"),
        ((2.0, 4.0), 4.9, "near"),
        ((2.0, 4.0), 5.1, "misses"),
        ((3600, float("inf")), 9000, "meets"),
        ((3600, float("inf")), 3300, "near"),
        ((100, 100), float("nan"), "not testable"),
    ],
)
def test_verdicts_follow_the_rules_of_the_targets(figures, model, verdict):
    assert Replayed(ROWS[0], figures, Interval(model, model, model)).verdict == verdict


def test_what_does_not_match_is_said():
    row = Replayed(ROWS[0], (100, 100), Interval(190.0, 200.0, 210.0))
    assert "W003: model 2.00 times the figure" in missed([row])
    assert missed([]) == "Every figure is matched."


def test_too_few_networks_are_refused(capsys):
    with pytest.raises(BadValue, match="networks = 1 must be at least 2"):
        replay(1)
    with pytest.raises(SystemExit):
        main(("replay", "--networks", "1"))
    assert "--networks 1 must be from 2 to 1000" in capsys.readouterr().err


@pytest.mark.slow
def test_referrals_grow_faster_than_posts_and_refusals_fall():
    """Two networks: the model's growth since 2020/21 is 1.9 to 2.5 in six; below 1.2 would be no growth."""
    found = {one.row.id: one.model.mean for one in replay(2)}
    assert found["P02"] > 1.2
    assert found["EO013"] < found["EO005"]
