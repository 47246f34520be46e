"""Common to the standing studies: from a sweep's store to its compact table, and from that to figures and words.

A study's folder holds `study.toml` (what was run), `analyse.py`, and what that writes: `results.csv` and `run.json`
from the store (`--from-store DIR`), and from these two alone the figures and every number in `README.md`.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, cast

import numpy as np
import pandas as pd

from sp_abm import __version__
from sp_abm.analysis.heat_map import HeatMap
from sp_abm.analysis.quantity import Quantity, check_finished
from sp_abm.analysis.search import Search
from sp_abm.cells import FAILED, MISSING, model_version
from sp_abm.comparison import CLEAR, TOO_FEW, UNCLEAR, Difference, paired_difference
from sp_abm.designs import Point
from sp_abm.measures import MEASURES
from sp_abm.opened import OpenStudy, open_study
from sp_abm.store import FACTS
from sp_abm.study import Study, load_study
from sp_abm.viz.amounts import interval, number, place_of_doubt, scaled
from sp_abm.viz.frame import Texts
from sp_abm.viz.intervals import Panel, Row, draw_intervals
from sp_abm.viz.intervals import figures as interval_figures
from sp_abm.viz.studies.heat_map import draw_heat_map
from sp_abm.viz.studies.pareto import draw_pareto
from sp_abm.viz.studies.words import study_footer
from sp_abm.viz.svg import text, written
from sp_abm.viz.theme import LIGHT

TABLE, RUN, README, STUDY = "results.csv", "run.json", "README.md", "study.toml"
DIGITS: Final = 6
"""Significant digits of the table."""
BOOK: Final = "../../docs/model/measures.md"
"""Where a study's page finds what a measure is and how it is counted."""
LUCK: Final = {UNCLEAR: ", within luck", TOO_FEW: ", too few runs"}
_PLACE: Final = re.compile(r"<!--([\w.-]+)-->.*?<!--/-->", re.DOTALL)
_SIZE: Final = re.compile(r'width="([\d.]+)" height="([\d.]+)"')

Numbers = Mapping[str, str]
Other = Callable[[str, Point], tuple[str, Mapping[str, Any]]]
"""From an arm and a point to the arm and the point that they are compared with."""


@dataclass(frozen=True)
class Script:
    """What a study's script does: stores to a table, the table to figures by file name and to words by name."""

    folder: Path
    tabulate: Callable[[Sequence[Path]], pd.DataFrame]
    figures: Callable[[pd.DataFrame], Mapping[str, str]]
    numbers: Callable[[pd.DataFrame], Numbers]
    commands: tuple[str, ...] = ("sp_abm sweep {here}/study.toml --out {out}",)
    """What makes the stores, one each, from the start; what is only said is a store too."""

    def again(self, folder: Path) -> list[Path]:
        """Run the study from the start, and return its stores."""
        folder.mkdir(parents=True, exist_ok=True)
        stores = [folder / str(number) for number in range(len(self.commands))]
        for command, store in zip(self.commands, stores, strict=True):
            asked = [word.format(here=self.folder, out=store) for word in command.split()]
            said = subprocess.check_output([sys.executable, "-m", *asked], cwd=self.folder.parents[1])
            if not store.exists():
                store.write_bytes(said)
        return stores

    @property
    def found(self) -> pd.DataFrame:
        """Return the committed table."""
        return parsed((self.folder / TABLE).read_text("utf-8"))

    @property
    def words(self) -> dict[str, str]:
        """Return every number that a page may show, by name; `run` says what the study took."""
        run = json.loads((self.folder / RUN).read_text("utf-8"))
        return {"run": run_words(run), "model": run["model"], **self.numbers(self.found)}

    def made(self) -> dict[str, str]:
        """Return the text of every file that is made from the table, by name."""
        said = self.words
        drawn = {name: marked(svg, said["model"]) for name, svg in self.figures(self.found).items()}
        return {**drawn, README: filled((self.folder / README).read_text("utf-8"), said)}

    def from_store(self, stores: Sequence[Path], is_finished: bool = True, **facts: Any) -> None:
        """Write the table and what the runs took; a sweep that is not finished is refused unless that is wanted.

        `facts` are the model's version, the number of runs and their minutes, of a store that does not say them.
        """
        known = {name: value for name, value in facts.items() if value}
        for folder in stores:
            if is_finished and (folder / FACTS).exists():
                check_finished(open_study(folder))
        found = self.tabulate(stores)
        found["model"] = known.get("model", found["model"])
        (self.folder / TABLE).write_text(csv_of(found), "utf-8")
        (self.folder / RUN).write_text(f"{json.dumps(run_facts(stores) | known, indent=1)}\n", "utf-8")

    def run(self) -> None:
        """Do what the command line asks for."""
        parser = argparse.ArgumentParser(description=f"Figures and numbers of {self.folder.name}.")
        parser.add_argument("--from-store", nargs="+", type=Path, default=[], metavar="DIR", help="read these stores")
        parser.add_argument("--unfinished", action="store_true", help="take the runs that are there")
        parser.add_argument("--runs", type=int, help="how many runs there were, for what is no sweep")
        parser.add_argument("--what", help="what is counted, if it is no runs")
        parser.add_argument("--minutes", type=float, help="how long they took, for what is no sweep")
        parser.add_argument("--model", help="the version of the model that ran, for what is no sweep")
        asked = parser.parse_args()
        if asked.from_store:
            facts = {name: getattr(asked, name) for name in ("model", "runs", "what", "minutes")}
            self.from_store(asked.from_store, not asked.unfinished, **facts)
        for name, content in self.made().items():
            (self.folder / name).write_text(content, "utf-8")


def csv_of(found: pd.DataFrame) -> str:
    """Return a table as it is kept."""
    return found.to_csv(index=False, float_format=f"%.{DIGITS}g", na_rep="nan", lineterminator="\n")


def parsed(csv: str) -> pd.DataFrame:
    """Return a table that was kept."""
    return pd.read_csv(StringIO(csv), keep_default_na=False, na_values=["nan"])


def table(folder: Path, measures: Sequence[str], others: Mapping[str, Other] | None = None) -> pd.DataFrame:
    """Return one row a point, arm, measure and comparison: n, mean, 95% interval, verdict; `against` "" is the level.

    `others` names what each arm and point is compared with, run by run with the same luck: the first arm, if not said.
    """
    opened = open_study(folder)
    study, points = opened.study, list(opened.study.design.points(opened.study.factors))
    first = next(iter(study.arms))
    compared = others or ({first: lambda _, point: (first, point)} if len(study.arms) > 1 else {})
    values = _values(opened, measures)
    rows = []
    for (arm, at), here in values.items():
        about = {"arm": arm, **points[at]}
        rows += [row_of(about, name, "", here[name]) for name in measures]
        for against, other in compared.items():
            arm_there, there = other(arm, points[at])
            key = arm_there, points.index(dict(there))
            if key != (arm, at):
                pairs = here - values[key]
                rows += [row_of(about, name, against, pairs[name]) for name in measures if not MEASURES[name].is_paired]
    return about_table(opened, rows)


def _values(opened: OpenStudy, measures: Sequence[str]) -> dict[tuple[str, int], pd.DataFrame]:
    """Return the values of measures by replication, for each arm and point."""
    runs = opened.runs.join(opened.summary)
    grouped = runs.set_index("replication").groupby(["arm", "point"], sort=False)
    return {(str(arm), int(str(point))): group[list(measures)] for (arm, point), group in grouped}


def row_of(about: Mapping[str, Any], measure: str, against: str, values: "pd.Series[float]") -> dict[str, Any]:
    """Return a row of the table: n, mean, 95% interval and, of a difference, the verdict."""
    known = np.asarray(values.dropna(), np.float64)
    found = vars(paired_difference(known))
    return {**about, "measure": measure, "against": against, "n": known.size, **found} | (
        {} if against else {"verdict": ""}
    )


def about_table(opened: OpenStudy | None, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows as a table that begins with the version of the model that ran, which is this one if no store says."""
    model = opened.facts["model"] if opened else model_version()
    return pd.DataFrame([{"model": model, **row} for row in rows])


def run_facts(stores: Sequence[Path]) -> dict[str, Any]:
    """Return what the sweeps of stores took, and on what."""
    sweeps = [folder for folder in stores if (folder / FACTS).exists()]
    opened = [open_study(folder) for folder in sweeps]
    journals = list(chain.from_iterable(sorted((folder / "journal").glob("*.jsonl")) for folder in sweeps))
    wall = sum(path.stat().st_mtime - int(path.name.split("-")[0]) / 1e9 for path in journals)
    status = [word for each in opened for word in each.runs["status"]]
    return {
        "model": opened[0].facts["model"] if opened else model_version(),
        "sp_abm": opened[0].facts["sp_abm"] if opened else __version__,
        "runs": sum(word != MISSING for word in status),
        "failed": status.count(FAILED),
        "followed": sum(len(list(folder.glob("*.parquet"))) for folder in stores if folder not in sweeps),
        "starts": len(journals),
        "minutes": round(wall / 60, 1),
        "by": ", ".join(sorted({line["by"] for each in opened for line in each.provenance["sweeps"]})) or "1 process",
        "on": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}",
    }


def run_words(run: Mapping[str, Any]) -> str:
    """Return what the sweeps of a study took, in words."""
    long = f"{run['minutes'] / 60:.1f} hours" if run["minutes"] >= 90 else f"{max(1, round(run['minutes']))} minutes"
    long = "a minute" if long == "1 minutes" else long
    again = f" in {run['starts']} starts" if run["starts"] > 1 else ""
    again += f" (and {run['followed']} with everybody followed)" if run["followed"] else ""
    failed = f", of which {run['failed']} failed" if run["failed"] else ""
    version = f"sp_abm {run['sp_abm']}, model {run['model']}"
    return f"{run['runs']:,} {run.get('what', 'runs')}{failed}, {long}{again} by {run['by']} on {run['on']}; {version}"


def one(found: pd.DataFrame, **which: Any) -> Any:
    """Return the only row with these values."""
    found = where(found, **which)
    if len(found) != 1:
        raise LookupError(f"{len(found)} rows have {which}, not one.")
    return each(found)[0]


def where(found: pd.DataFrame, **which: Any) -> pd.DataFrame:
    """Return the rows with these values; a tuple is several."""
    for name, value in which.items():
        found = found[found[name].isin(value if isinstance(value, tuple) else (value,))]
    return found


def each(found: pd.DataFrame) -> list[Any]:
    """Return rows whose columns are attributes."""
    return list(found.itertuples(index=False))


def words(row: Any, factor: float = 0.0) -> str:
    """Return a row in words: mean, interval, and if it is within luck; a share is of 100 or 1,000 of its whole."""
    factor = factor or unit_of(row.measure)[0]
    if row.against and row.low == row.high == 0:
        return "0, in every run"
    if row.against:
        mean, ends = interval(difference(row), factor)
        return f"{mean} ({ends}{LUCK.get(row.verdict, '')})".replace("-", "−")
    values = [factor * value for value in (row.mean, row.low, row.high)]
    mean, low, high = (number(value, place_of_doubt(*values)) for value in values)
    return f"{mean} ({low} to {high})".replace("-", "−")


def unit_of(measure: str) -> tuple[float, str]:
    """Return by what to multiply a measure, and its unit as people read it."""
    return scaled(MEASURES[measure].unit)


def difference(row: Any) -> Difference:
    """Return mean, interval and verdict of a row."""
    return Difference(row.mean, row.low, row.high, row.verdict)


def filled(page: str, numbers: Numbers) -> str:
    """Return a page with the words of each `<!--name-->...<!--/-->` put in; a name that is not known is refused."""
    return _PLACE.sub(lambda match: f"<!--{match[1]}-->{numbers[match[1]]}<!--/-->", page)


def marked(svg: str, model: str) -> str:
    """Return a picture with the model's version in its lower right corner."""
    size = _SIZE.search(svg)
    assert size is not None
    where = float(size[1]) - LIGHT.margin, float(size[2]) - LIGHT.margin / 4
    return svg.removesuffix("</svg>") + written(text(*where, f"model {model}", LIGHT.quiet_ink, 10.0, "end")) + "</svg>"


def study_of(folder: Path, name: str = STUDY) -> Study:
    """Return the study of a folder."""
    return load_study(folder / name)


def heat_map(study: Study, found: pd.DataFrame, x: str, y: str, against: str = "") -> str:
    """Return the heat map of the rows of one arm and measure over two factors; what is its own base changes nothing."""
    first = found.iloc[0]
    xs, ys = sorted(found[x].unique()), sorted(found[y].unique())
    known = {(getattr(row, x), getattr(row, y)): difference(row) for row in each(found)}
    cells = tuple(tuple(known.get((at, up), Difference(0.0, 0.0, 0.0, UNCLEAR)) for at in xs) for up in ys)
    points = tuple(study.design.points(study.factors))
    quantity = Quantity(
        study, MEASURES[first.measure], first.arm, against, points, np.zeros((len(points), found["n"].max()))
    )
    return draw_heat_map(HeatMap(quantity, x, y, tuple(xs), tuple(ys), cells, 0.0 if against else None, ()))


def heat_maps(study: Study, found: pd.DataFrame, x: str, y: str, against: str = "") -> dict[str, str]:
    """Return a heat map of every measure and arm, by file name."""
    return {
        f"{measure}-{arm}.svg": heat_map(study, cells, x, y, against)
        for (measure, arm), cells in found.groupby(["measure", "arm"], sort=False)
    }


def gallery(files: Iterable[str]) -> str:
    """Return pictures in Markdown, one below the other."""
    return "\n\n".join(["", *(f"![{file.removesuffix('.svg')}]({file})" for file in files), ""])


def estimate(label: str, row: Any, places: int, factor: float = 1.0, *, is_strong: bool = False) -> Row:
    """Return a row of a table as a line of a picture: hollow if it is within luck; a strong one is a band too."""
    ends = factor * row.mean, factor * row.low, factor * row.high
    is_unclear, is_clear = row.verdict in LUCK, row.verdict == CLEAR
    return Row(label, *ends, interval_figures(*ends, places), is_strong or is_clear, is_unclear, is_strong)


def difference_figure(
    study: Study,
    found: pd.DataFrame,
    title: str,
    measures: Sequence[str],
    label: str = "arm",
    notes: Sequence[str] = (),
) -> str:
    """Return the differences of some measures with their intervals: a panel a measure, a row a value of `label`."""
    panels = []
    for measure in measures:
        factor, unit = unit_of(measure)
        rows = each(where(found, measure=measure))
        places = max(0, *(place_of_doubt(*(factor * end for end in (row.mean, row.low, row.high))) for row in rows))
        drawn = [estimate(str(getattr(row, label)).replace("-", " "), row, places, factor) for row in rows]
        panels.append(Panel(MEASURES[measure].label, unit, tuple(drawn)))
    values = np.zeros((study.design.size(study.factors), found["n"].max()))
    quantity = Quantity(study, MEASURES[measures[0]], "", "", (), values)
    base = found["against"].iloc[0].replace("-", " ")
    subtitle = f"Differences from ‘{base}’ with the same luck and their 95% intervals; hollow ones are within luck"
    texts = Texts(title, subtitle, tuple(notes), study_footer([quantity]), f"{title}. {subtitle}.")
    return draw_intervals(panels, texts, LIGHT)


def front_figure(
    study: Study,
    n: int,
    aim: str,
    cost: str,
    levers: tuple[str, ...],
    budget: float,
    *,
    front: pd.DataFrame,
    equal: pd.DataFrame,
    q2: pd.DataFrame,
) -> str:
    """Return the front of a search as its table kept it: mixes, those as good as the best, the emulators' Q2."""
    points = tuple(study.design.points(study.factors))
    values = np.zeros((len(points), n))
    quantities = {name: Quantity(study, MEASURES[name], "today", "", points, values) for name in (aim, cost)}
    emulators = {name: SimpleNamespace(quantity=known, q2=q2[name].iloc[0]) for name, known in quantities.items()}
    best = where(equal, is_best=True).iloc[0]
    found = SimpleNamespace(aims={aim: "less", cost: "less"}, cost=cost, budget=budget, levers=levers, front=front)
    found.best, found.equal, found.share_equal = {name: best[name] for name in levers}, equal, best["share"]
    found.emulators = emulators
    return draw_pareto(cast(Search, found))


def grid(found: pd.DataFrame, measures: Sequence[str], label: str = "arm", say: Callable[[Any], str] = words) -> str:
    """Return rows as a table in Markdown: a line a value of `label`, a column a measure with its unit."""
    heads = [f"[{MEASURES[name].label}]({BOOK}#{name}), {unit_of(name)[1]}" for name in measures]
    lines = [
        [str(value).replace("-", " "), *(say(one(found, measure=name, **{label: value})) for name in measures)]
        for value in found[label].unique()
    ]
    return markdown(["", *heads], lines)


def markdown(heads: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown, with an empty line before and after it."""
    rows = [heads, ["---"] * len(heads), *lines]
    return "\n".join(["", "", *(f"| {' | '.join(row)} |" for row in rows), "", ""])
