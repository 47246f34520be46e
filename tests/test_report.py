"""Report: the same numbers from a saved folder as from memory; nothing asked of the network; damage is named."""

import io
import json
import re
import sys

import pytest

from sp_abm.cli import compare as compare_command
from sp_abm.comparison import compare
from sp_abm.errors import BadFile, MissingExtra
from sp_abm.measures import MEASURES
from sp_abm.run import simulate
from sp_abm.viz.findings import findings
from sp_abm.viz.report import report_of
from sp_abm.viz.report_html import MOST_BYTES, as_html
from sp_abm.viz.saved import saved_report
from sp_abm.viz.slides import as_slides


@pytest.fixture(scope="module")
def made():
    return compare(["today", "supported-workforce"], "sandbox", 2, 2, workers=1)


@pytest.fixture
def folder(made, tmp_path):
    compare_command.save(made, tmp_path / "saved")
    return tmp_path / "saved"


def test_a_saved_comparison_gives_the_report_of_the_one_in_memory(made, folder):
    saved, live = saved_report(folder), report_of(made)
    assert saved.title == live.title == "supported-workforce against today"
    assert saved.plans[0].sentences == live.plans[0].sentences
    assert saved.plans[0].findings == live.plans[0].findings == findings(made)
    assert saved.notes == live.notes and saved.origin == live.origin
    assert {picture.name for picture in saved.plans[0].pictures} <= {picture.name for picture in live.plans[0].pictures}


def test_the_page_of_a_report_is_one_small_file_that_asks_for_nothing(made):
    page = as_html(report_of(made))
    assert len(page.encode()) <= MOST_BYTES
    asked = re.findall(r"(?:src|href)\s*=|url\(|@import|<script|<link|<iframe|<img", page)
    assert not asked and "default-src 'none'" in page and '<html lang="en-GB">' in page
    assert page.count("<h1>") == 1 and page.count("<svg") == len(report_of(made).plans[0].pictures)


def test_every_picture_on_the_slides_has_words_for_those_who_do_not_see_it(made):
    pptx = pytest.importorskip("pptx")
    deck = pptx.Presentation(io.BytesIO(as_slides(report_of(made))))
    shapes = [shape for slide in deck.slides for shape in slide.shapes]
    pictures = [shape for shape in shapes if shape.shape_type == 13]
    assert len(pictures) == len(report_of(made).plans[0].pictures)
    assert all(len(shape._element.nvPicPr.cNvPr.get("descr")) > 20 for shape in pictures)
    assert all(slide.shapes.title.text_frame.text for slide in deck.slides)
    for shape in pictures:
        assert shape.left >= 0 and shape.left + shape.width <= deck.slide_width


def test_slides_say_which_extra_they_need(made, monkeypatch):
    monkeypatch.setitem(sys.modules, "pptx", None)
    with pytest.raises(MissingExtra, match=r"A PowerPoint file needs pptx, .* pip install 'sp_abm\[slides\]'"):
        as_slides(report_of(made))


def test_a_saved_run_alone_compares_nothing(tmp_path):
    results = simulate("today", years=1)
    results.save(tmp_path / "run")
    report = saved_report(tmp_path / "run")
    page = as_html(report)
    assert report.is_alone and report.title == "today" and "than today" not in page
    assert "one throw of luck" in page.lower() and results.provenance["scenario_hash"] in page
    assert all(f">{measure.label.replace('&', '&amp;')}<" in page for measure in MEASURES.values())
    assert as_slides(report)


def test_a_folder_without_results_and_a_damaged_one_are_named(folder, tmp_path):
    with pytest.raises(BadFile, match="holds no results"):
        saved_report(tmp_path / "nothing")
    content = json.loads((folder / "comparison.json").read_text("utf-8"))
    (folder / "comparison.json").write_text(json.dumps(content | {"arms": 3}), "utf-8")
    with pytest.raises(BadFile, match=r"comparison.json is damaged"):
        saved_report(folder)


@pytest.mark.parametrize(
    "hostile",
    [
        '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg"><rect onclick="alert(1)"/></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg"><image href="http://example.org/x.png"/></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg"><rect fill="URL(http://example.org/x.svg#x)"/></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg"><rect style="background: red"/></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg"><!-- --!><img src=x> --></svg>',
        '<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg xmlns="http://www.w3.org/2000/svg"><title>&a;</title></svg>',
        "no picture",
    ],
)
def test_a_picture_that_was_not_drawn_here_is_not_put_into_a_report(folder, hostile):
    next(folder.glob("figures/1-*/stages.svg")).write_text(hostile, "utf-8")
    with pytest.raises(BadFile, match=r"stages\.svg"):
        saved_report(folder)
