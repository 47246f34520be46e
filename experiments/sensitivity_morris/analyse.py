"""Screening: which of the numbers that nobody measured move the headline differences (Morris's elementary effects)."""

from collections.abc import Sequence
from math import pi
from pathlib import Path

import pandas as pd
from experiments.common import Script, study_of
from experiments.headlines import headline_rows, headline_words, parts, quantity_of, strongest_figure, strongest_table
from experiments.sensitivity_morris.factors import LEFT_OUT, uncertain

from sp_abm.analysis.quantity import Quantity
from sp_abm.analysis.sensitivity import Screening, morris
from sp_abm.designs import MORRIS_LEVELS
from sp_abm.viz.studies.morris import draw_morris

HERE = Path(__file__).parent
PAGE = "../../docs/model/parameters.md"
STEP = MORRIS_LEVELS / (2 * (MORRIS_LEVELS - 1))
"""How far a trajectory moves a parameter, as a share of its range."""


def screened(found: Quantity, luck: float) -> pd.DataFrame:
    """Return Morris's indices; `noise` is the mu* that luck would give if the ends of a step had none in common."""
    noise = (2 / pi) ** 0.5 * 2**0.5 * luck / STEP
    frame = morris(found).frame.assign(noise=noise)
    return frame.assign(beyond_luck=frame["mu_star"] > noise)


def tabulate(stores: Sequence[Path]) -> pd.DataFrame:
    """Return one row a headline difference and parameter; the stores are of `study`, `as_it_is` and `luck`."""
    return headline_rows(stores, screened)


def figures(found: pd.DataFrame) -> dict[str, str]:
    """Return the strongest parameters of every headline difference, and the Morris plane of the first."""
    study, own = study_of(HERE), next(parts(found))[1]
    title = "Which unmeasured numbers move the headline differences most"
    subtitle = "Mean size of the effect of moving a parameter through its whole range (mu*), with its 95% interval"
    plane = Screening(quantity_of(study, own), study.design.n, own.reset_index(drop=True))
    strongest = strongest_figure(study, found, "mu_star", title, subtitle)
    return {"strongest.svg": strongest, "plane.svg": draw_morris(plane)}


def numbers(found: pd.DataFrame) -> dict[str, str]:
    """Return how firm each difference is, what moves it most, and how many parameters were moved."""
    study = study_of(HERE)
    said = {"factors": f"{len(study.factors)}", "trajectories": f"{study.design.n}", "left_out": f"{len(LEFT_OUT)}"}
    said |= {"uncertain": f"{len(list(uncertain()))}", "points": f"{study.design.size(study.factors)}"}
    said["idle"] = f"{int((found.groupby('factor')['beyond_luck'].sum() == 0).sum())}"
    return said | dict(headline_words(found)) | {"strongest": strongest_table(found, "mu_star", PAGE)}


SCRIPT = Script(HERE, tabulate, figures, numbers)

if __name__ == "__main__":
    SCRIPT.run()
