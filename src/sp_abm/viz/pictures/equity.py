"""Equity: distress and reach by deprivation fifth, against the baseline."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sp_abm.measures.people import slope_index
from sp_abm.results import Results
from sp_abm.tallies import Sums
from sp_abm.viz.axes import Box, Drawing, Scale, middle_of, round_ticks
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.legend import Key, legend
from sp_abm.viz.material import Material
from sp_abm.viz.svg import Element, element, line, shortened, text
from sp_abm.viz.table import Cell, Table, in_percent, table, whole
from sp_abm.viz.theme import LABEL_SIZE, LIGHT, SMALL_SIZE, Theme
from sp_abm.viz.words import ONE_RUN, arm_name, check_pair, decimal, footer, last_weeks, percent, quoted, signed
from sp_abm.viz.years import by_fifth
from sp_abm.vocabulary import DEPRIVATION_FIFTHS, WEEKS_PER_YEAR

_NAMES: Final = 116.0
_VALUES: Final = 104.0
_ROW: Final = 40.0
_HEAD: Final = 30.0
_AXIS: Final = 26.0
_GAP: Final = 28.0
_DOT: Final = 6.5
_PER_1000: Final = 1000
_TICKS: Final = 4
_TICK_ROOM: Final = 52.0
_WHOLE_FROM: Final = 100
"""Values from here up are shown without decimals."""


@dataclass(frozen=True)
class Fifths:
    """One panel: a value for each deprivation fifth here and, where there is one, in the baseline."""

    heading: str
    values: tuple[float, ...]
    before: tuple[float, ...] | None
    is_share: bool


@dataclass(frozen=True)
class Equity:
    """What the picture shows: distress and referrals by fifth, the arms' names, and the words."""

    panels: tuple[Fifths, ...]
    people: tuple[float, ...]
    arm: str
    baseline: str
    texts: Texts

    @property
    def table(self) -> Table:
        """Return one row a fifth."""
        columns = ["deprivation fifth", "people of 16+"]
        columns += [f"{panel.heading}: {arm}" for panel in self.panels for arm in (self.arm, self.baseline) if arm]
        rows: list[list[Cell]] = []
        for fifth, name in enumerate(DEPRIVATION_FIFTHS):
            row: list[Cell] = [name, whole(self.people[fifth])]
            for panel in self.panels:
                for values in filter(None, (panel.values, panel.before)):
                    row.append(in_percent(values[fifth]) if panel.is_share else round(values[fifth], 1))
            rows.append(row)
        return table(columns, rows)


def equity(material: Material) -> Equity:
    """Return what to draw of a run's last 52 weeks, with the baseline beside it."""
    results, baseline = material.run, material.baseline
    check_pair(results, baseline)
    runs = [results] if baseline is None else [results, baseline]
    panels = []
    for heading, tally, scale, is_share in (
        ("In distress, % of people of 16+", "n_distress", 1.0, True),
        ("Referred, per 1,000 people of 16+ a year", "referred_people", _PER_1000 * WEEKS_PER_YEAR, False),
    ):
        values = [tuple((_ratio(run, tally) * scale).tolist()) for run in runs]
        panels.append(Fifths(heading, values[0], values[1] if len(values) > 1 else None, is_share))
    weeks = min(results.n_weeks, WEEKS_PER_YEAR)
    return Equity(
        tuple(panels),
        tuple((by_fifth(results, "n_adults") / weeks).tolist()),
        arm_name(results),
        "" if baseline is None else arm_name(baseline),
        _texts(material),
    )


def _ratio(run: Results, tally: str) -> np.ndarray:
    top, adults = by_fifth(run, tally), by_fifth(run, "n_adults")
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(adults > 0, top / adults, np.nan)


def _slope(run: Results) -> float:
    """Return the slope index of inequality in distress over the last 52 weeks, in percentage points."""
    first = max(0, run.n_weeks - WEEKS_PER_YEAR)
    whole = Sums(run.system[first:].sum(axis=0)[None], run.people[first:].sum(axis=0)[None])
    return float(slope_index(whole)[0])


def _texts(material: Material) -> Texts:
    results, baseline = material.run, material.baseline
    slope = _slope(results)
    title = f"Distress is {decimal(slope, 1)} points higher among the most deprived than among the least"
    notes = ["Points: the slope index of inequality, from the most to the least deprived of all people of 16 and over."]
    if baseline is not None:
        title += f", against {decimal(_slope(baseline), 1)} in {quoted(baseline)}"
        notes.append(_doubt(material))
    subtitle = (
        f"By deprivation fifth of the neighbourhood, {last_weeks(results)}; each fifth’s people are its denominator"
    )
    shares = ", ".join(
        f"{fifth} {percent(share)}"
        for fifth, share in zip(DEPRIVATION_FIFTHS, _ratio(results, "n_distress"), strict=True)
    )
    description = f"{title}. In distress by fifth: {shares}."
    return Texts(title, subtitle, tuple(notes), tuple(footer(results, baseline)), description)


def _doubt(material: Material) -> str:
    """Return how sure the change of the gap is."""
    change = material.difference("slope_index_distress")
    if change is None:
        return ONE_RUN
    n = material.n_runs
    return (
        f"Dots: the first of {n} pairs. Change of the gap over all of them: {signed(change.mean, 2)} points "
        f"({signed(change.low, 2)} to {signed(change.high, 2)}, 95%): {change.verdict}. {material.ranges}"
    )


def draw_equity(view: Equity, theme: Theme = LIGHT) -> str:
    """Return distress and reach by fifth as an SVG string."""

    def draw(area: Box) -> Drawing:
        keys = [Key(view.arm, theme.arm), *([Key(view.baseline, theme.baseline)] if view.baseline else [])]
        marks, top = legend(keys, area, theme)
        columns = 1 if theme.is_narrow else len(view.panels)
        width = (area.width - _GAP * (columns - 1)) / columns
        height = _HEAD + _ROW * len(DEPRIVATION_FIFTHS) + _AXIS
        for position, panel in enumerate(view.panels):
            row, column = divmod(position, columns)
            place = Box(area.left + column * (width + _GAP), top + row * (height + _GAP), width, height)
            marks.extend(_panel(panel, place, theme))
        rows = -(-len(view.panels) // columns)
        return marks, top + rows * height + (rows - 1) * _GAP

    return framed(view.texts, theme, draw)


def _panel(panel: Fifths, area: Box, theme: Theme) -> list[Element]:
    """Return one panel: a row a fifth, a filled dot for the run, an open one for the baseline."""
    factor = 100.0 if panel.is_share else 1.0
    known = [
        value * factor for values in filter(None, (panel.values, panel.before)) for value in values if value == value
    ]
    plot = Box(area.left + _NAMES, area.top + _HEAD, area.width - _NAMES - _VALUES, area.height - _HEAD - _AXIS)
    ticks = round_ticks(max(known, default=1.0), max(1, min(_TICKS, int(plot.width / _TICK_ROOM))))
    x = Scale(0.0, ticks[-1], plot.left, plot.right)
    heading = shortened(panel.heading, area.width, LABEL_SIZE, is_strong=True)
    marks = [text(area.left, area.top + LABEL_SIZE, heading, theme.ink, LABEL_SIZE, is_strong=True)]
    for tick in ticks:
        marks.append(line((x(tick), plot.top), (x(tick), plot.bottom), theme.grid, stroke_width=1))
        y = plot.bottom + SMALL_SIZE + 4
        marks.append(text(x(tick), y, f"{tick:,.10g}", theme.quiet_ink, SMALL_SIZE, "middle"))
    for fifth, name in enumerate(DEPRIVATION_FIFTHS):
        y = plot.top + (fifth + 0.5) * _ROW
        marks.append(text(area.left, middle_of(y, LABEL_SIZE), name, theme.ink, LABEL_SIZE))
        before = None if panel.before is None else panel.before[fifth] * factor
        marks.extend(_row(panel.values[fifth] * factor, before, y, x, area.right, theme))
    return marks


def _row(value: float, before: float | None, y: float, x: Scale, right: float, theme: Theme) -> list[Element]:
    """Return the two dots of a fifth, the line between them, and their values."""
    marks: list[Element] = []
    digits = 1 if abs(value) < _WHOLE_FROM else 0
    words = decimal(value, digits)
    if before is not None:
        words += f" ({decimal(before, digits)})"
        if before == before:
            marks.append(_dot(x(before), y, fill=theme.paper, stroke=theme.baseline, stroke_width=2))
            if value == value:
                marks.insert(0, line((x(before), y), (x(value), y), theme.baseline, stroke_width=2))
    if value == value:
        marks.append(_dot(x(value), y, fill=theme.arm))
    size = LABEL_SIZE if len(words) < 14 else SMALL_SIZE
    return [*marks, text(right, middle_of(y, size), words, theme.ink, size, "end")]


def _dot(x: float, y: float, **look: str | float) -> Element:
    return element("circle", {"cx": x, "cy": y, "r": _DOT, **look})
