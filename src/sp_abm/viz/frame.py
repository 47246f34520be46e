"""Frame: what stands around every drawing: a sentence as title, unit and denominator, notes, origin."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from sp_abm.viz.axes import Box, Drawing
from sp_abm.viz.svg import Element, balanced, document, rectangle, text
from sp_abm.viz.theme import LABEL_SIZE, LINE_HEIGHT, SMALL_SIZE, SUBTITLE_SIZE, TITLE_SIZE, Theme

_GAP: Final = 16.0
_FOOT: Final = 16.0
_HAIR: Final = 0.01
"""Allowance for rounding when heights are compared."""
_LOW_EDGE: Final = 6.0
"""Pixels above, between and below the parts of a picture that has to be low."""


@dataclass(frozen=True)
class Texts:
    """The words of a picture; `description` says in words what is drawn, with the numbers."""

    title: str
    subtitle: str
    notes: tuple[str, ...]
    footer: tuple[str, ...]
    description: str


def framed(texts: Texts, theme: Theme, draw: Callable[[Box], Drawing]) -> str:
    """Return a whole picture: the words, and between them what `draw` puts below the top of the box it is given.

    Where the theme has a height, the box has what the words leave of it; and if the picture is higher all the same,
    the notes are left out, then the subtitle too, if that makes it fit.
    """
    marks, height = _laid_out(texts, theme, draw)
    if 0 < theme.height < height - _HAIR:
        fewer = (replace(texts, notes=()), replace(texts, notes=(), subtitle=""))
        shorter = (_laid_out(each, theme, draw) for each in fewer)
        marks, height = next((each for each in shorter if each[1] < theme.height + _HAIR), (marks, height))
    paper = rectangle(0, 0, theme.width, height, theme.paper)
    return document(theme.width, height, texts.title, texts.description, [paper, *marks])


def _laid_out(texts: Texts, theme: Theme, draw: Callable[[Box], Drawing]) -> Drawing:
    """Return the words and the drawing between them, and how high they are together."""
    marks: list[Element] = []
    title, subtitle = (LABEL_SIZE, SMALL_SIZE) if theme.is_brief else (TITLE_SIZE, SUBTITLE_SIZE)
    edge, gap, foot = (_LOW_EDGE,) * 3 if theme.height else (theme.margin, _GAP, _FOOT)
    y = _lines(marks, [texts.title], edge, theme, title, theme.ink, is_strong=True)
    y = _lines(marks, filter(None, [texts.subtitle]), y + gap / 4, theme, subtitle, theme.quiet_ink)
    left = 0.0
    if theme.height:
        left = max(1.0, theme.height - y - gap - _lines([], texts.notes, gap + foot, theme, SMALL_SIZE, theme.ink))
    body, bottom = draw(Box(theme.margin, y + gap, theme.width - 2 * theme.margin, left))
    marks.extend(body)
    y = _lines(marks, texts.notes, bottom + gap, theme, SMALL_SIZE, theme.ink)
    footer = () if theme.is_brief else texts.footer
    y = _lines(marks, footer, y + (gap / 2 if texts.notes and footer else 0), theme, SMALL_SIZE, theme.quiet_ink)
    return marks, y + foot


def _lines(
    marks: list[Element],
    paragraphs: Iterable[str],
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
