"""Dashboard: choices become scenarios, runs are kept and can be stopped, the page and the server work."""

import asyncio
import re
import socket
import subprocess
import sys
import time
import urllib.request
from threading import Event

import numpy as np
import pytest

from sp_abm.errors import BadValue, UnknownName
from sp_abm.places import place
from sp_abm.recorder import N_CELLS, PEOPLE_TALLIES, SYSTEM_TALLIES
from sp_abm.results import CASE_COLUMNS, Results
from sp_abm.scenario import load
from sp_abm.viz import runs
from sp_abm.viz.runs import Choice, Store, in_thread
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


def test_an_untouched_choice_is_the_scenario_itself():
    choice = Choice("outreach-with-support")
    assert choice.resolved() == load("outreach-with-support")
    assert (choice.lever("support_level"), choice.lever("outreach_share")) == (1.0, 0.2)


def test_a_moved_lever_changes_the_scenario_and_its_name_and_moving_back_undoes_it():
    moved = Choice("today").with_lever("support_level", 0.8)
    assert moved.resolved().value("support_level", 0) == 0.8
    assert moved.resolved().name == "today, changed"
    assert moved.with_lever("support_level", 0.39) == Choice("today")


def test_runs_are_kept_by_content_bear_the_name_asked_for_and_the_oldest_goes_first(monkeypatch):
    made = []

    def simulated(scenario, *_):
        made.append(scenario.hash)
        return a_run()

    monkeypatch.setattr(runs, "_simulated", simulated)
    store, sandbox = Store(most=2), place("sandbox")
    same = Choice("today").with_lever("support_level", 1.0).resolved()

    def ask(scenario, seed=1):
        return store.results(scenario, sandbox, seed, 10, lambda _: None).provenance["scenario"]

    assert ask(load("supported-workforce")) == "supported-workforce"
    assert ask(same) == "today, changed"
    assert len(made) == 1
    ask(same, seed=2)
    ask(same, seed=3)
    assert len(store) == 2 and len(made) == 3
    ask(same)
    assert len(made) == 4


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
        task = asyncio.ensure_future(in_thread(work, told.append))
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(give_up())
    assert stopped.wait(1) and told and told[-1] > 0


def test_the_page_has_one_heading_a_warning_and_after_the_run_the_pictures(monkeypatch):
    solara = pytest.importorskip("solara")
    from sp_abm.viz import dashboard

    monkeypatch.setattr(dashboard, "made", lambda *_: dashboard.view(a_run("no-service"), a_run()))

    async def look():
        box, rendered = solara.render(dashboard.Layout(children=[dashboard.Page()]), handle_error=False)
        before, deadline = html_of(rendered), time.monotonic() + 20
        while "<svg" not in html_of(rendered) and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        after = html_of(rendered)
        rendered.close()
        box.close()
        return before, after

    before, after = asyncio.run(look())
    assert before.count("<h1>") == 1
    assert "Illustrative model, not a forecast" in before and "Not a real place" in before
    assert "Today: 0.39" in before and "Today: 0.00" in before
    assert after.count("<svg") == 3
    assert "(one\N{NO-BREAK SPACE}run)" in after and "seed 1 · 10 weeks" in after
    assert load("no-service").hash in after


def html_of(rendered) -> str:
    """Return the words and markup of every HTML part of a rendered page."""
    solara = pytest.importorskip("solara")
    parts = rendered.find(solara.widgets.HTML).widgets
    return "".join(f"<{part.tag}>{part.unsafe_innerHTML}" for part in parts)


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
