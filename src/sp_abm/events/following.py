"""Following: compare what is with what was seen last, and add an event for each difference, in order."""

from typing import NamedTuple

from sp_abm.events.rows import (
    ATTEMPTS,
    CASE,
    CAUSE,
    I32,
    NUMBER,
    ORGANISATION,
    OUTCOMES,
    POST,
    POST_HOLDER,
    REASON,
    Ids,
    Log,
    add,
    add_of,
)
from sp_abm.kernels import Flags, Floats, Whole, compiled, inlined
from sp_abm.vocabulary import NONE, Attempt, CaseState, EventKind, Outcome

MOST_OF_A_CASE, MOST_OF_A_POST, MOST_OF_A_PERSON = 6, 4, 3
"""Events that one case, post or person can give rise to within one submodel."""
WORKER, CHANGES, CONTACTS, TRIED, LATEST, N_OF_CASE = range(6)
"""What is kept of a case: its post's row, changes of it, contacts, week of an attempt; its latest event."""
OPEN, FILLED, BY, LATEST_OF_POST, N_OF_POST = range(5)
"""What is kept of a post: whether it is funded and filled, by which holder; its latest event."""


ACTIVITY, VOLUNTEER, STARTED, LEFT, VOLUNTEERED, GONE, N_OF_PERSON = range(7)
"""What is kept of a person: organisations by row; the latest event that began or ended each of these."""


class Seen(NamedTuple):
    """The state as it was seen last: shapes (cases, what is kept), (posts, ...) and (what is kept, citizens)."""

    cases: I32
    posts: I32
    people: I32


class WatchedCases(NamedTuple):
    """Columns of `Cases` that are watched, or tell what an event is about: fewer columns are sooner handed over."""

    citizen: Whole
    holder: Whole
    route: Whole
    state: Whole
    outcome: Whole
    worker: Whole
    changes: Whole
    n_contacts: Whole
    attempt: Whole
    organisation: Whole
    week_tried: Whole


class WatchedPosts(NamedTuple):
    """Columns of `LinkWorkers` likewise."""

    id: Whole
    holder: Whole
    fte: Floats
    in_post: Flags


@compiled
def follow_posts(log: Log, seen: Seen, workers: WatchedPosts) -> None:
    """Tell which posts were opened, closed, left and filled."""
    for post in range(workers.id.shape[0]):
        is_open, is_filled, was_filled = workers.fte[post] > 0, workers.in_post[post], seen.posts[post, FILLED]
        is_new = is_filled and (not was_filled or workers.holder[post] != seen.posts[post, BY])
        cause = NONE
        if seen.posts[post, OPEN] and not is_open:
            cause = _add_of_post(log, EventKind.POST_CLOSED, cause, seen, workers, post)
        if was_filled and (not is_filled or is_new):
            _add_of_post(log, EventKind.LEFT_POST, cause, seen, workers, post)
        if is_open and not seen.posts[post, OPEN]:
            _add_of_post(log, EventKind.POST_OPENED, NONE, seen, workers, post)
        seen.posts[post, OPEN], seen.posts[post, FILLED] = is_open, is_filled
        if is_new:
            seen.posts[post, BY] = workers.holder[post]
            _add_of_post(log, EventKind.HIRED, seen.posts[post, LATEST_OF_POST], seen, workers, post)


@inlined
def _add_of_post(log: Log, kind: int, cause: int, seen: Seen, workers: WatchedPosts, post: int) -> int:
    event = add(log, kind, cause)
    log.rows[event, POST] = workers.id[post]
    if kind == EventKind.HIRED or kind == EventKind.LEFT_POST:
        log.rows[event, POST_HOLDER] = seen.posts[post, BY]
    seen.posts[post, LATEST_OF_POST] = event
    return event


@compiled
def follow_cases(
    log: Log,
    seen: Seen,
    ids: Ids,
    cases: WatchedCases,
    first: int,
    n_cases: int,
    rows: Whole,
    n_open: int,
    w: WatchedPosts,
) -> int:
    """Tell what became of the open cases, whose rows are kept up to date, and of new ones; return how many are open."""
    still = 0
    for k in range(n_open + n_cases - first):
        row = rows[k] if k < n_open else first + k - n_open
        if k >= n_open:
            event = _add_of_case(log, EventKind.REFERRED, seen, ids, cases, row, w)
            log.rows[event, REASON] = cases.route[row]
        if _has_changed(cases, row, seen.cases):
            _follow_case(log, seen, ids, cases, row, w)
        if cases.state[row] != CaseState.CLOSED:
            rows[still] = row
            still += 1
    return still


@inlined
def _has_changed(cases: WatchedCases, row: int, seen: I32) -> bool:
    return bool(
        cases.worker[row] != seen[row, WORKER]
        or cases.changes[row] != seen[row, CHANGES]
        or cases.n_contacts[row] != seen[row, CONTACTS]
        or cases.week_tried[row] != seen[row, TRIED]
        or cases.state[row] == CaseState.CLOSED
    )


@inlined
def _add_of_case(
    log: Log, kind: int, seen: Seen, ids: Ids, cases: WatchedCases, row: int, workers: WatchedPosts
) -> int:
    """Add an event of a case, caused by its latest one, with the link worker it was seen with."""
    event = add_of(log, kind, seen.cases[row, LATEST], ids, cases.citizen[row], cases.holder[row], row)
    post = seen.cases[row, WORKER]
    if post >= 0:
        log.rows[event, POST], log.rows[event, POST_HOLDER] = workers.id[post], workers.holder[post]
    seen.cases[row, LATEST] = event
    return event


@compiled
def _follow_case(log: Log, seen: Seen, ids: Ids, cases: WatchedCases, row: int, workers: WatchedPosts) -> None:
    """Tell every step a case took, in the order of the pathway."""
    if cases.changes[row] != seen.cases[row, CHANGES]:
        event = _add_of_case(log, EventKind.HANDED_ON, seen, ids, cases, row, workers)
        _blame_the_leaver(log, event, seen, row, workers)
        seen.cases[row, CHANGES] = log.rows[event, NUMBER] = cases.changes[row]
        seen.cases[row, WORKER] = NONE
    if cases.worker[row] >= 0 and cases.worker[row] != seen.cases[row, WORKER]:
        seen.cases[row, WORKER] = cases.worker[row]
        event = _add_of_case(log, EventKind.ALLOCATED, seen, ids, cases, row, workers)
        log.rows[event, NUMBER] = cases.changes[row]
    if cases.n_contacts[row] != seen.cases[row, CONTACTS]:
        kind = EventKind.FIRST_CONTACT if seen.cases[row, CONTACTS] == 0 else EventKind.CONTACT
        event = _add_of_case(log, kind, seen, ids, cases, row, workers)
        seen.cases[row, CONTACTS] = log.rows[event, NUMBER] = cases.n_contacts[row]
    if cases.week_tried[row] != seen.cases[row, TRIED]:
        seen.cases[row, TRIED] = cases.week_tried[row]
        _tell_attempt(log, seen, ids, cases, row, workers)
    if cases.state[row] == CaseState.CLOSED:
        _tell_end(log, seen, ids, cases, row, workers)


@inlined
def _blame_the_leaver(log: Log, event: int, seen: Seen, row: int, workers: WatchedPosts) -> None:
    """Name the leaving of a case's link worker as the cause, if the link worker has left."""
    post = seen.cases[row, WORKER]
    if post >= 0 and not workers.in_post[post]:
        log.rows[event, CAUSE] = seen.posts[post, LATEST_OF_POST]


@inlined
def _tell_attempt(log: Log, seen: Seen, ids: Ids, cases: WatchedCases, row: int, workers: WatchedPosts) -> None:
    has_started = cases.attempt[row] == Attempt.STARTED
    kind = EventKind.CONNECTED if has_started else EventKind.ATTEMPT_FAILED
    event = _add_of_case(log, kind, seen, ids, cases, row, workers)
    if cases.organisation[row] >= 0:
        log.rows[event, ORGANISATION] = ids.organisation[cases.organisation[row]]
    if has_started:
        i = cases.citizen[row]
        seen.people[ACTIVITY, i], seen.people[STARTED, i] = cases.organisation[row], event
    else:
        log.rows[event, REASON] = ATTEMPTS + cases.attempt[row]


@inlined
def _tell_end(log: Log, seen: Seen, ids: Ids, cases: WatchedCases, row: int, workers: WatchedPosts) -> None:
    outcome, kind = cases.outcome[row], EventKind.CLOSED
    if outcome == Outcome.GAVE_UP:
        kind = EventKind.GAVE_UP
    elif outcome == Outcome.DROPPED:
        kind = EventKind.DROPPED
    event = _add_of_case(log, kind, seen, ids, cases, row, workers)
    log.rows[event, REASON] = OUTCOMES + outcome
    if outcome == Outcome.DROPPED:
        _blame_the_leaver(log, event, seen, row, workers)
    elif outcome == Outcome.MOVED:
        log.rows[event, CAUSE] = seen.people[GONE, cases.citizen[row]]


@compiled
def tell_declined(log: Log, ids: Ids, holder: Whole, whom: Whole) -> None:
    """Tell who declined an offer."""
    for i in whom:
        add_of(log, EventKind.DECLINED, NONE, ids, i, holder[i], NONE)


@compiled
def tell_gone(log: Log, ids: Ids, seen: I32, holder: Whole, whom: Whole, kind: int) -> None:
    """Tell who moved or died, and what they left by that; the dwelling already has its next holder."""
    for i in whom:
        seen[GONE, i] = add_of(log, kind, NONE, ids, i, holder[i] - 1, NONE)
        if seen[ACTIVITY, i] >= 0:
            _tell_left(log, ids, seen, i, holder[i] - 1, EventKind.LEFT_ACTIVITY, seen[GONE, i])
        if seen[VOLUNTEER, i] >= 0:
            _tell_stopped(log, ids, seen, i, holder[i] - 1, seen[GONE, i])
        seen[LEFT, i] = NONE


@compiled
def tell_completed(log: Log, ids: Ids, seen: I32, holder: Whole, whom: Whole) -> None:
    """Tell who left an activity after completing it."""
    for i in whom:
        _tell_left(log, ids, seen, i, holder[i], EventKind.COMPLETED_ACTIVITY, seen[STARTED, i])


@compiled
def count_moves(seen: I32, activity: Whole, volunteer: Whole) -> int:
    """Return how many people attend or volunteer elsewhere than they were seen to."""
    count = 0
    for i in range(activity.shape[0]):
        count += (activity[i] != seen[ACTIVITY, i]) | (volunteer[i] != seen[VOLUNTEER, i])
    return count


@compiled
def follow_people(log: Log, ids: Ids, seen: I32, holder: Whole, activity: Whole, volunteer: Whole) -> None:
    """Tell who left an activity, stopped volunteering, or began to."""
    for i in range(activity.shape[0]):
        if activity[i] != seen[ACTIVITY, i] and seen[ACTIVITY, i] >= 0:
            _tell_left(log, ids, seen, i, holder[i], EventKind.LEFT_ACTIVITY, seen[STARTED, i])
        if volunteer[i] == seen[VOLUNTEER, i]:
            continue
        if seen[VOLUNTEER, i] >= 0:
            _tell_stopped(log, ids, seen, i, holder[i], seen[VOLUNTEERED, i])
        if volunteer[i] >= 0:
            cause = seen[LEFT, i]
            case = log.rows[cause, CASE] if cause >= 0 else NONE
            event = add_of(log, EventKind.VOLUNTEERED, cause, ids, i, holder[i], case)
            log.rows[event, ORGANISATION] = ids.organisation[volunteer[i]]
            seen[VOLUNTEER, i], seen[VOLUNTEERED, i] = volunteer[i], event


@inlined
def _tell_left(log: Log, ids: Ids, seen: I32, i: int, holder: int, kind: int, cause: int) -> None:
    """Add the end of what a person attended, in the case that had begun it."""
    event = add_of(log, kind, cause, ids, i, holder, log.rows[seen[STARTED, i], CASE])
    log.rows[event, ORGANISATION] = ids.organisation[seen[ACTIVITY, i]]
    seen[ACTIVITY, i], seen[LEFT, i] = NONE, event


@inlined
def _tell_stopped(log: Log, ids: Ids, seen: I32, i: int, holder: int, cause: int) -> None:
    """Add the end of a person's volunteering, in the case it came from."""
    case = log.rows[seen[VOLUNTEERED, i], CASE]
    event = add_of(log, EventKind.STOPPED_VOLUNTEERING, cause, ids, i, holder, case)
    log.rows[event, ORGANISATION] = ids.organisation[seen[VOLUNTEER, i]]
    seen[VOLUNTEER, i] = NONE
