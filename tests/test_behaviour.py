"""Behaviour: what the whole model must show with effects of the size of the evidence, and what it must not."""

from functools import cache

import numpy as np
import pytest

from sp_abm import compare, simulate
from sp_abm.measures import MEASURES
from sp_abm.scenario import load

pytestmark = pytest.mark.slow
SEEDS, YEARS = [1, 2, 3], 3


@cache
def against_today(*names):
    """Return paired differences from today in an average PCN: {arm: measure -> values by seed}."""
    arms = [load(name) for name in ("today", *names)]
    comparison = compare(arms, "average-pcn", seeds=SEEDS, years=YEARS, workers=2)
    found = {}
    for position, arm in enumerate(arms[1:], start=1):
        values = comparison.values[:, position] - comparison.values[:, 0]
        found[arm.name] = dict(zip(MEASURES, values.T, strict=True))
    return found


def test_today_stands_after_ten_years_where_it_stood():
    """The service does not collapse at default values: most who are referred are seen, most posts are filled."""
    results = simulate("today", "average-pcn", 1, 10)
    contacted = results.weekly["share_contacted"]
    assert contacted[-104:-26].mean() > 0.7
    assert results.tally("fte_in_post")[-260:].sum() > 0.8 * results.tally("fte_funded")[-260:].sum()
    assert 0.25 < results.summary["burnout_mean"] < 0.6
    distress = results.tally("n_distress") / results.tally("n_adults")
    assert abs(distress[-52:].mean() - distress[:52].mean()) < 0.01


def test_the_effect_of_today_s_service_on_everybody_is_a_fraction_of_a_point():
    found = against_today("no-service", "supported-workforce", "outreach-without-support")
    for arm, measures in found.items():
        assert np.abs(measures["share_distress"]).max() < 0.005, arm
        assert np.abs(measures["life_satisfaction_mean"]).max() < 0.05, arm


def test_outreach_reaches_people_earlier_and_makes_others_wait_longer():
    found = against_today("no-service", "supported-workforce", "outreach-without-support")["outreach-without-support"]
    assert (found["share_help_proactive"] > 0.05).all()
    assert (found["share_non_medical_routes"] > 0.05).all()
    assert found["contacts_per_case"].mean() < 0


def test_support_lowers_burnout_modestly():
    found = against_today("no-service", "supported-workforce", "outreach-without-support")["supported-workforce"]
    assert -0.1 < found["burnout_mean"].mean() < -0.005
    assert -0.1 < found["expected_leaving_rate_per_year"].mean() < 0.01
