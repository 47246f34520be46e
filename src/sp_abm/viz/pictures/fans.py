"""Fans: GP consultations, burnout, vacancy and spending over time, with the band of many runs."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sp_abm.viz.axes import Series
from sp_abm.viz.courses import FOLLOWED, Course, course
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.material import Material
from sp_abm.viz.panels import Line, Panel, arm_keys, draw_panels
from sp_abm.viz.table import Cell, Table, table
from sp_abm.viz.theme import LIGHT, Theme
from sp_abm.viz.words import ONE_RUN, arm_name, check_pair, decimal, footer, last_weeks, quoted, signed
from sp_abm.viz.years import year_ends

MANY: Final = 10
"""Runs from which a band leaves out the tenth at either side."""
_EDGES: Final = (0.1, 0.9)


@dataclass(frozen=True)
class Fans:
    """What the picture shows."""

    panels: tuple[Panel, ...]
    weeks: int
    arm: str
    baseline: str
    table: Table
    texts: Texts


def fans(material: Material) -> Fans:
    """Return what to draw of a run and its baseline, or of many pairs of them with different luck."""
    results, baseline = material.run, material.baseline
    check_pair(results, baseline)
    ours, theirs = _courses(material)
    panels = tuple(
        Panel(
            each.heading,
            each.unit,
            tuple(_line(runs, name, is_base) for runs, is_base in ((theirs, True), (ours, False)) if runs),
            each.decimals,
            empty=each.empty,
        )
        for name, each in FOLLOWED.items()
    )
    return Fans(
        panels,
        results.n_weeks,
        arm_name(results),
        "" if baseline is None else arm_name(baseline),
        _table(material, ours, theirs),
        _texts(material, ours, theirs),
    )


def _courses(material: Material) -> tuple[list[Course], list[Course]]:
    """Return the courses of all runs and of their baselines, or of the one run and the one baseline there are."""
    ours = [each.course for each in material.sketches if each.course]
    theirs = [each.before_course for each in material.sketches if each.before_course]
    only = [] if material.baseline is None else [course(material.baseline)]
    return ours or [course(material.run)], theirs or only


def _line(runs: list[Course], name: str, is_baseline: bool) -> Line:
    """Return the mean of the runs with their band."""
    stacked = np.stack([each[name] for each in runs])
    mean = _mean(stacked)
    return Line(mean, float(mean[-1]), is_baseline, band=_band(stacked) if len(runs) > 1 else None)


def _mean(stacked: Series) -> Series:
    """Return the mean over the runs in which there is a value."""
    is_there = np.isfinite(stacked)
    n = is_there.sum(axis=0)
    total = np.where(is_there, stacked, 0.0).sum(axis=0)
    mean: Series = np.where(n > 0, total / np.maximum(n, 1), np.nan)
    return mean


def _band(stacked: Series) -> tuple[Series, Series]:
    """Return the lowest and highest of few runs, of many the band without the tenth at either side."""
    low, high = _EDGES if stacked.shape[0] >= MANY else (0.0, 1.0)
    is_known = np.isfinite(stacked).any(axis=0)
    edges = np.full((2, stacked.shape[1]), np.nan)
    edges[:, is_known] = np.nanquantile(stacked[:, is_known], [low, high], axis=0)
    return edges[0], edges[1]


def _table(material: Material, ours: list[Course], theirs: list[Course]) -> Table:
    """Return one row a measure, year and arm: the mean over runs and the band's edges."""
    columns = ["measure", "run", "weeks to", "mean", "band from", "band to"]
    rows: list[list[Cell]] = []
    for name, each in FOLLOWED.items():
        for runs, results in ((theirs, material.baseline), (ours, material.results)):
            for end in year_ends(results) if results else ():
                stacked = np.stack([run[name][end - 1 : end] for run in runs])
                band = [float(edge[0]) for edge in _band(stacked)] if len(runs) > 1 else [np.nan, np.nan]
                values = [round(value, each.decimals) for value in (float(_mean(stacked)[0]), *band)]
                rows.append([f"{each.heading}, {each.unit}", arm_name(results) if results else "", end, *values])
    return table(columns, rows)


def _texts(material: Material, ours: list[Course], theirs: list[Course]) -> Texts:
    results, baseline, n = material.run, material.baseline, len(ours)
    burnout = [float(_mean(np.stack([run["burnout"] for run in runs]))[-1]) for runs in (ours, theirs) if runs]
    title = f"Burnout of link workers: {decimal(burnout[0], 2)} in the {last_weeks(results)}"
    if baseline is not None:
        title += f", {signed(burnout[0] - burnout[1], 2)} from {quoted(baseline)}"
    subtitle = "Each line covers the 52 weeks before; numbers are of the last week"
    if n == 1:
        doubt = "One run: another draw of luck gives other lines." if baseline is None else ONE_RUN
    else:
        kind = "the middle 80%" if n >= MANY else "lowest to highest"
        doubt = f"Lines: means of {n} runs with different luck. Bands: {kind} of them. {material.ranges}"
    described = ". ".join(
        f"{each.heading}: {decimal(float(_mean(np.stack([run[name] for run in ours]))[-1]), each.decimals)} {each.unit}"
        for name, each in FOLLOWED.items()
    )
    return Texts(title, subtitle, (doubt,), tuple(footer(results, baseline)), f"{title}. {described}. {doubt}")


def draw_fans(view: Fans, theme: Theme = LIGHT) -> str:
    """Return the fans as an SVG string."""
    keys = arm_keys(view.arm, view.baseline, theme)
    return framed(view.texts, theme, lambda area: draw_panels(view.panels, view.weeks, keys, area, theme))
