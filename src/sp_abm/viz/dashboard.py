"""Dashboard: one bare page that runs a scenario against today and shows what comes of it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, ParamSpec

import pandas as pd  # noqa: F401  Solara looks for its types; half imported by a run's thread, it would fail

from sp_abm.errors import SpAbmError
from sp_abm.levers import DEFAULTS, LEVERS
from sp_abm.places import Place
from sp_abm.places import place as find_place
from sp_abm.results import Results
from sp_abm.scenario import load, scenario_names
from sp_abm.viz.figures import figure
from sp_abm.viz.headline import Number, headline
from sp_abm.viz.runs import BASELINE, Choice, Report, Store, in_thread
from sp_abm.viz.server import serve
from sp_abm.viz.words import NOT_A_FORECAST, NOT_REAL, as_sentence
from sp_abm.vocabulary import WEEKS_PER_YEAR

P = ParamSpec("P")

if TYPE_CHECKING:  # Solara's own types name neither its components nor what a task returns
    solara: Any
    use_task: Any

    def component(function: Callable[P, None]) -> Callable[P, Any]: ...

else:
    import solara
    from solara import component
    from solara.lab import use_task

__all__ = ["Layout", "Page", "serve", "served"]

SEED: Final = 11
"""A town that begins near the mean of many: six posts filled, burnout .43, 51 people waiting."""
YEARS: Final = 5
STEP: Final = 0.01
_SECONDS_TO_SETTLE: Final = 0.25
"""A lever that is still moving starts no run."""
_CSS: Final = Path(__file__).with_name("page.css")
PICTURES: Final = ("stages", "workforce", "funnel")
_QUESTION: Final = "What if link workers were better supported, or went out to meet people?"
_LEVER_WORDS: Final = {
    "support_level": ("Support for link workers", "share of full support asked for; half of a rise arrives"),
    "outreach_share": ("Outreach", "share of link workers’ time with people that goes to finding others"),
}


@dataclass
class Served:
    """What this server shows; `serve` sets the place before the first page is opened."""

    place: str | Path | Place = "sandbox"


served = Served()
_store = Store()


@dataclass(frozen=True)
class Shown:
    """A finished view: numbers, pictures and where they come from, ready to be put on the page."""

    numbers: tuple[Number, ...]
    pictures: tuple[str, ...]
    origin: str


def view(results: Results, baseline: Results | None) -> Shown:
    """Return what the page shows of a run; without a baseline nothing is compared."""
    about = results.provenance
    origin = (
        f"Scenario ‘{about['scenario']}’ · hash {about['scenario_hash']} · seed {about['seed']} · "
        f"{about['weeks']} weeks · {about.get('place_name') or about['place']}"
    )
    pictures = tuple(figure(name).draw(results, baseline) for name in PICTURES)
    return Shown(headline(results, baseline), pictures, origin)


def made(choice: Choice, place: str | Path | Place, report: Report) -> Shown:
    """Return the view of a choice: a real run of it and one of today, of the same place, seed and weeks."""
    where, weeks = find_place(place), YEARS * WEEKS_PER_YEAR
    scenario, today = choice.resolved(), load(BASELINE)
    baseline = _store.results(today, where, SEED, weeks, lambda share: report(share / 2))
    if scenario.hash == today.hash:
        return view(replace(baseline, provenance=baseline.provenance | {"scenario": scenario.name}), None)
    results = _store.results(scenario, where, SEED, weeks, lambda share: report((1 + share) / 2))
    return view(results, baseline)


def _tag(name: str, words: str, *classes: str, **attributes: str) -> None:
    """Add an element with words in it, which must be escaped where they are not ours."""
    solara.HTML(tag=name, unsafe_innerHTML=words, classes=list(classes), attributes=attributes)


@component
def Layout(children: Sequence[Any] = ()) -> None:
    """Hold the page, without the bars and drawers that Solara would put around it."""
    solara.Style(_CSS)
    solara.v.Html(tag="main", class_="sp", children=list(children))


@component
def Page() -> None:
    """Show the choices on the left and, once the runs are done, what they lead to on the right."""
    choice = solara.use_reactive(Choice())
    done = solara.use_reactive(0.0)

    async def run() -> Shown:
        await asyncio.sleep(_SECONDS_TO_SETTLE)
        chosen = choice.value
        return await in_thread(lambda report: made(chosen, served.place, report), done.set)

    task = use_task(run, dependencies=[choice.value], raise_error=False)
    with solara.v.Html(tag="div"):
        Opening(find_place(served.place))
        with solara.v.Html(tag="div", class_="columns"):
            Controls(choice.value, choice.set)
            with solara.v.Html(tag="section", attributes={"aria-label": "What comes of it"}):
                Status(task.pending, done.value, task.exception if task.error else None)
                if task.latest:
                    Outcome(task.latest, task.pending)


@component
def Opening(place: Place) -> None:
    """Say what the page is, where it is, and what it is not."""
    note = "" if place.is_real else as_sentence(place.note or NOT_REAL)
    _tag("h1", _QUESTION)
    _tag(
        "p",
        f"Choose a scenario or move a lever. The model runs {YEARS} years of {escape(place.name)} and "
        "compares them with social prescribing as it is today: the same people, the same luck.",
    )
    _tag("div", f"<p><strong>{NOT_A_FORECAST}.</strong> {escape(note)}</p>", "notice")


@component
def Controls(choice: Choice, on_choice: Callable[[Choice], None]) -> None:
    """Let the visitor choose a scenario and move two levers."""
    with solara.v.Html(tag="section", class_="controls", attributes={"aria-label": "Choose"}):
        solara.Select(
            label="Scenario",
            value=choice.scenario,
            values=list(scenario_names()),
            on_value=lambda name: on_choice(Choice(scenario=name)),
        )
        _tag("p", escape(load(choice.scenario).why), "hint")
        for name in _LEVER_WORDS:
            Lever(name, choice.lever(name), partial(_move, choice, on_choice, name))


def _move(choice: Choice, on_choice: Callable[[Choice], None], name: str, value: float) -> None:
    on_choice(choice.with_lever(name, value))


@component
def Lever(name: str, value: float, on_value: Callable[[float], None]) -> None:
    """Show one lever with its value, unit, meaning and today's value."""
    label, meaning = _LEVER_WORDS[name]
    fact = LEVERS[name]
    _tag("h2", f"{label}: {value:.2f}")
    slider = {"min": fact.low, "max": fact.high, "step": STEP, "thumb_label": False}
    solara.SliderFloat(label=label, value=value, on_value=lambda moved: on_value(round(moved, 2)), **slider)
    _tag("p", escape(f"{fact.low:g} to {fact.high:g}: {meaning}. Today: {DEFAULTS[name]:.2f}."), "hint")


@component
def Status(is_running: bool, done: float, problem: Exception | None) -> None:
    """Say whether the model is running, and how far it is, or what went wrong."""
    words = "Up to date."
    if isinstance(problem, SpAbmError):
        words = f"The run failed: {escape(str(problem))}"
    elif problem is not None:
        words = f"The run failed ({type(problem).__name__}); the terminal says more."
    elif is_running:
        bar = f'<progress max="1" value="{done:.2f}" aria-label="Share done"></progress>'
        words = f"Running the model … {bar}"
    _tag("div", words, "status", role="status", **{"aria-live": "polite"})


@component
def Outcome(shown: Shown, is_old: bool) -> None:
    """Show the numbers, the pictures and their origin; pale while newer ones are on their way."""
    numbers = "".join(map(_number, shown.numbers))
    figures = "".join(f"<figure>{picture}</figure>" for picture in shown.pictures)
    origin = f'<p class="origin">{escape(shown.origin)}. {NOT_A_FORECAST}.</p>'
    _tag("div", f'<dl class="numbers">{numbers}</dl>{figures}{origin}', *(["is-old"] if is_old else []))


def _number(number: Number) -> str:
    """Return one number of the headline as HTML."""
    difference = f'<dd class="difference">{escape(number.difference)}</dd>' if number.difference else ""
    return (
        f'<div class="number"><dt>{escape(number.label)}</dt><dd class="value">{escape(number.value)}</dd>'
        f"<dd>{escape(number.unit)}</dd>{difference}</div>"
    )
