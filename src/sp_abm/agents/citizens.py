"""Citizens: the residents of a place, one row a dwelling place, taken over by whoever moves in."""

from typing import Annotated, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sp_abm.declare import column
from sp_abm.kernels import inlined
from sp_abm.vocabulary import NONE

U32: TypeAlias = NDArray[np.uint32]
U16: TypeAlias = NDArray[np.uint16]
I32: TypeAlias = NDArray[np.int32]
I16: TypeAlias = NDArray[np.int16]
U8: TypeAlias = NDArray[np.uint8]
I8: TypeAlias = NDArray[np.int8]
Flag: TypeAlias = NDArray[np.bool_]
F32: TypeAlias = NDArray[np.float32]

b, f4 = np.bool_, np.float32


class Citizens(NamedTuple):
    """State variables of a citizen; `population` and `residents` set what a person is, the week the rest."""

    id: Annotated[U32, column(np.uint32, "permanent number of the dwelling place", "0 up", "population")]
    holder: Annotated[U16, column(np.uint16, "how many have lived here before", "0 up", "residents")]
    arrived: Annotated[I16, column(np.int16, "week the person moved in or was born here", "week", "residents", default=-9999)]
    age: Annotated[U8, column(np.uint8, "age in whole years", "0 to 95", "residents")]
    female: Annotated[Flag, column(b, "whether the person is female", "yes or no", "residents")]
    fifth: Annotated[I8, column(np.int8, "deprivation fifth of the neighbourhood, 0 the most deprived", "0 to 4", "population")]
    household: Annotated[I32, column(np.int32, "number of the household", "0 up", "population")]
    practice: Annotated[I16, column(np.int16, "row of the practice the person is registered with", "row", "population")]
    pcn: Annotated[I16, column(np.int16, "row of that practice's PCN", "row", "population")]
    gp: Annotated[I16, column(np.int16, "row of the person's usual GP", "row", "population")]
    worse: Annotated[F32, column(f4, "how much faster than most this person worsens (vulnerability, deprivation)", "hazard ratio", "population", default=1)]
    better: Annotated[F32, column(f4, "how much faster than most this person improves", "hazard ratio", "population", default=1)]
    frailty: Annotated[F32, column(f4, "how much more than most this person consults", "rate ratio", "population", default=1)]
    contentment: Annotated[F32, column(f4, "lasting part of how this person rates life", "points of 0-10", "population")]
    discloses: Annotated[Flag, column(b, "whether the person tells a GP about distress", "yes or no", "population")]
    first_stage: Annotated[I8, column(np.int8, "health stage in which an adult newcomer to this dwelling comes: that of the settled place", "Stage or -1", "population", default=NONE)]
    first_weeks: Annotated[U16, column(np.uint16, "weeks of distress with which a newcomer comes", "weeks", "population")]
    first_lonely: Annotated[Flag, column(b, "whether a newcomer comes lonely", "yes or no", "population")]
    volunteers_anyway: Annotated[Flag, column(b, "whether the person volunteers somewhere whatever the service does", "yes or no", "population")]
    stage: Annotated[I8, column(np.int8, "health stage", "Stage", "transitions", "residents")]
    weeks_in_distress: Annotated[U16, column(np.uint16, "weeks since distress began, kept through crisis", "weeks", "transitions", "residents")]
    event_strain: Annotated[F32, column(f4, "how much a life event raises worsening", "log hazard", "life_events", "residents")]
    unemployed: Annotated[Flag, column(b, "whether the person is unemployed", "yes or no", "life_events", "residents")]
    ill: Annotated[Flag, column(b, "whether the person has an episode of physical illness", "yes or no", "life_events", "residents")]
    lonely: Annotated[Flag, column(b, "whether the person is lonely often or always", "yes or no", "influence", "residents")]
    n_live_ties: Annotated[U8, column(np.uint8, "ties that are alive: household, close and weak", "ties", "influence", "residents", "population")]
    aware: Annotated[Flag, column(b, "whether the person knows how to get social prescribing", "yes or no", "word_of_mouth", "outreach", "residents")]
    weeks_told: Annotated[U8, column(np.uint8, "weeks for which having been told still prompts use", "weeks", "word_of_mouth", "residents")]
    trust: Annotated[F32, column(f4, "trust in the service", "0 to 1", "word_of_mouth", "closure", "allocation", "contact", "turnover", "outreach", "residents", default=0.5)]
    consultations: Annotated[U8, column(np.uint8, "consultations with a GP or nurse this week", "per week", "help_seeking")]
    last_referral: Annotated[I16, column(np.int16, "week of the last accepted referral", "week", "referral", "outreach", "residents", default=-9999)]
    case_row: Annotated[I32, column(np.int32, "row of the latest case, open or closed", "row or -1", "referral", "outreach", "residents", default=NONE)]
    contact_support: Annotated[F32, column(f4, "support felt from contact with a link worker", "0 to 1", "contact", "outreach", "residents")]
    follow_up_due: Annotated[Flag, column(b, "whether outreach is to follow up a small step next week", "yes or no", "outreach", "residents")]
    activity_support: Annotated[F32, column(f4, "support felt from an activity", "0 to 1", "participation", "residents")]
    activity_row: Annotated[I32, column(np.int32, "row of the organisation whose activity the person attends", "row or -1", "contact", "participation", "residents", default=NONE)]
    weeks_in_activity: Annotated[U16, column(np.uint16, "weeks since the person started the activity", "weeks", "participation", "residents")]
    is_adequate: Annotated[Flag, column(b, "whether the activity came with an adequate dose of contacts", "yes or no", "participation", "residents")]
    volunteer_row: Annotated[I32, column(np.int32, "row of the organisation the person volunteers for through the service", "row or -1", "participation", "outreach", "residents", default=NONE)]


class Clients(NamedTuple):
    """The columns of citizens that the rules about cases read and write."""

    id: U32
    holder: U16
    pcn: I16
    gp: I16
    fifth: I8
    age: U8
    stage: I8
    lonely: Flag
    aware: Flag
    weeks_told: U8
    trust: F32
    case_row: I32
    last_referral: I16
    contact_support: F32
    follow_up_due: Flag
    activity_row: I32
    volunteer_row: I32


@inlined
def lose_trust(citizens: Clients, row: int, change: float, gain: float, lost: NDArray[np.float64]) -> None:
    """Lower a citizen's trust by `gain` x `change`, and add the change to what their PCN's people lost, by PCN."""
    lost[citizens.pcn[row]] += change
    change_trust(citizens, row, gain * change)


@inlined
def change_trust(citizens: Clients, row: int, change: float) -> None:
    """Move a citizen's trust, kept within 0..1."""
    citizens.trust[row] = min(1.0, max(0.0, np.float64(citizens.trust[row]) + change))
