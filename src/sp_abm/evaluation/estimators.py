"""Estimators: five ways to say what a service did for the people referred, from a table of people."""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sp_abm.regression import logistic

Floats = NDArray[np.float64]


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
    is_treated = np.arange(len(treated) + len(others)) < len(treated)
    score = logistic(np.concatenate([treated, others]), is_treated).log_odds
    mine, theirs = score[: len(treated)], score[len(treated) :]
    order = np.argsort(theirs, kind="stable")
    above = np.searchsorted(theirs[order], mine).clip(1, order.size - 1) if order.size > 1 else np.zeros(mine.size, int)
    below = np.maximum(above - 1, 0)
    is_below_nearer = mine - theirs[order[below]] <= theirs[order[above]] - mine
    return np.asarray(order[np.where(is_below_nearer, below, above)], np.int64)
