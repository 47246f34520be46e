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
from sp_abm.kernels import Flags, Floats, Whole, borrowing, compiled
from sp_abm.loops import POSTS_PER_PCN, mean_by
from sp_abm.parameters.pathway import Contact
from sp_abm.parameters.system import Staffing
from sp_abm.vocabulary import Channel
from sp_abm.world import World

_CHANNELS = tuple(f"support_{channel.name.lower()}" for channel in Channel)


class Roles(NamedTuple):
    """The columns of link workers by which time without people is shared out."""

    pcn: Whole
    fte: Floats
    in_post: Flags
    weeks_in_post: Whole
    hours_building: Floats
    hours_voice: Floats


def staffing(world: World, week: int) -> None:
    """Move delivered support, open and close posts, let new holders start, and count weeks in post."""
    _deliver_support(world)
    holders = world.link_workers.holder.copy()
    for pcn in range(world.pcns.id.shape[0]):
        _fit_team(world, pcn, week)
    workers = world.link_workers
    _start(world, _arrivals(workers.fte, workers.in_post, workers.starts, workers.weeks_in_post, week), week)
    _start(world, _spared_vacancies(world, week), week)
    _meet_organisations(world, np.flatnonzero(grown_to(holders, workers.id.size) != workers.holder), week)
    _share_out_roles(world)


@compiled
def _arrivals(fte: Floats, in_post: Flags, starts: Whole, weeks: Whole, week: int) -> NDArray[np.int64]:
    """Count a week for everybody in post; return the rows of vacant posts whose next holder starts."""
    rows = np.empty(fte.shape[0], np.int64)
    count = 0
    for post in range(fte.shape[0]):
        weeks[post] += in_post[post]
        rows[count] = post
        count += fte[post] > 0 and not in_post[post] and starts[post] <= week
    return rows[:count]


def grown_to(column: NDArray[Any], rows: int) -> NDArray[Any]:
    """Return the column with zeros for rows that are new."""
    return np.concatenate([column, np.zeros(rows - column.size, column.dtype)]) if rows > column.size else column


def support_target(level: NDArray[np.float64], today: float, share_delivered: float) -> NDArray[np.float64]:
    """Return the support that promised levels come to: a part of any rise, all of a cut."""
    return np.where(level > today, today + share_delivered * (level - today), level)


def _deliver_support(world: World) -> None:
    p, books = world.parameters.staffing, world.commissioner
    asked = np.array([getattr(books, column)[0] for column in _CHANNELS])
    target = support_target(
        np.minimum(1.0, asked * books.support_factor[0]), p.support_today, p.share_support_delivered
    )
    _move_support(world.pcns.support, target, *_paces(p))


@lru_cache
def _paces(p: Staffing) -> tuple[float, float]:
    """Return the weekly shares of the gap by which support rises and by which it falls."""
    rising, falling = -np.expm1(-1 / np.array([p.weeks_support_rises, p.weeks_support_falls]))
    return float(rising), float(falling)


@compiled
def _move_support(support: Floats, target: Floats, rising: float, falling: float) -> None:
    for pcn in range(support.shape[0]):
        for channel in range(target.shape[0]):
            gap = target[channel] - support[pcn, channel]
            support[pcn, channel] += gap * (rising if support[pcn, channel] < target[channel] else falling)


def _spared_vacancies(world: World, week: int) -> NDArray[np.int64]:
    """Return vacant posts that are filled at once where leaving->vacancy is cut: the soonest first."""
    workers = world.link_workers
    if world.links.is_on("leaving->vacancy", week):
        return np.empty(0, np.int64)
    vacant = np.flatnonzero((workers.fte > 0) & ~workers.in_post)
    number = np.bincount(workers.pcn[vacant], minlength=world.pcns.id.shape[0]).astype(np.float64)
    spared = number - np.ceil(world.links.felt("leaving->vacancy", week, number))
    order = vacant[np.lexsort((workers.id[vacant], workers.starts[vacant]))]
    rows = [order[workers.pcn[order] == pcn][: int(spared[pcn])] for pcn in np.flatnonzero(spared > 0)]
    return np.concatenate([np.empty(0, np.int64), *rows])


def _share_out_roles(world: World) -> None:
    """Set the time without people that goes to the community and to speaking up: more when clear and settled."""
    p, contact = world.parameters.staffing, world.parameters.contact
    _set_hours(world.part(Roles, world.link_workers), world.pcns.support, p, contact)


@compiled
def _set_hours(workers: Roles, support: Floats, p: Staffing, contact: Contact) -> None:
    full_time = hours_without_people(1.0, contact)
    for post in range(workers.pcn.shape[0]):
        clarity = support[workers.pcn[post], Channel.ROLE_CLARITY] - p.support_today
        time = full_time * workers.fte[post] * learned(workers.weeks_in_post[post], p)
        hours = time * max(0.0, 1 + p.effect_clarity_roles * clarity) * workers.in_post[post]
        workers.hours_building[post] = p.share_building * hours
        workers.hours_voice[post] = p.share_voice * hours


def team_sizes(fte: float, min_fte: float) -> list[float]:
    """Return the posts of a team: full-time ones, and one part-time if what is left over is worth one."""
    whole, rest = int(fte + 1e-9), fte - int(fte + 1e-9)
    sizes = [1.0] * whole
    if rest >= min_fte or (not whole and rest > 1e-9):
        sizes.append(rest)
    elif whole:
        sizes[-1] += max(0.0, rest)
    return sizes


def _fit_team(world: World, pcn: int, week: int) -> None:
    """Close or open posts of one PCN until its team is what is funded."""
    sizes = team_sizes(world.pcns.fte_funded[pcn], world.parameters.staffing.min_fte)
    workers = world.link_workers
    if _is_team(workers.pcn, workers.id, workers.fte, pcn, np.array(sizes)):
        return
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


@compiled
def _is_team(pcns: Whole, ids: Whole, fte: Floats, pcn: int, sizes: Floats) -> bool:
    """Say whether the open posts of a PCN, by their numbers, have these sizes."""
    count = 0
    for post in range(pcns.shape[0]):
        if pcns[post] == pcn and fte[post] > 0:
            place = 0
            for other in range(pcns.shape[0]):
                place += pcns[other] == pcn and fte[other] > 0 and ids[other] < ids[post]
            if place >= sizes.shape[0] or fte[post] != sizes[place]:
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
