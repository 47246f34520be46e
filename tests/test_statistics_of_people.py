"""Statistics of people: what each row of the targets reads off a world, worked out by hand on a few people."""

from types import SimpleNamespace as Made

import numpy as np
import pytest

from sp_abm.validation import people
from sp_abm.validation.pooling import ended_by
from sp_abm.validation.watches import Chosen, Histories, LastYear, LongDistress, Tellers, may_lose_their_job
from sp_abm.validation.worlds import JOBS_KEPT, JOBS_LOST, NO_SERVICE, SHOCK, TODAY
from sp_abm.vocabulary import Stage, TieKind

WELL, OFF, DISTRESS, CRISIS, CHILD = 0, 1, 2, 3, -1
YEAR = 52


def lived(*watches, tallies=None, **world):
    """Return a made-up end of a run: its tallies by week, its world, and its watches, or what stands in for them."""
    results = Made(tally=lambda name: np.asarray(tallies[name], float))
    known = dict(watches)
    return Made(results=results, world=Made(**world), seen_by=lambda kind: known[kind])


def histories(weeks, **by_person):
    """Return the histories of adults (children where the stage is -1) who each give {from row: (stage, holder)}."""
    steps = list(by_person.values())
    found, now = None, [(WELL, 0)] * len(steps)
    for row in range(weeks + 1):
        given = [own.get(row, before) for own, before in zip(steps, now, strict=True)]
        now = [one if isinstance(one, tuple) else (one, before[1]) for one, before in zip(given, now, strict=True)]
        stage, holder = (np.array(column) for column in zip(*now, strict=True))
        world = Made(citizens=Made(stage=stage.astype(np.int8).clip(0), lonely=stage == CRISIS, holder=holder,
                                   age=np.where(stage == CHILD, 15, 16)))  # fmt: skip
        if found is None:
            found = Histories(world)
        else:
            found.close_week(world)
    return found


def test_histories_tell_stage_and_loneliness_at_the_end_of_a_week_of_each_persons_own():
    """Row w is the end of week w - 1: after week 1 the first is in crisis and lonely, after week 0 not yet."""
    seen = histories(3, first={2: CRISIS}, second={0: OFF, 3: (OFF, 1)}, young={0: CHILD, 2: WELL})
    stage, is_lonely = seen.at(np.array([0, 1, 2]), np.array([0, 0, 1]))
    assert stage.tolist() == [WELL, CRISIS, OFF] and is_lonely.tolist() == [False, True, False]
    assert seen.stage[:, 2].tolist() == [-1, -1, 0, 0] and seen.holder[:, 1].tolist() == [0, 0, 0, 1]
    first, last, rows = np.array([0, 0, 1, 0, 1]), np.array([2, 1, 2, 2, 2]), np.array([0, 1, 1, 2, 2])
    assert seen.is_same(first, last, rows).tolist() == [True, True, False, False, True]


def test_a_new_spell_begins_in_somebody_who_was_there_and_was_not_in_distress():
    """Of seven only two begin one by week 6: one is over at age 2, the other goes on for the four weeks left."""
    seen = histories(
        10,
        always_ill={0: DISTRESS},
        ill_and_well={1: DISTRESS, 3: WELL},
        last_to_count={6: CRISIS},
        too_late={7: DISTRESS},
        newcomer={3: (DISTRESS, 1)},
        of_age={0: CHILD, 4: DISTRESS},
        worse={0: DISTRESS, 5: CRISIS},
    )
    at_risk, ended = np.split(people.spells_begun_by(6)(seen)[0], 2)
    assert at_risk.size == 2 * YEAR
    assert at_risk[:5].tolist() == [2, 2, 1, 1, 0] and ended[:5].tolist() == [0, 1, 0, 0, 0]


def test_prevalent_distress_is_of_whoever_is_in_it_at_a_yearly_census_followed_for_a_year():
    """In distress at 0, 52 or 156, not between: out after 3, 7 and 1 weeks; one is followed for a year twice."""
    seen = histories(
        5 * YEAR,
        early={0: DISTRESS, 3: OFF},
        between={10: DISTRESS, 20: WELL},
        second={50: CRISIS, 59: Stage.RECOVERING},
        last={156: DISTRESS, 157: WELL},
        after={207: DISTRESS, 210: WELL},
        long={52: DISTRESS, 157: WELL},
    )
    at_risk, ended = np.split(people.out_of_distress(seen)[0], 2)
    assert at_risk.size == YEAR
    assert {int(age) + 1: int(ended[age]) for age in np.flatnonzero(ended)} == {1: 2, 3: 1, 7: 1}
    assert (at_risk[0], at_risk[-1]) == (6, 2)


def test_onset_is_compared_between_those_off_balance_and_the_thriving():
    """Within a year of the first census 1 of 2 off balance and 1 of 4 thriving come to distress: twice as many."""
    out = {YEAR: Stage.RECOVERING}
    begin = {"falls": {0: OFF, 9: DISTRESS}, "stays": {0: OFF}, "falls_too": {30: CRISIS}, "a": {}, "b": {}, "c": {}}
    seen = histories(4 * YEAR, **{name: own | out for name, own in begin.items()})
    off_balance, thriving = np.split(people.onsets(seen)[0], 2)
    assert (off_balance[0], thriving[0], off_balance.size) == (2, 4, 2 * YEAR)
    assert people.onset_ratio(people.onsets(seen)) == pytest.approx((1 / 2) / (1 / 4))


def test_a_share_still_going_is_what_has_not_ended():
    rows = np.array([[4.0, 2.0, 1.0, 2.0, 1.0, 0.0]])
    assert ended_by(2)(rows) == pytest.approx(1 - 0.5 * 0.5)
    assert people.still_going_at(2)(rows) == pytest.approx(0.25)


def test_entries_to_crisis_are_for_each_1000_years_of_adults():
    """Two years of 100 adults with 3 entries from pre-crisis and 1 from recovery: 4,000 over 200."""
    entries = {"new_pre_crisis_to_crisis": [1, 2] + [0] * 102, "new_recovering_to_crisis": [0] * 103 + [1]}
    run = lived(tallies={**entries, "n_adults": [100] * 104})
    assert people.crisis_entries({TODAY: run}).tolist() == [[4000, 200]]


def year_watched(weeks=YEAR):
    """Return a year's watch of seven people and their world; see the test for who they are."""
    n = 7
    citizens = Made(
        id=np.arange(n), holder=np.zeros(n, int),
        age=np.array([16, 40, 40, 40, 15, 40, 40]), unemployed=np.zeros(n, bool),
        stage=np.full(n, DISTRESS), consultations=np.zeros(n, np.uint8), event_strain=np.zeros(n, np.float32),
        discloses=np.arange(n) != 1,
    )  # fmt: skip
    citizens.unemployed[2] = True
    world = Made(citizens=citizens, parameters=Made(life_events=Made(size_event=0.8)))
    watch = LastYear(world)
    for week in range(weeks):
        citizens.stage[3] = WELL if week == 20 else CRISIS
        citizens.consultations[:] = [1, 2, 0, 4, 5, 6, 7] if week == 20 else 0
        citizens.event_strain[:] = np.float32(0.8) if week == 30 else np.float32(0.79)
        citizens.event_strain[[0, 2, 3, 5, 6]] = 0.0
        citizens.unemployed[3] = week >= 10
        citizens.holder[5] = week >= 25
        watch.close_week(world)
    return watch, world


def test_of_those_in_distress_all_year_who_told_a_gp_discloses_and_consulted():
    """Told: 0, 6. In distress all year too: 1 (does not disclose), 2 (saw nobody). 3 was well once, 4 young, 5 new."""
    watch, world = year_watched()
    today = {TODAY: lived((LastYear, watch), **vars(world))}
    assert people.told_a_gp(today).tolist() == [[2, 4]]
    assert people.distress_in_surgeries(today).tolist() == [[1 + 2 + 0 + 6 + 7, 1 + 2 + 0 + 4 + 6 + 7]]


def test_an_event_of_the_year_is_one_that_strikes_in_it_or_a_job_lost_in_it():
    """Struck: 1. Lost a job: 3; 2 had none before. Of those who stayed, 0 to 3 and 6, two."""
    watch, world = year_watched()
    assert people.had_an_event({TODAY: lived((LastYear, watch), **vars(world))}).tolist() == [[2, 5]]


def test_a_year_begins_anew_and_its_people_are_those_of_its_beginning():
    watch, world = year_watched(YEAR + 1)
    assert watch.weeks == 1 and not watch.consultations.any() and watch.by_adults == 0
    assert not watch.has_event.any()
    assert watch.stayed(world).tolist() == [True, True, True, True, False, True, True]


def consulted(*number, gone=0):
    """Return a world whose residents consulted so often in the last year; the last ones have moved away."""
    people_there = np.arange(len(number)) < len(number) - gone
    year = Made(consultations=np.array(number, np.int64), holder=np.zeros(len(number), int))
    return {TODAY: lived((LastYear, year), citizens=Made(holder=(~people_there).astype(int)))}


def test_the_top_tenth_is_of_those_who_consulted_and_still_live_there():
    """Of 20 who consulted 1, 2, ... 20 times the top two have 39 of 210; one with 99 has gone, ten saw nobody."""
    assert people.top_tenth(consulted(*[0] * 10, *range(1, 21), 99, gone=1)).tolist() == [[39, 210]]


def test_a_tenth_that_is_no_whole_number_of_people_counts_the_last_of_them_in_part():
    """Of 25 the top two and half of the third; of five, who are fewer than ten, half of the first; of nobody none."""
    assert people.top_tenth(consulted(*range(1, 26))).tolist() == [[25 + 24 + 23 / 2, 325]]
    assert people.top_tenth(consulted(3, 9, 1, 4, 0, 2)).tolist() == [[9 / 2, 19]]
    assert people.top_tenth(consulted(0, 0)).tolist() == [[0, 0]]


def test_long_distress_is_of_two_years_and_read_at_the_ends_of_the_first_five():
    """At each end the most deprived: 1 of 2 adults (103 weeks are not two years), the least deprived: 1 of 1."""
    citizens = Made(
        age=np.array([16, 90, 15, 40]), fifth=np.array([0, 0, 0, 4]), weeks_in_distress=np.array([104, 103, 104, 500])
    )
    world = Made(citizens=citizens, week=0)
    watch = LongDistress(world)
    for week in range(6 * YEAR):
        world.week = week
        if week == 6 * YEAR - 1:
            citizens.fifth[:] = 0
        watch.close_week(world)
    assert [each.tolist() for each in watch.long[4:]] == [[1, 0, 0, 0, 1], [2, 0, 0, 0, 0]] and len(watch.adults) == 6
    assert people.long_distress({NO_SERVICE: lived((LongDistress, watch))}).tolist() == [[5, 10, 5, 5]]


def test_tellers_are_those_of_the_last_year():
    watch = Made(told_others=[100, *[1] * YEAR], helped=[100, *[2] * YEAR])
    assert people.tellers({TODAY: lived((Tellers, watch))}).tolist() == [[YEAR, 2 * YEAR]]


def test_somebody_who_was_told_came_if_referred_within_a_quarter_of_that_week():
    """Told in week 20: those referred in 20 and 33 came, not those of 19 and 34, nor a dwelling's next holder.

    Of 130 weeks those told in 13 and 116 count, in 12 and 117 no longer or not yet; the last case is no case yet.
    """
    told = [np.empty((0, 3), np.int64) for _ in range(130)]
    told[20] = np.array([[row, 0, 20] for row in range(5)])
    for week in (12, 13, 116, 117):
        told[week] = np.array([[9, 0, week]])
    cases = Made(
        citizen=np.array([0, 1, 2, 3, 4, 4]), holder=np.array([0, 0, 0, 0, 1, 0]),
        week_referred=np.array([20, 33, 19, 34, 21, 21]),
    )  # fmt: skip
    run = lived((Tellers, Made(told=told)), cases=cases, n_cases=5)
    assert people.came_when_told({TODAY: run}).tolist() == [[2, 5 + 2]]


def test_the_largest_yearly_change_of_loneliness_may_be_a_fall():
    """Yearly means of .2, .3 and .15, with luck of a week about them: .15."""
    share = np.repeat([20, 30, 15], YEAR) + np.tile([-9, 9], 78)
    run = lived(tallies={"n_lonely": share, "n_adults": [100] * 156})
    assert people.largest_yearly_change({TODAY: run}).item() == pytest.approx(0.15)


def shocked(*after):
    """Return a run in distress of .05 and .35 by turns for a year, then of these shares."""
    return {SHOCK: lived(tallies={"n_distress": [*[5, 35] * 26, *after], "n_adults": [100] * (YEAR + len(after))})}


def test_a_shocks_peak_is_over_the_year_before_and_distress_is_back_within_a_point_of_it():
    """From a mean of .2 to .31: 1.55. It is .21 three weeks later, .211 is not near enough; else all weeks count."""
    run = shocked(21, 31, 25, 21.1, 21, 40 - 11)
    assert people.shock_peak(run).item() == pytest.approx(1.55)
    assert people.weeks_to_return(run).item() == 3
    assert people.weeks_to_return(shocked(20, 31, 22, 22)).item() == 3


def test_a_close_tie_is_none_of_the_others_and_only_adults_are_asked():
    """Of three adults one has a weak tie and one none at all; the child has none either."""
    kinds = [TieKind.CLOSE, TieKind.WEAK, TieKind.WEAK, TieKind.HOUSEHOLD]
    ties = Made(start=np.array([0, 2, 4, 4, 4]), kind=np.array(kinds))
    world = {"citizens": Made(id=np.arange(4), age=np.array([40, 16, 40, 15])), "ties": ties}
    assert people.without_a_close_tie({TODAY: lived(**world)}).tolist() == [[2, 3]]


def test_a_job_is_lost_by_those_of_working_age_who_have_one_in_every_second_dwelling():
    """Of ages 15, 16, 65 and 66 with a job in odd dwellings the middle two; nobody unemployed or in an even one."""
    citizens = Made(age=np.array([15, 16, 65, 66, 40, 40]), unemployed=np.array([0, 0, 0, 0, 1, 0], bool),
                    id=np.array([1, 3, 5, 7, 9, 10]))  # fmt: skip
    world = Made(citizens=citizens, parameters=Made(life_events=Made(oldest_worker=66.0)))
    assert np.flatnonzero(may_lose_their_job(world)).tolist() == [1, 2]


def test_a_job_lost_is_read_on_the_chosen_who_still_live_there():
    """Chosen: rows 1 to 3, of whom 3 has gone. Distress: 2 of them without the job, 1 with it."""
    chosen = Made(rows=np.array([1, 2, 3]), holder=np.array([0, 4, 0]))
    kept = Made(holder=np.array([0, 0, 4, 1]), stage=np.array([WELL, DISTRESS, WELL, WELL]))
    lost = Made(holder=kept.holder, stage=np.array([CRISIS, DISTRESS, CRISIS, CRISIS]))
    worlds = {JOBS_KEPT: lived((Chosen, chosen), citizens=kept), JOBS_LOST: lived(citizens=lost)}
    assert people.job_loss(worlds).tolist() == [[1, 2]]


def test_a_gps_contacts_are_the_last_years_by_their_share_of_consultations():
    """Of 100 consultations a week half are with 4 full-time GPs of 250 days: 2,600 over 1,000."""
    place, parameters = Made(gp_fte=4.0), Made(observation=Made(share_consultations_gp=0.5))
    run = lived(tallies={"consultations": [9_999, *[100] * YEAR]}, place=place, parameters=parameters)
    assert people.contacts_per_gp({TODAY: run}).tolist() == [[2600, 1000]]


def test_the_census_is_of_adults_in_the_last_week_lived(monkeypatch):
    """Two adults of three, who read 8.4 and 8.5: half of them high; week 260 comes next, so it is read in 259."""
    asked = []

    def survey(those, week, luck, parameters):
        asked.append((those.id.tolist(), week, luck, parameters))
        return Made(life_satisfaction=np.array([8.4, 8.5]), swemwbs=np.array([30, 20]), distress=np.array([0.1, 6]))

    monkeypatch.setattr(people, "survey", survey)
    three = Made(id=np.arange(3), holder=np.zeros(3), stage=np.zeros(3), lonely=np.zeros(3), contentment=np.zeros(3),
                 age=np.array([16, 15, 90]))  # fmt: skip
    run = lived(citizens=three, week=260, luck="luck", parameters=Made(observation="readings"))
    assert people.high_life_satisfaction({TODAY: run}).item() == 0.5
    assert people.wellbeing_and_distress({TODAY: run}).item() == pytest.approx(-1)
    assert asked == [([0, 2], 259, "luck", "readings")] * 2


def test_how_far_distress_drifts_counts_both_ways():
    run = lived(tallies={"n_distress": [20, 22, 24, 6], "n_adults": [100] * 4})
    assert people.furthest_from_mean({NO_SERVICE: run}).item() == pytest.approx(0.12)
