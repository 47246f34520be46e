"""Acquaintances: some people around somebody whom the service helped, their stages and the ties between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Any, Final

from numpy.typing import NDArray

from sp_abm.errors import BadValue
from sp_abm.results import Results
from sp_abm.viz.axes import Box, Drawing
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.legend import Key, legend
from sp_abm.viz.svg import Element, Point, element, line
from sp_abm.viz.table import Cell, Table, table
from sp_abm.viz.theme import LIGHT, STACK, Theme
from sp_abm.viz.words import footer, quoted
from sp_abm.vocabulary import Stage, TieKind

_MOST_WIDTH: Final = 540.0
_DOT: Final = 7.5
_RING: Final = 11.0
_STROKES: Final = {TieKind.HOUSEHOLD: 3.0, TieKind.CLOSE: 1.6, TieKind.WEAK: 0.7}
_TURN: Final = -pi / 2


@dataclass(frozen=True)
class Person:
    """One person of the sample: the dwelling, age, stage, and what the service has to do with them."""

    dwelling: int
    age: int
    stage: Stage
    is_lonely: bool
    is_seen: bool
    is_in_activity: bool
    is_volunteer: bool


@dataclass(frozen=True)
class Acquaintances:
    """What the picture shows: people, the first in the middle, and ties (one, other, kind) by their places in it."""

    people: tuple[Person, ...]
    ties: tuple[tuple[int, int, TieKind], ...]
    texts: Texts

    @property
    def table(self) -> Table:
        """Return one row a person."""
        flags = ("lonely", "seen by a link worker", "in an activity", "volunteer")
        columns = ["dwelling", "age", "stage", *flags, "ties here"]
        rows: list[list[Cell]] = []
        for place, person in enumerate(self.people):
            said = (person.is_lonely, person.is_seen, person.is_in_activity, person.is_volunteer)
            n = sum(place in tie[:2] for tie in self.ties)
            rows.append(
                [person.dwelling, person.age, person.stage.label, *("yes" if is_so else "no" for is_so in said), n]
            )
        return table(columns, rows)


def acquaintances(results: Results, baseline: Results | None = None) -> Acquaintances:
    """Return the sample of a run's last week."""
    if "people" not in results.portrait:
        raise BadValue("these results carry no portrait of the networks; run the scenario again to have one.")
    people, ties = results.portrait["people"], results.portrait["ties"]
    found = tuple(_person(people, row) for row in range(people["id"].size))
    pairs = zip(ties["one"].tolist(), ties["other"].tolist(), ties["kind"].tolist(), strict=True)
    return Acquaintances(
        found, tuple((one, other, TieKind(kind)) for one, other, kind in pairs), _texts(results, found)
    )


def _person(columns: dict[str, NDArray[Any]], row: int) -> Person:
    return Person(
        int(columns["id"][row]),
        int(columns["age"][row]),
        Stage(int(columns["stage"][row])),
        bool(columns["lonely"][row]),
        bool(columns["is_seen"][row]),
        bool(columns["activity_row"][row] >= 0),
        bool(columns["volunteer_row"][row] >= 0),
    )


def _texts(results: Results, people: Sequence[Person]) -> Texts:
    distressed = sum(person.stage in (Stage.PRE_CRISIS, Stage.CRISIS) for person in people)
    lonely, seen = sum(person.is_lonely for person in people), sum(person.is_seen for person in people)
    title = "There is nobody to draw"
    if people:
        title = f"Of {len(people)} people who are near each other, {distressed} are in distress and {lonely} lonely"
    subtitle = (
        f"The last week of {quoted(results)}: a sample around one person, tie by tie; {seen} of them have been seen "
        "by a link worker"
    )
    middle = "In the middle: the first whom the service helped into an activity, or anybody where there is none."
    notes = (middle, "Lines: household (thick), close (thin), weak (thinnest). One run; a sample, not the whole place.")
    return Texts(title, subtitle, notes, tuple(footer(results, None)), f"{title}. {subtitle}.")


def draw_acquaintances(view: Acquaintances, theme: Theme = LIGHT) -> str:
    """Return the sample of the citizens' network as an SVG string."""

    def draw(area: Box) -> Drawing:
        keys = [Key(stage.label, theme.stages[stage]) for stage in STACK]
        keys += [Key("ring: seen by a link worker", theme.ink, "line"), Key("pale: lonely", theme.ink, "pale")]
        marks, top = legend(keys, area, theme)
        size = min(area.width, _MOST_WIDTH)
        plot = Box(area.left + (area.width - size) / 2, top, size, size)
        places = laid_out(len(view.people), view.ties, plot)
        for one, other, kind in view.ties:
            look = {"stroke_width": _STROKES[kind], "stroke_opacity": 0.6}
            marks.append(line(places[one], places[other], theme.baseline, **look))
        for person, at in zip(view.people, places, strict=True):
            marks.extend(_dot(person, at, theme))
        return marks, plot.bottom

    return framed(view.texts, theme, draw)


def _dot(person: Person, at: Point, theme: Theme) -> list[Element]:
    """Return the dot of a person: pale inside when lonely, in a ring when a link worker has seen them."""
    colour = theme.stages[person.stage]
    where: dict[str, str | float] = {"cx": at[0], "cy": at[1]}
    marks = [element("circle", {**where, "r": _DOT, "fill": theme.paper, "stroke": colour, "stroke_width": 2.5})]
    if not person.is_lonely:
        marks = [element("circle", {**where, "r": _DOT, "fill": colour})]
    if person.is_seen:
        marks.append(element("circle", {**where, "r": _RING, "fill": "none", "stroke": theme.ink, "stroke_width": 1.6}))
    return marks


def laid_out(n: int, ties: Sequence[tuple[int, int, Any]], plot: Box) -> list[Point]:
    """Return a place for each person: the first in the middle, the others on rings by how many ties away they are.

    On a ring people stand in the order of those who lead to them, so that few lines cross; nothing is drawn by lot.
    """
    rings = _rings(n, ties)
    places: list[Point] = [(plot.middle, plot.top + plot.height / 2)] * n
    reach = plot.height / 2 - _RING - 1
    for depth, members in enumerate(rings[1:], 1):
        radius = reach * depth / max(1, len(rings) - 1)
        for position, person in enumerate(members):
            angle = _TURN + 2 * pi * (position + 0.5) / len(members)
            places[person] = (plot.middle + radius * cos(angle), plot.top + plot.height / 2 + radius * sin(angle))
    return places


def _rings(n: int, ties: Sequence[tuple[int, int, Any]]) -> list[list[int]]:
    """Return the people by how many ties they are away from the first, and last those whom no tie leads to."""
    near: list[list[int]] = [[] for _ in range(n)]
    for one, other, _ in ties:
        near[one].append(other)
        near[other].append(one)
    rings: list[list[int]] = []
    seen: set[int] = set()
    ring = [0] if n else []
    while ring:
        rings.append(ring)
        seen.update(ring)
        ring = list(dict.fromkeys(other for person in ring for other in sorted(near[person]) if other not in seen))
    alone = [person for person in range(n) if person not in seen]
    return [*rings, alone] if alone else rings
