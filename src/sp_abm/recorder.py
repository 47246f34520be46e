"""Recorder: writes down each week, once, after the last submodel. It reads everything and changes nothing.

People are counted in cells of deprivation fifth x age band x sex, so that any person measure can be split.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.agents.citizens import Citizens
from sp_abm.cases import Cases, is_seen
from sp_abm.kernels import Floats, Whole, compiled
from sp_abm.measures import Measure
from sp_abm.vocabulary import (
    ADULT_AGE,
    AGE_BAND_STARTS,
    AGE_BANDS,
    DEPRIVATION_FIFTHS,
    OLDEST_AGE,
    SEXES,
    TRANSITIONS,
    CaseState,
    Stage,
)
from sp_abm.world import FLOWS, World

SHAPE: Final = (len(DEPRIVATION_FIFTHS), len(AGE_BANDS), len(SEXES))
N_CELLS: Final = int(np.prod(SHAPE))
PEOPLE_TALLIES: Final = (
    "n_citizens",
    "n_adults",
    *(f"n_{stage.word}" for stage in Stage),
    "n_lonely",
    "n_aware",
    "sum_trust",
    "sum_life_satisfaction",
    "consultations",
    "referred_people",
    *(f"new_{before.word}_to_{after.word}" for before, after in TRANSITIONS),
)
SYSTEM_TALLIES: Final = (
    "weeks",
    "fte_funded",
    "fte_in_post",
    "fte_vacant",
    "n_workers",
    "sum_burnout",
    "n_burnt_out",
    "n_intending",
    "n_held_cases",
    "n_waiting",
    "places_occupied",
    "n_volunteers",
    "spent",
    *FLOWS,
)
_FIRST_STAGE = PEOPLE_TALLIES.index("n_thriving")
_LONELY, _AWARE, _TRUST, _LIFE = (
    PEOPLE_TALLIES.index(n) for n in ("n_lonely", "n_aware", "sum_trust", "sum_life_satisfaction")
)
_CONSULTATIONS, _REFERRED = PEOPLE_TALLIES.index("consultations"), PEOPLE_TALLIES.index("referred_people")
_FLOW_COLUMN = np.full((len(Stage), len(Stage)), -1, np.int64)
for _before, _after in TRANSITIONS:
    _FLOW_COLUMN[_before, _after] = PEOPLE_TALLIES.index(f"new_{_before.word}_to_{_after.word}")
_BAND_OF_AGE = np.searchsorted(AGE_BAND_STARTS, np.arange(OLDEST_AGE + 1), side="right") - 1


class Recorder:
    """The record of a run: `people` (weeks, cells, tallies) and `system` (weeks, tallies), float64."""

    def __init__(self, world: World, weeks: int) -> None:
        self.people = np.zeros((weeks, N_CELLS, len(PEOPLE_TALLIES)))
        self.system = np.zeros((weeks, len(SYSTEM_TALLIES)))
        self.n_weeks = 0
        self.last_stage = world.citizens.stage.copy()
        p = world.parameters.observation
        self._life = np.array([getattr(p, f"life_{stage.word}") for stage in Stage])
        self._life_lonely = p.life_lonely

    def record(self, world: World) -> None:
        """Write one row for the week that has just been simulated."""
        week = self.n_weeks
        if week == self.system.shape[0]:
            self._grow()
        arguments = (world.citizens, self.last_stage, self._life, self._life_lonely, world.week - 1)
        for part in world.pass_over_citizens(_count_people, *arguments):
            self.people[week] += part
        stocks = system_stocks(world)
        self.system[week] = [stocks[name] if name in stocks else world.flows[name] for name in SYSTEM_TALLIES]
        self.n_weeks += 1

    def restore(self, people: NDArray[np.float64], system: NDArray[np.float64], last_stage: NDArray[np.int8]) -> None:
        """Go on from a saved record."""
        self.people, self.system, self.last_stage = people, system, last_stage
        self.n_weeks = system.shape[0]

    def latest(self, measure: Measure) -> float:
        """Return a measure's value in the latest week: top over bottom of that week alone, NaN if neither exists."""
        top = self._tally(measure.top)
        bottom = self._tally(measure.bottom) if measure.bottom else 1.0
        return top / bottom * measure.scale if bottom > 0 else float("nan")

    def _tally(self, name: str) -> float:
        if name == "n_distress":
            return self._tally("n_pre_crisis") + self._tally("n_crisis")
        if name in PEOPLE_TALLIES:
            return float(self.people[self.n_weeks - 1, :, PEOPLE_TALLIES.index(name)].sum())
        return float(self.system[self.n_weeks - 1, SYSTEM_TALLIES.index(name)]) if name in SYSTEM_TALLIES else np.nan

    def _grow(self) -> None:
        extra = max(1, self.system.shape[0])
        self.people = np.concatenate([self.people, np.zeros((extra, *self.people.shape[1:]))])
        self.system = np.concatenate([self.system, np.zeros((extra, self.system.shape[1]))])


def system_stocks(world: World) -> dict[str, float]:
    """Return the levels of workforce, service, community and money at the end of the week."""
    workers, books = world.link_workers, world.commissioner
    is_in = workers.in_post
    held, waiting = _count_cases(world.cases, world.n_cases)
    in_post = float(workers.fte[is_in].sum())
    threshold = world.parameters.turnover.threshold_burnt_out
    return {
        "weeks": 1.0,
        "fte_funded": float(workers.fte.sum()),
        "fte_in_post": in_post,
        "fte_vacant": float(workers.fte.sum()) - in_post,
        "n_workers": float(is_in.sum()),
        "sum_burnout": float(workers.burnout[is_in].sum()),
        "n_burnt_out": float((workers.burnout[is_in] > threshold).sum()),
        "n_intending": float(workers.intends[is_in].sum()),
        "n_held_cases": float(held),
        "n_waiting": float(waiting),
        "places_occupied": float(world.organisations.occupied.sum()),
        "n_volunteers": float(world.organisations.volunteers.sum()),
        "spent": float(books.spent_posts[0] + books.spent_outreach[0] + books.spent_grants[0]),
    }


@compiled
def _count_cases(cases: Cases, n_cases: int) -> tuple[int, int]:
    held = waiting = 0
    for row in range(n_cases):
        if cases.state[row] != CaseState.CLOSED:
            held += cases.worker[row] >= 0
            waiting += not is_seen(cases, row)
    return held, waiting


@compiled
def _count_people(
    low: int, high: int, citizens: Citizens, last_stage: Whole, life: Floats, life_lonely: float, week: int
) -> Floats:
    tallies = np.zeros((N_CELLS, len(PEOPLE_TALLIES)))
    n_bands, n_sexes = len(AGE_BANDS), len(SEXES)
    for i in range(low, high):
        band = _BAND_OF_AGE[citizens.age[i]]
        cell = (citizens.fifth[i] * n_bands + band) * n_sexes + (0 if citizens.female[i] else 1)
        tallies[cell, 0] += 1
        tallies[cell, _CONSULTATIONS] += citizens.consultations[i]
        if citizens.age[i] < ADULT_AGE:
            last_stage[i] = citizens.stage[i]
            continue
        tallies[cell, 1] += 1
        stage = citizens.stage[i]
        tallies[cell, _FIRST_STAGE + stage] += 1
        if last_stage[i] != stage:
            tallies[cell, _FLOW_COLUMN[last_stage[i], stage]] += 1
            last_stage[i] = stage
        satisfaction = life[stage] + citizens.contentment[i]
        if citizens.lonely[i]:
            tallies[cell, _LONELY] += 1
            satisfaction -= life_lonely
        tallies[cell, _LIFE] += min(10.0, max(0.0, satisfaction))
        tallies[cell, _AWARE] += citizens.aware[i]
        tallies[cell, _TRUST] += citizens.trust[i]
        tallies[cell, _REFERRED] += citizens.last_referral[i] == week
    return tallies
