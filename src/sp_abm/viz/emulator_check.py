"""Emulator check: what was run against what an emulator predicts that has not seen it."""

from typing import Final

import numpy as np

from sp_abm.analysis.emulator import Emulator
from sp_abm.viz.axes import Box, Scale
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.plane import axis, in_unit, number_words, room_for, study_footer, x_axis, y_axis
from sp_abm.viz.svg import Element, element, line
from sp_abm.viz.theme import LIGHT, Theme
from sp_abm.viz.words import percent
from sp_abm.vocabulary import Stage

_SIDE: Final = 360.0
_HEAD, _FOOT = 30.0, 46.0
_RADIUS: Final = 3.0
_TICKS: Final = 6
_FAINT: Final = 0.5


def draw_emulator(found: Emulator, theme: Theme = LIGHT) -> str:
    """Return the check of an emulator as an SVG string."""
    table = found.table()
    both = axis([*table["run"], *table["predicted"]], _TICKS)

    def draw(box: Box) -> list[Element]:
        left = box.left + room_for(both)
        plot = Box(left, box.top + _HEAD, box.right - left, _SIDE)
        x, y = Scale(both.low, both.high, plot.left, plot.right), Scale(both.low, both.high, plot.bottom, plot.top)
        marks = [
            *y_axis(both, y, plot, f"run, {in_unit(found.quantity.measure.unit)}", theme),
            *x_axis(both, x, plot, "predicted without having seen it", theme),
            line((plot.left, plot.bottom), (plot.right, plot.top), theme.ink, stroke_dasharray="2 4"),
        ]
        for row in table.to_dict("records"):
            colour = theme.arm if row["is_within"] else theme.stages[Stage.PRE_CRISIS]
            low, high = (min(max(x(row[end]), plot.left), plot.right) for end in ("low", "high"))
            at = x(row["predicted"]), y(row["run"])
            marks.append(line((low, at[1]), (high, at[1]), colour, stroke_opacity=_FAINT))
            marks.append(element("circle", {"cx": at[0], "cy": at[1], "r": _RADIUS, "fill": colour}))
        return marks

    return framed(emulator_texts(found), theme, _HEAD + _SIDE + _FOOT, draw)


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
        f"they hold 95% of the points held out; {missed} of {n:,} lie outside (orange).",
        f"Before that {percent(found.coverage)} were within; the width is {found.widening:.2f} standard deviations.",
    )
    spread = float(np.ptp(found.run))
    description = f"{title}. The runs spread over {spread:.3g}; the root mean square error is {found.rmse:.3g}."
    return Texts(title, subtitle, notes, study_footer([found.quantity]), description)
