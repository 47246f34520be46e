"""Strain: a link worker wears down when work outruns hours, and recovers the better the more support there is.

The burnt out fall sick more often; while they are off sick, nothing presses on them and their people wait.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sp_abm.agents.link_workers import ramp
from sp_abm.cases import Cases
from sp_abm.kernels import Whole, compiled
from sp_abm.loops import mean_by
from sp_abm.parameters.system import Strain
from sp_abm.vocabulary import Channel
from sp_abm.world import World

_MINUTES_PER_HOUR = 60
Floats = NDArray[np.float64]


def strain(world: World, week: int) -> None:
    """Move everybody's burnout by this week's load, person, conditions and delivered support; let some fall sick."""
    p, workers, links = world.parameters.strain, world.link_workers, world.links
    is_in = workers.in_post
    workers.load[:] = load(world, week) * (is_in & ~workers.is_sick)
    u = world.luck.uniforms("strain", week, workers.id, workers.holder)
    kept = p.persistence_condition
    conditions = kept * workers.condition + p.sd_condition * np.sqrt(1 - kept**2) * ndtri(u[:, 0])
    workers.condition[:] = conditions * is_in

    support = support_felt(world, week)
    felt = np.exp(workers.condition - p.sd_condition**2 / 2)
    pressing = links.felt("load->burnout", week, workers.load, workers.id)
    pressure = pressing * workers.trait * felt * (1 - support @ relief(p))
    rest = p.rate_down_per_week * (1 + support @ recovery(p))
    burnout = workers.burnout + p.rate_up_per_week * pressure * (1 - workers.burnout) - rest * workers.burnout
    workers.burnout[:] = np.clip(burnout, 0, 1) * is_in
    workers.is_sick[:] = is_in & _is_sick(world, u[:, 1])


def support_felt(world: World, week: int) -> Floats:
    """Return the support each post's holder feels, shape (posts, channels); peers need colleagues in post."""
    p, workers, links = world.parameters.strain, world.link_workers, world.links
    delivered = world.pcns.support[workers.pcn]
    colleagues = np.bincount(workers.pcn, weights=workers.in_post)[workers.pcn] - workers.in_post
    peers = delivered[:, Channel.PEERS] * np.minimum(1.0, colleagues / p.colleagues_full)
    felt: Floats = links.felt("support->burnout", week, delivered, workers.id).copy()
    felt[:, Channel.PEERS] = links.felt("peers->burnout", week, peers, workers.id)
    return felt


def load(world: World, week: int) -> Floats:
    """Return hours demanded over hours available for each post, in load units; 0 for closed posts."""
    p, contact, workers = world.parameters.strain, world.parameters.contact, world.link_workers
    hours = contact.hours_per_week * contact.share_present * workers.fte
    per_case = contact.rate_contact_per_week * contact.minutes_contact / _MINUTES_PER_HOUR + p.hours_admin_per_case
    other = (1 - contact.share_direct) * hours * p.share_other_fixed
    spread = p.hours_per_practice * (practices_each(world) - 1)
    demanded = cases_felt(world, week) * per_case + workers.hours_outreach + other + spread
    is_open = hours > 0
    available = np.where(is_open, hours, 1.0) * p.load_unit
    return is_open * demanded / available / np.sqrt(ramp(workers, world.parameters.staffing))


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


def _is_sick(world: World, u: Floats) -> NDArray[np.bool_]:
    """Return who is off sick next week: spells begin more often for the burnt out, and end as they may."""
    p, workers = world.parameters.strain, world.link_workers
    is_burnt_out = workers.burnout > world.parameters.turnover.threshold_burnt_out
    begins = p.rate_sick_per_week * np.where(is_burnt_out, p.ratio_sick_burnt_out, 1.0)
    is_turning = u < -np.expm1(-np.where(workers.is_sick, 1 / p.weeks_sick, begins))
    return np.asarray(is_turning != workers.is_sick, np.bool_)


def practices_each(world: World) -> Floats:
    """Return how many practices each post serves: its PCN's, shared over the team, at least one."""
    practices = np.bincount(world.practices.pcn, minlength=world.pcns.id.shape[0])
    posts = np.bincount(world.link_workers.pcn, weights=world.link_workers.fte > 0, minlength=practices.size)
    return np.maximum(1.0, practices / np.maximum(1.0, posts))[world.link_workers.pcn]


@lru_cache
def relief(p: Strain) -> Floats:
    """Return the strain each full channel takes off, in the order of `Channel`."""
    return np.array([getattr(p, f"relief_{channel.name.lower()}") for channel in Channel])


@lru_cache
def recovery(p: Strain) -> Floats:
    """Return how much each full channel speeds recovery, in the order of `Channel`."""
    return np.array([getattr(p, f"recovery_{channel.name.lower()}") for channel in Channel])
