"""Heat map: a quantity over two factors as colours and numbers, with the line where it changes sign."""

from math import ceil
from typing import Final

import numpy as np

from sp_abm.analysis.heat_map import LINES, HeatMap
from sp_abm.comparison import CLEAR, TOO_FEW, Difference
from sp_abm.viz.axes import Box, Drawing, Scale, middle_of
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.legend import STROKES
from sp_abm.viz.studies.plane import Axis, axis, tick_numbers
from sp_abm.viz.studies.words import factor_words, in_unit, study_footer, value_words
from sp_abm.viz.svg import Element, line, rectangle, shortened, text, text_width
from sp_abm.viz.theme import KEY_GAP, LABEL_SIZE, LIGHT, LINE_HEIGHT, SMALL_SIZE, Theme
from sp_abm.vocabulary import Stage

_HEIGHT: Final = 300.0
_KEY_WIDTH: Final = 16.0
_KEY_STEPS: Final = 24
_LAP: Final = 0.5
"""Pixels by which steps of the key overlap, so that no paper shows between them."""
_PALE: Final = 0.08
"""The colour of a value next to nothing: how far it is from the paper's."""
_STRONGEST: Final = 0.6


def draw_heat_map(found: HeatMap, theme: Theme = LIGHT) -> str:
    """Return the heat map as an SVG string."""
    scale = _scale(found)

    def draw(area: Box) -> Drawing:
        names = min(max(text_width(value_words(value), SMALL_SIZE) for value in found.ys), area.width / 4)
        key = 0.0 if theme.is_narrow else 4 * KEY_GAP + _KEY_WIDTH + scale.widest
        left = area.left + names + KEY_GAP
        plot = Box(left, area.top + SMALL_SIZE + KEY_GAP, area.right - left - key, _HEIGHT)
        values, bottom = _axes(found, plot, names, theme)
        if theme.is_narrow:
            colours, bottom = _key_below(found, scale, Box(plot.left, bottom + KEY_GAP, plot.width, _KEY_WIDTH), theme)
        else:
            colours = _key_beside(found, scale, Box(plot.right + 3 * KEY_GAP, plot.top, _KEY_WIDTH, _HEIGHT), theme)
        return [
            *_cells(found, scale, plot, theme),
            *values,
            *_contours(found, plot, theme),
            *_numbers(found, scale, plot, theme),
            *colours,
        ], bottom

    return framed(heat_map_texts(found), theme, draw)


def _scale(found: HeatMap) -> Axis:
    """Return the axis of the colours: as far to either side of a threshold, or from the least to the greatest."""
    grid = found.grid()
    largest = float(np.nanmax(np.abs(grid)))
    ends = [-largest, largest] if found.threshold is not None else [float(np.nanmin(grid)), float(np.nanmax(grid))]
    return axis(ends)


def heat_map_texts(found: HeatMap) -> Texts:
    """Return the words of the picture."""
    scale = _scale(found)
    quantity = found.quantity
    less = f", less {found.threshold:g}" if found.threshold else ""
    factors = f"{factor_words(found.x)} and {factor_words(found.y)}"
    subtitle = f"{quantity.label}{less}, {in_unit(quantity.measure.unit)}, by {factors}"
    title = found.finding.rstrip(".") if found.threshold is not None else f"{quantity.label}, over two factors"
    notes = []
    if found.contour():
        notes.append(
            "Line: where the mean changes sign. Dashed: where the ends of its 95% interval do; unclear between them."
        )
    if found.averaged:
        notes.append(f"Averaged over {', '.join(map(factor_words, found.averaged))}.")
    if found.threshold is not None:
        notes.append("Bold numbers are clear: their 95% interval does not touch 0.")
    verdicts = {cell.verdict for row in found.cells for cell in row}
    if verdicts == {TOO_FEW}:
        notes.append("Too few runs to call any of it clear.")
    across, up = factor_words(found.x), factor_words(found.y)
    said = [
        f"{across} {value_words(x)}, {up} {value_words(y)}: {scale.shown(cell.mean, 1)}"
        for y, row in zip(found.ys, found.cells, strict=True)
        for x, cell in zip(found.xs, row, strict=True)
    ]
    return Texts(title, f"{subtitle}.", tuple(notes), study_footer([quantity]), f"{title}. {'; '.join(said)}.")


def _colour(value: float, found: HeatMap, scale: Axis, theme: Theme) -> str:
    """Return the colour of a value: two hues by its side of the threshold, or one where there is none."""
    if not np.isfinite(value):
        return theme.shade
    if found.threshold is None:
        share = (value - scale.low) / (scale.high - scale.low)
        return _mixed(theme.paper, theme.stages[Stage.THRIVING], _PALE + (_STRONGEST - _PALE) * share)
    hue = theme.stages[Stage.PRE_CRISIS if value > 0 else Stage.THRIVING]
    return _mixed(theme.paper, hue, _PALE + (_STRONGEST - _PALE) * min(1.0, abs(value) / scale.high))


def _cells(found: HeatMap, scale: Axis, plot: Box, theme: Theme) -> list[Element]:
    width, height = plot.width / len(found.xs), plot.height / len(found.ys)
    marks = []
    for row, cells in enumerate(found.cells):
        for column, cell in enumerate(cells):
            left, top = plot.left + column * width, plot.bottom - (row + 1) * height
            marks.append(rectangle(left, top, width, height, _colour(cell.mean, found, scale, theme)))
    return marks


def _numbers(found: HeatMap, scale: Axis, plot: Box, theme: Theme) -> list[Element]:
    width, height = plot.width / len(found.xs), plot.height / len(found.ys)
    return [
        mark
        for row, cells in enumerate(found.cells)
        for column, cell in enumerate(cells)
        for mark in _number(
            found, cell, scale, Box(plot.left + column * width, plot.bottom - (row + 1) * height, width, height), theme
        )
    ]


def _number(found: HeatMap, cell: Difference, scale: Axis, box: Box, theme: Theme) -> list[Element]:
    """Return a cell's number, if it has room, parted from the lines behind it."""
    is_clear = found.threshold is not None and cell.verdict == CLEAR
    sign = "+" if found.threshold is not None and cell.mean > 0 else ""
    words = f"{sign}{scale.shown(cell.mean, 1)}"
    if text_width(words, LABEL_SIZE, True) > box.width - KEY_GAP or box.height < 2 * LABEL_SIZE:
        return []
    middle = ((box.left + box.right) / 2, middle_of((box.top + box.bottom) / 2, LABEL_SIZE))
    behind = _colour(cell.mean, found, scale, theme)
    return [text(*middle, words, theme.ink, LABEL_SIZE, "middle", is_strong=is_clear, halo=behind)]


def _axes(found: HeatMap, plot: Box, names: float, theme: Theme) -> Drawing:
    """Return the values of both factors beside their columns and rows, numbers thinned where there are many."""
    width, height = plot.width / len(found.xs), plot.height / len(found.ys)
    marks = [text(plot.left, plot.top - KEY_GAP, _named(found.y, plot.width), theme.quiet_ink)]
    stride = 1
    if not any(isinstance(value, str) for value in found.xs):
        stride = ceil((max(text_width(value_words(value), SMALL_SIZE) for value in found.xs) + KEY_GAP) / width)
    for column in range(0, len(found.xs), stride):
        words = shortened(value_words(found.xs[column]), width * stride - KEY_GAP, SMALL_SIZE)
        at = plot.left + (column + 0.5) * width
        marks.append(text(at, plot.bottom + KEY_GAP + SMALL_SIZE, words, theme.quiet_ink, anchor="middle"))
    for row in range(0, len(found.ys), ceil(SMALL_SIZE * LINE_HEIGHT / height)):
        words = shortened(value_words(found.ys[row]), names, SMALL_SIZE)
        at = middle_of(plot.bottom - (row + 0.5) * height, SMALL_SIZE)
        marks.append(text(plot.left - KEY_GAP, at, words, theme.quiet_ink, anchor="end"))
    below = plot.bottom + 2 * KEY_GAP + 2 * SMALL_SIZE
    marks.append(text(plot.middle, below, _named(found.x, plot.width), theme.quiet_ink, anchor="middle"))
    return marks, below + KEY_GAP


def _named(factor: str, width: float) -> str:
    return shortened(factor_words(factor), width, SMALL_SIZE)


def _contours(found: HeatMap, plot: Box, theme: Theme) -> list[Element]:
    """Return the contour of the mean and, dashed, of both ends of its interval."""
    marks = []
    for name in reversed(LINES):
        for piece in found.contour(name):
            one, two = (_placed(corner, found, plot) for corner in piece)
            marks.append(
                line(one, two, theme.ink, stroke_linecap="round", **STROKES["line" if name == "mean" else "dashed"])
            )
    return marks


def _placed(corner: tuple[float, float], found: HeatMap, plot: Box) -> tuple[float, float]:
    """Return the pixel of two factors' values: cells are of one size, whatever lies between their values."""
    column = float(np.interp(corner[0], found.xs, range(len(found.xs))))
    row = float(np.interp(corner[1], found.ys, range(len(found.ys))))
    return (
        plot.left + (column + 0.5) * plot.width / len(found.xs),
        plot.bottom - (row + 0.5) * plot.height / len(found.ys),
    )


def _key_beside(found: HeatMap, scale: Axis, bar: Box, theme: Theme) -> list[Element]:
    """Return the colours from the bottom up with their values beside them."""
    y, step = Scale(scale.low, scale.high, bar.bottom, bar.top), bar.height / _KEY_STEPS
    marks = []
    for number, colour in enumerate(_colours(found, scale, theme), 1):
        marks.append(rectangle(bar.left, bar.bottom - number * step, bar.width, step + _LAP, colour))
    for tick in scale.ticks:
        marks.append(text(bar.right + KEY_GAP, middle_of(y(tick), SMALL_SIZE), scale.shown(tick), theme.quiet_ink))
    return marks


def _key_below(found: HeatMap, scale: Axis, bar: Box, theme: Theme) -> Drawing:
    """Return the colours from left to right with their values below them."""
    step, below = bar.width / _KEY_STEPS, bar.bottom + KEY_GAP + SMALL_SIZE
    marks = []
    for number, colour in enumerate(_colours(found, scale, theme)):
        marks.append(rectangle(bar.left + number * step, bar.top, step + _LAP, bar.height, colour))
    return [*marks, *tick_numbers(scale, Scale(scale.low, scale.high, bar.left, bar.right), below, theme)], below


def _colours(found: HeatMap, scale: Axis, theme: Theme) -> list[str]:
    """Return the colours of as many values between the lowest and the highest as the key has steps."""
    width = (scale.high - scale.low) / _KEY_STEPS
    return [_colour(scale.low + (number + 0.5) * width, found, scale, theme) for number in range(_KEY_STEPS)]


def _mixed(one: str, other: str, share: float) -> str:
    """Return the colour a share of the way from one to the other, both written #rrggbb."""
    pairs = [(int(one[k : k + 2], 16), int(other[k : k + 2], 16)) for k in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
