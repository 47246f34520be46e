"""Evidence: the packaged tables of published figures and of targets, each row checked before anybody uses it."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import isfinite
from typing import Any, Final

from sp_abm.errors import BadFile, unknown

TABLES: Final = ("workforce", "outcomes", "population")
TARGETS: Final = "targets"
UNCHECKED: Final = "not checked"
"""The words with which a row says, in whichever of its columns, that it was not held against its source."""

_COLUMNS: Final = (
    "id", "quantity", "value", "low", "high", "unit", "population", "year", "source_title", "source_authors",
    "source_year", "url", "where_in_source", "confidence", "use", "notes",
)  # fmt: skip
_TARGET_COLUMNS: Final = (
    "id", "kind", "statistic", "unit", "run", "place", "window", "low", "high", "evidence", "years", "compared_with",
)  # fmt: skip
_SENSITIVITY_COLUMNS: Final = (
    "parameter",
    "measure",
    "difference",
    "method",
    "value",
    "rank",
    "of",
    "beyond_luck",
    "study",
    "model",
)
_USES: Final = ("parameter", "calibration_target", "validation_target", "context")
KINDS: Final = ("calibration", "pattern", "input check")
_CONFIDENCES: Final = ("1", "2", "3", "4", "5")
_ID: Final = re.compile(r"(EO|POP-|W|C|P)(\d{2,3})(?:(?:\.\.|-(?:EO|POP-|W|C|P)?)(\d{2,3}))?\b")


@dataclass(frozen=True)
class Evidence:
    """A published figure and where it stands; a figure or a bound that the source does not give is None."""

    id: str
    quantity: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    population: str
    title: str
    authors: str
    year: str
    url: str
    where: str
    confidence: int
    use: str
    notes: str
    is_checked: bool


@dataclass(frozen=True)
class Target:
    """What the model is held against: a statistic of a run in a place, and the interval the evidence gives it."""

    id: str
    kind: str
    statistic: str
    unit: str
    run: str
    place: str
    window: str
    low: float
    high: float
    evidence: str
    years: float
    compared_with: str


def ids_in(text: str) -> tuple[str, ...]:
    """Return the ids that a text names, in order; ``W053-W055`` and ``POP-035..038`` name all that lie between."""
    found: dict[str, None] = {}
    for prefix, first, last in _ID.findall(text):
        for number in range(int(first), int(last or first) + 1):
            found[f"{prefix}{number:0{len(first)}d}"] = None
    return tuple(found)


@cache
def evidence() -> Mapping[str, Evidence]:
    """Return every published figure by id; raises `BadFile` naming table, line and column of what is wrong."""
    found: dict[str, Evidence] = {}
    for table in TABLES:
        for entry in read_evidence(table, _lines(table)):
            if entry.id in found:
                raise BadFile(f"evidence/{table}.csv: the id {entry.id} stands there twice, or in two tables.")
            found[entry.id] = entry
    return found


@cache
def targets() -> Mapping[str, Target]:
    """Return every target by id, in the order of its table; raises `BadFile` naming what is wrong."""
    found: dict[str, Target] = {}
    for target in read_targets(_lines(TARGETS)):
        if target.id in found:
            raise BadFile(f"evidence/targets.csv: the id {target.id} stands there twice.")
        missing = [name for name in ids_in(target.evidence) if name not in evidence()]
        if missing:
            raise BadFile(f"evidence/targets.csv, {target.id}: evidence {missing[0]!r} is in none of the tables.")
        found[target.id] = target
    return found


def figure(name: str) -> Evidence:
    """Return one published figure, or raise `UnknownName` with the nearest id."""
    if name not in evidence():
        raise unknown("evidence id", name, evidence())
    return evidence()[name]


def is_held_up(source: str) -> bool:
    """Say whether a source names a row that was checked: a figure, or a target with a checked figure or with none."""
    return any(_is_sound(name) for name in ids_in(source))


def _is_sound(name: str) -> bool:
    if name in targets():
        figures = ids_in(targets()[name].evidence)
        return not figures or any(figure(each).is_checked for each in figures)
    return name in evidence() and figure(name).is_checked


def read_evidence(table: str, rows: Iterable[Mapping[str, str]]) -> Iterator[Evidence]:
    """Yield the rows of a table of figures; raises `BadFile` at the first that is not one."""
    for line, row in enumerate(rows, 2):
        where = f"evidence/{table}.csv, line {line}"
        _check_columns(row, _COLUMNS, where)
        yield Evidence(
            id=_checked_id(row, where),
            quantity=_text(row, "quantity", where),
            value=_number(row, "value", where),
            **_bounds(row, where),
            unit=row["unit"],
            population=row["population"],
            title=_text(row, "source_title", where),
            authors=row["source_authors"],
            year=row["source_year"],
            url=_address(row, where),
            where=row["where_in_source"],
            confidence=int(_one_of(row, "confidence", _CONFIDENCES, where)),
            use=_one_of(row, "use", _USES, where),
            notes=row["notes"],
            is_checked=UNCHECKED not in " ".join(row.values()),
        )


def read_targets(rows: Iterable[Mapping[str, str]]) -> Iterator[Target]:
    """Yield the rows of the table of targets; raises `BadFile` at the first that is not one."""
    for line, row in enumerate(rows, 2):
        where = f"evidence/targets.csv, line {line}"
        _check_columns(row, _TARGET_COLUMNS, where)
        bounds, years = _bounds(row, where), _number(row, "years", where)
        low, high = bounds["low"], bounds["high"]
        if low is None or high is None or years is None:
            raise BadFile(f"{where}: low, high and years must be numbers.")
        texts = {name: _text(row, name, where) for name in ("statistic", "unit", "run", "place", "window", "evidence")}
        kind = _one_of(row, "kind", KINDS, where)
        compared_with = row["compared_with"]
        yield Target(
            id=_checked_id(row, where), kind=kind, low=low, high=high, years=years, compared_with=compared_with, **texts
        )


def _lines(table: str) -> list[dict[str, str]]:
    with files("sp_abm").joinpath("data", "evidence", f"{table}.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def _check_columns(row: Mapping[Any, Any], columns: tuple[str, ...], where: str) -> None:
    """Raise `BadFile` unless a line has exactly the columns of its table, each with text."""
    if tuple(row) != columns or any(not isinstance(value, str) for value in row.values()):
        raise BadFile(f"{where} must have exactly these columns: {', '.join(columns)}.")


def _checked_id(row: Mapping[str, str], where: str) -> str:
    if not _ID.fullmatch(row["id"]):
        raise BadFile(f"{where}: id = {row['id']!r} is none; ids are such as W001, EO001, POP-001, C01, P01.")
    return row["id"]


def _text(row: Mapping[str, str], column: str, where: str) -> str:
    if not row[column].strip():
        raise BadFile(f"{where}: {column} is empty.")
    return row[column]


def _one_of(row: Mapping[str, str], column: str, allowed: tuple[str, ...], where: str) -> str:
    if row[column] not in allowed:
        raise BadFile(f"{where}: {column} = {row[column]!r} must be one of {', '.join(allowed)}.")
    return row[column]


def _number(row: Mapping[str, str], column: str, where: str) -> float | None:
    """Return a number, or None where the column is empty."""
    if not row[column]:
        return None
    try:
        number = float(row[column])
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise BadFile(f"{where}: {column} = {row[column]!r} is not a number.")
    return number


def _bounds(row: Mapping[str, str], where: str) -> dict[str, float | None]:
    low, high = _number(row, "low", where), _number(row, "high", where)
    if low is not None and high is not None and low > high:
        raise BadFile(f"{where}: low = {low:g} is above high = {high:g}.")
    return {"low": low, "high": high}


def _address(row: Mapping[str, str], where: str) -> str:
    if row["url"] and not row["url"].startswith(("http://", "https://")):
        raise BadFile(f"{where}: url = {row['url']!r} is not an address.")
    return row["url"]


@cache
def sensitivity() -> Mapping[str, tuple[Mapping[str, Any], ...]]:
    """Return how much differences between plans hang on each parameter, one entry a measure and method.

    `difference` says between which arms, `value` how much by the method, `rank` the place among the `of` parameters
    that the `study` moved (1 is the strongest), `beyond_luck` whether it does more than luck alone could, `model` the
    version of the rules it was run with.
    """
    table = files("sp_abm").joinpath("data", "sensitivity.csv")
    found: dict[str, tuple[Mapping[str, Any], ...]] = {}
    with table.open(encoding="utf-8") as stream:
        for line, row in enumerate(csv.DictReader(stream), 2):
            where = f"data/sensitivity.csv, line {line}"
            _check_columns(row, _SENSITIVITY_COLUMNS, where)
            numbers = {name: _number(row, name, where) for name in ("value", "rank", "of")}
            entry = {**{name: _text(row, name, where) for name in _SENSITIVITY_COLUMNS[1:]}, **numbers}
            entry["beyond_luck"] = _one_of(row, "beyond_luck", ("yes", "no"), where) == "yes"
            found[row["parameter"]] = (*found.get(row["parameter"], ()), entry)
    return found
