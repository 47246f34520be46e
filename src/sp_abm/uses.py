"""Uses: where each parameter is read, found in the sources of the package, so that no list of it can be wrong.

A place is a function of a module that knows the parameter's group (by its type, or as part of the whole set) and
reads a field of that name, or builds the name, as ``getattr(p, f"rate_{before}_{after}")`` does.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

from sp_abm.parameters import Parameters, all_facts, group_type

_ROOT: Final = Path(__file__).parent
_DECLARE: Final = ("parameters", "cli")
"""Folders that name parameters and read none: where they stand, and where they are shown."""

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def uses() -> Mapping[str, tuple[str, ...]]:
    """Return for every parameter's full name the functions that read it, such as ``submodels.strain.load``."""
    found: dict[str, list[str]] = {full: [] for full, _, _ in all_facts()}
    for path in sorted(_ROOT.rglob("*.py")):
        module = ".".join(path.relative_to(_ROOT).with_suffix("").parts)
        if module.startswith(_DECLARE):
            continue
        tree = ast.parse(path.read_text("utf-8"))
        groups = _groups_known(tree)
        for function in _functions(tree) if groups else ():
            names, patterns = _names_read(function), _patterns_read(function)
            for full in found:
                group, _, name = full.partition(".")
                if group in groups and (name in names or any(pattern.fullmatch(name) for pattern in patterns)):
                    found[full].append(f"{module}.{function.name}")
    return {full: tuple(places) for full, places in found.items()}


def _groups_known(tree: ast.Module) -> list[str]:
    """Return the groups that a module names: as a field (``parameters.strain``) or by their type."""
    fields = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    return [group for group in Parameters._fields if group in fields or group_type(group).__name__ in names]


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
    """Return what the names may be that a function hands to `getattr`: texts with gaps."""
    found = []
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr":
            name = node.args[1]
            if isinstance(name, ast.JoinedStr):
                parts = [
                    re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w+" for part in name.values
                ]
                found.append(re.compile("".join(parts)))
    return found
