"""Axes: scales from values to pixels, round ticks, grid lines, and labels kept apart."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.viz.svg import Element, Point, line, text
from sp_abm.viz.theme import SMALL_SIZE, Theme
from sp_abm.vocabulary import WEEKS_PER_YEAR

Series = NDArray[np.float64]

MOST_POINTS: Final = 520
"""Points of a line: more than a picture has pixels for would only make the file large."""
_ROUND_STEPS: Final = (1.0, 2.0, 5.0, 10.0)
_BASELINE_SHIFT: Final = 0.35
"""Share of the letter size by which a baseline lies below the middle of a line of text."""
_TICK_GAP: Final = 8.0
_UNIT_LINES: Final = 2.3
"""Letter sizes from an axis down to the line with its unit, below the ticks' numbers."""
_WEEKS_IN_YEARS: Final = 2 * WEEKS_PER_YEAR
"""A run at least so long has an axis of years, a shorter one of weeks."""
_HAIR: Final = 1e-9
"""Allowance for rounding when steps are counted."""


@dataclass(frozen=True)
class Box:
    """A part of the picture, in pixels from its top left corner."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Return the right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Return the lower edge."""
        return self.top + self.height

    @property
    def middle(self) -> float:
        """Return the middle between left and right."""
        return self.left + self.width / 2


Drawing = tuple[list[Element], float]
"""Marks, and how far down they reach."""


@dataclass(frozen=True)
class Scale:
    """A linear way from values to pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the pixel of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def middle_of(y: float, size: float) -> float:
    """Return the baseline of a line of text that is centred on `y`."""
    return y + size * _BASELINE_SHIFT


def round_ticks(high: float, most: int) -> list[float]:
    """Return at most `most` + 1 round numbers from 0 to just above `high`."""
    if not high > 0:
        return [0.0, 1.0]
    rough = high / most
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in _ROUND_STEPS if factor * power >= rough * (1 - _HAIR))
    return [step * k for k in range(ceil(high / step - _HAIR) + 1)]


def year_scale(weeks: int, box: Box) -> Scale:
    """Return the scale from weeks since the start to pixels; a week is drawn at its end."""
    return Scale(0.0, float(max(weeks, 1)), box.left, box.right)


def time_ticks(weeks: int, most: int) -> tuple[list[float], int, str]:
    """Return the times to mark on an axis of that many weeks, their unit in weeks, and its name."""
    if weeks >= _WEEKS_IN_YEARS:
        years = weeks / WEEKS_PER_YEAR
        return [tick for tick in round_ticks(years, most) if tick <= years + _HAIR], WEEKS_PER_YEAR, "years"
    return [tick for tick in round_ticks(weeks, most) if tick <= weeks and tick == int(tick)], 1, "weeks"


def x_axis(weeks: int, box: Box, theme: Theme, most: int) -> list[Element]:
    """Return the axis of time under a box; its unit is written under the row of ticks."""
    scale, size = year_scale(weeks, box), SMALL_SIZE
    marks = [line((box.left, box.bottom), (box.right, box.bottom), theme.quiet_ink, stroke_width=1)]
    ticks, unit, name = time_ticks(weeks, most)
    for tick in ticks:
        x = scale(tick * unit)
        marks.append(line((x, box.bottom), (x, box.bottom + _TICK_GAP / 2), theme.quiet_ink, stroke_width=1))
        marks.append(text(x, box.bottom + _TICK_GAP + size, f"{tick:g}", theme.quiet_ink, size, "middle"))
    below = box.bottom + _TICK_GAP + _UNIT_LINES * size
    marks.append(text(box.middle, below, f"{name} from the start", theme.quiet_ink, size, "middle"))
    return marks


def y_axis(
    ticks: Sequence[float], scale: Scale, box: Box, theme: Theme, shown: Callable[[float], str]
) -> list[Element]:
    """Return thin grid lines across the box with their values on the left."""
    marks = []
    for tick in ticks:
        y = scale(tick)
        marks.append(line((box.left, y), (box.right, y), theme.grid, stroke_width=1))
        marks.append(
            text(
                box.left - _TICK_GAP,
                middle_of(y, SMALL_SIZE),
                shown(tick),
                theme.quiet_ink,
                SMALL_SIZE,
                "end",
            )
        )
    return marks


def thinned(weeks: int) -> NDArray[np.int64]:
    """Return the weeks to draw: all of a short run, evenly spaced ones of a long run, always the last."""
    stride = max(1, ceil(weeks / MOST_POINTS))
    return np.arange(weeks - 1, -1, -stride, dtype=np.int64)[::-1]


def stretches(values: Series, weeks: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Return the given weeks in unbroken stretches, leaving out those whose value is missing."""
    is_there = np.isfinite(values[weeks])
    edges = np.flatnonzero(np.diff(is_there.astype(np.int8))) + 1
    return [weeks[part] for part in np.split(np.arange(weeks.size), edges) if part.size and is_there[part[0]]]


def points(values: Series, weeks: NDArray[np.int64], x: Scale, y: Scale) -> list[Point]:
    """Return the pixels of the values in those weeks, each at the end of its week."""
    return [(x(float(week) + 1), y(float(values[week]))) for week in weeks]


def kept_apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return positions in the order given, as near as simple to those wanted, at least `gap` apart.

    `wanted` must rise. Labels are pushed down where they would touch, then back up from the lower edge.
    """
    placed: list[float] = []
    for position in wanted:
        placed.append(max(position, placed[-1] + gap if placed else low))
    limit = high
    for k in range(len(placed) - 1, -1, -1):
        placed[k] = min(placed[k], limit)
        limit = placed[k] - gap
    return placed
