"""Bands: shares of a whole by week, stacked, over a ghost of the baseline, with a row for each share beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.viz.axes import (
    Box,
    Drawing,
    Scale,
    Series,
    kept_apart,
    middle_of,
    points,
    stretches,
    thinned,
    x_axis,
    y_axis,
    year_scale,
)
from sp_abm.viz.legend import STROKES
from sp_abm.viz.svg import Element, group, polygon, polyline, rectangle, shortened, text
from sp_abm.viz.theme import LABEL_SIZE, SMALL_SIZE, Theme

_AXIS_ROOM: Final = 44.0
_HEAD_ROOM: Final = 34.0
_ROWS_WIDTH: Final = 258.0
_PLOT_HEIGHT, _NARROW_HEIGHT = 330.0, 250.0
_LABEL_GAP: Final = 26.0
_Y_LABELS: Final = 46.0
_SWATCH: Final = 11.0
_LEAST_TICK: Final = 45.0
_Y_TICKS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
_GHOST: Final = {**STROKES["dashed"], "stroke_width": 1.4}
_LEADER_WIDTH: Final = 1.4
_ELBOW_AT, _SWATCH_AT, _NAMES_AT = 8.0, 12.0, 29.0
"""Where the parts of a row begin: pixels from the plot."""
_SHARES_BEFORE: Final = 88.0
"""Pixels from the right end of a row, where its change ends, to where its share ends."""
_HEADING_ABOVE: Final = 14.0


@dataclass(frozen=True)
class Label:
    """A row beside the picture: a part of the whole, its share in the last weeks, its change from the baseline."""

    name: str
    share: str
    change: str


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
    rows, height = (0.0, _NARROW_HEIGHT) if theme.is_narrow else (_ROWS_WIDTH, _PLOT_HEIGHT)
    head = 0.0 if theme.is_narrow else _HEAD_ROOM
    plot = Box(area.left + _Y_LABELS, area.top + head + SMALL_SIZE / 2, area.width - _Y_LABELS - rows, height)
    y = Scale(0.0, 1.0, plot.bottom, plot.top)
    marks = [
        *y_axis(_Y_TICKS, y, plot, theme, lambda share: f"{share:.0%}"),
        group(_filled(bands, colours, plot, y)),
        group(_ghosts(bands, plot, y, theme)),
        *x_axis(len(bands.edges), plot, theme, max(2, int(plot.width / _LEAST_TICK))),
    ]
    bottom = plot.bottom + _AXIS_ROOM
    if theme.is_narrow:
        below = Box(area.left, bottom + _HEAD_ROOM, area.width, _LABEL_GAP * len(bands.labels))
        return [*marks, *_rows_below(bands, colours, below, theme)], below.bottom
    return [*marks, *_rows_beside(bands, colours, plot, area.right, y, theme)], bottom


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


def _rows_beside(
    bands: Bands, colours: Sequence[str], plot: Box, right: float, y: Scale, theme: Theme
) -> list[Element]:
    """Return the rows beside the last week, top down as the bands are, each led to its band."""
    ends = _last_known(bands.edges)
    middles = [y((low + high) / 2) for low, high in zip([0.0, *ends[:-1]], ends, strict=True)]
    room = LABEL_SIZE / 2
    placed = kept_apart(middles[::-1], _LABEL_GAP, plot.top + room, plot.bottom - room)[::-1]
    row = Box(plot.right + _SWATCH_AT, plot.top - _HEADING_ABOVE, right - plot.right - _SWATCH_AT, 0.0)
    marks = _headings(bands, row, theme)
    for label, colour, middle, at in zip(bands.labels, colours, middles, placed, strict=True):
        leader = [(plot.right + 1, middle), (plot.right + _ELBOW_AT, at), (row.left + 1, at)]
        marks.append(polyline(leader, colour, stroke_width=_LEADER_WIDTH))
        marks.extend(_row(label, colour, at, row, theme))
    return marks


def _rows_below(bands: Bands, colours: Sequence[str], area: Box, theme: Theme) -> list[Element]:
    """Return the rows below each other, top down as the bands are."""
    marks = _headings(bands, Box(area.left, area.top - LABEL_SIZE, area.width, 0.0), theme)
    for place, (label, colour) in enumerate(reversed(list(zip(bands.labels, colours, strict=True)))):
        marks.extend(_row(label, colour, area.top + (place + 0.5) * _LABEL_GAP, area, theme))
    return marks


def _headings(bands: Bands, row: Box, theme: Theme) -> list[Element]:
    marks = [_cell(row.right - _SHARES_BEFORE, row.top, bands.covers, theme.quiet_ink)]
    if bands.ghost is not None:
        marks.append(_cell(row.right, row.top, "change, points", theme.quiet_ink))
    return marks


def _row(label: Label, colour: str, at: float, row: Box, theme: Theme) -> list[Element]:
    """Return one row: swatch, name, share and change."""
    y, left = middle_of(at, LABEL_SIZE), row.left + _NAMES_AT - _SWATCH_AT
    shares = row.right - _SHARES_BEFORE
    name = shortened(label.name, shares - 50 - left, LABEL_SIZE, is_strong=True)
    marks = [
        rectangle(row.left, at - _SWATCH / 2, _SWATCH, _SWATCH, colour, rx=2),
        text(left, y, name, theme.ink, LABEL_SIZE, is_strong=True),
        _cell(shares, y, label.share, theme.ink, LABEL_SIZE),
    ]
    return [*marks, _cell(row.right, y, label.change, theme.quiet_ink, LABEL_SIZE)] if label.change else marks


def _cell(x: float, y: float, content: str, fill: str, size: float = SMALL_SIZE) -> Element:
    return text(x, y, content, fill, size, "end")


def _last_known(edges: NDArray[np.float64]) -> list[float]:
    """Return the last week's edges that are known, or even steps if none is."""
    known: Series = edges[np.isfinite(edges[:, 0])]
    n = edges.shape[1]
    return [float(edge) for edge in known[-1]] if known.size else [(k + 1) / n for k in range(n)]
