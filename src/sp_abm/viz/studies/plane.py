"""Planes: axes of any numbers, and the plot between two of them, with what each axis is written beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10
from typing import Final

from sp_abm.viz.amounts import minus
from sp_abm.viz.axes import Box, Drawing, Scale, round_step, y_axis
from sp_abm.viz.studies.words import MOST_DECIMALS
from sp_abm.viz.svg import Anchor, Element, balanced, line, text, text_width
from sp_abm.viz.theme import KEY_GAP, LINE_HEIGHT, SMALL_SIZE, Theme
from sp_abm.viz.words import decimal

_TICKS: Final = 6
_TICK: Final = 4.0
_HEIGHT: Final = 330.0
_HAIR: Final = 1e-9
_ROOM: Final = 0.06
"""Share of an axis left empty beyond the outermost value."""


@dataclass(frozen=True)
class Axis:
    """An axis: from where to where, the round numbers on it, and how many decimals they need."""

    low: float
    high: float
    ticks: tuple[float, ...]
    decimals: int

    def shown(self, value: float, more: int = 0) -> str:
        """Return a value with the decimals of the ticks, or some more."""
        return minus(decimal(value, self.decimals + more))

    @property
    def widest(self) -> float:
        """Return the width of the widest number on it."""
        return max(text_width(self.shown(tick), SMALL_SIZE) for tick in self.ticks)


def axis(values: Sequence[float], *, has_zero: bool = False, most: int = _TICKS) -> Axis:
    """Return an axis that holds all values with a little room; with a single value it has a width of 1 about it."""
    found = [value for value in values if isfinite(value)] + ([0.0] if has_zero else [])
    low, high = (min(found), max(found)) if found else (0.0, 1.0)
    if not high - low > _HAIR * max(abs(low), abs(high)):
        low, high = low - 0.5, high + 0.5
    room = _ROOM * (high - low)
    low, high = (0.0 if has_zero and low == 0 else low - room), (0.0 if has_zero and high == 0 else high + room)
    step = round_step(high - low, most)
    ticks = tuple(step * k + 0.0 for k in range(ceil(low / step - _HAIR), floor(high / step + _HAIR) + 1))
    return Axis(low, high, ticks, min(MOST_DECIMALS, max(0, -floor(log10(step) + _HAIR))))


def tick_numbers(across: Axis, x: Scale, y: float, theme: Theme) -> list[Element]:
    """Return the numbers of an axis on a baseline, as many as stay apart and inside the picture, 0 among them."""
    places = [x(tick) for tick in across.ticks]
    apart = places[1] - places[0] if len(places) > 1 else theme.width
    stride, half = ceil((across.widest + KEY_GAP) / apart), across.widest / 2
    first = across.ticks.index(0.0) % stride if 0.0 in across.ticks else 0
    return [
        text(at, y, across.shown(tick), theme.quiet_ink, anchor="middle")
        for at, tick in list(zip(places, across.ticks, strict=True))[first::stride]
        if half <= at <= theme.width - half
    ]


def number_axis(across: Axis, x: Scale, box: Box, label: str, theme: Theme, *, has_grid: bool = False) -> Drawing:
    """Return the axis under a box, with its label below the numbers; and where that ends."""
    marks = [line((box.left, box.bottom), (box.right, box.bottom), theme.quiet_ink, stroke_width=1)]
    top, colour = (box.top, theme.grid) if has_grid else (box.bottom, theme.quiet_ink)
    marks += [line((x(tick), top), (x(tick), box.bottom + _TICK), colour) for tick in across.ticks]
    numbers = box.bottom + 2 * _TICK + SMALL_SIZE
    marks += tick_numbers(across, x, numbers, theme)
    words, bottom = _lines(label, box.middle, numbers + 2 * _TICK, box.width, theme, "middle")
    return [*marks, *words], bottom


def _lines(words: str, x: float, top: float, width: float, theme: Theme, anchor: Anchor = "start") -> Drawing:
    """Return quiet words in as many lines as they need."""
    marks = []
    for content in balanced(words, width, SMALL_SIZE):
        marks.append(text(x, top + SMALL_SIZE, content, theme.quiet_ink, anchor=anchor))
        top += SMALL_SIZE * LINE_HEIGHT
    return marks, top


@dataclass(frozen=True)
class Plane:
    """A plot between two axes of numbers: its box and scales, the marks of its axes, and where they end."""

    plot: Box
    x: Scale
    y: Scale
    marks: list[Element]
    bottom: float


def plane(across: Axis, up: Axis, labels: tuple[str, str], area: Box, theme: Theme, beside: float = 0.0) -> Plane:
    """Return a plane from the top of an area, with so much room left on its right; labels are across and up."""
    heading, top = _lines(labels[1], area.left, area.top, area.width, theme)
    left = area.left + up.widest + 3 * _TICK
    plot = Box(left, top + SMALL_SIZE, area.right - left - beside, _HEIGHT)
    x, y = Scale(across.low, across.high, plot.left, plot.right), Scale(up.low, up.high, plot.bottom, plot.top)
    below, bottom = number_axis(across, x, plot, labels[0], theme)
    return Plane(plot, x, y, [*heading, *y_axis(up.ticks, y, plot, theme, up.shown), *below], bottom)
