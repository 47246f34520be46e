"""Regression: log odds worked out by hand, and facts that say nothing or all."""

import numpy as np
import pytest

from sp_abm.regression import logistic


def test_the_log_odds_of_a_binary_fact_are_those_of_its_table():
    """Of those with the fact 3 of 4, of those without it 1 of 4: log odds ln 3 and -ln 3, one deviation either way."""
    known = np.array([1, 1, 1, 1, 0, 0, 0, 0], float)[:, None]
    found = logistic(known, np.array([1, 1, 1, 0, 1, 0, 0, 0], bool))
    assert found.log_odds[0] == pytest.approx(np.log(3), rel=1e-2)
    assert found.log_odds[-1] == pytest.approx(-np.log(3), rel=1e-2)
    assert found.weights == pytest.approx([np.log(3)], rel=1e-2)


def test_a_fact_that_is_the_same_for_everybody_and_groups_that_never_overlap_do_no_harm():
    known = np.column_stack([np.ones(6), [0, 0, 0, 9, 9, 9]])
    found = logistic(known, np.array([0, 0, 0, 1, 1, 1], bool))
    assert np.isfinite(found.log_odds).all()
    assert found.log_odds[-1] > found.log_odds[0]
    assert found.weights[0] == 0


def test_a_cause_counts_only_beyond_what_is_held_fixed():
    luck = np.random.default_rng(1)
    other, cause = luck.normal(size=20_000), luck.normal(size=20_000)
    cause = cause + other
    happened = luck.random(20_000) < 1 / (1 + np.exp(-other))
    assert logistic(np.column_stack([cause, other]), happened).weights[0] == pytest.approx(0, abs=0.06)
    assert logistic(cause[:, None], happened).weights[0] > 0.25
