"""Liveness: every submodel, lever and parameter matters to a measure that can be named."""

from dataclasses import replace
from functools import lru_cache
from itertools import combinations

import numpy as np
import pytest

from sp_abm import simulate
from sp_abm.parameters import all_facts
from sp_abm.places import place
from sp_abm.recorder import PEOPLE_TALLIES, SHAPE
from sp_abm.schedule import NAMES
from sp_abm.vocabulary import OutreachTarget

HAMLET = replace(
    place("sandbox"),
    key="hamlet",
    residents=1500,
    n_pcns=2,
    pcn_sizes=(1.0, 1.0),
    n_practices=12,
    gp_fte=24.0,
    organisations_per_10000=100.0,
    places_per_organisation=None,
    referral_multiplier=8.0,
)
YEARS = 1.5
BASE = {"outreach_share": 0.2, "posts_per_10000": 0.8, "caseload_cap": 30, "support_level": 0.39}
FULL_DELIVERY = {"staffing.share_support_delivered": 1}
MANY_WORKERS = {"posts_per_10000": 10}

SUBMODELS = {
    "landscape": "posts",
    "funding": "cost_total_gbp",
    "staffing": "in_post",
    "residents": "share_lonely",  # those who move leave their ties behind
    "life_events": "new_thriving_to_off_balance_per_1000_per_year",
    "transitions": "share_distress",
    "influence": "share_lonely",
    "help_seeking": "gp_consultations_per_person_per_year",
    "referral": "referrals_per_1000_per_week",
    "outreach": "share_non_medical_routes",
    "allocation": "open_cases_per_link_worker",
    "contact": "share_contacted",
    "participation": "places_occupied",
    "word_of_mouth": "share_aware",
    "strain": "burnout_mean",
    "turnover": "leaving_rate_per_year",
    "closure": "open_cases_per_link_worker",
}

DATED = "dated"
LEVERS = [
    ("support_level", 0, 1, "burnout_mean", FULL_DELIVERY),
    ("support_level", 0, 1, "expected_leaving_rate_per_year", FULL_DELIVERY | MANY_WORKERS),
    ("caseload_cap", 10, 110, "open_cases_per_link_worker", {}),
    ("caseload_cap", 10, 110, "mean_wait_weeks", {}),
    ("outreach_share", 0, 0.5, "share_non_medical_routes", {}),
    ("outreach_share", 0, 0.5, "contacts_per_case", {}),
    ("posts_per_10000", 0.1, 0.8, "posts", {}),
    ("posts_per_10000", 0.1, 0.8, "share_contacted", {}),
    ("self_referral", False, True, "referrals_per_1000_per_week", {}),
    ("reimbursement", 0.5, 1.5, "posts", {}),
    ("hardship", 0, 5, "share_distress", {}),
    ("places_open", 0, 1, "share_started_activity", {}),
    ("toolkit", False, True, "n_volunteers", {}),
    ("toolkit", False, True, "trust_mean", {"outreach_share": 0.5}),
    ("outreach_channel", "places", "invitation", "share_non_medical_routes", {}),
    ("outreach_channel", "places", "volunteers", "share_non_medical_routes", {}),
    ("gp_engagement", 0.5, 2, "referrals_per_1000_per_week", {}),
    ("awareness_campaign", 0, 0.5, "share_aware", {}),
    ("grants_multiplier", 0.5, 4, "share_started_activity", {}),
    ("share_pilot_pcns", 0.5, 1, "share_non_medical_routes", {}),
    ("support_supervision", 0, 1, "burnout_mean", FULL_DELIVERY | MANY_WORKERS),
    ("support_role_clarity", 0, 1, "burnout_mean", FULL_DELIVERY | MANY_WORKERS),
    ("support_integration", 0, 1, "burnout_mean", FULL_DELIVERY | MANY_WORKERS),
    ("support_peers", 0, 1, "burnout_mean", FULL_DELIVERY | MANY_WORKERS),
    ("support_security", 0, 1, "expected_leaving_rate_per_year", FULL_DELIVERY | MANY_WORKERS),
    ("equity_rule", "none", "deprived_first", "share_distress_reached", {"caseload_cap": 10}),
]
SHOCK = ((0, 0), (30, 2), (31, 0))
STEPS = [
    ("support_level", 0, 1, "burnout_mean"),
    ("caseload_cap", 110, 10, "open_cases_per_link_worker"),
    ("outreach_share", 0, 0.5, "share_non_medical_routes"),
    ("posts_per_10000", 0.4, 1.6, "posts"),
    ("self_referral", True, False, "referrals_per_1000_per_week"),
    ("reimbursement", 1, 2, "posts"),
    ("hardship", 1, 5, "share_distress"),
    ("places_open", 1, 0, "places_occupied"),
]
REVIEW = {"investment_response": 1, "caseload_cap": 10, "funding.response_support": 1, "funding.response_grants": 1}
"""Money answers to a reference, which a warm-up leaves behind."""
EVENTFUL = {
    "distress_shock": SHOCK,
    "caseload_cap": 75,
    "outreach_share": ((0, 0.2), (40, 0.1)),
    "outreach_target": ((0, "well_connected"), (30, "off_balance")),
    "outreach_channel": ((0, "volunteers"), (50, "invitation"), (65, "places")),
    "toolkit": True,
    "posts_per_10000": ((0, 3.11), (20, 2.04)),
    "support_level": ((0, 1), (40, 0)),
    "contact.minutes_contact": 110,
    "participation.weeks_completed": 3,
    "participation.p_volunteers": 0.9,
    "turnover.rate_leaves_intending_per_week": 0.05,
    "turnover.rate_leaves_otherwise_per_week": 0.005,
    "referral.p_identified": 0.2,
}
COMPOUNDING = REVIEW | {"investment_rule": "compounding"}
FALLING = {"posts_per_10000": 0.1, "investment_response": 3}
RISING = COMPOUNDING | {"posts_per_10000": 5, "caseload_cap": 75, "funding.most_step": 10}
READ_BY_REVIEW = {
    "closure.p_recorded": REVIEW,
    "closure.effect_voice": REVIEW,
    "funding.rate_adoption_per_year": {"share_pilot_pcns": 0.5, "outreach_share": 0.1, "contact.minutes_contact": 20},
    "closure.p_recorded_toolkit": REVIEW | {"toolkit": True},
    "closure.value_adequate": REVIEW,
    "closure.value_contacts": REVIEW,
    "funding.response_support": REVIEW | {"support_level": 0.5, "investment_response": 0.1},
    "funding.response_grants": REVIEW,
    "funding.least_factor": REVIEW | FALLING,
    "funding.most_factor": RISING | {"investment_rule": "anchored", "investment_response": 3},
    "funding.least_step": COMPOUNDING | FALLING,
    "funding.most_step": RISING,
    "funding.most_compounded": RISING,
}
"""Parameters that matter at a review, with what makes them matter there."""
BEYOND_ITS_PARTNER = {"staffing.min_weeks_to_fill": 104, "staffing.max_weeks_to_fill": 0}
FORGOTTEN = {"population.oldest_unemployed_at_start"}
"""Parameters of the very start that ten years of settling wash out."""
TARGETS = [str(target) for target in OutreachTarget]
PARAMETERS = [
    ("population.share_ties", 0, "share_aware"),
    ("funding.cost_post_gbp_per_year", 60000, "cost_total_gbp"),
    ("staffing.weeks_ramp", 104, "open_cases_per_link_worker"),
    ("residents.trust_newcomer", 0, "trust_mean"),
    ("life_events.size_event", 3, "share_distress"),
    ("transitions.effect_support", 3, "share_distress"),
    ("influence.effect_ties", 3, "share_lonely"),
    ("help_seeking.ratio_distress", 1, "gp_consultations_per_person_per_year"),
    ("referral.p_identified", 0.1, "referrals_per_1000_per_week"),
    ("outreach.p_accepts", 0.85, "share_non_medical_routes"),
    ("allocation.rate_gives_up_per_week", 0.2, "share_contacted"),
    ("contact.minutes_contact", 120, "contacts_per_case"),
    ("participation.rate_drop_out_early_per_week", 0.5, "places_occupied"),
    ("word_of_mouth.share_aware_from_media", 0.5, "share_aware"),
    ("strain.rate_up_per_week", 0.2, "burnout_mean"),
    ("turnover.rate_leaves_otherwise_per_week", 0.02, "leaving_rate_per_year"),
    ("closure.max_weeks_standard", 4, "open_cases_per_link_worker"),
    ("observation.life_lonely", 5, "life_satisfaction_mean"),
    ("landscape.weeks_shock_fades", 200, "share_distress"),
]


@lru_cache(maxsize=24)
def measured(changes=(), switch_off=(), years=YEARS, warm_up=False):
    """Return the results of a hamlet with the base levers and these changes (pairs of name and value)."""
    given = BASE | dict(changes)
    parameters = {name: value for name, value in given.items() if "." in name}
    levers = {name: _steps(value) for name, value in given.items() if "." not in name}
    options = {"parameters": parameters, "switch_off": switch_off, "warm_up": warm_up, "panel": 1000, **levers}
    return simulate("today", HAMLET, 3, years, **options)


def _steps(value):
    """Return a constant as it is, and a tuple of (week, value) as dated steps."""
    return [{"from": week, "value": at} for week, at in value] if isinstance(value, tuple) else value


def summary(measure, **changes):
    """Return a measure under changed levers or parameters."""
    return measured(tuple(sorted(changes.items()))).summary[measure]


def test_every_submodel_has_a_measure_that_hangs_on_it():
    assert tuple(SUBMODELS) == NAMES


@pytest.mark.parametrize(("name", "measure"), SUBMODELS.items())
def test_switching_off_a_submodel_changes_its_measure(name, measure):
    with_it, without = measured().summary[measure], measured(switch_off=(name,)).summary[measure]
    assert np.isfinite(with_it)
    assert with_it != pytest.approx(without, rel=0.01)


@pytest.mark.parametrize(("lever", "low", "high", "measure", "given"), LEVERS)
def test_moving_a_lever_across_its_range_changes_its_measure(lever, low, high, measure, given):
    one, other = (summary(measure, **given, **{lever: value}) for value in (low, high))
    assert np.isfinite([one, other]).all()
    assert one != pytest.approx(other, rel=0.02)


@pytest.mark.parametrize(("lever", "first", "then", "measure"), STEPS)
def test_a_dated_lever_is_neither_its_first_nor_its_last_value_held_throughout(lever, first, then, measure):
    """Over the whole run or its last year, a step in week 52 of 78 lies between the two constants."""
    values = [summary(measure, **FULL_DELIVERY, **{lever: value}) for value in (first, ((0, first), (52, then)), then)]
    low, high = sorted((values[0], values[2]))
    assert low < values[1] < high


def test_a_shock_raises_distress_and_a_larger_one_raises_it_more():
    shocks = [((0, 0), (30, size), (31, 0)) for size in (0, 1, 2)]
    found = [summary("share_distress", distress_shock=shock) for shock in shocks]
    assert found == sorted(found) and found[2] > 1.05 * found[0]


@lru_cache(maxsize=24)
def reviewed(**changes):
    """Return the results of a hamlet whose money may answer to the impact of two years, after a warm-up."""
    return measured(tuple(sorted((REVIEW | changes).items())), years=2.5, warm_up=True)


def test_money_that_answers_to_impact_moves_posts_and_by_which_signal_and_rule_matters():
    posts = [
        reviewed(**changes).summary["posts"]
        for changes in (
            {"investment_response": 0},
            {},
            {"investment_response": 2},
            {"investment_signal": "per_case"},
            {"investment_signal": "per_pound"},
            {"investment_rule": "compounding", "investment_response": 2},
        )
    ]
    assert len({round(found, 4) for found in posts}) == len(posts)


@pytest.mark.parametrize(("one", "other"), list(combinations(TARGETS, 2)))
def test_outreach_finds_other_people_under_another_target(one, other):
    assert summary("share_aware", outreach_target=one) != summary("share_aware", outreach_target=other)


def test_outreach_looks_first_for_whom_the_target_names():
    """Of the people found by outreach: how many are off balance, or live in the most deprived fifth."""

    def share_off_balance(target):
        cases = measured((("outreach_target", target),)).cases
        return (cases["stage"][cases["route"] == 2] == 1).mean()

    assert share_off_balance("off_balance") > 0.8 > 0.5 > share_off_balance("everyone")
    by_fifth = {
        target: referred_by_fifth(measured((("outreach_target", target),))) for target in ("deprived_first", "everyone")
    }
    assert by_fifth["deprived_first"][0] > 1.5 * by_fifth["everyone"][0]


def referred_by_fifth(results):
    """Return the share of people referred who live in each deprivation fifth."""
    cells = results.people[:, :, PEOPLE_TALLIES.index("referred_people")].sum(axis=0)
    return cells.reshape(SHAPE).sum(axis=(1, 2)) / cells.sum()


@pytest.mark.parametrize(("name", "value", "measure"), PARAMETERS)
def test_a_changed_parameter_changes_its_measure(name, value, measure):
    given = {"distress_shock": SHOCK} if name.startswith("landscape.") else {}
    assert summary(measure, **given, **{name: value}) != pytest.approx(summary(measure, **given), rel=0.005)


def test_every_group_of_parameters_is_among_those_changed():
    groups = {name.split(".")[0] for name, _, _ in all_facts()}
    assert {name.split(".")[0] for name, _, _ in PARAMETERS} == groups


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, _, _ in all_facts() if name not in FORGOTTEN])
def test_every_parameter_is_read_by_a_rule_somewhere(name):
    """A parameter that changes nothing at either of its bounds is one nobody reads."""
    fact, default = next((fact, default) for full, fact, default in all_facts() if full == name)
    given = (
        EVENTFUL | (MANY_WORKERS | FULL_DELIVERY if name.startswith("turnover.") else {}) | READ_BY_REVIEW.get(name, {})
    )
    warm_up = name in READ_BY_REVIEW
    base = measured(tuple(given.items()), warm_up=warm_up)
    for bound in {fact.low, fact.high} - {default, BEYOND_ITS_PARTNER.get(name)}:
        changed = measured(tuple((given | {name: bound}).items()), warm_up=warm_up)
        is_same = np.array_equal(changed.people, base.people) and np.array_equal(changed.system, base.system)
        if not (is_same and changed.panel.equals(base.panel)):
            return
    pytest.fail(f"{name} changes nothing at either bound")
