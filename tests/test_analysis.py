"""Analysis: differences by hand, a contour of a known plane, a tornado of a known table, and what is refused."""

import numpy as np
import pytest

from sp_abm.analysis.differences import differences
from sp_abm.analysis.heat_map import heat_map, segments
from sp_abm.analysis.quantity import quantity
from sp_abm.analysis.tornado import tornado
from sp_abm.cells import MISSING
from sp_abm.errors import BadValue, UnknownName

ARMS = "[arms.today]\n[arms.more]\nlevers = { outreach_share = 0.5 }\n"
OUT = '[outputs]\nmeasures = ["burnout_mean"]\n'
SUPPORT = "[factors.support_level]\nlevels = [0.2, 0.4, 0.8]\n"
CAP = "[factors.caseload_cap]\nlevels = [50, 100]\n"
LUCK = np.tile([-0.01, 0.01], 6)


def on_a_plane(point, arm, seed):
    """Return 0 in the first arm and support - cap / 200, give or take .01, in the other: 0 at support .25 and .5."""
    plane = point["support_level"] - point["caseload_cap"] / 200
    return {"burnout_mean": seed + (arm == "more") * (plane + LUCK[seed])}


def with_replications(n):
    return f"[replications]\nn = {n}\n"


@pytest.fixture
def plane(store_of):
    return store_of(ARMS + SUPPORT + CAP + OUT + with_replications(12), on_a_plane)


def test_differences_are_paired_and_worked_out_by_hand(store_of):
    """Today 1 and 2, more 4 and 7: differences 3 and 5, mean 4; t(.975, 1) x sqrt 2 / sqrt 2 = 12.706."""
    values = {("today", 0): 1, ("today", 1): 2, ("more", 0): 4, ("more", 1): 7}
    found = store_of(ARMS + OUT + with_replications(2), lambda _point, arm, seed: {"burnout_mean": values[arm, seed]})
    (row,) = differences(found).to_dict("records")
    assert (row["arm"], row["measure"], row["pairs"], row["mean"], row["verdict"]) == (
        "more", "burnout_mean", 2, 4, "too few runs",
    )  # fmt: skip
    assert (row["low"], row["high"]) == pytest.approx((4 - 12.7062, 4 + 12.7062), abs=1e-4)


def test_every_arm_and_point_has_a_row_and_a_verdict(plane):
    """Of the six points of the plane one is at 0 within a hundredth's noise: none, since .2 - .25 is the nearest."""
    table = differences(plane)
    assert table[["support_level", "caseload_cap"]].to_numpy().tolist() == [
        [0.2, 50], [0.2, 100], [0.4, 50], [0.4, 100], [0.8, 50], [0.8, 100],
    ]  # fmt: skip
    assert table["mean"].to_numpy() == pytest.approx([-0.05, -0.3, 0.15, -0.1, 0.55, 0.3])
    assert set(table["verdict"]) == {"clear"} and set(table["pairs"]) == {12}


def test_a_failed_run_leaves_its_pair_out(store_of):
    found = store_of(
        ARMS + OUT + with_replications(3),
        lambda _point, arm, seed: None if (arm, seed) == ("more", 1) else {"burnout_mean": seed + 2 * (arm == "more")},
    )
    assert differences(found)[["pairs", "mean"]].to_numpy().tolist() == [[2, 2.0]]


def test_the_contour_of_a_plane_is_its_line(plane):
    """On support - cap / 200 = 0 lie (.25, 50) and (.5, 100), and all of the contour between them."""
    found = heat_map(quantity(plane, "burnout_mean"), "support_level", "caseload_cap")
    corners = np.array(found.contour())
    assert corners[..., 0] == pytest.approx(corners[..., 1] / 200)
    assert (corners[..., 1].min(), corners[..., 1].max()) == (50, 100)
    crossings = found.crossings()
    means = crossings[crossings["line"] == "mean"]
    assert means.to_numpy().tolist() == [[50, "mean", pytest.approx(0.25)], [100, "mean", pytest.approx(0.5)]]
    assert "changes sign, and this is more than noise" in found.finding


def test_the_ends_of_the_interval_have_contours_to_either_side(plane):
    """The half-width is t(.975, 11) x .010445 / sqrt 12 = .006636 everywhere: the lines lie that far to the sides."""
    crossings = heat_map(quantity(plane, "burnout_mean")).crossings().set_index(["caseload_cap", "line"])
    at = crossings["support_level"]
    assert at[50, "low"] - 0.25 == pytest.approx(0.006636, abs=1e-5)
    assert at[50, "high"] - 0.25 == pytest.approx(-0.006636, abs=1e-5)


def test_no_tipping_point_is_an_answer(store_of):
    always = store_of(
        ARMS + SUPPORT + CAP + OUT + with_replications(12),
        lambda point, arm, seed: {"burnout_mean": (arm == "more") * (1 + point["support_level"] + LUCK[seed])},
    )
    found = heat_map(quantity(always, "burnout_mean"))
    assert found.contour() == [] and found.crossings().empty
    assert found.finding == "No tipping point: the difference is above 0 at 6 of 6 points (6 clear)."


def test_a_change_of_sign_within_noise_is_called_that(store_of):
    noise = np.random.default_rng(1).normal(size=(6, 12))
    order = {(support, cap): 2 * i + j for i, support in enumerate((0.2, 0.4, 0.8)) for j, cap in enumerate((50, 100))}
    found = store_of(
        ARMS + SUPPORT + CAP + OUT + with_replications(12),
        lambda point, arm, seed: {
            "burnout_mean": (arm == "more") * noise[order[point["support_level"], point["caseload_cap"]], seed]
        },
    )
    assert "this may be noise" in heat_map(quantity(found, "burnout_mean")).finding


def test_a_level_tips_at_the_threshold_that_is_named(plane):
    level = quantity(plane, "burnout_mean", is_level=True)
    assert "name a threshold" in heat_map(level).finding and heat_map(level).contour() == []
    shifted = heat_map(level, threshold=5.5)
    difference = heat_map(quantity(plane, "burnout_mean"))
    assert shifted.grid() == pytest.approx(difference.grid())


def test_other_factors_are_averaged_over_within_each_replication(store_of):
    """With the switch the value is 3, without it 1: the mean is 2 and its interval nothing, since seeds are paired."""
    found = store_of(
        SUPPORT + CAP + '[factors.toolkit]\nlevels = ["on", "off"]\n' + OUT + with_replications(2),
        lambda point, _arm, seed: {"burnout_mean": {"on": 3, "off": 1}[point["toolkit"]] + 0 * seed},
    )
    over = heat_map(quantity(found, "burnout_mean"))
    assert over.averaged == ("toolkit",)
    assert {(cell.mean, cell.low, cell.high) for row in over.cells for cell in row} == {(2, 2, 2)}
    words = heat_map(quantity(found, "burnout_mean"), "toolkit", "support_level", threshold=2)
    assert words.contour() == [] and words.xs == ("on", "off")


def test_a_saddle_is_two_lines_that_part_the_corners_its_middle_does_not_join():
    """Corners 1, -1, 1, -1 with a middle of 0 belong apart; raised by .5 the two high corners are joined."""
    apart = list(segments([0, 1], [0, 1], np.array([[1.0, -1.0], [-1.0, 1.0]])))
    joined = list(segments([0, 1], [0, 1], np.array([[1.5, -0.5], [-0.5, 1.5]])))
    assert len(apart) == len(joined) == 2
    assert sorted(apart[0]) == [(0.0, 0.5), (0.5, 0.0)] and sorted(joined[0]) == [(0.75, 0.0), (1.0, 0.25)]


def test_a_tornado_is_sorted_by_the_swing_of_a_known_table(store_of):
    """Support moves burnout by -.2 to +.1, the cap by +.05 and 0, equity by -.5 and 0: swings .3, .05, .5."""
    moves = {
        ("support_level", 0.2): 0.1, ("support_level", 0.4): 0.0, ("support_level", 0.8): -0.2,
        ("caseload_cap", 50): 0.0, ("caseload_cap", 100): 0.05,
        ("equity_rule", "none"): 0.0, ("equity_rule", "need_first"): -0.5,
    }  # fmt: skip
    text = SUPPORT + CAP + '[factors.equity_rule]\nlevels = ["none", "need_first"]\n[design]\nkind = "ofat"\n' + OUT

    def moved(point, _arm, seed):
        return {"burnout_mean": seed + sum(moves[item] * (1 + LUCK[seed]) for item in point.items())}

    found = store_of(text + with_replications(12), moved)
    answer = tornado(quantity(found, "burnout_mean"))
    assert [(bar.factor, round(bar.swing, 9)) for bar in answer.bars] == [
        ("equity_rule", 0.5), ("support_level", 0.3), ("caseload_cap", 0.05),
    ]  # fmt: skip
    assert answer.base.mean == 5.5 and len(answer.table()) == 7
    assert answer.bars[1].changes[2].verdict == "clear" and answer.bars[1].changes[2].mean == pytest.approx(-0.2)


def test_what_a_store_lacks_is_told(plane, store_of):
    alone = store_of(OUT + with_replications(2), lambda *_: {"burnout_mean": 1.0}, "alone")
    level = quantity(alone, "burnout_mean")
    assert not level.is_difference and level.label.endswith("in ‘today’")
    for use, words in (
        (lambda: differences(alone), "has one arm, 'today'"),
        (lambda: heat_map(level), "needs two factors"),
        (lambda: tornado(level), "needs kind = 'ofat'"),
        (lambda: heat_map(quantity(plane, "burnout_mean"), "support_level", "support_level"), "two different factors"),
    ):
        with pytest.raises(BadValue, match=words):
            use()
    for use, words in (
        (lambda: quantity(plane, "burnout_meen"), "Did you mean burnout_mean"),
        (lambda: quantity(plane, "share_crisis"), "measure that this study keeps"),
        (lambda: quantity(plane, "burnout_mean", "mor"), "Did you mean more"),
        (lambda: heat_map(quantity(plane, "burnout_mean"), "support"), "Did you mean support_level"),
    ):
        with pytest.raises(UnknownName, match=words):
            use()


def test_several_arms_must_be_named_and_the_first_is_a_level(store_of):
    found = store_of(
        ARMS + "[arms.third]\n" + OUT + with_replications(2), lambda _point, arm, _seed: {"burnout_mean": len(arm)}
    )
    with pytest.raises(BadValue, match="name one of today, more, third"):
        quantity(found, "burnout_mean")
    assert quantity(found, "burnout_mean", "third").values.tolist() == [[0, 0]]
    assert quantity(found, "burnout_mean", "today").values.tolist() == [[5, 5]]


def test_a_measure_that_is_paired_by_itself_is_not_subtracted_again(store_of):
    found = store_of(
        ARMS + '[outputs]\nmeasures = ["net_benefit_gbp"]\n' + with_replications(2),
        lambda _point, arm, _seed: {"net_benefit_gbp": 7.0 if arm == "more" else np.nan},
    )
    assert quantity(found, "net_benefit_gbp").values.tolist() == [[7, 7]]
    with pytest.raises(BadValue, match="the first itself has none"):
        quantity(found, "net_benefit_gbp", "today")


def test_an_unfinished_store_is_refused_with_how_to_finish_it(plane):
    plane.runs.loc[3, "status"] = MISSING
    with pytest.raises(BadValue, match=r"1 of 144 runs of 'made up' are missing .* resume"):
        differences(plane)


def test_a_point_without_any_value_is_named(store_of):
    found = store_of(
        SUPPORT + OUT + with_replications(2),
        lambda point, _arm, _seed: None if point["support_level"] == 0.4 else {"burnout_mean": 1.0},
    )
    with pytest.raises(BadValue, match=r"no value at point 1 \{'support_level': 0.4\}"):
        quantity(found, "burnout_mean")
