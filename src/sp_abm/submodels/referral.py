"""Referral: a practice that has the service in mind offers it for a need shown; others come of themselves.

An offer comes from the GP or from other practice staff, who know what the GP knows. Some of those who come of
themselves are sent by a community organisation.

GPs learn from patients who were helped, share what they know within their practice, and forget.
"""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sp_abm.agents.gps import Gps
from sp_abm.cases import has_open_case, is_medical, is_referable
from sp_abm.kernels import (
    LUCK_BLOCK,
    ROUNDED_UP,
    Flags,
    Floats,
    Key,
    Singles,
    Whole,
    brief,
    compiled,
    fill_luck_of,
    happens,
    inlined,
    listed,
    unit,
)
from sp_abm.loops import Blend
from sp_abm.parameters.pathway import Referral
from sp_abm.vocabulary import Route, Stage
from sp_abm.world import World

_NOBODY, _DECLINED = -2, -1
Rows: TypeAlias = NDArray[np.int32]
Quartet: TypeAlias = tuple[float, float, float, float]
"""The four uniforms of one keyed draw."""

_BY_GP, _BY_STAFF, _BY_SELF, _BY_COMMUNITY = (
    int(route) for route in (Route.GP, Route.PRACTICE_STAFF, Route.SELF, Route.COMMUNITY)
)


class Askers(NamedTuple):
    """The columns of citizens by which they are offered the service or come of themselves."""

    id: Whole
    holder: Whole
    age: Whole
    gp: Whole
    practice: Whole
    pcn: Whole
    stage: Whole
    lonely: Flags
    discloses: Flags
    aware: Flags
    weeks_told: Whole
    trust: Singles
    consultations: Whole
    last_referral: Whole
    case_row: Whole


class Asking(NamedTuple):
    """What offers and people's own ways in go by this week."""

    awareness: Floats
    """How present the service is to each GP."""
    engagement: float
    """How far this makes for offers, over today's."""
    pressure: Floats
    """What is left of identification in each practice, however busy it is."""
    aware: Blend
    trust: Blend
    p: Referral
    scale: float
    funded: Floats
    """The posts funded in each PCN: without any there is no service."""
    is_door_open: bool


def referral(world: World, week: int) -> None:
    """Offer, accept or come of oneself; open a case for each person who does; then let GPs learn."""
    p, luck, citizens = world.parameters.referral, world.luck, world.citizens
    scale = world.place.referral_multiplier / (1.0 - world.place.age_shares[0])
    awareness = world.links.felt("gp_awareness->referral", week, world.gps.awareness)
    crowded = world.links.felt("consultations->identification", week, crowding(world))
    on = Asking(
        awareness,
        float(world.commissioner.gp_engagement[0]),
        np.exp(-p.exponent_time_pressure * crowded),
        world.blend("awareness->self_referral", week, lambda: citizens.aware),
        world.blend("trust->self_referral", week, lambda: citizens.trust),
        p,
        scale,
        world.pcns.fte_funded,
        bool(world.commissioner.self_referral[0]),
    )
    arguments = (world.part(Askers, citizens), world.cases.state, on, luck.key("referral"), week)
    found = world.gathered(world.pass_over_citizens(_ask, *arguments, world.scratch_rows, world.scratch_marks))
    rows, routes, declined, n_non_medical = _told_apart(found, world.scratch_marks)
    world.open_cases(rows, routes, week)
    world.name(declined=declined)
    world.count(offered=found.size - n_non_medical, declined=declined.size)
    world.count(referred=rows.size, referred_non_medical=n_non_medical)
    _learn(world, week)


@brief
def _told_apart(found: Rows, marks: Whole) -> tuple[Rows, Whole, Rows, int]:
    """Return who comes and by which route, who declined an offer, and how many come by no medical route."""
    rows, routes, declined = np.empty_like(found), np.empty(found.shape[0], np.int64), np.empty_like(found)
    n_rows = n_declined = n_non_medical = 0
    for i in found:
        rows[n_rows], routes[n_rows], declined[n_declined] = i, marks[i], i
        n_rows += marks[i] != _DECLINED
        n_declined += marks[i] == _DECLINED
        n_non_medical += marks[i] != _DECLINED and not is_medical(marks[i])
    return rows[:n_rows], routes[:n_rows], declined[:n_declined], n_non_medical


def crowding(world: World) -> NDArray[np.float64]:
    """Return how much busier than usual each practice is this week, as a logarithm: it lowers identification."""
    practices = world.practices
    busy = np.maximum(practices.consultations, 1.0) / np.maximum(practices.usual_consultations, 1.0)
    return np.log(busy)


@compiled
def _ask(
    low: int, high: int, citizens: Askers, state: Whole, on: Asking, key: Key, week: int, rows: Whole, marks: Whole
) -> int:
    """Ask who is offered the service or comes of themselves: first mark who may, then list those the rule finds."""
    p, is_anybody_aware = on.p, on.aware.offset.any()
    best_known = present(on.awareness.max(), on.engagement)
    most_offered = p.p_identified * best_known * on.pressure.max() * on.scale * ROUNDED_UP
    most_coming = most_self_rate(on.aware, on.trust, p) * on.scale * ROUNDED_UP
    luck, may_ask = np.empty((4, LUCK_BLOCK), np.uint32), np.empty(LUCK_BLOCK, np.int8)
    askers = np.empty(LUCK_BLOCK, np.int64)
    count = 0
    for start in range(low, high, LUCK_BLOCK):
        stop = min(start + LUCK_BLOCK, high)
        age, last, aware = citizens.age[start:stop], citizens.last_referral[start:stop], citizens.aware[start:stop]
        number = citizens.consultations[start:stop]
        for k in range(age.shape[0]):
            may_come = on.is_door_open & (aware[k] | is_anybody_aware)
            may_ask[k] = ((number[k] > 0) | may_come) & is_referable(age[k], last[k], p.weeks_between, week)
        n_askers = listed(may_ask, stop - start, start, askers)
        fill_luck_of(luck, key, citizens.id, citizens.holder, week, askers, n_askers)
        for k in range(n_askers):
            i = askers[k]
            u = (unit(luck[0, k]), unit(luck[1, k]), unit(luck[2, k]), unit(luck[3, k]))
            if u[0] > most_offered * citizens.consultations[i] and u[2] > most_coming:
                continue
            route = _way_in(i, u, citizens, state, on)
            if route != _NOBODY:
                rows[low + count] = i
                marks[i] = route
                count += 1
    return count


@inlined
def _way_in(i: int, u: Quartet, citizens: Askers, state: Whole, on: Asking) -> int:
    """Return by which route a person comes this week, or that an offer is declined, or that nothing happens."""
    p, pcn, stage, lonely = on.p, citizens.pcn[i], citizens.stage[i], citizens.lonely[i]
    if on.funded[pcn] <= 0 or has_open_case(citizens.case_row[i], state):
        return _NOBODY
    need, known = p_need(stage, lonely, citizens.discloses[i], p), present(on.awareness[citizens.gp[i]], on.engagement)
    factor = known * on.pressure[citizens.practice[i]] * on.scale
    route = answer(u, citizens.consultations[i], need, known, factor, p)
    if route != _NOBODY or not on.is_door_open:
        return route
    knows = on.aware.gain * citizens.aware[i] + on.aware.offset[pcn]
    trusts = on.trust.gain * np.float64(citizens.trust[i]) + on.trust.offset[pcn]
    return own_way(u, knows * self_rate(stage, lonely, trusts, citizens.weeks_told[i], p) * on.scale, p)


@inlined
def present(awareness: float, engagement: float) -> float:
    """Return how present the service is to a GP, as far as it makes for offers."""
    return min(1.0, awareness * engagement)


@inlined
def answer(u: Quartet, number: int, need: float, awareness: float, factor: float, p: Referral) -> int:
    """Return by whom an offer is made and accepted, or that it is declined, or that nobody makes one."""
    # The chance of an offer is at most the number of consultations times that of one: most need no power.
    if number == 0 or u[0] > number * (need * p.p_identified * factor) * ROUNDED_UP:
        return _NOBODY
    if u[0] >= p_offer(number, need, factor, p):
        return _NOBODY
    if u[1] < p_decline(awareness, p):
        return _DECLINED
    return _BY_STAFF if u[3] < p.share_offers_by_staff else _BY_GP


@inlined
def own_way(u: Quartet, rate: float, p: Referral) -> int:
    """Return whether somebody comes of themselves at this weekly hazard, or sent by an organisation."""
    if not happens(u[2], rate):
        return _NOBODY
    return _BY_COMMUNITY if u[3] < p.share_by_community else _BY_SELF


@inlined
def p_need(stage: int, lonely: bool, discloses: bool, p: Referral) -> float:
    """Return the chance that a consultation shows a non-medical need; those who do not disclose show little."""
    need = p.p_need
    if discloses:
        if stage == Stage.PRE_CRISIS or stage == Stage.CRISIS:
            need += p.p_need_distress
        if lonely:
            need += p.p_need_lonely
    return min(1.0, need)


@inlined
def p_offer(number: int, need: float, factor: float, p: Referral) -> float:
    """Return the chance of an offer in a week with that many consultations."""
    return float(1.0 - (1.0 - min(1.0, need * p.p_identified * factor)) ** number)


@inlined
def p_decline(awareness: float, p: Referral) -> float:
    """Return the chance that an offer is declined: less where the GP knows the service well."""
    return p.p_decline_new + (p.p_decline_mature - p.p_decline_new) * awareness


@inlined
def self_rate(stage: int, lonely: bool, trust: float, weeks_told: int, p: Referral) -> float:
    """Return the weekly hazard with which an aware person comes of themselves."""
    ratio = p.ratio_self_well
    if stage == Stage.PRE_CRISIS or stage == Stage.CRISIS or lonely:
        ratio = 1.0
    elif stage == Stage.OFF_BALANCE:
        ratio = p.ratio_self_off_balance
    rate = p.rate_self_per_week * ratio
    return float(trust) * (max(rate, p.rate_told_per_week) if weeks_told > 0 else rate)


@compiled
def most_self_rate(aware: Blend, trust: Blend, p: Referral) -> float:
    """Return a weekly hazard that nobody's exceeds who comes of themselves."""
    rate = max(p.rate_self_per_week * max(1.0, p.ratio_self_well, p.ratio_self_off_balance), p.rate_told_per_week)
    return float((aware.gain + aware.offset.max()) * (trust.gain + trust.offset.max()) * rate)


def _learn(world: World, week: int) -> None:
    """Move every GP's awareness by feedback, forgetting and what colleagues in the practice know."""
    p, gps = world.parameters.referral, world.gps
    heard = world.links.felt("feedback->gp_awareness", week, np.minimum(gps.feedback, p.max_feedback_per_week))
    _move_awareness(gps, np.asarray(heard, np.float64), world.practices.id.size, p)


@brief
def _move_awareness(gps: Gps, heard: Floats, n_practices: int, p: Referral) -> None:
    awareness, practice = gps.awareness, gps.practice
    total, number = np.zeros(n_practices), np.zeros(n_practices)
    for gp in range(practice.shape[0]):
        total[practice[gp]] += awareness[gp]
        number[practice[gp]] += 1
    for gp in range(practice.shape[0]):
        own = awareness[gp]
        learned = p.rate_awareness_learned * heard[gp] * (1 - own)
        forgotten = p.rate_awareness_forgotten_per_week * own
        shared = p.rate_awareness_shared_per_week * (total[practice[gp]] / number[practice[gp]] - own)
        awareness[gp] = min(1.0, max(p.min_awareness, own + learned - forgotten + shared))
        gps.feedback[gp] = 0
