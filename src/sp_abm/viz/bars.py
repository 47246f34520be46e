"""Bars: steps below each other, each with one bar an arm, its share and the number of people."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sp_abm.viz.axes import Box, Drawing, Scale, middle_of
from sp_abm.viz.legend import Key, legend
from sp_abm.viz.svg import Anchor, Element, line, rectangle, shortened, text, text_width
from sp_abm.viz.table import Cell, Table, in_percent, table
from sp_abm.viz.theme import KEY_GAP, LABEL_SIZE, SMALL_SIZE, Theme
from sp_abm.viz.words import decimal, percent

_NAMES_WIDTH: Final = 200.0
_COUNTS_WIDTH: Final = 196.0
_NAME_ROOM: Final = 22.0
_AXIS_ROOM: Final = 26.0
_TICKS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class _Sizes:
    """How high a bar is, the gaps below it and between two steps, and the room for a step's name beside and above."""

    bar: float = 24.0
    bar_gap: float = 4.0
    row_gap: float = 20.0
    beside: float = _NAMES_WIDTH
    above: float = 0.0


_NARROW: Final = _Sizes(beside=0.0, above=_NAME_ROOM)
_LOW: Final = _Sizes(bar=15.0, bar_gap=1.0, row_gap=3.0)


@dataclass(frozen=True)
class Bar:
    """One arm at one step: people, and their share of the whole (missing if there is nobody)."""

    people: int
    share: float | None


Steps = tuple[tuple[str, tuple[Bar, ...]], ...]


def steps_table(arms: Sequence[str], steps: Steps, share: str) -> Table:
    """Return one row a step: people and their share, for each arm; `share` says of whom it is one."""
    columns = ["step", *(f"{arm}: {what}" for arm in arms for what in ("people", share))]
    return table(columns, ([label, *(cell for bar in bars for cell in _cells(bar))] for label, bars in steps))


def _cells(bar: Bar) -> tuple[Cell, Cell]:
    return bar.people, None if bar.share is None else in_percent(bar.share)


def draw_bars(arms: Sequence[str], steps: Steps, nobody: str, area: Box, theme: Theme) -> Drawing:
    """Return the bars; where there is little room, each step's name stands above its bars."""
    keys = [Key(name, colour) for name, colour in zip(arms, (theme.arm, theme.baseline), strict=False)]
    marks, top = legend(keys if len(arms) > 1 else [], area, theme)
    sizes = _sizes(theme)
    names, above = sizes.beside, sizes.above
    row = above + len(arms) * (sizes.bar + sizes.bar_gap) + sizes.row_gap
    counts = max((text_width(_words(bar, nobody), LABEL_SIZE, True) for _, bars in steps for bar in bars), default=0.0)
    plot = Box(area.left + names, top, area.width - names - KEY_GAP - min(counts, _COUNTS_WIDTH), row * len(steps))
    marks.extend(_axis(plot, theme))
    for position, (label, bars) in enumerate(steps):
        first = plot.top + position * row + sizes.row_gap / 2 + above
        middle = first - _NAME_ROOM / 2 if above else first + (row - sizes.row_gap - sizes.bar_gap) / 2
        name = shortened(label, area.width if above else names - KEY_GAP, LABEL_SIZE, True)
        y = middle_of(middle, LABEL_SIZE)
        marks.append(text(area.left, y, name, theme.ink, LABEL_SIZE, is_strong=True, halo=theme.paper))
        marks.extend(_bars(bars, nobody, (first, sizes), plot, theme))
    return marks, plot.bottom + _AXIS_ROOM


def _sizes(theme: Theme) -> _Sizes:
    if theme.is_low:
        return _LOW
    return _NARROW if theme.is_narrow else _Sizes()


def _words(bar: Bar, nobody: str) -> str:
    return nobody if bar.share is None else f"{percent(bar.share)} · {decimal(bar.people, 0)} people"


def _axis(plot: Box, theme: Theme) -> list[Element]:
    x, y = Scale(0.0, 1.0, plot.left, plot.right), plot.bottom + KEY_GAP + SMALL_SIZE
    marks = []
    for tick in _TICKS:
        is_labelled = not theme.is_narrow or tick in (0.0, 0.5, 1.0)
        anchor: Anchor = "start" if theme.is_narrow and tick == 0 else "middle"
        marks.append(line((x(tick), plot.top), (x(tick), plot.bottom), theme.grid, stroke_width=1))
        if is_labelled:
            marks.append(text(x(tick), y, f"{tick:.0%}", theme.quiet_ink, SMALL_SIZE, anchor))
    return marks


def _bars(bars: tuple[Bar, ...], nobody: str, place: tuple[float, _Sizes], plot: Box, theme: Theme) -> list[Element]:
    """Return the bars of one step, each with its share and count; `place` is where the first begins, and the sizes."""
    x, (top, sizes) = Scale(0.0, 1.0, plot.left, plot.right), place
    marks = []
    for position, (bar, colour) in enumerate(zip(bars, (theme.arm, theme.baseline), strict=False)):
        y = top + position * (sizes.bar + sizes.bar_gap)
        end = x(min(1.0, bar.share or 0.0))
        marks.append(rectangle(plot.left, y, end - plot.left, sizes.bar, colour, rx=2))
        ink, is_ours = (theme.ink, True) if position == 0 else (theme.quiet_ink, False)
        row, shown = middle_of(y + sizes.bar / 2, LABEL_SIZE), _words(bar, nobody)
        marks.append(text(end + KEY_GAP, row, shown, ink, LABEL_SIZE, is_strong=is_ours, halo=theme.paper))
    return marks
