"""The headline differences, and how much they hang on each parameter: common to the studies of sensitivity."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import sqrt
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from experiments.common import about_table, each, unit_of, words
from sp_abm.analysis.quantity import Quantity, quantity
from sp_abm.analysis.sensitivity import luck_variance
from sp_abm.comparison import paired_difference
from sp_abm.measures import MEASURES
from sp_abm.opened import open_study
from sp_abm.study import Study
from sp_abm.viz.amounts import decimals, number
from sp_abm.viz.frame import Texts
from sp_abm.viz.intervals import Panel, Row, draw_intervals
from sp_abm.viz.studies.words import study_footer
from sp_abm.viz.theme import LIGHT

Analysis = Callable[[Quantity, float], pd.DataFrame]
"""From a difference, and how far luck alone spreads it, to a row for each parameter, the strongest first.

`beyond_luck` says of each whether it does more than luck alone could.
"""
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


def headline_rows(stores: Sequence[Path], analysed: Analysis, spread: int) -> pd.DataFrame:
    """Return a row for each parameter in each headline difference that the first store has the arm of.

    `mean`, `low` and `high` are the difference in the model as it is, over the seeds of the second store; `points_low`
    and `points_high` are where 95% of the points of the store numbered `spread` lie, `share_same_sign` is the share of
    them where the difference has the sign of that mean. The third store tells luck. The strongest has rank 1.
    """
    opened, as_it_is, several = map(open_study, stores)
    rows: list[dict[str, Any]] = []
    for arm, measure in HEADLINES:
        if arm in opened.study.arms:
            found, at_values, luck = (quantity(store, measure, arm) for store in (opened, as_it_is, several))
            pairs, over = at_values.values.ravel(), (found, at_values, luck)[spread].means
            known = paired_difference(pairs)
            about = {"arm": arm, "measure": measure, "against": FIRST, "n": pairs.size, **vars(known)}
            about |= dict(zip(("points_low", "points_high"), np.quantile(over, MIDDLE), strict=True))
            about["share_same_sign"] = float((np.sign(over) == np.sign(known.mean)).mean())
            frame = analysed(found, sqrt(luck_variance(luck.balanced)))
            for rank, row in enumerate(frame.to_dict("records"), 1):
                rows.append(about | {"rank": rank} | {str(name): value for name, value in row.items()})
    return about_table(opened, rows)


def parts(found: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield each headline difference in words, and its rows with the strongest parameter first."""
    for (arm, measure), own in found.groupby(["arm", "measure"], sort=False):
        yield f"{MEASURES[str(measure)].label}, {str(arm).replace('-', ' ')}", own.sort_values("rank")


def quantity_of(study: Study, own: pd.DataFrame) -> Quantity:
    """Return the quantity that the rows of one headline difference are of, without the values of its runs."""
    points, first = tuple(study.design.points(study.factors)), own.iloc[0]
    empty = np.zeros((len(points), study.replications.n))
    return Quantity(study, MEASURES[first["measure"]], first["arm"], FIRST, points, empty)


def strongest_figure(study: Study, found: pd.DataFrame, index: str, title: str, subtitle: str, unit: str = "") -> str:
    """Return the parameters that move each headline difference most; those beyond luck are dark."""
    panels = []
    for heading, own in parts(found):
        factor, in_words = (1.0, unit) if unit else unit_of(own.iloc[0]["measure"])
        rows = []
        for row in own.head(SHOWN).to_dict("records"):
            mean, low, high = (factor * row[end] for end in (index, f"{index}_low", f"{index}_high"))
            said = f"{_figure(mean)} ({_figure(low)} to {_figure(high)})"
            rows.append(Row(row["factor"], mean, low, high, said, is_strong=bool(row["beyond_luck"])))
        panels.append(Panel(heading, in_words, tuple(rows)))
    footer = study_footer([quantity_of(study, next(parts(found))[1])])
    texts = Texts(title, subtitle, ("Grey: no more than luck alone could do.",), footer, f"{title}. {subtitle}.")
    return draw_intervals(panels, texts, LIGHT)


def strongest_table(found: pd.DataFrame, index: str, link: str) -> str:
    """Return in Markdown each headline difference, how firm its sign is, and the parameters that move it most."""
    head = ("difference from reactive", "in the model as it is", "95% of points", "same sign at", "hangs most on")
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    for heading, own in parts(found):
        row = each(own)[0]
        factor, unit = unit_of(row.measure)
        spread = " to ".join(_figure(factor * end) for end in (row.points_low, row.points_high))
        cells = (f"{heading}, {unit}", words(row), spread, f"{100 * row.share_same_sign:.0f}% of points")
        lines.append(f"| {' | '.join(cells)} | {_named(own, index, link, factor)} |")
    return "\n\n" + "\n".join(lines) + "\n\n"


def _named(own: pd.DataFrame, index: str, link: str, factor: float) -> str:
    """Return the strongest parameters beyond luck, each with its index."""
    beyond = own[own["beyond_luck"]].head(SHOWN).to_dict("records")
    factor, sign = (100.0, "%") if index == "ST" else (factor, "")
    return (
        ", ".join(f"[`{row['factor']}`]({link}#{row['factor']}) {_figure(factor * row[index])}{sign}" for row in beyond)
        or "nothing beyond luck"
    )


def _figure(value: float) -> str:
    return number(value, decimals(value, DIGITS)).replace("-", "−")


def headline_words(found: pd.DataFrame) -> Mapping[str, str]:
    """Return by arm and measure each difference in words, how firm its sign is, and how much moves it beyond luck."""
    said: dict[str, Any] = {}
    for _, own in parts(found):
        row = each(own)[0]
        name = f"{row.arm}.{row.measure}"
        said |= {name: words(row), f"{name}.sign": f"{100 * row.share_same_sign:.0f}%"}
        said[f"{name}.beyond"] = f"{int(own['beyond_luck'].sum())}"
    return said
