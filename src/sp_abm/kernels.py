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
    "loops.py",
    "world.py",
    "population/*.py",
    "submodels/*.py",
    "schedule.py",
    "tallies.py",
    "stocks.py",
    "recorder.py",
    "events/rows.py",
    "events/following.py",
    "randomness.py",
    "scenario.py",
    "levers.py",
    "places.py",
    "initialisation.py",
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

import llvmlite.binding as llvm  # noqa: E402


def _prepare_compiler() -> None:
    """Let the compiler use the widest vectors there are, and vectorise loops over as many columns as rules read.

    By itself it halves the widest vectors of some processors, which once slowed down when these were used, and gives
    up where more than eight pairs of columns might lie over each other. Neither changes what a rule comes to.
    """
    llvm.set_option("sp_abm", "-runtime-memory-check-threshold=128")
    features = llvm.get_host_cpu_features()
    if features.get("avx512f") and "NUMBA_CPU_NAME" not in os.environ:
        os.environ.setdefault("NUMBA_CPU_FEATURES", f"{features.flatten()},-prefer-256-bit")


_prepare_compiler()

from numba import njit  # noqa: E402
from numba.core.registry import CPUDispatcher  # noqa: E402

Key: TypeAlias = NDArray[np.uint32]
"""(seed, question), shape (2,)."""
Floats: TypeAlias = NDArray[np.float64]
Singles: TypeAlias = NDArray[np.float32]
Whole: TypeAlias = NDArray[np.integer[Any]]
Flags: TypeAlias = NDArray[np.bool_]

F = TypeVar("F", bound=Callable[..., Any])

WEEK_OFFSET: Final = 208
LUCK_BLOCK: Final = 512
ROUNDED_UP: Final = 1 + 2**-30
"""Lifts a bound that tells who is surely not concerned above what the rule's own order of sums may round it to."""
_FOURTH, _FIFTH = 3, 4
_LANES, _MOST_ADDED = 8, 128
_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint32(0x9E3779B9), np.uint32(0xBB67AE85)
_LOW, _SHIFT = np.uint64(0xFFFFFFFF), np.uint64(32)
_UNIT = 1.0 / 4294967296.0
_LAYOUT: Final = 0x1 | 0x2 | 0x100 | 0x400
"""Numpy's flags of an array's layout: contiguous by rows, by columns, aligned, writeable."""


# Numba has no public name for it: compile without its runtime, which counts references and makes arrays.
_UNCOUNTED: Final[dict[str, Any]] = {"nogil": True, "error_model": "numpy", "_nrt": False}


def _kind(argument: Any) -> Any:
    """Return what machine code depends on: of an array its number type and layout, of anything else its class.

    A table is of its declared columns, whose number types and layout never change, so that its class says it all.
    """
    if type(argument) is np.ndarray:
        return argument.dtype, argument.ndim, argument.flags.num & _LAYOUT
    return type(argument)


class _Rule(CPUDispatcher):
    """A compiled function that goes straight to its machine code when it is called as it was called before.

    To find out afresh of which type every column and parameter is takes longer than most rules.
    """

    kinds: tuple[Any, ...] = (None,)
    entry: Any = None

    def __call__(self, *arguments: Any) -> Any:
        # Written out: to ask `_kind` of every argument takes as long again.
        for argument, kind in zip(arguments, self.kinds, strict=False):
            if type(argument) is np.ndarray:
                if (argument.dtype, argument.ndim, argument.flags.num & _LAYOUT) != kind:
                    break
            elif type(argument) is not kind:
                break
        else:
            return self.entry(*arguments)
        result = super().__call__(*arguments)
        compiled_for: list[Any] = list(self.overloads.values())
        if len(compiled_for) == 1:
            self.entry = compiled_for[0].entry_point
            self.kinds = tuple(map(_kind, arguments))
        else:
            self.kinds = (None,)
        return result


def _swift(function: Any) -> Any:
    function.__class__ = _Rule
    return function


def compiled(function: F) -> F:
    """Compile a function with numba: cached on disk, without the interpreter lock, without fast maths."""
    return cast(F, _swift(njit(cache=True, nogil=True, error_model="numpy")(function)))


def brief(function: F) -> F:
    """Compile a rule over the few as `compiled`, but keep the interpreter: it takes less time than to hand it over."""
    return cast(F, _swift(njit(cache=True, error_model="numpy")(function)))


def borrowing(function: F) -> F:
    """Compile as `compiled`, but without counting references to what the function is given: it makes no arrays.

    A loop over cases reads many columns; counting a reference at each reading is several times the work of a rule.
    """
    return cast(F, _swift(njit(cache=True, **_UNCOUNTED)(function)))


def inlined(function: F) -> F:
    """Compile a small function that is called from other compiled functions, counts no references, makes no arrays.

    In a pass over citizens give it numbers, not tables: to pass a table costs more than a rule.
    """
    return cast(F, njit(**_UNCOUNTED)(function))


def spliced(function: F) -> F:
    """Compile a function of a few numbers whose lines are copied into the caller, so that its loops vectorise."""
    return cast(F, njit(nogil=True, inline="always", error_model="numpy")(function))


@spliced
def _philox_round(x0: Any, x1: Any, x2: Any, x3: Any, a: Any, b: Any) -> Any:
    """Return the four words after one round; words travel in 64 bits so that the products fit."""
    p0, p1 = _M0 * x0, _M1 * x2
    return (p1 >> _SHIFT) ^ x1 ^ np.uint64(a), p1 & _LOW, (p0 >> _SHIFT) ^ x3 ^ np.uint64(b), p0 & _LOW


@spliced
def philox(c0: Any, c1: Any, c2: Any, c3: Any, k0: Any, k1: Any) -> Any:
    """Return the four 32-bit words of Philox4x32-10 for a counter of four words and a key of two.

    The ten rounds are written out: only then can the compiler do eight people at a time (5 times as fast).
    """
    x0, x1 = np.uint64(np.uint32(c0)), np.uint64(np.uint32(c1))
    x2, x3 = np.uint64(np.uint32(c2)), np.uint64(np.uint32(c3))
    a, b = np.uint32(k0), np.uint32(k1)
    x0, x1, x2, x3 = _philox_round(x0, x1, x2, x3, a, b)
    a, b = np.uint32(a + _W0), np.uint32(b + _W1)
    x0, x1, x2, x3 = _philox_round(x0, x1, x2, x3, a, b)
    a, b = np.uint32(a + _W0), np.uint32(b + _W1)
    x0, x1, x2, x3 = _philox_round(x0, x1, x2, x3, a, b)
    a, b = np.uint32(a + _W0), np.uint32(b + _W1)
    x0, x1, x2, x3 = _philox_round(x0, x1, x2, x3, a, b)
    a, b = np.uint32(a + _W0), np.uint32(b + _W1)
    x0, x1, x2, x3 = _philox_round(x0, x1, x2, x3, a, b)
    a, b = np.uint32(a + _W0), np.uint32(b + _W1)
    x0, x1, x2, x3 = _philox_round(x0, x1, x2, x3, a, b)
    a, b = np.uint32(a + _W0), np.uint32(b + _W1)
    x0, x1, x2, x3 = _philox_round(x0, x1, x2, x3, a, b)
    a, b = np.uint32(a + _W0), np.uint32(b + _W1)
    x0, x1, x2, x3 = _philox_round(x0, x1, x2, x3, a, b)
    a, b = np.uint32(a + _W0), np.uint32(b + _W1)
    x0, x1, x2, x3 = _philox_round(x0, x1, x2, x3, a, b)
    a, b = np.uint32(a + _W0), np.uint32(b + _W1)
    x0, x1, x2, x3 = _philox_round(x0, x1, x2, x3, a, b)
    return np.uint32(x0), np.uint32(x1), np.uint32(x2), np.uint32(x3)


@spliced
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
    """Write the four words of rows low..high-1 into luck[:, 0..], in a loop the compiler vectorises."""
    k0, k1, w = key[0], key[1], np.uint32(week + WEEK_OFFSET)
    # Slices and whole rows: an index that might be negative would stop the compiler.
    ids, persons = entities[low:high], holders[low:high]
    luck0, luck1, luck2, luck3 = luck[0], luck[1], luck[2], luck[3]
    for i in range(ids.shape[0]):
        luck0[i], luck1[i], luck2[i], luck3[i] = philox(ids[i], persons[i], w, np.uint32(0), k0, k1)


@inlined
def fill_first_luck(luck: Any, key: Any, entities: Any, holders: Any, week: Any, low: int, high: int) -> None:
    """Write the first word alone of rows low..high-1 into luck[0..]: a sixth cheaper than all four."""
    k0, k1, w = key[0], key[1], np.uint32(week + WEEK_OFFSET)
    ids, persons = entities[low:high], holders[low:high]
    for i in range(ids.shape[0]):
        luck[i] = philox(ids[i], persons[i], w, np.uint32(0), k0, k1)[0]


@inlined
def fill_luck_of(luck: Any, key: Any, entities: Any, holders: Any, week: Any, rows: Any, n: int) -> None:
    """Write the four words of the first n listed rows into luck[:, 0..]."""
    k0, k1, w = key[0], key[1], np.uint32(week + WEEK_OFFSET)
    luck0, luck1, luck2, luck3 = luck[0], luck[1], luck[2], luck[3]
    for k in range(n):
        i = rows[k]
        luck0[k], luck1[k], luck2[k], luck3[k] = philox(entities[i], holders[i], w, np.uint32(0), k0, k1)


@inlined
def chance(hazard: float) -> float:
    """Return the probability that an event of this weekly hazard happens within a week."""
    return float(-np.expm1(-hazard))


@inlined
def happens(u: float, hazard: float) -> bool:
    """Say whether an event of this hazard happens; exact, but asks for no exponential when it cannot."""
    return u < hazard and u < chance(hazard)


@inlined
def p_happens(hazard: float) -> float:
    """Return the number below which a uniform makes an event of this hazard happen, to the last bit as in `happens`.

    A pass works it out once for everybody who has the same hazard: without exponentials its loop vectorises.
    """
    return min(hazard, chance(hazard))


@inlined
def each_of_five(values: Floats) -> tuple[float, float, float, float, float]:
    """Return five values, of fifths or of stages, as numbers, which a loop keeps at hand."""
    return values[0], values[1], values[2], values[_FOURTH], values[_FIFTH]


@inlined
def one_of_five(values: Any, place: int) -> float:
    """Return values[place]; written out, because a look-up in a table keeps a loop from being vectorised."""
    if place == 0:
        return float(values[0])
    if place == 1:
        return float(values[1])
    if place == 2:
        return float(values[2])
    return float(values[_FOURTH] if place == _FOURTH else values[_FIFTH])


@inlined
def listed(marks: Any, n: int, first: int, rows: Any) -> int:
    """Leave in `rows` the places of the marks set among the first n, counted from `first`; return how many.

    A pass marks in a plain loop, which vectorises, who may be concerned at all, and applies the rule to these alone.
    """
    count = 0
    for k in range(n):
        rows[count] = first + k
        count += marks[k]
    return count


@inlined
def total(values: Floats) -> float:
    """Return the sum of values as numpy adds them up, to the last bit: eight partial sums of up to 128 values each.

    For compiled code that reads off many columns at once: to ask numpy for one sum takes longer than to read a table.
    """
    n = values.shape[0]
    if n < _LANES:
        found = 0.0
        for value in values:
            found += value
        return found
    if n > _MOST_ADDED:
        half = n // 2 - n // 2 % _LANES
        return float(total(values[:half]) + total(values[half:]))
    a, b, c, d, e, f, g, h = values[0], values[1], values[2], values[3], values[4], values[5], values[6], values[7]
    end = n - n % _LANES
    for k in range(_LANES, end, _LANES):
        a, b, c, d = a + values[k], b + values[k + 1], c + values[k + 2], d + values[k + 3]
        e, f, g, h = e + values[k + 4], f + values[k + 5], g + values[k + 6], h + values[k + 7]
    found = ((a + b) + (c + d)) + ((e + f) + (g + h))
    for k in range(end, n):
        found += values[k]
    return float(found)


@compiled
def blank_block() -> Any:
    """Return what a pass over citizens works with, block by block: first words of luck, marks, and rows marked."""
    return np.empty(LUCK_BLOCK, np.uint32), np.empty(LUCK_BLOCK, np.int8), np.empty(LUCK_BLOCK, np.int64)


@brief
def uniforms_table(
    key: NDArray[np.uint32], entities: NDArray[np.uint32], holders: NDArray[np.uint32], week: int, sub: int
) -> NDArray[np.float64]:
    """Return the four uniforms of each row's draw, shape (rows, 4)."""
    table = np.empty((entities.shape[0], 4))
    for i in range(entities.shape[0]):
        row, u = table[i], uniforms(key, entities[i], holders[i], week, sub)
        for k in range(len(u)):
            row[k] = u[k]
    return table
