"""Workforce: burnout, posts and waiting over time, side by side, against a baseline."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sp_abm.results import Results
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.panels import Line, Panel, arm_keys, draw_panels
from sp_abm.viz.table import Cell, Table, table
from sp_abm.viz.theme import LIGHT, Theme
from sp_abm.viz.words import ONE_RUN, arm_name, check_pair, decimal, footer, last_weeks, quoted
from sp_abm.viz.years import SMOOTH_WEEKS, by_week, ratio_in_year, year_ends

_SHOWN: Final = {
    "Burnout of link workers, 0 to 1": ("sum_burnout", "n_workers", 2),
    "Posts filled, full-time": ("fte_in_post", "weeks", 1),
    "Posts funded, full-time": ("fte_funded", "weeks", 1),
    "People waiting for a first contact": ("n_waiting", "weeks", 0),
}


@dataclass(frozen=True)
class Workforce:
    """What the picture shows."""

    panels: tuple[Panel, ...]
    weeks: int
    arm: str
    baseline: str
    table: Table
    texts: Texts


def workforce(results: Results, baseline: Results | None = None) -> Workforce:
    """Return what to draw of a run's workforce, with the baseline's lines behind it."""
    check_pair(results, baseline)
    runs = [(results, False)] if baseline is None else [(baseline, True), (results, False)]
    burnout = tuple(_line(run, "sum_burnout", "n_workers", is_baseline) for run, is_baseline in runs)
    posts = tuple(_line(run, "fte_in_post", "weeks", is_baseline, smooth=1) for run, is_baseline in runs)
    funded = _line(results, "fte_funded", "weeks", False, smooth=1)
    waiting = tuple(_line(run, "n_waiting", "weeks", is_baseline) for run, is_baseline in runs)
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
        table=_table(results, baseline),
        texts=_texts(results, baseline),
    )


def _line(run: Results, top: str, bottom: str, is_baseline: bool, smooth: int = SMOOTH_WEEKS) -> Line:
    return Line(by_week(run, top, bottom, smooth), ratio_in_year(run, top, bottom), is_baseline)


def _table(results: Results, baseline: Results | None) -> Table:
    """Return one row a year and arm: means of the 52 weeks before its end."""
    rows: list[list[Cell]] = [
        [arm_name(run), end, *(round(ratio_in_year(run, top, bottom, end), n) for top, bottom, n in _SHOWN.values())]
        for run in filter(None, (baseline, results))
        for end in year_ends(run)
    ]
    return table(["run", "weeks to", *_SHOWN], rows)


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
    described = ". ".join(
        f"{words} {decimal(ratio_in_year(results, top, bottom), digits)}"
        for words, (top, bottom, digits) in _SHOWN.items()
    )
    description = f"{title}. {described}."
    return Texts(title, subtitle, tuple(notes), tuple(footer(results, baseline)), description)


def _title(results: Results, baseline: Results | None) -> str:
    burnout = ratio_in_year(results, "sum_burnout", "n_workers")
    if not np.isfinite(burnout):
        return f"In the {last_weeks(results)}, no link worker was in post"
    title = f"In the {last_weeks(results)}, link workers’ burnout averaged {decimal(burnout, 2)}"
    if baseline is None:
        return title
    before = ratio_in_year(baseline, "sum_burnout", "n_workers")
    if not np.isfinite(before):
        return f"{title}; in {quoted(baseline)} nobody was in post"
    is_same = decimal(before, 2) == decimal(burnout, 2)
    return f"{title}, {'as' if is_same else f'against {decimal(before, 2)}'} in {quoted(baseline)}"


def draw_workforce(view: Workforce, theme: Theme = LIGHT) -> str:
    """Return the workforce panels as an SVG string."""
    keys = arm_keys(view.arm, view.baseline, theme)
    return framed(view.texts, theme, lambda area: draw_panels(view.panels, view.weeks, keys, area, theme))
