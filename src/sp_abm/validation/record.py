"""Record: what the last whole `sp-abm validate` gave, row by row, when it was run and of which version of the rules."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from sp_abm.kernels import SOURCE_HASH

FILE: Final = "validation.csv"
COLUMNS: Final = ("id", "mean", "low", "high", "verdict", "run_on", "model", "source")
_SOURCE: Final = "made by sp-abm validate; model version"


@dataclass(frozen=True)
class Recorded:
    """What the model gave for a target: mean over seeds and its 95% interval, none where nothing could be computed."""

    mean: float | None
    low: float | None
    high: float | None
    verdict: str
    run_on: str
    model: str

    @property
    def is_of_this_version(self) -> bool:
        """Return whether the rules that were run are those of today, byte for byte."""
        return self.model == SOURCE_HASH


@cache
def recorded() -> Mapping[str, Recorded]:
    """Return the record by the ids of the targets."""
    table = files("sp_abm").joinpath("data", FILE)
    with table.open(encoding="utf-8") as stream:
        return {row["id"]: _row(row) for row in csv.DictReader(stream)}


def _row(row: Mapping[str, str]) -> Recorded:
    mean, low, high = (float(row[name]) if row[name] else None for name in ("mean", "low", "high"))
    return Recorded(mean, low, high, row["verdict"], row["run_on"], row["model"])


def as_csv(entries: Iterable[Mapping[str, Any]], run_on: str, model: str) -> str:
    """Return the record of a report of `sp-abm validate`, run on a day with a version of the rules."""
    rows = [
        [entry["id"], *(_short(entry["model"][end]) for end in ("mean", "low", "high")), entry["verdict"]]
        for entry in entries
    ]
    lines = [COLUMNS, *([*row, run_on, model, f"{_SOURCE} {model}"] for row in rows)]
    return "".join(",".join(line) + "\n" for line in lines)


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"
