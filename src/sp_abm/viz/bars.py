"""Bars: factors as rows of lying bars with their intervals: the tornado, and Sobol's shares of variance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sp_abm.analysis.sensitivity import Variance
from sp_abm.analysis.tornado import Tornado
from sp_abm.comparison import CLEAR
from sp_abm.viz.axes import Box, Scale, middle_of
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.plane import Axis, axis, factor_words, in_unit, started, study_footer, value_words, x_axis
from sp_abm.viz.svg import Element, line, rectangle, shortened, text, text_width
from sp_abm.viz.theme import KEY_GAP, LABEL_SIZE, LIGHT, SMALL_SIZE, Theme
from sp_abm.viz.words import percent

MOST_ROWS: Final = 20
_BAR: Final = 17.0
_GAP: Final = 12.0
_HEAD, _FOOT = 26.0, 46.0
_TICKS: Final = 6
_FAINT: Final = 0.45


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
    key = ("with all it acts together with (ST)", "alone (S1)")
    return _drawn(sobol_texts(found), _sobol_rows(found), "share of the variance between points", key, theme)


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
    return axis(ends, _TICKS, has_zero=True)


def _left_out(rows: Sequence[Row]) -> list[str]:
    return [f"{len(rows) - MOST_ROWS} more factors, which matter less, are left out."] if len(rows) > MOST_ROWS else []


def _said(title: str, rows: Sequence[Row]) -> str:
    across = _axis(rows)
    said = (f"{row.name} {', '.join(f'{bar.words}: {across.shown(bar.value, 1)}' for bar in row.bars)}" for row in rows)
    return f"{title}. {'; '.join(said)}."


def _drawn(texts: Texts, every: Sequence[Row], label: str, key: tuple[str, ...], theme: Theme) -> str:
    """Return the picture of the first rows, as many as fit."""
    rows, across = every[:MOST_ROWS], _axis(every)
    height = sum(len(row.bars) * _BAR + _GAP for row in rows)
    head = _HEAD if key else _GAP

    def draw(box: Box) -> list[Element]:
        names = max(text_width(row.name, LABEL_SIZE, True) for row in rows)
        left = box.left + min(names, box.width / 3) + 2 * KEY_GAP
        beyond = max(text_width(bar.words, SMALL_SIZE) for row in rows for bar in row.bars) + KEY_GAP
        room = min(beyond, box.width / 6)
        plot = Box(left + room, box.top + head, box.right - left - 2 * room, height)
        x = Scale(across.low, across.high, plot.left, plot.right)
        marks = x_axis(across, x, plot, label, theme, has_grid=True)
        top = plot.top + _GAP / 2
        for row in rows:
            marks += _row(row, top, left - 2 * KEY_GAP, room, x, theme)
            top += len(row.bars) * _BAR + _GAP
        zero = x(0.0)
        return [*marks, line((zero, plot.top), (zero, plot.bottom), theme.ink), *_key(key, box, theme)]

    return framed(texts, theme, head + height + _FOOT, draw)


def _row(row: Row, top: float, right: float, room: float, x: Scale, theme: Theme) -> list[Element]:
    """Return a factor's name, right-aligned at `right`, and its bars from `top` down."""
    middle = middle_of(top + len(row.bars) * _BAR / 2, LABEL_SIZE)
    name = shortened(row.name, right - KEY_GAP, LABEL_SIZE, is_strong=True)
    marks = [text(right, middle, name, theme.ink, LABEL_SIZE, "end", is_strong=True)]
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
        words = shortened(bar.words, room, SMALL_SIZE)
        baseline = middle_of(y, SMALL_SIZE)
        if bar.value < 0:
            marks.append(text(min(ends) - KEY_GAP, baseline, words, theme.quiet_ink, anchor="end"))
        else:
            marks.append(text(max(zero, *ends) + KEY_GAP, baseline, words, theme.quiet_ink))
    return marks


def _key(key: tuple[str, ...], box: Box, theme: Theme) -> list[Element]:
    """Return what the two kinds of bars are, in one row."""
    marks: list[Element] = []
    x = box.left
    for words, colour in zip(key, (theme.arm, theme.baseline), strict=False):
        marks.append(rectangle(x, box.top, SMALL_SIZE, SMALL_SIZE, colour))
        marks.append(text(x + SMALL_SIZE + KEY_GAP, box.top + SMALL_SIZE - 2, words, theme.ink))
        x += SMALL_SIZE + 4 * KEY_GAP + text_width(words, SMALL_SIZE)
    return marks
