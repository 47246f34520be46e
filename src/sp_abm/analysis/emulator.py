"""Emulator: a Gaussian process that stands in for the model between the points of a study, and says how well.

It is checked by cross-validation: each tenth of the points is predicted by an emulator that has not seen it. What it
errs there widens or narrows its intervals until they hold what they promise; if it errs no less than the plain mean
of the other points, it refuses to be used.
"""

import warnings
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sp_abm.analysis.draws import CHOOSING, FOLDING, SEED, shuffled
from sp_abm.analysis.quantity import Quantity, Values
from sp_abm.comparison import CLEAR, CONFIDENCE, paired_difference
from sp_abm.designs import Point
from sp_abm.errors import BadValue
from sp_abm.extras import extra
from sp_abm.factors import Factor, registered_kind

if TYPE_CHECKING:
    import pandas as pd

FOLDS: Final = 10
LEAST_POINTS: Final = 20
MOST_POINTS: Final = 500
"""Points an emulator is made of: its time grows with their cube."""
_SCALES: Final = (0.05, 20.0)
_NOISES: Final = (1e-8, 2.0)
"""Bounds of the fitted lengths (in widths of a factor's range) and of the share of noise."""


@dataclass(frozen=True)
class Emulator:
    """A fitted emulator of a quantity, with the cross-validation it was checked by.

    `points` numbers those of the study that it was made of; `run` are their means, `predicted` and `sd` what an
    emulator said that had not seen them, `plain` the mean of those it had seen.
    """

    quantity: Quantity
    columns: tuple[Any, ...]
    points: tuple[int, ...]
    run: Values
    predicted: Values
    sd: Values
    plain: Values
    process: Any

    @property
    def rmse(self) -> float:
        """Return the root mean square error at points held out."""
        return float(np.sqrt(((self.run - self.predicted) ** 2).mean()))

    @property
    def q2(self) -> float:
        """Return the share of the variance at points held out that is predicted; 0 is as good as the plain mean."""
        return 1.0 - float(((self.run - self.predicted) ** 2).sum() / ((self.run - self.plain) ** 2).sum())

    @cached_property
    def widening(self) -> float:
        """Return how many standard deviations to either side hold 95% of the points held out."""
        errors = np.sort(np.abs(self.run - self.predicted) / self.sd)
        rank = int(np.ceil(CONFIDENCE * (errors.size + 1)))
        return float(errors[min(rank, errors.size) - 1])

    @property
    def coverage(self) -> float:
        """Return the share of points held out within the 95% interval as the process gives it, not yet widened."""
        from scipy.stats import norm

        return float((np.abs(self.run - self.predicted) <= norm.ppf(0.5 + CONFIDENCE / 2) * self.sd).mean())

    @property
    def is_useful(self) -> bool:
        """Say whether it predicts clearly better than the plain mean."""
        gains = (self.run - self.plain) ** 2 - (self.run - self.predicted) ** 2
        gain = paired_difference(gains)
        return gain.verdict == CLEAR and gain.mean > 0

    def check(self) -> None:
        """Raise `BadValue` if it predicts no better than the mean."""
        if not self.is_useful:
            raise BadValue(
                f"The emulator of {self.quantity.label} predicts no better than the mean of the points "
                f"(Q2 = {self.q2:.2f} at {len(self.points):,} points held out), so it is not used. "
                "More points or more replications may help."
            )

    def predict(self, points: Iterable[Point]) -> "pd.DataFrame":
        """Return mean, low and high (95%) at points given by the value of every factor; refuses if it is no use."""
        import pandas as pd

        self.check()
        mean, sd = self.process.predict(self.rows(points), return_std=True)
        half = self.widening * sd
        return pd.DataFrame({"mean": mean, "low": mean - half, "high": mean + half})

    def rows(self, points: Iterable[Point]) -> Values:
        """Return points as the process takes them."""
        return _rows(self.columns, points)

    def table(self) -> "pd.DataFrame":
        """Return one row a point: what was run, what was predicted without it, and the widened interval."""
        import pandas as pd

        half = self.widening * self.sd
        return pd.DataFrame(
            {
                "point": self.points,
                "run": self.run,
                "predicted": self.predicted,
                "low": self.predicted - half,
                "high": self.predicted + half,
                "is_within": np.abs(self.run - self.predicted) <= half,
            }
        )


def emulate(found: Quantity) -> Emulator:
    """Return an emulator of a quantity's mean over replications; raises `BadValue` for too few points."""
    points = _different(found)
    if len(points) < LEAST_POINTS:
        raise BadValue(f"An emulator needs at least {LEAST_POINTS} different points; the study has {len(points)}.")
    if len(points) > MOST_POINTS:
        points = sorted(points[place] for place in shuffled(CHOOSING, len(points))[:MOST_POINTS])
    columns = _columns(found)
    rows, run = _rows(columns, [found.points[point] for point in points]), found.means[points]
    if not np.ptp(run) > 0:
        raise BadValue(f"{found.label} is the same at all {len(points):,} points: there is nothing to emulate.")
    predicted, sd, plain = (np.empty(len(points)) for _ in range(3))
    folds = shuffled(FOLDING, len(points)) % FOLDS
    with one_thread():
        for fold in range(FOLDS):
            seen, held = folds != fold, folds == fold
            process = fitted(rows[seen], run[seen])
            predicted[held], sd[held] = process.predict(rows[held], return_std=True)
            plain[held] = run[seen].mean()
        return Emulator(found, columns, tuple(points), run, predicted, sd, plain, fitted(rows, run))


def one_thread() -> AbstractContextManager[Any]:
    """Return a context in which linear algebra takes one thread: several only get into each other's way here."""
    limits: AbstractContextManager[Any] = extra("threadpoolctl", "analysis", "An emulator").threadpool_limits(1)
    return limits


def _different(found: Quantity) -> list[int]:
    """Return the number of the first point of each combination of values."""
    first: dict[tuple[Any, ...], int] = {}
    for number, point in enumerate(found.points):
        if set(point) != set(found.study.factor_names):
            raise BadValue("An emulator needs a design in which every point sets every factor, not one at a time.")
        first.setdefault(tuple(point.values()), number)
    return list(first.values())


@dataclass(frozen=True)
class _Column:
    """One input of the process: a number scaled to 0 to 1, or whether a factor has a certain word."""

    factor: str
    low: float = 0.0
    width: float = 1.0
    word: Any = None

    def of(self, points: Sequence[Point]) -> list[float]:
        if self.word is not None:
            return [float(point[self.factor] == self.word) for point in points]
        return [(float(point[self.factor]) - self.low) / self.width for point in points]


def _columns(found: Quantity) -> tuple[_Column, ...]:
    columns: list[_Column] = []
    for name in found.study.factor_names:
        values = list(dict.fromkeys(found.column(name)))
        if any(isinstance(value, str | bool) for value in values):
            columns += [_Column(name, word=value) for value in values]
        elif len(values) > 1:
            columns.append(_Column(name, min(values), max(values) - min(values)))
    return tuple(columns)


def _rows(columns: Iterable[_Column], points: Iterable[Point]) -> Values:
    listed = list(points)
    return np.array([column.of(listed) for column in columns], np.float64).T


def fitted(rows: Values, run: Values) -> Any:
    """Return a Gaussian process fitted to points: smooth, with a length of its own for each factor, and noise."""
    process = extra("sklearn.gaussian_process", "analysis", "An emulator")
    kernels = extra("sklearn.gaussian_process.kernels", "analysis", "An emulator")
    told = extra("sklearn.exceptions", "analysis", "An emulator").ConvergenceWarning
    shape = kernels.Matern(np.ones(rows.shape[1]), _SCALES, nu=2.5)
    kernel = kernels.ConstantKernel(1.0, (1e-3, 1e3)) * shape + kernels.WhiteKernel(0.1, _NOISES)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", told)  # a factor that does nothing has a length at its bound, as it should
        return process.GaussianProcessRegressor(kernel, normalize_y=True, random_state=SEED).fit(rows, run)


def factors_of(found: Quantity) -> tuple[Factor, ...]:
    """Return the study's factors, those of a list by their values."""
    study = found.study
    if study.factors:
        return study.factors
    return tuple(
        Factor(name, tuple(dict.fromkeys(found.column(name))), kind=registered_kind(name))
        for name in study.factor_names
    )
