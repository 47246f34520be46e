"""Comparisons: paired differences worked by hand, verdicts on noise, who moved, and what machines read."""

import json
import subprocess
import sys
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy import stats

from sp_abm.comparison import (
    CLEAR,
    TOO_FEW,
    UNCLEAR,
    Comparison,
    compare,
    difference_of,
    paired_difference,
    stage_moves,
)
from sp_abm.errors import BadValue
from sp_abm.measures import MEASURES
from sp_abm.places import place
from sp_abm.results import Results
from sp_abm.scenario import load
from sp_abm.vocabulary import ADULT_AGE, Stage

HAMLET = replace(
    place("sandbox"),
    key="hamlet",
    residents=900,
    n_pcns=2,
    pcn_sizes=(1.0, 1.0),
    gp_fte=6.0,
    organisations_per_10000=200.0,
)
SEEDS = (7, 2, 5)


@cache
def three_arms():
    """Return a comparison of three arms in the hamlet: today, its twin, and a hundred times today's offers."""
    today = load("today")
    arms = [
        today,
        replace(today, name="its twin"),
        replace(today.with_changes({"outreach_share": 0.8, "support_level": 1}), name="outreach"),
    ]
    changes = {"outreach.p_accepts": 0.85, "contact.p_knows_at_start": 0.9, "transitions.effect_support": 3}
    return compare(arms, HAMLET, seeds=SEEDS, years=0.5, workers=1, changes=changes)


def with_values(pairs):
    """Return a made-up comparison of two arms whose every measure differs by these pairs."""
    values = np.zeros((len(pairs), 2, len(MEASURES)))
    values[:, 1] = np.asarray(pairs, float)[:, None]
    arms = (load("today"), load("supported-workforce"))
    seeds = tuple(range(1, len(pairs) + 1))
    return Comparison(arms, HAMLET, 1, seeds, values, np.zeros((len(pairs), 2, 5, 5)), ())


def test_a_paired_difference_by_hand():
    """1, 2, 3, 4: mean 2.5, standard deviation 1.29099, standard error .64550, t(.975, 3) 3.18245, half 2.05426."""
    found = paired_difference(np.array([1.0, 2.0, 3.0, 4.0]))
    assert (found.mean, found.low, found.high) == pytest.approx((2.5, 0.44574, 4.55426), abs=1e-5)


@pytest.mark.parametrize("n", [2, 9, 10, 40])
def test_intervals_are_those_of_scipys_paired_t_test(n):
    luck = np.random.default_rng(n)
    base, other = luck.normal(size=n), luck.normal(0.3, 2, size=n)
    found, scipy = paired_difference(other - base), stats.ttest_rel(other, base)
    interval = scipy.confidence_interval(0.95)
    assert (found.mean, found.low, found.high) == pytest.approx(
        ((other - base).mean(), interval.low, interval.high), rel=1e-12
    )
    if n >= 10:
        assert (found.verdict == CLEAR) == (scipy.pvalue < 0.05)


@pytest.mark.parametrize(
    ("pairs", "verdict"),
    [
        ([], TOO_FEW),
        ([5.0], TOO_FEW),
        ([5.0, 5.1] * 4 + [5.0], TOO_FEW),
        ([5.0, 5.1] * 5, CLEAR),
        ([-5.0, -5.1] * 5, CLEAR),
        ([-5.0, 5.1] * 5, UNCLEAR),
        ([0.0] * 10, UNCLEAR),
        ([0.0] * 9, TOO_FEW),
    ],
)
def test_a_difference_is_clear_only_with_ten_pairs_and_an_interval_off_zero(pairs, verdict):
    assert paired_difference(np.array(pairs)).verdict == verdict


@pytest.mark.parametrize(
    ("pairs", "is_clear"), [([], False), ([5.0], False), ([5.0, 5.1], True), ([-5.0, -5.1], True), ([-5.0, 5.1], False)]
)
def test_an_interval_off_zero_is_clear_from_however_few_pairs(pairs, is_clear):
    assert paired_difference(np.array(pairs)).is_clear is is_clear


def test_a_mean_worked_out_otherwise_takes_its_spread_from_its_parts():
    """Parts -1 and 1 have the standard error 1, so that 12.706 of it (t, 1 degree of freedom) lie either side of 7."""
    found = difference_of(7.0, np.array([-1.0, 1.0]))
    assert (found.mean, found.low, found.high) == pytest.approx((7, -5.7062, 19.7062), abs=1e-4)


def test_the_words_of_the_verdicts():
    assert (CLEAR, UNCLEAR, TOO_FEW) == ("clear", "unclear", "too few runs")


def test_one_pair_has_a_mean_and_no_interval_and_none_has_neither():
    one, none = paired_difference(np.array([3.0])), paired_difference(np.array([]))
    assert one.mean == 3 and np.isnan([one.low, one.high]).all()
    assert np.isnan([none.mean, none.low, none.high]).all()


def test_missing_pairs_are_left_out_and_may_make_the_runs_too_few():
    full, holed = with_values([1.0, 2.0] * 5), with_values([1.0, 2.0] * 4 + [1.0, np.nan])
    assert full.difference(1, "burnout_mean").verdict == CLEAR
    difference = holed.difference(1, "burnout_mean")
    assert difference.verdict == TOO_FEW and difference.mean == pytest.approx(13 / 9)


@pytest.mark.filterwarnings("error")
def test_a_measure_missing_in_every_run_is_missing_in_the_comparison():
    difference = with_values([np.nan] * 12).difference(1, "burnout_mean")
    assert np.isnan(difference.mean) and difference.verdict == TOO_FEW


def test_arms_that_are_alike_differ_by_exactly_nothing():
    frame = three_arms().differences().loc["its twin"].dropna()
    assert len(frame) > 25
    assert (frame[["mean", "low", "high"]] == 0).all(axis=None)
    assert not three_arms().moved(1)


def test_the_arms_come_first_in_the_order_given_and_seeds_too():
    comparison = three_arms()
    assert comparison.arms == ("today", "its twin", "outreach") and comparison.seeds == SEEDS
    assert comparison.values.shape == (3, 3, len(MEASURES)) and comparison.moves.shape == (3, 3, 5, 5)
    assert [result.provenance["seed"] for result in comparison.first] == [7, 7, 7]
    first = comparison.first[2].summary
    first.update(comparison.first[2].against(comparison.first[0]))
    assert np.array_equal(comparison.values[0, 2], first.to_numpy(), equal_nan=True)
    assert comparison.summaries.loc[("outreach", 7)].equals(first.rename(("outreach", 7)))


def test_paired_measures_are_of_an_arm_against_the_first_and_nothing_is_taken_off_them_again():
    comparison = three_arms()
    for name in (name for name, declared in MEASURES.items() if declared.is_paired):
        values = comparison.values[:, :, list(MEASURES).index(name)]
        assert np.isnan(values[:, 0]).all(), "the first arm has nothing to be compared with"
        found, pairs = comparison.difference(2, name), values[np.isfinite(values[:, 2]), 2]
        assert found.mean == pytest.approx(pairs.mean()) if pairs.size else np.isnan(found.mean)
    net = list(MEASURES).index("net_benefit_gbp")
    assert (comparison.values[:, 1, net] == 0).all() and (comparison.values[:, 2, net] != 0).all()


def test_differences_are_those_of_the_values_seed_by_seed():
    comparison = three_arms()
    position = list(MEASURES).index("share_aware")
    pairs = comparison.values[:, 2, position] - comparison.values[:, 0, position]
    found = comparison.difference(2, "share_aware")
    assert found.mean == pytest.approx(pairs.mean()) and found.mean > 0
    row = comparison.differences().loc[("outreach", "share_aware")]
    assert (row["mean"], row["low"], row["high"], row["verdict"]) == tuple(vars(found).values())


def test_who_moved_counts_the_same_adults_in_both_arms():
    """Rows are stages in the first arm, columns in the other: sums over either are that arm's stages."""
    base, _, other = three_arms().first
    moves = three_arms().moves[0, 2]
    is_adult = base.final["age"] >= ADULT_AGE
    assert np.array_equal(base.final["holder"], other.final["holder"])
    for axis, result in ((1, base), (0, other)):
        assert np.array_equal(moves.sum(axis=axis), np.bincount(result.final["stage"][is_adult], minlength=5))
    assert moves.sum() > np.trace(moves) > 0


def test_who_moved_lists_every_move_with_its_mean_over_seeds():
    comparison, moved = three_arms(), three_arms().moved(2)
    matrix = comparison.moves[:, 2].mean(axis=0)
    listed = {(move["from"], move["to"]): move["people"] for move in moved}
    assert listed == {
        (before.word, after.word): pytest.approx(matrix[before, after])
        for before in Stage
        for after in Stage
        if before != after and matrix[before, after]
    }
    assert all(move["low"] <= move["people"] <= move["high"] for move in moved)


def test_somebody_who_was_replaced_in_one_arm_only_has_not_moved():
    """Four dwellings: the same adult worse off, another holder, a child, and the same adult unmoved."""
    base, other = (
        Results(
            {},
            np.zeros((1, 1)),
            np.zeros((1, 1, 1)),
            {},
            {"stage": np.array(stage), "holder": np.array(holder), "age": np.array([30, 30, 12, 50])},
        )
        for stage, holder in (([0, 1, 0, 4], [0, 0, 0, 2]), ([2, 3, 0, 4], [0, 1, 0, 2]))
    )
    moves = stage_moves(base, other)
    assert moves[Stage.THRIVING, Stage.PRE_CRISIS] == 1 == moves[Stage.RECOVERING, Stage.RECOVERING]
    assert moves.sum() == 2


def test_what_machines_read_is_valid_json_without_nan():
    for comparison in (three_arms(), with_values([np.nan] * 3), with_values([1.0])):
        text = json.dumps(comparison.as_dict(), allow_nan=False)
        assert json.loads(text) == comparison.as_dict()
    facts = three_arms().as_dict()
    assert facts["arms"] == ["today", "its twin", "outreach"] and facts["seeds"] == list(SEEDS)
    assert set(facts["differences"]["outreach"]) == set(MEASURES)
    assert set(facts["differences"]["outreach"]["burnout_mean"]) == {"mean", "low", "high", "verdict"}
    assert facts["place"] == "hamlet" and facts["moved"]["its twin"] == []


def test_changes_act_in_every_arm_and_progress_is_told():
    told = []
    arms, changes = ["today", "supported-workforce"], {"posts_per_10000": 0.9}
    found = compare(arms, HAMLET, seeds=2, years=0.05, changes=changes, workers=1, done=lambda *done: told.append(done))
    position = list(MEASURES).index("posts")
    assert (found.values[:, :, position] > 1.5).all()
    assert told == [(1, 2), (2, 2)] and found.seeds == (1, 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scenarios": ["today"]}, "at least two scenarios, got 1"),
        ({"scenarios": "today"}, "'today' must be a list, such as"),
        ({"scenarios": ["today", "today"]}, "different names, got today, today"),
        ({"seeds": 0}, "seeds = 0"),
        ({"seeds": [1, 1]}, "list of different seeds"),
        ({"seeds": []}, "list of different seeds"),
        ({"seeds": [-1]}, "seed = -1"),
        ({"years": 0}, "at least one week"),
    ],
)
def test_a_comparison_that_cannot_be_is_refused_at_once(arguments, message):
    given = {"scenarios": ["today", "no-service"], "place": HAMLET, "workers": 1, **arguments}
    with pytest.raises(BadValue, match=message):
        compare(**given)


def test_a_script_that_every_worker_would_run_again_is_told_what_to_do(tmp_path):
    (tmp_path / "mine.py").write_text(
        "import sp_abm\nsp_abm.compare(['today', 'no-service'], seeds=2, years=0.02, workers=2)\n", "utf-8"
    )
    done = subprocess.run([sys.executable, "mine.py"], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode and "WorkersLost" in last and '`if __name__ == "__main__":`, or use workers=1' in last
