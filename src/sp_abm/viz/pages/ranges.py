"""Ranges: whether these are of luck alone, or of luck and of what is not known about the parameters."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from sp_abm.viz.asked import Asked
from sp_abm.viz.findings import LUCK_ALONE
from sp_abm.viz.pages.cards import ranges_card
from sp_abm.viz.pages.ui import component
from sp_abm.viz.pages.widgets import RangeChoice

CHOICES: Final = {"0": LUCK_ALONE, "1": "luck and what is not known"}
"""What ranges can be of, by the value of the field `plausible` of a link."""


@component
def Ranges(asked: Asked, on_asked: Callable[[Asked], None]) -> None:
    """Let the visitor choose what ranges are of, with a card on where that comes from."""
    RangeChoice(
        value=str(int(asked.plausible)),
        options=[{"value": value, "label": label} for value, label in CHOICES.items()],
        card=ranges_card(),
        event_change=lambda value: on_asked(replace(asked, plausible=value == "1", runs=0)),
    )
