"""The record of a calibration: what was fitted to what, how well, what was not, and the sets that were kept."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from sp_abm import __version__
from sp_abm.calibration.blocks import TOGETHER, block_of, not_fitted
from sp_abm.calibration.history import History, Tried
from sp_abm.calibration.matching import CANDIDATES, CUTOFF, DEVIATIONS, DIGITS, DISCREPANCY
from sp_abm.calibration.runs import SECONDS
from sp_abm.cells import model_version
from sp_abm.evidence import targets
from sp_abm.factors import Factor
from sp_abm.parameters import all_facts
from sp_abm.plausible import COLUMNS

RECORD: Final = "calibration.json"


@dataclass(frozen=True)
class Calibrated:
    """A calibration: every block's history, the combinations tried, and the defaults run and judged beside them."""

    histories: tuple[History, ...]
    tried: tuple[Tried, ...] = ()
    defaults: Tried | None = None

    @property
    def kept(self) -> tuple[Tried, ...]:
        """Return the sets that were kept."""
        return tuple(each for each in self.tried if each.is_kept)

    def as_dict(self) -> dict[str, Any]:
        """Return the record for machines; numbers that there are none of are NaN."""
        return {
            "model": {"sp_abm": __version__, "model": model_version()},
            "rule": {"cutoff": CUTOFF, "deviations": DEVIATIONS, "discrepancy": DISCREPANCY, "candidates": CANDIDATES},
            "blocks": {history.block.name: _block(history, self.kept) for history in self.histories},
            "together": self._together() if self.defaults else {},
            "not_fitted": list(not_fitted()),
            "processor_seconds": round(self.seconds, 1),
        }

    @property
    def seconds(self) -> float:
        """Return the processor seconds of all runs, those that were kept from before too."""
        blocks = sum(rows[SECONDS] for history in self.histories for wave in history.waves for rows in wave.values)
        judged = [*self.tried, *([self.defaults] if self.defaults else [])]
        return float(blocks + sum(each.rows[SECONDS] for each in judged))

    def _together(self) -> dict[str, Any]:
        rows = [row for block in TOGETHER.values() for row in block.rows]
        worst = [each.worst for each in self.tried]
        return {
            "tried": len(self.tried),
            "kept": len(self.kept),
            "worlds": [_worlds(name) for name in TOGETHER],
            "rows": {row: self._row(row) | {"worst_of": worst.count(row)} for row in rows},
        }

    def _row(self, row: str) -> dict[str, Any]:
        """Return a row in the worlds of the defaults and of the sets kept, and how implausible each is."""
        assert self.defaults is not None
        values = [each.rows[row] for each in self.kept]
        apart = [each.implausibility[row] for each in self.kept]
        ruled_out = sum(not each.implausibility.get(row, 0.0) < CUTOFF for each in self.tried)
        return {
            "evidence": _evidence(row),
            "default": {"value": self.defaults.rows[row], "implausibility": self.defaults.implausibility[row]},
            "kept": {**_spread(values), "implausibility": float(np.mean(apart)) if apart else np.nan},
            "ruled_out_sets": ruled_out,
        }


def _block(history: History, kept: Sequence[Tried]) -> dict[str, Any]:
    block, found = history.block, history.matched
    return {
        "words": block.words,
        "worlds": _worlds(block.name),
        "waves": [{"points": len(wave.points), "share_left": wave.share_left} for wave in history.waves],
        "rows": {row: _fitted_row(history, position) for position, row in enumerate(block.rows)},
        "free": {factor.name: _range(factor, history, kept) for factor in block.factors},
        "processor_seconds": round(sum(rows[SECONDS] for wave in history.waves for rows in wave.values), 1),
        "left": int(found.is_left.sum()),
    }


def _fitted_row(history: History, position: int) -> dict[str, Any]:
    """Return how well a row is emulated, and what it rules out: alone, and on top of the other rows."""
    found = history.matched
    row = history.block.rows[position]
    emulator, others = found.emulators[row], np.delete(found.implausibility, position, axis=0)
    without = float((others.max(axis=0, initial=0.0) < CUTOFF).mean())
    return {
        "evidence": _evidence(row),
        "run": _spread([rows[row] for wave in history.waves for rows in wave.values]),
        "q2": emulator.q2,
        "is_emulated": emulator.is_useful,
        "noise_sd": float(np.sqrt(emulator.noise)),
        "share_ruled_out": float((found.implausibility[position] >= CUTOFF).mean()),
        "share_left_without": without,
    }


def _range(factor: Factor, history: History, kept: Sequence[Tried]) -> dict[str, Any]:
    """Return where a parameter lay at first, in what its block left, and in the sets kept."""
    left = [float(point[factor.name]) for point in history.matched.left]
    default = next(value for name, _, value in all_facts() if name == factor.name)
    return {
        "searched": [factor.low, factor.high],
        "default": default,
        "left": _spread(left),
        "kept": _spread([float(each.point[factor.name]) for each in kept]),
    }


def _spread(values: Sequence[float]) -> dict[str, float]:
    """Return the least, mean and greatest of what is there, and the bounds of its middle 90%."""
    there = np.array([value for value in values if np.isfinite(value)])
    if not there.size:
        return dict.fromkeys(("least", "low", "mean", "high", "greatest"), np.nan)
    low, high = np.percentile(there, (5, 95))
    found = {"least": there.min(), "low": low, "mean": there.mean(), "high": high, "greatest": there.max()}
    return {name: float(value) for name, value in found.items()}


def _evidence(row: str) -> dict[str, Any]:
    target = targets()[row]
    return {"statistic": target.statistic, "unit": target.unit, "low": target.low, "high": target.high}


def _worlds(name: str) -> dict[str, Any]:
    block = block_of(name)
    return {"place": block.place.key, "years": {arm: content.years for arm, content in block.arms.items()}}


def table_of(kept: Sequence[Mapping[str, float]], source: str) -> str:
    """Return the sets as CSV, one row a set and parameter, each with its source."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(COLUMNS)
    for number, point in enumerate(kept, 1):
        writer.writerows((number, name, f"{value:.{DIGITS}g}", source) for name, value in point.items())
    return sink.getvalue()
