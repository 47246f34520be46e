"""Luck of a population: questions asked once, keyed on the population's seed and not on a run's."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.kernels import compiled, uniform, uniforms_table

QUESTIONS: Final[dict[str, int]] = {
    "neighbourhood order": 101,
    "household": 102,
    "age": 103,
    "traits": 104,
    "start": 105,
    "arrival": 106,
    "organisation places": 107,
    "number of ties": 108,
    "close ties": 109,
    "weak ties": 110,
    "kept ties": 111,
    "close ties near home": 112,
    "weak ties near home": 113,
    "circles": 114,
    "volunteers anyway": 115,
}
"""Numbers are part of every population and apart from those of `randomness`: none is ever changed."""

F64 = NDArray[np.float64]
U32 = NDArray[np.uint32]


def uniforms(seed: int, question: str, entities: Any, sub: int = 0) -> F64:
    """Return four uniforms in (0, 1) for each entity, shape (entities, 4); `sub` tells draws apart."""
    entities = np.ascontiguousarray(entities, np.uint32)
    return uniforms_table(_key(seed, question), entities, np.zeros_like(entities), 0, sub)


def pair_uniforms(seed: int, question: str, entities: Any, others: Any, sub: int = 0) -> F64:
    """Return one uniform in (0, 1) for each pair of an entity and a second number, shape (pairs,)."""
    entities = np.ascontiguousarray(entities, np.uint32)
    return _of_pairs(_key(seed, question), entities, np.ascontiguousarray(others, np.uint32), sub)


def _key(seed: int, question: str) -> U32:
    return np.array([seed, QUESTIONS[question]], np.uint32)


@compiled
def _of_pairs(key: U32, entities: U32, others: U32, sub: int) -> F64:
    values = np.empty(entities.shape[0])
    for i in range(entities.shape[0]):
        values[i] = uniform(key, entities[i], others[i], 0, sub)
    return values
