"""Explore: what if? Four levers against today, answered by real runs while one watches."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from sp_abm.comparison import ENOUGH_PAIRS
from sp_abm.errors import SpAbmError
from sp_abm.levers import DEFAULTS, shown
from sp_abm.places import places
from sp_abm.scenario import load, scenario_names
from sp_abm.viz.acceptance import is_concerned
from sp_abm.viz.again import as_command, as_python
from sp_abm.viz.asked import BASELINE, MOST_BYTES, MOST_RUNS, MOST_SEED, MOST_YEARS, Asked, asked_in, uploaded
from sp_abm.viz.drawn import FIRST
from sp_abm.viz.findings import findings
from sp_abm.viz.headline import doubt, headline
from sp_abm.viz.pages.acceptance import ASSUMED, acceptance_panel
from sp_abm.viz.pages.cards import (
    LEVER_WORDS,
    file_card,
    lever_card,
    place_card,
    scenario_card,
    seed_card,
    years_card,
)
from sp_abm.viz.pages.film import film
from sp_abm.viz.pages.markup import details, findings_table, tag, verdict_mark, words
from sp_abm.viz.pages.picture import picture_block
from sp_abm.viz.pages.ranges import Ranges
from sp_abm.viz.pages.running import (
    Drawn,
    Look,
    Outcome,
    Progress,
    is_same,
    known_places,
    place_of,
    served_place,
    use_outcome,
)
from sp_abm.viz.pages.ui import component, slot, solara
from sp_abm.viz.pages.waiting import RUNNING, Waiting
from sp_abm.viz.pages.widgets import Controls, Player, Saved, html

PRESETS: Final = (
    (BASELINE, "Today"),
    ("supported-workforce", "Support them"),
    ("outreach-without-support", "Reach out"),
    ("outreach-with-support", "Support and reach out"),
)
MORE: Final = 20
OnAsked = Callable[[Asked], None]


@component
def Explore(asked: Asked, look: Look, on_asked: OnAsked, on_problem: Callable[[str], None]) -> None:
    """Show the choices on the left, and what they lead to on the right."""
    outcome, progress = use_outcome(asked, look)
    with _grid():
        with slot():
            Choices(asked, on_asked, on_problem)
            Ranges(asked, on_asked)
        with _results():
            Findings(asked, outcome, progress, on_asked)
            if outcome and outcome.drawn:
                Pictures(outcome.drawn, is_old=not is_same(outcome.drawn.asked, asked))
            html("div", acceptance_panel(outcome.comparison) if outcome and outcome.is_of(asked) else "")
    with slot():
        if outcome:
            Player(content=film(outcome.comparison, look.theme))
            TakeAway(outcome)
    Saved(query=asked.query(), plan_name=asked.resolved().name)


def _grid() -> Any:
    return solara.v.Html(tag="div", class_="columns")


def _results() -> Any:
    return solara.v.Html(tag="section", class_="results", attributes={"aria-label": "What comes of it"})


def preset(asked: Asked, number: int) -> Asked:
    """Return what is asked with one of the presets in place of the scenario and its changes."""
    return asked.of_scenario(PRESETS[number][0])


@component
def Choices(asked: Asked, on_asked: OnAsked, on_problem: Callable[[str], None]) -> None:
    """Let the visitor choose a scenario, move levers, and hand in a scenario of their own."""

    def change(moved: dict[str, Any]) -> None:
        try:
            on_asked(changed(asked, str(moved["field"]), moved["value"]))
        except (SpAbmError, KeyError, TypeError) as problem:
            on_problem(str(problem))

    def upload(file: dict[str, str]) -> None:
        try:
            on_asked(uploaded(str(file["text"]), str(file["name"]), asked))
        except (SpAbmError, KeyError, TypeError) as problem:
            on_problem(f"The file was not taken. {problem}")

    Controls(
        presets=[
            {
                "scenario": name,
                "label": label,
                "is_on": asked.scenario == name and not asked.is_changed,
                "card": scenario_card(load(name)),
            }
            for name, label in PRESETS
        ],
        levers=[_lever(asked, name) for name in LEVER_WORDS],
        choices=_choices(asked),
        seed={"value": asked.seed, "most": MOST_SEED, "card": seed_card()},
        file_card=file_card(),
        most_bytes=MOST_BYTES,
        event_change=change,
        event_upload=upload,
    )


def changed(asked: Asked, field: str, value: Any) -> Asked:
    """Return what is asked with one field changed on the page; raises `SpAbmError` where it cannot be."""
    if field == "scenario":
        return asked.of_scenario(str(value))
    if field == "place":
        return replace(asked, place=str(value), runs=0)
    if field in ("years", "seed"):
        found = asked_in(f"{field}={value}")
        return replace(asked, runs=0, **{field: getattr(found, field)})
    return replace(asked.with_lever(field, value), runs=0)


def _lever(asked: Asked, name: str) -> dict[str, Any]:
    label, unit, low, high, step = LEVER_WORDS[name]
    value = asked.lever(name)
    return {
        "name": name,
        "label": label,
        "unit": unit,
        "value": value,
        "low": min(low, value),
        "high": max(high, value),
        "step": step,
        "today": shown(name, DEFAULTS[name]),
        "card": lever_card(name),
    }


def _choices(asked: Asked) -> list[dict[str, Any]]:
    names = {served_place().key: served_place().name, **{key: where.name for key, where in places().items()}}
    fields: dict[str, tuple[str, object, str, list[tuple[str, str]]]] = {
        "scenario": (
            "Scenario",
            asked.scenario,
            scenario_card(load(asked.scenario)),
            [(name, name.replace("-", " ")) for name in scenario_names()],
        ),
        "place": ("Place", asked.place, place_card(place_of(asked)), [(key, names[key]) for key in known_places()]),
        "years": ("Years", str(asked.years), years_card(), [(str(year),) * 2 for year in range(1, MOST_YEARS + 1)]),
    }
    return [
        {
            "field": field,
            "label": label,
            "value": value,
            "card": card,
            "options": [{"value": v, "label": w} for v, w in options],
        }
        for field, (label, value, card, options) in fields.items()
    ]


@component
def Findings(asked: Asked, outcome: Outcome | None, progress: Progress, on_asked: OnAsked) -> None:
    """Show the headline, its doubt, and how the runs stand."""
    inside = words("p", "Running the model for the first time …", class_="lead")
    if outcome:
        sentences = headline(outcome.comparison)
        inside = "".join(
            tag("p", words("span", sentence.words, data_measure=sentence.finding.measure), " ",
                verdict_mark(sentence.finding.verdict))
            for sentence in sentences
        )  # fmt: skip
    is_old = outcome is not None and not outcome.is_of(asked)
    html("div", inside, class_=f"finding{' is-old' if is_old else ''}", aria_live="polite", data_slide="headline",
         aria_busy="true" if is_old else "false")  # fmt: skip
    pairs = len(outcome.comparison.seeds) if outcome else 0

    def more() -> None:
        on_asked(replace(asked, runs=min(MOST_RUNS, max(pairs, ENOUGH_PAIRS) + MORE)))

    said = ""
    if outcome and not is_old:
        assumed = [ASSUMED] if is_concerned(outcome.comparison) else []
        said = " ".join((doubt(outcome.comparison), *assumed))
    Waiting(
        progress,
        said,
        while_running=f"{said} More is on its way." if said else RUNNING,
        more=(f"Run {MORE} more", more) if 0 < pairs < MOST_RUNS else None,
    )


@component
def Pictures(drawn: Drawn, is_old: bool) -> None:
    """Show the pictures; pale while newer ones are on their way."""
    first, more = "", ""
    query = drawn.asked.query(theme=drawn.look.theme)
    for picture in drawn.pictures.values():
        block = picture_block(picture, query)
        if picture.name in FIRST:
            first += block
        else:
            more += block
    inside = tag("div", first, class_="pictures")
    if more:
        inside += details("More pictures", tag("div", more, class_="pictures"), "more-pictures")
    html("div", inside, class_="is-old" if is_old else "")


@component
def TakeAway(outcome: Outcome) -> None:
    """Show every number, where it comes from, how to make it again, and what can be taken away."""
    asked, comparison = outcome.asked, outcome.comparison
    pairs = len(comparison.seeds)
    inside = details("All numbers", findings_table("Every measure", findings(comparison), *comparison.arms[:2]))
    inside += details("Make it again", _again(asked, pairs))
    inside += tag("p", *_downloads(asked, pairs), class_="downloads")
    html("section", origin(outcome) + inside, class_="takeaway", aria_label="Take it away")


def origin(outcome: Outcome) -> str:
    """Return in a line what was run: seed, weeks and scenario hash, as `sp-abm run` says them."""
    about = outcome.comparison.first[1].provenance
    sets = outcome.comparison.sets
    own = f" · plausible set 1 of {len(sets)}" if sets else ""
    line = (
        f"Scenario ‘{about['scenario']}’{own} · hash {about['scenario_hash']} · seed {about['seed']} · "
        f"{about['weeks']} weeks · {about['place_name']}"
    )
    return words("p", line, class_="origin", id="origin")


def _again(asked: Asked, pairs: int) -> str:
    blocks = words("p", "As a command, the first run and all pairs:")
    for command in filter(None, dict.fromkeys((as_command(asked), as_command(asked, pairs)))):
        blocks += tag("pre", words("code", command), tabindex="0")
    blocks += words("p", "The same in Python:")
    return blocks + tag("pre", words("code", as_python(asked, pairs)), tabindex="0")


def _downloads(asked: Asked, pairs: int) -> list[str]:
    query = replace(asked, runs=pairs).query()
    files = {
        "report.html": "Report (HTML)",
        "report.pptx": "Slides (PowerPoint)",
        "findings.csv": "Numbers (CSV)",
        "weekly.csv": "Weeks (CSV)",
        "dictionary.csv": "What the columns mean (CSV)",
        "scenario.toml": "Scenario (TOML)",
    }
    return [words("a", label, href=f"/get/{name}?{query}", download=name) for name, label in files.items()]
