"""Participation: people stay in an activity or leave it, feel supported by it, and some come to help run it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sp_abm.agents.citizens import Citizens
from sp_abm.agents.community import Organisations
from sp_abm.cases import Cases
from sp_abm.kernels import (
    LUCK_BLOCK,
    Flags,
    Floats,
    Key,
    Singles,
    Whole,
    compiled,
    happens,
    inlined,
    listed,
    uniforms,
)
from sp_abm.parameters.pathway import Participation
from sp_abm.vocabulary import NONE
from sp_abm.world import World

_VOLUNTEERING = "completed->volunteers"
_DEEP = 3
_FADED = 0.001
_LEFT, _COMPLETED, _VOLUNTEERED, _N_COUNTS = range(4)


class Members(NamedTuple):
    """The columns of citizens that taking part in an activity reads and writes."""

    id: Whole
    holder: Whole
    pcn: Whole
    case_row: Whole
    activity_support: Singles
    activity_row: Whole
    weeks_in_activity: Whole
    is_adequate: Flags
    volunteer_row: Whole


def participation(world: World, week: int) -> None:
    """Let people drop out or complete, keep their support up to date, and volunteers come and go."""
    p, key = world.parameters.participation, world.luck.key("participation")
    n_pcns, gain = world.pcns.id.shape[0], world.links.gain(_VOLUNTEERING, week)
    tables = (world.part(Members, world.citizens), world.cases, world.organisations)
    counts = np.zeros((_N_COUNTS, n_pcns))
    _take_part(*tables, p, gain * p.p_volunteers, key, week, world.scratch_rows, counts)
    left, completed, _ = counts.sum(axis=1).tolist()
    world.count(left_activity=left, completed=completed)
    world.name(completed=world.scratch_rows[: int(completed)].copy())
    if not world.links.is_on(_VOLUNTEERING, week):
        new = counts[_VOLUNTEERED]
        chance = world.links.blend(_VOLUNTEERING, week, n_pcns, lambda: new / _others(world)).offset
        _volunteer_by_chance(world, chance, week)


def _may_volunteer(citizens: Citizens) -> NDArray[np.bool_]:
    """Return who is in an activity and does not help to run one."""
    return (citizens.activity_row >= 0) & (citizens.volunteer_row < 0)


def _others(world: World) -> NDArray[np.float64]:
    """Return how many in each PCN are in an activity and do not help to run one, at least 1."""
    is_other = _may_volunteer(world.citizens)
    number = np.bincount(world.citizens.pcn[is_other], minlength=world.pcns.id.shape[0])
    return np.maximum(number, 1).astype(np.float64)


def _volunteer_by_chance(world: World, chance: NDArray[np.float64], week: int) -> None:
    """Let people in an activity come to help run it with a chance by PCN, whether or not they complete it."""
    citizens = world.citizens
    rows = np.flatnonzero(_may_volunteer(citizens))
    u = world.luck.uniforms("participation", week, citizens.id[rows], citizens.holder[rows].astype(np.uint32))[:, 3]
    rows = rows[u < chance[citizens.pcn[rows]]]
    citizens.volunteer_row[rows] = citizens.activity_row[rows]
    np.add.at(world.organisations.volunteers, citizens.activity_row[rows], 1)


@compiled
def _take_part(
    citizens: Members,
    cases: Cases,
    organisations: Organisations,
    p: Participation,
    p_volunteers: float,
    key: Key,
    week: int,
    rows: Whole,
    counts: Floats,
) -> None:
    """Count who left, of these completed, and of these volunteer, by PCN; leave rows of who completed in `rows`."""
    marks, members = np.empty(LUCK_BLOCK, np.int8), np.empty(LUCK_BLOCK, np.int64)
    n_completed = 0
    for start in range(0, citizens.id.shape[0], LUCK_BLOCK):
        stop = min(start + LUCK_BLOCK, citizens.id.shape[0])
        activity, volunteers = citizens.activity_row[start:stop], citizens.volunteer_row[start:stop]
        support = citizens.activity_support[start:stop]
        for k in range(support.shape[0]):
            marks[k] = (activity[k] >= 0) | (volunteers[k] >= 0) | (support[k] > 0)
        for i in members[: listed(marks, stop - start, start, members)]:
            has_completed = _take_part_or_leave(citizens, i, cases, organisations, p, p_volunteers, key, week, counts)
            rows[n_completed] = i
            n_completed += has_completed


@inlined
def _take_part_or_leave(
    citizens: Members,
    i: int,
    cases: Cases,
    organisations: Organisations,
    p: Participation,
    p_volunteers: float,
    key: Key,
    week: int,
    counts: Floats,
) -> bool:
    """Let a person's support fade, let them stop to help, and stay or leave; say whether they completed."""
    u = uniforms(key, citizens.id[i], citizens.holder[i], week, 0)
    left = citizens.activity_support[i] * (1.0 - p.rate_support_fades_per_week)
    citizens.activity_support[i] = left if left > _FADED else 0.0
    if citizens.volunteer_row[i] >= 0 and happens(u[2], p.rate_volunteer_stops_per_week):
        organisations.volunteers[citizens.volunteer_row[i]] -= 1
        citizens.volunteer_row[i] = NONE
    if citizens.activity_row[i] < 0:
        return False
    _attend(citizens, i, cases, p)
    is_early = citizens.weeks_in_activity[i] <= p.weeks_completed
    rate = p.rate_drop_out_early_per_week if is_early else p.rate_drop_out_late_per_week
    if not happens(u[0], rate):
        return False
    pcn = citizens.pcn[i]
    counts[_LEFT, pcn] += 1
    counts[_COMPLETED, pcn] += not is_early
    stays_on = not is_early and citizens.volunteer_row[i] < 0 and u[1] < p_volunteers
    counts[_VOLUNTEERED, pcn] += stays_on
    _leave(citizens, i, organisations, stays_on)
    return not is_early


@inlined
def _attend(citizens: Members, i: int, cases: Cases, p: Participation) -> None:
    """Feel this week's support: full with an adequate dose of contacts in the case, thinner without."""
    citizens.weeks_in_activity[i] += 1
    if cases.n_contacts[citizens.case_row[i]] >= _DEEP:
        citizens.is_adequate[i] = True
    level = 1.0 if citizens.is_adequate[i] else p.level_thin
    citizens.activity_support[i] = max(np.float64(citizens.activity_support[i]), level)


@inlined
def _leave(citizens: Members, i: int, organisations: Organisations, stays_on: bool) -> None:
    """Free the person's place; some of those who completed it stay on as volunteers."""
    organisation = citizens.activity_row[i]
    organisations.occupied[organisation] -= 1
    citizens.activity_row[i] = NONE
    citizens.weeks_in_activity[i] = 0
    citizens.is_adequate[i] = False
    if stays_on:
        organisations.volunteers[organisation] += 1
        citizens.volunteer_row[i] = organisation
