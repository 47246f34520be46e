"""System: GPs, practices, community organisations, and the commissioner who pays."""

from math import floor
from typing import Any

import mesa

from sp_abm.levers import CHOICES, LEVERS
from sp_abm.vocabulary import WEEKS_PER_YEAR


class GP(mesa.Agent):
    """A doctor with an awareness of social prescribing of their own."""

    def __init__(self, model: Any, **state: Any) -> None:
        super().__init__(model)
        self.__dict__.update(state)

    def attention(self) -> float:
        """Return how present the service is to this GP, given how it engages with practices."""
        return min(1.0, self.awareness * self.model.commissioner.gp_engagement)

    def p_decline(self, p: Any) -> float:
        """Return the chance that this GP's offer is declined: less where the service is known well."""
        return p.p_decline_new + (p.p_decline_mature - p.p_decline_new) * self.attention()


class Practice(mesa.Agent):
    """A GP practice."""

    def __init__(self, model: Any, **state: Any) -> None:
        super().__init__(model)
        self.gps: list[GP] = []
        self.__dict__.update(state)

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


class Organisation(mesa.Agent):
    """A community organisation with activities of a kind, places and volunteers."""

    def __init__(self, model: Any, **state: Any) -> None:
        super().__init__(model)
        self.__dict__.update(state)

    def has_room(self) -> bool:
        """Say whether one more person can join; volunteers add places."""
        payer, added = self.model.commissioner, self.model.parameters.participation.places_per_volunteer
        room = floor(self.places * payer.grants()) + floor(self.volunteers * added)
        return self.occupied + 1 <= floor(room * payer.places_open)


class Commissioner(mesa.Agent):
    """Sets the levers of the week, funds posts, and keeps the books."""

    def __init__(self, model: Any, **state: Any) -> None:
        super().__init__(model)
        self.__dict__.update(state)

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

    def fund(self, pcns: list[Any]) -> None:
        """Fund posts in each PCN by its residents."""
        density = (
            self.posts_per_10000 * self.posts_factor * self.reimbursement * self.model.place.posts_multiplier / 10_000
        )
        for pcn in pcns:
            pcn.fte_funded = density * pcn.residents

    def keep_books(self, posts: list[Any], organisations: list[Organisation]) -> None:
        """Write down the week's money, in pounds: what comes in goes out or is not spent."""
        p, p_outreach = self.model.parameters.funding, self.model.parameters.outreach
        cost_post = p.cost_post_gbp_per_year / WEEKS_PER_YEAR
        in_post = [post for post in posts if post.worker]
        approaches = sum(post.worker.hours_outreach for post in in_post) / p_outreach.hours_approach
        places = sum(one.places for one in organisations) * self.grants()
        self.spent_posts = sum(post.fte for post in in_post) * cost_post
        self.spent_outreach = approaches * p_outreach.cost_approach_gbp
        self.spent_grants = places * p.cost_place_gbp_per_year / WEEKS_PER_YEAR
        self.income_grants_nhs = p.share_grants_nhs * self.spent_grants
        self.income_grants_council = self.spent_grants - self.income_grants_nhs
        self.income_reimbursement = sum(post.fte for post in posts) * cost_post + self.spent_outreach
        spent = self.spent_posts + self.spent_outreach + self.spent_grants
        self.underspent = max(
            0.0, self.income_reimbursement + self.income_grants_nhs + self.income_grants_council - spent
        )
