"""Search: a front that is known, mixes that are equally good, a budget, uncertain worlds, and what is refused."""

import numpy as np
import pytest

from sp_abm.analysis.search import search, spread_out
from sp_abm.errors import BadValue, UnknownName

LEVERS = "[factors.support_level]\nlow = 0\nhigh = 1\n[factors.outreach_share]\nlow = 0\nhigh = 1\n"
OUT = "[design]\nkind = 'lhs'\nn = 50\n[replications]\nn = 1\n[outputs]\nmeasures = ['cost_total_gbp', 'share_crisis']"
AIM = {"share_crisis": "less"}


def alike(luck, noise=0.02):
    """Return a world in which both levers cost a pound and spare a person the same: only their sum matters."""

    def values(point, *_):
        total = point["support_level"] + point["outreach_share"]
        return {"cost_total_gbp": total, "share_crisis": 2 - total + noise * luck.normal()}

    return values


def one_works(point, *_):
    return {
        "cost_total_gbp": point["support_level"] + point["outreach_share"],
        "share_crisis": 1 - point["support_level"],
    }


def test_the_front_is_the_known_one(store_of):
    """Only support helps and both cost: on the front there is no outreach and crisis is 1 - cost, from 0 to 1.

    At the very end, where support is full, an emulator errs enough for a little outreach to look worth its cost.
    """
    found = search(store_of(LEVERS + OUT, one_works), AIM)
    front = found.front
    before = front[front["support_level"] < 0.97]
    assert len(before) > 40
    assert before["outreach_share"].to_numpy() == pytest.approx(np.zeros(len(before)), abs=0.03)
    assert before["share_crisis"].to_numpy() == pytest.approx(1 - before["cost_total_gbp"].to_numpy(), abs=0.03)
    assert front["cost_total_gbp"].min() < 0.05 and front["cost_total_gbp"].max() > 0.95
    assert found.best["support_level"] > 0.97 and list(found.aims) == ["share_crisis", "cost_total_gbp"]


def test_under_a_budget_mixes_that_only_divide_it_otherwise_are_equally_good(store_of):
    """A budget of 1 buys a sum of 1, whatever of which lever: all equally good mixes cost nearly 1 and differ."""
    found = search(store_of(LEVERS + OUT, alike(np.random.default_rng(2))), AIM, budget=1.0)
    assert found.front["cost_total_gbp"].max() <= 1.0 and found.equal["cost_total_gbp"].max() <= 1.0
    assert found.equal["cost_total_gbp"].min() > 0.85
    assert np.ptp(found.equal["support_level"]) > 0.6
    assert 0 < found.share_equal < 0.3
    few = spread_out(found.equal, found.levers, 5)
    assert len(few) == 5 and np.ptp(few["support_level"]) > 0.6


def test_more_of_a_measure_is_had_where_more_is_asked_for(store_of):
    """With `more` in place of `less` the best mix is the one where crisis, 1 - support, is the most: no support."""
    store = store_of(LEVERS + OUT, one_works)
    assert search(store, {"share_crisis": "more"}).best["support_level"] < 0.03


def test_an_uncertain_factor_is_averaged_over_and_not_chosen(store_of):
    """Hardship from 1 to 2 adds itself to crisis: whatever the mix, a mean of 1.5 is added."""
    text = LEVERS + "[factors.hardship]\nlow = 1\nhigh = 2\n" + OUT

    def values(point, *_):
        return one_works(point) | {"share_crisis": 1 - point["support_level"] + point["hardship"]}

    found = search(store_of(text, values), AIM)
    assert found.levers == ("support_level", "outreach_share") and "hardship" not in found.front
    rest = found.front["share_crisis"] - (1 - found.front["support_level"])
    assert rest.to_numpy() == pytest.approx(np.full(len(rest), 1.5), abs=0.03)


def test_the_uncertain_factors_of_a_list_are_those_of_the_registry(store_of):
    rng = np.random.default_rng(5)
    points = ", ".join(f"{{support_level = {a:.3f}, hardship = {1 + b:.3f}}}" for a, b in rng.random((30, 2)))
    text = f"[design]\nkind = 'list'\npoints = [{points}]\n" + OUT.partition("n = 50\n")[2]
    found = search(
        store_of(
            text,
            lambda p, *_: {"share_crisis": p["hardship"] - p["support_level"], "cost_total_gbp": p["support_level"]},
        ),
        AIM,
    )
    assert found.levers == ("support_level",)


def test_the_same_store_gives_the_same_search(store_of):
    store = store_of(LEVERS + OUT, one_works)
    assert search(store, AIM).front.equals(search(store, AIM).front)


def test_what_cannot_be_searched_is_refused(store_of):
    store = store_of(LEVERS + OUT, one_works)
    luck = np.random.default_rng(3)
    noise = store_of(LEVERS + OUT, lambda p, *_: one_works(p) | {"share_crisis": luck.normal()}, "noise")
    worlds = store_of(LEVERS.replace("high = 1", "high = 1\nkind = 'uncertainty'") + OUT, one_works, "worlds")
    for use, words in (
        (lambda: search(noise, AIM), "predicts no better than the mean"),
        (lambda: search(worlds, AIM), "every factor of this study is an uncertainty"),
        (lambda: search(store, {}), "at least one measure"),
        (lambda: search(store, {"cost_total_gbp": "less"}), "beside the cost"),
        (lambda: search(store, AIM | {"cost_total_gbp": "more"}), "Name another cost"),
        (lambda: search(store, AIM, budget=-1), "No mix costs at most -1"),
    ):
        with pytest.raises(BadValue, match=words):
            use()
    with pytest.raises(UnknownName, match="'fewer' is not an aim"):
        search(store, {"share_crisis": "fewer"})
    with pytest.raises(UnknownName, match="measure that this study keeps"):
        search(store, {"burnout_mean": "less"})
