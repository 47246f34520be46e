"""Following: compare what is with what was seen last, and add an event for each difference, in order."""

from typing import NamedTuple

from sp_abm.agents.citizens import Citizens
from sp_abm.agents.link_workers import LinkWorkers
from sp_abm.cases import Cases
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
from sp_abm.kernels import Whole, compiled, inlined
from sp_abm.vocabulary import NONE, Attempt, CaseState, EventKind, Outcome

MOST_OF_A_CASE, MOST_OF_A_POST, MOST_OF_A_PERSON = 6, 4, 3
"""Events that one case, post or person can give rise to within one submodel."""
WORKER, CHANGES, CONTACTS, TRIED, LATEST, N_OF_CASE = range(6)
"""What is kept of a case: its post's row, changes of it, contacts, week of an attempt; its latest event."""
OPEN, FILLED, BY, LATEST_OF_POST, N_OF_POST = range(5)
"""What is kept of a post: whether it is funded and filled, by which holder; its latest event."""


class Seen(NamedTuple):
    """The state as it was seen last; of people, organisations by row and the events that began or ended something."""

    cases: I32
    posts: I32
    activity: I32
    volunteer: I32
    started: I32
    left: I32
    volunteered: I32
    gone: I32


@compiled
def follow_posts(log: Log, seen: Seen, workers: LinkWorkers) -> None:
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
def _add_of_post(log: Log, kind: int, cause: int, seen: Seen, workers: LinkWorkers, post: int) -> int:
    event = add(log, kind, cause)
    log.rows[event, POST], log.rows[event, POST_HOLDER] = workers.id[post], seen.posts[post, BY]
    seen.posts[post, LATEST_OF_POST] = event
    return event


@compiled
def follow_cases(
    log: Log, seen: Seen, ids: Ids, cases: Cases, first: int, n_cases: int, rows: Whole, n_open: int, w: LinkWorkers
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
def _has_changed(cases: Cases, row: int, seen: I32) -> bool:
    return bool(
        cases.worker[row] != seen[row, WORKER]
        or cases.changes[row] != seen[row, CHANGES]
        or cases.n_contacts[row] != seen[row, CONTACTS]
        or cases.week_tried[row] != seen[row, TRIED]
        or cases.state[row] == CaseState.CLOSED
    )


@inlined
def _add_of_case(log: Log, kind: int, seen: Seen, ids: Ids, cases: Cases, row: int, workers: LinkWorkers) -> int:
    """Add an event of a case, caused by its latest one, with the link worker it was seen with."""
    event = add_of(log, kind, seen.cases[row, LATEST], ids, cases.citizen[row], cases.holder[row], row)
    post = seen.cases[row, WORKER]
    if post >= 0:
        log.rows[event, POST], log.rows[event, POST_HOLDER] = workers.id[post], workers.holder[post]
    seen.cases[row, LATEST] = event
    return event


@compiled
def _follow_case(log: Log, seen: Seen, ids: Ids, cases: Cases, row: int, workers: LinkWorkers) -> None:
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
def _blame_the_leaver(log: Log, event: int, seen: Seen, row: int, workers: LinkWorkers) -> None:
    """Name the leaving of a case's link worker as the cause, if the link worker has left."""
    post = seen.cases[row, WORKER]
    if post >= 0 and not workers.in_post[post]:
        log.rows[event, CAUSE] = seen.posts[post, LATEST_OF_POST]


@inlined
def _tell_attempt(log: Log, seen: Seen, ids: Ids, cases: Cases, row: int, workers: LinkWorkers) -> None:
    has_started = cases.attempt[row] == Attempt.STARTED
    kind = EventKind.CONNECTED if has_started else EventKind.ATTEMPT_FAILED
    event = _add_of_case(log, kind, seen, ids, cases, row, workers)
    if cases.organisation[row] >= 0:
        log.rows[event, ORGANISATION] = ids.organisation[cases.organisation[row]]
    if has_started:
        i = cases.citizen[row]
        seen.activity[i], seen.started[i] = cases.organisation[row], event
    else:
        log.rows[event, REASON] = ATTEMPTS + cases.attempt[row]


@inlined
def _tell_end(log: Log, seen: Seen, ids: Ids, cases: Cases, row: int, workers: LinkWorkers) -> None:
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
        log.rows[event, CAUSE] = seen.gone[cases.citizen[row]]


@compiled
def tell_declined(log: Log, ids: Ids, citizens: Citizens, whom: Whole) -> None:
    """Tell who declined an offer."""
    for i in whom:
        add_of(log, EventKind.DECLINED, NONE, ids, i, citizens.holder[i], NONE)


@compiled
def tell_gone(log: Log, seen: Seen, ids: Ids, citizens: Citizens, whom: Whole, kind: int) -> None:
    """Tell who moved or died, and what they left by that; the dwelling already has its next holder."""
    for i in whom:
        holder = citizens.holder[i] - 1
        seen.gone[i] = add_of(log, kind, NONE, ids, i, holder, NONE)
        if seen.activity[i] >= 0:
            _tell_left(log, seen, ids, i, holder, EventKind.LEFT_ACTIVITY, seen.gone[i])
        if seen.volunteer[i] >= 0:
            _tell_stopped(log, seen, ids, i, holder, seen.gone[i])
        seen.left[i] = NONE


@compiled
def tell_completed(log: Log, seen: Seen, ids: Ids, citizens: Citizens, whom: Whole) -> None:
    """Tell who left an activity after completing it."""
    for i in whom:
        _tell_left(log, seen, ids, i, citizens.holder[i], EventKind.COMPLETED_ACTIVITY, seen.started[i])


@compiled
def count_changed(seen: Seen, activity: I32, volunteer: I32) -> int:
    """Return how many people attend or volunteer elsewhere than they were seen to."""
    count = 0
    for i in range(activity.shape[0]):
        count += activity[i] != seen.activity[i] or volunteer[i] != seen.volunteer[i]
    return count


@compiled
def follow_people(log: Log, seen: Seen, ids: Ids, citizens: Citizens) -> None:
    """Tell who left an activity, stopped volunteering, or began to."""
    activity, volunteer = citizens.activity_row, citizens.volunteer_row
    for i in range(activity.shape[0]):
        if activity[i] != seen.activity[i] and seen.activity[i] >= 0:
            _tell_left(log, seen, ids, i, citizens.holder[i], EventKind.LEFT_ACTIVITY, seen.started[i])
        if volunteer[i] == seen.volunteer[i]:
            continue
        if seen.volunteer[i] >= 0:
            _tell_stopped(log, seen, ids, i, citizens.holder[i], seen.volunteered[i])
        if volunteer[i] >= 0:
            event = add_of(log, EventKind.VOLUNTEERED, seen.left[i], ids, i, citizens.holder[i], NONE)
            log.rows[event, CASE] = log.rows[seen.left[i], CASE] if seen.left[i] >= 0 else NONE
            log.rows[event, ORGANISATION] = ids.organisation[volunteer[i]]
            seen.volunteer[i], seen.volunteered[i] = volunteer[i], event


@inlined
def _tell_left(log: Log, seen: Seen, ids: Ids, i: int, holder: int, kind: int, cause: int) -> None:
    """Add the end of what a person attended, in the case that had begun it."""
    event = add_of(log, kind, cause, ids, i, holder, log.rows[seen.started[i], CASE])
    log.rows[event, ORGANISATION] = ids.organisation[seen.activity[i]]
    seen.activity[i], seen.left[i] = NONE, event


@inlined
def _tell_stopped(log: Log, seen: Seen, ids: Ids, i: int, holder: int, cause: int) -> None:
    """Add the end of a person's volunteering, in the case it came from."""
    event = add_of(log, EventKind.STOPPED_VOLUNTEERING, cause, ids, i, holder, log.rows[seen.volunteered[i], CASE])
    log.rows[event, ORGANISATION] = ids.organisation[seen.volunteer[i]]
    seen.volunteer[i] = NONE
