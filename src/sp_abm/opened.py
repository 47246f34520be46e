"""Opened: a store as tables: the runs, their summaries and weeks, in pandas or in SQL, and as CSV with a dictionary."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sp_abm.cells import DONE, MISSING, Ran
from sp_abm.errors import BadFile, MissingExtra, unknown
from sp_abm.levers import LEVERS
from sp_abm.measures import MEASURES
from sp_abm.parameters import all_facts
from sp_abm.snapshot import write_folder
from sp_abm.store import PLAN, RUNS, Store, read_cell
from sp_abm.study import Study

if TYPE_CHECKING:
    import pandas as pd

_TABLES: Final = ("runs", "summary", "weekly")
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
        return {name: replace(ran, values=ran.values[:1].copy()) for name, ran in self._read()}

    def _read(self) -> Iterator[tuple[str, Ran]]:
        """Yield every sound cell that the plan asks for, with its hash."""
        for name in self._plan["cell"].unique():
            with suppress(BadFile):
                ran, measures = read_cell(self._store.path(name))
                if list(measures) == self._measures:
                    yield name, ran

    @cached_property
    def runs(self) -> "pd.DataFrame":
        """Return one row a run: point, arm, replication, seed, factors, cell, status, seconds, error."""
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

        done = [name in self._cells and self._cells[name].status == DONE for name in self._plan["cell"]]
        rows = [self._cells[name].values[0] for name in self._plan["cell"][done]]
        return pd.DataFrame(np.reshape(rows, (-1, len(self._measures))), self._plan.index[done], self._measures)

    @cached_property
    def weekly(self) -> "pd.DataFrame":
        """Return one row a run and week, one column a measure; empty unless the study asked for weeks."""
        import pandas as pd

        weeks = {name: ran.values[1:] for name, ran in self._read() if ran.status == DONE}
        runs = [(run, weeks[name]) for run, name in enumerate(self._plan["cell"]) if name in weeks]
        lengths = [len(rows) for _, rows in runs]
        index = pd.MultiIndex.from_arrays(
            [
                np.repeat(np.array([run for run, _ in runs], np.int64), lengths),
                np.concatenate([np.arange(0), *map(np.arange, lengths)]),
            ],
            names=["run", "week"],
        )
        values = np.concatenate([np.empty((0, len(self._measures))), *(rows for _, rows in runs)])
        return pd.DataFrame(values, index, self._measures)

    def keep_runs(self) -> None:
        """Write the runs with their summaries beside the cells, as one Parquet file for any tool."""
        import pyarrow as pa

        self._store.put_table(RUNS, pa.Table.from_pandas(self.runs.join(self.summary)))

    @property
    def provenance(self) -> dict[str, Any]:
        """Return the study's text, what the store says about itself, and who ran into it with which versions."""
        drivers = [line for line in self._store.journal() if "began" in line]
        return {**self.facts, "study": self._store.study().text, "sweeps": drivers}

    def sql(self, query: str) -> "pd.DataFrame":
        """Return what a query finds in the tables `runs`, `summary` and `weekly`; needs the extra `sql`."""
        try:
            import duckdb
        except ImportError:
            raise MissingExtra("SQL needs DuckDB, which is not installed: pip install 'sp_abm[sql]'.") from None
        with duckdb.connect() as connection:
            for name in _TABLES:
                if name in query:
                    connection.register(name, getattr(self, name).reset_index())
            found: pd.DataFrame = connection.execute(query).df()
        return found

    def export(self, folder: str | Path) -> Path:
        """Write every table as CSV, with a dictionary of all columns, all or nothing; return the folder."""

        def write(beside: Path) -> None:
            for name in _TABLES:
                getattr(self, name).reset_index().to_csv(beside / f"{name}.csv", index=False)
            self.dictionary().to_csv(beside / "dictionary.csv", index=False)

        target = Path(folder)
        write_folder(target, write)
        return target

    def dictionary(self) -> "pd.DataFrame":
        """Return what every column of every table means, and in which unit: table, column, meaning, unit."""
        import pandas as pd

        rows = [
            (table, column, *_meaning(column))
            for table in _TABLES
            for column in getattr(self, table).reset_index().columns
        ]
        return pd.DataFrame(rows, columns=["table", "column", "meaning", "unit"])


def _meaning(column: str) -> tuple[str, str]:
    """Return what a column means and its unit."""
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
