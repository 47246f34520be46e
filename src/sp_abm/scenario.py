"""Scenarios: which levers are pulled, when, and what is expected to come of it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, TypeGuard

import numpy as np
from numpy.typing import NDArray

from sp_abm.errors import BadFile, BadValue, unknown
from sp_abm.levers import DEFAULTS, FOLLOWS, LEVERS, lever_value
from sp_abm.loops import Cuts, checked_cuts
from sp_abm.parameters import Parameters, all_facts, changed
from sp_abm.toml_files import parsed_toml, read_toml
from sp_abm.vocabulary import LONGEST_YEARS, WEEKS_PER_YEAR

START: Final = date(2025, 1, 6)
Timeline = tuple[tuple[int, float], ...]

WARM_UP: Final = "today"
_FIELDS: Final = ("name", "why", "expected", "base", "start", "warm_up", "levers", "parameters", "cut")
_SUBSTANCE: Final = ("base", "levers", "parameters", "cut")


@dataclass(frozen=True)
class Scenario:
    """A named set of lever timelines and parameter changes; `levers[name]` is ((from_week, value), ...).

    `warm_up` names the shipped scenario whose first week's levers hold during the 208 weeks before week 0; `cut` says
    which links are frozen or scaled.
    """

    name: str
    why: str = ""
    expected: str = ""
    start: date = START
    warm_up: str = WARM_UP
    levers: Mapping[str, Timeline] = field(default_factory=dict)
    parameters: Mapping[str, float] = field(default_factory=dict)
    cut: Cuts = field(default_factory=dict)

    def value(self, lever: str, week: int) -> float:
        """Return the value of a lever in a week; before its first date it stands as today, or as what it follows."""
        value = self.value(FOLLOWS[lever], week) if lever in FOLLOWS else DEFAULTS[lever]
        for start, stepped in self.levers.get(lever, ()):
            if week >= start:
                value = stepped
        return value

    def timeline(self, weeks: int) -> NDArray[np.float64]:
        """Return lever values, shape (weeks, levers) in the order of `LEVERS`."""
        table = np.empty((weeks, len(LEVERS)))
        for position, lever in enumerate(LEVERS):
            table[:, position] = [self.value(lever, week) for week in range(weeks)]
        return table

    def with_changes(self, changes: Mapping[str, Any], where: str = "changes") -> "Scenario":
        """Return the scenario with levers (by name) and parameters (by full name) changed."""
        levers, parameters = dict(self.levers), dict(self.parameters)
        for name, value in changes.items():
            if name in LEVERS:
                levers[name] = _timeline(name, value, self.start, where)
            elif "." in name:
                parameters[name] = value
            else:
                raise unknown("lever", name, LEVERS, where)
        parameters = {name: float(value) for name, value in _checked(parameters, where).items()}
        return replace(self, levers=levers, parameters=parameters)

    def parameter_set(self) -> Parameters:
        """Return the parameters with this scenario's changes."""
        return changed(Parameters(), self.parameters, f"scenario {self.name!r}")

    def content(self) -> dict[str, Any]:
        """Return what makes a run differ, without names and prose."""
        return {
            "start": self.start.isoformat(),
            "warm_up": self.warm_up,
            "levers": {
                lever: self.levers.get(lever, ((0, DEFAULTS[lever]),))
                for lever in LEVERS
                if lever in self.levers or lever not in FOLLOWS
            },
            "parameters": dict(sorted(self.parameters.items())),
            "cut": dict(sorted(self.cut.items())),
        }

    def with_cut(self, cuts: Iterable[str] | Cuts, where: str = "cut") -> "Scenario":
        """Return the scenario with links cut: names (frozen), ``name=scale`` texts, or a mapping."""
        return replace(self, cut={**self.cut, **checked_cuts(cuts, where)})

    def reference(self) -> "Scenario":
        """Return the run at which this scenario's frozen links are frozen: today's levers, the same parameters."""
        return replace(self, name=f"reference of {self.name}", levers={}, cut={})

    @property
    def hash(self) -> str:
        """Return a short hash of `content`."""
        return sha256(json.dumps(self.content(), sort_keys=True).encode()).hexdigest()[:12]


def from_content(content: Mapping[str, Any]) -> Scenario:
    """Return the scenario whose `content` (and name) this is."""
    levers = {
        lever: tuple((int(week), float(value)) for week, value in steps) for lever, steps in content["levers"].items()
    }
    return Scenario(
        content.get("name", ""),
        start=date.fromisoformat(content["start"]),
        warm_up=content["warm_up"],
        levers=levers,
        parameters=dict(content["parameters"]),
        cut=dict(content["cut"]),
    )


def _checked(parameters: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    changed(Parameters(), parameters, where)
    return parameters


def _week(value: object, start: date, where: str) -> int:
    """Return the week number of a week or an ISO date."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            raise BadValue(f"from = {value!r} ({where}) is neither a week nor a date like 2025-01-06.") from None
    if _is_day(value):
        week = (value - start).days // 7
        if week < 0:
            raise BadValue(f"from = {value} ({where}) lies before the start, {start}.")
    elif isinstance(value, bool) or not isinstance(value, int):
        raise BadValue(f"from = {value} ({where}) must be a week (0 or more) or a date like 2025-01-06.")
    else:
        week = value
    if not 0 <= week < LONGEST_YEARS * WEEKS_PER_YEAR:
        side = "before week 0" if week < 0 else f"after the longest run, {LONGEST_YEARS} years"
        raise BadValue(f"from = {value} ({where}) lies {side}.")
    return week


def _is_day(value: object) -> TypeGuard[date]:
    """Return whether this is a date without a time."""
    return isinstance(value, date) and not isinstance(value, datetime)


def _timeline(name: str, value: object, start: date, where: str) -> Timeline:
    """Return a lever's timeline from a constant or a list of dated steps."""
    if not isinstance(value, list | tuple):
        return ((0, lever_value(name, value, where)),)
    steps: list[tuple[int, float]] = []
    for step in value:
        if not isinstance(step, Mapping) or set(step) != {"from", "value"}:
            raise BadValue(f"{name} ({where}): a dated step is {{from = 104, value = 0.9}}, not {step!r}.")
        steps.append((_week(step["from"], start, f"{name}, {where}"), lever_value(name, step["value"], where)))
    if not steps:
        raise BadValue(f"{name} ({where}) has no steps.")
    weeks = [week for week, _ in steps]
    if any(later <= earlier for earlier, later in pairwise(weeks)):
        raise BadValue(f"{name} ({where}): dates must rise from step to step, got weeks {weeks}.")
    return tuple(steps)


def _shipped_folder() -> Any:
    return files("sp_abm").joinpath("data", "scenarios")


@cache
def scenario_names() -> tuple[str, ...]:
    """Return the names of the shipped scenarios."""
    return tuple(
        sorted(
            entry.name.removesuffix(".toml") for entry in _shipped_folder().iterdir() if entry.name.endswith(".toml")
        )
    )


def load(name_or_path: "str | Path | Scenario") -> Scenario:
    """Return a scenario by shipped name or from a TOML file.

    Raises `UnknownName` with the nearest name, `BadFile` naming the line, or `BadValue`.
    """
    if isinstance(name_or_path, Scenario):
        return name_or_path
    text = str(name_or_path)
    if text in scenario_names():
        return _shipped(text, ())
    path = Path(text)
    if not text or (path.suffix != ".toml" and not _exists(path)):
        raise unknown("scenario", text, scenario_names(), "a shipped scenario, or a .toml file of your own")
    return _built(read_toml(path, "scenario"), str(path), ())


def from_toml(text: str, where: str) -> Scenario:
    """Return the scenario that a TOML text describes; errors say `where` it came from, as those of `load` do."""
    return _built(parsed_toml(text, where), where, ())


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _shipped(name: str, seen: tuple[str, ...]) -> Scenario:
    text = _shipped_folder().joinpath(f"{name}.toml").read_text("utf-8")
    return _built(parsed_toml(text, name), name, seen)


def _built(raw: Mapping[str, Any], where: str, seen: tuple[str, ...]) -> Scenario:
    """Return the scenario that a file's content describes."""
    _check_fields(raw, where)
    base = _base(raw.get("base", ""), where, seen)
    named = replace(
        base,
        name=raw.get("name", "").strip() or Path(where).stem,
        why=raw.get("why", ""),
        expected=raw.get("expected", ""),
        start=_start(raw.get("start", START), where),
        warm_up=_warm_up(raw.get("warm_up", base.warm_up), where),
        cut={**base.cut, **checked_cuts(raw.get("cut", {}), f"cut, {where}")},
    )
    levers, parameters = raw.get("levers", {}), _flat(raw.get("parameters", {}))
    for lever in levers:
        if lever not in LEVERS:
            raise unknown("lever", lever, LEVERS, where)
    for name in parameters:
        if "." not in name:
            raise unknown("parameter", name, (full for full, _, _ in all_facts()), where)
    return named.with_changes({**levers, **parameters}, where)


def _check_fields(raw: Mapping[str, Any], where: str) -> None:
    """Raise `UnknownName` or `BadValue` unless a file's fields are those of a scenario and say something."""
    for key in raw:
        if key not in _FIELDS:
            raise unknown("field of a scenario", key, _FIELDS, where)
    for key in ("name", "why", "expected", "base", "warm_up"):
        if not isinstance(raw.get(key, ""), str):
            raise BadValue(f"{key} = {raw[key]!r} ({where}) must be text.")
    for key in ("levers", "parameters", "cut"):
        if not isinstance(raw.get(key, {}), Mapping):
            raise BadValue(f"{key} ({where}) must be a table, written [{key}].")
    if not raw.keys() & set(_SUBSTANCE):
        raise BadValue(f"{where} says nothing to run: a scenario needs a base, [levers], [parameters] or [cut].")


def _start(value: object, where: str) -> date:
    """Return the day a scenario starts, given as a date or as its text."""
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        day = value
    if not _is_day(day):
        raise BadValue(f"start = {value} ({where}) must be a date like 2025-01-06.")
    return day


def _warm_up(name: str, where: str) -> str:
    if name not in scenario_names():
        raise unknown("scenario to warm up with", name, scenario_names(), where)
    return name


def _base(name: str, where: str, seen: tuple[str, ...]) -> Scenario:
    if not name:
        return Scenario(name="")
    if name not in scenario_names():
        raise unknown("scenario to build on", name, scenario_names(), where)
    if name in seen:
        raise BadFile(f"{where}: scenarios build on each other in a circle: {' -> '.join((*seen, name))}.")
    return _shipped(name, (*seen, name))


def _flat(nested: Mapping[str, Any]) -> dict[str, Any]:
    """Return {group: {name: value}} or {"group.name": value} as full names."""
    flat: dict[str, Any] = {}
    for key, value in nested.items():
        if isinstance(value, Mapping):
            flat |= {f"{key}.{name}": inner for name, inner in value.items()}
        else:
            flat[key] = value
    return flat
