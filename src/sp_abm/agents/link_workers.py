"""Link workers: one row a post; the worker in it is the post's n-th holder."""

from typing import Annotated, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sp_abm.declare import column
from sp_abm.kernels import Flags, Floats, Whole, compiled, inlined
from sp_abm.parameters.pathway import Contact
from sp_abm.parameters.system import Staffing
from sp_abm.randomness import Luck
from sp_abm.vocabulary import Channel

_OF_THE_HOLDER = (
    "weeks_in_post",
    "slots_carried",
    "slots_used",
    "hours_outreach",
    "hours_building",
    "hours_voice",
    "is_sick",
    "approaches_carried",
    "load",
    "burnout",
    "condition",
)

U32: TypeAlias = NDArray[np.uint32]
I32: TypeAlias = NDArray[np.int32]
F64: TypeAlias = NDArray[np.float64]
Flag: TypeAlias = NDArray[np.bool_]
f8 = np.float64


class LinkWorkers(NamedTuple):
    """State variables of a post and of the link worker in it."""

    id: Annotated[U32, column(np.uint32, "permanent number of the post", "PCN x 4096 + place in the team", "staffing")]
    holder: Annotated[U32, column(np.uint32, "which holder of the post this is", "0 up", "staffing")]
    pcn: Annotated[I32, column(np.int32, "row of the PCN that employs the post", "row", "staffing")]
    fte: Annotated[
        F64, column(f8, "size of the post; 0 when it is no longer funded", "full-time equivalents", "staffing")
    ]
    in_post: Annotated[Flag, column(np.bool_, "whether somebody holds the post", "yes or no", "staffing", "turnover")]
    starts: Annotated[
        I32, column(np.int32, "week the next holder starts, while vacant", "week", "staffing", "turnover")
    ]
    weeks_in_post: Annotated[I32, column(np.int32, "weeks since the holder started", "weeks", "staffing", "turnover")]
    trait: Annotated[F64, column(f8, "how hard strain hits this person", "ratio", "staffing", default=1)]
    condition: Annotated[
        F64, column(f8, "slowly changing conditions of work and home", "log ratio", "strain", "staffing", "turnover")
    ]
    burnout: Annotated[F64, column(f8, "burnout", "0 to 1", "strain", "staffing", "turnover")]
    load: Annotated[
        F64, column(f8, "hours demanded over hours available", "ratio, 1 = bearable", "strain", "staffing", "turnover")
    ]
    intends: Annotated[
        Flag, column(np.bool_, "whether the worker intends to leave", "yes or no", "turnover", "staffing")
    ]
    open_cases: Annotated[
        I32, column(np.int32, "open cases held", "cases", "allocation", "turnover", "closure", "residents", "staffing")
    ]
    slots_carried: Annotated[
        F64, column(f8, "appointment slots carried to next week", "slots", "contact", "staffing", "turnover")
    ]
    slots_used: Annotated[
        F64, column(f8, "appointment slots used this week", "slots", "contact", "staffing", "turnover")
    ]
    hours_outreach: Annotated[
        F64, column(f8, "hours given to outreach this week", "hours", "outreach", "staffing", "turnover")
    ]
    hours_building: Annotated[
        F64, column(f8, "hours given to building up the community this week", "hours", "staffing", "turnover")
    ]
    hours_voice: Annotated[
        F64, column(f8, "hours given to speaking up in the system this week", "hours", "staffing", "turnover")
    ]
    is_sick: Annotated[
        Flag, column(np.bool_, "whether the worker is off sick", "yes or no", "strain", "staffing", "turnover")
    ]
    approaches_carried: Annotated[
        F64, column(f8, "part of an approach carried to next week", "approaches", "outreach", "staffing", "turnover")
    ]


class Posts(NamedTuple):
    """The columns of link workers that the rules about cases read and write."""

    id: U32
    holder: U32
    pcn: I32
    fte: F64
    in_post: Flag
    weeks_in_post: I32
    is_sick: Flag
    hours_outreach: F64
    open_cases: I32
    slots_carried: F64
    slots_used: F64


@inlined
def learned(weeks: int, p: Staffing) -> float:
    """Return how far a holder of so many weeks has learned the job, from the newcomer's share to 1."""
    return min(1.0, p.ramp_at_start + (1 - p.ramp_at_start) * weeks / p.weeks_ramp)


def ramp(workers: LinkWorkers, p: Staffing) -> F64:
    """Return how far each holder has learned the job, from the newcomer's share to 1."""
    return _ramps(workers.weeks_in_post, p)


@compiled
def _ramps(weeks: Whole, p: Staffing) -> Floats:
    ramps = np.empty(weeks.shape[0])
    for post in range(weeks.shape[0]):
        ramps[post] = learned(weeks[post], p)
    return ramps


def hours_direct(workers: LinkWorkers, p_staffing: Staffing, p_contact: Contact) -> F64:
    """Return the hours a week each holder has for people; 0 for vacant posts and the sick."""
    return hours_each(workers.fte, workers.weeks_in_post, workers.in_post, workers.is_sick, p_staffing, p_contact)


@compiled
def hours_each(
    fte: Floats, weeks: Whole, in_post: Flags, is_sick: Flags, p_staffing: Staffing, p_contact: Contact
) -> Floats:
    """Return the same from columns of posts, for compiled code; `weeks` is how long each holder has been in post."""
    full_time = p_contact.hours_per_week * p_contact.share_direct * p_contact.share_present
    hours = np.zeros(fte.shape[0])
    for post in range(fte.shape[0]):
        if in_post[post] and not is_sick[post]:
            hours[post] = full_time * fte[post] * learned(weeks[post], p_staffing)
    return hours


@inlined
def hours_without_people(share: float, p: Contact) -> float:
    """Return the hours a week that a full-time post gives to something without people: a share of that time."""
    return share * p.hours_per_week * p.share_present * (1 - p.share_direct)


@compiled
def case_limits(fte: Floats, weeks: Whole, in_post: Flags, cap: float, p: Staffing) -> Floats:
    """Return how many open cases each post may hold: the cap by its size and how far its holder has learned the job."""
    limits = np.zeros(fte.shape[0])
    for post in range(fte.shape[0]):
        if in_post[post]:
            limits[post] = cap * fte[post] * learned(weeks[post], p)
    return limits


@compiled
def shares_known(pcn: Whole, known: Flags, pcn_of_organisation: Whole) -> Floats:
    """Return the share of local organisations that each post's holder knows, from each post's PCN."""
    shares = np.zeros(pcn.shape[0])
    for post in range(pcn.shape[0]):
        shares[post] = share_known(known, post, pcn_of_organisation, pcn[post])
    return shares


@inlined
def share_known(known: Flags, post: int, pcn_of_organisation: Whole, pcn: int) -> float:
    """Return the share of a PCN's organisations that the holder of a post knows; 0 where there are none."""
    n_local = n_known = 0
    for organisation in range(pcn_of_organisation.shape[0]):
        if pcn_of_organisation[organisation] == pcn:
            n_local += 1
            n_known += known[post, organisation]
    return n_known / n_local if n_local else 0.0


def fall_vacant(workers: LinkWorkers, rows: NDArray[np.int64], week: int, luck: Luck, p: Staffing) -> None:
    """Leave posts vacant from this week until a new holder starts, keyed on the post and the week."""
    u = luck.uniforms("hiring", week, workers.id[rows], workers.holder[rows], 1)[:, 0]
    weeks_to_fill = np.ceil(p.min_weeks_to_fill + u * (p.max_weeks_to_fill - p.min_weeks_to_fill))
    workers.starts[rows] = week + weeks_to_fill.astype(np.int32)
    workers.in_post[rows] = False
    workers.intends[rows] = False
    for name in _OF_THE_HOLDER:
        getattr(workers, name)[rows] = 0


class Pcns(NamedTuple):
    """Primary care networks: groups of practices, and the teams that employ link workers."""

    id: Annotated[U32, column(np.uint32, "permanent number", "0 up", "population")]
    residents: Annotated[I32, column(np.int32, "residents registered with its practices", "people", "population")]
    fte_funded: Annotated[F64, column(f8, "posts funded", "full-time equivalents", "funding")]
    is_proactive: Annotated[
        Flag, column(np.bool_, "whether it practises outreach", "yes or no", "funding", default=True)
    ]
    week_proactive: Annotated[
        I32,
        column(
            np.int32, "week in which it took outreach up, 0 if it had from the start", "week", "funding", default=-9999
        ),
    ]
    recorded_value: Annotated[
        F64, column(f8, "impact recorded since the last yearly review", "value of cases", "closure", "funding")
    ]
    recorded_cases: Annotated[
        F64, column(f8, "closed cases with a recorded outcome since then", "cases", "closure", "funding")
    ]
    trust_lost: Annotated[
        F64,
        column(
            f8,
            "trust lost by people let down since last week's word of mouth",
            "sum of changes",
            "allocation",
            "contact",
            "turnover",
            "word_of_mouth",
        ),
    ]
    approaches: Annotated[F64, column(f8, "approaches made by outreach this week", "approaches", "outreach")]
    approaches_carried: Annotated[
        F64, column(f8, "part of a volunteers' approach carried to next week", "approaches", "outreach")
    ]
    support: Annotated[
        F64, column(f8, "support delivered to link workers, by channel", "0 to 1", "staffing", width=len(Channel))
    ]


class Knowledge(NamedTuple):
    """Which post's holder knows which organisation: shape (posts, organisations)."""

    known: Annotated[
        NDArray[np.bool_],
        column(np.bool_, "whether the holder of the post knows the organisation", "yes or no", "staffing", "contact"),
    ]
