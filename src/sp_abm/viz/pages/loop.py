"""Loop: why did that happen? The declared links, what carries each, and what remains when it is cut."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sp_abm.comparison import ENOUGH_PAIRS, Comparison
from sp_abm.loops import LINKS, LOOPS
from sp_abm.parameters import all_facts
from sp_abm.viz.asked import Asked
from sp_abm.viz.figures import FIGURES
from sp_abm.viz.findings import finding, findings
from sp_abm.viz.headline import HEADLINE_MEASURES
from sp_abm.viz.material import Material
from sp_abm.viz.pages.cards import fact_card
from sp_abm.viz.pages.markup import findings_table, table, tag, words
from sp_abm.viz.pages.picture import picture_block
from sp_abm.viz.pages.running import SMALL, STORE, Look, place_of, seeds_of, use_work
from sp_abm.viz.pages.ui import component
from sp_abm.viz.pages.waiting import Waiting
from sp_abm.viz.pages.widgets import Links, html
from sp_abm.viz.theme import checked_theme

MEASURES = (*HEADLINE_MEASURES, "burnout_mean", "share_started_activity", "n_waiting", "share_distress")


@component
def Loop(asked: Asked, look: Look, on_cut: Callable[[Asked], None]) -> None:
    """Show the loops and their links, and the plan with the chosen links cut beside the plan whole."""
    place = place_of(asked)
    pairs = ENOUGH_PAIRS if place.residents <= SMALL else 1
    html("div", _diagram(look), class_="measure")
    html("div", _loops(), data_slide="table")
    if asked.cut:
        Cut(asked, pairs)
    else:
        html("p", words("span", "Cut a link below: it is frozen at the course it takes today, while all else goes on."))
    Links(
        caption=f"{len(LINKS)} declared links; a cut one is frozen at its weekly course under today’s levers",
        links=[_link(name, name in dict(asked.cut)) for name in LINKS],
        event_cut=lambda moved: on_cut(asked.with_cut(str(moved["link"]), bool(moved["is_cut"]))),
    )


@component
def Cut(asked: Asked, pairs: int) -> None:
    """Run the plan whole and with its links cut, and show what the links carried."""
    whole = replace(asked, cut=())

    def work(report: Callable[[float], None]) -> Comparison:
        name = whole.resolved().name
        cut = replace(asked.resolved(), name=f"{name}, links cut")
        return STORE.comparison(
            (whole.resolved(), cut), place_of(asked), seeds_of(asked, pairs), asked.years, report, is_urgent=False
        )

    made, progress = use_work(work, replace(asked, runs=0))
    cut = ", ".join(name for name, _ in asked.cut)
    Waiting(progress, f"{pairs} pairs of runs with the same luck. Cut: {cut}.")
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


def _diagram(look: Look) -> str:
    theme = checked_theme(look.theme, look.width())
    return picture_block(FIGURES["loops"].picture(Material(), theme), f"theme={look.theme}")


def _loops() -> str:
    rows = [
        [f"{key}: {name}", " → ".join(_chain(key)) or "-", str(sum(key in link.loops for link in LINKS.values()))]
        for key, name in LOOPS.items()
    ]
    return table("Feedback loops of the system", ["Loop", "Links", "Number"], rows, numeric_from=2)


def _chain(loop: str) -> list[str]:
    return [_plain(link.name) for link in LINKS.values() if loop in link.loops]


def _plain(name: str) -> str:
    return name.replace("->", " to ").replace("_", " ")


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
        "words": _plain(name),
        "sign": "more makes more" if link.sign == "+" else "more makes less",
        "loops": " ".join(link.loops),
        "carrier": link.carrier,
        "card": level + cards,
        "is_cut": is_cut,
    }
