"""Differences of several plans from the baseline on one axis a measure, each with its 95% interval."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from sp_abm.comparison import Comparison
from sp_abm.measures import MEASURES
from sp_abm.viz.axes import Box, Drawing, Scale
from sp_abm.viz.figures import Picture
from sp_abm.viz.findings import finding, in_words
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.svg import Element, element, line, shortened, text
from sp_abm.viz.table import table
from sp_abm.viz.theme import LABEL_SIZE, SMALL_SIZE, Theme

_ROW, _HEAD, _GAP = 24.0, 26.0, 14.0
_NAME_SHARE, _NUMBER_ROOM = 0.3, 150.0
_RADIUS: Final = 5.0
_PADDING: Final = 1.15


def intervals(made: Comparison, title: str, measures: Sequence[str], theme: Theme) -> Picture:
    """Return the picture with its words and its table."""
    rows = _rows(made, measures)
    pairs = len(made.seeds)
    words = "; ".join(f"{row[0]}, {row[1]}: {row[5]} ({row[7]})" for row in rows)
    subtitle = f"Difference from {made.arms[0]}: mean of {pairs} pairs of runs and its 95% interval; hollow: not clear"
    texts = Texts(f"{title}: differences from {made.arms[0]}", subtitle, (), (), f"{words}.")
    svg = _drawn(made, texts, measures, theme)
    name = title.lower().replace(" ", "-")
    columns = ("Measure", "Plan", "Unit", made.arms[0], "With the plan", "Difference", "95% interval", "Verdict")
    return Picture(name, svg, texts.title, texts.description, (subtitle,), table(columns, rows))


def _rows(made: Comparison, measures: Sequence[str]) -> list[list[str]]:
    """Return what the picture shows as rows: a measure, a plan, and the finding in words."""
    rows = []
    for measure in measures:
        for arm in range(1, len(made.arms)):
            found = finding(made, measure, arm)
            numbers = [found.baseline, found.plan, found.difference, found.range, found.verdict]
            rows.append([found.label, made.arms[arm], found.unit, *numbers])
    return rows


def _drawn(made: Comparison, texts: Texts, measures: Sequence[str], theme: Theme) -> str:
    def draw(box: Box) -> Drawing:
        marks: list[Element] = []
        y = box.top
        for measure in measures:
            y = _measure(marks, made, measure, Box(box.left, y, box.width, 0.0), theme)
        return marks, y

    return framed(texts, theme, draw)


def _measure(marks: list[Element], made: Comparison, measure: str, box: Box, theme: Theme) -> float:
    """Add one measure's axis with a row for each plan; return where it ends."""
    declared = MEASURES[measure]
    factor, unit = in_words(declared)
    found = [made.difference(arm, measure) for arm in range(1, len(made.arms))]
    ends = [factor * end for each in found for end in (each.mean, each.low, each.high) if np.isfinite(end)]
    reach = _PADDING * max((abs(end) for end in ends), default=0.0) or 1.0
    left, right = box.left + _NAME_SHARE * box.width, box.right - (0.0 if theme.is_narrow else _NUMBER_ROOM)
    x = Scale(-reach, reach, left, right)
    y = box.top + _HEAD
    heading = shortened(f"{declared.label}, {unit}", box.width, LABEL_SIZE, is_strong=True)
    marks.append(text(box.left, y - _ROW / 3, heading, theme.ink, LABEL_SIZE, is_strong=True))
    bottom = y + _ROW * len(found)
    marks.append(line((x(0.0), y), (x(0.0), bottom), theme.quiet_ink))
    for arm, difference in enumerate(found, 1):
        middle = y + _ROW * (arm - 0.5)
        shown = finding(made, measure, arm)
        name = shortened(made.arms[arm], _NAME_SHARE * box.width - _GAP, SMALL_SIZE)
        marks.append(text(box.left, middle + SMALL_SIZE / 3, name, theme.ink, SMALL_SIZE))
        if np.isfinite(difference.low):
            ends_at = ((x(factor * difference.low), middle), (x(factor * difference.high), middle))
            marks.append(line(*ends_at, theme.arm, stroke_width=2))
        if np.isfinite(difference.mean):
            marks.append(_dot(x(factor * difference.mean), middle, shown.is_clear, theme))
        if not theme.is_narrow:
            said = f"{shown.difference} ({shown.verdict})"
            marks.append(text(box.right, middle + SMALL_SIZE / 3, said, theme.ink, SMALL_SIZE, "end"))
    return bottom + _GAP


def _dot(x: float, y: float, is_clear: bool, theme: Theme) -> Element:
    fill = theme.arm if is_clear else theme.paper
    return element("circle", {"cx": x, "cy": y, "r": _RADIUS, "fill": fill, "stroke": theme.arm, "stroke_width": 2})
