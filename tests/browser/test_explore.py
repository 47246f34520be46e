"""Explore in a real browser: a lever, the range that follows, the same numbers everywhere, sessions apart."""

import csv
import io
import json
import subprocess
import sys
import urllib.request
from urllib.parse import parse_qs, urlsplit

import pytest

from sp_abm.caveats import OUTREACH_NOTE
from sp_abm.scenario import load
from sp_abm.viz.pages.explore import PRESETS

pytestmark = pytest.mark.slow


def move(watched, lever: str, value: float) -> None:
    """Move a slider as a hand does: set it, and let go."""
    watched.page.eval_on_selector(
        f"#lever-{lever}",
        "(it, value) => { it.value = value; it.dispatchEvent(new Event('input', {bubbles: true}));"
        " it.dispatchEvent(new Event('change', {bubbles: true})); }",
        value,
    )


def fetched(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=60) as answer:
        return answer.read()


def test_a_lever_moves_the_headline_first_as_one_run_and_the_link_holds_it(visit):
    watched = visit()
    watched.go("/explore?scenario=today")
    before = watched.headline()
    move(watched, "posts_per_10000", 0.9)
    watched.page.wait_for_function("() => document.querySelector('.verdict')?.innerText === 'one run'")
    after = watched.headline()
    assert after != before
    assert parse_qs(urlsplit(watched.page.url).query) == {
        "scenario": ["today"],
        "place": ["sandbox"],
        "posts_per_10000": ["0.9"],
    }
    watched.settled()
    assert "10 pairs of runs" in watched.page.inner_text(".status")
    watched.page.click("text=Run 20 more")
    watched.page.wait_for_function(
        "() => document.querySelector('.status').innerText.includes('30 pairs')", timeout=90_000
    )
    watched.page.go_back()
    watched.page.go_back()
    watched.page.wait_for_function("() => document.querySelector('#lever-posts_per_10000').value === '0.45'")


_PICTURES_SEEN = """() => {
  const about = () => {
    const shown = document.querySelector('.results .pictures');
    if (shown.parentElement.classList.contains('is-old')) return 'pale';
    const link = shown.querySelector('a[download]').href.includes('posts_per_10000') ? 'new' : 'old';
    const picture = shown.querySelector('svg').outerHTML === first ? 'old' : 'new';
    return `${link} link, ${picture} picture`;
  };
  const first = document.querySelector('.results .pictures svg').outerHTML;
  window.seen = [about()];
  new MutationObserver(() => window.seen.push(about())).observe(
    document.querySelector('main'), { subtree: true, childList: true, attributes: true });
}"""


def test_a_picture_stays_pale_with_the_link_to_its_own_file_until_the_new_one_is_drawn(visit):
    watched = visit()
    watched.go("/explore?scenario=today")
    watched.headline()
    watched.settled()
    watched.page.evaluate(_PICTURES_SEEN)
    move(watched, "posts_per_10000", 1.9)
    watched.page.wait_for_function("() => window.seen.includes('new link, new picture')")
    watched.settled()
    seen = list(dict.fromkeys(watched.page.evaluate("window.seen")))
    assert seen == ["old link, old picture", "pale", "new link, new picture"]


def test_a_card_stands_behind_every_control_and_says_of_what_is_chosen(visit):
    watched = visit()
    watched.go("/explore?scenario=caps-only&place=average-pcn&years=1")
    page = watched.page
    page.wait_for_selector(".controls")
    watched.open_panels()
    cards = page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('.controls :is(input, select)')].map((it) =>"
        " [it.id, it.closest('.control')?.querySelector('details.card .card-facts')?.innerText || '']))"
    )
    assert {"choice-scenario", "choice-place", "choice-years", "choice-seed", "upload"} < set(cards)
    assert [name for name, card in cards.items() if len(card) < 40] == []
    assert load("caps-only").expected in cards["choice-scenario"] and "Average PCN" in cards["choice-place"]
    presets = page.inner_text("details.card:has(> summary:text('About the presets'))")
    assert all(label in presets and load(name).why in presets for name, label in PRESETS)
    page.select_option("#choice-scenario", "horizon-3")
    page.wait_for_function(
        "(words) => document.querySelector('#choice-scenario').closest('.control').innerText.includes(words)",
        arg=load("horizon-3").expected,
    )


def test_the_choices_of_the_people_page_have_cards_too(visit):
    watched = visit()
    watched.go("/people?scenario=today&years=1&kind=link+worker&person=0&other=horizon-3")
    watched.open_panels()
    person, other = watched.page.locator("form .card-facts").all_inner_texts()
    assert "by the number of a post" in person and load("horizon-3").expected in other


def test_the_run_shown_is_the_run_of_the_command_line(visit):
    watched = visit()
    watched.go("/explore?scenario=today&support_level=0.8&years=2&seed=5")
    watched.headline()
    shown = watched.page.inner_text("#origin")
    options = {"--place": "sandbox", "--years": "2", "--seed": "5", "--set": "support_level=0.8"}
    command = ["run", "today", *(word for option in options.items() for word in option), "--json"]
    told = json.loads(subprocess.run([sys.executable, "-m", "sp_abm", *command], capture_output=True, text=True).stdout)
    about = told["provenance"]
    assert f"hash {about['scenario_hash']} · seed {about['seed']} · {about['weeks']} weeks" in shown
    assert OUTREACH_NOTE not in watched.page.inner_text("main")
    assert watched.page.locator("pre").first.text_content() == f"sp-abm {' '.join(command[:-1])}"


def test_the_same_number_stands_in_headline_table_csv_report_and_slides(visit, server):
    pptx = pytest.importorskip("pptx")
    watched = visit()
    watched.go("/explore?scenario=supported-workforce")
    watched.headline()
    watched.settled()
    sentences = dict(
        watched.page.locator(".finding [data-measure]").evaluate_all(
            "all => all.map((it) => [it.dataset.measure, it.innerText])"
        )
    )
    files = {
        name: fetched(f"{server.address}{watched.page.get_attribute(f'a[download={name!r}]', 'href')}")
        for name in ("findings.csv", "report.html", "report.pptx")
    }
    rows = {row["measure"]: row for row in csv.DictReader(io.StringIO(files["findings.csv"].decode()))}
    page = watched.page.text_content("main")
    report = files["report.html"].decode()
    deck = pptx.Presentation(io.BytesIO(files["report.pptx"]))
    frames = [shape for slide in deck.slides for shape in slide.shapes]
    slides = "\n".join(shape.text_frame.text for shape in frames if shape.has_text_frame)
    cells = {tuple(cell.text for cell in row.cells) for shape in frames if shape.has_table for row in shape.table.rows}
    for measure, sentence in sentences.items():
        row = rows[measure]
        assert row["plan"] in sentence.replace(",", "") and sentence in page
        assert sentence in report and sentence in slides
        numbers = (row["baseline"], row["plan"], row["difference"])
        assert any(tuple(cell.replace(",", "") for cell in line[1:4]) == numbers for line in cells)
        assert "".join(f'<td class="number">{number}</td>' for number in numbers) in report
    assert len(report.encode()) <= 1_000_000 and "http" not in report.replace("http://www.w3.org/2000/svg", "").replace(
        "http-equiv", ""
    )
    pictures = [shape for shape in frames if shape.shape_type == 13]
    assert pictures and all(shape._element.nvPicPr.cNvPr.get("descr") for shape in pictures)


def test_two_visitors_never_see_each_others_choices(visit):
    first, second = visit(), visit(theme="dark")
    first.go("/explore?scenario=today&caseload_cap=25")
    second.go("/explore?scenario=horizon-3&years=2&name=Second")
    first.headline(), second.headline()
    move(first, "support_level", 0.9)
    move(second, "caseload_cap", 110)
    first.page.wait_for_url("**support_level=0.9*")
    second.page.wait_for_url("**caseload_cap=110*")
    first.headline(), second.headline()
    assert "Second" not in first.page.inner_text("#app") and "horizon-3" not in first.page.inner_text("#origin")
    assert first.page.input_value("#lever-caseload_cap") == "25"
    assert "today, changed" not in second.page.inner_text("#origin")
    assert first.page.get_attribute("html", "data-theme") == "light"


def test_a_run_in_a_real_place_is_stopped_within_a_second(visit):
    watched = visit()
    watched.go("/explore?scenario=horizon-3&place=average-pcn&years=10&seed=77")
    watched.page.wait_for_selector(".status progress", timeout=60_000)
    watched.page.click("text=Stop")
    watched.page.wait_for_function(
        "() => document.querySelector('.status').innerText.includes('Stopped')", timeout=3_000
    )
    assert watched.page.locator("text=Run again").count() == 1


def test_every_picture_has_title_description_table_and_files(visit, server):
    watched = visit()
    watched.go("/explore")
    watched.headline()
    watched.settled()
    watched.open_panels()
    figures = watched.page.locator(".pictures figure").all()
    assert len(figures) >= 8 and OUTREACH_NOTE in watched.page.inner_text("[data-slide=acceptance]")
    for figure in figures:
        assert figure.locator("svg > title").count() == figure.locator("svg > desc").count() == 1
        assert figure.locator("table tbody tr").count() >= 1
        links = [link.get_attribute("href") for link in figure.locator("a[download]").all()]
        check_files(server, links)


def check_files(server, links):
    assert [urlsplit(link).path.rpartition(".")[2] for link in links] == ["svg", "png", "csv"]
    svg, png, table = (fetched(server.address + link) for link in links)
    assert svg.startswith(b"<svg") and png.startswith(b"\x89PNG") and b"," in table


@pytest.mark.parametrize("page", ["", "compare", "loop", "people"])
def test_pictures_of_the_other_pages_have_tables_and_files_too(visit, server, page):
    watched = visit()
    watched.go(f"/{page}?years=1")
    if not page:
        watched.page.check("#guess-1")
        watched.page.click("text=Reveal")
    watched.page.wait_for_selector("main figure", timeout=90_000)
    assert bool(page) or "The picture shows one of them, seed 1." in watched.page.inner_text("main")
    assert watched.page.locator("main svg").count() == watched.page.locator("main figure svg").count()
    for figure in watched.page.locator("main figure").all():
        assert figure.locator("svg > title").count() == figure.locator("svg > desc").count() == 1
        assert figure.locator("table tbody tr").count() >= 1
        links = [link.get_attribute("href") for link in figure.locator("a[download]").all()]
        check_files(server, links)
    if page == "compare":
        address = watched.page.get_attribute("a[download='comparison.html']", "href")
        assert fetched(server.address + address).startswith(b"<!doctype html>")


def test_outreach_is_shown_over_all_that_acceptance_may_be_and_nothing_else_is(visit):
    """After the range come its ends, under the pictures; without outreach the page says nothing of it."""
    watched, said = visit(), "[data-slide=acceptance]"
    watched.go("/explore?scenario=outreach-without-support&years=1")
    watched.headline()
    ends = "() => document.querySelector('[data-slide=acceptance]')?.innerText.includes('from 20% to 85% accepting')"
    watched.page.wait_for_function(ends)
    assert OUTREACH_NOTE in watched.page.inner_text(said)
    assert "10 pairs of runs" in watched.page.inner_text(".status")
    move(watched, "outreach_share", 0.0)
    watched.page.wait_for_function("() => document.querySelector('#lever-outreach_share').value === '0'")
    watched.headline()
    watched.settled()
    assert watched.page.locator(said).count() == 0
    watched.go("/compare?plan=scenario%3Dtoday%26support_level%3D1%26years%3D1&plan=scenario%3Doutreach-with-support")
    watched.page.wait_for_function("() => document.querySelector('[data-slide=acceptance]')?.innerText.includes('85%')")
    assert watched.page.locator(f"{said} thead th").all_inner_texts() == ["Measure", "outreach-with-support"]
