"""Factor bars: factors as rows of lying bars with their intervals: the tornado, and Sobol's shares of variance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sp_abm.analysis.sensitivity import Variance
from sp_abm.analysis.tornado import Tornado
from sp_abm.comparison import CLEAR
from sp_abm.viz.axes import Box, Drawing, Scale, middle_of
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.legend import Key, legend
from sp_abm.viz.studies.plane import Axis, axis, number_axis
from sp_abm.viz.studies.words import factor_words, in_unit, study_footer, value_words
from sp_abm.viz.svg import Anchor, Element, line, rectangle, shortened, text, text_width
from sp_abm.viz.theme import KEY_GAP, LABEL_SIZE, LIGHT, SMALL_SIZE, Theme
from sp_abm.viz.words import percent, started

MOST_ROWS: Final = 20
_BAR: Final = 17.0
_GAP: Final = 12.0
_NAME_ROOM: Final = 22.0
_FAINT: Final = 0.45
_ANCHORS: Final[dict[bool, Anchor]] = {False: "start", True: "end"}


@dataclass(frozen=True)
class Bar:
    """One bar from 0, with its interval and the words at its end."""

    value: float
    low: float
    high: float
    words: str
    is_second: bool = False
    is_faint: bool = False


@dataclass(frozen=True)
class Row:
    """A factor with its bars."""

    name: str
    bars: tuple[Bar, ...]


def draw_tornado(found: Tornado, theme: Theme = LIGHT) -> str:
    """Return the tornado as an SVG string."""
    return _drawn(tornado_texts(found), _tornado_rows(found), "change", (), theme)


def _tornado_rows(found: Tornado) -> list[Row]:
    return [
        Row(
            factor_words(bar.factor),
            tuple(
                Bar(change.mean, change.low, change.high, value_words(value), is_faint=change.verdict != CLEAR)
                for value, change in zip(bar.values, bar.changes, strict=True)
            ),
        )
        for bar in found.bars
    ]


def tornado_texts(found: Tornado) -> Texts:
    """Return the words of the picture."""
    rows, quantity, most = _tornado_rows(found), found.quantity, found.bars[0]
    across = _axis(rows)
    title = f"{started(factor_words(most.factor))} moves it most: by {across.shown(most.swing, 1)} from end to end"
    subtitle = (
        f"{quantity.label}: change from {across.shown(found.base.mean, 1)} when one factor at a time has the value "
        f"beside its bar, {in_unit(quantity.measure.unit)}."
    )
    notes = ["Whiskers: 95% intervals of paired differences. Pale bars are not clear."]
    return Texts(title, subtitle, (*notes, *_left_out(rows)), study_footer([quantity]), _said(title, rows))


def draw_sobol(found: Variance, theme: Theme = LIGHT) -> str:
    """Return Sobol's indices as an SVG string."""
    keys = Key("with all it acts together with (ST)", theme.arm), Key("alone (S1)", theme.baseline)
    return _drawn(sobol_texts(found), _sobol_rows(found), "share of the variance between points", keys, theme)


def _sobol_rows(found: Variance) -> list[Row]:
    return [
        Row(
            factor_words(entry["factor"]),
            (
                Bar(entry["ST"], entry["ST_low"], entry["ST_high"], percent(max(0.0, entry["ST"]))),
                Bar(entry["S1"], entry["S1_low"], entry["S1_high"], percent(max(0.0, entry["S1"])), is_second=True),
            ),
        )
        for entry in found.frame.to_dict("records")
    ]


def sobol_texts(found: Variance) -> Texts:
    """Return the words of the picture."""
    rows, quantity, first = _sobol_rows(found), found.quantity, found.frame.iloc[0]
    low, high = (percent(max(0.0, float(first[end]))) for end in ("ST_low", "ST_high"))
    name = started(factor_words(first["factor"]))
    title = f"{name} explains {percent(float(first['ST']))} ({low} to {high}) of the variance"
    subtitle = f"{quantity.label}: each factor’s share of the variance, alone and with all it acts together with."
    notes = [f"Whiskers: 95% intervals. {noise_words(found.noise_share)}"]
    if found.noise_share > first["ST"]:
        notes.append("Luck is larger than any factor here: add replications before reading this.")
    return Texts(title, subtitle, (*notes, *_left_out(rows)), study_footer([quantity]), _said(title, rows))


def noise_words(share: float) -> str:
    """Return in words how much of the variance between points is luck."""
    if not np.isfinite(share):
        return "With one replication nothing is known of how much of this is luck."
    return f"Luck of the replications makes {percent(share)} of the variance between points."


def _axis(rows: Sequence[Row]) -> Axis:
    ends = [end for row in rows[:MOST_ROWS] for bar in row.bars for end in (bar.value, bar.low, bar.high)]
    return axis(ends, has_zero=True)


def _left_out(rows: Sequence[Row]) -> list[str]:
    return [f"{len(rows) - MOST_ROWS} more factors, which matter less, are left out."] if len(rows) > MOST_ROWS else []


def _said(title: str, rows: Sequence[Row]) -> str:
    across = _axis(rows)
    said = (f"{row.name} {', '.join(f'{bar.words}: {across.shown(bar.value, 1)}' for bar in row.bars)}" for row in rows)
    return f"{title}. {'; '.join(said)}."


def _drawn(texts: Texts, every: Sequence[Row], label: str, keys: Sequence[Key], theme: Theme) -> str:
    """Return the picture of the first rows; where there is little room, each name stands above its bars."""
    rows, across = every[:MOST_ROWS], _axis(every)
    above = _NAME_ROOM if theme.is_narrow else 0.0
    height = sum(above + len(row.bars) * _BAR + _GAP for row in rows)

    def draw(area: Box) -> Drawing:
        marks, top = legend(keys, area, theme)
        room = max(text_width(bar.words, SMALL_SIZE) for row in rows for bar in row.bars)
        room = min(room, area.width / 4) + KEY_GAP
        names = 0.0 if theme.is_narrow else min(_widest_name(rows), area.width / 3) + 2 * KEY_GAP
        left = area.left + names + (room if any(bar.value < 0 for row in rows for bar in row.bars) else 0.0)
        plot = Box(left, top, area.right - left - room, height)
        x = Scale(across.low, across.high, plot.left, plot.right)
        below, bottom = number_axis(across, x, plot, label, theme, has_grid=True)
        marks += [*below, line((x(0.0), plot.top), (x(0.0), plot.bottom), theme.ink)]
        y = plot.top + _GAP / 2
        for row in rows:
            middle = y + (above if above else len(row.bars) * _BAR) / 2
            name = shortened(row.name, (names or area.width) - 2 * KEY_GAP, LABEL_SIZE, True)
            where = area.left, middle_of(middle, LABEL_SIZE)
            marks.append(text(*where, name, theme.ink, LABEL_SIZE, is_strong=True, halo=theme.paper))
            marks += _bars(row, y + above, room - KEY_GAP, x, theme)
            y += above + len(row.bars) * _BAR + _GAP
        return marks, bottom

    return framed(texts, theme, draw)


def _widest_name(rows: Sequence[Row]) -> float:
    return max(text_width(row.name, LABEL_SIZE, True) for row in rows)


def _bars(row: Row, top: float, room: float, x: Scale, theme: Theme) -> list[Element]:
    """Return the bars of a factor from `top` down, each with its interval and its words."""
    marks = []
    for number, bar in enumerate(row.bars):
        y = top + (number + 0.5) * _BAR
        zero, end = x(0.0), x(bar.value)
        colour = theme.baseline if bar.is_second else theme.arm
        look = {"fill_opacity": _FAINT} if bar.is_faint else {}
        marks.append(rectangle(min(zero, end), y - _BAR / 2 + 2, abs(end - zero), _BAR - 4, colour, **look))
        ends = [end]
        if np.isfinite([bar.low, bar.high]).all():
            ends += [x(bar.low), x(bar.high)]
            marks.append(line((ends[1], y), (ends[2], y), theme.paper, stroke_width=2.8))
            marks.append(line((ends[1], y), (ends[2], y), theme.ink, stroke_width=1.2))
        is_left = bar.value < 0
        at = min(ends) - KEY_GAP if is_left else max(zero, *ends) + KEY_GAP
        words, anchor = shortened(bar.words, room, SMALL_SIZE), _ANCHORS[is_left]
        marks.append(text(at, middle_of(y, SMALL_SIZE), words, theme.quiet_ink, anchor=anchor, halo=theme.paper))
    return marks
