"""Opened: a store as tables: the runs, their summaries and weeks, in pandas or in SQL, and as CSV with a dictionary."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sp_abm.cells import DONE, MISSING
from sp_abm.errors import BadFile, MissingExtra, unknown
from sp_abm.levers import LEVERS
from sp_abm.measures import MEASURES
from sp_abm.parameters import all_facts
from sp_abm.snapshot import write_folder
from sp_abm.store import PLAN, SUMMARY, Store, read_cell

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
    def _plan(self) -> "pd.DataFrame":
        import pandas as pd

        path = self._store.folder / PLAN
        try:
            return pd.read_parquet(path).set_index("run")
        except (OSError, ValueError, KeyError) as problem:
            raise BadFile(f"{path} is not a sound plan: {problem}. Resume the sweep to have it made again.") from None

    @cached_property
    def _cells(self) -> "pd.DataFrame":
        """Return every sound cell that the plan asks for: one row for its summary, and one a week."""
        import pandas as pd

        frames = []
        for name in self._plan["cell"].unique():
            try:
                frames.append(read_cell(self._store.path(name)).to_pandas())
            except BadFile:
                continue
        columns = ["cell", "week", "status", "error", *self._measures]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)

    @cached_property
    def runs(self) -> "pd.DataFrame":
        """Return one row a run: point, arm, replication, seed, factors, cell, status, seconds, error."""
        ends = self._cells[self._cells["week"] == SUMMARY].set_index("cell")
        seconds = {line["cell"]: line["seconds"] for line in self._store.journal() if line.get("status") == DONE}
        runs = self._plan.copy()
        runs["status"] = runs["cell"].map(ends["status"]).fillna(MISSING)
        runs["seconds"] = runs["cell"].map(seconds).astype(float)
        runs["error"] = runs["cell"].map(ends["error"]).fillna("")
        return runs

    @cached_property
    def summary(self) -> "pd.DataFrame":
        """Return one row a run that is done, one column a measure; the index is that of `runs`."""
        return self._of_runs(is_summary=True).set_index("run")[self._measures].sort_index()

    @cached_property
    def weekly(self) -> "pd.DataFrame":
        """Return one row a run and week, one column a measure; empty unless the study asked for weeks."""
        return self._of_runs(is_summary=False).set_index(["run", "week"])[self._measures].sort_index()

    def _of_runs(self, *, is_summary: bool) -> "pd.DataFrame":
        cells = self._cells[(self._cells["status"] == DONE) & ((self._cells["week"] == SUMMARY) == is_summary)]
        return self._plan[["cell"]].reset_index().merge(cells, on="cell")

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
