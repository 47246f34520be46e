"""Opened: a store as tables: runs, summaries, weeks, panel, events, in pandas or SQL, and as CSV with a dictionary."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.cells import DONE, MISSING, Ran
from sp_abm.compaction import fingerprint, is_made_of, parts_of, stamped, weeks_of, write_weeks
from sp_abm.crate import METADATA, crate_of
from sp_abm.errors import BadFile, unknown
from sp_abm.events.rows import FIELDS
from sp_abm.extras import extra
from sp_abm.kernels import Floats
from sp_abm.levers import LEVERS
from sp_abm.meanings import MEANINGS
from sp_abm.measures import MEASURES
from sp_abm.panel import COLUMNS as PANEL
from sp_abm.parameters import all_facts
from sp_abm.snapshot import write_folder
from sp_abm.store import PLAN, RUNS, Store, read_cell
from sp_abm.study import Study

if TYPE_CHECKING:
    import pandas as pd

Index = NDArray[np.int64]
_TABLES: Final = ("runs", "summary", "weekly")
_BESIDE: Final[Mapping[str, tuple[str, ...]]] = {"panel": PANEL, "events": ("event", *FIELDS)}
"""The columns of the tables that a study may ask for, beside the run."""
_FILES: Final = {
    "runs.csv": "one row a run: its place in the design, its seed and how it ended",
    "summary.csv": "one row a run that is done, one column a measure",
    "weekly.csv": "one row a run and week, one column a measure; empty if the study asked for no weeks",
    "panel.csv": "one row a run, person followed and week",
    "events.csv": "one row a run and change of state",
    "dictionary.csv": "what every column of every table means, and its unit",
    "study.toml": "the study: what was run",
}
_RUNS: Final = {
    "run": ("number of the run in the plan", "number"),
    "point": ("number of the combination of factor values", "number"),
    "arm": ("name of the arm", "text"),
    "replication": ("number of the replication; alike in all arms and points, and so is its luck", "number"),
    "seed": ("seed of the run's luck", "number"),
    "cell": ("hash of all that makes the run's numbers", "text"),
    "status": ("done, failed, or missing", "text"),
    "seconds": ("how long the run took", "seconds"),
    "error": ("why the run failed", "text"),
    "week": ("week of the run, from 0", "week"),
}


class OpenStudy:
    """What a sweep has found so far; every table is read once, when it is first asked for."""

    def __init__(self, folder: str | Path) -> None:
        self._store = Store(Path(folder).expanduser().resolve())
        self.facts: dict[str, Any] = self._store.facts()
        self._measures: list[str] = list(self.facts["measures"])

    @cached_property
    def study(self) -> Study:
        """Return the study whose store this is."""
        return self._store.study()

    @cached_property
    def _plan(self) -> "pd.DataFrame":
        import pandas as pd

        path = self._store.folder / PLAN
        try:
            return pd.read_parquet(path).set_index("run")
        except (OSError, ValueError, KeyError) as problem:
            raise BadFile(f"{path} is not a sound plan: {problem}. Resume the sweep to have it made again.") from None

    @cached_property
    def _cells(self) -> dict[str, Ran]:
        """Return every sound cell that the plan asks for, by hash, without its weeks."""
        wanted = self._plan["cell"].drop_duplicates()
        return {ran.hash: replace(ran, values=ran.values[:1].copy()) for _, ran in self._read(wanted)}

    def _read(self, cells: "pd.Series[str]") -> Iterator[tuple[int, Ran]]:
        """Yield the sound ones of cells given by run, with the run."""
        for run, name in zip(cells.index.tolist(), cells, strict=True):
            with suppress(BadFile):
                ran, measures = read_cell(self._store.path(name))
                if list(measures) == self._measures and self._store.has_tables(ran):
                    yield run, ran

    @cached_property
    def _fingerprint(self) -> bytes:
        """Return what tells whether tables made earlier are of the cells that are there now."""
        _ = self._plan  # a plan that is not sound is told here
        return fingerprint(self._store)

    @cached_property
    def _kept_runs(self) -> "pd.DataFrame | None":
        """Return the runs with their summaries as kept beside the cells, if they are of these very cells."""
        import pandas as pd

        path = self._store.folder / RUNS
        return pd.read_parquet(path) if is_made_of([path], self._fingerprint) else None

    @cached_property
    def _parts(self) -> list[Path]:
        """Return the files of the compacted weeks, if there are any and they are of these very cells."""
        parts = parts_of(self._store)
        return parts if is_made_of(parts, self._fingerprint) else []

    @cached_property
    def runs(self) -> "pd.DataFrame":
        """Return one row a run: point, arm, replication, seed, factors, cell, status, seconds, error."""
        if self._kept_runs is not None:
            return self._kept_runs.drop(columns=self._measures)
        seconds = {line["cell"]: line["seconds"] for line in self._store.journal() if line.get("status") == DONE}
        runs = self._plan.copy()
        runs["status"] = [self._cells[name].status if name in self._cells else MISSING for name in runs["cell"]]
        runs["seconds"] = runs["cell"].map(seconds).astype(float)
        runs["error"] = [self._cells[name].error if name in self._cells else "" for name in runs["cell"]]
        return runs

    @cached_property
    def summary(self) -> "pd.DataFrame":
        """Return one row a run that is done, one column a measure; the index is that of `runs`."""
        import pandas as pd

        if self._kept_runs is not None:
            return self._kept_runs.loc[self._kept_runs["status"] == DONE, self._measures]
        done = [name in self._cells and self._cells[name].status == DONE for name in self._plan["cell"]]
        rows = [self._cells[name].values[0] for name in self._plan["cell"][done]]
        return pd.DataFrame(np.reshape(rows, (-1, len(self._measures))), self._plan.index[done], self._measures)

    @cached_property
    def weekly(self) -> "pd.DataFrame":
        """Return one row a run and week, one column a measure; empty unless the study asked for weeks."""
        if self._parts:
            return self._framed(*weeks_of(self._parts, self._measures))
        wanted = self._plan["cell"].drop_duplicates()
        weeks = {ran.hash: ran.values[1:] for _, ran in self._read(wanted) if ran.status == DONE}
        runs = [(run, weeks[name]) for run, name in enumerate(self._plan["cell"]) if name in weeks]
        lengths = [len(rows) for _, rows in runs]
        return self._framed(
            np.repeat(np.array([run for run, _ in runs], np.int64), lengths),
            np.concatenate([np.arange(0), *map(np.arange, lengths)]),
            np.concatenate([np.empty((0, len(self._measures))), *(rows for _, rows in runs)]),
        )

    def _framed(self, runs: Index, weeks: Index, values: Floats) -> "pd.DataFrame":
        import pandas as pd

        index = pd.MultiIndex.from_arrays([runs, weeks], names=["run", "week"])
        return pd.DataFrame(values, index, self._measures, copy=False)

    @cached_property
    def panel(self) -> "pd.DataFrame":
        """Return one row a run, person and week of those followed; empty unless the study asked for a panel."""
        return self._beside("panel")

    @cached_property
    def events(self) -> "pd.DataFrame":
        """Return one row a run and change of state; empty unless the study asked for events."""
        return self._beside("events")

    def _beside(self, name: str) -> "pd.DataFrame":
        """Return a table that is kept beside the cells, of every run that is done; the index is that of `runs`."""
        import pandas as pd

        columns, frames = list(_BESIDE[name]), []
        done = self.runs["cell"][self.runs["status"] == DONE]
        for run, cell in zip(done.index.tolist(), done, strict=True) if self.facts.get(name) else ():
            path = self._store.table_path(name, cell)
            try:
                frames.append(pd.read_parquet(path, columns=columns).assign(run=run).set_index("run"))
            except (OSError, ValueError) as problem:
                raise BadFile(f"{path} is not sound: {problem}. Resume the sweep to have it made again.") from None
        return pd.concat(frames) if frames else pd.DataFrame(columns=["run", *columns]).set_index("run")

    @property
    def _tables(self) -> tuple[str, ...]:
        return (*_TABLES, *(name for name in _BESIDE if self.facts.get(name)))

    def keep_runs(self) -> None:
        """Write the runs with their summaries beside the cells, as one Parquet file for any tool."""
        import pyarrow as pa

        made_of = self._fingerprint
        self._store.put_table(RUNS, stamped(pa.Table.from_pandas(self.runs.join(self.summary)), made_of))

    def compact(self) -> Path:
        """Write the weeks of all runs into a few Parquet files sorted by run, and the runs; return their folder.

        The cells stay. A compaction that is interrupted leaves what was there before.
        """
        made_of = self._fingerprint
        runs = self.runs["cell"][self.runs["status"] == DONE]
        n_weeks = self.facts["weeks"] if self.facts["weekly"] else 0
        weeks = ((run, ran.values[1:]) for run, ran in self._read(runs))
        folder = write_weeks(self._store, self._plan, self._measures, n_weeks * len(runs), weeks, made_of)
        self.keep_runs()
        for made_again in ("_parts", "_kept_runs"):
            self.__dict__.pop(made_again, None)
        return folder

    @property
    def provenance(self) -> dict[str, Any]:
        """Return the study's text, what the store says about itself, and who ran into it with which versions."""
        drivers = [line for line in self._store.journal() if "began" in line]
        return {**self.facts, "study": self._store.study().text, "sweeps": drivers}

    def sql(self, query: str) -> "pd.DataFrame":
        """Return what a query finds in `runs`, `summary`, `weekly`, `panel` and `events`; needs the extra `sql`."""
        duckdb = extra("duckdb", "sql", "SQL")
        with duckdb.connect() as connection:
            for name in self._tables:
                if name == "weekly" and self._parts:
                    connection.from_parquet([_literal(part) for part in self._parts]).create_view("_weeks")
                    chosen = ", ".join(f'"{column}"' for column in ("run", "week", *self._measures))
                    connection.execute(f"create view weekly as select {chosen} from _weeks")
                elif name in query:
                    connection.register(name, getattr(self, name).reset_index())
            found: pd.DataFrame = connection.execute(query).df()
        return found

    def export(self, folder: str | Path) -> Path:
        """Write every table as CSV, all or nothing, as a research object (RO-Crate); return the folder.

        With them go a dictionary of all columns, the study's file, and who ran it with which versions.
        """
        provenance = self.provenance

        def write(beside: Path) -> None:
            for name in self._tables:
                getattr(self, name).reset_index().to_csv(beside / f"{name}.csv", index=False)
            self.dictionary().to_csv(beside / "dictionary.csv", index=False)
            (beside / "study.toml").write_text(provenance["study"], "utf-8")
            (beside / METADATA).write_text(json.dumps(crate_of(beside, provenance, _FILES), indent=1), "utf-8")

        target = Path(folder)
        write_folder(target, write)
        return target

    def dictionary(self) -> "pd.DataFrame":
        """Return what every column of every table means, and in which unit: table, column, meaning, unit."""
        import pandas as pd

        rows = [
            (table, column, *_meaning(column, table))
            for table in self._tables
            for column in getattr(self, table).reset_index().columns
        ]
        return pd.DataFrame(rows, columns=["table", "column", "meaning", "unit"])


def _literal(path: Path) -> str:
    """Return a path as DuckDB reads one that is no pattern."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def _meaning(column: str, table: str) -> tuple[str, str]:
    """Return what a column of a table means and its unit."""
    if column in MEANINGS.get(table, {}):
        return MEANINGS[table][column]
    if column in _RUNS:
        return _RUNS[column]
    if column in MEASURES:
        return f"{MEASURES[column].label} ({MEASURES[column].window.value})", MEASURES[column].unit
    facts = {**LEVERS, **{name: declared for name, declared, _ in all_facts()}}
    if column not in facts:
        raise unknown("column", column, [*_RUNS, *MEASURES])
    return facts[column].meaning, facts[column].unit


def open_study(folder: str | Path) -> OpenStudy:
    """Return the tables of a sweep's store, finished or not; raises `BadFile` if the folder is none."""
    return OpenStudy(folder)
