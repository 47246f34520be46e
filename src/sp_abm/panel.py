"""Panel: a cohort of persons followed from week to week, as a survey with perfect recall would see them.

The cohort is chosen by keyed luck among those of 16 and over, so that two arms follow the same people. A person is a
dwelling and its holder: who moves away or dies gets one last row that says so, and is not replaced.
"""

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.errors import BadValue
from sp_abm.kernels import Whole
from sp_abm.readings import Answers, Asked, survey
from sp_abm.vocabulary import ADULT_AGE, DEPRIVATION_FIFTHS, NONE, SEXES, CaseState, Route, Stage
from sp_abm.world import World

if TYPE_CHECKING:
    import pandas as pd

_ROW: Final = np.dtype(
    [
        ("person", np.uint32),
        ("holder", np.uint16),
        ("week", np.int32),
        ("age", np.uint8),
        ("sex", np.int8),
        ("deprivation", np.int8),
        ("stage", np.int8),
        ("distress", np.float64),
        ("life_satisfaction", np.float64),
        ("swemwbs", np.float64),
        ("lonely", np.int8),
        ("consultations", np.int16),
        ("case_state", np.int8),
        ("route", np.int8),
        ("contacts", np.int16),
        ("activity", np.int32),
        ("exit", np.int8),
    ]
)
COLUMNS: Final = _ROW.names or ()
_SEEN: Final = COLUMNS[COLUMNS.index("stage") : COLUMNS.index("exit")]
EXITS: Final = ("moved", "died")
_WORDS: Final = {
    "sex": SEXES,
    "deprivation": DEPRIVATION_FIFTHS,
    "stage": tuple(stage.word for stage in Stage),
    "case_state": tuple(state.name.lower() for state in CaseState),
    "route": tuple(route.name.lower() for route in Route),
    "exit": EXITS,
}
_COUNTS: Final = ("consultations", "contacts", "activity")
_READINGS: Final = Answers._fields


def checked_panel(size: object, every: object) -> None:
    """Raise `BadValue` unless persons (None is no panel) and weeks between readings are whole numbers from 1 up."""
    for name, value, unit in (("panel", size, "persons"), ("panel_every", every, "weeks")):
        if name == "panel" and value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
            raise BadValue(f"{name} = {value!r} must be a whole number of {unit}, 1 or more.")


class Panel:
    """An observer that reads a cohort every `every` weeks from the week it is made in; at most all adults."""

    def __init__(self, world: World, size: int, every: int = 1) -> None:
        checked_panel(size, every)
        citizens = world.citizens
        adults = np.flatnonzero(citizens.age >= ADULT_AGE)
        ids, holders = citizens.id[adults], citizens.holder[adults].astype(np.uint32)
        luck = world.luck.uniforms("panel", world.week, ids, holders)[:, 0]
        chosen = adults[np.lexsort((ids, luck))[:size]]
        self._rows = chosen[np.argsort(citizens.id[chosen])]
        self._known = np.zeros(self._rows.size, _ROW)
        self._known["person"] = citizens.id[self._rows]
        self._known["holder"] = citizens.holder[self._rows]
        self._known["sex"] = ~citizens.female[self._rows]
        self._known["deprivation"] = citizens.fifth[self._rows]
        self._known["age"] = citizens.age[self._rows]
        self._first_week, self._every = world.week, every
        self._read: list[NDArray[np.void]] = []

    def after(self, submodel: str, world: World) -> None:
        """Wait for the end of the week."""

    def close_week(self, world: World) -> None:
        """Write down who has gone and, when a reading is due, how everybody else is."""
        citizens = world.citizens
        is_gone = citizens.holder[self._rows] != self._known["holder"]
        is_due = (world.week - self._first_week) % self._every == 0
        self._known["age"] = np.where(is_gone, self._known["age"], citizens.age[self._rows])
        shown = is_gone | is_due
        read = self._known[shown]
        read["week"] = world.week
        _read_state(read, world, self._rows[shown])
        _note_exits(read, is_gone[shown], citizens.age[self._rows[shown]] == 0)
        self._read.append(read)
        self._rows, self._known = self._rows[~is_gone], self._known[~is_gone]

    def frame(self) -> "pd.DataFrame":
        """Return one row a person and week read, with the columns of `COLUMNS`.

        `person` is the number of the dwelling and `holder` says which of its holders; `case_state`, `route` and
        `contacts` are of the latest case, `activity` is the number of the organisation. What does not exist is missing.
        """
        import pandas as pd

        read = np.concatenate(self._read) if self._read else np.empty(0, _ROW)
        columns: dict[str, object] = {}
        for name in COLUMNS:
            values = read[name].copy()
            if name in _WORDS:
                columns[name] = pd.Categorical.from_codes(values, pd.Index(_WORDS[name]))
            elif name == "lonely":
                columns[name] = pd.arrays.BooleanArray(values > 0, values == NONE)
            elif name in _COUNTS:
                columns[name] = pd.arrays.IntegerArray(values, values == NONE)
            else:
                columns[name] = values
        return pd.DataFrame(columns)


def _read_state(read: NDArray[np.void], world: World, rows: NDArray[np.int64]) -> None:
    """Fill in how the citizens of these rows are this week."""
    citizens, cases = world.citizens, world.cases
    asked = Asked(*(getattr(citizens, name)[rows] for name in Asked._fields))
    answers = survey(asked, world.week, world.luck, world.parameters.observation)
    read["stage"], read["lonely"] = asked.stage, asked.lonely
    for name in _READINGS:
        read[name] = getattr(answers, name)
    read["consultations"] = citizens.consultations[rows]
    case, activity = citizens.case_row[rows], citizens.activity_row[rows]
    read["case_state"] = _looked_up(cases.state, case, NONE)
    read["route"] = _looked_up(cases.route, case, NONE)
    read["contacts"] = _looked_up(cases.n_contacts, case, 0)
    read["activity"] = _looked_up(world.organisations.id, activity, NONE)


def _looked_up(column: Whole, rows: Whole, otherwise: int) -> Whole:
    """Return the column at these rows of another table, and `otherwise` where the row is -1."""
    values = np.full(rows.size, otherwise, np.int64)
    exists = rows >= 0
    values[exists] = column[rows[exists]]
    return values


def _note_exits(read: NDArray[np.void], is_gone: NDArray[np.bool_], is_newborn: NDArray[np.bool_]) -> None:
    """Say how people went: a newborn takes the place of somebody who died; what was read is of the newcomer."""
    read["exit"] = np.where(is_gone, np.where(is_newborn, EXITS.index("died"), EXITS.index("moved")), NONE)
    for name in _SEEN:
        read[name][is_gone] = np.nan if name in _READINGS else NONE
