"""Loop shares: what part of a plan's effect each link and loop carries."""

from collections.abc import Mapping
from math import isfinite
from typing import Final

from sp_abm.caveats import NOT_A_FORECAST
from sp_abm.comparison import Difference
from sp_abm.loop_laboratory.laboratory import LoopStudy
from sp_abm.loop_laboratory.words import name_of
from sp_abm.measures import MEASURES
from sp_abm.viz.frame import Texts
from sp_abm.viz.intervals import Panel, Row, draw_intervals, figures
from sp_abm.viz.loop_diagram import draw_loops, loop_diagram
from sp_abm.viz.material import Material, Strength
from sp_abm.viz.theme import LIGHT, Theme
from sp_abm.viz.words import caution, outreach_note

MOST_ROWS: Final = 10
"""Links and loops shown of each measure: those that carry most, of what stands out from luck first."""


def panels(study: LoopStudy) -> tuple[Panel, ...]:
    """Return what to draw: one panel a measure whose change can be shared out."""
    drawn = []
    for measure in study.changes:
        found = {name: by_measure[measure] for name, by_measure in study.shares.items()}
        names = sorted(
            (name for name in found if isfinite(found[name].mean) and found[name].mean),
            key=lambda name: (found[name].low <= 0 <= found[name].high, -abs(found[name].mean)),
        )
        rows = tuple(_row(name, found[name]) for name in names[:MOST_ROWS])
        if rows:
            drawn.append(Panel(MEASURES[measure].label, "share of the change, 1 = all of it", rows))
    return tuple(drawn)


def _row(name: str, share: Difference) -> Row:
    ends = share.mean, share.low, share.high
    return Row(name_of(name), *ends, figures(*ends, 2), is_strong="->" not in name)


def draw_loop_diagram(study: LoopStudy, measure: str, theme: Theme = LIGHT) -> str:
    """Return the diagram of all links, each as strong as the share of a measure's change that it carries."""
    strengths = {name: Strength(*found) for name, found in study.strengths(measure).items()}
    return draw_loops(loop_diagram(share_material(study.plan.name, measure, strengths)), theme)


def share_material(plan: str, measure: str, strengths: Mapping[str, Strength]) -> Material:
    """Return what that diagram is drawn from; a link that carries nothing has no strength."""
    known = {name: strength for name, strength in strengths.items() if isfinite(strength.mean) and strength.mean}
    change = f"{plan}'s change of ‘{MEASURES[measure].label}’"
    if not known:
        return Material(strengths_of=f"Of {change}, no link carries a share that can be told from luck")
    return Material(strengths=known, strengths_of=f"share of {change} that is gone without the link")


def draw_loop_shares(study: LoopStudy, theme: Theme = LIGHT) -> str:
    """Return the picture as an SVG string."""
    drawn = panels(study)
    title = f"What carries the effect of {study.plan.name}"
    if not drawn:
        title = f"{study.plan.name} changes nothing by more than luck: there is nothing to share out"
    subtitle = (
        f"Share of a change that is gone when a link (or, in bold, a whole loop) is cut; mean and 95% interval over "
        f"{len(study.seeds)} replications"
    )
    notes = ("Shares need not add up to 1: one effect may pass through several links in turn.",) if drawn else ()
    origin = f"{NOT_A_FORECAST} · {study.place.name} · {study.plan.name} against {study.baseline.name}"
    foot = tuple(filter(None, (origin, caution(study.place), outreach_note(study.plan, study.baseline))))
    return draw_intervals(drawn, Texts(title, subtitle, notes, foot, f"{title}. {subtitle}."), theme)
