"""Services: GPs in practices, practices in PCNs, and community organisations."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sp_abm.agents.community import Organisations
from sp_abm.agents.gps import Gps, Practices
from sp_abm.agents.link_workers import Pcns
from sp_abm.declare import new_table
from sp_abm.parameters.people import Population
from sp_abm.places import Place
from sp_abm.population.dwellings import Dwellings
from sp_abm.population.luck import uniforms
from sp_abm.population.quotas import largest_remainder, lowest
from sp_abm.vocabulary import N_KINDS, WEEKS_PER_YEAR

I64 = NDArray[np.int64]


class Services(NamedTuple):
    """Tables of the services at the start."""

    gps: Gps
    practices: Practices
    pcns: Pcns
    organisations: Organisations


def found(place: Place, parameters: Population, seed: int, dwellings: Dwellings, mean_places: float) -> Services:
    """Return the services of a place, sized by the residents they serve."""
    pcn_of_practice = dwellings.pcn_of_practice
    registered = np.bincount(dwellings.practice, dwellings.size, place.n_practices).astype(np.int64)
    practices = new_table(Practices, place.n_practices)
    practices.id[:] = np.arange(place.n_practices)
    practices.pcn[:] = pcn_of_practice
    practices.residents[:] = registered
    per_week = parameters.rate_usual_consultations_per_year / WEEKS_PER_YEAR
    practices.usual_consultations[:] = registered * per_week
    pcns = new_table(Pcns, place.n_pcns)
    pcns.id[:] = np.arange(place.n_pcns)
    pcns.residents[:] = np.bincount(pcn_of_practice, registered, place.n_pcns)
    organisations = _organisations(place, seed, pcns, mean_places)
    return Services(_gps(place, registered), practices, pcns, organisations)


def _gps(place: Place, registered: I64) -> Gps:
    """Return the GPs: dealt to practices by residents, at least one to each, time shared evenly."""
    numbers = largest_remainder(registered, round(place.gp_fte), least=1)
    practice = np.repeat(np.arange(place.n_practices), numbers)
    gps = new_table(Gps, practice.shape[0])
    gps.id[:] = np.arange(practice.shape[0])
    gps.practice[:] = practice
    gps.fte[:] = (place.gp_fte * registered / registered.sum() / numbers)[practice]
    return gps


def _organisations(place: Place, seed: int, pcns: Pcns, mean_places: float) -> Organisations:
    """Return the organisations: dealt to PCNs by residents, kinds in turn, places of the right mean."""
    total = place.n_organisations
    organisations = new_table(Organisations, total)
    organisations.id[:] = np.arange(total)
    organisations.pcn[:] = np.repeat(np.arange(place.n_pcns), largest_remainder(pcns.residents, total))
    organisations.kind[:] = np.arange(total) % N_KINDS
    mean = mean_places if place.places_per_organisation is None else place.places_per_organisation
    luck = uniforms(seed, "organisation places", organisations.id)[:, 0]
    organisations.places[:] = int(mean) + lowest(luck, round((mean - int(mean)) * total))
    return organisations
