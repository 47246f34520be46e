"""Word of mouth: people forget, media keep a base awareness, and last week's closures are talked about."""

from typing import Any, NamedTuple

import numpy as np

from sp_abm.agents.citizens import Clients, lose_trust
from sp_abm.cases import Cases, is_adequate, was_closed_in
from sp_abm.kernels import (
    LUCK_BLOCK,
    Flags,
    Floats,
    Key,
    Whole,
    borrowing,
    compiled,
    fill_first_luck,
    inlined,
    p_happens,
    uniform,
    uniforms,
    unit,
)
from sp_abm.network import Ties
from sp_abm.parameters.pathway import WordOfMouth
from sp_abm.vocabulary import ADULT_AGE, NONE, WEEKS_PER_YEAR, Outcome
from sp_abm.world import World

_MOST = 0.999
"""A campaign that reached everybody in a year would need an endless weekly hazard; this share is near enough."""
_TELLING, _HEARING, _LOSING_TRUST = "helped->word_of_mouth", "word_of_mouth->awareness", "bad_experience->trust"


class Memory(NamedTuple):
    """The columns of citizens that remembering reads and writes."""

    id: Whole
    holder: Whole
    age: Whole
    weeks_told: Whole
    aware: Flags


class Gains(NamedTuple):
    """What comes of telling, of being told, and of bad experiences: 1 as they are, 0 nothing."""

    tells: float
    hears: float
    trust: float


class Losses(NamedTuple):
    """By PCN: adults told by somebody helped, and trust lost, whether or not it comes through."""

    told: Floats
    trust: Floats


def word_of_mouth(world: World, week: int) -> None:
    """Let everyone forget or hear from the media, then tell ties of good and bad experiences."""
    p, luck = world.parameters.word_of_mouth, world.luck
    share = p.share_aware_from_media
    rate_media = p.rate_awareness_forgotten_per_week * share / (1 - share)
    rate_media -= np.log1p(-min(world.commissioner.awareness_campaign[0], _MOST)) / WEEKS_PER_YEAR
    world.pass_over_citizens(_remember, world.part(Memory, world.citizens), p, rate_media, luck.key("told"), week)
    gains = Gains(*(world.links.gain(link, week) for link in (_TELLING, _HEARING, _LOSING_TRUST)))
    losses = Losses(np.zeros(world.pcns.id.shape[0]), world.pcns.trust_lost)
    keys = (luck.key("word_of_mouth"), luck.key("telling"))
    tables = (world.cases, world.clients, world.ties)
    told, heard = _tell(*tables, world.n_cases, p, gains, losses, *keys, week)
    world.count(told=told, heard_bad_news=heard)
    if not all(world.links.is_on(link, week) for link in (_TELLING, _HEARING, _LOSING_TRUST)):
        _come_from_elsewhere(world, gains, losses, week)
    world.pcns.trust_lost[:] = 0


def _come_from_elsewhere(world: World, gains: Gains, gone: Losses, week: int) -> None:
    """Give every adult of a PCN, on average, what frozen links took away where it arose: news, and loss of trust."""
    links, n_pcns = world.links, world.pcns.id.shape[0]
    told = links.blend(_TELLING, week, n_pcns, lambda: gone.told / _adults(world)).offset
    heard = links.blend(_HEARING, week, n_pcns, lambda: gone.told / _adults(world)).offset
    change = links.blend(_LOSING_TRUST, week, n_pcns, lambda: gone.trust / _adults(world)).offset
    chance = gains.hears * told + heard
    if not (chance.any() or change.any()):
        return
    citizens, is_adult = world.citizens, world.citizens.age >= ADULT_AGE
    u = world.luck.uniforms("told", week, citizens.id, citizens.holder.astype(np.uint32))[:, 1]
    hears = is_adult & (u < chance[citizens.pcn])
    citizens.aware[hears], citizens.weeks_told[hears] = True, int(world.parameters.word_of_mouth.weeks_fresh)
    trust = np.clip(citizens.trust + change[citizens.pcn], 0, 1)
    citizens.trust[is_adult] = trust[is_adult]


def _adults(world: World) -> Floats:
    """Return the people of 16 and over in each PCN, at least 1."""
    is_adult = world.citizens.age >= ADULT_AGE
    number = np.bincount(world.citizens.pcn[is_adult], minlength=world.pcns.id.shape[0])
    return np.maximum(number, 1).astype(np.float64)


@borrowing
def _tell(
    cases: Cases,
    citizens: Clients,
    ties: Ties,
    n_cases: int,
    p: WordOfMouth,
    gains: Gains,
    gone: Losses,
    key: Key,
    key_whom: Key,
    week: int,
) -> tuple[int, int]:
    """Talk about last week's closures; return how many were told of help, and how many of a dropped case."""
    told = heard = 0
    for row in range(n_cases):
        i = cases.citizen[row]
        if not was_closed_in(cases, row, week - 1) or cases.holder[row] != citizens.holder[i]:
            continue
        if is_adequate(cases, row):
            number = people_told(uniforms(key, citizens.id[i], citizens.holder[i], week, 0), gains.tells, p)
            told += _reach(citizens, ties, i, number, p, gains, gone, key_whom, week, True)
        elif cases.outcome[row] == Outcome.DROPPED:
            heard += _reach(citizens, ties, i, int(p.n_told), p, gains, gone, key_whom, week, False)
    return told, heard


@inlined
def people_told(u: Any, gain: float, p: WordOfMouth) -> int:
    """Return how many others somebody helped tells: none, a few, or a few and more again."""
    if u[0] >= gain * p.p_tells:
        return 0
    return int(p.n_told + p.n_told_again) if u[1] < p.p_tells_again else int(p.n_told)


@inlined
def _reach(
    citizens: Clients,
    ties: Ties,
    i: int,
    number: int,
    p: WordOfMouth,
    gains: Gains,
    gone: Losses,
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
            lose_trust(citizens, other, p.trust_bad_news, gains.trust, gone.trust)
        elif citizens.age[other] >= ADULT_AGE:
            gone.told[citizens.pcn[other]] += 1
            u_hears = uniforms(key, citizens.id[i], citizens.holder[i], week, citizens.id[other])[1]
            if u_hears < gains.hears:
                citizens.aware[other] = True
                citizens.weeks_told[other] = int(p.weeks_fresh)
    return reached


@compiled
def _remember(low: int, high: int, citizens: Memory, p: WordOfMouth, rate_media: float, key: Key, week: int) -> None:
    p_forgets, p_media = p_happens(p.rate_awareness_forgotten_per_week), p_happens(rate_media)
    luck = np.empty(LUCK_BLOCK, np.uint32)
    for start in range(low, high, LUCK_BLOCK):
        stop = min(start + LUCK_BLOCK, high)
        fill_first_luck(luck, key, citizens.id, citizens.holder, week, start, stop)
        age, told, aware = citizens.age[start:stop], citizens.weeks_told[start:stop], citizens.aware[start:stop]
        for k in range(age.shape[0]):
            if age[k] >= ADULT_AGE:
                told[k] -= told[k] > 0
                aware[k] = aware[k] != (unit(luck[k]) < (p_forgets if aware[k] else p_media))
