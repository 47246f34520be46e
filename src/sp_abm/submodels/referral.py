"""Referral: a GP who has the service in mind offers it for a need shown; others come of themselves.

GPs learn from patients who were helped, share what they know within their practice, and forget.
"""

import numpy as np
from numpy.typing import NDArray

from sp_abm.agents.citizens import Citizens
from sp_abm.cases import may_be_referred
from sp_abm.kernels import Flags, Floats, Key, Whole, compiled, happens, inlined, uniforms
from sp_abm.parameters.pathway import Referral
from sp_abm.vocabulary import Route, Stage
from sp_abm.world import World

_NOBODY, _BY_GP, _BY_SELF, _DECLINED = 0, 1, 2, 3


def referral(world: World, week: int) -> None:
    """Offer, accept or come of oneself; open a case for each person who does; then let GPs learn."""
    p, luck, citizens = world.parameters.referral, world.luck, world.citizens
    scale = world.place.referral_multiplier / (1.0 - world.place.age_shares[0])
    serves = world.pcns.fte_funded > 0
    is_door_open = bool(world.commissioner.self_referral[0])
    arguments = (
        citizens,
        world.cases.state,
        np.minimum(1.0, world.gps.awareness * world.commissioner.gp_engagement[0]),
        time_pressure(world),
        p,
        scale,
        serves,
        is_door_open,
    )
    counts = world.pass_over_citizens(
        _ask, *arguments, luck.key("referral"), week, world.scratch_rows, world.scratch_marks
    )
    rows = world.gathered(counts)
    routes = world.scratch_marks[rows]
    accepted = rows[routes != _DECLINED]
    case_routes = np.where(routes[routes != _DECLINED] == _BY_GP, Route.GP, Route.SELF)
    world.open_cases(accepted, case_routes, week)
    n_declined, n_self = (routes == _DECLINED).sum(), (routes == _BY_SELF).sum()
    world.name(declined=rows[routes == _DECLINED])
    n_offered = rows.size - n_self
    world.count(offered=n_offered, declined=n_declined, referred=accepted.size, referred_non_medical=n_self)
    _learn(world)


def time_pressure(world: World) -> NDArray[np.float64]:
    """Return each practice's factor on identification: below 1 in a week busier than usual."""
    practices = world.practices
    busy = np.maximum(practices.consultations, 1.0) / np.maximum(practices.usual_consultations, 1.0)
    return busy**-world.parameters.referral.exponent_time_pressure


@compiled
def _ask(
    low: int,
    high: int,
    citizens: Citizens,
    state: Whole,
    awareness: Floats,
    pressure: Floats,
    p: Referral,
    scale: float,
    serves: Flags,
    is_door_open: bool,
    key: Key,
    week: int,
    rows: Whole,
    marks: Whole,
) -> int:
    age, last, case, aware = citizens.age, citizens.last_referral, citizens.case_row, citizens.aware
    number, stage, lonely, discloses = citizens.consultations, citizens.stage, citizens.lonely, citizens.discloses
    gp, practice, pcn, trust, told = citizens.gp, citizens.practice, citizens.pcn, citizens.trust, citizens.weeks_told
    count = 0
    for i in range(low, high):
        may_come = is_door_open and aware[i]
        if number[i] == 0 and not may_come:
            continue
        if not (serves[pcn[i]] and may_be_referred(age[i], last[i], case[i], state, p.weeks_between, week)):
            continue
        u = uniforms(key, citizens.id[i], citizens.holder[i], week, 0)
        awareness_gp = awareness[gp[i]]
        factor = awareness_gp * pressure[practice[i]] * scale
        route = _NOBODY
        if number[i] > 0 and u[0] < p_offer(number[i], p_need(stage[i], lonely[i], discloses[i], p), factor, p):
            route = _DECLINED if u[1] < p_decline(awareness_gp, p) else _BY_GP
        elif may_come and happens(u[2], self_rate(stage[i], lonely[i], trust[i], told[i], p) * scale):
            route = _BY_SELF
        if route != _NOBODY:
            rows[low + count] = i
            marks[i] = route
            count += 1
    return count


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


def _learn(world: World) -> None:
    """Move every GP's awareness by feedback, forgetting and what colleagues in the practice know."""
    p, gps = world.parameters.referral, world.gps
    heard = np.minimum(gps.feedback, p.max_feedback_per_week)
    learned = p.rate_awareness_learned * heard * (1 - gps.awareness)
    forgotten = p.rate_awareness_forgotten_per_week * gps.awareness
    in_practice = np.bincount(gps.practice, weights=gps.awareness) / np.bincount(gps.practice)
    shared = p.rate_awareness_shared_per_week * (in_practice[gps.practice] - gps.awareness)
    gps.awareness[:] = np.clip(gps.awareness + learned - forgotten + shared, p.min_awareness, 1.0)
    gps.feedback[:] = 0
