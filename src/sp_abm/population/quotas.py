"""Quotas: whole numbers that meet shares as exactly as whole numbers can, and fair ways to deal them out."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Flag = NDArray[np.bool_]


def largest_remainder(weights: Any, total: int, least: int = 0) -> I64:
    """Return whole numbers in proportion to the weights that sum to `total`, each at least `least`.

    If `total` is too small for the least numbers, each gets just the least.
    """
    shares = np.asarray(weights, np.float64)
    exact = shares / shares.sum() * total
    numbers: I64 = np.floor(exact).astype(np.int64)
    order = np.argsort(numbers - exact, kind="stable")
    numbers[order[: total - numbers.sum()]] += 1
    while numbers.min() < least:
        if total <= least * numbers.shape[0]:
            return np.full_like(numbers, least)
        numbers[numbers.argmin()] += 1
        numbers[numbers.argmax()] -= 1
    return numbers


def dealt(quotas: I64) -> I64:
    """Return the group of each of sum(quotas) places in a line, every group spread evenly along it."""
    groups = np.repeat(np.arange(quotas.shape[0]), quotas)
    within = np.arange(groups.shape[0]) - np.repeat(np.cumsum(quotas) - quotas, quotas)
    order = np.argsort((within + 0.5) / quotas[groups], kind="stable")
    in_line: I64 = groups[order]
    return in_line


def ranks(luck: F64) -> I64:
    """Return each entry's place in rising order, 0 up."""
    order = np.argsort(luck, kind="stable")
    places = np.empty_like(order)
    places[order] = np.arange(order.shape[0])
    return places


def lowest(luck: F64, number: int) -> Flag:
    """Return which entries are among the `number` with the lowest luck."""
    return ranks(luck) < number
