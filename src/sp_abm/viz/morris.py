"""Morris plane: how much each factor moves a quantity, against how much that depends on all the others."""

from typing import Final

import numpy as np

from sp_abm.analysis.sensitivity import Screening
from sp_abm.viz.axes import Box, Scale, kept_apart, middle_of
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.plane import axis, factor_words, in_unit, room_for, started, study_footer, x_axis, y_axis
from sp_abm.viz.svg import Element, element, line, polyline, rectangle, shortened, text
from sp_abm.viz.theme import KEY_GAP, LABEL_SIZE, LIGHT, SMALL_SIZE, Theme

MOST_NAMED: Final = 16
_HEIGHT: Final = 330.0
_HEAD, _FOOT = 30.0, 46.0
_NAMES: Final = 230.0
_LEADER: Final = 26.0
_RADIUS: Final = 4.5
_TICKS: Final = 6


def draw_morris(found: Screening, theme: Theme = LIGHT) -> str:
    """Return the Morris plane as an SVG string; the factors that matter least have no name where there are many."""
    frame = found.frame
    across = axis([0.0, *frame["mu_star_low"], *frame["mu_star_high"]], _TICKS, has_zero=True)
    up = axis([0.0, *frame["sigma_low"], *frame["sigma_high"]], _TICKS, has_zero=True)

    def draw(box: Box) -> list[Element]:
        left = box.left + room_for(up)
        plot = Box(left, box.top + _HEAD, box.right - left - _NAMES, _HEIGHT)
        x, y = Scale(across.low, across.high, plot.left, plot.right), Scale(up.low, up.high, plot.bottom, plot.top)
        noise = float(frame["noise"].max())
        shade = rectangle(plot.left, plot.top, x(min(noise, across.high)) - plot.left, plot.height, theme.shade)
        equal = min(across.high, up.high)
        return [
            *([shade] if np.isfinite(noise) and noise > 0 else []),
            *y_axis(up, y, plot, "sigma: spread of the effect", theme),
            *x_axis(across, x, plot, f"mu*: mean size of the effect, {in_unit(found.quantity.measure.unit)}", theme),
            line((x(0.0), y(0.0)), (x(equal), y(equal)), theme.quiet_ink, stroke_dasharray="2 4"),
            *_points(found, x, y, plot, theme),
        ]

    return framed(morris_texts(found), theme, _HEAD + _HEIGHT + _FOOT, draw)


def morris_texts(found: Screening) -> Texts:
    """Return the words of the picture."""
    frame = found.frame
    strong = [factor_words(name) for name in frame["factor"][:2]]
    title = f"{started(strong[0])} moves it most, then {strong[1]}"
    subtitle = (
        f"{found.quantity.label}: effect of moving each factor through its whole range, over {found.trajectories} "
        "trajectories (Morris)."
    )
    noise = frame["noise"].to_numpy()
    notes = ["Crosses: 95% intervals. Near or above the dotted line the effect depends on where the other factors are."]
    if np.isfinite(noise).all():
        n = int((frame["mu_star"] <= frame["noise"]).sum())
        hidden = f" {n} of {len(frame)} factors do no more than that." if n else ""
        notes.append(f"Shaded: what luck alone would give with so many replications.{hidden}")
    else:
        notes.append("With one replication nothing is known of how much of this is luck.")
    if len(frame) > MOST_NAMED:
        notes.append(f"The {len(frame) - MOST_NAMED} factors that matter least have no name here.")
    said = "; ".join(
        f"{factor_words(row['factor'])} mu* {row['mu_star']:.3g}, sigma {row['sigma']:.3g}"
        for row in frame.to_dict("records")
    )
    return Texts(title, subtitle, tuple(notes), study_footer([found.quantity]), f"{title}. {said}.")


def _points(found: Screening, x: Scale, y: Scale, plot: Box, theme: Theme) -> list[Element]:
    """Return the factors as dots with crosses, each led to its name in a column on the right."""
    marks: list[Element] = []
    named = found.frame[:MOST_NAMED].sort_values("sigma", ascending=False).to_dict("records")
    wanted = [y(row["sigma"]) for row in named]
    half = SMALL_SIZE
    places = kept_apart(wanted, SMALL_SIZE + KEY_GAP, plot.top + half, plot.bottom - half)
    for row, place in zip(named, places, strict=True):
        at = x(row["mu_star"]), y(row["sigma"])
        elbow = plot.right + KEY_GAP, place
        marks.append(polyline([at, elbow, (elbow[0] + _LEADER / 2, place)], theme.grid, stroke_width=1))
        words = shortened(factor_words(row["factor"]), _NAMES - _LEADER - KEY_GAP, LABEL_SIZE)
        marks.append(text(plot.right + _LEADER, middle_of(place, LABEL_SIZE), words, theme.ink, LABEL_SIZE))
    for row in found.frame.to_dict("records"):
        at = x(row["mu_star"]), y(row["sigma"])
        marks.append(line((x(row["mu_star_low"]), at[1]), (x(row["mu_star_high"]), at[1]), theme.quiet_ink))
        marks.append(line((at[0], y(row["sigma_low"])), (at[0], y(row["sigma_high"])), theme.quiet_ink))
        marks.append(element("circle", {"cx": at[0], "cy": at[1], "r": _RADIUS, "fill": theme.arm}))
    return marks
