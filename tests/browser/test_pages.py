"""Pages in a real browser: no request leaves, no error, no accessibility violation, all by keyboard."""

import pytest
from benchmarks.browser import AXE, PAGES

pytestmark = pytest.mark.slow

TABBABLE = "a[href], button:not([disabled]), input:not([disabled]), select:not([disabled]), summary, [tabindex='0']"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_no_page_has_a_violation_with_all_panels_open(visit, theme, width, height):
    if not AXE.is_file():
        pytest.skip("axe-core is not there: make node_modules/axe-core/axe.min.js (it comes from npm)")
    watched = visit(width=width, height=height, theme=theme)
    found = {}
    for page in PAGES:
        watched.go(f"/{page}")
        watched.settled()
        watched.open_panels()
        found[page or "story"] = sorted(set(watched.axe()))
    assert found == {page or "story": [] for page in PAGES}


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_one_heading_one_main_a_language_and_the_warning_in_sight(visit, page):
    watched = visit()
    watched.go(f"/{page}")
    parts = ["h1", "main", "header", "a.skip", "nav a[aria-current=page]"]
    counts = [watched.page.locator(part).count() for part in parts]
    assert counts == [1, 1, 1, 1, 1]
    assert watched.page.get_attribute("html", "lang") == "en-GB"
    warning = watched.page.locator("a.warning")
    assert warning.inner_text() == "Illustrative model, not a forecast" and warning.is_visible()
    box = warning.bounding_box()
    assert box["y"] + box["height"] <= 768
    warning.click()
    watched.page.wait_for_url("**/evidence?*")


@pytest.mark.parametrize("width", [320, 683])
@pytest.mark.parametrize("page", PAGES)
def test_no_page_scrolls_sideways_at_320_pixels_or_at_200_per_cent(visit, page, width):
    watched = visit(width=width, height=600)
    watched.go(f"/{page}")
    watched.settled()
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_first_screen_is_complete_without_a_click(visit):
    """At 1366 x 768: headline, verdict, four levers, four presets, the warning, and two whole pictures."""
    watched = visit()
    watched.go("/explore")
    sentences = watched.headline()
    assert len(sentences) == 4 and sentences[1].startswith("Of 1,000 people referred,")
    watched.settled()
    lowest = watched.page.evaluate(
        "['.finding', '.status', '.lever input', '.presets button', 'a.warning'].map((kind) => Math.max("
        "...[...document.querySelectorAll(kind)].map((it) => it.getBoundingClientRect().bottom)))"
    )
    assert max(lowest) <= 768
    assert watched.page.locator(".lever input").count() == watched.page.locator(".presets button").count() == 4
    pictures = [watched.page.locator(f"#figure-{name} svg").bounding_box() for name in ("stages", "wall")]
    assert max(box["y"] + box["height"] for box in pictures) <= 768, pictures
    assert min(box["width"] for box in pictures) > 450, "letters would be too small to read"


@pytest.mark.parametrize("page", PAGES)
def test_the_keyboard_reaches_every_control_and_focus_shows(visit, page):
    watched = visit()
    watched.go(f"/{page}")
    watched.settled()
    wanted = watched.page.evaluate(
        f"""() => {{ const all = [...document.querySelectorAll({TABBABLE!r})].filter((it) => it.checkVisibility()
            && it.tabIndex >= 0 && (it.type !== 'radio' || it === document.querySelector(`[name="${{it.name}}"]`)));
            all.forEach((it, k) => {{ it.dataset.walk = k; }}); return all.length; }}"""
    )
    reached, unseen = set(), []
    for _ in range(wanted + 10):
        watched.page.keyboard.press("Tab")
        walk, is_seen, html = watched.page.evaluate(
            """() => { const it = document.activeElement; const look = getComputedStyle(it);
               return [it.dataset.walk, look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2,
                 it.outerHTML.slice(0, 120)]; }"""
        )
        if walk is not None:
            reached.add(int(walk))
            if not is_seen:
                unseen.append(html)
    assert reached == set(range(wanted)) and not unseen


def test_the_skip_link_leads_to_the_content(visit):
    watched = visit()
    watched.go("/evidence")
    watched.page.keyboard.press("Tab")
    assert watched.page.evaluate("document.activeElement.className") == "skip"
    watched.page.keyboard.press("Enter")
    assert watched.page.evaluate("document.activeElement.id") == "main"


def test_the_theme_follows_the_system_is_turned_by_hand_and_the_pictures_go_along(visit):
    watched = visit(theme="dark")
    watched.go("/explore")
    papers = "document.querySelector('.picture svg rect').getAttribute('fill')"
    watched.page.wait_for_function(f"() => document.querySelector('.picture svg') && {papers} === '#14181d'")
    watched.page.click("text=Dark")
    watched.page.wait_for_function(f"() => {papers} === '#ffffff'")
    assert watched.page.get_attribute("html", "data-theme") == "light"


def test_with_reduced_motion_nothing_moves_by_itself(visit):
    watched, moving = visit(), {}
    watched.go("/explore")
    watched.headline()
    watched.page.add_style_tag(
        content=".finding, .finding * { transition: opacity 1s; animation: turning 1s infinite }"
    )
    for wish in ("no-preference", "reduce"):
        watched.page.emulate_media(reduced_motion=wish)
        moving[wish] = watched.page.evaluate(
            "[...document.querySelectorAll('body *')].filter((it) => {"
            " const look = getComputedStyle(it); return parseFloat(look.transitionDuration) > 0"
            " || look.animationName !== 'none'; }).map((it) => it.tagName + '.' + it.className)"
        )
    assert any(it.startswith("SPAN.verdict") for it in moving["no-preference"])
    assert moving["reduce"] == []
