"""Draws: the luck of an analysis, keyed as all luck is, so that the same study is always told the same."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.kernels import uniforms_table

SEED: Final = 1
RESAMPLING, CHOOSING, FOLDING = range(3)
"""What luck decides in an analysis, each a question of its own."""


def uniforms(question: int, n: int) -> NDArray[np.float64]:
    """Return n numbers evenly between 0 and 1, shape (n,), the same at every call."""
    ids = np.arange(n, dtype=np.uint32)
    return uniforms_table(np.array([SEED, question], np.uint32), ids, np.zeros_like(ids), 0, 0)[:, 0]


def shuffled(question: int, n: int) -> NDArray[np.int64]:
    """Return the numbers 0 to n-1 in an order that luck decides."""
    return np.argsort(uniforms(question, n), kind="stable").astype(np.int64)
