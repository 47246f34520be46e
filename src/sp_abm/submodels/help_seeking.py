"""Help seeking: people consult a GP or nurse, more so in distress, when ill, and if they are of that kind."""

from typing import NamedTuple

import numpy as np

from sp_abm.kernels import (
    LUCK_BLOCK,
    Flags,
    Floats,
    Key,
    Singles,
    Whole,
    blank_block,
    brief,
    compiled,
    fill_first_luck,
    inlined,
    listed,
    unit,
)
from sp_abm.loops import Blend, mean_by
from sp_abm.parameters.people import HelpSeeking
from sp_abm.vocabulary import WEEKS_PER_YEAR, Stage
from sp_abm.world import World

_SIXTH, _SLACK = 1 / 6, 2**-40


class Callers(NamedTuple):
    """The columns of citizens that help seeking reads and writes."""

    id: Whole
    holder: Whole
    practice: Whole
    pcn: Whole
    frailty: Singles
    stage: Whole
    ill: Flags
    consultations: Whole


def help_seeking(world: World, week: int) -> None:
    """Draw everyone's consultations of the week and add them up by practice."""
    p, practices = world.parameters.help_seeking, world.practices
    n_pcns = world.pcns.id.shape[0]
    distress = world.links.blend("recovery->consultations", week, n_pcns, lambda: _mean_distress(world))
    arguments = (
        world.part(Callers, world.citizens),
        distress,
        p,
        world.luck.key("help_seeking"),
        week,
        practices.id.shape[0],
    )
    found = sum(world.pass_over_citizens(_consult, *arguments))
    _note(found, practices.consultations, practices.usual_consultations, p.weeks_usual)


def _mean_distress(world: World) -> Floats:
    """Return the share in distress of everybody registered in each PCN, the young included: they consult too."""
    stage = world.citizens.stage
    is_distressed = (stage == Stage.PRE_CRISIS) | (stage == Stage.CRISIS)
    return mean_by(world.citizens.pcn, is_distressed, world.pcns.id.shape[0])


@brief
def _note(found: Floats, consultations: Floats, usual: Floats, weeks: float) -> None:
    """Write down this week's consultations of each practice, and what is usual there."""
    for practice in range(found.shape[0]):
        consultations[practice] = found[practice]
        usual[practice] += (consultations[practice] - usual[practice]) / weeks


@compiled
def _consult(
    low: int, high: int, citizens: Callers, link: Blend, p: HelpSeeking, key: Key, week: int, n_practices: int
) -> Floats:
    """Count consultations by practice: first mark who may consult at all, then count theirs by the rule."""
    gain, is_frozen = link.gain, link.offset.any()
    luck, marks, rows = blank_block()
    offsets, by_practice = np.zeros(LUCK_BLOCK), np.zeros(n_practices)
    for start in range(low, high, LUCK_BLOCK):
        stop = min(start + LUCK_BLOCK, high)
        fill_first_luck(luck, key, citizens.id, citizens.holder, week, start, stop)
        frailty, stage, ill = citizens.frailty[start:stop], citizens.stage[start:stop], citizens.ill[start:stop]
        number = citizens.consultations[start:stop]
        if is_frozen:
            for k in range(stop - start):
                offsets[k] = link.offset[citizens.pcn[start + k]]
        for k in range(number.shape[0]):
            rate = weekly_rate(frailty[k], distress(stage[k], gain, offsets[k]), ill[k], p)
            marks[k] = not surely_none(unit(luck[k]), rate)
            number[k] = 0
        for i in rows[: listed(marks, stop - start, start, rows)]:
            felt = distress(citizens.stage[i], gain, offsets[i - start])
            rate = weekly_rate(citizens.frailty[i], felt, citizens.ill[i], p)
            n = consultations(unit(luck[i - start]), rate, p.max_consultations_per_week)
            citizens.consultations[i] = n
            by_practice[citizens.practice[i]] += n
    return by_practice


@inlined
def distress(stage: int, gain: float, offset: float) -> float:
    """Return how much distress counts for a person's consultations: 1 in distress, else 0, where no link is cut."""
    is_distressed = (stage == Stage.PRE_CRISIS) | (stage == Stage.CRISIS)
    return offset + (gain if is_distressed else 0.0)


@inlined
def weekly_rate(frailty: float, distress: float, ill: bool, p: HelpSeeking) -> float:
    """Return the consultations a person is expected to have this week; `distress` is 1 in distress, else 0."""
    rate = p.rate_consultation_per_year / WEEKS_PER_YEAR * np.float64(frailty)
    rate *= 1.0 + (p.ratio_distress - 1.0) * distress
    return float(rate * p.ratio_ill if ill else rate)


@inlined
def surely_none(u: float, rate: float) -> bool:
    """Say whether there is surely no consultation: exp(-rate) is at least 1 - rate, and most people need no more."""
    return u <= 1.0 - rate


@inlined
def consultations(u: float, rate: float, most: float) -> int:
    """Return a Poisson count by inversion of one uniform, at most `most`."""
    if surely_none(u, rate):
        return 0
    # Three terms of the series of exp(-rate) are never below it and four never above: enough to tell most ones.
    high = 1.0 - rate + rate * rate / 2
    low = high - rate * rate * rate * _SIXTH
    if u > high + _SLACK and u < low * (1.0 + rate) - _SLACK and most >= 1:
        return 1
    term = np.exp(-rate)
    total, number = term, 0
    while u > total and number < most:
        number += 1
        term *= rate / number
        total += term
    return number
