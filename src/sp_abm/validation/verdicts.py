"""Verdicts: what the evidence says beside what the model gives, row by row, and what that comes to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any, Final

from sp_abm.evidence import KINDS, Target
from sp_abm.validation.pooling import Interval

MEETS, NEAR, MISSES, NOT_TESTABLE = "meets", "near", "misses", "not testable"
VERDICTS: Final = (MEETS, NEAR, MISSES, NOT_TESTABLE)
NEAR_WORDS: Final = "near: outside, by less than half the interval's width"
AIMS: Final[Mapping[str, float]] = {"calibration": 0.85, "pattern": 0.60}
"""Shares of rows that should meet; input checks are counted apart and have no aim."""


@dataclass(frozen=True)
class Verdict:
    """One row: the target, the model's value with its interval, the verdict and why."""

    target: Target
    model: Interval
    verdict: str
    why: str

    def as_dict(self) -> dict[str, Any]:
        """Return the row for machines."""
        return {
            "id": self.target.id,
            "kind": self.target.kind,
            "statistic": self.target.statistic,
            "evidence": {"low": self.target.low, "high": self.target.high},
            "model": {"low": self.model.low, "mean": self.model.mean, "high": self.model.high},
            "verdict": self.verdict,
            "why": self.why,
        }


def verdict_on(value: float, low: float, high: float, room: float) -> str:
    """Return the verdict on a value: inside the bounds it meets, near it is no further outside than the room."""
    if isnan(value):
        return NOT_TESTABLE
    if low <= value <= high:
        return MEETS
    return NEAR if max(low - value, value - high) <= room else MISSES


def judged(target: Target, model: Interval, n_seeds: int) -> Verdict:
    """Return the verdict on a row from the mean over seeds."""
    low, high, value = target.low, target.high, model.mean
    width = high - low
    verdict = verdict_on(value, low, high, width / 2)
    if verdict == NOT_TESTABLE:
        return Verdict(target, model, verdict, f"in none of {n_seeds} runs there was anything to compute it from")
    if verdict == MEETS:
        return Verdict(target, model, verdict, f"inside{_doubt(target, model)}")
    side, distance = ("below", low - value) if value < low else ("above", value - high)
    widths = f" ({distance / width:.1g} of the interval's width)" if width > 0 else ""
    return Verdict(target, model, verdict, f"{_short(distance)} {side} it{widths}{_doubt(target, model)}")


def _doubt(target: Target, model: Interval) -> str:
    """Say so where the model's interval reaches over a bound of the evidence: more runs might change the verdict."""
    is_open = any(model.low < bound < model.high for bound in (target.low, target.high))
    return "; its interval reaches over a bound, more seeds might tell" if is_open else ""


def _short(number: float) -> str:
    return f"{number:.3g}"


def counts(verdicts: Iterable[Verdict]) -> dict[str, dict[str, int]]:
    """Return by kind of row how many there are of each verdict."""
    found = {kind: dict.fromkeys(VERDICTS, 0) for kind in KINDS}
    for verdict in verdicts:
        found[verdict.target.kind][verdict.verdict] += 1
    return found


def score_words(verdicts: Iterable[Verdict]) -> list[str]:
    """Return for each kind of row a sentence on how many meet, beside the aim."""
    sentences = []
    for kind, number in counts(verdicts).items():
        total = sum(number.values())
        if not total:
            continue
        aim = f"; the aim is {AIMS[kind]:.0%}" if kind in AIMS else "; counted apart, there is no aim"
        others = ", ".join(f"{number[each]} {each}" for each in VERDICTS[1:] if number[each])
        share = f"{number[MEETS]} of {total} meet ({number[MEETS] / total:.0%}{aim})"
        sentences.append(f"{kind.capitalize()} rows: {share}{f'; {others}' if others else ''}.")
    return sentences
