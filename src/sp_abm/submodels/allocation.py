"""Allocation: each PCN's waiting list is worked off, first come first served within priority, up to the cap."""

from typing import NamedTuple

import numpy as np

from sp_abm.agents.citizens import Clients, lose_trust
from sp_abm.agents.link_workers import Posts, case_limits
from sp_abm.cases import NEVER, Cases, close_case, is_seen, rows_of_open_cases
from sp_abm.kernels import Floats, Key, Whole, borrowing, compiled, happens, inlined, uniform
from sp_abm.parameters.pathway import Allocation
from sp_abm.parameters.system import Staffing
from sp_abm.vocabulary import NONE, CaseState, EquityRule, Outcome, Route, Stage
from sp_abm.world import World

_HANDED_ON, _AFTER_CRISIS, _OTHERS = 0, 1, 2
_WEEK_OFFSET = 4096
_MOST_TURNS = 8
_MANY = 1e9
_RULES = list(EquityRule)
_DEPRIVED_FIRST, _NEED_FIRST = _RULES.index(EquityRule.DEPRIVED_FIRST), _RULES.index(EquityRule.NEED_FIRST)


class Lost(NamedTuple):
    """How people lose patience, and what that costs."""

    gain: float
    """How much of a bad experience comes through to trust."""
    patience: Floats
    """What the hazard of giving up is multiplied by, by PCN."""
    trust: Floats
    """Trust lost, by PCN."""


def allocation(world: World, week: int) -> None:
    """Let people give up waiting, then give waiting cases to the link worker with most room."""
    p, workers, key = world.parameters.allocation, world.link_workers, world.luck.key("allocation")
    tables = (world.cases, world.clients, world.posts)
    lost = Lost(world.links.gain("bad_experience->trust", week), patience_felt(world, week), world.pcns.trust_lost)
    cap = float(world.commissioner.caseload_cap[0])
    rule = (int(world.commissioner.equity_rule[0]), bool(p.shares_between_pcns))
    gave_up = _work_off(*tables, world.n_cases, lost, p, key, cap, world.parameters.staffing, *rule, week)
    spared = waiting_spared(world, week)
    if spared is not None and spared.any():
        _allocate(world.open_rows, *tables, np.where(workers.in_post, _MANY, 0.0), spared, *rule, week)
    world.count(gave_up=gave_up)


@compiled
def _work_off(
    cases: Cases,
    citizens: Clients,
    workers: Posts,
    n_cases: int,
    lost: Lost,
    p: Allocation,
    key: Key,
    cap: float,
    staffing: Staffing,
    rule: int,
    shares: bool,
    week: int,
) -> int:
    """Let people give up, then give waiting cases out; return how many gave up."""
    rows = rows_of_open_cases(cases.state, n_cases)
    gave_up = _give_up(rows, cases, citizens, workers, lost, p, key, week)
    limits = case_limits(workers.fte, workers.weeks_in_post, workers.in_post, cap, staffing)
    _allocate(rows, cases, citizens, workers, limits, np.full(lost.trust.shape[0], _MANY), rule, shares, week)
    return int(gave_up)


def patience_felt(world: World, week: int) -> Floats:
    """Return what the hazard of giving up is multiplied by in each PCN: 0 where there is no service, 1 as a rule."""
    serves = (world.pcns.fte_funded > 0).astype(np.float64)
    if world.links.is_on("waiting->giving_up", week):
        return serves
    cases, n = world.cases, world.n_cases
    is_waiting = (cases.state[:n] != CaseState.CLOSED) & (cases.week_first[:n] == NEVER)
    waiting = np.bincount(cases.pcn[:n][is_waiting], minlength=serves.size).astype(np.float64)
    felt = world.links.felt("waiting->giving_up", week, waiting)
    return serves * np.where(waiting > 0, felt / np.maximum(waiting, 1.0), 1.0)


def waiting_spared(world: World, week: int) -> Floats | None:
    """Return the cases of each PCN that need not wait, caps or no caps, if demand->waiting is cut."""
    if world.links.is_on("demand->waiting", week):
        return None
    cases, n = world.cases, world.n_cases
    is_waiting = cases.state[:n] == CaseState.WAITING
    waiting = np.bincount(cases.pcn[:n][is_waiting], minlength=world.pcns.id.shape[0]).astype(np.float64)
    spared: Floats = np.maximum(0.0, np.floor(waiting - world.links.felt("demand->waiting", week, waiting)))
    return spared


@borrowing
def _give_up(
    rows: Whole,
    cases: Cases,
    citizens: Clients,
    workers: Posts,
    lost: Lost,
    p: Allocation,
    key: Key,
    week: int,
) -> int:
    """Let people give up before their first contact, where there still is a service; return how many do."""
    count = 0
    for row in rows:
        if is_seen(cases, row) or cases.week_referred[row] >= week:
            continue
        i = cases.citizen[row]
        rate = p.rate_gives_up_per_week * lost.patience[cases.pcn[row]]
        if cases.route[row] == Route.OUTREACH:
            rate *= p.ratio_gives_up_outreach
        if happens(uniform(key, citizens.id[i], citizens.holder[i], week, 0), rate):
            close_case(cases, row, workers, Outcome.GAVE_UP, week)
            lose_trust(citizens, i, p.trust_gave_up, lost.gain, lost.trust)
            count += 1
    return count


@inlined
def priority(cases: Cases, row: int) -> int:
    """Return a waiting case's priority: handed on, then referred in crisis, then the others."""
    if cases.changes[row] > 0:
        return _HANDED_ON
    return _AFTER_CRISIS if cases.stage[row] == Stage.CRISIS else _OTHERS


@inlined
def must_wait_until_safe(cases: Cases, citizens: Clients, row: int) -> bool:
    """Say whether a person is in crisis and not yet known to a link worker."""
    return citizens.stage[cases.citizen[row]] == Stage.CRISIS and not is_seen(cases, row)


@inlined
def turn_by_equity(rule: int, fifth: int, stage: int, lonely: bool) -> int:
    """Return how far back the equity rule puts a person: 0 comes first."""
    if rule == _DEPRIVED_FIRST:
        return fifth
    if rule == _NEED_FIRST:
        is_in_need = stage == Stage.PRE_CRISIS or stage == Stage.CRISIS or lonely
        return 0 if is_in_need else 1
    return 0


@compiled
def _allocate(
    rows: Whole,
    cases: Cases,
    citizens: Clients,
    workers: Posts,
    limits: Floats,
    most: Floats,
    rule: int,
    shares: bool,
    week: int,
) -> None:
    """Give waiting cases to posts in their turn, at most `most` in each PCN."""
    waiting, keys = np.empty_like(rows), np.empty_like(rows)
    count = _line_up(rows, cases, citizens, rule, waiting, keys)
    _give_out(waiting[np.argsort(keys[:count])], cases, workers, limits, most.copy(), shares, week)


@inlined
def _line_up(rows: Whole, cases: Cases, citizens: Clients, rule: int, waiting: Whole, keys: Whole) -> int:
    """Leave the cases that may be given to a post in `waiting`, with the keys of their turn; return how many."""
    count = 0
    for row in rows:
        if cases.state[row] == CaseState.WAITING and not must_wait_until_safe(cases, citizens, row):
            i = cases.citizen[row]
            turn = priority(cases, row) * _MOST_TURNS
            if turn == _OTHERS * _MOST_TURNS:
                turn += turn_by_equity(rule, citizens.fifth[i], cases.stage[row], citizens.lonely[i])
            waiting[count] = row
            turn = turn * 2 * _WEEK_OFFSET + cases.week_referred[row] + _WEEK_OFFSET
            keys[count] = (np.int64(turn) << 32) + citizens.id[i]
            count += 1
    return count


@inlined
def _give_out(
    waiting: Whole, cases: Cases, workers: Posts, limits: Floats, left: Floats, shares: bool, week: int
) -> None:
    """Give cases in their turn to the emptiest posts, as many as are `left` in each PCN."""
    for row in waiting:
        post = emptiest_post(workers, limits, cases.pcn[row], shares) if left[cases.pcn[row]] >= 1 else NONE
        if post >= 0:
            left[cases.pcn[row]] -= 1
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
def emptiest_post(workers: Posts, limits: Floats, pcn: int, shares: bool) -> int:
    """Return the post of a PCN (of any, if they share) with the smallest share of its limit in use and room, or -1."""
    best, chosen = np.inf, NONE
    for post in range(workers.id.shape[0]):
        if (workers.pcn[post] != pcn and not shares) or workers.open_cases[post] + 1 > limits[post]:
            continue
        fill = workers.open_cases[post] / limits[post]
        if fill < best or (fill == best and workers.id[post] < workers.id[chosen]):
            best, chosen = fill, post
    return chosen
