"""Sensitivity and emulators: known functions through our own path, from the points of a study to its indices."""

import sys

import numpy as np
import pytest

from sp_abm.analysis.emulator import emulate
from sp_abm.analysis.sensitivity import elementary_effects, morris, noise_share, sobol
from sp_abm.errors import BadValue, MissingExtra

OUT = '[outputs]\nmeasures = ["burnout_mean"]\n[replications]\nn = '
THREE = "".join(
    f"[factors.{name}]\nlow = 0\nhigh = 1\n" for name in ("support_level", "outreach_share", "awareness_campaign")
)


def inputs(point):
    return np.array([point["support_level"], point["outreach_share"], point["awareness_campaign"]])


def ishigami(point):
    """Return sin x + 7 sin^2 y + .1 z^4 sin x, each from -pi to pi; S1 = .3139, .4424, 0; ST = .5576, .4424, .2437."""
    x, y, z = np.pi * (2 * inputs(point) - 1)
    return np.sin(x) + 7 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)


def test_sobol_finds_the_indices_of_the_ishigami_function(quantity_of):
    """With 1,024 samples the estimates are within .03 of the known values, as their intervals promise."""
    found = quantity_of(
        THREE + '[design]\nkind = "sobol"\nn = 1024\n' + OUT + "1", lambda point, _seed: ishigami(point)
    )
    answer = sobol(found)
    table = answer.table().set_index("factor")
    known = {"S1": (0.3139, 0.4424, 0.0), "ST": (0.5576, 0.4424, 0.2437)}
    for index, values in known.items():
        for factor, value in zip(("support_level", "outreach_share", "awareness_campaign"), values, strict=True):
            row = table.loc[factor]
            assert row[index] == pytest.approx(value, abs=0.03)
            assert row[f"{index}_low"] - 0.01 < value < row[f"{index}_high"] + 0.01
    assert table.index.tolist() == ["support_level", "outreach_share", "awareness_campaign"]
    assert np.isnan(answer.noise_share) and answer.pairs.empty


def test_sobol_with_second_order_finds_which_pair_acts_together(quantity_of):
    """Of the Ishigami function x and z act together: S2 = .2437, the other pairs 0."""
    found = quantity_of(
        THREE + '[design]\nkind = "sobol"\nn = 512\nsecond_order = true\n' + OUT + "1",
        lambda point, _seed: ishigami(point),
    )
    pairs = sobol(found).pairs
    assert pairs[["factor", "with"]].to_numpy().tolist() == [
        ["support_level", "outreach_share"], ["support_level", "awareness_campaign"],
        ["outreach_share", "awareness_campaign"],
    ]  # fmt: skip
    assert pairs["S2"].to_numpy() == pytest.approx([0, 0.2437, 0], abs=0.06)


def test_morris_finds_the_slopes_of_a_linear_function(quantity_of):
    """Of 3 x - 2 y + 0 z the effects over the whole range are 3, -2 and 0, on every trajectory alike: no spread."""
    found = quantity_of(
        THREE + '[design]\nkind = "morris"\nn = 10\n' + OUT + "2",
        lambda point, seed: inputs(point) @ [3, -2, 0] + seed,
    )
    table = morris(found).table()
    assert table["factor"].tolist() == ["support_level", "outreach_share", "awareness_campaign"]
    assert table["mu"].to_numpy() == pytest.approx([3, -2, 0])
    for column in ("mu_star", "mu_star_low", "mu_star_high"):
        assert table[column].to_numpy() == pytest.approx([3, 2, 0], abs=1e-9)
    for column in ("sigma", "sigma_low", "sigma_high", "noise"):
        assert table[column].to_numpy() == pytest.approx([0, 0, 0], abs=1e-9)


def test_morris_over_a_distribution_is_of_its_quantiles(quantity_of):
    """From the least to the most likely value the effect of x alone is its range, whatever lies between: 100 - 1."""
    text = "[factors.caseload_cap]\nlow = 1\nhigh = 100\ndistribution = 'loguniform'\n"
    found = quantity_of(
        text
        + "[factors.support_level]\nlow = 0\nhigh = 1\n[design]\nkind = 'morris'\nn = 10\nlevels = 2\n"
        + OUT
        + "1",
        lambda point, _seed: point["caseload_cap"],
    )
    assert morris(found).table()["mu"].to_numpy() == pytest.approx([99, 0])


def test_elementary_effects_by_hand():
    """From (0, 0) to (.5, 0) to (.5, 1) a value of 1, 3, 2: effects 2 / .5 = 4 and -1 / 1 = -1."""
    effects = elementary_effects(np.array([[0, 0], [0.5, 0], [0.5, 1]]), np.array([[1.0], [3.0], [2.0]]))
    assert effects[:, 0, 0].tolist() == [4, -1]


def test_the_effect_that_luck_alone_gives_stands_beside(quantity_of):
    """Noise of sd 1 over 4 replications: a change has sd sqrt(2 / 4), over a step of 2/3 1.06, a mean size of .85."""
    luck = np.random.default_rng(5)
    found = quantity_of(
        THREE + '[design]\nkind = "morris"\nn = 200\n' + OUT + "4",
        lambda *_: luck.normal(),
    )
    table = morris(found).table()
    assert table["noise"].to_numpy() == pytest.approx([0.846] * 3, rel=0.1)
    assert table["mu_star"].to_numpy() == pytest.approx([0.846] * 3, rel=0.15)


def test_the_share_of_noise_by_hand():
    """Points at 0 and 2, replications 2 apart, residuals +-1/2: variance 1 / 1, over 2 replications 1/2, of 2: 1/4."""
    values = np.array([[-1.5, 1.5], [1.5, 2.5]])
    assert noise_share(values) == pytest.approx(0.25)
    assert noise_share(np.array([[0.0, 5.0], [2.0, 7.0]])) == 0
    assert np.isnan(noise_share(np.ones((3, 1))))


def test_a_quantity_that_nothing_moves_is_refused(quantity_of):
    for kind, n, method in (("sobol", 8, sobol), ("morris", 4, morris)):
        text = THREE + f'[design]\nkind = "{kind}"\nn = {n}\n' + OUT + "1"
        found = quantity_of(text, lambda *_: 1.0)
        with pytest.raises(BadValue, match="no factor moves it"):
            method(found)
        with pytest.raises(BadValue, match=f"is '{kind}'"):
            (morris if method is sobol else sobol)(found)


HYPERCUBE = THREE + '[design]\nkind = "lhs"\nn = 80\n'


def smooth(point):
    x, y, _ = inputs(point)
    return np.sin(3 * x) + y**2


def test_an_emulator_of_a_smooth_function_predicts_it(quantity_of):
    emulator = emulate(quantity_of(HYPERCUBE + OUT + "1", lambda point, _seed: smooth(point)))
    assert emulator.q2 > 0.99 and emulator.rmse < 0.02 and emulator.is_useful
    rng = np.random.default_rng(8)
    names = ("support_level", "outreach_share", "awareness_campaign")
    fresh = [dict(zip(names, row, strict=True)) for row in rng.random((100, 3))]
    said, truth = emulator.predict(fresh), np.array([smooth(point) for point in fresh])
    assert np.sqrt(((said["mean"] - truth) ** 2).mean()) < 0.02


def test_the_intervals_of_an_emulator_hold_what_they_promise(quantity_of):
    """Of 200 fresh values with noise of sd .3 the 95% intervals hold 90 to 99%: not all, and not far too few."""
    luck = np.random.default_rng(4)
    found = quantity_of(HYPERCUBE + OUT + "1", lambda point, _seed: smooth(point) + 0.3 * luck.normal())
    emulator = emulate(found)
    assert 0.3 < emulator.q2 < 0.9
    names = ("support_level", "outreach_share", "awareness_campaign")
    fresh = [dict(zip(names, row, strict=True)) for row in luck.random((200, 3))]
    said = emulator.predict(fresh)
    truth = np.array([smooth(point) for point in fresh]) + 0.3 * luck.normal(size=200)
    assert 0.9 <= ((said["low"] <= truth) & (truth <= said["high"])).mean() <= 0.995
    held = emulator.table()["is_within"].mean()
    assert held == pytest.approx(0.95, abs=0.04)


@pytest.mark.parametrize("seed", range(3))
def test_an_emulator_of_noise_refuses_to_be_used(quantity_of, seed):
    luck = np.random.default_rng(seed)
    found = quantity_of(HYPERCUBE + OUT + "1", lambda *_: luck.normal())
    emulator = emulate(found)
    assert not emulator.is_useful
    with pytest.raises(BadValue, match=r"predicts no better than the mean .*Q2 = "):
        emulator.predict([{"support_level": 0.5, "outreach_share": 0.5, "awareness_campaign": 0.5}])


@pytest.mark.parametrize(
    ("module", "kind", "use"),
    [
        ("sklearn.gaussian_process", "lhs", emulate),
        ("SALib.analyze.morris", "morris", morris),
        ("SALib.analyze.sobol", "sobol", sobol),
    ],
)
def test_what_is_not_installed_is_named_with_how_to_get_it(quantity_of, monkeypatch, module, kind, use):
    text = THREE + f'[design]\nkind = "{kind}"\nn = 32\n' + OUT + "1"
    found = quantity_of(text, lambda point, _seed: smooth(point))
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra, match=r"needs (sklearn|SALib), .* pip install 'sp_abm\[analysis\]'"):
        use(found)


def test_an_emulator_takes_words_and_needs_points(quantity_of):
    words = '[factors.equity_rule]\nlevels = ["none", "need_first"]\n'
    text = words + "[factors.support_level]\nlow = 0\nhigh = 1\n[design]\nkind = 'lhs'\nn = 40\n" + OUT + "1"
    found = quantity_of(
        text,
        lambda point, _seed: point["support_level"] * (2 if point["equity_rule"] == "none" else -1),
    )
    said = emulate(found).predict(
        [{"equity_rule": "none", "support_level": 0.5}, {"equity_rule": "need_first", "support_level": 0.5}]
    )
    assert said["mean"].to_numpy() == pytest.approx([1, -0.5], abs=0.05)
    few = quantity_of(text.replace("n = 40", "n = 19"), lambda point, _seed: point["support_level"])
    with pytest.raises(BadValue, match="at least 20 different points; the study has 19"):
        emulate(few)
