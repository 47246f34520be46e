"""Intervals: panels of estimates with their intervals, one row each, against a line at nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, isfinite, log10
from typing import Final

from sp_abm.viz.axes import Box, Drawing, Scale, middle_of
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.svg import Element, element, line, rectangle, shortened, text
from sp_abm.viz.theme import KEY_GAP, LABEL_SIZE, SMALL_SIZE, Theme
from sp_abm.viz.words import NO_VALUE

_NAMES_WIDTH: Final = 220.0
_NUMBERS_WIDTH: Final = 200.0
_ROW: Final = 22.0
_HEADING: Final = 30.0
_GAP: Final = 30.0
_AXIS_ROOM: Final = 22.0
_DOT: Final = 4.5
_BAND_OPACITY: Final = 0.16
_MARGIN: Final = 0.06
"""Share of a panel's width left free beyond the furthest interval."""
_ROUND: Final = (1.0, 2.0, 5.0, 10.0)
_TICKS: Final = 4


@dataclass(frozen=True)
class Row:
    """One estimate: mean and interval (missing where there is none), and whether it is the one to compare with."""

    label: str
    mean: float
    low: float
    high: float
    is_measure: bool = False


@dataclass(frozen=True)
class Panel:
    """Estimates of one thing on one axis, in its unit, shown with so many decimals."""

    heading: str
    unit: str
    rows: tuple[Row, ...]
    decimals: int


def draw_intervals(panels: Sequence[Panel], texts: Texts, theme: Theme) -> str:
    """Return the panels one below the other as an SVG string."""
    heights = [_HEADING + _ROW * len(panel.rows) + _AXIS_ROOM for panel in panels]

    def draw(box: Box) -> Drawing:
        marks: list[Element] = []
        top = box.top
        for panel, height in zip(panels, heights, strict=True):
            marks += _panel(panel, Box(box.left, top, box.width, height), theme)
            top += height + _GAP
        return marks, top - _GAP

    return framed(texts, theme, draw)


def shown(row: Row, decimals: int) -> str:
    """Return an estimate in figures: mean and, where there is one, its interval."""
    if not isfinite(row.mean):
        return NO_VALUE
    words = _signed(row.mean, decimals)
    return f"{words} ({_signed(row.low, decimals)} to {_signed(row.high, decimals)})" if isfinite(row.low) else words


def _signed(value: float, decimals: int) -> str:
    size = f"{abs(value):.{decimals}f}"
    return size if not float(size) else f"{'+' if value > 0 else '−'}{size}"


def _panel(panel: Panel, box: Box, theme: Theme) -> list[Element]:
    plot = Box(
        box.left + _NAMES_WIDTH,
        box.top + _HEADING,
        box.width - _NAMES_WIDTH - _NUMBERS_WIDTH,
        _ROW * len(panel.rows),
    )
    x = _scale(panel, plot)
    heading = text(box.left, box.top + LABEL_SIZE, panel.heading, theme.ink, LABEL_SIZE, is_strong=True)
    unit = text(box.right, box.top + LABEL_SIZE, panel.unit, theme.quiet_ink, SMALL_SIZE, "end")
    marks = [heading, unit, *_axis(x, plot, theme)]
    for row in panel.rows:
        if row.is_measure and isfinite(row.low):
            width = max(1.0, x(row.high) - x(row.low))
            band = {"fill_opacity": _BAND_OPACITY}
            marks.append(rectangle(x(row.low), plot.top, width, plot.height, theme.arm, **band))
    for place, row in enumerate(panel.rows):
        marks += _row(row, panel, x, Box(box.left, plot.top + place * _ROW, box.width, _ROW), plot, theme)
    return marks


def _row(row: Row, panel: Panel, x: Scale, box: Box, plot: Box, theme: Theme) -> list[Element]:
    y = box.top + _ROW / 2
    baseline, colour = middle_of(y, SMALL_SIZE), theme.arm if row.is_measure else theme.quiet_ink
    label = shortened(row.label, _NAMES_WIDTH - KEY_GAP, SMALL_SIZE, row.is_measure)
    marks = [text(box.left, baseline, label, theme.ink, SMALL_SIZE, is_strong=row.is_measure)]
    if isfinite(row.mean):
        if isfinite(row.low):
            marks.append(line((x(row.low), y), (x(row.high), y), colour, stroke_width=2))
        marks.append(element("circle", {"cx": x(row.mean), "cy": y, "r": _DOT, "fill": colour}))
    numbers = shown(row, panel.decimals)
    marks.append(text(plot.right + KEY_GAP * 2, baseline, numbers, theme.ink, SMALL_SIZE, is_strong=row.is_measure))
    return marks


def _scale(panel: Panel, plot: Box) -> Scale:
    """Return the scale of a panel: all its intervals and 0."""
    ends = [end for row in panel.rows for end in (row.mean, row.low, row.high) if isfinite(end)]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    room = _MARGIN * ((high - low) or 1.0)
    return Scale(low - room, high + room, plot.left, plot.right)


def _axis(x: Scale, plot: Box, theme: Theme) -> list[Element]:
    rough = (x.high - x.low) / _TICKS
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in _ROUND if factor * power >= rough)
    marks = []
    for k in range(floor(x.low / step), floor(x.high / step) + 1):
        value = k * step
        if value < x.low:
            continue
        colour = theme.ink if k == 0 else theme.grid
        marks.append(line((x(value), plot.top), (x(value), plot.bottom), colour, stroke_width=1))
        words = f"{value:.10g}".replace("-", "−")
        marks.append(text(x(value), plot.bottom + KEY_GAP + SMALL_SIZE, words, theme.quiet_ink, SMALL_SIZE, "middle"))
    return marks
