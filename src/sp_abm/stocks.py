"""Stocks: the levels of workforce, service, community and money at the end of a week, and what the week was worth."""

from typing import Final, NamedTuple

import numpy as np

from sp_abm.agents.community import Organisations, Terms, room, terms_of
from sp_abm.agents.link_workers import hours_each, share_known
from sp_abm.cases import NEVER, is_medical
from sp_abm.kernels import Flags, Floats, Whole, brief, inlined, total
from sp_abm.loops import as_it_is
from sp_abm.parameters.pathway import Contact
from sp_abm.parameters.system import Observation, Staffing
from sp_abm.tallies import PEOPLE_TALLIES, ROLES, SERVICE, STOCKS, WORKFORCE, WORTH
from sp_abm.vocabulary import TRANSITIONS, WEEKS_PER_YEAR, Attempt, CaseState, Channel, Horizon, Route, Stage
from sp_abm.world import World

_MINUTES_PER_HOUR: Final = 60
_REACTIVE, _MIXED, _PROACTIVE = range(len(Horizon))
_ROLES: Final = len(WORKFORCE)
_CASES: Final = _ROLES + len(ROLES)
_PLACES: Final = _CASES + len(SERVICE)
_FIRST_ROUTE: Final = len(SERVICE) - len(Horizon) - len(Route)
_FIRST_HORIZON: Final = len(SERVICE) - len(Horizon)
_CONSULTATIONS: Final = PEOPLE_TALLIES.index("consultations")
_LIFE: Final = PEOPLE_TALLIES.index("sum_life_satisfaction")
_CRISES: Final = tuple(
    PEOPLE_TALLIES.index(f"new_{before.word}_to_{after.word}") for before, after in TRANSITIONS if after is Stage.CRISIS
)


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
    attempt: Whole
    route: Whole
    stage: Whole


class Books(NamedTuple):
    """The commissioner's columns that are read off."""

    spent_posts: Floats
    spent_outreach: Floats
    spent_grants: Floats
    income_grants_nhs: Floats


def stocks(world: World, week: int, people: Floats, weeks_before: int) -> Floats:
    """Return the tallies of `STOCKS` and then of `WORTH`: levels at the end of a week, and what the week was worth.

    `people` are the week's tallies of everybody; money is discounted by the weeks since the record began.
    """
    p, n_pcns = world.parameters, world.pcns.id.shape[0]
    terms = terms_of(world.commissioner, p.participation, as_it_is(n_pcns))
    team, cases, books = (
        world.part(Team, world.link_workers),
        world.part(Pathway, world.cases),
        world.part(Books, world.commissioner),
    )
    today = (1 + p.observation.rate_discount_per_year) ** (-weeks_before / WEEKS_PER_YEAR)
    found: Floats = _read_off(
        team, world.pcns.support, world.knowledge.known, p.turnover.threshold_burnt_out, p.staffing, p.contact,
        cases, world.n_cases, week, world.organisations, terms, world.gps.awareness,
        books, people, world.flows["offered"], today, p.observation,
    )  # fmt: skip
    return found


@brief
def _read_off(
    team: Team,
    support: Floats,
    known: Flags,
    burnt_out: float,
    p_staffing: Staffing,
    p_contact: Contact,
    cases: Pathway,
    n_cases: int,
    week: int,
    organisations: Organisations,
    terms: Terms,
    gp_awareness: Floats,
    books: Books,
    people: Floats,
    offered: float,
    today: float,
    p: Observation,
) -> Floats:
    counts = np.zeros(len(STOCKS) + len(WORTH))
    _count_workers(team, support, known, organisations.pcn, burnt_out, counts[:_ROLES])
    hours = hours_each(team.fte, team.weeks_in_post, team.in_post, team.is_sick, p_staffing, p_contact)
    _count_hours(team, hours, counts[_ROLES:_CASES])
    _count_cases(cases, n_cases, week, counts[_CASES:_PLACES])
    _count_community(organisations, terms, p.hours_volunteer_per_week, gp_awareness, counts[_PLACES:])
    _count_worth(books, people, offered, today, p, counts[len(STOCKS) :])
    return counts


@inlined
def _count_worth(books: Books, people: Floats, offered: float, today: float, p: Observation, worth: Floats) -> None:
    """Leave the tallies of `WORTH`, in that order: the week's money and what it is set against.

    A year lived is a person's life satisfaction in points, priced per point; `today` is what a pound still counts.
    """
    posts, outreach, grants = books.spent_posts[0], books.spent_outreach[0], books.spent_grants[0]
    by_gps = people[_CONSULTATIONS] * p.share_consultations_gp
    by_nurses = people[_CONSULTATIONS] - by_gps
    crises = 0.0
    for column in _CRISES:
        crises += people[column]
    care = by_gps * p.cost_gp_consultation_gbp + by_nurses * p.cost_nurse_consultation_gbp + crises * p.cost_crisis_gbp
    worth[0], worth[1], worth[2], worth[3] = posts + outreach + grants, posts, outreach, grants
    worth[4] = today * (posts + outreach + grants)
    worth[5] = today * (posts + outreach + books.income_grants_nhs[0])
    worth[6] = today * care
    worth[7] = today * people[_LIFE] / WEEKS_PER_YEAR * p.value_wellby_gbp
    worth[8] = (by_gps * p.minutes_gp_consultation + offered * p.minutes_offer) / _MINUTES_PER_HOUR


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
def _count_hours(team: Team, hours: Floats, counts: Floats) -> None:
    """Leave the tallies of `ROLES`, in that order; `hours` are those each post has for people."""
    counts[1], counts[2], counts[3] = total(team.hours_outreach), total(team.hours_building), total(team.hours_voice)
    counts[0] = max(0.0, total(hours) - counts[1])


@inlined
def _count_cases(cases: Pathway, n_cases: int, week: int, counts: Floats) -> None:
    """Leave the tallies of `SERVICE`, in that order: held, waiting, new by route, first seen by horizon.

    For a place wait those for whom every activity that would fit was full at the latest attempt.
    """
    for row in range(n_cases):
        if cases.state[row] != CaseState.CLOSED:
            counts[0] += cases.worker[row] >= 0
            counts[1] += cases.week_first[row] == NEVER
            counts[2] += cases.attempt[row] == Attempt.NO_PLACE
        if cases.week_referred[row] == week:
            counts[_FIRST_ROUTE + cases.route[row]] += 1
        if cases.week_first[row] == week:
            counts[_FIRST_HORIZON + horizon(cases.route[row], cases.stage[row])] += 1


@inlined
def _count_community(
    organisations: Organisations, terms: Terms, hours_volunteer: float, gp_awareness: Floats, counts: Floats
) -> None:
    """Leave the tallies of `COMMUNITY`, in that order; a place taken is there in any case."""
    counts[2] = organisations.id.shape[0]
    for row in range(organisations.id.shape[0]):
        own, taken = room(organisations, row, terms), organisations.occupied[row]
        counts[0] += max(own, taken)
        counts[1] += taken
        counts[3] += taken + 1 <= own
        counts[4] += organisations.volunteers[row]
    counts[5] = counts[4] * hours_volunteer
    counts[6], counts[7] = gp_awareness.shape[0], total(gp_awareness)


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
