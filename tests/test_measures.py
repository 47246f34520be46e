"""Measures: each kind worked out by hand from tallies made by hand, and the pairs of runs that some are taken of."""

import numpy as np
import pytest

from sp_abm.errors import BadValue, UnknownName
from sp_abm.measures import MEASURES, Subject, TheoryOfChange
from sp_abm.results import CASE_COLUMNS, Results
from sp_abm.tallies import DENOMINATORS, MOVES, OF_SOME, PEOPLE_TALLIES, SHAPE, SYSTEM_TALLIES, Sums
from sp_abm.vocabulary import Stage

PAIRED = [name for name, declared in MEASURES.items() if declared.is_paired]
PARTS = ("role_clarity", "awareness", "routes", "capacity", "data", "retention")


def made(weeks=52, people=None, provenance=None, **tallies):
    """Return results with the tallies given (a number or one a week); `people` maps (tally, fifth) to the same."""
    system = np.zeros((weeks, len(SYSTEM_TALLIES)))
    system[:, SYSTEM_TALLIES.index("weeks")] = 1
    for name, value in tallies.items():
        system[:, SYSTEM_TALLIES.index(name)] = value
    cube = np.zeros((weeks, *SHAPE, len(PEOPLE_TALLIES)))
    for (name, fifth), value in (people or {}).items():
        cube[:, fifth, 2, 0, PEOPLE_TALLIES.index(name)] = value
    cases = {name: np.zeros(0, np.int16) for name in CASE_COLUMNS}
    return Results(
        {"seed": 1, "place": "x"} | (provenance or {}), system, cube.reshape(weeks, -1, cube.shape[-1]), cases, {}
    )


def by_fifth(adults, shares):
    """Return tallies of people of 16 and over by fifth, and of those of them in distress."""
    people = {("n_adults", fifth): number for fifth, number in enumerate(adults)}
    distressed = zip(adults, shares, strict=True)
    return people | {("n_pre_crisis", fifth): number * share for fifth, (number, share) in enumerate(distressed)}


def test_tenure_and_knowledge_are_means_over_link_workers():
    """Two workers of 10 and 50 weeks who know .2 and .6 of their organisations."""
    summary = made(n_workers=2, sum_weeks_in_post=60, sum_share_known=0.8).summary
    assert summary["tenure_mean_weeks"] == 30 and summary["knowledge_mean"] == pytest.approx(0.4)


def test_flows_of_the_service_are_per_thousand_residents_or_people_referred():
    """2,000 residents, 10 offers and 4 first contacts a week: 260 and 104 per 1,000 a year; 8 referred, 2 started."""
    flows = {
        "offered": 10,
        "declined": 2,
        "first_contacts": 4,
        "referred": 8,
        "started": 2,
        "completed": 1,
        "dropped": 0.5,
    }
    summary = made(people={("n_citizens", 0): 2000}, referred_by_gp=6, referred_by_self=2, **flows).summary
    assert summary["offers_per_1000_per_year"] == pytest.approx(260)
    assert summary["reach_per_1000_per_year"] == pytest.approx(104)
    assert summary["share_declined"] == pytest.approx(0.2)
    assert summary["starts_per_1000_referred"] == 250
    assert summary["completions_per_1000_referred"] == 125
    assert summary["dropped_per_1000_referred"] == 62.5
    assert (summary["share_route_gp"], summary["share_route_self"], summary["share_route_outreach"]) == (0.75, 0.25, 0)


def test_reasons_for_failure_are_shares_of_all_attempts():
    """4 + 3 + 2 failed and 1 started: 10 attempts."""
    summary = made(not_known=4, no_place=3, refused=2, started=1).summary
    found = [summary[f"share_attempts_{reason}"] for reason in ("not_known", "no_place", "refused")]
    assert found == [0.4, 0.3, 0.2]


def test_the_community_by_hand():
    summary = made(places=40, places_occupied=30, n_organisations=8, n_organisations_with_room=6).summary
    assert summary["occupancy"] == 0.75 and summary["share_organisations_full"] == 0.25
    assert made(n_waiting_for_place=[2] * 26 + [4] * 26).summary["n_waiting_for_place"] == 3
    assert made(hours_volunteered=5).summary["volunteer_hours_per_week"] == 5


def test_money_by_kind_is_of_the_run_and_prices_are_of_its_last_year():
    """104 weeks; only in the second year anybody is seen (2 a week) and helped (1): 520 / 104 and 832 / 52."""
    second = [0] * 52 + [1] * 52
    money = {"spent": 16, "spent_posts": 10, "spent_outreach": 2, "spent_grants": 4}
    summary = made(104, first_contacts=np.multiply(second, 2), adequate=second, **money).summary
    kinds = [summary[f"cost_{kind}_gbp"] for kind in ("posts", "outreach", "grants", "total")]
    assert kinds == [1040, 208, 416, 1664]
    assert summary["cost_per_client_gbp"] == 5 and summary["cost_per_person_helped_gbp"] == 16


def test_years_lived_well_are_summed_over_the_run_per_thousand_people():
    """10 people at 7.5 points and weight .8 for two years: 15 WELLBYs and 1.6 QALYs each."""
    people = {("n_adults", 1): 10, ("sum_life_satisfaction", 1): 75, ("sum_quality", 1): 8}
    results = made(104, people)
    assert results.summary["wellbys_per_1000"] == pytest.approx(15_000)
    assert results.summary["qalys_per_1000"] == pytest.approx(1_600)
    assert results.summary_at(1)["wellbys_per_1000"] == pytest.approx(7_500)
    assert results.weekly["wellbys_per_1000"].sum() == pytest.approx(15_000)
    assert results.by("deprivation")["qalys_per_1000"].dropna().to_dict() == {"2": pytest.approx(1_600)}


@pytest.mark.parametrize(
    ("adults", "shares", "points"),
    [
        # Ranks .1 .3 .5 .7 .9 for fifths alike: every .2 of rank takes 5 points off, so 25 from end to end.
        ([10] * 5, [0.30, 0.25, 0.20, 0.15, 0.10], 25),
        ([10] * 5, [0.10, 0.15, 0.20, 0.25, 0.30], -25),
        ([10] * 5, [0.2] * 5, 0),
        # Two fifths of 30 and 10: ranks .375 and .875, half a rank apart; .10 over .5 is 20 points.
        ([30, 0, 0, 0, 10], [0.3, 0, 0, 0, 0.2], 20),
    ],
)
def test_the_slope_index_of_a_gradient_made_by_hand(adults, shares, points):
    results = made(people=by_fifth(adults, shares))
    assert results.summary["slope_index_distress"] == pytest.approx(points, abs=1e-9)
    assert results.weekly["slope_index_distress"].to_numpy() == pytest.approx(points, abs=1e-9)


def test_the_slope_index_is_the_regression_weighted_by_people():
    """Checked against a weighted straight line fitted by least squares."""
    adults, shares = np.array([400, 100, 250, 50, 200]), np.array([0.3, 0.28, 0.15, 0.2, 0.12])
    ranks = (np.cumsum(adults) - adults / 2) / adults.sum()
    line = np.polyfit(ranks, shares, 1, w=np.sqrt(adults))
    found = made(people=by_fifth(adults, shares)).summary["slope_index_distress"]
    assert found == pytest.approx(-100 * line[0])


def test_one_fifth_alone_has_no_gradient():
    assert np.isnan(made(people=by_fifth([0, 7, 0, 0, 0], [0, 0.5, 0, 0, 0])).summary["slope_index_distress"])
    assert np.isnan(made().summary["slope_index_distress"])


MATURE = {
    "n_workers": 4,
    "sum_role_clarity": 2,
    "expected_leavers": 0.01,
    "n_gps": 10,
    "sum_gp_awareness": 6,
    "referred": 10,
    "referred_non_medical": 3,
    "n_organisations": 8,
    "n_organisations_with_room": 6,
    "closed_seen": 5,
    "outcomes_recorded": 3,
}


def test_maturity_is_the_mean_of_its_visible_parts():
    """Clarity 2/4, GPs 6/10, routes 3/10, room 6/8, recorded 3/5, retention 1 - .01/4*52 = .87: 3.62 / 6."""
    summary = made(**MATURE).summary
    assert [summary[f"maturity_{part}"] for part in PARTS] == pytest.approx([0.5, 0.6, 0.3, 0.75, 0.6, 0.87])
    assert summary["maturity_index"] == pytest.approx(3.62 / 6)


def test_parts_of_maturity_stay_within_their_scale_and_a_missing_one_leaves_no_index():
    extreme = made(**MATURE | {"referred_non_medical": 12, "expected_leavers": 1}).summary
    assert extreme["maturity_routes"] == 1 and extreme["maturity_retention"] == 0
    nobody = made(**MATURE | {"n_workers": 0}).summary
    assert nobody[["maturity_role_clarity", "maturity_retention", "maturity_index"]].isna().all()
    assert nobody["maturity_awareness"] == 0.6


def test_help_is_shared_out_over_the_horizons():
    summary = made(first_contacts=10, helped_reactive=6, helped_mixed=1, helped_proactive=3).summary
    assert [summary[f"share_help_{horizon}"] for horizon in ("reactive", "mixed", "proactive")] == [0.6, 0.1, 0.3]


def test_people_in_need_and_reached_have_denominators_of_their_own():
    people = {("n_adults", 0): 100, ("n_pre_crisis", 0): 15, ("n_crisis", 0): 5}
    people |= {("n_adults_in_need", 0): 20, ("n_pre_crisis_in_need", 0): 8, ("n_crisis_in_need", 0): 2}
    people |= {("n_adults_reached", 0): 4, ("n_lonely_reached", 0): 1, ("consultations_reached", 0): 2}
    results = made(people=people)
    for found in (results.summary, results.by("sex").loc["female"]):
        assert (found["share_distress"], found["share_distress_in_need"]) == (0.2, 0.5)
        assert (found["n_in_need"], found["n_reached"]) == (20, 4)
        assert found["share_lonely_reached"] == 0.25
        assert found["gp_consultations_per_person_per_year_reached"] == pytest.approx(26)


def test_every_outcome_of_people_is_also_one_of_those_in_need_and_of_those_reached():
    outcomes = {
        name for name, declared in MEASURES.items()
        if declared.theory in (TheoryOfChange.OUTCOME, TheoryOfChange.IMPACT)
        and declared.subject in (Subject.PEOPLE, Subject.MOVES, Subject.PRIMARY_CARE)
    }  # fmt: skip
    for who, subject in (("in_need", Subject.IN_NEED), ("reached", Subject.REACHED)):
        found = {name for name, declared in MEASURES.items() if declared.subject is subject}
        assert found == {f"n_{who}", *(f"{name}_{who}" for name in outcomes)}
        for name in outcomes:
            everybody, some = MEASURES[name], MEASURES[f"{name}_{who}"]
            assert (some.theory, some.window) == (everybody.theory, everybody.window)
            assert some.is_by_group == (everybody.is_by_group and everybody.subject is not Subject.MOVES)
            assert "16+" not in some.unit and "resident" not in some.unit


def test_where_everybody_is_in_need_and_reached_all_three_say_the_same():
    """Tallies of everybody drawn by luck, and those of some the same: residents and consultations are of adults."""
    luck = np.random.default_rng(7)
    people = {(name, fifth): luck.integers(20, 90) for name in (*OF_SOME, *MOVES) for fifth in range(5)}
    moves = {f"{name}_{who}": sum(people[name, k] for k in range(5)) for name in MOVES for who in DENOMINATORS}
    for fifth in range(5):
        people["n_citizens", fifth] = people["n_adults", fifth] = 100
        people["consultations_of_adults", fifth] = people["consultations", fifth]
    for (name, fifth), number in tuple(people.items()):
        if name in OF_SOME:
            people[f"{name}_in_need", fifth] = people[f"{name}_reached", fifth] = number
    summary = made(people=people, **moves).summary
    for name in summary.index:
        for who in DENOMINATORS:
            if f"{name}_{who}" in summary:
                assert summary[name] == summary[f"{name}_{who}"] != 0, name


def test_need_shown_and_crises_entered_by_hand():
    """100 adults, 10 consultations of theirs and 5 of children, 2 showing need; 3 + 1 into crisis a week: 2,080."""
    people = {("n_adults", 0): 100, ("consultations", 0): 15, ("consultations_of_adults", 0): 10}
    people |= {("consultations_non_medical", 0): 2, ("new_pre_crisis_to_crisis", 0): 3}
    people |= {("new_recovering_to_crisis", 0): 1, ("new_crisis_to_recovering", 0): 9}
    summary = made(people=people).summary
    assert summary["share_consultations_non_medical"] == 0.2
    assert summary["crisis_entries_per_1000_per_year"] == pytest.approx(2080)


WITH = {"worth_wellbys": 900, "worth_spent": 150, "worth_spent_nhs": 120, "worth_care": 470, "gp_hours": 8}
WITHOUT = {"worth_wellbys": 500, "worth_spent": 50, "worth_spent_nhs": 20, "worth_care": 500, "gp_hours": 11}


def test_what_a_run_is_worth_is_taken_of_its_difference_from_the_baseline():
    """A week: life 400 more for 100 more; care 30 less for 100 more of the NHS; 3 hours less; 52 weeks."""
    found = made(**WITH).against(made(**WITHOUT))
    assert list(found.index) == PAIRED
    assert found["social_return"] == 4
    assert found["nhs_cash_return"] == pytest.approx(0.3)
    assert found["wellby_value_gbp"] == 52 * 400
    assert found["net_benefit_gbp"] == 52 * 300
    assert found["gp_hours_freed"] == 52 * 3


def test_changes_per_person_reached_are_of_all_people_over_those_reached():
    """Distress falls by 2 of 100 and life satisfaction rises by 3 points where 10 more people were reached."""
    base = {("n_adults", 0): 100, ("n_pre_crisis", 0): 20, ("sum_life_satisfaction", 0): 700}
    more = base | {("n_pre_crisis", 0): 18, ("sum_life_satisfaction", 0): 703, ("n_adults_reached", 0): 10}
    found = made(people=more).against(made(people=base))
    assert found["distress_change_per_person_reached"] == pytest.approx(-0.2)
    assert found["life_satisfaction_change_per_person_reached"] == pytest.approx(0.3)


def test_paired_measures_turn_their_sign_with_the_pair_and_ratios_need_extra_money():
    there, back = made(**WITH).against(made(**WITHOUT)), made(**WITHOUT).against(made(**WITH))
    for name in ("net_benefit_gbp", "gp_hours_freed"):
        assert back[name] == -there[name] != 0
    assert back[["social_return", "nhs_cash_return"]].isna().all(), "less money: no return per extra pound"


def test_a_run_against_its_like_brings_exactly_nothing():
    found = made(**WITH).against(made(**WITH))
    assert (found[["net_benefit_gbp", "gp_hours_freed"]] == 0).all()
    assert found[["social_return", "nhs_cash_return"]].isna().all()


def test_alone_a_run_has_no_paired_measure():
    results = made(**WITH)
    assert results.summary[PAIRED].isna().all() and results.weekly[PAIRED].isna().all(axis=None)
    assert not set(PAIRED) & set(results.by("age").columns)


def test_a_pair_may_be_read_after_any_year():
    """Life 4 more a week in the first year and 8 in the second, for 2 more: returns of 2, then of 3 over both."""
    run = made(104, worth_wellbys=[4] * 52 + [8] * 52, worth_spent=2)
    base = made(104)
    assert (run.against(base, 1)["social_return"], run.against(base)["social_return"]) == (2, 3)
    with pytest.raises(BadValue, match="more than 0 and at most 2"):
        run.against(base, 3)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (made(provenance={"seed": 2}), "seed = 1 here and 2"),
        (made(provenance={"place": "y"}), "place = 'x' here and 'y'"),
        (made(51), "52 weeks here and 51"),
    ],
)
def test_runs_that_are_no_pair_are_refused(other, words):
    with pytest.raises(BadValue, match=words):
        made().against(other)


def test_every_place_in_the_theory_of_change_is_taken():
    assert {declared.theory for declared in MEASURES.values()} == set(TheoryOfChange)
    assert (
        MEASURES["posts"].theory is TheoryOfChange.INPUT and MEASURES["social_return"].theory is TheoryOfChange.IMPACT
    )


def test_sums_know_their_tallies():
    sums = Sums(np.zeros((1, len(SYSTEM_TALLIES))), np.zeros((1, int(np.prod(SHAPE)), len(PEOPLE_TALLIES))))
    assert sums.of("n_distress_in_need").tolist() == [0]
    with pytest.raises(UnknownName, match="Did you mean worth_care"):
        sums.of("worth_caer")
    assert [name for name in SYSTEM_TALLIES if name in PEOPLE_TALLIES] == []
    assert len({*SYSTEM_TALLIES}) == len(SYSTEM_TALLIES) and len({*PEOPLE_TALLIES}) == len(PEOPLE_TALLIES)
    assert {f"n_{stage.word}" for stage in Stage} <= {*PEOPLE_TALLIES}
