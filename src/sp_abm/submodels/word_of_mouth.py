"""Word of mouth: people forget, media keep a base awareness, and last week's closures are talked about."""

from typing import Any

import numpy as np

from sp_abm.agents.citizens import Citizens, lose_trust
from sp_abm.cases import Cases, is_adequate
from sp_abm.kernels import LUCK_BLOCK, Floats, Key, compiled, fill_luck, happens, inlined, uniform, uniforms, unit
from sp_abm.network import Ties
from sp_abm.parameters.pathway import WordOfMouth
from sp_abm.vocabulary import ADULT_AGE, NONE, WEEKS_PER_YEAR, CaseState, Outcome
from sp_abm.world import World

_MOST = 0.999


def word_of_mouth(world: World, week: int) -> None:
    """Let everyone forget or hear from the media, then tell ties of good and bad experiences."""
    p, luck = world.parameters.word_of_mouth, world.luck
    share = p.share_aware_from_media
    rate_media = p.rate_awareness_forgotten_per_week * share / (1 - share)
    rate_media -= np.log1p(-min(world.commissioner.awareness_campaign[0], _MOST)) / WEEKS_PER_YEAR
    world.pass_over_citizens(_remember, world.citizens, p, rate_media, luck.key("told"), week)
    bad = (world.links.gain("bad_experience->trust", week), world.pcns.trust_lost)
    told, heard = _tell(
        world.cases,
        world.n_cases,
        world.citizens,
        world.ties,
        p,
        *bad,
        luck.key("word_of_mouth"),
        luck.key("telling"),
        week,
    )
    world.count(told=told, heard_bad_news=heard)


@compiled
def _tell(
    cases: Cases,
    n_cases: int,
    citizens: Citizens,
    ties: Ties,
    p: WordOfMouth,
    gain: float,
    lost: Floats,
    key: Key,
    key_whom: Key,
    week: int,
) -> tuple[int, int]:
    told = heard = 0
    for row in range(n_cases):
        i = cases.citizen[row]
        is_last_week = cases.state[row] == CaseState.CLOSED and cases.week_closed[row] == week - 1
        if not is_last_week or cases.holder[row] != citizens.holder[i]:
            continue
        if is_adequate(cases, row):
            number = people_told(uniforms(key, citizens.id[i], citizens.holder[i], week, 0), p)
            told += _reach(citizens, ties, i, number, p, gain, lost, key_whom, week, True)
        elif cases.outcome[row] == Outcome.DROPPED:
            heard += _reach(citizens, ties, i, int(p.n_told), p, gain, lost, key_whom, week, False)
    return told, heard


@inlined
def people_told(u: Any, p: WordOfMouth) -> int:
    """Return how many others somebody helped tells: none, a few, or a few and more again."""
    if u[0] >= p.p_tells:
        return 0
    return int(p.n_told + p.n_told_again) if u[1] < p.p_tells_again else int(p.n_told)


@inlined
def _reach(
    citizens: Citizens,
    ties: Ties,
    i: int,
    number: int,
    p: WordOfMouth,
    gain: float,
    lost: Floats,
    key: Key,
    week: int,
    is_good: bool,
) -> int:
    """Tell that many live ties, luck deciding whom; return how many there were to tell."""
    reached, floor = 0, -1.0
    while reached < number:
        best, other = 2.0, NONE
        for entry in range(ties.start[i], ties.start[i + 1]):
            if ties.strength[entry] > 0:
                candidate = ties.other[entry]
                u = uniform(key, citizens.id[i], citizens.holder[i], week, citizens.id[candidate])
                if floor < u < best:
                    best, other = u, candidate
        if other < 0:
            break
        floor = best
        reached += 1
        if not is_good:
            lose_trust(citizens, other, p.trust_bad_news, gain, lost)
        elif citizens.age[other] >= ADULT_AGE:
            citizens.aware[other] = True
            citizens.weeks_told[other] = int(p.weeks_fresh)
    return reached


@compiled
def _remember(low: int, high: int, citizens: Citizens, p: WordOfMouth, rate_media: float, key: Key, week: int) -> None:
    luck = np.empty((4, LUCK_BLOCK), np.uint32)
    for start in range(low, high, LUCK_BLOCK):
        stop = min(start + LUCK_BLOCK, high)
        fill_luck(luck, key, citizens.id, citizens.holder, week, start, stop)
        for i in range(start, stop):
            if citizens.age[i] < ADULT_AGE:
                continue
            if citizens.weeks_told[i] > 0:
                citizens.weeks_told[i] -= 1
            u = unit(luck[0, i - start])
            if citizens.aware[i]:
                citizens.aware[i] = not happens(u, p.rate_awareness_forgotten_per_week)
            else:
                citizens.aware[i] = happens(u, rate_media)
