"""The words of an evaluation: why five ways to measure one service differ, said of numbers made up for it."""

import numpy as np
import pytest

from sp_abm.cli.evaluate import _show
from sp_abm.cli.tables import screen
from sp_abm.evaluation.estimators import METHODS
from sp_abm.evaluation.laboratory import STATES, Evaluation
from sp_abm.evaluation.records import OUTCOMES
from sp_abm.evaluation.words import amount, change, why
from sp_abm.places import place
from sp_abm.scenario import load


def made_up(before_after, truth, has_effect=False):
    """Return an evaluation with these estimates of distress, one a seed; everything else is nothing."""
    n = len(before_after)
    values = np.zeros((n, 2, len(METHODS), len(OUTCOMES)))
    for method, found in (("before_after", before_after), ("truth", truth)):
        values[:, :, list(METHODS).index(method), OUTCOMES.index("distress")] = np.array(found)[:, None]
    states, sizes = np.zeros((n, 2, len(STATES), len(OUTCOMES))), np.full((n, 3), 10.0)
    return Evaluation(load("today"), place("sandbox"), 3, tuple(range(n)), has_effect, values, states, sizes)


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


def told(before_after, truth, completers=(-3.0, -3.4), matched=(0.5, 0.3), **states):
    """Return the sentences on a loss of distress of two seeds, of these estimates and states at a year."""
    found = made_up(before_after, truth, has_effect=True)
    for method, values in (("completers", completers), ("matched", matched)):
        found.values[:, 1, list(METHODS).index(method), OUTCOMES.index("distress")] = values
    for state, value in states.items():
        found.states[:, 1, STATES.index(state), OUTCOMES.index("distress")] = value
    found.sizes[:, 1] = 4
    return why(found, 52)


def test_people_are_said_to_be_referred_at_their_worst_only_where_they_are():
    """At 6 points against 2 they are; at 2 against 6 they are not."""
    worst, best = (
        told((-2.0, -2.2), (-1.0, -1.2), referred_before=before, others_before=8 - before)[0] for before in (6, 2)
    )
    assert worst.endswith(
        "people are referred at their worst (6.00 points at referral, 2.00 points among everybody else), "
        "and bad spells pass."
    )
    assert best.endswith("would come without the service too.")


def test_who_stays_is_said_to_be_selected_where_completers_would_have_gained_more_anyway():
    """4 of 10 complete and lose 3.2: .5 of it, or 2.9, is the service's; 2.7 or .3 come anyway, 1.0 among everybody."""
    selected, others = (told((-2.0, -2.2), (-1.0, -1.2), completers_truth=-true)[1] for true in (0.5, 2.9))
    assert selected == (
        "Completers only: 40 of 100 people referred have three contacts and an activity. They change by −3.20 points, "
        "of which the service did −0.50 points; the rest would have come anyway, more than for all who were referred: "
        "who stays is selected."
    )
    assert others.endswith("of which the service did −2.90 points.")


def test_differences_take_off_what_happened_to_those_not_referred():
    trend = told((-2.0, -2.2), (-1.0, -1.2), others_before=2.5, others_after=2.0)[2]
    assert "takes off what happened to people not referred, −0.50 points: " in trend


def test_matching_says_in_what_it_misses_the_truth_and_in_what_it_does_not():
    """Distress: .5 and .3 where the truth is -1 and -1.2, 1.5 off in either; where nothing differs nothing is clear."""
    missed = told((-2.0, -2.2), (-1.0, -1.2))[3]
    assert missed.startswith(
        "Matched controls cannot be told from the truth in GP and nurse consultations, life satisfaction, loneliness "
        "and SWEMWBS but miss it in distress by +1.50 points, for what records do not show"
    )
    assert missed.endswith("illness, how readily a person consults, how long a spell has lasted.")


def test_matching_may_miss_the_truth_in_everything():
    found = made_up([-2.0, -2.2], [-1.0, -1.2])
    found.values[:, 1, list(METHODS).index("matched")] = 1.0
    found.values[:, 1, list(METHODS).index("truth")] = 0.0
    assert why(found, 52)[3].startswith(
        "Matched controls miss it in GP and nurse consultations by +1.00 consultations a year, distress by +1.00 "
        "points, life satisfaction by +1.00 points, loneliness by +100.0 in 100 people and SWEMWBS by +1.00 points, for"
    )


def test_loneliness_is_told_in_100_people_and_a_loss_with_its_sign():
    assert change("loneliness", -0.0123) == "−1.2 in 100 people" and amount("loneliness", 0.25) == "25.0 in 100 people"
    assert change("gp_consultations", 1.5) == "+1.50 consultations a year"


def test_the_terminal_shows_no_more_digits_than_their_doubt_lets_one_know(capsys, monkeypatch):
    """Distress falls by 2, 2.5 and 3, so by 2.5 give or take 1.24, of which 1, without any doubt, is no effect."""
    monkeypatch.setenv("COLUMNS", "100")
    _show(screen(), made_up([-2.0, -2.5, -3.0], [-1.0, -1.5, -2.0]), 52)
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["Before", "and", "after", "-2.5", "-3.7", "to", "-1.3", "-1.00"] in rows
    assert ["Truth", "0", "0", "to", "0"] in rows
    assert ["GP", "and", "nurse", "consultations,", "number", "a", "year"] in rows


def test_the_table_has_a_row_a_follow_up_outcome_and_method_with_its_bias():
    """Distress, before and after: -2.1, of which the truth is -1.1 in both follow-ups; the bias -1 in either seed."""
    frame = made_up([-2.0, -2.2], [-1.0, -1.2]).frame()
    assert len(frame) == 2 * len(OUTCOMES) * len(METHODS)
    row = frame[(frame.outcome == "distress") & (frame.method == "before_after") & (frame.weeks == 26)].iloc[0]
    assert row[["mean", "bias", "bias_low", "bias_high"]].tolist() == pytest.approx([-2.1, -1, -1, -1])
