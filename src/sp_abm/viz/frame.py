"""Frame: what stands around every drawing: a sentence as title, unit and denominator, notes, origin."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sp_abm.viz.axes import Box, Drawing
from sp_abm.viz.svg import Element, balanced, document, rectangle, text
from sp_abm.viz.theme import LABEL_SIZE, LINE_HEIGHT, SMALL_SIZE, SUBTITLE_SIZE, TITLE_SIZE, Theme

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


def framed(texts: Texts, theme: Theme, draw: Callable[[Box], Drawing]) -> str:
    """Return a whole picture: the words, and between them what `draw` puts below the top of the box it is given."""
    marks: list[Element] = []
    title, subtitle = (LABEL_SIZE, SMALL_SIZE) if theme.is_brief else (TITLE_SIZE, SUBTITLE_SIZE)
    y = _lines(marks, [texts.title], theme.margin, theme, title, theme.ink, is_strong=True)
    y = _lines(marks, [texts.subtitle], y + _GAP / 4, theme, subtitle, theme.quiet_ink)
    body, bottom = draw(Box(theme.margin, y + _GAP, theme.width - 2 * theme.margin, 0.0))
    marks.extend(body)
    y = _lines(marks, texts.notes, bottom + _GAP, theme, SMALL_SIZE, theme.ink)
    footer = () if theme.is_brief else texts.footer
    y = _lines(marks, footer, y + (_GAP / 2 if texts.notes else 0), theme, SMALL_SIZE, theme.quiet_ink)
    height = y + _FOOT
    paper = rectangle(0, 0, theme.width, height, theme.paper)
    return document(theme.width, height, texts.title, texts.description, [paper, *marks])


def _lines(
    marks: list[Element],
    paragraphs: Sequence[str],
    top: float,
    theme: Theme,
    size: float,
    fill: str,
    is_strong: bool = False,
) -> float:
    """Add paragraphs from `top` down and return where they end."""
    for paragraph in paragraphs:
        for words in balanced(paragraph, theme.width - 2 * theme.margin, size, is_strong):
            top += size * LINE_HEIGHT
            marks.append(text(theme.margin, top - size * (LINE_HEIGHT - 1), words, fill, size, is_strong=is_strong))
    return top
