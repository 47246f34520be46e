"""Themes: the colours of stages and arms, the letters and their sizes, light and dark.

Stage colours are the first five of the UK Government Analysis palette. Deep blue is calm and is for thriving,
orange warns of pre-crisis, dark red-purple is the alarm of crisis; recovering is a neutral grey. In the order
they are stacked, neighbours differ in lightness, so that the boundaries show without colour vision too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sp_abm.vocabulary import Stage

FONT: Final = "Source Sans Pro"
FONT_FAMILY: Final = '"Source Sans Pro", sans-serif'

TITLE_SIZE: Final = 20.0
SUBTITLE_SIZE: Final = 14.0
LABEL_SIZE: Final = 14.0
SMALL_SIZE: Final = 12.5
KEY_GAP: Final = 7.0
"""Pixels between a mark and the words that belong to it."""
LINE_HEIGHT: Final = 1.3
NORMAL_WEIGHT: Final = 400
STRONG_WEIGHT: Final = 600


@dataclass(frozen=True)
class Theme:
    """Colours of one look: paper and ink, quiet marks, stages and the two arms."""

    name: str
    paper: str
    ink: str
    quiet_ink: str
    grid: str
    shade: str
    stages: Mapping[Stage, str]
    arm: str
    baseline: str


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
)
THEMES: Final[Mapping[str, Theme]] = {theme.name: theme for theme in (LIGHT, DARK)}

STACK: Final = (Stage.THRIVING, Stage.OFF_BALANCE, Stage.RECOVERING, Stage.PRE_CRISIS, Stage.CRISIS)
"""Stages from the bottom of a stack to its top: the two at the top together are distress."""
