"""Observation: the week's people counted by deprivation fifth, age band and sex."""

from bisect import bisect
from collections import Counter
from typing import Any

from sp_abm.vocabulary import AGE_BAND_STARTS, Stage

Cell = tuple[int, int, int]


class Observer:
    """Counts people, and the moves between stages since it last looked."""

    def __init__(self, model: Any) -> None:
        self.last_stage = [citizen.stage for citizen in model.citizens]
        self.life = [getattr(model.parameters.observation, f"life_{stage.word}") for stage in Stage]

    def count_people(self, model: Any) -> dict[Cell, Counter[str]]:
        """Return every tally of people, by (fifth, age band, 0 for women or 1 for men)."""
        cells: dict[Cell, Counter[str]] = {}
        life_lonely = model.parameters.observation.life_lonely
        for row, citizen in enumerate(model.citizens):
            cell = citizen.fifth, bisect(AGE_BAND_STARTS, citizen.age) - 1, 0 if citizen.female else 1
            tally = cells.setdefault(cell, Counter())
            before, stage = self.last_stage[row], citizen.stage
            self.last_stage[row] = stage
            tally["n_citizens"] += 1
            tally["consultations"] += citizen.consultations
            if not citizen.is_adult():
                continue
            tally["n_adults"] += 1
            tally[f"n_{WORDS[stage]}"] += 1
            if before != stage:
                tally[f"new_{WORDS[before]}_to_{WORDS[stage]}"] += 1
            life = self.life[stage] + citizen.contentment - life_lonely * citizen.lonely
            tally["sum_life_satisfaction"] += min(10.0, max(0.0, life))
            tally["n_lonely"] += citizen.lonely
            tally["n_aware"] += citizen.aware
            tally["sum_trust"] += citizen.trust
            tally["referred_people"] += citizen.last_referral == model.week - 1
        return cells


WORDS = [stage.word for stage in Stage]
