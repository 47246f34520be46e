"""GPs and practices: where most people tell somebody first."""

from typing import Annotated, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sp_abm.declare import column

U32: TypeAlias = NDArray[np.uint32]
I32: TypeAlias = NDArray[np.int32]
F64: TypeAlias = NDArray[np.float64]


class Gps(NamedTuple):
    """State variables of a GP, each with patients, awareness and feedback of their own."""

    id: Annotated[U32, column(np.uint32, "permanent number", "0 up", "population")]
    practice: Annotated[I32, column(np.int32, "row of the practice", "row", "population")]
    fte: Annotated[F64, column(np.float64, "working time", "full-time equivalents", "population")]
    awareness: Annotated[
        F64, column(np.float64, "how present social prescribing is to this GP", "0 to 1", "referral", default=0.5)
    ]
    feedback: Annotated[
        F64, column(np.float64, "patients helped, heard of since last week", "patients", "closure", "referral")
    ]


class Practices(NamedTuple):
    """State variables of a GP practice."""

    id: Annotated[U32, column(np.uint32, "permanent number", "0 up", "population")]
    pcn: Annotated[I32, column(np.int32, "row of the PCN", "row", "population")]
    residents: Annotated[I32, column(np.int32, "residents registered", "people", "population")]
    consultations: Annotated[F64, column(np.float64, "consultations this week", "per week", "help_seeking")]
    usual_consultations: Annotated[
        F64, column(np.float64, "consultations in a usual week", "per week", "help_seeking")
    ]
