"""Stocks: the levels of workforce, service, community and money at the end of a week, and what the week was worth."""

from typing import Final, NamedTuple

import numpy as np

from sp_abm.agents.community import Organisations, Terms, room, terms_of
from sp_abm.agents.link_workers import hours_each, share_known
from sp_abm.cases import NEVER, is_medical
from sp_abm.kernels import Flags, Floats, Whole, compiled, inlined
from sp_abm.loops import as_it_is
from sp_abm.parameters.pathway import Contact
from sp_abm.parameters.system import Staffing
from sp_abm.tallies import COMMUNITY, PEOPLE_TALLIES, ROLES, SERVICE, WORKFORCE
from sp_abm.vocabulary import TRANSITIONS, WEEKS_PER_YEAR, CaseState, Channel, Horizon, Route, Stage
from sp_abm.world import World

_MINUTES_PER_HOUR: Final = 60
_REACTIVE, _MIXED, _PROACTIVE = range(len(Horizon))
_COUNTED: Final = (*WORKFORCE, *SERVICE, *COMMUNITY)
_FIRST_CASES: Final = len(WORKFORCE)
_FIRST_PLACES: Final = len(WORKFORCE) + len(SERVICE)
_FIRST_HORIZON: Final = len(SERVICE) - len(Horizon)
_CONSULTATIONS: Final = PEOPLE_TALLIES.index("consultations")
_LIFE: Final = PEOPLE_TALLIES.index("sum_life_satisfaction")
_CRISES: Final = [
    PEOPLE_TALLIES.index(f"new_{before.word}_to_{after.word}") for before, after in TRANSITIONS if after is Stage.CRISIS
]


class Team(NamedTuple):
    """The columns of link workers that are read off."""

    in_post: Flags
    pcn: Whole
    fte: Floats
    burnout: Floats
    intends: Flags
    weeks_in_post: Whole
    is_sick: Flags
    hours_outreach: Floats
    hours_building: Floats
    hours_voice: Floats


class Pathway(NamedTuple):
    """The columns of cases that are read off."""

    state: Whole
    worker: Whole
    week_referred: Whole
    week_first: Whole
    route: Whole
    stage: Whole


def stocks(world: World, week: int) -> dict[str, float]:
    """Return the levels at the end of a week, its referrals by route and its first contacts by horizon.

    Levels are the posts, what those in post are like and the hours they gave to each role; cases held and waiting;
    organisations, their places and volunteers; and how present the service is to GPs.
    """
    p, organisations, gps = world.parameters, world.organisations, world.gps
    terms = terms_of(world.commissioner, p.participation, as_it_is(world.pcns.id.size))
    team, cases = world.part(Team, world.link_workers), world.part(Pathway, world.cases)
    counted = _count(team, world.pcns.support, world.knowledge.known, p.turnover.threshold_burnt_out,
                     organisations, terms, cases, world.n_cases, week)  # fmt: skip
    found: dict[str, float] = dict(zip(_COUNTED, counted.tolist(), strict=True))
    direct, outreach, building, voice = np.add.reduce(_hours(team, p.staffing, p.contact), axis=1).tolist()
    return found | {
        "hours_connecting": max(0.0, direct - outreach),
        "hours_outreach": outreach,
        "hours_building": building,
        "hours_voice": voice,
        "hours_volunteered": found["n_volunteers"] * p.observation.hours_volunteer_per_week,
        "n_gps": gps.id.size,
        "sum_gp_awareness": np.add.reduce(gps.awareness).item(),
    }


def worth(world: World, people: list[float], week: int) -> dict[str, float]:
    """Return the week's money and what it is set against, from its tallies of all people.

    A year lived is a person's life satisfaction in points, priced per point.
    """
    p, books = world.parameters.observation, world.commissioner
    posts, outreach, grants = (books.spent_posts.item(), books.spent_outreach.item(), books.spent_grants.item())
    today = (1 + p.rate_discount_per_year) ** (-week / WEEKS_PER_YEAR)
    by_gps = people[_CONSULTATIONS] * p.share_consultations_gp
    by_nurses = people[_CONSULTATIONS] - by_gps
    crises = sum([people[column] for column in _CRISES])
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
def _hours(team: Team, p_staffing: Staffing, p_contact: Contact) -> Floats:
    """Return each post's hours for people, for outreach, for building and for voice, shape (4, posts)."""
    hours = np.empty((len(ROLES), team.fte.shape[0]))
    hours[0] = hours_each(team.fte, team.weeks_in_post, team.in_post, team.is_sick, p_staffing, p_contact)
    hours[1], hours[2], hours[2 + 1] = team.hours_outreach, team.hours_building, team.hours_voice
    return hours


@compiled
def _count(
    team: Team,
    support: Floats,
    known: Flags,
    burnt_out: float,
    organisations: Organisations,
    terms: Terms,
    cases: Pathway,
    n_cases: int,
    week: int,
) -> Floats:
    """Return the tallies of `WORKFORCE`, `SERVICE` and `COMMUNITY`, in that order."""
    counts = np.zeros(len(_COUNTED))
    _count_workers(team, support, known, organisations.pcn, burnt_out, counts[:_FIRST_CASES])
    _count_cases(cases, n_cases, week, counts[_FIRST_CASES:_FIRST_PLACES])
    _count_places(organisations, terms, counts[_FIRST_PLACES:])
    return counts


@inlined
def _count_workers(team: Team, support: Floats, known: Flags, local: Whole, burnt_out: float, counts: Floats) -> None:
    """Leave the tallies of `WORKFORCE`, in that order; `support` is of each PCN, `local` each organisation's PCN."""
    counts[0] = team.fte.sum()
    for post in range(team.in_post.shape[0]):
        if team.in_post[post]:
            pcn = team.pcn[post]
            counts[1] += team.fte[post]
            counts[3] += 1
            counts[4] += team.burnout[post]
            counts[5] += team.burnout[post] > burnt_out
            counts[6] += team.intends[post]
            counts[7] += team.weeks_in_post[post]
            counts[8] += share_known(known, post, local, pcn)
            counts[9] += support[pcn, Channel.ROLE_CLARITY]
    counts[2] = counts[0] - counts[1]


@inlined
def _count_cases(cases: Pathway, n_cases: int, week: int, counts: Floats) -> None:
    """Leave the tallies of `SERVICE`, in that order: held, waiting, new by route, first seen by horizon."""
    for row in range(n_cases):
        if cases.state[row] != CaseState.CLOSED:
            counts[0] += cases.worker[row] >= 0
            counts[1] += cases.week_first[row] == NEVER
        if cases.week_referred[row] == week:
            counts[2 + cases.route[row]] += 1
        if cases.week_first[row] == week:
            counts[_FIRST_HORIZON + horizon(cases.route[row], cases.stage[row])] += 1


@inlined
def _count_places(organisations: Organisations, terms: Terms, counts: Floats) -> None:
    """Leave the tallies of `COMMUNITY`, in that order; a place taken is there in any case."""
    counts[2] = organisations.id.shape[0]
    for row in range(organisations.id.shape[0]):
        own, taken = room(organisations, row, terms), organisations.occupied[row]
        counts[0] += max(own, taken)
        counts[1] += taken
        counts[3] += taken + 1 <= own
        counts[4] += organisations.volunteers[row]


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
