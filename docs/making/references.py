"""References: a name in prose, written [[name]], becomes a link to where it is declared; an unknown one is an error."""

import re
from functools import cache

from making.markdown import filled, link
from making.sources import ENTITIES
from sp_abm.declare import columns_of
from sp_abm.errors import unknown
from sp_abm.evidence import evidence, targets
from sp_abm.levers import LEVERS
from sp_abm.loops import LINKS
from sp_abm.measures import MEASURES
from sp_abm.parameters import all_facts
from sp_abm.scenario import scenario_names
from sp_abm.schedule import NAMES

_NAME = re.compile(r"\[\[([^\]\n]+)\]\]")


@cache
def pages() -> dict[str, str]:
    """Return for every declared name the page under `model/` where it stands."""
    columns = [f"{table}.{column}" for table, entity in ENTITIES.items() for column in columns_of(entity)]
    by_page = {
        "week.md": NAMES,
        "links.md": tuple(LINKS),
        "measures.md": tuple(MEASURES),
        "columns.md": tuple(columns),
        "scenarios.md": (*LEVERS, *scenario_names()),
        "parameters.md": tuple(full for full, _, _ in all_facts()),
        "evidence.md": (*evidence(), *targets()),
    }
    return {name: page for page, names in by_page.items() for name in names}


def reference(name: str, way: str = "") -> str:
    """Return a link to a declared name; `way` leads from the page to `model/`. Raises `UnknownName`."""
    if name not in pages():
        raise unknown("name in the book", name, pages())
    is_id = pages()[name] == "evidence.md"
    return link(way + pages()[name], name, name if is_id else f"`{name}`")


def prose(name: str, way: str = "", **parts: str) -> str:
    """Return a page written by hand in `making/prose/`, its made parts put in and its names linked."""
    return _NAME.sub(lambda found: reference(found[1], way), filled(name, **parts))
