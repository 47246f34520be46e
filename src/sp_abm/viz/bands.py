"""Bands: shares of a whole by week, stacked, over a ghost of the baseline, with a row for each share beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.viz.axes import Box, Drawing, Scale, Series, points, stretches, thinned, x_axis, y_axis, year_scale
from sp_abm.viz.legend import STROKES
from sp_abm.viz.rows import Label, Rows, draw_rows, most_ticks, plot_beside_rows
from sp_abm.viz.svg import Element, group, polygon, polyline
from sp_abm.viz.theme import Theme

_Y_TICKS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
_GHOST: Final = {**STROKES["dashed"], "stroke_width": 1.4}


@dataclass(frozen=True)
class Bands:
    """Upper edges of the stacked shares by week, shape (weeks, parts), the baseline's, and the rows beside them."""

    edges: NDArray[np.float64]
    ghost: NDArray[np.float64] | None
    labels: tuple[Label, ...]
    covers: str


def stacked(parts: Sequence[Series]) -> NDArray[np.float64]:
    """Return the cumulative shares of the parts by week, missing in weeks where there is nothing."""
    counts = np.stack(parts, axis=1)
    total = counts.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares: NDArray[np.float64] = np.where(total > 0, np.cumsum(counts, axis=1) / total, np.nan)
    return shares


def draw_bands(bands: Bands, colours: Sequence[str], area: Box, theme: Theme) -> Drawing:
    """Return the bands, the ghost's boundaries over them, and the rows: beside them, or below on narrow paper."""
    plot = plot_beside_rows(area, theme)
    y = Scale(0.0, 1.0, plot.bottom, plot.top)
    marks = [
        *y_axis(_Y_TICKS, y, plot, theme, lambda share: f"{share:.0%}"),
        group(_filled(bands, colours, plot, y)),
        group(_ghosts(bands, plot, y, theme)),
        *x_axis(len(bands.edges), plot, theme, most_ticks(plot)),
    ]
    ends = _last_known(bands.edges)
    middles = [y((low + high) / 2) for low, high in zip([0.0, *ends[:-1]], ends, strict=True)]
    rows = Rows(bands.labels[::-1], tuple(colours[::-1]), tuple(middles[::-1]), bands.covers, bands.ghost is not None)
    labels, bottom = draw_rows(rows, plot, area, theme)
    return [*marks, *labels], bottom


def _filled(bands: Bands, colours: Sequence[str], plot: Box, y: Scale) -> list[Element]:
    """Return one filled band a part, broken where nothing is known."""
    x, weeks = year_scale(len(bands.edges), plot), thinned(len(bands.edges))
    marks = []
    lower = np.where(np.isfinite(bands.edges[:, 0]), 0.0, np.nan)
    for position, colour in enumerate(colours):
        upper = bands.edges[:, position]
        for part in stretches(upper, weeks):
            above, below = points(upper, part, x, y), points(lower, part, x, y)
            if part[0] == weeks[0]:
                above, below = [(plot.left, above[0][1]), *above], [(plot.left, below[0][1]), *below]
            marks.append(polygon([*above, *reversed(below)], colour))
        lower = upper
    return marks


def _ghosts(bands: Bands, plot: Box, y: Scale, theme: Theme) -> list[Element]:
    """Return the baseline's inner boundaries as thin dashed lines."""
    if bands.ghost is None:
        return []
    x, weeks = year_scale(len(bands.ghost), plot), thinned(len(bands.ghost))
    return [
        polyline(points(edge, part, x, y), theme.paper, **_GHOST)
        for edge in bands.ghost[:, :-1].T
        for part in stretches(edge, weeks)
    ]


def _last_known(edges: NDArray[np.float64]) -> list[float]:
    """Return the last week's edges that are known, or even steps if none is."""
    known: Series = edges[np.isfinite(edges[:, 0])]
    n = edges.shape[1]
    return [float(edge) for edge in known[-1]] if known.size else [(k + 1) / n for k in range(n)]
