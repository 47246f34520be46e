"""Turnover: strain makes link workers think of leaving, and some of those who think of it leave.

Burnout reaches leaving through intention only (W061 W086): there is no direct path.
"""

import numpy as np
from numpy.typing import NDArray

from sp_abm.agents.citizens import Clients, lose_trust
from sp_abm.agents.link_workers import Posts, fall_vacant
from sp_abm.cases import Cases, close_case, hand_back
from sp_abm.kernels import Flags, Floats, Key, Whole, brief, compiled, total, uniforms, uniforms_table
from sp_abm.parameters.system import Turnover
from sp_abm.vocabulary import WEEKS_PER_YEAR, Channel, Outcome
from sp_abm.world import World

_TO_INTENTION = ("support->intention", "burnout->intention")


def turnover(world: World, week: int) -> None:
    """Redraw intention on each worker's own anniversary, let workers leave, and part with their cases."""
    workers, luck = world.link_workers, world.luck
    u, is_asked, n_asked = _ask(world.posts, luck.key("turnover"), week)
    if n_asked or not all(world.links.is_on(link, week) for link in _TO_INTENTION):
        workers.intends[:] = np.where(is_asked, u[:, 0] < p_intends(world, week), workers.intends)

    leavers, expected = _leave(np.expm1(-leaving_rate(world, week)), workers.in_post, u)
    world.count(expected_leavers=expected, leavers=leavers.size)
    if leavers.size or not world.links.is_on("leaving->continuity", week):
        touched = shares_touched(world, leavers, week)
        tables = (world.open_rows, world.cases, world.clients, world.posts, leavers, touched)
        bad = (world.links.gain("bad_experience->trust", week), world.pcns.trust_lost)
        dropped = _part_with_cases(*tables, world.parameters.turnover, *bad, luck.key("handed_on"), week)
        fall_vacant(workers, leavers, week + 1, luck, world.parameters.staffing)
        world.count(dropped=dropped)


@brief
def _ask(workers: Posts, key: Key, week: int) -> tuple[Floats, Flags, int]:
    """Return everybody's luck, whose anniversary of starting it is, and how many these are."""
    weeks, is_asked = workers.weeks_in_post, np.empty(workers.id.shape[0], np.bool_)
    n_asked = 0
    for post in range(weeks.shape[0]):
        is_asked[post] = workers.in_post[post] and weeks[post] > 0 and weeks[post] % WEEKS_PER_YEAR == 0
        n_asked += is_asked[post]
    return uniforms_table(key, workers.id, workers.holder, week, 0), is_asked, n_asked


@brief
def _leave(p_stay_less_1: Floats, in_post: Flags, u: Floats) -> tuple[NDArray[np.int64], float]:
    """Return the rows of those who leave, and how many were expected to; a probability to stay is given less 1."""
    p_leave, leavers = np.empty(u.shape[0]), np.empty(u.shape[0], np.int64)
    count = 0
    for post in range(u.shape[0]):
        p_leave[post] = -p_stay_less_1[post] * in_post[post]
        leavers[count] = post
        count += u[post, 1] < p_leave[post]
    return leavers[:count], total(p_leave)


def shares_touched(world: World, leavers: NDArray[np.int64], week: int) -> NDArray[np.float64]:
    """Return the share of leavers' cases, by PCN, that notice: all, but where the link to continuity is cut."""
    workers = world.link_workers
    cases = np.bincount(
        workers.pcn[leavers], weights=workers.open_cases[leavers], minlength=world.pcns.id.shape[0]
    ).astype(np.float64)
    felt = world.links.felt("leaving->continuity", week, cases)
    shares: NDArray[np.float64] = np.where(cases > 0, felt / np.maximum(cases, 1.0), 0.0)
    return shares


def p_intends(world: World, week: int) -> NDArray[np.float64]:
    """Return each worker's chance of intending to leave, were they asked this week."""
    p, workers, links = world.parameters.turnover, world.link_workers, world.links
    more = world.pcns.support[workers.pcn] - world.parameters.staffing.support_today
    gain = links.felt("support->intention", week, more, workers.id)
    effects = np.array([getattr(p, f"effect_{channel.name.lower()}") for channel in Channel])
    path = p.effect_burnt_out * (1 - p.weakening_support * gain.mean(axis=1))
    is_burnt_out = links.felt("burnout->intention", week, workers.burnout > p.threshold_burnt_out, workers.id)
    chance: NDArray[np.float64] = 1 / (1 + np.exp(-(p.intercept_intention + path * is_burnt_out - gain @ effects)))
    return chance


def leaving_rate(world: World, week: int) -> NDArray[np.float64]:
    """Return each worker's weekly hazard of leaving."""
    p, workers = world.parameters.turnover, world.link_workers
    intends = world.links.felt("intention->leaving", week, workers.intends, workers.id)
    more = p.rate_leaves_intending_per_week - p.rate_leaves_otherwise_per_week
    columns = (np.asarray(intends, np.float64), workers.weeks_in_post)
    return _leaving_rate(*columns, more, p)


@brief
def _leaving_rate(intends: Floats, weeks: Whole, more: float, p: Turnover) -> Floats:
    rates = np.empty(weeks.shape[0])
    for post in range(weeks.shape[0]):
        ratio = p.ratio_first_year if weeks[post] < WEEKS_PER_YEAR else 1.0
        rates[post] = (p.rate_leaves_otherwise_per_week + more * intends[post]) * ratio
    return rates


@compiled
def _part_with_cases(
    rows: Whole,
    cases: Cases,
    citizens: Clients,
    workers: Posts,
    leavers: Whole,
    touched: Floats,
    p: Turnover,
    gain: float,
    lost: Floats,
    key: Key,
    week: int,
) -> int:
    """Hand each open case of a leaver on, or drop it; return how many were dropped."""
    dropped = 0
    is_leaving = np.zeros(workers.id.shape[0], np.bool_)
    is_leaving[leavers] = True
    for row in rows:
        if cases.worker[row] < 0 or not is_leaving[cases.worker[row]]:
            continue
        i = cases.citizen[row]
        u = uniforms(key, citizens.id[i], citizens.holder[i], week, 0)
        is_touched = u[1] < touched[workers.pcn[cases.worker[row]]]
        if not is_touched or u[0] < p.share_handed_on:
            hand_back(cases, row, workers, is_touched)
        else:
            close_case(cases, row, workers, Outcome.DROPPED, week)
            lose_trust(citizens, i, p.trust_dropped, gain, lost)
            dropped += 1
    return dropped
