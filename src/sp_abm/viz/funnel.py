"""Funnel: of the people referred, how many were reached, had three or more contacts, started an activity."""

from dataclasses import dataclass
from typing import Final

from sp_abm.results import FUNNEL_FROM, FUNNEL_TO, Results
from sp_abm.viz.axes import Box, Scale, middle_of
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.svg import Element, line, rectangle, text, text_width
from sp_abm.viz.theme import KEY_GAP, LABEL_SIZE, LIGHT, SMALL_SIZE, Theme
from sp_abm.viz.words import ONE_RUN, arm_name, check_pair, decimal, footer, percent, quoted

STEPS: Final = {
    "referred": "Referred",
    "contacted": "Reached by a link worker",
    "three_or_more": "Three or more contacts",
    "started_activity": "Started an activity",
}
NOBODY: Final = "nobody referred"
FEW_PEOPLE: Final = 30
"""Below so many people referred, a share is called rough."""

_NAMES_WIDTH: Final = 190.0
_COUNTS_WIDTH: Final = 196.0
_BAR: Final = 24.0
_BAR_GAP: Final = 4.0
_ROW_GAP: Final = 20.0
_AXIS_ROOM: Final = 26.0
_LEGEND_ROOM: Final = 34.0
_SWATCH: Final = 12.0
_LEGEND_GAP: Final = 24.0
_TICKS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
_PER_HUNDRED: Final = 100


@dataclass(frozen=True)
class Bar:
    """One arm at one step: people, and their share of those referred (missing if nobody was)."""

    people: int
    share: float | None


@dataclass(frozen=True)
class Funnel:
    """What the picture shows: the arms' names, and for each step one bar an arm."""

    arms: tuple[str, ...]
    steps: tuple[tuple[str, tuple[Bar, ...]], ...]
    texts: Texts


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
    return f"{_PER_HUNDRED * (share_of(counts, step) or 0.0):.0f}"


def _week(week: int) -> str:
    """Return a week's number with a true minus."""
    return f"{week}".replace("-", "−")


def _texts(results: Results, baseline: Results | None, counts: list[dict[str, int]]) -> Texts:
    end = results.n_weeks
    first, last = end - FUNNEL_FROM, end - FUNNEL_TO
    subtitle = (
        f"Share of people referred in weeks {_week(first)} to {_week(last - 1)} of {end}, as known at the end; "
        "numbers of people beside the bars"
    )
    notes = ["Steps need not follow each other: an activity can start before a third contact."]
    if first < 0:
        notes.append("Weeks before 0 belong to the warm-up, with everything as today.")
    if any(0 < count["referred"] < FEW_PEOPLE for count in counts):
        notes.append(f"Fewer than {FEW_PEOPLE} people were referred: the shares are rough.")
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


def draw_funnel(results: Results, baseline: Results | None = None, theme: Theme = LIGHT) -> str:
    """Return the referral funnel as an SVG string."""
    return draw_bars(funnel(results, baseline), theme)


def draw_bars(view: Funnel, theme: Theme) -> str:
    """Return the picture of a funnel."""
    row = len(view.arms) * (_BAR + _BAR_GAP) + _ROW_GAP
    legend = _LEGEND_ROOM if len(view.arms) > 1 else 0.0
    height = legend + row * len(view.steps) + _AXIS_ROOM

    def draw(box: Box) -> list[Element]:
        width = box.width - _NAMES_WIDTH - _COUNTS_WIDTH
        plot = Box(box.left + _NAMES_WIDTH, box.top + legend, width, row * len(view.steps))
        marks = [*_axis(plot, theme), *(_legend(view, box, theme) if legend else [])]
        for position, (label, bars) in enumerate(view.steps):
            top = plot.top + position * row + _ROW_GAP / 2
            middle = top + (row - _ROW_GAP - _BAR_GAP) / 2
            marks.append(text(box.left, middle_of(middle, LABEL_SIZE), label, theme.ink, LABEL_SIZE, is_strong=True))
            marks.extend(_bars(bars, top, plot, theme))
        return marks

    return framed(view.texts, theme, height, draw)


def _axis(plot: Box, theme: Theme) -> list[Element]:
    x = Scale(0.0, 1.0, plot.left, plot.right)
    marks = []
    for tick in _TICKS:
        marks.append(line((x(tick), plot.top), (x(tick), plot.bottom), theme.grid, stroke_width=1))
        marks.append(
            text(
                x(tick),
                plot.bottom + KEY_GAP + SMALL_SIZE,
                f"{tick:.0%}",
                theme.quiet_ink,
                SMALL_SIZE,
                "middle",
            )
        )
    return marks


def _legend(view: Funnel, box: Box, theme: Theme) -> list[Element]:
    """Return the key of the two arms above the bars."""
    marks, x, row = [], box.left + _NAMES_WIDTH, box.top + LABEL_SIZE
    for name, colour in zip(view.arms, (theme.arm, theme.baseline), strict=False):
        marks.append(rectangle(x, row - _SWATCH + 1, _SWATCH, _SWATCH, colour, rx=2))
        marks.append(text(x + _SWATCH + KEY_GAP, row, name, theme.ink, LABEL_SIZE))
        x += _SWATCH + KEY_GAP + text_width(name, LABEL_SIZE) + _LEGEND_GAP
    return marks


def _bars(bars: tuple[Bar, ...], top: float, plot: Box, theme: Theme) -> list[Element]:
    """Return the bars of one step, each with its share and count."""
    x = Scale(0.0, 1.0, plot.left, plot.right)
    marks = []
    for position, (bar, colour) in enumerate(zip(bars, (theme.arm, theme.baseline), strict=False)):
        y = top + position * (_BAR + _BAR_GAP)
        end = x(bar.share or 0.0)
        marks.append(rectangle(plot.left, y, end - plot.left, _BAR, colour, rx=2))
        shown = NOBODY if bar.share is None else f"{percent(bar.share)} · {decimal(bar.people, 0)} people"
        ink = theme.ink if position == 0 else theme.quiet_ink
        label = middle_of(y + _BAR / 2, LABEL_SIZE)
        marks.append(text(end + KEY_GAP, label, shown, ink, LABEL_SIZE, is_strong=position == 0, halo=theme.paper))
    return marks
