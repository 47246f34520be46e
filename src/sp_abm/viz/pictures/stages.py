"""Stages: the share of people in each health stage by week, stacked, over a ghost of the baseline."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sp_abm.measures import measure
from sp_abm.results import Results
from sp_abm.viz.bands import Bands, draw_bands
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.rows import Label
from sp_abm.viz.table import Cell, Table, in_percent, table
from sp_abm.viz.theme import LIGHT, STACK, Theme
from sp_abm.viz.words import ONE_RUN, arm_name, check_pair, decimal, footer, in_points, last_weeks, percent, quoted
from sp_abm.viz.years import ratio_in_year, year_ends


@dataclass(frozen=True)
class StageStream:
    """What the picture shows: the stacked stages by week, the rows beside them, the same by year, and the words."""

    bands: Bands
    table: Table
    texts: Texts


def stage_stream(results: Results, baseline: Results | None = None) -> StageStream:
    """Return what to draw of a run, with the baseline's boundaries as ghost lines."""
    check_pair(results, baseline)
    shares, before = _shares(results), None if baseline is None else _shares(baseline)
    labels = [
        Label(
            measure(f"share_{stage.word}").label,
            percent(share),
            "" if before is None else in_points(share - before[position]),
        )
        for position, (stage, share) in enumerate(zip(STACK, shares, strict=True))
    ]
    ghost = None if baseline is None else _edges(baseline)
    bands = Bands(_edges(results), ghost, tuple(labels), last_weeks(results))
    return StageStream(bands, _table(results, baseline), _texts(results, baseline, shares))


def _edges(results: Results) -> NDArray[np.float64]:
    """Return the cumulative shares of people of 16 and over, missing in weeks without any."""
    adults = results.tally("n_adults")
    counts = np.stack([results.tally(f"n_{stage.word}") for stage in STACK], axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(adults[:, None] > 0, np.cumsum(counts, axis=1) / adults[:, None], np.nan)


def _shares(results: Results, end: int | None = None) -> list[float]:
    """Return each stage's share in the 52 weeks before the end of a week, in the order of the stack."""
    return [ratio_in_year(results, f"n_{stage.word}", "n_adults", end) for stage in STACK]


def _table(results: Results, baseline: Results | None) -> Table:
    """Return one row a year and arm: each stage's share in the 52 weeks before its end."""
    columns = ["run", "weeks to", *(f"{measure(f'share_{stage.word}').label}, % of people of 16+" for stage in STACK)]
    rows: list[list[Cell]] = [
        [arm_name(run), end, *map(in_percent, _shares(run, end))]
        for run in filter(None, (baseline, results))
        for end in year_ends(run)
    ]
    return table(columns, rows)


def _texts(results: Results, baseline: Results | None, shares: list[float]) -> Texts:
    distress = percent(ratio_in_year(results, "n_distress", "n_adults"))
    adults = results.tally("n_adults")
    title = f"In the {last_weeks(results)}, {distress} of people were in distress"
    subtitle = (
        f"Share of people of 16 and over ({decimal(float(adults[-1]), 0)} at the end) in each health stage, "
        "week by week; distress is pre-crisis and crisis together"
    )
    notes = []
    if baseline is not None:
        then = percent(ratio_in_year(baseline, "n_distress", "n_adults"))
        title += f", {'as' if then == distress else f'against {then}'} in {quoted(baseline)}"
        notes.append(f"Dashed: where the boundaries lie in {quoted(baseline)}. {ONE_RUN}")
        notes.append(f"With the stages: means of the {last_weeks(results)}; change from {quoted(baseline)}.")
    if not (adults > 0).all():
        notes.append("Weeks without anybody of 16 or over are left blank.")
    described = (
        f"{measure(f'share_{stage.word}').label} {percent(share)}" for stage, share in zip(STACK, shares, strict=True)
    )
    description = f"{title}. {'. '.join(described)}."
    return Texts(title, subtitle, tuple(notes), tuple(footer(results, baseline)), description)


def draw_stages(view: StageStream, theme: Theme = LIGHT) -> str:
    """Return the health-stage stream as an SVG string."""
    colours = [theme.stages[stage] for stage in STACK]
    return framed(view.texts, theme, lambda area: draw_bands(view.bands, colours, area, theme))
