"""Results of a run: tidy weekly measures, a summary, splits by group, and where they came from."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from sp_abm.errors import BadFile, BadValue, unknown
from sp_abm.events.rows import FIELDS
from sp_abm.measures import MEASURES, Measure, Window, ratio
from sp_abm.panel import COLUMNS as PANEL_COLUMNS
from sp_abm.portrait import Tables
from sp_abm.snapshot import write_folder
from sp_abm.tallies import PEOPLE_TALLIES, SHAPE, SYSTEM_TALLIES, Sums
from sp_abm.vocabulary import AGE_BANDS, DEPRIVATION_FIFTHS, SEXES, TRANSITIONS, WEEKS_PER_YEAR, Outcome, Stage

if TYPE_CHECKING:
    import pandas as pd

FUNNEL_FROM, FUNNEL_TO = 78, 26
GROUPS: Final = {"deprivation": DEPRIVATION_FIFTHS, "age": AGE_BANDS, "sex": SEXES}
CASE_COLUMNS: Final = (
    "route",
    "stage",
    "outcome",
    "n_contacts",
    "changes",
    "week_referred",
    "week_first",
    "week_third",
    "week_started",
    "week_closed",
)
FORMAT: Final = 1
_EVENTS: Final = "events.parquet"
_FILES: Final = ("provenance.json", "tallies.parquet", "people.parquet", "cases.parquet", "final.parquet")
_PANEL: Final = "panel.parquet"
_PORTRAIT: Final = "portrait.npz"


@dataclass(frozen=True)
class Results:
    """What a run left: `system` (weeks, tallies), `people` (weeks, cells, tallies), cases and last stages.

    `cases` holds one array a column of `CASE_COLUMNS`; `final` the stage, holder and age of every dwelling's
    resident in the last week; `portrait` posts, PCNs and a sample of networks then, in tables (see `portrait`);
    `provenance` what is needed to make the run again. Where the run was asked for them:
    `panel` is its cohort, one row a person and week read (see `panel.Panel.frame`), `events` every change of state.
    """

    provenance: dict[str, Any]
    system: NDArray[np.float64]
    people: NDArray[np.float64]
    cases: dict[str, NDArray[Any]]
    final: dict[str, NDArray[Any]]
    panel: "pd.DataFrame | None" = None
    events: "pd.DataFrame | None" = None
    portrait: Tables = field(default_factory=dict)

    @property
    def n_weeks(self) -> int:
        """Return the number of weeks recorded."""
        return int(self.system.shape[0])

    @property
    def weekly(self) -> "pd.DataFrame":
        """Return every measure by week: index `week` from 0, one column a measure, funnel by week of referral."""
        import pandas as pd

        columns = {name: self._by_week(declared) for name, declared in MEASURES.items()}
        return pd.DataFrame(columns, index=pd.RangeIndex(self.n_weeks, name="week"))

    @property
    def summary(self) -> "pd.Series[float]":
        """Return every measure's summary at the end of the run, indexed by measure name; paired ones are missing."""
        return _series(self.values())

    def summary_at(self, year: float) -> "pd.Series[float]":
        """Return the summary as it stood after that many years (more than 0, at most the run's)."""
        return _series(self.values(year=year))

    def values(self, baseline: "Results | None" = None, year: float | None = None) -> dict[str, float]:
        """Return every measure after that many years (default: at the end), paired ones against a baseline.

        Without one, paired measures are missing. Raises `BadValue` if the two are not a pair.
        """
        end = self._week_of(year)
        sums = {first: self._sums.stretch(first, end) for first in (0, max(0, end - WEEKS_PER_YEAR))}
        changes = {} if baseline is None else self._changes(baseline, sums, end)
        counts = self.funnel(end)
        found = {}
        for name, declared in MEASURES.items():
            first = _first_week(declared, end)
            if declared.is_paired:
                found[name] = float(declared.value(changes[first])[0]) if changes else np.nan
            elif declared.window is Window.FUNNEL:
                found[name] = float(ratio(np.array(counts[declared.top]), counts["referred"]))
            else:
                found[name] = float(declared.value(sums[first])[0])
        return found

    def against(self, baseline: "Results", year: float | None = None) -> "pd.Series[float]":
        """Return the paired measures: what this run brought over another with the same people and luck.

        Read after that many years, by default at the end. Raises `BadValue` if the two are not a pair.
        """
        found = self.values(baseline, year)
        return _series({name: found[name] for name, declared in MEASURES.items() if declared.is_paired})

    def by(self, group: str, year: float | None = None) -> "pd.DataFrame":
        """Return measures of people by `deprivation`, `age` or `sex`: one row a group, one column a measure.

        Read after that many years, by default at the end.
        """
        import pandas as pd

        if group not in GROUPS:
            raise unknown("group", group, GROUPS)
        axis, end = list(GROUPS).index(group), self._week_of(year)
        firsts = (0, max(0, end - WEEKS_PER_YEAR))
        sums = {first: self._sums.stretch(first, end).by_group(axis) for first in firsts}
        columns = {
            name: declared.value(sums[_first_week(declared, end)])
            for name, declared in MEASURES.items()
            if declared.is_by_group
        }
        return pd.DataFrame(columns, index=pd.Index(GROUPS[group], name=group))

    def funnel(self, end: int | None = None) -> dict[str, int]:
        """Return counts of people referred 26 to 78 weeks before `end` (default: the end), as known by then."""
        end = self.n_weeks if end is None else end
        referred = self.cases["week_referred"]
        is_cohort = (referred >= end - FUNNEL_FROM) & (referred < end - FUNNEL_TO)
        steps = {step: int((is_cohort & is_true).sum()) for step, is_true in self._steps(end).items()}
        return {"referred": int(is_cohort.sum()), **steps}

    def tally(self, name: str) -> NDArray[np.float64]:
        """Return one tally by week, shape (weeks,)."""
        return self._sums.of(name)

    def stage_matrix(self) -> NDArray[np.float64]:
        """Return moves between stages over the run, shape (5, 5), from row to column, people of 16 and over."""
        matrix = np.zeros((len(Stage), len(Stage)))
        for before, after in TRANSITIONS:
            matrix[before, after] = self.tally(f"new_{before.word}_to_{after.word}").sum()
        return matrix

    def save(self, folder: str | Path) -> Path:
        """Write the results as Parquet with their provenance; returns the folder."""
        import pandas as pd

        def write(beside: Path) -> None:
            pd.DataFrame(self.system, columns=list(SYSTEM_TALLIES)).to_parquet(beside / "tallies.parquet")
            flat = self.people.reshape(-1, len(PEOPLE_TALLIES))
            pd.DataFrame(flat, columns=list(PEOPLE_TALLIES)).to_parquet(beside / "people.parquet")
            pd.DataFrame(self.cases).to_parquet(beside / "cases.parquet")
            pd.DataFrame(self.final).to_parquet(beside / "final.parquet")
            columns = {
                f"{name}.{key}": column for name, table in self.portrait.items() for key, column in table.items()
            }
            np.savez(beside / _PORTRAIT, allow_pickle=False, **columns)
            if self.panel is not None:
                self.panel.to_parquet(beside / _PANEL)
            if self.events is not None:
                self.events.to_parquet(beside / _EVENTS)
            self.weekly.to_csv(beside / "weekly.csv")
            text = json.dumps(self.provenance | {"format": FORMAT}, indent=1)
            (beside / "provenance.json").write_text(text, "utf-8")

        write_folder(Path(folder), write)
        return Path(folder)

    @classmethod
    def load(cls, folder: str | Path) -> "Results":
        """Read saved results; raises `BadFile` saying which file is missing or broken."""
        folder = Path(folder)
        if not folder.is_dir():
            raise BadFile(f"{folder} is not a folder of results.")
        for name in _FILES:
            if not (folder / name).is_file():
                raise BadFile(f"{folder} is not a complete folder of results: {name} is missing.")
        provenance = _read_provenance(folder / "provenance.json")
        system = _read_tallies(folder / "tallies.parquet", SYSTEM_TALLIES)
        people = _read_tallies(folder / "people.parquet", PEOPLE_TALLIES)
        if people.shape[0] != system.shape[0] * int(np.prod(SHAPE)):
            raise BadFile(f"{folder}: people.parquet and tallies.parquet are of different runs.")
        cases = _read_frame(folder / "cases.parquet", CASE_COLUMNS)
        final = _read_frame(folder / "final.parquet", ("stage", "holder", "age"))
        has_panel = (folder / _PANEL).exists()
        return cls(
            provenance,
            system,
            people.reshape(system.shape[0], -1, len(PEOPLE_TALLIES)),
            {name: cases[name].to_numpy() for name in CASE_COLUMNS},
            {str(name): final[name].to_numpy() for name in final.columns},
            panel=_read_frame(folder / _PANEL, PANEL_COLUMNS) if has_panel else None,
            events=_read_frame(folder / _EVENTS, ("event", *FIELDS)) if (folder / _EVENTS).exists() else None,
            portrait=_read_portrait(folder / _PORTRAIT) if (folder / _PORTRAIT).exists() else {},
        )

    @property
    def _sums(self) -> Sums:
        return Sums(self.system, self.people)

    def _changes(self, baseline: "Results", sums: dict[int, Sums], end: int) -> dict[int, Sums]:
        """Return what differs from the baseline in each stretch of weeks, by its first; refuse what is not a pair."""
        for fact in ("place", "seed", "residents"):
            mine, theirs = self.provenance.get(fact), baseline.provenance.get(fact)
            if mine != theirs:
                raise BadValue(f"{fact} = {mine!r} here and {theirs!r} in the baseline: the two are not a pair.")
        if self.n_weeks != baseline.n_weeks:
            raise BadValue(f"{self.n_weeks} weeks here and {baseline.n_weeks} in the baseline: the two are not a pair.")
        return {first: stretch - baseline._sums.stretch(first, end) for first, stretch in sums.items()}

    def _week_of(self, year: float | None) -> int:
        if year is None:
            return self.n_weeks
        end = round(year * WEEKS_PER_YEAR)
        if not 0 < end <= self.n_weeks:
            raise BadValue(f"year = {year!r} must be more than 0 and at most {self.n_weeks / WEEKS_PER_YEAR:g}.")
        return end

    def _by_week(self, declared: Measure) -> NDArray[np.float64]:
        if declared.is_paired:
            return np.full(self.n_weeks, np.nan)
        if declared.window is not Window.FUNNEL:
            return declared.value(self._sums)
        referred = self.cases["week_referred"].astype(np.int64)
        is_run = referred >= 0
        happened = is_run & self._steps(None)[declared.top]
        top, bottom = (
            np.bincount(referred[which], minlength=self.n_weeks)[: self.n_weeks] for which in (happened, is_run)
        )
        return ratio(top, bottom)

    def _steps(self, end: int | None) -> dict[str, NDArray[np.bool_]]:
        """Return for each step of the funnel the cases that had taken it before a week (None: ever)."""
        referred = self.cases["week_referred"]

        def happened(column: str) -> NDArray[np.bool_]:
            weeks = self.cases[column]
            is_true: NDArray[np.bool_] = (weeks >= referred) & (True if end is None else weeks < end)
            return is_true

        third, started = happened("week_third"), happened("week_started")
        return {
            "contacted": happened("week_first"),
            "three_or_more": third,
            "started_activity": started,
            "adequate_dose": third & started,
            "gave_up": happened("week_closed") & (self.cases["outcome"] == Outcome.GAVE_UP),
        }


def _series(values: dict[str, float]) -> "pd.Series[float]":
    import pandas as pd

    return pd.Series(list(values.values()), index=list(values), name="value", dtype=float)


def _first_week(declared: Measure, end: int) -> int:
    """Return the first week that a measure covers in a summary at the end of a week."""
    return 0 if declared.window is Window.RUN else max(0, end - WEEKS_PER_YEAR)


def _read_provenance(path: Path) -> dict[str, Any]:
    try:
        provenance: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if provenance["format"] != FORMAT:
            raise BadFile(f"{path}: format {provenance['format']}, this version reads format {FORMAT}.")
    except (ValueError, KeyError, TypeError) as problem:
        if isinstance(problem, BadFile):
            raise
        raise BadFile(f"{path} is damaged: {problem}.") from None
    return provenance


def _read_tallies(path: Path, names: tuple[str, ...]) -> NDArray[np.float64]:
    """Return tallies in the order and the layout they were recorded in, so that sums come out the same in every bit."""
    return np.ascontiguousarray(_read_frame(path, names)[list(names)], np.float64)


def _read_portrait(path: Path) -> Tables:
    tables: Tables = {}
    try:
        with np.load(path, allow_pickle=False) as columns:
            for name in columns.files:
                table, _, column = name.partition(".")
                tables.setdefault(table, {})[column] = columns[name]
    except (OSError, ValueError, EOFError, BadZipFile) as problem:
        raise BadFile(f"{path} is damaged: {problem}.") from None
    return tables


def _read_frame(path: Path, columns: tuple[str, ...]) -> "pd.DataFrame":
    import pandas as pd
    import pyarrow as pa

    try:
        frame = pd.read_parquet(path)
    except (OSError, ValueError, pa.ArrowException) as problem:
        raise BadFile(f"{path} is damaged: {problem}.") from None
    missing = [name for name in columns if name not in frame]
    if missing:
        raise BadFile(f"{path} lacks the column {missing[0]!r}; it was written by another version.")
    return frame
