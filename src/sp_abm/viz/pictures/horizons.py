"""Three Horizons: how much of the help is reactive, mixed and proactive, year by year, from the run itself."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sp_abm.results import Results
from sp_abm.viz.axes import Box, Drawing, Scale, Series, points, stretches, thinned, x_axis, y_axis, year_scale
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.legend import STROKES
from sp_abm.viz.rows import Label, Rows, draw_rows, most_ticks, plot_beside_rows
from sp_abm.viz.svg import Element, polyline
from sp_abm.viz.table import Cell, Table, in_percent, table
from sp_abm.viz.theme import LIGHT, Theme
from sp_abm.viz.words import (
    NO_VALUE,
    ONE_RUN,
    arm_name,
    check_pair,
    decimal,
    footer,
    in_points,
    last_weeks,
    percent,
    quoted,
)
from sp_abm.viz.years import in_year, ratio_in_year, rolling_ratio, year_ends
from sp_abm.vocabulary import Horizon

NAMES: Final = {each: f"{number} {each.value.capitalize()}" for number, each in enumerate(Horizon, 1)}
CALM_WEEKS: Final = 26
_TICKS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
_STROKE: Final[dict[str, str | float]] = {"stroke_width": 3.0}


@dataclass(frozen=True)
class Horizons:
    """What the picture shows: each horizon's share of first contacts by week, the baseline's, and the rows beside."""

    shares: dict[Horizon, Series]
    before: dict[Horizon, Series] | None
    labels: tuple[Label, ...]
    weeks: int
    covers: str
    table: Table
    texts: Texts


def horizons(results: Results, baseline: Results | None = None) -> Horizons:
    """Return what to draw of a run, with the baseline's curves behind it."""
    check_pair(results, baseline)
    now, then = _year(results), None if baseline is None else _year(baseline)
    labels = tuple(
        Label(name, percent(now[horizon]), "" if then is None else in_points(now[horizon] - then[horizon]))
        for horizon, name in NAMES.items()
    )
    return Horizons(
        _series(results),
        None if baseline is None else _series(baseline),
        labels,
        results.n_weeks,
        last_weeks(results),
        _table(results, baseline),
        _texts(results, baseline, now, then),
    )


def _series(results: Results) -> dict[Horizon, Series]:
    return {each: rolling_ratio(results, f"helped_{each.value}", "first_contacts", CALM_WEEKS) for each in Horizon}


def _year(results: Results, end: int | None = None) -> dict[Horizon, float]:
    return {each: ratio_in_year(results, f"helped_{each.value}", "first_contacts", end) for each in Horizon}


def _table(results: Results, baseline: Results | None) -> Table:
    rows: list[list[Cell]] = [
        [arm_name(run), end, *(in_percent(share) for share in _year(run, end).values())]
        for run in filter(None, (baseline, results))
        for end in year_ends(run)
    ]
    return table(["run", "weeks to", *(f"{name}, % of people first seen" for name in NAMES.values())], rows)


def _texts(
    results: Results, baseline: Results | None, now: dict[Horizon, float], then: dict[Horizon, float] | None
) -> Texts:
    proactive = percent(now[Horizon.PROACTIVE])
    is_nobody = proactive == NO_VALUE
    title = (
        f"In the {last_weeks(results)}, {'nobody was helped' if is_nobody else f'{proactive} of help was proactive'}"
    )
    if then is not None and baseline is not None:
        before = percent(then[Horizon.PROACTIVE])
        said = "nobody was" if before == NO_VALUE else f"{before}{' was proactive' if is_nobody else ''}"
        title += f"; in {quoted(baseline)} {said}"
    people = decimal(in_year(results, "first_contacts"), 0)
    subtitle = (
        f"Share of people first seen by a link worker ({people} in the {last_weeks(results)}), "
        f"means of {CALM_WEEKS} weeks"
    )
    notes = [
        "Reactive: sent through general practice when in distress. Proactive: met by outreach, or came another way "
        "before distress. Mixed: the rest."
    ]
    if baseline is not None:
        notes.append(f"Dashed: the same in {quoted(baseline)}. {ONE_RUN}")
    described = ", ".join(f"{name} {percent(now[horizon])}" for horizon, name in NAMES.items())
    return Texts(title, subtitle, tuple(notes), tuple(footer(results, baseline)), f"{title}. {described}.")


def draw_horizons(view: Horizons, theme: Theme = LIGHT) -> str:
    """Return the Three Horizons as an SVG string."""

    def draw(area: Box) -> Drawing:
        plot = plot_beside_rows(area, theme)
        y = Scale(0.0, 1.0, plot.bottom, plot.top)
        marks = [*y_axis(_TICKS, y, plot, theme, lambda share: f"{share:.0%}")]
        for horizon in Horizon:
            marks += _curves(view, horizon, plot, y, theme)
        marks += x_axis(view.weeks, plot, theme, most_ticks(plot))
        named = sorted(zip(NAMES, view.labels, strict=True), key=lambda pair: y(_last(view.shares[pair[0]])))
        rows = Rows(
            [label for _, label in named],
            [_colour(horizon, theme) for horizon, _ in named],
            [y(_last(view.shares[horizon])) for horizon, _ in named],
            view.covers,
            view.before is not None,
        )
        beside, bottom = draw_rows(rows, plot, area, theme)
        return [*marks, *beside], bottom

    return framed(view.texts, theme, draw)


def _colour(horizon: Horizon, theme: Theme) -> str:
    return {Horizon.REACTIVE: theme.worse, Horizon.MIXED: theme.baseline, Horizon.PROACTIVE: theme.better}[horizon]


def _curves(view: Horizons, horizon: Horizon, plot: Box, y: Scale, theme: Theme) -> list[Element]:
    x, weeks, colour = year_scale(view.weeks, plot), thinned(view.weeks), _colour(horizon, theme)
    marks = []
    for curves, stroke in ((view.before, STROKES["dashed"]), (view.shares, _STROKE)):
        if curves is not None:
            values = curves[horizon]
            marks += [polyline(points(values, part, x, y), colour, **stroke) for part in stretches(values, weeks)]
    return marks


def _last(values: Series) -> float:
    """Return the last known value, or 0."""
    known = values[np.isfinite(values)]
    return float(known[-1]) if known.size else 0.0
