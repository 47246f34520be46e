"""Frame: what stands around every drawing: a sentence as title, unit and denominator, notes, origin."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sp_abm.viz.axes import Box
from sp_abm.viz.svg import Element, balanced, document, rectangle, text
from sp_abm.viz.theme import LINE_HEIGHT, SMALL_SIZE, SUBTITLE_SIZE, TITLE_SIZE, Theme

WIDTH: Final = 860.0
MARGIN: Final = 24.0
_GAP: Final = 16.0
_FOOT: Final = 16.0


@dataclass(frozen=True)
class Texts:
    """The words of a picture; `description` says in words what is drawn, with the numbers."""

    title: str
    subtitle: str
    notes: tuple[str, ...]
    footer: tuple[str, ...]
    description: str


def framed(texts: Texts, theme: Theme, body_height: float, draw: Callable[[Box], Sequence[Element]]) -> str:
    """Return a whole picture: the words, and between them what `draw` puts into the box it is given."""
    width = WIDTH - 2 * MARGIN
    marks: list[Element] = []
    y = _lines(marks, [texts.title], MARGIN, TITLE_SIZE, theme.ink, is_strong=True)
    y = _lines(marks, [texts.subtitle], y, SUBTITLE_SIZE, theme.quiet_ink)
    box = Box(MARGIN, y + _GAP, width, body_height)
    marks.extend(draw(box))
    y = _lines(marks, texts.notes, box.bottom + _GAP, SMALL_SIZE, theme.ink)
    y = _lines(marks, texts.footer, y + (_GAP / 2 if texts.notes else 0), SMALL_SIZE, theme.quiet_ink)
    height = y + _FOOT
    paper = rectangle(0, 0, WIDTH, height, theme.paper)
    return document(WIDTH, height, texts.title, texts.description, [paper, *marks])


def _lines(
    marks: list[Element],
    paragraphs: Sequence[str],
    top: float,
    size: float,
    fill: str,
    is_strong: bool = False,
) -> float:
    """Add paragraphs from `top` down and return where they end."""
    for paragraph in paragraphs:
        for words in balanced(paragraph, WIDTH - 2 * MARGIN, size, is_strong):
            top += size * LINE_HEIGHT
            marks.append(text(MARGIN, top - size * (LINE_HEIGHT - 1), words, fill, size, is_strong=is_strong))
    return top
