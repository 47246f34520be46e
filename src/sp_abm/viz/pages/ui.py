"""UI: Solara as the pages use it, with the types that its own declarations lack."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec

P = ParamSpec("P")

if TYPE_CHECKING:
    solara: Any
    use_task: Any

    def from_vue(path: str) -> Callable[[Callable[P, None]], Callable[P, Any]]:
        """Return a decorator that makes a component of a template in this folder."""

    def component(function: Callable[P, None]) -> Callable[P, Any]:
        """Make a component of a function that adds elements."""

else:
    import solara
    from solara import component
    from solara.lab import use_task

    def from_vue(path):
        """Return a decorator that makes a component of a template in this folder."""
        return solara.component_vue(path, vuetify=False)


def slot() -> Any:
    """Return a place for what comes and goes; the parts after it stay as they are, with what was typed into them."""
    return solara.v.Html(tag="div")


__all__ = ["component", "from_vue", "slot", "solara", "use_task"]
