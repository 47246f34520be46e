"""Places: where people live, as declared facts; shipped ones, and a user's own from a TOML file."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from importlib.resources import files
from math import fsum
from pathlib import Path
from typing import Annotated, Any, Final

from sp_abm.declare import Fact, fact, facts_of
from sp_abm.errors import BadValue, unknown
from sp_abm.toml_files import check_keys, read_toml
from sp_abm.vocabulary import AGE_BANDS, DEPRIVATION_FIFTHS, Role

CONSTANT = Role.CONSTANT
GIVEN: Final = "given for each place, with its own source"
SHARES_TOLERANCE: Final = 0.01
MIN_RESIDENTS_PER_PRACTICE: Final = 20
Source = tuple[str, str, str]


def _given(meaning: str, unit: str, low: float, high: float) -> Fact:
    return fact(meaning, unit, low, high, GIVEN, CONSTANT)


@dataclass(frozen=True)
class Place:
    """The facts of a place that shape its population and its services; every share runs from 0 to 1.

    `filled` names the fields taken from England, `sources` gives title, address and year of each field.
    """

    key: str
    name: str
    residents: Annotated[int, _given("residents, each registered with one practice", "people", 200, 5_000_000)]
    share_female: Annotated[float, _given("residents who are female", "share", 0, 1)]
    age_shares: Annotated[tuple[float, ...], _given("residents in each age band", "share", 0, 1)]
    deprivation_shares: Annotated[
        tuple[float, ...],
        _given("households in each deprivation fifth of England, most deprived first", "share", 0, 1),
    ]
    mean_household_size: Annotated[float, _given("residents of a household", "people", 1, 5)]
    share_moving_per_year: Annotated[float, _given("residents who lived elsewhere a year ago", "share", 0, 0.9)]
    n_pcns: Annotated[int, _given("primary care networks (PCNs)", "networks", 1, 5_000)]
    pcn_sizes: Annotated[tuple[float, ...], _given("sizes of the PCNs relative to each other", "ratio", 1e-3, 1e9)]
    n_practices: Annotated[int, _given("GP practices, dealt evenly to the PCNs", "practices", 1, 30_000)]
    gp_fte: Annotated[float, _given("GPs", "full-time equivalents", 0.1, 30_000)]
    organisations_per_10000: Annotated[
        float, _given("community organisations for every 10,000 residents", "organisations", 0, 1_000)
    ]
    unemployment: Annotated[float, _given("people of working age who are unemployed", "share", 0, 1)]
    posts_multiplier: Annotated[
        float, _given("link worker posts over what the scenario asks for", "ratio", 0, 1_000)
    ] = 1.0
    referral_multiplier: Annotated[float, _given("referrals over what the parameters give", "ratio", 0, 1_000)] = 1.0
    places_per_organisation: Annotated[
        float | None,
        _given("places an organisation keeps; none = participation.mean_places", "places", 0, 1_000),
    ] = None
    is_real: bool = True
    note: str = ""
    filled: tuple[str, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict, compare=False)

    @property
    def n_organisations(self) -> int:
        """Return the number of community organisations."""
        return round(self.residents / 1e4 * self.organisations_per_10000)

    def content(self) -> dict[str, Any]:
        """Return every fact that can change a run, without names and prose, ready for JSON."""
        values = {name: getattr(self, name) for name in sorted(facts_of(Place))}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


_WHOLE: Final = ("residents", "n_pcns", "n_practices")
_LENGTHS: Final[Mapping[str, tuple[str, ...]]] = {
    "age_shares": AGE_BANDS,
    "deprivation_shares": DEPRIVATION_FIFTHS,
}
_TEXTS: Final = ("name", "note")
_REQUIRED: Final = ("name", "residents")
_ENGLAND: Final = "England"
_ALLOWED: Final = tuple(item.name for item in fields(Place) if item.name not in ("key", "filled"))

_PERCENT: Final[Mapping[str, str]] = {
    "share_female": "share_female",
    "residents_at_another_address_a_year_before": "share_moving_per_year",
    "unemployment": "unemployment",
}
_SHARES: Final[Mapping[str, tuple[str, ...]]] = {
    "age_shares": tuple(f"age_share_{band}" for band in ("0_15", "16_24", "25_44", "45_64", "65_74", "75plus")),
    "deprivation_shares": tuple(f"imd2025_household_share_quintile{fifth}" for fifth in range(1, 6)),
}
_NUMBERS: Final[Mapping[str, str]] = {
    "population_census2021": "residents",
    "residents_modelled": "residents",
    "mean_household_size": "mean_household_size",
    "pcns": "n_pcns",
    "gp_practices": "n_practices",
    "practices_modelled": "n_practices",
    "gp_fte": "gp_fte",
    "gp_fte_modelled": "gp_fte",
    "community_organisations_per_10000": "organisations_per_10000",
    "places_per_organisation": "places_per_organisation",
    "posts_multiplier": "posts_multiplier",
    "referral_multiplier": "referral_multiplier",
}


def place(name_or_path: "str | Path | Place") -> Place:
    """Return a shipped place by name, or a place of your own from a TOML file with the same fields.

    Raises `UnknownName` with the nearest name, `BadFile` naming the line, or `BadValue`.
    """
    if isinstance(name_or_path, Place):
        return name_or_path
    text = str(name_or_path)
    if text in _shipped():
        return _shipped()[text]
    path = Path(name_or_path)
    if path.suffix != ".toml":
        raise unknown("place", text, _shipped(), "a shipped place, or a .toml file of your own")
    return _from_user(read_toml(path, "place"), path)


def places() -> dict[str, Place]:
    """Return the shipped places by key, in the order of their file."""
    return dict(_shipped())


@cache
def _rows() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Return the evidence rows by place and field."""
    rows: dict[str, dict[str, Mapping[str, str]]] = {}
    with files("sp_abm").joinpath("data", "places.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            rows.setdefault(row["place"], {})[row["field"]] = row
    return rows


@cache
def _shipped() -> Mapping[str, Place]:
    built = [_from_rows(name) for name in _rows() if name != _ENGLAND]
    return {made.key: made for made in built}


def _key(name: str) -> str:
    return "-".join("".join(sign if sign.isalnum() else " " for sign in name.lower()).split())


def _from_rows(name: str) -> Place:
    """Return a shipped place from its evidence rows, what is missing filled from England."""
    rows = _rows()[name]
    given, sources = _facts(name)
    if "registered_charities" in rows:
        charities = rows["registered_charities"]
        given["organisations_per_10000"] = float(charities["value"]) / given["residents"] * 1e4
        sources["organisations_per_10000"] = _source(charities)
    given["is_real"] = "is_real" not in rows
    given["note"] = rows["note"]["value"] if "note" in rows else ""
    return _completed({"name": name, **given}, sources, name)


@cache
def _england() -> tuple[Mapping[str, Any], Mapping[str, Source]]:
    return _facts(_ENGLAND)


def _facts(name: str) -> tuple[dict[str, Any], dict[str, Source]]:
    """Return the facts that the evidence rows of a place give, in the units of `Place`, and their sources."""
    rows = _rows()[name]
    given: dict[str, Any] = {}
    sources: dict[str, Source] = {}
    for row, name_of_fact in {**_NUMBERS, **_PERCENT}.items():
        if row in rows:
            value = float(rows[row]["value"])
            given[name_of_fact] = value / 100 if row in _PERCENT else value
            sources[name_of_fact] = _source(rows[row])
    for name_of_fact, bands in _SHARES.items():
        if bands[0] in rows:
            given[name_of_fact] = [float(rows[band]["value"]) / 100 for band in bands]
            sources[name_of_fact] = _source(rows[bands[0]])
    return given, sources


def _source(row: Mapping[str, str]) -> Source:
    return row["source_title"], row["url"], row["year"]


def _notes(raw: Mapping[str, Any], where: str) -> Mapping[str, str]:
    """Return where a user's figures come from, by field."""
    notes = raw.get("sources", {})
    if not isinstance(notes, Mapping) or not all(isinstance(note, str) for note in notes.values()):
        raise BadValue(f'sources ({where}) must be a table of field = "where the number comes from".')
    check_keys("place", notes, facts_of(Place), f"sources, {where}")
    return notes


def _from_user(raw: Mapping[str, Any], path: Path) -> Place:
    """Return the place that a user's file describes."""
    where = str(path)
    check_keys("place", raw, _ALLOWED, where)
    for key in _REQUIRED:
        if key not in raw:
            raise BadValue(f"{key} is missing ({where}): a place needs at least {' and '.join(_REQUIRED)}.")
    for key in _TEXTS:
        if not isinstance(raw.get(key, ""), str):
            raise BadValue(f"{key} = {raw[key]!r} ({where}) must be text.")
    if not _key(raw["name"]):
        raise BadValue(f"name = {raw['name']!r} ({where}) needs a letter or a digit.")
    if not isinstance(raw.get("is_real", True), bool):
        raise BadValue(f"is_real = {raw['is_real']!r} ({where}) must be true or false.")
    notes = _notes(raw, where)
    given = {key: value for key, value in raw.items() if key != "sources"}
    sources = {key: (notes.get(key, f"given in {path.name}"), "", "") for key in given if key in facts_of(Place)}
    return _completed(given, sources, where)


def _completed(given: Mapping[str, Any], sources: Mapping[str, Source], where: str) -> Place:
    """Return the place with every given value checked and every missing one taken from England."""
    values = {
        name: given[name] if name not in facts_of(Place) else _checked(name, given[name], where) for name in given
    }
    if "pcn_sizes" in values:
        values.setdefault("n_pcns", len(values["pcn_sizes"]))
    filled, from_england = _filled(values)
    values |= filled
    values.setdefault("pcn_sizes", (1.0,) * values["n_pcns"])
    made = Place(
        key=_key(values["name"]),
        filled=tuple(name for name in facts_of(Place) if name in filled),
        sources=dict(sources) | from_england,
        **values,
    )
    _check_together(made, where)
    return made


def _filled(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Source]]:
    """Return what a place lacks: England's shares, and the average PCN's services scaled to the residents."""
    england, sources_england = _england()
    average, sources_average = _facts("Average PCN")
    scale = values["residents"] / average["residents"]
    n_pcns = values.get("n_pcns", min(values.get("n_practices", values["residents"]), max(1, round(scale))))
    services = {
        "n_pcns": n_pcns,
        "n_practices": max(n_pcns, round(scale * average["n_practices"])),
        "gp_fte": max(1.0, scale * average["gp_fte"]),
    }
    shares = {name: _checked(name, value, _ENGLAND) for name, value in england.items()}
    filled = {name: value for name, value in (shares | services).items() if name not in values}
    return filled, {name: {**sources_average, **sources_england}[name] for name in filled}


def _checked(name: str, value: object, where: str) -> Any:
    """Return one value as its fact wants it: a number, a whole number, or a tuple of numbers."""
    if name not in _LENGTHS and name != "pcn_sizes":
        number = _number(name, value, name, where)
        return int(number) if name in _WHOLE else number
    if not isinstance(value, list | tuple):
        raise BadValue(f"{name} = {value!r} ({where}) must be a list of numbers.")
    numbers = tuple(_number(name, item, f"{name}[{place}]", where) for place, item in enumerate(value))
    if name == "pcn_sizes":
        if not numbers:
            raise BadValue(f"pcn_sizes ({where}) is empty; it needs one size for each PCN.")
        return numbers
    groups = _LENGTHS[name]
    if len(numbers) != len(groups):
        raise BadValue(f"{name} ({where}) has {len(numbers)} shares; it needs {len(groups)}: {', '.join(groups)}.")
    total = fsum(numbers)
    if abs(total - 1) > SHARES_TOLERANCE:
        raise BadValue(f"{name} ({where}) sum to {total:g}; they must sum to 1 (within {SHARES_TOLERANCE:g}).")
    return tuple(number / total for number in numbers)


def _number(name: str, value: object, shown: str, where: str) -> float:
    declared = facts_of(Place)[name]
    if declared.unit == "share" and isinstance(value, int | float) and not isinstance(value, bool) and 1 < value <= 100:
        raise BadValue(f"{shown} = {value:g} ({where}) looks like a percentage: write it as a share, {value / 100:g}.")
    number = declared.checked(f"{shown} ({where})", value)
    if name in _WHOLE and number != int(number):
        raise BadValue(f"{shown} = {number:g} ({where}) must be a whole number of {declared.unit}.")
    return number


def _check_together(made: Place, where: str) -> None:
    """Raise `BadValue` if facts that are fine alone cannot hold together."""
    if len(made.pcn_sizes) != made.n_pcns:
        raise BadValue(f"pcn_sizes ({where}) has {len(made.pcn_sizes)} sizes for n_pcns = {made.n_pcns} networks.")
    if made.n_practices < made.n_pcns:
        raise BadValue(
            f"n_practices = {made.n_practices} ({where}) is fewer than n_pcns = {made.n_pcns}; "
            "every PCN needs a practice."
        )
    if made.residents < made.n_practices * MIN_RESIDENTS_PER_PRACTICE:
        raise BadValue(
            f"n_practices = {made.n_practices} ({where}) is too many for {made.residents} residents; "
            f"a practice needs at least {MIN_RESIDENTS_PER_PRACTICE}."
        )
    share_adult = 1 - made.age_shares[0]
    if share_adult * made.mean_household_size < 1:
        raise BadValue(
            f"mean_household_size = {made.mean_household_size:g} ({where}) leaves homes without an adult: "
            f"{share_adult:.0%} of residents are 16 or over, so more people must share one."
        )
