"""Findings: every measure of a plan beside the baseline's, with its doubt: the one source of all numbers shown."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from sp_abm.comparison import CLEAR, COLUMNS, ENOUGH_PAIRS, TOO_FEW, Comparison
from sp_abm.measures import MEASURES
from sp_abm.plan import counted
from sp_abm.viz.amounts import IDENTICAL, MISSING, bare, decimals, interval, number, scaled, verdict
from sp_abm.viz.table import csv_text
from sp_abm.viz.words import as_sentence

ONE_RUN: Final = "one run"
LUCK_ALONE: Final = "luck alone"
FIRST_SET: Final = "the first plausible set of parameters"
_COLUMNS: Final = {
    "measure": "name of the measure, as in Python and on the command line",
    "label": "what it is, in words",
    "unit": "what the numbers of this row count",
    "baseline": "mean over the runs of the baseline",
    "plan": "mean over the runs of the plan",
    "difference": "plan less baseline, mean over pairs of runs with the same luck",
    "low": "lower end of the 95% interval of the difference, empty with one pair",
    "high": "upper end of the 95% interval",
    "verdict": "clear (interval excludes 0, at least 10 pairs), unclear, too few runs, one run, identical or empty",
    "interval_of": "what the interval is of: luck alone, or luck and so many plausible sets of parameters",
}


@dataclass(frozen=True)
class Finding:
    """One measure as shown: levels, difference, interval and verdict, in the unit that a person reads."""

    measure: str
    label: str
    unit: str
    baseline: str
    plan: str
    difference: str
    low: str
    high: str
    verdict: str
    interval_of: str = LUCK_ALONE

    @property
    def numbers(self) -> tuple[str, str, str, str, str]:
        """Return both levels, the difference, and the ends of its interval."""
        return self.baseline, self.plan, self.difference, self.low, self.high

    @property
    def range(self) -> str:
        """Return the interval in words, or a dash."""
        return MISSING if self.low == MISSING else f"{self.low} to {self.high}"

    @property
    def is_clear(self) -> bool:
        """Return whether the difference is more than luck."""
        return self.verdict == CLEAR


def finding(comparison: Comparison, measure: str, arm: int = 1) -> Finding:
    """Return what a comparison says of one measure."""
    declared = MEASURES[measure]
    factor, unit = scaled(declared.unit)
    difference = comparison.difference(arm, measure)
    mean, range_ = interval(difference, factor)
    low, _, high = range_.partition(" to ") if range_ != MISSING else (MISSING, "", MISSING)
    word = verdict(difference)
    levels = [factor * level_of(comparison, measure, which) for which in (0, arm)]
    places = decimals(max((abs(level) for level in levels if np.isfinite(level)), default=0.0), 3)
    if word == TOO_FEW and len(comparison.seeds) == 1:
        word = IDENTICAL if difference.mean == 0 else ONE_RUN
        mean = number(factor * difference.mean, places, is_signed=True)
    places = max(places, len(mean.partition(".")[2]))
    baseline = MISSING if declared.is_paired else number(levels[0], places)
    plan, held = number(levels[1], places), range_of(comparison.n_sets)
    return Finding(measure, declared.label, unit, baseline, plan, mean, low, high, word, held)


def findings(comparison: Comparison, arm: int = 1, measures: Iterable[str] = MEASURES) -> tuple[Finding, ...]:
    """Return what a comparison says of these measures, by default all."""
    return tuple(finding(comparison, measure, arm) for measure in measures)


def level_of(comparison: Comparison, measure: str, arm: int) -> float:
    """Return the mean of a measure over the runs of an arm."""
    column = comparison.values[:, arm, COLUMNS[measure]]
    found = column[np.isfinite(column)]
    return float(found.mean()) if found.size else float("nan")


def runs_in_words(pairs: int, n_sets: int = 0) -> str:
    """Return how many runs stand behind a number, and what that allows."""
    if pairs == 1:
        own = f" and {FIRST_SET}" if n_sets else ""
        return f"one run of each, with the same luck{own}: the difference may be chance"
    enough = "" if pairs >= ENOUGH_PAIRS else f": too few for a verdict, which needs {ENOUGH_PAIRS}"
    return f"{pairs} pairs of runs{enough}"


def pairs_in_words(pairs: int, n_sets: int, more: str = "") -> str:
    """Return in sentences how many pairs there are, with what `more` is known of them, and what ranges are of."""
    return f"{as_sentence(runs_in_words(pairs, n_sets) + more)} {ranges_in_words(pairs, n_sets)}".rstrip()


def range_of(n_sets: int) -> str:
    """Return what an interval over pairs is of, where they took so many plausible sets of parameters in turn."""
    return f"luck and {sets_in_words(n_sets)}" if n_sets else LUCK_ALONE


def sets_in_words(n_sets: int) -> str:
    """Return so many plausible sets in words."""
    return f"{counted(n_sets, 'plausible set')} of parameters"


def intervals_in_words(found: Iterable[Finding]) -> str:
    """Return what the intervals of findings are of, as a caption goes on, or nothing where there are none."""
    held = {entry.interval_of for entry in found if entry.low != MISSING}
    return f"; 95% intervals are of {' or of '.join(sorted(held))}" if held else ""


def ranges_in_words(pairs: int, n_sets: int) -> str:
    """Return in a sentence what the ranges over so many pairs are of; one pair has none."""
    return f"Ranges are of {range_of(n_sets)}." if pairs > 1 else ""


def as_csv(found: Iterable[Finding]) -> str:
    """Return findings as CSV with the numbers as shown, but without commas in them."""
    return csv_text([list(_COLUMNS), *map(_csv_row, found)])


def _csv_row(entry: Finding) -> list[str]:
    held = "" if entry.low == MISSING else entry.interval_of
    return [entry.measure, entry.label, entry.unit, *map(bare, entry.numbers), bare(entry.verdict), held]


def dictionary_csv() -> str:
    """Return what each column of the CSV files means."""
    rows = [["findings.csv", name, meaning, ""] for name, meaning in _COLUMNS.items()]
    rows += [["weekly.csv", "week", "week of the run, from 0", "week"]]
    rows += [["weekly.csv", name, declared.label, declared.unit] for name, declared in MEASURES.items()]
    return csv_text([["file", "column", "meaning", "unit"], *rows])
