"""Findings: every measure of a plan beside the baseline's, with its doubt: the one source of all numbers shown."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from sp_abm.comparison import CLEAR, ENOUGH_PAIRS, TOO_FEW, Comparison
from sp_abm.measures import MEASURES
from sp_abm.viz.amounts import IDENTICAL, MISSING, bare, decimals, interval, number, scaled, verdict
from sp_abm.viz.table import csv_text

ONE_RUN: Final = "one run"
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
    return Finding(measure, declared.label, unit, baseline, number(levels[1], places), mean, low, high, word)


def findings(comparison: Comparison, arm: int = 1, measures: Iterable[str] = MEASURES) -> tuple[Finding, ...]:
    """Return what a comparison says of these measures, by default all."""
    return tuple(finding(comparison, measure, arm) for measure in measures)


def level_of(comparison: Comparison, measure: str, arm: int) -> float:
    """Return the mean of a measure over the runs of an arm."""
    column = comparison.values[:, arm, list(MEASURES).index(measure)]
    found = column[np.isfinite(column)]
    return float(found.mean()) if found.size else float("nan")


def runs_in_words(pairs: int) -> str:
    """Return how many runs stand behind a number, and what that allows."""
    if pairs == 1:
        return "one run of each, with the same luck: the difference may be chance"
    enough = "" if pairs >= ENOUGH_PAIRS else f": too few for a verdict, which needs {ENOUGH_PAIRS}"
    return f"{pairs} pairs of runs{enough}"


def as_csv(found: Iterable[Finding]) -> str:
    """Return findings as CSV with the numbers as shown, but without commas in them."""
    rows = [[entry.measure, entry.label, entry.unit, *map(bare, entry.numbers), bare(entry.verdict)] for entry in found]
    return csv_text([list(_COLUMNS), *rows])


def dictionary_csv() -> str:
    """Return what each column of the CSV files means."""
    rows = [["findings.csv", name, meaning, ""] for name, meaning in _COLUMNS.items()]
    rows += [["weekly.csv", "week", "week of the run, from 0", "week"]]
    rows += [["weekly.csv", name, declared.label, declared.unit] for name, declared in MEASURES.items()]
    return csv_text([["file", "column", "meaning", "unit"], *rows])
