"""Pathway: the way of the people referred, from the route they came by to what came of it, as a Sankey picture."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np

from sp_abm.results import FUNNEL_FROM, FUNNEL_TO, Results
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.pictures.funnel import NOBODY, cohort_notes, cohort_words
from sp_abm.viz.ribbons import Block, Ribbon, draw_nobody, draw_ribbons
from sp_abm.viz.table import Cell, Table, in_percent, table
from sp_abm.viz.theme import LIGHT, Theme
from sp_abm.viz.words import ONE_RUN, arm_name, check_pair, decimal, footer, quoted
from sp_abm.vocabulary import Outcome, Route

HEADINGS: Final = ("How they came", "First contact", "Contacts", "What came of it")
ROUTES: Final = {
    Route.GP: "Sent by a GP",
    Route.PRACTICE_STAFF: "Practice staff",
    Route.SELF: "On their own",
    Route.OUTREACH: "Met by outreach",
    Route.COMMUNITY: "Sent by a local group",
}
STEPS: Final = (
    (1, "reached", "Reached"),
    (1, "gave_up", "Gave up waiting"),
    (1, "not_reached", "Never seen"),
    (2, "three", "Three or more"),
    (2, "one", "One or two"),
    (3, "both", "Activity, well prepared"),
    (3, "activity", "Activity"),
    (3, "none", "No activity"),
)
"""(column, key, name) of the blocks after the routes, top down."""
_GOOD: Final = ("reached", "three", "both", "activity")


@dataclass(frozen=True)
class Way:
    """One step of many people: from which block to which, in this run and in its baseline."""

    source: str
    target: str
    people: int
    before: int | None


@dataclass(frozen=True)
class Pathway:
    """What the picture shows: the people of each block, those who went from one to the next, and the words."""

    people: dict[str, int]
    before: dict[str, int] | None
    ways: tuple[Way, ...]
    baseline: str
    texts: Texts

    @property
    def table(self) -> Table:
        """Return one row a step taken: people, and their share of those referred."""
        names = {route.word: name for route, name in ROUTES.items()} | {key: name for _, key, name in STEPS}
        total = sum(self.people[route.word] for route in ROUTES)
        columns = ["from", "to", "people", "% of people referred"]
        columns += [f"people in {self.baseline}"] if self.baseline else []
        rows: list[list[Cell]] = [
            [
                names[way.source],
                names[way.target],
                way.people,
                in_percent(way.people / total) if total else None,
                *([way.before] if self.baseline else []),
            ]
            for way in self.ways
        ]
        return table(columns, rows)


def pathway(results: Results, baseline: Results | None = None) -> Pathway:
    """Return what to draw of the people referred 26 to 78 weeks before the end, as known by then."""
    check_pair(results, baseline)
    ours, theirs = _steps(results), None if baseline is None else _steps(baseline)
    people = _totals(ours)
    ways = tuple(
        Way(source, target, ours[source, target], None if theirs is None else theirs[source, target])
        for source, target in _order(ours, theirs)
    )
    before = None if theirs is None else _totals(theirs)
    name = "" if baseline is None else arm_name(baseline)
    return Pathway(people, before, ways, name, _texts(results, baseline, people))


def _steps(results: Results) -> Counter[tuple[str, str]]:
    """Return how many people went from each block to the next."""
    cases, end = results.cases, results.n_weeks
    referred = cases["week_referred"]
    is_cohort = (referred >= end - FUNNEL_FROM) & (referred < end - FUNNEL_TO)

    def happened(column: str) -> np.ndarray:
        return (cases[column] >= referred)[is_cohort]

    first, third, started = (happened(column) for column in ("week_first", "week_third", "week_started"))
    gave_up = cases["outcome"][is_cohort] == Outcome.GAVE_UP
    routes = np.array([route.word for route in Route])[cases["route"][is_cohort]]
    found: Counter[tuple[str, str]] = Counter()
    met = np.where(first, "reached", np.where(gave_up, "gave_up", "not_reached"))
    talked = np.where(third, "three", "one")
    end_of_it = np.where(started, np.where(third, "both", "activity"), "none")
    found.update(zip(routes.tolist(), met.tolist(), strict=True))
    found.update(("reached", each) for each in talked[first].tolist())
    found.update(zip(talked[first].tolist(), end_of_it[first].tolist(), strict=True))
    return found


def _order(*counted: Counter[tuple[str, str]] | None) -> list[tuple[str, str]]:
    """Return every step that anybody took, by column and top down."""
    keys = [*(route.word for route in ROUTES), *(key for _, key, _ in STEPS)]
    pairs = {pair for each in counted if each for pair in each}
    return sorted(pairs, key=lambda pair: (keys.index(pair[0]), keys.index(pair[1])))


def _totals(steps: Counter[tuple[str, str]]) -> dict[str, int]:
    """Return the people of each block."""
    totals = {route.word: 0 for route in ROUTES} | {key: 0 for _, key, _ in STEPS}
    for (source, target), people in steps.items():
        totals[target] += people
        if source in {route.word for route in ROUTES}:
            totals[source] += people
    return totals


def _texts(results: Results, baseline: Results | None, people: dict[str, int]) -> Texts:
    total = sum(people[route.word] for route in ROUTES)
    title = "Nobody was referred in these weeks"
    if total:
        helped = people["both"] + people["activity"]
        title = (
            f"Of {decimal(total, 0)} people referred, {decimal(people['reached'], 0)} were reached and "
            f"{decimal(helped, 0)} started an activity, {decimal(people['both'], 0)} of them well prepared"
        )
    subtitle = f"All {cohort_words(results)}, as known at the end; heights are numbers of people"
    notes = ["Well prepared: three or more conversations with a link worker. Never seen: moved away, or waiting."]
    notes += cohort_notes(results, [{"referred": total}])
    if baseline is not None and not total:
        title += f"; in {quoted(baseline)} {decimal(baseline.funnel()['referred'], 0)} people were"
    if baseline is not None:
        notes.append(f"In brackets: the same in {quoted(baseline)}. {ONE_RUN}")
    described = ", ".join(f"{name.lower()} {people[key]}" for _, key, name in STEPS)
    return Texts(title, subtitle, tuple(notes), tuple(footer(results, baseline)), f"{title}. Numbers: {described}.")


def draw_pathway(view: Pathway, theme: Theme = LIGHT) -> str:
    """Return the pathway as an SVG string."""
    named = [(0, route.word, name) for route, name in ROUTES.items()] + list(STEPS)
    shown = [each for each in named if view.people[each[1]] or (view.before and view.before[each[1]])]
    blocks = [
        Block(key, column, name, view.people[key], _words(view, key), _colour(key, theme))
        for column, key, name in shown
    ]
    taken = [way for way in view.ways if way.people]
    ribbons = [Ribbon(way.source, way.target, way.people, _colour(way.target, theme)) for way in taken]
    if not ribbons:
        return framed(view.texts, theme, lambda area: draw_nobody(NOBODY, area, theme))
    return framed(view.texts, theme, lambda area: draw_ribbons(blocks, ribbons, HEADINGS, area, theme))


def _words(view: Pathway, key: str) -> str:
    before = "" if view.before is None else f" ({decimal(view.before[key], 0)})"
    return f"{decimal(view.people[key], 0)}{before}"


def _colour(key: str, theme: Theme) -> str:
    return theme.arm if key in _GOOD[:3] else theme.parts[1] if key == "activity" else theme.baseline
