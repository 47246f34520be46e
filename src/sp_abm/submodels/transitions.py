"""Transitions: people of 16 and over move between health stages, pushed by trouble and held by support."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sp_abm.declare import part
from sp_abm.kernels import LUCK_BLOCK, Flags, Floats, Key, Singles, Whole, compiled, fill_luck, inlined, unit
from sp_abm.loops import Blend
from sp_abm.parameters.people import Transitions
from sp_abm.vocabulary import ADULT_AGE, TRANSITIONS, Stage
from sp_abm.world import World

_T, _O, _P, _C, _R = (int(stage) for stage in Stage)
_MAX_WEEKS = 65535
_ROUNDED_UP = 1 + 2**-30


class Conditions(NamedTuple):
    """The columns of citizens that transitions read and write."""

    id: Whole
    holder: Whole
    age: Whole
    pcn: Whole
    stage: Whole
    weeks_in_distress: Whole
    worse: Singles
    better: Singles
    event_strain: Singles
    unemployed: Flags
    lonely: Flags
    contact_support: Singles
    activity_support: Singles


def transitions(world: World, week: int) -> None:
    """Move every adult between stages by this week's luck; support felt last week acts now."""
    p, key = world.parameters.transitions, world.luck.key("transitions")
    shock = world.commissioner.shock_strain[0]
    citizens = world.citizens
    support = world.blend(
        "connection->recovery", week, lambda: np.maximum(citizens.contact_support, citizens.activity_support)
    )
    arguments = (part(Conditions, citizens), support, p, hazard_by_stage(p), shock, key, week)
    world.pass_over_citizens(_move_all, *arguments)


@lru_cache
def hazard_by_stage(p: Transitions) -> Floats:
    """Return the sum of the base hazards out of each stage, a little up against rounding."""
    hazards = np.zeros(len(Stage))
    for before, after in TRANSITIONS:
        hazards[before] += getattr(p, f"rate_{before.word}_{after.word}") * _ROUNDED_UP
    return hazards


@compiled
def _move_all(
    low: int,
    high: int,
    citizens: Conditions,
    link: Blend,
    p: Transitions,
    hazards: Floats,
    shock: float,
    key: Key,
    week: int,
) -> None:
    age, stage, weeks, pcn = citizens.age, citizens.stage, citizens.weeks_in_distress, citizens.pcn
    gain, offset = link.gain, link.offset
    worse, better, strain = citizens.worse, citizens.better, citizens.event_strain
    unemployed, lonely = citizens.unemployed, citizens.lonely
    contact, activity = citizens.contact_support, citizens.activity_support
    luck = np.empty((4, LUCK_BLOCK), np.uint32)
    for start in range(low, high, LUCK_BLOCK):
        stop = min(start + LUCK_BLOCK, high)
        fill_luck(luck, key, citizens.id, citizens.holder, week, start, stop)
        for i in range(start, stop):
            if age[i] >= ADULT_AGE:
                support = gain * max(contact[i], activity[i]) + offset[pcn[i]]
                u, after = unit(luck[0, i - start]), stage[i]
                is_plain = (support == 0) & (not unemployed[i]) & (not lonely[i])
                if not (is_plain & surely_stays(hazards[after], worse[i], better[i], strain[i] + shock, u)):
                    push, pull = pressures(worse[i], better[i], strain[i] + shock, unemployed[i], lonely[i], support, p)
                    after = next_stage(stage[i], weeks[i], push, pull, p, u)
                weeks[i] = weeks_of_distress(stage[i], after, weeks[i])
                stage[i] = after


@inlined
def surely_stays(hazard: float, worse: float, better: float, strain: float, u: float) -> bool:
    """Say whether a person stays for certain whom only strain troubles: most do, and need no exponential to tell.

    exp(strain) is at most 1 / (1 - strain); `hazard` is at least all base hazards out of the stage, each way.
    """
    edge = min(u, 1.0 - u)
    return (edge * (1.0 - strain) > hazard * worse) & (edge > hazard * better)


@inlined
def weeks_of_distress(before: int, after: int, weeks: int) -> int:
    """Return the weeks since distress began: kept through crisis, 0 when it begins and outside it."""
    was_distressed = before in (_P, _C)
    is_distressed = after in (_P, _C)
    return min(weeks + 1, _MAX_WEEKS) if was_distressed and is_distressed else 0


@inlined
def pressures(
    worse: float, better: float, strain: float, unemployed: bool, lonely: bool, support: float, p: Transitions
) -> tuple[float, float]:
    """Return the hazard ratios (worsening, improving) of a person this week."""
    push, pull = np.float64(worse), np.float64(better)
    if strain != 0:
        push *= np.exp(np.float64(strain))
    if unemployed:
        push *= p.ratio_unemployed_worse
        pull *= p.ratio_unemployed_better
    if lonely:
        push *= p.ratio_lonely_worse
        pull *= p.ratio_lonely_better
    if support > 0:
        lift = np.exp(p.effect_support * np.float64(support))
        push /= lift
        pull *= lift
    return push, pull


@inlined
def duration_factor(weeks: int, p: Transitions) -> float:
    """Return how much of the first hazard of recovery is left after weeks of distress (POP-033)."""
    return p.share_duration_floor + (1.0 - p.share_duration_floor) / (1.0 + weeks / p.weeks_duration)


@inlined
def next_stage(stage: int, weeks_in_distress: int, worse: float, better: float, p: Transitions, u: float) -> int:
    """Return the stage after one week for one uniform.

    Worsening takes the low end of the uniform (worst first), improving the high end (best first), so that with
    the same luck better hazards never make a person worse off.
    """
    if stage == _T:
        w1, w2 = p.rate_thriving_pre_crisis * worse, p.rate_thriving_off_balance * worse
        return _pick(u, w1, w2, 0.0, 0.0, stage, _P, _O, stage, stage)
    if stage == _O:
        w1, b1 = p.rate_off_balance_pre_crisis * worse, p.rate_off_balance_thriving * better
        return _pick(u, w1, 0.0, b1, 0.0, stage, _P, stage, _T, stage)
    if stage == _P:
        w1 = p.rate_pre_crisis_crisis * worse
        b1 = p.rate_pre_crisis_recovering * better * duration_factor(weeks_in_distress, p)
        return _pick(u, w1, 0.0, b1, 0.0, stage, _C, stage, _R, stage)
    if stage == _C:
        b1, b2 = p.rate_crisis_recovering * better, p.rate_crisis_pre_crisis * better
        return _pick(u, 0.0, 0.0, b1, b2, stage, stage, stage, _R, _P)
    w1, w2 = p.rate_recovering_crisis * worse, p.rate_recovering_pre_crisis * worse
    b1, b2 = p.rate_recovering_thriving * better, p.rate_recovering_off_balance * better
    return _pick(u, w1, w2, b1, b2, stage, _C, _P, _T, _O)


@inlined
def _pick(
    u: float, w1: float, w2: float, b1: float, b2: float, stay: int, worst: int, worse: int, best: int, better: int
) -> int:
    """Return the stage that a uniform falls on, given two worsening and two improving hazards."""
    worsening, improving = w1 + w2, b1 + b2
    # Probabilities are below their hazards: most people need no exponential.
    if u >= worsening and 1.0 - u >= improving:
        return stay
    total = worsening + improving
    scale = -np.expm1(-total) / total
    if u < scale * worsening:
        return worst if u < scale * w1 else worse
    if 1.0 - u < scale * improving:
        return best if 1.0 - u < scale * b1 else better
    return stay
