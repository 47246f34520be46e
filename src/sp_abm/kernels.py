"""Compiled ground: keyed luck (Philox4x32-10) and the few numeric verbs every rule uses.

A draw is a function of (seed, question, week, entity) and of nothing else, so the same person meets the same
luck in every arm, whatever the order, the threads or the machine. Source of the generator and of its test
vectors: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11 (2011).
"""

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from sp_abm.cache import cache_folder

_SOURCES: Final = Path(__file__).parent


_RULE_SOURCES: Final = (
    "vocabulary.py",
    "declare.py",
    "kernels.py",
    "parameters/*.py",
    "agents/*.py",
    "cases.py",
    "network.py",
    "world.py",
    "population/*.py",
    "submodels/*.py",
    "schedule.py",
    "recorder.py",
)


def source_hash() -> str:
    """Return a short hash of the sources that rules are made of: what compiled code and cached state depend on."""
    digest = sha256()
    for pattern in _RULE_SOURCES:
        for path in sorted(_SOURCES.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


SOURCE_HASH: Final = source_hash()

# Numba's cache notices a change only in the file of the outermost function, not in what it calls: a folder
# named after all sources can never serve stale machine code. It must be set before numba is imported.
os.environ.setdefault("NUMBA_CACHE_DIR", str(cache_folder("kernels", SOURCE_HASH)))

from numba import njit  # noqa: E402

Key: TypeAlias = NDArray[np.uint32]
"""(seed, question), shape (2,)."""
Floats: TypeAlias = NDArray[np.float64]
Whole: TypeAlias = NDArray[np.integer[Any]]
Flags: TypeAlias = NDArray[np.bool_]

F = TypeVar("F", bound=Callable[..., Any])

WEEK_OFFSET: Final = 208
LUCK_BLOCK: Final = 512
_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint32(0x9E3779B9), np.uint32(0xBB67AE85)
_LOW, _SHIFT = np.uint64(0xFFFFFFFF), np.uint64(32)
_UNIT = 1.0 / 4294967296.0


def compiled(function: F) -> F:
    """Compile a function with numba: cached on disk, without the interpreter lock, without fast maths."""
    return cast(F, njit(cache=True, nogil=True, error_model="numpy")(function))


def inlined(function: F) -> F:
    """Compile a small function that is called from other compiled functions.

    In a pass over citizens give it numbers, not tables: passing a table costs a reference count a column, which is
    twenty times the work of a rule.
    """
    return cast(F, njit(nogil=True, error_model="numpy")(function))


@inlined
def philox(c0: Any, c1: Any, c2: Any, c3: Any, k0: Any, k1: Any) -> Any:
    """Return the four 32-bit words of Philox4x32-10 for a counter of four words and a key of two."""
    x0, x1, x2, x3 = np.uint32(c0), np.uint32(c1), np.uint32(c2), np.uint32(c3)
    a, b = np.uint32(k0), np.uint32(k1)
    for _ in range(10):
        p0 = _M0 * np.uint64(x0)
        p1 = _M1 * np.uint64(x2)
        x0 = np.uint32(np.uint32(p1 >> _SHIFT) ^ x1 ^ a)
        x2 = np.uint32(np.uint32(p0 >> _SHIFT) ^ x3 ^ b)
        x1 = np.uint32(p1 & _LOW)
        x3 = np.uint32(p0 & _LOW)
        a = np.uint32(a + _W0)
        b = np.uint32(b + _W1)
    return x0, x1, x2, x3


@inlined
def unit(word: Any) -> float:
    """Turn a 32-bit word into a uniform strictly between 0 and 1."""
    return (np.float64(word) + 0.5) * _UNIT


@inlined
def uniform(key: Any, entity: Any, holder: Any, week: Any, sub: Any) -> float:
    """Return the first uniform of one keyed draw; `key` is (seed, question)."""
    return unit(philox(entity, holder, week + WEEK_OFFSET, sub, key[0], key[1])[0])


@inlined
def uniforms(key: Any, entity: Any, holder: Any, week: Any, sub: Any) -> Any:
    """Return the four uniforms of one keyed draw."""
    w0, w1, w2, w3 = philox(entity, holder, week + WEEK_OFFSET, sub, key[0], key[1])
    return unit(w0), unit(w1), unit(w2), unit(w3)


@inlined
def fill_luck(luck: Any, key: Any, entities: Any, holders: Any, week: Any, low: int, high: int) -> None:
    """Write the four words of rows low..high-1 into luck[:, 0..], in a loop the compiler can vectorise."""
    k0, k1, w = key[0], key[1], np.uint32(week + WEEK_OFFSET)
    for i in range(high - low):
        w0, w1, w2, w3 = philox(entities[low + i], holders[low + i], w, np.uint32(0), k0, k1)
        luck[0, i], luck[1, i], luck[2, i], luck[3, i] = w0, w1, w2, w3


_AS241: Final = (
    (
        2509.0809287301226727,
        33430.575583588128105,
        67265.770927008700853,
        45921.953931549871457,
        13731.693765509461125,
        1971.5909503065514427,
        133.14166789178437745,
        3.3871328727963666080,
    ),
    (
        5226.4952788528545610,
        28729.085735721942674,
        39307.895800092710610,
        21213.794301586595867,
        5394.1960214247511077,
        687.18700749205790830,
        42.313330701600911252,
        1.0,
    ),
    (
        7.74545014278341407640e-4,
        2.27238449892691845833e-2,
        0.241780725177450611770,
        1.27045825245236838258,
        3.64784832476320460504,
        5.76949722146069140550,
        4.63033784615654529590,
        1.42343711074968357734,
    ),
    (
        1.05075007164441684324e-9,
        5.47593808499534494600e-4,
        1.51986665636164571966e-2,
        0.148103976427480074590,
        0.689767334985100004550,
        1.67638483018380384940,
        2.05319162663775882187,
        1.0,
    ),
    (
        2.01033439929228813265e-7,
        2.71155556874348757815e-5,
        1.24266094738807843860e-3,
        2.65321895265761230930e-2,
        0.296560571828504891230,
        1.78482653991729133580,
        5.46378491116411436990,
        6.65790464350110377720,
    ),
    (
        2.04426310338993978564e-15,
        1.42151175831644588870e-7,
        1.84631831751005468180e-5,
        7.86869131145613259100e-4,
        1.48753612908506148525e-2,
        0.136929880922735805310,
        0.599832206555887937690,
        1.0,
    ),
)


@inlined
def normal(u: float) -> float:
    """Return the standard normal value below which a share u (0 to 1) lies, to 1e-15 relative.

    Source: Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied
    Statistics 37 (1988), routine PPND16.
    """
    centre = u - 0.5
    if abs(centre) <= 0.425:
        factor, r, over, under = centre, 0.180625 - centre * centre, _AS241[0], _AS241[1]
    else:
        factor, r = np.sign(centre), np.sqrt(-np.log(min(u, 1.0 - u)))
        if r <= 5.0:
            r, over, under = r - 1.6, _AS241[2], _AS241[3]
        else:
            r, over, under = r - 5.0, _AS241[4], _AS241[5]
    numerator, denominator = 0.0, 0.0
    for place in range(8):
        numerator = numerator * r + over[place]
        denominator = denominator * r + under[place]
    value: float = factor * numerator / denominator
    return value


@inlined
def chance(hazard: float) -> float:
    """Return the probability that an event of this weekly hazard happens within a week."""
    return float(-np.expm1(-hazard))


@inlined
def happens(u: float, hazard: float) -> bool:
    """Say whether an event of this hazard happens; exact, but asks for no exponential when it cannot."""
    return u < hazard and u < chance(hazard)


@compiled
def words_table(
    key: NDArray[np.uint32], entities: NDArray[np.uint32], holders: NDArray[np.uint32], week: int, sub: int
) -> NDArray[np.uint32]:
    """Return the four words of each row's draw, shape (rows, 4)."""
    words = np.empty((entities.shape[0], 4), np.uint32)
    for i in range(entities.shape[0]):
        w0, w1, w2, w3 = philox(entities[i], holders[i], week + WEEK_OFFSET, sub, key[0], key[1])
        words[i, 0], words[i, 1], words[i, 2], words[i, 3] = w0, w1, w2, w3
    return words
