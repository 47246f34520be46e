"""Live: how strong each link is, from real runs in which it is cut, made while one watches."""

from dataclasses import replace
from typing import Final

from sp_abm.errors import BadValue, unknown
from sp_abm.loop_laboratory.laboratory import SHOWN
from sp_abm.loops import LINKS, LOOPS
from sp_abm.measures import MEASURES
from sp_abm.plan import counted
from sp_abm.viz.amounts import scaled
from sp_abm.viz.asked import BASELINE, Asked, fields_of
from sp_abm.viz.figures import FIGURES
from sp_abm.viz.findings import FIRST_SET, ranges_in_words
from sp_abm.viz.material import Material
from sp_abm.viz.pages.markup import link, table, tag, words
from sp_abm.viz.pages.picture import picture_block
from sp_abm.viz.pages.running import SMALL, STORE, Look, arms_of, place_of, seeds_of, sets_of, use_work
from sp_abm.viz.pages.ui import component, solara
from sp_abm.viz.pages.waiting import Waiting
from sp_abm.viz.pages.widgets import html
from sp_abm.viz.runs import Report
from sp_abm.viz.strengths import Carried, Strengths

STRENGTHS: Final = Strengths(STORE)
PAIRS: Final = (1, 5, 10)
"""Seeds of which the links are cut: at first, and with each press of the button."""


def measure_in(search: str) -> str:
    """Return the measure whose change a link shares out, by default burnout; raises `UnknownName` or `BadValue`."""
    measure = dict(fields_of(search)).get("measure") or SHOWN[0]
    if measure not in SHOWN:
        raise unknown("measure of the links", measure[:40], SHOWN, "the link")
    return measure


def whole(asked: Asked) -> Asked:
    """Return the plan with none of its links cut: its strengths are measured, however many pairs are wanted."""
    return replace(asked, cut=(), runs=0)


def known_material(asked: Asked, search: str) -> Material:
    """Return what a file of the diagram is drawn from: the strengths that its link names, if it names any.

    Raises `BadValue` where they would have to be measured first, which takes longer than a file may.
    """
    if not asked.runs or "measure" not in dict(fields_of(search)):
        return Material()
    arms, place, seeds, sets = arms_of(whole(asked)), place_of(asked), seeds_of(asked, asked.runs), sets_of(asked)
    if not STRENGTHS.is_known(arms, place, seeds, asked.years, sets):
        raise BadValue("The strengths in the link are not measured here yet: open it on the page Loop first.")
    known = STRENGTHS.carried(arms, place, seeds, asked.years, lambda _: None, sets)
    return known.material(measure_in(search))


@component
def Live(asked: Asked, look: Look, measure: str) -> None:
    """Draw all links, as strong as real runs find them; on a small place these begin by themselves."""
    plan = whole(asked)
    arms, place = arms_of(plan), place_of(plan)
    can_differ = arms[0].hash != arms[1].hash
    pressed: dict[Asked, int]
    pressed, set_pressed = solara.use_state({})
    pairs = pressed.get(plan, PAIRS[0] if can_differ and place.residents <= SMALL else 0)
    last: dict[Asked, Carried] = solara.use_memo(dict, [])

    def work(report: Report) -> Carried | None:
        seeds, sets = seeds_of(plan, pairs), sets_of(plan)
        return STRENGTHS.carried(arms, place, seeds, plan.years, report, sets) if pairs else None

    made, progress = use_work(work, (plan, pairs))
    if made:
        last.clear()
        last[plan] = made
    known = last.get(plan)
    further = next((each for each in PAIRS if each > pairs), 0) if can_differ else 0
    label = f"Run {further - pairs} more" if pairs else "Measure how strong each link is"
    html("div", _choice(asked, measure))
    Waiting(
        progress,
        _said(known, can_differ),
        while_running=f"Cutting each link in turn, in real runs of {counted(plan.years, 'year')} …",
        more=(label, lambda: set_pressed({**pressed, plan: further})) if further else None,
    )
    html("div", _diagram(plan, known, measure, look), class_="measure")
    html("div", _loops(known, measure), data_slide="table")


def _said(known: Carried | None, can_differ: bool) -> str:
    if not can_differ:
        return f"The plan is {BASELINE} itself: it changes nothing that links could carry. Choose another on Explore."
    if known is None:
        return "How strong the links are is not measured yet."
    pairs = len(known.seeds)
    cut = "with each link and each loop cut, of the plan and of today alike"
    if pairs == 1:
        own = f", {FIRST_SET} in both" if known.n_sets else ""
        return f"One run {cut}{own}: strengths may be chance."
    return f"{pairs} seeds {cut}: means and 95% intervals. {ranges_in_words(pairs, known.n_sets)}"


def _choice(asked: Asked, measure: str) -> str:
    """Return links to the measures whose change can be shared out among the links."""
    links = [
        link(MEASURES[name].label, f"/loop?{asked.query(measure=name)}", aria_current="true" if name == measure else "")
        for name in SHOWN
    ]
    return tag("p", words("span", "What each link adds to the plan’s effect on:"), *links, class_="downloads")


def _diagram(plan: Asked, known: Carried | None, measure: str, look: Look) -> str:
    theme = look.drawn()
    if known is None:
        return picture_block(FIGURES["loops"].picture(Material(), theme), f"theme={look.theme}")
    query = replace(plan, runs=len(known.seeds)).query(measure=measure, theme=look.theme)
    return picture_block(FIGURES["loops"].picture(known.material(measure), theme), query)


def _loops(known: Carried | None, measure: str) -> str:
    rows = [
        [f"{key}: {name}", " → ".join(_chain(key)) or "-", known.said(key, measure) if known else "-"]
        for key, name in LOOPS.items()
    ]
    unit = scaled(MEASURES[measure].unit)[1]
    adds = f"Adds to the change in {MEASURES[measure].label.lower()} ({unit})"
    return table("Feedback loops of the system", ["Loop", "Links", adds], rows, numeric_from=2)


def _chain(loop: str) -> list[str]:
    return [plainly(link.name) for link in LINKS.values() if loop in link.loops]


def plainly(name: str) -> str:
    """Return the name of a link in words."""
    return name.replace("->", " to ").replace("_", " ")
