"""Transitions: people of 16 and over move between health stages, pushed by trouble and held by support."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sp_abm.kernels import (
    LUCK_BLOCK,
    ROUNDED_UP,
    Flags,
    Floats,
    Key,
    Singles,
    Whole,
    blank_block,
    compiled,
    each_of_five,
    fill_first_luck,
    inlined,
    listed,
    one_of_five,
    unit,
)
from sp_abm.loops import Blend
from sp_abm.parameters.people import Transitions
from sp_abm.vocabulary import ADULT_AGE, IMPROVING, TRANSITIONS, Stage
from sp_abm.world import World

_T, _O, _P, _C, _R = (int(stage) for stage in Stage)
_MAX_WEEKS = 65535
_THIRD = 1 / 3


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
    arguments = (world.part(Conditions, citizens), support, p, hazards_by_stage(p), shock, key, week)
    world.pass_over_citizens(_move_all, *arguments)


@lru_cache
def hazards_by_stage(p: Transitions) -> Floats:
    """Return the sums of the base hazards of worsening and of improving, a little up against rounding, by stage."""
    hazards = np.zeros((2, len(Stage)))
    for before, after in TRANSITIONS:
        is_better = int((before, after) in IMPROVING)
        hazards[is_better, before] += getattr(p, f"rate_{before.word}_{after.word}") * ROUNDED_UP
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
    """Move adults: first mark who may move, and count on for the others; then move those marked by the rule."""
    is_linked, worsening, improving = link.offset.any(), each_of_five(hazards[0]), each_of_five(hazards[1])
    luck, marks, rows = blank_block()
    for start in range(low, high, LUCK_BLOCK):
        stop = min(start + LUCK_BLOCK, high)
        fill_first_luck(luck, key, citizens.id, citizens.holder, week, start, stop)
        age, stage, weeks = citizens.age[start:stop], citizens.stage[start:stop], citizens.weeks_in_distress[start:stop]
        worse, better = citizens.worse[start:stop], citizens.better[start:stop]
        strain = citizens.event_strain[start:stop]
        unemployed, lonely = citizens.unemployed[start:stop], citizens.lonely[start:stop]
        contact, activity = citizens.contact_support[start:stop], citizens.activity_support[start:stop]
        for k in range(age.shape[0]):
            push, pull = troubles(worse[k], better[k], unemployed[k], lonely[k], p)
            down, up = one_of_five(worsening, stage[k]) * push, one_of_five(improving, stage[k]) * pull
            stays = surely_stays(down, up, strain[k] + shock, unit(luck[k]))
            is_alone = (contact[k] == 0) & (activity[k] == 0) & (not is_linked)
            marks[k] = (age[k] >= ADULT_AGE) & (not (stays & is_alone))
            if (age[k] >= ADULT_AGE) & stays & is_alone:
                weeks[k] = weeks_of_distress(stage[k], stage[k], weeks[k])
        for row in rows[: listed(marks, stop - start, start, rows)]:
            _move(citizens, row, link, p, shock, unit(luck[row - start]))


@inlined
def _move(citizens: Conditions, i: int, link: Blend, p: Transitions, shock: float, u: float) -> None:
    """Give a person the stage and the weeks of distress after this week."""
    felt = max(citizens.contact_support[i], citizens.activity_support[i])
    support, strain = link.gain * felt + link.offset[citizens.pcn[i]], citizens.event_strain[i] + shock
    trouble = (citizens.worse[i], citizens.better[i], strain, citizens.unemployed[i], citizens.lonely[i])
    push, pull = pressures(*trouble, support, p)
    before, weeks = citizens.stage[i], citizens.weeks_in_distress[i]
    after = next_stage(before, weeks, push, pull, p, u)
    citizens.weeks_in_distress[i] = weeks_of_distress(before, after, weeks)
    citizens.stage[i] = after


@inlined
def troubles(worse: float, better: float, unemployed: bool, lonely: bool, p: Transitions) -> tuple[float, float]:
    """Return the hazard ratios (worsening, improving) of a person without strain or support."""
    push = worse * (p.ratio_unemployed_worse if unemployed else 1.0) * (p.ratio_lonely_worse if lonely else 1.0)
    pull = better * (p.ratio_unemployed_better if unemployed else 1.0) * (p.ratio_lonely_better if lonely else 1.0)
    return push, pull


@inlined
def surely_stays(worsening: float, improving: float, strain: float, u: float) -> bool:
    """Say whether a person without support stays for certain: most do, and need no exponential to tell.

    The hazards are at least those of the rule, but for strain; exp(-strain) is at least the first terms of its series.
    """
    least = 1.0 - strain * (1.0 - strain / 2 * (1.0 - strain * _THIRD))
    return (u * least > worsening) & (1.0 - u > improving)


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
