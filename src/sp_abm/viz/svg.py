"""SVG: a small tree of elements, written as a string with rounded numbers and escaped text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final, Literal
from xml.sax.saxutils import escape, quoteattr

from sp_abm.viz.theme import FONT_FAMILY, NORMAL_WEIGHT, SMALL_SIZE, STRONG_WEIGHT

Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]
Attributes = Mapping[str, str | float]

DECIMALS: Final = 2
"""Decimals of a coordinate: a hundredth of a pixel."""
_DOT: Final = 2.0
_HALO: Final = 4.0

# Widths of letters as shares of the letter size, a little above those of the font that is used.
_LETTER_WIDTHS: Final = {
    **dict.fromkeys("ijlI.,:;'|!`‘’·", 0.28),
    **dict.fromkeys(" ", 0.22),
    **dict.fromkeys("frt()[]{}/\\-*", 0.38),
    **dict.fromkeys("mwMW%@…", 0.88),
    **dict.fromkeys("ABCDEFGHJKLNOPQRSTUVXYZ&", 0.64),
}
_OTHER_LETTER: Final = 0.56
_WIDE_LETTER: Final = 1.05
_FIRST_WIDE_SIGN: Final = 0x1100
_DASHES: Final = "–−"
_STRONG_FACTOR: Final = 1.05
_CONTROL: Final = {code: " " for code in (*range(32), 127, *range(0xD800, 0xE000), 0xFFFE, 0xFFFF)}


@dataclass(frozen=True)
class Element:
    """A node of the tree: a tag, attributes ready to write, and children or text."""

    tag: str
    attributes: tuple[tuple[str, str], ...] = ()
    children: tuple["Element", ...] = ()
    content: str = ""


def number(value: float) -> str:
    """Return a coordinate as text, rounded; a value that is not finite is a mistake of the caller."""
    if not isfinite(value):
        raise ValueError(f"{value!r} cannot be drawn.")
    text = f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def element(tag: str, attributes: Attributes, children: Iterable[Element] = (), content: str = "") -> Element:
    """Return an element; the attribute `stroke_width` is written ``stroke-width``."""
    pairs = tuple(
        (name.replace("_", "-"), value if isinstance(value, str) else number(value))
        for name, value in attributes.items()
    )
    return Element(tag, pairs, tuple(children), content)


def group(children: Iterable[Element]) -> Element:
    """Return a group of elements."""
    return element("g", {}, children)


def rectangle(x: float, y: float, width: float, height: float, fill: str, **more: str | float) -> Element:
    """Return a filled rectangle."""
    size: Attributes = {"width": max(0.0, width), "height": max(0.0, height)}
    return element("rect", {"x": x, "y": y, **size, "fill": fill, **more})


def line(start: Point, end: Point, stroke: str, **more: str | float) -> Element:
    """Return a straight line."""
    ends: Attributes = {"x1": start[0], "y1": start[1], "x2": end[0], "y2": end[1]}
    return element("line", {**ends, "stroke": stroke, **more})


def polyline(points: Sequence[Point], stroke: str, **more: str | float) -> Element:
    """Return an open line through the points; a single point becomes a dot."""
    if len(points) == 1:
        return element("circle", {"cx": points[0][0], "cy": points[0][1], "r": _DOT, "fill": stroke})
    drawn: Attributes = {"d": _path(points), "fill": "none", "stroke": stroke, "stroke_linejoin": "round"}
    return element("path", {**drawn, **more})


def polygon(points: Sequence[Point], fill: str, **more: str | float) -> Element:
    """Return a closed, filled shape."""
    return element("path", {"d": f"{_path(points)}Z", "fill": fill, **more})


def _path(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{number(x)},{number(y)}" for x, y in points)


def text(
    x: float,
    y: float,
    content: str,
    fill: str,
    size: float = SMALL_SIZE,
    anchor: Anchor = "start",
    is_strong: bool = False,
    halo: str = "",
) -> Element:
    """Return one line of text whose baseline is at `y`; a `halo` colour parts it from lines behind it."""
    attributes: dict[str, str | float] = {"x": x, "y": y, "fill": fill, "font_size": size}
    attributes["font_weight"] = STRONG_WEIGHT if is_strong else NORMAL_WEIGHT
    if anchor != "start":
        attributes["text_anchor"] = anchor
    if halo:
        attributes |= {"stroke": halo, "stroke_width": _HALO, "paint_order": "stroke"}
    return element("text", attributes, content=content)


def text_width(content: str, size: float, is_strong: bool = False) -> float:
    """Return roughly how wide a line of text is, rather too wide than too narrow."""
    letters = sum(map(_letter_width, content))
    return letters * size * (_STRONG_FACTOR if is_strong else 1.0)


def _letter_width(sign: str) -> float:
    if sign in _LETTER_WIDTHS:
        return _LETTER_WIDTHS[sign]
    is_wide = ord(sign) >= _FIRST_WIDE_SIGN and sign not in _DASHES
    return _WIDE_LETTER if is_wide else _OTHER_LETTER


def wrapped(content: str, width: float, size: float, is_strong: bool = False) -> list[str]:
    """Return the text as lines that fit the width; a word that is too long is shortened."""
    lines: list[str] = []
    for word in content.split():
        fitting = shortened(word, width, size, is_strong)
        longer = f"{lines[-1]} {fitting}" if lines else fitting
        if lines and text_width(longer, size, is_strong) <= width:
            lines[-1] = longer
        else:
            lines.append(fitting)
    return lines


def balanced(content: str, width: float, size: float, is_strong: bool = False) -> list[str]:
    """Return the text in as few lines as fit the width, with no short last line."""
    lines = wrapped(content, width, size, is_strong)
    while len(lines) > 1:
        width -= size
        narrower = wrapped(content, width, size, is_strong)
        if len(narrower) > len(lines) or "…" in "".join(narrower):
            break
        lines = narrower
    return lines


def shortened(content: str, width: float, size: float, is_strong: bool = False) -> str:
    """Return the text, cut with an ellipsis where it would be wider than `width`."""
    if text_width(content, size, is_strong) <= width:
        return content
    kept = content
    while kept and text_width(f"{kept}…", size, is_strong) > width:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def document(width: float, height: float, title: str, description: str, children: Iterable[Element]) -> str:
    """Return a whole picture as an SVG string, with a title and a description for those who do not see it."""
    attributes: Attributes = {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": f"0 0 {number(width)} {number(height)}",
        "width": width,
        "height": height,
        "role": "img",
        "font_family": FONT_FAMILY,
    }
    words = [element("title", {}, content=title), element("desc", {}, content=description)]
    root = element("svg", attributes, [*words, *children])
    return written(root)


def written(node: Element) -> str:
    """Return the element and what is inside it as text."""
    attributes = "".join(f" {name}={quoteattr(_clean(value))}" for name, value in node.attributes)
    inside = escape(_clean(node.content)) + "".join(written(child) for child in node.children)
    return f"<{node.tag}{attributes}>{inside}</{node.tag}>" if inside else f"<{node.tag}{attributes}/>"


def _clean(content: str) -> str:
    """Return the text without signs that XML forbids."""
    return content.translate(_CONTROL)
