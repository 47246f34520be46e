"""Replay: England's roll-out of link workers from July 2019 on, a sample of networks beside the published figures."""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from importlib.resources import files
from math import isfinite
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.comparison import Difference, checked_seeds, paired_difference
from sp_abm.errors import BadValue
from sp_abm.places import Place
from sp_abm.places import place as find_place
from sp_abm.pool import for_each
from sp_abm.scenario import Scenario, load
from sp_abm.simulation import Simulation

SCENARIO: Final = "national-rollout"
PLACE: Final = "average-pcn"
ENGLAND: Final = 56_489_800
"""Residents of England (Census 2021), to whom the scenario's posts are counted and a sample is scaled up."""
DAYS_PER_WEEK: Final = 7
CLOSE: Final = 0.1
"""A published figure without an interval is met within a tenth, near within a fifth."""
Floats = NDArray[np.float64]
Stretch = tuple[str, date, date]
"""A tally and the first and last day it is summed over."""

_START, _LAST = date(2019, 7, 1), date(2024, 7, 31)
_2019, _2023 = (_START, date(2019, 12, 31)), (date(2023, 1, 1), date(2023, 12, 31))
_2020_21 = (date(2020, 4, 1), date(2021, 3, 31))


@dataclass(frozen=True)
class Row:
    """A published figure: its evidence, what it is and when, and the sums of which `combined` makes the same."""

    id: str
    what: str
    when: str
    unit: str
    sums: tuple[Stretch, ...]
    combined: Callable[[Floats], float]
    is_input: bool = False


@dataclass(frozen=True)
class Replayed:
    """A published figure beside the model's, with its 95% interval over networks."""

    row: Row
    published: tuple[float, float]
    model: Difference

    @property
    def verdict(self) -> str:
        """Return meets, near or misses, as for every target: near is within half the interval's width outside."""
        low, high = self.published
        if low == high:
            low, high = low * (1 - CLOSE), high * (1 + CLOSE)
        if not isfinite(self.model.mean):
            return "not testable"
        if low <= self.model.mean <= high:
            return "meets"
        room = (high - low) / 2 if isfinite(high) else CLOSE * low
        return "near" if low - room <= self.model.mean <= high + room else "misses"

    def as_dict(self) -> dict[str, Any]:
        """Return the row for machines."""
        facts = {name: getattr(self.row, name) for name in ("id", "what", "when", "unit", "is_input")}
        return {
            **facts,
            "evidence": {"low": self.published[0], "high": self.published[1]},
            "model": {part: getattr(self.model, part) for part in ("low", "mean", "high")},
            "verdict": self.verdict,
        }


def _of_england(means: Floats) -> float:
    """Return a network's mean scaled up to England."""
    return float(means[0]) * ENGLAND / find_place(PLACE).residents


def _ratio(means: Floats) -> float:
    return float(means[0] / means[1]) if means[1] else float("nan")


def _ratio_of_ratios(means: Floats) -> float:
    return _ratio(np.array([_ratio(means[:2]), _ratio(means[2:])]))


def _growth(means: Floats) -> float:
    return _ratio(means) - 1


def _posts(name: str, when: str, day: date) -> Row:
    words = "link workers in post"
    return Row(name, words, when, "full-time equivalents", (("fte_in_post", day, day),), _of_england, is_input=True)


def _offers(years: tuple[date, date]) -> tuple[Stretch, Stretch]:
    return ("declined", *years), ("offered", *years)


_JANUARY, _JULY = date(2024, 1, 31), _LAST
ROWS: Final = (
    _posts("W003", "March 2020", date(2020, 3, 31)),
    _posts("W002", "March 2021", date(2021, 3, 31)),
    _posts("W006", "August 2022", date(2022, 8, 31)),
    _posts("W010", "July 2023", date(2023, 7, 31)),
    _posts("W013", "January 2024", _JANUARY),
    _posts("W011", "April 2024", date(2024, 4, 30)),
    _posts("W012", "July 2024", _JULY),
    Row("P03", "change of link workers in post", "January to July 2024", "share",
        (("fte_in_post", _JULY, _JULY), ("fte_in_post", _JANUARY, _JANUARY)), _growth, is_input=True),
    Row("W001", "link workers in post", "March 2021", "heads",
        (("n_workers", _2020_21[1], _2020_21[1]),), _of_england),
    Row("W014", "link workers appointed so far", "end of 2023", "people", (("hired", _START, _2023[1]),), _of_england),
    Row("EO004", "people referred", "April 2020 to March 2021", "people", (("referred", *_2020_21),), _of_england),
    Row("EO001", "people referred", "2023", "people", (("referred", *_2023),), _of_england),
    Row("P02", "people referred", "2023 over 2020/21", "ratio",
        (("referred", *_2023), ("referred", *_2020_21)), _ratio),
    Row("EO005", "offers declined", "April 2020 to March 2021", "share", _offers(_2020_21), _ratio),
    Row("EO013", "offers declined", "2023", "share", _offers(_2023), _ratio),
    Row("P01", "offers declined", "2023 over 2019", "ratio", _offers(_2023) + _offers(_2019), _ratio_of_ratios),
)  # fmt: skip
"""Posts are what the scenario asks for: their rows check the input. Referrals and refusals come out of the model."""


def published() -> dict[str, tuple[float, float]]:
    """Return what is published for each row of `ROWS`, low and high, from the packaged evidence."""
    rows = {row["id"]: row for table in ("workforce", "outcomes", "targets") for row in _evidence(table)}
    found = {row.id: _interval(rows[row.id]) for row in ROWS}
    declined, referred = (float(rows[name]["value"]) for name in ("EO005", "EO004"))
    share_2023 = float(rows["EO013"]["value"]) / 100
    return {**found, "EO005": (declined / (declined + referred),) * 2, "EO013": (share_2023, share_2023)}


def _interval(row: Mapping[str, str]) -> tuple[float, float]:
    """Return a row's interval, open above where it says "more than"; or its single figure twice."""
    if row["low"]:
        return float(row["low"]), float(row["high"] or "inf")
    return float(row["value"]), float(row["value"])


def _evidence(table: str) -> list[dict[str, str]]:
    text = files("sp_abm").joinpath("data", "evidence", f"{table}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def replay(
    networks: int | Sequence[int] = 30,
    *,
    workers: int | None = None,
    done: Callable[[int, int], None] | None = None,
) -> list[Replayed]:
    """Replay the roll-out in that many average networks, each with its own luck, beside the published figures."""
    numbers = checked_seeds(networks)
    if len(numbers) < 2:
        raise BadValue(f"networks = {networks!r} must be at least 2: intervals are over networks.")
    found: dict[int, list[Floats]] = {}
    for seed, sums in for_each(partial(_one, load(SCENARIO), find_place(PLACE)), numbers, workers):
        found[seed] = sums
        if done:
            done(len(found), len(numbers))
    evidence = published()
    return [
        Replayed(row, evidence[row.id], pooled(row.combined, np.array([found[seed][k] for seed in numbers])))
        for k, row in enumerate(ROWS)
    ]


def pooled(combined: Callable[[Floats], float], sums: Floats) -> Difference:
    """Return what is combined of the networks' mean sums, shape (networks, sums), with its jackknife interval."""
    n, whole = len(sums), combined(sums.mean(axis=0))
    left_out = np.array([combined(np.delete(sums, k, axis=0).mean(axis=0)) for k in range(n)])
    spread = paired_difference(n * whole - (n - 1) * left_out)
    half = spread.high - spread.mean
    return Difference(whole, whole - half, whole + half, spread.verdict)


def _one(scenario: Scenario, place: Place, seed: int) -> list[Floats]:
    """Return every row's sums in one network."""
    weeks = _weeks(_LAST, _LAST, scenario).stop
    simulation = Simulation.start(scenario, place, seed, weeks=weeks).run(weeks)
    results = simulation.results()
    return [
        np.array([results.tally(tally)[_weeks(first, last, scenario)].sum() for tally, first, last in row.sums])
        for row in ROWS
    ]


def _weeks(first: date, last: date, scenario: Scenario) -> slice:
    """Return the weeks from that of the first day to the last that has ended by the evening of the last day."""
    end = ((last - scenario.start).days + 1) // DAYS_PER_WEEK
    begin = min((first - scenario.start).days // DAYS_PER_WEEK, end - 1)
    return slice(begin, end)
