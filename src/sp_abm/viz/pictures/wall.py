"""Wall: one token a post, the caseload inside, burnout by fill and shape, dashed when nobody is in post."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from typing import Any, Final

from sp_abm.errors import BadValue
from sp_abm.results import Results
from sp_abm.viz.axes import Box, Drawing, middle_of
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.svg import Element, Point, element, number, polygon, shortened, text, text_width
from sp_abm.viz.table import Cell, Table, table
from sp_abm.viz.theme import KEY_GAP, LABEL_SIZE, LIGHT, SMALL_SIZE, Theme
from sp_abm.viz.words import ONE_RUN, arm_name, check_pair, decimal, footer, quoted

BANDS: Final = ("rested", "strained", "burnt out")
BORDERS: Final = (0.25, 0.5)
"""Burnout from which a link worker is strained, and above which burnt out (W061 counts those above .5)."""
LEAVING: Final = "→"
"""The sign under a link worker who thinks of leaving."""
MOST_TOKENS: Final = 240
_CELLS: Final = (74.0, 64.0, 56.0, 50.0, 44.0, 38.0)
_HIGHEST: Final = 560.0
_LARGE: Final = 46.0
"""Width of a cell from which the number inside is set larger."""
_FILLED: Final = 0.72
"""Width of a token, as a share of its cell."""
_UNDER: Final = 17.0
_NAME_ROOM: Final = 26.0
_WALL_GAP: Final = 24.0
_KEY: Final = 9.0
_SIDE: Final = 0.86
_DASH: Final = "3 3"
_OUTLINE: Final = 1.6


@dataclass(frozen=True)
class Post:
    """One post: where it is, how big, and, if somebody is in it, caseload, limit and burnout."""

    number: int
    pcn: int
    fte: float
    is_filled: bool
    cases: int
    limit: int
    burnout: float
    intends: bool

    @property
    def band(self) -> int:
        """Return which of `BANDS` the holder is in."""
        return (self.burnout >= BORDERS[0]) + (self.burnout > BORDERS[1])

    @property
    def state(self) -> str:
        """Return in words how the post stands."""
        return BANDS[self.band] if self.is_filled else "vacant"


@dataclass(frozen=True)
class Wall:
    """What the picture shows: each arm's name and posts, by PCN and number."""

    arms: tuple[tuple[str, tuple[Post, ...]], ...]
    texts: Texts

    @property
    def table(self) -> Table:
        """Return one row a post and arm."""
        columns = [
            "run",
            "PCN",
            "post",
            "full-time share",
            "state",
            "open cases",
            "limit",
            "burnout, 0 to 1",
            "thinks of leaving",
        ]
        rows: list[list[Cell]] = [
            [arm, post.pcn + 1, post.number, round(post.fte, 2), post.state, *_of_holder(post)]
            for arm, posts in self.arms
            for post in posts
        ]
        return table(columns, rows)


def _of_holder(post: Post) -> tuple[Cell, ...]:
    if not post.is_filled:
        return None, None, None, None
    return post.cases, post.limit, round(post.burnout, 2), "yes" if post.intends else "no"


def wall(results: Results, baseline: Results | None = None) -> Wall:
    """Return what to draw of the posts in a run's last week."""
    check_pair(results, baseline)
    arms = tuple((arm_name(run), posts_of(run)) for run in filter(None, (results, baseline)))
    return Wall(arms, _texts(results, baseline, arms))


def posts_of(results: Results) -> tuple[Post, ...]:
    """Return the posts funded in the last week; raises `BadValue` if the results carry no portrait."""
    if "posts" not in results.portrait:
        raise BadValue("these results carry no portrait of the posts; run the scenario again to have one.")
    columns = results.portrait["posts"]
    found = [_post({name: column[row] for name, column in columns.items()}) for row in range(columns["id"].size)]
    return tuple(sorted((post for post in found if post.fte > 0), key=lambda post: (post.pcn, post.number)))


def _post(row: dict[str, Any]) -> Post:
    return Post(
        int(row["id"]),
        int(row["pcn"]),
        float(row["fte"]),
        bool(row["in_post"]),
        int(row["open_cases"]),
        int(row["limit"]),
        float(row["burnout"]),
        bool(row["intends"]),
    )


def _counts(posts: Sequence[Post]) -> tuple[int, int, int]:
    """Return posts, those filled, and the holders burnt out."""
    filled = [post for post in posts if post.is_filled]
    return len(posts), len(filled), sum(post.state == BANDS[2] for post in filled)


def _texts(results: Results, baseline: Results | None, arms: tuple[tuple[str, tuple[Post, ...]], ...]) -> Texts:
    total, filled, burnt = _counts(arms[0][1])
    title = "There are no posts at the end"
    if total:
        title = f"At the end {filled} of {total} posts are filled, and {burnt} of {filled} link workers are burnt out"
    if baseline is not None:
        total, filled, burnt = _counts(arms[1][1])
        then = f"{filled} of {total} are filled and {burnt} burnt out" if total else "there are none"
        title += f"; in {quoted(baseline)} {then}"
    subtitle = (
        f"Every post in the last week ({results.n_weeks}): the number inside is its open cases, the fill its burnout "
        f"from 0 (empty) to 1 (full); {LEAVING} thinks of leaving"
    )
    notes = ["One week of one run: with few posts it is mostly chance. The figure workforce has means over a year."]
    notes += [f"Only the first {MOST_TOKENS} posts are drawn."] if any(len(p) > MOST_TOKENS for _, p in arms) else []
    notes += [] if baseline is None else [ONE_RUN]
    cases = sum(post.cases for post in arms[0][1])
    description = f"{title}. Open cases held: {decimal(cases, 0)}."
    return Texts(title, subtitle, tuple(notes), tuple(footer(results, baseline)), description)


def draw_wall(view: Wall, theme: Theme = LIGHT) -> str:
    """Return the wall as an SVG string."""

    def draw(area: Box) -> Drawing:
        marks, top = _keys(area, theme)
        columns = 1 if theme.is_narrow and not theme.is_low else len(view.arms)
        width = (area.width - (columns - 1) * _WALL_GAP) / columns
        cell, bottom = _cell_size(view, width, area.bottom - top - _NAME_ROOM if theme.is_low else _HIGHEST), top
        for position, (arm, posts) in enumerate(view.arms):
            left = area.left + position % columns * (width + _WALL_GAP)
            top = bottom if columns == 1 else top
            name = shortened(arm, width, LABEL_SIZE, is_strong=True)
            marks.append(text(left, top + LABEL_SIZE, name, theme.ink, LABEL_SIZE, is_strong=True))
            tokens, end = _tokens(posts[:MOST_TOKENS], cell, Box(left, top + _NAME_ROOM, width, 0.0), theme)
            marks.extend(tokens)
            bottom = max(bottom, end + (_KEY if columns == 1 else 0.0))
        return marks, bottom

    return framed(view.texts, theme, draw)


def _cell_size(view: Wall, width: float, highest: float) -> float:
    """Return the width of a token's cell: one with which each wall is one row, or none higher than may be."""
    most = max((len(posts) for _, posts in view.arms), default=0)
    for cell in _CELLS:
        if cell >= _LARGE and most * cell <= width:
            return cell
    for cell in _CELLS:
        across = max(1, int(width / cell))
        if all(_height(posts[:MOST_TOKENS], across, cell) <= highest for _, posts in view.arms):
            return cell
    return _CELLS[-1]


def _height(posts: Sequence[Post], across: int, cell: float) -> float:
    """Return roughly how high a wall of so many cells across is, each PCN in rows of its own."""
    teams = [len(list(team)) for _, team in groupby(posts, key=lambda post: post.pcn)]
    return sum(ceil(team / across) for team in teams) * (cell + _UNDER) + (len(teams) > 1) * SMALL_SIZE * len(teams)


def _tokens(posts: Sequence[Post], cell: float, area: Box, theme: Theme) -> Drawing:
    """Return one token a post, PCN by PCN, each PCN under its name where there are several."""
    if not posts:
        marks = [text(area.left, area.top + LABEL_SIZE, "no posts", theme.quiet_ink, LABEL_SIZE)]
        return marks, area.top + 2 * LABEL_SIZE
    marks = []
    has_many = len({post.pcn for post in posts}) > 1
    name_room = SMALL_SIZE + KEY_GAP if has_many else 0.0
    high = cell + _UNDER
    across = max(1, int(area.width / cell))
    x = y = 0.0
    for pcn, team in groupby(posts, key=lambda post: post.pcn):
        members = list(team)
        needed = max(min(len(members), across) * cell, text_width(f"PCN {pcn + 1}", SMALL_SIZE) + KEY_GAP)
        if x > 0 and x + needed > area.width:
            x, y = 0.0, y + high + (SMALL_SIZE if has_many else 0.0)
        if has_many:
            label = f"PCN {pcn + 1}"
            marks.append(text(area.left + x, area.top + y + SMALL_SIZE, label, theme.quiet_ink, SMALL_SIZE))
        top = area.top + y + name_room
        for position, post in enumerate(members):
            row, column = divmod(position, across)
            place = Box(area.left + x + column * cell, top + row * high, cell, cell)
            marks.extend(_token(post, place, theme))
        y += high * ((len(members) - 1) // across)
        x = x + needed + KEY_GAP if len(members) <= across else area.width
    return marks, area.top + y + high + name_room


def _token(post: Post, place: Box, theme: Theme) -> list[Element]:
    """Return the token of a post with its caseload."""
    radius = place.width * _FILLED / 2
    centre = (place.left + place.width / 2, place.top + radius + 2)
    size = LABEL_SIZE if place.width >= _LARGE else SMALL_SIZE
    if not post.is_filled:
        dashed = _shape(0, centre, radius, fill="none", stroke=theme.quiet_ink, stroke_dasharray=_DASH)
        return [dashed, text(centre[0], middle_of(centre[1], size), "–", theme.quiet_ink, size, "middle")]
    colour = theme.strain[post.band]
    marks = [_shape(post.band, centre, radius, fill=theme.paper, stroke=colour, stroke_width=_OUTLINE)]
    marks.append(_fill(post, centre, radius, colour))
    y = middle_of(centre[1], size)
    marks.append(text(centre[0], y, f"{post.cases}", theme.ink, size, "middle", is_strong=True, halo=theme.paper))
    if post.intends:
        below = centre[1] + radius + SMALL_SIZE
        marks.append(text(centre[0], below, LEAVING, theme.ink, SMALL_SIZE, "middle"))
    return marks


def _outline(band: int, centre: Point, radius: float) -> list[Point]:
    """Return the corners of a band's shape: a diamond when burnt out, else a square."""
    x, y = centre
    if BANDS[band] == "burnt out":
        return [(x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y)]
    side = radius * _SIDE
    return [(x - side, y - side), (x + side, y - side), (x + side, y + side), (x - side, y + side)]


def _shape(band: int, centre: Point, radius: float, **look: str | float) -> Element:
    """Return the outline of a band's shape: a circle when rested, a square when strained, a diamond when burnt out."""
    if band == 0:
        return element("circle", {"cx": centre[0], "cy": centre[1], "r": radius, **look})
    fill = str(look.pop("fill"))
    return polygon(_outline(band, centre, radius), fill, stroke_linejoin="round", **look)


def _fill(post: Post, centre: Point, radius: float, colour: str) -> Element:
    """Return the part of a shape that burnout fills, from below."""
    x, y = centre
    if post.band == 0:
        level = y + radius - 2 * radius * post.burnout
        half = max(0.0, radius**2 - (level - y) ** 2) ** 0.5
        flag = 1 if level < y else 0
        arc = f"A{number(radius)},{number(radius)} 0 {flag} 0 {number(x + half)},{number(level)}"
        path = f"M{number(x - half)},{number(level)}{arc}Z"
        return element("path", {"d": path, "fill": colour})
    if post.band == 1:
        side = radius * _SIDE
        level = y + side - 2 * side * post.burnout
        return polygon([(x - side, level), (x + side, level), (x + side, y + side), (x - side, y + side)], colour)
    level = y + radius - 2 * radius * post.burnout
    half = max(0.0, radius - abs(level - y))
    corners = [(x - half, level), (x + half, level), (x + radius, y), (x, y + radius), (x - radius, y)]
    return polygon(corners if level <= y else [*corners[:2], (x, y + radius)], colour)


def _keys(area: Box, theme: Theme) -> Drawing:
    """Return the key of the shapes."""
    marks: list[Element] = []
    x, y = area.left, area.top
    words = (f"rested (below {BORDERS[0]:g})", "strained", f"burnt out (above {BORDERS[1]:g})", "vacant")
    for band, name in enumerate(words):
        width = 2 * _KEY + KEY_GAP + text_width(name, SMALL_SIZE)
        if x > area.left and x + width > area.right:
            x, y = area.left, y + 2 * _KEY + KEY_GAP
        centre = (x + _KEY, y + _KEY)
        if name == "vacant":
            marks.append(_shape(0, centre, _KEY - 1, fill="none", stroke=theme.quiet_ink, stroke_dasharray=_DASH))
        else:
            colour = theme.strain[band]
            marks.append(_shape(band, centre, _KEY, fill=colour, stroke=colour))
        marks.append(text(x + 2 * _KEY + KEY_GAP, middle_of(centre[1], SMALL_SIZE), name, theme.ink, SMALL_SIZE))
        x += width + 2 * _KEY
    return marks, y + 2 * _KEY + 2 * KEY_GAP
