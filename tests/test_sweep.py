"""Sweeps: every back-end leaves the same store, nothing finished is lost or run twice, and failures stay alone."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sp_abm import bench, open_study
from sp_abm import sweep as sweeping
from sp_abm.backends import Pool, Serial
from sp_abm.bench import Bench
from sp_abm.cells import DONE, FAILED, Cell
from sp_abm.comparison import compare
from sp_abm.errors import BadValue, CannotWrite, SpAbmError
from sp_abm.places import place
from sp_abm.scenario import load
from sp_abm.store import Store
from sp_abm.study import load_study
from sp_abm.sweep import resume, sweep


def cell(**changes):
    """Return a cell of ten weeks in the sandbox."""
    ten = Cell(load("today"), None, place("sandbox"), 1, 10, ("share_crisis",), weekly=False)
    return replace(ten, **changes)


def test_this_process_and_others_leave_the_same_store_byte_by_byte(hamlet, tmp_path, contents):
    """2 points x 2 arms x 2 replications are 8 runs, in whatever order and process."""
    alone = sweep(hamlet(), tmp_path / "alone", workers=0)
    shared = sweep(hamlet(), tmp_path / "shared", workers=2)
    assert alone == shared and (alone.wanted, alone.ran, alone.failed) == (8, 8, 0)
    assert len(contents(tmp_path / "alone")) == 8
    assert contents(tmp_path / "alone") == contents(tmp_path / "shared")


def test_a_cell_holds_what_a_comparison_of_the_same_seed_says(hamlet, tmp_path):
    study = load_study(hamlet("n = 1"))
    sweep(study, tmp_path / "store", workers=0)
    found = open_study(tmp_path / "store")
    point = {"support_level": 0.9}
    arms = [replace(arm.with_changes(point), name=name) for name, arm in study.arms.items()]
    seed = int(found.runs["seed"][0])
    values = compare(arms, study.place, [seed], 0.2, workers=1)
    for arm, run in (("today", 2), ("more", 3)):
        expected = values.summaries.loc[(arm, seed), list(study.measures)]
        assert np.array_equal(found.summary.loc[run], expected, equal_nan=True)
        weekly = values.first[run - 2].weekly[list(study.measures)]
        assert np.array_equal(found.weekly.loc[run], weekly, equal_nan=True)
    assert np.isfinite(found.summary.loc[3, "net_benefit_gbp"]) and np.isnan(found.summary.loc[2, "net_benefit_gbp"])


def test_extending_a_study_runs_only_what_is_new(hamlet, tmp_path):
    """4 runs in one replication; two replications more and a third level make 3 x 2 x 3 = 18."""
    assert sweep(hamlet("n = 1"), tmp_path / "store", workers=0).ran == 4
    again = sweep(hamlet("n = 1"), tmp_path / "store", workers=0)
    assert (again.reused, again.ran) == (4, 0)
    path = hamlet("n = 3")
    path.write_text(path.read_text("utf-8").replace("[0.39, 0.9]", "[0.39, 0.9, 0.6]"), "utf-8")
    more = sweep(path, tmp_path / "store", workers=0)
    assert (more.wanted, more.reused, more.ran) == (18, 4, 14)
    assert len(open_study(tmp_path / "store").summary) == 18


def test_a_broken_cell_is_run_again_and_no_other(hamlet, tmp_path, contents):
    sweep(hamlet(), tmp_path / "store", workers=0)
    whole = contents(tmp_path / "store")
    paths = sorted((tmp_path / "store" / "cells").rglob("*.parquet"))
    paths[0].write_bytes(paths[0].read_bytes()[:-9])
    paths[1].unlink()
    again = resume(tmp_path / "store", workers=0)
    assert (again.reused, again.ran) == (6, 2) and contents(tmp_path / "store") == whole


def test_a_run_that_raises_is_a_row_with_its_traceback_and_is_tried_again_by_resume(
    hamlet, tmp_path, monkeypatch, contents
):
    sweep(hamlet(), tmp_path / "whole", workers=0)
    values_of = bench.values_of

    def unlucky(results, baseline):
        if results.provenance["scenario_content"]["levers"]["support_level"] == ((0, 0.9),):
            raise ZeroDivisionError("no luck")
        return values_of(results, baseline)

    monkeypatch.setattr(bench, "values_of", unlucky)
    swept = sweep(hamlet(), tmp_path / "store", workers=0)
    assert (swept.ran, swept.failed) == (8, 4)
    runs = open_study(tmp_path / "store").runs
    assert runs["status"].tolist() == ["done", "done", "failed", "failed"] * 2
    assert "Traceback" in runs["error"][2] and "ZeroDivisionError: no luck" in runs["error"][2]
    monkeypatch.undo()
    again = resume(tmp_path / "store", workers=0)
    assert (again.reused, again.ran, again.failed) == (4, 4, 0)
    assert contents(tmp_path / "store") == contents(tmp_path / "whole")


def test_a_run_that_raises_in_a_worker_harms_no_other():
    cells = (cell(), cell(measures=("nonsense",)), cell(seed=2))
    found = {ran.hash: ran for ran in Pool(1).run([cells])}
    assert [found[one.hash].status for one in cells] == [DONE, FAILED, DONE]
    assert "'nonsense' is not in list" in found[cells[1].hash].error


def test_a_task_gives_the_same_anywhere():
    cells = (cell(), cell(scenario=load("no-service"), against=load("today")), cell(seed=2))
    runs = [
        list(Serial().run([cells])),
        [Bench().run(one) for one in cells],
        list(Pool(2).run((one,) for one in cells)),
    ]
    by_hash = [{ran.hash: ran.values.tolist() for ran in found} for found in runs]
    assert by_hash[0] == by_hash[1] == by_hash[2] and len(by_hash[0]) == 3


def test_arms_and_parameters_do_not_leave_traces_in_each_other():
    """Frozen links, parameters and levers of one cell, then the plain cell: the same as the plain cell alone."""
    cut = load("today").with_cut(["burnout->intention", "load->burnout=0.5"])
    other = load("today").with_changes({"strain.sd_trait": 0.4, "caseload_cap": 20})
    plain = cell(weeks=30, measures=("burnout_mean",))
    alone = Bench().run(plain).values
    bench = Bench()
    after = [bench.run(each) for each in (replace(plain, scenario=cut), replace(plain, scenario=other), plain)]
    assert after[2].values.tolist() == alone.tolist() and after[1].values.tolist() != alone.tolist()


def test_sequential_replications_go_on_until_the_interval_is_narrow_enough(hamlet, tmp_path):
    """No half-width of burnout is below 1e-12: all 4 arms run 5 times; all are below 1 after the first batch of 2."""
    rule = 'measure = "burnout_mean"\nhalf_width = {}\nbatch = 2\nmost = 5'
    never = sweep(hamlet(rule.format(1e-12), years=0.5), tmp_path / "never", workers=0)
    at_once = sweep(hamlet(rule.format(1)), tmp_path / "at-once", workers=0)
    assert (never.wanted, at_once.wanted) == (5 * 4, 2 * 4)
    assert open_study(tmp_path / "never").runs["replication"].max() == 4
    assert resume(tmp_path / "never", workers=0).ran == 0


def test_each_point_stops_replicating_by_itself(hamlet, tmp_path, monkeypatch):
    """Made-up differences: 1 in every run of point 0, half-width 0; in point 1 they are 1 and -1 in turn.

    There 3 runs give 4.303 x 1.155 / sqrt(3) = 2.87, too wide for 1.2, and 6 give 2.571 x 1.095 / sqrt(6) = 1.15.
    """
    plans = []

    def made_up(plan, store, measure):
        plans.append(plan.counts)
        first = [np.zeros(count) for count in plan.counts]
        others = np.ones(plan.counts[0]), (-1.0) ** np.arange(plan.counts[1])
        return {(p, arm): values[p] for p in (0, 1) for arm, values in (("today", first), ("more", others))}

    monkeypatch.setattr(sweeping, "_values", made_up)
    rule = 'measure = "burnout_mean"\nhalf_width = 1.2\nbatch = 3\nmost = 7'
    sweep(hamlet(rule), tmp_path / "store", workers=0)
    assert plans == [(3, 3), (3, 6)]


def test_a_finished_sweep_leaves_its_runs_in_one_file(hamlet, tmp_path):
    sweep(hamlet(), tmp_path / "store", workers=0)
    found, kept = open_study(tmp_path / "store"), pd.read_parquet(tmp_path / "store" / "runs.parquet")
    assert kept.equals(found.runs.join(found.summary)) and len(kept) == 8


def test_a_limit_that_nobody_could_keep_is_refused(hamlet, tmp_path):
    path = hamlet()
    path.write_text(path.read_text("utf-8") + "[budget]\nseconds_per_run = 60\n", "utf-8")
    with pytest.raises(BadValue, match="seconds_per_run = 60 cannot be kept by this process"):
        sweep(path, tmp_path / "store", workers=0)
    assert not (tmp_path / "store").exists()


def test_a_full_disk_stops_a_sweep_and_loses_nothing(hamlet, tmp_path, monkeypatch, contents):
    """The disk is full from the fifth file of cells on: what was written before stays, and resume runs the rest."""
    write, calls = Store.put_table, []

    def full(self, name, table, **options):
        calls.append(name)
        if name.startswith("cells") and len(calls) > 5:
            raise CannotWrite(f"{name} cannot be written: No space left on device.")
        write(self, name, table, **options)

    monkeypatch.setattr(Store, "put_table", full)
    with pytest.raises(CannotWrite, match="No space left"):
        sweep(hamlet(), tmp_path / "store", workers=0)
    monkeypatch.undo()
    assert len(contents(tmp_path / "store")) == 4
    again = resume(tmp_path / "store", workers=0)
    assert (again.reused, again.ran) == (4, 4)


def test_progress_is_told_after_every_run(hamlet, tmp_path):
    told = []
    sweep(hamlet(), tmp_path / "store", workers=0, told=told.append)
    assert [swept.ran for swept in told] == list(range(1, 9)) and {swept.wanted for swept in told} == {8}


def test_a_place_that_changed_makes_other_cells(hamlet, tmp_path):
    assert sweep(hamlet("n = 1"), tmp_path / "store", workers=0).ran == 4
    town = tmp_path / "hamlet.toml"
    town.write_text(town.read_text("utf-8").replace("900", "901"), "utf-8")
    assert resume(tmp_path / "store", workers=0).ran == 4


def test_a_folder_that_is_no_store_cannot_be_resumed(tmp_path):
    with pytest.raises(SpAbmError, match="is not the store of a sweep"):
        resume(tmp_path)


def test_a_study_with_a_mistake_leaves_no_folder(tmp_path):
    with pytest.raises(SpAbmError):
        sweep(tmp_path / "none.toml", tmp_path / "store")
    assert not (tmp_path / "store").exists()
