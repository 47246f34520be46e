"""Statistics of the service and of link workers: what rows of the targets read off a world, worked out by hand."""

from types import SimpleNamespace as Made

import numpy as np
import pytest

from sp_abm.tallies import PEOPLE_TALLIES, SHAPE, SYSTEM_TALLIES
from sp_abm.validation import STATISTICS, service, workforce
from sp_abm.validation.pooling import change, odds_ratio, within_pairs
from sp_abm.validation.watches import Attendance, Consultations, Histories, Workers
from sp_abm.validation.worlds import (
    CAP_HIGH,
    CAP_LOW,
    MORE_REFERRALS,
    NO_EFFECT,
    NO_SERVICE,
    NO_SUPERVISION,
    SUPERVISION,
    SUPPORT,
    TODAY,
    TWICE,
    TWICE_WITH_PLACES,
    UNSUPPORTED,
)
from sp_abm.vocabulary import AGE_BANDS, SEXES

YEAR = 52
WELL, DISTRESS, CRISIS = 0, 2, 3
SCORES = Made(
    ghq_thriving=0.0, ghq_off_balance=2.0, ghq_pre_crisis=6.0, ghq_crisis=10.0, ghq_recovering=2.0,
    life_thriving=8.0, life_off_balance=7.0, life_pre_crisis=5.0, life_crisis=4.0, life_recovering=6.0,
    life_lonely=1.0, sd_life_weekly=1.0,
)  # fmt: skip


def histories(stages, holders=None, lonely=None):
    """Return the histories of adults with these stages, shape (rows, people)."""
    stages = np.asarray(stages)
    holders = np.zeros_like(stages) if holders is None else np.asarray(holders)
    lonely = np.zeros(stages.shape, bool) if lonely is None else np.asarray(lonely, bool)
    found = None
    for row in zip(stages, holders, lonely, strict=True):
        stage, holder, is_lonely = row
        citizens = Made(stage=stage.astype(np.int8), holder=holder, lonely=is_lonely, age=np.full(stage.size, 40))
        if found is None:
            found = Histories(Made(citizens=citizens))
        else:
            found.close_week(Made(citizens=citizens))
    return found


def lived(*watches, cases=None, n_weeks=0, tallies=None, summary=None, **world):
    """Return a made-up end of a run, its cases given by column; the table has one row more than there are cases."""
    known, world = dict(watches), Made(parameters=Made(observation=SCORES), **world)
    if cases:
        world.n_cases = len(cases["citizen"])
        world.cases = Made(**{name: np.array([*column, 0], np.int32) for name, column in cases.items()})
    results = Made(n_weeks=n_weeks, summary=summary, tally=lambda name: np.asarray(tallies[name], float))
    return Made(results=results, world=world, seen_by=lambda kind: known[kind])


def test_people_are_referred_from_the_first_week_to_the_last_and_the_empty_rows_of_the_table_are_nobody():
    run = lived(cases={"citizen": [5, 6, 7, 8], "week_referred": [-1, 0, 3, 4]})
    rows, people, weeks = service.referred_in(run, 0, 3)
    assert (rows.tolist(), people.tolist(), weeks.tolist()) == ([1, 2], [6, 7], [0, 3])


DOSES = {
    "citizen": [0] * 6,
    "week_referred": [10] * 6,
    "week_third": [20, 36, 37, -9999, 20, 20],
    "week_started": [36, 20, 20, 20, 37, -9999],
}


def test_an_adequate_dose_is_three_contacts_and_an_activity_by_then():
    """Read in week 36: of six, the third contact of one and the activity of another come a week late, or never."""
    run, rows, weeks = lived(cases=DOSES), np.arange(6), np.full(6, 36)
    assert service.with_adequate_dose(run, rows, weeks).tolist() == [True, True, False, False, False, False]
    assert service.with_few_contacts(run, rows, weeks).tolist() == [False, False, True, True, False, False]
    assert service.everybody(run, rows, weeks).tolist() == [True] * 6


def test_an_effect_is_of_the_same_people_with_and_without_the_service_in_deviations_at_referral():
    """Referred in weeks 0 and 1 with 6 and 10 points; 26 weeks on the first has 0 instead of 6, the second 6 and 10.

    A third moves out before then and counts in the spread (6, 10, 6) alone; a fourth comes too late to be followed.
    """
    n_weeks, last = 28, 27
    with_it = np.full((n_weeks + 1, 4), DISTRESS)
    with_it[:, 1] = CRISIS
    without = with_it.copy()
    with_it[0 + 26 + 1, 0], with_it[1 + 26 + 1, 1] = WELL, DISTRESS
    holders = np.zeros_like(with_it)
    holders[10:, 2] = 1
    cases = {"citizen": [0, 1, 2, 3], "week_referred": [0, 1, 1, 2]}
    worlds = {
        TODAY: lived((Histories, histories(with_it, holders)), cases=cases, n_weeks=n_weeks),
        NO_SERVICE: lived((Histories, histories(without, holders))),
    }
    statistic = service.effect_after(26, service.everybody)
    assert statistic.seen(worlds).tolist() == [[2, (0 - 6) + (6 - 10), 3, 22, 36 + 100 + 36]]
    assert last - 26 == 1
    assert statistic.value(statistic.seen(worlds)) == pytest.approx(-5 / np.sqrt(172 / 3 - (22 / 3) ** 2))


def no_effect_run():
    """Return a run of 60 weeks: people are referred in week 30, in 33 (just in time), in 25 (too early), 34 (too late).

    A fifth and a sixth, referred in week 30 too, move in in week 10 and out in week 56.
    """
    stages = np.full((61, 6), DISTRESS)
    stages[30 + 26 + 1], stages[33 + 26 + 1, 1] = WELL, CRISIS
    lonely, holders = np.zeros(stages.shape, bool), np.zeros_like(stages)
    lonely[30 + 1, 0] = True
    holders[10 + 1 :, 4], holders[56 + 1 :, 5] = 1, 1
    watch = Consultations(Made(citizens=Made(id=np.arange(6))))
    for week in range(60):
        many = {4: 100, 5: 1, 30: 10, 31: 2, 56: 3, 57: 100}.get(week, 0)
        number = np.array([many, {20: 2, 40: 1}.get(week, 0), many, many, many, many], np.uint8)
        watch.close_week(Made(citizens=Made(consultations=number)))
    cases = {"citizen": [0, 1, 2, 3, 4, 5], "week_referred": [30, 33, 25, 34, 30, 30]}
    citizens = Made(contentment=np.array([0.25, 0.5, 9.0, 9.0, 9.0, 9.0]))
    watches = (Histories, histories(stages, holders, lonely)), (Consultations, watch)
    return {NO_EFFECT: lived(*watches, cases=cases, n_weeks=60, citizens=citizens)}


def test_consultations_are_of_26_weeks_to_either_side_and_the_week_of_referral_is_before():
    """Before: weeks 5 to 30, 11 in all; after: weeks 31 to 56, 5. The second has 2 and 1. So (6 - 13) / 13."""
    seen = service.consultations_before_and_after(no_effect_run())
    assert seen.tolist() == [[6, 1, 13, 1]]
    assert change(seen) == pytest.approx(-7 / 13)


def test_life_satisfaction_changes_from_the_week_of_referral_to_26_weeks_later():
    """From 5 less 1 for loneliness to 8, and from 5 to 4; each has an own part of it in both weeks."""
    assert service.life_before_and_after(no_effect_run())[0].tolist() == pytest.approx([4 - 1, 2])


def test_those_still_attending_are_set_against_the_starters_of_eleven_weeks_before():
    """A twelfth week ends eleven weeks after the start: 104 weeks of each, the starters' window eleven earlier."""
    n = 2 * YEAR + 20
    still, started = np.zeros(n), np.zeros(n)
    still[[19, 20, n - 1]], started[[8, 9, n - 12, n - 11]] = (100, 1, 1), (100, 2, 2, 100)
    watch = Made(weeks=12, still_there=still.tolist(), started=started.tolist())
    assert service.still_attending({TODAY: lived((Attendance, watch))}).tolist() == [[2, 4]]


def test_the_spread_of_contact_is_over_pcns_among_those_referred_26_to_78_weeks_before_the_end():
    """PCNs reach 0 and all of their people: between the 10th and the 90th percentile lies .8."""
    cases = {
        "citizen": [0] * 5, "week_referred": [22, 73, 40, 21, 74], "week_first": [22, -9999, -9999, -9999, 80],
        "pcn": [0, 1, 1, 0, 1],
    }  # fmt: skip
    assert service.spread_of_contact({TODAY: lived(cases=cases, n_weeks=100)}).item() == pytest.approx(0.8)


def counted(weeks, **cells):
    """Return results with people counted in the last week, by tally {cell: number}; and 1,000 in the first."""
    people = np.zeros((weeks, *SHAPE, len(PEOPLE_TALLIES)))
    for name, own in cells.items():
        people[0, ..., PEOPLE_TALLIES.index(name)] = 1000
        for cell, number in own.items():
            people[(-1, *cell, PEOPLE_TALLIES.index(name))] = number
    flat = people.reshape(weeks, -1, len(PEOPLE_TALLIES))
    return Made(n_weeks=weeks, system=np.zeros((weeks, len(SYSTEM_TALLIES))), people=flat)


def test_clients_of_the_last_year_are_set_against_as_many_adults():
    """Clients 3 and 2 in the two most deprived fifths, 5 in the least; adults 10, 20, 70; women: 3 and 5 of 10."""
    cells = {"referred_people": {(0, 2, 0): 3, (1, 3, 1): 2, (4, 1, 0): 5},
             "n_adults": {(0, 2, 0): 10, (1, 3, 1): 20, (4, 1, 1): 70}}  # fmt: skip
    worlds = {TODAY: Made(results=counted(YEAR + 1, **cells))}
    deprived, women = (STATISTICS[row].seen(worlds) for row in ("P11", "P12"))
    assert deprived.tolist() == [[5, 10, 30, 100]] and women.tolist() == [[8, 10, 10, 100]]
    assert STATISTICS["P11"].value(deprived) == pytest.approx((5 / 10) / (30 / 100))
    assert STATISTICS["P12"].value(women) == 0.8
    assert SEXES[0] == "female" and SHAPE[1:] == (len(AGE_BANDS), len(SEXES))


def test_contacts_with_more_referrals_are_over_those_of_today_in_the_last_year():
    """3 contacts a case with half as many more, 4 today: a fall of a quarter."""
    tallies = [{"contacts_of_closed": [999, *[n] * YEAR], "closed_seen": [999, *[1] * YEAR]} for n in (3, 4)]
    worlds = {arm: lived(tallies=own) for arm, own in zip((MORE_REFERRALS, TODAY), tallies, strict=True)}
    assert change(service.contacts_with_more_referrals(worlds)) == pytest.approx(-0.25)


def test_trust_must_fall_with_referrals_alone_and_rise_with_places_as_well():
    arms = {TODAY: 0.5, TWICE: 0.4, TWICE_WITH_PLACES: 0.7}
    seen = service.trust_changes({arm: lived(summary={"trust_mean": mean}) for arm, mean in arms.items()})
    assert seen[0].tolist() == pytest.approx([-0.1, 0.2])
    assert service.signs_hold(np.array([[-0.1, 0.0]])) == 0 and service.signs_hold(np.array([[0.0, 0.2]])) == 0


def crew(threshold=0.5, **columns):
    """Return what was written down of posts, shape (weeks, posts)."""
    tables = {name: np.asarray(column, float) for name, column in columns.items()}
    return Workers, Made(column=tables.__getitem__, threshold=threshold)


def weeks(*posts):
    """Return a column of 53 weeks: each post's value in the first week, then in the other 52."""
    return np.array([[first for first, _ in posts], *[[then for _, then in posts]] * YEAR])


def test_intention_is_read_off_the_last_year_by_who_is_burnt_out():
    """Burnt out are those above .5: posts 0 and 1, of whom one intends; of 2 and 3, exactly at it, one; 4 is vacant."""
    holder, burnout = weeks(*[(0, 0)] * 4, (0, -1)), weeks((0, 0.6), (0, 0.9), (1, 0.5), (1, 0.1), (1, 0.9))
    run = lived(crew(holder=holder, burnout=burnout, intends=weeks((1, 1), (1, 0), (1, 1), (1, 0), (1, 1))))
    assert workforce.intention_by_burnout({TODAY: run}).tolist() == [[YEAR] * 4]


def test_leaving_is_read_of_everybody_but_in_the_last_year():
    """In the first of 53 weeks: burnt out 0 (gone a year later) and 1 (stays); not: 2 (another holder); 3 vacant."""
    holder = weeks((7, -1), (7, 7), (7, 8), (-1, 5))
    burnout, intends = weeks((0.9, 0), (0.9, 0), (0.1, 0.9), (0.9, 0)), weeks((1, 0), (0, 0), (1, 0), (1, 1))
    run = {TODAY: lived(crew(holder=holder, burnout=burnout, intends=intends))}
    assert workforce.leaving_by_burnout(run).tolist() == [[1, 1, 1, 0]]
    assert workforce.burnt_out_still_there(run).tolist() == [[1, 2]]
    assert workforce.intention_and_leaving(run).tolist() == [[1, 1]]
    assert workforce.burnout_a_year_apart(run).tolist() == [[0.9, 0]]


def test_every_fourth_reading_of_those_in_post_is_a_row():
    """One post of two is held: 52 readings of the last year, of which 13 are kept, the first of the year first."""
    holder, cases = weeks((0, 0), (0, -1)), np.column_stack([np.arange(53), np.full(53, 99)])
    run = {TODAY: lived(crew(holder=holder, intends=weeks((0, 1), (0, 0)), cases=cases, burnout=weeks((0, 2), (0, 0))))}
    rows = workforce.intention_and_caseload(run)
    assert rows[:, 1].tolist() == list(range(1, 53, 4)) and set(map(tuple, rows[:, [0, 2]])) == {(1, 2)}


def test_more_must_intend_to_leave_than_do():
    rows = np.array([[1, 1], [1, 1], [0, 0], [1, 0]])
    assert workforce.correlation_if_more_intend(rows) == pytest.approx(np.sqrt(1 / 3))
    assert workforce.correlation_if_more_intend(rows[:, ::-1]) == workforce.correlation_if_more_intend(rows[:3]) == 0


def test_chances_of_leaving_make_odds_with_support_over_odds_without():
    """Of the burnt out .5 leave, of others .2: odds 1 and 1/4, ratio 4; without support .8 and .2: 16. So 1/4."""

    def run(burnt_out):
        burnout, leaving = [[0.9, 0.1, 0.9], [0.9, 0.1, 0.9]], [[burnt_out - 0.1, 0.3, 0], [burnt_out + 0.1, 0.1, 0]]
        return lived(crew(holder=[[0, 0, -1]] * 2, burnout=burnout, leaving=leaving))

    worlds = {SUPPORT: run(0.5), UNSUPPORTED: run(0.8)}
    assert odds_ratio(np.array([workforce.chances_of_leaving(worlds, SUPPORT)])) == pytest.approx(4)
    assert STATISTICS["P22"].value(STATISTICS["P22"].seen(worlds)) == pytest.approx(1 / 4)


def test_the_first_year_in_post_is_up_to_week_51():
    """First year: two readings, .1 in all; later: one, .02; a vacant post is neither: .05 over .02."""
    tables = {"holder": [[0, 0, 0, -1]], "tenure": [[0, 51, 52, 3]], "leaving": [[0.04, 0.06, 0.02, 0.5]]}
    seen = STATISTICS["P23"].seen({TODAY: lived(crew(**tables))})
    assert seen[0].tolist() == pytest.approx([0.1, 2, 0.02, 1])
    assert STATISTICS["P23"].value(seen) == pytest.approx(2.5)


def test_supervision_is_compared_by_weeks_in_post():
    """Two posts, one vacant without supervision: burnt out 1 of 2 and 1 of 1; expected leavers over all weeks."""

    def run(second, leaving):
        burnout, chances = weeks((0.9, 0.9), (0.9, 0.1)), weeks((leaving - 0.5, 0), (0.5, 0))
        return lived(crew(holder=weeks((0, 0), second), burnout=burnout, leaving=chances))

    worlds = {SUPERVISION: run((0, 0), 1.06), NO_SUPERVISION: run((0, -1), 1.08)}
    assert STATISTICS["P24"].seen(worlds).tolist() == [[YEAR, 2 * YEAR, YEAR, YEAR]]
    assert STATISTICS["P25"].seen(worlds).tolist() == [[1.06, 106, 1.08, 54]]
    assert STATISTICS["P24"].value(STATISTICS["P24"].seen(worlds)) == pytest.approx(-0.5)


@pytest.mark.parametrize(("row", "arms"), [("C32", (SUPPORT, UNSUPPORTED)), ("P29", (CAP_LOW, CAP_HIGH))])
def test_burnout_of_two_worlds_is_that_of_those_in_post_in_the_last_year(row, arms):
    """.2 and .4 against .5 and .7, a vacant post aside: -.3 in deviations of .1."""
    holder = weeks((0, 0), (0, 0), (0, -1))
    worlds = {arm: lived(crew(holder=holder, burnout=weeks((9, low), (9, low + 0.2), (9, 9))))
              for arm, low in zip(arms, (0.2, 0.5), strict=True)}  # fmt: skip
    assert STATISTICS[row].value(STATISTICS[row].seen(worlds)) == pytest.approx(-3)


def test_colleagues_are_pairs_in_one_pcn_who_are_both_in_post():
    """PCN 0 has .2 and .4 (and a vacancy), PCN 1 a single .9, as the last week knows: two pairs a week, unlike."""
    holder, pcn = weeks((0, 0), (0, 0), (0, 0), (0, -1)), weeks((0, 0), (0, 0), (1, 1), (0, 0))
    pcn[:-1, 2] = 0
    run = {TODAY: lived(crew(holder=holder, pcn=pcn, burnout=weeks((9, 0.2), (9, 0.4), (9, 0.9), (9, 0.7))))}
    seen = workforce.colleagues(run)
    assert seen[0].tolist() == pytest.approx([2 * YEAR, 0.16 * YEAR, 0.6 * YEAR, 0.2 * YEAR])
    assert within_pairs(seen) == pytest.approx(-1)


@pytest.mark.parametrize(("attempts_of_the_last", "found"), [(19, [[0.5, 0.3]]), (20, [[0.5, 0.3], [0.1, 0.7]])])
def test_connections_accepted_are_of_workers_in_post_all_year_with_20_attempts_or_more(attempts_of_the_last, found):
    """Post 0: 26 of 52, post 3: 2 of 20 or too few; 1 is vacant for a week, 2 has another holder in the last one."""
    holder, attempts = weeks(*[(7, 7)] * 4), weeks((5, 1), (5, 1), (5, 1), (5, 0))
    started = weeks((5, 0.5), (5, 1), (5, 1), (5, 0))
    holder[30, 1], holder[-1, 2] = -1, 8
    attempts[1, 3], started[2, 3] = attempts_of_the_last, 2
    burnout = weeks((9, 0.3), (9, 0), (9, 0), (9, 0.7))
    run = lived(crew(holder=holder, attempts=attempts, started=started, burnout=burnout))
    assert workforce.accepted_and_burnout({TODAY: run}).ravel().tolist() == pytest.approx(np.ravel(found).tolist())
