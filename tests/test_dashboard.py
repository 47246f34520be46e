"""Dashboard: choices become scenarios, runs are kept and can be stopped, the page and the server work."""

import asyncio
import gc
import json
import re
import shlex
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import replace
from threading import Event, Thread
from types import SimpleNamespace

import numpy as np
import pytest

from sp_abm.comparison import compare
from sp_abm.errors import BadValue, UnknownName
from sp_abm.places import place
from sp_abm.recorder import N_CELLS, PEOPLE_TALLIES, SYSTEM_TALLIES
from sp_abm.results import CASE_COLUMNS, Results
from sp_abm.scenario import load
from sp_abm.viz import runs
from sp_abm.viz.again import as_command
from sp_abm.viz.asked import Asked
from sp_abm.viz.drawn import FIRST
from sp_abm.viz.findings import findings
from sp_abm.viz.pages import running
from sp_abm.viz.runs import Store, in_thread
from sp_abm.viz.server import serve


def a_run(scenario: str = "today", weeks: int = 10) -> Results:
    """Return results made by hand, in which nobody is in distress and nothing happens."""
    found = load(scenario)
    made = {"scenario": scenario, "scenario_hash": found.hash, "seed": 1, "weeks": weeks}
    where = {"place": "sandbox", "place_name": "Sandbox", "place_is_real": False, "residents": 0}
    people = np.zeros((weeks, N_CELLS, len(PEOPLE_TALLIES)))
    people[:, 0, PEOPLE_TALLIES.index("n_adults")] = 100
    cases = {column: np.zeros(0) for column in CASE_COLUMNS}
    return Results(made | where, np.zeros((weeks, len(SYSTEM_TALLIES))), people, cases, {})


def test_runs_are_kept_by_content_bear_the_name_asked_for_and_the_oldest_goes_first(monkeypatch):
    made = []

    def simulated(self, scenario, *_):
        made.append(scenario.hash)
        return a_run()

    monkeypatch.setattr(runs.Store, "_simulated", simulated)
    one = a_run().people.nbytes + a_run().system.nbytes
    store, sandbox = Store(most_bytes=2 * one), place("sandbox")
    same = Asked("today").with_lever("support_level", 1.0).resolved()

    def ask(scenario, seed=1):
        return store.results(scenario, sandbox, seed, 10, lambda _: None).provenance["scenario"]

    assert ask(load("supported-workforce")) == "supported-workforce"
    assert ask(same) == "today, changed"
    assert len(made) == 1
    ask(same, seed=2)
    ask(same, seed=3)
    assert len(made) == 3
    ask(same)
    assert len(made) == 4


def test_a_run_that_somebody_waits_for_goes_before_those_that_only_narrow_a_range():
    turns, order = runs.Turns(), []

    def take(name, is_urgent):
        with turns.urgent(is_urgent):
            for _ in range(5):
                with turns.week(is_urgent):
                    order.append(name)
                    time.sleep(0.01)

    patient = Thread(target=take, args=("patient", False))
    urgent = Thread(target=take, args=("urgent", True))
    patient.start()
    time.sleep(0.015)
    urgent.start()
    patient.join()
    urgent.join()
    first = order.index("urgent")
    assert order[first : first + 5] == ["urgent"] * 5 and order[-1] == "patient"


def test_runs_that_only_narrow_a_range_stand_still_while_a_page_answers_a_hand():
    store, weeks = Store(), []
    simulation = SimpleNamespace(step=lambda: time.sleep(0.002), results=lambda: None)
    patient = Thread(target=store.run, args=(simulation, 100, weeks.append, False))
    patient.start()
    while not weeks:
        time.sleep(0.001)
    with store.urgent():
        time.sleep(0.02)
        before = len(weeks)
        time.sleep(0.05)
        assert len(weeks) == before < 100
        store.run(simulation, 1, lambda _: None, True)
    patient.join(10)
    assert len(weeks) == 100


def test_work_in_a_thread_tells_its_progress_and_stops_when_nobody_waits():
    stopped, told = Event(), []

    def work(report):
        try:
            for done in range(1000):
                time.sleep(0.01)
                report(done / 1000)
        except runs.Stopped:
            stopped.set()
            raise

    async def give_up():
        task = asyncio.ensure_future(in_thread(work, told.append, Event()))
        await asyncio.sleep(0.7)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(give_up())
    assert stopped.wait(1) and told and told[-1] > 0


def test_work_that_another_piece_stops_ends_at_once_without_a_result():
    stop, began = Event(), Event()

    def work(report):
        began.set()
        while True:
            report(0.5)

    async def another_comes():
        task = asyncio.ensure_future(in_thread(work, lambda _: None, stop))
        while not began.is_set():
            await asyncio.sleep(0.001)
        stop.set()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 5)

    asyncio.run(another_comes())


def test_work_that_gives_way_stands_still_while_a_page_answers_but_not_for_ever():
    store, told = Store(), []
    with store.urgent():
        report = store.giving_way(told.append)
        waiting = Thread(target=report, args=(0.5,))
        waiting.start()
        waiting.join(0.1)
        assert told == []
        waiting.join(5)
        assert told == [0.5]
    report(1.0)
    assert told == [0.5, 1.0]


def test_a_run_that_is_stopped_while_the_server_goes_down_leaves_no_complaint_on_the_terminal():
    loop, stopped, complaints = asyncio.new_event_loop(), Event(), []
    loop.set_exception_handler(lambda _, said: complaints.append(said["message"]))

    def work(report):
        try:
            while True:
                time.sleep(0.01)
                report(0.5)
        finally:
            stopped.set()

    async def give_up():
        task = asyncio.ensure_future(in_thread(work, lambda _: None, Event()))
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.wait([task])

    loop.run_until_complete(give_up())
    assert stopped.wait(5)
    time.sleep(0.1)
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()
    gc.collect()
    assert complaints == []


def test_no_run_waits_for_ever_however_many_there_are():
    turns, done = runs.Turns(), []

    def take(is_urgent):
        with turns.urgent(is_urgent):
            for _ in range(20):
                with turns.week(is_urgent):
                    time.sleep(0.0005)
        done.append(is_urgent)

    threads = [Thread(target=take, args=(number % 3 == 0,), daemon=True) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(done) == 12


def test_a_pair_says_what_compare_says_and_a_plan_that_is_the_baseline_differs_in_nothing():
    asked, store = Asked("supported-workforce", years=1), Store()
    arms = (load("today"), asked.resolved())
    made = store.comparison(arms, place("sandbox"), (1, 2), 1, lambda _: None)
    told = compare(arms, "sandbox", 2, 1, workers=1)
    assert np.array_equal(made.values, told.values, equal_nan=True)
    assert np.array_equal(made.moves, told.moves)
    alone = store.comparison((load("today"), load("today")), place("sandbox"), (1,), 1, lambda _: None)
    assert {entry.verdict for entry in findings(alone)} <= {"identical", "-"}


def test_the_page_shows_seed_weeks_and_hash_and_numbers_of_the_same_run_on_the_command_line():
    asked = Asked("today", years=1, seed=3).with_lever("support_level", 0.8)
    made = Store().comparison((load("today"), asked.resolved()), place("sandbox"), (3,), 1, lambda _: None)
    command = [*shlex.split(as_command(asked))[1:], "--json"]
    told = json.loads(subprocess.run([sys.executable, "-m", "sp_abm", *command], capture_output=True, text=True).stdout)
    about = made.first[1].provenance
    for key in ("seed", "weeks", "scenario_hash"):
        assert about[key] == told["provenance"][key]
    for name, value in made.first[1].summary.items():
        assert told["measures"][name]["value"] == (float(value) if np.isfinite(value) else None)


@pytest.mark.parametrize("port", [0, -1, 65_536, "8000", True, 80.5])
def test_a_port_out_of_range_is_refused(port):
    with pytest.raises(BadValue, match="whole number from 1 to 65535"):
        serve(port)


def test_a_taken_port_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(BadValue, match=f"port = {port} on 127.0.0.1 cannot be used"):
            serve(port)


def test_an_unknown_place_is_refused_before_anything_is_opened():
    with pytest.raises(UnknownName, match="sandbox"):
        serve(8765, place="sandbx")


def test_the_server_answers_on_this_computer_with_a_page_that_asks_nothing_of_others():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", f"from sp_abm.viz.server import serve; serve({port})"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert f"http://127.0.0.1:{port}/" in server.stdout.readline()
        page = get(f"http://127.0.0.1:{port}/").decode()
        assert '<html lang="en-GB">' in page and "user-scalable=no" not in page
        asked = re.findall(r'(?:src|href)="([^"]+)"|url\("([^"]+)"\)', page)
        addresses = {address for pair in asked for address in pair if address}
        assert addresses and all(address.startswith("/") for address in addresses)
        font = next(address for address in addresses if address.endswith(".ttf"))
        assert get(f"http://127.0.0.1:{port}{font}").startswith(b"\x00\x01\x00\x00")
    finally:
        server.terminate()
        server.wait(10)
        server.stdout.close()


def get(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=20) as answer:
        assert answer.status == 200
        return answer.read()


def test_those_who_ask_the_same_share_their_pictures_and_no_others_do():
    asked = Asked("supported-workforce", years=1)
    made, light, dark = running.answer(asked), running.Look(), running.Look("dark")

    def drawn(asked, look=light, is_last=False):
        return asyncio.run(running._drawn(asked, made, look, is_last, lambda _: None, Event()))

    first = drawn(asked)
    assert drawn(replace(asked, runs=10)) is first
    assert first.asked.runs == 1 and set(first.pictures) <= set(FIRST)
    others = [drawn(asked, dark), drawn(replace(asked, name="Mine")), drawn(asked, is_last=True)]
    assert len({id(each) for each in (first, *others)}) == 4
    assert others[0].pictures["stages"].svg != first.pictures["stages"].svg
    assert set(others[2].pictures) > set(first.pictures)
