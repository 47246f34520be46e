"""Sweeps under attack: workers and sweeps that are killed, hang, or run side by side; what is finished stays, once."""

import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from multiprocessing import active_children
from pathlib import Path
from random import Random

import pytest

from sp_abm import open_study
from sp_abm.backends import MOST_TRIES, Pool
from sp_abm.cells import DONE, FAILED, Cell
from sp_abm.errors import WorkersLost
from sp_abm.places import place
from sp_abm.plan import plan_of
from sp_abm.scenario import load
from sp_abm.study import load_study
from sp_abm.sweep import resume, sweep

CLI = (sys.executable, "-m", "sp_abm")
KILLED = -signal.SIGKILL


def cell(**changes):
    """Return a cell of ten weeks in the sandbox."""
    ten = Cell(load("today"), None, place("sandbox"), 1, 10, ("share_crisis",), weekly=False)
    return replace(ten, **changes)


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


def started(*arguments):
    """Start a command in a session of its own, so that whatever it leaves can be found."""
    return subprocess.Popen([*CLI, *map(str, arguments)], start_new_session=True, stdout=-3, stderr=-3)


def wait_for_cells(count, n, process):
    """Wait until `count` finds that many cells in a store, or its sweep is over."""
    while count() < n and process.poll() is None:
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
def test_a_sweep_that_is_stopped_leaves_whole_cells_and_nobody_behind_and_goes_on(
    hamlet, tmp_path, number, code, contents
):
    study = hamlet("n = 12", years=1)
    sweep(study, tmp_path / "whole", workers=2)
    driver = started("sweep", study, "--out", tmp_path / "store", "--workers", 2)
    wait_for_cells(lambda: len(contents(tmp_path / "store")), 5, driver)
    driver.send_signal(number)
    assert driver.wait() == code
    wait_until_gone(driver.pid)
    kept = contents(tmp_path / "store")
    assert 5 <= len(kept) < 48 and kept.items() <= contents(tmp_path / "whole").items()
    again = resume(tmp_path / "store", workers=2)
    assert (again.reused, again.ran) == (len(kept), 48 - len(kept))
    assert contents(tmp_path / "store") == contents(tmp_path / "whole")


@pytest.mark.slow
def test_a_disk_without_room_for_a_cell_is_told_and_what_was_there_stays(hamlet, tmp_path, contents):
    """The system itself refuses files of half the size of a cell; the plan and all before the cells is smaller."""
    path = hamlet("n = 1", years=1)
    path.write_text(path.read_text("utf-8").replace("measures = [", "#"), "utf-8")
    sweep(path, tmp_path / "store", workers=2)
    before = contents(tmp_path / "store")
    limit = min(map(len, before.values())) // 2
    path.write_text(path.read_text("utf-8").replace("\nn = 1", "\nn = 2"), "utf-8")

    def no_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    command = [*CLI, "sweep", path, "--out", tmp_path / "store", "--workers", "1"]
    done = subprocess.run(
        list(map(str, command)), preexec_fn=no_room, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 2 and "cannot be written: File too large" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert contents(tmp_path / "store") == before and not list((tmp_path / "store" / "unfinished").iterdir())
    again = resume(tmp_path / "store", workers=2)
    sweep(path, tmp_path / "whole", workers=2)
    assert (again.reused, again.ran) == (4, 4) and contents(tmp_path / "store") == contents(tmp_path / "whole")


@pytest.mark.slow
def test_two_sweeps_on_one_store_leave_every_cell_once(hamlet, tmp_path, contents):
    study = hamlet("n = 12", years=1)
    both = [started("sweep", study, "--out", tmp_path / "store", "--workers", 1) for _ in range(2)]
    assert [one.wait() for one in both] == [0, 0]
    sweep(study, tmp_path / "whole", workers=0)
    assert contents(tmp_path / "store") == contents(tmp_path / "whole") and len(contents(tmp_path / "store")) == 48
    assert len(open_study(tmp_path / "store").provenance["sweeps"]) == 2


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="workers are found in /proc")
def test_twenty_kills_at_random_times_lose_nothing(hamlet, tmp_path, contents):
    """Sweep and workers in turn are killed at times drawn with seed 20; what is finished only grows.

    Every fourth time that may be while the sweep starts; else it is at some moment after a further cell was kept.
    """
    study, luck, store = hamlet("n = 40", years=1), Random(20), tmp_path / "store"
    plan = plan_of(load_study(study))

    def kept():
        return sum(path.suffix == ".parquet" for path in (store / "cells").rglob("*.*"))

    finished = 0
    for turn in range(20):
        driver = started("sweep", study, "--out", store, "--workers", 2)
        if turn % 4:
            wait_for_cells(kept, finished + 1, driver)
        time.sleep(luck.uniform(0, 0.5))
        if turn % 2:
            kill_a_worker_of(driver.pid)
            time.sleep(luck.uniform(0, 0.5))
        driver.kill()
        driver.wait()
        wait_until_gone(driver.pid)
        assert kept() >= finished
        finished = kept()
    assert finished >= 15
    resume(store, workers=2)
    assert {name.partition(".")[0] for name in contents(store)} == set(plan.cells)
    sweep(study, tmp_path / "whole", workers=2)
    assert contents(store) == contents(tmp_path / "whole")


def kill_a_worker_of(driver):
    """Kill one of a process's workers, if it has any yet and the system tells."""
    with suppress(FileNotFoundError):  # it is over
        for child in Path(f"/proc/{driver}/task/{driver}/children").read_text("utf-8").split():
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(int(child), signal.SIGKILL)
                return


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
