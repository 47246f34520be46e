"""The page of the documents about the dashboard: every bound that it states is the one that holds."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from benchmarks.browser import PAGES

from sp_abm.errors import BadValue
from sp_abm.places import place
from sp_abm.scenario import load, scenario_names
from sp_abm.viz.asked import MOST_BYTES, MOST_LETTERS, MOST_RUNS, MOST_SEED, MOST_YEARS, Asked, asked_in, uploaded
from sp_abm.viz.pages import running
from sp_abm.viz.pages.cards import place_card, scenario_card, seed_card, years_card
from sp_abm.viz.pages.running import MOST_RESIDENTS, SMALL, known_places, place_of, steps_of

FOLDER = Path(__file__).parents[1] / "docs"
PAGE = " ".join((FOLDER / "dashboard.md").read_text("utf-8").split())


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


def test_every_screenshot_is_shown_and_every_page_is_among_them_in_both_themes():
    shown = re.findall(r"!\[[^\]]+\]\(screenshots/([^)]+)\)", PAGE)
    taken = {path.name for path in (FOLDER / "screenshots").iterdir()}
    assert sorted(shown) == sorted(taken)
    assert {f"{page or 'story'}-{theme}.png" for page in PAGES for theme in ("light", "dark")} < taken


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


@pytest.mark.parametrize("name", scenario_names())
def test_the_card_of_a_scenario_says_why_it_is_and_what_is_expected_as_its_file_does(name):
    scenario, card = load(name), unescape(scenario_card(load(name)))
    assert scenario.why and scenario.why in card and scenario.expected in card
    assert "not evidence" in card


@pytest.mark.parametrize("name", known_places())
def test_the_card_of_a_place_names_residents_and_every_source_once(name):
    card, where = unescape(place_card(place(name))), place(name)
    assert f"{where.residents:,}" in card and where.note in card
    assert ("invented" in card) is not where.is_real
    sources = set(where.sources.values())
    assert card.count("<li>") == len(sources)
    assert all(title in card and address in card and year in card for title, address, year in sources)


def test_the_cards_of_years_and_seed_say_their_bounds_and_that_they_are_chosen():
    assert f"1 to {MOST_YEARS}" in years_card() and f"0 to {MOST_SEED:,}" in seed_card()
    assert all("not evidence" in unescape(card) for card in (years_card(), seed_card()))


def test_markup_in_a_place_or_a_scenario_of_ones_own_is_shown_as_it_is_written():
    hostile = "<script>alert(1)</script>"
    source = {"residents": (hostile, "javascript:alert(1)", hostile)}
    cards = place_card(replace(place("sandbox"), name=hostile, note=hostile, sources=source))
    cards += scenario_card(replace(load("today"), why=hostile, expected=hostile))
    assert cards.count("&lt;script&gt;") == 6 and "<script" not in cards and "href" not in cards
