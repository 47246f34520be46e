"""GP workload: consultations and the GP time they take, week by week, against what practices give today."""

from dataclasses import dataclass

import numpy as np

from sp_abm.parameters import Parameters
from sp_abm.results import Results
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.legend import Key
from sp_abm.viz.panels import Line, Panel, arm_keys, draw_panels
from sp_abm.viz.table import Cell, Table, table, whole
from sp_abm.viz.theme import LIGHT, Theme
from sp_abm.viz.words import ONE_RUN, arm_name, check_pair, decimal, footer, last_weeks, quoted
from sp_abm.viz.years import SMOOTH_WEEKS, by_week, in_year, ratio_in_year, year_ends
from sp_abm.vocabulary import WEEKS_PER_YEAR


@dataclass(frozen=True)
class GpWorkload:
    """What the picture shows."""

    panels: tuple[Panel, ...]
    weeks: int
    arm: str
    baseline: str
    table: Table
    texts: Texts


def gp_workload(results: Results, baseline: Results | None = None) -> GpWorkload:
    """Return what to draw of the general practices of a run, with the baseline's lines behind it."""
    check_pair(results, baseline)
    runs = [(results, False)] if baseline is None else [(baseline, True), (results, False)]
    capacity = capacity_per_week(results)
    visits, time = (
        tuple(Line(by_week(run, tally, "weeks"), ratio_in_year(run, tally, "weeks"), is_base) for run, is_base in runs)
        for tally in ("consultations", "gp_hours")
    )
    return GpWorkload(
        panels=(
            Panel("Consultations", "with GPs and nurses, a week", (_limit(capacity, results), *visits), 0),
            Panel("Time they take", "of GPs, hours a week, offers included", time, 0),
        ),
        weeks=results.n_weeks,
        arm=arm_name(results),
        baseline="" if baseline is None else arm_name(baseline),
        table=_table(results, baseline, capacity),
        texts=_texts(results, baseline, capacity),
    )


def capacity_per_week(results: Results) -> float:
    """Return the consultations a week that practices of this size give today (POP-093)."""
    residents = ratio_in_year(results, "n_citizens", "weeks")
    return residents * Parameters().population.rate_usual_consultations_per_year / WEEKS_PER_YEAR


def _limit(value: float, results: Results) -> Line:
    return Line(np.full(results.n_weeks, value), value, is_limit=True)


def _table(results: Results, baseline: Results | None, capacity: float) -> Table:
    rows: list[list[Cell]] = [
        [
            arm_name(run),
            end,
            whole(ratio_in_year(run, "consultations", "weeks", end)),
            whole(capacity),
            whole(ratio_in_year(run, "gp_hours", "weeks", end)),
        ]
        for run in filter(None, (baseline, results))
        for end in year_ends(run)
    ]
    return table(["run", "weeks to", "consultations a week", "capacity, consultations a week", "GP hours a week"], rows)


def _texts(results: Results, baseline: Results | None, capacity: float) -> Texts:
    visits = ratio_in_year(results, "consultations", "weeks")
    side = "below" if visits < capacity else "above"
    title = (
        f"In the {last_weeks(results)}, people had {decimal(visits, 0)} consultations a week, "
        f"{decimal(abs(visits - capacity), 0)} {side} today’s capacity"
    )
    notes = []
    if baseline is not None:
        hours = in_year(results, "gp_hours") - in_year(baseline, "gp_hours")
        than = "fewer" if hours < 0 else "more"
        title += f"; GPs spend {decimal(abs(hours), 0)} hours {than} a year than in {quoted(baseline)}"
        notes.append(ONE_RUN)
    rate = Parameters().population.rate_usual_consultations_per_year
    notes.insert(
        0,
        f"Capacity: {rate:g} consultations per resident a year, what practices give today (POP-093). In weeks busier "
        "than usual the model’s GPs have less time to notice what is not medical.",
    )
    residents = decimal(ratio_in_year(results, "n_citizens", "weeks"), 0)
    subtitle = (
        f"All {residents} residents, {SMOOTH_WEEKS}-week means. "
        f"Numbers and short bars: means of the shaded {last_weeks(results)}."
    )
    description = f"{title}. Capacity: {decimal(capacity, 0)} consultations a week."
    return Texts(title, subtitle, tuple(notes), tuple(footer(results, baseline)), description)


def draw_gp_workload(view: GpWorkload, theme: Theme = LIGHT) -> str:
    """Return the GPs' workload as an SVG string."""
    keys = [*arm_keys(view.arm, view.baseline, theme), Key("capacity", theme.ink, "dotted")]
    return framed(view.texts, theme, lambda area: draw_panels(view.panels, view.weeks, keys, area, theme))
