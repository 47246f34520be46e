"""Planes: what pictures of studies share: axes of any two numbers, colours between two, and the lines at the foot."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10
from typing import Any, Final

import numpy as np

from sp_abm.analysis.quantity import Quantity
from sp_abm.study import Study
from sp_abm.viz.axes import Box, Scale, middle_of, round_step
from sp_abm.viz.svg import Element, line, shortened, text, text_width
from sp_abm.viz.theme import SMALL_SIZE, Theme
from sp_abm.viz.words import NAME_WIDTH, NOT_A_FORECAST, NOT_REAL, OUTREACH_NOTE, as_sentence, decimal
from sp_abm.vocabulary import WEEKS_PER_YEAR

OUTREACH: Final = "outreach_share"
_TICK: Final = 4.0
_HAIR: Final = 1e-9
_MOST_DECIMALS: Final = 8
_WHOLE_FROM: Final = 100.0
_ROOM: Final = 0.06
"""Share of an axis left empty beyond the outermost value."""


@dataclass(frozen=True)
class Axis:
    """An axis: from where to where, the round numbers on it, and how many decimals they need."""

    low: float
    high: float
    ticks: tuple[float, ...]
    decimals: int

    def shown(self, value: float, more: int = 0) -> str:
        """Return a value with the decimals of the ticks, or some more."""
        return minus(decimal(value, self.decimals + more))


def axis(values: Sequence[float], most: int, *, has_zero: bool = False) -> Axis:
    """Return an axis that holds all values with a little room; with a single value it has a width of 1 about it."""
    found = [value for value in values if isfinite(value)] + ([0.0] if has_zero else [])
    low, high = (min(found), max(found)) if found else (0.0, 1.0)
    if not high - low > _HAIR * max(abs(low), abs(high)):
        low, high = low - 0.5, high + 0.5
    room = _ROOM * (high - low)
    low, high = (0.0 if has_zero and low == 0 else low - room), (0.0 if has_zero and high == 0 else high + room)
    step = round_step(high - low, most)
    ticks = tuple(step * k + 0.0 for k in range(ceil(low / step - _HAIR), floor(high / step + _HAIR) + 1))
    return Axis(low, high, ticks, min(_MOST_DECIMALS, max(0, -floor(log10(step) + _HAIR))))


def minus(number: str) -> str:
    """Return a number with a true minus."""
    return number.replace("-", "−")


def x_axis(across: Axis, x: Scale, box: Box, label: str, theme: Theme, *, has_grid: bool = False) -> list[Element]:
    """Return the axis under a box, its label below the numbers."""
    marks = [line((box.left, box.bottom), (box.right, box.bottom), theme.quiet_ink, stroke_width=1)]
    for tick in across.ticks:
        at = x(tick)
        top = box.top if has_grid else box.bottom
        marks.append(line((at, top), (at, box.bottom + _TICK), theme.grid if has_grid else theme.quiet_ink))
        marks.append(
            text(at, box.bottom + 2 * _TICK + SMALL_SIZE, across.shown(tick), theme.quiet_ink, anchor="middle")
        )
    words = shortened(label, box.width, SMALL_SIZE)
    middle, below = (box.left + box.right) / 2, box.bottom + 3 * _TICK + 2 * SMALL_SIZE + _TICK
    return [*marks, text(middle, below, words, theme.quiet_ink, anchor="middle")]


def y_axis(up: Axis, y: Scale, box: Box, label: str, theme: Theme) -> list[Element]:
    """Return grid lines across a box with their values on the left, its label above."""
    marks = [text(box.left, box.top - 2 * _TICK, label, theme.quiet_ink)]
    for tick in up.ticks:
        at = y(tick)
        marks.append(line((box.left, at), (box.right, at), theme.grid, stroke_width=1))
        marks.append(
            text(box.left - 2 * _TICK, middle_of(at, SMALL_SIZE), up.shown(tick), theme.quiet_ink, anchor="end")
        )
    return marks


def room_for(up: Axis) -> float:
    """Return the width that the numbers of an upright axis take."""
    return max(text_width(up.shown(tick), SMALL_SIZE) for tick in up.ticks) + 3 * _TICK


def mixed(one: str, other: str, share: float) -> str:
    """Return the colour a share of the way from one to the other, both written #rrggbb."""
    pairs = [(int(one[k : k + 2], 16), int(other[k : k + 2], 16)) for k in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


_CAPITALS: Final = {"gp": "GP", "gps": "GPs", "pcn": "PCN", "pcns": "PCNs", "gbp": "GBP", "fte": "FTE"}


def factor_words(name: str) -> str:
    """Return a factor's name as it is read: without its group and without underlines."""
    return " ".join(_CAPITALS.get(word, word) for word in name.rpartition(".")[2].split("_"))


def started(words: str) -> str:
    """Return words as they begin a sentence."""
    return f"{words[:1].upper()}{words[1:]}"


def in_unit(unit: str) -> str:
    """Return the words that say in which unit a number is."""
    if unit.startswith("share"):
        return f"as a {unit}"
    return f"on a scale of {unit}" if unit[:1].isdigit() else f"in {unit}"


def value_words(value: Any) -> str:
    """Return a factor's value as a person writes it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return value.replace("_", " ") if isinstance(value, str) else number_words(value)


def number_words(value: float) -> str:
    """Return a number with three significant digits, whole and with commas where it is large."""
    if abs(value) >= _WHOLE_FROM:
        return minus(f"{value:,.0f}")
    short = f"{value:.3g}"
    return minus(f"{value:.{_MOST_DECIMALS}f}".rstrip("0").rstrip(".") if "e" in short else short)


def study_footer(quantities: Sequence[Quantity]) -> tuple[str, ...]:
    """Return the lines at the foot: what it is not, place, study and how many runs; what to beware of."""
    study, values = quantities[0].study, quantities[0].values
    place, up_to = study.place, "" if np.isfinite(values).all() else "up to "
    where = shortened(place.name, NAME_WIDTH, SMALL_SIZE)
    origin = (
        f"{NOT_A_FORECAST} · {where} · study {shortened(study.name, NAME_WIDTH, SMALL_SIZE)} · {_span(study.weeks)} · "
        f"{len(values):,} points, {up_to}{values.shape[1]:,} replications"
    )
    note = place.note or ("" if place.is_real else NOT_REAL)
    return tuple(filter(None, [origin, as_sentence(note) if note else "", OUTREACH_NOTE if _goes_out(study) else ""]))


def _span(weeks: int) -> str:
    return (
        f"{weeks // WEEKS_PER_YEAR} years"
        if weeks > WEEKS_PER_YEAR and not weeks % WEEKS_PER_YEAR
        else f"{weeks} weeks"
    )


def _goes_out(study: Study) -> bool:
    """Say whether link workers ever go out to meet people in a study."""
    steps = [step for arm in study.arms.values() for step in arm.levers.get(OUTREACH, ())]
    return OUTREACH in study.factor_names or any(value > 0 for _, value in steps)
