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
from sp_abm.evaluation.groups import first_referrals, index_weeks
from sp_abm.evaluation.laboratory import STATES, Evaluation, evaluate
from sp_abm.evaluation.records import OUTCOMES, WINDOW, Records
from sp_abm.evaluation.words import why
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
    """Persons in rows 3, 5 and 8: 3 is referred in weeks 40 and 12, 5 in week -4 and 30, 8 is a newcomer's case."""
    records = SimpleNamespace(
        rows=np.array([3, 5, 8]), holders=np.array([0, 0, 0], np.uint16), stage=np.zeros((90, 3), np.int8)
    )
    cases = SimpleNamespace(
        citizen=np.array([5, 3, 3, 5, 8, -1]),
        holder=np.array([0, 0, 0, 0, 1, 0], np.uint16),
        week_referred=np.array([-4, 40, 12, 30, 20, -9999]),
    )
    first, case = first_referrals(records, cases)
    assert first.tolist() == [12, -1, 90]
    assert case.tolist()[0] == 2


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


def made_up(before_after, truth, has_effect=False):
    """Return an evaluation with these estimates of distress, one a seed; everything else is nothing."""
    n = len(before_after)
    values = np.zeros((n, 2, len(METHODS), len(OUTCOMES)))
    for method, found in (("before_after", before_after), ("truth", truth)):
        values[:, :, list(METHODS).index(method), OUTCOMES.index("distress")] = np.array(found)[:, None]
    states, sizes = np.zeros((n, 2, len(STATES), len(OUTCOMES))), np.full((n, 3), 10.0)
    return Evaluation(load("today"), HAMLET, 3, tuple(range(n)), has_effect, values, states, sizes)


def test_the_plain_sentences_say_how_much_would_have_come_anyway():
    """Changes of -2 and -2.2 of which -1 and -1.2 are the service's: -1 would have come anyway, in both seeds."""
    found = made_up([-2.0, -2.2], [-1.0, -1.2], has_effect=True)
    recovery, completers, _, _, truth = why(found, 52)
    assert "changes by −2.10 points in a year; −1.00 points of that would come without the service too" in recovery
    assert "of which the service did nothing" in completers
    assert "The truth, −1.10 points (95% interval up to 1.27 points either way)" in truth


def test_the_plain_sentences_say_where_runs_are_too_few_or_nobody_is_helped():
    recovery, _, _, _, truth = why(made_up([-2.0, 1.0], [0.0, 0.0]), 52)
    assert recovery.endswith("how much of it would have come anyway cannot be told from so few runs.")
    assert truth.endswith("the service reaches nobody's health here, in either world.")


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
