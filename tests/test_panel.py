"""Panel: readings worked out by hand, a cohort that two arms share, and persons who are lost and not replaced."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from sp_abm import Results, simulate
from sp_abm.cli import main
from sp_abm.errors import BadFile, BadValue
from sp_abm.panel import COLUMNS, Panel
from sp_abm.parameters import Parameters
from sp_abm.places import place
from sp_abm.readings import Answers, Asked, distress_score, life_satisfaction, survey, swemwbs
from sp_abm.schedule import step
from sp_abm.vocabulary import CaseState, Route, Stage

HAMLET = replace(
    place("sandbox"),
    key="hamlet",
    residents=900,
    n_pcns=2,
    pcn_sizes=(1.0, 1.0),
    gp_fte=6.0,
    organisations_per_10000=200.0,
    share_moving_per_year=0.3,
)
P = Parameters().observation
MIDDLE, HIGH, LOW = 0.5, 0.975, 1e-9
PERSON = ["person", "holder"]


def panel_of(scenario="today", size=200, every=1, years=0.5, **given):
    """Return the panel of a short run in the hamlet."""
    return simulate(scenario, HAMLET, 1, years, warm_up=False, panel=size, panel_every=every, **given).panel


def read(world, size, every=1):
    """Return a panel of the world as it stands, before and after one reading."""
    panel = Panel(world, size, every)
    panel.close_week(world)
    return panel.frame()


def test_the_distress_score_is_that_of_the_stage():
    assert distress_score(np.arange(len(Stage)), P).tolist() == [0.3, 2, 6, 10, 2]


def test_life_satisfaction_is_the_stages_less_loneliness_plus_the_persons_and_the_weeks_part():
    """8.1 + .4 = 8.5 thriving; 6.0 - .6 + .4 = 5.8 lonely in pre-crisis; +1.96 x .9 = 1.764 in a good week."""
    stage, lonely = np.array([Stage.THRIVING, Stage.PRE_CRISIS]), np.array([False, True])
    contentment = np.array([0.4, 0.4])
    middling = life_satisfaction(stage, lonely, contentment, np.full(2, MIDDLE), P)
    good = life_satisfaction(stage, lonely, contentment, np.full(2, HIGH), P)
    assert middling.tolist() == pytest.approx([8.5, 5.8])
    assert good.tolist() == pytest.approx([10, 5.8 + 1.764], abs=1e-3)  # 8.5 + 1.764 is above the scale
    assert life_satisfaction(np.array([Stage.CRISIS]), np.array([True]), np.array([-2.0]), np.array([LOW]), P) == [0]


def test_swemwbs_falls_with_distress_and_rises_with_contentment():
    """25.7 - 1.05 x 6 + 1.8 x .5 = 20.3; one weekly spread up, at the 84th percentile: +2.8."""
    u = np.array([MIDDLE, 0.8413447])
    assert swemwbs(np.array([6.0, 6.0]), np.array([0.5, 0.5]), u, P).tolist() == pytest.approx([20.3, 23.1], abs=1e-4)
    ends = swemwbs(np.array([10.0, 0.3]), np.array([-9.0, 9.0]), np.array([MIDDLE, MIDDLE]), P)
    assert ends.tolist() == [7, 35]


def test_wellbeing_is_related_to_distress_as_in_the_health_survey(small_world):
    """Target P42: the rank correlation lies between -.62 and -.42, the mean near 23.5 (POP-025)."""
    panel = read(small_world, 5000)
    assert -0.62 < spearmanr(panel["swemwbs"], panel["distress"])[0] < -0.42
    assert 23 < panel["swemwbs"].mean() < 24.5


def test_whoever_asks_the_same_person_in_the_same_week_hears_the_same(small_world):
    asked = Asked(*(getattr(small_world.citizens, name) for name in Asked._fields))
    some = Asked(*(column[5:9] for column in asked))
    everybody, few, later = (survey(who, week, small_world.luck, P) for who, week in ((asked, 3), (some, 3), (some, 4)))
    for name in Answers._fields:
        assert np.array_equal(getattr(few, name), getattr(everybody, name)[5:9])
    assert np.array_equal(few.distress, later.distress)
    assert not np.array_equal(few.life_satisfaction, later.life_satisfaction)
    assert not np.array_equal(few.swemwbs, later.swemwbs)


def test_a_reading_is_of_the_state_of_that_week(small_world, add_case):
    """Everybody is read: the panel is larger than the place."""
    citizens = small_world.citizens
    adults = np.flatnonzero(citizens.age >= 16)
    who, other = adults[:2]
    add_case(small_world, who, route=Route.SELF, worker=0, n_contacts=4)
    citizens.activity_row[who], citizens.consultations[who], citizens.lonely[who] = 3, 2, True
    panel = read(small_world, 10**6).set_index("person")
    assert len(panel) == adults.size
    assert panel["stage"].tolist() == [Stage(stage).word for stage in citizens.stage[adults]]
    assert panel["age"].tolist() == citizens.age[adults].tolist()
    assert (panel["sex"] == "female").tolist() == citizens.female[adults].tolist()
    assert panel["deprivation"].cat.codes.tolist() == citizens.fifth[adults].tolist()
    row = panel.loc[citizens.id[who]]
    assert (row["case_state"], row["route"], row["contacts"]) == (CaseState.IN_CONTACT.name.lower(), "self", 4)
    assert (row["activity"], row["consultations"], row["lonely"]) == (small_world.organisations.id[3], 2, True)
    row = panel.loc[citizens.id[other]]
    assert row[["case_state", "route", "activity", "exit"]].isna().all()
    assert row["contacts"] == 0


def test_the_panel_follows_the_weeks_of_the_world(small_world):
    panel, stages = Panel(small_world, 300), []
    for _ in range(6):
        step(small_world, observers=[panel])
        stages.append(small_world.citizens.stage.copy())
    frame = panel.frame()
    stayed = frame[frame["exit"].isna()]
    assert stayed["week"].unique().tolist() == list(range(6))
    expected = [stages[week][person] for week, person in zip(stayed["week"], stayed["person"], strict=True)]
    assert stayed["stage"].cat.codes.tolist() == expected
    assert len({tuple(seen) for seen in stages}) > 1


def test_the_cohort_is_drawn_by_luck_and_the_same_in_two_arms():
    today, none = panel_of(), panel_of("no-service")
    first = today[today["week"] == 0]
    assert len(first) == 200
    assert first["person"].is_monotonic_increasing and first["person"].max() > 800  # from the whole place
    assert first[PERSON].equals(none.loc[none["week"] == 0, PERSON])
    assert not today["case_state"].equals(none["case_state"])
    other = simulate("today", HAMLET, 2, 0.1, warm_up=False, panel=200).panel
    assert not first["person"].equals(other.loc[other["week"] == 0, "person"])


def test_a_smaller_panel_is_part_of_a_larger_one(small_world):
    small, large = read(small_world, 50), read(small_world, 500)
    merged = small.merge(large, on=list(COLUMNS[:3]), suffixes=("", "_large"))
    assert len(merged) == 50 and merged["swemwbs"].equals(merged["swemwbs_large"])


def test_neither_cohort_nor_readings_depend_on_the_order_of_rows(small_world):
    order = np.random.default_rng(1).permutation(small_world.citizens.id.size)
    shuffled = small_world.copy()
    shuffled.citizens = type(shuffled.citizens)(*(column[order] for column in shuffled.citizens))
    pd.testing.assert_frame_equal(read(small_world, 300), read(shuffled, 300))


def replace_resident(world, row, age):
    """Put somebody of that age in the place of whoever lives there."""
    world.citizens.holder[row] += 1
    world.citizens.age[row] = age


def test_who_moves_or_dies_gets_one_last_row_and_is_not_replaced(small_world):
    """Read every three weeks from week 0: the one leaves in week 1, between readings, the other in week 3."""
    panel = Panel(small_world, 40, 3)
    panel.close_week(small_world)
    mover, dead = panel.frame()["person"][:2]
    age = small_world.citizens.age[mover]
    for week in range(1, 7):
        small_world.week = week
        if week == 1:
            replace_resident(small_world, mover, 30)
        if week == 3:
            replace_resident(small_world, dead, 0)
        panel.close_week(small_world)
    frame = panel.frame()
    assert frame["week"].value_counts().sort_index().to_dict() == {0: 40, 1: 1, 3: 39, 6: 38}
    last = frame[frame["person"] == mover].iloc[-1]
    assert (last["week"], last["exit"], last["age"], last["holder"]) == (1, "moved", age, 0)
    assert last[list(COLUMNS[6:-1])].isna().all()
    assert frame.loc[frame["person"] == dead, "exit"].tolist()[-1] == "died"
    assert frame.loc[frame["person"] == dead, "week"].tolist() == [0, 3]
    assert frame["exit"].notna().sum() == 2


def test_in_a_run_nobody_is_seen_after_leaving_and_everybody_until_then():
    panel = panel_of(size=10**6, years=1)
    lives = panel.groupby(PERSON)
    assert (lives["exit"].count() <= 1).all()
    assert (lives["week"].count() == lives["week"].max() + 1).all()
    has_left = lives["exit"].count() == 1
    assert has_left.sum() > 100 and {"moved", "died"} == set(panel["exit"].dropna())
    assert (lives["week"].max()[~has_left] == 51).all()
    assert panel.groupby("person")["holder"].nunique().max() == 1


def test_every_four_weeks_is_every_fourth_row_of_every_week():
    weekly, monthly = panel_of(), panel_of(every=4)
    due = weekly[(weekly["week"] % 4 == 0) | weekly["exit"].notna()].reset_index(drop=True)
    pd.testing.assert_frame_equal(due, monthly)


def test_following_a_panel_changes_nothing_else():
    given = {"warm_up": False, "outreach_share": 0.2}
    without, followed = (simulate("today", HAMLET, 1, 0.5, panel=size, **given) for size in (None, 300))
    assert without.panel is None
    assert np.array_equal(without.people, followed.people) and np.array_equal(without.system, followed.system)
    assert all(np.array_equal(without.final[name], followed.final[name]) for name in without.final)


def test_a_saved_panel_comes_back_as_it_was(tmp_path):
    results = simulate("today", HAMLET, 1, 0.3, warm_up=False, panel=80)
    loaded = Results.load(results.save(tmp_path / "with"))
    pd.testing.assert_frame_equal(loaded.panel, results.panel)
    assert tuple(loaded.panel) == COLUMNS
    assert Results.load(replace(results, panel=None).save(tmp_path / "without")).panel is None
    (tmp_path / "with" / "panel.parquet").write_bytes(b"not a table")
    with pytest.raises(BadFile, match=r"panel\.parquet is damaged"):
        Results.load(tmp_path / "with")


@pytest.mark.parametrize("size", [0, -1, 2.5, True, "many", float("nan")])
def test_a_panel_of_no_whole_number_of_persons_is_refused(size):
    with pytest.raises(BadValue, match=r"panel = .* must be a whole number of persons, 1 or more"):
        simulate("today", HAMLET, panel=size)


@pytest.mark.parametrize("every", [0, -4, 1.5, False, None])
def test_readings_every_so_many_weeks_need_a_whole_number(every):
    with pytest.raises(BadValue, match=r"panel_every = .* must be a whole number of weeks, 1 or more"):
        simulate("today", HAMLET, panel=10, panel_every=every)


def said(capsys, *arguments):
    """Return the exit code of a command and all that it said."""
    with pytest.raises(SystemExit) as end:
        main(["run", "today", "--no-warm-up", "--years", "0.2", *arguments])
    return end.value.code or 0, "".join(capsys.readouterr())


def test_the_command_line_saves_a_panel_and_may_replace_it(capsys, tmp_path):
    out = ("--out", str(tmp_path / "mine"))
    assert said(capsys, "--panel", "30", "--panel-every", "5", *out)[0] == 0
    assert Results.load(tmp_path / "mine").panel.groupby("week")["stage"].count().to_dict().keys() >= {0, 5}
    assert said(capsys, *out)[0] == 0
    assert Results.load(tmp_path / "mine").panel is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--panel", "30"), "--panel 30 needs --out DIR"),
        (("--panel", "0", "--out", "new"), "panel = 0 must be a whole number of persons"),
        (("--panel", "5", "--panel-every", "0", "--out", "new"), "panel_every = 0 must be a whole number of weeks"),
    ],
)
def test_a_panel_that_cannot_be_is_refused_on_the_command_line(capsys, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    code, text = said(capsys, *arguments)
    assert code == 2 and words in text and "Traceback" not in text
    assert not (tmp_path / "new").exists()
