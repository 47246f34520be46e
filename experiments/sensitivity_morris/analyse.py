"""Screening: which of the numbers that nobody measured move the headline differences (Morris's elementary effects)."""

from collections.abc import Sequence
from math import pi
from pathlib import Path

import pandas as pd
from experiments.common import Script, study_of
from experiments.headlines import headline_rows, headline_words, strongest_figure, strongest_table
from experiments.sensitivity_morris.factors import LEFT_OUT, uncertain

from sp_abm.analysis.quantity import Quantity
from sp_abm.analysis.sensitivity import morris
from sp_abm.designs import MORRIS_LEVELS

HERE = Path(__file__).parent
PAGE = "../../docs/model/parameters.md"
STEP = MORRIS_LEVELS / (2 * (MORRIS_LEVELS - 1))
"""How far a trajectory moves a parameter, as a share of its range."""


def screened(found: Quantity, luck: float) -> pd.DataFrame:
    """Return Morris's indices; `noise` is the mu* that luck would give if the ends of a step had none in common.

    Beyond luck is what is larger than that and has an interval that does not touch 0.
    """
    noise = (2 / pi) ** 0.5 * 2**0.5 * luck / STEP
    frame = morris(found).frame.assign(noise=noise)
    return frame.assign(beyond_luck=(frame["mu_star"] > noise) & (frame["mu_star_low"] > 0))


def tabulate(stores: Sequence[Path]) -> pd.DataFrame:
    """Return one row a headline difference and parameter; the stores are of `study`, `as_it_is` and `luck`."""
    return headline_rows(stores, screened, spread=2).drop(columns=["sigma_low", "sigma_high"])


def figures(found: pd.DataFrame) -> dict[str, str]:
    """Return the strongest parameters of every headline difference."""
    title = "Which unmeasured numbers move the headline differences most"
    subtitle = "Mean size of the effect of moving a parameter through its whole range (mu*), with its 95% interval"
    return {"strongest.svg": strongest_figure(study_of(HERE), found, "mu_star", title, subtitle)}


def numbers(found: pd.DataFrame) -> dict[str, str]:
    """Return how firm each difference is, what moves it most, and how many parameters were moved."""
    study = study_of(HERE)
    said = {"factors": f"{len(study.factors)}", "trajectories": f"{study.design.n}", "left_out": f"{len(LEFT_OUT)}"}
    said |= {"uncertain": f"{len(list(uncertain()))}", "points": f"{study.design.size(study.factors)}"}
    said["places"] = f"{study_of(HERE, 'luck.toml').design.n}"
    said["idle"] = f"{int((found.groupby('factor')['beyond_luck'].sum() == 0).sum())}"
    return said | dict(headline_words(found)) | {"strongest": strongest_table(found, "mu_star", PAGE)}


SWEEPS = tuple(f"sp_abm sweep {{here}}/{name}.toml --out {{out}}" for name in ("study", "as_it_is", "luck"))
SCRIPT = Script(HERE, tabulate, figures, numbers, SWEEPS)

if __name__ == "__main__":
    SCRIPT.run()
