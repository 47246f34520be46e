"""Numbers of ties: how many close and weak ties each adult has, as surveys have counted them."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.parameters.people import Population
from sp_abm.population.quotas import ranks

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
MOST_WEAK_TIES: Final = 200


def close_numbers(parameters: Population, luck: F64) -> I64:
    """Return the number of close ties of each adult; the survey's shares are met to the person."""
    return np.searchsorted(np.cumsum(close_shares(parameters))[:-1], _evenly(luck), side="right")


def weak_numbers(parameters: Population, luck: F64) -> I64:
    """Return the number of weak ties of each adult: negative binomial, by mean and standard deviation."""
    return np.searchsorted(np.cumsum(_weak_shares(parameters))[:-1], _evenly(luck), side="right")


def close_shares(parameters: Population) -> F64:
    """Return the shares of adults with 0, 1, 2 ... close ties; they sum to 1."""
    most = int(parameters.max_close_ties)
    groups = (
        (parameters.share_no_close_tie, 0, 0),
        (parameters.share_1_close_tie, 1, 1),
        (parameters.share_2_to_3_close_ties, 2, 3),
        (parameters.share_4_to_5_close_ties, 4, 5),
        (parameters.share_6_up_close_ties, 6, most),
    )
    shares = np.zeros(most + 1)
    for share, low, high in groups:
        shares[low : high + 1] = share / (high + 1 - low)
    return _to_one(shares)


def _weak_shares(parameters: Population) -> F64:
    """Return the shares of adults with 0, 1, 2 ... weak ties; a spread below a Poisson's is taken as one."""
    mean, variance = parameters.mean_weak_ties, parameters.sd_weak_ties**2
    shares = np.zeros(MOST_WEAK_TIES + 1)
    if mean == 0:
        shares[0] = 1.0
        return shares
    number = np.arange(1, shares.shape[0])
    if variance > mean:
        shape = mean**2 / (variance - mean)
        shares[0] = (shape / (shape + mean)) ** shape
        ratios = (number - 1 + shape) / number * mean / (shape + mean)
    else:
        shares[0] = np.exp(-mean)
        ratios = mean / number
    shares[1:] = shares[0] * np.cumprod(ratios)
    return _to_one(shares)


def _to_one(shares: F64) -> F64:
    scaled: F64 = shares / shares.sum()
    return scaled


def _evenly(luck: F64) -> F64:
    """Return the same order of luck, spaced evenly over 0..1, so that shares come out exactly."""
    evenly: F64 = (ranks(luck) + 0.5) / luck.shape[0]
    return evenly
