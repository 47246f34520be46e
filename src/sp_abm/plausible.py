"""Plausible sets: the parameter sets that calibration kept, which carry what is not known about the parameters.

`data/plausible.csv` has one row a set and parameter, and says which record each is from; `sp-abm calibrate` makes it.
"""

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from sp_abm.errors import BadFile, BadValue
from sp_abm.parameters import Parameters, changed

TABLE: Final = "plausible.csv"
COLUMNS: Final = ("set", "parameter", "value", "source")

Sets = tuple[Mapping[str, float], ...]


def plausible_sets() -> Sets:
    """Return the shipped sets, each a mapping of full parameter names to values; none if none were shipped."""
    return _shipped()


@cache
def _shipped() -> Sets:
    table = files("sp_abm").joinpath("data", TABLE)
    if not table.is_file():
        return ()
    with table.open(encoding="utf-8") as stream:
        return read_sets(csv.DictReader(stream), f"data/{TABLE}")


def needed_sets() -> Sets:
    """Return the shipped sets, or raise `BadValue` where there are none."""
    if not plausible_sets():
        raise BadValue(f"No plausible parameter sets are shipped: data/{TABLE} is not there (see sp-abm calibrate).")
    return plausible_sets()


def read_sets(rows: Iterable[Mapping[str, str]], where: str) -> Sets:
    """Return the sets of a table, in order; raises `BadFile`, or what a parameter out of its bounds raises."""
    found: dict[str, dict[str, float]] = {}
    for line, row in enumerate(rows, 2):
        place = f"{where}, line {line}"
        if tuple(row) != COLUMNS or not all(row.values()):
            raise BadFile(f"{place} must have exactly these columns, none of them empty: {', '.join(COLUMNS)}.")
        own, name = found.setdefault(row["set"], {}), row["parameter"]
        if name in own:
            raise BadFile(f"{place}: set {row['set']} gives {name} twice.")
        try:
            own[name] = float(row["value"])
        except ValueError:
            raise BadFile(f"{place}: value = {row['value']!r} is not a number.") from None
        changed(Parameters(), {name: own[name]}, place)
    names = {tuple(sorted(own)) for own in found.values()}
    if len(names) > 1:
        raise BadFile(f"{where}: the sets must all give the same parameters.")
    for number, own in found.items():
        changed(Parameters(), own, f"{where}, set {number}")
    return tuple(found.values())
