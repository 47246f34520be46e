"""Funnel: of the people referred, how many were reached, had three or more contacts, started an activity."""

from dataclasses import dataclass
from typing import Final

from sp_abm.results import FUNNEL_FROM, FUNNEL_TO, Results
from sp_abm.viz.amounts import minus
from sp_abm.viz.bars import Bar, Steps, draw_bars, steps_table
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.table import Table
from sp_abm.viz.theme import LIGHT, Theme
from sp_abm.viz.words import ONE_RUN, arm_name, check_pair, decimal, footer, quoted

STEPS: Final = {
    "referred": "Referred",
    "contacted": "Reached by a link worker",
    "three_or_more": "Three or more contacts",
    "started_activity": "Started an activity",
}
NOBODY: Final = "nobody referred"
FEW_PEOPLE: Final = 30
"""Below so many people referred, a share is called rough."""
_PER_HUNDRED: Final = 100


@dataclass(frozen=True)
class Funnel:
    """What the picture shows: the arms' names, and for each step one bar an arm."""

    arms: tuple[str, ...]
    steps: Steps
    texts: Texts

    @property
    def table(self) -> Table:
        """Return one row a step: people and their share, for each arm."""
        return steps_table(self.arms, self.steps, "% of people referred")


def funnel(results: Results, baseline: Results | None = None) -> Funnel:
    """Return what to draw of the people referred 26 to 78 weeks before the end."""
    check_pair(results, baseline)
    runs = [results] if baseline is None else [results, baseline]
    counts = [run.funnel() for run in runs]
    return Funnel(
        arms=tuple(arm_name(run) for run in runs),
        steps=tuple(
            (label, tuple(Bar(count[step], share_of(count, step)) for count in counts)) for step, label in STEPS.items()
        ),
        texts=_texts(results, baseline, counts),
    )


def share_of(counts: dict[str, int], step: str) -> float | None:
    """Return a step's share of the people referred, or None if nobody was."""
    return counts[step] / counts["referred"] if counts["referred"] else None


def _of_hundred(counts: dict[str, int], step: str) -> str:
    return decimal(_PER_HUNDRED * (share_of(counts, step) or 0.0), 0)


def cohort_words(results: Results) -> str:
    """Return in words when the people of a funnel were referred."""
    end = results.n_weeks
    return f"people referred in weeks {_week(end - FUNNEL_FROM)} to {_week(end - FUNNEL_TO - 1)} of {end}"


def cohort_notes(results: Results, counts: list[dict[str, int]]) -> list[str]:
    """Return what must be said of the people of a funnel: who of them came early, and whether they are few."""
    notes = []
    if results.n_weeks < FUNNEL_FROM:
        notes.append("Weeks before 0 belong to the warm-up, with everything as today.")
    if any(0 < count["referred"] < FEW_PEOPLE for count in counts):
        notes.append(f"Fewer than {FEW_PEOPLE} people were referred: the shares are rough.")
    return notes


def _week(week: int) -> str:
    return minus(str(week))


def _texts(results: Results, baseline: Results | None, counts: list[dict[str, int]]) -> Texts:
    subtitle = f"Share of {cohort_words(results)}, as known at the end; numbers of people beside the bars"
    notes = ["Steps need not follow each other: an activity can start before a third contact."]
    notes += cohort_notes(results, counts)
    if baseline is not None:
        notes.append(ONE_RUN)
    title = _title(baseline, counts)
    described = ", ".join(f"{label.lower()} {decimal(counts[0][step], 0)}" for step, label in STEPS.items())
    description = f"{title}. Numbers of people: {described}."
    return Texts(title, subtitle, tuple(notes), tuple(footer(results, baseline)), description)


def _title(baseline: Results | None, counts: list[dict[str, int]]) -> str:
    ours, theirs = counts[0], counts[-1]
    title = "Nobody was referred in these weeks"
    if ours["referred"]:
        reached, started = _of_hundred(ours, "contacted"), _of_hundred(ours, "started_activity")
        title = f"Of 100 people referred, {reached} were reached and {started} started an activity"
    if baseline is None:
        return title
    if not theirs["referred"]:
        return f"{title}; in {quoted(baseline)} nobody was referred"
    reached, started = _of_hundred(theirs, "contacted"), _of_hundred(theirs, "started_activity")
    if ours["referred"]:
        return f"{title}; in {quoted(baseline)} {reached} and {started}"
    return f"{title}; in {quoted(baseline)} {reached} of 100 were reached and {started} started an activity"


def draw_funnel(view: Funnel, theme: Theme = LIGHT) -> str:
    """Return the referral funnel as an SVG string."""
    return framed(view.texts, theme, lambda area: draw_bars(view.arms, view.steps, NOBODY, area, theme))
