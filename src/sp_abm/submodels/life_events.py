"""Life events: shocks to a person that wear off, job loss that does not, and spells of illness."""

from typing import NamedTuple

import numpy as np

from sp_abm.kernels import (
    LUCK_BLOCK,
    Flags,
    Floats,
    Key,
    Singles,
    Whole,
    compiled,
    each_of_five,
    fill_luck,
    inlined,
    one_of_five,
    p_happens,
    unit,
)
from sp_abm.parameters.people import LifeEvents
from sp_abm.vocabulary import ADULT_AGE, DEPRIVATION_SCORES, WEEKS_PER_YEAR
from sp_abm.world import World

_FORGOTTEN = 0.01


class Lives(NamedTuple):
    """The columns of citizens that life events read and write."""

    id: Whole
    holder: Whole
    age: Whole
    fifth: Whole
    event_strain: Singles
    unemployed: Flags
    ill: Flags


def life_events(world: World, week: int) -> None:
    """Draw events, unemployment and illness for everyone; let last week's events wear off."""
    p, hardship = world.parameters.life_events, world.commissioner.hardship[0]
    rate_event = (
        hardship * p.rate_event_per_year / WEEKS_PER_YEAR * p.ratio_event_deprivation ** np.array(DEPRIVATION_SCORES)
    )
    rate_job_loss = p.rate_unemployment_per_year / WEEKS_PER_YEAR
    rate_job_loss *= hardship * world.place.unemployment / p.share_unemployed_england
    key = world.luck.key("life_events")
    world.pass_over_citizens(_live, world.part(Lives, world.citizens), p, rate_event, rate_job_loss, key, week)


@compiled
def _live(
    low: int,
    high: int,
    citizens: Lives,
    p: LifeEvents,
    rate_event: Floats,
    rate_job_loss: float,
    key: Key,
    week: int,
) -> None:
    p_event = each_of_five(np.minimum(rate_event, -np.expm1(-rate_event)))
    p_loss, p_job = p_happens(rate_job_loss), p_happens(p.rate_employment_per_week)
    p_illness, p_recovery = p_happens(p.rate_illness_per_week), p_happens(p.rate_recovery_per_week)
    luck = np.empty((4, LUCK_BLOCK), np.uint32)
    luck0, luck1, luck2 = luck[0], luck[1], luck[2]
    for start in range(low, high, LUCK_BLOCK):
        stop = min(start + LUCK_BLOCK, high)
        fill_luck(luck, key, citizens.id, citizens.holder, week, start, stop)
        fifth, age, strain = citizens.fifth[start:stop], citizens.age[start:stop], citizens.event_strain[start:stop]
        unemployed, ill = citizens.unemployed[start:stop], citizens.ill[start:stop]
        for i in range(age.shape[0]):
            ill[i] = is_ill(ill[i], p_illness, p_recovery, unit(luck2[i]))
            if age[i] >= ADULT_AGE:
                strain[i] = strain_after(strain[i], p, one_of_five(p_event, fifth[i]), unit(luck0[i]))
                unemployed[i] = is_unemployed(unemployed[i], age[i], p, p_loss, p_job, unit(luck1[i]))


@inlined
def strain_after(strain: float, p: LifeEvents, p_event: float, u: float) -> float:
    """Return how much events weigh on a person after this week: a new one in full, else what is left."""
    left = strain * (1.0 - 1.0 / p.weeks_event_fades)
    if u < p_event:
        return p.size_event
    return left if left > _FORGOTTEN else 0.0


@inlined
def is_unemployed(was: bool, age: int, p: LifeEvents, p_loss: float, p_job: float, u: float) -> bool:
    """Say whether a person is unemployed after this week, by the chances of losing work and of finding some."""
    return (age < p.oldest_worker) & (was != (u < (p_job if was else p_loss)))


@inlined
def is_ill(was: bool, p_illness: float, p_recovery: float, u: float) -> bool:
    """Say whether a person has an episode of physical illness after this week."""
    return was != (u < (p_recovery if was else p_illness))
