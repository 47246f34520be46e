"""Shares of variance: how much of each headline difference the survivors of the screening explain (Sobol's indices)."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from experiments.common import Script, study_of
from experiments.headlines import headline_rows, parts, quantity_of, signs, strongest_figure, strongest_table

from sp_abm.analysis.sensitivity import Variance, sobol
from sp_abm.viz.studies.factor_bars import draw_sobol

HERE = Path(__file__).parent
PAGE = "../../docs/model/parameters.md"


def tabulate(stores: Sequence[Path]) -> pd.DataFrame:
    """Return one row a headline difference and parameter."""
    return headline_rows(stores[0], sobol)


def figures(found: pd.DataFrame) -> dict[str, str]:
    """Return the shares of every headline difference, and those of the first alone and together."""
    study, own = study_of(HERE), next(parts(found))[1]
    title = "How much of the doubt about each headline difference is doubt about one number"
    subtitle = "Share of the variance between points that a parameter explains with all that it acts together with (ST)"
    variance = Variance(
        quantity_of(study, own), study.design.n, own.reset_index(drop=True), pd.DataFrame(), float("nan")
    )
    return {
        "strongest.svg": strongest_figure(study, found, "ST", title, subtitle, "share of the variance"),
        "burnout.svg": draw_sobol(variance),
    }


def numbers(found: pd.DataFrame) -> dict[str, str]:
    """Return how firm each difference is, and what share of its variance each parameter explains."""
    study = study_of(HERE)
    said = {"factors": f"{len(study.factors)}", "samples": f"{study.design.n}"}
    said |= {"points": f"{study.design.size(study.factors)}"}
    return said | dict(signs(found)) | {"strongest": strongest_table(found, "ST", PAGE, is_share=True)}


SCRIPT = Script(HERE, tabulate, figures, numbers)

if __name__ == "__main__":
    SCRIPT.run()
