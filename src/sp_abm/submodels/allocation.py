"""Allocation: each PCN's waiting list is worked off, first come first served within priority, up to the cap."""

import numpy as np

from sp_abm.agents.citizens import Citizens, lose_trust
from sp_abm.agents.link_workers import LinkWorkers, ramp
from sp_abm.cases import NEVER, Cases, close_case, is_seen
from sp_abm.kernels import Flags, Floats, Key, compiled, happens, inlined, uniform
from sp_abm.parameters.pathway import Allocation
from sp_abm.vocabulary import NONE, CaseState, Outcome, Route, Stage
from sp_abm.world import World

_HANDED_ON, _AFTER_CRISIS, _OTHERS = 0, 1, 2
_WEEK_OFFSET = 4096


def allocation(world: World, week: int) -> None:
    """Let people give up waiting, then give waiting cases to the link worker with most room."""
    p, workers = world.parameters.allocation, world.link_workers
    tables = (world.cases, world.n_cases, world.citizens, workers)
    bad = (world.links.gain("bad_experience->trust", week), world.pcns.trust_lost)
    gave_up = _give_up(*tables, world.pcns.fte_funded > 0, p, *bad, world.luck.key("allocation"), week)
    limits = world.commissioner.caseload_cap[0] * workers.fte * ramp(workers, world.parameters.staffing)
    _allocate(*tables, limits * workers.in_post, week)
    world.count(gave_up=gave_up)


@compiled
def _give_up(
    cases: Cases,
    n_cases: int,
    citizens: Citizens,
    workers: LinkWorkers,
    serves: Flags,
    p: Allocation,
    gain: float,
    lost: Floats,
    key: Key,
    week: int,
) -> int:
    """Let people give up before their first contact, where there still is a service; return how many do."""
    count = 0
    for row in range(n_cases):
        if cases.state[row] == CaseState.CLOSED or is_seen(cases, row) or cases.week_referred[row] >= week:
            continue
        if not serves[cases.pcn[row]]:
            continue
        i = cases.citizen[row]
        rate = p.rate_gives_up_per_week
        if cases.route[row] == Route.OUTREACH:
            rate *= p.ratio_gives_up_outreach
        if happens(uniform(key, citizens.id[i], citizens.holder[i], week, 0), rate):
            close_case(cases, row, workers, Outcome.GAVE_UP, week)
            lose_trust(citizens, i, p.trust_gave_up, gain, lost)
            count += 1
    return count


@inlined
def priority(cases: Cases, row: int) -> int:
    """Return a waiting case's priority: handed on, then referred in crisis, then the others."""
    if cases.changes[row] > 0:
        return _HANDED_ON
    return _AFTER_CRISIS if cases.stage[row] == Stage.CRISIS else _OTHERS


@inlined
def must_wait_until_safe(cases: Cases, citizens: Citizens, row: int) -> bool:
    """Say whether a person is in crisis and not yet known to a link worker."""
    return citizens.stage[cases.citizen[row]] == Stage.CRISIS and not is_seen(cases, row)


@compiled
def _allocate(cases: Cases, n_cases: int, citizens: Citizens, workers: LinkWorkers, limits: Floats, week: int) -> None:
    waiting = np.empty(n_cases, np.int64)
    keys = np.empty(n_cases, np.int64)
    count = 0
    for row in range(n_cases):
        if cases.state[row] == CaseState.WAITING and not must_wait_until_safe(cases, citizens, row):
            waiting[count] = row
            turn = priority(cases, row) * 2 * _WEEK_OFFSET + cases.week_referred[row] + _WEEK_OFFSET
            keys[count] = (np.int64(turn) << 32) + citizens.id[cases.citizen[row]]
            count += 1
    for k in np.argsort(keys[:count]):
        row = waiting[k]
        post = emptiest_post(workers, limits, cases.pcn[row])
        if post >= 0:
            cases.worker[row] = post
            cases.week_allocated[row] = week
            workers.open_cases[post] += 1
            cases.state[row] = _state_with_worker(cases, row)


@inlined
def _state_with_worker(cases: Cases, row: int) -> int:
    """Return where a case stands once it has a link worker again."""
    if not is_seen(cases, row):
        return CaseState.ALLOCATED
    return CaseState.IN_CONTACT if cases.week_started[row] == NEVER else CaseState.CONNECTED


@inlined
def emptiest_post(workers: LinkWorkers, limits: Floats, pcn: int) -> int:
    """Return the post of a PCN with the smallest share of its limit in use and room for one more, or -1."""
    best, chosen = np.inf, NONE
    for post in range(workers.id.shape[0]):
        if workers.pcn[post] != pcn or workers.open_cases[post] + 1 > limits[post]:
            continue
        fill = workers.open_cases[post] / limits[post]
        if fill < best or (fill == best and workers.id[post] < workers.id[chosen]):
            best, chosen = fill, post
    return chosen
