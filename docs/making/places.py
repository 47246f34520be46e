"""The page of the places that ship, with the source of each fact."""

from typing import Any

from making.markdown import MADE, anchored, page, sentence, table
from sp_abm.declare import facts_of
from sp_abm.places import Place, places

HEAD = f"""{MADE}

A place is a set of facts. These ship; one of your own is a file ([how](../extend/place.md)). What a place lacks comes
from England, and every run says so. `sp-abm places --json` prints them all. An average PCN and the sandbox are no
places on a map; the sandbox is made up, and denser in services than any real place, so that a run answers at once."""


def value(found: Any) -> str:
    """Return a fact as a person writes it."""
    if found is None:
        return "none of its own"
    if isinstance(found, tuple):
        return "; ".join(f"{each:.4g}" for each in found)
    return f"{found:,.6g}" if found < 1e6 else f"{found:,.0f}"


def source(place: Place, name: str) -> str:
    """Return where a fact of a place comes from."""
    if name not in place.sources:
        return "as in every place, unless it says otherwise"
    title, url, year = place.sources[name]
    words = f"[{title}]({url})" if url.startswith("http") else title
    return (f"{words}, {year}" if year else words) + (" (filled in from England)" if name in place.filled else "")


def places_page() -> str:
    """Return the page of every shipped place."""
    parts = []
    for key, place in places().items():
        rows = [
            (f"`{name}`", sentence(fact.meaning), value(getattr(place, name)), fact.unit, source(place, name))
            for name, fact in facts_of(Place).items()
        ]
        note = sentence(place.note) if place.note else ""
        parts += [
            f"## {place.name}",
            f"{anchored(key)}. {note}".strip(),
            table(("fact", "meaning", "value", "unit", "source"), rows),
        ]
    return page("Places", HEAD, *parts)
