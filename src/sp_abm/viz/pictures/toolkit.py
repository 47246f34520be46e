"""Toolkit: the steps of an outreach encounter, from meeting somebody to a new volunteer."""

from dataclasses import dataclass
from typing import Final

from sp_abm.results import Results
from sp_abm.viz.bars import Bar, Steps, draw_bars, steps_table
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.table import Table
from sp_abm.viz.theme import LIGHT, Theme
from sp_abm.viz.words import ONE_RUN, arm_name, check_pair, decimal, footer, last_weeks, quoted
from sp_abm.viz.years import in_year, ratio_in_year

STEPS: Final = {
    "met": "Met",
    "name_cards": "Got a name card",
    "conversations": "Had a conversation",
    "small_steps": "Agreed a small step",
    "follow_ups": "Were followed up",
    "data_left": "Left data",
    "toolkit_volunteers": "Became volunteers",
}
NOBODY: Final = "nobody met"
_PER_HUNDRED: Final = 100


@dataclass(frozen=True)
class Toolkit:
    """What the picture shows: the arms' names, and for each step one bar an arm."""

    arms: tuple[str, ...]
    steps: Steps
    texts: Texts

    @property
    def table(self) -> Table:
        """Return one row a step: people and their share, for each arm."""
        return steps_table(self.arms, self.steps, "% of people met")


def toolkit(results: Results, baseline: Results | None = None) -> Toolkit:
    """Return what to draw of the people met by outreach in a run's last 52 weeks."""
    check_pair(results, baseline)
    runs = [results, *([baseline] if baseline is not None and in_year(baseline, "met") else [])]
    steps = tuple((label, tuple(_bar(run, step) for run in runs)) for step, label in STEPS.items())
    return Toolkit(tuple(map(arm_name, runs)), steps, _texts(results, baseline))


def _bar(run: Results, step: str) -> Bar:
    share = ratio_in_year(run, step, "met")
    return Bar(round(in_year(run, step)), share if share == share else None)


def _texts(results: Results, baseline: Results | None) -> Texts:
    title = f"In the {last_weeks(results)}, outreach met nobody"
    if in_year(results, "met"):
        talked, agreed = (
            decimal(_PER_HUNDRED * ratio_in_year(results, step, "met"), 0) for step in ("conversations", "small_steps")
        )
        title = f"Of 100 people met by outreach, {talked} had a conversation and {agreed} agreed a small step"
    if baseline is not None:
        met = in_year(baseline, "met")
        title += f"; in {quoted(baseline)} {decimal(met, 0) if met else 'nobody'} {'were' if met else 'was'} met"
    subtitle = f"Share of people met in the {last_weeks(results)}; numbers of people beside the bars"
    notes = ["All sizes of the toolkit’s effects are assumed: nothing is known of them."]
    notes += [] if baseline is None else [ONE_RUN]
    described = ", ".join(f"{label.lower()} {decimal(in_year(results, step), 0)}" for step, label in STEPS.items())
    description = f"{title}. Numbers of people: {described}."
    return Texts(title, subtitle, tuple(notes), tuple(footer(results, baseline)), description)


def draw_toolkit(view: Toolkit, theme: Theme = LIGHT) -> str:
    """Return the toolkit's steps as an SVG string."""
    return framed(view.texts, theme, lambda area: draw_bars(view.arms, view.steps, NOBODY, area, theme))
