"""Contact: link workers see people while their hours last, and look with them for an activity that fits.

When hours run short contacts thin out: nothing else shortens a case. First conversations come first, then those
who have waited longest since their last contact. A long wait and a search without a free place cost trust.
"""

from typing import NamedTuple

import numpy as np

from sp_abm.agents.citizens import Clients, lose_trust
from sp_abm.agents.community import Organisations, Terms, room, terms_of
from sp_abm.agents.link_workers import Knowledge, Posts, hours_each, hours_without_people, shares_known
from sp_abm.cases import NEVER, Cases, is_seen, rows_of_open_cases
from sp_abm.kernels import (
    Flags,
    Floats,
    Key,
    Singles,
    Whole,
    borrowing,
    brief,
    chance,
    compiled,
    happens,
    inlined,
    uniform,
    uniforms,
)
from sp_abm.loops import Blend, mean_by
from sp_abm.parameters.pathway import Contact
from sp_abm.parameters.system import Staffing
from sp_abm.vocabulary import NONE, Attempt, CaseState
from sp_abm.world import World

_MINUTES_PER_HOUR = 60
_DEEP = 3
_FADED = 0.001
_LONG_AGO = 8192
_NONE_KNOWN, _ALL_FULL = -1, -2
_CONTACTS, _MISSED, _SEEN_FIRST, _WAITED = range(4)
_COUNTED = ("contacts", "missed", "first_contacts", "weeks_waited", "not_known", "no_place", "refused", "started")
"""Flows in the order of their counts, attempts in that of `Attempt`."""


class Felt(NamedTuple):
    """What comes through the links to a connection this week."""

    strain: Floats
    """Burnout of each post's holder, in standard deviations from the mean."""
    continuity: Blend
    knowledge: Blend
    taken: Floats
    """Places taken as they are felt, over those taken, by PCN."""
    full: Blend


class Search(NamedTuple):
    """What the search for a fitting activity goes by this week."""

    light: float
    knowledge: Knowledge
    organisations: Organisations
    terms: Terms
    felt: Felt
    gain: float
    lost: Floats
    key_known: Key
    key_choice: Key


def contact(world: World, week: int) -> None:
    """Let support from earlier contacts fade, hold this week's appointments, and get to know the community."""
    p, luck = world.parameters, world.luck
    kept = float(np.exp(-1.0 / p.contact.weeks_contact_fades))
    world.pass_over_citizens(_fade, world.citizens.contact_support, kept)
    tables, keys = (world.cases, world.clients, world.posts), (luck.key("contact"), luck.key("knowledge"))
    slots_paces, on = (slots(world, week), pace_of_learning(world)), search_of(world, week)
    counts = _spend_the_week(*tables, world.n_cases, *slots_paces, p.contact, on, *keys, week).tolist()
    world.count(**dict(zip(_COUNTED, counts, strict=True)))


def search_of(world: World, week: int) -> Search:
    """Return what the search for a fitting activity goes by this week."""
    on, light = terms(world, week), world.parameters.referral.contacts_light
    bad = (world.links.gain("bad_experience->trust", week), world.pcns.trust_lost)
    keys = (world.luck.key("known"), world.luck.key("organisation"))
    return Search(light, world.knowledge, world.organisations, on, felt(world, on, week), *bad, *keys)


def slots(world: World, week: int) -> Floats:
    """Return the appointments each post has time for this week; where load->contact_depth is cut, as if it had."""
    p, workers, links = world.parameters.contact, world.link_workers, world.links
    own: Floats = _own_slots(world.posts, world.parameters.staffing, p)
    if links.is_on("load->contact_depth", week):
        return own
    cost = p.p_attends + (1 - p.p_attends) * p.slots_missed
    wanted = workers.open_cases * chance(p.rate_contact_per_week) * cost
    unserved = np.maximum(0.0, 1 - own / np.maximum(wanted, 1.0)) * (wanted > 0)
    deep: Floats = own + wanted * (unserved - links.felt("load->contact_depth", week, unserved, workers.id))
    return deep


@brief
def _own_slots(workers: Posts, staffing: Staffing, p: Contact) -> Floats:
    """Return the appointments that each post's hours give, less those of outreach, and what it carried over."""
    slots = hours_each(workers.fte, workers.weeks_in_post, workers.in_post, workers.is_sick, staffing, p)
    for post in range(slots.shape[0]):
        left = max(0.0, slots[post] - workers.hours_outreach[post])
        slots[post] = left * _MINUTES_PER_HOUR / p.minutes_contact + workers.slots_carried[post] * workers.in_post[post]
    return slots


def terms(world: World, week: int) -> Terms:
    """Return the terms on which organisations take people this week, as far as volunteers' link lets through."""
    organisations, n_pcns = world.organisations, world.pcns.id.shape[0]
    volunteers = world.links.blend(
        "volunteers->places", week, n_pcns, lambda: mean_by(organisations.pcn, organisations.volunteers, n_pcns)
    )
    return terms_of(world.commissioner, world.parameters.participation, volunteers)


def felt(world: World, on: Terms, week: int) -> Felt:
    """Return what comes through the links to a connection this week."""
    p, links, workers, n_pcns = world.parameters.contact, world.links, world.link_workers, world.pcns.id.shape[0]
    organisations, cases, is_in = world.organisations, world.cases, workers.in_post

    def changes() -> Floats:
        is_open = cases.state[: world.n_cases] != CaseState.CLOSED
        return mean_by(cases.pcn[: world.n_cases][is_open], cases.changes[: world.n_cases][is_open], n_pcns)

    def known() -> Floats:
        shares = shares_known(workers.pcn, world.knowledge.known, organisations.pcn)
        return mean_by(workers.pcn[is_in], shares[is_in], n_pcns)

    def full() -> Floats:
        rooms = [room(organisations, row, on) for row in range(organisations.id.shape[0])]
        return mean_by(organisations.pcn, organisations.occupied + 1 > np.array(rooms), n_pcns)

    return Felt(
        links.felt("burnout->connection", week, (workers.burnout - p.mean_burnout) / p.sd_burnout, workers.id),
        links.blend("continuity->connection", week, n_pcns, changes),
        links.blend("knowledge->connection", week, n_pcns, known),
        taken_felt(world, week),
        links.blend("occupied_places->connection", week, n_pcns, full),
    )


def taken_felt(world: World, week: int) -> Floats:
    """Return the places taken as they are felt, over those taken, by PCN: 1 unless starts->occupied_places is cut."""
    organisations, links, n_pcns = world.organisations, world.links, world.pcns.id.shape[0]
    if links.is_on("starts->occupied_places", week):
        return np.ones(n_pcns)
    taken = np.bincount(organisations.pcn, weights=organisations.occupied, minlength=n_pcns).astype(np.float64)
    felt_taken = links.felt("starts->occupied_places", week, taken)
    return np.where(taken > 0, felt_taken / np.maximum(taken, 1.0), 1.0)


def pace_of_learning(world: World) -> Floats:
    """Return how fast each worker gets to know organisations: by the time for the community, 1 full-time and today."""
    p, contact = world.parameters.staffing, world.parameters.contact
    today = hours_without_people(p.share_building, contact)
    return world.link_workers.hours_building / today if today > 0 else np.zeros(world.link_workers.id.shape[0])


@compiled
def _fade(low: int, high: int, support: Singles, kept: float) -> None:
    felt = support[low:high]
    for k in range(felt.shape[0]):
        left = felt[k] * kept
        felt[k] = left if left > _FADED else 0.0


@compiled
def _spend_the_week(
    cases: Cases,
    citizens: Clients,
    workers: Posts,
    n_cases: int,
    slots: Floats,
    paces: Floats,
    p: Contact,
    search: Search,
    key: Key,
    key_learning: Key,
    week: int,
) -> Whole:
    """Hold appointments, then get to know the community; return what came of the appointments."""
    rows, before = rows_of_open_cases(cases.state, n_cases), search.knowledge.known.copy()
    counts = _hold_appointments(rows, cases, citizens, workers, slots, p, search, key, week)
    _learn_and_forget(workers, search.organisations, search.knowledge, before, paces, p, key_learning, week)
    return counts


@compiled
def _hold_appointments(
    open_rows: Whole,
    cases: Cases,
    citizens: Clients,
    workers: Posts,
    slots: Floats,
    p: Contact,
    search: Search,
    key: Key,
    week: int,
) -> Whole:
    rows, keys = np.empty_like(open_rows), np.empty_like(open_rows)
    count = _wanted(open_rows, cases, citizens, p, key, week, rows, keys)
    counts, left = np.zeros(len(_COUNTED), np.int64), slots.copy()
    for k in np.argsort(keys[:count]):
        row = rows[k]
        post, i = cases.worker[row], cases.citizen[row]
        if left[post] < 1.0:
            continue
        u = uniforms(key, citizens.id[i], citizens.holder[i], week, 0)
        if u[1] >= p.p_attends:
            left[post] -= p.slots_missed
            counts[_MISSED] += 1
            continue
        left[post] -= 1.0
        counts[_CONTACTS] += 1
        if not is_seen(cases, row):
            weeks = week - cases.week_referred[row]
            counts[_SEEN_FIRST] += 1
            counts[_WAITED] += weeks
            if weeks > p.weeks_long_wait:
                lose_trust(citizens, i, p.trust_long_wait, search.gain, search.lost)
        meet(cases, row, citizens, p, week)
        if _tries_to_connect(cases, row, citizens, search.light):
            counts[_WAITED + _try_to_connect(cases, row, citizens, workers.pcn[post], p, search, u[2], week)] += 1
    workers.slots_used[:] = slots - left
    workers.slots_carried[:] = np.minimum(1.0, left)
    return counts


@inlined
def _try_to_connect(
    cases: Cases, row: int, citizens: Clients, home: int, p: Contact, search: Search, u: float, week: int
) -> int:
    """Look for an activity in the worker's PCN (`home`) and return what came of it."""
    where = find_organisation(cases, row, citizens, home, search, week)
    attempt = _failure(where)
    if where >= 0 and u < _share_ready(cases, row, p, search.light) * p_accepts(cases, row, search.felt, p):
        start_activity(cases, row, citizens, search.organisations, where, week)
        attempt = Attempt.STARTED
    if where == _ALL_FULL:
        lose_trust(citizens, cases.citizen[row], p.trust_no_place, search.gain, search.lost)
    cases.attempt[row], cases.organisation[row], cases.week_tried[row] = attempt, max(where, NONE), week
    return attempt


@inlined
def _wanted(
    open_rows: Whole, cases: Cases, citizens: Clients, p: Contact, key: Key, week: int, rows: Whole, keys: Whole
) -> int:
    """Leave in `rows` the cases that want a contact, with sort keys: first conversations first; return how many."""
    count = 0
    for row in open_rows:
        if cases.worker[row] < 0:
            continue
        i = cases.citizen[row]
        u = uniform(key, citizens.id[i], citizens.holder[i], week, 0)
        if happens(u, p.rate_contact_per_week):
            turn = cases.week_last[row] + _LONG_AGO if is_seen(cases, row) else 0
            rows[count] = row
            keys[count] = (np.int64(turn) << 32) + citizens.id[i]
            count += 1
    return count


@inlined
def meet(cases: Cases, row: int, citizens: Clients, p: Contact, week: int) -> None:
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
def _tries_to_connect(cases: Cases, row: int, citizens: Clients, light: float) -> bool:
    """Say whether this contact looks for an activity: from the second on, from the first for light touch."""
    is_free = cases.week_started[row] == NEVER and citizens.activity_row[cases.citizen[row]] < 0
    return bool(is_free) and (cases.n_contacts[row] >= 2 or cases.plan[row] <= light)


@inlined
def _share_ready(cases: Cases, row: int, p: Contact, light: float) -> float:
    """Return how many are ready at this contact: fewer at the second one of a longer case."""
    return p.share_ready_early if cases.n_contacts[row] == 2 and cases.plan[row] > light else p.share_ready


@inlined
def find_organisation(cases: Cases, row: int, citizens: Clients, home: int, search: Search, week: int) -> int:
    """Return an organisation of the right kind in the worker's PCN (`home`), known to the worker and with room.

    Returns -1 when none is known and -2 when all that are known are full; luck chooses among the rest.
    """
    post, i, result, best = cases.worker[row], cases.citizen[row], _NONE_KNOWN, 2.0
    organisations, felt = search.organisations, search.felt
    for organisation in range(organisations.id.shape[0]):
        if organisations.pcn[organisation] != home or organisations.kind[organisation] != cases.kind[row]:
            continue
        name = organisations.id[organisation]
        u = uniforms(search.key_known, citizens.id[i], citizens.holder[i], week, name)
        if not _holds(felt.knowledge, search.knowledge.known[post, organisation], home, u[0]):
            continue
        taken = organisations.occupied[organisation] * felt.taken[home]
        if _holds(felt.full, taken + 1 > room(organisations, organisation, search.terms), home, u[1]):
            result = _ALL_FULL if result == _NONE_KNOWN else result
            continue
        luck = uniform(search.key_choice, citizens.id[i], citizens.holder[i], week, name)
        if luck < best:
            best, result = luck, organisation
    return result


@inlined
def _holds(blend: Blend, fact: bool, pcn: int, u: float) -> bool:
    """Say whether a fact comes through a link: as it is when the link is on, else by chance."""
    return bool(u < blend.gain * fact + blend.offset[pcn])


@inlined
def _failure(where: int) -> int:
    """Return what an attempt comes to unless the person takes up what was found."""
    if where == _NONE_KNOWN:
        return Attempt.NOT_KNOWN
    return Attempt.NO_PLACE if where == _ALL_FULL else Attempt.REFUSED


@inlined
def p_accepts(cases: Cases, row: int, felt: Felt, p: Contact) -> float:
    """Return the chance that a person who is ready takes up what a link worker of this burnout suggests."""
    changes = felt.continuity.gain * cases.changes[row] + felt.continuity.offset[cases.pcn[row]]
    logit = np.log(p.p_willing / (1.0 - p.p_willing)) - p.effect_burnout * felt.strain[cases.worker[row]]
    logit += np.log(p.ratio_change) * changes
    if cases.toolkit[row]:
        logit += p.effect_toolkit
    return float(1.0 / (1.0 + np.exp(-logit)))


@inlined
def start_activity(
    cases: Cases, row: int, citizens: Clients, organisations: Organisations, organisation: int, week: int
) -> None:
    """Give a person a place in an organisation's activity."""
    i = cases.citizen[row]
    citizens.activity_row[i] = organisation
    organisations.occupied[organisation] += 1
    cases.week_started[row] = week
    cases.state[row] = CaseState.CONNECTED


@borrowing
def _learn_and_forget(
    workers: Posts,
    organisations: Organisations,
    knowledge: Knowledge,
    before: Flags,
    pace: Floats,
    p: Contact,
    key: Key,
    week: int,
) -> None:
    """Let workers get to know local organisations by themselves and from colleagues, and lose touch with others."""
    for post in range(workers.id.shape[0]):
        if not workers.in_post[post]:
            continue
        for organisation in range(organisations.id.shape[0]):
            if organisations.pcn[organisation] != workers.pcn[post]:
                continue
            u = uniform(key, workers.id[post], workers.holder[post], week, organisations.id[organisation])
            if before[post, organisation]:
                knowledge.known[post, organisation] = not happens(u, p.rate_forgets_per_week)
            else:
                rate = p.rate_learns_per_week * pace[post]
                if _is_known_to_a_colleague(workers, before, post, organisation):
                    rate += p.rate_shares_per_week
                knowledge.known[post, organisation] = happens(u, rate)


@inlined
def _is_known_to_a_colleague(workers: Posts, known: Flags, post: int, organisation: int) -> bool:
    for other in range(workers.id.shape[0]):
        if (
            other != post
            and workers.pcn[other] == workers.pcn[post]
            and workers.in_post[other]
            and known[other, organisation]
        ):
            return True
    return False
