"""Studies: a file that says what is run: arms, factors, a design, replications and outputs, checked before anything."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any, Final

from sp_abm.designs import KINDS, Design, check_design
from sp_abm.errors import BadValue, SpAbmError, unknown
from sp_abm.factors import Factor, factors_from
from sp_abm.levers import LEVERS
from sp_abm.measures import MEASURES, measure
from sp_abm.parameters import all_facts
from sp_abm.places import Place
from sp_abm.places import place as find_place
from sp_abm.randomness import checked_seed
from sp_abm.scenario import Scenario, load
from sp_abm.simulation import checked_years
from sp_abm.toml_files import check_keys, parsed_toml, read_toml

SCHEMA_VERSION: Final = 1
MOST_REPLICATIONS: Final = 100_000

_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "study": (
        "schema_version",
        "name",
        "why",
        "base",
        "place",
        "years",
        "seed",
        "arms",
        "factors",
        "design",
        "replications",
        "outputs",
        "budget",
    ),
    "arm": ("base", "levers", "parameters", "cut"),
    "design": ("kind", "n", "seed", "points", "second_order", "levels"),
    "replications": ("n", "measure", "half_width", "batch", "most", "plausible"),
    "outputs": ("measures", "weekly", "panel", "events"),
    "budget": ("runs", "hours", "seconds_per_run"),
}
_SEQUENTIAL: Final = ("measure", "half_width", "batch", "most")


@dataclass(frozen=True)
class Replications:
    """How often each arm is run: `n` times, or in batches until the arms of a point are told apart well enough.

    That is when the 95% half-width of the paired difference of `measure` from the first arm is below `half_width` in
    every arm of the point; each point stops by itself, at most after `most`. `plausible` gives every replication
    another of the parameter sets that calibration kept, the same in all arms and points.
    """

    n: int = 10
    measure: str = ""
    half_width: float = 0.0
    batch: int = 10
    most: int = 10
    plausible: bool = False

    @property
    def is_sequential(self) -> bool:
        """Say whether the number of replications depends on what they show."""
        return bool(self.measure)


@dataclass(frozen=True)
class Study:
    """A checked study; `text` is what its file says and `folder` where names of other files in it are looked up."""

    name: str
    why: str
    place: Place
    weeks: int
    seed: int
    arms: Mapping[str, Scenario]
    factors: tuple[Factor, ...] = ()
    design: Design = field(default_factory=Design)
    replications: Replications = field(default_factory=Replications)
    measures: tuple[str, ...] = tuple(MEASURES)
    weekly: bool = False
    panel: int | None = None
    events: bool = False
    budget: int | None = None
    hours: float | None = None
    seconds_per_run: float | None = None
    text: str = field(default="", repr=False)
    folder: Path = Path()

    @property
    def factor_names(self) -> tuple[str, ...]:
        """Return the names of all that the points set."""
        return tuple(self.design.listed[0]) if self.design.listed else tuple(factor.name for factor in self.factors)


def load_study(path: str | Path) -> Study:
    """Return the study of a TOML file; raises `BadFile`, `UnknownName` or `BadValue` with what would be right."""
    file = Path(path)
    read_toml(file, "study")
    return study_from(file.read_text("utf-8-sig"), str(file), file.resolve().parent)


def study_from(text: str, where: str, folder: Path = Path()) -> Study:
    """Return the study that a TOML text describes; `where` names it in every message."""
    try:
        return _study(text, where, folder)
    except SpAbmError as problem:
        if where in str(problem):
            raise
        raise type(problem)(f"{where}: {problem}") from None


def _study(text: str, where: str, folder: Path) -> Study:
    raw = parsed_toml(text, where)
    _check_fields("study", raw, where)
    if raw.get("schema_version") != SCHEMA_VERSION:
        said = f"= {raw['schema_version']!r} ({where})" if "schema_version" in raw else f"is missing ({where}): it"
        raise BadValue(f"schema_version {said} must be {SCHEMA_VERSION}.")
    seed = checked_seed(raw.get("seed", 1))
    factors = factors_from(_table(raw, "factors", where), where)
    design = _design(_table(raw, "design", where), seed, where)
    check_design(design, factors, where)
    arms = _arms(raw, where, folder, _set_at_every_point(factors, design))
    _check_values(factors, design, arms, where)
    outputs, budget = _table(raw, "outputs", where), _table(raw, "budget", where)
    _check_fields("outputs", outputs, f"outputs, {where}")
    _check_fields("budget", budget, f"budget, {where}")
    measures = _measures(outputs.get("measures", list(MEASURES)), where)
    return Study(
        name=_text(raw, "name", where) or Path(where).stem,
        why=_text(raw, "why", where),
        place=find_place(_beside(_text(raw, "place", where) or "sandbox", folder)),
        weeks=checked_years(raw.get("years", 5)),
        seed=seed,
        arms=arms,
        factors=factors,
        design=design,
        replications=_replications(_table(raw, "replications", where), arms, measures, where),
        measures=measures,
        weekly=_flag(outputs.get("weekly", False), f"outputs.weekly ({where})"),
        panel=_whole(outputs["panel"], f"outputs.panel ({where})") if "panel" in outputs else None,
        events=_flag(outputs.get("events", False), f"outputs.events ({where})"),
        budget=_whole(budget["runs"], f"budget.runs ({where})") if "runs" in budget else None,
        hours=_limit("hours", budget, where),
        seconds_per_run=_limit("seconds_per_run", budget, where),
        text=text,
        folder=folder,
    )


def _check_fields(kind: str, entry: Mapping[str, Any], where: str) -> None:
    check_keys(kind if kind in ("study", "arm") else f"[{kind}]", entry, _FIELDS[kind], where)


def _table(raw: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    entry = raw.get(key, {})
    if not isinstance(entry, Mapping):
        raise BadValue(f"{key} ({where}) must be a table, written [{key}].")
    return entry


def _text(raw: Mapping[str, Any], key: str, where: str) -> str:
    value = raw.get(key, "")
    if not isinstance(value, str):
        raise BadValue(f"{key} = {value!r} ({where}) must be text.")
    return value.strip()


def _whole(value: object, place: str, most: int | None = None) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1 or (most and value > most):
        allowed = f"from 1 to {most:,}" if most else "of at least 1"
        raise BadValue(f"{place} = {value!r} must be a whole number {allowed}.")
    return value


def _positive(value: object, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise BadValue(f"{place} = {value!r} must be a number above 0.")
    return float(value)


def _flag(value: object, place: str) -> bool:
    if not isinstance(value, bool):
        raise BadValue(f"{place} = {value!r} must be true or false.")
    return value


def _limit(key: str, budget: Mapping[str, Any], where: str) -> float | None:
    return _positive(budget[key], f"budget.{key} ({where})") if key in budget else None


def _beside(name: str, folder: Path) -> str:
    """Return a shipped name as it is and a file's name as seen from the study's folder."""
    return str(folder / name) if name.endswith(".toml") else name


def _arms(raw: Mapping[str, Any], where: str, folder: Path, taken: Collection[str]) -> dict[str, Scenario]:
    """Return the arms by name, the first the one that the others are compared with; none sets what is `taken`."""
    base = load(_beside(_text(raw, "base", where) or "today", folder))
    entries = _table(raw, "arms", where)
    if not entries:
        return {base.name: base}
    arms = {}
    for name, entry in entries.items():
        place = f"arm {name!r}, {where}"
        if not isinstance(entry, Mapping):
            raise BadValue(f"{place} must be a table, written [arms.{name}].")
        _check_fields("arm", entry, place)
        own = _text(entry, "base", place)
        scenario = load(_beside(own, folder)) if own else base
        changes = {**_levers(entry, place), **_parameters(entry, place)}
        for key in changes:
            if key in taken:
                raise BadValue(
                    f"{key} ({place}) is a factor too: every point would set it anew, and what the arm says would be "
                    "lost. Take it out of the arm or out of the factors."
                )
        arms[name] = scenario.with_changes(changes, place).with_cut(_cuts(entry, place), place)
    return arms


def _cuts(entry: Mapping[str, Any], place: str) -> Any:
    cuts = entry.get("cut", {})
    if not isinstance(cuts, Mapping | list | str):
        raise BadValue(f"cut = {cuts!r} ({place}) must be a table, such as {{ 'burnout->intention' = 'frozen' }}.")
    return cuts


def _levers(entry: Mapping[str, Any], place: str) -> Mapping[str, Any]:
    levers = _table(entry, "levers", place)
    for lever in levers:
        if lever not in LEVERS:
            raise unknown("lever", lever, LEVERS, place)
    return levers


def _parameters(entry: Mapping[str, Any], place: str) -> Mapping[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in _table(entry, "parameters", place).items():
        flat |= (
            {f"{key}.{name}": inner for name, inner in value.items()} if isinstance(value, Mapping) else {key: value}
        )
    for name in flat:
        if "." not in name:
            raise unknown("parameter", name, (full for full, _, _ in all_facts()), place)
    return flat


def _design(entry: Mapping[str, Any], seed: int, where: str) -> Design:
    place = f"design, {where}"
    _check_fields("design", entry, place)
    kind = entry.get("kind", "grid")
    if kind not in KINDS:
        raise unknown("kind of design", kind, KINDS, place)
    listed = entry.get("points", [])
    if not isinstance(listed, list) or not all(isinstance(point, Mapping) and point for point in listed):
        raise BadValue(f"points ({place}) must be a list of tables, such as [{{support_level = 0.9}}].")
    n = _whole(entry["n"], f"n ({place})") if "n" in entry else 0
    is_second = _flag(entry["second_order"], f"second_order ({place})") if "second_order" in entry else None
    levels = _whole(entry["levels"], f"levels ({place})") if "levels" in entry else None
    return Design(kind, n, checked_seed(entry.get("seed", seed)), tuple(listed), is_second, levels)


def _set_at_every_point(factors: Iterable[Factor], design: Design) -> set[str]:
    """Return the names that every point sets: all but one at a time, which moves them from where the arms have them."""
    return set() if design.kind == "ofat" else {factor.name for factor in factors}.union(*design.listed[:1])


def _check_values(factors: Iterable[Factor], design: Design, arms: Mapping[str, Scenario], where: str) -> None:
    """Raise an error unless every value of every factor may be set, and all arms have it alike where none is."""
    (one, first), *others = arms.items()
    for factor in factors:
        for value in factor.values:
            first.with_changes({factor.name: value}, f"factor {factor.name}, {where}")
    for number, point in enumerate(design.listed):
        first.with_changes(point, f"point {number}, {where}")
    names = {factor.name for factor in factors}.union(*design.listed[:1])
    for name, (other, arm) in product(sorted(names), others):
        if (first.levers.get(name), first.parameters.get(name)) != (arm.levers.get(name), arm.parameters.get(name)):
            raise BadValue(
                f"{name} ({where}) is a factor, but the arms {one!r} and {other!r}, or what they are based on, set it "
                "differently. Let them agree in it, or take it out of the factors."
            )


def _replications(
    entry: Mapping[str, Any], arms: Mapping[str, Scenario], measures: Iterable[str], where: str
) -> Replications:
    place = f"replications, {where}"
    _check_fields("replications", entry, place)
    given = [key for key in _SEQUENTIAL if key in entry]
    is_plausible = _flag(entry.get("plausible", False), f"plausible ({place})")
    if not given:
        n = _whole(entry.get("n", Replications().n), f"n ({place})", MOST_REPLICATIONS)
        return Replications(n=n, most=n, plausible=is_plausible)
    if "n" in entry:
        raise BadValue(f"{place} gives n and {given[0]}; a fixed number or a sequential one, not both.")
    for key in ("measure", "half_width", "most"):
        if key not in entry:
            raise BadValue(f"{key} is missing ({place}): sequential replications need measure, half_width and most.")
    if len(arms) < 2:
        raise BadValue(f"{place}: sequential replications compare arms; the study has one.")
    batch = _whole(entry.get("batch", Replications().batch), f"batch ({place})")
    most = _whole(entry["most"], f"most ({place})", MOST_REPLICATIONS)
    half_width = _positive(entry["half_width"], f"half_width ({place})")
    name = measure(_text(entry, "measure", place)).name
    if name not in measures:
        raise BadValue(f"measure = {name!r} ({place}) is not among outputs.measures; add it there.")
    return Replications(min(batch, most), name, half_width, batch, most, is_plausible)


def _measures(names: object, where: str) -> tuple[str, ...]:
    """Return the measures asked for, in the order in which they are declared."""
    if not isinstance(names, list) or not names:
        raise BadValue(f"outputs.measures = {names!r} ({where}) must be a list of at least one measure.")
    for name in names:
        if name not in tuple(MEASURES):
            raise unknown("measure", name, MEASURES, f"outputs, {where}")
    return tuple(name for name in MEASURES if name in names)
