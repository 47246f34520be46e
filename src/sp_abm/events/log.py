"""The event log: somebody who looks on and writes down every change of state of the pathway and the workforce."""

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sp_abm.agents.citizens import Citizens
from sp_abm.agents.link_workers import LinkWorkers
from sp_abm.cases import NEVER, Cases
from sp_abm.declare import columns_of, part
from sp_abm.events.before import told_before
from sp_abm.events.following import (
    LATEST,
    LATEST_OF_POST,
    MOST_OF_A_CASE,
    MOST_OF_A_PERSON,
    MOST_OF_A_POST,
    TRIED,
    WORKER,
    WatchedCases,
    WatchedPosts,
    count_moves,
    follow_cases,
    follow_people,
    follow_posts,
    tell_completed,
    tell_declined,
    tell_gone,
)
from sp_abm.events.rows import I32, Log, frame, ids_of
from sp_abm.schedule import NAMES
from sp_abm.vocabulary import NONE, CaseState, EventKind
from sp_abm.world import World

if TYPE_CHECKING:
    import pandas as pd


def _writers(table: type[tuple[Any, ...]], *columns: str) -> frozenset[str]:
    """Return the submodels that write some columns, by their declarations."""
    return frozenset(writer for column in columns for writer in columns_of(table)[column].written_by)


_MOVE_POSTS: Final = _writers(LinkWorkers, *WatchedPosts._fields)
_MOVE_CASES: Final = _writers(Cases, *WatchedCases._fields)
_MOVE_PEOPLE: Final = _writers(Citizens, "activity_row", "volunteer_row")
_NAMED_BY: Final = {"residents": ("moved", "died"), "referral": ("declined",), "participation": ("completed",)}
_PLACE_IN_WEEK: Final = {name: place for place, name in enumerate(NAMES)}


class EventLog:
    """Every change of state from a world's present week on, each with what caused it; begins with the state as it is.

    An `Observer`: what it is shown it compares with what it saw last. No rule knows of it.
    """

    def __init__(self, world: World) -> None:
        self._ids = ids_of(world)
        rows, self._seen = told_before(world, self._ids)
        self._log = Log(rows, np.array([rows.shape[0], world.week, 0], np.int32))
        self._n_cases = world.n_cases
        is_open = world.cases.state[: world.n_cases] != CaseState.CLOSED
        self._open = np.zeros(world.cases.state.size, np.int32)
        self._n_open = int(is_open.sum())
        self._open[: self._n_open] = np.flatnonzero(is_open)

    def after(self, submodel: str, world: World) -> None:
        """Write down what a submodel changed: people who went first, then posts, cases and activities."""
        self._log.now[1:] = world.week, _PLACE_IN_WEEK[submodel]
        self._tell_people_named(submodel, world)
        if submodel in _MOVE_POSTS:
            self._follow_posts(world)
        if submodel in _MOVE_CASES:
            self._follow_cases(world)
        if submodel in _MOVE_PEOPLE:
            self._follow_people(world)

    def close_week(self, world: World) -> None:
        """Add nothing: each submodel has been told of."""

    def frame(self) -> "pd.DataFrame":
        """Return the events so far, one a row: `event` from 0 up and the fields of `FIELDS`."""
        return frame(self._log.rows[: self._log.now[0]])

    def _tell_people_named(self, submodel: str, world: World) -> None:
        """Tell of people whom columns no longer tell of: those who declined, completed, moved or died."""
        for flow in _NAMED_BY.get(submodel, ()):
            whom, holder = world.people_of[flow], world.citizens.holder
            if not whom.size:
                continue
            self._make_room(MOST_OF_A_PERSON * whom.size)
            if flow == "declined":
                tell_declined(self._log, self._ids, holder, whom)
            elif flow == "completed":
                tell_completed(self._log, self._ids, self._seen.people, holder, whom)
            else:
                kind = EventKind.MOVED if flow == "moved" else EventKind.DIED
                tell_gone(self._log, self._ids, self._seen.people, holder, whom, int(kind))

    def _follow_posts(self, world: World) -> None:
        workers, seen = part(WatchedPosts, world.link_workers), self._seen.posts
        if workers.id.size > seen.shape[0]:
            wider = _longer(seen, workers.id.size)
            wider[seen.shape[0] :, LATEST_OF_POST] = NONE
            self._seen = self._seen._replace(posts=wider)
        self._make_room(MOST_OF_A_POST * workers.id.size)
        follow_posts(self._log, self._seen, workers)

    def _follow_cases(self, world: World) -> None:
        cases, seen = part(WatchedCases, world.cases), self._seen.cases
        if cases.state.size > seen.shape[0]:
            self._open = _longer(self._open, cases.state.size)
            self._seen = self._seen._replace(cases=_longer(seen, cases.state.size))
            blank = self._seen.cases[seen.shape[0] :]
            blank[:, WORKER], blank[:, LATEST], blank[:, TRIED] = NONE, NONE, NEVER
        self._make_room(MOST_OF_A_CASE * (self._n_open + world.n_cases - self._n_cases))
        workers = part(WatchedPosts, world.link_workers)
        arguments = (cases, self._n_cases, world.n_cases, self._open, self._n_open, workers)
        self._n_open = follow_cases(self._log, self._seen, self._ids, *arguments)
        self._n_cases = world.n_cases

    def _follow_people(self, world: World) -> None:
        seen, citizens = self._seen.people, world.citizens
        n_moves = count_moves(seen, citizens.activity_row, citizens.volunteer_row)
        if n_moves:
            self._make_room(MOST_OF_A_PERSON * n_moves)
            places = (citizens.activity_row, citizens.volunteer_row)
            follow_people(self._log, self._ids, seen, citizens.holder, *places)

    def _make_room(self, events: int) -> None:
        """Have room for that many events more."""
        rows, needed = self._log.rows, int(self._log.now[0]) + events
        if needed > rows.shape[0]:
            self._log = self._log._replace(rows=_longer(rows, max(needed, 2 * rows.shape[0])))


def _longer(array: I32, rows: int) -> I32:
    """Return a copy with that many rows, the new ones zero."""
    copy = np.zeros((rows, *array.shape[1:]), np.int32)
    copy[: array.shape[0]] = array
    return copy
