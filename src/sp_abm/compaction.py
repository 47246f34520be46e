"""Compaction: the weeks of all cells of a store in a few Parquet files, sorted by run, for any tool to read at once.

The cells stay; what is made here can be made again. It carries a fingerprint of the cells it was made from, and is
not looked at once they are others.
"""

import os
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sp_abm.snapshot import write_folder
from sp_abm.store import PLAN, Store

if TYPE_CHECKING:
    import pandas as pd

WEEKLY: Final = "weekly"
PART_BYTES: Final = 64_000_000
"""Numbers in a part of the weeks, which is held in memory while it is made, before they are packed."""
_MADE_OF, _PARTS = b"made_of", b"parts"

Weeks = tuple[int, NDArray[np.float64]]
"""A run's number and its values, shape (weeks, measures)."""


def fingerprint(store: Store) -> bytes:
    """Return a hash of the plan and of which cells are there, how large, and how often any was written."""
    digest = sha256((store.folder / PLAN).read_bytes())
    for folder in sorted(path for path in (store.folder / "cells").glob("*") if path.is_dir()):
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            digest.update(f"{entry.name} {entry.stat().st_size}\n".encode())
    journals = (store.folder / "journal").glob("*.jsonl")
    n_written = sum(path.read_bytes().count(b'{"cell"') for path in journals)
    return digest.hexdigest().encode() + b" %d" % n_written


def stamped(table: "pa.Table", made_of: bytes, parts: int = 1) -> "pa.Table":
    """Return a table that says what it was made of, and of how many parts it is one."""
    return table.replace_schema_metadata({**(table.schema.metadata or {}), _MADE_OF: made_of, _PARTS: b"%d" % parts})


def is_made_of(paths: Iterable[Path], made_of: bytes) -> bool:
    """Say whether these files are there, sound, and all parts of what was made of those very cells."""
    stamps = []
    for path in paths:
        try:
            stamps.append(pq.read_schema(path).metadata or {})
        except (OSError, ValueError, pa.ArrowException):
            return False
    parts = {stamp.get(_PARTS) for stamp in stamps}
    return parts == {b"%d" % len(stamps)} and all(stamp.get(_MADE_OF) == made_of for stamp in stamps)


def parts_of(store: Store) -> list[Path]:
    """Return the files of the weeks, in the order of the runs."""
    return sorted((store.folder / WEEKLY).glob("*.parquet"))


def write_weeks(
    store: Store, plan: "pd.DataFrame", measures: list[str], n_rows: int, weeks: Iterable[Weeks], made_of: bytes
) -> Path:
    """Put the weeks of runs in their place, all or nothing: `n_rows` in all, beside what the plan says of their runs.

    Columns are those of the plan but the cell, the week, and one a measure; rows go by run and week.
    """
    most = max(1, PART_BYTES // (8 * len(measures)))
    n_parts = max(1, -(-n_rows // most))

    def write(beside: Path) -> None:
        for number, pieces in enumerate(_shared_out(weeks, most, n_parts)):
            table = stamped(_part(plan, measures, pieces), made_of, n_parts)
            path = beside / f"part-{number:05}.parquet"
            pq.write_table(table, path, compression="zstd", use_dictionary=[*plan.columns, "run", "week"])
            with path.open("rb") as file:
                os.fsync(file.fileno())

    target = store.folder / WEEKLY
    write_folder(target, write, is_checked=True)
    return target


def weeks_of(
    parts: Iterable[Path], measures: list[str]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return run, week and values, shape (rows, measures), of all parts, in room for just them."""
    paths = list(parts)
    n, first = sum(pq.read_metadata(path).num_rows for path in paths), 0
    runs, weeks, values = np.empty(n, np.int64), np.empty(n, np.int64), np.empty((n, len(measures)))
    for path in paths:
        table = pq.read_table(path, columns=["run", "week", *measures])
        rows = slice(first, first + table.num_rows)
        runs[rows], weeks[rows] = table["run"].to_numpy(), table["week"].to_numpy()
        for column, name in enumerate(measures):
            values[rows, column] = table[name].to_numpy()
        first += table.num_rows
    return runs, weeks, values


def _shared_out(
    weeks: Iterable[Weeks], most: int, n_parts: int
) -> Iterator[list[tuple[int, int, NDArray[np.float64]]]]:
    """Yield the pieces of each part: run, first week and values, `most` rows together but in the last."""
    part: list[tuple[int, int, NDArray[np.float64]]] = []
    room, n_made = most, 0
    for run, values in weeks:
        first = 0
        while first < len(values):
            piece = values[first : first + room]
            part.append((run, first, piece))
            first, room = first + len(piece), room - len(piece)
            if not room:
                yield part
                part, room, n_made = [], most, n_made + 1
    if part or n_made < n_parts:
        yield part


def _part(plan: "pd.DataFrame", measures: list[str], pieces: list[tuple[int, int, NDArray[np.float64]]]) -> "pa.Table":
    lengths = [len(values) for _, _, values in pieces]
    runs = np.repeat(np.array([run for run, _, _ in pieces], np.int64), lengths)
    weeks = [np.arange(first, first + len(values)) for _, first, values in pieces]
    columns = {"run": pa.array(runs)}
    for name in plan.columns.drop("cell"):
        columns[name] = pa.array(plan[name].to_numpy()[runs], from_pandas=True)
    columns["week"] = pa.array(np.concatenate([np.empty(0, np.int64), *weeks]))
    values = np.concatenate([np.empty((0, len(measures))), *(values for _, _, values in pieces)])
    columns |= {name: pa.array(values[:, column]) for column, name in enumerate(measures)}
    return pa.table(columns)
