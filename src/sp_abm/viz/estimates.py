"""Estimates: what five ways to measure a service find, outcome by outcome, beside the truth."""

from typing import Final

from sp_abm.caveats import NOT_A_FORECAST
from sp_abm.evaluation.estimators import LABELS, METHODS
from sp_abm.evaluation.laboratory import Evaluation
from sp_abm.evaluation.records import OUTCOMES, UNITS
from sp_abm.evaluation.words import NAMES, amount, span_words
from sp_abm.viz.frame import Texts
from sp_abm.viz.intervals import Panel, Row, draw_intervals, figures
from sp_abm.viz.theme import LIGHT, Theme
from sp_abm.viz.words import caution, outreach_note, started

_DECIMALS: Final = dict.fromkeys(OUTCOMES, 2) | {"loneliness": 3}


def panels(found: Evaluation, weeks: int) -> tuple[Panel, ...]:
    """Return what to draw: one panel an outcome, one row a method."""
    return tuple(Panel(started(NAMES[name]), UNITS[name], _rows(found, name, weeks)) for name in OUTCOMES)


def _rows(found: Evaluation, outcome: str, weeks: int) -> tuple[Row, ...]:
    rows = []
    for method in METHODS:
        estimate = found.estimate(outcome, method, weeks)
        is_truth = method == "truth"
        ends = estimate.mean, estimate.low, estimate.high
        said = figures(*ends, _DECIMALS[outcome])
        rows.append(Row(LABELS[method], *ends, said, is_strong=is_truth, to_compare_with=is_truth))
    return tuple(rows)


def draw_estimates(found: Evaluation, weeks: int, theme: Theme = LIGHT) -> str:
    """Return the picture as an SVG string."""
    return draw_intervals(panels(found, weeks), _texts(found, weeks), theme)


def _texts(found: Evaluation, weeks: int) -> Texts:
    naive, true = (found.estimate("distress", method, weeks).mean for method in ("before_after", "truth"))
    title = (
        f"Distress after {span_words(weeks)}: before and after finds {amount('distress', naive, is_signed=True)}, "
        f"the truth is {amount('distress', true, is_signed=True) if true else 'nothing'}"
    )
    referred, complete, others = found.sizes.mean(axis=0)
    subtitle = (
        f"Change {span_words(weeks)} after referral, mean and 95% interval over {len(found.seeds)} replications; "
        "the band is the truth’s interval"
    )
    effect = "" if found.has_effect else " The service is without effect here."
    notes = (
        f"In a replication {referred:,.0f} people referred and followed for a year, {complete:,.0f} of them "
        f"completers; {others:,.0f} people not referred.{effect}",
    )
    origin = f"{NOT_A_FORECAST} · {found.place.name} · {found.scenario.name} · scenario {found.scenario.hash}"
    foot = tuple(filter(None, (origin, caution(found.place), outreach_note(found.scenario))))
    return Texts(title, subtitle, notes, foot, f"{title}. {notes[0]}")
