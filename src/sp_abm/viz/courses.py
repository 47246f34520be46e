"""Courses: how a few measures go over a run, week by week, light enough to keep of many runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sp_abm.results import Results
from sp_abm.viz.axes import Series
from sp_abm.viz.years import rolling_ratio
from sp_abm.vocabulary import WEEKS_PER_YEAR

Course = Mapping[str, Series]
"""By measure: its value over the (up to) 52 weeks before the end of each week."""


@dataclass(frozen=True)
class Followed:
    """A measure that is followed: its heading and unit, the ratio it is, and how it is shown."""

    heading: str
    unit: str
    top: str
    bottom: str
    scale: float
    decimals: int
    empty: str = "no value"


FOLLOWED: Final[Mapping[str, Followed]] = {
    "gp_consultations": Followed(
        "GP and nurse consultations", "per resident a year", "consultations", "n_citizens", WEEKS_PER_YEAR, 2
    ),
    "burnout": Followed(
        "Burnout of link workers", "mean of those in post, 0 to 1", "sum_burnout", "n_workers", 1.0, 2, "nobody in post"
    ),
    "vacancy": Followed("Posts vacant", "% of posts", "fte_vacant", "fte_funded", 100.0, 1, "no posts"),
    "spending": Followed("Money spent", "GBP per resident a year", "spent", "n_citizens", WEEKS_PER_YEAR, 2),
}


def course(results: Results) -> Course:
    """Return how the followed measures go over a run."""
    return {name: rolling_ratio(results, each.top, each.bottom) * each.scale for name, each in FOLLOWED.items()}
