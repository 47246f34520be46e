"""Sources: what the evidence ids behind a number stand for."""

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

_FILES: Final = ("outcomes.csv", "population.csv", "workforce.csv")
_ID: Final = re.compile(r"\b(?:W|EO|POP-)\d{3}\b")


@dataclass(frozen=True)
class Evidence:
    """One row of evidence: what was found, where, and how much it is trusted (1 to 5)."""

    id: str
    quantity: str
    value: str
    unit: str
    title: str
    year: str
    address: str
    confidence: str


@cache
def _evidence() -> dict[str, Evidence]:
    found = {}
    for name in _FILES:
        with files("sp_abm").joinpath("data", "evidence", name).open(encoding="utf-8") as stream:
            for row in csv.DictReader(stream):
                found[row["id"]] = Evidence(
                    row["id"],
                    row["quantity"],
                    row["value"],
                    row["unit"],
                    row["source_title"],
                    row["source_year"],
                    row["url"],
                    row["confidence"],
                )
    return found


def evidence_in(source: str) -> tuple[Evidence, ...]:
    """Return the rows of evidence that a source names, in its order."""
    return tuple(_evidence()[name] for name in dict.fromkeys(_ID.findall(source)) if name in _evidence())


def is_assumed(source: str) -> bool:
    """Return whether nobody measured it."""
    return source.startswith("assumed")
