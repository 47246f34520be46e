"""Workforce: burnout, posts and waiting over time, side by side, against a baseline."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sp_abm.results import Results
from sp_abm.viz.axes import (
    Box,
    Scale,
    Series,
    kept_apart,
    middle_of,
    points,
    round_ticks,
    stretches,
    thinned,
    x_axis,
    y_axis,
    year_scale,
)
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.svg import Element, line, polyline, rectangle, text, text_width
from sp_abm.viz.theme import KEY_GAP, LABEL_SIZE, LIGHT, SMALL_SIZE, Theme
from sp_abm.viz.words import ONE_RUN, arm_name, check_pair, decimal, footer, last_weeks, quoted
from sp_abm.vocabulary import WEEKS_PER_YEAR

Stroke = dict[str, str | float]

SMOOTH_WEEKS: Final = 4
"""Weeks of the rolling mean that calms noisy lines."""

_GAP: Final = 22.0
_Y_LABELS: Final = 30.0
_END_LABELS: Final = 48.0
_LEGEND_ROOM: Final = 30.0
_HEADING_ROOM: Final = 58.0
_HEADING_AT, _UNIT_AT = 18.0, 36.0
_PLOT_HEIGHT: Final = 220.0
_AXIS_ROOM: Final = 44.0
_LABEL_GAP: Final = 3.0
_KEY_LENGTH: Final = 30.0
_X_TICKS: Final = 5
_Y_TICKS: Final = 5
_ARM_STROKE: Final[Stroke] = {"stroke_width": 2.2}
_BASELINE_STROKE: Final[Stroke] = {"stroke_width": 1.8, "stroke_dasharray": "5 4"}
_LIMIT_STROKE: Final[Stroke] = {"stroke_width": 1.6, "stroke_dasharray": "1.5 3"}
_BAR_BEYOND: Final = 4.0
"""Pixels by which the bar of a mean reaches out of the plot, towards its number."""
_MEAN_STROKE: Final[Stroke] = {"stroke_width": 4.0, "stroke_opacity": 0.45}


@dataclass(frozen=True)
class Line:
    """One line of a panel: values by week, the last year's mean, and how it is drawn."""

    values: Series
    mean: float
    is_baseline: bool = False
    is_limit: bool = False


@dataclass(frozen=True)
class Panel:
    """One of the small pictures; `top` is the highest value of its axis, 0 if it follows the lines."""

    heading: str
    unit: str
    lines: tuple[Line, ...]
    decimals: int
    top: float = 0.0


@dataclass(frozen=True)
class Workforce:
    """What the picture shows."""

    panels: tuple[Panel, ...]
    weeks: int
    arm: str
    baseline: str
    texts: Texts


def workforce(results: Results, baseline: Results | None = None) -> Workforce:
    """Return what to draw of a run's workforce, with the baseline's lines behind it."""
    check_pair(results, baseline)
    runs = [(results, False)] if baseline is None else [(baseline, True), (results, False)]
    burnout = tuple(_line(run, "burnout_mean", "sum_burnout", "n_workers", is_ours) for run, is_ours in runs)
    posts = tuple(_line(run, "in_post", "fte_in_post", "weeks", is_ours, smooth=1) for run, is_ours in runs)
    funded = _line(results, "posts", "fte_funded", "weeks", False, smooth=1)
    waiting = tuple(_line(run, "n_waiting", "n_waiting", "weeks", is_ours) for run, is_ours in runs)
    limit = Line(funded.values, funded.mean, is_limit=True)
    return Workforce(
        panels=(
            Panel("Burnout of link workers", "mean of those in post, 0 to 1", burnout, 2, top=1.0),
            Panel("Posts filled", "full-time posts; dotted: funded", (limit, *posts), 1),
            Panel("People waiting", "for a first contact", waiting, 0),
        ),
        weeks=results.n_weeks,
        arm=arm_name(results),
        baseline="" if baseline is None else arm_name(baseline),
        texts=_texts(results, baseline),
    )


def _line(run: Results, name: str, top: str, bottom: str, is_baseline: bool, smooth: int = SMOOTH_WEEKS) -> Line:
    values, below = run.tally(top), run.tally(bottom)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(below > 0, values / below, np.nan)
    return Line(rolling_mean(ratio, smooth), float(run.summary[name]), is_baseline)


def rolling_mean(values: Series, weeks: int) -> Series:
    """Return the mean of the last `weeks` known values at each week; missing where the week is."""
    is_there = np.isfinite(values)
    total = np.convolve(np.where(is_there, values, 0.0), np.ones(weeks))[: values.size]
    count = np.convolve(is_there.astype(float), np.ones(weeks))[: values.size]
    mean: Series = np.where(is_there, total / np.maximum(count, 1.0), np.nan)
    return mean


def _texts(results: Results, baseline: Results | None) -> Texts:
    title = _title(results, baseline)
    notes = [] if baseline is None else [ONE_RUN]
    for run in filter(None, (results, baseline)):
        empty = int((run.tally("n_workers") <= 0).sum())
        if empty:
            notes.append(
                f"No link worker was in post in {empty} of {run.n_weeks} weeks of {quoted(run)}: "
                "no burnout is drawn there."
            )
    subtitle = (
        f"Lines: {SMOOTH_WEEKS}-week means of burnout and waiting, posts by week. "
        f"Numbers and short bars: means of the shaded {last_weeks(results)}."
    )
    numbers = {"Burnout": ("burnout_mean", 2), "Posts filled": ("in_post", 1), "Posts funded": ("posts", 1)}
    numbers["People waiting for a first contact"] = ("n_waiting", 0)
    described = ". ".join(
        f"{words} {decimal(float(results.summary[name]), digits)}" for words, (name, digits) in numbers.items()
    )
    description = f"{title}. {described}."
    return Texts(title, subtitle, tuple(notes), tuple(footer(results, baseline)), description)


def _title(results: Results, baseline: Results | None) -> str:
    burnout = float(results.summary["burnout_mean"])
    if not np.isfinite(burnout):
        return f"In the {last_weeks(results)}, no link worker was in post"
    title = f"In the {last_weeks(results)}, link workers’ burnout averaged {decimal(burnout, 2)}"
    if baseline is None:
        return title
    before = float(baseline.summary["burnout_mean"])
    if not np.isfinite(before):
        return f"{title}; in {quoted(baseline)} nobody was in post"
    is_same = decimal(before, 2) == decimal(burnout, 2)
    return f"{title}, {'as' if is_same else f'against {decimal(before, 2)}'} in {quoted(baseline)}"


def draw_workforce(results: Results, baseline: Results | None = None, theme: Theme = LIGHT) -> str:
    """Return the workforce panels as an SVG string."""
    return draw_panels(workforce(results, baseline), theme)


def draw_panels(view: Workforce, theme: Theme) -> str:
    """Return the picture of a workforce view."""

    def draw(box: Box) -> list[Element]:
        marks = _legend(view, box, theme)
        width = (box.width - _GAP * (len(view.panels) - 1)) / len(view.panels)
        for position, panel in enumerate(view.panels):
            left = box.left + position * (width + _GAP)
            marks.extend(_panel(panel, view.weeks, Box(left, box.top + _LEGEND_ROOM, width, _PLOT_HEIGHT), theme))
        return marks

    return framed(view.texts, theme, _LEGEND_ROOM + _HEADING_ROOM + _PLOT_HEIGHT + _AXIS_ROOM, draw)


def _legend(view: Workforce, box: Box, theme: Theme) -> list[Element]:
    """Return the key of the two arms, in one row."""
    row, x = box.top + SMALL_SIZE, box.left
    marks = []
    for name, is_baseline in ((view.arm, False), (view.baseline, True)):
        if name:
            y = row - LABEL_SIZE / 3
            marks.append(line((x, y), (x + _KEY_LENGTH, y), _colour(is_baseline, theme), **_stroke(is_baseline)))
            marks.append(text(x + _KEY_LENGTH + KEY_GAP, row, name, theme.ink, LABEL_SIZE))
            x += _KEY_LENGTH + KEY_GAP + text_width(name, LABEL_SIZE) + _GAP
    return marks


def _colour(is_baseline: bool, theme: Theme) -> str:
    return theme.baseline if is_baseline else theme.arm


def _stroke(is_baseline: bool) -> Stroke:
    return _BASELINE_STROKE if is_baseline else _ARM_STROKE


def _panel(panel: Panel, weeks: int, area: Box, theme: Theme) -> list[Element]:
    """Return one small picture: heading, unit, axes, the shaded last year, lines and their labels."""
    plot = Box(area.left + _Y_LABELS, area.top + _HEADING_ROOM, area.width - _Y_LABELS - _END_LABELS, _PLOT_HEIGHT)
    ticks = round_ticks(panel.top or _highest(panel), _Y_TICKS)
    x, y = year_scale(weeks, plot), Scale(0.0, ticks[-1], plot.bottom, plot.top)
    first = x(float(max(0, weeks - WEEKS_PER_YEAR)))
    marks = [
        text(area.left, area.top + _HEADING_AT, panel.heading, theme.ink, LABEL_SIZE, is_strong=True),
        text(area.left, area.top + _UNIT_AT, panel.unit, theme.quiet_ink, SMALL_SIZE),
        rectangle(first, plot.top, plot.right - first, plot.height, theme.shade),
        *y_axis(ticks, y, plot, theme, lambda value: f"{value:,.10g}"),
        *x_axis(weeks, plot, theme, _X_TICKS),
    ]
    for drawn in panel.lines:
        marks.extend(_drawn(drawn, weeks, x, y, theme))
    marks.extend(_means(panel, first, plot, y, theme))
    if not any(np.isfinite(drawn.values).any() for drawn in panel.lines):
        x_middle, y_middle = (plot.left + plot.right) / 2, (plot.top + plot.bottom) / 2
        marks.append(text(x_middle, y_middle, "nobody in post", theme.quiet_ink, LABEL_SIZE, "middle"))
    return marks


def _highest(panel: Panel) -> float:
    tops = [float(np.nanmax(drawn.values)) for drawn in panel.lines if np.isfinite(drawn.values).any()]
    return max(tops, default=1.0)


def _drawn(drawn: Line, weeks: int, x: Scale, y: Scale, theme: Theme) -> list[Element]:
    stroke = _stroke(drawn.is_baseline)
    if drawn.is_limit:
        stroke = _LIMIT_STROKE
    colour = theme.ink if drawn.is_limit else _colour(drawn.is_baseline, theme)
    return [
        polyline(points(drawn.values, part, x, y), colour, **stroke) for part in stretches(drawn.values, thinned(weeks))
    ]


def _means(panel: Panel, first: float, plot: Box, y: Scale, theme: Theme) -> list[Element]:
    """Return the last year's means: a short bar across the shade, and the number at the right edge."""
    rising = sorted((drawn for drawn in panel.lines if np.isfinite(drawn.mean)), key=lambda drawn: y(drawn.mean))
    half = LABEL_SIZE / 2
    placed = kept_apart(
        [y(drawn.mean) for drawn in rising], LABEL_SIZE + _LABEL_GAP, plot.top + half, plot.bottom - half
    )
    marks = []
    for drawn, at in zip(rising, placed, strict=True):
        is_ours = not (drawn.is_baseline or drawn.is_limit)
        if not drawn.is_limit:
            start, end = (first, y(drawn.mean)), (plot.right + _BAR_BEYOND, y(drawn.mean))
            marks.append(line(start, end, _colour(drawn.is_baseline, theme), **_MEAN_STROKE))
        colour = theme.ink if drawn.is_limit else theme.quiet_ink if drawn.is_baseline else theme.arm
        shown = decimal(drawn.mean, panel.decimals)
        marks.append(
            text(
                plot.right + 2 * _BAR_BEYOND,
                middle_of(at, LABEL_SIZE),
                shown,
                colour,
                LABEL_SIZE,
                is_strong=is_ours,
            )
        )
    return marks
