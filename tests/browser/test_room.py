"""On a projector of 1280 x 720 a room sees each slide whole, in large letters; what is longer is turned by the keys."""

import pytest
from benchmarks.browser import AXE
from tests.browser.test_present import LETTERS

pytestmark = pytest.mark.slow

WHOLE = ("headline", "stages", "wall", "workforce", "horizons", "roles", "spread", "toolkit", "player")
"""Slides of Explore that are whole whatever the runs show; some others are too, where their titles are short."""
HEIGHT = "document.documentElement.scrollHeight"
SHOWN = "document.querySelector('main [data-slide].shown').dataset.slide"


def check_whole(page):
    """Check that nothing of the slide lies beyond the screen and that all of it can be read from the back."""
    assert page.evaluate(HEIGHT) <= 720
    assert min(page.evaluate(LETTERS))[0] >= 28


def present(watched, path):
    """Open a page, and present it once its pictures are those for a room."""
    watched.go(path)
    watched.settled()
    watched.page.click("text=Present")
    watched.page.wait_for_timeout(600)
    watched.settled()


def test_every_step_of_the_story_is_whole_before_and_after_the_reveal_and_so_is_its_picture(visit):
    watched = visit(width=1280, height=720)
    page, pictures = watched.page, 0
    present(watched, "/?years=1")
    for step in range(1, 7):
        page.wait_for_selector(f"#step-title:text('{step}.')")
        watched.settled()
        check_whole(page)
        if page.locator("#guess-0").count():
            page.check("#guess-0")
            page.click("text=Reveal")
            page.wait_for_selector(".walk .finding")
            check_whole(page)
            assert page.locator("#guess-0").is_checked() and page.locator(".walk legend").is_visible()
        if page.locator(".walk figure").count():
            page.keyboard.press("ArrowRight")
            page.wait_for_selector(".walk figure.shown svg")
            check_whole(page)
            pictures += 1
        page.keyboard.press("ArrowRight")
    assert pictures == 4 and page.locator("text=Explore: move a lever").is_visible()
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector("#step-title:text('5.')")


def test_slides_of_explore_and_evidence_are_whole_and_longer_ones_are_turned_before_the_next(visit):
    watched = visit(width=1280, height=720)
    page, heights = watched.page, {}
    present(watched, "/explore?years=1")
    page.wait_for_function("() => document.querySelectorAll('main [data-slide]').length > 15", timeout=90_000)
    watched.settled()
    for _ in range(page.locator("main [data-slide]").count()):
        name = page.evaluate(SHOWN)
        assert page.evaluate("window.scrollY") == 0 and name not in heights
        heights[name] = page.evaluate(HEIGHT)
        while page.evaluate(SHOWN) == name and page.inner_text(".presenter [aria-live]").split(" of ")[0] != str(
            page.locator("main [data-slide]").count()
        ):
            seen = page.evaluate("window.scrollY + innerHeight")
            page.keyboard.press("ArrowRight")
            if page.evaluate(SHOWN) != name:
                assert seen >= heights[name] - 2, f"{name} was left before its end was seen"
    assert {name: heights[name] for name in WHOLE if heights[name] > 720} == {}
    assert max(heights.values()) > 720, "no slide was long enough to be turned"
    present_evidence(watched)


def present_evidence(watched):
    page = watched.page
    page.click("nav >> text=Evidence")
    page.wait_for_selector("main [data-slide=trust].shown")
    for _ in range(page.locator("main [data-slide]").count()):
        check_whole(page)
        page.keyboard.press("ArrowRight")


def test_the_notes_have_the_words_that_a_picture_for_a_room_leaves_out(visit):
    watched = visit(width=1280, height=720)
    page = watched.page
    present(watched, "/explore?years=1")
    page.keyboard.press("n")
    assert "One run of each" not in page.inner_text("aside.notes")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("figure.shown")
    assert "One run of each with the same luck" in page.inner_text("aside.notes")
    if AXE.is_file():
        assert watched.axe() == []
