"""Presenting in a real browser: large letters, keys, presets, notes; the story with its guesses; the player."""

import pytest

pytestmark = pytest.mark.slow

LETTERS = """[...document.querySelectorAll('body *')].flatMap((it) => {
  const isText = [...it.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
  if (!it.checkVisibility() || !isText || /^(title|desc|script|style)$/i.test(it.tagName)) return [];
  const svg = it.closest('svg');
  const scale = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
  return [[parseFloat(getComputedStyle(it).fontSize) * scale, Boolean(svg), it.textContent]]; })"""
"""Of each text in sight its size on the screen, within pictures too, and whether it is in one."""


@pytest.mark.parametrize("width", [1280, 1920])
def test_every_letter_in_sight_has_28_pixels_and_more_in_pictures_bar_and_notes_too(visit, width):
    watched = visit(width=width, height=1080)
    page, seen = watched.page, []
    for path in (
        "?years=1",
        "loop?scenario=today&years=1",
        "explore?years=1",
        "compare?years=1",
        "evidence",
        "people?scenario=today&years=1&kind=link+worker&person=0",
    ):
        watched.go(f"/{path}")
        watched.settled()
        if page.locator("#guess-1").count():
            page.check("#guess-1")
            page.click("text=Reveal")
            page.wait_for_selector("main svg")
        before = page.evaluate("document.querySelector('main svg')?.viewBox.baseVal.width || 0")
        page.click("text=Present")
        if before:
            width_now = f"(document.querySelector('main svg')?.viewBox.baseVal.width || {before})"
            page.wait_for_function(f"() => {width_now} !== {before}")
        watched.settled()
        page.keyboard.press("n")
        assert page.locator("aside.notes .keys").is_visible() and page.locator("nav a").first.is_visible()
        for _ in range(page.locator("main [data-slide]").count()):
            letters = page.evaluate(LETTERS)
            assert letters and min(letters)[0] >= 28, min(letters)
            seen += [is_drawn for _, is_drawn, _ in letters]
            page.keyboard.press("ArrowRight")
            page.wait_for_timeout(100)
        page.keyboard.press("Escape")
    assert sum(seen) > 500 and not all(seen)


def test_the_presenter_mode_is_led_by_keys_and_can_be_read_from_the_back(visit):
    watched = visit()
    page = watched.page
    watched.go("/explore")
    watched.headline()
    watched.settled()
    page.click("text=Present")
    assert page.locator("main [data-slide].shown").count() == 1
    page.keyboard.press("ArrowRight")
    assert page.inner_text(".presenter [aria-live]").startswith("2 of ")
    assert page.locator("main figure.shown svg").is_visible() and not page.locator(".controls").is_visible()
    page.keyboard.press("ArrowLeft")
    assert page.inner_text(".presenter [aria-live]").startswith("1 of ")
    page.keyboard.press("n")
    assert page.locator("aside.notes").is_visible()
    page.keyboard.press("2")
    page.wait_for_url("**scenario=supported-workforce*")
    page.keyboard.press("b")
    page.wait_for_url("**scenario=today*")
    page.keyboard.press("f")
    page.wait_for_function("() => document.fullscreenElement")
    page.keyboard.press("Escape")
    page.wait_for_function("() => !document.documentElement.classList.contains('presenting')")
    assert page.locator(".controls").is_visible()


def test_the_answer_of_a_step_is_nowhere_before_the_guess(visit):
    watched = visit()
    page = watched.page
    frames = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))))
    watched.go("/")
    watched.settled()
    assert not any("Had three or more contacts and an activity" in frame for frame in frames)
    assert page.locator(".walk .finding").count() == 0
    page.check("#guess-1")
    page.click("text=Reveal")
    page.wait_for_selector(".walk .finding")
    assert "Had three or more contacts and an activity" in page.inner_text(".walk .finding")
    assert any("Had three or more contacts and an activity" in frame for frame in frames)
    for step in range(2, 7):
        page.click("text=Next step")
        page.wait_for_url(f"**step={step}*")
    page.wait_for_selector("text=Explore: move a lever")
    page.click("text=Present")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**step=5*")


def test_the_player_plays_in_the_browser_and_asks_the_server_for_nothing(visit):
    watched = visit()
    page, sent = watched.page, []
    page.on("websocket", lambda socket: (
        socket.on("framesent", lambda frame: sent.append(frame)),
        socket.on("framereceived", lambda frame: sent.append(frame)),
    ))  # fmt: skip
    watched.go("/explore")
    watched.headline()
    watched.settled()
    page.wait_for_timeout(1500)
    before = len(sent)
    page.click(".player [data-play]")
    page.wait_for_function("() => document.querySelector('.player output').innerText >= 10")
    page.click(".player [data-play]")
    week = int(page.inner_text(".player output"))
    page.click("text=Week on")
    assert int(page.inner_text(".player output")) == week + 1
    assert not talk(sent[before:])
    before = len(sent)
    page.click(".presets button >> nth=1")
    watched.settled()
    assert talk(sent[before:])


def talk(frames) -> list[str]:
    """Return what says something, of all that goes between browser and server: a sign of life is short."""
    return [str(frame) for frame in frames if len(str(frame)) > 200]


def test_a_link_is_cut_on_the_loop_page_and_a_person_is_told(visit):
    watched = visit()
    page = watched.page
    watched.go("/loop?scenario=supported-workforce&years=1")
    page.get_by_label("Cut load to burnout").check()
    page.wait_for_url("**cut=load-%3Eburnout*")
    page.wait_for_selector("main .finding", timeout=90_000)
    assert "with the links cut" in page.inner_text("main .finding")
    watched.go("/people?scenario=today&years=1&kind=link+worker&person=0")
    page.wait_for_selector("main h2:text('Link worker 0')", timeout=90_000)
    watched.go("/people?scenario=today&years=1&kind=citizen&person=112&other=no-service")
    page.wait_for_selector("main h2:text('Citizen 112')", timeout=90_000)
    parted = page.inner_text("p:text('The two worlds part')")
    assert parted.endswith(". Why: the service exists in ‘today’ and not in ‘no-service’."), parted
    watched.go("/people?kind=dog")
    assert "somebody is chosen" in page.inner_text("[role=alert]")


def test_the_loop_page_measures_its_links_in_real_runs_that_can_be_stopped(visit):
    watched = visit()
    page = watched.page
    watched.go("/loop?scenario=supported-workforce&years=1")
    page.wait_for_selector(".status progress")
    assert page.locator("#figure-loops svg >> text=Strongest").count() == 0
    page.click(".status >> text=Stop")
    page.wait_for_function("() => document.querySelector('.status').innerText.includes('Stopped')", timeout=3_000)
    page.click(".status >> text=Run again")
    page.wait_for_selector(".status >> text=strengths may be chance", timeout=240_000)
    assert "Strongest" in page.text_content("#figure-loops svg > title")
    page.click("text=In distress (pre-crisis or crisis)")
    page.wait_for_function("() => document.querySelector('#figure-loops desc').textContent.includes('distress')")
    assert page.locator(".status progress").count() == 0  # the same runs tell of every measure
