"""Outreach: link workers look for people before they ask, in the order the target sets.

There is no evidence on how many accept: every result that hangs on it must say so. Whoever accepts joins the same
waiting list as everybody else; outreach has no lane of its own. The toolkit adds steps to a meeting: a card with the
person's name, a conversation, and in it perhaps a small step, data left behind, or a new volunteer; a small step may
be followed up the week after. None of their sizes is known.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sp_abm.agents.citizens import Clients, change_trust
from sp_abm.agents.community import Organisations
from sp_abm.agents.link_workers import hours_direct
from sp_abm.cases import may_be_referred
from sp_abm.kernels import (
    LUCK_BLOCK,
    Flags,
    Floats,
    Key,
    Whole,
    borrowing,
    compiled,
    fill_luck,
    inlined,
    uniform,
    uniforms,
    unit,
)
from sp_abm.parameters.pathway import Outreach, Referral
from sp_abm.vocabulary import NONE, OutreachChannel, OutreachTarget, Route, Stage
from sp_abm.world import World

_TARGETS = list(OutreachTarget)
_OFF_BALANCE, _ISOLATED, _DEPRIVED, _CONNECTED = (
    _TARGETS.index(target)
    for target in (
        OutreachTarget.OFF_BALANCE,
        OutreachTarget.ISOLATED,
        OutreachTarget.DEPRIVED_FIRST,
        OutreachTarget.WELL_CONNECTED,
    )
)
_COUNTED = ("met", "name_cards", "conversations", "small_steps", "data_left", "toolkit_volunteers")
_MET, _CARDS, _CONVERSATIONS, _STEPS, _DATA, _VOLUNTEERS = range(len(_COUNTED))


class Manner(NamedTuple):
    """How people are met this week, by the channel; the chances of the toolkit's steps are 0 where it is not used."""

    hours: float
    p_met: float
    p_name_card: float
    p_conversation: float
    p_small_step: float
    p_data: float
    p_volunteers: float
    level_small_step: float


class Met(NamedTuple):
    """Who accepted: rows, whether they had a conversation with the toolkit, whether they left data; and counts."""

    rows: Whole
    talked: Flags
    left_data: Flags
    counts: Whole


def outreach(world: World, week: int) -> None:
    """Follow up last week's small steps, then spend outreach time on approaches; some of those met accept a case."""
    _follow_up_all(world, week)
    world.link_workers.hours_outreach[:] = world.pcns.approaches[:] = 0
    if not world.commissioner.outreach_share[0]:
        return
    how = manner(world)
    approaches = _plan_approaches(world, how.hours)
    world.pcns.approaches[:] = approaches
    if approaches.any():
        _meet_people(world, approaches, how, week)


def manner(world: World) -> Manner:
    """Return how people are met under this week's channel and toolkit."""
    p, books = world.parameters.outreach, world.commissioner
    channel, on = _channel(world), float(books.toolkit[0])
    hours = {
        OutreachChannel.PLACES: p.hours_approach,
        OutreachChannel.INVITATION: p.hours_invitation,
        OutreachChannel.VOLUNTEERS: p.hours_beside_volunteers,
    }[channel]
    return Manner(
        hours=hours + on * p.hours_toolkit,
        p_met=p.p_met_invitation if channel == OutreachChannel.INVITATION else p.p_met,
        p_name_card=on * p.uses_name_card * p.p_name_card,
        p_conversation=on * p.uses_conversation * p.p_conversation,
        p_small_step=p.uses_small_step * p.p_small_step,
        p_data=p.uses_data * p.p_data,
        p_volunteers=p.uses_volunteers * p.p_volunteers_toolkit,
        level_small_step=world.parameters.contact.level_thin,
    )


def _channel(world: World) -> OutreachChannel:
    return list(OutreachChannel)[int(world.commissioner.outreach_channel[0])]


def _plan_approaches(world: World, hours_each: float) -> NDArray[np.int64]:
    """Set each worker's outreach hours, in whole approaches; return the approaches of each PCN."""
    p, workers, pcns = world.parameters, world.link_workers, world.pcns
    share = world.commissioner.outreach_share[0] * pcns.is_proactive[workers.pcn]
    hours = hours_direct(workers, p.staffing, p.contact) * share
    wanted = hours / hours_each + workers.approaches_carried
    whole = np.floor(wanted) * workers.in_post
    workers.approaches_carried[:] = (wanted - whole) * workers.in_post
    workers.hours_outreach[:] = whole * hours_each
    by_workers = np.bincount(workers.pcn, weights=whole, minlength=pcns.id.shape[0])
    return (by_workers + _by_volunteers(world)).astype(np.int64)


def _by_volunteers(world: World) -> NDArray[np.float64]:
    """Return the approaches that service volunteers of each PCN make, where there is a service and they are asked."""
    pcns, organisations = world.pcns, world.organisations
    is_asked = pcns.is_proactive & (pcns.fte_funded > 0) & (_channel(world) == OutreachChannel.VOLUNTEERS)
    number = np.bincount(organisations.pcn, weights=organisations.volunteers, minlength=pcns.id.shape[0])
    each = world.parameters.outreach.approaches_per_volunteer_per_week
    wanted = (number * each + pcns.approaches_carried) * is_asked
    whole: NDArray[np.float64] = np.floor(wanted)
    pcns.approaches_carried[:] = wanted - whole
    return whole


def _meet_people(world: World, approaches: NDArray[np.int64], how: Manner, week: int) -> None:
    """Approach those first in line; those met become aware, and some accept a case."""
    p, citizens, luck = world.parameters, world.clients, world.luck
    target = int(world.commissioner.outreach_target[0])
    many_ties = p.outreach.share_ties_well_connected * world.mean_ties
    arguments = (citizens, world.citizens.n_live_ties, world.cases.state, p.referral, approaches, target, many_ties)
    rows = _first_in_line(*arguments, luck.key("outreach_rank"), week)
    keys = (luck.key("outreach"), luck.key("toolkit"))
    met = _approach(rows, citizens, world.organisations, p.outreach, how, *keys, week)
    n = met.rows.size
    opened = slice(world.n_cases, world.n_cases + n)
    world.open_cases(met.rows, np.full(n, Route.OUTREACH), week)
    world.cases.toolkit[opened], world.cases.has_data[opened] = met.talked, met.left_data
    world.count(approached=rows.size, referred=n, referred_non_medical=n)
    world.count(**dict(zip(_COUNTED, met.counts, strict=True)))


@inlined
def place_in_line(target: int, stage: int, lonely: bool, fifth: int, has_many_ties: bool) -> int:
    """Return how far back in line the target puts a person: 0 comes first."""
    if target == _OFF_BALANCE:
        return 0 if stage == Stage.OFF_BALANCE else 1
    if target == _ISOLATED:
        return 0 if lonely else 1
    if target == _DEPRIVED:
        return int(fifth)
    if target == _CONNECTED:
        return 0 if has_many_ties else 1
    return 0


@compiled
def _first_in_line(
    citizens: Clients,
    n_live: Whole,
    state: Whole,
    p_again: Referral,
    approaches: Whole,
    target: int,
    many_ties: float,
    key: Key,
    week: int,
) -> Whole:
    """Return the rows to approach: in each PCN those first in line, ties broken by luck."""
    n, n_pcns, most = citizens.id.shape[0], approaches.shape[0], approaches.max()
    ranks = np.full((n_pcns, most), np.inf)
    rows = np.full((n_pcns, most), -1, np.int32)
    age, last_referral, case, stage = citizens.age, citizens.last_referral, citizens.case_row, citizens.stage
    lonely, fifth, pcns, activity = citizens.lonely, citizens.fifth, citizens.pcn, citizens.activity_row
    luck = np.empty((4, LUCK_BLOCK), np.uint32)
    for start in range(0, n, LUCK_BLOCK):
        stop = min(start + LUCK_BLOCK, n)
        fill_luck(luck, key, citizens.id, citizens.holder, week, start, stop)
        for i in range(start, stop):
            pcn = pcns[i]
            last = approaches[pcn] - 1
            if last < 0 or activity[i] >= 0:
                continue
            turn = place_in_line(target, stage[i], lonely[i], fifth[i], n_live[i] >= many_ties)
            rank = turn + unit(luck[0, i - start])
            if rank < ranks[pcn, last] and may_be_referred(
                age[i], last_referral[i], case[i], state, p_again.weeks_between, week
            ):
                _insert(ranks[pcn], rows[pcn], last, rank, i)
    flat = rows.ravel()
    return flat[flat >= 0]


@inlined
def _insert(ranks: Floats, rows: Whole, last: int, rank: Any, row: int) -> None:
    """Put a row where its rank belongs in a sorted list, pushing the last one out."""
    k = last
    while k > 0 and ranks[k - 1] > rank:
        ranks[k], rows[k] = ranks[k - 1], rows[k - 1]
        k -= 1
    ranks[k], rows[k] = rank, row


@compiled
def _approach(
    rows: Whole,
    citizens: Clients,
    organisations: Organisations,
    p: Outreach,
    how: Manner,
    key: Key,
    key_toolkit: Key,
    week: int,
) -> Met:
    """Meet some of those approached, who become aware, and ask them; return who accepts."""
    n = rows.shape[0]
    met = Met(np.empty(n, np.int32), np.zeros(n, np.bool_), np.zeros(n, np.bool_), np.zeros(len(_COUNTED), np.int64))
    count = 0
    for i in rows:
        u = uniforms(key, citizens.id[i], citizens.holder[i], week, 0)
        if u[0] >= how.p_met:
            continue
        met.counts[_MET] += 1
        citizens.aware[i] = True
        if u[2] < how.p_name_card:
            met.counts[_CARDS] += 1
            change_trust(citizens, i, p.trust_name_card)
        talked, gained, left_data = u[3] < how.p_conversation, 0.0, False
        if talked:
            gained = p.effect_conversation
            left_data = _converse(citizens, organisations, i, how, met.counts, key_toolkit, week)
        if u[1] < p.p_accepts + p.effect_trust * (np.float64(citizens.trust[i]) - 0.5) + gained:
            met.rows[count], met.talked[count], met.left_data[count] = i, talked, left_data
            count += 1
    return Met(met.rows[:count], met.talked[:count], met.left_data[:count], met.counts)


@inlined
def _converse(
    citizens: Clients, organisations: Organisations, i: int, how: Manner, counts: Whole, key: Key, week: int
) -> bool:
    """Talk with the toolkit's cards: perhaps a small step, data, a volunteer; return whether data were left."""
    counts[_CONVERSATIONS] += 1
    u = uniforms(key, citizens.id[i], citizens.holder[i], week, 0)
    if u[0] < how.p_small_step:
        counts[_STEPS] += 1
        feel_contact(citizens, i, how.level_small_step)
        citizens.follow_up_due[i] = True
    if u[2] < how.p_volunteers and citizens.volunteer_row[i] < 0:
        organisation = nearest_by_luck(organisations, citizens, i, key, week)
        if organisation >= 0:
            counts[_VOLUNTEERS] += 1
            citizens.volunteer_row[i] = organisation
            organisations.volunteers[organisation] += 1
    left_data = u[1] < how.p_data
    counts[_DATA] += left_data
    return bool(left_data)


@inlined
def feel_contact(citizens: Clients, i: int, level: float) -> None:
    """Feel support as from a contact with a link worker, unless more is felt already."""
    citizens.contact_support[i] = max(np.float64(citizens.contact_support[i]), level)


@inlined
def nearest_by_luck(organisations: Organisations, citizens: Clients, i: int, key: Key, week: int) -> int:
    """Return the organisation of the person's PCN that luck chooses for them to help, or -1."""
    best, chosen = 2.0, NONE
    for organisation in range(organisations.id.shape[0]):
        if organisations.pcn[organisation] == citizens.pcn[i]:
            u = uniform(key, citizens.id[i], citizens.holder[i], week, organisations.id[organisation] + 1)
            if u < best:
                best, chosen = u, organisation
    return chosen


def _follow_up_all(world: World, week: int) -> None:
    """Follow up the small steps of last week, as often as the toolkit does."""
    if world.citizens.follow_up_due.any():
        p, due = world.parameters, np.flatnonzero(world.citizens.follow_up_due)
        chance = p.outreach.uses_follow_up * p.outreach.p_follow_up
        levels = (chance, p.outreach.trust_follow_up, p.contact.level_thin)
        world.count(follow_ups=_follow_up(due, world.clients, *levels, world.luck.key("toolkit"), week))


@borrowing
def _follow_up(due: Whole, citizens: Clients, chance: float, trust: float, level: float, key: Key, week: int) -> int:
    count = 0
    for i in due:
        citizens.follow_up_due[i] = False
        if uniforms(key, citizens.id[i], citizens.holder[i], week, 0)[3] < chance:
            count += 1
            change_trust(citizens, i, trust)
            feel_contact(citizens, i, level)
    return count
