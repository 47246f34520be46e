"""Uses: where each parameter is read, found in the sources of the package, so that no list of it can be wrong.

A place is a function that knows the parameter's group (by its type, or as a part of the whole set) and reads a field
of that name, or builds the name, as ``getattr(p, f"rate_{before.word}_{after.word}")`` does.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

from sp_abm.parameters import Parameters, all_facts, group_type
from sp_abm.vocabulary import Stage

_ROOT: Final = Path(__file__).parent
_NO_USERS: Final = ("parameters", "cli", "validation")
"""Where parameters stand, are shown, and are held against the evidence."""
_STAGES: Final = "|".join(stage.word for stage in Stage)

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def uses() -> Mapping[str, tuple[str, ...]]:
    """Return for every parameter's full name the functions that read it, such as ``submodels.strain.load``."""
    found: dict[str, list[str]] = {full: [] for full, _, _ in all_facts()}
    for path in sorted(_ROOT.rglob("*.py")):
        module = ".".join(path.relative_to(_ROOT).with_suffix("").parts)
        if module.startswith(_NO_USERS):
            continue
        tree = ast.parse(path.read_text("utf-8"))
        for function in _functions(tree):
            groups = _groups_known(function)
            names, patterns = _names_read(function), _patterns_read(function)
            for full in found:
                group, _, name = full.partition(".")
                if group in groups and (name in names or any(pattern.fullmatch(name) for pattern in patterns)):
                    found[full].append(f"{module}.{function.name}")
    return {full: tuple(places) for full, places in found.items()}


def _groups_known(function: Function) -> list[str]:
    """Return the groups that a function names: as a field (``parameters.strain``) or by their type."""
    nodes = list(ast.walk(function))
    names = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    names |= {node.id for node in nodes if isinstance(node, ast.Name)}
    return [group for group in Parameters._fields if {group, group_type(group).__name__} & names]


def _functions(tree: ast.Module) -> Iterator[Function]:
    """Yield the functions and methods of a module, but none that stands inside another."""
    for node in tree.body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        yield from (each for each in inside if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))


def _names_read(function: Function) -> set[str]:
    """Return every field that a function reads."""
    nodes = (node for node in ast.walk(function) if isinstance(node, ast.Attribute))
    return {node.attr for node in nodes if isinstance(node.ctx, ast.Load)}


def _patterns_read(function: Function) -> list[re.Pattern[str]]:
    """Return what the names may be that a function hands to `getattr`: texts with gaps, some of them for a stage."""
    found = []
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr":
            name = node.args[1]
            if isinstance(name, ast.JoinedStr):
                found.append(re.compile("".join(_may_be(part) for part in name.values)))
    return found


def _may_be(part: ast.expr) -> str:
    """Return a pattern for a piece of a name: its text, a stage's word, or anything."""
    if isinstance(part, ast.Constant):
        return re.escape(str(part.value))
    value = part.value if isinstance(part, ast.FormattedValue) else part
    return f"({_STAGES})" if isinstance(value, ast.Attribute) and value.attr == "word" else r"\w+"
