"""System: GPs, practices, community organisations, and the commissioner who pays."""

from math import exp, floor, log
from sys import float_info
from typing import Any

import mesa

from sp_abm.levers import CHOICES, LEVERS
from sp_abm.vocabulary import WEEKS_PER_YEAR, InvestmentRule, OutreachChannel


class Entity(mesa.Agent):
    """An agent whose state variables are the columns of its table in the engine, by the same names."""

    def __init__(self, model: Any, **state: Any) -> None:
        super().__init__(model)
        self.__dict__.update(state)


class GP(Entity):
    """A doctor with an awareness of social prescribing of their own."""

    def attention(self) -> float:
        """Return how present the service is to this GP, given how it engages with practices."""
        return min(1.0, self.awareness * self.model.commissioner.gp_engagement)

    def p_decline(self, p: Any) -> float:
        """Return the chance that this GP's offer is declined: less where the service is known well."""
        return p.p_decline_new + (p.p_decline_mature - p.p_decline_new) * self.attention()


class Practice(Entity):
    """A GP practice."""

    def __init__(self, model: Any, **state: Any) -> None:
        super().__init__(model, **state)
        self.gps: list[GP] = []

    def close_the_week(self, p: Any) -> None:
        """Get used to the number of consultations."""
        self.usual_consultations += (self.consultations - self.usual_consultations) / p.weeks_usual

    def feel_pressure(self, p: Any) -> None:
        """Identify less in a week busier than usual."""
        busy = max(self.consultations, 1) / max(self.usual_consultations, 1)
        self.time_pressure = busy**-p.exponent_time_pressure

    def learn(self, p: Any) -> None:
        """Let GPs learn from patients helped, forget, and share what they know."""
        known = sum(gp.awareness for gp in self.gps) / len(self.gps)
        for gp in self.gps:
            learned = p.rate_awareness_learned * min(gp.feedback, p.max_feedback_per_week) * (1 - gp.awareness)
            forgotten = p.rate_awareness_forgotten_per_week * gp.awareness
            shared = p.rate_awareness_shared_per_week * (known - gp.awareness)
            gp.awareness = min(1.0, max(p.min_awareness, gp.awareness + learned - forgotten + shared))
            gp.feedback = 0.0


class Organisation(Entity):
    """A community organisation with activities of a kind, places and volunteers."""

    def has_room(self) -> bool:
        """Say whether one more person can join; volunteers add places."""
        payer, added = self.model.commissioner, self.model.parameters.participation.places_per_volunteer
        room = floor(self.places * payer.grants()) + floor(self.volunteers * added)
        return self.occupied + 1 <= floor(room * payer.places_open)


class Commissioner(Entity):
    """Sets the levers of the week, funds posts, and keeps the books."""

    def pull_levers(self, values: list[float]) -> None:
        """Set every lever to its value of the week; past shocks wear off."""
        for lever, value in zip(LEVERS, values, strict=True):
            setattr(self, lever, value)
        self.shock_strain *= 1 - 1 / self.model.parameters.landscape.weeks_shock_fades
        self.shock_strain += self.distress_shock

    def chosen(self, lever: str) -> str:
        """Return the word that a lever stands at."""
        return CHOICES[lever][int(getattr(self, lever))]

    def grants(self) -> float:
        """Return the places funded over today's, after the yearly reviews."""
        return self.grants_multiplier * self.grants_factor

    def hours_an_approach(self, p: Any) -> float:
        """Return the hours an approach takes by this week's channel, longer with the toolkit."""
        hours = {
            OutreachChannel.PLACES: p.hours_approach,
            OutreachChannel.INVITATION: p.hours_invitation,
            OutreachChannel.VOLUNTEERS: p.hours_beside_volunteers,
        }
        return hours[self.chosen("outreach_channel")] + self.toolkit * p.hours_toolkit

    def review(self, pcns: list[Any], p: Any) -> None:
        """Look once a year at the impact recorded; from the first review after week 0 on, let money answer to it."""
        value, cases = sum(pcn.recorded_value for pcn in pcns), sum(pcn.recorded_cases for pcn in pcns)
        spent = self.spent_this_year
        seen = [value, value / cases if cases else 0.0, value / spent if spent else 0.0]
        if self.model.week > 0:
            self.answer(seen, p)
        else:
            two_years = zip(self.impact_last_year, seen, strict=True)
            self.impact_reference = [(before + now) / 2 for before, now in two_years]
        self.impact_last_year, self.spent_this_year = seen, 0.0

    def answer(self, seen: list[float], p: Any) -> None:
        """Move posts, support and grants: from what was asked for (anchored) or from where they stand (compounding)."""
        signal = int(self.investment_signal)
        reference = self.impact_reference[signal]
        change = log(max(seen[signal] / reference, float_info.min)) if reference else 0.0
        is_compounding = self.chosen("investment_rule") == InvestmentRule.COMPOUNDING
        least, most = (p.least_step, p.most_step) if is_compounding else (p.least_factor, p.most_factor)
        responses = {"posts_factor": 1.0, "support_factor": p.response_support, "grants_factor": p.response_grants}
        for factor, response in responses.items():
            answer = min(most, max(least, exp(min(self.investment_response * response * change, log(most)))))
            before = getattr(self, factor)
            setattr(self, factor, min(p.most_compounded, before * answer) if is_compounding else answer)

    def fund(self, pcns: list[Any]) -> None:
        """Fund posts in each PCN by its residents."""
        density = (
            self.posts_per_10000 * self.posts_factor * self.reimbursement * self.model.place.posts_multiplier / 10_000
        )
        for pcn in pcns:
            pcn.fte_funded = density * pcn.residents

    def keep_books(self, posts: list[Any], places: int, approaches: float) -> None:
        """Write down the week's money, in pounds: what comes in goes out or is not spent."""
        p = self.model.parameters.funding
        cost_post = p.cost_post_gbp_per_year / WEEKS_PER_YEAR
        places = places * self.grants()
        self.spent_posts = sum(post.fte for post in posts if post.worker) * cost_post
        self.spent_outreach = approaches * self.model.parameters.outreach.cost_approach_gbp
        self.spent_grants = places * p.cost_place_gbp_per_year / WEEKS_PER_YEAR
        self.income_grants_nhs = p.share_grants_nhs * self.spent_grants
        self.income_grants_council = self.spent_grants - self.income_grants_nhs
        self.income_reimbursement = sum(post.fte for post in posts) * cost_post + self.spent_outreach
        spent = self.spent_posts + self.spent_outreach + self.spent_grants
        self.underspent = max(
            0.0, self.income_reimbursement + self.income_grants_nhs + self.income_grants_council - spent
        )
        self.spent_this_year += spent
