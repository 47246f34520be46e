"""Life line: one citizen, or one post, in two worlds of the same luck, as a timeline with what happened."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sp_abm.caveats import NOT_A_FORECAST, ONE_STORY, OUTREACH_NOTE
from sp_abm.story import Story
from sp_abm.story.telling import Told
from sp_abm.viz.axes import Box, Drawing, Scale, kept_apart, middle_of, x_axis, year_scale
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.legend import Key, legend
from sp_abm.viz.material import Material
from sp_abm.viz.rows import most_ticks
from sp_abm.viz.svg import Element, element, line, polygon, rectangle, shortened, text, wrapped
from sp_abm.viz.table import Cell, Table, table
from sp_abm.viz.theme import LABEL_SIZE, LIGHT, SMALL_SIZE, STACK, Theme
from sp_abm.viz.words import NAME_WIDTH, as_sentence, caution, started
from sp_abm.vocabulary import CaseState, Stage

MOST_TOLD: Final = 18
"""Happenings that are told beside the picture in each world; the table has all."""
_NAME: Final = 24.0
_MARKERS: Final = 24.0
_MARK: Final = 8.5
_BAND, _TALL = 24.0, 62.0
_THIN, _THIN_GAP = 7.0, 3.0
_LANE_GAP: Final = 22.0
_AXIS: Final = 52.0
_COLUMN_GAP: Final = 28.0
_LINE: Final = 1.3
_INDENT: Final = 24.0
_PART: Final[dict[str, str | float]] = {"stroke_width": 1.5, "stroke_dasharray": "4 3"}

Track = Sequence[tuple[int, Mapping[str, Any]]]


@dataclass(frozen=True)
class LifeLine:
    """What the picture shows: the two worlds as told, when they part, and the words."""

    kind: str
    worlds: tuple[Told, Told]
    weeks: int
    parting: int | None
    texts: Texts

    @property
    def table(self) -> Table:
        """Return one row a happening and world."""
        rows: list[list[Cell]] = [
            [world.scenario, each.week, world.date_of(each.week).isoformat(), each.what, each.why]
            for world in self.worlds
            for each in world.happenings
        ]
        return table(["world", "week", "date", "what happened", "why"], rows)


def life_line(material: Material) -> LifeLine:
    """Return what to draw of a story."""
    story = material.told
    return LifeLine(story.kind, story.worlds, story.weeks, story.parting.week if story.parting else None, _texts(story))


def _texts(story: Story) -> Texts:
    first, second = (_name(world) for world in story.worlds)
    title = f"{started(story.who)}: {first} beside {second}"
    subtitle = f"The same person and luck in both worlds, {story.weeks} weeks"
    if story.kind != "citizen":
        subtitle = f"The same post and luck in both worlds, {story.weeks} weeks"
    notes = [ONE_STORY]
    if story.parting is None:
        notes.append("The two worlds never part: everything here is the same in both.")
    else:
        notes.append(as_sentence(f"They part in week {story.parting.week}: {story.parting.what}"))
        notes.append(as_sentence(f"Why: {story.parting.why}"))
    notes += [each.told for each in story.accepted]
    hashes = " against ".join(world.scenario_hash for world in story.worlds)
    where = shortened(story.place.name, NAME_WIDTH, LABEL_SIZE)
    foot = [f"{NOT_A_FORECAST} · {where} · seed {story.seed} · scenario {hashes}"]
    foot += filter(None, [caution(story.place), OUTREACH_NOTE if story.has_outreach else ""])
    ends = ". ".join(f"In {_name(world)} at the end: {world.at_end}" for world in story.worlds)
    return Texts(title, subtitle, tuple(notes), tuple(foot), f"{title}. {notes[1]} {ends}.")


def _name(world: Told) -> str:
    """Return a world's name in quotation marks, shortened where it is long."""
    words = world.scenario.replace("-", " ").strip() or "unnamed"
    return f"‘{shortened(words, NAME_WIDTH, LABEL_SIZE)}’"


def draw_life_line(view: LifeLine, theme: Theme = LIGHT) -> str:
    """Return the life line as an SVG string."""

    def draw(area: Box) -> Drawing:
        marks, top = legend(_keys(view.kind, theme), area, theme)
        x = year_scale(view.weeks, area)
        most = min(MOST_TOLD, int(area.width / (2 * _MARK + 1)))
        first = top
        for world in view.worlds:
            lane, top = _lane(view, world, most, Box(area.left, top, area.width, 0.0), x, theme)
            marks.extend(lane)
            top += _LANE_GAP
        bottom = top - _LANE_GAP
        if view.parting is not None:
            at = x(float(view.parting))
            marks.insert(0, line((at, first + _NAME), (at, bottom), theme.ink, **_PART))
        axis = Box(area.left, first, area.width, bottom - first + 4)
        marks += x_axis(view.weeks, axis, theme, most_ticks(axis))
        told, end = _told(view, most, Box(area.left, bottom + _AXIS, area.width, 0.0), theme)
        return [*marks, *told], end

    return framed(view.texts, theme, draw)


def _keys(kind: str, theme: Theme) -> list[Key]:
    """Return what the colours mean."""
    if kind != "citizen":
        return [
            Key("burnout, 0 to 1", theme.arm),
            Key("vacant", theme.baseline, "dashed"),
            Key("thinks of leaving", theme.worse),
        ]
    stages = [Key(stage.label, theme.stages[stage]) for stage in STACK]
    return [*stages, *(Key(name, colour, "line") for name, colour in zip(_BARS, _bar_colours(theme), strict=True))]


_BARS: Final = ("lonely", "waiting", "with a link worker", "in an activity")


def _bar_colours(theme: Theme) -> tuple[str, ...]:
    return theme.worse, theme.baseline, theme.arm, theme.stages[Stage.OFF_BALANCE]


def _lane(view: LifeLine, world: Told, most: int, area: Box, x: Scale, theme: Theme) -> Drawing:
    """Return one world: its name, numbered marks of what happened, and how things went."""
    name = f"In {_name(world)}"
    marks = [text(area.left, area.top + LABEL_SIZE, name, theme.ink, LABEL_SIZE, is_strong=True, halo=theme.paper)]
    top = area.top + _NAME
    shown = world.happenings[:most]
    low, high = area.left + _MARK, area.right - _MARK
    for place, at in enumerate(kept_apart([x(float(each.week)) for each in shown], 2 * _MARK + 1, low, high)):
        centre = top + _MARK
        marks.append(element("circle", {"cx": at, "cy": centre, "r": _MARK, "fill": theme.shade}))
        y = middle_of(centre, SMALL_SIZE)
        marks.append(text(at, y, f"{place + 1}", theme.ink, SMALL_SIZE, "middle"))
    top += _MARKERS
    spans = list(_spans(world.track, view.weeks))
    if view.kind == "citizen":
        drawn, bottom = _life(spans, x, top, theme)
    else:
        drawn, bottom = _post(spans, x, top, theme)
    return [*marks, *drawn], bottom


def _spans(track: Track, weeks: int) -> Iterator[tuple[float, float, Mapping[str, Any]]]:
    """Return (from week, to week, values) as they lasted, until the end or until there is nobody."""
    ends = [week for week, _ in track[1:]] + [weeks]
    for (start, values), end in zip(track, ends, strict=True):
        if values and end > start:
            yield float(start), float(end), values


def _life(spans: Sequence[tuple[float, float, Mapping[str, Any]]], x: Scale, top: float, theme: Theme) -> Drawing:
    """Return the stages of a citizen as a band, and under it thin bars of loneliness and of the service."""
    marks: list[Element] = []
    for start, end, values in spans:
        colour = theme.stages[Stage(values["stage"])]
        marks.append(rectangle(x(start), top, x(end) - x(start) + 0.4, _BAND, colour))
    y = top + _BAND + _THIN_GAP
    for row, colour in enumerate(_bar_colours(theme)):
        for start, end, values in spans:
            if _states(values)[row]:
                marks.append(rectangle(x(start), y, x(end) - x(start) + 0.4, _THIN, colour))
        y += _THIN + _THIN_GAP
    return marks, y


def _states(values: Mapping[str, Any]) -> tuple[bool, ...]:
    """Return for each of `_BARS` whether it is so."""
    is_open = values["case.state"] != CaseState.CLOSED
    has_worker = is_open and values["case.worker"] >= 0
    return bool(values["lonely"]), is_open and not has_worker, has_worker, values["activity_row"] >= 0


def _post(spans: Sequence[tuple[float, float, Mapping[str, Any]]], x: Scale, top: float, theme: Theme) -> Drawing:
    """Return the burnout of whoever holds the post as a filled line, dashed boxes where nobody does."""
    marks: list[Element] = []
    y = Scale(0.0, 1.0, top + _TALL, top)
    run: list[tuple[float, float]] = []
    for start, end, values in [*spans, (0.0, 0.0, {})]:
        if values and values["in_post"]:
            run += [(x(start), y(values["burnout"])), (x(end), y(values["burnout"]))]
            if values["intends"]:
                marks.append(rectangle(x(start), top + _TALL + _THIN_GAP, x(end) - x(start) + 0.4, _THIN, theme.worse))
            continue
        if run:
            marks.append(polygon([(run[0][0], y(0.0)), *run, (run[-1][0], y(0.0))], theme.arm))
            run = []
        if values and values["fte"]:
            look: dict[str, str | float] = {"stroke": theme.baseline, "stroke_dasharray": "4 3"}
            marks.append(rectangle(x(start), top + _TALL / 2, x(end) - x(start), _TALL / 2, "none", **look))
    return marks, top + _TALL + _THIN_GAP + _THIN


def _told(view: LifeLine, most: int, area: Box, theme: Theme) -> Drawing:
    """Return what happened in each world, side by side, or below each other on narrow paper."""
    columns = 1 if theme.is_narrow else len(view.worlds)
    width = (area.width - _COLUMN_GAP * (columns - 1)) / columns
    marks: list[Element] = []
    bottom = area.top
    for position, world in enumerate(view.worlds):
        top = bottom if columns == 1 else area.top
        column = Box(area.left + position % columns * (width + _COLUMN_GAP), top, width, 0.0)
        drawn, end = _list(world, most, column, theme)
        marks.extend(drawn)
        bottom = max(bottom, end)
    return marks, bottom


def _list(world: Told, most: int, area: Box, theme: Theme) -> Drawing:
    """Return a world's happenings in sentences, numbered as in the picture."""
    marks = [text(area.left, area.top + LABEL_SIZE, f"In {_name(world)}", theme.ink, LABEL_SIZE, is_strong=True)]
    y = area.top + LABEL_SIZE + 6
    lines = [("", f"At the start: {world.at_start}")]
    shown = world.happenings[:most]
    lines += [(f"{place + 1}", f"Week {each.week}: {each.told}") for place, each in enumerate(shown)]
    more = len(world.happenings) - len(shown)
    lines += [("", f"and {more} more, which the table has")] if more else []
    lines += [("", f"At the end: {world.at_end}")]
    for number, words in lines:
        if number:
            marks.append(text(area.left, y + SMALL_SIZE, number, theme.quiet_ink, SMALL_SIZE))
        for part in wrapped(words, area.width - _INDENT, SMALL_SIZE):
            ink = theme.ink if number else theme.quiet_ink
            marks.append(text(area.left + _INDENT, y + SMALL_SIZE, part, ink, SMALL_SIZE))
            y += SMALL_SIZE * _LINE
    return marks, y + SMALL_SIZE
