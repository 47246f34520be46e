"""Shares of variance: how much of each headline difference the survivors of the screening explain (Sobol's indices)."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from experiments.common import Script, study_of
from experiments.headlines import headline_rows, headline_words, parts, quantity_of, strongest_figure, strongest_table

from sp_abm.analysis.quantity import Quantity
from sp_abm.analysis.sensitivity import Variance, sobol
from sp_abm.viz.studies.factor_bars import draw_sobol

HERE = Path(__file__).parent
PAGE = "../../docs/model/parameters.md"


def shared(found: Quantity, _: float) -> pd.DataFrame:
    """Return Sobol's indices, and the most of the variance that can be luck.

    Luck of the single runs is part of every ST, so it is no more than the smallest of a parameter that acts at all.
    """
    frame = sobol(found).frame
    share = float(frame.loc[frame["ST"] > 0, "ST"].min())
    return frame.assign(noise_share=share, beyond_luck=frame["ST_low"] > share)


def tabulate(stores: Sequence[Path]) -> pd.DataFrame:
    """Return one row a headline difference and parameter; the stores are of `study` and the screening's other two."""
    return headline_rows(stores, shared, spread=0)


def figures(found: pd.DataFrame) -> dict[str, str]:
    """Return the shares of every headline difference, and those of burnout with support alone and together."""
    study, own = study_of(HERE), next(parts(found))[1].reset_index(drop=True)
    title = "How much of the doubt about each headline difference is doubt about one number"
    subtitle = "Share of the variance between points that a parameter explains with all that it acts together with (ST)"
    strongest = strongest_figure(study, found, "ST", title, subtitle, "share of the variance")
    variance = Variance(quantity_of(study, own), study.design.n, own, pd.DataFrame(), float("nan"))
    return {"strongest.svg": strongest, "burnout.svg": draw_sobol(variance)}


def numbers(found: pd.DataFrame) -> dict[str, str]:
    """Return how firm each difference is, how much of its spread is luck, and what share each parameter explains."""
    study = study_of(HERE)
    said = {"factors": f"{len(study.factors)}", "samples": f"{study.design.n}"}
    said |= {"points": f"{study.design.size(study.factors)}"}
    luck = {
        f"{own['arm'].iloc[0]}.{own['measure'].iloc[0]}.luck": own["noise_share"].iloc[0] for _, own in parts(found)
    }
    said |= {name: f"{100 * share:.0f}%" for name, share in luck.items()}
    return said | dict(headline_words(found)) | {"strongest": strongest_table(found, "ST", PAGE)}


FILES = ("study.toml", "../sensitivity_morris/as_it_is.toml", "../sensitivity_morris/luck.toml")
SWEEPS = tuple(f"sp_abm sweep {{here}}/{file} --out {{out}}" for file in FILES)
SCRIPT = Script(HERE, tabulate, figures, numbers, SWEEPS)

if __name__ == "__main__":
    SCRIPT.run()
