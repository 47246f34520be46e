"""The twin: a Mesa model of citizens, link workers, GPs, organisations and a commissioner, stepped by the week."""

from collections import Counter
from math import exp, expm1, log1p
from typing import Any

import mesa

from benchmarks.plain_mesa.columns import copy_world
from benchmarks.plain_mesa.life import base_hazards
from benchmarks.plain_mesa.luck import KeyedLuck, MesaLuck, happens
from benchmarks.plain_mesa.pathway import Case
from benchmarks.plain_mesa.people import Citizen
from benchmarks.plain_mesa.system import GP, Organisation, Practice
from benchmarks.plain_mesa.workforce import LinkWorker, Pcn, Post
from sp_abm.vocabulary import AGE_BAND_STARTS, DEPRIVATION_SCORES, OLDEST_AGE, WEEKS_PER_YEAR, Outcome, Route

WEEK = (
    *("landscape", "funding", "staffing", "residents", "life_events", "transitions", "influence", "help_seeking"),
    *("referral", "outreach", "allocation", "contact", "participation", "word_of_mouth", "strain", "turnover"),
    "closure",
)
MOST_TIES, MOST_TOLD = 512, 0.999


class TwinModel(mesa.Model):
    """The model of the world given, from its week on, with keyed luck or, for speed, with Mesa's own."""

    def __init__(self, world: Any, *, is_keyed: bool = True) -> None:
        super().__init__(rng=world.luck.seed)
        self.luck = KeyedLuck(world.luck.seed) if is_keyed else MesaLuck(self.random)
        self.place, self.parameters = world.place, world.parameters
        self.week, self.first_week = world.week, world.first_week
        self.levers, self.warm_up_levers = world.levers.tolist(), world.warm_up_levers.tolist()
        self.many_ties = self.parameters.outreach.share_ties_well_connected * world.mean_ties
        self.mean_log_ties, self.sd_log_ties = world.mean_log_ties, world.sd_log_ties
        self.flows: Counter[str] = Counter(world.flows)
        self.pcns: list[Pcn] = []
        self.practices: list[Practice] = []
        self.gps: list[GP] = []
        self.organisations: list[Organisation] = []
        self.citizens: list[Citizen] = []
        self.posts: list[Post] = []
        self.cases: list[Case] = []
        self.small_steps: list[Citizen] = []
        self.open_cases: list[Case] = []
        self.closed_cases: list[Case] = []
        copy_world(self, world)
        self.everybody = self.agents_by_type[Citizen]
        self.base_hazards = base_hazards(self.parameters.transitions)

    def step(self) -> None:
        """Live through one week."""
        self.flows.clear()
        self.luck.week = self.week
        for submodel in WEEK:
            getattr(self, submodel)()
        self.week += 1

    def count(self, flow: str, number: float = 1) -> None:
        """Count something that happened this week."""
        self.flows[flow] += number

    def open_case(self, citizen: Citizen, route: Route, **state: Any) -> None:
        """Put somebody who accepted on the waiting list."""
        case = Case.opened_for(citizen, route, **state)
        self.cases.append(case)
        self.open_cases.append(case)
        citizen.case, citizen.last_referral = case, self.week
        self.count("referred")
        if not route.is_medical:
            self.count("referred_non_medical")

    def workers(self) -> list[LinkWorker]:
        """Return the link workers in post, the sick included."""
        return [post.worker for post in self.posts if post.worker]

    def landscape(self) -> None:
        """Let the commissioner set this week's levers: today's in the warm-up, the last ones after the timeline."""
        values = self.warm_up_levers
        if self.week >= 0 and self.levers:
            values = self.levers[min(self.week, len(self.levers) - 1)]
        self.commissioner.pull_levers(values)

    def funding(self) -> None:
        """Hold the yearly review, let proactive practice spread, fund posts and keep the books."""
        payer, p = self.commissioner, self.parameters.funding
        if self.week % WEEKS_PER_YEAR == 0:
            payer.review(self.pcns, p)
            self.spread_practice(p)
        by_luck = sorted(self.pcns, key=lambda pcn: self.luck.uniform("pilots", pcn, holder=0, ahead=-self.week))
        for place, pcn in enumerate(by_luck):
            is_pilot = place / len(self.pcns) < payer.share_pilot_pcns
            pcn.is_proactive = is_pilot or (pcn.is_proactive and self.week > 0)
            if self.week <= 0 or pcn.week_proactive is None:
                pcn.week_proactive = self.week if pcn.is_proactive else None
        payer.fund(self.pcns)
        places, approaches = (sum(one.places for one in self.organisations), sum(pcn.approaches for pcn in self.pcns))
        payer.keep_books(self.posts, places, approaches)

    def spread_practice(self, p: Any) -> None:
        """Let PCNs take up outreach by what proactive ones had to show this year; then begin a new year's record."""
        proactive = [pcn for pcn in self.pcns if pcn.is_proactive]
        cases = max(1, sum(pcn.recorded_cases for pcn in proactive))
        value_per_case = sum(pcn.recorded_value for pcn in proactive) / cases
        hazard = p.rate_adoption_per_year * len(proactive) / max(1, len(self.pcns) - 1) * value_per_case
        for pcn in self.pcns:
            if self.week > 0 and happens(self.luck.uniform("adoption", pcn, holder=0), hazard):
                pcn.is_proactive = True
            pcn.recorded_value = pcn.recorded_cases = 0.0

    def staffing(self) -> None:
        """Let PCNs deliver support, fit their teams to the funds, and hire; then share out time without people."""
        p = self.parameters.staffing
        for pcn in self.pcns:
            pcn.deliver_support(self.commissioner, p)
            pcn.fit_team(p)
            pcn.hire()
        for worker in self.workers():
            worker.share_out_roles(p)

    def residents(self) -> None:
        """Let everybody age, and some die or move."""
        p = self.parameters.residents
        names = ("0_15", "16_24", "25_44", "45_64", "65_74", "75_plus")
        rates = [getattr(p, f"death_rate_{name}_per_year") for name in names]
        bands = [sum(age >= start for start in AGE_BAND_STARTS) - 1 for age in range(OLDEST_AGE + 1)]
        p_death = [-expm1(-rates[band] / WEEKS_PER_YEAR) for band in bands]
        self.everybody.do("grow_older", p_death, -expm1(-self.place.share_moving_per_year / WEEKS_PER_YEAR))

    def life_events(self) -> None:
        """Let everybody meet with what life brings, the deprived with more of it."""
        p = self.parameters.life_events
        rate_event = self.commissioner.hardship * p.rate_event_per_year / WEEKS_PER_YEAR
        by_fifth = [rate_event * p.ratio_event_deprivation**score for score in DEPRIVATION_SCORES]
        rate_job_loss = self.commissioner.hardship * p.rate_unemployment_per_year / WEEKS_PER_YEAR
        rate_job_loss *= self.place.unemployment / p.share_unemployed_england
        self.everybody.do("meet_events", p, by_fifth, rate_job_loss)

    def transitions(self) -> None:
        """Let adults move between health stages."""
        self.everybody.do("change_stage", self.parameters.transitions, self.base_hazards)

    def influence(self) -> None:
        """Wake ties by how they were last week, then let loneliness come and go."""
        p = self.parameters.influence
        for tie in self.everybody.map("tie_to_wake", p):
            if tie:
                tie.become(True)
        ties = [(log1p(number) - self.mean_log_ties) / self.sd_log_ties for number in range(MOST_TIES)]
        ratio_by_ties = [exp(-p.effect_ties * standardised) for standardised in ties]
        by_fifth = [p.rate_lonely_per_week * p.ratio_lonely_deprivation**score for score in DEPRIVATION_SCORES]
        self.everybody.do("feel_lonely_or_not", p, by_fifth, ratio_by_ties)

    def help_seeking(self) -> None:
        """Let everybody consult, and practices get used to it."""
        for practice in self.practices:
            practice.consultations = 0
        self.everybody.do("consult", self.parameters.help_seeking)
        for practice in self.practices:
            practice.close_the_week(self.parameters.help_seeking)

    def referral(self) -> None:
        """Let people be offered the service or come of themselves, then let GPs learn."""
        p = self.parameters.referral
        for practice in self.practices:
            practice.feel_pressure(p)
        scale = self.place.referral_multiplier / (1 - self.place.age_shares[0])
        self.everybody.do("find_a_way_in", p, scale, bool(self.commissioner.self_referral))
        for practice in self.practices:
            practice.learn(p)

    def outreach(self) -> None:
        """Follow up last week's small steps; let link workers and volunteers look for people before they ask."""
        p, payer = self.parameters.outreach, self.commissioner
        due, self.small_steps = self.small_steps, []
        for citizen in due:
            citizen.be_followed_up(p)
        for worker in self.workers():
            worker.hours_outreach = 0.0
        for pcn in self.pcns:
            pcn.approaches = 0
            if payer.outreach_share:
                pcn.plan_approaches(payer, p)
                pcn.look_for_people(payer.chosen("outreach_target"), self.many_ties, p)

    def allocation(self) -> None:
        """Let people give up waiting, then give those who wait, in their turn, to the workers with most room."""
        p = self.parameters.allocation
        for case in list(self.open_cases):
            case.perhaps_give_up(p)
        waiting = [case for case in self.open_cases if case.is_ready_for_a_worker()]
        for case in sorted(waiting, key=Case.turn_to_be_allocated):
            team = self.workers() if p.shares_between_pcns else case.pcn.workers()
            free = [worker for worker in team if worker.has_room()]
            if free:
                case.go_to(min(free, key=LinkWorker.fill))

    def contact(self) -> None:
        """Let support fade, hold appointments in their turn while hours last, then get to know the community."""
        p = self.parameters.contact
        self.everybody.do("let_contact_fade", exp(-1 / p.weeks_contact_fades))
        for worker in self.workers():
            worker.open_diary(p)
        wanted = [case for case in self.open_cases if case.worker and case.wants_contact(p)]
        for case in sorted(wanted, key=Case.turn_to_be_seen):
            case.worker.hold_appointment(case, p)
        for worker in self.workers():
            worker.close_diary()
        for pcn in self.pcns:
            pcn.get_to_know_community(p)

    def participation(self) -> None:
        """Let people take part in activities, leave them and volunteer."""
        self.everybody.do("take_part", self.parameters.participation)

    def word_of_mouth(self) -> None:
        """Let people forget or hear of the service, then talk of cases closed last week."""
        p, share = self.parameters.word_of_mouth, self.parameters.word_of_mouth.share_aware_from_media
        from_media = p.rate_awareness_forgotten_per_week * share / (1 - share)
        from_campaign = -log1p(-min(self.commissioner.awareness_campaign, MOST_TOLD)) / WEEKS_PER_YEAR
        self.everybody.do("remember", p, from_media + from_campaign)
        for case in self.closed_cases:
            if case.week_closed == self.week - 1 and case.holder == case.citizen.holder:
                if case.is_adequate():
                    case.citizen.tell_of_help(p)
                elif case.outcome == Outcome.DROPPED:
                    case.citizen.tell_of_being_dropped(p)
        self.closed_cases = [case for case in self.closed_cases if case.week_closed == self.week]
        for pcn in self.pcns:
            pcn.trust_lost = 0.0

    def strain(self) -> None:
        """Let link workers wear down or recover, by how their colleagues were when the week's strain began."""
        for worker in self.workers():
            worker.look_at_colleagues()
        for worker in self.workers():
            worker.wear_down_or_recover(self.parameters.strain)

    def turnover(self) -> None:
        """Let link workers stay or leave."""
        for worker in self.workers():
            worker.stay_or_leave(self.parameters.turnover)

    def closure(self) -> None:
        """Close what has ended, and count it."""
        for case in list(self.open_cases):
            case.perhaps_close(self.parameters.closure)
        seen = [case for case in self.closed_cases if case.week_closed == self.week and case.is_seen()]
        self.count("closed_seen", len(seen))
        self.count("contacts_of_closed", sum(case.n_contacts for case in seen))
        self.count("adequate", sum(case.is_adequate() for case in seen))
