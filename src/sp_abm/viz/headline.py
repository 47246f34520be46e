"""Headline: the finding in two or three sentences, in natural frequencies, with its doubt."""

from dataclasses import dataclass
from typing import Final

from sp_abm.comparison import CLEAR, TOO_FEW, Comparison
from sp_abm.viz.amounts import IDENTICAL, MISSING
from sp_abm.viz.findings import ONE_RUN, Finding, finding, pairs_in_words


@dataclass(frozen=True)
class Sentence:
    """One sentence of the headline, the finding it is made of, and the word for its doubt."""

    words: str
    finding: Finding


@dataclass(frozen=True)
class _Wanted:
    measure: str
    opening: str
    what: str


_WANTED: Final = (
    _Wanted("reach_per_1000_per_year", "In the last year", "of 1,000 residents first met a link worker"),
    _Wanted("share_adequate_dose", "Of 1,000 people referred,", "got enough support to matter"),
    _Wanted("expected_leaving_rate_per_year", "Of 100 link workers,", "are expected to leave in a year"),
    _Wanted("share_crisis", "Of 1,000 people in the whole place,", "are in crisis"),
)
HEADLINE_MEASURES: Final = tuple(wanted.measure for wanted in _WANTED)


def headline(comparison: Comparison, arm: int = 1) -> tuple[Sentence, ...]:
    """Return the headline of an arm against the first one."""
    base = comparison.arms[0]
    is_alone = comparison.scenarios[arm].hash == comparison.scenarios[0].hash
    return tuple(_sentence(wanted, finding(comparison, wanted.measure, arm), base, is_alone) for wanted in _WANTED)


def _sentence(wanted: _Wanted, found: Finding, base: str, is_alone: bool) -> Sentence:
    if found.plan == MISSING:
        return Sentence(f"{wanted.opening} nothing can be said: there are none in this run.", found)
    level = f"{wanted.opening} {found.plan} {wanted.what}"
    return Sentence(f"{level}." if is_alone else f"{level}{_change(found, base)}.", found)


def _change(found: Finding, base: str) -> str:
    """Return the difference in words that say as much as its verdict allows, and no more."""
    if found.verdict == IDENTICAL:
        return f", the same as {base}"
    if found.difference == MISSING:
        return ""
    if found.verdict == ONE_RUN:
        return f", {_more(found.difference)} than {base}"
    if found.verdict == CLEAR:
        return f", {_more(found.difference)} than {base} (likely {_between(found)})"
    if found.verdict == TOO_FEW:
        return f", {_more(found.difference)} than {base} ({_between(found)})"
    return f"; no clear change from {base} ({_between(found)})"


def _more(signed: str) -> str:
    """Return a signed number as so many more or fewer."""
    size = signed.lstrip("+-")
    if signed.startswith("-"):
        return f"{size} fewer"
    return f"{size} more" if signed.startswith("+") else f"{size} more or fewer"


def _between(found: Finding) -> str:
    low, high = found.low, found.high
    if low.startswith("-") and high.startswith("-"):
        return f"{high[1:]} to {low[1:]} fewer"
    if low.startswith("+") and high.startswith("+"):
        return f"{low[1:]} to {high[1:]} more"
    return f"between {_more(low)} and {_more(high)}".replace(" more or fewer", "")


def doubt(comparison: Comparison, arm: int = 1) -> str:
    """Return the verdict on noise over the whole headline, in words, and what the ranges are of."""
    pairs = len(comparison.seeds)
    words = [sentence.finding.verdict for sentence in headline(comparison, arm)]
    if set(words) <= {IDENTICAL}:
        return f"Identical to {comparison.arms[0]}."
    is_judged = pairs > 1 and TOO_FEW not in words
    clear = f": {words.count(CLEAR)} of {len(words)} changes clear" if is_judged else ""
    return pairs_in_words(pairs, comparison.n_sets, clear)
