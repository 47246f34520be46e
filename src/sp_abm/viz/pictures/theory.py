"""Theory of change: from what is put in to what comes of it in the end, each place with its measures and values."""

from dataclasses import dataclass
from math import isfinite, nan
from typing import Final

from sp_abm.measures import MEASURES, Measure, TheoryOfChange
from sp_abm.viz.amounts import amount, decimals, minus, number, scaled
from sp_abm.viz.axes import Box, Drawing
from sp_abm.viz.cards import Words, card_height, draw_card
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.material import Material
from sp_abm.viz.svg import Element, polygon, text
from sp_abm.viz.table import Cell, Table, table
from sp_abm.viz.theme import LABEL_SIZE, LIGHT, Theme
from sp_abm.viz.words import NO_VALUE, ONE_RUN, check_pair, footer, quoted

SHOWN: Final = {
    TheoryOfChange.INPUT: ("posts", "in_post", "vacancy_rate", "places", "cost_total_gbp"),
    TheoryOfChange.ACTIVITY: (
        "referrals_per_1000_per_week",
        "share_non_medical_routes",
        "people_met_per_1000_per_year",
        "open_cases_per_link_worker",
        "n_waiting",
    ),
    TheoryOfChange.OUTPUT: (
        "reach_per_1000_per_year",
        "mean_wait_weeks",
        "share_started_activity",
        "share_adequate_dose",
        "share_help_proactive",
    ),
    TheoryOfChange.OUTCOME: (
        "burnout_mean",
        "expected_leaving_rate_per_year",
        "share_distress",
        "share_lonely",
        "gp_consultations_per_person_per_year",
    ),
    TheoryOfChange.IMPACT: ("slope_index_distress", "wellbys_per_1000", "maturity_index", "social_return"),
}
"""The measures drawn at each place; the table has all."""
HEADINGS: Final = {
    TheoryOfChange.INPUT: "Inputs",
    TheoryOfChange.ACTIVITY: "Activities",
    TheoryOfChange.OUTPUT: "Outputs",
    TheoryOfChange.OUTCOME: "Outcomes",
    TheoryOfChange.IMPACT: "Impact",
}
_GAP: Final = 8.0
_HEAD: Final = 30.0
_POINT: Final = 9.0
_DIGITS: Final = 3
_UNKNOWN: Final = (nan, nan, nan)


@dataclass(frozen=True)
class Leaf:
    """A measure of the tree: its value, and its change from the baseline with an interval where pairs are many."""

    measure: Measure
    value: float
    change: float
    low: float
    high: float


@dataclass(frozen=True)
class Tree:
    """What the picture shows: every measure at its place, the baseline's name, and the words."""

    leaves: tuple[Leaf, ...]
    baseline: str
    texts: Texts

    @property
    def table(self) -> Table:
        """Return one row a measure: all of them, not only those drawn."""
        columns = ["place", "measure", "value", "unit"]
        columns += [f"change from {self.baseline}", "low", "high"] if self.baseline else []
        rows: list[list[Cell]] = []
        for place in TheoryOfChange:
            for leaf in (leaf for leaf in self.leaves if leaf.measure.theory is place):
                changes = [_rounded(each) for each in (leaf.change, leaf.low, leaf.high)] if self.baseline else []
                rows.append([HEADINGS[place], leaf.measure.label, _rounded(leaf.value), leaf.measure.unit, *changes])
        return table(columns, rows)


def _rounded(value: float) -> float:
    return float(f"{value:.5g}") if isfinite(value) else value


def theory_of_change(material: Material) -> Tree:
    """Return every measure's value at the end of a run, and what differs from the baseline."""
    results, baseline = material.run, material.baseline
    check_pair(results, baseline)
    values = results.summary
    if baseline is not None:
        values.update(results.against(baseline))
    before = None if baseline is None else baseline.summary
    leaves = []
    for name, declared in MEASURES.items():
        mean, found = material.mean(name), material.difference(name)
        value = float(values[name]) if mean is None else mean
        if found is not None:
            change, low, high = found.mean, found.low, found.high
        elif before is None or declared.is_paired:
            change, low, high = _UNKNOWN
        else:
            change, low, high = value - float(before[name]), *_UNKNOWN[1:]
        leaves.append(Leaf(declared, value, change, low, high))
    name = "" if baseline is None else quoted(baseline)
    return Tree(tuple(leaves), name, _texts(material))


def _texts(material: Material) -> Texts:
    results, baseline = material.run, material.baseline
    title = f"From what is put in to what comes of it: {quoted(results)}"
    title += "" if baseline is None else f" against {quoted(baseline)}"
    subtitle = "Measures at their place in the theory of change; each says of whom or of what it is a share"
    notes = ["A place in the tree is not proof of a cause: the loop diagram shows which links carry a change."]
    if baseline is not None:
        n = material.n_runs
        changes = f"Below each value: its change from {quoted(baseline)}"
        doubt = f"Means of {n} pairs. {changes} with its 95% interval. {material.ranges}"
        notes.append(f"{changes}. {ONE_RUN}" if n < 2 else doubt)
    return Texts(title, subtitle, tuple(notes), tuple(footer(results, baseline)), f"{title}. {subtitle}.")


def draw_theory(view: Tree, theme: Theme = LIGHT) -> str:
    """Return the tree as an SVG string."""
    by_name = {leaf.measure.name: leaf for leaf in view.leaves}
    shown = {
        place: [by_name[name] for name in names if view.baseline or not by_name[name].measure.is_paired]
        for place, names in SHOWN.items()
    }

    def draw(area: Box) -> Drawing:
        columns = 1 if theme.is_narrow else len(shown)
        width = (area.width - _GAP * (columns - 1)) / columns
        marks: list[Element] = []
        bottom = area.top
        for position, (place, leaves) in enumerate(shown.items()):
            top = bottom if columns == 1 else area.top
            column = Box(area.left + (position % columns) * (width + _GAP), top, width, 0.0)
            drawn, end = _column(HEADINGS[place], leaves, column, theme)
            marks.extend(drawn)
            bottom = max(bottom, end)
        return marks, bottom

    return framed(view.texts, theme, draw)


def _column(heading: str, leaves: list[Leaf], area: Box, theme: Theme) -> Drawing:
    """Return one place of the tree: an arrow with its name, and a card a measure."""
    right, top = area.right, area.top
    tip, low = right + _POINT - 2, top + _HEAD - 4
    arrow = [(area.left, top), (right - 2, top), (tip, (top + low) / 2), (right - 2, low), (area.left, low)]
    y = (top + low) / 2 + LABEL_SIZE / 3
    marks: list[Element] = [
        polygon(arrow, theme.arm),
        text(area.left + _GAP, y, heading, theme.paper, LABEL_SIZE, is_strong=True),
    ]
    top += _HEAD
    across = 2 if theme.is_narrow else 1
    width = (area.width - _GAP * (across - 1)) / across
    for first in range(0, len(leaves), across):
        cards = [_words(leaf) for leaf in leaves[first : first + across]]
        height = max(card_height(card, width) for card in cards)
        for position, card in enumerate(cards):
            place = Box(area.left + position * (width + _GAP), top, width, 0.0)
            marks.extend(draw_card(card, place, theme, height=height)[0])
        top += height + _GAP
    return marks, top


def _words(leaf: Leaf) -> list[Words]:
    """Return the words of a measure's card."""
    shown, unit = amount(leaf.value, leaf.measure.unit)
    words = [
        Words(leaf.measure.label, is_quiet=True),
        Words(shown if isfinite(leaf.value) else NO_VALUE, is_strong=True, is_small=False),
        Words(unit, is_quiet=True),
    ]
    if isfinite(leaf.change) and (isfinite(leaf.low) or not leaf.measure.is_paired):
        words.append(Words(change_words(leaf), is_strong=True))
    return words


def change_words(leaf: Leaf) -> str:
    """Return a change as people read it, with its interval where there is one."""
    factor = scaled(leaf.measure.unit)[0]
    size = max(abs(leaf.change), abs(leaf.value) / 100 if isfinite(leaf.value) else 0.0) * factor
    places = decimals(size, _DIGITS - 1)
    said, low, high = (
        minus(number(each * factor, places, is_signed=True)) for each in (leaf.change, leaf.low, leaf.high)
    )
    return f"{said} ({low} to {high})" if isfinite(leaf.low) else said
