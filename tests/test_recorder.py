"""Recorder: whom it counts as in need and as reached, what it reads off the tables, and what the week was worth."""

from dataclasses import replace

import numpy as np
import pytest

from sp_abm.agents.citizens import Citizens
from sp_abm.declare import columns_of
from sp_abm.kernels import compiled, total
from sp_abm.parameters import Parameters
from sp_abm.places import place
from sp_abm.recorder import IN_NEED, REACHED, Recorder
from sp_abm.scenario import load
from sp_abm.schedule import NAMES
from sp_abm.simulation import Simulation
from sp_abm.stocks import horizon, stocks
from sp_abm.tallies import MOVES, OF_SOME, PEOPLE_TALLIES, STOCKS, SYSTEM_TALLIES, WORTH
from sp_abm.vocabulary import Attempt, CaseState, Channel, Horizon, Route, Stage

HAMLET = replace(
    place("sandbox"), key="hamlet", residents=900, n_pcns=2, pcn_sizes=(1.0, 1.0), gp_fte=6.0,
    organisations_per_10000=200.0,
)  # fmt: skip
BUSY = {"outreach_share": 0.4, "referral.p_identified": 0.3}


@pytest.fixture
def well_world(small_world):
    """Return a world in which all are 40 years old, thriving and not lonely."""
    citizens = small_world.citizens
    citizens.age[:], citizens.stage[:], citizens.lonely[:] = 40, Stage.THRIVING, False
    return small_world


def next_week(world, recorder):
    """Record a week in which nothing happened but what the test did; return people's tallies by name."""
    world.week += 1
    recorder.record(world)
    return dict(zip(PEOPLE_TALLIES, recorder.people[recorder.n_weeks - 1].sum(axis=0), strict=True))


def read(world, week):
    """Return the stocks of a week by name."""
    found = stocks(world, week, np.zeros(len(PEOPLE_TALLIES)), 0)
    return dict(zip((*STOCKS, *WORTH), found.tolist(), strict=True))


def test_in_need_is_who_was_in_distress_or_lonely_at_the_start_and_help_takes_nobody_out(well_world):
    """Two in distress, one of them lonely, another lonely only, a child in distress, one off balance: three."""
    citizens = well_world.citizens
    citizens.stage[[3, 4, 5]] = Stage.PRE_CRISIS, Stage.CRISIS, Stage.PRE_CRISIS
    citizens.stage[6], citizens.age[5] = Stage.OFF_BALANCE, 10
    citizens.lonely[[4, 8]] = True
    recorder = Recorder(well_world, 5)
    assert np.flatnonzero(recorder.marks & IN_NEED).tolist() == [3, 4, 8]
    first = next_week(well_world, recorder)
    assert (first["n_adults_in_need"], first["n_pre_crisis_in_need"], first["n_crisis_in_need"]) == (3, 1, 1)
    citizens.stage[:], citizens.lonely[:] = Stage.THRIVING, False
    citizens.stage[20] = Stage.CRISIS
    later = next_week(well_world, recorder)
    assert (later["n_adults_in_need"], later["n_thriving_in_need"], later["n_crisis_in_need"]) == (3, 3, 0)


def test_who_moves_in_is_in_need_by_the_week_of_moving_in(well_world):
    citizens = well_world.citizens
    citizens.stage[3] = Stage.CRISIS
    recorder = Recorder(well_world, 5)
    assert next_week(well_world, recorder)["n_adults_in_need"] == 1
    citizens.stage[3], citizens.arrived[3] = Stage.THRIVING, well_world.week
    assert next_week(well_world, recorder)["n_adults_in_need"] == 0
    citizens.lonely[9], citizens.arrived[9] = True, well_world.week
    assert next_week(well_world, recorder)["n_adults_in_need"] == 1


def test_a_newcomer_makes_no_move_from_the_stage_of_who_lived_there_before(well_world):
    """One moves from thriving to off balance; another who moves in off balance does not, nor does one in crisis."""
    citizens = well_world.citizens
    recorder = Recorder(well_world, 5)
    citizens.stage[[3, 4, 5]] = Stage.OFF_BALANCE, Stage.OFF_BALANCE, Stage.CRISIS
    citizens.arrived[[4, 5]] = well_world.week
    found = next_week(well_world, recorder)
    assert {name: number for name, number in found.items() if name.startswith("new_") and number} == {
        "new_thriving_to_off_balance": 1
    }
    citizens.stage[4] = Stage.PRE_CRISIS
    assert next_week(well_world, recorder)["new_off_balance_to_pre_crisis"] == 1


def test_reached_is_who_has_met_a_link_worker_until_they_move(well_world, add_case):
    recorder = Recorder(well_world, 6)
    waiting = add_case(well_world, 7)
    assert next_week(well_world, recorder)["n_adults_reached"] == 0
    well_world.cases.week_first[waiting] = well_world.week
    well_world.citizens.lonely[7], well_world.citizens.consultations[7] = True, 3
    seen = next_week(well_world, recorder)
    assert (seen["n_adults_reached"], seen["n_lonely_reached"], seen["consultations_reached"]) == (1, 1, 3)
    assert next_week(well_world, recorder)["n_adults_reached"] == 1
    well_world.citizens.arrived[7] = well_world.week
    assert next_week(well_world, recorder)["n_adults_reached"] == 0
    well_world.citizens.arrived[11] = well_world.week
    add_case(well_world, 11, week_first=well_world.week)
    assert next_week(well_world, recorder)["n_adults_reached"] == 1, "seen in the very week of moving in"


def test_contacts_before_the_record_began_reach_nobody(well_world, add_case):
    add_case(well_world, 7, week_first=-3)
    assert next_week(well_world, Recorder(well_world, 1))["n_adults_reached"] == 0


def test_quality_weighs_everybody_by_stage(well_world):
    well_world.citizens.stage[[1, 2]] = Stage.CRISIS
    p, n = Parameters().observation, well_world.citizens.id.size
    found = next_week(well_world, Recorder(well_world, 1))["sum_quality"]
    assert found == pytest.approx((n - 2) * p.quality_thriving + 2 * p.quality_crisis)


def test_of_those_in_need_and_reached_the_same_is_kept_as_of_everybody(well_world, add_case):
    """Everybody is in need and one of them is reached: into crisis, aware, trusting, twice at the GP."""
    citizens = well_world.citizens
    citizens.lonely[:] = True
    recorder = Recorder(well_world, 1)
    citizens.lonely[7], citizens.aware[:], citizens.aware[7] = False, False, True
    citizens.stage[7], citizens.consultations[:], citizens.consultations[7] = Stage.CRISIS, 0, 2
    recorder.last_stage[7], citizens.trust[7] = Stage.PRE_CRISIS, 0.75
    add_case(well_world, 7, week_first=well_world.week)
    found = next_week(well_world, recorder)
    found |= dict(zip(SYSTEM_TALLIES, recorder.system[0], strict=True))
    names = (*OF_SOME, *MOVES)
    assert [name for name in names if found[f"{name}_in_need"] != found[name]] == []
    reached = {name: found[f"{name}_reached"] for name in names if found[f"{name}_reached"] and "life" not in name}
    assert reached.pop("n_volunteering", 0) == citizens.volunteers_anyway[7]
    assert reached.pop("consultations_non_medical") > 0
    assert reached == {
        "n_adults": 1, "n_crisis": 1, "n_aware": 1, "sum_trust": 0.75, "consultations": 2,
        "new_pre_crisis_to_crisis": 1, "sum_quality": Parameters().observation.quality_crisis,
    }  # fmt: skip


def test_a_consultation_counts_as_the_chance_that_it_shows_a_non_medical_need(well_world):
    """3 consultations of .14, 1 of .14 + .28 for loneliness disclosed, 2 of a child that nobody offers anything."""
    citizens = well_world.citizens
    citizens.consultations[:], citizens.discloses[:] = 0, False
    citizens.consultations[[3, 4, 5]], citizens.lonely[[3, 4, 5]] = (3, 1, 2), True
    citizens.discloses[[4, 5]], citizens.age[5] = True, 9
    found = next_week(well_world, Recorder(well_world, 1))
    assert found["consultations_non_medical"] == pytest.approx(0.42 + 0.42)
    assert (found["consultations"], found["consultations_of_adults"]) == (6, 4)


def test_nothing_that_a_need_goes_by_changes_between_referral_and_the_record():
    """So that the record may count it in the end as referral saw it."""
    later, declared = set(NAMES[NAMES.index("referral") :]), columns_of(Citizens)
    for name in ("stage", "lonely", "discloses", "age", "consultations"):
        assert not later & set(declared[name].written_by), name


def test_marks_are_saved_and_restored(tmp_path):
    simulation = Simulation.start("today", HAMLET, 3, changes=BUSY, warm_up=False, weeks=20).run(12)
    marks = simulation.recorder.marks
    assert (marks & IN_NEED).any() and (marks & REACHED).any()
    simulation.save(tmp_path / "state")
    loaded = Simulation.load(tmp_path / "state")
    assert np.array_equal(loaded.recorder.marks, marks)
    assert np.array_equal(simulation.run(8).results().people, loaded.run(8).results().people)


def test_the_same_people_are_in_need_in_both_worlds():
    """Nobody moves or dies, help differs: stages part, marks of need do not, and those reached are adults seen."""
    still = replace(HAMLET, key="still", share_moving_per_year=0.0)
    deaths = {f"residents.death_rate_{band}_per_year": 0 for band in
              ("0_15", "16_24", "25_44", "45_64", "65_74", "75_plus")}  # fmt: skip
    strong = load("today").with_changes({**deaths, **BUSY, "transitions.effect_support": 3})
    start = Simulation.start(strong, still, 1, warm_up=False, weeks=40)
    arms = [start.fork(strong.with_changes({"posts_per_10000": posts}), 40).run(40) for posts in (0, 2)]
    one, other = (arm.recorder for arm in arms)
    assert np.array_equal(one.marks & IN_NEED, other.marks & IN_NEED)
    assert not np.array_equal(one.last_stage, other.last_stage)
    cases = arms[1].world.cases
    seen = np.unique(cases.citizen[: arms[1].world.n_cases][cases.week_first[: arms[1].world.n_cases] >= 0])
    assert np.array_equal(np.flatnonzero(other.marks & REACHED), seen) and seen.size > 10


def test_the_horizon_of_help_is_told_by_route_and_stage():
    def of(route, stage):
        return list(Horizon)[horizon(route, stage)]

    assert all(of(Route.OUTREACH, stage) is Horizon.PROACTIVE for stage in Stage)
    for route in set(Route) - {Route.OUTREACH}:
        for stage in Stage:
            is_late = stage in (Stage.PRE_CRISIS, Stage.CRISIS)
            if route.is_medical:
                assert of(route, stage) is (Horizon.REACTIVE if is_late else Horizon.MIXED)
            else:
                assert of(route, stage) is (Horizon.MIXED if is_late else Horizon.PROACTIVE)


def test_cases_are_counted_by_route_and_horizon_in_their_weeks(small_world, add_case):
    citizens = small_world.citizens
    citizens.stage[[1, 2, 3]] = Stage.PRE_CRISIS, Stage.PRE_CRISIS, Stage.THRIVING
    add_case(small_world, 1, week=4, week_first=5)
    add_case(small_world, 2, route=Route.SELF, week=5, week_first=5, worker=0)
    add_case(small_world, 3, route=Route.SELF, week=5)
    found = read(small_world, 5)
    assert (found["referred_by_gp"], found["referred_by_self"], found["referred_by_outreach"]) == (0, 2, 0)
    assert (found["helped_reactive"], found["helped_mixed"], found["helped_proactive"]) == (1, 1, 0)
    assert (found["n_held_cases"], found["n_waiting"]) == (1, 1)


def test_for_a_place_wait_those_open_cases_whose_latest_search_found_all_full(small_world, add_case):
    """Two open cases found all full, one of them since its link worker left; another closed, others found otherwise."""
    for citizen, attempt in enumerate(Attempt):
        add_case(small_world, citizen, worker=0, n_contacts=2, attempt=attempt)
    for citizen, state in enumerate((CaseState.WAITING, CaseState.CLOSED), 8):
        add_case(small_world, citizen, n_contacts=2, attempt=Attempt.NO_PLACE, state=state)
    assert read(small_world, 5)["n_waiting_for_place"] == 2


def test_the_workforce_is_read_off_the_posts(small_world):
    """Two of six in post, for 10 and 30 weeks, knowing all and a half of four local organisations."""
    workers, organisations = small_world.link_workers, small_world.organisations
    workers.in_post[:] = False
    workers.in_post[[0, 2]], workers.weeks_in_post[[0, 2]] = True, (10, 30)
    workers.burnout[[0, 2]], workers.intends[[0, 2]] = (0.2, 0.7), (True, False)
    organisations.pcn[:], organisations.pcn[:4] = 99, workers.pcn[0]
    small_world.knowledge.known[:] = False
    small_world.knowledge.known[0, :4] = small_world.knowledge.known[2, :2] = True
    small_world.pcns.support[:, Channel.ROLE_CLARITY] = 0.8
    found = read(small_world, 0)
    assert (found["n_workers"], found["n_burnt_out"], found["n_intending"], found["sum_weeks_in_post"]) == (2, 1, 1, 40)
    assert found["sum_share_known"] == 1.5 and found["sum_burnout"] == pytest.approx(0.9)
    assert found["sum_role_clarity"] == pytest.approx(1.6)
    assert found["fte_funded"] == found["fte_in_post"] + found["fte_vacant"] == 6 and found["fte_in_post"] == 2


def test_a_place_taken_is_there_whatever_the_grants_and_only_a_free_one_makes_room(fresh_world):
    """Grants halved: 4 places become 2. One full beyond it (3 taken), one full (2), one with a free place (1)."""
    world = fresh_world(**{"participation.places_per_volunteer": 1})
    world.commissioner.grants_multiplier[0] = 0.5
    organisations = world.organisations
    organisations.places[:], organisations.occupied[:] = 0, 0
    organisations.places[:3], organisations.occupied[:3] = 4, (3, 2, 1)
    organisations.volunteers[3] = 2
    found = read(world, 0)
    assert (found["places"], found["places_occupied"]) == (3 + 2 + 2 + 2, 6)
    assert (found["n_organisations_with_room"], found["n_volunteers"]) == (2, 2)
    assert found["hours_volunteered"] == 2 * Parameters().observation.hours_volunteer_per_week


def test_a_week_s_worth_by_hand(fresh_world):
    """Week 52 at 25%: all worth 1 / 1.25. 100 consultations: 60 x 30 + 40 x 10; 2 crises x 500; 650 points of life.

    Of 200 in grants the NHS pays 50.
    """
    prices = {
        "rate_discount_per_year": 0.25, "share_consultations_gp": 0.6, "cost_gp_consultation_gbp": 30,
        "cost_nurse_consultation_gbp": 10, "cost_crisis_gbp": 500, "value_wellby_gbp": 1000,
        "minutes_gp_consultation": 10, "minutes_offer": 4,
    }  # fmt: skip
    world = fresh_world(**{f"observation.{name}": value for name, value in prices.items()})
    books = world.commissioner
    books.spent_posts[:], books.spent_outreach[:], books.spent_grants[:] = 1000, 50, 200
    books.income_grants_nhs[:] = 50
    world.flows["offered"] = 15
    people = dict.fromkeys(PEOPLE_TALLIES, 0.0) | {"consultations": 100, "sum_life_satisfaction": 650}
    people |= {"new_pre_crisis_to_crisis": 1, "new_recovering_to_crisis": 1, "new_crisis_to_recovering": 7}
    found = dict(zip((*STOCKS, *WORTH), stocks(world, 0, np.array(list(people.values())), 52), strict=True))
    assert found["spent"] == 1250 and found["worth_spent"] == 1000 and found["worth_spent_nhs"] == 880
    assert found["worth_care"] == pytest.approx((2200 + 1000) / 1.25)
    assert found["worth_wellbys"] == pytest.approx(650 / 52 * 1000 / 1.25)
    assert found["gp_hours"] == pytest.approx((600 + 60) / 60)


def test_a_row_has_the_stocks_the_worth_and_the_flows_each_in_its_column(fresh_world):
    """Money, hours, awareness of GPs, and the first and the last flow, none equal to another."""
    world = fresh_world()
    recorder = Recorder(world, 1)
    world.commissioner.spent_grants[:], world.gps.awareness[:] = 321, 0.25
    world.link_workers.hours_voice[:], world.flows["offered"], world.flows["died"] = 0, 5, 3
    world.link_workers.hours_voice[0] = 17
    next_week(world, recorder)
    row = dict(zip(SYSTEM_TALLIES, recorder.system[0].tolist(), strict=True))
    assert (row["weeks"], row["spent_grants"], row["hours_voice"], row["offered"], row["died"]) == (1, 321, 17, 5, 3)
    assert row["sum_gp_awareness"] == 0.25 * row["n_gps"] == 0.25 * world.gps.id.size


@pytest.mark.parametrize("n", [0, 1, 7, 8, 9, 128, 129, 1000])
def test_a_compiled_total_is_numpy_s_to_the_last_bit(n):
    values = np.random.default_rng(n).random(n)
    assert total_of(values) == values.sum()


@compiled
def total_of(values):
    """Return their total, from compiled code as rules do."""
    return total(values)
