"""Contact: link workers see people while their hours last, and look with them for an activity that fits.

When hours run short contacts thin out: nothing else shortens a case. First conversations come first, then those
who have waited longest since their last contact.
"""

import numpy as np

from sp_abm.agents.citizens import Citizens
from sp_abm.agents.community import Organisations, room
from sp_abm.agents.link_workers import Knowledge, LinkWorkers, hours_direct
from sp_abm.cases import NEVER, Cases, is_seen
from sp_abm.kernels import Floats, Key, Whole, compiled, happens, inlined, uniform, uniforms
from sp_abm.parameters.pathway import Contact
from sp_abm.vocabulary import NONE, Attempt, CaseState
from sp_abm.world import World

_MINUTES_PER_HOUR = 60
_DEEP = 3
_FADED = 0.001
_LONG_AGO = 8192
_NONE_KNOWN, _ALL_FULL = -1, -2
_CONTACTS, _MISSED, _SEEN_FIRST, _WAITED, _TRIED = range(5)
_N_COUNTS = _TRIED + len(Attempt)


def contact(world: World, week: int) -> None:
    """Let support from earlier contacts fade, hold this week's appointments, and get to know the community."""
    p, workers, luck = world.parameters, world.link_workers, world.luck
    world.pass_over_citizens(_fade, world.citizens, np.exp(-1.0 / p.contact.weeks_contact_fades))
    hours = hours_direct(workers, p.staffing, p.contact) - workers.hours_outreach
    slots = hours * _MINUTES_PER_HOUR / p.contact.minutes_contact + workers.slots_carried * workers.in_post
    tables = (world.cases, world.n_cases, world.citizens, workers, world.knowledge, world.organisations)
    community = (p.participation.grants_multiplier, p.participation.places_per_volunteer)
    keys = (luck.key("contact"), luck.key("connection"), luck.key("organisation"))
    counts = _hold_appointments(*tables, slots, p.contact, p.referral.contacts_light, *community, *keys, week)
    _learn_and_forget(workers, world.organisations, world.knowledge, p.contact, luck.key("knowledge"), week)
    world.count(
        contacts=counts[_CONTACTS],
        missed=counts[_MISSED],
        first_contacts=counts[_SEEN_FIRST],
        weeks_waited=counts[_WAITED],
        started=counts[_TRIED + Attempt.STARTED],
        not_known=counts[_TRIED + Attempt.NOT_KNOWN],
        no_place=counts[_TRIED + Attempt.NO_PLACE],
        refused=counts[_TRIED + Attempt.REFUSED],
    )


@compiled
def _fade(low: int, high: int, citizens: Citizens, kept: float) -> None:
    for i in range(low, high):
        support = citizens.contact_support[i]
        if support > 0:
            left = support * kept
            citizens.contact_support[i] = left if left > _FADED else 0.0


@compiled
def _hold_appointments(
    cases: Cases,
    n_cases: int,
    citizens: Citizens,
    workers: LinkWorkers,
    knowledge: Knowledge,
    organisations: Organisations,
    slots: Floats,
    p: Contact,
    light: float,
    grants: float,
    per_volunteer: float,
    key: Key,
    key_connection: Key,
    key_organisation: Key,
    week: int,
) -> Whole:
    rows, keys, count = _wanted(cases, n_cases, citizens, p, key, week)
    counts = np.zeros(_N_COUNTS, np.int64)
    left = slots.copy()
    for k in np.argsort(keys[:count]):
        row = rows[k]
        post = cases.worker[row]
        if left[post] < 1.0:
            continue
        i = cases.citizen[row]
        u = uniforms(key, citizens.id[i], citizens.holder[i], week, 0)
        if u[1] >= p.p_attends:
            left[post] -= p.slots_missed
            counts[_MISSED] += 1
            continue
        left[post] -= 1.0
        counts[_CONTACTS] += 1
        if not is_seen(cases, row):
            counts[_SEEN_FIRST] += 1
            counts[_WAITED] += week - cases.week_referred[row]
        meet(cases, row, citizens, p, week)
        if _tries_to_connect(cases, row, citizens, light):
            share = _share_ready(cases, row, p, light)
            where = find_organisation(
                cases, row, citizens, knowledge, organisations, grants, per_volunteer, key_organisation, week
            )
            attempt = _failure(where)
            if where >= 0 and u[2] < share * p_accepts(cases, row, workers, p):
                start_activity(cases, row, citizens, organisations, where, week)
                attempt = Attempt.STARTED
            cases.attempt[row], cases.organisation[row], cases.week_tried[row] = attempt, max(where, NONE), week
            counts[_TRIED + attempt] += 1
    workers.slots_used[:] = slots - left
    workers.slots_carried[:] = np.minimum(1.0, left)
    return counts


@inlined
def _wanted(
    cases: Cases, n_cases: int, citizens: Citizens, p: Contact, key: Key, week: int
) -> tuple[Whole, Whole, int]:
    """Return (rows, sort keys, count) of cases that want a contact, first conversations first."""
    rows = np.empty(n_cases, np.int64)
    keys = np.empty(n_cases, np.int64)
    count = 0
    for row in range(n_cases):
        if cases.state[row] == CaseState.CLOSED or cases.worker[row] < 0:
            continue
        i = cases.citizen[row]
        u = uniform(key, citizens.id[i], citizens.holder[i], week, 0)
        if happens(u, p.rate_contact_per_week):
            turn = cases.week_last[row] + _LONG_AGO if is_seen(cases, row) else 0
            rows[count] = row
            keys[count] = (np.int64(turn) << 32) + citizens.id[i]
            count += 1
    return rows, keys, count


@inlined
def meet(cases: Cases, row: int, citizens: Citizens, p: Contact, week: int) -> None:
    """Record an attended contact and the support felt from it."""
    cases.n_contacts[row] += 1
    cases.week_last[row] = week
    if cases.n_contacts[row] == 1:
        cases.week_first[row] = week
    if cases.n_contacts[row] == _DEEP:
        cases.week_third[row] = week
    if cases.state[row] == CaseState.ALLOCATED:
        cases.state[row] = CaseState.IN_CONTACT
    level = p.level_deep if cases.n_contacts[row] >= _DEEP else p.level_thin
    i = cases.citizen[row]
    citizens.contact_support[i] = max(np.float64(citizens.contact_support[i]), level)


@inlined
def _tries_to_connect(cases: Cases, row: int, citizens: Citizens, light: float) -> bool:
    """Say whether this contact looks for an activity: from the second on, from the first for light touch."""
    is_free = cases.week_started[row] == NEVER and citizens.activity_row[cases.citizen[row]] < 0
    return bool(is_free) and (cases.n_contacts[row] >= 2 or cases.plan[row] <= light)


@inlined
def _share_ready(cases: Cases, row: int, p: Contact, light: float) -> float:
    """Return how many are ready at this contact: fewer at the second one of a longer case."""
    return p.share_ready_early if cases.n_contacts[row] == 2 and cases.plan[row] > light else p.share_ready


@inlined
def find_organisation(
    cases: Cases,
    row: int,
    citizens: Citizens,
    knowledge: Knowledge,
    organisations: Organisations,
    grants: float,
    per_volunteer: float,
    key: Key,
    week: int,
) -> int:
    """Return an organisation of the right kind that the worker knows and that has room.

    Returns -1 when none is known and -2 when all that are known are full; luck chooses among the rest.
    """
    post, i, result, best = cases.worker[row], cases.citizen[row], _NONE_KNOWN, 2.0
    for organisation in range(organisations.id.shape[0]):
        if not knowledge.known[post, organisation] or organisations.kind[organisation] != cases.kind[row]:
            continue
        if organisations.occupied[organisation] + 1 > room(organisations, organisation, grants, per_volunteer):
            result = _ALL_FULL if result == _NONE_KNOWN else result
            continue
        u = uniform(key, citizens.id[i], citizens.holder[i], week, organisations.id[organisation])
        if u < best:
            best, result = u, organisation
    return result


@inlined
def _failure(where: int) -> int:
    """Return what an attempt comes to unless the person takes up what was found."""
    if where == _NONE_KNOWN:
        return Attempt.NOT_KNOWN
    return Attempt.NO_PLACE if where == _ALL_FULL else Attempt.REFUSED


@inlined
def p_accepts(cases: Cases, row: int, workers: LinkWorkers, p: Contact) -> float:
    """Return the chance that a person who is ready takes up what a link worker of this burnout suggests."""
    strain = (workers.burnout[cases.worker[row]] - p.mean_burnout) / p.sd_burnout
    logit = np.log(p.p_willing / (1.0 - p.p_willing)) - p.effect_burnout * strain
    logit += np.log(p.ratio_change) * cases.changes[row]
    return float(1.0 / (1.0 + np.exp(-logit)))


@inlined
def start_activity(
    cases: Cases, row: int, citizens: Citizens, organisations: Organisations, organisation: int, week: int
) -> None:
    """Give a person a place in an organisation's activity."""
    i = cases.citizen[row]
    citizens.activity_row[i] = organisation
    organisations.occupied[organisation] += 1
    cases.week_started[row] = week
    cases.state[row] = CaseState.CONNECTED


@compiled
def _learn_and_forget(
    workers: LinkWorkers, organisations: Organisations, knowledge: Knowledge, p: Contact, key: Key, week: int
) -> None:
    for post in range(workers.id.shape[0]):
        if not workers.in_post[post]:
            continue
        for organisation in range(organisations.id.shape[0]):
            if organisations.pcn[organisation] != workers.pcn[post]:
                continue
            u = uniform(key, workers.id[post], workers.holder[post], week, organisations.id[organisation])
            if knowledge.known[post, organisation]:
                knowledge.known[post, organisation] = not happens(u, p.rate_forgets_per_week)
            else:
                knowledge.known[post, organisation] = happens(u, p.rate_learns_per_week)
