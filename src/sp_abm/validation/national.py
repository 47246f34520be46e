"""Statistics of the national roll-out, replayed in average PCNs that together stand for England.

The rows of the targets and those of the replay (`sp_abm.replay`) are read off here, over the days that the published
figures are of.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache, partial
from typing import Final

from sp_abm.results import Results
from sp_abm.scenario import load
from sp_abm.validation.pooling import Floats, Statistic, Value, one, ratio, ratio_of_ratios
from sp_abm.validation.worlds import ROLL_OUT, Worlds

DAYS_PER_WEEK: Final = 7
Days = tuple[date, date]
"""The first and last day of a stretch of time."""
Stretch = tuple[str, date, date]
"""A tally and the first and last day it is summed over."""

START: Final = date(2019, 7, 1)
FROM_START: Final = (START, date(2019, 12, 31))
IN_2020_21: Final = (date(2020, 4, 1), date(2021, 3, 31))
IN_2023: Final = (date(2023, 1, 1), date(2023, 12, 31))
JANUARY, JULY = date(2024, 1, 31), date(2024, 7, 31)


def weeks_of(first: date, last: date) -> slice:
    """Return the weeks of the replay from the one that begins nearest the first day to the last that has ended.

    The last is the one that has ended by the evening of the last day: a single day is read in that week.
    """
    end = ((last - _start()).days + 1) // DAYS_PER_WEEK
    begin = ((first - _start()).days + DAYS_PER_WEEK // 2) // DAYS_PER_WEEK
    return slice(min(begin, end - 1), end)


@cache
def _start() -> date:
    return load(ROLL_OUT).start


def offers(days: Days) -> tuple[Stretch, Stretch]:
    """Return offers declined and made over some days."""
    return ("declined", *days), ("offered", *days)


def posts(day: date) -> Stretch:
    """Return link workers in post on a day, full-time equivalents."""
    return "fte_in_post", day, day


def summed(results: Results, stretches: tuple[Stretch, ...]) -> Floats:
    """Return a network's tallies, each summed over its days, as one row."""
    return one(*(results.tally(tally)[weeks_of(first, last)].sum() for tally, first, last in stretches))


def growth(rows: Floats) -> float:
    """Return by how much the first column lies above the second, as a part of it."""
    return ratio(rows) - 1


SUMMED: Final[Mapping[str, tuple[tuple[Stretch, ...], Value]]] = {
    "P01": (offers(IN_2023) + offers(FROM_START), ratio_of_ratios),
    "P02": ((("referred", *IN_2023), ("referred", *IN_2020_21)), ratio),
    "P03": ((posts(JULY), posts(JANUARY)), growth),
}
"""By row of the targets what is summed over which days, and the value of the sums: 2019 is July to December of it."""


def _seen(stretches: tuple[Stretch, ...], worlds: Worlds) -> Floats:
    return summed(worlds[ROLL_OUT].results, stretches)


NATIONAL: Final[Mapping[str, Statistic]] = {
    row: Statistic(partial(_seen, stretches), value) for row, (stretches, value) in SUMMED.items()
}
