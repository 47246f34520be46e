"""Professionals: one team and those around it: GPs, practices, link workers, and the organisations they know."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.errors import BadValue
from sp_abm.results import Results
from sp_abm.viz.axes import Box, Drawing
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.legend import Key, legend
from sp_abm.viz.svg import Element, Point, element, line, rectangle, text, wrapped
from sp_abm.viz.table import Cell, Table, table
from sp_abm.viz.theme import LIGHT, SMALL_SIZE, Theme
from sp_abm.viz.words import decimal, footer, percent, quoted

_HEADINGS: Final = ("GPs", "Practices", "PCN", "Link workers", "Groups")
_AWARE: Final = (0.33, 0.66)
_HIGH, _LOW = 420.0, 120.0
_HEAD: Final = 36.0
_MOST_STEP: Final = 110.0
_FILLED: Final = 0.9
_CLEAREST, _LINES_SEEN = 0.55, 80
"""Opacity of a line where there are few, and how many lines are few: more of them are paler."""
_LINE: Final = 1.2


@dataclass(frozen=True)
class Team:
    """One PCN: rows of its practices, GPs (practice, awareness), posts and organisations, and who knows whom."""

    pcn: int
    practices: tuple[int, ...]
    gps: tuple[tuple[int, float], ...]
    posts: tuple[tuple[int, bool], ...]
    organisations: tuple[tuple[int, int, int], ...]
    known: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Professionals:
    """What the picture shows: the team with the most posts filled."""

    team: Team
    texts: Texts

    @property
    def table(self) -> Table:
        """Return one row for each GP, link worker and organisation."""
        team = self.team
        rows: list[list[Cell]] = [
            ["GP", f"practice {practice + 1}", round(aware, 2), None, None, None] for practice, aware in team.gps
        ]
        for row, is_filled in team.posts:
            n = sum(post == row for post, _ in team.known)
            rows.append(["post" if is_filled else "vacant post", f"PCN {team.pcn + 1}", None, n, None, None])
        for row, places, taken in team.organisations:
            n = sum(organisation == row for _, organisation in team.known)
            rows.append(["organisation", f"PCN {team.pcn + 1}", None, n, places, taken])
        columns = ["kind", "of", "awareness of a GP, 0 to 1", "knows, or is known by", "places", "places taken"]
        return table(columns, rows)


def professionals(results: Results, baseline: Results | None = None) -> Professionals:
    """Return the professional network of one PCN of a run in its last week."""
    team = team_of(results)
    return Professionals(team, _texts(results, team))


def team_of(results: Results) -> Team:
    """Return the PCN with the most posts filled; raises `BadValue` if the results carry no portrait."""
    tables = results.portrait
    if "knows" not in tables:
        raise BadValue("these results carry no portrait of the networks; run the scenario again to have one.")
    posts, n = tables["posts"], tables["pcns"]["residents"].size
    pcn = int(np.bincount(posts["pcn"][posts["in_post"]], minlength=n).argmax())
    practices = np.flatnonzero(tables["practices"]["pcn"] == pcn)
    of_team = np.flatnonzero((posts["pcn"] == pcn) & (posts["fte"] > 0))
    local = np.flatnonzero(tables["organisations"]["pcn"] == pcn)
    gps = [
        (int(practice), float(aware))
        for practice, aware in zip(tables["gps"]["practice"], tables["gps"]["awareness"], strict=True)
        if practice in practices
    ]
    return Team(
        pcn,
        tuple(practices.tolist()),
        tuple(sorted(gps)),
        tuple((int(row), bool(posts["in_post"][row])) for row in of_team),
        _organisations(tables["organisations"], local),
        _known(tables["knows"], posts["in_post"], of_team, local),
    )


def _organisations(columns: dict[str, NDArray[Any]], local: NDArray[np.int64]) -> tuple[tuple[int, int, int], ...]:
    return tuple((int(row), int(columns["places"][row]), int(columns["occupied"][row])) for row in local)


def _known(
    knows: dict[str, NDArray[Any]], in_post: NDArray[np.bool_], posts: NDArray[np.int64], local: NDArray[np.int64]
) -> tuple[tuple[int, int], ...]:
    """Return (post, organisation) for every organisation of the PCN that the holder of one of its posts knows."""
    ours, theirs = set(posts[in_post[posts]].tolist()), set(local.tolist())
    pairs = zip(knows["post"].tolist(), knows["organisation"].tolist(), strict=True)
    return tuple((post, organisation) for post, organisation in pairs if post in ours and organisation in theirs)


def _texts(results: Results, team: Team) -> Texts:
    filled, local = sum(is_filled for _, is_filled in team.posts), len(team.organisations)
    title = f"PCN {team.pcn + 1}: no link worker is in post"
    if filled and local:
        share = len(team.known) / filled / local
        title = f"A link worker of PCN {team.pcn + 1} knows {percent(share)} of {local} local organisations"
    aware = np.mean([aware for _, aware in team.gps]) if team.gps else np.nan
    subtitle = (
        f"The team with the most posts filled, in the last week of {quoted(results)}; its GPs’ awareness of the "
        f"service averages {decimal(float(aware), 2)} of 1"
    )
    full = sum(taken >= places for _, places, taken in team.organisations)
    notes = (
        f"{full} of {local} organisations have no free place. One run; a sample: the model has all teams.",
        "Groups: community organisations. Grey lines: works for. Blue lines: a link worker knows a group.",
    )
    return Texts(title, subtitle, notes, tuple(footer(results, None)), f"{title}. {subtitle}. {notes[0]}")


def draw_professionals(view: Professionals, theme: Theme = LIGHT) -> str:
    """Return the professional network as an SVG string."""

    def draw(area: Box) -> Drawing:
        keys = [
            Key("GP well aware", theme.parts[0]),
            Key("GP less aware", theme.parts[1]),
            Key("GP hardly aware", theme.parts[3]),
            Key("group with a free place", theme.better),
            Key("group that is full", theme.worse),
        ]
        marks, top = legend(keys, area, theme)
        high = max(_LOW, min(_HIGH, area.bottom - top - _HEAD)) if theme.is_low else _HIGH
        plot = Box(area.left, top + _HEAD, area.width, high)
        return [*marks, *_headings(plot, top, theme), *_network(view.team, plot, theme)], plot.bottom

    return framed(view.texts, theme, draw)


def _headings(plot: Box, top: float, theme: Theme) -> list[Element]:
    step = plot.width / len(_HEADINGS)
    marks = []
    for column, words in enumerate(_HEADINGS):
        for row, part in enumerate(wrapped(words, step - 2, SMALL_SIZE)):
            x, y = plot.left + (column + 0.5) * step, top + SMALL_SIZE * (1 + row * _LINE)
            marks.append(text(x, y, part, theme.quiet_ink, SMALL_SIZE, "middle"))
    return marks


def _spread(n: int, column: int, plot: Box) -> list[Point]:
    """Return n points down the middle of a column, evenly apart and no farther than needed."""
    x = plot.left + (column + 0.5) * plot.width / len(_HEADINGS)
    step = min(_MOST_STEP, plot.height / max(1, n))
    first = plot.top + plot.height / 2 - step * (n - 1) / 2
    return [(x, first + position * step) for position in range(n)]


def _network(team: Team, plot: Box, theme: Theme) -> list[Element]:
    """Return the lines, and over them the signs of everybody."""
    sizes = map(len, (team.gps, team.practices, (team.pcn,), team.posts, team.organisations))
    places = [_spread(n, column, plot) for column, n in enumerate(sizes)]
    return [*_lines(team, places, theme), *_signs(team, places, plot.height, theme)]


def _lines(team: Team, places: Sequence[Sequence[Point]], theme: Theme) -> list[Element]:
    """Return who works for whom, and which organisations link workers know; places are by column, as the headings."""
    gps, practices, (centre,), posts, organisations = places
    practice_at = dict(zip(team.practices, practices, strict=True))
    post_at = {row: at for (row, _), at in zip(team.posts, posts, strict=True)}
    organisation_at = {row: at for (row, _, _), at in zip(team.organisations, organisations, strict=True)}
    marks = [line(at, practice_at[row], theme.grid) for (row, _), at in zip(team.gps, gps, strict=True)]
    marks += [line(at, centre, theme.grid, stroke_width=1.5) for at in practices]
    marks += [line(centre, at, theme.grid, stroke_width=1.5) for at in posts]
    pale = _CLEAREST * min(1.0, (_LINES_SEEN / max(1, len(team.known))) ** 0.5)
    thin: dict[str, str | float] = {"stroke_width": 0.9, "stroke_opacity": pale}
    return marks + [line(post_at[post], organisation_at[other], theme.arm, **thin) for post, other in team.known]


def _signs(team: Team, places: Sequence[Sequence[Point]], height: float, theme: Theme) -> list[Element]:
    """Return a sign for each GP, practice, the PCN, each post and organisation, at their places by column."""
    gps, practices, (centre,), posts, organisations = places
    marks = [_circle(at, 5.0, fill=_awareness(aware, theme)) for (_, aware), at in zip(team.gps, gps, strict=True)]
    marks += [_square(at, 7.0, theme.ink) for at in practices]
    marks += [_circle(centre, 13.0, fill=theme.ink)]
    for (_, is_filled), at in zip(team.posts, posts, strict=True):
        look = {"fill": theme.arm} if is_filled else {"fill": theme.paper, "stroke_dasharray": "3 3"}
        marks.append(_circle(at, 9.0, stroke=theme.arm, **look))
    size = min(5.0, _FILLED * height / max(1, len(team.organisations)) / 2)
    for (_, room, taken), at in zip(team.organisations, organisations, strict=True):
        marks.append(_square(at, size, theme.worse if taken >= room else theme.better))
    return marks


def _awareness(aware: float, theme: Theme) -> str:
    return theme.parts[0] if aware > _AWARE[1] else theme.parts[1] if aware > _AWARE[0] else theme.parts[3]


def _circle(at: Point, radius: float, **look: str | float) -> Element:
    return element("circle", {"cx": at[0], "cy": at[1], "r": radius, **look})


def _square(at: Point, half: float, colour: str) -> Element:
    return rectangle(at[0] - half, at[1] - half, 2 * half, 2 * half, colour, rx=1)
