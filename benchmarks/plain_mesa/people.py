"""People: what a citizen lives through in a week, and the ties between citizens."""

from math import exp, expm1, floor
from typing import Any

from benchmarks.plain_mesa.life import C, Hazards, O, P, T, Tie, adult_age, drawn
from benchmarks.plain_mesa.luck import happens, single
from benchmarks.plain_mesa.system import Entity
from sp_abm.vocabulary import (
    ADULT_AGE,
    OLDEST_AGE,
    WEEKS_PER_YEAR,
    Outcome,
    OutreachChannel,
    OutreachTarget,
    Route,
    TieKind,
)

DEEP = 3
FADED, FORGOTTEN, MOST_WEEKS = 0.001, 0.01, 65535


class Citizen(Entity):
    """A resident of a dwelling place, where somebody else (the next `holder`) may live one day.

    State variables are those of the table of citizens, by the same names; where that holds a row number, a citizen
    knows the practice, PCN, GP, case or organisation itself, or None.
    """

    def __init__(self, model: Any, **state: Any) -> None:
        super().__init__(model, **state)
        self.luck = model.luck
        self.ties: list[Tie] = []

    def is_adult(self) -> bool:
        """Say whether the person is of an age to have a stage, needs and a case."""
        return self.age >= ADULT_AGE

    def is_distressed(self) -> bool:
        """Say whether the person is in pre-crisis or crisis."""
        return self.stage == P or self.stage == C

    def change_trust(self, change: float) -> None:
        """Trust the service more or less, within 0..1."""
        self.trust = single(min(1.0, max(0.0, self.trust + change)))

    def lose_trust(self, change: float) -> None:
        """Trust the service less, and let the PCN keep count of what is lost there."""
        self.pcn.trust_lost += change
        self.change_trust(change)

    def grow_older(self, p_death: list[float], p_move: float) -> None:
        """Have a birthday once a year; die, move away, or stay."""
        if (self.id + self.model.week) % WEEKS_PER_YEAR == 0 and self.age < OLDEST_AGE:
            self.age += 1
        u = self.luck.uniform("residents", self)
        if u < p_death[self.age]:
            self.make_room("died")
        elif u < p_death[self.age] + p_move:
            self.make_room("moved")

    def make_room(self, why: str) -> None:
        """Leave for good: somebody new takes over the dwelling, and the lasting traits that belong to it."""
        self.model.count(why)
        for tie in self.ties:
            if tie.kind != TieKind.HOUSEHOLD:
                tie.become(False)
        if self.case and self.case.is_open():
            self.case.close(Outcome.MOVED)
        if self.activity:
            self.activity.occupied -= 1
        if self.volunteers_at:
            self.volunteers_at.volunteers -= 1
        self.holder += 1
        u_sex, u_aware, u_band, u_year = self.luck.uniforms("newcomer", self, 4)
        p, place = self.model.parameters.residents, self.model.place
        self.arrived, self.last_referral = self.model.week, None
        self.female, self.aware = u_sex < place.share_female, u_aware < p.p_newcomer_aware
        self.trust = single(p.trust_newcomer)
        self.case = self.activity = self.volunteers_at = None
        self.weeks_told = self.weeks_in_activity = 0
        self.contact_support = self.activity_support = 0.0
        self.is_adequate = self.follow_up_due = False
        if why == "died":
            self.age, self.stage, self.weeks_in_distress, self.event_strain = 0, T, 0, 0.0
            self.unemployed = self.ill = self.lonely = False
        else:
            self.come_as_the_settled_place_has_it()
            self.age = adult_age(place.age_shares, u_band, u_year) if self.is_adult() else int(u_year * ADULT_AGE)

    def come_as_the_settled_place_has_it(self) -> None:
        """Take the health that the dwelling's resident had when the place had settled, if both are adults."""
        if self.is_adult() and self.first_stage is not None:
            self.stage, self.weeks_in_distress, self.lonely = self.first_stage, self.first_weeks, self.first_lonely

    def meet_events(self, p: Any, rate_event: list[float], rate_job_loss: float) -> None:
        """Fall ill or get well; meet with a stressful event or get over the last; lose or find work."""
        u_event, u_work, u_ill = self.luck.uniforms("life_events", self, 3)
        self.ill = not happens(u_ill, p.rate_recovery_per_week) if self.ill else happens(u_ill, p.rate_illness_per_week)
        if not self.is_adult():
            return
        if happens(u_event, rate_event[self.fifth]):
            self.event_strain = single(p.size_event)
        elif self.event_strain > 0:
            left = self.event_strain * (1 - 1 / p.weeks_event_fades)
            self.event_strain = single(left) if left > FORGOTTEN else 0.0
        if self.unemployed:
            self.unemployed = self.age < p.oldest_worker and not happens(u_work, p.rate_employment_per_week)
        else:
            self.unemployed = self.age < p.oldest_worker and happens(u_work, rate_job_loss)

    def change_stage(self, p: Any, hazards: dict[int, Hazards]) -> None:
        """Move between health stages: low luck worsens, high luck improves, so better hazards never hurt."""
        if not self.is_adult():
            return
        push, pull = self.pressures(p)
        base = hazards[self.stage]
        worse, better = base.sum_worsening * push, base.sum_improving * pull
        u, after = self.luck.uniform("transitions", self), self.stage
        if u < worse or 1 - u < better:
            scale = -expm1(-(worse + better)) / (worse + better)
            after = drawn(u, base.worsening, scale * push, after)
            if after == self.stage:
                after = drawn(1 - u, base.improving, scale * pull, after)
        was_distressed, self.stage = self.is_distressed(), after
        lasts = was_distressed and self.is_distressed()
        self.weeks_in_distress = min(self.weeks_in_distress + 1, MOST_WEEKS) if lasts else 0

    def pressures(self, p: Any) -> tuple[float, float]:
        """Return how much trouble and support change this person's hazards of worsening and of improving."""
        push, pull = self.worse, self.better
        strain = self.event_strain + self.model.commissioner.shock_strain
        if strain:
            push *= exp(strain)
        if self.unemployed:
            push *= p.ratio_unemployed_worse
            pull *= p.ratio_unemployed_better
        if self.lonely:
            push *= p.ratio_lonely_worse
            pull *= p.ratio_lonely_better
        support = max(self.contact_support, self.activity_support)
        if support > 0:
            push /= exp(p.effect_support * support)
            pull *= exp(p.effect_support * support)
        if self.stage == P:
            floor = p.share_duration_floor
            pull *= floor + (1 - floor) / (1 + self.weeks_in_distress / p.weeks_duration)
        return push, pull

    def tie_to_wake(self, p: Any) -> Tie | None:
        """Return a sleeping tie that wakes this week, if one does; the luckiest of them."""
        n_asleep = len(self.ties) - self.n_live_ties
        if not n_asleep or not happens(self.luck.uniform("tie", self), n_asleep / p.weeks_tie_wakes / 2):
            return None
        asleep = [tie for tie in self.ties if not tie.is_awake]
        return min(asleep, key=lambda tie: self.luck.uniform("tie", self, tie.friend_of(self).id + 1))

    def feel_lonely_or_not(self, p: Any, rate_by_fifth: list[float], ratio_by_ties: list[float]) -> None:
        """Become lonely, the more easily in distress and with few live ties, or cease to be."""
        if not self.is_adult():
            return
        u = self.luck.uniform("influence", self)
        if self.lonely:
            self.lonely = not happens(u, p.rate_unlonely_per_week * (p.ratio_unlonely_activity if self.activity else 1))
        else:
            ties = self.n_live_ties + self.group_ties(p)
            below, above = ratio_by_ties[floor(ties)], ratio_by_ties[floor(ties) + 1]
            rate = rate_by_fifth[self.fifth] * (below + (ties - floor(ties)) * (above - below))
            self.lonely = happens(u, rate * (p.ratio_lonely_distress if self.is_distressed() else 1))

    def group_ties(self, p: Any) -> float:
        """Return the further live ties of those in an activity: the others in it, up to a number."""
        return min(self.activity.occupied - 1, p.max_group_ties) if self.activity else 0

    def consult(self, p: Any) -> None:
        """See a GP or nurse a Poisson number of times: more often in distress, when ill, and if of that kind."""
        rate = p.rate_consultation_per_year / WEEKS_PER_YEAR * self.frailty
        if self.is_distressed():
            rate *= p.ratio_distress
        if self.ill:
            rate *= p.ratio_ill
        u, number = self.luck.uniform("help_seeking", self), 0
        if u > 1 - rate:
            term = total = exp(-rate)
            while u > total and number < p.max_consultations_per_week:
                number += 1
                term *= rate / number
                total += term
        self.consultations = number
        self.practice.consultations += number

    def may_be_referred(self) -> bool:
        """Say whether the person is of age, has no open case and was not referred lately."""
        if not self.is_adult() or (self.case and self.case.is_open()):
            return False
        last, wait = self.last_referral, self.model.parameters.referral.weeks_between
        return last is None or self.model.week - last > wait

    def find_a_way_in(self, p: Any, scale: float, is_door_open: bool) -> None:
        """Be offered social prescribing by the GP, or come of oneself when aware of it."""
        may_come = is_door_open and self.aware
        if not (self.consultations or may_come) or not (self.pcn.serves() and self.may_be_referred()):
            return
        u_offer, u_decline, u_self, u_who = self.luck.uniforms("referral", self, 4)
        if self.consultations and u_offer < self.p_offer(p, scale):
            self.model.count("offered")
            if u_decline < self.gp.p_decline(p):
                self.model.count("declined")
            else:
                self.model.open_case(self, Route.PRACTICE_STAFF if u_who < p.share_offers_by_staff else Route.GP)
        elif may_come and happens(u_self, self.rate_of_coming(p) * scale):
            self.model.open_case(self, Route.COMMUNITY if u_who < p.share_by_community else Route.SELF)

    def p_offer(self, p: Any, scale: float) -> float:
        """Return the chance of an offer in this week's consultations."""
        factor = self.gp.attention() * self.practice.time_pressure * scale
        return 1 - (1 - min(1, self.p_need(p) * p.p_identified * factor)) ** self.consultations

    def p_need(self, p: Any) -> float:
        """Return the chance that a consultation shows a non-medical need, which most do not who do not disclose it."""
        need = p.p_need
        if self.discloses:
            need += p.p_need_distress * self.is_distressed() + p.p_need_lonely * self.lonely
        return float(min(1, need))

    def rate_of_coming(self, p: Any) -> float:
        """Return the weekly hazard of coming of oneself; having been told lately raises it."""
        ratio = p.ratio_self_off_balance if self.stage == O else p.ratio_self_well
        rate = p.rate_self_per_week * (1 if self.is_distressed() or self.lonely else ratio)
        return self.trust * (max(rate, p.rate_told_per_week) if self.weeks_told else rate)

    def place_in_line(self, target: str, many_ties: float) -> float:
        """Return how far back outreach puts the person: whole numbers by its target, then by luck."""
        turn = 0
        if target == OutreachTarget.OFF_BALANCE:
            turn = self.stage != O
        elif target == OutreachTarget.ISOLATED:
            turn = not self.lonely
        elif target == OutreachTarget.DEPRIVED_FIRST:
            turn = self.fifth
        elif target == OutreachTarget.WELL_CONNECTED:
            turn = self.n_live_ties < many_ties
        return turn + self.luck.uniform("outreach_rank", self)

    def be_approached(self, p: Any) -> None:
        """Be met by outreach, or not; become aware; perhaps talk with the toolkit; accept a case, or not."""
        payer = self.model.commissioner
        u_met, u_accepts, u_card, u_talks = self.luck.uniforms("outreach", self, 4)
        self.model.count("approached")
        if u_met >= (p.p_met_invitation if payer.chosen("outreach_channel") == OutreachChannel.INVITATION else p.p_met):
            return
        self.model.count("met")
        self.aware = True
        if u_card < payer.toolkit * p.uses_name_card * p.p_name_card:
            self.model.count("name_cards")
            self.change_trust(p.trust_name_card)
        has_talked = u_talks < payer.toolkit * p.uses_conversation * p.p_conversation
        leaves_data = has_talked and self.talk_with_the_toolkit(p)
        p_accepts = p.p_accepts + p.effect_trust * (self.trust - 0.5) + p.effect_conversation * has_talked
        if u_accepts < p_accepts:
            self.model.open_case(self, Route.OUTREACH, toolkit=has_talked, has_data=leaves_data)

    def talk_with_the_toolkit(self, p: Any) -> bool:
        """Agree a small step, leave data, come to volunteer, each or none; return whether data were left."""
        self.model.count("conversations")
        u_step, u_data, u_volunteers = self.luck.uniforms("toolkit", self, 3)
        if u_step < p.uses_small_step * p.p_small_step:
            self.model.count("small_steps")
            self.feel_contact(self.model.parameters.contact.level_thin)
            self.follow_up_due = True
            self.model.small_steps.append(self)
        near = self.pcn.organisations
        if u_volunteers < p.uses_volunteers * p.p_volunteers_toolkit and not self.volunteers_at and near:
            self.model.count("toolkit_volunteers")
            self.volunteers_at = min(near, key=lambda one: self.luck.uniform("toolkit", self, one.id + 1))
            self.volunteers_at.volunteers += 1
        leaves_data = u_data < p.uses_data * p.p_data
        self.model.count("data_left", leaves_data)
        return leaves_data

    def be_followed_up(self, p: Any) -> None:
        """Hear from outreach again a week after a small step, perhaps."""
        is_followed_up = self.follow_up_due and (
            self.luck.uniforms("toolkit", self, 4)[3] < p.uses_follow_up * p.p_follow_up
        )
        self.follow_up_due = False
        if is_followed_up:
            self.model.count("follow_ups")
            self.change_trust(p.trust_follow_up)
            self.feel_contact(self.model.parameters.contact.level_thin)

    def feel_contact(self, level: float) -> None:
        """Feel support as from a contact with a link worker, unless more is felt already."""
        self.contact_support = single(max(self.contact_support, level))

    def let_contact_fade(self, kept: float) -> None:
        """Feel less of the support from earlier contacts."""
        if self.contact_support > 0:
            left = self.contact_support * kept
            self.contact_support = single(left) if left > FADED else 0.0

    def take_part(self, p: Any) -> None:
        """Go to the activity or drop out of it, feel its support, and stop volunteering some day."""
        if not (self.activity or self.volunteers_at or self.activity_support > 0):
            return
        u_leaves, u_volunteers, u_stops = self.luck.uniforms("participation", self, 3)
        left = self.activity_support * (1 - p.rate_support_fades_per_week)
        self.activity_support = single(left) if left > FADED else 0.0
        if self.volunteers_at and happens(u_stops, p.rate_volunteer_stops_per_week):
            self.volunteers_at.volunteers -= 1
            self.volunteers_at = None
        if self.activity:
            self.weeks_in_activity += 1
            self.is_adequate = self.is_adequate or self.case.n_contacts >= DEEP
            self.activity_support = single(max(self.activity_support, 1 if self.is_adequate else p.level_thin))
            has_completed = self.weeks_in_activity > p.weeks_completed
            rate = p.rate_drop_out_late_per_week if has_completed else p.rate_drop_out_early_per_week
            if happens(u_leaves, rate):
                self.leave_activity(has_completed, u_volunteers < p.p_volunteers)

    def leave_activity(self, has_completed: bool, would_volunteer: bool) -> None:
        """Free the place; some who completed stay on as volunteers."""
        self.model.count("left_activity")
        self.activity.occupied -= 1
        if has_completed:
            self.model.count("completed")
            if would_volunteer and not self.volunteers_at:
                self.activity.volunteers += 1
                self.volunteers_at = self.activity
        self.activity, self.weeks_in_activity, self.is_adequate = None, 0, False

    def friends_to_tell(self, number: int) -> list["Citizen"]:
        """Return that many friends over live ties, the luckiest first."""
        friends = [tie.friend_of(self) for tie in self.ties if tie.is_awake]
        return sorted(friends, key=lambda friend: self.luck.uniform("telling", self, friend.id))[:number]

    def tell_of_help(self, p: Any) -> None:
        """Tell some friends, perhaps more of them again; the grown-ups become aware."""
        u_tells, u_again = self.luck.uniforms("word_of_mouth", self, 2)
        if u_tells < p.p_tells:
            for friend in self.friends_to_tell(int(p.n_told + p.n_told_again * (u_again < p.p_tells_again))):
                self.model.count("told")
                if friend.is_adult():
                    friend.aware, friend.weeks_told = True, int(p.weeks_fresh)

    def tell_of_being_dropped(self, p: Any) -> None:
        """Tell some friends, who come to trust the service less."""
        for friend in self.friends_to_tell(int(p.n_told)):
            self.model.count("heard_bad_news")
            friend.lose_trust(p.trust_bad_news)

    def remember(self, p: Any, rate_media: float) -> None:
        """Forget the service, or hear of it from the media."""
        if self.is_adult():
            self.weeks_told = max(0, self.weeks_told - 1)
            u = self.luck.uniform("told", self)
            forgets = self.aware and happens(u, p.rate_awareness_forgotten_per_week)
            self.aware = not forgets if self.aware else happens(u, rate_media)
