"""Panels: small pictures of lines over time, side by side or below each other, with a baseline and a band behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np

from sp_abm.viz.axes import (
    Box,
    Drawing,
    Scale,
    Series,
    kept_apart,
    middle_of,
    points,
    round_ticks,
    stretches,
    thinned,
    x_axis,
    y_axis,
    year_scale,
)
from sp_abm.viz.legend import PALE, STROKES, Key, legend
from sp_abm.viz.svg import Element, line, polygon, polyline, rectangle, shortened, text
from sp_abm.viz.theme import LABEL_SIZE, SMALL_SIZE, Theme
from sp_abm.vocabulary import WEEKS_PER_YEAR

_GAP, _LOW_GAP = 22.0, 11.0
_ROW_GAP: Final = 18.0
_LEAST_WIDTH, _LOW_WIDTH = 240.0, 150.0
_Y_LABELS: Final = 38.0
_END_LABELS: Final = 52.0
_HEADING_ROOM: Final = 58.0
_HEADING_AT, _UNIT_AT = 18.0, 36.0
_PLOT_HEIGHT, _LOW_HEIGHT = 200.0, 64.0
"""How high a plot is, and how low it may be where the panels have to be low."""
_AXIS_ROOM: Final = 44.0
_LABEL_GAP: Final = 3.0
_LEAST_TICK: Final = 32.0
_Y_TICKS: Final = 5
_BAR_BEYOND: Final = 4.0
"""Pixels by which the bar of a mean reaches out of the plot, towards its number."""
_MEAN_STROKE: Final[dict[str, str | float]] = {"stroke_width": 4.0, "stroke_opacity": 0.45}
EMPTY: Final = "nobody in post"


@dataclass(frozen=True)
class Line:
    """One line of a panel: values by week, the last year's mean, how it is drawn, and the band of many runs."""

    values: Series
    mean: float
    is_baseline: bool = False
    is_limit: bool = False
    band: tuple[Series, Series] | None = None


@dataclass(frozen=True)
class Panel:
    """One of the small pictures; its axis goes from `bottom` to `top`, or follows the lines where both are 0."""

    heading: str
    unit: str
    lines: tuple[Line, ...]
    decimals: int
    top: float = 0.0
    bottom: float = 0.0
    empty: str = EMPTY


def arm_keys(arm: str, baseline: str, theme: Theme) -> list[Key]:
    """Return the keys of the arm's line and, where there is one, its baseline's."""
    return [Key(arm, theme.arm, "line"), *([Key(baseline, theme.baseline, "dashed")] if baseline else [])]


def draw_panels(panels: Sequence[Panel], weeks: int, keys: Sequence[Key], area: Box, theme: Theme) -> Drawing:
    """Return the keys and below them the panels, in rows of as many as fit."""
    marks, top = legend(keys, area, theme)
    least, gap = (_LOW_WIDTH, _LOW_GAP) if theme.is_low else (_LEAST_WIDTH, _GAP)
    most = max(1, int((area.width + gap) / (least + gap)))
    rows = ceil(len(panels) / most)
    columns = ceil(len(panels) / rows)
    width = (area.width - gap * (columns - 1)) / columns
    height = _HEADING_ROOM + _PLOT_HEIGHT + _AXIS_ROOM + _ROW_GAP
    if theme.is_low:
        lowest = height - _PLOT_HEIGHT + _LOW_HEIGHT
        height = max(lowest, min(height, (area.bottom - top + _ROW_GAP) / rows))
    for position, panel in enumerate(panels):
        row, column = divmod(position, columns)
        place = Box(area.left + column * (width + gap), top + row * height, width, height)
        marks.extend(_panel(panel, weeks, place, theme))
    return marks, top + rows * height - _ROW_GAP


def _panel(panel: Panel, weeks: int, area: Box, theme: Theme) -> list[Element]:
    """Return one small picture: heading, unit, axes, the shaded last year, lines and their labels."""
    high = area.height - _HEADING_ROOM - _AXIS_ROOM - _ROW_GAP
    plot = Box(area.left + _Y_LABELS, area.top + _HEADING_ROOM, area.width - _Y_LABELS - _END_LABELS, high)
    ticks = [panel.bottom + tick for tick in round_ticks((panel.top or _highest(panel)) - panel.bottom, _Y_TICKS)]
    x, y = year_scale(weeks, plot), Scale(ticks[0], ticks[-1], plot.bottom, plot.top)
    first = x(float(max(0, weeks - WEEKS_PER_YEAR)))
    unit = shortened(panel.unit, area.width, SMALL_SIZE)
    heading = shortened(panel.heading, area.width, LABEL_SIZE, is_strong=True)
    marks = [
        text(area.left, area.top + _HEADING_AT, heading, theme.ink, LABEL_SIZE, is_strong=True),
        text(area.left, area.top + _UNIT_AT, unit, theme.quiet_ink, SMALL_SIZE),
        rectangle(first, plot.top, plot.right - first, plot.height, theme.shade),
        *y_axis(ticks, y, plot, theme, tick_words),
        *x_axis(weeks, plot, theme, max(2, int(plot.width / _LEAST_TICK))),
    ]
    for drawn in panel.lines:
        marks.extend(_drawn(drawn, weeks, x, y, theme))
    marks.extend(_means(panel, first, plot, y, theme))
    if not any(np.isfinite(drawn.values).any() for drawn in panel.lines):
        middle = (plot.top + plot.bottom) / 2
        marks.append(text(plot.middle, middle, panel.empty, theme.quiet_ink, LABEL_SIZE, "middle"))
    return marks


def tick_words(value: float) -> str:
    """Return a number beside an axis: thousands and millions are shortened."""
    return _in_short(value, ",.4g", ",.10g")


def _highest(panel: Panel) -> float:
    series = [part for drawn in panel.lines for part in (drawn.values, *(drawn.band or ()))]
    return max((float(np.nanmax(part)) for part in series if np.isfinite(part).any()), default=1.0)


def _colour(drawn: Line, theme: Theme) -> str:
    return theme.ink if drawn.is_limit else theme.baseline if drawn.is_baseline else theme.arm


def _drawn(drawn: Line, weeks: int, x: Scale, y: Scale, theme: Theme) -> list[Element]:
    """Return a line, broken where nothing is known, over its band."""
    colour, shown, marks = _colour(drawn, theme), thinned(weeks), []
    if drawn.band:
        low, high = drawn.band
        for part in stretches(low + high, shown):
            edge = [*points(high, part, x, y), *reversed(points(low, part, x, y))]
            marks.append(polygon(edge, colour, fill_opacity=PALE))
    stroke = STROKES["dotted" if drawn.is_limit else "dashed" if drawn.is_baseline else "line"]
    marks.extend(
        polyline(points(drawn.values, part, x, y), colour, **stroke) for part in stretches(drawn.values, shown)
    )
    return marks


def _means(panel: Panel, first: float, plot: Box, y: Scale, theme: Theme) -> list[Element]:
    """Return the last year's means: a short bar across the shade, and the number at the right edge."""
    rising = sorted((drawn for drawn in panel.lines if np.isfinite(drawn.mean)), key=lambda drawn: y(drawn.mean))
    half = LABEL_SIZE / 2
    wanted = [y(drawn.mean) for drawn in rising]
    placed = kept_apart(wanted, LABEL_SIZE + _LABEL_GAP, plot.top + half, plot.bottom - half)
    marks = []
    for drawn, at in zip(rising, placed, strict=True):
        is_ours = not (drawn.is_baseline or drawn.is_limit)
        if not drawn.is_limit:
            start, end = (first, y(drawn.mean)), (plot.right + _BAR_BEYOND, y(drawn.mean))
            marks.append(line(start, end, _colour(drawn, theme), **_MEAN_STROKE))
        colour = theme.quiet_ink if drawn.is_baseline else _colour(drawn, theme)
        shown = mean_words(drawn.mean, panel.decimals)
        row = middle_of(at, LABEL_SIZE)
        marks.append(text(plot.right + 2 * _BAR_BEYOND, row, shown, colour, LABEL_SIZE, is_strong=is_ours))
    return marks


def mean_words(mean: float, decimals: int) -> str:
    """Return a mean beside a plot: from ten thousand up in thousands, from a million up in millions."""
    return _in_short(mean, ",.1f", f",.{decimals}f")


def _in_short(value: float, shortened: str, whole: str) -> str:
    """Return a number in millions or thousands where it is so large, in one format, or as it is in the other."""
    for least, unit, sign in ((1e6, 1e6, "m"), (1e4, 1e3, "k")):
        if abs(value) >= least:
            return f"{value / unit:{shortened}}{sign}"
    return f"{value:{whole}}"
