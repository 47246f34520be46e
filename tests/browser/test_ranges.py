"""Ranges in a real browser: the choice of what they are of, by keyboard, in the link, in every number taken away."""

import csv
import io
import urllib.request
from urllib.parse import parse_qs, urlsplit

import pytest
from benchmarks.browser import AXE

from sp_abm.plausible import needed_sets
from sp_abm.scenario import load

pytestmark = pytest.mark.slow

WIDE = "luck and 10 plausible sets of parameters"
FILES = ("findings.csv", "report.html")
OUTSIDE = """[...document.querySelectorAll('main svg text')].filter((it) => {
  const own = it.getBoundingClientRect(), box = it.closest('svg').getBoundingClientRect();
  return own.left < box.left - 1 || own.right > box.right + 1 || own.top < box.top - 1 || own.bottom > box.bottom + 1;
}).map((it) => it.textContent)"""


def fetched(address: str) -> str:
    with urllib.request.urlopen(address, timeout=60) as answer:
        return answer.read().decode()


def with_sets(watched):
    watched.page.wait_for_function("() => document.querySelector('#origin')?.innerText.includes('plausible set 1')")
    watched.headline()
    watched.settled()


def test_the_keyboard_widens_the_ranges_and_words_numbers_files_and_link_go_along(visit, server):
    watched, other = visit(), visit()
    page = watched.page
    for each in (watched, other):
        each.go("/explore?scenario=supported-workforce&years=1")
        each.headline()
        each.settled()
    before = page.inner_text(".finding")
    assert "Ranges are of luck alone." in page.inner_text(".status")
    assert f"hash {load('supported-workforce').hash} " in page.inner_text("#origin")
    page.focus(".ranges button >> nth=0")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    with_sets(watched)
    assert parse_qs(urlsplit(page.url).query)["plausible"] == ["1"]
    assert page.inner_text(".ranges button[aria-pressed=true]") == "luck and what is not known"
    assert "10 pairs of runs: " in page.inner_text(".status") and f"of {WIDE}." in page.inner_text(".status")
    assert page.inner_text(".finding") != before and load("supported-workforce").hash not in page.inner_text("#origin")
    rows, report = (fetched(server.address + page.get_attribute(f"a[download='{name}']", "href")) for name in FILES)
    assert {row["interval_of"] for row in csv.DictReader(io.StringIO(rows)) if row["low"]} == {WIDE}
    assert f"Ranges are of {WIDE}." in report
    assert "--years 1 --seeds 10 --plausible" in page.text_content("main")
    assert f"Every measure; 95% intervals are of {WIDE}" in page.locator(".takeaway caption").all_text_contents()
    assert other.page.inner_text(".finding") == before and "plausible" not in other.page.inner_text("#origin")
    page.go_back()
    said = "changes clear. Ranges are of luck alone."
    page.wait_for_function(f"() => document.querySelector('.status').innerText.includes('{said}')")
    watched.settled()
    assert watched.headline() and page.inner_text(".finding") == before


def test_the_plans_of_a_comparison_keep_their_names_when_the_ranges_are_widened(visit):
    watched = visit()
    page = watched.page
    watched.go("/compare?years=1&plan=scenario%3Dtoday%26support_level%3D0.9%26years%3D1%26name%3DMine")
    watched.settled()
    page.wait_for_selector("main figure", timeout=90_000)
    before = page.text_content("main figure svg >> nth=0")
    page.click("text=luck and what is not known")
    page.wait_for_function(f"() => document.querySelector('main figure svg desc')?.textContent.includes('{WIDE}')")
    watched.settled()
    assert f"10 pairs of runs a plan. Ranges are of {WIDE}." in page.inner_text(".status")
    after = page.text_content("main figure svg >> nth=0")
    assert "Mine" in before and "Mine" in after and before != after
    query = parse_qs(urlsplit(page.url).query)
    assert query["plausible"] == ["1"] and len(query["plan"]) == 1 and "name=Mine" in query["plan"][0]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_with_sets_no_page_has_a_violation_and_nothing_leaves_its_box(visit, theme, width, height):
    if not AXE.is_file():
        pytest.skip("axe-core is not there: make node_modules/axe-core/axe.min.js (it comes from npm)")
    watched = visit(width=width, height=height, theme=theme)
    for path in ("explore", "compare"):
        watched.go(f"/{path}?plausible=1")
        watched.settled()
        watched.page.wait_for_selector("main figure", timeout=90_000)
        assert watched.page.evaluate(OUTSIDE) == []
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= width
        watched.open_panels()
        assert sorted(set(watched.axe())) == []
        card = watched.page.inner_text(".ranges .card-facts")
        assert f"{len(needed_sets())} sets of" in card and "sp-abm calibrate" in card


def test_the_first_screen_is_as_complete_with_sets(visit):
    watched = visit()
    watched.go("/explore?plausible=1")
    assert len(watched.headline()) == 4
    watched.settled()
    lowest = watched.page.evaluate(
        "['.finding', '.status', '.lever input', '.ranges', '#figure-stages svg', '#figure-wall svg'].map((kind) =>"
        " Math.max(...[...document.querySelectorAll(kind)].map((it) => it.getBoundingClientRect().bottom)))"
    )
    assert max(lowest) <= 768, lowest


def test_a_room_is_told_what_ranges_are_of_too(visit):
    watched = visit(width=1280, height=720)
    page = watched.page
    watched.go("/explore?plausible=1")
    watched.headline()
    watched.settled()
    page.click("text=Present")
    page.wait_for_function("() => document.querySelector('main .shown')")
    assert f"Ranges are of {WIDE}." in page.inner_text(".status") and not page.locator(".ranges").is_visible()
    watched.go("/?plausible=1&step=4")
    watched.settled()
    page.check("#guess-1")
    page.click("text=Reveal")
    page.wait_for_selector("main .verdict")
    assert f"Ranges are of {WIDE}." in page.inner_text(".status")
    page.keyboard.press("2")
    page.wait_for_url("**plausible=1*")
