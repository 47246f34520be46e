"""Matching: which values of a block's free parameters its rows rule out, by an emulator of each row.

A point is implausible where the emulated mean of a row lies further from the middle of the evidence's interval than
three times the standard deviation of all that is not known: the emulator's own, the evidence's (its bounds are read as
two standard deviations to either side) and that of a model that is none of the worlds the evidence is from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from sp_abm.analysis.draws import FOLDING, shuffled
from sp_abm.analysis.emulator import FOLDS, LEAST_POINTS, fitted, one_thread
from sp_abm.calibration.blocks import Block
from sp_abm.calibration.runs import Rows
from sp_abm.comparison import CLEAR, paired_difference
from sp_abm.designs import Design, Point
from sp_abm.errors import BadValue
from sp_abm.evidence import Target, targets

Floats = NDArray[np.float64]
CUTOFF: Final = 3.0
"""Pukelsheim's rule: whatever the distribution, as long as it has one peak, 95% of it is within three deviations."""
DEVIATIONS: Final = 2.0
"""Standard deviations from the middle of an evidence interval to its bounds."""
DISCREPANCY: Final = 0.25
"""Standard deviation of what no parameter can mend, over the half-width of the evidence interval: an assumption."""
CANDIDATES: Final = 20_000
DIGITS: Final = 6
_CANDIDATE_SEED: Final = 2


def implausibility(target: Target, mean: Any, variance: Any = 0.0) -> Any:
    """Return how many standard deviations a mean, known with a variance, is from the middle of a row's interval."""
    half = (target.high - target.low) / 2
    doubt = variance + (half / DEVIATIONS) ** 2 + (DISCREPANCY * half) ** 2
    return np.abs(mean - (target.low + half)) / np.sqrt(doubt)


class Fit(Protocol):
    """Something fitted to points; `noise` is the variance of one run about the mean."""

    @property
    def noise(self) -> float:
        """Return the variance of one run about the mean."""

    def predict(self, shares: Floats) -> tuple[Floats, Floats]:
        """Return means at points, and the variance with which each is known."""


@dataclass(frozen=True)
class Smooth:
    """A Gaussian process."""

    process: Any
    noise: float

    @classmethod
    def fit(cls, shares: Floats, run: Floats) -> Fit:
        """Return the process fitted to points."""
        process = fitted(shares, run)
        return cls(process, float(process.kernel_.k2.noise_level * run.var()))

    def predict(self, shares: Floats) -> tuple[Floats, Floats]:
        """Return means at points, and the variance with which each is known."""
        mean, sd = self.process.predict(shares, return_std=True)
        return mean, np.maximum(sd**2 - self.noise, 0)


@dataclass(frozen=True)
class Straight:
    """A sum of straight lines, one a parameter, by least squares: the better one where runs are mostly luck."""

    slopes: Floats
    inverse: Floats
    noise: float

    @classmethod
    def fit(cls, shares: Floats, run: Floats) -> Fit:
        """Return the lines fitted to points."""
        x = _with_one(shares)
        inverse = np.asarray(np.linalg.pinv(x.T @ x), np.float64)
        slopes = inverse @ x.T @ run
        return cls(slopes, inverse, float(((run - x @ slopes) ** 2).sum() / max(len(x) - x.shape[1], 1)))

    def predict(self, shares: Floats) -> tuple[Floats, Floats]:
        """Return means at points, and the variance with which each is known."""
        x = _with_one(shares)
        return x @ self.slopes, self.noise * ((x @ self.inverse) * x).sum(axis=1)


def _with_one(shares: Floats) -> Floats:
    return np.column_stack([np.ones(len(shares)), shares])


@dataclass(frozen=True)
class RowEmulator:
    """An emulator of a row over a block's free parameters, each scaled to 0 to 1 over its range.

    It is a smooth fit or a straight one, whichever is nearer to points held out. `noise` is the variance of one run
    about the row's mean. `q2` is the share of the variance at points held out that was predicted, `excess` the mean of
    squared errors there over what was expected. One that predicts no better than the mean of the other points rules
    nothing out (`is_useful`).
    """

    row: str
    fit: Fit
    noise: float
    q2: float
    excess: float
    is_useful: bool

    def implausibility(self, shares: Floats) -> Floats:
        """Return the row's implausibility at points given by shares, shape (points,)."""
        if not self.is_useful:
            return np.zeros(len(shares))
        mean, variance = self.fit.predict(shares)
        return np.asarray(implausibility(targets()[self.row], mean, variance * max(1.0, self.excess)), np.float64)


def row_emulator(row: str, shares: Floats, run: Floats) -> RowEmulator:
    """Return the emulator of a row from what was run, checked at points held out; missing values are left out."""
    is_there = np.isfinite(run)
    x, y = shares[is_there], run[is_there]
    if len(y) < LEAST_POINTS:
        raise BadValue(f"Row {row} has values at {len(y)} points; an emulator needs at least {LEAST_POINTS}.")
    held = {kind: _held_out(x, y, kind) for kind in (Smooth, Straight)}
    kind = min(held, key=lambda each: float(((y - held[each][0]) ** 2).sum()))
    plain = (y.sum() - y) / (len(y) - 1)
    errors, plain_errors = (y - held[kind][0]) ** 2, (y - plain) ** 2
    gain = paired_difference(plain_errors - errors)
    is_useful = gain.verdict == CLEAR and gain.mean > 0
    fit = kind.fit(x, y)
    noise = fit.noise if is_useful else float(y.var(ddof=1))
    q2 = 1 - errors.sum() / plain_errors.sum()
    return RowEmulator(row, fit, noise, float(q2), float((errors / held[kind][1]).mean()), is_useful)


def _held_out(x: Floats, y: Floats, kind: type[Smooth] | type[Straight]) -> tuple[Floats, Floats]:
    """Return means and variances of single runs that fits predict which have not seen the tenth that is held out."""
    mean, variance = np.empty(len(y)), np.empty(len(y))
    folds = shuffled(FOLDING, len(y)) % FOLDS
    for fold in range(FOLDS):
        seen, held = folds != fold, folds == fold
        fit = kind.fit(x[seen], y[seen])
        mean[held], variance[held] = fit.predict(x[held])
        variance[held] += fit.noise
    return mean, variance


@dataclass(frozen=True)
class Space:
    """The ranges of a block's free parameters, and the candidates that are scattered over them."""

    block: Block

    def shares(self, points: Sequence[Point]) -> Floats:
        """Return points as shares of the way through each range, shape (points, parameters)."""
        columns = [
            [(float(point[factor.name]) - factor.low) / (factor.high - factor.low) for point in points]
            for factor in self.block.factors
        ]
        return np.array(columns, np.float64).T

    def points(self, shares: Floats) -> list[Point]:
        """Return the values that shares stand for, rounded to as many digits as a table of them has."""
        factors = self.block.factors
        pairs = [zip(factors, row, strict=True) for row in shares.tolist()]
        return [{one.name: float(f"{one.at(share):.{DIGITS}g}") for one, share in row} for row in pairs]

    def first(self, n: int) -> list[Point]:
        """Return the points of the first wave: a Latin hypercube."""
        return self.points(np.array(Design("lhs", n).shares(len(self.block.free)), np.float64))

    @property
    def candidates(self) -> Floats:
        """Return many points, of which matching keeps those that are not implausible; others in every block."""
        seed = _CANDIDATE_SEED + sum(self.block.name.encode())
        return np.array(Design("lhs", CANDIDATES, seed).shares(len(self.block.free)), np.float64)


@dataclass(frozen=True)
class Matched:
    """What is left of a block: its emulators, and for every candidate each row's implausibility, (rows, candidates)."""

    space: Space
    emulators: Mapping[str, RowEmulator]
    shares: Floats
    implausibility: Floats

    @property
    def is_left(self) -> NDArray[np.bool_]:
        """Say which candidates no row rules out."""
        return np.asarray(self.implausibility.max(axis=0) < CUTOFF, np.bool_)

    @cached_property
    def left(self) -> list[Point]:
        """Return the candidates that no row rules out; raises `BadValue` with the rows at odds if there is none."""
        if not self.is_left.any():
            best = int(self.implausibility.max(axis=0).argmin())
            rows = [row for row, own in zip(self.emulators, self.implausibility[:, best], strict=True) if own >= CUTOFF]
            raise BadValue(
                f"Block {self.space.block.name}: no point is left. The least implausible is still ruled out by "
                f"{', '.join(rows)}: within the ranges of its parameters these rows and the others cannot all hold."
            )
        return self.space.points(self.shares[self.is_left])


def matched(block: Block, points: Sequence[Point], values: Sequence[Rows]) -> Matched:
    """Return what a block's rows leave of its candidates, from all points run so far."""
    space = Space(block)
    shares = space.shares(points)
    with one_thread():
        emulators = {row: row_emulator(row, shares, np.array([rows[row] for rows in values])) for row in block.rows}
        candidates = space.candidates
        found = np.array([emulator.implausibility(candidates) for emulator in emulators.values()])
    return Matched(space, emulators, candidates, found)
