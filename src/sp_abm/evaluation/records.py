"""Records: what is written down of everybody of 16 and over, week by week, as surveys and surgeries would have it."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sp_abm.readings import Asked, survey
from sp_abm.vocabulary import ADULT_AGE, WEEKS_PER_YEAR
from sp_abm.world import World

Floats = NDArray[np.float64]
Weeks = NDArray[np.int64]

OUTCOMES: Final = ("gp_consultations", "distress", "life_satisfaction", "loneliness", "swemwbs")
UNITS: Final = {
    "gp_consultations": "number a year",
    "distress": "points of the distress score, 0 to 12",
    "life_satisfaction": "points of life satisfaction, 0 to 10",
    "loneliness": "share of people",
    "swemwbs": "points of SWEMWBS, 7 to 35",
}
IS_GOOD: Final = {name: name in ("life_satisfaction", "swemwbs") for name in OUTCOMES}
"""Whether more of it is better."""
WINDOW: Final = WEEKS_PER_YEAR // 2
"""Weeks over which consultations are counted: half a year."""


class Traits(NamedTuple):
    """What an evaluator knows of each person for good."""

    age: Floats
    is_female: Floats
    fifth: Floats


class Records:
    """An observer that writes down stage, loneliness and consultations of everybody who is of age when it begins."""

    def __init__(self, world: World, weeks: int) -> None:
        citizens = world.citizens
        self.rows = np.flatnonzero(citizens.age >= ADULT_AGE)
        self.holders = citizens.holder[self.rows].copy()
        self.traits = Traits(
            *(np.asarray(column[self.rows], np.float64) for column in (citizens.age, citizens.female, citizens.fifth))
        )
        n = self.rows.size
        self.stage = np.zeros((weeks, n), np.int8)
        self.lonely = np.zeros((weeks, n), np.bool_)
        self.consulted = np.zeros((weeks + 1, n), np.uint16)
        self.left = np.full(n, weeks, np.int64)
        """The week each person moved away or died, or the number of weeks."""
        self._first = world.week
        self._ids = citizens.id[self.rows].copy()
        self._contentment = citizens.contentment[self.rows].copy()
        self._luck, self._readings = world.luck, world.parameters.observation

    def after(self, submodel: str, world: World) -> None:
        """Wait for the end of the week."""

    def close_week(self, world: World) -> None:
        """Write down how everybody is; of who has gone, what is written is of the newcomer and nobody reads it."""
        citizens, week = world.citizens, world.week - self._first
        is_gone = citizens.holder[self.rows] != self.holders
        self.left[is_gone] = np.minimum(self.left[is_gone], week)
        self.stage[week] = citizens.stage[self.rows]
        self.lonely[week] = citizens.lonely[self.rows]
        self.consulted[week + 1] = self.consulted[week] + citizens.consultations[self.rows]

    def outcomes(self, people: Weeks, weeks: Weeks, last: Weeks) -> Floats:
        """Return each person's outcomes in a week, shape (people, outcomes).

        Consultations are those of the half-year whose last week is `last`, as a rate a year.
        """
        found = np.empty((people.size, len(OUTCOMES)))
        counted = self.consulted[last + 1, people].astype(float) - self.consulted[last + 1 - WINDOW, people]
        found[:, 0] = counted * (WEEKS_PER_YEAR / WINDOW)
        for week in np.unique(weeks):
            here = np.flatnonzero(weeks == week)
            found[here, 1:] = self._survey(people[here], int(week))
        return found

    def _survey(self, people: Weeks, week: int) -> Floats:
        """Return the answers of these people in one week: distress, life satisfaction, loneliness, SWEMWBS."""
        fixed = self._ids[people], self.holders[people]
        asked = Asked(*fixed, self.stage[week, people], self.lonely[week, people], self._contentment[people])
        said = survey(asked, week + self._first, self._luck, self._readings)
        return np.column_stack([said.distress, said.life_satisfaction, asked.lonely, said.swemwbs])
