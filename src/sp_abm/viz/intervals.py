"""Intervals: panels of estimates with their intervals, one row each, against a line at nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite
from typing import Final

from sp_abm.viz.amounts import minus
from sp_abm.viz.axes import Box, Drawing, Scale, middle_of, round_step
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.svg import Element, element, line, rectangle, shortened, text, text_width
from sp_abm.viz.theme import KEY_GAP, LABEL_SIZE, LINE_HEIGHT, SMALL_SIZE, Theme
from sp_abm.viz.words import signed

_NAMES_WIDTH: Final = 220.0
_NUMBERS_WIDTH: Final = 200.0
_ROW: Final = 22.0
_LABEL_ROOM: Final = 18.0
"""Height of the words of a row where they stand above its interval."""
_HEADING: Final = 44.0
_GAP: Final = 30.0
_AXIS_ROOM: Final = 22.0
_TICK_ROOM: Final = 64.0
_INSET: Final = 30.0
"""Pixels that a plot as wide as the picture leaves free on either side, for the numbers of its axis."""
_DOT: Final = 4.5
_BAND_OPACITY: Final = 0.16
_MARGIN: Final = 0.06
"""Share of a panel's width left free beyond the furthest interval."""
_TICKS: Final = 4


@dataclass(frozen=True)
class Row:
    """One estimate: mean and interval (missing where there is none), and the same said; a strong one stands out.

    A hollow dot is for what may be chance. The interval of one `to_compare_with` is a band across its panel.
    """

    label: str
    mean: float
    low: float
    high: float
    said: str
    is_strong: bool = False
    is_hollow: bool = False
    to_compare_with: bool = False


@dataclass(frozen=True)
class Panel:
    """Estimates of one thing on one axis, in its unit."""

    heading: str
    unit: str
    rows: tuple[Row, ...]


def draw_intervals(panels: Sequence[Panel], texts: Texts, theme: Theme) -> str:
    """Return the panels one below the other as an SVG string."""

    def draw(box: Box) -> Drawing:
        marks: list[Element] = []
        top = box.top
        for panel in panels:
            height = _HEADING + _row_height(theme) * len(panel.rows) + _AXIS_ROOM
            marks += _panel(panel, Box(box.left, top, box.width, height), theme)
            top += height + _GAP
        return marks, top - _GAP

    return framed(texts, theme, draw)


def figures(mean: float, low: float, high: float, decimals: int) -> str:
    """Return an estimate in figures: mean and, where there is one, its interval."""
    words = signed(mean, decimals)
    return (
        f"{words} ({signed(low, decimals)} to {signed(high, decimals)})" if isfinite(mean) and isfinite(low) else words
    )


def _row_height(theme: Theme) -> float:
    return _ROW + (_LABEL_ROOM if theme.is_narrow else 0.0)


def _panel(panel: Panel, box: Box, theme: Theme) -> list[Element]:
    left, right = (_INSET, _INSET) if theme.is_narrow else (_NAMES_WIDTH, _NUMBERS_WIDTH)
    height = _row_height(theme)
    plot = Box(box.left + left, box.top + _HEADING, box.width - left - right, height * len(panel.rows))
    x = _scale(panel, plot)
    heading = shortened(panel.heading, box.width, LABEL_SIZE, is_strong=True)
    unit = shortened(panel.unit, box.width, SMALL_SIZE)
    marks = [
        text(box.left, box.top + LABEL_SIZE, heading, theme.ink, LABEL_SIZE, is_strong=True),
        text(box.left, box.top + LABEL_SIZE + SMALL_SIZE * LINE_HEIGHT, unit, theme.quiet_ink, SMALL_SIZE),
        *_axis(x, plot, theme),
    ]
    lanes = [Box(box.left, plot.top + place * height, box.width, height) for place in range(len(panel.rows))]
    for lane in lanes:
        marks += _behind(panel, x, lane.bottom, theme)
    for row, lane in zip(panel.rows, lanes, strict=True):
        marks += _row(row, x, lane, plot, theme)
    return marks


def _behind(panel: Panel, x: Scale, bottom: float, theme: Theme) -> list[Element]:
    """Return what lies behind the interval of a row, but not behind words above it: grid lines, and a band."""
    top = bottom - _ROW
    marks = [line((x(at), top), (x(at), bottom), theme.grid if at else theme.ink, stroke_width=1) for at in _ticks(x)]
    for row in panel.rows:
        if row.to_compare_with and isfinite(row.low):
            width = max(1.0, x(row.high) - x(row.low))
            marks.append(rectangle(x(row.low), top, width, _ROW, theme.arm, fill_opacity=_BAND_OPACITY))
    return marks


def _row(row: Row, x: Scale, box: Box, plot: Box, theme: Theme) -> list[Element]:
    """Return a row: its name, its interval and its figures side by side, or where it is narrow the interval below."""
    y = box.bottom - _ROW / 2
    colour = theme.arm if row.is_strong else theme.quiet_ink
    marks = _words(row, box, plot, theme)
    if isfinite(row.mean):
        if isfinite(row.low):
            marks.append(line((x(row.low), y), (x(row.high), y), colour, stroke_width=2))
        fill = theme.paper if row.is_hollow else colour
        circle = {"cx": x(row.mean), "cy": y, "r": _DOT, "stroke_width": 2}
        marks.append(element("circle", {**circle, "fill": fill, "stroke": colour}))
    return marks


def _words(row: Row, box: Box, plot: Box, theme: Theme) -> list[Element]:
    """Return a row's name and its figures, which where it is narrow share the line and end at its right."""
    baseline = middle_of(box.top + _ROW / 2, SMALL_SIZE)
    said_room = box.width / 2 if theme.is_narrow else _NUMBERS_WIDTH - 2 * KEY_GAP
    said = shortened(row.said, said_room, SMALL_SIZE, row.is_strong)
    said_width = text_width(said, SMALL_SIZE, row.is_strong)
    label_room = box.width - said_width if theme.is_narrow else _NAMES_WIDTH
    label = shortened(row.label, label_room - 2 * KEY_GAP, SMALL_SIZE, row.is_strong)
    said_at = box.right - said_width if theme.is_narrow else plot.right + 2 * KEY_GAP
    words = ((box.left, label), (said_at, said))
    return [text(left, baseline, each, theme.ink, SMALL_SIZE, is_strong=row.is_strong) for left, each in words]


def _scale(panel: Panel, plot: Box) -> Scale:
    """Return the scale of a panel: all its intervals and 0."""
    ends = [end for row in panel.rows for end in (row.mean, row.low, row.high) if isfinite(end)]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    room = _MARGIN * ((high - low) or 1.0)
    return Scale(low - room, high + room, plot.left, plot.right)


def _ticks(x: Scale) -> list[float]:
    """Return round values on a scale, as many as there is room for."""
    room = int((x.end - x.start) // _TICK_ROOM)
    step = round_step(x.high - x.low, max(1, min(_TICKS, room)))
    return [k * step for k in range(ceil(x.low / step), floor(x.high / step) + 1)]


def _axis(x: Scale, plot: Box, theme: Theme) -> list[Element]:
    y = plot.bottom + KEY_GAP + SMALL_SIZE
    said = {at: minus(f"{at:.10g}") for at in _ticks(x)}
    return [text(x(at), y, words, theme.quiet_ink, SMALL_SIZE, "middle") for at, words in said.items()]
