"""Links and files in a real browser: 200 links come back, hostile ones get a friendly word and harm nothing."""

import random
import urllib.error
import urllib.parse
import urllib.request

import pytest
from benchmarks.browser import PAGES
from tests.test_asked import HOSTILE_FILES, HOSTILE_LINKS, any_asked

pytestmark = pytest.mark.slow


def test_two_hundred_links_are_understood_by_the_server_that_made_them(server):
    from sp_abm.scenario import from_toml

    for number in range(200):
        asked = any_asked(random.Random(number))
        with urllib.request.urlopen(f"{server.address}/get/scenario.toml?{asked.query()}", timeout=30) as answer:
            assert from_toml(answer.read().decode(), "answer").hash == asked.resolved().hash


def test_a_link_shows_on_the_page_what_it_says(visit):
    watched = visit()
    watched.go("/explore?scenario=today&support_level=0.8&caseload_cap=50&years=2&name=Our+plan+%3Cb%3E")
    watched.headline()
    assert watched.page.input_value("#lever-support_level") == "0.8"
    assert watched.page.input_value("#lever-caseload_cap") == "50"
    assert "‘Our plan <b>’" in watched.page.inner_text("#origin")
    for page in ("Compare", "Loop", "People", "Evidence", "Story", "Explore"):
        watched.page.click(f"nav >> text={page}")
        watched.page.wait_for_selector(f"nav a[aria-current=page]:text('{page}')")
    watched.headline()
    assert watched.page.input_value("#lever-support_level") == "0.8"


@pytest.mark.parametrize("number", range(0, len(HOSTILE_LINKS), 4))
def test_a_hostile_link_gets_a_friendly_word_and_the_usual_scenario(visit, number):
    watched = visit()
    watched.go(f"/explore?{HOSTILE_LINKS[number]}")
    assert "This link cannot be followed" in watched.page.inner_text("[role=alert]")
    assert len(watched.headline()) == 4


@pytest.mark.parametrize("page", PAGES)
def test_a_link_of_too_many_fields_gets_a_friendly_word_on_every_page(visit, page):
    watched = visit()
    watched.go(f"/{page}?{'&'.join(f'a{number}=1' for number in range(200))}")
    assert "This link cannot be followed" in watched.page.inner_text("[role=alert]")
    assert watched.page.locator("main .finding, main .walk, main .plans, main form, main table, main input").count()
    watched.settled()
    assert "Traceback" not in watched.page.inner_text("body")


@pytest.mark.parametrize("query", HOSTILE_LINKS, ids=range(len(HOSTILE_LINKS)))
def test_a_hostile_link_to_a_file_is_refused_in_words(server, query):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(
            f"{server.address}/get/scenario.toml?{urllib.parse.quote(query, safe='=&%+,:;/')}", timeout=30
        )
    with refused.value as answer:
        assert answer.code == 400 and answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "path", ["..%2f..%2fetc%2fpasswd", "%2e%2e/secret.svg", "stages.exe", "no-such.svg", "stages.svg/x"]
)
def test_a_path_that_climbs_gets_nothing(server, path):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{server.address}/get/{path}", timeout=30)
    with refused.value as answer:
        assert answer.code in (400, 404)


def test_hostile_files_are_refused_and_the_next_good_one_is_taken(visit, tmp_path):
    watched = visit()
    watched.go("/explore")
    watched.headline()
    watched.open_panels()
    for number, text in enumerate(HOSTILE_FILES):
        watched.page.set_input_files(
            "#upload", {"name": f"{number}-<b>.toml", "mimeType": "text/plain", "buffer": text.encode()}
        )
        watched.page.wait_for_selector("[role=alert]:visible")
        assert watched.page.locator("main b").count() == 0
    good = b'name = "From a file"\nbase = "today"\n[levers]\nsupport_level = 0.9\n'
    watched.page.set_input_files("#upload", {"name": "good.toml", "mimeType": "text/plain", "buffer": good})
    watched.page.wait_for_function("() => document.querySelector('#origin')?.innerText.includes('From a file')")
    assert watched.page.input_value("#lever-support_level") == "0.9"


def test_scenarios_are_saved_named_loaded_and_compared(visit):
    watched = visit()
    watched.go("/explore?scenario=today&support_level=0.9")
    watched.headline()
    for name, cap in (("Plan A", "50"), ("Plan <i>B</i>", "100")):
        watched.go(f"/explore?scenario=today&caseload_cap={cap}&years=1")
        watched.headline()
        watched.page.fill("#save-name", name)
        watched.page.click("text=Save this one")
    assert watched.page.locator(".saved i").count() == 0
    watched.page.check("#pick-0")
    watched.page.check("#pick-1")
    watched.page.click("text=Compare the ticked")
    watched.page.wait_for_selector("main .plans li", timeout=90_000)
    assert watched.page.locator("main .plans li").count() == 2
    assert "Plan A" in watched.page.inner_text(".plans") and "Plan <i>B</i>" in watched.page.inner_text(".plans")


def test_a_plan_saved_once_more_under_its_name_is_no_longer_ticked_as_it_was(visit):
    watched = visit()
    watched.go("/explore?years=1")
    for path in ("explore?scenario=today&caseload_cap=50&years=1", "explore?scenario=today&caseload_cap=30&years=1"):
        watched.page.evaluate("(path) => window.spAbmGo(path)", f"/{path}")
        watched.page.wait_for_function(
            "(cap) => document.querySelector('#lever-caseload_cap')?.value === cap", arg=path.split("cap=")[1][:2]
        )
        watched.page.fill("#save-name", "Mine")
        watched.page.click("text=Save this one")
        assert watched.page.locator(".saved li").count() == 1 and not watched.page.is_checked("#pick-0")
        watched.page.check("#pick-0")
    watched.page.fill("#save-name", "Another")
    watched.page.click("text=Save this one")
    assert watched.page.is_disabled("text=Compare the ticked")
    watched.page.check("#pick-1")
    watched.page.click("text=Compare the ticked")
    watched.page.wait_for_selector("main .plans li", timeout=90_000)
    assert watched.page.url.count("plan=") == 2 and "caseload_cap%3D50" not in watched.page.url


def test_a_name_that_is_being_typed_outlasts_the_answer_to_a_run(visit):
    watched = visit()
    for path in ("explore?scenario=today&caseload_cap=60&years=5&runs=20", "compare?scenario=horizon-3&years=2"):
        watched.go(f"/{path}")
        watched.page.fill("#save-name", "half a na", timeout=60_000)
        assert watched.page.locator("main svg").count() == 0
        watched.page.wait_for_selector("main svg", timeout=90_000)
        watched.settled()
        assert watched.page.input_value("#save-name") == "half a na"


def test_an_unknown_page_is_not_found_and_the_server_goes_on(server):
    with pytest.raises(urllib.error.HTTPError) as missing:
        urllib.request.urlopen(f"{server.address}/no-such-page", timeout=30)
    with missing.value as answer:
        assert answer.code == 404
    with urllib.request.urlopen(f"{server.address}/explore", timeout=30) as answer:
        assert answer.status == 200
