"""The headline differences, and how much they hang on each parameter: common to the studies of sensitivity."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from experiments.common import about_table
from sp_abm.analysis.quantity import Quantity, quantity
from sp_abm.analysis.sensitivity import Screening, Variance
from sp_abm.measures import MEASURES
from sp_abm.opened import open_study
from sp_abm.study import Study
from sp_abm.viz.amounts import decimals, number, scaled
from sp_abm.viz.frame import Texts
from sp_abm.viz.intervals import Panel, Row, draw_intervals
from sp_abm.viz.studies.words import factor_words, study_footer
from sp_abm.viz.theme import LIGHT

FIRST: Final = "reactive"
HEADLINES: Final = (
    ("supported", "burnout_mean"),
    ("supported", "expected_leaving_rate_per_year"),
    ("outreach", "burnout_mean"),
    ("outreach", "share_help_proactive"),
    ("supported-outreach", "share_distress"),
    ("supported-outreach", "share_crisis"),
    ("supported-outreach", "net_benefit_gbp"),
)
"""The arms and measures whose differences from reactive practice results are told by."""
SHOWN: Final = 6
"""Parameters named for each headline difference."""
DIGITS: Final = 2
MIDDLE: Final = (0.025, 0.975)


def headline_rows(store: Path, analysed: Callable[[Quantity], Screening | Variance]) -> pd.DataFrame:
    """Return what an analysis says of each parameter in each headline difference; the strongest has rank 1.

    `mean`, `low` and `high` are the difference itself, its mean over all points and where 95% of them lie;
    `share_same_sign` is the share of points where it has the sign of that mean.
    """
    opened, rows = open_study(store), []
    for arm, measure in HEADLINES:
        found = quantity(opened, measure, arm)
        mean, (low, high) = float(found.means.mean()), np.quantile(found.means, MIDDLE)
        same = float((np.sign(found.means) == np.sign(mean)).mean())
        about = {"arm": arm, "measure": measure, "against": FIRST, "mean": mean, "low": low, "high": high}
        about["share_same_sign"] = same
        frame = analysed(found).frame
        rows += [{**about, "rank": rank, **row} for rank, row in enumerate(frame.to_dict("records"), 1)]
    return about_table(opened, rows)


def parts(found: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield each headline difference in words, and its rows with the strongest parameter first."""
    for (arm, measure), own in found.groupby(["arm", "measure"], sort=False):
        yield f"{MEASURES[measure].label}, {arm.replace('-', ' with ')}", own.sort_values("rank")


def quantity_of(study: Study, own: pd.DataFrame) -> Quantity:
    """Return the quantity that the rows of one headline difference are of, without the values of its runs."""
    points, first = tuple(study.design.points(study.factors)), own.iloc[0]
    empty = np.zeros((len(points), study.replications.n))
    return Quantity(study, MEASURES[first["measure"]], first["arm"], FIRST, points, empty)


def strongest_figure(study: Study, found: pd.DataFrame, index: str, title: str, subtitle: str, unit: str = "") -> str:
    """Return the parameters that move each headline difference most: a panel each, with their 95% intervals."""
    panels = []
    for words, own in parts(found):
        factor, in_words = (1.0, unit) if unit else scaled(MEASURES[own.iloc[0]["measure"]].unit)
        ends = (index, f"{index}_low", f"{index}_high")
        rows = [
            Row(factor_words(row["factor"]), *(factor * row[end] for end in ends), is_strong=row["rank"] <= DIGITS)
            for row in own.head(SHOWN).to_dict("records")
        ]
        panels.append(Panel(words, in_words, tuple(rows), decimals(rows[0].mean, DIGITS)))
    footer = study_footer([quantity_of(study, next(parts(found))[1])])
    return draw_intervals(panels, Texts(title, subtitle, (), footer, f"{title}. {subtitle}."), LIGHT)


def strongest_table(found: pd.DataFrame, index: str, link: str, is_share: bool = False) -> str:
    """Return in Markdown each headline difference, how firm its sign is, and the parameters that move it most."""
    lines = [
        "| difference from reactive | mean of all points (95% of them) | same sign at | hangs most on |",
        f"|{' --- |' * 4}",
    ]
    for words, own in parts(found):
        first = own.iloc[0]
        factor, unit = scaled(MEASURES[first["measure"]].unit)
        named = ", ".join(
            f"[`{row['factor']}`]({link}#{row['factor']}) {_figure(row[index] * (100 if is_share else factor))}"
            + ("%" if is_share else "")
            for row in own.head(SHOWN).to_dict("records")
        )
        mean, low, high = (_figure(factor * first[name]) for name in ("mean", "low", "high"))
        lines.append(
            f"| {words} | {mean} ({low} to {high}) {unit} | {100 * first['share_same_sign']:.0f}% of points | {named} |"
        )
    return "\n\n" + "\n".join(lines) + "\n\n"


def _figure(value: float) -> str:
    return number(value, decimals(value, DIGITS)).replace("-", "−")


def signs(found: pd.DataFrame) -> Mapping[str, str]:
    """Return by arm and measure at what share of the points each headline difference has the sign of its mean."""
    firsts = found.drop_duplicates(["arm", "measure"])
    return {f"{row.arm}.{row.measure}": f"{100 * row.share_same_sign:.0f}%" for row in firsts.itertuples()}
