"""Table: the numbers of a picture in rows, for screen readers, for spreadsheets and for machines."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from math import isfinite
from typing import Any

from sp_abm.viz.words import NO_VALUE

Cell = str | float | None
"""Words or a number, rounded as it is shown; None where there is no value."""


@dataclass(frozen=True)
class Table:
    """Rows under named columns; a column's name carries its unit."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def shown(self) -> tuple[tuple[str, ...], ...]:
        """Return the rows as people read them: commas between thousands, words where there is no value."""
        return tuple(tuple(_shown(cell) for cell in row) for row in self.rows)

    def csv(self) -> str:
        """Return the table as comma-separated values under one line of names."""
        return csv_text([self.columns, *self.rows])

    def records(self) -> list[dict[str, Any]]:
        """Return one {column: value} a row, for machines."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def table(columns: Iterable[str], rows: Iterable[Sequence[Cell]]) -> Table:
    """Return a table whose missing numbers are None."""
    return Table(tuple(columns), tuple(tuple(map(_finite, row)) for row in rows))


def csv_text(rows: Iterable[Iterable[Cell]]) -> str:
    """Return rows as comma-separated values, in which no words are a formula."""
    written = StringIO()
    csv.writer(written, lineterminator="\n").writerows([_harmless(cell) for cell in row] for row in rows)
    return written.getvalue()


def in_percent(share: float, decimals: int = 1) -> float:
    """Return a share as a rounded number of per cent."""
    return round(100 * float(share), decimals) if isfinite(share) else share


def whole(value: float) -> Cell:
    """Return a number of people or things as a whole one, None if it is missing."""
    return round(value) if isfinite(value) else None


def _finite(cell: Cell) -> Cell:
    return None if isinstance(cell, float) and not isfinite(cell) else cell


def _shown(cell: Cell) -> str:
    if cell is None:
        return NO_VALUE
    return cell if isinstance(cell, str) else f"{cell:,}"


def _harmless(cell: Cell) -> Cell:
    """Return words so that no spreadsheet takes them for a formula; a number with its sign is none."""
    is_formula = isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not _is_number(cell)
    return f"'{cell}" if is_formula else cell


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
