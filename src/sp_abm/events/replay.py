"""Replay: the state of the pathway and the workforce at the end of any week, from an event log alone."""

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.cases import NEVER
from sp_abm.errors import BadValue
from sp_abm.vocabulary import NONE, Attempt, CaseState, EventKind, Outcome, Route

if TYPE_CHECKING:
    import pandas as pd

_DEEP: Final = 3
_CONTACTS: Final = (EventKind.FIRST_CONTACT, EventKind.CONTACT)
_TRIES: Final = (EventKind.ATTEMPT_FAILED, EventKind.CONNECTED)
_ENDS: Final = (EventKind.GAVE_UP, EventKind.DROPPED, EventKind.CLOSED)


@dataclass(frozen=True)
class Replayed:
    """What a log says was so, everybody by permanent number.

    `cases` has the columns of `Cases` that events tell, `post` for the worker, one row a case that was open when the
    log began or later; `attends` and `volunteers` give people's organisations, `holders` the holders of filled posts,
    `funded` the posts that are open, filled or not.
    """

    cases: "pd.DataFrame"
    attends: "pd.Series[int]"
    volunteers: "pd.Series[int]"
    holders: "pd.Series[int]"
    funded: frozenset[int]

    @property
    def occupied(self) -> "pd.Series[int]":
        """Return the places taken in each organisation."""
        return self.attends.value_counts()

    @property
    def volunteers_at(self) -> "pd.Series[int]":
        """Return the volunteers of each organisation."""
        return self.volunteers.value_counts()

    @property
    def open_cases(self) -> "pd.Series[int]":
        """Return the open cases of each post."""
        return self.cases["post"][self.cases["post"] >= 0].value_counts()


def replay(events: "pd.DataFrame | None", week: int) -> Replayed:
    """Return the state at the end of a week; raises `BadValue` where a run kept no events."""
    if events is None:
        raise BadValue("This run has no event log: ask for one with simulate(..., events=True) or --events.")
    told = events[events["week"] <= week]
    left = (EventKind.LEFT_ACTIVITY, EventKind.COMPLETED_ACTIVITY)
    opened = (EventKind.POST_OPENED, EventKind.HIRED)
    return Replayed(
        cases=_cases(told),
        attends=_lasting(told, "citizen", "organisation", (EventKind.CONNECTED,), left),
        volunteers=_lasting(
            told, "citizen", "organisation", (EventKind.VOLUNTEERED,), (EventKind.STOPPED_VOLUNTEERING,)
        ),
        holders=_lasting(told, "post", "post_holder", (EventKind.HIRED,), (EventKind.LEFT_POST,)),
        funded=frozenset(_lasting(told, "post", "post", opened, (EventKind.POST_CLOSED,)).index),
    )


def _of(told: "pd.DataFrame", *kinds: EventKind) -> "pd.DataFrame":
    return told[told["kind"].isin([kind.name.lower() for kind in kinds])]


def _lasting(
    told: "pd.DataFrame", key: str, value: str, begins: tuple[EventKind, ...], ends: tuple[EventKind, ...]
) -> "pd.Series[int]":
    """Return the value of each key that one kind of event began and none has ended since."""
    latest = _of(told, *begins, *ends).drop_duplicates(key, keep="last")
    begun = _of(latest, *begins).set_index(key, drop=False)[value]
    return begun[begun >= 0]


def _codes(words: "pd.Series[str]", kinds: type[IntEnum], missing: int) -> "pd.Series[int]":
    import pandas as pd

    codes = {kind.name.lower(): int(kind) for kind in kinds}
    return pd.Series([codes.get(word, missing) for word in words], words.index, dtype=np.int64)


def _cases(told: "pd.DataFrame") -> "pd.DataFrame":
    """Return each case as its latest event of every kind leaves it."""
    import pandas as pd

    def latest(*kinds: EventKind) -> "pd.DataFrame":
        return _of(told, *kinds).drop_duplicates("case", keep="last").set_index("case")

    referred, ends, tries, contacts = latest(EventKind.REFERRED), latest(*_ENDS), latest(*_TRIES), latest(*_CONTACTS)
    moves = latest(EventKind.ALLOCATED, EventKind.HANDED_ON)
    third = _of(told, EventKind.CONTACT)
    third = third[third["number"] == _DEEP].set_index("case")
    has_worker = (moves["kind"] == EventKind.ALLOCATED.name.lower()) & ~moves.index.isin(ends.index)
    columns = {
        "route": (_codes(referred["reason"], Route, NONE), NONE),
        "outcome": (_codes(ends["reason"], Outcome, Outcome.NOT_YET), Outcome.NOT_YET),
        "post": (moves["post"].where(has_worker, NONE), NONE),
        "changes": (moves["number"], 0),
        "n_contacts": (contacts["number"], 0),
        "attempt": (_codes(tries["reason"], Attempt, Attempt.STARTED), Attempt.NOT_YET),
        "week_referred": (referred["week"], NEVER),
        "week_allocated": (latest(EventKind.ALLOCATED)["week"], NEVER),
        "week_first": (latest(EventKind.FIRST_CONTACT)["week"], NEVER),
        "week_third": (third["week"], NEVER),
        "week_last": (contacts["week"], NEVER),
        "week_tried": (tries["week"], NEVER),
        "week_started": (latest(EventKind.CONNECTED)["week"], NEVER),
        "week_closed": (ends["week"], NEVER),
    }
    index = referred.index.sort_values()
    cases = pd.DataFrame(
        {name: column.reindex(index, fill_value=int(default)) for name, (column, default) in columns.items()}
    )
    return cases.astype(np.int64).assign(state=_states(cases))


def _states(cases: "pd.DataFrame") -> NDArray[np.int64]:
    """Return where each case is on its pathway: closed, with nobody, connected, seen, or not yet seen."""
    reached = {
        CaseState.CLOSED: cases["week_closed"] != NEVER,
        CaseState.WAITING: cases["post"] < 0,
        CaseState.CONNECTED: cases["week_started"] != NEVER,
        CaseState.IN_CONTACT: cases["n_contacts"] > 0,
    }
    conditions = [condition.to_numpy() for condition in reached.values()]
    return np.select(conditions, [int(state) for state in reached], int(CaseState.ALLOCATED))
