"""Themes: the colours of stages and arms, the letters and their sizes, light and dark, wide and narrow.

Stage colours are the first five of the UK Government Analysis palette. Deep blue is calm and is for thriving,
orange warns of pre-crisis, dark red-purple is the alarm of crisis; recovering is a neutral grey. In the order
they are stacked, neighbours differ in lightness, so that the boundaries show without colour vision too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from sp_abm.errors import BadValue, unknown
from sp_abm.vocabulary import Stage

FONT: Final = "Source Sans Pro"
FONT_FAMILY: Final = '"Source Sans Pro", Arial, sans-serif'

TITLE_SIZE: Final = 20.0
SUBTITLE_SIZE: Final = 14.0
LABEL_SIZE: Final = 14.0
SMALL_SIZE: Final = 12.5
ROOM_SIZE: Final = 28.0
"""Least size of letters on a screen that a room reads."""
_ROOM_MARGIN: Final = 72.0
"""Pixels of a screen that a page leaves free beside a picture, with a bar to scroll by."""
_ROOM_BAR, _ROOM_EDGES = 120.0, 42.0
"""Pixels of a screen that a page takes above a picture, two rows of its bar in large letters, and beside it."""
_ROOM_SHAPE: Final = 9 / 16
"""How high a room's screen is for its width; a squarer one only has more."""
KEY_GAP: Final = 7.0
"""Pixels between a mark and the words that belong to it."""
LINE_HEIGHT: Final = 1.3
NORMAL_WEIGHT: Final = 400
STRONG_WEIGHT: Final = 600
WIDE, NARROW = 860.0, 390.0
"""Widths of a picture in a report or on a screen, and on a phone or a slide read from the back of a room."""
NARROWEST, WIDEST = 320.0, 2000.0
_NARROW_BELOW: Final = 640.0
_LOW_FROM: Final = 470.0
"""Width from which a picture for a room has side by side what narrow paper has below each other."""
_MARGIN, _NARROW_MARGIN = 24.0, 16.0


@dataclass(frozen=True)
class Theme:
    """One look: paper and ink, quiet marks, stages, the two arms, other parts of a whole; and how wide it is.

    `parts` differ in lightness, so that they are told apart without colour vision too. `better` and `worse` are for
    people who are better or worse off, `strain` for a link worker's burnout. A brief picture fits a screen with others
    or with large letters: it is lower, its title is hardly larger than the rest, and the lines on where it comes from
    are left out, since the page says that. `height` is what a room's screen shows at once: a picture keeps within it if
    it can; 0 leaves every picture as high as it likes to be.
    """

    name: str
    paper: str
    ink: str
    quiet_ink: str
    grid: str
    shade: str
    stages: Mapping[Stage, str]
    arm: str
    baseline: str
    parts: tuple[str, ...]
    better: str
    worse: str
    strain: tuple[str, ...]
    width: float = WIDE
    height: float = 0.0
    is_brief: bool = False

    @property
    def is_narrow(self) -> bool:
        """Return whether things that otherwise stand side by side stand below each other."""
        return self.width < _NARROW_BELOW

    @property
    def is_low(self) -> bool:
        """Return whether what otherwise stands below each other stands side by side, since height is scarce."""
        return self.height > 0 and self.width >= _LOW_FROM

    @property
    def margin(self) -> float:
        """Return the pixels left free on either side."""
        return _NARROW_MARGIN if self.is_narrow else _MARGIN

    def at(self, width: float) -> "Theme":
        """Return this look at another width."""
        return replace(self, width=width)


LIGHT: Final = Theme(
    name="light",
    paper="#ffffff",
    ink="#1b1f24",
    quiet_ink="#545b64",
    grid="#d9dde2",
    shade="#f1f3f5",
    stages={
        Stage.THRIVING: "#12436d",
        Stage.OFF_BALANCE: "#28a197",
        Stage.RECOVERING: "#3d3d3d",
        Stage.PRE_CRISIS: "#f46a25",
        Stage.CRISIS: "#801650",
    },
    arm="#12436d",
    baseline="#7a828c",
    parts=("#12436d", "#2073bc", "#6bace6", "#b9c3cd"),
    better="#12436d",
    worse="#d4511e",
    strain=("#9cc4e4", "#f3a977", "#801650"),
)
DARK: Final = Theme(
    name="dark",
    paper="#14181d",
    ink="#eceff2",
    quiet_ink="#aeb6c0",
    grid="#39414a",
    shade="#1d232a",
    stages={
        Stage.THRIVING: "#5b9bd5",
        Stage.OFF_BALANCE: "#8fd8cf",
        Stage.RECOVERING: "#8b929a",
        Stage.PRE_CRISIS: "#ffa36b",
        Stage.CRISIS: "#e0559b",
    },
    arm="#7db6ea",
    baseline="#9aa3ad",
    parts=("#4f8fcd", "#86baea", "#c6e0f7", "#5f6974"),
    better="#7db6ea",
    worse="#ff9a5c",
    strain=("#4f86b8", "#d98a4f", "#e0559b"),
)
THEMES: Final[Mapping[str, Theme]] = {theme.name: theme for theme in (LIGHT, DARK)}


def checked_theme(name: str, width: float = WIDE) -> Theme:
    """Return a theme by name at a width, or raise `UnknownName` or `BadValue`."""
    if name not in THEMES:
        raise unknown("theme", name, THEMES)
    if not NARROWEST <= width <= WIDEST:
        raise BadValue(f"width = {width:g} must be from {NARROWEST:g} to {WIDEST:g} pixels.")
    return THEMES[name].at(width)


def for_a_room(name: str, screen: float) -> Theme:
    """Return a theme by name, so narrow that on a screen of that many pixels all letters are read from afar."""
    width = min(WIDE, max(NARROWEST, int((screen - _ROOM_MARGIN) * SMALL_SIZE / ROOM_SIZE)))
    height = max(0.0, screen * _ROOM_SHAPE - _ROOM_BAR) * width / max(width, screen - _ROOM_EDGES)
    return replace(checked_theme(name, width), is_brief=True, height=height)


STACK: Final = (Stage.THRIVING, Stage.OFF_BALANCE, Stage.RECOVERING, Stage.PRE_CRISIS, Stage.CRISIS)
"""Stages from the bottom of a stack to its top: the two at the top together are distress."""
