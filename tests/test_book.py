"""The book: made pages in step with the model, a place to link to for every name, links that lead somewhere."""

import re
from pathlib import Path

import pytest

from making.cards import changes
from making.columns import anchor
from making.hooks import completed, named
from making.markdown import slug, table
from making.pages import PAGES
from making.references import reference
from making.sources import ENTITIES, sources
from making.tests_of import WOULD_TEST, what_would_test
from sp_abm.declare import columns_of
from sp_abm.errors import UnknownName
from sp_abm.evidence import evidence, targets
from sp_abm.levers import LEVERS
from sp_abm.loops import LINKS, LOOPS
from sp_abm.measures import MEASURES
from sp_abm.parameters import all_facts
from sp_abm.scenario import load, scenario_names
from sp_abm.schedule import NAMES
from sp_abm.world import FLOWS, TABLES

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
WRITTEN = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md") if "making" not in path.parts)
NAMED = {
    "model/measures.md": (*MEASURES, *FLOWS),
    "model/scenarios.md": (*LEVERS, *scenario_names()),
    "model/links.md": (*LINKS, *LOOPS),
    "model/week.md": NAMES,
    "model/columns.md": [anchor(name, column) for name, entity in ENTITIES.items() for column in columns_of(entity)],
    "model/evidence.md": list(targets()),
    "model/parameters.md": [full for full, _, _ in all_facts()],
}
"""By page, the names that must be places to link to."""


def anchors(page):
    """Return the places of a page that a link can lead to: its headings, and what has an id."""
    text = without_code((DOCS / page).read_text("utf-8"))
    headings = [re.sub(r"[^\w\s-]", "", line.strip("# ")) for line in text.splitlines() if line.startswith("#")]
    return {re.sub(r"[-\s]+", "-", heading).strip("-").lower() for heading in headings} | set(
        re.findall(r'id="([^"]+)"', text)
    )


def without_code(text):
    """Return a page without its blocks of code, in which a link is none."""
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", PAGES)
def test_a_made_page_is_in_step_with_the_model(name):
    assert (DOCS / name).read_text("utf-8") == PAGES[name](), f"{name}: run python docs/make_pages.py"


@pytest.mark.parametrize("page", NAMED)
def test_every_name_is_a_place_on_its_page_that_others_can_link_to_and_once(page):
    found = anchors(page)
    assert [name for name in NAMED[page] if slug(name) not in found] == []
    ids = re.findall(r'id="([^"]+)"', (DOCS / page).read_text("utf-8"))
    assert len(ids) == len(set(ids))


def rows(page):
    """Return the rows of the tables of a page, by the name that stands first."""
    found = re.findall(r'^\| <a id="([^"]+)".*$', (DOCS / page).read_text("utf-8"), re.MULTILINE)
    lines = re.findall(r'^\| <a id=".*$', (DOCS / page).read_text("utf-8"), re.MULTILINE)
    return dict(zip(found, lines, strict=True))


def test_a_name_in_prose_that_is_declared_nowhere_is_refused_with_the_nearest():
    assert (
        reference("strain.sd_trait", way="../model/") == "[`strain.sd_trait`](../model/parameters.md#strain.sd_trait)"
    )
    with pytest.raises(UnknownName, match=r"strain\.sd_trait"):
        reference("strain.sd_trai")


def test_the_longest_beginning_says_what_would_test_a_number_and_none_is_idle():
    names = [full for full, _, _ in all_facts()]
    assert what_would_test("outreach.uses_data").startswith("Nothing")
    with pytest.raises(KeyError):
        what_would_test("nobody.knows")
    assert [start for start in WOULD_TEST if not any(full.startswith(start) for full in names)] == []


def test_every_parameter_leads_to_its_evidence_or_says_that_there_is_none():
    table_of = rows("model/parameters.md")
    for full, fact, _ in all_facts():
        leads = "evidence.md#" in table_of[full]
        assert leads or re.match("assumed|fitted|places|expert", fact.source), f"{full}: {fact.source}"


def test_every_row_of_evidence_names_who_says_so_and_what_leans_on_it():
    table_of = rows("model/evidence.md")
    for name, row in evidence().items():
        if name in table_of:
            assert row.title in table_of[name] and (row.url in table_of[name])
            assert re.search(r"this book|\]\((parameters|scenarios)\.md#|\]\(#", table_of[name]), name


def test_the_tables_of_the_book_are_those_of_the_world():
    assert tuple(ENTITIES) == TABLES


def test_every_flow_is_counted_by_a_submodel_and_every_link_used_by_one():
    assert {flow for source in sources() for flow in source.flows} == set(FLOWS)
    assert {link for source in sources() for link in source.links} <= set(LINKS)
    assert next(source.questions for source in sources() if source.name == "turnover") == ("turnover", "handed_on")


@pytest.mark.parametrize("page", WRITTEN)
def test_every_link_of_a_page_leads_to_a_page_and_a_place_on_it(page):
    text = without_code((DOCS / page).read_text("utf-8"))
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?:", target):
            continue
        path, _, place = target.partition("#")
        there = (DOCS / page).parent / path if path else DOCS / page
        if not there.is_file() or (place and place not in anchors(there.resolve().relative_to(DOCS).as_posix())):
            broken.append(target)
    assert broken == []


def test_a_page_that_is_not_written_is_left_out_and_one_that_is_not_named_follows_its_folder():
    nav = ["index.md", {"Model": ["model/a.md", "model/later.md"]}, {"Later": ["later.md"]}]
    pages = ["alone.md", "index.md", "model/a.md", "model/new.md"]
    assert completed(nav, pages) == ["index.md", {"Model": ["model/a.md", "model/new.md"]}, "alone.md"]
    assert sorted(named(completed(nav, pages))) == pages


def reading_age(text):
    """Return the age at which a text can be read: Flesch and Kincaid's grade by words and syllables, plus five."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    sentences = [part for part in re.split(r"[.!?:]\s|\n\n|\n- ", text) if re.search("[a-z]", part)]
    words = [word for part in sentences for word in re.findall(r"[A-Za-z']+", part)]
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"(?<=[^l])e$", "", word.lower())))) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59 + 5


def test_the_measure_of_reading_age_tells_a_child_s_book_from_a_contract():
    assert reading_age("The cat sat on the mat. It was warm. The dog came in.") < 7
    legal = "Notwithstanding preceding considerations, contractual obligations necessitate documentation. "
    assert reading_age(legal) > 20


@pytest.mark.parametrize("page", ["plain-description.md", "workshop/guide.md", "workshop/questions.md"])
def test_what_is_written_for_everybody_can_be_read_at_fourteen(page):
    assert reading_age((DOCS / page).read_text("utf-8")) <= 14


def test_a_stroke_in_a_cell_ends_no_cell():
    assert table(("a", "b"), [("x|y", "z")]) == "| a | b |\n| --- | --- |\n| x\\|y | z |"


def test_a_card_speaks_of_years_where_all_steps_are_years_and_of_two_places_of_a_fraction():
    levers = {"support_level": [{"from": 52, "value": 0.4365}, {"from": 104, "value": 0.2}]}
    assert changes(load("today").with_changes(levers)) == [
        "- Support asked for on all five channels: **0.44 after 1 year, then 0.2 after 2 years** (today 0.39)"
    ]
    (said,) = changes(
        load("today").with_changes({"caseload_cap": [{"from": 0, "value": 75}, {"from": 60, "value": 110}]})
    )
    assert "**110 from week 60**" in said
