"""Dwellings: households of every size in neighbourhoods of one deprivation fifth, each with one practice."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sp_abm.parameters.people import Population
from sp_abm.places import Place
from sp_abm.population.luck import uniforms
from sp_abm.population.quotas import dealt, largest_remainder

I64 = NDArray[np.int64]
HALVINGS: Final = 60
STEEPEST: Final = 50.0


class Dwellings(NamedTuple):
    """Households in row order (practice, then neighbourhood), and the PCN of each practice."""

    size: I64
    fifth: I64
    practice: I64
    pcn_of_practice: I64


def settle(place: Place, parameters: Population, seed: int) -> Dwellings:
    """Return the households of a place, in the order in which their residents become rows."""
    sizes = household_sizes(place, parameters)
    sizes = np.repeat(np.arange(1, sizes.shape[0] + 1), sizes)
    fifths = dealt(largest_remainder(place.deprivation_shares, sizes.shape[0]))
    neighbourhoods = _neighbourhoods(sizes, fifths, parameters.mean_neighbourhood_size)
    order_of = uniforms(seed, "neighbourhood order", np.arange(neighbourhoods.max() + 1))[:, 0]
    order_in = uniforms(seed, "household", np.arange(sizes.shape[0]))[:, 0]
    order = np.lexsort((order_in, order_of[neighbourhoods]))
    sizes, fifths = sizes[order], fifths[order]
    pcn_of_practice, practice = _practices(place, sizes)
    return Dwellings(sizes, fifths, practice, pcn_of_practice)


def household_sizes(place: Place, parameters: Population) -> I64:
    """Return the number of households of one, two ... people that house everybody exactly.

    The UK's distribution is tilted towards larger or smaller households until its mean is the place's.
    """
    residents = place.residents
    adults = residents - int(largest_remainder(place.age_shares, residents)[0])
    households = min(round(residents / place.mean_household_size), adults)
    uk = np.array(
        [
            parameters.households_of_1,
            parameters.households_of_2,
            parameters.households_of_3,
            parameters.households_of_4,
            parameters.households_of_5,
            parameters.households_of_6,
        ]
    )
    sizes = np.arange(1, uk.shape[0] + 1)
    low, high = -STEEPEST, STEEPEST
    for _ in range(HALVINGS):
        tilt = (low + high) / 2
        weights = uk * np.exp(tilt * sizes - np.max(tilt * sizes))
        is_too_large = weights @ sizes / weights.sum() > residents / households
        low, high = (low, tilt) if is_too_large else (tilt, high)
    return _exactly(largest_remainder(weights, households), residents)


def _exactly(counts: I64, residents: int) -> I64:
    """Return the counts with as few households as needed made one larger or smaller, to house everybody."""
    sizes = np.arange(1, counts.shape[0] + 1)
    missing = residents - int(counts @ sizes)
    while missing:
        step = 1 if missing > 0 else -1
        movable = counts[:-1] if step > 0 else counts[1:]
        origin = int(movable.argmax()) + (0 if step > 0 else 1)
        counts[origin] -= 1
        counts[origin + step] += 1
        missing -= step
    return counts


def _neighbourhoods(sizes: I64, fifths: I64, mean_size: float) -> I64:
    """Return each household's neighbourhood: of one fifth, alike in size and in sizes of households."""
    neighbourhoods = np.empty_like(sizes)
    first = 0
    for fifth in np.unique(fifths):
        is_here = fifths == fifth
        number = max(1, round(sizes[is_here].sum() / mean_size))
        neighbourhoods[is_here] = first + np.arange(is_here.sum()) % number
        first += number
    return neighbourhoods


def _practices(place: Place, sizes: I64) -> tuple[I64, I64]:
    """Return the PCN of each practice, and the practice of each household in row order.

    Households stand in a line, neighbourhood after neighbourhood; where a practice is full, the next begins,
    so a neighbourhood on the border becomes two.
    """
    practices_of_pcn = largest_remainder(np.ones(place.n_pcns), place.n_practices)
    pcn_of_practice = np.repeat(np.arange(place.n_pcns), practices_of_pcn)
    pcn_shares = np.array(place.pcn_sizes) / sum(place.pcn_sizes)
    practice_shares = (pcn_shares / practices_of_pcn)[pcn_of_practice]
    ends = np.cumsum(practice_shares) * place.residents
    middles = np.cumsum(sizes) - sizes / 2
    return pcn_of_practice, np.searchsorted(ends[:-1], middles, side="right")
