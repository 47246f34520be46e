"""Sensitivity: which factors matter: Morris's screening and Sobol's shares of variance, by SALib, with intervals."""

from dataclasses import dataclass
from math import pi, sqrt
from typing import TYPE_CHECKING, Final

import numpy as np

from sp_abm.analysis.draws import RESAMPLING, SEED, uniforms
from sp_abm.analysis.quantity import Quantity, Values
from sp_abm.comparison import CONFIDENCE
from sp_abm.designs import MORRIS_LEVELS, unit_problem
from sp_abm.errors import BadValue
from sp_abm.extras import extra

if TYPE_CHECKING:
    import pandas as pd

RESAMPLES: Final = 1000
"""Of the resampling behind the intervals: the same store gives the same table."""


@dataclass(frozen=True)
class Screening:
    """Morris's elementary effects: what a factor does when it is moved through its whole range.

    `frame` has one row a factor, the strongest first: `mu` the mean effect, `mu_star` the mean size of the effect,
    `sigma` its spread (with interactions or bends it is large), their 95% intervals, and `noise`, the `mu_star` that
    luck alone would give with so many replications (missing with one).
    """

    quantity: Quantity
    trajectories: int
    frame: "pd.DataFrame"

    def table(self) -> "pd.DataFrame":
        """Return one row a factor."""
        return self.frame


@dataclass(frozen=True)
class Variance:
    """Sobol's indices: the share of the variance that a factor explains alone (S1) and with all its interactions (ST).

    `frame` has one row a factor, the largest ST first, with 95% intervals; `pairs` one row a pair of factors (S2),
    empty without second order. `noise_share` is the share of the variance between points that is luck of the
    replications (missing with one): it is part of every ST.
    """

    quantity: Quantity
    samples: int
    frame: "pd.DataFrame"
    pairs: "pd.DataFrame"
    noise_share: float

    def table(self) -> "pd.DataFrame":
        """Return one row a factor."""
        return self.frame


def morris(found: Quantity) -> Screening:
    """Return Morris's indices of a quantity, on its mean over replications; needs a design of kind morris."""
    import pandas as pd

    names, design = _sampled(found, "morris"), found.study.design
    levels = design.levels or MORRIS_LEVELS
    shares = np.array(design.shares(len(names)))
    analyse = extra("SALib.analyze.morris", "analysis", "Morris's method").analyze
    said = analyse(
        unit_problem(len(names)), shares, found.means, num_levels=levels, num_resamples=RESAMPLES,
        conf_level=CONFIDENCE, seed=SEED,
    )  # fmt: skip
    effects = elementary_effects(shares, found.means[:, None])[..., 0]
    low, high = _resampled_spread(effects)
    frame = pd.DataFrame(
        {
            "factor": names,
            "mu": said["mu"],
            "mu_star": said["mu_star"],
            "mu_star_low": np.maximum(0.0, said["mu_star"] - said["mu_star_conf"]),
            "mu_star_high": said["mu_star"] + said["mu_star_conf"],
            "sigma": said["sigma"],
            "sigma_low": low,
            "sigma_high": high,
            "noise": _noise(shares, found.balanced),
        }
    )
    return Screening(found, design.n, frame.sort_values("mu_star", ascending=False, ignore_index=True))


def elementary_effects(shares: Values, values: Values) -> Values:
    """Return each factor's effect on each trajectory, shape (factors, trajectories, replications).

    `shares` has shape (points, factors), `values` (points, replications); a step's change is divided by its length.
    """
    n = shares.shape[1]
    steps = np.diff(shares.reshape(-1, n + 1, n), axis=1)
    changes = np.diff(values.reshape(-1, n + 1, values.shape[1]), axis=1)
    moved = np.abs(steps).argmax(axis=2)
    lengths = np.take_along_axis(steps, moved[..., None], axis=2)
    effects = np.empty_like(changes)
    np.put_along_axis(effects, moved[..., None], changes / lengths, axis=1)
    return effects.transpose(1, 0, 2)


def _resampled_spread(effects: Values) -> tuple[Values, Values]:
    """Return the 95% interval of the effects' standard deviation, by drawing trajectories again."""
    n = effects.shape[1]
    draws = (uniforms(RESAMPLING, RESAMPLES * n) * n).astype(np.int64).reshape(RESAMPLES, n)
    spreads = effects[:, draws].std(axis=2, ddof=1)
    ends = np.quantile(spreads, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], axis=1)
    return ends[0], ends[1]


def _noise(shares: Values, values: Values) -> Values:
    """Return the mean size of effect that the luck of the replications alone would give to each factor."""
    n = values.shape[1]
    if n < 2:
        return np.full(shares.shape[1], np.nan)
    variances = elementary_effects(shares, values).var(axis=2, ddof=1) / n
    mean_size_of_normal = sqrt(2 / pi)
    return np.asarray(mean_size_of_normal * np.sqrt(variances.mean(axis=1)), np.float64)


def sobol(found: Quantity) -> Variance:
    """Return Sobol's indices of a quantity, on its mean over replications; needs a design of kind sobol."""
    import pandas as pd

    names, design = _sampled(found, "sobol"), found.study.design
    analyse = extra("SALib.analyze.sobol", "analysis", "Sobol's method").analyze
    said = analyse(
        unit_problem(len(names)), found.means, calc_second_order=bool(design.is_second_order),
        num_resamples=RESAMPLES, conf_level=CONFIDENCE, seed=SEED,
    )  # fmt: skip
    frame = pd.DataFrame({"factor": names})
    for index in ("S1", "ST"):
        frame[index] = said[index]
        frame[f"{index}_low"] = said[index] - said[f"{index}_conf"]
        frame[f"{index}_high"] = said[index] + said[f"{index}_conf"]
    pairs = [
        (names[j], names[k], said["S2"][j, k], said["S2_conf"][j, k])
        for j in range(len(names))
        for k in range(j + 1, len(names))
        if design.is_second_order
    ]
    return Variance(
        found,
        design.n,
        frame.sort_values("ST", ascending=False, ignore_index=True),
        pd.DataFrame(
            [(one, two, value, value - half, value + half) for one, two, value, half in pairs],
            columns=["factor", "with", "S2", "S2_low", "S2_high"],
        ),
        noise_share(found.balanced),
    )


def noise_share(values: Values) -> float:
    """Return which share of the variance between the points' means is luck; missing with one replication.

    `values` has shape (points, replications).
    """
    n = values.shape[1]
    if n < 2:
        return float("nan")
    return float(luck_variance(values) / n / values.mean(axis=1).var(ddof=1))


def luck_variance(values: Values) -> float:
    """Return the variance of luck at a point, from values of shape (points, replications), two and more of both.

    Luck that all points have in common, since replications share seeds, is no part of it.
    """
    points, n = values.shape
    rest = values - values.mean(axis=1, keepdims=True) - values.mean(axis=0) + values.mean()
    return float((rest**2).sum() / ((points - 1) * (n - 1)))


def _sampled(found: Quantity, kind: str) -> list[str]:
    """Return the names of the factors, if the study has that kind of design and the quantity varies at all."""
    study = found.study
    if study.design.kind != kind:
        raise BadValue(f"This needs kind = {kind!r}; the study {study.name!r} is {study.design.kind!r}.")
    if not np.ptp(found.means) > 0:
        raise BadValue(f"{found.label} is the same at all {len(found.points):,} points: no factor moves it.")
    return list(study.factor_names)
