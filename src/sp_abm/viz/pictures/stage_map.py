"""Stage map: for each health stage, what social prescribing is there, how many people are in it, how many are seen."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sp_abm.results import Results
from sp_abm.viz.axes import Box, Drawing
from sp_abm.viz.cards import Words, card_height, draw_card
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.table import Cell, Table, in_percent, table, whole
from sp_abm.viz.theme import LIGHT, Theme
from sp_abm.viz.words import ONE_RUN, arm_name, check_pair, decimal, footer, last_weeks, percent, quoted
from sp_abm.viz.years import in_year, ratio_in_year
from sp_abm.vocabulary import WEEKS_PER_YEAR, Stage

_GAP: Final = 10.0
_ROW_GAP: Final = 10.0
_SHARES: Final = (0.22, 0.36, 0.21, 0.21)
"""Widths of the four cards of a stage, as shares of the row."""


@dataclass(frozen=True)
class Kind:
    """What social prescribing is for people in a stage: the sign of the stage, the type, and the level."""

    sign: str
    type: str
    level: str


KINDS: Final = {
    Stage.THRIVING: Kind("no distress", "Proactive", "community activities and volunteering, no case"),
    Stage.OFF_BALANCE: Kind(
        "some distress, or low wellbeing", "Proactive", "light touch: one conversation, one suggestion"
    ),
    Stage.PRE_CRISIS: Kind(
        "distress, no crisis", "Reactive: today’s way in", "standard: what matters, a plan, 6 to 12 contacts"
    ),
    Stage.CRISIS: Kind("acute", "Reactive, beside clinical care", "intensive, or wait until it is safe"),
    Stage.RECOVERING: Kind(
        "better, for under about a year", "Reactive, turning proactive", "check-ins, a group, volunteering"
    ),
}


@dataclass(frozen=True)
class Row:
    """One stage: people in it and their share, and those first seen who were in it when they were referred."""

    stage: Stage
    people: float
    share: float
    seen: int
    seen_before: int | None


@dataclass(frozen=True)
class StageMap:
    """What the picture shows, from thriving to recovering."""

    rows: tuple[Row, ...]
    baseline: str
    texts: Texts

    @property
    def table(self) -> Table:
        """Return one row a stage."""
        columns = ["stage", "type", "level", "people", "% of people of 16+", "first seen in a year"]
        columns += [f"the same in {self.baseline}"] if self.baseline else []
        rows: list[list[Cell]] = [
            [
                row.stage.label,
                KINDS[row.stage].type,
                KINDS[row.stage].level,
                whole(row.people),
                in_percent(row.share),
                row.seen,
                *([row.seen_before] if self.baseline else []),
            ]
            for row in self.rows
        ]
        return table(columns, rows)


def stage_map(results: Results, baseline: Results | None = None) -> StageMap:
    """Return the stages with the people of a run's last 52 weeks."""
    check_pair(results, baseline)
    seen, before = _seen(results), None if baseline is None else _seen(baseline)
    rows = tuple(
        Row(
            stage,
            ratio_in_year(results, f"n_{stage.word}", "weeks"),
            ratio_in_year(results, f"n_{stage.word}", "n_adults"),
            seen[stage],
            None if before is None else before[stage],
        )
        for stage in Stage
    )
    return StageMap(rows, "" if baseline is None else arm_name(baseline), _texts(results, baseline, rows))


def _seen(results: Results) -> list[int]:
    """Return, by stage at referral, how many people a link worker first saw in the last 52 weeks."""
    first = results.cases["week_first"]
    is_recent = (first >= max(0, results.n_weeks - WEEKS_PER_YEAR)) & (first < results.n_weeks)
    counts = np.bincount(results.cases["stage"][is_recent].astype(np.int64), minlength=len(Stage))
    return [int(count) for count in counts]


def _texts(results: Results, baseline: Results | None, rows: tuple[Row, ...]) -> Texts:
    total = sum(row.seen for row in rows)
    early = sum(row.seen for row in rows if row.stage in (Stage.THRIVING, Stage.OFF_BALANCE))
    title = f"In the {last_weeks(results)}, link workers first saw nobody"
    if total:
        title = (
            f"Of {decimal(total, 0)} people first seen in the {last_weeks(results)}, {percent(early / total)} "
            "were thriving or off balance when they were referred"
        )
    adults = decimal(in_year(results, "n_adults") / max(1.0, in_year(results, "weeks")), 0)
    subtitle = (
        f"What social prescribing is for in each health stage, and for how many of {adults} people of 16 and over"
    )
    notes = [] if baseline is None else [f"In brackets: the same in {quoted(baseline)}. {ONE_RUN}"]
    described = ". ".join(
        f"{row.stage.label.capitalize()}: {KINDS[row.stage].type.lower()}, {KINDS[row.stage].level}; "
        f"{percent(row.share)} of people; {row.seen} first seen"
        for row in rows
    )
    return Texts(title, subtitle, tuple(notes), tuple(footer(results, baseline)), f"{title}. {described}.")


def draw_stage_map(view: StageMap, theme: Theme = LIGHT) -> str:
    """Return the stage map as an SVG string."""

    def draw(area: Box) -> Drawing:
        marks, top = [], area.top
        for row in view.rows:
            cards = _cards(row)
            if theme.is_narrow:
                drawn, top = draw_card(
                    [w for card in cards for w in card], _at(area, top), theme, theme.stages[row.stage]
                )
                marks += drawn
            else:
                drawn, top = _across(cards, _at(area, top), theme, theme.stages[row.stage])
                marks += drawn
            top += _ROW_GAP
        return marks, top - _ROW_GAP

    return framed(view.texts, theme, draw)


def _at(area: Box, top: float) -> Box:
    return Box(area.left, top, area.width, 0.0)


def _across(cards: list[list[Words]], area: Box, theme: Theme, colour: str) -> Drawing:
    """Return the cards of a stage side by side, all as high as the highest."""
    widths = [share * (area.width - _GAP * (len(cards) - 1)) for share in _SHARES]
    height = max(card_height(card, width, has_edge=True) for card, width in zip(cards, widths, strict=True))
    marks, x = [], area.left
    for position, (card, width) in enumerate(zip(cards, widths, strict=True)):
        drawn, _ = draw_card(card, Box(x, area.top, width, 0.0), theme, colour if position == 0 else "", height)
        marks += drawn
        x += width + _GAP
    return marks, area.top + height


def _cards(row: Row) -> list[list[Words]]:
    """Return the words of the four cards of a stage."""
    kind = KINDS[row.stage]
    before = "" if row.seen_before is None else f" ({decimal(row.seen_before, 0)})"
    return [
        [Words(row.stage.label.capitalize(), True, is_small=False), Words(kind.sign, is_quiet=True)],
        [Words(kind.type, True), Words(kind.level)],
        [
            Words(f"{percent(row.share)} of people", True, is_small=False),
            Words(f"{decimal(row.people, 0)} on average", is_quiet=True),
        ],
        [
            Words(f"{decimal(row.seen, 0)}{before} seen", True, is_small=False),
            Words("first contacts in a year", is_quiet=True),
        ],
    ]
