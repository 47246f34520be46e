"""Pathway: a case, the relation between a citizen and a link worker, from referral to closure."""

from math import exp, log
from typing import Any

from benchmarks.plain_mesa.luck import happens
from sp_abm.vocabulary import N_KINDS, Attempt, CaseState, EquityRule, Outcome, Route, Stage

DEEP = 3


class Case:
    """A case; weeks are None for what has not happened."""

    def __init__(self, model: Any, **state: Any) -> None:
        self.model, self.luck, self.row = model, model.luck, len(model.cases)
        self.outcome, self.worker, self.changes, self.n_contacts = Outcome.NOT_YET, None, 0, 0
        self.week_allocated = self.week_first = self.week_third = self.week_last = None
        self.week_started = self.week_closed = None
        self.attempt, self.organisation, self.week_tried = Attempt.NOT_YET, None, None
        self.toolkit = self.has_data = False
        self.__dict__.update(state)

    @classmethod
    def opened_for(cls, citizen: Any, route: Route, **state: Any) -> "Case":
        """Return a new case, waiting, with a plan that answers to the person's need today."""
        model, p = citizen.model, citizen.model.parameters.referral
        is_in_need = citizen.stage == Stage.PRE_CRISIS or citizen.lonely
        plan = p.contacts_standard if is_in_need else p.contacts_light
        return cls(
            model,
            citizen=citizen,
            holder=citizen.holder,
            pcn=citizen.pcn,
            route=route,
            stage=citizen.stage,
            kind=int(citizen.luck.uniform("kind", citizen) * N_KINDS),
            plan=int(p.contacts_intensive if citizen.stage == Stage.CRISIS else plan),
            state=CaseState.WAITING,
            week_referred=model.week,
            **state,
        )

    def is_open(self) -> bool:
        """Say whether the case has not closed."""
        return self.state != CaseState.CLOSED

    def is_seen(self) -> bool:
        """Say whether the person has met a link worker."""
        return self.week_first is not None

    def is_adequate(self) -> bool:
        """Say whether the dose was adequate: three contacts and an activity started."""
        return self.week_third is not None and self.week_started is not None

    def let_go(self) -> None:
        """Leave the caseload it is on, if any."""
        if self.worker:
            self.worker.caseload.remove(self)
            self.worker = None

    def close(self, outcome: Outcome) -> None:
        """Close for a reason, off the caseload."""
        self.let_go()
        self.state, self.outcome, self.week_closed = CaseState.CLOSED, outcome, self.model.week
        self.model.open_cases.remove(self)
        self.model.closed_cases.append(self)

    def hand_back(self) -> None:
        """Go back to the waiting list, because the link worker has gone."""
        self.let_go()
        self.state = CaseState.WAITING
        self.changes += 1

    def perhaps_give_up(self, p: Any) -> None:
        """Lose patience before the first contact."""
        if self.is_seen() or self.week_referred >= self.model.week or not self.pcn.serves():
            return
        rate = p.rate_gives_up_per_week * (p.ratio_gives_up_outreach if self.route == Route.OUTREACH else 1)
        if happens(self.luck.uniform("allocation", self.citizen), rate):
            self.close(Outcome.GAVE_UP)
            self.citizen.lose_trust(p.trust_gave_up)
            self.model.count("gave_up")

    def is_ready_for_a_worker(self) -> bool:
        """Say whether the case waits; a person in crisis not yet known waits until safe."""
        return self.state == CaseState.WAITING and (self.is_seen() or self.citizen.stage != Stage.CRISIS)

    def turn_to_be_allocated(self) -> tuple[int, int, int, int]:
        """Return the place on the waiting list: handed on, referred in crisis, by the equity rule, as they came."""
        priority, turn, person = 0 if self.changes else 1 if self.stage == Stage.CRISIS else 2, 0, self.citizen
        rule = self.model.commissioner.chosen("equity_rule")
        if priority == 2 and rule == EquityRule.DEPRIVED_FIRST:
            turn = person.fifth
        elif priority == 2 and rule == EquityRule.NEED_FIRST:
            turn = not (self.stage == Stage.PRE_CRISIS or person.lonely)
        return priority, turn, self.week_referred, person.id

    def go_to(self, worker: Any) -> None:
        """Be taken on by a link worker, at the point the case had reached."""
        self.worker, self.week_allocated = worker, self.model.week
        worker.caseload.append(self)
        reached = CaseState.IN_CONTACT if self.week_started is None else CaseState.CONNECTED
        self.state = reached if self.is_seen() else CaseState.ALLOCATED

    def wants_contact(self, p: Any) -> bool:
        """Say whether the person wants an appointment this week."""
        return happens(self.luck.uniform("contact", self.citizen), p.rate_contact_per_week)

    def turn_to_be_seen(self) -> tuple[bool, int, int]:
        """Return the place in line for appointments: first conversations, then the longest silence."""
        return self.is_seen(), self.week_last if self.is_seen() else 0, self.citizen.id

    def meet(self, p: Any, is_accepting: float) -> None:
        """Have an appointment: support is felt, and an activity looked for; the uniform says if one is taken up."""
        week, citizen = self.model.week, self.citizen
        self.n_contacts += 1
        self.week_last = week
        if self.n_contacts == 1:
            self.week_first = week
            self.model.count("first_contacts")
            self.model.count("weeks_waited", week - self.week_referred)
            if week - self.week_referred > p.weeks_long_wait:
                citizen.lose_trust(p.trust_long_wait)
        if self.n_contacts == DEEP:
            self.week_third = week
        if self.state == CaseState.ALLOCATED:
            self.state = CaseState.IN_CONTACT
        level = p.level_deep if self.n_contacts >= DEEP else p.level_thin
        citizen.feel_contact(level)
        if self.week_started is None and not citizen.activity and (self.n_contacts > 1 or self.is_light()):
            self.attempt, self.week_tried = self.look_for_activity(p, is_accepting), week
            self.model.count(self.attempt.name.lower())

    def is_light(self) -> bool:
        """Say whether the case is a light-touch one."""
        return self.plan <= self.model.parameters.referral.contacts_light

    def look_for_activity(self, p: Any, is_accepting: float) -> Attempt:
        """Look for an activity of the right kind that the worker knows and that has room; return what came of it."""
        self.organisation = None
        known = [organisation for organisation in self.worker.known if organisation.kind == self.kind]
        if not known:
            return Attempt.NOT_KNOWN
        free = [organisation for organisation in known if organisation.has_room()]
        luck, citizen = self.luck, self.citizen
        if not free:
            citizen.lose_trust(p.trust_no_place)
            return Attempt.NO_PLACE
        found = min(free, key=lambda organisation: luck.uniform("organisation", citizen, organisation.id))
        self.organisation = found
        is_early = self.n_contacts == 2 and not self.is_light()
        if is_accepting >= (p.share_ready_early if is_early else p.share_ready) * self.p_accepts(p):
            return Attempt.REFUSED
        citizen.activity, citizen.weeks_in_activity, citizen.is_adequate = found, 0, False
        found.occupied += 1
        self.week_started, self.state = self.model.week, CaseState.CONNECTED
        return Attempt.STARTED

    def p_accepts(self, p: Any) -> float:
        """Return the chance that somebody ready accepts: lower from a worn worker and after changes of worker."""
        logit = log(p.p_willing / (1 - p.p_willing)) + log(p.ratio_change) * self.changes
        logit += p.effect_toolkit * self.toolkit
        logit -= p.effect_burnout * (self.worker.burnout - p.mean_burnout) / p.sd_burnout
        return 1 / (1 + exp(-logit))

    def part_with_worker(self, p: Any) -> None:
        """Be handed on or dropped, because the link worker leaves."""
        if self.luck.uniform("handed_on", self.citizen) < p.share_handed_on:
            self.hand_back()
        else:
            self.close(Outcome.DROPPED)
            self.citizen.lose_trust(p.trust_dropped)
            self.model.count("dropped")

    def perhaps_close(self, p: Any) -> None:
        """Close when the service or the case has come to an end; those helped gain trust, and the GP hears of it."""
        if not self.pcn.serves():
            self.close(Outcome.SERVICE_ENDED)
            return
        outcome = self.reason_to_close(p)
        if outcome:
            self.close(outcome)
            self.perhaps_record(p)
            if self.is_adequate():
                self.citizen.change_trust(p.trust_adequate)
                if self.route.is_medical:
                    self.citizen.gp.feedback += 1

    def perhaps_record(self, p: Any) -> None:
        """Have the outcome written down for the commissioner, more often where data were left behind."""
        p_recorded = self.pcn.p_recorded(p) + p.p_recorded_toolkit * self.has_data
        if self.is_seen() and self.luck.uniform("recorded", self.citizen) < p_recorded:
            self.pcn.recorded_cases += 1
            self.model.count("outcomes_recorded")
            thin = p.value_contacts if self.week_third is not None else 0.0
            self.pcn.recorded_value += p.value_adequate if self.is_adequate() else thin

    def reason_to_close(self, p: Any) -> Outcome:
        """Return the first reason to close that applies; a waiting case has none."""
        if not self.worker:
            return Outcome.NOT_YET
        if self.n_contacts >= self.plan:
            return Outcome.COMPLETED
        longest = p.max_weeks_crisis if self.stage == Stage.CRISIS else p.max_weeks_standard
        if self.model.week - self.week_allocated >= longest:
            return Outcome.TIMED_OUT
        if self.is_seen() and happens(self.luck.uniform("closure", self.citizen), self.rate_of_losing_touch(p)):
            return Outcome.DISENGAGED
        return Outcome.NOT_YET

    def rate_of_losing_touch(self, p: Any) -> float:
        """Return the weekly hazard of losing touch: higher after silence, changes of worker, and in crisis."""
        rate = p.rate_disengages_per_week * p.ratio_change**self.changes
        if self.model.week - self.week_last > p.weeks_silence:
            rate *= p.ratio_silence
        return rate * p.ratio_crisis if self.citizen.stage == Stage.CRISIS else rate
