"""Observation: the week's people by deprivation fifth, age band and sex, and those in need and reached alone."""

from bisect import bisect
from collections import Counter
from typing import Any

from sp_abm.vocabulary import AGE_BAND_STARTS, Stage

Cell = tuple[int, int, int]


class Observer:
    """Counts people, and the moves between stages since it last looked.

    It remembers who was in need when it began or when they moved in, and who has met a link worker since.
    """

    def __init__(self, model: Any) -> None:
        self.last_stage = [citizen.stage for citizen in model.citizens]
        self.in_need = [needs_help(citizen) for citizen in model.citizens]
        self.reached = [False] * len(self.in_need)
        self.life = [getattr(model.parameters.observation, f"life_{stage.word}") for stage in Stage]
        self.quality = [getattr(model.parameters.observation, f"quality_{stage.word}") for stage in Stage]

    def count_people(self, model: Any) -> dict[Cell, Counter[str]]:
        """Return every tally of people, by (fifth, age band, 0 for women or 1 for men)."""
        cells: dict[Cell, Counter[str]] = {}
        week = model.week - 1
        for row, citizen in enumerate(model.citizens):
            cell = citizen.fifth, bisect(AGE_BAND_STARTS, citizen.age) - 1, 0 if citizen.female else 1
            tally = cells.setdefault(cell, Counter())
            if citizen.arrived == week:
                self.in_need[row], self.reached[row] = needs_help(citizen), False
            if citizen.case is not None and citizen.case.week_first == week:
                self.reached[row] = True
            found = self.look_at(citizen, self.last_stage[row], week, model.parameters)
            self.last_stage[row] = citizen.stage
            tally.update(found)
            for who, is_one in (("in_need", self.in_need[row]), ("reached", self.reached[row])):
                if is_one:
                    tally.update({f"{name}_{who}": number for name, number in found.items() if name not in OF_ALL})
        return cells

    def look_at(self, citizen: Any, before: int, week: int, p: Any) -> dict[str, float]:
        """Return what one person adds to the tallies of everybody."""
        found = {"n_citizens": 1.0, "consultations": float(citizen.consultations)}
        if not citizen.is_adult():
            return found
        stage = citizen.stage
        life = self.life[stage] + citizen.contentment - p.observation.life_lonely * citizen.lonely
        if before != stage and citizen.arrived != week:
            found[f"new_{WORDS[before]}_to_{WORDS[stage]}"] = 1.0
        return found | {
            "n_adults": 1.0,
            f"n_{WORDS[stage]}": 1.0,
            "sum_life_satisfaction": min(10.0, max(0.0, life)),
            "sum_quality": self.quality[stage],
            "n_lonely": float(citizen.lonely),
            "n_aware": float(citizen.aware),
            "n_volunteering": float(citizen.volunteers_anyway or citizen.volunteers_at is not None),
            "sum_trust": citizen.trust,
            "consultations_of_adults": float(citizen.consultations),
            "consultations_non_medical": citizen.consultations * citizen.p_need(p.referral),
            "referred_people": float(citizen.last_referral == week),
        }


def needs_help(citizen: Any) -> bool:
    """Say whether somebody of 16 or over is in distress or lonely now."""
    return citizen.is_adult() and (citizen.stage in (Stage.PRE_CRISIS, Stage.CRISIS) or bool(citizen.lonely))


WORDS = [stage.word for stage in Stage]
OF_ALL = ("n_citizens", "consultations_of_adults", "referred_people")
"""What is counted of everybody only."""
