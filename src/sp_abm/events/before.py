"""Before: what was so when a log began, told as events, so that a replay needs the log alone.

Each is dated in its own week where the world still knows it, else in the last week before the log. Contacts between
the third and the latest, earlier attempts and earlier link workers are no longer known; `number` tells how many.
"""

from typing import Any

import numpy as np

from sp_abm.cases import NEVER, Cases
from sp_abm.events.following import (
    ACTIVITY,
    BY,
    CHANGES,
    CONTACTS,
    FILLED,
    LATEST,
    LATEST_OF_POST,
    N_OF_CASE,
    N_OF_PERSON,
    N_OF_POST,
    OPEN,
    STARTED,
    TRIED,
    VOLUNTEER,
    VOLUNTEERED,
    WORKER,
    Seen,
)
from sp_abm.events.rows import (
    ATTEMPTS,
    BEFORE,
    CASE,
    CAUSE,
    CITIZEN,
    FIELDS,
    GP,
    I32,
    KIND,
    ORGANISATION,
    POST,
    POST_HOLDER,
    PRACTICE,
    SUBMODEL,
    WEEK,
    Ids,
)
from sp_abm.kernels import Flags, Whole
from sp_abm.vocabulary import NONE, Attempt, CaseState, EventKind
from sp_abm.world import World

_DEEP = 3


def told_before(world: World, ids: Ids) -> tuple[I32, Seen]:
    """Return the events that make up the present state, by week, and the state as seen through them."""
    rows = np.concatenate([*_posts(world), *_cases(world), *_people(world)])
    rows = rows[np.argsort(rows[:, WEEK], kind="stable")]
    rows[:, SUBMODEL] = BEFORE
    by_case = np.argsort(rows[:, CASE], kind="stable")
    is_next = (rows[by_case[1:], CASE] == rows[by_case[:-1], CASE]) & (rows[by_case[1:], CASE] >= 0)
    rows[by_case[1:][is_next], CAUSE] = by_case[:-1][is_next]
    seen = _seen(world, rows)
    _number(rows, world, ids)
    return rows, seen


def _events(kind: EventKind, n: int, week: Any, **fields: Any) -> I32:
    """Return n events of a kind, about rows of tables as yet."""
    rows = np.full((n, len(FIELDS)), NONE, np.int32)
    rows[:, KIND], rows[:, WEEK] = kind, week
    for name, values in fields.items():
        rows[:, FIELDS.index(name)] = values
    return rows


def _posts(world: World) -> list[I32]:
    workers, latest = world.link_workers, world.week - 1
    vacant = np.flatnonzero((workers.fte > 0) & ~workers.in_post)
    filled = np.flatnonzero(workers.in_post)
    began = np.minimum(latest - workers.weeks_in_post[filled], latest)
    return [
        _events(EventKind.POST_OPENED, vacant.size, latest, post=vacant),
        _events(EventKind.HIRED, filled.size, began, post=filled),
    ]


def _cases(world: World) -> list[I32]:
    """Return what is known of the way of each open case."""
    row = np.flatnonzero(world.cases.state[: world.n_cases] != CaseState.CLOSED)
    cases = Cases(**{name: column[row] for name, column in world.cases._asdict().items()})
    n, changes, latest = cases.n_contacts, cases.changes.astype(np.int32), np.full(row.size, world.week - 1)

    def told(kind: EventKind, is_told: Flags, weeks: Whole, **fields: Whole) -> I32:
        is_with_worker = (weeks >= cases.week_allocated) & (kind != EventKind.REFERRED)
        post = np.where(is_with_worker, cases.worker, NONE)
        columns: dict[str, Any] = {
            "citizen": cases.citizen,
            "holder": cases.holder,
            "case": row,
            "post": post,
            **fields,
        }
        chosen = {name: values[is_told] for name, values in columns.items()}
        return _events(kind, int(is_told.sum()), weeks[is_told], **chosen)

    has_worker, has_started = cases.worker >= 0, cases.attempt == Attempt.STARTED
    is_handed_back, has_failed = ~has_worker & (changes > 0), ~has_started & (cases.attempt != Attempt.NOT_YET)
    is_there = world.citizens.activity_row[cases.citizen] == cases.organisation
    failed: dict[str, Whole] = {"organisation": cases.organisation, "reason": cases.attempt + ATTEMPTS}
    return [
        told(EventKind.REFERRED, row >= 0, cases.week_referred, reason=cases.route),
        told(EventKind.ALLOCATED, has_worker, cases.week_allocated, number=changes),
        told(EventKind.ALLOCATED, is_handed_back, cases.week_allocated, number=changes - 1),
        told(EventKind.FIRST_CONTACT, n > 0, cases.week_first, number=np.ones_like(n)),
        told(EventKind.CONTACT, n >= _DEEP, cases.week_third, number=np.full_like(n, _DEEP)),
        told(EventKind.CONTACT, (n > 1) & (n != _DEEP), cases.week_last, number=n),
        told(
            EventKind.CONNECTED,
            has_started,
            cases.week_tried,
            organisation=np.where(is_there, cases.organisation, NONE),
        ),
        told(EventKind.ATTEMPT_FAILED, has_failed, cases.week_tried, **failed),
        told(EventKind.HANDED_ON, is_handed_back, latest, number=changes),
    ]


def _people(world: World) -> list[I32]:
    """Return who attends an activity outside an open case, and who volunteers."""
    citizens, cases, latest = world.citizens, world.cases, world.week - 1
    attends = np.flatnonzero(citizens.activity_row >= 0)
    case = citizens.case_row[attends]
    case = np.where(cases.week_started[case] != NEVER, case, NONE)
    is_told = (case >= 0) & (cases.state[case] != CaseState.CLOSED)
    attends, case = attends[~is_told], case[~is_told]
    began = np.minimum(world.week - citizens.weeks_in_activity[attends].astype(np.int32), latest)
    volunteers = np.flatnonzero(citizens.volunteer_row >= 0)
    return [
        _events(
            EventKind.CONNECTED,
            attends.size,
            began,
            citizen=attends,
            holder=citizens.holder[attends],
            case=case,
            organisation=citizens.activity_row[attends],
        ),
        _events(
            EventKind.VOLUNTEERED,
            volunteers.size,
            latest,
            citizen=volunteers,
            holder=citizens.holder[volunteers],
            organisation=citizens.volunteer_row[volunteers],
        ),
    ]


def _seen(world: World, rows: I32) -> Seen:
    """Return the state as it is, with the event each part of it came from."""
    citizens, cases, workers = world.citizens, world.cases, world.link_workers
    n = citizens.id.size

    def latest(of: int, size: int, *kinds: EventKind) -> I32:
        events = np.full(size, NONE, np.int32)
        chosen = np.flatnonzero((rows[:, of] >= 0) & (np.isin(rows[:, KIND], kinds) if kinds else True))
        events[rows[chosen, of]] = chosen
        return events

    of_cases = np.empty((cases.state.size, N_OF_CASE), np.int32)
    for column, values in ((WORKER, cases.worker), (CHANGES, cases.changes), (CONTACTS, cases.n_contacts)):
        of_cases[:, column] = values
    of_cases[:, TRIED], of_cases[:, LATEST] = cases.week_tried, latest(CASE, cases.state.size)
    of_posts = np.empty((workers.id.size, N_OF_POST), np.int32)
    of_posts[:, OPEN], of_posts[:, FILLED], of_posts[:, BY] = workers.fte > 0, workers.in_post, workers.holder
    of_posts[:, LATEST_OF_POST] = latest(POST, workers.id.size, EventKind.POST_OPENED, EventKind.HIRED)
    of_people = np.full((N_OF_PERSON, n), NONE, np.int32)
    of_people[ACTIVITY], of_people[VOLUNTEER] = citizens.activity_row, citizens.volunteer_row
    of_people[STARTED] = latest(CITIZEN, n, EventKind.CONNECTED)
    of_people[VOLUNTEERED] = latest(CITIZEN, n, EventKind.VOLUNTEERED)
    return Seen(of_cases, of_posts, of_people)


def _number(rows: I32, world: World, ids: Ids) -> None:
    """Turn rows of tables into permanent numbers."""
    workers = world.link_workers
    of_post, of_person, of_organisation = (np.flatnonzero(rows[:, of] >= 0) for of in (POST, CITIZEN, ORGANISATION))
    post, i = rows[of_post, POST], rows[of_person, CITIZEN]
    rows[of_post, POST] = workers.id[post]
    rows[of_post, POST_HOLDER] = np.where(workers.in_post[post], workers.holder[post].astype(np.int64), NONE)
    rows[of_person, CITIZEN], rows[of_person, GP], rows[of_person, PRACTICE] = (
        ids.citizen[i],
        ids.gp[i],
        ids.practice[i],
    )
    rows[of_organisation, ORGANISATION] = ids.organisation[rows[of_organisation, ORGANISATION]]
