"""Differences of several plans from the baseline: one panel a measure, each plan with its 95% interval."""

from collections.abc import Sequence
from typing import Final

from sp_abm.comparison import Comparison
from sp_abm.measures import MEASURES
from sp_abm.viz.amounts import minus, number_in, scaled
from sp_abm.viz.figures import Picture
from sp_abm.viz.findings import Finding, finding, range_of, ranges_in_words
from sp_abm.viz.frame import Texts
from sp_abm.viz.intervals import Panel, Row, draw_intervals
from sp_abm.viz.table import table
from sp_abm.viz.theme import Theme

_ENDS: Final = ("Low end of 95% interval", "High end of 95% interval")


def intervals(made: Comparison, title: str, measures: Sequence[str], theme: Theme) -> Picture:
    """Return the picture with its words and its table."""
    plans = range(1, len(made.arms))
    found = {(measure, arm): finding(made, measure, arm) for measure in measures for arm in plans}
    words = "; ".join(
        f"{each.label}, {made.arms[arm]}: {each.difference} ({each.verdict})" for (_, arm), each in found.items()
    )
    pairs = len(made.seeds)
    interval = f"mean of {pairs} pairs of runs and its 95% interval, of {range_of(made.n_sets)}"
    subtitle = f"Difference from {made.arms[0]}: {interval}; hollow: not clear"
    described = f"{words}. {ranges_in_words(pairs, made.n_sets)}".rstrip()
    texts = Texts(f"{title}: differences from {made.arms[0]}", subtitle, (), (), described)
    panels = [
        Panel(
            MEASURES[measure].label,
            found[measure, 1].unit,
            tuple(_row(made, found[measure, arm], arm) for arm in plans),
        )
        for measure in measures
    ]
    columns = ("Measure", "Plan", "Unit", made.arms[0], "With the plan", "Difference", *_ENDS, "Verdict")
    cells = [
        [each.label, made.arms[arm], each.unit, *map(number_in, each.numbers), each.verdict]
        for (_, arm), each in found.items()
    ]
    name, svg = title.lower().replace(" ", "-"), draw_intervals(panels, texts, theme)
    return Picture(name, svg, texts.title, texts.description, (subtitle,), table(columns, cells))


def _row(made: Comparison, found: Finding, arm: int) -> Row:
    """Return a plan's row: drawn as exactly as it is known, said as it is shown everywhere."""
    factor, difference = scaled(MEASURES[found.measure].unit)[0], made.difference(arm, found.measure)
    mean, low, high = (factor * end for end in (difference.mean, difference.low, difference.high))
    said = f"{minus(found.difference)} ({found.verdict})"
    return Row(made.arms[arm], mean, low, high, said, is_strong=found.is_clear, is_hollow=not found.is_clear)
