"""Strain: a link worker wears down when work outruns hours, and recovers the better the more support there is.

Simpler than its page: the links of each channel cannot be cut yet.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sp_abm.agents.link_workers import ramp
from sp_abm.parameters.system import Strain
from sp_abm.vocabulary import Channel
from sp_abm.world import World

_MINUTES_PER_HOUR = 60


def strain(world: World, week: int) -> None:
    """Move everybody's burnout by this week's load, person, conditions and delivered support."""
    p, workers = world.parameters.strain, world.link_workers
    is_in = workers.in_post
    workers.load[:] = load(world) * is_in
    u = world.luck.uniforms("strain", week, workers.id, workers.holder)[:, 0]
    kept = p.persistence_condition
    conditions = kept * workers.condition + p.sd_condition * np.sqrt(1 - kept**2) * ndtri(u)
    workers.condition[:] = conditions * is_in

    support = world.pcns.support[workers.pcn]
    felt = np.exp(workers.condition - p.sd_condition**2 / 2)
    pressure = workers.load * workers.trait * felt * (1 - support @ relief(p))
    rest = p.rate_down_per_week * (1 + support @ recovery(p))
    burnout = workers.burnout + p.rate_up_per_week * pressure * (1 - workers.burnout) - rest * workers.burnout
    workers.burnout[:] = np.clip(burnout, 0, 1) * is_in


def load(world: World) -> NDArray[np.float64]:
    """Return hours demanded over hours available for each post, in load units; 0 for closed posts."""
    p, contact, workers = world.parameters.strain, world.parameters.contact, world.link_workers
    hours = contact.hours_per_week * contact.share_present * workers.fte
    per_case = contact.rate_contact_per_week * contact.minutes_contact / _MINUTES_PER_HOUR + p.hours_admin_per_case
    other = (1 - contact.share_direct) * hours * p.share_other_fixed
    spread = p.hours_per_practice * (practices_each(world) - 1)
    demanded = workers.open_cases * per_case + workers.hours_outreach + other + spread
    is_open = hours > 0
    available = np.where(is_open, hours, 1.0) * p.load_unit
    return is_open * demanded / available / np.sqrt(ramp(workers, world.parameters.staffing))


def practices_each(world: World) -> NDArray[np.float64]:
    """Return how many practices each post serves: its PCN's, shared over the team, at least one."""
    practices = np.bincount(world.practices.pcn, minlength=world.pcns.id.shape[0])
    posts = np.bincount(world.link_workers.pcn, weights=world.link_workers.fte > 0, minlength=practices.size)
    return np.maximum(1.0, practices / np.maximum(1.0, posts))[world.link_workers.pcn]


def relief(p: Strain) -> NDArray[np.float64]:
    """Return the strain each full channel takes off, in the order of `Channel`."""
    return np.array([getattr(p, f"relief_{channel.name.lower()}") for channel in Channel])


def recovery(p: Strain) -> NDArray[np.float64]:
    """Return how much each full channel speeds recovery, in the order of `Channel`."""
    return np.array([getattr(p, f"recovery_{channel.name.lower()}") for channel in Channel])
