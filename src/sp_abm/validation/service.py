"""Statistics of the service: who comes, what they get and what it does for them, in Tower Hamlets."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.readings import distress_score, life_satisfaction
from sp_abm.results import FUNNEL_FROM, FUNNEL_TO
from sp_abm.tallies import SHAPE, Sums
from sp_abm.validation.people import measured, tallied
from sp_abm.validation.pooling import (
    Floats,
    Statistic,
    change,
    mean,
    moments,
    one,
    per_deviation,
    ratio,
    ratio_of_ratios,
)
from sp_abm.validation.watches import Attendance, Consultations, Histories
from sp_abm.validation.worlds import (
    MORE_REFERRALS,
    NO_EFFECT,
    NO_SERVICE,
    TODAY,
    TWICE,
    TWICE_WITH_PLACES,
    Lived,
    Worlds,
)
from sp_abm.vocabulary import WEEKS_PER_YEAR

YEAR: Final = WEEKS_PER_YEAR
LAST_YEAR: Final = slice(-YEAR, None)
HALF_YEAR, NINE_MONTHS, TWO_YEARS = YEAR // 2, 3 * YEAR // 4, 2 * YEAR
_WOMEN: Final = 0
_DEPRIVED: Final = 2
_TENTH, _NINE_TENTHS = 10, 90

Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]


def funnel(step: str) -> Statistic:
    """Return people who took a step of the pathway over people referred, pooled over seeds."""

    def seen(worlds: Worlds) -> Floats:
        counts = worlds[TODAY].results.funnel()
        return one(counts[step], counts["referred"])

    return Statistic(seen, ratio)


def still_attending(worlds: Worlds) -> Floats:
    """Return people still in their activity when it counts as completed, and those who started it, in two years."""
    watch: Attendance = worlds[TODAY].seen_by(Attendance)
    later = watch.weeks - 1
    return one(sum(watch.still_there[-TWO_YEARS:]), sum(watch.started[-TWO_YEARS - later : -later]))


def spread_of_contact(worlds: Worlds) -> Floats:
    """Return the 90th less the 10th percentile, over PCNs, of the share of people referred who were contacted."""
    lived = worlds[TODAY]
    cases, n, end = lived.world.cases, lived.world.n_cases, lived.results.n_weeks
    referred, first = cases.week_referred[:n], cases.week_first[:n]
    is_cohort = (referred >= end - FUNNEL_FROM) & (referred < end - FUNNEL_TO)
    pcn = cases.pcn[:n][is_cohort]
    shares = np.bincount(pcn, weights=first[is_cohort] >= referred[is_cohort]) / np.bincount(pcn)
    low, high = np.percentile(shares, (_TENTH, _NINE_TENTHS))
    return one(high - low)


def referred_in(lived: Lived, first: int, last: int) -> tuple[Rows, Rows, Rows]:
    """Return (case rows, citizen rows, weeks) of people referred from a first to a last week."""
    cases = lived.world.cases
    weeks = cases.week_referred[: lived.world.n_cases].astype(np.int64)
    rows = np.flatnonzero((weeks >= first) & (weeks <= last))
    return rows, cases.citizen[rows].astype(np.int64), weeks[rows]


def effect_after(weeks_later: int, who: Callable[[Lived, Rows, Rows], Flags]) -> Statistic:
    """Return the change of the distress score so long after referral, same person with and without the service.

    In standard deviations of the score among all those referred, at their referral.
    """

    def seen(worlds: Worlds) -> Floats:
        lived, without = worlds[TODAY], worlds[NO_SERVICE]
        histories, twins = lived.seen_by(Histories), without.seen_by(Histories)
        rows, people, weeks = referred_in(lived, 0, lived.results.n_weeks - 1 - weeks_later)
        later, p = weeks + weeks_later, lived.world.parameters.observation
        is_in = histories.is_same(weeks, later, people) & who(lived, rows, later)
        at_referral = distress_score(histories.at(weeks, people)[0], p)
        helped, not_helped = (distress_score(each.at(later[is_in], people[is_in])[0], p) for each in (histories, twins))
        return one(is_in.sum(), (helped - not_helped).sum(), *moments(at_referral))

    return Statistic(seen, per_deviation)


def everybody(lived: Lived, rows: Rows, weeks: Rows) -> Flags:
    """Say of every case that it counts."""
    return np.ones(rows.size, np.bool_)


def with_adequate_dose(lived: Lived, rows: Rows, weeks: Rows) -> Flags:
    """Say which cases had three contacts and an activity by a week of their own."""
    cases = lived.world.cases
    is_started = (cases.week_started[rows] >= cases.week_referred[rows]) & (cases.week_started[rows] <= weeks)
    return np.asarray(is_started & ~with_few_contacts(lived, rows, weeks), np.bool_)


def with_few_contacts(lived: Lived, rows: Rows, weeks: Rows) -> Flags:
    """Say which cases had fewer than three contacts by a week of their own."""
    cases = lived.world.cases
    third = cases.week_third[rows]
    return np.asarray((third < cases.week_referred[rows]) | (third > weeks), np.bool_)


def consultations_before_and_after(worlds: Worlds) -> Floats:
    """Return consultations in the 26 weeks after and before referral without any effect.

    The week of the referral counts before: people are referred at a consultation.
    """
    lived = worlds[NO_EFFECT]
    watch: Consultations = lived.seen_by(Consultations)
    _, people, weeks = _both_sides(lived)
    after = watch.between(weeks + 1, weeks + 1 + HALF_YEAR, people).sum()
    return one(after, 1, watch.between(weeks + 1 - HALF_YEAR, weeks + 1, people).sum(), 1)


def life_before_and_after(worlds: Worlds) -> Floats:
    """Return the change of life satisfaction from referral to 26 weeks later without any effect, summed, and people."""
    lived = worlds[NO_EFFECT]
    histories: Histories = lived.seen_by(Histories)
    _, people, weeks = _both_sides(lived)
    before, after = (_life(lived, *histories.at(when, people), people) for when in (weeks, weeks + HALF_YEAR))
    return one((after - before).sum(), people.size)


def _both_sides(lived: Lived) -> tuple[Rows, Rows, Rows]:
    """Return the people referred whom the run shows for 26 weeks before and after, who did not move in between."""
    histories: Histories = lived.seen_by(Histories)
    rows, people, weeks = referred_in(lived, HALF_YEAR, lived.results.n_weeks - 1 - HALF_YEAR)
    is_in = histories.is_same(weeks - HALF_YEAR, weeks + HALF_YEAR, people)
    return rows[is_in], people[is_in], weeks[is_in]


def _life(lived: Lived, stage: Rows, lonely: Flags, people: Rows) -> Floats:
    """Return the life satisfaction of people in a week of their own, on average over the noise of the reading."""
    p, half = lived.world.parameters.observation, np.full(people.size, 0.5)
    return life_satisfaction(stage, lonely, lived.world.citizens.contentment[people], half, p)


def clients_by(axis: int, first: int) -> Callable[[Worlds], Floats]:
    """Return a reader of clients in the first groups along an axis of the tallies, all clients, and as many adults."""

    def seen(worlds: Worlds) -> Floats:
        results = worlds[TODAY].results
        groups = Sums(results.system, results.people).stretch(results.n_weeks - YEAR, results.n_weeks).by_group(axis)
        clients, adults = groups.of("referred_people"), groups.of("n_adults")
        return one(clients[:first].sum(), clients.sum(), adults[:first].sum(), adults.sum())

    return seen


def against_no_service(name: str) -> Statistic:
    """Return the mean of a paired measure of today against the world without a service."""
    return Statistic(lambda worlds: one(worlds[TODAY].results.against(worlds[NO_SERVICE].results)[name]), mean)


def contacts_with_more_referrals(worlds: Worlds) -> Floats:
    """Return contacts and cases closed in the last year when half as many more come, then as it is today."""
    found: list[float] = []
    for arm in (MORE_REFERRALS, TODAY):
        results = worlds[arm].results
        found += [results.tally(name)[LAST_YEAR].sum() for name in ("contacts_of_closed", "closed_seen")]
    return one(*found)


def trust_changes(worlds: Worlds) -> Floats:
    """Return the change of trust with twice the referrals, and with twice the places too."""
    today, twice, with_places = (worlds[arm].results.summary["trust_mean"] for arm in (TODAY, TWICE, TWICE_WITH_PLACES))
    return one(twice - today, with_places - today)


def signs_hold(rows: Floats) -> float:
    """Say (1) whether on average trust falls with referrals alone and rises with places as well."""
    falls, rises = rows.mean(axis=0)
    return float(falls < 0 < rises)


def share_of_clients(rows: Floats) -> float:
    """Return the share of clients in a group."""
    return ratio(rows[:, :2])


SERVICE: Final[Mapping[str, Statistic]] = {
    "C19": measured("referrals_per_1000_per_week"),
    "C20": measured("share_non_medical_routes"),
    "C21": tallied("declined", "offered", weeks=LAST_YEAR),
    "C22": funnel("contacted"),
    "C23": funnel("started_activity"),
    "C24": funnel("three_or_more"),
    "C25": tallied("contacts_of_closed", "closed_seen", weeks=LAST_YEAR),
    "C26": Statistic(still_attending, ratio),
    "C35": measured("share_aware"),
    "P04": Statistic(spread_of_contact, mean),
    "P05": effect_after(NINE_MONTHS, everybody),
    "P06": effect_after(HALF_YEAR, with_adequate_dose),
    "P07": effect_after(HALF_YEAR, with_few_contacts),
    "P08": Statistic(consultations_before_and_after, change),
    "P09": Statistic(life_before_and_after, ratio),
    "P11": Statistic(clients_by(0, _DEPRIVED), ratio_of_ratios),
    "P12": Statistic(clients_by(len(SHAPE) - 1, _WOMEN + 1), share_of_clients),
    "P13": against_no_service("social_return"),
    "P14": against_no_service("nhs_cash_return"),
    "P15": tallied("spent_posts", "first_contacts", weeks=LAST_YEAR),
    "P16": Statistic(contacts_with_more_referrals, change),
    "P17": Statistic(trust_changes, signs_hold),
    "P41": measured("share_organisations_full"),
}
