"""Staffing: support arrives or fades, posts open and close, vacancies are filled, newcomers learn.

A promised rise in support arrives in part; a cut is felt in full.
"""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sp_abm.agents.link_workers import Knowledge, Posts, fall_vacant, hours_without_people, learned, shares_known
from sp_abm.cases import Cases, hand_back
from sp_abm.declare import grown
from sp_abm.kernels import Flags, Floats, Whole, borrowing, brief, compiled, inlined
from sp_abm.loops import POSTS_PER_PCN, mean_by
from sp_abm.parameters.pathway import Contact
from sp_abm.parameters.system import Staffing
from sp_abm.vocabulary import Channel
from sp_abm.world import World

_NOBODY = np.empty(0, np.int64)


class Asked(NamedTuple):
    """The commissioner's columns of support asked for, in the order of `Channel`."""

    support_supervision: Floats
    support_role_clarity: Floats
    support_integration: Floats
    support_peers: Floats
    support_security: Floats


class Team(NamedTuple):
    """The columns of link workers by which posts are filled, and time without people is shared out."""

    id: Whole
    pcn: Whole
    fte: Floats
    in_post: Flags
    starts: Whole
    weeks_in_post: Whole
    hours_building: Floats
    hours_voice: Floats


def staffing(world: World, week: int) -> None:
    """Move delivered support, open and close posts, let new holders start, and count weeks in post."""
    p, contact = world.parameters.staffing, world.parameters.contact
    _deliver_support(world)
    holders = world.link_workers.holder.copy()
    for pcn in _misfits(world.part(Team, world.link_workers), world.pcns.fte_funded, p.min_fte).tolist():
        _fit_team(world, pcn, week)
    team = world.part(Team, world.link_workers)
    _start(world, _arrivals(team, week), week)
    _start(world, _spared_vacancies(world, week), week)
    _meet_organisations(world, _newcomers(world, holders), week)
    _set_hours(team, world.pcns.support, p, contact)


def _newcomers(world: World, holders: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Return the rows of posts that have another holder than before."""
    if not world.flows["hired"]:
        return _NOBODY
    now = world.link_workers.holder
    return np.flatnonzero(grown_to(holders, now.size) != now)


@brief
def _arrivals(team: Team, week: int) -> NDArray[np.int64]:
    """Count a week for everybody in post; return the rows of vacant posts whose next holder starts."""
    rows = np.empty(team.fte.shape[0], np.int64)
    count = 0
    for post in range(team.fte.shape[0]):
        team.weeks_in_post[post] += team.in_post[post]
        rows[count] = post
        count += team.fte[post] > 0 and not team.in_post[post] and team.starts[post] <= week
    return rows[:count]


def grown_to(column: NDArray[Any], rows: int) -> NDArray[Any]:
    """Return the column with zeros for rows that are new."""
    return np.concatenate([column, np.zeros(rows - column.size, column.dtype)]) if rows > column.size else column


@inlined
def support_target(level: float, today: float, share_delivered: float) -> float:
    """Return the support that a promised level comes to: a part of any rise, all of a cut."""
    return today + share_delivered * (level - today) if level > today else level


def _deliver_support(world: World) -> None:
    p, books = world.parameters.staffing, world.commissioner
    _move_support(world.pcns.support, world.part(Asked, books), books.support_factor, p, *_paces(p))


@lru_cache
def _paces(p: Staffing) -> tuple[float, float]:
    """Return the weekly shares of the gap by which support rises and by which it falls."""
    rising, falling = -np.expm1(-1 / np.array([p.weeks_support_rises, p.weeks_support_falls]))
    return float(rising), float(falling)


@brief
def _move_support(support: Floats, asked: Asked, factor: Floats, p: Staffing, rising: float, falling: float) -> None:
    for pcn in range(support.shape[0]):
        for channel in range(len(asked)):
            level = min(1.0, asked[channel][0] * factor[0])
            gap = support_target(level, p.support_today, p.share_support_delivered) - support[pcn, channel]
            support[pcn, channel] += gap * (rising if gap > 0 else falling)


def _spared_vacancies(world: World, week: int) -> NDArray[np.int64]:
    """Return vacant posts that are filled at once where leaving->vacancy is cut: the soonest first."""
    workers = world.link_workers
    if world.links.is_on("leaving->vacancy", week):
        return _NOBODY
    vacant = np.flatnonzero((workers.fte > 0) & ~workers.in_post)
    number = np.bincount(workers.pcn[vacant], minlength=world.pcns.id.shape[0]).astype(np.float64)
    spared = number - np.ceil(world.links.felt("leaving->vacancy", week, number))
    order = vacant[np.lexsort((workers.id[vacant], workers.starts[vacant]))]
    rows = [order[workers.pcn[order] == pcn][: int(spared[pcn])] for pcn in np.flatnonzero(spared > 0)]
    return np.concatenate([np.empty(0, np.int64), *rows])


@brief
def _set_hours(team: Team, support: Floats, p: Staffing, contact: Contact) -> None:
    """Set the time without people that goes to the community and to speaking up: more when clear and settled."""
    full_time = hours_without_people(1.0, contact)
    for post in range(team.pcn.shape[0]):
        clarity = support[team.pcn[post], Channel.ROLE_CLARITY] - p.support_today
        time = full_time * team.fte[post] * learned(team.weeks_in_post[post], p)
        hours = time * max(0.0, 1 + p.effect_clarity_roles * clarity) * team.in_post[post]
        team.hours_building[post] = p.share_building * hours
        team.hours_voice[post] = p.share_voice * hours


@compiled
def team_sizes(fte: float, min_fte: float) -> Floats:
    """Return the posts of a team: full-time ones, and one part-time if what is left over is worth one."""
    whole = int(fte + 1e-9)
    rest = fte - whole
    has_part = rest >= min_fte or (whole == 0 and rest > 1e-9)
    sizes = np.ones(whole + has_part)
    if has_part:
        sizes[whole] = rest
    elif whole:
        sizes[whole - 1] += max(0.0, rest)
    return sizes


def _fit_team(world: World, pcn: int, week: int) -> None:
    """Close or open posts of one PCN until its team is what is funded."""
    sizes = team_sizes(world.pcns.fte_funded[pcn], world.parameters.staffing.min_fte)
    workers = world.link_workers
    rows = np.flatnonzero((workers.pcn == pcn) & (workers.fte > 0))
    if rows.size > len(sizes):
        # Vacant posts go first, then those who came last.
        order = np.lexsort((workers.id[rows], workers.weeks_in_post[rows], workers.in_post[rows]))
        _close_posts(world, rows[order[: rows.size - len(sizes)]], week)
    elif rows.size < len(sizes):
        _open_posts(world, pcn, len(sizes) - rows.size, week)
    workers = world.link_workers
    rows = np.flatnonzero((workers.pcn == pcn) & (workers.fte > 0))
    workers.fte[rows[np.argsort(workers.id[rows])]] = sizes


@brief
def _misfits(team: Team, funded: Floats, min_fte: float) -> NDArray[np.int64]:
    """Return the PCNs whose team is not what is funded."""
    pcns = np.empty(funded.shape[0], np.int64)
    count = 0
    for pcn in range(funded.shape[0]):
        pcns[count] = pcn
        count += not _is_team(team, pcn, team_sizes(funded[pcn], min_fte))
    return pcns[:count]


@compiled
def _is_team(team: Team, pcn: int, sizes: Floats) -> bool:
    """Say whether the open posts of a PCN, by their numbers, have these sizes."""
    count = 0
    for post in range(team.pcn.shape[0]):
        if team.pcn[post] == pcn and team.fte[post] > 0:
            place = 0
            for other in range(team.pcn.shape[0]):
                place += team.pcn[other] == pcn and team.fte[other] > 0 and team.id[other] < team.id[post]
            if place >= sizes.shape[0] or team.fte[post] != sizes[place]:
                return False
            count += 1
    return bool(count == sizes.shape[0])


def _close_posts(world: World, rows: NDArray[np.int64], week: int) -> None:
    workers = world.link_workers
    fall_vacant(workers, rows, week, world.luck, world.parameters.staffing)
    workers.fte[rows] = 0
    _hand_back_all(world.open_rows, world.cases, world.posts)


@borrowing
def _hand_back_all(rows: Whole, cases: Cases, workers: Posts) -> None:
    for row in rows:
        post = cases.worker[row]
        if post >= 0 and not workers.in_post[post]:
            hand_back(cases, row, workers, True)


def _open_posts(world: World, pcn: int, number: int, week: int) -> None:
    """Open posts in a PCN: closed ones again, lowest number first, then new rows at the end."""
    workers = world.link_workers
    mine = np.flatnonzero(workers.pcn == pcn)
    closed = mine[workers.fte[mine] == 0]
    missing = max(0, number - closed.size)
    if missing:
        old = workers.id.shape[0]
        workers = world.link_workers = grown(workers, old + missing)
        fresh = np.arange(old, old + missing)
        workers.pcn[fresh] = pcn
        workers.id[fresh] = pcn * POSTS_PER_PCN + mine.size + np.arange(missing)
        known = np.zeros((old + missing, world.organisations.id.shape[0]), np.bool_)
        known[:old] = world.knowledge.known
        world.knowledge = Knowledge(known)
        closed = np.concatenate([closed, fresh])
    rows = closed[np.argsort(workers.id[closed])][:number]
    workers.fte[rows] = 1
    if week == world.first_week:
        _start_first_teams(world, rows, week)
    else:
        fall_vacant(workers, rows, week, world.luck, world.parameters.staffing)


def _start(world: World, rows: NDArray[np.int64], week: int) -> None:
    """Let new holders start: fresh, untrained, knowing few organisations."""
    if not rows.size:
        return
    p, workers = world.parameters.staffing, world.link_workers
    workers.holder[rows] += 1
    u = world.luck.uniforms("hiring", week, workers.id[rows], workers.holder[rows])
    strain = world.parameters.strain
    workers.in_post[rows] = True
    workers.weeks_in_post[rows] = 0
    workers.burnout[rows] = p.burnout_at_start
    workers.intends[rows] = u[:, 0] < p.p_intends_at_start
    workers.trait[rows] = np.exp(strain.sd_trait * ndtri(u[:, 1]) - strain.sd_trait**2 / 2)
    workers.condition[rows] = strain.sd_condition * ndtri(u[:, 2])
    world.count(hired=rows.size)


def _meet_organisations(world: World, rows: NDArray[np.int64], week: int) -> None:
    """Draw which local organisations each newcomer already knows."""
    if not rows.size and world.links.is_on("leaving->knowledge", week):
        return
    workers, organisations = world.link_workers, world.organisations
    p_knows = _p_knows_at_start(world, week)
    for row in rows:
        local = np.flatnonzero(organisations.pcn == workers.pcn[row])
        posts = np.full(local.size, workers.id[row] * 64 + workers.holder[row] % 64, np.uint32)
        u = world.luck.uniforms("newcomer_knowledge", week, organisations.id[local], posts)[:, 0]
        world.knowledge.known[row] = False
        world.knowledge.known[row, local] = u < p_knows[workers.pcn[row]]


def _p_knows_at_start(world: World, week: int) -> NDArray[np.float64]:
    """Return the chance, by PCN, that a newcomer knows a local organisation: the team's, less what was lost."""
    workers, n_pcns = world.link_workers, world.pcns.id.shape[0]
    shares = shares_known(workers.pcn, world.knowledge.known, world.organisations.pcn)
    team = mean_by(workers.pcn[workers.in_post], shares[workers.in_post], n_pcns)
    lost = team - world.parameters.contact.p_knows_at_start
    p_knows: NDArray[np.float64] = team - world.links.felt("leaving->knowledge", week, lost)
    return p_knows


def _start_first_teams(world: World, rows: NDArray[np.int64], week: int) -> None:
    """Fill the first teams at once, with people who came at different times."""
    _start(world, rows, week)
    workers = world.link_workers
    u = world.luck.uniforms("hiring", week, workers.id[rows], workers.holder[rows], 2)[:, 0]
    workers.weeks_in_post[rows] = (u * world.parameters.staffing.max_weeks_first_teams).astype(np.int64)
