"""Ages: the place's age bands to the person, an adult first in every household, households alike in age."""

import numpy as np
from numpy.typing import NDArray

from sp_abm.parameters.people import Population
from sp_abm.places import Place
from sp_abm.population.luck import uniforms
from sp_abm.population.quotas import largest_remainder, ranks
from sp_abm.vocabulary import AGE_BAND_STARTS, OLDEST_AGE

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Flag = NDArray[np.bool_]


def ages(place: Place, parameters: Population, seed: int, household: I64) -> I64:
    """Return the age of each row in whole years; rows of a household stand together, its first is an adult.

    Adults of a household are of similar age, parents are mostly between young and middle age, and older
    children have older parents. Adult children who live with parents are not modelled.
    """
    quotas = largest_remainder(place.age_shares, place.residents)
    in_order = [_ages_of_band(band, int(quota)) for band, quota in enumerate(quotas)]
    of_household = uniforms(seed, "age", np.arange(household[-1] + 1))
    is_child = _children(int(quotas[0]), parameters.share_one_adult, household, of_household)
    n_adults = quotas.sum() - quotas[0]
    parents_from, parents_to = quotas[1] / n_adults, (quotas[1] + quotas[2]) / n_adults
    is_family = np.zeros(of_household.shape[0], np.bool_)
    is_family[household[is_child]] = True
    along = of_household[:, 2]
    along = np.where(is_family, parents_from + (parents_to - parents_from) * along, along)
    luck = uniforms(seed, "age", np.arange(household.shape[0]), sub=1)[:, 0] - 0.5
    found = np.empty(household.shape[0], np.int64)
    place_along = along[household]
    spread = np.where(is_child, parameters.spread_age_children, parameters.spread_age_adults)
    wanted = place_along + spread * luck
    found[is_child] = in_order[0][ranks(wanted[is_child])]
    found[~is_child] = np.concatenate(in_order[1:])[ranks(wanted[~is_child])]
    return found


def _ages_of_band(band: int, number: int) -> I64:
    """Return that many ages in rising order: even within a band, thinning out to the oldest in the last."""
    is_last = band + 1 == len(AGE_BAND_STARTS)
    start = AGE_BAND_STARTS[band]
    end = OLDEST_AGE + 1 if is_last else AGE_BAND_STARTS[band + 1]
    share = (np.arange(number) + 0.5) / max(number, 1)
    along = 1 - np.sqrt(1 - share) if is_last else share
    return (start + along * (end - start)).astype(np.int64)


def _children(number: int, share_one_adult: float, household: I64, of_household: F64) -> Flag:
    """Return which rows are children: never the first of a household, the second mostly last of all."""
    seat = np.arange(household.shape[0]) - np.searchsorted(household, household)
    takes_child_second = of_household[household, 1] < share_one_adult
    turn = of_household[household, 0] + np.where((seat == 1) & ~takes_child_second, 1.0, 0.0)
    has_room = np.flatnonzero(seat > 0)
    is_child = np.zeros(household.shape[0], np.bool_)
    is_child[has_room[np.argsort(turn[has_room], kind="stable")[:number]]] = True
    return is_child
