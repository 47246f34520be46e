"""Life: what citizens share in the way of ties, ages and hazards between health stages."""

from typing import Any, NamedTuple

from sp_abm.vocabulary import ADULT_AGE, AGE_BAND_STARTS, OLDEST_AGE, Stage

T, O, P, C, R = Stage  # noqa: E741
LEADS_TO = {T: ((P, O), ()), O: ((P,), (T,)), P: ((C,), (R,)), C: ((), (R, P)), R: ((C, P), (T, O))}
"""Where each stage may lead: worsening, the worst first; improving, the best first."""


class Hazards(NamedTuple):
    """Base hazards of the moves out of a stage, and their sums."""

    worsening: list[tuple[Stage, float]]
    improving: list[tuple[Stage, float]]
    sum_worsening: float
    sum_improving: float


def base_hazards(p: Any) -> dict[int, Hazards]:
    """Return the base hazards out of every stage."""
    table = {}
    for before, directions in LEADS_TO.items():
        two = [[(after, getattr(p, f"rate_{before.word}_{after.word}")) for after in way] for way in directions]
        table[int(before)] = Hazards(*two, *(sum(rate for _, rate in way) for way in two))
    return table


class Tie:
    """A lasting tie between two citizens; it sleeps until the two know each other (again)."""

    def __init__(self, one: Any, other: Any, kind: int, is_awake: bool) -> None:
        self.one, self.other, self.kind, self.is_awake = one, other, kind, is_awake

    def friend_of(self, citizen: Any) -> Any:
        """Return the person at the other end."""
        return self.other if citizen is self.one else self.one

    def become(self, is_awake: bool) -> None:
        """Wake or go to sleep, for both."""
        if self.is_awake != is_awake:
            self.is_awake = is_awake
            for citizen in (self.one, self.other):
                citizen.n_live_ties += 1 if is_awake else -1


def drawn(u: float, moves: list[tuple[Stage, float]], factor: float, stay: Stage) -> Stage:
    """Return the first move whose share of the interval from 0 the number falls into, or none of them."""
    edge = 0.0
    for stage, rate in moves:
        edge += rate * factor
        if u < edge:
            return stage
    return stay


def adult_age(age_shares: tuple[float, ...], u_band: float, u_year: float) -> int:
    """Draw the age of an adult newcomer from the place's own age bands."""
    rest, last = u_band * (1 - age_shares[0]), len(age_shares) - 1
    for band in range(1, last + 1):
        rest -= age_shares[band]
        if rest < 0 or band == last:
            bottom = AGE_BAND_STARTS[band]
            top = OLDEST_AGE if band == last else AGE_BAND_STARTS[band + 1]
            return int(bottom + u_year * (top - bottom))
    return ADULT_AGE
