"""Validation: statistics worked out by hand, verdicts, and pieces that are kept."""

import json
import runpy
import tomllib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from sp_abm import validation
from sp_abm.cli import main
from sp_abm.errors import CannotWrite, UnknownName
from sp_abm.evidence import Target, targets
from sp_abm.scenario import load
from sp_abm.simulation import Simulation
from sp_abm.validation import STATISTICS, pieces, pooling, score_words, studies_of, validate, worlds
from sp_abm.validation.people import in_distress, shock_week, stays
from sp_abm.validation.pieces import Piece, rows_of
from sp_abm.validation.pooling import Interval, exits_by_age, one, pooled
from sp_abm.validation.service import signs_hold
from sp_abm.validation.verdicts import MEETS, MISSES, NEAR, NOT_TESTABLE, counts, judged
from sp_abm.validation.watches import Chosen, Histories, Workers
from sp_abm.validation.workforce import a_year_on, burnt_out, four_fold
from sp_abm.validation.worlds import STUDIES, Arm, Study, live, lose_jobs


def target(low=0.2, high=0.4, **changes):
    """Return a target of that interval."""
    content = {
        "id": "C01", "kind": "calibration", "statistic": "a share", "unit": "share", "run": "today",
        "place": "average-pcn", "window": "whole run", "low": low, "high": high, "evidence": "", "years": 5,
        "compared_with": "",
    }  # fmt: skip
    return Target(**{**content, **changes})


def test_every_target_has_a_statistic_and_a_study_and_no_other_has():
    assert set(STATISTICS) == set(targets())
    assert sorted(target.id for study in STUDIES for target in rows_of(study)) == sorted(targets())


@pytest.mark.parametrize(
    ("value", "verdict", "word"),
    [
        (0.2, MEETS, "inside"),
        (0.4, MEETS, "inside"),
        (0.41, NEAR, "0.01 above"),
        (0.10001, NEAR, "0.1 below"),
        (0.09, MISSES, "0.11 below it (0.6 of"),
        (0.6, MISSES, "above"),
        (np.nan, NOT_TESTABLE, "in none of 3 runs"),
    ],
)
def test_near_is_within_half_the_interval_outside(value, verdict, word):
    found = judged(target(), Interval(value, value, value), 3)
    assert found.verdict == verdict and word in found.why


def test_an_interval_over_a_bound_is_said_so():
    assert "more seeds might tell" in judged(target(), Interval(0.35, 0.39, 0.43), 3).why
    assert "more seeds" not in judged(target(), Interval(0.3, 0.35, 0.39), 3).why


def test_input_checks_are_counted_apart_and_have_no_aim():
    rows = [judged(target(kind=kind), Interval(0.3, value, 0.3), 3) for kind, value in
            (("calibration", 0.3), ("calibration", 0.9), ("pattern", 0.45), ("input check", 0.3))]  # fmt: skip
    assert counts(rows)["input check"][MEETS] == 1 and counts(rows)["calibration"][MISSES] == 1
    calibration, pattern, check = score_words(rows)
    assert calibration == "Calibration rows: 1 of 2 meet (50%; the aim is 85%); 1 misses."
    assert "0 of 1 meet (0%; the aim is 60%); 1 near" in pattern
    assert "1 of 1 meet (100%; counted apart" in check


def test_the_jackknife_of_a_mean_is_its_t_interval():
    """Values 1, 2, 3, 6: mean 3, standard error sqrt(14/3/4) = 1.0801, t(3) = 3.1824."""
    found = pooled(pooling.mean, [one(value) for value in (1, 2, 3, 6)])
    assert found.mean == 3
    assert found.high - 3 == pytest.approx(3.18245 * np.sqrt(14 / 3 / 4), rel=1e-5)
    assert found.low == pytest.approx(6 - found.high)


def test_one_seed_has_no_interval_and_nothing_to_divide_by_no_value():
    found = pooled(pooling.ratio, [one(1, 0)])
    assert np.isnan([found.low, found.mean, found.high]).all()


def test_pooled_ratios_and_changes_are_of_sums():
    rows = np.vstack([one(1, 2, 1, 4), one(5, 6, 1, 4)])
    assert pooling.ratio(rows[:, :2]) == 6 / 8
    assert pooling.change(rows) == pytest.approx((6 / 8) / (2 / 8) - 1)
    assert pooling.odds_ratio(one(20, 10, 15, 30)) == 4
    assert signs_hold(np.array([[-1, 2], [0.5, -1]])) == 1 and signs_hold(one(-1, -1)) == 0


def test_a_standardised_difference_is_in_deviations_within_groups():
    """Groups 1, 3 and 4, 8: means 2 and 6, variances 1 and 4, so -4 / sqrt(2.5)."""
    row = one(*pooling.moments(np.array([1.0, 3.0])), *pooling.moments(np.array([4.0, 8.0])))
    assert pooling.standardised(row) == pytest.approx(-4 / np.sqrt(2.5))
    assert pooling.per_deviation(one(4, -2, *pooling.moments(np.array([1.0, 3.0])))) == pytest.approx(-0.5)


def test_pairs_that_are_alike_correlate_fully_and_strangers_do_not():
    """Pairs (0, 0) and (1, 1): products 1 + 1 over four ordered pairs; strangers (0, 1): none."""
    assert pooling.within_pairs(one(4, 2, 2, 2)) == 1
    assert pooling.within_pairs(one(2, 0, 1, 1)) == -1


def test_an_odds_ratio_for_a_standard_deviation_needs_a_cause_that_varies():
    """Of those with the cause 3 of 4, of those without it 1 of 4: log odds ln 3 and -ln 3, a deviation each way."""
    rows = np.array([[1, 1], [1, 1], [1, 1], [0, 1], [1, 0], [0, 0], [0, 0], [0, 0]], float)
    assert pooling.odds_ratio_per_deviation(rows) == pytest.approx(3, rel=1e-2)
    assert np.isnan(pooling.odds_ratio_per_deviation(rows[:4]))


def test_exits_by_age_follow_people_until_it_is_over_or_they_go():
    """Three people enter in week 1: one is out in week 2, one moves in week 3, one is still in at the end."""
    entry = np.zeros((5, 3), bool)
    entry[1] = True
    is_over, same = np.zeros((5, 3), bool), np.ones((5, 3), bool)
    is_over[2:, 0], same[3, 1] = True, False
    at_risk, ended = np.split(exits_by_age(entry, is_over, same, 3)[0], 2)
    assert at_risk.tolist() == [3, 1, 1] and ended.tolist() == [1, 0, 0]
    assert pooling.ended_by(3)(exits_by_age(entry, is_over, same, 3)) == pytest.approx(1 / 3)


def test_a_newcomer_or_a_child_is_nobody_who_stayed():
    holder = np.array([[0, 0, 0], [0, 1, 0]], np.uint8)
    stage = np.array([[2, 2, -1], [0, 2, 2]], np.int8)
    assert stays(holder, stage).tolist() == [[False] * 3, [True, False, False]]
    assert in_distress(stage).tolist() == [[True, True, False], [False, True, True]]


def test_the_shock_begins_when_its_scenario_says_and_burnout_where_the_model_does(fresh_world):
    assert shock_week() == 52
    world = fresh_world(**{"turnover.threshold_burnt_out": 0.3})
    crew, columns = Workers(world), {"holder": np.array([[0, 0, -1]]), "burnout": np.array([[0.4, 0.2, 0.9]])}
    crew.column = columns.__getitem__
    assert burnt_out(crew)[1].tolist() == [[True, False, False]]


def test_leaving_within_a_year_is_another_holder_or_none():
    holder = np.zeros((54, 3))
    holder[53:, 1], holder[53:, 2] = 1, -1
    crew = SimpleNamespace(column=lambda name: holder)
    is_in, leaves = a_year_on(crew)
    assert is_in.all() and leaves.tolist() == [[False] * 3, [False, True, True]]
    event, group = np.array([True, False, True]), np.array([True, True, False])
    assert four_fold(group, event, np.ones(3, bool)).tolist() == [[1, 1, 1, 0]]


def test_watches_write_down_the_world_and_change_nothing():
    start = Simulation.start("today", "sandbox", 1)
    plain, seen = live(Arm(years=0.2), start), live(Arm(years=0.2, watches=(Histories, Workers)), start)
    assert (plain.results.people == seen.results.people).all()
    stage = seen.seen_by(Histories).stage
    assert (
        stage.shape == (11, 5000) and (stage[-1][stage[-1] >= 0] == seen.results.final["stage"][stage[-1] >= 0]).all()
    )
    crew = seen.seen_by(Workers)
    assert (crew.column("holder") >= 0).sum() == seen.results.tally("n_workers").sum() + (
        seen.results.tally("leavers").sum()
    )
    assert crew.column("leaving").sum() == pytest.approx(seen.results.tally("expected_leavers").sum())
    tried = sum(seen.results.tally(name).sum() for name in ("started", "refused", "no_place", "not_known"))
    assert crew.column("attempts").sum() == tried
    assert crew.column("started").sum() == seen.results.tally("started").sum()


def test_those_chosen_lose_their_job_and_nobody_else(small_world):
    chosen = Chosen(small_world)
    before = small_world.citizens.unemployed.copy()
    lose_jobs(small_world)
    assert not before[chosen.rows].any() and chosen.rows.size > 1000
    assert (np.flatnonzero(before != small_world.citizens.unemployed) == chosen.rows).all()


def test_a_place_is_known_by_its_short_name_and_as_the_targets_name_it():
    assert studies_of("link-workers") == studies_of("100+ link workers") == ("link-workers",)
    assert studies_of(None) == tuple(STUDIES)
    with pytest.raises(UnknownName, match="average-pcn"):
        studies_of("average-pnc")


@pytest.fixture
def small_study(monkeypatch):
    """Let the rows of people be computed in the sandbox for a tenth of a year."""
    study = Study("average-pcn", "sandbox", 2, {"today": Arm(years=0.1)})
    monkeypatch.setitem(STUDIES, "average-pcn", study)
    monkeypatch.setattr(pieces, "rows_of", lambda study: tuple(targets()[row] for row in ("C01", "C34")))


def test_a_kept_piece_is_another_when_a_scenario_of_its_worlds_is(small_study, monkeypatch):
    before, changed = Piece("average-pcn", 1).name, load("today").with_changes({"support_level": 0.9})
    assert Piece("average-pcn", 1).name == before != Piece("average-pcn", 2).name
    monkeypatch.setattr(worlds, "load", lambda name: changed)
    assert Piece("average-pcn", 1).name != before


def test_a_stopped_validation_goes_on_from_the_pieces_that_are_done(small_study, tmp_path, monkeypatch):
    told = []
    first = validate("average-pcn", folder=tmp_path, workers=1, done=lambda done, total: told.append((done, total)))
    assert told == [(0, 2), (1, 2), (2, 2)] and [row.target.id for row in first] == ["C01", "C34"]
    kept = sorted((tmp_path / "pieces").iterdir())
    assert len(kept) == 2 and json.loads(kept[0].read_text())["C01"]
    kept[1].write_text("{ cut off")
    lived = []
    monkeypatch.setattr(
        pieces, "observed", lambda piece, observe=pieces.observed: lived.append(piece) or observe(piece)
    )
    again = validate("average-pcn", folder=tmp_path, workers=1)
    assert len(lived) == 1
    assert [row.as_dict() for row in again] == [row.as_dict() for row in first]


def test_without_a_folder_a_stopped_validation_goes_on_and_a_finished_one_leaves_nothing(
    small_study, tmp_path, monkeypatch
):
    monkeypatch.setattr(pieces, "cache_folder", lambda kind: tmp_path)
    lived = []

    def stopped_at_the_second(piece, observe=pieces.observed):
        if lived == [1]:
            raise KeyboardInterrupt
        lived.append(piece.seed)
        return observe(piece)

    with monkeypatch.context() as stop, pytest.raises(KeyboardInterrupt):
        stop.setattr(pieces, "observed", stopped_at_the_second)
        validate("average-pcn", workers=1)
    assert len(list(tmp_path.iterdir())) == 1
    told = []
    validate("average-pcn", workers=1, done=lambda done, total: told.append(done))
    assert told == [1, 2] and not list(tmp_path.iterdir())


def test_the_rows_for_machines_say_what_was_promised(small_study, tmp_path):
    row = validate("average-pcn", folder=tmp_path, workers=1)[0].as_dict()
    assert set(row) == {"id", "kind", "statistic", "evidence", "model", "verdict", "why"}
    assert set(row["evidence"]) == {"low", "high"} and set(row["model"]) == {"low", "mean", "high"}
    assert row["model"]["low"] < row["model"]["mean"] < row["model"]["high"]


def test_a_folder_that_cannot_be_written_is_refused_before_anything_runs(small_study, tmp_path, monkeypatch):
    monkeypatch.setattr(pieces, "observed", lambda piece: pytest.fail("something was run"))
    (tmp_path / "file").write_text("mine")
    with pytest.raises(CannotWrite, match="file cannot be written"):
        validate("average-pcn", folder=tmp_path / "file", workers=1)


def test_no_process_at_all_is_refused_before_anything_runs(monkeypatch, capsys):
    monkeypatch.setattr(validation, "validate", lambda *_, **__: pytest.fail("something was run"))
    with pytest.raises(SystemExit):
        main(("validate", "--workers", "0"))
    assert "--workers 0 must be at least 1" in capsys.readouterr().err


def test_the_page_shows_every_row_and_says_what_is_known_of_those_that_do_not_meet():
    folder = Path(__file__).parents[1] / "docs"
    notes = tomllib.loads((folder / "validation_notes.toml").read_text("utf-8"))
    assert set(notes) <= set(targets())
    page = (folder / "model" / "validation.md").read_text("utf-8")
    assert all(f"| {row} |" in page for row in targets())
    rows = [judged(target(), Interval(0.9, 0.9, 0.9), 3).as_dict()]
    made = runpy.run_path(str(folder / "make_validation.py"))["page"](rows, "Run today.")
    assert "| calibration | 1 | 0 | 0 | 1 | 0 | 0% | 85% |" in made
    assert "| C01 | misses: 0.5 above it" in made and "Run today." in made
