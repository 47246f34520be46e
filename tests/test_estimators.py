"""Estimators: five ways to measure a service on tables small enough to work out by hand."""

import numpy as np
import pytest

from sp_abm.evaluation.estimators import METHODS, Group, nearest

NOBODY_KNOWN = 1.0


def group(before, after, without=None, known=None, complete=()):
    """Return people with one outcome each; `without` is as `after` and nothing is known of them unless given."""
    n = len(before)

    def column(values):
        return np.array(values, float).reshape(n, 1)

    is_complete = np.zeros(n, bool)
    is_complete[list(complete)] = True
    known = [NOBODY_KNOWN] * n if known is None else known
    return Group(
        column(before), column(after), column(after if without is None else without), column(known), is_complete
    )


def found(treated, others):
    """Return what each method finds for the one outcome."""
    return {name: float(method(treated, others)[0]) for name, method in METHODS.items()}


def test_where_everybody_just_regresses_to_the_mean_only_the_methods_without_controls_are_fooled():
    """Everybody at 8 comes down to 5, helped or not: 5 - 8 = -3 before and after, 0 against anybody like them."""
    treated = group([8, 8], [5, 5], known=[8, 8], complete=[0])
    others = group([8, 8, 8], [5, 5, 5], known=[8, 8, 8])
    assert found(treated, others) == {
        "before_after": -3,
        "completers": -3,
        "matched": 0,
        "difference_in_differences": 0,
        "truth": 0,
    }


def test_difference_in_differences_is_fooled_where_those_not_referred_were_not_at_their_worst():
    """Those referred go from 8 to 5 with or without help; the others stay at 2: (5 - 8) - (2 - 2) = -3, the truth 0."""
    treated, others = group([8, 8], [5, 5]), group([2, 2], [2, 2])
    assert found(treated, others)["difference_in_differences"] == -3
    assert found(treated, others)["truth"] == 0


def test_five_estimates_of_one_table():
    """Three people: 9 to 4, 6 to 3, 3 to 2; without the service they would stand at 6, 3 and 2.

    Before and after: (-5 - 3 - 1) / 3 = -3. Completers, the first two: -4. The nearest in what is known (9, 6, 3) are
    the others with 8, 6 and 2, who end at 7, 4 and 1: (4 - 7 + 3 - 4 + 2 - 1) / 3 = -1. The others change by
    (-1 - 2 - 1) / 3 = -4/3: difference -3 + 4/3. Truth: (-2 + 0 + 0) / 3.
    """
    treated = group([9, 6, 3], [4, 3, 2], [6, 3, 2], known=[9, 6, 3], complete=[0, 1])
    others = group([8, 6, 2], [7, 4, 1], known=[8, 6, 2])
    estimates = found(treated, others)
    assert estimates["before_after"] == -3
    assert estimates["completers"] == -4
    assert estimates["matched"] == -1
    assert estimates["difference_in_differences"] == pytest.approx(-3 + 4 / 3)
    assert estimates["truth"] == pytest.approx(-2 / 3)


def test_completers_look_better_than_all_where_those_who_would_have_recovered_anyway_stay():
    """Two stay and go from 8 to 2, two leave and stay at 8; nobody is helped: -6 against -3, truth 0."""
    estimates = found(group([8, 8, 8, 8], [2, 2, 8, 8], complete=[0, 1]), group([8], [8]))
    assert (estimates["completers"], estimates["before_after"], estimates["truth"]) == (-6, -3, 0)


def test_where_nobody_completes_there_is_no_estimate_of_completers():
    assert np.isnan(found(group([8], [2]), group([8], [8]))["completers"])


def test_where_nobody_is_referred_there_is_no_estimate_at_all():
    assert all(np.isnan(value) for value in found(group([], []), group([8], [8])).values())


def test_the_nearest_in_score_is_found_from_either_side_and_may_come_twice():
    treated, others = np.array([[1.0], [5.0], [4.9]]), np.array([[0.9], [3.0], [5.2]])
    assert nearest(treated, others).tolist() == [0, 2, 2]


def test_a_single_person_not_referred_is_everybodys_match():
    assert nearest(np.array([[1.0], [5.0]]), np.array([[3.0]])).tolist() == [0, 0]


def test_matching_takes_away_what_is_known_and_leaves_what_is_not():
    """Age decides who is referred and how they fare: like with like differ by the effect, -1, plain means by +4."""
    rng = np.random.Generator(np.random.PCG64(1))
    ages = np.concatenate([rng.uniform(50, 90, 400), rng.uniform(20, 90, 4000)])
    outcomes = ages / 5
    treated = group(outcomes[:400], outcomes[:400] - 1, outcomes[:400], known=ages[:400])
    others = group(outcomes[400:], outcomes[400:], known=ages[400:])
    estimates = found(treated, others)
    assert estimates["truth"] == pytest.approx(-1)
    assert estimates["matched"] == pytest.approx(-1, abs=0.05)
    assert (treated.after.mean() - others.after.mean()) > 1
