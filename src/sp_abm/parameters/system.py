"""Parameters of the workforce and of the system that pays for it."""

from typing import Annotated, NamedTuple

from sp_abm.declare import fact
from sp_abm.vocabulary import Role

CONSTANT = Role.CONSTANT


class Landscape(NamedTuple):
    """The world outside."""

    weeks_shock_fades: Annotated[float, fact("weeks over which a shock to everybody wears off: one part in so many is lost each week", "weeks", 1, 260, "fitted to P31 P32 (POP-003 POP-004) under pandemic-shock")] = 12.0


class Funding(NamedTuple):
    """Money."""

    cost_post_gbp_per_year: Annotated[float, fact("a full-time link worker, with on-costs", "GBP a year", 20000, 100000, "W007 EO098")] = 36428.0
    cost_place_gbp_per_year: Annotated[float, fact("grant for one place in a community activity", "GBP a year", 0, 5000, "assumed; EO099 has 692 a person")] = 300.0
    share_grants_nhs: Annotated[float, fact("grants to organisations that the NHS pays; the council pays the rest", "share", 0, 1, "assumed")] = 0.5
    response_support: Annotated[float, fact("how strongly support follows impact, over posts", "ratio of exponents", 0, 3, "assumed: no evidence", likely=(0, 1))] = 0.0
    response_grants: Annotated[float, fact("how strongly grants follow impact, over posts", "ratio of exponents", 0, 3, "assumed: no evidence", likely=(0, 1))] = 0.0
    least_factor: Annotated[float, fact("anchored rule: money after a review, over what was asked for, at least", "ratio", 0.01, 1, "assumed")] = 0.25
    most_factor: Annotated[float, fact("anchored rule: money after a review, over what was asked for, at most", "ratio", 1, 10, "assumed")] = 3.0
    least_step: Annotated[float, fact("compounding rule: money after a review, over that before it, at least", "ratio", 0.01, 1, "assumed")] = 0.8
    most_step: Annotated[float, fact("compounding rule: money after a review, over that before it, at most", "ratio", 1, 10, "assumed")] = 1.25
    most_compounded: Annotated[float, fact("compounding rule: money after all reviews, over what was asked for, at most", "ratio", 1, 100, "assumed: ten years of the largest steps stay below it")] = 10.0
    rate_adoption_per_year: Annotated[float, fact("taking up outreach, of a PCN whose peers are all proactive and record adequate cases only", "per year", 0, 50, "assumed: no evidence")] = 2.0


class Staffing(NamedTuple):
    """Support delivered, adverts, hires, newcomers."""

    support_today: Annotated[float, fact("support delivered today, every channel", "0 to 1", 0, 1, "derived from W042: 1 less the share without supervision")] = 0.39
    share_support_delivered: Annotated[float, fact("part of a promised rise in support that arrives", "share", 0.3, 1, "derived from W105 (social workers)", likely=(0.3, 1))] = 0.5
    weeks_support_rises: Annotated[float, fact("weeks in which a rise in support is two-thirds felt", "weeks", 0.1, 104, "assumed; W092")] = 8.0
    weeks_support_falls: Annotated[float, fact("the same for a fall", "weeks", 0.1, 104, "derived from W090")] = 26.0
    min_weeks_to_fill: Annotated[float, fact("shortest time to fill a post", "weeks", 0, 104, "W102 W103", likely=(6, 14))] = 10.0
    max_weeks_to_fill: Annotated[float, fact("longest time to fill a post", "weeks", 0, 104, "expert; W102 W104", likely=(26, 40))] = 30.0
    burnout_at_start: Annotated[float, fact("burnout of a newcomer", "0 to 1", 0, 1, "assumed")] = 0.30
    p_intends_at_start: Annotated[float, fact("newcomers who already intend to leave", "probability", 0, 1, "assumed")] = 0.20
    ramp_at_start: Annotated[float, fact("capacity of a newcomer", "share", 0.05, 1, "assumed; W106")] = 0.4
    weeks_ramp: Annotated[float, fact("weeks to full capacity", "weeks", 1, 104, "assumed; W106")] = 26.0
    min_fte: Annotated[float, fact("smallest part-time post; less is added to another", "full-time equivalents", 0.01, 0.5, "assumed", CONSTANT)] = 0.1
    share_building: Annotated[float, fact("time without people that a settled worker gives to building up the community, support as today", "share", 0, 1, "assumed")] = 0.15
    share_voice: Annotated[float, fact("time without people that a settled worker gives to speaking up in the system, support as today", "share", 0, 1, "assumed")] = 0.10
    effect_clarity_roles: Annotated[float, fact("how much a clearer role shifts time to these two", "share for full clarity", 0, 5, "assumed")] = 1.0
    max_weeks_first_teams: Annotated[float, fact("longest time in post of the first teams at the start of the warm-up", "weeks", 0, 520, "assumed", CONSTANT)] = 156.0


class Strain(NamedTuple):
    """Burnout, in job demands-resources form."""

    rate_up_per_week: Annotated[float, fact("burnout gained from load", "per week", 0, 1, "fitted to C27 C28 (W078 W079)")] = 0.085
    rate_down_per_week: Annotated[float, fact("burnout lost in recovery", "per week", 0, 1, "fitted to C27 C28; W092 W093")] = 0.060
    sd_trait: Annotated[float, fact("spread between people", "log ratio", 0, 2, "fitted to C28; W082")] = 0.50
    sd_condition: Annotated[float, fact("spread of slowly changing conditions", "log ratio", 0, 2, "fitted to C28")] = 0.91
    persistence_condition: Annotated[float, fact("how much of last week's conditions remains", "correlation", 0, 0.999, "fitted; W082", likely=(0.97, 0.99))] = 0.985
    load_unit: Annotated[float, fact("hours demanded over hours available that count as load 1", "ratio", 0.5, 3, "assumed: a unit, load is about 1.07 today", CONSTANT)] = 1.27
    hours_admin_per_case: Annotated[float, fact("paperwork of an open case", "hours a week", 0, 2, "assumed")] = 0.10
    share_other_fixed: Annotated[float, fact("other duties that do not give way under pressure", "share", 0, 1, "assumed")] = 0.75
    hours_per_practice: Annotated[float, fact("time lost to each further practice", "hours a week", 0, 5, "assumed")] = 0.02
    rate_sick_per_week: Annotated[float, fact("falling sick, not burnt out", "per week", 0, 1, "fitted to W052 (3.2% of working time)")] = 0.0094
    ratio_sick_burnt_out: Annotated[float, fact("falling sick while burnt out", "rate ratio", 1, 10, "assumed")] = 1.5
    weeks_sick: Annotated[float, fact("mean length of a spell of sickness", "weeks", 1, 52, "assumed")] = 3.0
    colleagues_full: Annotated[float, fact("colleagues in post with whom peer support is felt in full", "link workers", 1, 20, "assumed; team of two today (W004 W011)")] = 1.0
    relief_supervision: Annotated[float, fact("strain taken off by full supervision", "share", 0, 1, "expert; W088 W087, split assumed")] = 0.153
    relief_role_clarity: Annotated[float, fact("strain taken off by a clear role", "share", 0, 1, "expert; W088, split assumed")] = 0.045
    relief_integration: Annotated[float, fact("strain taken off by belonging to the practice team", "share", 0, 1, "expert; W088, split assumed")] = 0.036
    relief_peers: Annotated[float, fact("strain taken off by peers", "share", 0, 1, "expert; W088, split assumed")] = 0.036
    relief_security: Annotated[float, fact("strain taken off by secure funding", "share", 0, 1, "expert; W088, split assumed")] = 0.018
    recovery_supervision: Annotated[float, fact("faster recovery under full supervision", "share", 0, 2, "expert; W088 W087, split assumed")] = 0.135
    recovery_role_clarity: Annotated[float, fact("faster recovery with a clear role", "share", 0, 2, "expert; W088, split assumed")] = 0.036
    recovery_integration: Annotated[float, fact("faster recovery in the practice team", "share", 0, 2, "expert; W088, split assumed")] = 0.036
    recovery_peers: Annotated[float, fact("faster recovery with peers", "share", 0, 2, "expert; W088, split assumed")] = 0.045
    recovery_security: Annotated[float, fact("faster recovery with secure funding", "share", 0, 2, "assumed", likely=(0, 0.05))] = 0.0
    effect_colleagues: Annotated[float, fact("peer influence: strain gained where the mean burnout of colleagues in the PCN is one standard deviation above the average; 0 = off", "log ratio", 0, 2, "assumed: off; W095 and W096 name no size, W117 says that more makes teams too alike", likely=(0, 0.3))] = 0.0


class Turnover(NamedTuple):
    """Intention and leaving; burnout reaches leaving through intention only."""

    intercept_intention: Annotated[float, fact("intention of a worker not burnt out, support as today", "log odds", -5, 5, "fitted to C30 (W041 W068)")] = -0.90
    effect_burnt_out: Annotated[float, fact("intention of the burnt out over others", "log odds", 0, 4, "fitted to W100", likely=(0.83, 1.43))] = 1.3
    threshold_burnt_out: Annotated[float, fact("burnout above which a worker counts as burnt out", "0 to 1", 0.1, 0.9, "W078", CONSTANT)] = 0.5
    weakening_support: Annotated[float, fact("how much support weakens the path from burnout to intention", "share", 0, 1, "assumed; W086 W099", likely=(0, 1))] = 0.5
    effect_supervision: Annotated[float, fact("intention lowered by supervision", "log odds", 0, 3, "expert; W069, halved, split assumed")] = 0.15
    effect_role_clarity: Annotated[float, fact("intention lowered by a clear role", "log odds", 0, 3, "expert; W045 W046, halved")] = 0.20
    effect_integration: Annotated[float, fact("intention lowered by belonging to the team", "log odds", 0, 3, "expert; W069, halved, split assumed")] = 0.12
    effect_peers: Annotated[float, fact("intention lowered by peers", "log odds", 0, 3, "expert; W069, halved, split assumed")] = 0.08
    effect_security: Annotated[float, fact("intention lowered by secure funding", "log odds", 0, 3, "expert; W070, halved")] = 0.10
    rate_leaves_intending_per_week: Annotated[float, fact("leaving, of those who intend to", "per week", 0, 1, "assumed, fitted to W075 (not checked) and C29", likely=(0.0086, 0.0137))] = 0.0115
    rate_leaves_otherwise_per_week: Annotated[float, fact("leaving, of the others", "per week", 0, 1, "assumed, fitted to W076 (not checked) and C29", likely=(0.0003, 0.0012))] = 0.0006
    ratio_first_year: Annotated[float, fact("leaving in the first year over later", "rate ratio", 1, 5, "expert; W053 W054 W055", likely=(1.2, 3.4))] = 1.6
    share_handed_on: Annotated[float, fact("cases of a leaver that are handed on; the rest are dropped", "share", 0, 1, "assumed")] = 0.7
    trust_dropped: Annotated[float, fact("trust after being dropped", "change", -1, 0, "assumed")] = -0.15


class Observation(NamedTuple):
    """Readings taken of the state; they act on nothing."""

    life_thriving: Annotated[float, fact("life satisfaction when thriving", "points of 0-10", 0, 10, "assumed, fitted to POP-016")] = 8.1
    life_off_balance: Annotated[float, fact("life satisfaction off balance", "points of 0-10", 0, 10, "assumed, fitted to POP-016")] = 7.3
    life_pre_crisis: Annotated[float, fact("life satisfaction in pre-crisis", "points of 0-10", 0, 10, "assumed, fitted to POP-016")] = 6.0
    life_crisis: Annotated[float, fact("life satisfaction in crisis", "points of 0-10", 0, 10, "assumed, fitted to POP-016")] = 4.5
    life_recovering: Annotated[float, fact("life satisfaction while recovering", "points of 0-10", 0, 10, "assumed, fitted to POP-016")] = 7.2
    life_lonely: Annotated[float, fact("life satisfaction lost to loneliness", "points of 0-10", 0, 5, "assumed")] = 0.6
    sd_life_weekly: Annotated[float, fact("spread of one person's life satisfaction from week to week", "points of 0-10", 0, 3, "assumed, fitted to POP-016 POP-022")] = 0.9
    ghq_thriving: Annotated[float, fact("distress score when thriving", "points of 0-12", 0, 12, "assumed; GHQ-12, below 4")] = 0.3
    ghq_off_balance: Annotated[float, fact("distress score off balance", "points of 0-12", 0, 12, "assumed; GHQ-12, below 4")] = 2.0
    ghq_pre_crisis: Annotated[float, fact("distress score in pre-crisis", "points of 0-12", 0, 12, "assumed; GHQ-12, 4 and over (POP-001)")] = 6.0
    ghq_crisis: Annotated[float, fact("distress score in crisis", "points of 0-12", 0, 12, "assumed; GHQ-12, 4 and over (POP-001)")] = 10.0
    ghq_recovering: Annotated[float, fact("distress score while recovering", "points of 0-12", 0, 12, "assumed; GHQ-12, below 4")] = 2.0
    swemwbs_at_no_distress: Annotated[float, fact("mean SWEMWBS at a distress score of 0", "points of 7-35", 7, 35, "fitted to POP-025")] = 25.7
    swemwbs_lost_to_distress: Annotated[float, fact("SWEMWBS lost for each point of the distress score", "points a point", 0, 5, "fitted to POP-026")] = 1.05
    swemwbs_of_contentment: Annotated[float, fact("SWEMWBS gained for each point of a person's contentment", "points a point", 0, 10, "assumed; scale of POP-025")] = 1.8
    sd_swemwbs_weekly: Annotated[float, fact("spread of one person's SWEMWBS from week to week", "points of 7-35", 0, 10, "fitted to POP-026")] = 2.8
    quality_thriving: Annotated[float, fact("weight of a year lived thriving", "QALYs", 0, 1, "assumed: no weights by stage in the evidence")] = 0.90
    quality_off_balance: Annotated[float, fact("weight of a year lived off balance", "QALYs", 0, 1, "assumed: no weights by stage in the evidence")] = 0.85
    quality_pre_crisis: Annotated[float, fact("weight of a year lived in pre-crisis", "QALYs", 0, 1, "assumed: no weights by stage in the evidence")] = 0.75
    quality_crisis: Annotated[float, fact("weight of a year lived in crisis", "QALYs", 0, 1, "assumed: no weights by stage in the evidence")] = 0.55
    quality_recovering: Annotated[float, fact("weight of a year lived recovering", "QALYs", 0, 1, "assumed: no weights by stage in the evidence")] = 0.83
    value_wellby_gbp: Annotated[float, fact("a point of life satisfaction for a year", "GBP", 0, 50000, "EO105, in prices of 2019")] = 13000.0
    rate_discount_per_year: Annotated[float, fact("how much less a later pound counts", "per year", 0, 0.2, "assumed: the Green Book's rate")] = 0.035
    cost_gp_consultation_gbp: Annotated[float, fact("a consultation with a GP", "GBP", 0, 200, "EO107 EO123", likely=(33, 44))] = 37.0
    cost_nurse_consultation_gbp: Annotated[float, fact("a consultation with a nurse", "GBP", 0, 200, "assumed: two fifths of a GP's")] = 15.0
    share_consultations_gp: Annotated[float, fact("consultations that are with a GP; the rest are with a nurse", "share", 0, 1, "assumed")] = 0.5
    cost_crisis_gbp: Annotated[float, fact("hospital care for somebody who comes into crisis", "GBP", 0, 20000, "derived from EO108: one attendance by ambulance", likely=(114, 563))] = 459.0
    minutes_gp_consultation: Annotated[float, fact("length of a consultation with a GP", "minutes", 1, 60, "EO107")] = 10.0
    minutes_offer: Annotated[float, fact("GP time that an offer of social prescribing takes", "minutes", 0, 60, "assumed")] = 3.0
    hours_volunteer_per_week: Annotated[float, fact("time a volunteer gives", "hours a week", 0, 40, "assumed")] = 2.5
