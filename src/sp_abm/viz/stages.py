"""Stages: the share of people in each health stage by week, stacked, over a ghost of the baseline."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.measures import measure
from sp_abm.results import Results
from sp_abm.viz.axes import (
    Box,
    Scale,
    Series,
    kept_apart,
    middle_of,
    points,
    stretches,
    thinned,
    x_axis,
    y_axis,
    year_scale,
)
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.svg import Element, group, polygon, polyline, rectangle, text
from sp_abm.viz.theme import LABEL_SIZE, LIGHT, SMALL_SIZE, STACK, Theme
from sp_abm.viz.words import ONE_RUN, check_pair, decimal, footer, in_points, last_weeks, percent, quoted
from sp_abm.vocabulary import Stage

_AXIS_ROOM: Final = 44.0
_HEAD_ROOM: Final = 34.0
_TABLE_WIDTH: Final = 248.0
_PLOT_HEIGHT: Final = 330.0
_LABEL_GAP: Final = 26.0
_Y_LABELS: Final = 46.0
_SWATCH: Final = 11.0
_X_TICKS: Final = 6
_Y_TICKS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
_GHOST_STROKE: Final[dict[str, str | float]] = {"stroke_width": 1.4, "stroke_dasharray": "5 4"}
_LEADER_WIDTH: Final = 1.4
_ELBOW_AT, _SWATCH_AT, _NAMES_AT, _SHARES_AT, _CHANGES_AT = 8.0, 12.0, 29.0, 160.0, 248.0
"""Where the parts of a row of the table begin or, for numbers, end: pixels from the plot."""
_HEADING_ABOVE: Final = 14.0


@dataclass(frozen=True)
class Label:
    """A row beside the picture: a stage, its share in the last weeks, its change from the baseline."""

    stage: Stage
    name: str
    share: str
    change: str


@dataclass(frozen=True)
class StageStream:
    """What the picture shows: upper edges of the stacked stages by week, shape (weeks, 5), and the words."""

    edges: NDArray[np.float64]
    ghost: NDArray[np.float64] | None
    labels: tuple[Label, ...]
    covers: str
    baseline: str
    texts: Texts


def stage_stream(results: Results, baseline: Results | None = None) -> StageStream:
    """Return what to draw of a run, with the baseline's boundaries as ghost lines."""
    check_pair(results, baseline)
    return StageStream(
        edges=_edges(results),
        ghost=None if baseline is None else _edges(baseline),
        labels=tuple(_label(stage, results, baseline) for stage in STACK),
        covers=last_weeks(results),
        baseline="" if baseline is None else quoted(baseline),
        texts=_texts(results, baseline),
    )


def _edges(results: Results) -> NDArray[np.float64]:
    """Return the cumulative shares of people of 16 and over, missing in weeks without any."""
    adults = results.tally("n_adults")
    counts = np.stack([results.tally(f"n_{stage.word}") for stage in STACK], axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(adults[:, None] > 0, np.cumsum(counts, axis=1) / adults[:, None], np.nan)


def _label(stage: Stage, results: Results, baseline: Results | None) -> Label:
    name = f"share_{stage.word}"
    share = float(results.summary[name])
    change = "" if baseline is None else in_points(share - float(baseline.summary[name]))
    return Label(stage, measure(name).label, percent(share), change)


def _texts(results: Results, baseline: Results | None) -> Texts:
    distress = percent(float(results.summary["share_distress"]))
    adults = results.tally("n_adults")
    title = f"In the {last_weeks(results)}, {distress} of people were in distress"
    subtitle = (
        f"Share of people of 16 and over ({decimal(float(adults[-1]), 0)} at the end) in each health stage, "
        "week by week; distress is pre-crisis and crisis together"
    )
    notes = []
    if baseline is not None:
        before = percent(float(baseline.summary["share_distress"]))
        title += f", {'as' if before == distress else f'against {before}'} in {quoted(baseline)}"
        notes.append(f"Dashed: where the boundaries lie in {quoted(baseline)}. {ONE_RUN}")
        notes.append(f"Beside the picture: means of the {last_weeks(results)}; change from {quoted(baseline)}.")
    if not (adults > 0).all():
        notes.append("Weeks without anybody of 16 or over are left blank.")
    description = f"{title}. " + ". ".join(
        f"{measure(f'share_{stage.word}').label} {percent(float(results.summary[f'share_{stage.word}']))}"
        for stage in STACK
    )
    return Texts(title, subtitle, tuple(notes), tuple(footer(results, baseline)), f"{description}.")


def draw_stages(results: Results, baseline: Results | None = None, theme: Theme = LIGHT) -> str:
    """Return the health-stage stream as an SVG string."""
    return draw_stream(stage_stream(results, baseline), theme)


def draw_stream(stream: StageStream, theme: Theme) -> str:
    """Return the picture of a stage stream."""

    def draw(box: Box) -> list[Element]:
        plot = Box(box.left + _Y_LABELS, box.top + _HEAD_ROOM, box.width - _Y_LABELS - _TABLE_WIDTH, _PLOT_HEIGHT)
        y = Scale(0.0, 1.0, plot.bottom, plot.top)
        return [
            *y_axis(_Y_TICKS, y, plot, theme, lambda share: f"{share:.0%}"),
            group(_bands(stream, plot, y, theme)),
            group(_ghosts(stream, plot, y, theme)),
            *x_axis(len(stream.edges), plot, theme, _X_TICKS),
            *_table(stream, plot, y, theme),
        ]

    return framed(stream.texts, theme, _HEAD_ROOM + _PLOT_HEIGHT + _AXIS_ROOM, draw)


def _bands(stream: StageStream, plot: Box, y: Scale, theme: Theme) -> list[Element]:
    """Return one filled band a stage, broken where nothing is known."""
    x, weeks = year_scale(len(stream.edges), plot), thinned(len(stream.edges))
    marks = []
    lower = np.where(np.isfinite(stream.edges[:, 0]), 0.0, np.nan)
    for position, stage in enumerate(STACK):
        upper = stream.edges[:, position]
        for part in stretches(upper, weeks):
            above, below = points(upper, part, x, y), points(lower, part, x, y)
            if part[0] == weeks[0]:
                above, below = [(plot.left, above[0][1]), *above], [(plot.left, below[0][1]), *below]
            marks.append(polygon([*above, *reversed(below)], theme.stages[stage]))
        lower = upper
    return marks


def _ghosts(stream: StageStream, plot: Box, y: Scale, theme: Theme) -> list[Element]:
    """Return the baseline's inner boundaries as thin dashed lines."""
    if stream.ghost is None:
        return []
    x, weeks = year_scale(len(stream.ghost), plot), thinned(len(stream.ghost))
    return [
        polyline(points(edge, part, x, y), theme.paper, **_GHOST_STROKE)
        for edge in stream.ghost[:, :-1].T
        for part in stretches(edge, weeks)
    ]


def _table(stream: StageStream, plot: Box, y: Scale, theme: Theme) -> list[Element]:
    """Return the labels beside the last week, each led to its band, with share and change."""
    ends = _last_known(stream.edges)
    middles = [y((low + high) / 2) for low, high in zip([0.0, *ends[:-1]], ends, strict=True)]
    room = LABEL_SIZE / 2
    placed = kept_apart(middles[::-1], _LABEL_GAP, plot.top + room, plot.bottom - room)[::-1]
    right, size = plot.right, LABEL_SIZE
    marks = [_cell(right + _SHARES_AT, plot.top - _HEADING_ABOVE, stream.covers, theme.quiet_ink)]
    if stream.ghost is not None:
        marks.append(_cell(right + _CHANGES_AT, plot.top - _HEADING_ABOVE, "change, points", theme.quiet_ink))
    for label, middle, at in zip(stream.labels, middles, placed, strict=True):
        colour, row = theme.stages[label.stage], middle_of(at, size)
        leader = [(right + 1, middle), (right + _ELBOW_AT, at), (right + _SWATCH_AT + 1, at)]
        marks.append(polyline(leader, colour, stroke_width=_LEADER_WIDTH))
        marks.append(rectangle(right + _SWATCH_AT, at - _SWATCH / 2, _SWATCH, _SWATCH, colour, rx=2))
        marks.append(text(right + _NAMES_AT, row, label.name, theme.ink, size, is_strong=True))
        marks.append(_cell(right + _SHARES_AT, row, label.share, theme.ink, size))
        if label.change:
            marks.append(_cell(right + _CHANGES_AT, row, label.change, theme.quiet_ink, size))
    return marks


def _cell(x: float, y: float, content: str, fill: str, size: float = SMALL_SIZE) -> Element:
    return text(x, y, content, fill, size, "end")


def _last_known(edges: NDArray[np.float64]) -> list[float]:
    """Return the last week's edges that are known, or even steps if none is."""
    known: Series = edges[np.isfinite(edges[:, 0])]
    if not known.size:
        return [(k + 1) / len(STACK) for k in range(len(STACK))]
    return [float(edge) for edge in known[-1]]
