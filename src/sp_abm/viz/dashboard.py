"""Dashboard: one bare page that runs a scenario against today and shows what comes of it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any, Final

import solara
from solara.lab import use_task

from sp_abm.places import Place
from sp_abm.places import place as find_place
from sp_abm.results import Results
from sp_abm.scenario import DEFAULTS, LEVERS, load, scenario_names
from sp_abm.viz.figures import FIGURES
from sp_abm.viz.headline import Number, headline
from sp_abm.viz.runs import BASELINE, Choice, Report, Store, in_thread
from sp_abm.viz.server import serve
from sp_abm.viz.words import NOT_A_FORECAST, place_note
from sp_abm.vocabulary import WEEKS_PER_YEAR

__all__ = ["Layout", "Page", "serve", "served"]

SEED: Final = 1
YEARS: Final = 5
STEP: Final = 0.01
_SECONDS_TO_SETTLE: Final = 0.25
"""A lever that is still moving starts no run."""
_CSS: Final = Path(__file__).with_name("page.css")
_LEVER_WORDS: Final = {
    "support_level": (
        "Support for link workers",
        "share of full support that is asked for; half of a rise arrives",
    ),
    "outreach_share": (
        "Outreach",
        "share of link workers’ time with people spent on finding those who did not ask",
    ),
}


@dataclass
class Served:
    """What this server shows; `serve` sets the place before the first page is opened."""

    place: str | Path | Place = "sandbox"


served = Served()
_store = Store()


@dataclass(frozen=True)
class Shown:
    """A finished view: the numbers, the pictures and where they come from, ready to be put on the page."""

    numbers: tuple[Number, ...]
    pictures: tuple[str, ...]
    origin: str
    note: str


def view(results: Results, baseline: Results | None) -> Shown:
    """Return what the page shows of a run; without a baseline nothing is compared."""
    about = results.provenance
    origin = (
        f"Scenario ‘{about['scenario']}’ · hash {about['scenario_hash']} · seed {about['seed']} · "
        f"{about['weeks']} weeks · {about.get('place_name') or about['place']}"
    )
    pictures = tuple(figure.draw(results, baseline) for figure in FIGURES.values())
    return Shown(headline(results, baseline), pictures, origin, place_note(results))


def made(choice: Choice, place: str | Path | Place, report: Report) -> Shown:
    """Return the view of a choice: a real run of it and one of today, the same place, seed and weeks."""
    where, weeks = find_place(place), YEARS * WEEKS_PER_YEAR
    scenario, today = choice.resolved(), load(BASELINE)
    baseline = _store.results(today, where, SEED, weeks, lambda share: report(share / 2))
    if scenario.hash == today.hash:
        return view(replace(baseline, provenance=baseline.provenance | {"scenario": scenario.name}), None)
    results = _store.results(scenario, where, SEED, weeks, lambda share: report((1 + share) / 2))
    return view(results, baseline)


@solara.component
def Layout(children: Sequence[Any] = ()) -> None:
    """Hold the page, without the bars and drawers that Solara would put around it."""
    solara.Style(_CSS)
    solara.v.Html(tag="main", class_="sp", children=list(children))


@solara.component
def Page() -> None:
    """Show the choices on the left and, once the runs are done, what they lead to on the right."""
    choice = solara.use_reactive(Choice())
    done = solara.use_reactive(0.0)

    async def run() -> Shown:
        await asyncio.sleep(_SECONDS_TO_SETTLE)
        chosen = choice.value
        return await in_thread(lambda report: made(chosen, served.place, report), done.set)

    task = use_task(run, dependencies=[choice.value], raise_error=False)
    shown = task.latest
    with solara.v.Html(tag="div"):
        Opening(shown.note if shown else "")
        with solara.v.Html(tag="div", class_="columns"):
            Controls(choice.value, choice.set)
            with solara.v.Html(tag="section", attributes={"aria-label": "What comes of it"}):
                Status(task.pending, done.value, str(task.exception) if task.error else "")
                if shown:
                    Outcome(shown, task.pending)


@solara.component
def Opening(note: str) -> None:
    """Say what the page is, and what it is not."""
    solara.HTML(
        tag="h1", unsafe_innerHTML="What if link workers were better supported, or went out to meet people?"
    )
    solara.HTML(
        tag="p",
        unsafe_innerHTML=f"Choose a scenario or move a lever. The model runs {YEARS} years and compares them "
        "with social prescribing as it is today, with the same people and the same luck.",
    )
    words = f"<p><strong>{NOT_A_FORECAST}.</strong> {escape(note)}</p>"
    solara.HTML(tag="div", classes=["notice"], unsafe_innerHTML=words)


@solara.component
def Controls(choice: Choice, on_choice: Callable[[Choice], None]) -> None:
    """Let the visitor choose a scenario and move two levers."""
    with solara.v.Html(tag="section", class_="controls", attributes={"aria-label": "Choose"}):
        solara.Select(
            label="Scenario",
            value=choice.scenario,
            values=list(scenario_names()),
            on_value=lambda name: on_choice(Choice(scenario=name)),
        )
        solara.HTML(tag="p", classes=["hint"], unsafe_innerHTML=escape(load(choice.scenario).why))
        for name in _LEVER_WORDS:
            Lever(
                name, choice.lever(name), lambda value, name=name: on_choice(choice.with_lever(name, value))
            )


@solara.component
def Lever(name: str, value: float, on_value: Callable[[float], None]) -> None:
    """Show one lever with its value, unit, meaning and today's value."""
    label, meaning = _LEVER_WORDS[name]
    fact = LEVERS[name]
    solara.HTML(tag="h2", unsafe_innerHTML=f"{label}: {value:.2f}")
    solara.SliderFloat(
        label="", value=value, min=fact.low, max=fact.high, step=STEP, thumb_label=False,
        on_value=lambda moved: on_value(round(moved, 2)),
    )  # fmt: skip
    words = f"{fact.low:g} to {fact.high:g}: {meaning}. Today: {DEFAULTS[name]:.2f}."
    solara.HTML(tag="p", classes=["hint"], unsafe_innerHTML=escape(words))


@solara.component
def Status(is_running: bool, done: float, problem: str) -> None:
    """Say whether the model is running, and how far it is, or what went wrong."""
    words = "Up to date."
    if problem:
        words = f"The run failed: {escape(problem)}"
    elif is_running:
        words = (
            f'Running the model … <progress max="1" value="{done:.2f}" aria-label="Share done"></progress>'
        )
    attributes = {"role": "status", "aria-live": "polite"}
    solara.HTML(tag="div", classes=["status"], attributes=attributes, unsafe_innerHTML=words)


@solara.component
def Outcome(shown: Shown, is_old: bool) -> None:
    """Show the numbers, the pictures and their origin; pale while newer ones are on their way."""
    numbers = "".join(
        f'<div class="number"><dt>{number.label}</dt><dd class="value">{number.value}</dd>'
        f"<dd>{number.unit}</dd>"
        + (f'<dd class="difference">{escape(number.difference)}</dd>' if number.difference else "")
        + "</div>"
        for number in shown.numbers
    )
    figures = "".join(f"<figure>{picture}</figure>" for picture in shown.pictures)
    origin = f'<p class="origin">{escape(shown.origin)}. {NOT_A_FORECAST}.</p>'
    solara.HTML(
        tag="div",
        classes=["is-old"] if is_old else [],
        unsafe_innerHTML=f'<dl class="numbers">{numbers}</dl>{figures}{origin}',
    )
