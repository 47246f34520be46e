"""Sweeps: every back-end leaves the same store, nothing finished is lost or run twice, and failures stay alone."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from multiprocessing import active_children
from pathlib import Path
from random import Random

import numpy as np
import pytest

from sp_abm import bench, open_study
from sp_abm import sweep as sweeping
from sp_abm.backends import MOST_TRIES, Pool, Serial
from sp_abm.bench import run_task
from sp_abm.cells import DONE, FAILED, Cell
from sp_abm.comparison import compare
from sp_abm.errors import SpAbmError, WorkersLost
from sp_abm.places import place
from sp_abm.plan import plan_of
from sp_abm.scenario import load
from sp_abm.study import load_study
from sp_abm.sweep import resume, sweep

HAMLET = (
    'name = "Hamlet"\nresidents = 900\nn_practices = 2\nn_pcns = 2\ngp_fte = 6.0\norganisations_per_10000 = 200.0\n'
)
STUDY = """
schema_version = 1
name = "hamlet"
place = "hamlet.toml"
years = {years}
[arms.today]
[arms.more]
levers = {{ outreach_share = 0.5 }}
[factors.support_level]
levels = [0.39, 0.9]
[replications]
{replications}
[outputs]
measures = ["share_crisis", "burnout_mean", "net_benefit_gbp"]
weekly = true
"""
CLI = (sys.executable, "-m", "sp_abm")
KILLED = -signal.SIGKILL


@pytest.fixture
def hamlet(tmp_path):
    """Return a maker of study files: 2 points x 2 arms x replications in a place of 900 people."""
    (tmp_path / "hamlet.toml").write_text(HAMLET, "utf-8")

    def make(replications="n = 2", years=0.2):
        path = tmp_path / "study.toml"
        path.write_text(STUDY.format(years=years, replications=replications), "utf-8")
        return path

    return make


def contents(folder):
    """Return every cell of a store, byte by byte, by its name."""
    return {path.name: path.read_bytes() for path in Path(folder, "cells").rglob("*") if path.is_file()}


def cell(**changes):
    """Return a cell of ten weeks in the sandbox."""
    ten = Cell(load("today"), None, place("sandbox"), 1, 10, ("share_crisis",), weekly=False)
    return replace(ten, **changes)


def test_this_process_and_others_leave_the_same_store_byte_by_byte(hamlet, tmp_path):
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


def test_a_broken_cell_is_run_again_and_no_other(hamlet, tmp_path):
    sweep(hamlet(), tmp_path / "store", workers=0)
    whole = contents(tmp_path / "store")
    paths = sorted((tmp_path / "store" / "cells").rglob("*.parquet"))
    paths[0].write_bytes(paths[0].read_bytes()[:-9])
    paths[1].unlink()
    again = resume(tmp_path / "store", workers=0)
    assert (again.reused, again.ran) == (6, 2) and contents(tmp_path / "store") == whole


def test_a_run_that_raises_is_a_row_with_its_traceback_and_is_tried_again_by_resume(hamlet, tmp_path, monkeypatch):
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
    runs = [list(Serial().run([cells])), run_task(cells), list(Pool(2).run((one,) for one in cells))]
    by_hash = [{ran.hash: ran.values.tolist() for ran in found} for found in runs]
    assert by_hash[0] == by_hash[1] == by_hash[2] and len(by_hash[0]) == 3


def test_arms_and_parameters_do_not_leave_traces_in_each_other():
    """Frozen links, parameters and levers of one cell, then the plain cell: the same as the plain cell alone."""
    cut = load("today").with_cut(["burnout->intention", "load->burnout=0.5"])
    other = load("today").with_changes({"strain.sd_trait": 0.4, "caseload_cap": 20})
    plain = cell(weeks=30, measures=("burnout_mean",))
    alone = run_task([plain])[0].values
    after = run_task([replace(plain, scenario=cut), replace(plain, scenario=other), plain])
    assert after[2].values.tolist() == alone.tolist() and after[1].values.tolist() != alone.tolist()


def test_a_worker_that_is_killed_is_replaced_and_its_cell_run_again():
    cells = [cell(seed=seed) for seed in range(1, 7)]
    found = []
    for ran in Pool(2).run((one,) for one in cells):
        found.append(ran)
        if len(found) in (1, 3):
            os.kill(active_children()[0].pid, signal.SIGKILL)
    assert sorted(ran.hash for ran in found) == sorted(one.hash for one in cells)
    assert {ran.status for ran in found} == {DONE} and not active_children()


def test_a_run_that_hangs_is_stopped_at_its_limit_and_the_rest_goes_on():
    pool, cells = Pool(1, seconds_per_run=600), [cell(seed=seed) for seed in (1, 2, 3)]
    results = pool.run([tuple(cells)])
    found = [next(results)]
    os.kill(active_children()[0].pid, signal.SIGSTOP)
    pool._limit = 0.5
    found.append(next(results))
    pool._limit = 600
    found += results
    assert sorted(ran.hash for ran in found) == sorted(one.hash for one in cells)
    assert [ran.status for ran in found].count(DONE) >= 2
    late = [ran.error for ran in found if ran.status == FAILED]
    assert all("longer than budget.seconds_per_run = 0.5" in error for error in late)


def test_a_sweep_that_is_left_ends_its_workers():
    results = Pool(2).run((cell(seed=seed),) for seed in range(50))
    next(results)
    results.close()
    assert not active_children()


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


def test_progress_is_told_after_every_run(hamlet, tmp_path):
    told = []
    sweep(hamlet(), tmp_path / "store", workers=0, told=told.append)
    assert [swept.ran for swept in told] == list(range(1, 9)) and {swept.wanted for swept in told} == {8}


def started(*arguments):
    """Start a command in a session of its own, so that whatever it leaves can be found."""
    return subprocess.Popen([*CLI, *map(str, arguments)], start_new_session=True, stdout=-3, stderr=-3)


def wait_for_cells(folder, n, process):
    """Wait until a store holds that many cells, or its sweep is over."""
    while len(contents(folder)) < n and process.poll() is None:
        time.sleep(0.02)


def wait_until_gone(group):
    """Wait until no process of a group is left; fail after a while."""
    for _ in range(200):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    raise AssertionError(f"processes of group {group} are left")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGKILL, KILLED), (signal.SIGINT, 130)], ids=["kill -9", "Ctrl-C"]
)
def test_a_sweep_that_is_stopped_leaves_whole_cells_and_nobody_behind_and_goes_on(hamlet, tmp_path, number, code):
    study = hamlet("n = 12", years=1)
    sweep(study, tmp_path / "whole", workers=2)
    driver = started("sweep", study, "--out", tmp_path / "store", "--workers", 2)
    wait_for_cells(tmp_path / "store", 5, driver)
    driver.send_signal(number)
    assert driver.wait() == code
    wait_until_gone(driver.pid)
    kept = contents(tmp_path / "store")
    assert 5 <= len(kept) < 48 and kept.items() <= contents(tmp_path / "whole").items()
    again = resume(tmp_path / "store", workers=2)
    assert (again.reused, again.ran) == (len(kept), 48 - len(kept))
    assert contents(tmp_path / "store") == contents(tmp_path / "whole")


@pytest.mark.slow
def test_two_sweeps_on_one_store_leave_every_cell_once(hamlet, tmp_path):
    study = hamlet("n = 12", years=1)
    both = [started("sweep", study, "--out", tmp_path / "store", "--workers", 1) for _ in range(2)]
    assert [one.wait() for one in both] == [0, 0]
    sweep(study, tmp_path / "whole", workers=0)
    assert contents(tmp_path / "store") == contents(tmp_path / "whole") and len(contents(tmp_path / "store")) == 48
    assert len(open_study(tmp_path / "store").provenance["sweeps"]) == 2


@pytest.mark.slow
def test_twenty_kills_at_random_times_lose_nothing(hamlet, tmp_path):
    """Sweep and workers in turn are killed at times drawn with seed 20; what is finished only grows."""
    study, luck, store = hamlet("n = 60", years=1), Random(20), tmp_path / "store"
    plan = plan_of(load_study(study))
    finished = 0
    for turn in range(20):
        driver = started("sweep", study, "--out", store, "--workers", 2)
        time.sleep(luck.uniform(0.5, 4))
        if turn % 2:
            kill_a_worker_of(driver.pid)
            time.sleep(luck.uniform(0, 2))
        driver.kill()
        driver.wait()
        wait_until_gone(driver.pid)
        kept = sum(path.suffix == ".parquet" for path in (store / "cells").rglob("*.*"))
        assert kept >= finished
        finished = kept
    resume(store, workers=2)
    assert {name.partition(".")[0] for name in contents(store)} == set(plan.cells)
    sweep(study, tmp_path / "whole", workers=2)
    assert contents(store) == contents(tmp_path / "whole")


def kill_a_worker_of(driver):
    """Kill one of a process's children, if it has any yet."""
    found = subprocess.run(
        ["pgrep", "-P", str(driver), "-f", "spawn_main"], capture_output=True, text=True, check=False
    )
    for child in found.stdout.split()[:1]:
        os.kill(int(child), signal.SIGKILL)


@pytest.mark.slow
def test_a_cell_whose_worker_is_killed_each_time_fails_after_three_tries_and_alone():
    pool, cells = Pool(1), (cell(weeks=2600), cell(weeks=2))
    found = []
    results = pool.run([cells])
    listen = pool._listen

    def kill_when_ready(worker):
        was_ready = worker.is_ready
        yield from listen(worker)
        if worker.is_ready and not was_ready and not found and len(worker.cells) == 2:
            os.kill(worker.process.pid, signal.SIGKILL)

    pool._listen = kill_when_ready
    found += results
    assert [(ran.hash, ran.status) for ran in found] == [(cells[0].hash, FAILED), (cells[1].hash, DONE)]
    assert f"killed {MOST_TRIES} times (exit code -9)" in found[0].error


@pytest.mark.slow
def test_a_script_without_a_guard_is_told_what_it_lacks(hamlet, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        f"from sp_abm.sweep import sweep\nsweep({str(hamlet())!r}, {str(tmp_path / 'out')!r}, workers=1)\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert done.returncode and WorkersLost.__name__ in done.stderr and '__name__ == "__main__"' in done.stderr


def test_a_place_that_changed_makes_other_cells(hamlet, tmp_path):
    assert sweep(hamlet("n = 1"), tmp_path / "store", workers=0).ran == 4
    (tmp_path / "hamlet.toml").write_text(HAMLET.replace("900", "901"), "utf-8")
    assert resume(tmp_path / "store", workers=0).ran == 4


def test_a_folder_that_is_no_store_cannot_be_resumed(tmp_path):
    with pytest.raises(SpAbmError, match="is not the store of a sweep"):
        resume(tmp_path)


def test_a_study_with_a_mistake_leaves_no_folder(tmp_path):
    with pytest.raises(SpAbmError):
        sweep(tmp_path / "none.toml", tmp_path / "store")
    assert not (tmp_path / "store").exists()
