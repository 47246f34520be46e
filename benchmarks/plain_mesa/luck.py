"""Luck: the same questions, asked of keyed luck for truth or of Mesa's own generator for speed."""

from math import expm1
from random import Random
from struct import Struct
from typing import Any

from sp_abm.randomness import QUESTIONS

WEEK_OFFSET = 208
WORD = 0xFFFFFFFF
_SINGLE = Struct("f")


def happens(u: float, hazard: float) -> bool:
    """Say whether an event of this weekly hazard happens; its chance is always below the hazard."""
    return u < hazard and u < -expm1(-hazard)


def single(value: float) -> float:
    """Round to single precision, as a column declared float32 does when it stores."""
    return _SINGLE.unpack(_SINGLE.pack(value))[0]


def philox(counter: tuple[int, ...], key: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return the four 32-bit words of Philox4x32-10 (Salmon and others, SC11, 2011)."""
    x0, x1, x2, x3 = counter
    k0, k1 = key
    for _ in range(10):
        p0, p1 = 0xD2511F53 * x0, 0xCD9E8D57 * x2
        x0, x1, x2, x3 = (p1 >> 32) ^ x1 ^ k0, p1 & WORD, (p0 >> 32) ^ x3 ^ k1, p0 & WORD
        k0, k1 = (k0 + 0x9E3779B9) & WORD, (k1 + 0xBB67AE85) & WORD
    return x0, x1, x2, x3


class KeyedLuck:
    """A draw is a function of the seed, the question, whom it is about, the week and a sub-index.

    `whom` has an `id` and, unless another is given, a `holder`; `ahead` asks for a later week.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.week = 0

    def uniforms(self, question: str, whom: Any, number: int, sub: int = 0, holder: int = -1, ahead: int = 0) -> Any:
        """Return up to four uniforms in (0, 1)."""
        person = whom.holder if holder < 0 else holder
        counter = (whom.id, person & WORD, self.week + ahead + WEEK_OFFSET & WORD, sub)
        return [(word + 0.5) / 2.0**32 for word in philox(counter, (self.seed, QUESTIONS[question]))[:number]]

    def uniform(self, question: str, whom: Any, sub: int = 0, holder: int = -1, ahead: int = 0) -> float:
        """Return the first of them."""
        return self.uniforms(question, whom, 1, sub, holder, ahead)[0]


class MesaLuck:
    """The same questions answered by Mesa's own generator, in the order in which they are asked."""

    def __init__(self, random: Random) -> None:
        self.week = 0
        self._random = random.random

    def uniforms(self, question: str, whom: Any, number: int, sub: int = 0, holder: int = -1, ahead: int = 0) -> Any:
        """Return that many fresh uniforms, whoever asks."""
        return [self._random() for _ in range(number)]

    def uniform(self, question: str, whom: Any, sub: int = 0, holder: int = -1, ahead: int = 0) -> float:
        """Return a fresh uniform, whoever asks."""
        return self._random()
