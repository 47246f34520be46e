"""The replay of the roll-out: published figures as they stand in the evidence, and verdicts by the rules of targets."""

from datetime import date

import numpy as np
import pytest

from sp_abm.cli import main
from sp_abm.cli.replay import missed
from sp_abm.comparison import Difference
from sp_abm.errors import BadValue
from sp_abm.replay import ENGLAND, ROWS, Replayed, _weeks, pooled, published, replay
from sp_abm.scenario import load

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
    assert _weeks(date(2020, 3, 31), date(2020, 3, 31), START) == slice(38, 39)
    assert _weeks(date(2019, 7, 1), date(2019, 7, 14), START) == slice(0, 2)


def test_the_scenario_asks_for_englands_posts_of_englands_residents():
    asked = START.value("posts_per_10000", 238) * ENGLAND / 10_000
    assert asked == pytest.approx(published()["W013"][0], rel=1e-3)


def test_a_ratio_of_sums_and_its_jackknife_interval():
    """Networks with 1 of 2 and 3 of 2: 4/4. Leaving one out gives 1.5 and .5: pseudo-values .5 and 1.5."""
    found = pooled(lambda means: float(means[0] / means[1]), np.array([[1.0, 2.0], [3.0, 2.0]]))
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
    assert Replayed(ROWS[0], figures, Difference(model, model, model, "")).verdict == verdict


def test_what_does_not_match_is_said():
    row = Replayed(ROWS[0], (100, 100), Difference(200.0, 190.0, 210.0, ""))
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
