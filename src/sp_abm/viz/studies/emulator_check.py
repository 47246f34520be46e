"""Emulator check: what was run against what an emulator predicts that has not seen it."""

from typing import Final

import numpy as np

from sp_abm.analysis.emulator import Emulator
from sp_abm.viz.axes import Box, Drawing
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.legend import STROKES, Key, legend, spot
from sp_abm.viz.studies.plane import axis, plane
from sp_abm.viz.studies.words import in_unit, number_words, study_footer
from sp_abm.viz.svg import line
from sp_abm.viz.theme import LIGHT, Theme
from sp_abm.viz.words import percent

_FAINT: Final = 0.5


def draw_emulator(found: Emulator, theme: Theme = LIGHT) -> str:
    """Return the check of an emulator as an SVG string."""
    table = found.table()
    both = axis([*table["run"], *table["predicted"]])
    labels = "predicted without having seen it", f"run, {in_unit(found.quantity.measure.unit)}"
    keys = (
        Key("within its interval", theme.arm, "dot"),
        Key("outside", theme.worse, "dot"),
        Key("run as predicted", theme.ink, "dotted"),
    )

    def draw(area: Box) -> Drawing:
        marks, top = legend(keys, area, theme)
        on = plane(both, both, labels, Box(area.left, top, area.width, 0.0), theme)
        plot = on.plot
        marks += [*on.marks, line((plot.left, plot.bottom), (plot.right, plot.top), theme.ink, **STROKES["dotted"])]
        for row in table.to_dict("records"):
            colour = theme.arm if row["is_within"] else theme.worse
            low, high = (min(max(on.x(row[end]), plot.left), plot.right) for end in ("low", "high"))
            at = on.x(row["predicted"]), on.y(row["run"])
            marks.append(line((low, at[1]), (high, at[1]), colour, stroke_opacity=_FAINT))
            marks.append(spot("dot", *at, colour))
        return marks, on.bottom

    return framed(emulator_texts(found), theme, draw)


def emulator_texts(found: Emulator) -> Texts:
    """Return the words of the picture."""
    n, missed = len(found.points), int((~found.table()["is_within"]).sum())
    if found.is_useful:
        title = f"The emulator predicts {percent(max(0.0, found.q2))} of what differs between points it has not seen"
    else:
        title = "The emulator predicts no better than the mean of the points: it is not used"
    subtitle = f"{found.quantity.label}: a Gaussian process, each tenth of {n:,} points held out in turn."
    notes = (
        f"Q2 {found.q2:.2f}; root mean square error {number_words(found.rmse)}. Lines: 95% intervals, set so that "
        f"they hold 95% of the points held out; {missed} of {n:,} lie outside.",
        f"Before that {percent(found.coverage)} were within; the width is {found.widening:.2f} standard deviations.",
    )
    spread = float(np.ptp(found.run))
    description = f"{title}. The runs spread over {spread:.3g}; the root mean square error is {found.rmse:.3g}."
    return Texts(title, subtitle, notes, study_footer([found.quantity]), description)
