"""Strain: a link worker wears down when work outruns hours, and recovers the better the more support there is.

The burnt out fall sick more often; while they are off sick, nothing presses on them and their people wait.
"""

from functools import lru_cache
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sp_abm.agents.link_workers import Posts, learned
from sp_abm.cases import Cases
from sp_abm.kernels import Flags, Floats, Key, Whole, brief, compiled, happens, inlined, uniforms_table
from sp_abm.loops import mean_by
from sp_abm.parameters.pathway import Contact
from sp_abm.parameters.system import Staffing, Strain
from sp_abm.vocabulary import Channel
from sp_abm.world import World

_MINUTES_PER_HOUR = 60


class Worn(NamedTuple):
    """The columns of link workers by which burnout and sickness come and go."""

    id: NDArray[np.uint32]
    holder: NDArray[np.uint32]
    in_post: Flags
    trait: Floats
    load: Floats
    condition: Floats
    burnout: Floats
    is_sick: Flags


def strain(world: World, week: int) -> None:
    """Move everybody's burnout by this week's load, person, conditions and delivered support; let some fall sick."""
    p, workers, links = world.parameters.strain, world.link_workers, world.links
    columns, threshold = world.part(Worn, workers), world.parameters.turnover.threshold_burnt_out
    u = _press(columns, load(world, week), world.luck.key("strain"), week)
    spread = p.sd_condition * sqrt(1 - p.persistence_condition**2)
    _change_conditions(columns, spread * ndtri(u[:, 0]), p)
    support = support_felt(world, week)
    felt = np.exp(workers.condition - p.sd_condition**2 / 2)
    if p.effect_colleagues:
        felt *= caught_from_colleagues(world)
    pressing = links.felt("load->burnout", week, workers.load, workers.id)
    _wear_down(columns, pressing, felt, support @ relief(p), support @ recovery(p), u[:, 1], p, threshold)


@brief
def _press(workers: Worn, loads: Floats, key: Key, week: int) -> Floats:
    """Put loads on those who are there; return the luck of each, four uniforms a post."""
    for post in range(loads.shape[0]):
        workers.load[post] = loads[post] * (workers.in_post[post] and not workers.is_sick[post])
    return uniforms_table(key, workers.id, workers.holder, week, 0)


@brief
def _change_conditions(workers: Worn, change: Floats, p: Strain) -> None:
    condition = workers.condition
    for post in range(condition.shape[0]):
        condition[post] = (p.persistence_condition * condition[post] + change[post]) * workers.in_post[post]


@brief
def _wear_down(
    workers: Worn,
    pressing: Floats,
    felt: Floats,
    relieved: Floats,
    recovered: Floats,
    u: Floats,
    p: Strain,
    threshold: float,
) -> None:
    """Move the burnout of each post's holder, and let them fall sick or come back."""
    for post in range(felt.shape[0]):
        before, is_in = workers.burnout[post], workers.in_post[post]
        pressure = pressing[post] * workers.trait[post] * felt[post] * (1 - relieved[post])
        rest = p.rate_down_per_week * (1 + recovered[post])
        burnout = before + p.rate_up_per_week * pressure * (1 - before) - rest * before
        workers.burnout[post] = min(1.0, max(0.0, burnout)) * is_in
        turns = happens(u[post], rate_of_turning(workers.is_sick[post], workers.burnout[post] > threshold, p))
        workers.is_sick[post] = is_in and turns != workers.is_sick[post]


def caught_from_colleagues(world: World) -> Floats:
    """Return what each post's strain is multiplied by for its colleagues' burnout; 1 unless peer influence is on."""
    p, average, workers = world.parameters.strain, world.parameters.contact, world.link_workers
    team = (workers.burnout, workers.pcn, workers.in_post, world.pcns.id.shape[0])
    above = (_burnout_of_colleagues(*team, average.mean_burnout) - average.mean_burnout) / average.sd_burnout
    ratios: Floats = np.exp(p.effect_colleagues * above)
    return ratios


@brief
def _burnout_of_colleagues(burnout: Floats, pcn: Whole, in_post: Flags, n_pcns: int, average: float) -> Floats:
    """Return the mean burnout of the others in each post's team; the average where nobody else is in post."""
    total, team, mean = np.zeros(n_pcns), np.zeros(n_pcns), np.empty(burnout.shape[0])
    for post in range(burnout.shape[0]):
        total[pcn[post]] += burnout[post] * in_post[post]
        team[pcn[post]] += in_post[post]
    for post in range(burnout.shape[0]):
        others = team[pcn[post]] - in_post[post]
        mean[post] = (total[pcn[post]] - burnout[post] * in_post[post]) / others if others > 0 else average
    return mean


@inlined
def rate_of_turning(is_sick: bool, is_burnt_out: bool, p: Strain) -> float:
    """Return the weekly hazard of falling sick, higher for the burnt out, or of coming back."""
    if is_sick:
        return 1 / p.weeks_sick
    return p.rate_sick_per_week * (p.ratio_sick_burnt_out if is_burnt_out else 1.0)


def support_felt(world: World, week: int) -> Floats:
    """Return the support each post's holder feels, shape (posts, channels); peers need colleagues in post."""
    p, workers, links = world.parameters.strain, world.link_workers, world.links
    delivered, peers = _delivered(world.pcns.support, workers.pcn, workers.in_post, p)
    felt: Floats = links.felt("support->burnout", week, delivered, workers.id).copy()
    felt[:, Channel.PEERS] = links.felt("peers->burnout", week, peers, workers.id)
    return felt


@brief
def _delivered(support: Floats, pcn: Whole, in_post: Flags, p: Strain) -> tuple[Floats, Floats]:
    """Return the support delivered to each post, and how much of its peers' there is: all with enough colleagues."""
    delivered, peers = np.empty((pcn.shape[0], support.shape[1])), np.empty(pcn.shape[0])
    team = np.zeros(support.shape[0])
    for post in range(pcn.shape[0]):
        team[pcn[post]] += in_post[post]
    for post in range(pcn.shape[0]):
        delivered[post] = support[pcn[post]]
        colleagues = team[pcn[post]] - in_post[post]
        peers[post] = delivered[post, Channel.PEERS] * min(1.0, colleagues / p.colleagues_full)
    return delivered, peers


def load(world: World, week: int) -> Floats:
    """Return hours demanded over hours available for each post, in load units; 0 for closed posts."""
    p, cases = world.parameters, cases_felt(world, week)
    return _load(world.posts, cases, world.practices.pcn, world.pcns.id.shape[0], p.strain, p.contact, p.staffing)


@brief
def _load(
    workers: Posts,
    cases: Floats,
    practices: Whole,
    n_pcns: int,
    p: Strain,
    contact: Contact,
    staffing: Staffing,
) -> Floats:
    fte, weeks, outreach = workers.fte, workers.weeks_in_post, workers.hours_outreach
    loads, each = np.zeros(fte.shape[0]), _practices_each(practices, workers.pcn, fte, n_pcns)
    per_case = contact.rate_contact_per_week * contact.minutes_contact / _MINUTES_PER_HOUR + p.hours_admin_per_case
    for post in range(fte.shape[0]):
        hours = contact.hours_per_week * contact.share_present * fte[post]
        if hours > 0:
            other = (1 - contact.share_direct) * hours * p.share_other_fixed
            spread = p.hours_per_practice * (each[post] - 1)
            demanded = cases[post] * per_case + outreach[post] + other + spread
            loads[post] = demanded / (hours * p.load_unit) / np.sqrt(learned(weeks[post], staffing))
    return loads


def cases_felt(world: World, week: int) -> Floats:
    """Return the open cases that weigh on each post: its own, and those that a vacancy handed to it."""
    workers, links = world.link_workers, world.links
    if links.is_on("vacancy->load", week):
        return workers.open_cases.astype(np.float64)
    handed = _handed_on(world.open_rows, world.cases, workers.id.shape[0])
    n_pcns = world.pcns.id.shape[0]
    is_in = workers.in_post
    blend = links.blend("vacancy->load", week, n_pcns, lambda: mean_by(workers.pcn[is_in], handed[is_in], n_pcns))
    felt: Floats = workers.open_cases - handed + blend.gain * handed + blend.offset[workers.pcn]
    return felt


@compiled
def _handed_on(rows: Whole, cases: Cases, n_posts: int) -> Whole:
    """Return the open cases of each post that somebody else had before."""
    handed = np.zeros(n_posts, np.int64)
    for row in rows:
        if cases.worker[row] >= 0 and cases.changes[row] > 0:
            handed[cases.worker[row]] += 1
    return handed


def practices_each(world: World) -> Floats:
    """Return how many practices each post serves: its PCN's, shared over the team, at least one."""
    workers = world.link_workers
    return _practices_each(world.practices.pcn, workers.pcn, workers.fte, world.pcns.id.shape[0])


@brief
def _practices_each(practices: Whole, posts: Whole, fte: Floats, n_pcns: int) -> Floats:
    n_practices, n_posts, each = np.zeros(n_pcns), np.zeros(n_pcns), np.empty(posts.shape[0])
    for pcn in practices:
        n_practices[pcn] += 1
    for post in range(posts.shape[0]):
        n_posts[posts[post]] += fte[post] > 0
    for post in range(posts.shape[0]):
        each[post] = max(1.0, n_practices[posts[post]] / max(1.0, n_posts[posts[post]]))
    return each


@lru_cache
def relief(p: Strain) -> Floats:
    """Return the strain each full channel takes off, in the order of `Channel`."""
    return np.array([getattr(p, f"relief_{channel.name.lower()}") for channel in Channel])


@lru_cache
def recovery(p: Strain) -> Floats:
    """Return how much each full channel speeds recovery, in the order of `Channel`."""
    return np.array([getattr(p, f"recovery_{channel.name.lower()}") for channel in Channel])
