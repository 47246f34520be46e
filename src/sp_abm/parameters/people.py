"""Parameters of people: who lives here, what happens to them, how they move between health stages."""

from typing import Annotated, NamedTuple

from sp_abm.declare import fact
from sp_abm.vocabulary import Role

CONSTANT = Role.CONSTANT


class Population(NamedTuple):
    """How residents and their ties are made; changing one makes another population."""

    sd_vulnerability_worse: Annotated[float, fact("spread of vulnerability acting on worsening", "log hazard", 0, 2, "fitted to C06 C12")] = 0.5
    sd_vulnerability_better: Annotated[float, fact("spread of vulnerability acting on improving", "log hazard", 0, 2, "fitted to C06 C12")] = 0.6
    ratio_deprivation: Annotated[float, fact("worsening in the most deprived fifth over the middle one", "hazard ratio", 1, 3, "fitted to C06 (POP-002)")] = 1.309
    shape_frailty: Annotated[float, fact("shape of the gamma spread of consulting; smaller is more unequal", "shape", 0.2, 10, "fitted to C16 (POP-096)")] = 1.3
    share_discloses: Annotated[float, fact("people who tell a GP about distress", "share", 0, 1, "expert; POP-102 (28% of those at 8 and over)", likely=(0.2, 0.5))] = 0.35
    ratio_discloses_women: Annotated[float, fact("disclosing, women over men", "ratio", 0.5, 3, "assumed, direction POP-102")] = 1.4
    ratio_discloses_young: Annotated[float, fact("disclosing, 16-34 over older", "ratio", 0.3, 2, "assumed, direction POP-102")] = 0.8
    ratio_discloses_fifth: Annotated[float, fact("disclosing, each fifth better off over the one below", "ratio", 0.5, 1.5, "assumed, direction POP-102")] = 0.95
    sd_contentment: Annotated[float, fact("lasting spread of life satisfaction between people in one stage", "points of 0-10", 0, 3, "assumed; POP-016 POP-022")] = 0.9
    share_volunteers_anyway: Annotated[float, fact("people who volunteer whatever the service does", "share", 0, 1, "POP-092")] = 0.2
    mean_weak_ties: Annotated[float, fact("weak ties of a person", "ties", 0, 30, "assumed; POP-081 has 4 a day")] = 6.0
    sd_weak_ties: Annotated[float, fact("spread of weak ties", "ties", 0, 30, "assumed; POP-081")] = 5.0
    share_local_close: Annotated[float, fact("close ties made near home first", "share", 0, 1, "assumed, order POP-074")] = 0.7
    share_local_weak: Annotated[float, fact("weak ties made near home first", "share", 0, 1, "assumed, order POP-074")] = 0.4
    share_ties: Annotated[float, fact("close and weak ties kept; 0 cuts all ties but the household's, household ties carry nothing then either", "share", 0, 1, "assumed: a switch for experiments", likely=(0.5, 1))] = 1.0
    mean_neighbourhood_size: Annotated[float, fact("residents of a neighbourhood of one deprivation fifth", "people", 100, 20000, "assumed: about an LSOA", CONSTANT)] = 1600.0
    households_of_1: Annotated[float, fact("UK households of one", "thousand households", 0, 100000, "POP-079", CONSTANT)] = 7452.0
    households_of_2: Annotated[float, fact("UK households of two", "thousand households", 0, 100000, "POP-079", CONSTANT)] = 9936.0
    households_of_3: Annotated[float, fact("UK households of three", "thousand households", 0, 100000, "POP-079", CONSTANT)] = 4416.0
    households_of_4: Annotated[float, fact("UK households of four", "thousand households", 0, 100000, "POP-079", CONSTANT)] = 4140.0
    households_of_5: Annotated[float, fact("UK households of five", "thousand households", 0, 100000, "POP-079", CONSTANT)] = 1104.0
    households_of_6: Annotated[float, fact("UK households of six or more, taken as six", "thousand households", 1, 100000, "POP-079", CONSTANT)] = 552.0
    share_one_adult: Annotated[float, fact("households in which a second person may be a child as readily as a third", "share", 0, 1, "assumed: gives lone parents", CONSTANT)] = 0.12
    spread_age_adults: Annotated[float, fact("spread of adults of a household along all adults in order of age", "share of the order", 0, 2, "assumed", CONSTANT)] = 0.1
    spread_age_children: Annotated[float, fact("spread of children along all children, older with older parents", "share of the order", 0, 10, "assumed", CONSTANT)] = 0.5
    age_disclosing_older: Annotated[float, fact("age from which a person no longer counts as young in disclosing", "years", 16, 95, "assumed: 16-34 are the young", CONSTANT)] = 35.0
    share_no_close_tie: Annotated[float, fact("adults without a close tie", "share", 0, 1, "POP-067; the five shares are scaled to 1", CONSTANT)] = 0.07
    share_1_close_tie: Annotated[float, fact("adults with one close tie", "share", 0, 1, "POP-068", CONSTANT)] = 0.12
    share_2_to_3_close_ties: Annotated[float, fact("adults with two or three close ties, half each", "share", 0, 1, "POP-068", CONSTANT)] = 0.41
    share_4_to_5_close_ties: Annotated[float, fact("adults with four or five close ties, half each", "share", 0, 1, "POP-068", CONSTANT)] = 0.21
    share_6_up_close_ties: Annotated[float, fact("adults with six close ties or more", "share", 0.001, 1, "POP-068", CONSTANT)] = 0.16
    max_close_ties: Annotated[float, fact("most close ties of an adult; six to this are equally common", "ties", 6, 50, "assumed; mean near POP-076", CONSTANT)] = 10.0
    spread_local_close: Annotated[float, fact("dwellings either way among which a person makes local close ties", "residents", 0, 100000, "assumed", CONSTANT)] = 30.0
    spread_circle: Annotated[float, fact("people either way, of those met there, whom a person is close to; fewer make close ties cluster", "residents", 0.1, 100000, "assumed; direction POP-078", CONSTANT)] = 2.0
    spread_local_weak: Annotated[float, fact("dwellings either way among which local weak ties are sought", "residents", 1, 100000, "assumed", CONSTANT)] = 300.0
    share_off_balance_at_start: Annotated[float, fact("adults off balance before the warm-up", "share", 0, 1, "assumed: near C02-C05, forgotten in the warm-up", CONSTANT)] = 0.25
    share_pre_crisis_at_start: Annotated[float, fact("adults in pre-crisis before the warm-up", "share", 0, 1, "assumed: as above", CONSTANT)] = 0.18
    share_crisis_at_start: Annotated[float, fact("adults in crisis before the warm-up", "share", 0, 1, "assumed: as above", CONSTANT)] = 0.01
    share_recovering_at_start: Annotated[float, fact("adults recovering before the warm-up", "share", 0, 1, "assumed: as above", CONSTANT)] = 0.06
    max_weeks_in_distress_at_start: Annotated[float, fact("longest distress before the warm-up; shorter ones are equally common", "weeks", 1, 520, "assumed: forgotten in the warm-up", CONSTANT)] = 26.0
    share_lonely_at_start: Annotated[float, fact("adults lonely before the warm-up", "share", 0, 1, "POP-084", CONSTANT)] = 0.07
    share_aware_at_start: Annotated[float, fact("adults who know how to get social prescribing before the warm-up", "share", 0, 1, "EO040", CONSTANT)] = 0.08
    oldest_unemployed_at_start: Annotated[float, fact("age from which nobody is unemployed before the warm-up", "years", 16, 95, "assumed: pension age", CONSTANT)] = 66.0
    rate_usual_consultations_per_year: Annotated[float, fact("consultations of a resident in a usual year, before the warm-up", "per year", 0, 52, "POP-093", CONSTANT)] = 5.2


class Residents(NamedTuple):
    """Births, deaths, moves and ageing."""

    death_rate_0_15_per_year: Annotated[float, fact("deaths, ages 0-15", "per year", 0, 0.1, "assumed", CONSTANT)] = 0.0003
    death_rate_16_24_per_year: Annotated[float, fact("deaths, ages 16-24", "per year", 0, 0.1, "assumed", CONSTANT)] = 0.0004
    death_rate_25_44_per_year: Annotated[float, fact("deaths, ages 25-44", "per year", 0, 0.1, "assumed", CONSTANT)] = 0.001
    death_rate_45_64_per_year: Annotated[float, fact("deaths, ages 45-64", "per year", 0, 0.1, "assumed", CONSTANT)] = 0.005
    death_rate_65_74_per_year: Annotated[float, fact("deaths, ages 65-74", "per year", 0, 0.2, "assumed", CONSTANT)] = 0.018
    death_rate_75_plus_per_year: Annotated[float, fact("deaths, ages 75 and over", "per year", 0, 0.5, "assumed", CONSTANT)] = 0.075
    p_newcomer_aware: Annotated[float, fact("newcomers who know how to get social prescribing", "share", 0, 1, "EO040")] = 0.08
    trust_newcomer: Annotated[float, fact("trust of a newcomer", "0 to 1", 0, 1, "assumed")] = 0.5


class LifeEvents(NamedTuple):
    """Shocks to a person."""

    rate_event_per_year: Annotated[float, fact("stressful life events but job loss, middle fifth", "per year", 0, 5, "expert; POP-052 (32.7% have one or more, job loss among them)", likely=(0.2, 0.4))] = 0.30
    ratio_event_deprivation: Annotated[float, fact("events, most deprived fifth over the middle one", "hazard ratio", 0.5, 3, "expert; POP-052 POP-054 (by education)", likely=(1.0, 1.7))] = 1.35
    size_event: Annotated[float, fact("how much an event raises worsening", "log hazard", 0, 3, "assumed")] = 0.8
    weeks_event_fades: Annotated[float, fact("weeks over which an event wears off: one part in so many is lost each week", "weeks", 1, 260, "derived from POP-065", likely=(13, 52))] = 26.0
    rate_unemployment_per_year: Annotated[float, fact("becoming unemployed, England", "per year", 0, 1, "POP-056", likely=(0.015, 0.049))] = 0.026
    share_unemployed_england: Annotated[float, fact("unemployment where that rate holds; a place's own scales it", "share", 0.001, 1, "places: England 4.5%", CONSTANT)] = 0.045
    rate_employment_per_week: Annotated[float, fact("finding work", "per week", 0, 1, "fitted to POP-056 and unemployment 4.5%")] = 0.025
    oldest_worker: Annotated[float, fact("age from which nobody becomes unemployed", "years", 60, 75, "assumed: pension age", CONSTANT)] = 66.0
    rate_illness_per_week: Annotated[float, fact("falling physically ill", "per week", 0, 1, "fitted to C16")] = 0.006
    rate_recovery_per_week: Annotated[float, fact("getting over physical illness", "per week", 0, 1, "fitted to C16")] = 0.08


class Transitions(NamedTuple):
    """Weekly base hazards between health stages, and what raises or lowers them."""

    rate_thriving_off_balance: Annotated[float, fact("thriving to off balance", "per week", 0, 1, "fitted to C02 C03")] = 0.0086
    rate_thriving_pre_crisis: Annotated[float, fact("thriving to pre-crisis", "per week", 0, 1, "fitted to C13")] = 0.0018
    rate_off_balance_thriving: Annotated[float, fact("off balance to thriving", "per week", 0, 1, "fitted to C02 C03")] = 0.016
    rate_off_balance_pre_crisis: Annotated[float, fact("off balance to pre-crisis", "per week", 0, 1, "fitted to C01 C13")] = 0.0041
    rate_pre_crisis_recovering: Annotated[float, fact("pre-crisis to recovering, at the start of distress", "per week", 0, 1, "fitted to C10-C12 (POP-035..038)")] = 0.14
    rate_pre_crisis_crisis: Annotated[float, fact("pre-crisis to crisis", "per week", 0, 1, "fitted to C04 C14")] = 0.0012
    rate_crisis_recovering: Annotated[float, fact("crisis to recovering", "per week", 0, 1, "fitted to C04 C14")] = 0.0575
    rate_crisis_pre_crisis: Annotated[float, fact("crisis to pre-crisis", "per week", 0, 1, "fitted to C04 C14")] = 0.115
    rate_recovering_thriving: Annotated[float, fact("recovering to thriving", "per week", 0, 1, "fitted to C05")] = 0.0281
    rate_recovering_off_balance: Annotated[float, fact("recovering to off balance", "per week", 0, 1, "fitted to C05")] = 0.0235
    rate_recovering_pre_crisis: Annotated[float, fact("relapse", "per week", 0, 1, "fitted to C05 (POP-045, POP-048)")] = 0.011
    rate_recovering_crisis: Annotated[float, fact("recovering to crisis", "per week", 0, 1, "fitted to C14")] = 0.0006
    share_duration_floor: Annotated[float, fact("recovery from long distress over recovery at its start", "ratio", 0, 1, "fitted to C10-C12 (POP-033)")] = 0.04
    weeks_duration: Annotated[float, fact("weeks after which the falling part of recovery has halved", "weeks", 0.1, 520, "fitted to C10-C12 (POP-033)")] = 5.0
    ratio_unemployed_worse: Annotated[float, fact("worsening while unemployed", "hazard ratio", 1, 10, "fitted to POP-062; no decay POP-066")] = 3.0
    ratio_unemployed_better: Annotated[float, fact("improving while unemployed", "hazard ratio", 0, 1, "fitted to POP-062; no decay POP-066")] = 0.45
    ratio_lonely_worse: Annotated[float, fact("worsening while lonely", "hazard ratio", 1, 5, "assumed; direction POP-032")] = 1.5
    ratio_lonely_better: Annotated[float, fact("improving while lonely", "hazard ratio", 0, 1, "assumed; direction POP-032")] = 0.75
    effect_support: Annotated[float, fact("how much full support lowers worsening and raises improving", "log hazard", 0, 3, "fitted to EO077 EO078 EO079 (0.20 SD)", likely=(0, 1.4))] = 0.62


class Influence(NamedTuple):
    """Loneliness and the waking of ties; friends do not pass on moods here."""

    rate_lonely_per_week: Annotated[float, fact("becoming lonely with an average number of live ties", "per week", 0, 1, "fitted to C33 (POP-084)")] = 0.0012
    effect_ties: Annotated[float, fact("loneliness for one standard deviation fewer of log(1 + live ties)", "log hazard", 0, 3, "assumed")] = 0.6
    ratio_lonely_deprivation: Annotated[float, fact("becoming lonely, most deprived fifth over the middle one", "hazard ratio", 0.5, 3, "assumed")] = 1.15
    ratio_lonely_distress: Annotated[float, fact("becoming lonely while in distress", "hazard ratio", 1, 10, "assumed; fitted to 30% distress among the lonely")] = 2.0
    rate_unlonely_per_week: Annotated[float, fact("ceasing to be lonely", "per week", 0, 1, "fitted to C33 (EO065)")] = 0.025
    ratio_unlonely_activity: Annotated[float, fact("ceasing to be lonely while in an activity", "hazard ratio", 1, 10, "assumed; EO074 is uncontrolled")] = 2.0
    max_group_ties: Annotated[float, fact("most live ties that an activity adds while it lasts", "ties", 0, 20, "assumed")] = 4.0
    weeks_tie_wakes: Annotated[float, fact("mean weeks until a sleeping tie is alive again", "weeks", 1, 520, "assumed")] = 52.0


class HelpSeeking(NamedTuple):
    """Consultations with a GP or nurse."""

    rate_consultation_per_year: Annotated[float, fact("consultations of a person neither distressed nor ill", "per year", 0, 52, "fitted to C15 (POP-093)")] = 2.86
    ratio_distress: Annotated[float, fact("consulting while in pre-crisis or crisis", "rate ratio", 1, 20, "fitted to C17 (POP-100 POP-101)")] = 3.70
    ratio_ill: Annotated[float, fact("consulting while physically ill", "rate ratio", 1, 20, "fitted to C16 (POP-096)")] = 4.0
    weeks_usual: Annotated[float, fact("weeks over which a practice's usual number of consultations is averaged", "weeks", 4, 520, "assumed", CONSTANT)] = 52.0
    max_consultations_per_week: Annotated[float, fact("most consultations of a person in a week", "per week", 1, 50, "assumed", CONSTANT)] = 12.0
