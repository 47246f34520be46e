"""Estimators: five ways to say what a service did for the people referred, from a table of people."""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_RIDGE: Final = 1e-3
"""Holds the weights of a regression finite where groups do not overlap."""
_MOST_STEPS: Final = 50
_CLOSE: Final = 1e-8


class Group(NamedTuple):
    """People followed, one row each: outcomes have shape (people, outcomes), `known` (people, facts).

    `without` is the same person's outcome at the same time in the world without the service, which no evaluator sees;
    `is_complete` says who had an adequate dose by the end.
    """

    before: Floats
    after: Floats
    without: Floats
    known: Floats
    is_complete: NDArray[np.bool_]


def before_after(treated: Group, others: Group) -> Floats:
    """Return the mean change of the people referred."""
    return mean_of(treated.after - treated.before)


def completers(treated: Group, others: Group) -> Floats:
    """Return the mean change of those who went all the way: three or more contacts and an activity."""
    return mean_of((treated.after - treated.before)[treated.is_complete])


def matched(treated: Group, others: Group) -> Floats:
    """Return the mean difference, afterwards, from the person with the nearest chance of being referred."""
    return mean_of(treated.after - others.after[nearest(treated.known, others.known)])


def difference_in_differences(treated: Group, others: Group) -> Floats:
    """Return the mean change of the people referred less that of those not referred."""
    return mean_of(treated.after - treated.before) - mean_of(others.after - others.before)


def truth(treated: Group, others: Group) -> Floats:
    """Return the mean difference from the same people in the world without the service."""
    return mean_of(treated.after - treated.without)


METHODS: Final[Mapping[str, Callable[[Group, Group], Floats]]] = {
    method.__name__: method for method in (before_after, completers, matched, difference_in_differences, truth)
}
LABELS: Final = {
    "before_after": "Before and after",
    "completers": "Completers only",
    "matched": "Matched controls",
    "difference_in_differences": "Difference in differences",
    "truth": "Truth",
}


def mean_of(values: Floats) -> Floats:
    """Return the mean of each column, missing where there is nobody."""
    if not values.shape[0]:
        return np.full(values.shape[1], np.nan)
    mean: Floats = values.mean(axis=0)
    return mean


def nearest(treated: Floats, others: Floats) -> NDArray[np.int64]:
    """Return for each row of the treated the row of the others whose propensity score is nearest; all may come twice.

    The score is the log odds of being treated, by logistic regression on the facts known of both.
    """
    if not treated.shape[0]:
        return np.empty(0, np.int64)
    score = propensity(np.concatenate([treated, others]), np.arange(len(treated) + len(others)) < len(treated))
    mine, theirs = score[: len(treated)], score[len(treated) :]
    order = np.argsort(theirs, kind="stable")
    above = np.searchsorted(theirs[order], mine).clip(1, order.size - 1) if order.size > 1 else np.zeros(mine.size, int)
    below = np.maximum(above - 1, 0)
    is_below_nearer = mine - theirs[order[below]] <= theirs[order[above]] - mine
    return np.asarray(order[np.where(is_below_nearer, below, above)], np.int64)


def propensity(known: Floats, is_treated: NDArray[np.bool_]) -> Floats:
    """Return the log odds of being treated by logistic regression (Newton's method, facts standardised)."""
    spread = known.std(axis=0)
    facts = (known - known.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    facts = np.column_stack([np.ones(len(facts)), facts])
    weights = np.zeros(facts.shape[1])
    penalty = _RIDGE * np.eye(weights.size)
    for _ in range(_MOST_STEPS):
        chance = 1 / (1 + np.exp(-facts @ weights))
        slope = facts.T @ (is_treated - chance) - penalty @ weights
        curve = (facts * (chance * (1 - chance))[:, None]).T @ facts + penalty
        change = np.linalg.solve(curve, slope)
        weights = weights + change
        if np.abs(change).max() < _CLOSE:
            break
    score: Floats = facts @ weights
    return score
