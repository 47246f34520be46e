"""Rows: a name, a value and a change for each part of a plot over time, beside it or, on narrow paper, below."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sp_abm.viz.axes import Box, Drawing, kept_apart, middle_of
from sp_abm.viz.svg import Element, polyline, rectangle, shortened, text
from sp_abm.viz.theme import LABEL_SIZE, SMALL_SIZE, Theme

_AXIS_ROOM: Final = 44.0
_HEAD_ROOM, _BRIEF_HEAD = 34.0, 24.0
_ROWS_WIDTH: Final = 258.0
_PLOT_HEIGHT, _NARROW_HEIGHT = 330.0, 250.0
_BRIEF_SHARE: Final = 0.65
"""How much lower a plot of a brief picture is, so that it fits a screen with its words."""
_LABEL_GAP, _BRIEF_GAP = 26.0, 21.0
_LEAST_PLOT: Final = 100.0
"""How low a plot beside rows may be where it has to be low."""
_Y_LABELS: Final = 46.0
_SWATCH: Final = 11.0
_LEAST_TICK, _MOST_TICKS = 60.0, 8
_LEADER_WIDTH: Final = 1.4
_ELBOW_AT, _SWATCH_AT, _NAMES_AT = 8.0, 12.0, 29.0
"""Where the parts of a row begin: pixels from the plot."""
_CHANGE_ROOM: Final = 88.0
"""Pixels that the column of changes takes at the right end of a row."""
_VALUE_ROOM: Final = 50.0
_HEADING_ABOVE: Final = 14.0


@dataclass(frozen=True)
class Label:
    """One row: a part of the picture, its value in the last weeks, its change from the baseline."""

    name: str
    share: str
    change: str


@dataclass(frozen=True)
class Rows:
    """Rows from the top down, each with its colour and the height in the plot that it belongs to."""

    labels: Sequence[Label]
    colours: Sequence[str]
    heights: Sequence[float]
    covers: str
    has_change: bool


def plot_beside_rows(area: Box, theme: Theme) -> Box:
    """Return the plot that leaves room for the rows, the numbers of its axis and what stands above it."""
    has_beside = _has_beside(theme)
    rows, height, head = (_ROWS_WIDTH, _PLOT_HEIGHT, _HEAD_ROOM) if has_beside else (0.0, _NARROW_HEIGHT, 0.0)
    top = head + SMALL_SIZE / 2
    if theme.is_low:
        height = max(_LEAST_PLOT, min(height, area.height - top - _AXIS_ROOM))
    elif theme.is_brief:
        height *= _BRIEF_SHARE
    return Box(area.left + _Y_LABELS, area.top + top, area.width - _Y_LABELS - rows, height)


def _has_beside(theme: Theme) -> bool:
    return theme.is_low or not theme.is_narrow


def most_ticks(plot: Box) -> int:
    """Return how many steps an axis of time may have."""
    return max(2, min(_MOST_TICKS, int(plot.width / _LEAST_TICK)))


def draw_rows(rows: Rows, plot: Box, area: Box, theme: Theme) -> Drawing:
    """Return the rows beside the plot, each led to its height, or below the plot's axis on narrow paper."""
    bottom, has_beside = plot.bottom + _AXIS_ROOM, _has_beside(theme)
    if not has_beside:
        head, gap = (_BRIEF_HEAD, _BRIEF_GAP) if theme.is_brief else (_HEAD_ROOM, _LABEL_GAP)
        first = bottom + head
        places = [first + (position + 0.5) * gap for position in range(len(rows.labels))]
        row, heading = area, first - LABEL_SIZE
        bottom = first + gap * len(rows.labels)
    else:
        room, gap = LABEL_SIZE / 2, _BRIEF_GAP if theme.is_low else _LABEL_GAP
        places = kept_apart(rows.heights, gap, plot.top + room, plot.bottom - room)
        left = plot.right + _SWATCH_AT
        row, heading = Box(left, plot.top, area.right - left, 0.0), plot.top - _HEADING_ABOVE
    marks = _headings(rows, row, heading, theme)
    for label, colour, height, at in zip(rows.labels, rows.colours, rows.heights, places, strict=True):
        if has_beside:
            leader = [(plot.right + 1, height), (plot.right + _ELBOW_AT, at), (row.left + 1, at)]
            marks.append(polyline(leader, colour, stroke_width=_LEADER_WIDTH))
        marks.extend(_row(label, colour, at, row, theme))
    return marks, bottom


def _headings(rows: Rows, row: Box, y: float, theme: Theme) -> list[Element]:
    marks = [_cell(row.right - _CHANGE_ROOM, y, rows.covers, theme.quiet_ink)]
    return [*marks, _cell(row.right, y, "change, points", theme.quiet_ink)] if rows.has_change else marks


def _row(label: Label, colour: str, at: float, row: Box, theme: Theme) -> list[Element]:
    """Return one row: swatch, name, value and change."""
    y, left, value = middle_of(at, LABEL_SIZE), row.left + _NAMES_AT - _SWATCH_AT, row.right - _CHANGE_ROOM
    name = shortened(label.name, value - _VALUE_ROOM - left, LABEL_SIZE, is_strong=True)
    marks = [
        rectangle(row.left, at - _SWATCH / 2, _SWATCH, _SWATCH, colour, rx=2),
        text(left, y, name, theme.ink, LABEL_SIZE, is_strong=True),
        _cell(value, y, label.share, theme.ink, LABEL_SIZE),
    ]
    return [*marks, _cell(row.right, y, label.change, theme.quiet_ink, LABEL_SIZE)] if label.change else marks


def _cell(x: float, y: float, content: str, fill: str, size: float = SMALL_SIZE) -> Element:
    return text(x, y, content, fill, size, "end")
