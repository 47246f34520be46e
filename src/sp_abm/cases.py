"""Cases: the relation between a citizen and a link worker, from referral to closure."""

from typing import Annotated, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sp_abm.agents.citizens import Clients
from sp_abm.agents.link_workers import Posts
from sp_abm.declare import column
from sp_abm.kernels import Key, Whole, borrowing, compiled, inlined, uniform
from sp_abm.parameters.pathway import Referral
from sp_abm.vocabulary import ADULT_AGE, N_KINDS, NONE, CaseState, Route, Stage

I32: TypeAlias = NDArray[np.int32]
I16: TypeAlias = NDArray[np.int16]
I8: TypeAlias = NDArray[np.int8]
U8: TypeAlias = NDArray[np.uint8]
Flag: TypeAlias = NDArray[np.bool_]
NEVER = -9999
_MEDICAL = tuple(int(route) for route in Route if route.is_medical)

_OPENERS = ("referral", "outreach")
_CLOSERS = ("closure", "allocation", "turnover", "residents")
_MOVERS = (*_CLOSERS, "staffing")


class Cases(NamedTuple):
    """State variables of a case; rows are added at the end and never moved, closed ones stay."""

    citizen: Annotated[I32, column(np.int32, "row of the citizen", "row", *_OPENERS, default=NONE)]
    holder: Annotated[
        NDArray[np.uint16], column(np.uint16, "which holder of the dwelling it is about", "0 up", *_OPENERS)
    ]
    pcn: Annotated[I16, column(np.int16, "row of the PCN", "row", *_OPENERS)]
    route: Annotated[I8, column(np.int8, "how the person came", "Route", *_OPENERS)]
    toolkit: Annotated[
        Flag, column(np.bool_, "whether it came of a conversation with the toolkit", "yes or no", "outreach")
    ]
    has_data: Annotated[
        Flag, column(np.bool_, "whether the person left data in that conversation", "yes or no", "outreach")
    ]
    stage: Annotated[I8, column(np.int8, "health stage at referral", "Stage", *_OPENERS)]
    kind: Annotated[I8, column(np.int8, "kind of activity that would fit", "0 to 5", *_OPENERS)]
    plan: Annotated[U8, column(np.uint8, "contacts planned", "contacts", *_OPENERS)]
    state: Annotated[
        I8,
        column(
            np.int8,
            "where the case is on its pathway",
            "CaseState",
            *_OPENERS,
            *_MOVERS,
            "contact",
            default=CaseState.CLOSED,
        ),
    ]
    outcome: Annotated[I8, column(np.int8, "why it closed", "Outcome", *_CLOSERS)]
    worker: Annotated[I32, column(np.int32, "row of the link worker's post", "row or -1", *_MOVERS, default=NONE)]
    changes: Annotated[U8, column(np.uint8, "changes of link worker", "changes", "turnover", "staffing")]
    n_contacts: Annotated[U8, column(np.uint8, "contacts attended", "contacts", "contact")]
    week_referred: Annotated[I16, column(np.int16, "week the person accepted", "week", *_OPENERS, default=NEVER)]
    week_allocated: Annotated[I16, column(np.int16, "week a link worker took it", "week", "allocation", default=NEVER)]
    week_first: Annotated[I16, column(np.int16, "week of the first contact", "week", "contact", default=NEVER)]
    week_third: Annotated[I16, column(np.int16, "week of the third contact", "week", "contact", default=NEVER)]
    week_last: Annotated[I16, column(np.int16, "week of the latest contact", "week", "contact", default=NEVER)]
    week_started: Annotated[
        I16, column(np.int16, "week the person started an activity", "week", "contact", default=NEVER)
    ]
    attempt: Annotated[I8, column(np.int8, "what came of the latest attempt to find an activity", "Attempt", "contact")]
    organisation: Annotated[
        I32, column(np.int32, "row of the organisation suggested then", "row or -1", "contact", default=NONE)
    ]
    week_tried: Annotated[I16, column(np.int16, "week of that attempt", "week", "contact", default=NEVER)]
    week_closed: Annotated[I16, column(np.int16, "week it closed", "week", *_CLOSERS, default=NEVER)]


@inlined
def is_open(cases: Cases, row: int) -> bool:
    """Say whether the row is an open case (-1 is none)."""
    return bool(row >= 0 and cases.state[row] != CaseState.CLOSED)


@inlined
def open_case(
    cases: Cases, row: int, citizens: Clients, citizen: int, route: int, plan: int, kind: int, week: int
) -> None:
    """Open a case for a citizen who accepted, at the given free row."""
    cases.citizen[row] = citizen
    cases.holder[row] = citizens.holder[citizen]
    cases.pcn[row] = citizens.pcn[citizen]
    cases.route[row] = route
    cases.stage[row] = citizens.stage[citizen]
    cases.kind[row] = kind
    cases.plan[row] = plan
    cases.state[row] = CaseState.WAITING
    cases.week_referred[row] = week
    citizens.case_row[citizen] = row
    citizens.last_referral[citizen] = week


@inlined
def close_case(cases: Cases, row: int, workers: Posts, outcome: int, week: int) -> None:
    """Close an open case and take it off its link worker's caseload."""
    if cases.worker[row] >= 0:
        workers.open_cases[cases.worker[row]] -= 1
    cases.worker[row] = NONE
    cases.state[row] = CaseState.CLOSED
    cases.outcome[row] = outcome
    cases.week_closed[row] = week


@inlined
def hand_back(cases: Cases, row: int, workers: Posts, is_change: bool) -> None:
    """Send a case whose link worker has gone back to the head of the waiting list; it may count as a change."""
    workers.open_cases[cases.worker[row]] -= 1
    cases.worker[row] = NONE
    cases.state[row] = CaseState.WAITING
    cases.changes[row] += is_change


@inlined
def is_adequate(cases: Cases, row: int) -> bool:
    """Say whether the case gave an adequate dose: three or more contacts and an activity started."""
    return bool(cases.week_third[row] != NEVER and cases.week_started[row] != NEVER)


@inlined
def was_closed_in(cases: Cases, row: int, week: int) -> bool:
    """Say whether the case closed in a week."""
    return bool((cases.state[row] == CaseState.CLOSED) & (cases.week_closed[row] == week))


@inlined
def is_seen(cases: Cases, row: int) -> bool:
    """Say whether the person has met a link worker."""
    return bool(cases.week_first[row] != NEVER)


@inlined
def is_medical(route: int) -> bool:
    """Say whether a route leads through general practice."""
    return route in _MEDICAL


@inlined
def may_be_referred(age: int, last_referral: int, case_row: int, state: Whole, weeks_between: float, week: int) -> bool:
    """Say whether a person is of age, was not referred lately, and has no open case; `state` is of all cases."""
    return is_referable(age, last_referral, weeks_between, week) and not has_open_case(case_row, state)


@inlined
def is_referable(age: int, last_referral: int, weeks_between: float, week: int) -> bool:
    """Say whether a person is of age and was not referred lately."""
    return (age >= ADULT_AGE) & (week - last_referral > weeks_between)


@inlined
def has_open_case(case_row: int, state: Whole) -> bool:
    """Say whether a person's latest case (-1 is none) is open; `state` is of all cases."""
    return bool(case_row >= 0 and state[case_row] != CaseState.CLOSED)


@inlined
def planned_contacts(citizens: Clients, i: int, p: Referral) -> int:
    """Return the contacts planned: intensive after a crisis, standard in need, light otherwise."""
    stage = citizens.stage[i]
    if stage == Stage.CRISIS:
        return int(p.contacts_intensive)
    if stage == Stage.PRE_CRISIS or citizens.lonely[i]:
        return int(p.contacts_standard)
    return int(p.contacts_light)


@compiled
def rows_of_open_cases(state: Whole, n_cases: int) -> NDArray[np.int64]:
    """Return the rows of open cases among the first `n_cases`, in order."""
    rows = np.empty(n_cases, np.int64)
    count = 0
    for row in range(n_cases):
        rows[count] = row
        count += state[row] != CaseState.CLOSED
    return rows[:count]


@compiled
def rows_of_cases_closed(state: Whole, week_closed: Whole, n_cases: int, week: int) -> NDArray[np.int64]:
    """Return the rows of cases closed in a week among the first `n_cases`, in order."""
    rows = np.empty(n_cases, np.int64)
    count = 0
    for row in range(n_cases):
        rows[count] = row
        count += (state[row] == CaseState.CLOSED) & (week_closed[row] == week)
    return rows[:count]


@borrowing
def open_cases(
    cases: Cases, first: int, citizens: Clients, rows: Whole, routes: Whole, p: Referral, key: Key, week: int
) -> None:
    """Open a case for each citizen row with its route, at case rows from `first` on."""
    for k in range(rows.shape[0]):
        i = rows[k]
        kind = int(uniform(key, citizens.id[i], citizens.holder[i], week, 0) * N_KINDS)
        open_case(cases, first + k, citizens, i, routes[k], planned_contacts(citizens, i, p), kind, week)
