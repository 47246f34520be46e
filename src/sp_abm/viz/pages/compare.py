"""Compare: which plan, and for whom? Two to four plans on the same people and the same luck."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from sp_abm.comparison import ENOUGH_PAIRS, Comparison
from sp_abm.errors import BadValue, SpAbmError
from sp_abm.plan import counted
from sp_abm.scenario import load
from sp_abm.viz.asked import BASELINE, Asked, asked_in, fields_of
from sp_abm.viz.differences import intervals
from sp_abm.viz.figures import Picture
from sp_abm.viz.findings import FIRST_SET, ranges_in_words
from sp_abm.viz.pages.acceptance import acceptance_panel
from sp_abm.viz.pages.markup import link, table, tag, words
from sp_abm.viz.pages.picture import picture_block
from sp_abm.viz.pages.ranges import Ranges
from sp_abm.viz.pages.running import SMALL, STORE, Look, n_sets_of, place_of, seeds_of, sets_of, use_work
from sp_abm.viz.pages.ui import component, slot
from sp_abm.viz.pages.waiting import Waiting
from sp_abm.viz.pages.widgets import Saved, html, refusal
from sp_abm.viz.runs import Paired, Report
from sp_abm.viz.theme import Theme

MOST_PLANS: Final = 4
USUAL: Final = ("supported-workforce", "outreach-without-support", "outreach-with-support")
GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "What people get": (
        "reach_per_1000_per_year",
        "share_adequate_dose",
        "share_crisis",
        "share_distress",
        "share_lonely",
    ),
    "Link workers": ("burnout_mean", "expected_leaving_rate_per_year", "vacancy_rate"),
    "Cost": ("cost_total_gbp", "cost_per_client_gbp", "cost_per_person_helped_gbp"),
    "Capacity": ("in_post", "n_waiting", "mean_wait_weeks", "contacts_per_case", "occupancy", "gp_hours_freed"),
}
_FIFTHS: Final = {"share_distress": "In distress", "share_crisis": "In crisis", "share_lonely": "Lonely"}
_PER_1000: Final = 1000


def plans_in(search: str, asked: Asked) -> tuple[Asked, ...]:
    """Return the plans that a link compares, by default the usual ones, all where and as long as the first.

    A plan whose link names no place is in the page's, and its ranges are of what the page's are.
    """
    queries = [value for name, value in fields_of(search) if name == "plan" and value]
    if len(queries) > MOST_PLANS:
        raise BadValue(f"The link compares {len(queries)} plans; this page compares {MOST_PLANS} at most.")
    usual = Asked(place=asked.place, plausible=asked.plausible)
    found = [asked_in(query, usual) for query in queries] or [asked.of_scenario(name) for name in USUAL]
    first = found[0]
    shared = {name: getattr(first, name) for name in ("place", "seed", "years", "plausible")}
    same = [replace(plan, **shared, runs=0) for plan in found]
    return tuple(_named_apart(same))


def _named_apart(plans: list[Asked]) -> list[Asked]:
    """Return the plans with names that differ from each other and from the baseline's."""
    taken, found = {BASELINE}, []
    for plan in plans:
        name, number = plan.resolved().name, 2
        while name in taken:
            name, number = f"{plan.resolved().name} {number}", number + 1
        taken.add(name)
        found.append(plan if name == plan.resolved().name else replace(plan, name=name))
    return found


def pairs_of(plans: tuple[Asked, ...]) -> int:
    """Return how many pairs of runs a plan gets: enough for a verdict where that is quick."""
    return ENOUGH_PAIRS if place_of(plans[0]).residents <= SMALL else 1


def compared(plans: tuple[Asked, ...], report: Report = lambda _: None) -> Paired:
    """Return the plans against the baseline, made now where they are not in memory."""
    arms = (load(BASELINE), *(plan.resolved() for plan in plans))
    seeds = seeds_of(plans[0], pairs_of(plans))
    place, years, sets = place_of(plans[0]), plans[0].years, sets_of(plans[0])
    return STORE.comparison(arms, place, seeds, years, report, is_urgent=False, sets=sets)


def _chart(heading: str, measures: tuple[str, ...]) -> Callable[[Comparison, Theme], Picture]:
    return lambda made, theme: intervals(made, heading, measures, theme)


CHARTS: Final = {heading.lower().replace(" ", "-"): _chart(heading, measures) for heading, measures in GROUPS.items()}
"""The pictures of this page, by name."""


@component
def Compare(asked: Asked, look: Look, search: str, on_link: Callable[[str], None]) -> None:
    """Show the plans beside each other once their runs are done."""
    try:
        plans = plans_in(search, asked)
        place = place_of(plans[0])
        problem = ""
    except SpAbmError as refused:
        plans, problem = plans_in("", asked), f"This comparison cannot be made, so you see the usual one. {refused}"
        place = place_of(plans[0])
    pairs = pairs_of(plans)
    made, progress = use_work(lambda report: compared(plans, report), plans)
    accepted, _ = use_work(lambda report: made and STORE.accepted(made, report), (plans, made is not None))
    refusal(problem)
    over = counted(plans[0].years, "year")
    html(
        "p",
        words("span", f"Against {BASELINE}, in {place.name}, {over}: the same people, the same luck."),
    )
    Ranges(plans[0], lambda chosen: on_link(link_of(asked, plans, chosen.plausible)))
    Waiting(progress, _said(pairs, n_sets_of(plans[0], pairs)))
    with slot():
        if made:
            html("div", _body(made, plans, look), class_="measure")
            html("div", acceptance_panel(accepted or made), class_="measure")
    Saved(query=asked.query(), plan_name=asked.resolved().name)


def link_of(asked: Asked, plans: tuple[Asked, ...], is_plausible: bool) -> str:
    """Return the link to the same plans with ranges of luck alone, or of what is not known too."""
    page = replace(asked, plausible=is_plausible).query()
    return f"/compare?{page}&{_query(replace(plan, plausible=is_plausible) for plan in plans)}"


def _query(plans: Iterable[Asked]) -> str:
    return urlencode([("plan", plan.query()) for plan in plans])


def _said(pairs: int, n_sets: int) -> str:
    if pairs > 1:
        return f"{pairs} pairs of runs a plan. {ranges_in_words(pairs, n_sets)}"
    own = f", with {FIRST_SET}" if n_sets else ""
    return f"One run a plan{own}: differences may be chance."


def _body(made: Paired, plans: tuple[Asked, ...], look: Look) -> str:
    """Return the comparison: differences with intervals, by deprivation, cost and capacity."""
    theme = look.drawn()
    query = _query(plans)
    parts = [_plans(plans)]
    parts += [picture_block(draw(made, theme), f"{query}&theme={look.theme}") for draw in CHARTS.values()]
    fifths = "".join(_by_fifth(made, measure, label) for measure, label in _FIFTHS.items())
    parts.append(tag("section", words("h2", "By deprivation"), fifths, class_="panel", data_slide="deprivation"))
    files = {"comparison.html": "Report (HTML)", "comparison.pptx": "Slides (PowerPoint)", "comparison.csv": "CSV"}
    links = [words("a", label, href=f"/get/{name}?{query}", download=name) for name, label in files.items()]
    parts.append(tag("p", link("This comparison as a link", f"/compare?{query}"), *links, class_="downloads"))
    return "".join(parts)


def _plans(plans: tuple[Asked, ...]) -> str:
    items = "".join(
        tag("li", link(plan.resolved().name, f"/explore?{plan.query()}"), " ", words("span", plan.resolved().why))
        for plan in plans
    )
    return tag("ul", items, class_="plans", data_slide="plans")


def _by_fifth(made: Comparison, measure: str, label: str) -> str:
    """Return a measure by deprivation fifth in the first run of every arm."""
    frames = [results.by("deprivation")[measure] for results in made.first]
    rows = [[str(fifth), *(f"{_PER_1000 * float(frame[fifth]):.1f}" for frame in frames)] for fifth in frames[0].index]
    caption = f"{label}, of 1,000 people of 16 and over in each deprivation fifth (first run of each)"
    return table(caption, ["Fifth", *made.arms], rows)
