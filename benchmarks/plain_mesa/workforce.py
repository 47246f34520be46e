"""Workforce: posts, the link workers in them, and the primary care network that employs them."""

from heapq import nsmallest
from math import ceil, exp, expm1, floor, sqrt
from statistics import NormalDist
from typing import Any

from benchmarks.plain_mesa.luck import happens
from benchmarks.plain_mesa.pathway import Case
from benchmarks.plain_mesa.system import Entity
from sp_abm.vocabulary import WEEKS_PER_YEAR, Channel, OutreachChannel

POSTS_PER_PCN = 4096
MINUTES_PER_HOUR = 60
SMALL = 1e-9
NORMAL = NormalDist()


def over_channels(p: Any, what: str, support: list[float]) -> float:
    """Return the sum of a parameter's channels, each times the support received there."""
    return sum(getattr(p, f"{what}_{channel.name.lower()}") * support[channel] for channel in Channel)


class Post:
    """A post of a PCN, vacant or held by the n-th holder; `fte` is 0 when it is no longer funded."""

    def __init__(self, pcn: "Pcn", post_id: int, holder: int = 0, fte: float = 0.0, starts: int = 0) -> None:
        self.pcn, self.id, self.holder, self.fte, self.starts = pcn, post_id, holder, fte, starts
        self.model, self.row = pcn.model, len(pcn.model.posts)
        self.worker: LinkWorker | None = None
        pcn.posts.append(self)
        pcn.model.posts.append(self)

    def advertise(self, ahead: int = 0) -> None:
        """Look for a new holder, from this week or from a week ahead."""
        p, u = self.model.parameters.staffing, self.model.luck.uniform("hiring", self, 1, ahead=ahead)
        weeks = ceil(p.min_weeks_to_fill + u * (p.max_weeks_to_fill - p.min_weeks_to_fill))
        self.starts = self.model.week + ahead + weeks

    def turn_to_go(self) -> tuple[int, int]:
        """Return which posts close first: vacant ones, then those whose holders came last."""
        return self.worker.weeks_in_post if self.worker else -1, self.id

    def fill(self) -> None:
        """Let a new holder start."""
        self.holder += 1
        self.worker = LinkWorker(self)
        self.worker.begin()

    def close(self) -> None:
        """End the post; cases go back to the waiting list."""
        self.advertise()
        self.fte = 0.0
        if self.worker:
            for case in list(self.worker.caseload):
                case.hand_back()
            self.worker.leave_post()


class LinkWorker(Entity):
    """Somebody who holds a post, from hire to leaving; luck knows them by the post and its holder's number."""

    def __init__(self, post: Post, **state: Any) -> None:
        super().__init__(post.model)
        self.post, self.pcn, self.row, self.id, self.holder = post, post.pcn, post.row, post.id, post.holder
        self.luck, self.parameters = post.model.luck, post.model.parameters
        self.caseload: list[Case] = []
        self.known: set[Any] = set()
        self.weeks_in_post, self.intends, self.burnout, self.trait, self.condition, self.load = 0, False, 0.0, 1.0, 0, 0
        self.slots_carried = self.slots_used = self.hours_outreach = self.approaches_carried = 0.0
        self.hours_building, self.hours_voice, self.is_sick = 0.0, 0.0, False
        self.__dict__.update(state)

    def begin(self) -> None:
        """Start fresh, untrained, knowing few organisations."""
        p, strain = self.parameters.staffing, self.parameters.strain
        u_intends, u_trait, u_condition = self.luck.uniforms("hiring", self, 3)
        self.burnout, self.intends = p.burnout_at_start, u_intends < p.p_intends_at_start
        self.trait = exp(strain.sd_trait * NORMAL.inv_cdf(u_trait) - strain.sd_trait**2 / 2)
        self.condition = strain.sd_condition * NORMAL.inv_cdf(u_condition)
        for organisation in self.pcn.organisations:
            u = self.luck.uniform("newcomer_knowledge", organisation, holder=self.id * 64 + self.holder % 64)
            if u < self.parameters.contact.p_knows_at_start:
                self.known.add(organisation)
        self.model.count("hired")

    def leave_post(self) -> None:
        """Be gone."""
        self.post.worker = None
        self.remove()

    def ramp(self) -> float:
        """Return how far the job is learned, from the newcomer's share to 1."""
        p = self.parameters.staffing
        return min(1.0, p.ramp_at_start + (1 - p.ramp_at_start) * self.weeks_in_post / p.weeks_ramp)

    def hours_available(self) -> float:
        """Return the hours a week present."""
        return self.parameters.contact.hours_per_week * self.parameters.contact.share_present * self.post.fte

    def hours_direct(self) -> float:
        """Return the hours a week for people; none while off sick."""
        p = self.parameters.contact
        full_time = p.hours_per_week * p.share_direct * p.share_present
        return 0.0 if self.is_sick else full_time * self.post.fte * self.ramp()

    def share_out_roles(self, p: Any) -> None:
        """Give time without people to the community and to speaking up: more when the role is clear and learned."""
        time = self.hours_available() * (1 - self.parameters.contact.share_direct) * self.ramp()
        clarity = self.pcn.support[Channel.ROLE_CLARITY] - p.support_today
        time *= max(0.0, 1 + p.effect_clarity_roles * clarity)
        self.hours_building, self.hours_voice = p.share_building * time, p.share_voice * time

    def plan_approaches(self, share: float, hours_each: float) -> int:
        """Set hours aside for outreach, in whole approaches; carry the rest to next week."""
        wanted = self.hours_direct() * share / hours_each + self.approaches_carried
        self.approaches_carried = wanted - floor(wanted)
        self.hours_outreach = floor(wanted) * hours_each
        return floor(wanted)

    def limit(self) -> float:
        """Return the open cases allowed."""
        return self.model.commissioner.caseload_cap * self.post.fte * self.ramp()

    def has_room(self) -> bool:
        """Say whether the worker may take on one more case."""
        return len(self.caseload) + 1 <= self.limit()

    def fill(self) -> tuple[float, int]:
        """Return the share of the limit in use, with the post's number, by which the emptiest worker is found."""
        return len(self.caseload) / self.limit(), self.id

    def open_diary(self, p: Any) -> None:
        """Count this week's appointment slots."""
        hours = max(0.0, self.hours_direct() - self.hours_outreach)
        self.slots = self.slots_left = hours * MINUTES_PER_HOUR / p.minutes_contact + self.slots_carried

    def hold_appointment(self, case: Case, p: Any) -> None:
        """See a person, if there is a slot and they come."""
        if self.slots_left < 1:
            return
        _, u_attends, u_accepts = self.luck.uniforms("contact", case.citizen, 3)
        if u_attends < p.p_attends:
            self.slots_left -= 1
            self.model.count("contacts")
            case.meet(p, u_accepts)
        else:
            self.slots_left -= p.slots_missed
            self.model.count("missed")

    def close_diary(self) -> None:
        """Carry up to one slot to next week."""
        self.slots_used, self.slots_carried = self.slots - self.slots_left, min(1.0, self.slots_left)

    def get_to_know_community(self, p: Any, known_to_team: set[Any]) -> None:
        """Get to know local organisations, by oneself or from colleagues, and lose touch with others."""
        staffing = self.parameters.staffing
        today = staffing.share_building * p.hours_per_week * p.share_present * (1 - p.share_direct)
        rate_alone = p.rate_learns_per_week * self.hours_building / today if today else 0.0
        for organisation in self.pcn.organisations:
            u = self.luck.uniform("knowledge", self, organisation.id)
            if organisation in self.known:
                if happens(u, p.rate_forgets_per_week):
                    self.known.discard(organisation)
            elif happens(u, rate_alone + p.rate_shares_per_week * (organisation in known_to_team)):
                self.known.add(organisation)

    def support_felt(self, p: Any) -> list[float]:
        """Return the support felt on every channel; peers need colleagues in post."""
        felt = list(self.pcn.support)
        felt[Channel.PEERS] *= min(1.0, (len(self.pcn.workers()) - 1) / p.colleagues_full)
        return felt

    def look_at_colleagues(self) -> None:
        """Note how burnt out the others of the team are on average, before anybody's burnout moves."""
        others = [worker.burnout for worker in self.pcn.workers() if worker is not self]
        average = self.parameters.contact.mean_burnout
        self.burnout_of_colleagues = sum(others) / len(others) if others else average

    def caught_from_colleagues(self, p: Any) -> float:
        """Return what strain is multiplied by for colleagues more or less burnt out than the average worker."""
        usual = self.parameters.contact
        return exp(p.effect_colleagues * (self.burnout_of_colleagues - usual.mean_burnout) / usual.sd_burnout)

    def wear_down_or_recover(self, p: Any) -> None:
        """Move burnout by load, person, conditions, colleagues and the support felt; fall sick or get well."""
        u_condition, u_sick = self.luck.uniforms("strain", self, 2)
        demanded, available = self.hours_demanded(p), self.hours_available() * p.load_unit
        self.load = 0.0 if self.is_sick else demanded / available / sqrt(self.ramp())
        kept, z, support = p.persistence_condition, NORMAL.inv_cdf(u_condition), self.support_felt(p)
        self.condition = kept * self.condition + p.sd_condition * sqrt(1 - kept**2) * z
        felt = exp(self.condition - p.sd_condition**2 / 2) * self.caught_from_colleagues(p)
        pressure = self.load * self.trait * felt * (1 - over_channels(p, "relief", support))
        rest = p.rate_down_per_week * (1 + over_channels(p, "recovery", support))
        burnout = self.burnout + p.rate_up_per_week * pressure * (1 - self.burnout) - rest * self.burnout
        self.burnout = min(1.0, max(0.0, burnout))
        begins = p.rate_sick_per_week * (p.ratio_sick_burnt_out if self.is_burnt_out() else 1)
        self.is_sick = not happens(u_sick, 1 / p.weeks_sick) if self.is_sick else happens(u_sick, begins)

    def is_burnt_out(self) -> bool:
        """Say whether burnout is past its threshold."""
        return self.burnout > self.parameters.turnover.threshold_burnt_out

    def hours_demanded(self, p: Any) -> float:
        """Return the hours that cases, outreach, other duties and being spread over practices ask for."""
        contact = self.parameters.contact
        per_case = contact.rate_contact_per_week * contact.minutes_contact / MINUTES_PER_HOUR + p.hours_admin_per_case
        other = (1 - contact.share_direct) * self.hours_available() * p.share_other_fixed
        practices_each = max(1.0, len(self.pcn.practices) / max(1, len(self.pcn.funded_posts())))
        spread = p.hours_per_practice * (practices_each - 1)
        return len(self.caseload) * per_case + self.hours_outreach + other + spread

    def stay_or_leave(self, p: Any) -> None:
        """Think of leaving, anew each year; leave, and part with every case."""
        u_intends, u_leaves = self.luck.uniforms("turnover", self, 2)
        if self.weeks_in_post > 0 and self.weeks_in_post % WEEKS_PER_YEAR == 0:
            self.intends = u_intends < self.p_intends(p)
        rate = p.rate_leaves_intending_per_week if self.intends else p.rate_leaves_otherwise_per_week
        p_leaves = -expm1(-rate * (p.ratio_first_year if self.weeks_in_post < WEEKS_PER_YEAR else 1))
        self.model.count("expected_leavers", p_leaves)
        if u_leaves < p_leaves:
            self.model.count("leavers")
            for case in list(self.caseload):
                case.part_with_worker(p)
            self.leave_post()
            self.post.advertise(ahead=1)

    def p_intends(self, p: Any) -> float:
        """Return the chance of intending to leave; burnout acts the less, the more support there is."""
        gain = [support - self.parameters.staffing.support_today for support in self.pcn.support]
        path = p.effect_burnt_out * (1 - p.weakening_support * sum(gain) / len(gain))
        logit = p.intercept_intention - over_channels(p, "effect", gain)
        return 1 / (1 + exp(-logit - path * self.is_burnt_out()))


class Pcn(Entity):
    """A primary care network: practices, a team of link workers, their cases, and the community around."""

    def __init__(self, model: Any, **state: Any) -> None:
        super().__init__(model, **state)
        self.posts: list[Post] = []
        self.citizens, self.practices, self.organisations = [], [], []

    def funded_posts(self) -> list[Post]:
        """Return the posts that are funded, the lowest number first."""
        return [post for post in self.posts if post.fte > 0]

    def workers(self) -> list[LinkWorker]:
        """Return the link workers in post."""
        return [post.worker for post in self.posts if post.worker]

    def serves(self) -> bool:
        """Say whether there is a service at all."""
        return self.fte_funded > 0

    def deliver_support(self, payer: Any, p: Any) -> None:
        """Move the support of every channel towards what is asked for: part of a rise, all of a cut."""
        for channel in Channel:
            asked = min(1.0, getattr(payer, f"support_{channel.name.lower()}") * payer.support_factor)
            rise, support = asked - p.support_today, self.support[channel]
            target = p.support_today + p.share_support_delivered * rise if rise > 0 else asked
            weeks = p.weeks_support_rises if support < target else p.weeks_support_falls
            self.support[channel] = support + (target - support) * -expm1(-1 / weeks)

    def fit_team(self, p: Any) -> None:
        """Close or open posts until the team is what is funded."""
        sizes, team = self.team_sizes(p), self.funded_posts()
        for post in sorted(team, key=Post.turn_to_go)[: max(0, len(team) - len(sizes))]:
            post.close()
        for _ in range(len(sizes) - len(team)):
            self.open_post()
        for post, fte in zip(self.funded_posts(), sizes, strict=True):
            post.fte = fte

    def team_sizes(self, p: Any) -> list[float]:
        """Return the posts that the funds are good for: whole ones, and a part-time one if the rest is worth it."""
        whole = int(self.fte_funded + SMALL)
        rest = self.fte_funded - whole
        if rest >= p.min_fte or (whole == 0 and rest > SMALL):
            return [1.0] * whole + [rest]
        return [1.0] * (whole - 1) + [1.0 + max(0.0, rest)] if whole else []

    def open_post(self) -> None:
        """Open a closed post again, or a new one; the first teams of all are in post at once."""
        closed = [post for post in self.posts if post.fte == 0]
        post = closed[0] if closed else Post(self, self.row * POSTS_PER_PCN + len(self.posts))
        post.fte = 1.0
        if self.model.week == self.model.first_week:
            post.fill()
            u = self.model.luck.uniform("hiring", post, 2)
            post.worker.weeks_in_post = int(u * self.model.parameters.staffing.max_weeks_first_teams)
        else:
            post.advertise()

    def hire(self) -> None:
        """Let new holders start where their week has come."""
        for worker in self.workers():
            worker.weeks_in_post += 1
        for post in self.funded_posts():
            if not post.worker and post.starts <= self.model.week:
                post.fill()

    def plan_approaches(self, payer: Any, p: Any) -> None:
        """Set link workers' time aside where practice is proactive; service volunteers help where they are asked."""
        hours_each, share = payer.hours_an_approach(p), payer.outreach_share if self.is_proactive else 0.0
        self.approaches = sum(worker.plan_approaches(share, hours_each) for worker in self.workers())
        asks_volunteers = payer.chosen("outreach_channel") == OutreachChannel.VOLUNTEERS
        by_volunteers = 0.0
        if asks_volunteers and self.is_proactive and self.serves():
            number = sum(organisation.volunteers for organisation in self.organisations)
            by_volunteers = number * p.approaches_per_volunteer_per_week + self.approaches_carried
        self.approaches_carried = by_volunteers - floor(by_volunteers)
        self.approaches += floor(by_volunteers)

    def look_for_people(self, target: str, many_ties: float, p: Any) -> None:
        """Approach those first in line who have no activity, no case and no late referral."""
        if self.approaches:
            free = (person for person in self.citizens if not person.activity and person.may_be_referred())
            for person in nsmallest(self.approaches, free, key=lambda one: one.place_in_line(target, many_ties)):
                person.be_approached(p)

    def p_recorded(self, p: Any) -> float:
        """Return the chance that an outcome is written down: more where workers speak up more than they do today."""
        staffing, contact, workers = self.model.parameters.staffing, self.model.parameters.contact, self.workers()
        hours = contact.hours_per_week * contact.share_present * (1 - contact.share_direct) * staffing.share_voice
        today = hours * sum(worker.post.fte for worker in workers)
        voice = sum(worker.hours_voice for worker in workers) / today if today > 0 else 1.0
        return min(1.0, max(0.0, p.p_recorded + p.effect_voice * (voice - 1)))

    def get_to_know_community(self, p: Any) -> None:
        """Let workers learn of organisations; they tell each other what they knew when the week began."""
        known_to_team = set().union(*(worker.known for worker in self.workers()))
        for worker in self.workers():
            worker.get_to_know_community(p, known_to_team)
