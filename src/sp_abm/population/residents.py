"""Residents: age, sex, lasting traits and a rough first state of everybody who lives in a place."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.agents.citizens import Citizens
from sp_abm.agents.gps import Gps
from sp_abm.declare import new_table
from sp_abm.parameters.people import Population
from sp_abm.places import Place
from sp_abm.population.ages import ages
from sp_abm.population.dwellings import Dwellings
from sp_abm.population.luck import uniforms
from sp_abm.population.quotas import lowest
from sp_abm.vocabulary import ADULT_AGE, DEPRIVATION_FIFTHS, WARM_UP_WEEKS, WEEKS_PER_YEAR, Stage

F64 = NDArray[np.float64]
HALVINGS: Final = 60
SCORES: Final = np.array([1.0, 0.5, 0.0, -0.5, -1.0])
"""Deprivation scores of the fifths: worsening is `ratio_deprivation` to this power."""


def move_in(place: Place, parameters: Population, seed: int, dwellings: Dwellings, gps: Gps) -> Citizens:
    """Return the citizens of a place, one row a dwelling place, household after household."""
    citizens = new_table(Citizens, place.residents)
    citizens.id[:] = np.arange(place.residents)
    household = np.repeat(np.arange(dwellings.size.shape[0]), dwellings.size)
    citizens.household[:] = household
    citizens.fifth[:] = dwellings.fifth[household]
    citizens.practice[:] = dwellings.practice[household]
    citizens.pcn[:] = dwellings.pcn_of_practice[citizens.practice]
    first_gp = np.searchsorted(gps.practice, citizens.practice)
    n_gps = np.bincount(gps.practice, minlength=place.n_practices)[citizens.practice]
    citizens.gp[:] = first_gp + household % n_gps
    citizens.age[:] = ages(place, parameters, seed, household)
    _set_traits(citizens, place, parameters, seed)
    _set_state(citizens, place, parameters, seed)
    _set_arrival(citizens, place, parameters, seed)
    return citizens


def _set_traits(citizens: Citizens, place: Place, parameters: Population, seed: int) -> None:
    """Set what a person keeps: sex, vulnerability, frailty, contentment, whether they tell a GP or volunteer."""
    from scipy.special import gammaincinv, ndtri  # slow to import, and needed only when a population is made

    luck = uniforms(seed, "traits", citizens.id)
    sex = uniforms(seed, "traits", citizens.id, sub=1)[:, 0]
    citizens.female[:] = lowest(sex, round(place.share_female * place.residents))
    z = ndtri(luck[:, 0])
    d = SCORES[citizens.fifth]
    ratio = parameters.ratio_deprivation
    citizens.worse[:] = np.exp(parameters.sd_vulnerability_worse * z) * ratio**d
    citizens.better[:] = np.exp(-parameters.sd_vulnerability_better * z) * ratio ** (-d / 2)
    citizens.frailty[:] = gammaincinv(parameters.shape_frailty, luck[:, 1]) / parameters.shape_frailty
    citizens.contentment[:] = parameters.sd_contentment * ndtri(luck[:, 2])
    citizens.discloses[:] = luck[:, 3] < _p_discloses(citizens, parameters)
    helping = uniforms(seed, "volunteers anyway", citizens.id)[:, 0]
    citizens.volunteers_anyway[:] = helping < parameters.share_volunteers_anyway


def _p_discloses(citizens: Citizens, parameters: Population) -> F64:
    """Return the chance that a person tells a GP about distress, on average `share_discloses` of adults."""
    is_young = citizens.age < parameters.age_disclosing_older
    n_fifths = len(DEPRIVATION_FIFTHS)
    group = (citizens.female * 2 + is_young) * n_fifths + citizens.fifth
    adults = np.bincount(group[citizens.age >= ADULT_AGE], minlength=2 * 2 * n_fifths)
    ratios = np.array(
        [
            parameters.ratio_discloses_women**female
            * parameters.ratio_discloses_young**young
            * parameters.ratio_discloses_fifth**fifth
            for female in range(2)
            for young in range(2)
            for fifth in range(n_fifths)
        ]
    )
    low, high = 0.0, 1.0 / ratios.min()
    for _ in range(HALVINGS):  # a chance cannot pass 1: what one group cannot take, the others make up for
        factor = (low + high) / 2
        is_too_much = np.minimum(1.0, factor * ratios) @ adults > parameters.share_discloses * adults.sum()
        low, high = (low, factor) if is_too_much else (factor, high)
    p: F64 = np.minimum(1.0, high * ratios)[group]
    return p


def _set_state(citizens: Citizens, place: Place, parameters: Population, seed: int) -> None:
    """Set a rough first state; the warm-up replaces it by one that has the right joint distribution."""
    luck = uniforms(seed, "start", citizens.id)
    weeks_luck = uniforms(seed, "start", citizens.id, sub=1)[:, 0]
    is_adult = citizens.age >= ADULT_AGE
    ends = np.cumsum(
        [
            parameters.share_crisis_at_start,
            parameters.share_pre_crisis_at_start,
            parameters.share_recovering_at_start,
            parameters.share_off_balance_at_start,
        ]
    )
    stages = np.array([Stage.CRISIS, Stage.PRE_CRISIS, Stage.RECOVERING, Stage.OFF_BALANCE, Stage.THRIVING])
    citizens.stage[:] = np.where(is_adult, stages[np.searchsorted(ends, luck[:, 0])], Stage.THRIVING)
    is_distressed = (citizens.stage == Stage.PRE_CRISIS) | (citizens.stage == Stage.CRISIS)
    citizens.weeks_in_distress[:] = is_distressed * (weeks_luck * parameters.max_weeks_in_distress_at_start)
    is_worker = is_adult & (citizens.age < parameters.oldest_unemployed_at_start)
    citizens.unemployed[:] = is_worker & (luck[:, 1] < place.unemployment)
    citizens.lonely[:] = is_adult & (luck[:, 2] < parameters.share_lonely_at_start)
    citizens.aware[:] = is_adult & (luck[:, 3] < parameters.share_aware_at_start)


def _set_arrival(citizens: Citizens, place: Place, parameters: Population, seed: int) -> None:
    """Set when each person moved in: a constant chance of moving, after birth and before the warm-up."""
    lived = (citizens.age.astype(np.float64) + 1) * WEEKS_PER_YEAR
    weeks = lived
    if place.share_moving_per_year:
        rate = -np.log1p(-place.share_moving_per_year) / WEEKS_PER_YEAR
        luck = uniforms(seed, "arrival", citizens.id)[:, 0]
        weeks = np.minimum(-np.log(luck) / rate, lived)
    citizens.arrived[:] = -WARM_UP_WEEKS - np.ceil(weeks)
