"""Regression: the one logistic regression, of an evaluator's matching and of a row of the targets."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_RIDGE: Final = 1e-3
"""Holds the weights finite where groups do not overlap."""
_MOST_STEPS: Final = 50
_CLOSE: Final = 1e-8


class Logit(NamedTuple):
    """A fitted regression: what each fact weighs for one standard deviation of it, and everybody's log odds."""

    weights: Floats
    log_odds: Floats


def logistic(facts: Floats, happened: NDArray[np.bool_]) -> Logit:
    """Return how facts, shape (people, facts), move the log odds of what happened, by Newton's method."""
    spread = facts.std(axis=0)
    known = (facts - facts.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    known = np.column_stack([np.ones(len(facts)), known])
    weights = np.zeros(known.shape[1])
    penalty = _RIDGE * np.eye(weights.size)
    for _ in range(_MOST_STEPS):
        chance = 1 / (1 + np.exp(-known @ weights))
        slope = known.T @ (happened - chance) - penalty @ weights
        curve = (known * (chance * (1 - chance))[:, None]).T @ known + penalty
        change = np.linalg.solve(curve, slope)
        weights = weights + change
        if np.abs(change).max() < _CLOSE:
            break
    return Logit(weights[1:], known @ weights)
