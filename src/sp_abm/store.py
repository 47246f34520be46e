"""Stores: a folder with one Parquet file a finished cell, named by its hash; what is there is whole and stays.

The panel and the events of a cell, where they were asked for, are files of their own that the cell's file vouches for.

A file is written into the folder `unfinished`, under a name that does not end in .parquet, synced and renamed. Whoever
writes the same cell again, here or in another process, puts the same in its place. How long a cell took is in the
journal of the sweep that ran it, since it is no part of the cell.
"""

import json
import os
import platform
import socket
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sp_abm import __version__
from sp_abm.cells import DONE, FAILED, Cell, Ran, model_version
from sp_abm.errors import BadFile, CannotWrite
from sp_abm.plan import Plan
from sp_abm.snapshot import write_file
from sp_abm.study import Study, study_from

FORMAT: Final = 1
SUMMARY: Final = -1
"""What stands in the column `week` in the row of the summary."""
FACTS, STUDY, PLAN, RUNS, UNFINISHED = "store.json", "study.toml", "plan.parquet", "runs.parquet", "unfinished"
_DIGEST, _BESIDE = b"digest", b"beside"


class Store:
    """A folder of finished cells, with the study they are of, its plan, and journals of who ran what when."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._journal = folder / "journal" / f"{time.time_ns()}-{socket.gethostname()}-{os.getpid()}.jsonl"

    @classmethod
    def create(cls, folder: str | Path, study: Study, by: str = "") -> "Store":
        """Return the store of a study in a new or empty folder, or in one that holds an earlier state of it.

        `by` says who runs its cells from now on.
        Raises `CannotWrite` if the folder holds anything else, or cannot be written.
        """
        store = cls(Path(folder).expanduser().resolve())
        if (store.folder / FACTS).exists():
            store.check_is_of(study)
        elif store.folder.exists() and not store.is_empty():
            raise CannotWrite(f"{folder} holds other files, not the store of a sweep. Name a new or an empty folder.")
        facts = {"format": FORMAT, "name": study.name, "folder": str(study.folder), "weeks": study.weeks}
        facts |= {"measures": study.measures, "weekly": study.weekly, "panel": study.panel, "events": study.events}
        facts |= {"place": study.place.content(), **_versions()}
        store.put(FACTS, json.dumps(facts, indent=1).encode())
        store.put(STUDY, study.text.encode())
        store.note({"began": datetime.now(UTC).isoformat(timespec="seconds"), "by": by, **_versions()})
        return store

    def is_empty(self) -> bool:
        """Say whether the folder holds nothing but what an interrupted start of a sweep may have left."""
        return self.folder.is_dir() and all(entry.name == UNFINISHED for entry in self.folder.iterdir())

    def check_is_of(self, study: Study) -> None:
        """Raise `CannotWrite` if the store is of a study of another name, or of runs of another model."""
        facts, mine = self.facts(), model_version()
        name, model = facts["name"], facts.get("model")
        if name != study.name:
            raise CannotWrite(
                f"{self.folder} is the store of the study {name!r}, not of {study.name!r}. Name another folder."
            )
        if model != mine:
            raise CannotWrite(
                f"{self.folder} holds runs of another version of the model: {model}, of sp_abm {facts.get('sp_abm')}. "
                f"This is {mine}, of sp_abm {__version__}, whose runs are others. Name another folder, or go on with "
                "the version that began it. Nothing was changed."
            )

    def facts(self) -> dict[str, Any]:
        """Return what the store says about itself; raises `BadFile` if it is none, or of another format."""
        path = self.folder / FACTS
        try:
            facts: dict[str, Any] = json.loads(path.read_text("utf-8"))
            version = facts["format"]
        except (OSError, ValueError, KeyError, TypeError):
            raise BadFile(f"{self.folder} is not the store of a sweep: it has no sound {FACTS}.") from None
        if version != FORMAT:
            raise BadFile(
                f"{path} is of format {version!r}, written by sp_abm {facts.get('sp_abm')}; this is sp_abm "
                f"{__version__}, which reads format {FORMAT}. Nothing was changed."
            )
        return facts

    def study(self) -> Study:
        """Return the study whose store this is."""
        path = self.folder / STUDY
        folder = Path(self.facts()["folder"])
        try:
            return study_from(path.read_text("utf-8"), str(path), folder)
        except OSError as problem:
            raise BadFile(f"{path} cannot be read: {problem.strerror}.") from None

    def path(self, cell_hash: str) -> Path:
        """Return where a cell is kept."""
        return self.folder / "cells" / cell_hash[:2] / f"{cell_hash}.parquet"

    def status(self, cell: Cell) -> str:
        """Return how a cell ended, reading it whole; a damaged or absent one is missing ("")."""
        try:
            ran, measures = read_cell(self.path(cell.hash))
        except BadFile:
            return ""
        is_whole = (ran.hash, measures) == (cell.hash, cell.measures) and self.has_tables(ran)
        return ran.status if is_whole else ""

    def has_tables(self, ran: Ran) -> bool:
        """Say whether the tables that belong to a cell are there, as they were written."""
        return all(_hash_of(self.table_path(name, ran.hash)) == digest for name, digest in ran.digests.items())

    def table_path(self, name: str, cell_hash: str) -> Path:
        """Return where the panel or the events of a cell are kept."""
        return self.folder / name / cell_hash[:2] / f"{cell_hash}.parquet"

    def write(self, ran: Ran, measures: tuple[str, ...]) -> None:
        """Keep what came of a cell, whole or not at all; a failure never takes the place of a cell that is done."""
        path = self.path(ran.hash)
        if ran.status == FAILED and path.exists() and _has_ended_well(path):
            return
        for table, content in ran.tables.items():  # before the cell, which says that they are there
            self.put(str(self.table_path(table, ran.hash).relative_to(self.folder)), content)
        name = str(path.relative_to(self.folder))
        self.put_table(name, _table(ran, measures), use_dictionary=[*_TEXTS, "measure"], write_statistics=False)
        self.note({"cell": ran.hash, "status": ran.status, "seconds": None if np.isnan(ran.seconds) else ran.seconds})

    def write_plan(self, plan: Plan) -> None:
        """Keep which runs are wanted: their factors, arms and seeds, and the cell of each."""
        names = plan.study.factor_names
        columns: dict[str, Any] = {
            "run": range(len(plan.runs)),
            "point": [run.point for run in plan.runs],
            "arm": [run.arm for run in plan.runs],
            "replication": [run.replication for run in plan.runs],
            "seed": [run.cell.seed for run in plan.runs],
            **{name: _column([run.values.get(name) for run in plan.runs]) for name in names},
            "cell": [run.cell.hash for run in plan.runs],
        }
        self.put_table(PLAN, pa.table({name: list(values) for name, values in columns.items()}))

    def put_table(self, name: str, table: "pa.Table", **options: Any) -> None:
        """Put a table in its place, whole or not at all."""
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, **options)
        self.put(name, memoryview(sink.getvalue()))

    def put(self, name: str, content: bytes | memoryview) -> None:
        """Put a file in its place, whole or not at all; raises `CannotWrite`, and then leaves nothing behind."""
        write_file(self.folder / name, content, aside=self.folder / UNFINISHED)

    def note(self, entry: Mapping[str, Any]) -> None:
        """Add a line to this sweep's journal."""
        try:
            self._journal.parent.mkdir(parents=True, exist_ok=True)
            with self._journal.open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry) + "\n")
        except OSError as problem:
            raise CannotWrite(f"{self._journal} cannot be written: {problem.strerror or problem}.") from None

    def journal(self) -> Iterator[dict[str, Any]]:
        """Yield the lines of all journals, oldest first; a line that was cut off is left out."""
        for path in sorted((self.folder / "journal").glob("*.jsonl")):
            for line in path.read_text("utf-8", errors="replace").splitlines():
                try:
                    yield json.loads(line)
                except ValueError:
                    continue


def _versions() -> dict[str, str]:
    import numba

    found = {"sp_abm": __version__, "model": model_version(), "python": platform.python_version()}
    return {**found, "numpy": np.__version__, "numba": numba.__version__, "pyarrow": pa.__version__}


def _column(values: list[Any]) -> list[Any]:
    """Return a factor's values as numbers where they all are, else as text; nothing where the base is left alone."""
    given = [value for value in values if value is not None]
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in given):
        return [None if value is None else float(value) for value in values]
    return [None if value is None else value if isinstance(value, str) else json.dumps(value) for value in values]


def _table(ran: Ran, measures: tuple[str, ...]) -> "pa.Table":
    """Return a cell as a table, one row a week and measure; the summary stands in week -1."""
    rows, width = ran.values.shape
    names = pa.DictionaryArray.from_arrays(np.tile(np.arange(width, dtype=np.int32), rows), pa.array(measures))
    columns = {name: _same(text, rows * width) for name, text in zip(_TEXTS, _texts(ran), strict=True)}
    columns["week"] = pa.array(np.repeat(np.arange(SUMMARY, rows + SUMMARY, dtype=np.int32), width))
    columns |= {"measure": names, "value": pa.array(ran.values.ravel())}
    beside = {_BESIDE: json.dumps(ran.digests)} if ran.digests else {}
    return pa.table(columns).replace_schema_metadata({_DIGEST: _digest(ran, measures), **beside})


_TEXTS: Final = ("cell", "status", "error")


def _texts(ran: Ran) -> tuple[str, ...]:
    return ran.hash, ran.status, ran.error


def _same(text: str, rows: int) -> "pa.DictionaryArray":
    return pa.DictionaryArray.from_arrays(np.zeros(rows, np.int32), pa.array([text]))


def _digest(ran: Ran, measures: tuple[str, ...]) -> bytes:
    """Return a hash of all that a cell's file says."""
    beside = [ran.digests] if ran.digests else []
    words = json.dumps([*_texts(ran), measures, ran.values.shape, *beside])
    return sha256(words.encode() + ran.values.tobytes()).hexdigest().encode()


def read_cell(path: Path) -> tuple[Ran, tuple[str, ...]]:
    """Return what came of a cell, and its measures in the order of the columns of its values.

    Raises `BadFile` if the file is absent, cut off, or does not say what was written.
    """
    try:
        table = pq.ParquetFile(pa.BufferReader(path.read_bytes())).read()
        rows = table["week"][-1].as_py() - SUMMARY + 1
        measures = tuple(table["measure"][: table.num_rows // rows].to_pylist())
        values = np.ascontiguousarray(table["value"].to_numpy()).reshape(rows, len(measures))
        name, status, error = (table[name][0].as_py() for name in _TEXTS)
        digests = json.loads((table.schema.metadata or {}).get(_BESIDE, b"{}"))
        ran = Ran(name, status, error, np.nan, values, digests)
        is_sound = _is_said_by(ran, measures, table)
    except (OSError, LookupError, ValueError, TypeError, ArithmeticError, pa.ArrowException) as problem:
        raise BadFile(f"{path} is not a sound cell: {problem}.") from None
    if not is_sound:
        raise BadFile(f"{path} is not a sound cell: it does not say what was written.")
    return ran, measures


def _is_said_by(ran: Ran, measures: tuple[str, ...], table: "pa.Table") -> bool:
    """Say whether a table is this cell's and has not changed since its digest was taken."""
    is_whole = (table.schema.metadata or {}).get(_DIGEST) == _digest(ran, measures)
    expected = _table(ran, measures).drop_columns(["value"])
    return is_whole and bool(expected.equals(table.drop_columns(["value"])))


def _has_ended_well(path: Path) -> bool:
    try:
        return read_cell(path)[0].status == DONE
    except BadFile:
        return False


def _hash_of(path: Path) -> str:
    """Return the hash of a file, of none if it cannot be read."""
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
