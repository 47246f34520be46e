"""Morris plane: how much each factor moves a quantity, against how much that depends on all the others."""

from collections.abc import Hashable
from typing import Any, Final

import numpy as np

from sp_abm.analysis.sensitivity import Screening
from sp_abm.viz.axes import Box, Drawing, kept_apart, middle_of
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.legend import STROKES, spot
from sp_abm.viz.studies.plane import Plane, axis, plane
from sp_abm.viz.studies.words import factor_words, in_unit, study_footer
from sp_abm.viz.svg import Element, line, polyline, rectangle, shortened, text
from sp_abm.viz.theme import KEY_GAP, LABEL_SIZE, LIGHT, SMALL_SIZE, Theme
from sp_abm.viz.words import started

MOST_NAMED: Final = 16
_NAMES, _NARROW_NAMES = 230.0, 44.0
_LEADER: Final = 26.0
_LINE: Final = 20.0


def draw_morris(found: Screening, theme: Theme = LIGHT) -> str:
    """Return the Morris plane as an SVG string; the factors that matter least have no name where there are many."""
    frame = found.frame
    across = axis([0.0, *frame["mu_star_low"], *frame["mu_star_high"]], has_zero=True)
    up = axis([0.0, *frame["sigma_low"], *frame["sigma_high"]], has_zero=True)
    labels = f"mu*: mean size of the effect, {in_unit(found.quantity.measure.unit)}", "sigma: spread of the effect"

    def draw(area: Box) -> Drawing:
        on = plane(across, up, labels, area, theme, _NARROW_NAMES if theme.is_narrow else _NAMES)
        noise, equal = float(frame["noise"].max()), min(across.high, up.high)
        width = on.x(min(noise, across.high)) - on.plot.left if np.isfinite(noise) else 0.0
        marks = [
            rectangle(on.plot.left, on.plot.top, width, on.plot.height, theme.shade),
            *on.marks,
            line((on.x(0.0), on.y(0.0)), (on.x(equal), on.y(equal)), theme.quiet_ink, **STROKES["dotted"]),
            *_points(found, on, theme),
        ]
        if not theme.is_narrow:
            return marks, on.bottom
        names, bottom = _list(found, Box(area.left, on.bottom + KEY_GAP, area.width, 0.0), theme)
        return [*marks, *names], bottom

    return framed(morris_texts(found), theme, draw)


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


def _points(found: Screening, on: Plane, theme: Theme) -> list[Element]:
    """Return the factors as dots with crosses, each led to its name, or its rank, in a column on the right."""
    marks: list[Element] = []
    x, y, plot = on.x, on.y, on.plot
    named = sorted(enumerate(_rows(found)[:MOST_NAMED], 1), key=lambda each: -each[1]["sigma"])
    wanted = [y(row["sigma"]) for _, row in named]
    places = kept_apart(wanted, SMALL_SIZE + KEY_GAP, plot.top + SMALL_SIZE, plot.bottom - SMALL_SIZE)
    for (rank, row), place in zip(named, places, strict=True):
        elbow = plot.right + KEY_GAP, place
        leader = [(x(row["mu_star"]), y(row["sigma"])), elbow, (elbow[0] + _LEADER / 2, place)]
        marks.append(polyline(leader, theme.grid, stroke_width=1))
        words = shortened(factor_words(row["factor"]), _NAMES - _LEADER - KEY_GAP, LABEL_SIZE)
        content = str(rank) if theme.is_narrow else words
        marks.append(text(plot.right + _LEADER, middle_of(place, LABEL_SIZE), content, theme.ink, LABEL_SIZE))
    for row in _rows(found):
        at = x(row["mu_star"]), y(row["sigma"])
        marks.append(line((x(row["mu_star_low"]), at[1]), (x(row["mu_star_high"]), at[1]), theme.quiet_ink))
        marks.append(line((at[0], y(row["sigma_low"])), (at[0], y(row["sigma_high"])), theme.quiet_ink))
        marks.append(spot("dot", *at, theme.arm))
    return marks


def _rows(found: Screening) -> list[dict[Hashable, Any]]:
    """Return the factors, those that matter most first."""
    return found.frame.to_dict("records")


def _list(found: Screening, area: Box, theme: Theme) -> Drawing:
    """Return the names below each other, each after its rank."""
    marks, y = [], area.top
    for rank, row in enumerate(_rows(found)[:MOST_NAMED], 1):
        y += _LINE
        name = shortened(factor_words(row["factor"]), area.width - _LEADER, LABEL_SIZE)
        marks.append(text(area.left, y, str(rank), theme.quiet_ink, LABEL_SIZE))
        marks.append(text(area.left + _LEADER, y, name, theme.ink, LABEL_SIZE))
    return marks, y
