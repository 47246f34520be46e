"""Parameters of the pathway of a case: from need shown to closure, and what people tell each other."""

from typing import Annotated, NamedTuple

from sp_abm.declare import fact
from sp_abm.vocabulary import Role

CONSTANT = Role.CONSTANT


class Referral(NamedTuple):
    """Need shown, offer, acceptance; GPs learn and forget; people who come of themselves."""

    p_need: Annotated[float, fact("a consultation shows a non-medical need", "probability", 0, 1, "expert; EO016 EO017", likely=(0.08, 0.2))] = 0.14
    p_need_distress: Annotated[float, fact("added when the person is distressed and discloses", "probability", 0, 1, "expert; POP-102, only its product with p_identified is fitted (C19)")] = 0.68
    p_need_lonely: Annotated[float, fact("added when the person is lonely and discloses", "probability", 0, 1, "assumed")] = 0.28
    p_identified: Annotated[float, fact("a GP who has the service in mind offers it for a need shown", "probability", 0, 1, "assumed, fitted to C19 (EO001, its denominator not checked)")] = 0.0168
    p_decline_new: Annotated[float, fact("offers declined where the GP hardly knows the service", "probability", 0, 1, "EO013", likely=(0.2, 0.24))] = 0.22
    p_decline_mature: Annotated[float, fact("offers declined where the GP knows the service well", "probability", 0, 1, "fitted to C21 (EO013)")] = 0.07
    weeks_between: Annotated[float, fact("weeks before a person may be referred again", "weeks", 0, 260, "assumed")] = 26.0
    exponent_time_pressure: Annotated[float, fact("how strongly crowded surgeries lower identification", "exponent", 0, 3, "assumed")] = 0.5
    rate_awareness_learned: Annotated[float, fact("awareness gained for each patient helped", "share of the gap", 0, 1, "assumed")] = 0.15
    rate_awareness_forgotten_per_week: Annotated[float, fact("awareness lost without feedback", "per week", 0, 1, "assumed")] = 0.01
    rate_awareness_shared_per_week: Annotated[float, fact("how fast GPs of a practice come to know the same", "per week", 0, 1, "assumed")] = 0.02
    min_awareness: Annotated[float, fact("awareness that stays whatever happens", "0 to 1", 0, 1, "assumed")] = 0.15
    max_feedback_per_week: Annotated[float, fact("patients helped that a GP can take note of", "patients a week", 0, 10, "assumed", CONSTANT)] = 2.0
    rate_self_per_week: Annotated[float, fact("an aware, trusting person in need comes of themselves", "per week", 0, 1, "fitted to C20 (EO014)")] = 0.0042
    ratio_self_off_balance: Annotated[float, fact("coming of themselves, off balance over in need", "rate ratio", 0, 1, "assumed")] = 0.4
    ratio_self_well: Annotated[float, fact("coming of themselves, well over in need", "rate ratio", 0, 1, "assumed")] = 0.05
    rate_told_per_week: Annotated[float, fact("a person told about the service uses it while it is fresh", "per week", 0, 1, "fitted to C37 (EO112): 11% of those told come in 13 weeks, at the trust they have", likely=(0.005, 0.0125))] = 0.0105
    share_offers_by_staff: Annotated[float, fact("offers made by practice staff other than GPs", "share", 0, 1, "assumed: as their share of consultations")] = 0.5
    share_by_community: Annotated[float, fact("people who come of themselves, sent by a community organisation", "share", 0, 1, "assumed")] = 0.3
    contacts_standard: Annotated[float, fact("contacts planned for a standard case", "contacts", 1, 30, "expert; EO028 W024 EO026", likely=(6, 12))] = 8.0
    contacts_light: Annotated[float, fact("contacts planned for a light-touch case", "contacts", 1, 30, "assumed")] = 2.0
    contacts_intensive: Annotated[float, fact("contacts planned after a crisis", "contacts", 1, 30, "assumed")] = 10.0


class Outreach(NamedTuple):
    """Looking for people before they ask; nothing is known about acceptance, nor about any step of the toolkit."""

    hours_approach: Annotated[float, fact("link worker time for one approach", "hours", 0.1, 20, "assumed")] = 1.0
    hours_invitation: Annotated[float, fact("the same for an invitation by letter or phone", "hours", 0.05, 20, "assumed")] = 0.2
    hours_beside_volunteers: Annotated[float, fact("the same where volunteers help", "hours", 0.05, 20, "assumed")] = 0.6
    hours_toolkit: Annotated[float, fact("added to each of these by the toolkit, follow-up included", "hours", 0, 20, "assumed")] = 0.25
    approaches_per_volunteer_per_week: Annotated[float, fact("approaches a service volunteer makes where volunteers help", "approaches a week", 0, 20, "assumed")] = 0.5
    p_met: Annotated[float, fact("an approach reaches the person", "probability", 0, 1, "assumed")] = 0.6
    p_met_invitation: Annotated[float, fact("an invitation is answered", "probability", 0, 1, "assumed")] = 0.2
    p_accepts: Annotated[float, fact("a person met accepts, at trust 0.5", "probability", 0.2, 0.85, "assumed: no evidence on acceptance", likely=(0.2, 0.85))] = 0.5
    effect_trust: Annotated[float, fact("acceptance gained from no trust to full trust", "probability", 0, 1, "assumed")] = 0.2
    share_ties_well_connected: Annotated[float, fact("live ties that make a person well connected, over the mean", "ratio", 1, 5, "assumed")] = 1.5
    cost_approach_gbp: Annotated[float, fact("materials and travel of an approach", "GBP", 0, 100, "assumed")] = 2.0
    uses_name_card: Annotated[float, fact("whether the toolkit has name cards", "1 or 0", 0, 1, "assumed: a switch", CONSTANT)] = 1.0
    p_name_card: Annotated[float, fact("a person met gets a card with their name by hand", "probability", 0, 1, "assumed")] = 0.8
    trust_name_card: Annotated[float, fact("trust after it", "change", 0, 1, "assumed")] = 0.1
    uses_conversation: Annotated[float, fact("whether the toolkit has conversation cards; the later steps need a conversation", "1 or 0", 0, 1, "assumed: a switch", CONSTANT)] = 1.0
    p_conversation: Annotated[float, fact("a person met has a conversation with the cards", "probability", 0, 1, "assumed")] = 0.7
    effect_conversation: Annotated[float, fact("acceptance gained by it; with name cards the toolkit adds .1 in all", "probability", 0, 1, "assumed")] = 0.12
    uses_small_step: Annotated[float, fact("whether the toolkit agrees a small step", "1 or 0", 0, 1, "assumed: a switch", CONSTANT)] = 1.0
    p_small_step: Annotated[float, fact("a conversation agrees a small step, felt as one contact is", "probability", 0, 1, "assumed")] = 0.5
    uses_follow_up: Annotated[float, fact("whether the toolkit follows up small steps", "1 or 0", 0, 1, "assumed: a switch", CONSTANT)] = 1.0
    p_follow_up: Annotated[float, fact("a small step is followed up the week after, felt as one contact is", "probability", 0, 1, "assumed")] = 0.6
    trust_follow_up: Annotated[float, fact("trust after it", "change", 0, 1, "assumed")] = 0.05
    uses_data: Annotated[float, fact("whether the toolkit asks for data", "1 or 0", 0, 1, "assumed: a switch", CONSTANT)] = 1.0
    p_data: Annotated[float, fact("a conversation leaves data behind", "probability", 0, 1, "assumed")] = 0.6
    uses_volunteers: Annotated[float, fact("whether the toolkit asks for volunteers", "1 or 0", 0, 1, "assumed: a switch", CONSTANT)] = 1.0
    p_volunteers_toolkit: Annotated[float, fact("a conversation makes a volunteer", "probability", 0, 1, "assumed")] = 0.03


class Allocation(NamedTuple):
    """The waiting list."""

    rate_gives_up_per_week: Annotated[float, fact("giving up before the first contact", "per week", 0, 1, "fitted to C22 (EO020)")] = 0.020
    ratio_gives_up_outreach: Annotated[float, fact("giving up, found by outreach over referred", "rate ratio", 0.5, 5, "assumed")] = 1.5
    shares_between_pcns: Annotated[float, fact("whether link workers take people of other PCNs", "1 or 0", 0, 1, "assumed: a switch, off today", CONSTANT)] = 0.0
    trust_gave_up: Annotated[float, fact("trust after giving up", "change", -1, 0, "assumed")] = -0.10


class Contact(NamedTuple):
    """Appointments, connections, and knowing the community."""

    hours_per_week: Annotated[float, fact("hours of a full-time link worker", "hours a week", 20, 48, "W036", CONSTANT)] = 37.5
    share_present: Annotated[float, fact("time not lost to leave and training; sickness comes on top", "share", 0.3, 1, "assumed")] = 0.888
    share_direct: Annotated[float, fact("time present spent with people", "share", 0.1, 1, "assumed; W036", likely=(0.4, 0.8))] = 0.6
    minutes_contact: Annotated[float, fact("length of an appointment", "minutes", 10, 120, "assumed; W035", likely=(30, 60))] = 40.0
    p_attends: Annotated[float, fact("an appointment is kept", "probability", 0, 1, "assumed")] = 0.88
    slots_missed: Annotated[float, fact("slots a missed appointment costs", "slots", 0, 1, "assumed")] = 0.7
    rate_contact_per_week: Annotated[float, fact("an open case wants a contact: 8 in 12 weeks", "per week", 0.05, 5, "derived from EO028 over EO027: 8 in 12 weeks", likely=(0.5, 1))] = 0.667
    level_thin: Annotated[float, fact("support felt from one or two contacts", "0 to 1", 0, 1, "assumed; bound EO025")] = 0.17
    level_deep: Annotated[float, fact("support felt from three contacts or more", "0 to 1", 0, 1, "assumed; bound EO025")] = 0.33
    weeks_contact_fades: Annotated[float, fact("weeks in which support from contact falls to a third", "weeks", 0.5, 52, "assumed")] = 4.0
    p_willing: Annotated[float, fact("a fitting activity is accepted, worker of average burnout", "probability", 0.01, 0.99, "fitted to C23 (EO021)")] = 0.60
    share_ready: Annotated[float, fact("attempts at which the person is ready", "share", 0, 1, "fitted to C23 (EO021)")] = 0.70
    share_ready_early: Annotated[float, fact("the same at the second contact of a standard case", "share", 0, 1, "fitted to C23 (EO021)")] = 0.35
    effect_burnout: Annotated[float, fact("acceptance lost for one standard deviation of burnout", "log odds", 0, 3, "derived from W101 (r = -.26); the true effect may be smaller", likely=(0.2, 0.55))] = 0.49
    mean_burnout: Annotated[float, fact("burnout at which acceptance is p_willing", "0 to 1", 0, 1, "W079", CONSTANT)] = 0.40
    sd_burnout: Annotated[float, fact("standard deviation of burnout between workers", "0 to 1", 0.05, 0.5, "assumed; W079", CONSTANT)] = 0.18
    ratio_change: Annotated[float, fact("odds of acceptance for each change of link worker", "odds ratio", 0.1, 1, "assumed; W108")] = 0.5
    p_knows_at_start: Annotated[float, fact("a newcomer knows a local organisation", "probability", 0, 1, "assumed")] = 0.15
    rate_learns_per_week: Annotated[float, fact("getting to know a local organisation", "per week", 0, 1, "assumed")] = 0.008
    rate_forgets_per_week: Annotated[float, fact("losing touch with one", "per week", 0, 1, "assumed")] = 0.004
    rate_shares_per_week: Annotated[float, fact("hearing of an organisation that a colleague knows", "per week", 0, 1, "assumed")] = 0.002
    effect_toolkit: Annotated[float, fact("acceptance gained where a toolkit conversation went before", "log odds", 0, 3, "assumed: no evidence")] = 0.4
    weeks_long_wait: Annotated[float, fact("wait for a first contact from which trust suffers", "weeks", 1, 104, "assumed")] = 8.0
    trust_long_wait: Annotated[float, fact("trust after such a wait", "change", -1, 0, "assumed")] = -0.05
    trust_no_place: Annotated[float, fact("trust each time no place is free", "change", -1, 0, "assumed; direction EO061")] = -0.02


class Participation(NamedTuple):
    """Taking part in an activity, and volunteering after it."""

    rate_drop_out_early_per_week: Annotated[float, fact("dropping out in the first twelve weeks", "per week", 0, 1, "derived from EO034: 49% left at 12 weeks", likely=(0.044, 0.076))] = 0.059
    rate_drop_out_late_per_week: Annotated[float, fact("leaving afterwards", "per week", 0, 1, "assumed")] = 0.06
    weeks_completed: Annotated[float, fact("weeks after which leaving counts as completed", "weeks", 1, 104, "EO034", CONSTANT)] = 12.0
    level_thin: Annotated[float, fact("support felt in an activity after fewer than three contacts", "0 to 1", 0, 1, "assumed")] = 0.5
    rate_support_fades_per_week: Annotated[float, fact("support lost after leaving", "per week", 0, 1, "assumed; checked with EO075 EO076")] = 0.04
    p_volunteers: Annotated[float, fact("those who complete and become volunteers there", "probability", 0, 1, "assumed; EO060")] = 0.05
    rate_volunteer_stops_per_week: Annotated[float, fact("volunteers who stop", "per week", 0, 1, "assumed")] = 0.01
    places_per_volunteer: Annotated[float, fact("places a volunteer adds", "places", 0, 10, "assumed")] = 1.5
    mean_places: Annotated[float, fact("places an organisation keeps for people referred", "places", 0, 100, "fitted to C23 (EO021)")] = 2.2


class WordOfMouth(NamedTuple):
    """What people tell each other, what the media tell, and what is forgotten."""

    rate_awareness_forgotten_per_week: Annotated[float, fact("forgetting how to get social prescribing", "per week", 0, 1, "assumed")] = 0.01
    share_aware_from_media: Annotated[float, fact("share aware that media alone hold", "share", 0, 0.9, "EO040")] = 0.08
    p_tells: Annotated[float, fact("somebody helped tells others", "probability", 0, 1, "EO110")] = 0.49
    n_told: Annotated[float, fact("people told the first time", "people", 0, 20, "assumed", CONSTANT)] = 2.0
    p_tells_again: Annotated[float, fact("tellers who tell again", "probability", 0, 1, "EO110")] = 0.47
    n_told_again: Annotated[float, fact("people told the second time", "people", 0, 20, "assumed", CONSTANT)] = 3.0
    weeks_fresh: Annotated[float, fact("weeks for which being told prompts use", "weeks", 0, 104, "EO112", CONSTANT)] = 13.0
    trust_bad_news: Annotated[float, fact("trust of those who hear of a dropped case", "change", -1, 0, "assumed")] = -0.05


class Closure(NamedTuple):
    """How cases end."""

    effect_voice: Annotated[float, fact("outcomes recorded where link workers speak up twice as much as today", "probability gained", 0, 1, "assumed")] = 0.1
    max_weeks_standard: Annotated[float, fact("weeks after allocation at which a case closes", "weeks", 1, 104, "EO027")] = 12.0
    max_weeks_crisis: Annotated[float, fact("the same when referred in crisis", "weeks", 1, 104, "derived from EO026")] = 26.0
    rate_disengages_per_week: Annotated[float, fact("losing touch", "per week", 0, 1, "fitted to C24 (EO025)")] = 0.025
    weeks_silence: Annotated[float, fact("weeks without contact after which losing touch is likelier", "weeks", 0, 26, "assumed")] = 3.0
    ratio_silence: Annotated[float, fact("losing touch after such silence", "rate ratio", 1, 10, "assumed")] = 2.0
    ratio_change: Annotated[float, fact("losing touch for each change of link worker", "rate ratio", 1, 10, "assumed; W108 W110")] = 2.0
    ratio_crisis: Annotated[float, fact("losing touch while in crisis", "rate ratio", 1, 10, "assumed")] = 2.0
    trust_adequate: Annotated[float, fact("trust after adequate help", "change", 0, 1, "assumed")] = 0.15
    p_recorded: Annotated[float, fact("the outcome of somebody seen is recorded when the case ends", "probability", 0, 1, "assumed")] = 0.6
    p_recorded_toolkit: Annotated[float, fact("the same where the toolkit was used, in addition", "probability", 0, 1, "assumed: no effect size is known")] = 0.3
    value_adequate: Annotated[float, fact("what the commissioner sees in an adequate case", "value of a case", 0, 1, "assumed: the unit", CONSTANT)] = 1.0
    value_contacts: Annotated[float, fact("what it sees in three or more contacts without an activity", "value of a case", 0, 1, "assumed")] = 0.3
