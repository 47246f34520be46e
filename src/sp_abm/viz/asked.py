"""Asked: what a visitor asks the model, held whole in a link and read back from it with suspicion."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import isfinite
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from sp_abm.errors import BadValue, unknown
from sp_abm.levers import CHOICES, FOLLOWS, LEVERS, SWITCHES, lever_value, shown
from sp_abm.loops import checked_cuts
from sp_abm.parameters import Parameters, all_facts, changed
from sp_abm.randomness import checked_seed
from sp_abm.scenario import Scenario, Timeline, from_toml, load, scenario_names

BASELINE: Final = "today"
MOST_LETTERS: Final = 6_000
MOST_FIELDS: Final = 80
MOST_NAME: Final = 60
MOST_YEARS: Final = 10
MOST_RUNS: Final = 50
MOST_SEED: Final = 2**31 - 1
MOST_BYTES: Final = 100_000
"""Bytes of a scenario file that a page takes."""
_LINK: Final = "the link"
PAGE_FIELDS: Final = ("theme", "plan", "kind", "person", "other", "step", "measure")
"""Fields of a link that single pages and files read by themselves."""
_PLAIN_FIELDS: Final = ("scenario", "place", "name", "seed", "years", "runs", "plausible", "start", "warm_up", "cut")
_SHOWN: Final = 40


@dataclass(frozen=True)
class Asked:
    """A scenario, what differs from it, and where, how long, with which luck and how often it is to run.

    `levers` holds only timelines that differ from the scenario's own; `start` and `warm_up` are the scenario's own
    where they are empty. `runs` is how many pairs are wanted, 0 for as many as the page takes by itself; `plausible`
    gives every pair another of the parameter sets that calibration kept, so that ranges hold what is not known too.
    """

    scenario: str = "outreach-with-support"
    place: str = "sandbox"
    name: str = ""
    seed: int = 1
    years: int = 3
    runs: int = 0
    plausible: bool = False
    start: str = ""
    warm_up: str = ""
    levers: tuple[tuple[str, Timeline], ...] = ()
    parameters: tuple[tuple[str, float], ...] = ()
    cut: tuple[tuple[str, float | str], ...] = ()

    @property
    def is_changed(self) -> bool:
        """Return whether anything differs from the shipped scenario."""
        return bool(self.levers or self.parameters or self.cut or self.start or self.warm_up)

    def lever(self, name: str) -> float:
        """Return the value of a lever in the first week."""
        return self.resolved().value(name, 0)

    def of_scenario(self, name: str) -> "Asked":
        """Return a shipped scenario as it is, in the same place, for the same years, with the same luck and ranges."""
        return Asked(name, self.place, seed=self.seed, years=self.years, plausible=self.plausible)

    def with_lever(self, name: str, value: object) -> "Asked":
        """Return the same with a lever at a constant value; at the scenario's own it is no change."""
        number = lever_value(name, value, "the page")
        kept = {lever: steps for lever, steps in self.levers if lever != name}
        return replace(self, levers=_ordered({**kept, name: ((0, number),)}, self.scenario))

    def with_cut(self, link: str, is_cut: bool) -> "Asked":
        """Return the same with a link frozen, or whole again."""
        kept = {name: how for name, how in self.cut if name != link}
        cuts = checked_cuts({**kept, link: "frozen"} if is_cut else kept, "the page")
        return replace(self, cut=tuple(sorted(cuts.items())))

    def resolved(self) -> Scenario:
        """Return the scenario to run; changed and without a name of its own, its name says so."""
        scenario = load(self.scenario)
        if not self.is_changed:
            return replace(scenario, name=self.name or scenario.name)
        levers: dict[str, Any] = {lever: as_written(lever, steps) for lever, steps in self.levers}
        made = scenario.with_changes({**levers, **dict(self.parameters)}, _LINK).with_cut(dict(self.cut), _LINK)
        return replace(
            made,
            name=self.name or f"{scenario.name}, changed",
            start=date.fromisoformat(self.start) if self.start else scenario.start,
            warm_up=self.warm_up or scenario.warm_up,
        )

    def query(self, **more: str) -> str:
        """Return the whole of it as the part of a link behind the question mark.

        The place is always in it: the place of a link without one is that of the server that reads it.
        """
        others = {name: getattr(self, name) for name in _PLAIN_FIELDS if name not in ("scenario", "place", "cut")}
        pairs: list[tuple[str, str]] = [("scenario", self.scenario), ("place", self.place)]
        others["plausible"] = int(self.plausible)
        pairs += [(name, str(value)) for name, value in others.items() if value != getattr(Asked, name)]
        pairs += [(lever, _as_text(lever, steps)) for lever, steps in self.levers]
        pairs += [(name, repr(value)) for name, value in self.parameters]
        pairs += [("cut", link if how == "frozen" else f"{link}={how!r}") for link, how in self.cut]
        return urlencode([*pairs, *more.items()])


def fields_of(search: str) -> list[tuple[str, str]]:
    """Return the fields of a link in their order; raises `BadValue` where it is too long or cannot be read."""
    if len(search) > MOST_LETTERS:
        raise BadValue(f"The link has {len(search):,} letters; this page reads {MOST_LETTERS:,} at most.")
    try:
        return parse_qsl(search, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        raise BadValue(f"The link cannot be read: it is no UTF-8 text or has more than {MOST_FIELDS} fields.") from None


def asked_in(search: str, default: Asked = Asked(), known: Iterable[str] = ()) -> Asked:
    """Return what a link asks for; raises `UnknownName` or `BadValue` in words for the visitor.

    `known` names fields that are not ours and are passed over.
    """
    fields: dict[str, str] = {}
    cuts: list[str] = []
    for name, value in fields_of(search):
        if name in known:
            continue
        if name in fields:
            raise BadValue(f"The link gives {_short(name)} twice; once is enough.")
        if name == "cut":
            cuts.append(value)
        else:
            fields[name] = value
    return _read(fields, cuts, default)


def _read(fields: Mapping[str, str], cuts: list[str], default: Asked) -> Asked:
    parameters = {full: fact for full, fact, _ in all_facts()}
    for name in fields:
        if name not in (*_PLAIN_FIELDS, *LEVERS, *parameters):
            raise unknown("field of a link", _short(name), (*_PLAIN_FIELDS, *LEVERS, *parameters), _LINK)
    scenario = _shipped(fields.get("scenario", default.scenario), "scenario")
    levers = {name: _timeline(name, fields[name]) for name in LEVERS if name in fields}
    values = {
        name: parameters[name].checked(name, _number(name, fields[name])) for name in parameters if name in fields
    }
    changed(Parameters(), values, _LINK)
    warm_up = fields.get("warm_up", "")
    return Asked(
        scenario=scenario,
        place=fields.get("place", default.place),
        name=clean_name(fields.get("name", "")),
        seed=checked_seed(_whole("seed", fields.get("seed", default.seed), 0, MOST_SEED)),
        years=_whole("years", fields.get("years", default.years), 1, MOST_YEARS),
        runs=_whole("runs", fields.get("runs", default.runs), 0, MOST_RUNS),
        plausible=bool(_whole("plausible", fields.get("plausible", int(default.plausible)), 0, 1)),
        start=_day(fields.get("start", "")),
        warm_up=_shipped(warm_up, "warm_up") if warm_up else "",
        levers=_ordered(levers, scenario),
        parameters=tuple(sorted(values.items())),
        cut=tuple(sorted(checked_cuts(cuts, _LINK).items())),
    )


def uploaded(text: str, file_name: str, now: Asked) -> Asked:
    """Return what a scenario file asks for, in the place and for the years of now; raises as `load` does."""
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise BadValue(f"The file is larger than {MOST_BYTES:,} bytes: that is no scenario.")
    scenario = from_toml(text, clean_name(file_name) or "your file")
    made = replace(
        now,
        scenario=BASELINE,
        name=clean_name(scenario.name),
        start="" if scenario.start == load(BASELINE).start else scenario.start.isoformat(),
        warm_up="" if scenario.warm_up == load(BASELINE).warm_up else scenario.warm_up,
        levers=_ordered(scenario.levers, BASELINE),
        parameters=tuple(sorted(scenario.parameters.items())),
        cut=tuple(sorted(scenario.cut.items())),
    )
    if len(made.query()) > MOST_LETTERS:
        raise BadValue(f"The scenario does not fit into a link of {MOST_LETTERS:,} letters; run it with sp-abm run.")
    return made


def clean_name(name: str) -> str:
    """Return a name without control signs and needless spaces, cut where it is long."""
    kept = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in name[: 4 * MOST_NAME])
    return " ".join(kept.split())[:MOST_NAME].strip()


def _ordered(levers: Mapping[str, Timeline], scenario: str) -> tuple[tuple[str, Timeline], ...]:
    """Return timelines in the order of the levers, without those that are the scenario's own.

    What follows another lever stays where that one is changed: left out, it would go along.
    """
    own = load(scenario)
    changed = {lever for lever, steps in levers.items() if steps != _own(own, lever)}
    kept = changed | {lever for lever, followed in FOLLOWS.items() if followed in changed and lever not in own.levers}
    return tuple((lever, levers[lever]) for lever in LEVERS if lever in levers and lever in kept)


def _own(scenario: Scenario, lever: str) -> Timeline:
    """Return a scenario's own timeline of a lever, that of the lever it follows where it is not set itself."""
    followed = scenario.levers.get(FOLLOWS.get(lever, lever))
    return scenario.levers.get(lever) or followed or ((0, scenario.value(lever, 0)),)


def _shipped(name: str, field: str) -> str:
    """Return the name of a shipped scenario; a link never names a file."""
    if name not in scenario_names():
        raise unknown("shipped scenario", _short(name), scenario_names(), f"{field} in {_LINK}")
    return name


def _timeline(lever: str, text: str) -> Timeline:
    """Return a lever's timeline from a value, or from ``week:value`` steps with commas between."""
    steps: list[Mapping[str, Any]] = []
    for part in text.split(","):
        week, colon, value = part.partition(":")
        steps.append({"from": _whole(lever, week, 0, 10**6) if colon else 0, "value": _value(lever, value or week)})
    if ":" not in text:
        return ((0, lever_value(lever, steps[0]["value"], _LINK)),) if len(steps) == 1 else _refused(lever, text)
    return load(BASELINE).with_changes({lever: steps}, _LINK).levers[lever]


def _refused(lever: str, text: str) -> Timeline:
    raise BadValue(f"{lever} = {_short(text)} ({_LINK}): several values need weeks, such as 0:0.4,104:0.9.")


def _value(lever: str, text: str) -> float | str:
    return text[:_SHOWN] if lever in CHOICES or lever in SWITCHES else _number(lever, text)


def _number(name: str, text: str) -> float:
    try:
        number = float(text) if len(text) <= _SHOWN else float("nan")
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise BadValue(f"{name} = {_short(text)} ({_LINK}) is not a number.")
    return number


def _whole(name: str, value: str | int, low: int, high: int) -> int:
    text = str(value)
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(high)) else -1
    if not low <= number <= high:
        raise BadValue(f"{name} = {_short(text)} ({_LINK}) must be a whole number from {low} to {high:,}.")
    return number


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise BadValue(f"start = {_short(text)} ({_LINK}) must be a date like 2025-01-06.") from None


def _short(text: str) -> str:
    """Return a visitor's own words as they may be shown: cleaned and cut."""
    cleaned = clean_name(text)
    return f"‘{cleaned[:_SHOWN]}{'…' if len(cleaned) > _SHOWN else ''}’"


def is_constant(steps: Timeline) -> bool:
    """Return whether a timeline has one value from the first week on."""
    return len(steps) == 1 and steps[0][0] == 0


def as_written(lever: str, steps: Timeline) -> Any:
    """Return a timeline as a scenario file writes it: a value, or a list of dated steps."""
    if is_constant(steps):
        return shown(lever, steps[0][1])
    return [{"from": week, "value": shown(lever, value)} for week, value in steps]


def plain(value: float | str) -> str:
    """Return a value of a lever as a link or an option gives it."""
    return value if isinstance(value, str) else repr(value).removesuffix(".0")


def _as_text(lever: str, steps: Timeline) -> str:
    if is_constant(steps):
        return plain(shown(lever, steps[0][1]))
    return ",".join(f"{week}:{plain(shown(lever, value))}" for week, value in steps)
