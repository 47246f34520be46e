"""Widgets: the parts that the browser draws and answers by itself, each from a Vue template beside this file."""

from collections.abc import Callable
from typing import Any

from sp_abm.viz.pages.markup import words
from sp_abm.viz.pages.ui import from_vue, slot, solara

Event = Callable[[Any], None]


@from_vue("frame.vue")
def Frame(
    pages: list[dict[str, str]],
    current: str,
    warning: str,
    evidence: str,
    notes: str,
    theme: str,
    event_choose_look: Event,
    event_preset: Event,
) -> None:
    """Show the bar at the top, and hold the theme and the presenter mode."""


@from_vue("controls.vue")
def Controls(
    presets: list[dict[str, Any]],
    levers: list[dict[str, Any]],
    choices: list[dict[str, Any]],
    seed: dict[str, Any],
    file_card: str,
    most_bytes: int,
    event_change: Event,
    event_upload: Event,
) -> None:
    """Show presets, levers and what else can be chosen; tell what was changed or handed in."""


@from_vue("ranges.vue")
def RangeChoice(value: str, options: list[dict[str, str]], card: str, event_change: Event) -> None:
    """Show what ranges can be of, and tell which is chosen."""


@from_vue("status.vue")
def Status(words: str, is_running: bool, done: float, buttons: list[dict[str, str]], event_press: Event) -> None:
    """Say how the runs stand, with buttons to stop them or to ask for more."""


@from_vue("saved.vue")
def Saved(query: str, plan_name: str) -> None:
    """Keep scenarios in the visitor's browser, by name."""


@from_vue("player.vue")
def Player(content: dict[str, Any]) -> None:
    """Play a run from one block of data, without asking the server for anything."""


@from_vue("links.vue")
def Links(caption: str, links: list[dict[str, Any]], event_cut: Event) -> None:
    """Show the declared links with a switch for each."""


@from_vue("person.vue")
def Person(kind: str, person: str, other: str, worlds: list[str], cards: dict[str, str], event_tell_of: Event) -> None:
    """Ask whose life is to be told, and in which two worlds, with a card on each."""


@from_vue("walk.vue")
def Walk(
    titles: list[str],
    step: int,
    text: str,
    question: str,
    choices: list[str],
    guess: int,
    answer: str,
    picture: str,
    event_go_to: Event,
    event_reveal: Event,
) -> None:
    """Show one step of the walk; the answer and its picture come from the server, once there is a guess."""


def refusal(problem: str) -> None:
    """Add a place that says what was refused, if anything was."""
    with slot():
        if problem:
            html("div", words("p", problem), class_="refused", role="alert")


def html(name: str, inside: str, **attributes: str) -> None:
    """Add an element with markup in it; words that are not ours must have been escaped."""
    classes = attributes.pop("class_", "").split()
    written = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
    solara.HTML(tag=name, unsafe_innerHTML=inside, classes=classes, attributes=written)
