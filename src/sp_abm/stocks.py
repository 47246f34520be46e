"""Stocks: the levels of workforce, service, community and money at the end of a week, and what the week was worth."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.agents.community import Organisations, room
from sp_abm.cases import Cases, is_seen
from sp_abm.kernels import Flags, Whole, compiled
from sp_abm.tallies import PEOPLE_TALLIES
from sp_abm.vocabulary import TRANSITIONS, WEEKS_PER_YEAR, CaseState, Channel, Horizon, Route, Stage
from sp_abm.world import World

_MINUTES_PER_HOUR: Final = 60
_CONSULTATIONS: Final = PEOPLE_TALLIES.index("consultations")
_LIFE: Final = PEOPLE_TALLIES.index("sum_life_satisfaction")
_CRISES: Final = [
    PEOPLE_TALLIES.index(f"new_{before.word}_to_{after.word}") for before, after in TRANSITIONS if after is Stage.CRISIS
]


def workforce(world: World) -> dict[str, float]:
    """Return posts and what those in post are like."""
    workers = world.link_workers
    is_in = workers.in_post
    funded, in_post = float(workers.fte.sum()), float(workers.fte[is_in].sum())
    burnout, pcn = workers.burnout[is_in], workers.pcn[is_in]
    return {
        "fte_funded": funded,
        "fte_in_post": in_post,
        "fte_vacant": funded - in_post,
        "n_workers": float(is_in.sum()),
        "sum_burnout": float(burnout.sum()),
        "n_burnt_out": float((burnout > world.parameters.turnover.threshold_burnt_out).sum()),
        "n_intending": float(workers.intends[is_in].sum()),
        "sum_weeks_in_post": float(workers.weeks_in_post[is_in].sum()),
        "sum_share_known": float(_shares_known(is_in, workers.pcn, world.knowledge.known, world.organisations.pcn)),
        "sum_role_clarity": float(world.pcns.support[pcn, Channel.ROLE_CLARITY].sum()),
    }


def community(world: World) -> dict[str, float]:
    """Return organisations, their places and volunteers, and how present the service is to GPs."""
    p, organisations = world.parameters, world.organisations
    arguments = (organisations, p.participation.grants_multiplier, p.participation.places_per_volunteer)
    places, with_room = _count_places(*arguments)
    volunteers = float(organisations.volunteers.sum())
    return {
        "places": float(places),
        "places_occupied": float(organisations.occupied.sum()),
        "n_organisations": float(organisations.id.size),
        "n_organisations_with_room": float(with_room),
        "n_volunteers": volunteers,
        "hours_volunteered": volunteers * p.observation.hours_volunteer_per_week,
        "n_gps": float(world.gps.id.size),
        "sum_gp_awareness": float(world.gps.awareness.sum()),
    }


def service(world: World) -> dict[str, float]:
    """Return the cases held and waiting, and the outcomes recorded of those closed."""
    held, waiting = _count_cases(world.cases, world.n_cases)
    recorded = world.flows["closed_seen"] * world.parameters.observation.share_outcomes_recorded
    return {"weeks": 1.0, "n_held_cases": float(held), "n_waiting": float(waiting), "outcomes_recorded": recorded}


def referred_by_route(world: World, week: int) -> dict[str, float]:
    """Return how many came by each route this week."""
    is_new = world.cases.week_referred[: world.n_cases] == week
    counts = np.bincount(world.cases.route[: world.n_cases][is_new], minlength=len(Route))
    return {f"referred_by_{route.word}": float(counts[route]) for route in Route}


def helped_by_horizon(world: World, first_seen: NDArray[np.int64]) -> dict[str, float]:
    """Return how many of the cases first seen this week are reactive, mixed and proactive.

    Reactive: sent by a GP while in distress. Proactive: found by outreach, or not in distress when referred. Mixed:
    the rest, people in distress who came by another way than their GP.
    """
    route, stage = world.cases.route[first_seen], world.cases.stage[first_seen]
    is_distressed = (stage == Stage.PRE_CRISIS) | (stage == Stage.CRISIS)
    proactive = int((~is_distressed | (route == Route.OUTREACH)).sum())
    reactive = int((is_distressed & (route == Route.GP)).sum())
    counts = {
        Horizon.REACTIVE: reactive,
        Horizon.MIXED: first_seen.size - reactive - proactive,
        Horizon.PROACTIVE: proactive,
    }
    return {f"helped_{horizon.value}": float(number) for horizon, number in counts.items()}


def worth(world: World, people: NDArray[np.float64], week: int) -> dict[str, float]:
    """Return the week's money and what it is set against, from its tallies of people, shape (tallies,).

    Grants are not counted as NHS money. A year lived is a person's life satisfaction in points, priced per point.
    """
    p, books = world.parameters.observation, world.commissioner
    posts, outreach, grants = (
        float(column[0]) for column in (books.spent_posts, books.spent_outreach, books.spent_grants)
    )
    today = (1 + p.rate_discount_per_year) ** (-week / WEEKS_PER_YEAR)
    by_gps = people[_CONSULTATIONS] * p.share_consultations_gp
    care = by_gps * p.cost_gp_consultation_gbp
    care += (people[_CONSULTATIONS] - by_gps) * p.cost_nurse_consultation_gbp
    care += people[_CRISES].sum() * p.cost_crisis_gbp
    minutes = by_gps * p.minutes_gp_consultation + world.flows["offered"] * p.minutes_offer
    return {
        "spent": posts + outreach + grants,
        "spent_posts": posts,
        "spent_outreach": outreach,
        "spent_grants": grants,
        "worth_spent": today * (posts + outreach + grants),
        "worth_spent_nhs": today * (posts + outreach),
        "worth_care": today * float(care),
        "worth_wellbys": today * float(people[_LIFE]) / WEEKS_PER_YEAR * p.value_wellby_gbp,
        "gp_hours": float(minutes) / _MINUTES_PER_HOUR,
    }


@compiled
def _shares_known(in_post: Flags, pcn_of_post: Whole, known: Flags, pcn: Whole) -> float:
    """Return the share of local organisations that each holder knows, summed over those in post."""
    total = 0.0
    for post in range(in_post.shape[0]):
        if not in_post[post]:
            continue
        n_local = n_known = 0
        for organisation in range(pcn.shape[0]):
            if pcn[organisation] == pcn_of_post[post]:
                n_local += 1
                n_known += known[post, organisation]
        if n_local:
            total += n_known / n_local
    return total


@compiled
def _count_places(organisations: Organisations, grants: float, per_volunteer: float) -> tuple[int, int]:
    """Return (places there are, organisations with a free one); a place that is taken is there, whatever the grants."""
    places = with_room = 0
    for row in range(organisations.id.shape[0]):
        own, taken = room(organisations, row, grants, per_volunteer), organisations.occupied[row]
        places += max(own, taken)
        with_room += taken + 1 <= own
    return places, with_room


@compiled
def _count_cases(cases: Cases, n_cases: int) -> tuple[int, int]:
    held = waiting = 0
    for row in range(n_cases):
        if cases.state[row] != CaseState.CLOSED:
            held += cases.worker[row] >= 0
            waiting += not is_seen(cases, row)
    return held, waiting
