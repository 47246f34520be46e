"""Sweeps on a Dask cluster: a real scheduler and real workers on loopback, killed, missing or of another version."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

import sp_abm
from sp_abm import cluster, open_study
from sp_abm.cells import DONE, FAILED, Cell
from sp_abm.cluster import TASKS_A_THREAD, Dask
from sp_abm.errors import BadFile, BadValue, MissingExtra, SchedulerLost, WorkersLost
from sp_abm.places import place
from sp_abm.scenario import load
from sp_abm.sweep import resume, sweep

pytest.importorskip("distributed")
DASK = (sys.executable, "-m", "dask")
LOOPBACK = ("--host", "127.0.0.1")
SECONDS_TO_START = 60


class Cluster:
    """A scheduler and workers, each a process of its own, on loopback."""

    def __init__(self, folder, **environment):
        self.folder, self.file, self.processes = folder, folder / "scheduler.json", []
        self.file.unlink(missing_ok=True)
        self._start("scheduler", *LOOPBACK, "--port", 0, "--scheduler-file", self.file, **environment)
        until = time.monotonic() + SECONDS_TO_START
        while not (self.file.exists() and self.file.read_bytes().endswith(b"}")) and time.monotonic() < until:
            time.sleep(0.05)
        self.address = json.loads(self.file.read_text("utf-8"))["address"]

    def _start(self, kind, *arguments, **environment):
        command = [*DASK, kind, *map(str, arguments), "--no-dashboard"]
        with (self.folder / f"{kind}-{len(self.processes)}.log").open("wb") as log:
            options = {"cwd": self.folder, "env": {**os.environ, **environment}, "start_new_session": True}
            self.processes.append(subprocess.Popen(command, stdout=log, stderr=log, **options))

    def add_worker(self, nanny="--no-nanny", **environment):
        """Start one worker of one thread, as a rule without anybody who would start it again."""
        options = ("--nthreads", 1, nanny, "--local-directory", self.folder)
        self._start("worker", self.address, *LOOPBACK, *options, **environment)
        return self.processes[-1]

    @property
    def scheduler(self):
        return self.processes[0]

    def end(self):
        for process in self.processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def running(folder, workers=2, **environment):
    folder.mkdir(exist_ok=True)
    there = Cluster(folder, **environment)
    try:
        for _ in range(workers):
            there.add_worker()
        yield there
    finally:
        there.end()


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """Return a cluster of two workers that no test harms."""
    with running(tmp_path_factory.mktemp("cluster")) as there:
        yield there


@pytest.fixture
def own(tmp_path):
    """Return a cluster of two workers that a test may harm."""
    with running(tmp_path / "cluster") as there:
        yield there


def cell(**changes):
    """Return a cell of ten weeks in the sandbox."""
    ten = Cell(load("today"), None, place("sandbox"), 1, 10, ("share_crisis",), weekly=False)
    return replace(ten, **changes)


@pytest.mark.slow
def test_serial_pool_and_cluster_leave_the_same_store_byte_by_byte_and_say_who_ran_it(
    hamlet, tmp_path, contents, shared
):
    ways = {"alone": {"workers": 0}, "pool": {"workers": 2}, "dask": {"scheduler": shared.address}}
    swept = [sweep(hamlet(), tmp_path / name, **way) for name, way in ways.items()]
    assert swept[0] == swept[1] == swept[2] and swept[2].ran == 8
    assert contents(tmp_path / "alone") == contents(tmp_path / "pool") == contents(tmp_path / "dask")
    by = [open_study(tmp_path / name).provenance["sweeps"][0]["by"] for name in ways]
    assert by == ["this process", "2 processes", f"Dask scheduler {shared.address}"]
    again = resume(tmp_path / "dask", scheduler_file=shared.file)
    assert (again.reused, again.ran) == (8, 0)


@pytest.mark.slow
def test_extending_a_study_on_a_cluster_runs_only_what_is_new(hamlet, tmp_path, shared):
    assert sweep(hamlet("n = 1"), tmp_path / "store", workers=0).ran == 4
    more = sweep(hamlet("n = 3"), tmp_path / "store", scheduler_file=shared.file)
    assert (more.wanted, more.reused, more.ran) == (12, 4, 8)


@pytest.mark.slow
def test_a_run_that_raises_on_a_cluster_harms_no_other(shared):
    cells = (cell(), cell(measures=("nonsense",)), cell(seed=2))
    found = {ran.hash: ran for ran in Dask(shared.address).run([cells])}
    assert [found[one.hash].status for one in cells] == [DONE, FAILED, DONE]
    assert "'nonsense' is not in list" in found[cells[1].hash].error


@pytest.mark.slow
def test_tasks_are_read_only_as_far_as_there_are_workers(shared):
    read = []

    def tasks():
        for weeks in range(1, 41):
            read.append(weeks)
            yield (cell(weeks=weeks),)

    results = Dask(shared.address).run(tasks())
    seen = []
    for number, _ in enumerate(results, 1):
        seen.append(len(read) - number)
    assert len(seen) == 40 and max(seen) <= 2 * TASKS_A_THREAD


@pytest.mark.slow
def test_a_worker_of_a_cluster_that_is_killed_loses_nothing(hamlet, tmp_path, contents, own):
    study = hamlet("n = 6", years=1)
    sweep(study, tmp_path / "whole", workers=2)
    victim, told = own.processes[1], []

    def kill_once(swept):
        told.append(swept)
        if len(told) == 5:
            victim.send_signal(signal.SIGKILL)

    swept = sweep(study, tmp_path / "store", scheduler=own.address, told=kill_once)
    assert victim.wait() == -signal.SIGKILL and (swept.ran, swept.failed) == (24, 0)
    assert contents(tmp_path / "store") == contents(tmp_path / "whole")


class Deadly:
    """A stand-in for a cell that ends whoever unpacks it."""

    hash, measures = "deadly", ("share_crisis",)

    def __reduce__(self):
        return os._exit, (1,)


@pytest.mark.slow
def test_a_cell_that_kills_its_worker_again_and_again_fails_alone(tmp_path):
    """The scheduler gives a task up at its third killed worker; a keeper (nanny) starts the worker anew each time."""
    with running(tmp_path / "cluster", 0, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="2") as there:
        there.add_worker("--nanny")
        found = {ran.hash: ran for ran in Dask(there.address).run([(Deadly(), cell()), (cell(seed=2),)])}
    assert {name: ran.status for name, ran in found.items()} == {
        "deadly": FAILED,
        cell().hash: DONE,
        cell(seed=2).hash: DONE,
    }
    assert "killed 3 times" in found["deadly"].error


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hung"])
def test_a_scheduler_that_is_killed_or_hangs_is_noticed_and_resume_goes_on(
    hamlet, tmp_path, contents, own, monkeypatch, number
):
    monkeypatch.setattr(cluster, "ANSWER_SECONDS", 2.0)
    study = hamlet("n = 6", years=1)
    sweep(study, tmp_path / "whole", workers=2)

    def harm(swept):
        if swept.ran == 5:
            own.scheduler.send_signal(number)

    with pytest.raises(SchedulerLost, match=r"is gone or does not answer.*sp-abm resume"):
        sweep(study, tmp_path / "store", scheduler=own.address, told=harm)
    kept = contents(tmp_path / "store")
    assert 5 <= len(kept) < 24 and kept.items() <= contents(tmp_path / "whole").items()
    with running(tmp_path / "another") as other:
        again = resume(tmp_path / "store", scheduler=other.address)
    assert (again.reused, again.ran) == (len(kept), 24 - len(kept))
    assert contents(tmp_path / "store") == contents(tmp_path / "whole")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)], ids=["kill -9", "Ctrl-C"]
)
def test_a_sweep_on_a_cluster_that_is_stopped_goes_on_with_what_it_has(hamlet, tmp_path, contents, own, number, code):
    study, store = hamlet("n = 6", years=1), tmp_path / "store"
    sweep(study, tmp_path / "whole", workers=2)
    command = [sys.executable, "-m", "sp_abm", "sweep", study, "--out", store, "--scheduler-file", own.file]
    driver = subprocess.Popen(list(map(str, command)), stdout=-3, stderr=-3)
    while len(contents(store)) < 5 and driver.poll() is None:
        time.sleep(0.02)
    driver.send_signal(number)
    assert driver.wait(60) == code
    kept = contents(store)
    again = resume(store, scheduler=own.address)
    assert (again.reused, again.ran) == (len(kept), 24 - len(kept)) and 5 <= len(kept) < 24
    assert contents(store) == contents(tmp_path / "whole")


@pytest.mark.slow
def test_a_worker_that_never_comes_is_waited_for_as_long_as_was_said(hamlet, tmp_path):
    with running(tmp_path / "cluster", 0) as there:
        began = time.monotonic()
        with pytest.raises(WorkersLost, match=r"has had no worker for 1\.5 s\. Start some \(dask worker tcp://127"):
            sweep(hamlet(), tmp_path / "store", scheduler=there.address, wait_seconds=1.5)
        assert 1.5 < time.monotonic() - began < 15
        there.add_worker()
        assert resume(tmp_path / "store", scheduler=there.address).ran == 8


@pytest.mark.slow
def test_when_the_last_worker_is_killed_the_sweep_waits_and_then_says_so(hamlet, tmp_path):
    with running(tmp_path / "cluster", 1) as there:
        assert len(list(Dask(there.address).run([(cell(),)]))) == 1

        def harm(swept):
            there.processes[1].kill()

        with pytest.raises(WorkersLost, match="has had no worker for 2 s"):
            sweep(hamlet("n = 6", years=1), tmp_path / "store", scheduler=there.address, wait_seconds=2, told=harm)
    assert len(open_study(tmp_path / "store").summary) >= 1


@pytest.mark.slow
def test_a_worker_of_another_version_is_refused_before_it_runs_anything(hamlet, tmp_path):
    source = Path(sp_abm.__file__).parent
    shutil.copytree(source, tmp_path / "other" / "sp_abm", ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "other" / "sp_abm" / "readings.py").open("a", encoding="utf-8") as file:
        file.write("# read otherwise\n")
    with running(tmp_path / "cluster", 0) as there:
        there.add_worker(PYTHONPATH=str(tmp_path / "other"))
        with pytest.raises(WorkersLost, match=r"The worker at tcp.* has sp_abm .*, model .*; this is sp_abm"):
            sweep(hamlet(), tmp_path / "store", scheduler=there.address)
    assert not (tmp_path / "store" / "cells").exists()


@pytest.mark.slow
def test_a_worker_without_sp_abm_is_named_and_a_scheduler_needs_none(tmp_path):
    """An empty folder of the package's name hides it from the scheduler, and then from the worker too."""
    (tmp_path / "none" / "sp_abm").mkdir(parents=True)
    (tmp_path / "none" / "sp_abm" / "__init__.py").touch()
    without = {"PYTHONPATH": str(tmp_path / "none")}
    with running(tmp_path / "cluster", 1, **without) as there:
        assert [ran.status for ran in Dask(there.address).run([(cell(),)])] == [DONE]
    with running(tmp_path / "cluster", 0) as there:
        there.add_worker(**without)
        with pytest.raises(WorkersLost, match=r"The worker at tcp.* cannot load sp_abm \(No module named"):
            list(Dask(there.address).run([(cell(),)]))


@pytest.mark.slow
def test_a_worker_runs_one_thread_whatever_its_variables_said_before(tmp_path):
    from distributed import Client

    with running(tmp_path / "cluster", 0) as there:
        there.add_worker(NUMBA_NUM_THREADS="2")
        assert [ran.status for ran in Dask(there.address).run([(cell(),)])] == [DONE]
        with Client(there.address, set_as_default=False) as client:
            assert list(client.run(eval, "__import__('numba').config.NUMBA_NUM_THREADS").values()) == [1]


def test_no_scheduler_is_told_in_one_line_and_loses_nothing(hamlet, tmp_path, contents):
    sweep(hamlet("n = 1"), tmp_path / "store", workers=0)
    before = contents(tmp_path / "store")
    with pytest.raises(SchedulerLost, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:1 within 0\.5 s"):
        sweep(hamlet("n = 2"), tmp_path / "store", scheduler="tcp://127.0.0.1:1", wait_seconds=0.5)
    assert contents(tmp_path / "store") == before
    assert resume(tmp_path / "store", workers=0).ran == 4


def test_a_scheduler_that_is_named_wrongly_is_refused(hamlet, tmp_path):
    def asked(**options):
        sweep(hamlet(), tmp_path / "store", wait_seconds=0.2, **options)

    (tmp_path / "empty.json").write_text("{}", "utf-8")
    with pytest.raises(SchedulerLost, match=r"none\.json did not appear within 0\.2 s.*--scheduler-file"):
        asked(scheduler_file=tmp_path / "none.json")
    with pytest.raises(BadFile, match="it names no address"):
        asked(scheduler_file=tmp_path / "empty.json")
    with pytest.raises(BadValue, match=r"'here' is no address of a scheduler, such as tcp://127"):
        asked(scheduler="here")
    with pytest.raises(BadValue, match="Name one of scheduler"):
        asked(scheduler="tcp://127.0.0.1:1", scheduler_file=tmp_path / "none.json")
    with pytest.raises(BadValue, match="workers = 2 and a scheduler are given"):
        asked(scheduler="tcp://127.0.0.1:1", workers=2)
    with pytest.raises(BadValue, match="wait_seconds = nan must be a number above 0"):
        Dask("tcp://127.0.0.1:1", wait_seconds=float("nan"))


def test_a_limit_that_no_cluster_could_keep_is_refused(hamlet, tmp_path):
    path = hamlet()
    path.write_text(path.read_text("utf-8") + "[budget]\nseconds_per_run = 60\n", "utf-8")
    with pytest.raises(BadValue, match=r"seconds_per_run = 60 cannot be kept by Dask scheduler tcp://127\.0\.0\.1:1"):
        sweep(path, tmp_path / "store", scheduler="tcp://127.0.0.1:1")
    assert not (tmp_path / "store").exists()


def test_nothing_of_dask_is_loaded_before_a_scheduler_is_named():
    code = (
        "import sys, sp_abm.cli, sp_abm.sweep; print([name for name in ('dask', 'distributed') if name in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_without_dask_the_extra_is_named(monkeypatch):
    monkeypatch.setattr(cluster, "find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match=r"sp_abm\[cluster\]"):
        Dask("tcp://127.0.0.1:1")


def test_what_is_no_address_is_refused_before_anybody_is_called(hamlet, tmp_path, monkeypatch):
    monkeypatch.setattr("distributed.Client", None)
    for address in ("here", "nothing://127.0.0.1:8786", "tcp://127.0.0.1"):
        with pytest.raises(BadValue, match=rf"'{address}' is no address of a scheduler, such as tcp://127"):
            sweep(hamlet(), tmp_path / "store", scheduler=address)
