"""Declarations: a fact is a parameter with its evidence, a column is a state variable with its owner.

Groups of parameters and tables of entities are `NamedTuple` classes whose fields are annotated with these. The
one declaration gives the value, the array, the documentation and the tests, and numba reads both kinds as they
are, by name.
"""

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeVar, cast, get_type_hints

import numpy as np

from sp_abm.errors import BadValue
from sp_abm.vocabulary import Grade, Role

GRADES: Final[Mapping[str, Grade]] = {
    "assumed": Grade.ASSUMED,
    "expert": Grade.EXPERT,
    "derived": Grade.DERIVED,
    "fitted": Grade.DERIVED,
}
"""By the first word of a source; any other, such as an evidence id, says that the number was measured."""
HALF_WIDTHS: Final[Mapping[Grade, float]] = {
    Grade.MEASURED: 0.10,
    Grade.DERIVED: 0.25,
    Grade.EXPERT: 0.40,
    Grade.ASSUMED: 0.50,
}
"""How far a number may plausibly be from its value, as a share of it, where its evidence gives no range."""

T = TypeVar("T", bound=tuple[Any, ...])


@dataclass(frozen=True)
class Fact:
    """What a number in a rule means, where it comes from and how far it may go.

    `low` and `high` are what is allowed, `likely` is the range that the evidence gives, if it gives one.
    """

    meaning: str
    unit: str
    low: float
    high: float
    source: str
    role: Role = Role.UNCERTAINTY
    likely: tuple[float, float] | None = None

    @property
    def grade(self) -> Grade:
        """Return how good the evidence is, as the first word of the source says."""
        return GRADES.get(re.split(r"\W", self.source)[0], Grade.MEASURED)

    @property
    def distribution(self) -> str:
        """Return how to draw from the range: a constant is fixed, a value with evidence is likelier than others."""
        if self.role is Role.CONSTANT:
            return "fixed"
        return "triangular" if self.grade in (Grade.MEASURED, Grade.DERIVED) else "uniform"

    def range(self, value: float) -> tuple[float, float]:
        """Return the plausible range of a number whose value is given: its evidence's, or a width by its grade."""
        if self.role is Role.CONSTANT:
            return value, value
        half = abs(value) * HALF_WIDTHS[self.grade]
        return self.likely or (max(self.low, value - half), min(self.high, value + half))

    def checked(self, name: str, value: object) -> float:
        """Return the value as a float, or raise `BadValue` naming the place and what was allowed."""
        bounds = f"{self.low:,.10g} to {self.high:,.10g}"
        allowed = f"allowed: {bounds} {self.unit}".removesuffix(f" {bounds}")
        if isinstance(value, bool) or not isinstance(value, int | float | np.number):
            raise BadValue(f"{name} = {value!r} is not a number ({allowed}).")
        try:
            number = float(value)
        except OverflowError:
            number = float("inf")
        if number != number:
            raise BadValue(f"{name} = nan is not a number ({allowed}).")
        if not self.low <= number <= self.high:
            side, bound = ("below its lower", self.low) if number < self.low else ("above its upper", self.high)
            raise BadValue(f"{name} = {number:,.10g} is {side} bound of {bound:,.10g} ({allowed}).")
        return number


@dataclass(frozen=True)
class Column:
    """A state variable: its type, what it says, in which unit or range, and which submodels write it.

    `shared` lists columns that several submodels write, through the verbs of their table only.
    """

    dtype: Any
    meaning: str
    unit: str
    written_by: tuple[str, ...]
    default: float = 0
    width: int = 0


def fact(
    meaning: str,
    unit: str,
    low: float,
    high: float,
    source: str,
    role: Role = Role.UNCERTAINTY,
    likely: tuple[float, float] | None = None,
) -> Fact:
    """Declare a parameter; `source` is a list of evidence ids, or starts with one of the words of `GRADES`."""
    return Fact(meaning, unit, low, high, source, role, likely)


def column(dtype: Any, meaning: str, unit: str, *written_by: str, default: float = 0, width: int = 0) -> Column:
    """Declare a state variable; `width` > 0 makes each row a vector of that length."""
    return Column(dtype, meaning, unit, written_by, default, width)


@cache
def _declared(owner: Hashable, kind: Hashable) -> dict[str, Any]:
    hints = get_type_hints(cast(type, owner), include_extras=True)
    found = {}
    for name, hint in hints.items():
        for extra in getattr(hint, "__metadata__", ()):
            if isinstance(extra, cast(type, kind)):
                found[name] = extra
    return found


def facts_of(group: type[Any]) -> Mapping[str, Fact]:
    """Return the declared facts of a parameter group, by name."""
    return _declared(cast(Hashable, group), Fact)


def columns_of(table: type[Any]) -> Mapping[str, Column]:
    """Return the declared columns of a table, by name."""
    return _declared(cast(Hashable, table), Column)


def new_array(spec: Column, rows: int) -> np.ndarray[Any, Any]:
    """Return a fresh array of a column, filled with its default."""
    shape: tuple[int, ...] = (rows, spec.width) if spec.width else (rows,)
    return np.full(shape, spec.default, dtype=spec.dtype)


def new_table(table: type[T], rows: int) -> T:
    """Return a table of that many rows, every column at its default."""
    return table(**{name: new_array(spec, rows) for name, spec in columns_of(table).items()})


def grown(table: T, rows: int) -> T:
    """Return a copy of the table with room for that many rows; the old rows keep their place and values."""
    columns = {}
    for name, spec in columns_of(type(table)).items():
        array = new_array(spec, rows)
        old = getattr(table, name)
        array[: old.shape[0]] = old
        columns[name] = array
    return type(table)(**columns)


def part(columns: type[T], table: Any) -> T:
    """Return some of a table's columns, the same arrays.

    To hand a whole table to compiled code takes longer than most rules: hand over what they read and write.
    """
    return columns(*[getattr(table, name) for name in columns._fields])  # type: ignore[attr-defined]


def copied(table: T) -> T:
    """Return a table with its own copy of every column."""
    return type(table)(*(column.copy() for column in table))
