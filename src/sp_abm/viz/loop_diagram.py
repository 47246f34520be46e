"""Loop diagram: the feedback links of the system with their live strengths; on narrow paper, as a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot, isfinite
from typing import Final

from sp_abm.caveats import NOT_A_FORECAST
from sp_abm.loops import LINKS, LOOPS, Link
from sp_abm.viz.amounts import decimals
from sp_abm.viz.axes import Box, Drawing, middle_of
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.intervals import figures
from sp_abm.viz.legend import Key, legend
from sp_abm.viz.loop_layout import BENT, COLUMNS, COUNTED, PLACES, ROWS
from sp_abm.viz.material import Material, Strength
from sp_abm.viz.svg import (
    Element,
    Point,
    element,
    line,
    number,
    polygon,
    rectangle,
    shortened,
    text,
    text_width,
    wrapped,
)
from sp_abm.viz.table import Cell, Table, table
from sp_abm.viz.theme import LIGHT, SMALL_SIZE, Theme
from sp_abm.viz.words import footer, quoted

VICIOUS: Final = "R1"
"""The loop that is drawn in a colour of its own."""
MOST_NAMED: Final = 8
_ROW_HEIGHT: Final = 66.0
_PILL_MOST, _PILL_PAD = 104.0, 8.0
_LINE: Final = 1.15
_THIN, _THICK = 1.3, 8.0
_HEAD: Final = 7.0
_DOTS: Final = "1.5 4"
_MINUS: Final = "6 3"
_LIST_ROW: Final = 26.0
_NAMES: Final = 240.0
_DIGITS: Final = 2
"""Digits of the largest strength that are shown."""


@dataclass(frozen=True)
class Arrow:
    """A link as it is drawn: its declaration, how strong it is where that is known, and whether it is cut."""

    link: Link
    strength: Strength | None
    is_cut: bool

    @property
    def size(self) -> float:
        """Return how strong it is, without sign; 0 where it is not known."""
        return abs(self.strength.mean) if self.strength and isfinite(self.strength.mean) else 0.0

    @property
    def is_vicious(self) -> bool:
        """Return whether it is part of the vicious circle."""
        return VICIOUS in self.link.loops


@dataclass(frozen=True)
class Diagram:
    """What the picture shows: every declared link, in the order of their declaration."""

    arrows: tuple[Arrow, ...]
    texts: Texts

    @property
    def places(self) -> int:
        """Return with how many decimals strengths are shown."""
        return _places(self.arrows)

    @property
    def table(self) -> Table:
        """Return one row a link, with its strength and interval where they are known."""
        has_strengths = any(arrow.strength for arrow in self.arrows)
        columns = ["from", "to", "sign", "loops", "carried by", "cut"]
        columns += ["strength", "low", "high"] if has_strengths else []
        rows: list[list[Cell]] = [
            [
                shown(arrow.link.source),
                shown(arrow.link.target),
                "more" if arrow.link.sign == "+" else "less",
                " ".join(arrow.link.loops),
                arrow.link.carrier,
                "yes" if arrow.is_cut else "no",
                *(_numbers(arrow.strength, self.places + 1) if has_strengths else []),
            ]
            for arrow in self.arrows
        ]
        return table(columns, rows)


def _places(arrows: Sequence[Arrow]) -> int:
    return decimals(max((arrow.size for arrow in arrows), default=0.0), _DIGITS)


def _numbers(strength: Strength | None, places: int) -> list[Cell]:
    if strength is None:
        return [None, None, None]
    return [round(each, places) for each in (strength.mean, strength.low, strength.high)]


def shown(name: str) -> str:
    """Return the name of an end of a link as people read it."""
    return name.replace("_", " ").replace("gp ", "GP ")


def loop_diagram(material: Material) -> Diagram:
    """Return every declared link with the strengths given by its name, and the cuts of the run, if there is one."""
    content = material.results.provenance.get("scenario_content", {}) if material.results else {}
    cuts: Mapping[str, object] = content.get("cut", {})
    arrows = tuple(Arrow(link, material.strengths.get(name), name in cuts) for name, link in LINKS.items())
    return Diagram(arrows, _texts(material, arrows))


def _texts(material: Material, arrows: tuple[Arrow, ...]) -> Texts:
    known = _ranked(arrows)
    title, subtitle = _title(material, known), _subtitle(material, known)
    foot = [NOT_A_FORECAST] if material.results is None else footer(material.results, material.baseline)
    strongest = [f"{_name(each.link)} {_strength_words(each.strength, _places(arrows))}" for each in known[:MOST_NAMED]]
    loops = [f"{code}: {words}" for code, words in LOOPS.items()]
    described = ". ".join([title, subtitle, *strongest, *loops])
    return Texts(title, subtitle, _notes(arrows, known), tuple(foot), f"{described}.")


def _ranked(arrows: Sequence[Arrow]) -> list[Arrow]:
    """Return the arrows whose strength is known, the strongest first."""
    return sorted((arrow for arrow in arrows if arrow.strength), key=lambda arrow: -arrow.size)


def _title(material: Material, known: Sequence[Arrow]) -> str:
    strongest = f"Strongest: {' and '.join(_name(arrow.link) for arrow in known[:2])}"
    title = strongest if known else f"{len(LINKS)} links make {len(LOOPS)} loops"
    return title if material.results is None else f"{title}, in {quoted(material.results)}"


def _subtitle(material: Material, known: Sequence[Arrow]) -> str:
    if known:
        return f"Width of an arrow: {material.strengths_of or 'strength'}"
    return f"What acts on what in the model. {material.strengths_of or 'No strengths are measured here'}"


def _notes(arrows: Sequence[Arrow], known: Sequence[Arrow]) -> tuple[str, ...]:
    notes = [f"Orange: {VICIOUS}, {LOOPS[VICIOUS]}. Dotted: what follows by counting, without a link of its own."]
    if any(arrow.is_cut for arrow in arrows):
        notes.append("Cut links are crossed out: nothing of a change comes through them.")
    if known:
        has_range = any(arrow.strength and isfinite(arrow.strength.low) for arrow in known)
        notes.append("In brackets: 95% intervals over runs." if has_range else "One run: strengths may be chance.")
    return tuple(notes)


def _name(link: Link) -> str:
    return f"{shown(link.source)} → {shown(link.target)}"


def draw_loops(view: Diagram, theme: Theme = LIGHT) -> str:
    """Return the loop diagram as an SVG string."""

    def draw(area: Box) -> Drawing:
        keys = [Key("more makes more", theme.ink, "line"), Key("more makes less", theme.ink, "dashed")]
        marks, top = legend(keys, area, theme)
        ranked = _ranked(view.arrows)
        below = Box(area.left, top, area.width, 0.0)
        if theme.is_narrow:
            listed, bottom = _list(ranked[: 2 * MOST_NAMED] or list(view.arrows), view.places, below, theme)
            return [*marks, *listed], bottom
        drawn, bottom = _map(view, below, theme)
        listed, bottom = _list(ranked[:MOST_NAMED], view.places, Box(area.left, bottom, area.width, 0.0), theme)
        return [*marks, *drawn, *listed], bottom

    return framed(view.texts, theme, draw)


def _map(view: Diagram, area: Box, theme: Theme) -> Drawing:
    """Return the arrows, and over them the names they lead from and to."""
    boxes = {name: _pill(name, area) for name in PLACES}
    strongest = max((arrow.size for arrow in view.arrows), default=0.0)
    marks: list[Element] = []
    for source, target in COUNTED:
        marks += _arrow(boxes[source], boxes[target], theme.baseline, 1.2, _DOTS)
    for arrow in sorted(view.arrows, key=lambda arrow: arrow.is_vicious):
        marks.append(_linked(arrow, boxes, strongest, theme))
    vicious = {end for arrow in view.arrows if arrow.is_vicious for end in (arrow.link.source, arrow.link.target)}
    for name, box in boxes.items():
        edge = theme.worse if name in vicious else theme.grid
        marks.append(rectangle(box.left, box.top, box.width, box.height, theme.paper, rx=6, stroke=edge))
        lines = wrapped(shown(name), _PILL_MOST, SMALL_SIZE)
        first = box.top + box.height / 2 - (len(lines) - 1) * SMALL_SIZE * _LINE / 2
        for row, words in enumerate(lines):
            y = middle_of(first + row * SMALL_SIZE * _LINE, SMALL_SIZE)
            marks.append(text(box.middle, y, words, theme.ink, SMALL_SIZE, "middle", is_strong=name in vicious))
    return marks, area.top + ROWS * _ROW_HEIGHT


def _pill(name: str, area: Box) -> Box:
    """Return the box of a name, as large as its words."""
    column, row = PLACES[name]
    step = area.width / COLUMNS
    lines = wrapped(shown(name), _PILL_MOST, SMALL_SIZE)
    width = max(text_width(words, SMALL_SIZE, is_strong=True) for words in lines) + 2 * _PILL_PAD
    height = len(lines) * SMALL_SIZE * _LINE + 1.2 * _PILL_PAD
    x, y = area.left + (column + 0.5) * step, area.top + (row + 0.5) * _ROW_HEIGHT
    return Box(x - width / 2, y - height / 2, width, height)


def _linked(arrow: Arrow, boxes: Mapping[str, Box], strongest: float, theme: Theme) -> Element:
    """Return a link's arrow, marked with its name, so that a page can answer a click on it."""
    link = arrow.link
    colour = theme.worse if arrow.is_vicious else theme.arm
    width = _THIN + (_THICK - _THIN) * (arrow.size / strongest if strongest > 0 else 0.0)
    dash = "" if link.sign == "+" else _MINUS
    step = boxes["burnout"].middle - boxes["peers"].middle
    bend = BENT.get((link.source, link.target), 0.0) * step
    marks = _arrow(boxes[link.source], boxes[link.target], colour, width, dash, bend)
    if arrow.is_cut:
        marks += _cross(boxes[link.source], boxes[link.target], bend, theme)
    words = element("title", {}, content=f"{_name(link)}: {link.carrier}")
    return element("g", {"data_link": link.name}, [words, *marks])


def _arrow(source: Box, target: Box, colour: str, width: float, dash: str, bend: float = 0.0) -> list[Element]:
    """Return a line from the edge of one box to the edge of another, with a head; `bend` pixels to the right."""
    via = (max(source.middle, target.middle) + 2 * bend, (_middle(source)[1] + _middle(target)[1]) / 2)
    start = _edge(source, via if bend else _middle(target))
    end = _edge(target, via if bend else _middle(source))
    towards = via if bend else start
    length = hypot(end[0] - towards[0], end[1] - towards[1]) or 1.0
    unit = ((end[0] - towards[0]) / length, (end[1] - towards[1]) / length)
    size = _HEAD + width / 2
    neck = (end[0] - unit[0] * size, end[1] - unit[1] * size)
    look: dict[str, str | float] = {"stroke": colour, "stroke_width": width, "fill": "none"}
    if dash:
        look["stroke_dasharray"] = dash
    curve = f"Q{number(via[0])},{number(via[1])} " if bend else "L"
    path = f"M{number(start[0])},{number(start[1])}{curve}{number(neck[0])},{number(neck[1])}"
    side = (-unit[1] * size * 0.55, unit[0] * size * 0.55)
    head = [end, (neck[0] + side[0], neck[1] + side[1]), (neck[0] - side[0], neck[1] - side[1])]
    return [element("path", {"d": path, **look}), polygon(head, colour)]


def _middle(box: Box) -> Point:
    return box.middle, box.top + box.height / 2


def _edge(box: Box, towards: Point) -> Point:
    """Return where the line from the middle of a box to a point leaves the box."""
    x, y = _middle(box)
    dx, dy = towards[0] - x, towards[1] - y
    reach = min(
        (box.width / 2 + 2) / abs(dx) if dx else float("inf"), (box.height / 2 + 2) / abs(dy) if dy else float("inf")
    )
    return x + dx * min(reach, 1.0), y + dy * min(reach, 1.0)


def _cross(source: Box, target: Box, bend: float, theme: Theme) -> list[Element]:
    """Return a cross over the middle of a cut link."""
    (x1, y1), (x2, y2) = _edge(source, _middle(target)), _edge(target, _middle(source))
    x, y = (x1 + x2) / 2 + bend, (y1 + y2) / 2
    return [
        line((x - _HEAD, y - _HEAD), (x + _HEAD, y + _HEAD), theme.ink, stroke_width=2.5),
        line((x - _HEAD, y + _HEAD), (x + _HEAD, y - _HEAD), theme.ink, stroke_width=2.5),
    ]


def _list(arrows: list[Arrow], places: int, area: Box, theme: Theme) -> Drawing:
    """Return links below each other, each with a bar of its strength and the numbers: on narrow paper in two lines."""
    strongest = max((arrow.size for arrow in arrows), default=0.0)
    marks: list[Element] = []
    has_bars = strongest > 0
    said = {arrow.link.name: _strength_words(arrow.strength, places) for arrow in arrows}
    values = max((text_width(each, SMALL_SIZE) for each in said.values()), default=0.0) + _PILL_PAD
    names = 0.0 if theme.is_narrow else _NAMES
    lines = 2 if has_bars and theme.is_narrow else 1
    y = area.top + _LIST_ROW / 2
    for arrow in arrows:
        colour = theme.worse if arrow.is_vicious else theme.arm
        words = shortened(f"{_name(arrow.link)} ({arrow.link.sign.replace('-', '−')})", area.width - 20, SMALL_SIZE)
        marks.append(text(area.left, middle_of(y, SMALL_SIZE), words, theme.ink, SMALL_SIZE))
        if has_bars:
            y += (lines - 1) * _LIST_ROW * 0.7
            room = max(0.0, area.width - names - values)
            marks.append(rectangle(area.left + names, y - 6, room * arrow.size / strongest, 12, colour, rx=2))
            marks.append(
                text(area.right, middle_of(y, SMALL_SIZE), said[arrow.link.name], theme.ink, SMALL_SIZE, "end")
            )
        else:
            marks.append(rectangle(area.right - 12, y - 6, 12, 12, colour, rx=2))
        y += _LIST_ROW
    return marks, y - _LIST_ROW / 2


def _strength_words(strength: Strength | None, places: int) -> str:
    return figures(strength.mean, strength.low, strength.high, places) if strength else ""
