"""Designs: the points of Sobol and Morris by definition, distributions by their quantiles, and what is refused."""

import sys
from collections import Counter

import numpy as np
import pytest
from scipy import stats

from sp_abm.designs import Design
from sp_abm.errors import BadValue, MissingExtra, SpAbmError
from sp_abm.factors import Factor
from sp_abm.plan import plan_of
from sp_abm.study import study_from

HEAD = 'schema_version = 1\nname = "mine"\n'
TWO = "[factors.support_level]\nlow = 0.2\nhigh = 0.7\n[factors.caseload_cap]\nlevels = [50, 75, 100]\n"
FACTORS = (Factor("support_level", low=0.2, high=0.7), Factor("caseload_cap", levels=(50, 75, 100)))


def study(text):
    return study_from(HEAD + text, "mine.toml")


def test_the_plan_counts_a_sobol_design():
    """With 2 factors and n = 8 there are 8 x (2 + 2) = 32 points, with second order 8 x (4 + 2) = 48."""
    text = TWO + '[design]\nkind = "sobol"\nn = 8\n'
    for order, n in (("", 32), ("second_order = false\n", 32), ("second_order = true\n", 48)):
        found = study(text + order + "[replications]\nn = 3")
        assert found.design.size(found.factors) == len(plan_of(found).points) == n
        assert len(plan_of(found).runs) == 3 * n


def test_the_plan_counts_a_morris_design():
    """Five trajectories through 2 factors have 3 points each: 15."""
    found = study(TWO + '[design]\nkind = "morris"\nn = 5\n[replications]\nn = 2')
    assert found.design.size(found.factors) == len(plan_of(found).points) == 15
    assert len(plan_of(found).runs) == 30


def test_saltellis_sample_exchanges_one_factor_at_a_time():
    """Of a sample's four points the second has the last one's first value, the third its second, else the first's."""
    rows = np.array(Design("sobol", 16, 5).shares(2)).reshape(16, 4, 2)
    first, one, two, other = rows.transpose(1, 0, 2)
    assert np.array_equal(one, np.column_stack([other[:, 0], first[:, 1]]))
    assert np.array_equal(two, np.column_stack([first[:, 0], other[:, 1]]))
    assert sorted((first[:, 0] * 16).astype(int)) == list(range(16))


@pytest.mark.parametrize("levels", [None, 2, 6])
def test_a_trajectory_moves_each_factor_once_by_more_than_half_its_range(levels):
    p = levels or 4
    rows = np.array(Design("morris", 20, 5, levels=levels).shares(3)).reshape(20, 4, 3)
    steps = np.diff(rows, axis=1)
    assert set(np.abs(steps[steps != 0]).round(9)) == {round(p / (2 * (p - 1)), 9)}
    assert (np.abs(steps) > 0).sum(axis=1).tolist() == [[1, 1, 1]] * 20
    assert set((rows * (p - 1)).round(9).ravel()) == set(range(p))


@pytest.mark.parametrize("n_levels", range(2, 8))
def test_each_step_of_a_trajectory_changes_a_factor_that_has_levels(n_levels):
    factors = (Factor("caseload_cap", levels=tuple(range(n_levels))), Factor("support_level", high=1.0))
    points = Design("morris", 40, 2, levels=6).points(factors)
    for at in range(0, len(points), 3):
        for one, two in zip(points[at : at + 3], points[at + 1 : at + 3], strict=False):
            assert sum(one[name] != two[name] for name in one) == 1


@pytest.mark.parametrize("kind", ["sobol", "morris"])
def test_the_same_study_gives_the_same_points_and_a_larger_one_adds_to_them(kind):
    few, again, many, other = (Design(kind, n, seed).points(FACTORS) for n, seed in ((8, 3), (8, 3), (16, 3), (8, 4)))
    assert few == again == many[: len(few)] != other
    assert Counter(type(point["caseload_cap"]) for point in few) == {int: len(few)}


def test_designs_leave_the_global_luck_alone():
    np.random.seed(3)  # noqa: NPY002
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    for kind in ("sobol", "morris", "lhs"):
        Design(kind, 8, 3).shares(3)
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002


DISTRIBUTIONS = {
    "uniform": (Factor("x", low=2, high=6), stats.uniform(2, 4)),
    "loguniform": (Factor("x", low=2, high=50, distribution="loguniform"), stats.loguniform(2, 50)),
    "triangular": (Factor("x", (), 2, 6, "triangular", (3.0,)), stats.triang(0.25, 2, 4)),
    "triangular from its mode": (Factor("x", (), 2, 6, "triangular", (2.0,)), stats.triang(0, 2, 4)),
    "triangular to its mode": (Factor("x", (), 2, 6, "triangular", (6.0,)), stats.triang(1, 2, 4)),
    "normal": (Factor("x", (), 2, 6, "normal", (5.0, 1.5)), stats.truncnorm(-2, 2 / 3, 5, 1.5)),
}


@pytest.mark.parametrize(("factor", "known"), DISTRIBUTIONS.values(), ids=DISTRIBUTIONS)
def test_a_distribution_is_met_at_its_quantiles_and_never_leaves_its_range(factor, known):
    shares = np.linspace(0, 1, 101)
    values = np.array([factor.at(share) for share in shares])
    assert values == pytest.approx(known.ppf(shares), rel=1e-9)
    assert (values[0], values[-1]) == pytest.approx((factor.low, factor.high), rel=1e-12)
    assert values.min() >= factor.low and values.max() <= factor.high and (np.diff(values) > 0).all()


def test_the_top_of_a_range_is_not_above_it_by_rounding():
    tops = [Factor("x", low=low / 10, high=1.1).at(1.0) for low in range(11)]
    assert tops == [1.1] * 11


def test_a_factor_is_a_lever_or_an_uncertainty_as_the_registry_or_the_study_says():
    found = study(
        TWO + "[factors.strain.sd_trait]\nlow = 0.1\nhigh = 0.3\n[factors.hardship]\nlow = 1\nhigh = 2\n"
        "[factors.posts_per_10000]\nlow = 1\nhigh = 2\nkind = 'uncertainty'\n[design]\nkind = 'lhs'\nn = 3"
    )
    assert {factor.name: factor.kind for factor in found.factors} == {
        "support_level": "lever",
        "caseload_cap": "lever",
        "strain.sd_trait": "uncertainty",
        "hardship": "uncertainty",
        "posts_per_10000": "uncertainty",
    }


def test_hours_are_a_budget_too():
    """6 points x 10 replications x 260 weeks x (.001 + 5,000 x .00000008) s = 22 s: .00607 hours."""
    text = "[factors.support_level]\nlevels = [0, 0.2, 0.4, 0.6, 0.8, 1]\n[budget]\nhours = "
    plan = plan_of(study(text + "0.0061"))
    assert plan.seconds / 3600 < plan.study.hours
    with pytest.raises(BadValue, match=r"about 0\.0061 hours on one core, more than its budget of 0\.006"):
        plan_of(study(text + "0.006"))


def test_a_design_says_which_extra_it_needs(monkeypatch):
    monkeypatch.setitem(sys.modules, "SALib.sample.sobol", None)
    with pytest.raises(MissingExtra, match=r"A Sobol design needs SALib, .* pip install 'sp_abm\[analysis\]'"):
        Design("sobol", 8).shares(2)


ONE = "[factors.support_level]\nlow = 0.2\nhigh = 0.7\n"
BAD = {
    "not a power of two": (TWO + '[design]\nkind = "sobol"\nn = 12', ("n = 12", "a power of 2")),
    "sobol of one": (TWO + '[design]\nkind = "sobol"\nn = 1', ("n = 1", "a power of 2")),
    "no n": (TWO + '[design]\nkind = "morris"', ("morris", "needs n, the number of trajectories")),
    "one trajectory": (TWO + '[design]\nkind = "morris"\nn = 1', ("n = 1", "at least 2")),
    "one factor": (ONE + '[design]\nkind = "sobol"\nn = 8', ("at least two [factors.NAME]",)),
    "odd levels": (TWO + '[design]\nkind = "morris"\nn = 4\nlevels = 5', ("levels = 5", "an even number")),
    "levels elsewhere": (ONE + '[design]\nkind = "lhs"\nn = 4\nlevels = 4', ("levels are for kind = 'morris'",)),
    "order elsewhere": (ONE + '[design]\nkind = "lhs"\nn = 4\nsecond_order = true', ("second_order is for kind",)),
    "order no flag": (TWO + '[design]\nkind = "sobol"\nn = 4\nsecond_order = 2', ("second_order", "true or false")),
    "single level": (
        ONE + "[factors.caseload_cap]\nlevels = [50]\n[design]\nkind = 'sobol'\nn = 8",
        ("caseload_cap has one level", "at least two values"),
    ),
    "no mode": (ONE + 'distribution = "triangular"', ("mode is missing", "'triangular'")),
    "mode outside": (ONE + 'distribution = "triangular"\nmode = 0.9', ("mode = 0.9", "from low = 0.2 to high = 0.7")),
    "no sd": (ONE + 'distribution = "normal"\nmean = 0.4', ("sd is missing",)),
    "no spread": (ONE + 'distribution = "normal"\nmean = 0.4\nsd = 0', ("sd = 0", "above 0")),
    "mean far away": (ONE + 'distribution = "normal"\nmean = 99\nsd = 0.1', ("mean = 99", "away from 0.2 to 0.7")),
    "mean of words": (ONE + 'distribution = "normal"\nmean = "low"\nsd = 0.1', ("mean = 'low'", "must be a number")),
    "log of nothing": (
        '[factors.support_level]\nlow = 0\nhigh = 1\ndistribution = "loguniform"',
        ("low = 0", "above 0", "loguniform"),
    ),
    "key of another": (ONE + "mode = 0.3", ("'mode'", "field of a factor")),
    "levels and a shape": (
        "[factors.support_level]\nlevels = [0.1]\ndistribution = 'triangular'\nmode = 0.1",
        ("one of them",),
    ),
    "kind": (ONE + 'kind = "levver"', ("'levver'", "Did you mean lever?")),
    "constant": (ONE + 'kind = "constant"', ("'constant'", "is not a kind of factor")),
    "grid of a distribution": (ONE + 'distribution = "loguniform"', ("a grid needs levels",)),
    "hours": ("[budget]\nhours = 0", ("budget.hours", "above 0")),
}


@pytest.mark.parametrize(("text", "words"), BAD.values(), ids=BAD)
def test_a_bad_design_or_factor_is_refused_with_what_would_be_right(text, words):
    with pytest.raises(SpAbmError) as problem:
        study(text)
    assert all(word in str(problem.value) for word in words), str(problem.value)
