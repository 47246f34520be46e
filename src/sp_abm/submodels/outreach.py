"""Outreach: link workers look for people before they ask, in the order the target sets.

There is no evidence on how many accept: every result that hangs on it must say so. Whoever accepts joins the same
waiting list as everybody else; outreach has no lane of its own.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sp_abm.agents.citizens import Citizens
from sp_abm.agents.link_workers import hours_direct
from sp_abm.cases import Cases, may_be_referred
from sp_abm.kernels import LUCK_BLOCK, Floats, Key, Whole, compiled, fill_luck, inlined, uniforms, unit
from sp_abm.parameters.pathway import Outreach, Referral
from sp_abm.vocabulary import OutreachTarget, Route, Stage
from sp_abm.world import World

_TARGETS = list(OutreachTarget)
_OFF_BALANCE, _ISOLATED, _DEPRIVED, _CONNECTED = (
    _TARGETS.index(target)
    for target in (
        OutreachTarget.OFF_BALANCE,
        OutreachTarget.ISOLATED,
        OutreachTarget.DEPRIVED_FIRST,
        OutreachTarget.WELL_CONNECTED,
    )
)


def outreach(world: World, week: int) -> None:
    """Spend link workers' outreach time on approaches; those met become aware, some accept a case."""
    approaches = _plan_approaches(world)
    if not approaches.any():
        return
    p, citizens, luck = world.parameters.outreach, world.citizens, world.luck
    target = int(world.commissioner.outreach_target[0])
    many_ties = p.share_ties_well_connected * world.mean_ties
    p_again = world.parameters.referral
    arguments = (citizens, world.cases, p_again, approaches, target, many_ties)
    rows = _first_in_line(*arguments, luck.key("outreach_rank"), week)
    met, accepted = _approach(rows, citizens, p, luck.key("outreach"), week)
    world.open_cases(accepted, np.full(accepted.size, Route.OUTREACH), week)
    n = accepted.size
    world.count(approached=rows.size, met=met, referred=n, referred_non_medical=n)


def _plan_approaches(world: World) -> NDArray[np.int64]:
    """Set each worker's outreach hours, in whole approaches; return the approaches of each PCN."""
    p, workers = world.parameters, world.link_workers
    hours = hours_direct(workers, p.staffing, p.contact) * world.commissioner.outreach_share[0]
    wanted = hours / p.outreach.hours_approach + workers.approaches_carried
    whole = np.floor(wanted) * workers.in_post
    workers.approaches_carried[:] = (wanted - whole) * workers.in_post
    workers.hours_outreach[:] = whole * p.outreach.hours_approach
    return np.bincount(workers.pcn, weights=whole, minlength=world.pcns.id.shape[0]).astype(np.int64)


@inlined
def place_in_line(target: int, stage: int, lonely: bool, fifth: int, has_many_ties: bool) -> int:
    """Return how far back in line the target puts a person: 0 comes first."""
    if target == _OFF_BALANCE:
        return 0 if stage == Stage.OFF_BALANCE else 1
    if target == _ISOLATED:
        return 0 if lonely else 1
    if target == _DEPRIVED:
        return int(fifth)
    if target == _CONNECTED:
        return 0 if has_many_ties else 1
    return 0


@compiled
def _first_in_line(
    citizens: Citizens,
    cases: Cases,
    p_again: Referral,
    approaches: Whole,
    target: int,
    many_ties: float,
    key: Key,
    week: int,
) -> Whole:
    """Return the rows to approach: in each PCN those first in line, ties broken by luck."""
    n, n_pcns, most = citizens.id.shape[0], approaches.shape[0], approaches.max()
    ranks = np.full((n_pcns, most), np.inf)
    rows = np.full((n_pcns, most), -1, np.int32)
    age, last_referral, case, stage = citizens.age, citizens.last_referral, citizens.case_row, citizens.stage
    lonely, fifth, n_live = citizens.lonely, citizens.fifth, citizens.n_live_ties
    luck = np.empty((4, LUCK_BLOCK), np.uint32)
    for start in range(0, n, LUCK_BLOCK):
        stop = min(start + LUCK_BLOCK, n)
        fill_luck(luck, key, citizens.id, citizens.holder, week, start, stop)
        for i in range(start, stop):
            pcn = citizens.pcn[i]
            last = approaches[pcn] - 1
            if last < 0 or citizens.activity_row[i] >= 0:
                continue
            turn = place_in_line(target, stage[i], lonely[i], fifth[i], n_live[i] >= many_ties)
            rank = turn + unit(luck[0, i - start])
            if rank < ranks[pcn, last] and may_be_referred(
                age[i], last_referral[i], case[i], cases.state, p_again.weeks_between, week
            ):
                _insert(ranks[pcn], rows[pcn], last, rank, i)
    flat = rows.ravel()
    return flat[flat >= 0]


@inlined
def _insert(ranks: Floats, rows: Whole, last: int, rank: Any, row: int) -> None:
    """Put a row where its rank belongs in a sorted list, pushing the last one out."""
    k = last
    while k > 0 and ranks[k - 1] > rank:
        ranks[k], rows[k] = ranks[k - 1], rows[k - 1]
        k -= 1
    ranks[k], rows[k] = rank, row


@compiled
def _approach(rows: Whole, citizens: Citizens, p: Outreach, key: Key, week: int) -> tuple[int, Whole]:
    """Return (people met, rows of those who accept); everyone met becomes aware."""
    accepted = np.empty(rows.shape[0], np.int32)
    met = count = 0
    for i in rows:
        u = uniforms(key, citizens.id[i], citizens.holder[i], week, 0)
        if u[0] < p.p_met:
            met += 1
            citizens.aware[i] = True
            if u[1] < p.p_accepts + p.effect_trust * (np.float64(citizens.trust[i]) - 0.5):
                accepted[count] = i
                count += 1
    return met, accepted[:count]
