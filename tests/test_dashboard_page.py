"""The page of the documents about the dashboard: every bound that it states is the one that holds."""

import re
from pathlib import Path

import pytest

from sp_abm.errors import BadValue
from sp_abm.places import place
from sp_abm.viz.asked import MOST_BYTES, MOST_LETTERS, MOST_RUNS, MOST_YEARS, Asked, asked_in, uploaded
from sp_abm.viz.pages import running
from sp_abm.viz.pages.running import MOST_RESIDENTS, SMALL, known_places, place_of, steps_of

PAGE = " ".join((Path(__file__).parents[1] / "docs" / "dashboard.md").read_text("utf-8").split())


def stated(pattern: str) -> list[int]:
    found = re.search(pattern, PAGE)
    assert found, f"the page no longer says {pattern}"
    return [int(number.replace(",", "")) for number in found.groups()]


def test_the_bounds_of_the_page_are_those_of_the_code():
    assert stated(r"places of up to ([\d,]+) residents, (\d+) years and (\d+) pairs") == [
        MOST_RESIDENTS,
        MOST_YEARS,
        MOST_RUNS,
    ]
    assert stated(r"links of up to ([\d,]+) letters and scenario files of up to ([\d,]+) bytes") == [
        MOST_LETTERS,
        MOST_BYTES,
    ]
    assert stated(r"a place of more than ([\d,]+) residents only the first pair is run unasked") == [SMALL]
    assert stated(r"typical network of ([\d,]+)") == [place("average-pcn").residents]


def test_no_page_runs_a_place_years_or_pairs_beyond_the_bounds(monkeypatch):
    monkeypatch.setattr(running, "MOST_RESIDENTS", place("tower-hamlets").residents - 1)
    assert "sandbox" in known_places() and "tower-hamlets" not in known_places()
    with pytest.raises(BadValue, match="a page runs 310,299 at most"):
        place_of(Asked(place="tower-hamlets"))
    for beyond in (f"years={MOST_YEARS + 1}", f"runs={MOST_RUNS + 1}"):
        with pytest.raises(BadValue):
            asked_in(beyond)
    assert asked_in(f"years={MOST_YEARS}&runs={MOST_RUNS}").runs == MOST_RUNS


def test_a_link_and_a_file_may_be_as_long_as_the_page_says_and_no_longer():
    link = "name=" + "x" * (MOST_LETTERS - len("name="))
    assert asked_in(link).name
    with pytest.raises(BadValue, match="6,001 letters"):
        asked_in(link + "x")
    text = 'name = "long"\nbase = "today"\n[levers]\nsupport_level = 0.9\n#'
    filled = text + "x" * (MOST_BYTES - len(text))
    assert uploaded(filled, "long.toml", Asked()).resolved().name == "long"
    with pytest.raises(BadValue, match="100,000 bytes"):
        uploaded(filled + "x", "long.toml", Asked())


def test_only_a_small_place_is_run_more_than_once_unasked():
    small, large = place("sandbox"), place("average-pcn")
    assert list(steps_of(Asked(), small)) == [1, 5, 10]
    assert list(steps_of(Asked(), large)) == [1]
    assert list(steps_of(Asked(runs=30), small))[-1] == 30
    assert max(steps_of(Asked(runs=MOST_RUNS), small)) == MOST_RUNS
