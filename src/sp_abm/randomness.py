"""Named questions asked of luck: the only source of chance in the model."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.errors import BadValue
from sp_abm.kernels import uniforms_table

QUESTIONS: Final[dict[str, int]] = {
    "residents": 1,
    "newcomer": 2,
    "life_events": 3,
    "transitions": 4,
    "influence": 5,
    "tie": 6,
    "help_seeking": 7,
    "referral": 8,
    "outreach_rank": 9,
    "outreach": 10,
    "allocation": 11,
    "contact": 12,
    "connection": 13,
    "organisation": 14,
    "knowledge": 15,
    "participation": 16,
    "word_of_mouth": 17,
    "telling": 18,
    "told": 19,
    "strain": 20,
    "turnover": 21,
    "handed_on": 22,
    "closure": 23,
    "hiring": 24,
    "newcomer_knowledge": 25,
    "kind": 26,
    "known": 27,
    "toolkit": 41,
    "recorded": 70,
    "pilots": 71,
    "adoption": 72,
    "panel": 90,
    "reading": 91,
}
"""Question numbers are part of every result: a new question takes a new number, none is ever changed.

Questions of observers, who act on nothing, are numbered from 90.
"""

MAX_SEED: Final = 2**32 - 1


def checked_seed(seed: object) -> int:
    """Return the seed as an int, or raise `BadValue`."""
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= int(seed) <= MAX_SEED:
        raise BadValue(f"seed = {seed!r} must be a whole number from 0 to {MAX_SEED}.")
    return int(seed)


class Luck:
    """The luck of one run: keys for compiled rules, and uniforms for rules over the few."""

    def __init__(self, seed: int) -> None:
        self.seed = checked_seed(seed)
        self._keys = {name: np.array([self.seed, number], np.uint32) for name, number in QUESTIONS.items()}

    def key(self, question: str) -> NDArray[np.uint32]:
        """Return the (seed, question) key of a named question, shape (2,)."""
        return self._keys[question]

    def uniforms(
        self,
        question: str,
        week: int,
        entities: NDArray[np.uint32],
        holders: NDArray[np.uint32],
        sub: int = 0,
    ) -> NDArray[np.float64]:
        """Return four uniforms in (0, 1) for each entity, shape (entities, 4)."""
        return uniforms_table(self._keys[question], entities, holders, week, sub)
