"""Loop: why did that happen? The declared links, what carries each, and what remains when it is cut."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sp_abm.comparison import ENOUGH_PAIRS, Comparison
from sp_abm.errors import SpAbmError
from sp_abm.loops import LINKS
from sp_abm.parameters import all_facts
from sp_abm.viz.asked import Asked
from sp_abm.viz.findings import finding, findings, ranges_in_words
from sp_abm.viz.headline import HEADLINE_MEASURES
from sp_abm.viz.pages.cards import fact_card
from sp_abm.viz.pages.live import Live, measure_in, plainly
from sp_abm.viz.pages.markup import findings_table, tag, words
from sp_abm.viz.pages.running import SMALL, STORE, Look, n_sets_of, place_of, seeds_of, sets_of, use_work
from sp_abm.viz.pages.ui import component
from sp_abm.viz.pages.waiting import Waiting
from sp_abm.viz.pages.widgets import Links, html, refusal

MEASURES = (*HEADLINE_MEASURES, "burnout_mean", "share_started_activity", "n_waiting", "share_distress")


@component
def Loop(asked: Asked, look: Look, search: str, on_link: Callable[[str], None]) -> None:
    """Show the loops and their links, and the plan with the chosen links cut beside the plan whole."""
    pairs = ENOUGH_PAIRS if place_of(asked).residents <= SMALL else 1
    refused = ""
    try:
        measure = measure_in(search)
    except SpAbmError as problem:
        measure, refused = measure_in(""), f"This link cannot be followed, so you see the usual measure. {problem}"
    refusal(refused)
    Live(asked, look, measure)
    if asked.cut:
        Cut(asked, pairs)
    else:
        html("p", words("span", "Cut a link below: it is frozen at the course it takes today, while all else goes on."))

    def cut(name: str, is_cut: bool) -> str:
        return asked.with_cut(name, is_cut).query(measure=measure)

    Links(
        caption=f"{len(LINKS)} declared links; a cut one is frozen at its weekly course under today’s levers",
        links=[_link(name, name in dict(asked.cut)) for name in LINKS],
        event_cut=lambda moved: on_link(f"/loop?{cut(str(moved['link']), bool(moved['is_cut']))}"),
    )


@component
def Cut(asked: Asked, pairs: int) -> None:
    """Run the plan whole and with its links cut, and show what the links carried."""
    whole = replace(asked, cut=())

    def work(report: Callable[[float], None]) -> Comparison:
        name = whole.resolved().name
        cut = replace(asked.resolved(), name=f"{name}, links cut")
        arms, seeds, sets = (whole.resolved(), cut), seeds_of(asked, pairs), sets_of(asked)
        return STORE.comparison(arms, place_of(asked), seeds, asked.years, report, is_urgent=False, sets=sets)

    made, progress = use_work(work, replace(asked, runs=0))
    cut = ", ".join(name for name, _ in asked.cut)
    ranges = ranges_in_words(pairs, n_sets_of(asked, pairs))
    Waiting(progress, f"{pairs} pairs of runs with the same luck. Cut: {cut}. {ranges}".rstrip())
    if made:
        html("section", _carried(made), class_="panel", aria_label="What the links carry", data_slide="cut")


def _carried(made: Comparison) -> str:
    lines = "".join(
        words(
            "p",
            f"{entry.label}, {entry.unit}: {entry.plan} with the links cut, {entry.baseline} whole ({entry.verdict}).",
        )
        for entry in (finding(made, measure) for measure in HEADLINE_MEASURES)
    )
    shown = findings_table("What changes when the links are cut", findings(made, measures=MEASURES), *made.arms[:2])
    return tag("div", lines, class_="finding", aria_live="polite") + shown


def _link(name: str, is_cut: bool) -> dict[str, Any]:
    link = LINKS[name]
    cards = "".join(
        words("p", full, class_="name") + fact_card(fact, value)
        for full, fact, value in all_facts()
        if full in link.carrier.split(", ")
    )
    level = words("p", f"One signal for each {link.level.value}. Rule or parameter that carries it: {link.carrier}.")
    return {
        "name": name,
        "words": plainly(name),
        "sign": "more makes more" if link.sign == "+" else "more makes less",
        "loops": " ".join(link.loops),
        "carrier": link.carrier,
        "card": level + cards,
        "is_cut": is_cut,
    }
