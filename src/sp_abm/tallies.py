"""Tallies: what a recorder writes each week, by name, and the sums of them that measures are made of.

People are counted in cells of deprivation fifth x age band x sex, so that any measure of people can be split; some
tallies are also kept for the people in need and for those reached (see `recorder`).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.errors import unknown
from sp_abm.vocabulary import AGE_BANDS, DEPRIVATION_FIFTHS, SEXES, TRANSITIONS, Horizon, Route, Stage
from sp_abm.world import FLOWS

SHAPE: Final = (len(DEPRIVATION_FIFTHS), len(AGE_BANDS), len(SEXES))
N_CELLS: Final = int(np.prod(SHAPE))
MOVES: Final = tuple(f"new_{before.word}_to_{after.word}" for before, after in TRANSITIONS)
COUNTED: Final = (
    "n_citizens",
    "n_adults",
    *(f"n_{stage.word}" for stage in Stage),
    "n_lonely",
    "n_aware",
    "n_volunteering",
    "sum_trust",
    "sum_life_satisfaction",
    "consultations",
    "consultations_of_adults",
    "consultations_non_medical",
    "referred_people",
    *MOVES,
)
"""Tallies of everybody, counted person by person; `consultations_non_medical` are expected, and of people of 16+."""

DENOMINATORS: Final = ("in_need", "reached")
OF_SOME: Final = (
    *(name for name in COUNTED if name not in ("n_citizens", "consultations_of_adults", "referred_people", *MOVES)),
    "sum_quality",
)
"""Tallies that are also kept, with `_in_need` or `_reached` at the end, for those people alone, who are all adults."""
MOVES_OF_SOME: Final = tuple(f"{name}_{people}" for people in DENOMINATORS for name in MOVES)
"""Of their moves between stages only the sum over all cells is kept."""

PEOPLE_TALLIES: Final = (*COUNTED, "sum_quality", *(f"{name}_{people}" for people in DENOMINATORS for name in OF_SOME))
WORKFORCE: Final = (
    "fte_funded",
    "fte_in_post",
    "fte_vacant",
    "n_workers",
    "sum_burnout",
    "n_burnt_out",
    "n_intending",
    "sum_weeks_in_post",
    "sum_share_known",
    "sum_role_clarity",
)
ROLES: Final = ("hours_connecting", "hours_outreach", "hours_building", "hours_voice")
SERVICE: Final = (
    "n_held_cases",
    "n_waiting",
    "n_waiting_for_place",
    *(f"referred_by_{route.word}" for route in Route),
    *(f"helped_{horizon.value}" for horizon in Horizon),
)
COMMUNITY: Final = (
    "places",
    "places_occupied",
    "n_organisations",
    "n_organisations_with_room",
    "n_volunteers",
    "hours_volunteered",
    "n_gps",
    "sum_gp_awareness",
)
STOCKS: Final = (*WORKFORCE, *ROLES, *SERVICE, *COMMUNITY)
WORTH: Final = (
    "spent",
    "spent_posts",
    "spent_outreach",
    "spent_grants",
    "worth_spent",
    "worth_spent_nhs",
    "worth_care",
    "worth_wellbys",
    "gp_hours",
)
SYSTEM_TALLIES: Final = ("weeks", *STOCKS, *WORTH, *MOVES_OF_SOME, *FLOWS)
"""`worth_` tallies are pounds at the discount rate, so that years may be added up; `worth_care` is the price of
consultations and crises."""

_OF_PEOPLE: Final = {
    "n_distress": ("n_pre_crisis", "n_crisis"),
    "crisis_entries": tuple(
        f"new_{before.word}_to_{after.word}" for before, after in TRANSITIONS if after is Stage.CRISIS
    ),
}
COMPOSITES: Final[dict[str, dict[str, int]]] = {
    **{
        f"{name}{who}": {f"{part}{who}": 1 for part in parts}
        for name, parts in _OF_PEOPLE.items()
        for who in ("", *(f"_{people}" for people in DENOMINATORS))
    },
    "attempts": {"started": 1, "not_known": 1, "no_place": 1, "refused": 1},
    "hours_in_roles": dict.fromkeys(ROLES, 1),
    "n_organisations_full": {"n_organisations": 1, "n_organisations_with_room": -1},
    "worth_net": {"worth_wellbys": 1, "worth_spent": -1},
}
"""Tallies that are sums of others, each with its sign."""

_PERSON: Final = {name: column for column, name in enumerate(PEOPLE_TALLIES)}
_SYSTEM: Final = {name: column for column, name in enumerate(SYSTEM_TALLIES)}


@dataclass(frozen=True)
class Sums:
    """Tallies over any number of stretches of weeks, or groups of people.

    `system` has shape (stretches, tallies), `people` (stretches, cells, tallies).
    """

    system: NDArray[np.float64]
    people: NDArray[np.float64]

    def __sub__(self, other: "Sums") -> "Sums":
        return Sums(self.system - other.system, self.people - other.people)

    def stretch(self, first: int, end: int) -> "Sums":
        """Return the sum of stretches first..end-1 as one."""
        return Sums(self.system[first:end].sum(axis=0)[None], self.people[first:end].sum(axis=0)[None])

    def of(self, name: str) -> NDArray[np.float64]:
        """Return a tally, shape (stretches,)."""
        if name in COMPOSITES:
            found = np.zeros(self.system.shape[0])
            for part, sign in COMPOSITES[name].items():
                found = found + sign * self.of(part)
            return found
        if name in _PERSON:
            return np.asarray(self.people[:, :, _PERSON[name]].sum(axis=1))
        if name in _SYSTEM:
            return self.system[:, _SYSTEM[name]]
        raise unknown("tally", name, (*_PERSON, *_SYSTEM, *COMPOSITES))

    def by_fifth(self, name: str) -> NDArray[np.float64]:
        """Return a tally of people by deprivation fifth, most deprived first, shape (stretches, 5)."""
        cells = self.people.reshape(self.people.shape[0], SHAPE[0], -1, len(PEOPLE_TALLIES))
        return np.stack([Sums(self.system, cells[:, fifth]).of(name) for fifth in range(SHAPE[0])], axis=1)

    def by_group(self, axis: int) -> "Sums":
        """Return one stretch split along an axis of `SHAPE`: one row a group; of the system only the weeks are kept."""
        cube = self.people.reshape(*SHAPE, len(PEOPLE_TALLIES))
        others = tuple(k for k in range(len(SHAPE)) if k != axis)
        people = cube.sum(axis=others)
        system = np.zeros((people.shape[0], len(SYSTEM_TALLIES)))
        system[:, _SYSTEM["weeks"]] = self.system[0, _SYSTEM["weeks"]]
        return Sums(system, people[:, None])
