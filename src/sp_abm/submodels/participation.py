"""Participation: people stay in an activity or leave it, feel supported by it, and some come to help run it."""

import numpy as np

from sp_abm.agents.citizens import Citizens
from sp_abm.agents.community import Organisations
from sp_abm.cases import Cases
from sp_abm.kernels import Key, Whole, compiled, happens, uniforms
from sp_abm.parameters.pathway import Participation
from sp_abm.vocabulary import NONE
from sp_abm.world import World

_DEEP = 3
_FADED = 0.001
_LEFT, _COMPLETED, _N_COUNTS = range(3)


def participation(world: World, week: int) -> None:
    """Let people drop out or complete, keep their support up to date, and volunteers come and go."""
    p, key = world.parameters.participation, world.luck.key("participation")
    counts = _take_part(world.citizens, world.cases, world.organisations, p, key, week, world.scratch_rows)
    world.count(left_activity=counts[_LEFT], completed=counts[_COMPLETED])
    world.name(completed=world.scratch_rows[: counts[_COMPLETED]].copy())


@compiled
def _take_part(
    citizens: Citizens, cases: Cases, organisations: Organisations, p: Participation, key: Key, week: int, rows: Whole
) -> Whole:
    """Return (people who left, of these after completing), with the rows of the latter left in `rows`."""
    counts = np.zeros(_N_COUNTS, np.int64)
    for i in range(citizens.id.shape[0]):
        is_in, is_volunteer = citizens.activity_row[i] >= 0, citizens.volunteer_row[i] >= 0
        support = citizens.activity_support[i]
        if not (is_in or is_volunteer or support > 0):
            continue
        u = uniforms(key, citizens.id[i], citizens.holder[i], week, 0)
        left = support * (1.0 - p.rate_support_fades_per_week)
        citizens.activity_support[i] = left if left > _FADED else 0.0
        if is_volunteer and happens(u[2], p.rate_volunteer_stops_per_week):
            organisations.volunteers[citizens.volunteer_row[i]] -= 1
            citizens.volunteer_row[i] = NONE
        if is_in:
            _attend(citizens, i, cases, p)
            is_early = citizens.weeks_in_activity[i] <= p.weeks_completed
            rate = p.rate_drop_out_early_per_week if is_early else p.rate_drop_out_late_per_week
            if happens(u[0], rate):
                counts[_LEFT] += 1
                if not is_early:
                    rows[counts[_COMPLETED]] = i
                    counts[_COMPLETED] += 1
                _leave(citizens, i, organisations, p, u[1], not is_early)
    return counts


@compiled
def _attend(citizens: Citizens, i: int, cases: Cases, p: Participation) -> None:
    """Feel this week's support: full with an adequate dose of contacts in the case, thinner without."""
    citizens.weeks_in_activity[i] += 1
    if cases.n_contacts[citizens.case_row[i]] >= _DEEP:
        citizens.is_adequate[i] = True
    level = 1.0 if citizens.is_adequate[i] else p.level_thin
    citizens.activity_support[i] = max(np.float64(citizens.activity_support[i]), level)


@compiled
def _leave(
    citizens: Citizens, i: int, organisations: Organisations, p: Participation, u: float, has_completed: bool
) -> None:
    """Free the person's place; some of those who completed stay on as volunteers."""
    organisation = citizens.activity_row[i]
    organisations.occupied[organisation] -= 1
    citizens.activity_row[i] = NONE
    citizens.weeks_in_activity[i] = 0
    citizens.is_adequate[i] = False
    if has_completed and citizens.volunteer_row[i] < 0 and u < p.p_volunteers:
        organisations.volunteers[organisation] += 1
        citizens.volunteer_row[i] = organisation
