"""Pareto front: what the best mixes of levers cost and bring, and which of them are equally good within noise."""

from typing import TYPE_CHECKING, Final

from sp_abm.analysis.search import Search, spread_out
from sp_abm.viz.axes import Box, Scale
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.plane import (
    axis,
    factor_words,
    in_unit,
    number_words,
    room_for,
    study_footer,
    value_words,
    x_axis,
    y_axis,
)
from sp_abm.viz.svg import Element, element, line, text, text_width
from sp_abm.viz.theme import KEY_GAP, LIGHT, SMALL_SIZE, Theme
from sp_abm.viz.words import percent

if TYPE_CHECKING:
    import pandas as pd

EXAMPLES: Final = 5
_HEIGHT: Final = 330.0
_HEAD, _FOOT = 52.0, 46.0
_RADIUS, _RING, _BEST = 3.5, 5.5, 8.0
_TICKS: Final = 6
_FAINT: Final = 0.35
_THIN, _THICK = 1.0, 2.6
_LEVER_DECIMALS: Final = 3


def draw_pareto(found: Search, theme: Theme = LIGHT) -> str:
    """Return cost and main aim of the mixes on the front, and of those equally good, as an SVG string."""
    main, cost = next(iter(found.aims)), found.cost
    front, equal = found.front, found.equal
    across = axis([*front[cost], *equal[cost]], _TICKS)
    up = axis([*front[f"{main}_low"], *front[f"{main}_high"], *equal[main]], _TICKS)
    measures = {name: emulator.quantity.measure for name, emulator in found.emulators.items()}

    def draw(box: Box) -> list[Element]:
        left = box.left + room_for(up)
        plot = Box(left, box.top + _HEAD, box.right - left, _HEIGHT)
        x, y = Scale(across.low, across.high, plot.left, plot.right), Scale(up.low, up.high, plot.bottom, plot.top)
        aim = f"{measures[main].label}, {in_unit(measures[main].unit)} ({found.aims[main]} is better)"
        return [
            *_key(found, box, theme),
            *y_axis(up, y, plot, aim, theme),
            *x_axis(across, x, plot, f"{measures[cost].label}, {in_unit(measures[cost].unit)}", theme),
            *_marks(found, main, x, y, theme),
        ]

    return framed(pareto_texts(found), theme, _HEAD + _HEIGHT + _FOOT, draw)


def _marks(found: Search, main: str, x: Scale, y: Scale, theme: Theme) -> list[Element]:
    """Return the front with its intervals, the equally good mixes and the best."""
    marks: list[Element] = []
    for row in found.front.to_dict("records"):
        at = x(row[found.cost])
        marks.append(line((at, y(row[f"{main}_low"])), (at, y(row[f"{main}_high"])), theme.arm, stroke_opacity=_FAINT))
    for row in found.equal.to_dict("records"):
        marks.append(_ring(x(row[found.cost]), y(row[main]), _RING, theme.quiet_ink, _THIN))
    for row in found.front.to_dict("records"):
        marks.append(_dot(x(row[found.cost]), y(row[main]), _RADIUS, theme.arm))
    best = best_row(found)
    marks.append(_ring(x(float(best[found.cost])), y(float(best[main])), _BEST, theme.ink, _THICK))
    return marks


def best_row(found: Search) -> "pd.Series":
    """Return the row of the best mix: it is one of those equally good."""
    is_best = [all(row[name] == value for name, value in found.best.items()) for row in found.equal.to_dict("records")]
    return found.equal.iloc[is_best.index(True)]


def _dot(x: float, y: float, radius: float, fill: str) -> Element:
    return element("circle", {"cx": x, "cy": y, "r": radius, "fill": fill})


def _ring(x: float, y: float, radius: float, stroke: str, width: float) -> Element:
    look: dict[str, str | float] = {"fill": "none", "stroke": stroke, "stroke_width": width}
    return element("circle", {"cx": x, "cy": y, "r": radius, **look})


def _key(found: Search, box: Box, theme: Theme) -> list[Element]:
    """Return what dots and rings are, in one row."""
    marks: list[Element] = []
    x, row = box.left + _BEST, box.top + SMALL_SIZE / 2
    for words, drawn in (
        ("on the front", _dot(x, row, _RADIUS, theme.arm)),
        ("equally good as the best within noise", None),
        ("the best", None),
    ):
        ring = (_BEST, theme.ink, _THICK) if words == "the best" else (_RING, theme.quiet_ink, _THIN)
        marks.append(drawn or _ring(x, row, *ring))
        marks.append(text(x + _BEST + KEY_GAP, row + SMALL_SIZE / 3, words, theme.ink))
        x += 2 * _BEST + 3 * KEY_GAP + text_width(words, SMALL_SIZE)
    return marks


def _rounded(value: object) -> object:
    return round(value, _LEVER_DECIMALS) if isinstance(value, float) else value


def mix_words(row: "pd.Series", found: Search) -> str:
    """Return a mix of levers and its cost in words."""
    levers = ", ".join(f"{factor_words(name)} {value_words(_rounded(row[name]))}" for name in found.levers)
    return f"{levers} (cost {number_words(row[found.cost])})"


def pareto_texts(found: Search) -> Texts:
    """Return the words of the picture."""
    main = next(iter(found.aims))
    quantity = found.emulators[main].quantity
    within = "" if found.budget is None else f" for at most {number_words(found.budget)}"
    title = f"The best mix{within}: {mix_words(best_row(found), found)}"
    subtitle = (
        f"{quantity.label} against cost, for mixes of {len(found.levers)} levers; from emulators of the study’s runs. "
        "Lines: 95% intervals."
    )
    notes = [f"{percent(found.share_equal)} of all mixes that can be paid are equally good within noise, such as:"]
    examples = spread_out(found.equal, found.levers, EXAMPLES)
    notes += [f"· {mix_words(row, found)}" for _, row in examples.iterrows()]
    q2 = "; ".join(f"{name} {emulator.q2:.2f}" for name, emulator in found.emulators.items())
    notes.append(f"Q2 of the emulators at points held out: {q2}.")
    every = max(1, len(found.front) // EXAMPLES)
    front = "; ".join(
        f"cost {number_words(row[found.cost])}, {main} {number_words(row[main])}"
        for row in found.front.iloc[::every].to_dict("records")
    )
    return Texts(title, subtitle, tuple(notes), study_footer([quantity]), f"{title}. Along the front: {front}.")
