"""Results: measures worked out by hand from tallies made by hand, windows, groups, the funnel, and files."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sp_abm import Results, simulate
from sp_abm.errors import BadFile, BadValue, CannotWrite, UnknownName
from sp_abm.measures import MEASURES, Window, measure
from sp_abm.places import place
from sp_abm.recorder import PEOPLE_TALLIES, SHAPE, SYSTEM_TALLIES
from sp_abm.results import CASE_COLUMNS
from sp_abm.tallies import COMPOSITES
from sp_abm.vocabulary import TRANSITIONS, Outcome, Stage

NEVER = -9999
HAMLET = replace(
    place("sandbox"),
    key="hamlet",
    residents=900,
    n_pcns=2,
    pcn_sizes=(1.0, 1.0),
    gp_fte=6.0,
    organisations_per_10000=200.0,
)
FEMALE, MALE = 0, 1
GROUPS = {
    "deprivation": ["1 most deprived", "2", "3", "4", "5 least deprived"],
    "age": ["0-15", "16-24", "25-44", "45-64", "65-74", "75+"],
    "sex": ["female", "male"],
}


def made_by_hand(weeks=60, cases=(), people=None, **tallies):
    """Return results with the tallies given (a number or one a week), zero elsewhere.

    `people` maps (tally, fifth, band, sex) to a number or one a week, `cases` lists dictionaries of case columns.
    """
    system = np.zeros((weeks, len(SYSTEM_TALLIES)))
    system[:, SYSTEM_TALLIES.index("weeks")] = 1
    for name, value in tallies.items():
        system[:, SYSTEM_TALLIES.index(name)] = value
    cube = np.zeros((weeks, *SHAPE, len(PEOPLE_TALLIES)))
    for (name, *cell), value in (people or {}).items():
        cube[(slice(None), *cell, PEOPLE_TALLIES.index(name))] = value
    columns = {
        name: np.array([case.get(name, NEVER if name.startswith("week") else 0) for case in cases], np.int16)
        for name in CASE_COLUMNS
    }
    final = {name: np.zeros(3, np.int8) for name in ("stage", "holder", "age")}
    return Results({"seed": 1}, system, cube.reshape(weeks, -1, len(PEOPLE_TALLIES)), columns, final)


@cache
def real_run():
    """Return a year and a half of a real run; tests do not change it."""
    levers = {"outreach_share": 0.1, "posts_per_10000": 1}
    return simulate("today", HAMLET, 1, 1.5, warm_up=False, parameters={"referral.p_identified": 0.1}, **levers)


def test_a_stock_is_the_mean_of_the_last_52_weeks():
    """60 weeks with 10 posts in the first 30 and 20 after: the last 52 hold 22 tens and 30 twenties, 820 / 52."""
    results = made_by_hand(fte_funded=[10] * 30 + [20] * 30)
    assert results.summary["posts"] == pytest.approx(820 / 52)
    assert results.weekly["posts"].tolist() == [10] * 30 + [20] * 30


def test_a_share_is_the_ratio_of_two_sums_and_not_the_mean_of_ratios():
    """1 of 1 burnt out in one week and 0 of 3 in the next: 1 / 4, where the mean of weekly shares would be 1 / 2."""
    results = made_by_hand(2, n_workers=[1, 3], n_burnt_out=[1, 0], sum_burnout=[0.9, 0.3])
    assert results.summary["share_burnt_out"] == 0.25
    assert results.summary["burnout_mean"] == pytest.approx(1.2 / 4)
    assert results.weekly["share_burnt_out"].tolist() == [1, 0]


def test_workforce_rates_cover_the_whole_run_and_a_year_has_52_weeks():
    """104 weeks of 4 workers, 6 leavers in the first week: 6 / 416 * 52 = .75 a year, though none in the last 52."""
    results = made_by_hand(104, n_workers=4, leavers=[6] + [0] * 103, expected_leavers=0.02)
    assert results.summary["leaving_rate_per_year"] == pytest.approx(0.75)
    assert results.summary["expected_leaving_rate_per_year"] == pytest.approx(0.02 / 4 * 52)


def test_vacancy_covers_the_whole_run_too():
    """1 of 2 posts vacant in the first of two years: 52 / 208."""
    results = made_by_hand(104, fte_funded=2, fte_vacant=[1] * 52 + [0] * 52)
    assert results.summary["vacancy_rate"] == 0.25


def test_money_is_the_total_of_the_run():
    results = made_by_hand(70, spent=100)
    assert results.summary["cost_total_gbp"] == 7000
    assert results.weekly["cost_total_gbp"].tolist() == [100] * 70


def test_flows_are_scaled_to_people_and_years():
    """4 referrals a week among 2,000 residents are 2 per 1,000; 200 consultations are 5.2 a year each."""
    people = {("n_citizens", 0, 1, 0): 2000, ("consultations", 0, 1, 0): 200, ("n_adults", 0, 1, 0): 1000}
    people[("new_thriving_to_off_balance", 0, 1, 0)] = 3
    results = made_by_hand(52, people=people, referred=4, referred_non_medical=1)
    assert results.summary["referrals_per_1000_per_week"] == pytest.approx(2)
    assert results.summary["share_non_medical_routes"] == 0.25
    assert results.summary["gp_consultations_per_person_per_year"] == pytest.approx(5.2)
    assert results.summary["new_thriving_to_off_balance_per_1000_per_year"] == pytest.approx(3 * 52)
    assert results.summary["n_citizens"] == 2000


def test_distress_is_pre_crisis_and_crisis():
    people = {("n_adults", 2, 3, 1): 50, ("n_pre_crisis", 2, 3, 1): 9, ("n_crisis", 2, 3, 1): 1}
    results = made_by_hand(3, people=people)
    assert results.summary["share_distress"] == 0.2
    assert results.by("sex").loc["male", "share_distress"] == 0.2


def test_what_there_is_nothing_to_divide_by_for_is_missing_and_never_zero_or_infinite():
    summary = made_by_hand(10, leavers=1, weeks_waited=3).summary
    missing = {"burnout_mean", "leaving_rate_per_year", "mean_wait_weeks", "share_distress", "vacancy_rate"}
    missing |= {"share_contacted", "share_started_activity", "share_non_medical_routes", "contacts_per_case"}
    assert summary[sorted(missing)].isna().all()
    assert summary["posts"] == 0 and not np.isinf(summary).any()


FUNNEL_CASES = [
    {"week_referred": 10, "week_first": 12, "week_third": 20, "week_started": 14},
    {"week_referred": 20, "week_first": 20, "week_third": NEVER, "week_started": NEVER},
    {"week_referred": 21, "week_closed": 30, "outcome": Outcome.GAVE_UP},
    {"week_referred": 73, "week_first": 99, "week_third": 101, "week_started": 104},
    {"week_referred": 25, "week_first": 26, "week_third": 99, "week_started": 99},
    {"week_referred": 78, "week_first": 79, "week_third": 85, "week_started": 80},
    {"week_referred": -60, "week_first": -58},
]


def test_the_funnel_counts_people_referred_26_to_78_weeks_before_the_end():
    """104 weeks: referred in weeks 26 to 77. Only the fourth was; the sixth came in week 78, too late."""
    results = made_by_hand(104, FUNNEL_CASES)
    assert list(results.funnel()) == [
        "referred",
        "contacted",
        "three_or_more",
        "started_activity",
        "adequate_dose",
        "gave_up",
    ]
    assert list(results.funnel().values()) == [1, 1, 1, 0, 0, 0]


def test_the_funnel_of_an_earlier_end_knows_only_what_had_happened_by_then():
    """At week 99: weeks 21 to 72, the third and fifth, and week 99 itself is not known yet. At 100: the fourth too."""
    results = made_by_hand(104, FUNNEL_CASES)
    assert list(results.funnel(99).values()) == [2, 1, 0, 0, 0, 1]
    assert list(results.funnel(100).values()) == [2, 2, 1, 1, 1, 0]


def test_a_first_year_has_the_people_referred_in_its_first_half_and_before_it_began():
    """At week 52: weeks -26 to 25: the first, second, third and fifth."""
    results = made_by_hand(104, FUNNEL_CASES)
    assert list(results.funnel(52).values()) == [4, 3, 1, 1, 1, 1]
    assert list(results.funnel(30).values())[-1] == 0, "given up in week 30, not before"
    shares = results.summary_at(1)[["share_contacted", "share_three_or_more_contacts", "share_started_activity"]]
    assert shares.tolist() == [0.75, 0.25, 0.25]


def test_the_funnel_by_week_stands_in_the_week_of_referral():
    weekly = made_by_hand(104, FUNNEL_CASES).weekly["share_contacted"]
    assert weekly.dropna().to_dict() == {10: 1, 20: 1, 21: 0, 25: 1, 73: 1, 78: 1}


def test_a_summary_stands_at_any_year_of_the_run_and_at_no_other():
    results = made_by_hand(104, fte_funded=[1] * 52 + [3] * 52)
    assert (results.summary_at(1)["posts"], results.summary_at(1.5)["posts"], results.summary["posts"]) == (1, 2, 3)
    assert results.summary_at(2).equals(results.summary)
    for year in (0, -1, 2.1):
        with pytest.raises(BadValue, match="more than 0 and at most 2"):
            results.summary_at(year)


def test_weekly_has_a_column_for_every_measure_and_a_row_for_every_week():
    weekly, summary = real_run().weekly, real_run().summary
    assert list(weekly.columns) == list(summary.index) == list(MEASURES)
    assert weekly.index.name == "week" and weekly.index.tolist() == list(range(78))


def test_every_measure_is_made_of_tallies_that_are_recorded():
    recorded = {*PEOPLE_TALLIES, *SYSTEM_TALLIES}
    assert {part for parts in COMPOSITES.values() for part in parts} <= recorded
    known = {*recorded, *COMPOSITES, "contacted", "three_or_more", "started_activity", "adequate_dose", "gave_up", ""}
    for name, declared in MEASURES.items():
        assert declared.name == name and declared.label and declared.unit
        assert {declared.top, declared.bottom} <= known, name
        assert bool(declared.top) != bool(declared.derived), name
        parts = COMPOSITES.get(declared.top, {declared.top: 1})
        assert not declared.is_by_group or declared.derived or set(parts) <= {*PEOPLE_TALLIES}, name


@pytest.mark.parametrize("group", GROUPS)
def test_groups_add_up_to_the_whole(group):
    """Residents add up; a share is the mean of the groups' shares, weighed by their people."""
    results, split = real_run(), real_run().by(group)
    assert split.index.tolist() == GROUPS[group] and split.index.name == group
    assert split["n_citizens"].sum() == pytest.approx(900)
    axis = list(GROUPS).index(group)
    cube = results.people.reshape(results.n_weeks, *SHAPE, -1)
    others = tuple(k for k in range(4) if k != axis + 1)
    for name in split.columns.drop(["n_citizens", "n_in_need", "n_reached"]):
        declared = MEASURES[name]
        weeks = cube if declared.window is Window.RUN else cube[-52:]
        adults = next(f"n_adults{who}" for who in ("_in_need", "_reached", "") if name.endswith(who))
        weights = weeks[..., PEOPLE_TALLIES.index(declared.bottom or adults)].sum(axis=others)
        whole = np.nansum(split[name] * weights) / weights.sum()
        assert whole == pytest.approx(results.summary[name], rel=1e-9), name
    assert set(split.columns) == {name for name, declared in MEASURES.items() if declared.is_by_group}


def test_a_group_is_read_from_its_own_cells():
    """Women of 25-44 in the second fifth: 3 of 4 lonely; men of 75+ in the fifth: none of 6."""
    people = {("n_adults", 1, 2, FEMALE): 4, ("n_lonely", 1, 2, FEMALE): 3, ("n_adults", 4, 5, MALE): 6}
    results = made_by_hand(5, people=people)
    assert results.by("sex")["share_lonely"].tolist() == [0.75, 0]
    assert results.by("deprivation")["share_lonely"].dropna().to_dict() == {"2": 0.75, "5 least deprived": 0}
    assert results.by("age")["share_lonely"].dropna().to_dict() == {"25-44": 0.75, "75+": 0}
    assert results.summary["share_lonely"] == 0.3


def test_groups_are_read_after_any_year():
    """Women: none lonely of 10 in the first year, 5 in the second. Over the run 7.5 points, 2 years: 1.5 x 7.5."""
    adults, lonely = ("n_adults", 2, 2, FEMALE), ("n_lonely", 2, 2, FEMALE)
    life = ("sum_life_satisfaction", 2, 2, FEMALE)
    results = made_by_hand(104, people={adults: 10, lonely: [0] * 52 + [5] * 52, life: 75})
    read = {year: results.by("sex", year).loc["female"] for year in (1, 1.5, 2)}
    assert [found["share_lonely"] for found in read.values()] == [0, 0.25, 0.5]
    assert [found["wellbys_per_1000"] for found in read.values()] == pytest.approx([7_500, 11_250, 15_000])
    assert results.by("sex", 2).equals(results.by("sex"))
    assert real_run().by("age", 1).equals(cut_short(real_run(), 52).by("age"))
    for year in (0, 2.1):
        with pytest.raises(BadValue, match="more than 0 and at most 2"):
            results.by("sex", year)


def cut_short(results, weeks):
    """Return the results of the first weeks alone."""
    return replace(results, system=results.system[:weeks], people=results.people[:weeks])


def test_unknown_groups_tallies_and_measures_are_answered_with_what_there_is():
    with pytest.raises(UnknownName, match="Did you mean deprivation"):
        real_run().by("deprivaton")
    with pytest.raises(UnknownName, match="Did you mean n_crisis"):
        real_run().tally("n_crises")
    with pytest.raises(UnknownName, match="Did you mean burnout_mean"):
        measure("burnout_means")


def test_moves_between_stages_account_for_every_change_of_stock():
    """With nobody moving, dying or coming of age, a stage's stock changes by what flows in and out."""
    nobody = {
        f"residents.death_rate_{band}_per_year": 0 for band in ("0_15", "16_24", "25_44", "45_64", "65_74", "75_plus")
    }
    still = replace(HAMLET, key="still", share_moving_per_year=0.0, age_shares=(0.0, 0.2, 0.2, 0.2, 0.2, 0.2))
    results = simulate("today", still, 1, 0.5, warm_up=False, parameters=nobody)
    stocks = np.array([results.tally(f"n_{stage.word}") for stage in Stage])
    flows = np.zeros((5, 5, results.n_weeks))
    for before, after in TRANSITIONS:
        flows[before, after] = results.tally(f"new_{before.word}_to_{after.word}")
    change = (flows.sum(axis=0) - flows.sum(axis=1))[:, 1:]
    assert np.array_equal(np.diff(stocks, axis=1), change)
    assert flows.sum() > 50
    assert np.array_equal(results.stage_matrix(), flows.sum(axis=2))


def test_stages_add_up_to_the_adults_in_every_cell_and_week():
    people = real_run().people
    stages = people[:, :, [PEOPLE_TALLIES.index(f"n_{stage.word}") for stage in Stage]].sum(axis=2)
    assert np.array_equal(stages, people[:, :, PEOPLE_TALLIES.index("n_adults")])


def test_people_referred_in_a_week_are_the_cases_opened_in_it():
    results = real_run()
    by_week = np.bincount(results.cases["week_referred"], minlength=78)
    assert np.array_equal(results.tally("referred"), by_week)
    assert np.array_equal(results.tally("referred_people"), by_week)


def test_results_come_back_from_their_folder_in_every_bit(tmp_path):
    results = real_run()
    loaded = Results.load(results.save(tmp_path / "run"))
    assert np.array_equal(results.system, loaded.system) and np.array_equal(results.people, loaded.people)
    for mine, theirs in ((results.cases, loaded.cases), (results.final, loaded.final)):
        assert list(mine) == list(theirs)
        assert all(np.array_equal(mine[name], theirs[name]) and mine[name].dtype == theirs[name].dtype for name in mine)
    assert loaded.summary.equals(results.summary) and loaded.weekly.equals(results.weekly)
    assert {name: loaded.provenance[name] for name in ("seed", "scenario_hash", "place")} == {
        name: results.provenance[name] for name in ("seed", "scenario_hash", "place")
    }


def test_saving_again_replaces_the_folder_whole_and_leaves_nothing_beside_it(tmp_path):
    real_run().save(tmp_path / "run")
    made_by_hand(5, fte_funded=1).save(tmp_path / "run")
    assert Results.load(tmp_path / "run").n_weeks == 5
    assert [entry.name for entry in tmp_path.iterdir()] == ["run"]


def test_saving_into_a_folder_of_somebody_else_loses_nothing(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine", "utf-8")
    with pytest.raises(CannotWrite, match=r"thesis\.txt, which is not from an earlier save, would be lost"):
        made_by_hand(5, fte_funded=1).save(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_folder_that_lacks_a_file_is_refused_by_name(tmp_path):
    folder = real_run().save(tmp_path / "run")
    (folder / "people.parquet").unlink()
    with pytest.raises(BadFile, match=r"people\.parquet is missing"):
        Results.load(folder)


def test_provenance_says_what_is_needed_to_make_the_run_again():
    facts = real_run().provenance
    assert (facts["scenario"], facts["place"], facts["seed"], facts["weeks"], facts["years"]) == (
        "today",
        "hamlet",
        1,
        78,
        1.5,
    )
    assert facts["scenario_content"]["parameters"] == {"referral.p_identified": 0.1}
    assert facts["place_is_real"] is False and {"sp_abm", "model", "numpy"} <= set(facts["versions"])
