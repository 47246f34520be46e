"""Directions: with luck held fixed, what more support, a higher cap, no ties and more places do.

"100+ link workers" means replications of Tower Hamlets pooled until they hold at least 100 posts: 14 each, so eight.
What is claimed of citizens, of whom each replication has 310,300, takes four.
"""

from dataclasses import replace

import pytest

from sp_abm.comparison import compare
from sp_abm.measures import MEASURES
from sp_abm.scenario import load

EIGHT, FOUR = [1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4]
pytestmark = pytest.mark.slow


def pooled(arms, seeds, years, **common):
    """Run variants of today in Tower Hamlets; return a function from a measure to its values by (seed, arm)."""
    scenarios = [replace(load("today").with_changes(changes), name=name) for name, changes in arms.items()]
    comparison = compare(scenarios, "tower-hamlets", seeds=seeds, years=years, changes=common, workers=2)
    assert seeds != EIGHT or values_of(comparison, "posts")[:, 0].sum() > 100
    return lambda measure: values_of(comparison, measure)


def values_of(comparison, measure):
    """Return a measure's values, shape (seeds, arms)."""
    return comparison.values[:, :, list(MEASURES).index(measure)]


def test_support_delivered_in_full_lowers_burnout_and_leaving():
    arms = {"none": {"support_level": 0}, "full": {"support_level": 1}}
    values = pooled(arms, EIGHT, 1.5, **{"staffing.share_support_delivered": 1})
    burnout, leaving = values("burnout_mean"), values("expected_leaving_rate_per_year")
    assert (burnout[:, 1] < burnout[:, 0]).all()
    assert burnout[:, 0].mean() - burnout[:, 1].mean() > 0.03
    assert leaving[:, 1].mean() < leaving[:, 0].mean()


def test_a_higher_cap_shortens_the_wait_and_raises_burnout():
    values = pooled({"25": {"caseload_cap": 25}, "110": {"caseload_cap": 110}}, EIGHT, 1)
    wait, burnout = values("mean_wait_weeks"), values("burnout_mean")
    assert (wait[:, 1] < wait[:, 0]).all()
    assert (burnout[:, 1] > burnout[:, 0]).all()
    assert (values("share_contacted")[:, 1] > values("share_contacted")[:, 0]).all()


def test_without_ties_fewer_know_of_the_service_and_fewer_come_by_themselves():
    values = pooled({"today": {}, "no ties": {"population.share_ties": 0}}, FOUR, 0.5)
    aware, routes = values("share_aware"), values("share_non_medical_routes")
    by_themselves = routes * values("referrals_per_1000_per_week")
    assert (aware[:, 1] < aware[:, 0]).all()
    assert (by_themselves[:, 1] < by_themselves[:, 0]).all()


def test_twice_the_places_let_more_people_start_an_activity():
    values = pooled({"today": {}, "twice": {"grants_multiplier": 2}}, FOUR, 1)
    started, taken = values("share_started_activity"), values("places_occupied")
    assert (started[:, 1] > started[:, 0]).all() and (taken[:, 1] > taken[:, 0]).all()
