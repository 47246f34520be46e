"""Help seeking: people consult a GP or nurse, more so in distress, when ill, and if they are of that kind."""

import numpy as np

from sp_abm.agents.citizens import Citizens
from sp_abm.kernels import LUCK_BLOCK, Floats, Key, compiled, fill_luck, inlined, unit
from sp_abm.parameters.people import HelpSeeking
from sp_abm.vocabulary import WEEKS_PER_YEAR, Stage
from sp_abm.world import World


def help_seeking(world: World, week: int) -> None:
    """Draw everyone's consultations of the week and add them up by practice."""
    p, practices = world.parameters.help_seeking, world.practices
    arguments = (world.citizens, p, world.luck.key("help_seeking"), week, practices.id.shape[0])
    practices.consultations[:] = sum(world.pass_over_citizens(_consult, *arguments))
    usual = practices.usual_consultations
    usual += (practices.consultations - usual) / p.weeks_usual


@compiled
def _consult(low: int, high: int, citizens: Citizens, p: HelpSeeking, key: Key, week: int, n_practices: int) -> Floats:
    practice, number = citizens.practice, citizens.consultations
    frailty, stage, ill = citizens.frailty, citizens.stage, citizens.ill
    luck = np.empty((4, LUCK_BLOCK), np.uint32)
    by_practice = np.zeros(n_practices)
    for start in range(low, high, LUCK_BLOCK):
        stop = min(start + LUCK_BLOCK, high)
        fill_luck(luck, key, citizens.id, citizens.holder, week, start, stop)
        for i in range(start, stop):
            rate = weekly_rate(frailty[i], stage[i], ill[i], p)
            number[i] = consultations(unit(luck[0, i - start]), rate, p.max_consultations_per_week)
            by_practice[practice[i]] += number[i]
    return by_practice


@inlined
def weekly_rate(frailty: float, stage: int, ill: bool, p: HelpSeeking) -> float:
    """Return the consultations a person is expected to have this week."""
    rate = p.rate_consultation_per_year / WEEKS_PER_YEAR * np.float64(frailty)
    if stage == Stage.PRE_CRISIS or stage == Stage.CRISIS:
        rate *= p.ratio_distress
    if ill:
        rate *= p.ratio_ill
    return float(rate)


@inlined
def consultations(u: float, rate: float, most: float) -> int:
    """Return a Poisson count by inversion of one uniform, at most `most`."""
    # exp(-rate) is at least 1 - rate: most people need no exponential.
    if u <= 1.0 - rate:
        return 0
    term = np.exp(-rate)
    total, number = term, 0
    while u > total and number < most:
        number += 1
        term *= rate / number
        total += term
    return number
