"""Shipped scenarios: each is what its table says, and runs."""

from datetime import date

import numpy as np
import pytest

from sp_abm.levers import shown
from sp_abm.measures import MEASURES
from sp_abm.scenario import load, scenario_names
from sp_abm.simulation import Simulation

N_WEEKS = 156
VALUES = [
    ("managed-decline", "support_level", (0.39, 0.39, 0.2, 0.2)),
    ("managed-decline", "investment_response", (0.5, 0.5, 0.5, 0.5)),
    ("managed-decline", "caseload_cap", (75, 75, 75, 75)),
    ("supported-workforce", "support_level", (1, 1, 1, 1)),
    ("caps-only", "caseload_cap", (50, 50, 50, 50)),
    ("outreach-without-support", "outreach_share", (0.2, 0.2, 0.2, 0.2)),
    ("outreach-without-support", "support_level", (0.39, 0.39, 0.39, 0.39)),
    ("outreach-with-support", "support_level", (1, 1, 1, 1)),
    ("support-then-outreach", "outreach_share", (0, 0, 0, 0.2)),
    ("support-then-outreach", "support_level", (1, 1, 1, 1)),
    ("outreach-then-support", "outreach_share", (0.2, 0.2, 0.2, 0.2)),
    ("outreach-then-support", "support_level", (0.39, 0.39, 0.39, 1)),
    ("horizon-2", "outreach_share", (0, 0, 0, 0.1)),
    ("horizon-2", "posts_per_10000", (0.45, 0.45, 0.7, 0.9)),
    ("horizon-2", "support_level", (0.7, 0.7, 0.7, 0.7)),
    ("horizon-3", "outreach_share", (0.1, 0.1, 0.1, 0.3)),
    ("horizon-3", "posts_per_10000", (0.9, 0.9, 0.9, 1.5)),
    ("pandemic-shock", "places_open", (1, 1, 0.5, 1)),
    ("pandemic-shock", "distress_shock", (0, 0, 2.3, 0)),
]
WORDS = [
    ("outreach-without-support", "outreach_target", "off_balance"),
    ("support-then-outreach", "outreach_target", "off_balance"),
    ("outreach-then-support", "outreach_target", "off_balance"),
    ("horizon-3", "outreach_target", "deprived_first"),
    ("horizon-3", "outreach_channel", "volunteers"),
    ("horizon-3", "toolkit", "on"),
    ("outreach-with-support", "toolkit", "off"),
]


@pytest.mark.parametrize(("name", "lever", "values"), VALUES)
def test_levers_stand_where_the_table_puts_them_in_weeks_0_51_52_and_156(name, lever, values):
    assert tuple(load(name).value(lever, week) for week in (0, 51, 52, 156)) == values


@pytest.mark.parametrize(("name", "lever", "word"), WORDS)
def test_choices_and_switches_are_what_the_table_says(name, lever, word):
    assert shown(lever, load(name).value(lever, 200)) == word


def test_managed_decline_loses_3_percent_of_posts_and_5_of_grants_every_year():
    """.45 x .97 ** 9 = .3421 and .95 ** 9 = .6302 in the tenth year."""
    decline = load("managed-decline")
    for year in range(10):
        for week in (52 * year, 52 * year + 51):
            assert decline.value("posts_per_10000", week) == pytest.approx(0.45 * 0.97**year, abs=5e-5)
            assert decline.value("grants_multiplier", week) == pytest.approx(0.95**year, abs=5e-5)


def test_the_roll_out_is_dated_as_counted_and_starts_without_a_service():
    """112 full-time workers for 56,489,800 residents are .0198 per 10,000; 2,866 at the peak .5073, then 3% fewer."""
    rollout = load("national-rollout")
    assert (rollout.start, rollout.warm_up) == (date(2019, 7, 1), "no-service")
    weeks = {
        day: (date.fromisoformat(day) - rollout.start).days // 7 for day in ("2020-03-15", "2024-01-15", "2024-07-15")
    }
    found = [rollout.value("posts_per_10000", week) for week in weeks.values()]
    assert found == pytest.approx([count / 5648.98 for count in (112, 2866, 2781)], abs=5e-5)
    assert found[2] / found[1] - 1 == pytest.approx(-0.03, abs=0.005)


def test_horizon_3_delivers_all_the_support_it_promises_and_nobody_else_does():
    for name in scenario_names():
        share = load(name).parameter_set().staffing.share_support_delivered
        assert share == (1 if name == "horizon-3" else 0.5), name


@pytest.mark.slow
@pytest.mark.parametrize("name", scenario_names())
def test_every_shipped_scenario_runs_for_three_years_with_finite_measures(name):
    results = Simulation.start(name, "sandbox", 1, weeks=N_WEEKS).run(N_WEEKS).results()
    assert results.n_weeks == N_WEEKS
    assert np.isfinite(results.system).all() and np.isfinite(results.people).all()
    missing = {measure for measure, value in results.summary.items() if not np.isfinite(value)}
    missing -= {measure.name for measure in MEASURES.values() if measure.is_paired}
    assert name == "no-service" or all(measure.startswith("share_met_") for measure in missing), missing
