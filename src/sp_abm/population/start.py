"""The start of a world: everything that depends on the place and the population's seed, and on no run."""

from typing import Final, NamedTuple

import numpy as np

from sp_abm.agents.citizens import Citizens
from sp_abm.agents.community import Organisations
from sp_abm.agents.gps import Gps, Practices
from sp_abm.agents.link_workers import Pcns
from sp_abm.network import Ties
from sp_abm.parameters.pathway import Participation
from sp_abm.parameters.people import Population
from sp_abm.places import Place
from sp_abm.population.dwellings import settle
from sp_abm.population.residents import move_in
from sp_abm.population.services import found
from sp_abm.population.ties import tie
from sp_abm.randomness import checked_seed

MEAN_PLACES: Final = Participation().mean_places


class Start(NamedTuple):
    """Tables of a place before its warm-up; columns of `ties` but `strength` are read-only."""

    citizens: Citizens
    ties: Ties
    gps: Gps
    practices: Practices
    pcns: Pcns
    organisations: Organisations


def build(place: Place, parameters: Population, seed: int = 0, mean_places: float = MEAN_PLACES) -> Start:
    """Build the population of a place; the same arguments give the same bits.

    `mean_places` is what an organisation keeps for people referred, where the place does not say.
    """
    seed = checked_seed(seed)
    dwellings = settle(place, parameters, seed)
    services = found(place, parameters, seed, dwellings, mean_places)
    citizens = move_in(place, parameters, seed, dwellings, services.gps)
    ties = tie(citizens, parameters, seed)
    citizens.n_live_ties[:] = np.minimum(np.diff(ties.start), np.iinfo(np.uint8).max)
    for column in (ties.start, ties.other, ties.kind):
        column.flags.writeable = False
    return Start(citizens, ties, *services)
