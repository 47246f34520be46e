"""Results of a run: tidy weekly measures, a summary, splits by group, and where they came from."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.errors import BadFile, BadValue, unknown
from sp_abm.events.rows import FIELDS
from sp_abm.measures import MEASURES, Measure, Window
from sp_abm.panel import COLUMNS as PANEL_COLUMNS
from sp_abm.recorder import PEOPLE_TALLIES, SHAPE, SYSTEM_TALLIES
from sp_abm.snapshot import write_folder
from sp_abm.vocabulary import AGE_BANDS, DEPRIVATION_FIFTHS, SEXES, TRANSITIONS, WEEKS_PER_YEAR, Stage

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


@dataclass(frozen=True)
class Results:
    """What a run left: `system` (weeks, tallies), `people` (weeks, cells, tallies), cases and last stages.

    `cases` holds one array a column of `CASE_COLUMNS`; `final` the stage, holder and age of every dwelling's
    resident in the last week; `provenance` what is needed to make the run again. Where the run was asked for them:
    `panel` is its cohort, one row a person and week read (see `panel.Panel.frame`), `events` every change of state.
    """

    provenance: dict[str, Any]
    system: NDArray[np.float64]
    people: NDArray[np.float64]
    cases: dict[str, NDArray[Any]]
    final: dict[str, NDArray[Any]]
    panel: "pd.DataFrame | None" = None
    events: "pd.DataFrame | None" = None

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
        """Return every measure's summary at the end of the run, indexed by measure name."""
        return self._summary(self.n_weeks)

    def summary_at(self, year: float) -> "pd.Series[float]":
        """Return the summary as it stood after that many years (more than 0, at most the run's)."""
        end = round(year * WEEKS_PER_YEAR)
        if not 0 < end <= self.n_weeks:
            raise BadValue(f"year = {year!r} must be more than 0 and at most {self.n_weeks / WEEKS_PER_YEAR:g}.")
        return self._summary(end)

    def by(self, group: str) -> "pd.DataFrame":
        """Return measures of people by `deprivation`, `age` or `sex`: one row a group, one column a measure."""
        import pandas as pd

        if group not in GROUPS:
            raise unknown("group", group, GROUPS)
        axis = list(GROUPS).index(group)
        cube = self.people.reshape(self.n_weeks, *SHAPE, len(PEOPLE_TALLIES))
        others = tuple(1 + k for k in range(len(SHAPE)) if k != axis)
        tallies = cube.sum(axis=others)[-WEEKS_PER_YEAR:].sum(axis=0)
        weeks = float(min(self.n_weeks, WEEKS_PER_YEAR))
        columns = {}
        for name, declared in MEASURES.items():
            if declared.is_by_group:
                top = _people_tally(tallies, declared.top)
                bottom = weeks if declared.bottom == "weeks" else _people_tally(tallies, declared.bottom)
                columns[name] = _ratio(top, bottom, declared.scale)
        return pd.DataFrame(columns, index=pd.Index(GROUPS[group], name=group))

    def funnel(self, end: int | None = None) -> dict[str, int]:
        """Return counts of people referred 26 to 78 weeks before `end` (default: the end), as known by then."""
        end = self.n_weeks if end is None else end
        referred = self.cases["week_referred"]
        is_cohort = (referred >= end - FUNNEL_FROM) & (referred < end - FUNNEL_TO)
        counts = {"referred": int(is_cohort.sum())}
        for step, column in (
            ("contacted", "week_first"),
            ("three_or_more", "week_third"),
            ("started_activity", "week_started"),
        ):
            happened = (self.cases[column] >= referred) & (self.cases[column] < end)
            counts[step] = int((is_cohort & happened).sum())
        return counts

    def tally(self, name: str) -> NDArray[np.float64]:
        """Return one tally by week, shape (weeks,)."""
        if name == "n_distress":
            return self.tally("n_pre_crisis") + self.tally("n_crisis")
        if name in PEOPLE_TALLIES:
            by_week: NDArray[np.float64] = self.people[:, :, PEOPLE_TALLIES.index(name)].sum(axis=1)
            return by_week
        if name not in SYSTEM_TALLIES:
            raise unknown("tally", name, (*PEOPLE_TALLIES, *SYSTEM_TALLIES))
        series: NDArray[np.float64] = self.system[:, SYSTEM_TALLIES.index(name)]
        return series

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
        system = _read_frame(folder / "tallies.parquet", SYSTEM_TALLIES).to_numpy(dtype=np.float64)
        people = _read_frame(folder / "people.parquet", PEOPLE_TALLIES).to_numpy(dtype=np.float64)
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
        )

    def _summary(self, end: int) -> "pd.Series[float]":
        import pandas as pd

        values = {name: self._total(declared, end) for name, declared in MEASURES.items()}
        return pd.Series(values, name="value", dtype=float)

    def _by_week(self, declared: Measure) -> NDArray[np.float64]:
        if declared.window is Window.FUNNEL:
            return self._funnel_by_week(declared)
        bottom = self.tally(declared.bottom) if declared.bottom else np.ones(self.n_weeks)
        return np.asarray(_ratio(self.tally(declared.top), bottom, declared.scale))

    def _funnel_by_week(self, declared: Measure) -> NDArray[np.float64]:
        column = {
            "contacted": "week_first",
            "three_or_more": "week_third",
            "started_activity": "week_started",
        }
        referred = self.cases["week_referred"].astype(np.int64)
        is_run = referred >= 0
        happened = self.cases[column[declared.top]] >= referred
        bottom = np.bincount(referred[is_run], minlength=self.n_weeks)[: self.n_weeks]
        top = np.bincount(referred[is_run & happened], minlength=self.n_weeks)[: self.n_weeks]
        return np.asarray(_ratio(top, bottom, 1.0))

    def _total(self, declared: Measure, end: int) -> float:
        if declared.window is Window.FUNNEL:
            counts = self.funnel(end)
            return float(_ratio(np.array(counts[declared.top]), np.array(counts["referred"]), 1.0))
        first = 0 if declared.window is Window.RUN else max(0, end - WEEKS_PER_YEAR)
        top = self.tally(declared.top)[first:end].sum()
        bottom = self.tally(declared.bottom)[first:end].sum() if declared.bottom else 1.0
        return float(_ratio(top, bottom, declared.scale))


def _ratio(top: Any, bottom: Any, scale: float) -> Any:
    """Return top over bottom times scale, missing where there is nothing to divide by."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.asarray(bottom) > 0, np.asarray(top, float) / bottom * scale, np.nan)


def _people_tally(tallies: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    if name == "n_distress":
        return _people_tally(tallies, "n_pre_crisis") + _people_tally(tallies, "n_crisis")
    column: NDArray[np.float64] = tallies[:, PEOPLE_TALLIES.index(name)]
    return column


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
