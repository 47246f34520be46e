"""Legend: the keys of a picture in one row, or in several where one is too narrow."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sp_abm.viz.axes import Box, Drawing
from sp_abm.viz.svg import Element, line, rectangle, shortened, text, text_width
from sp_abm.viz.theme import KEY_GAP, LABEL_SIZE, Theme

Sign = Literal["square", "line", "dashed", "dotted", "pale"]
STROKES: Final[dict[str, dict[str, str | float]]] = {
    "line": {"stroke_width": 2.2},
    "dashed": {"stroke_width": 1.8, "stroke_dasharray": "5 4"},
    "dotted": {"stroke_width": 1.6, "stroke_dasharray": "1.5 3"},
}
"""How lines are drawn: the arm, its baseline, a limit."""

PALE: Final = 0.3
"""Opacity of what lies behind."""
_LINE_LENGTH: Final = 30.0
_SQUARE: Final = 12.0
_GAP: Final = 22.0
_ROW: Final = 24.0
_BELOW: Final = 6.0


@dataclass(frozen=True)
class Key:
    """One entry: its words, and the sign they explain."""

    words: str
    colour: str
    sign: Sign = "square"


def legend(keys: Sequence[Key], area: Box, theme: Theme) -> Drawing:
    """Return the keys from the top of an area, in as many rows as they need."""
    marks: list[Element] = []
    x, y = area.left, area.top
    for key in keys:
        length = _SQUARE if key.sign in ("square", "pale") else _LINE_LENGTH
        words = shortened(key.words, area.width - length - KEY_GAP, LABEL_SIZE)
        width = length + KEY_GAP + text_width(words, LABEL_SIZE)
        if x > area.left and x + width > area.right:
            x, y = area.left, y + _ROW
        middle = y + _ROW / 2
        marks.append(_sign(key, x, middle, length))
        marks.append(text(x + length + KEY_GAP, middle + LABEL_SIZE / 3, words, theme.ink, LABEL_SIZE))
        x += width + _GAP
    return marks, y + (_ROW + _BELOW if keys else 0.0)


def _sign(key: Key, x: float, middle: float, length: float) -> Element:
    if key.sign in ("square", "pale"):
        opacity = PALE if key.sign == "pale" else 1
        return rectangle(x, middle - _SQUARE / 2, _SQUARE, _SQUARE, key.colour, rx=2, fill_opacity=opacity)
    return line((x, middle), (x + length, middle), key.colour, **STROKES[key.sign])
