"""Stocks: the levels of workforce, service, community and money at the end of a week, and what the week was worth."""

from typing import Final

import numpy as np

from sp_abm.agents.community import Organisations, Terms, room, terms_of
from sp_abm.agents.link_workers import hours_direct, share_known
from sp_abm.cases import NEVER, is_medical
from sp_abm.kernels import Flags, Floats, Whole, compiled, inlined
from sp_abm.loops import Blend
from sp_abm.tallies import PEOPLE_TALLIES, SERVICE, WORKFORCE
from sp_abm.vocabulary import TRANSITIONS, WEEKS_PER_YEAR, CaseState, Channel, Horizon, Route, Stage
from sp_abm.world import World

_MINUTES_PER_HOUR: Final = 60
_REACTIVE, _MIXED, _PROACTIVE = range(len(Horizon))
_FIRST_HORIZON: Final = len(SERVICE) - len(Horizon)
_CONSULTATIONS: Final = PEOPLE_TALLIES.index("consultations")
_LIFE: Final = PEOPLE_TALLIES.index("sum_life_satisfaction")
_CRISES: Final = [
    PEOPLE_TALLIES.index(f"new_{before.word}_to_{after.word}") for before, after in TRANSITIONS if after is Stage.CRISIS
]


def workforce(world: World) -> dict[str, float]:
    """Return posts and what those in post are like."""
    workers, p = world.link_workers, world.parameters.turnover
    clarity = world.pcns.support[:, Channel.ROLE_CLARITY]
    people = (workers.in_post, workers.pcn, workers.fte, workers.burnout, workers.intends, workers.weeks_in_post)
    known, local = world.knowledge.known, world.organisations.pcn
    counts = _count_workers(*people, clarity, known, local, p.threshold_burnt_out)
    return dict(zip(WORKFORCE, counts, strict=True)) | roles(world)


def roles(world: World) -> dict[str, float]:
    """Return the hours of the week that link workers gave to each of their roles."""
    workers, p = world.link_workers, world.parameters
    outreach = workers.hours_outreach.sum()
    return {
        "hours_connecting": max(0.0, hours_direct(workers, p.staffing, p.contact).sum() - outreach),
        "hours_outreach": outreach,
        "hours_building": workers.hours_building.sum(),
        "hours_voice": workers.hours_voice.sum(),
    }


def community(world: World) -> dict[str, float]:
    """Return organisations, their places and volunteers, and how present the service is to GPs."""
    p, organisations = world.parameters, world.organisations
    terms = terms_of(world.commissioner, p.participation, Blend(1.0, np.zeros(world.pcns.id.size)))
    places, occupied, with_room, volunteers = _count_places(organisations, terms)
    return {
        "places": places,
        "places_occupied": occupied,
        "n_organisations": organisations.id.size,
        "n_organisations_with_room": with_room,
        "n_volunteers": volunteers,
        "hours_volunteered": volunteers * p.observation.hours_volunteer_per_week,
        "n_gps": world.gps.id.size,
        "sum_gp_awareness": world.gps.awareness.sum(),
    }


def service(world: World, week: int) -> dict[str, float]:
    """Return cases held and waiting, this week's referrals by route and first contacts by horizon."""
    cases = world.cases
    columns = (cases.state, cases.worker, cases.week_referred, cases.week_first, cases.route, cases.stage)
    counts = _count_cases(*columns, world.n_cases, week)
    return dict(zip(SERVICE, counts, strict=True))


def worth(world: World, people: list[float], week: int) -> dict[str, float]:
    """Return the week's money and what it is set against, from its tallies of all people.

    A year lived is a person's life satisfaction in points, priced per point.
    """
    p, books = world.parameters.observation, world.commissioner
    posts, outreach, grants = (books.spent_posts.item(), books.spent_outreach.item(), books.spent_grants.item())
    today = (1 + p.rate_discount_per_year) ** (-week / WEEKS_PER_YEAR)
    by_gps = people[_CONSULTATIONS] * p.share_consultations_gp
    by_nurses = people[_CONSULTATIONS] - by_gps
    crises = sum(people[column] for column in _CRISES)
    care = by_gps * p.cost_gp_consultation_gbp + by_nurses * p.cost_nurse_consultation_gbp + crises * p.cost_crisis_gbp
    minutes = by_gps * p.minutes_gp_consultation + world.flows["offered"] * p.minutes_offer
    return {
        "spent": posts + outreach + grants,
        "spent_posts": posts,
        "spent_outreach": outreach,
        "spent_grants": grants,
        "worth_spent": today * (posts + outreach + grants),
        "worth_spent_nhs": today * (posts + outreach + books.income_grants_nhs.item()),
        "worth_care": today * care,
        "worth_wellbys": today * people[_LIFE] / WEEKS_PER_YEAR * p.value_wellby_gbp,
        "gp_hours": minutes / _MINUTES_PER_HOUR,
    }


@compiled
def _count_workers(
    in_post: Flags,
    pcn: Whole,
    fte: Floats,
    burnout: Floats,
    intends: Flags,
    weeks_in_post: Whole,
    clarity: Floats,
    known: Flags,
    local: Whole,
    threshold: float,
) -> Floats:
    """Return the tallies of `WORKFORCE`, in that order; `clarity` is of each PCN, `local` each organisation's PCN."""
    counts = np.zeros(len(WORKFORCE))
    counts[0] = fte.sum()
    for post in range(in_post.shape[0]):
        if in_post[post]:
            counts[1] += fte[post]
            counts[3] += 1
            counts[4] += burnout[post]
            counts[5] += burnout[post] > threshold
            counts[6] += intends[post]
            counts[7] += weeks_in_post[post]
            counts[8] += share_known(known, post, local, pcn[post])
            counts[9] += clarity[pcn[post]]
    counts[2] = counts[0] - counts[1]
    return counts


@compiled
def _count_places(organisations: Organisations, terms: Terms) -> tuple[int, int, int, int]:
    """Return (places, places taken, organisations with a free one, volunteers); a place taken is there in any case."""
    places = occupied = with_room = volunteers = 0
    for row in range(organisations.id.shape[0]):
        own, taken = room(organisations, row, terms), organisations.occupied[row]
        places += max(own, taken)
        occupied += taken
        with_room += taken + 1 <= own
        volunteers += organisations.volunteers[row]
    return places, occupied, with_room, volunteers


@compiled
def _count_cases(
    state: Whole, worker: Whole, week_referred: Whole, week_first: Whole, route: Whole, stage: Whole, n: int, week: int
) -> Floats:
    """Return the tallies of `SERVICE`, in that order: held, waiting, new by route, first seen by horizon."""
    counts = np.zeros(len(SERVICE))
    for row in range(n):
        if state[row] != CaseState.CLOSED:
            counts[0] += worker[row] >= 0
            counts[1] += week_first[row] == NEVER
        if week_referred[row] == week:
            counts[2 + route[row]] += 1
        if week_first[row] == week:
            counts[_FIRST_HORIZON + horizon(route[row], stage[row])] += 1
    return counts


@inlined
def horizon(route: int, stage: int) -> int:
    """Return of which horizon the help is, from the route and the stage at referral, in the order of `Horizon`.

    Reactive: sent by a practice while in distress. Proactive: found by outreach, or come another way than through a
    practice before distress. Mixed: the rest.
    """
    is_distressed = stage == Stage.PRE_CRISIS or stage == Stage.CRISIS
    if route == Route.OUTREACH or not (is_medical(route) or is_distressed):
        return _PROACTIVE
    return _REACTIVE if is_medical(route) and is_distressed else _MIXED
