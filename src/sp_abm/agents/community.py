"""Community organisations (VCSE): activities of a kind, with places and volunteers."""

from typing import Annotated, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sp_abm.agents.commissioner import Commissioner
from sp_abm.declare import column
from sp_abm.kernels import inlined
from sp_abm.loops import Blend
from sp_abm.parameters.pathway import Participation

U32: TypeAlias = NDArray[np.uint32]
I32: TypeAlias = NDArray[np.int32]
I8: TypeAlias = NDArray[np.int8]


class Organisations(NamedTuple):
    """State variables of a community organisation."""

    id: Annotated[U32, column(np.uint32, "permanent number", "0 up", "population")]
    pcn: Annotated[I32, column(np.int32, "row of the PCN it works in", "row", "population")]
    kind: Annotated[I8, column(np.int8, "kind of activity", "0 to 5", "population")]
    places: Annotated[I32, column(np.int32, "places for people who are referred", "places", "population")]
    occupied: Annotated[I32, column(np.int32, "places taken", "places", "contact", "participation", "residents")]
    volunteers: Annotated[
        I32, column(np.int32, "volunteers who came through the service", "people", "participation", "outreach", "residents")
    ]


class Terms(NamedTuple):
    """The terms on which organisations take people this week."""

    grants: float
    """Places funded, over today's."""
    share_open: float
    """Places that may be filled, 0 to 1."""
    places_per_volunteer: float
    """Places that a volunteer adds."""
    volunteers: Blend
    """What comes through the link from volunteers to places, by PCN."""


def terms_of(commissioner: Commissioner, p: Participation, volunteers: Blend) -> Terms:
    """Return the terms of a week: grants after the yearly reviews, what is open, and what volunteers add."""
    grants = float(commissioner.grants_multiplier[0] * commissioner.grants_factor[0])
    return Terms(grants, float(commissioner.places_open[0]), p.places_per_volunteer, volunteers)


@inlined
def room(organisations: Organisations, row: int, terms: Terms) -> int:
    """Return the places an organisation can fill: its own by its grants, and those its volunteers add, where open."""
    own = int(np.floor(organisations.places[row] * terms.grants))
    volunteers = terms.volunteers.gain * organisations.volunteers[row] + terms.volunteers.offset[organisations.pcn[row]]
    added = int(np.floor(volunteers * terms.places_per_volunteer))
    return int(np.floor((own + added) * terms.share_open))
