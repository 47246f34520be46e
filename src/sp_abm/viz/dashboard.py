"""Dashboard: one frame with six pages; the link says which page and what is asked, and nothing else does."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import pandas as pd  # noqa: F401  Solara looks for its types; half imported by a run's thread, it would fail

from sp_abm.caveats import NOT_A_FORECAST
from sp_abm.errors import SpAbmError
from sp_abm.viz.asked import PAGE_FIELDS, Asked, asked_in
from sp_abm.viz.pages.compare import Compare
from sp_abm.viz.pages.evidence import Evidence
from sp_abm.viz.pages.explore import PRESETS, Explore, preset
from sp_abm.viz.pages.loop import Loop
from sp_abm.viz.pages.markup import link, words
from sp_abm.viz.pages.people import People
from sp_abm.viz.pages.running import STORE, Look, place_of, served, served_place
from sp_abm.viz.pages.story import StoryWalk, step_in
from sp_abm.viz.pages.texts import NOTES, TITLES
from sp_abm.viz.pages.ui import component, solara
from sp_abm.viz.pages.widgets import Frame, html
from sp_abm.viz.server import serve
from sp_abm.viz.words import caution

MOST_PIXELS: Final = 10_000

__all__ = ["App", "Layout", "routes", "serve", "served"]


@component
def Layout(children: Sequence[Any] = ()) -> None:
    """Hold the page, without the bars and drawers that Solara would put around it."""
    solara.v.Html(tag="div", class_="sp", children=list(children))


@component
def App() -> None:
    """Show the frame, and in it the page that the link names."""
    router = solara.use_router()
    look, set_look = solara.use_state(Look())
    problem, set_problem = solara.use_state("")
    page = router.parts[0] or "story"
    asked, refused = _understood(router.search or "")
    search = "" if refused else router.search or ""

    def go(to: Asked) -> None:
        with STORE.urgent():
            set_problem("")
            router.push(f"/explore?{to.query()}")

    def choose(seen: dict[str, Any]) -> None:
        theme = "dark" if seen.get("theme") == "dark" else "light"
        set_look(Look(theme, bool(seen.get("is_phone")), pixels(seen.get("room"))))

    query = asked.query()
    Frame(
        pages=[{"key": key, "label": label, "href": f"/{'' if key == 'story' else key}?{query}"}
               for key, (label, _) in TITLES.items()],
        current=page,
        warning=NOT_A_FORECAST,
        evidence=f"/evidence?{query}",
        notes=NOTES[page],
        theme=look.theme,
        event_choose_look=choose,
        event_preset=lambda number: go(preset(asked, int(number) % len(PRESETS))),
    )  # fmt: skip
    with solara.v.Html(tag="main", attributes={"id": "main", "tabindex": "-1"}):
        html("h1", words("span", TITLES[page][1]))
        if refused or problem:
            html("div", words("p", refused or problem) + link("Begin with the usual scenario", "/explore"),
                 class_="refused", role="alert")  # fmt: skip
        Body(page, asked, look, search, go, router.push, set_problem)
    html("p", words("span", f"{NOT_A_FORECAST}. {_where(asked)}"), class_="foot", role="contentinfo")


def pixels(said: object) -> int:
    """Return the width of a room's screen as a browser says it, 0 where there is none."""
    return int(min(said, MOST_PIXELS)) if isinstance(said, int | float) and said > 0 else 0


def _understood(search: str) -> tuple[Asked, str]:
    """Return what a link asks for; where it cannot be understood the usual, and why."""
    usual = Asked(place=served_place().key)
    try:
        asked = asked_in(search, usual, PAGE_FIELDS)
        place_of(asked)
    except SpAbmError as problem:
        return usual, f"This link cannot be followed, so you see the usual scenario. {problem}"
    return asked, ""


def _where(asked: Asked) -> str:
    place = place_of(asked)
    return f"{place.name}, {place.residents:,} residents. {caution(place)}".rstrip()


@component
def Body(
    page: str,
    asked: Asked,
    look: Look,
    search: str,
    on_asked: Callable[[Asked], None],
    push: Callable[[str], None],
    on_problem: Callable[[str], None],
) -> None:
    """Show the page that the link names."""
    if page == "explore":
        Explore(asked, look, on_asked, on_problem)
    elif page == "compare":
        Compare(asked, look, search, push)
    elif page == "loop":
        Loop(asked, look, search, push)
    elif page == "people":
        People(asked, look, search, push)
    elif page == "evidence":
        Evidence()
    else:
        StoryWalk(asked, look, step_in(search), lambda step: push(f"/?{asked.query()}&step={step + 1}"))


routes: Final = [
    solara.Route(
        path="/" if key == "story" else key,
        component=App,
        layout=Layout if key == "story" else None,
        label=f"{label}: social prescribing model",
    )
    for key, (label, _) in TITLES.items()
]
