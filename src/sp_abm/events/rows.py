"""Rows: what one event says, as whole numbers in a table that grows, and as a frame with words for readers."""

from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sp_abm.agents.citizens import Citizens
from sp_abm.kernels import inlined
from sp_abm.schedule import NAMES
from sp_abm.vocabulary import NONE, Attempt, EventKind, Outcome, Route
from sp_abm.world import World

if TYPE_CHECKING:
    import pandas as pd

I32: TypeAlias = NDArray[np.int32]
FIELDS: Final = (
    "week",
    "submodel",
    "kind",
    "citizen",
    "holder",
    "case",
    "post",
    "post_holder",
    "organisation",
    "gp",
    "practice",
    "reason",
    "number",
    "cause",
)
"""What an event says. Citizens, posts, organisations, GPs and practices by permanent number, a citizen and a link
worker also by which holder of the place or post they are, a case by its row; -1 is none. `number` counts the case's
contacts (of a contact) or changes of link worker (of an allocation or a handing on); `cause` is an earlier event."""
(WEEK, SUBMODEL, KIND, CITIZEN, HOLDER, CASE, POST, POST_HOLDER, ORGANISATION, GP, PRACTICE, REASON, NUMBER, CAUSE) = (
    range(len(FIELDS))
)


def _words(kinds: type[IntEnum]) -> tuple[str, ...]:
    return tuple(kind.name.lower() for kind in kinds)


BEFORE: Final = len(NAMES)
"""The submodel of events that tell what was so when the log began."""
SUBMODELS: Final = (*NAMES, "before")
KINDS: Final = _words(EventKind)
REASONS: Final = (*_words(Route), *_words(Attempt)[1:], *_words(Outcome)[1:])
"""Of a referral its route, of a failed attempt what it came to, of an end of a case its outcome; NOT_YET is none."""
ATTEMPTS: Final = len(Route) - 1
OUTCOMES: Final = ATTEMPTS + len(Attempt) - 1


class Ids(NamedTuple):
    """Permanent numbers: each citizen's own, their GP's and their practice's, and each organisation's."""

    citizen: I32
    gp: I32
    practice: I32
    organisation: I32


def ids_of(world: World) -> Ids:
    """Return the permanent numbers of a world."""
    citizens: Citizens = world.citizens
    return Ids(
        citizens.id.astype(np.int32),
        world.gps.id[citizens.gp].astype(np.int32),
        world.practices.id[citizens.practice].astype(np.int32),
        world.organisations.id.astype(np.int32),
    )


class Log(NamedTuple):
    """Events in the making: their rows, shape (room, fields), and (events so far, this week, this submodel)."""

    rows: I32
    now: I32


@inlined
def add(log: Log, kind: int, cause: int) -> int:
    """Add an event about nobody yet; return its number."""
    event = int(log.now[0])
    log.now[0] = event + 1
    log.rows[event, :] = NONE
    log.rows[event, WEEK], log.rows[event, SUBMODEL] = log.now[1], log.now[2]
    log.rows[event, KIND], log.rows[event, CAUSE] = kind, cause
    return event


@inlined
def add_of(log: Log, kind: int, cause: int, ids: Ids, i: int, holder: int, case: int) -> int:
    """Add an event about the given holder of a citizen row, and about a case of theirs or none; return its number."""
    event = add(log, kind, cause)
    log.rows[event, CITIZEN], log.rows[event, HOLDER], log.rows[event, CASE] = ids.citizen[i], holder, case
    log.rows[event, GP], log.rows[event, PRACTICE] = ids.gp[i], ids.practice[i]
    return event


def frame(rows: I32) -> "pd.DataFrame":
    """Return the events as a frame: `event` from 0 up, then `FIELDS`, with submodel, kind and reason as words."""
    import pandas as pd

    columns: dict[str, Any] = {"event": np.arange(rows.shape[0], dtype=np.int32)}
    words = {"submodel": SUBMODELS, "kind": KINDS, "reason": REASONS}
    for position, name in enumerate(FIELDS):
        values = rows[:, position]
        columns[name] = pd.Categorical.from_codes(values, pd.Index(words[name])) if name in words else values.copy()
    return pd.DataFrame(columns)
