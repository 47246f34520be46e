"""The evaluation laboratory: what is recorded, who is compared, and what must come out where nothing is done."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from sp_abm.cli import main
from sp_abm.comparison import in_turn
from sp_abm.errors import BadValue, UnknownName
from sp_abm.evaluation.estimators import METHODS
from sp_abm.evaluation.groups import first_referrals, groups, index_weeks
from sp_abm.evaluation.laboratory import evaluate
from sp_abm.evaluation.records import OUTCOMES, WINDOW, Records
from sp_abm.panel import Panel
from sp_abm.places import place
from sp_abm.scenario import load
from sp_abm.simulation import Simulation
from sp_abm.viz.estimates import draw_estimates, panels

HAMLET = replace(place("sandbox"), key="hamlet", residents=900, n_pcns=2)
GROWS = {"life_satisfaction", "swemwbs"}
CONSTANT_PEOPLE = {
    "population.sd_vulnerability_worse": 0.0,
    "population.sd_vulnerability_better": 0.0,
    "population.shape_frailty": 10.0,
    "transitions.share_duration_floor": 1.0,
    "transitions.rate_pre_crisis_recovering": 0.03,
}
"""People alike, and recovery that does not slow: the rate keeps about as many in distress as today's rates do."""
NO_SELECTION = {
    "help_seeking.ratio_distress": 1.0,
    "help_seeking.ratio_ill": 1.0,
    "referral.p_need_distress": 0.0,
    "referral.p_need_lonely": 0.0,
    "referral.ratio_self_off_balance": 1.0,
    "referral.ratio_self_well": 1.0,
}


@pytest.fixture(scope="module")
def without_effect():
    return evaluate("today", "average-pcn", 2, 2, has_effect=False, workers=1)


@pytest.fixture(scope="module")
def with_effect():
    return evaluate("today", HAMLET, 3, 2, changes={"transitions.effect_support": 3.0}, workers=1)


def test_records_hold_what_a_panel_of_the_same_run_reads():
    simulation = Simulation.start("today", HAMLET, 1, warm_up=False, weeks=30)
    records, panel = Records(simulation.world, 30), Panel(simulation.world, 10_000)
    simulation.observers += [records, panel]
    simulation.run(30)
    frame = panel.frame()
    read = frame[(frame.week == 29) & frame.exit.isna()]
    person = np.flatnonzero(records.left == 30)
    assert person.size == len(read)
    week = np.full(person.size, 29)
    outcomes = records.outcomes(person, week, week)
    for name, column in (("distress", "distress"), ("life_satisfaction", "life_satisfaction"), ("swemwbs", "swemwbs")):
        np.testing.assert_array_equal(outcomes[:, OUTCOMES.index(name)], read[column])
    np.testing.assert_array_equal(outcomes[:, OUTCOMES.index("loneliness")], read["lonely"].astype(float))
    seen = frame[(frame.week > 29 - WINDOW) & frame.person.isin(read.person) & frame.exit.isna()]
    counted = seen.groupby("person")["consultations"].sum().to_numpy(float)
    np.testing.assert_array_equal(outcomes[:, 0], 2 * counted)


def test_a_first_referral_is_the_earliest_and_one_shortly_before_the_run_rules_a_person_out():
    """Persons in rows 3, 5 and 8: 3 is referred in weeks 40 and 12, 5 in week -26 and 30; of 8 there is the case of a
    newcomer and one of week -27. Rows 4 and 9 are of people who are not recorded."""
    records = SimpleNamespace(
        rows=np.array([3, 5, 8]), holders=np.array([0, 0, 0], np.uint16), stage=np.zeros((90, 3), np.int8)
    )
    cases = SimpleNamespace(
        citizen=np.array([5, 3, 3, 5, 8, -1, 8, 4, 9]),
        holder=np.array([0, 0, 0, 0, 1, 0, 0, 0, 0], np.uint16),
        week_referred=np.array([-26, 40, 12, 30, 20, -9999, -27, 1, 2]),
    )
    first, case = first_referrals(records, cases)
    assert first.tolist() == [12, -1, 90]
    assert case.tolist()[0] == 2


def followed(left, cases, weeks=156):
    """Return made-up records of as many people as `left` says when they go; an outcome is (last, week, person, ...)."""
    n = len(left)
    traits = SimpleNamespace(age=np.full(n, 40.0), is_female=np.arange(n) % 2, fifth=np.zeros(n))
    return SimpleNamespace(
        rows=np.arange(n), holders=np.zeros(n, int), stage=np.zeros((weeks, n)), left=np.array(left), traits=traits,
        outcomes=lambda people, week, last: np.column_stack([last, week, people, people, people]).astype(float),
    )  # fmt: skip


def test_people_referred_are_followed_from_then_and_others_from_the_week_of_one_of_those_referrals():
    """Referred in 26 (person 0), 60 (1), 20 (4, too early), 104 (5, too late), before the run (6) and 50 (7).

    Weeks 26, 50 and 60 are dealt out to 0, 1, ... 5, 7 in turn: 1 gets 50, 2 gets 60, 3 gets 26, 5 gets 60 and 7 gets
    26, so that 1 and 7 are of both kinds; 0 and 4 were referred by then. 3 moves out, and 1 dies in the other world,
    just too soon for a year. Person 0 has a dose by week 56, between the follow-ups; 7 starts no activity.
    """
    cases = SimpleNamespace(
        citizen=np.array([0, 1, 4, 5, 6, 7]), holder=np.zeros(6, int),
        week_referred=np.array([26, 60, 20, 104, -5, 50]),
        week_third=np.array([56, 61, 21, 121, -9999, 55]), week_started=np.array([51, 61, 21, 121, -9999, -9999]),
    )  # fmt: skip
    here, there = (followed(left, cases) for left in ([156, 156, 156, 78, 156, 156, 156, 156], [156, 112] + [156] * 6))
    there.outcomes = lambda people, week, last: -np.column_stack([last, week, people, people, people]).astype(float)
    half, year = groups(here, there, cases)
    for (treated, others), weeks in ((half, 26), (year, 52)):
        assert treated.before[:, :3].tolist() == [[25, 26, 0], [49, 50, 7]]
        assert treated.after[:, :3].tolist() == [[26 + weeks, 26 + weeks, 0], [50 + weeks, 50 + weeks, 7]]
        assert (treated.without == -treated.after).all() and (others.without == -others.after).all()
        assert others.before[:, 1:3].tolist() == [[50, 1], [60, 2], [60, 5], [26, 7]]
        assert not others.is_complete.any()
    assert (half[0].is_complete.tolist(), year[0].is_complete.tolist()) == ([False, False], [True, False])
    known = year[0].known[1].tolist()
    assert known == pytest.approx([40, 1600, 1, 0, np.log(50), 50, 7, 7, 7])


def test_consultations_are_of_the_half_year_up_to_a_week_as_a_rate_a_year():
    """In weeks 4, 5, 30 and 31 the first consults 100, 1, 2 and 50 times: 3 in the 26 weeks up to week 30, 6 a year.

    The second has moved out in week 20, and again somebody in week 25: they were there until 20.
    """
    citizens = SimpleNamespace(
        age=np.array([40, 16, 15]), holder=np.zeros(3, np.uint16), female=np.zeros(3), fifth=np.zeros(3),
        id=np.arange(3), contentment=np.zeros(3), stage=np.zeros(3, np.int8), lonely=np.zeros(3, bool),
    )  # fmt: skip
    luck = SimpleNamespace(uniforms=lambda question, week, ids, holders: np.full((ids.size, 4), 0.5))
    world = SimpleNamespace(citizens=citizens, week=208, luck=luck, parameters=load("today").parameter_set())
    records = Records(world, 40)
    for week in range(40):
        world.week = 208 + week
        citizens.consultations = np.full(3, {4: 100, 5: 1, 30: 2, 31: 50}.get(week, 0), np.uint8)
        citizens.stage[:2] = (3, 0) if week == 30 else (0, 3)
        citizens.holder[1] = (week >= 20) + (week >= 25)
        records.close_week(world)
    first = records.outcomes(np.array([0, 0, 1]), np.array([30, 31, 30]), np.array([30, 31, 29]))
    assert first[:, 0].tolist() == [6, 2 * (2 + 50), 2 * (100 + 1)]
    assert first[:, 1].tolist() == [10, 0.3, 0.3]
    assert records.rows.tolist() == [0, 1] and records.left.tolist() == [40, 20]


def test_people_are_followed_from_half_a_year_before_to_a_year_after():
    assert index_weeks(156) == range(26, 104)
    assert not index_weeks(78)
    assert len(index_weeks(79)) == 1


def test_without_effect_the_truth_is_exactly_nothing_and_before_and_after_improves(without_effect):
    for weeks in (26, 52):
        for outcome in OUTCOMES:
            truth = without_effect.estimate(outcome, "truth", weeks)
            assert (truth.mean, truth.low, truth.high) == (0, 0, 0)
        for outcome in ("distress", "life_satisfaction", "swemwbs"):
            naive = without_effect.estimate(outcome, "before_after", weeks).mean
            assert naive > 0 if outcome in GROWS else naive < 0


def test_with_a_strong_effect_the_truth_is_better_and_before_and_after_is_the_truth_and_the_recovery(with_effect):
    for outcome in ("distress", "life_satisfaction", "swemwbs"):
        truth = with_effect.estimate(outcome, "truth").mean
        assert truth > 0 if outcome in GROWS else truth < 0
    for outcome in OUTCOMES:
        recovery = with_effect.state(outcome, "referred_without") - with_effect.state(outcome, "referred_before")
        naive, truth = (with_effect.estimate(outcome, method).mean for method in ("before_after", "truth"))
        assert naive == pytest.approx(truth + recovery)


def test_the_world_without_the_service_has_the_same_people_and_luck_until_somebody_is_helped(without_effect):
    """With no effect both worlds agree in every outcome of every person, or the truth would not be exactly 0."""
    assert not without_effect.values[:, :, list(METHODS).index("truth")].any()
    assert (without_effect.sizes[:, 0] > 0).all()
    assert (without_effect.sizes[:, 1] <= without_effect.sizes[:, 0]).all()


@pytest.mark.slow
def test_the_bias_of_before_and_after_goes_where_referral_does_not_look_at_how_people_are():
    """False alarm: the bias today is -0.7 of a point, 10 standard errors from half of it."""
    today = evaluate("today", "average-pcn", 2, 3, has_effect=False)
    blind = evaluate("today", "average-pcn", 2, 3, has_effect=False, changes=NO_SELECTION)
    assert today.bias("distress", "before_after").mean < -0.5
    assert abs(blind.bias("distress", "before_after").mean) < 0.2


@pytest.mark.slow
def test_the_bias_that_matching_leaves_shrinks_where_people_are_alike_and_spells_do_not_age():
    """Consultations, half a year on: +2.9 a year today, half of it from how readily people consult, which no record
    shows. False alarm below 1 in 1,000 (standard error of the difference about 0.4)."""
    today = evaluate("today", "average-pcn", 4, 3, has_effect=False)
    alike = evaluate("today", "average-pcn", 4, 3, has_effect=False, changes=CONSTANT_PEOPLE)
    biases = [found.bias("gp_consultations", "matched", 26).mean for found in (today, alike)]
    assert biases[0] > 2
    assert 0 <= biases[1] < 0.75 * biases[0]


def test_a_figure_has_a_panel_an_outcome_and_a_row_a_method(without_effect):
    drawn = panels(without_effect, 52)
    assert [len(panel.rows) for panel in drawn] == [5] * len(OUTCOMES)
    assert [row.label for row in drawn[0].rows if row.to_compare_with] == ["Truth"]
    svg = draw_estimates(without_effect, 52)
    assert svg == draw_estimates(without_effect, 52)
    assert "the truth is nothing" in svg
    assert "without effect" in svg
    assert "Average PCN" in svg


def test_where_there_is_no_service_or_no_time_the_message_says_so():
    with pytest.raises(BadValue, match=r"Nobody is referred under 'no-service' in .*: there is no service to evaluate"):
        evaluate("no-service", HAMLET, 1, 2)
    with pytest.raises(BadValue, match=r"years = 1 leaves nobody to follow .* at least 1\.52, better 3"):
        evaluate("today", HAMLET, 1, 1)
    with pytest.raises(BadValue, match=r"seeds = 0"):
        evaluate("today", HAMLET, 0, 2)


def test_wrong_names_are_told_with_the_nearest_one(without_effect):
    with pytest.raises(UnknownName, match="Did you mean today"):
        evaluate("todai", HAMLET, 1, 2)
    with pytest.raises(UnknownName, match="Did you mean distress"):
        without_effect.estimate("distres", "truth")
    with pytest.raises(UnknownName, match="Did you mean matched"):
        without_effect.estimate("distress", "matchd")
    with pytest.raises(BadValue, match="weeks = 30 must be one of 26, 52"):
        without_effect.estimate("distress", "truth", 30)


def test_a_scenarios_own_cuts_stay_and_people_are_cut_off_only_where_asked():
    arm = load("today").with_cut(["burnout->intention=0"])
    found = evaluate(arm, HAMLET, 1, 2, has_effect=False)
    assert found.scenario.cut == {
        "burnout->intention": 0,
        "connection->recovery": 0,
        "activity->loneliness": 0,
        "activity->ties": 0,
    }
    assert arm.cut == {"burnout->intention": 0}


def test_plausible_sets_are_taken_in_turn_by_the_replications():
    sets = [{"transitions.effect_support": 0.0}, {"transitions.effect_support": 3.0}]
    arms = in_turn(load("today"), sets, (1, 2, 5))
    assert [arms[seed].parameters["transitions.effect_support"] for seed in (1, 2, 5)] == [0, 3, 0]
    assert in_turn(load("today"), (), (1,)) == {1: load("today")}


@pytest.fixture
def sp_abm(capsys):
    """Return a caller of the command line: exit code, what it prints, what it says on the side."""

    def call(*arguments):
        with pytest.raises(SystemExit) as end:
            main(arguments)
        said = capsys.readouterr()
        return end.value.code, said.out, said.err

    return call


@pytest.fixture
def hamlet_file(hamlet):
    return str(hamlet().parent / "hamlet.toml")


SMALL = ("--seeds", "1", "--years", "1.7", "--workers", "1", "--set", "posts_per_10000=20")


def test_the_command_prints_what_is_promised_as_json_and_nothing_else(sp_abm, hamlet_file):
    code, out, _ = sp_abm("evaluate", "today", "--place", hamlet_file, *SMALL, "--no-effect", "--json")
    found = json.loads(out)
    assert code == 0
    assert list(found) == list(OUTCOMES)
    for by_method in found.values():
        assert list(by_method) == list(METHODS)
        assert all(list(estimate) == ["mean", "low", "high"] for estimate in by_method.values())
        assert by_method["truth"] == {"mean": 0.0, "low": None, "high": None}


@pytest.mark.parametrize("asked", [(), ("--plausible",)])
def test_the_command_writes_the_figure_the_table_and_where_they_came_from(sp_abm, hamlet_file, tmp_path, asked):
    folder = tmp_path / "out"
    code, out, _ = sp_abm("evaluate", "today", "--place", hamlet_file, *SMALL, *asked, "--out", str(folder))
    assert code == 0
    assert ("over seeds and 1 plausible parameter sets" in " ".join(out.split())) == bool(asked)
    assert "Before and after" in out
    assert "not a forecast" in out
    assert sorted(path.name for path in folder.iterdir()) == [
        "estimates.csv",
        "estimates.png",
        "estimates.svg",
        "evaluation.json",
    ]
    content = json.loads((folder / "evaluation.json").read_text("utf-8"))
    assert set(content["people"]) == {"referred", "completers", "others"}
    assert content["plausible_sets"] == len(asked)
    assert (folder / "estimates.svg").read_text("utf-8").startswith("<svg")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("evaluate", "todai"), "Did you mean today"),
        (("evaluate", "today", "--place", "tower-hamlet"), "Did you mean tower-hamlets"),
        (("evaluate", "today", "--seeds", "0"), "--seeds 0 must be from 1 to 1000"),
        (("evaluate", "today", "--months", "9"), "--months 9 must be 6 or 12"),
        (("evaluate", "today", "--workers", "0"), "--workers 0 must be at least 1"),
        (("evaluate", "today", "--years", "1"), "better 3"),
    ],
)
def test_a_mistake_is_told_in_one_line_and_nothing_runs(sp_abm, arguments, words):
    code, out, err = sp_abm(*arguments)
    assert code == 2
    assert not out
    assert words in err.replace("\n", " ")
