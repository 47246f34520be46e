"""What the sources of a submodel say of it: its sentence, what it counts, which questions of luck it asks."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from types import ModuleType
from typing import Any, NamedTuple

from making.markdown import paragraphs
from sp_abm.agents.citizens import Citizens
from sp_abm.agents.commissioner import Commissioner
from sp_abm.agents.community import Organisations
from sp_abm.agents.gps import Gps, Practices
from sp_abm.agents.link_workers import Knowledge, LinkWorkers, Pcns
from sp_abm.cases import Cases
from sp_abm.declare import columns_of
from sp_abm.loops import LINKS
from sp_abm.network import Ties
from sp_abm.randomness import QUESTIONS
from sp_abm.schedule import WEEK, Submodel
from sp_abm.world import FLOWS

ENTITIES: Mapping[str, type[Any]] = {
    "citizens": Citizens,
    "ties": Ties,
    "cases": Cases,
    "link_workers": LinkWorkers,
    "knowledge": Knowledge,
    "pcns": Pcns,
    "gps": Gps,
    "practices": Practices,
    "organisations": Organisations,
    "commissioner": Commissioner,
}


class Source(NamedTuple):
    """What is found in the file of a submodel."""

    name: str
    says: str
    does: str
    flows: tuple[str, ...]
    questions: tuple[str, ...]
    links: tuple[str, ...]


@cache
def sources() -> tuple[Source, ...]:
    """Return what is found of every submodel, in the order of the week."""
    return tuple(_source(submodel) for submodel in WEEK)


def written_by(submodel: str) -> dict[str, list[str]]:
    """Return the columns that name a submodel as a writer, by table."""
    found = {
        table: [name for name, spec in columns_of(entity).items() if submodel in spec.written_by]
        for table, entity in ENTITIES.items()
    }
    return {table: names for table, names in found.items() if names}


def _source(submodel: Submodel) -> Source:
    module = inspect.getmodule(submodel)
    assert isinstance(module, ModuleType) and module.__doc__
    nodes = list(ast.walk(ast.parse(inspect.getsource(module))))
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    counted = {word for call in _calls(nodes, "count") for word in _keywords(call, texts)}
    asked = {text for call in _calls(nodes, "key", "uniforms") for text in _first_text(call)}
    name = submodel.__name__
    return Source(
        name,
        paragraphs(module.__doc__).partition(": ")[2],
        paragraphs(inspect.getdoc(submodel) or ""),
        tuple(flow for flow in FLOWS if flow in counted),
        tuple(question for question in QUESTIONS if question in asked),
        tuple(link for link in LINKS if link in texts),
    )


def _calls(nodes: list[ast.AST], *names: str) -> Iterator[ast.Call]:
    """Yield the calls of methods of these names."""
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names:
            yield node


def _keywords(call: ast.Call, texts: set[str]) -> Iterator[str]:
    """Yield the words a call hands over by name; where it hands over a mapping, the texts of the file may be them."""
    for keyword in call.keywords:
        yield from texts if keyword.arg is None else (keyword.arg,)


def _first_text(call: ast.Call) -> Iterator[str]:
    if call.args and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str):
        yield call.args[0].value
