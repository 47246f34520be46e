"""Cards: small boxes of words and numbers in columns, or below each other on narrow paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sp_abm.viz.axes import Box, Drawing
from sp_abm.viz.svg import Element, rectangle, text, wrapped
from sp_abm.viz.theme import LABEL_SIZE, SMALL_SIZE, Theme

_LINE: Final = 1.25
_PADDING: Final = 9.0
_EDGE: Final = 4.0


@dataclass(frozen=True)
class Words:
    """A paragraph of a card: its text, and how it is set."""

    content: str
    is_strong: bool = False
    is_quiet: bool = False
    is_small: bool = True

    @property
    def size(self) -> float:
        """Return the size of its letters."""
        return SMALL_SIZE if self.is_small else LABEL_SIZE


def draw_card(words: Sequence[Words], area: Box, theme: Theme, edge: str = "", height: float = 0.0) -> Drawing:
    """Return a card as high as its words or as `height`, with an edge of a colour on its left; and where it ends."""
    inner = area.width - 2 * _PADDING - (_EDGE if edge else 0.0)
    x, y = area.left + _PADDING + (_EDGE if edge else 0.0), area.top + _PADDING
    lines: list[Element] = []
    for part in words:
        for line in wrapped(part.content, inner, part.size, part.is_strong):
            y += part.size * _LINE
            colour = theme.quiet_ink if part.is_quiet else theme.ink
            lines.append(text(x, y - part.size * (_LINE - 1), line, colour, part.size, is_strong=part.is_strong))
    bottom = max(y + _PADDING, area.top + height)
    marks = [rectangle(area.left, area.top, area.width, bottom - area.top, theme.shade, rx=4)]
    if edge:
        marks.append(rectangle(area.left, area.top, _EDGE, bottom - area.top, edge, rx=1.5))
    return [*marks, *lines], bottom


def card_height(words: Sequence[Words], width: float, has_edge: bool = False) -> float:
    """Return how high a card of that width is."""
    inner = width - 2 * _PADDING - (_EDGE if has_edge else 0.0)
    lines = ((part, len(wrapped(part.content, inner, part.size, part.is_strong))) for part in words)
    return 2 * _PADDING + sum(n * part.size * _LINE for part, n in lines)
