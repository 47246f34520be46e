"""Widgets: the parts that the browser draws and answers by itself, each from a Vue template beside this file."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec

import solara

P = ParamSpec("P")

if TYPE_CHECKING:  # Solara's own types name neither its components nor what they return

    def from_vue(path: str) -> Callable[[Callable[P, None]], Callable[P, Any]]: ...
    def component(function: Callable[P, None]) -> Callable[P, Any]: ...

else:
    from solara import component

    def from_vue(path):
        """Return a decorator that makes a component of a template beside this file."""
        return solara.component_vue(path, vuetify=False)


__all__ = ["Controls", "Frame", "Player", "Saved", "Status", "component", "html"]

Event = Callable[[Any], None]


@from_vue("frame.vue")
def Frame(
    pages: list[dict[str, str]],
    current: str,
    warning: str,
    evidence: str,
    notes: str,
    theme: str,
    event_choose_theme: Event,
    event_preset: Event,
) -> None:
    """Show the bar at the top, and hold the theme and the presenter mode."""


@from_vue("controls.vue")
def Controls(
    presets: list[dict[str, Any]],
    levers: list[dict[str, Any]],
    choices: list[dict[str, Any]],
    seed: int,
    most_bytes: int,
    event_change: Event,
    event_upload: Event,
) -> None:
    """Show presets, levers and what else can be chosen; tell what was changed or handed in."""


@from_vue("status.vue")
def Status(words: str, is_running: bool, done: float, buttons: list[dict[str, str]], event_press: Event) -> None:
    """Say how the runs stand, with buttons to stop them or to ask for more."""


@from_vue("saved.vue")
def Saved(query: str, plan_name: str) -> None:
    """Keep scenarios in the visitor's browser, by name."""


@from_vue("player.vue")
def Player(content: dict[str, Any]) -> None:
    """Play a run from one block of data, without asking the server for anything."""


def html(name: str, inside: str, **attributes: str) -> None:
    """Add an element with markup in it; words that are not ours must have been escaped."""
    classes = attributes.pop("class_", "").split()
    written = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
    solara.HTML(tag=name, unsafe_innerHTML=inside, classes=classes, attributes=written)
