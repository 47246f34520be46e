"""The page of entities and their state variables."""

import inspect

import numpy as np

from making.markdown import MADE, anchored, link, page, paragraphs, sentence, table
from making.sources import ENTITIES
from sp_abm.declare import Column, columns_of
from sp_abm.schedule import NAMES

HEAD = f"""{MADE}

Every kind of entity is a table: one row each, one column a state variable. A column is declared once, with its type,
its unit or range, one sentence, and the submodels that may write it; a test watches that nobody else does. `population`
stands for what is set when a place is built. Rows never move: a row of citizens is a dwelling place, taken over by
whoever moves in; a row of link workers is a post, taken over by the next holder."""


def anchor(table_name: str, column: str) -> str:
    """Return what a column is called in an address."""
    return f"{table_name}.{column}"


def row(table_name: str, name: str, spec: Column) -> list[str]:
    """Return what a reader needs to know of one column."""
    kind = np.dtype(spec.dtype).name + (f" x {spec.width}" if spec.width else "")
    writers = ", ".join(link("week.md", each) if each in NAMES else each for each in spec.written_by)
    return [anchored(anchor(table_name, name), name), spec.meaning, spec.unit, kind, writers]


def columns_page() -> str:
    """Return the page of every table and column."""
    parts = []
    for name, entity in ENTITIES.items():
        rows = [row(name, column, spec) for column, spec in columns_of(entity).items()]
        about = sentence(paragraphs(inspect.getdoc(entity) or ""))
        parts += [f"## {name}", about, table(("column", "what it says", "unit or range", "type", "written by"), rows)]
    return page("Entities and state variables", HEAD, *parts)
