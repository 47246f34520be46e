"""Replay: England's roll-out of link workers from July 2019 on, a sample of networks beside the published figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from math import inf, isfinite, nan
from typing import Any, Final

from sp_abm.comparison import checked_seeds
from sp_abm.errors import BadValue
from sp_abm.evidence import figure, targets
from sp_abm.places import Place
from sp_abm.places import place as find_place
from sp_abm.pool import Done, gathered
from sp_abm.scenario import Scenario, load
from sp_abm.simulation import Simulation
from sp_abm.validation.national import (
    IN_2020_21,
    IN_2023,
    JANUARY,
    JULY,
    START,
    SUMMED,
    Stretch,
    offers,
    summed,
    weeks_of,
)
from sp_abm.validation.national import posts as in_post
from sp_abm.validation.pooling import Floats, Interval, Value, mean, pooled, ratio
from sp_abm.validation.verdicts import verdict_on
from sp_abm.validation.worlds import ROLL_OUT

PLACE: Final = "average-pcn"
ENGLAND: Final = 56_489_800
"""Residents of England (Census 2021), to whom the scenario's posts are counted and a sample is scaled up."""
CLOSE: Final = 0.1
"""A published figure without an interval is met within a tenth, near within a fifth."""
PERCENT: Final = 100


@dataclass(frozen=True)
class Row:
    """A published figure: its evidence, what it is and when, and the sums of which `value` makes the same."""

    id: str
    what: str
    when: str
    unit: str
    sums: tuple[Stretch, ...]
    value: Value
    is_input: bool = False


@dataclass(frozen=True)
class Replayed:
    """A published figure beside the model's, with its 95% interval over networks."""

    row: Row
    published: tuple[float, float]
    model: Interval

    @property
    def verdict(self) -> str:
        """Return meets, near or misses, as for every target: near is within half the interval's width outside."""
        low, high = self.published
        if low == high:
            low, high = low * (1 - CLOSE), high * (1 + CLOSE)
        room = (high - low) / 2 if isfinite(high) else CLOSE * low
        return verdict_on(self.model.mean, low, high, room)

    def as_dict(self) -> dict[str, Any]:
        """Return the row for machines."""
        facts = {name: getattr(self.row, name) for name in ("id", "what", "when", "unit", "is_input")}
        return {
            **facts,
            "evidence": {"low": self.published[0], "high": self.published[1]},
            "model": {part: getattr(self.model, part) for part in ("low", "mean", "high")},
            "verdict": self.verdict,
        }


def _of_england(sums: Floats) -> float:
    """Return a network's mean scaled up to England."""
    return mean(sums) * ENGLAND / find_place(PLACE).residents


def _posts(name: str, when: str, day: date) -> Row:
    return Row(name, "link workers in post", when, "full-time equivalents", (in_post(day),), _of_england, is_input=True)


ROWS: Final = (
    _posts("W003", "March 2020", date(2020, 3, 31)),
    _posts("W002", "March 2021", date(2021, 3, 31)),
    _posts("W006", "August 2022", date(2022, 8, 31)),
    _posts("W010", "July 2023", date(2023, 7, 31)),
    _posts("W013", "January 2024", JANUARY),
    _posts("W011", "April 2024", date(2024, 4, 30)),
    _posts("W012", "July 2024", JULY),
    Row("P03", "change of link workers in post", "January to July 2024", "share", *SUMMED["P03"], is_input=True),
    Row("W001", "link workers in post", "March 2021", "heads",
        (("n_workers", IN_2020_21[1], IN_2020_21[1]),), _of_england),
    Row("W014", "link workers appointed so far", "end of 2023", "people", (("hired", START, IN_2023[1]),), _of_england),
    Row("EO004", "people referred", "April 2020 to March 2021", "people", (("referred", *IN_2020_21),), _of_england),
    Row("EO001", "people referred", "2023", "people", (("referred", *IN_2023),), _of_england),
    Row("P02", "people referred", "2023 over 2020/21", "ratio", *SUMMED["P02"]),
    Row("EO005", "offers declined", "April 2020 to March 2021", "share", offers(IN_2020_21), ratio),
    Row("EO013", "offers declined", "2023", "share", offers(IN_2023), ratio),
    Row("P01", "offers declined", "2023 over 2019", "ratio", *SUMMED["P01"]),
)  # fmt: skip
"""Posts are what the scenario asks for: their rows check the input. Referrals and refusals come out of the model."""


def published() -> dict[str, tuple[float, float]]:
    """Return what is published for each row of `ROWS`, low and high, from the packaged evidence."""
    declined, referred = _figure("EO005"), _figure("EO004")
    shares = {"EO005": declined / (declined + referred), "EO013": _figure("EO013") / PERCENT}
    return {row.id: (shares[row.id],) * 2 if row.id in shares else _interval(row.id) for row in ROWS}


def _figure(name: str) -> float:
    value = figure(name).value
    return nan if value is None else value


def _interval(name: str) -> tuple[float, float]:
    """Return a row's interval, open above where it says "more than"; or its single figure twice."""
    if name in targets():
        return targets()[name].low, targets()[name].high
    low, high = figure(name).low, figure(name).high
    return (_figure(name),) * 2 if low is None else (low, inf if high is None else high)


def replay(
    networks: int | Sequence[int] = 30,
    *,
    workers: int | None = None,
    done: Done | None = None,
) -> list[Replayed]:
    """Replay the roll-out in that many average networks, each with its own luck, beside the published figures."""
    numbers = checked_seeds(networks)
    if len(numbers) < 2:
        raise BadValue(f"networks = {networks!r} must be at least 2: intervals are over networks.")
    by_network = gathered(partial(_one, load(ROLL_OUT), find_place(PLACE)), numbers, workers, done)
    evidence = published()
    return [
        Replayed(row, evidence[row.id], pooled(row.value, sums))
        for row, sums in zip(ROWS, zip(*by_network, strict=True), strict=True)
    ]


def _one(scenario: Scenario, place: Place, seed: int) -> list[Floats]:
    """Return every row's sums in one network."""
    weeks = weeks_of(START, JULY).stop
    results = Simulation.start(scenario, place, seed, weeks=weeks).run(weeks).results()
    return [summed(results, row.sums) for row in ROWS]
