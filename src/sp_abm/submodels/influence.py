"""Influence: sleeping ties wake, and people with few live ties become lonely more easily.

Friends pass on no moods here: the evidence is contested (EO116 to EO119), and its default is none.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sp_abm.kernels import (
    LUCK_BLOCK,
    ROUNDED_UP,
    Flags,
    Floats,
    Key,
    Whole,
    blank_block,
    compiled,
    each_of_five,
    fill_first_luck,
    happens,
    inlined,
    listed,
    one_of_five,
    uniform,
    unit,
)
from sp_abm.loops import Blend
from sp_abm.network import Ties, wake
from sp_abm.parameters.people import Influence
from sp_abm.vocabulary import ADULT_AGE, DEPRIVATION_SCORES, NONE, Stage
from sp_abm.world import World

_COUNTS_OF_TIES = 512
"""Longer than a person's own ties, at most 255, and those of a group, at most 20 scaled tenfold."""


class Friends(NamedTuple):
    """The columns of citizens by which they feel lonely or not."""

    id: Whole
    holder: Whole
    age: Whole
    fifth: Whole
    pcn: Whole
    stage: Whole
    lonely: Flags
    n_live_ties: Whole
    activity_row: Whole


def influence(world: World, week: int) -> None:
    """Wake ties, then let loneliness come and go by live ties, distress and activities.

    Group ties are shared activities: while in one, a person has those who share it as further live ties.
    """
    p, luck = world.parameters.influence, world.luck
    citizens, ties = world.citizens, world.ties
    friends, rows, entries = world.part(Friends, citizens), world.scratch_rows, world.scratch_entries
    arguments = (friends, ties, hazard_of_waking(p), luck.key("tie"), week, rows, entries)
    counts = world.pass_over_citizens(_choose_waking, *arguments)
    wake(ties, citizens.n_live_ties, world.gathered(counts, rows), world.gathered(counts, entries))
    active = world.blend("activity->loneliness", week, lambda: citizens.activity_row >= 0)
    shared = world.blend("activity->ties", week, lambda: np.append(group_ties(world), 0.0)[citizens.activity_row])
    links, rates = (active, shared), (ratio_by_ties(world), rate_by_fifth(p))
    world.pass_over_citizens(
        _feel, friends, *links, world.organisations.occupied, p, *rates, luck.key("influence"), week
    )


def group_ties(world: World) -> NDArray[np.float64]:
    """Return the live ties that each organisation's activity adds to those in it: the others, up to a number."""
    return _group_ties(world.organisations.occupied, world.parameters.influence.max_group_ties)


@compiled
def _group_ties(occupied: Whole, most: float) -> Floats:
    ties = np.empty(occupied.shape[0])
    for organisation in range(occupied.shape[0]):
        ties[organisation] = min(max(occupied[organisation] - 1, 0), most)
    return ties


def ratio_by_ties(world: World) -> NDArray[np.float64]:
    """Return the hazard ratio of becoming lonely for 0, 1, 2... live ties, shape (512,)."""
    return _ratio_by_ties(world.parameters.influence, world.mean_log_ties, world.sd_log_ties)


@lru_cache
def _ratio_by_ties(p: Influence, mean: float, sd: float) -> NDArray[np.float64]:
    return np.exp(-p.effect_ties * ((np.log1p(np.arange(_COUNTS_OF_TIES)) - mean) / sd))


@lru_cache
def hazard_of_waking(p: Influence) -> NDArray[np.float64]:
    """Return the weekly hazard that this end wakes one of 0, 1, 2... sleeping ties, shape (512,)."""
    return np.arange(_COUNTS_OF_TIES) / p.weeks_tie_wakes / 2


@lru_cache
def rate_by_fifth(p: Influence) -> NDArray[np.float64]:
    """Return the weekly hazard of becoming lonely in each deprivation fifth, at the mean number of ties."""
    rates: NDArray[np.float64] = p.rate_lonely_per_week * p.ratio_lonely_deprivation ** np.array(DEPRIVATION_SCORES)
    return rates


@compiled
def _choose_waking(
    low: int,
    high: int,
    citizens: Friends,
    ties: Ties,
    hazards: Floats,
    key: Key,
    week: int,
    rows: Whole,
    entries: Whole,
) -> int:
    """Choose, from last week's ties, one sleeping tie for each row whose luck wakes one; each end half the time.

    First mark who may wake one: the chance is below the hazard, which is one sleeping tie's times their number.
    """
    ids, holders, n_live = citizens.id, citizens.holder, citizens.n_live_ties
    first, other, strength = ties.start, ties.other, ties.strength
    luck, marks, candidates = blank_block()
    each = hazards[1] * ROUNDED_UP
    count = 0
    for start in range(low, high, LUCK_BLOCK):
        stop = min(start + LUCK_BLOCK, high)
        fill_first_luck(luck, key, ids, holders, week, start, stop)
        live, begins, ends = n_live[start:stop], first[start:stop], first[start + 1 : stop + 1]
        for k in range(live.shape[0]):
            marks[k] = unit(luck[k]) < each * (ends[k] - begins[k] - live[k])
        for i in candidates[: listed(marks, stop - start, start, candidates)]:
            asleep = first[i + 1] - first[i] - n_live[i]
            if happens(unit(luck[i - start]), hazards[asleep]):
                rows[low + count] = i
                entries[low + count] = _luckiest_sleeping(ids, holders, first, other, strength, i, key, week)
                count += 1
    return count


@inlined
def _luckiest_sleeping(
    ids: Whole, holders: Whole, start: Whole, other: Whole, strength: Whole, i: int, key: Key, week: int
) -> int:
    best, chosen = 2.0, NONE
    for entry in range(start[i], start[i + 1]):
        if strength[entry] == 0:
            u = uniform(key, ids[i], holders[i], week, ids[other[entry]] + 1)
            if u < best:
                best, chosen = u, entry
    return chosen


@compiled
def _feel(
    low: int,
    high: int,
    citizens: Friends,
    active: Blend,
    ties: Blend,
    occupied: Whole,
    p: Influence,
    by_ties: Floats,
    by_fifth: Floats,
    key: Key,
    week: int,
) -> None:
    """Let adults feel lonely or not: first mark those whose luck may change it, then apply the rule to them.

    Whoever has no activity, and no link that is cut, has the hazard of their fifth, ties and distress.
    """
    is_linked, rates = active.offset.any() or ties.offset.any(), each_of_five(by_fifth)
    luck, marks, rows = blank_block()
    ratios, group = np.empty(LUCK_BLOCK), _group_ties(occupied, p.max_group_ties)
    for start in range(low, high, LUCK_BLOCK):
        stop = min(start + LUCK_BLOCK, high)
        fill_first_luck(luck, key, citizens.id, citizens.holder, week, start, stop)
        age, fifth, stage = citizens.age[start:stop], citizens.fifth[start:stop], citizens.stage[start:stop]
        lonely, activity = citizens.lonely[start:stop], citizens.activity_row[start:stop]
        n_live = citizens.n_live_ties[start:stop]
        for k in range(n_live.shape[0]):
            ratios[k] = by_ties[n_live[k]]
        for k in range(age.shape[0]):
            hazard = hazard_of_change(lonely[k], stage[k], 0.0, one_of_five(rates, fifth[k]) * ratios[k], p)
            may_change = (activity[k] >= 0) | is_linked | (unit(luck[k]) < hazard)
            marks[k] = (age[k] >= ADULT_AGE) & may_change
        for i in rows[: listed(marks, stop - start, start, rows)]:
            activity_felt, more = active.offset[citizens.pcn[i]], ties.offset[citizens.pcn[i]]
            if citizens.activity_row[i] >= 0:
                activity_felt += active.gain
                more += ties.gain * group[citizens.activity_row[i]]
            rate = by_fifth[citizens.fifth[i]] * at_ties(by_ties, citizens.n_live_ties[i], more)
            u = unit(luck[i - start])
            citizens.lonely[i] = is_lonely(citizens.lonely[i], citizens.stage[i], activity_felt, rate, p, u)


@inlined
def at_ties(by_ties: Floats, n_live: int, more: float) -> float:
    """Return the ratio at a person's live ties and so many more, which need not be whole."""
    if more == 0:
        return float(by_ties[n_live])
    whole = int(more)
    low, high = by_ties[n_live + whole], by_ties[n_live + whole + 1]
    return float(low + (more - whole) * (high - low))


@inlined
def is_lonely(was: bool, stage: int, activity: float, rate: float, p: Influence, u: float) -> bool:
    """Say whether a person is lonely after this week; `rate` is the weekly hazard of becoming so when well.

    `activity` is 1 in an activity, else 0.
    """
    return was != happens(u, hazard_of_change(was, stage, activity, rate, p))


@inlined
def hazard_of_change(was: bool, stage: int, activity: float, rate: float, p: Influence) -> float:
    """Return the weekly hazard of becoming lonely, or of being so no more."""
    rate_no_more = p.rate_unlonely_per_week * (1.0 + (p.ratio_unlonely_activity - 1.0) * activity)
    ratio = p.ratio_lonely_distress if (stage == Stage.PRE_CRISIS) | (stage == Stage.CRISIS) else 1.0
    return rate_no_more if was else rate * ratio
