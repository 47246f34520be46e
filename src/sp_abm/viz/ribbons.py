"""Ribbons: people flowing from column to column of blocks, each as high as there are people (Sankey, alluvial)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sp_abm.viz.axes import Box, Drawing, kept_apart
from sp_abm.viz.svg import Element, element, number, rectangle, text, wrapped
from sp_abm.viz.theme import LABEL_SIZE, SMALL_SIZE, Theme

_BLOCK: Final = 12.0
_LABEL_GAP: Final = 7.0
_BETWEEN: Final = 16.0
"""Pixels between two blocks of a column, at least."""
_LINE: Final = 1.2
_HEADING_ROOM: Final = 26.0
_HEIGHT, _NARROW_HEIGHT, _LOW_HEIGHT = 330.0, 420.0, 120.0
"""How high the columns are on wide and on narrow paper, and how low they may be where they have to be low."""
_THINNEST: Final = 0.75
_OPACITY: Final = 0.42
_LAST_LABELS, _NARROW_LAST = 150.0, 78.0
"""Pixels for the labels of the last column."""


@dataclass(frozen=True)
class Block:
    """People at one place of the way: the column, what they have in common, how many, and a second line of words."""

    key: str
    column: int
    name: str
    people: float
    words: str
    colour: str


@dataclass(frozen=True)
class Ribbon:
    """People who went from one block to another."""

    source: str
    target: str
    people: float
    colour: str


def draw_ribbons(
    blocks: Sequence[Block], ribbons: Sequence[Ribbon], headings: Sequence[str], area: Box, theme: Theme
) -> Drawing:
    """Return the blocks in their columns and the ribbons between them; the labels stand to the right of each block."""
    height = _NARROW_HEIGHT if theme.is_narrow else _HEIGHT
    last = _NARROW_LAST if theme.is_narrow and not theme.is_low else _LAST_LABELS
    step = (area.width - _BLOCK - last) / (len(headings) - 1)
    lines = _heading_lines(headings, min(step, last + _BLOCK))
    room = len(lines[0]) * SMALL_SIZE * _LINE + _HEADING_ROOM - SMALL_SIZE
    if theme.is_low:
        height = max(_LOW_HEIGHT, min(height, area.height - room))
    plot = Box(area.left, area.top + room, area.width, height)
    scale = _scale(blocks, plot)
    places = _places(blocks, plot, step, scale)
    drawn = [_ribbon(each, places, offset, scale) for each, offset in _offsets(blocks, ribbons)]
    marks: list[Element] = [*drawn, *_blocks(blocks, places, theme)]
    for column, words in enumerate(lines):
        for row, each in enumerate(words):
            y = area.top + SMALL_SIZE + row * SMALL_SIZE * _LINE
            marks.append(text(area.left + column * step, y, each, theme.quiet_ink, SMALL_SIZE))
    labels, bottom = _labels(blocks, places, (step, last), plot, theme)
    return [*marks, *labels], max(bottom, plot.bottom)


def draw_nobody(words: str, area: Box, theme: Theme) -> Drawing:
    """Return what stands in place of ribbons where nobody goes anywhere."""
    return [text(area.left, area.top + LABEL_SIZE, words, theme.quiet_ink, LABEL_SIZE)], area.top + 2 * LABEL_SIZE


def _heading_lines(headings: Sequence[str], step: float) -> list[list[str]]:
    """Return each heading in lines, all of as many."""
    lines = [wrapped(words, step - _LABEL_GAP, SMALL_SIZE) for words in headings]
    most = max(map(len, lines), default=1)
    return [[*words, *[""] * (most - len(words))] for words in lines] or [[""]]


def _columns(blocks: Sequence[Block]) -> list[list[Block]]:
    return [
        [each for each in blocks if each.column == k] for k in range(max((b.column for b in blocks), default=0) + 1)
    ]


def _scale(blocks: Sequence[Block], plot: Box) -> float:
    """Return pixels for one person: the same in every column."""
    rooms = [
        (plot.height - _BETWEEN * max(0, len(column) - 1)) / total
        for column in _columns(blocks)
        if (total := sum(block.people for block in column)) > 0
    ]
    return min(rooms, default=0.0)


def _places(blocks: Sequence[Block], plot: Box, step: float, scale: float) -> dict[str, Box]:
    """Return where each block stands: its column spread over the whole height."""
    places: dict[str, Box] = {}
    for position, column in enumerate(_columns(blocks)):
        heights = [max(_THINNEST, block.people * scale) for block in column]
        spare = plot.height - sum(heights)
        between = spare / (len(column) - 1) if len(column) > 1 else 0.0
        top = plot.top if len(column) > 1 else plot.top + spare / 2
        for block, height in zip(column, heights, strict=True):
            places[block.key] = Box(plot.left + position * step, top, _BLOCK, height)
            top += height + between
    return places


def _offsets(blocks: Sequence[Block], ribbons: Sequence[Ribbon]) -> list[tuple[Ribbon, tuple[float, float]]]:
    """Return each ribbon with the people above it at its source and at its target, in the order of the blocks."""
    order = {block.key: position for position, block in enumerate(blocks)}
    found = []
    for each in ribbons:
        left = sum(r.people for r in ribbons if r.source == each.source and order[r.target] < order[each.target])
        right = sum(r.people for r in ribbons if r.target == each.target and order[r.source] < order[each.source])
        found.append((each, (left, right)))
    return found


def _ribbon(each: Ribbon, places: dict[str, Box], offset: tuple[float, float], scale: float) -> Element:
    """Return a ribbon that leaves and arrives level."""
    source, target = places[each.source], places[each.target]
    y1, y2 = source.top + offset[0] * scale, target.top + offset[1] * scale
    x1, x2, high = source.right, target.left, max(_THINNEST, each.people * scale)
    middle = (x1 + x2) / 2
    there = f"M{_xy(x1, y1)}C{_xy(middle, y1)} {_xy(middle, y2)} {_xy(x2, y2)}"
    back = f"L{_xy(x2, y2 + high)}C{_xy(middle, y2 + high)} {_xy(middle, y1 + high)} {_xy(x1, y1 + high)}Z"
    return element("path", {"d": there + back, "fill": each.colour, "fill_opacity": _OPACITY})


def _xy(x: float, y: float) -> str:
    return f"{number(x)},{number(y)}"


def _blocks(blocks: Sequence[Block], places: dict[str, Box], theme: Theme) -> list[Element]:
    boxes = [places[block.key] for block in blocks]
    return [
        rectangle(box.left, box.top, box.width, box.height, block.colour, rx=1.5)
        for block, box in zip(blocks, boxes, strict=True)
    ]


def _labels(
    blocks: Sequence[Block], places: dict[str, Box], steps: tuple[float, float], plot: Box, theme: Theme
) -> tuple[list[Element], float]:
    """Return names and numbers beside the blocks, kept apart within each column, and how far down they reach.

    `steps` are the pixels from one column to the next, and those left beyond the last.
    """
    marks: list[Element] = []
    bottom, columns = plot.bottom, _columns(blocks)
    for position, column in enumerate(columns):
        room = (steps[1] if position == len(columns) - 1 else steps[0] - _BLOCK) - 1.5 * _LABEL_GAP
        labels = [_label(block, room, theme) for block in column]
        gap = max((sum(size * _LINE for _, size, _ in label) for label in labels), default=0.0)
        middles = [places[block.key].top + places[block.key].height / 2 - gap / 2 for block in column]
        high = max(plot.bottom, plot.top + (gap + 1) * len(column)) - gap
        tops = kept_apart(middles, gap + 1, plot.top - SMALL_SIZE / 2, high)
        x = plot.left + position * steps[0] + _BLOCK + _LABEL_GAP
        for label, top in zip(labels, tops, strict=True):
            y = top
            for line, size, is_name in label:
                y += size * _LINE
                colour = theme.ink if is_name else theme.quiet_ink
                marks.append(text(x, y - size * (_LINE - 1), line, colour, size, is_strong=is_name, halo=theme.paper))
            bottom = max(bottom, y + SMALL_SIZE / 2)
    return marks, bottom


def _label(block: Block, room: float, theme: Theme) -> list[tuple[str, float, bool]]:
    """Return the lines of a block's label, each with its size and whether it is of the name."""
    if theme.is_low:
        return [(line, SMALL_SIZE, True) for line in wrapped(f"{block.name}, {block.words}", room, SMALL_SIZE, True)]
    size = SMALL_SIZE if theme.is_narrow else LABEL_SIZE
    names = [(line, size, True) for line in wrapped(block.name, room, size, True)]
    return [*names, *((line, SMALL_SIZE, False) for line in wrapped(block.words, room, SMALL_SIZE))]
