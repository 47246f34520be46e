"""Statistics of the national roll-out, replayed in average PCNs that together stand for England."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from sp_abm.scenario import load
from sp_abm.validation.pooling import Floats, Statistic, change, one, ratio_of_ratios
from sp_abm.validation.worlds import ROLL_OUT, Worlds

YEAR: Final = 52
A_MONTH: Final = 4


def week_of(day: date) -> int:
    """Return the week of the replay in which a day lies."""
    return (day - load(ROLL_OUT).start).days // 7


def total(worlds: Worlds, tally: str, first: int, weeks: int) -> float:
    """Return the sum of a tally over some weeks of the replay."""
    return float(worlds[ROLL_OUT].results.tally(tally)[first : first + weeks].sum())


def refusals(worlds: Worlds) -> Floats:
    """Return offers declined and made in the last year of the replay, then in its first."""
    n = worlds[ROLL_OUT].results.n_weeks
    starts = (n - YEAR, 0)
    return one(*(total(worlds, tally, first, YEAR) for first in starts for tally in ("declined", "offered")))


def referrals(worlds: Worlds) -> Floats:
    """Return people referred in 2023 and in the year from April 2020, each over weeks."""
    starts = (week_of(date(2023, 1, 2)), week_of(date(2020, 4, 1)))
    return one(*(part for first in starts for part in (total(worlds, "referred", first, YEAR), YEAR)))


def link_workers(worlds: Worlds) -> Floats:
    """Return link workers in post in July and in January 2024, full-time equivalents, each over weeks."""
    starts = (week_of(date(2024, 7, 1)), week_of(date(2024, 1, 8)))
    return one(*(part for first in starts for part in (total(worlds, "fte_in_post", first, A_MONTH), A_MONTH)))


NATIONAL: Final[Mapping[str, Statistic]] = {
    "P01": Statistic(refusals, ratio_of_ratios),
    "P02": Statistic(referrals, ratio_of_ratios),
    "P03": Statistic(link_workers, change),
}
