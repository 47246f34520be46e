"""Slides: the report as a PowerPoint file, every picture with words for those who do not see it."""

import io
from typing import Any, Final

from sp_abm.caveats import NOT_A_FORECAST
from sp_abm.extras import extra
from sp_abm.viz.findings import Finding, intervals_in_words
from sp_abm.viz.headline import HEADLINE_MEASURES
from sp_abm.viz.png import to_png
from sp_abm.viz.report import Plan, Report

_WIDE, _HIGH, _MARGIN = 13.333, 7.5, 0.6
_LARGE, _PLAIN, _SMALL = 30, 20, 12
_ROWS: Final = (*HEADLINE_MEASURES, "share_distress", "burnout_mean", "n_waiting", "cost_total_gbp")
"""The measures on the slide of numbers; the notes below it hold the rest."""
_TITLE_ONLY: Final = 5
_HEADS: Final = ("Difference", "95% interval", "Verdict")


def as_slides(report: Report) -> bytes:
    """Return the report as a PowerPoint file; raises `MissingExtra` where the library is not installed."""
    deck = extra("pptx", "slides", "A PowerPoint file").Presentation()
    from pptx.util import Inches

    deck.slide_width, deck.slide_height = Inches(_WIDE), Inches(_HIGH)
    deck.core_properties.title, deck.core_properties.author = report.title, "sp_abm"
    _words(deck, report.title, [*report.notes, *report.origin])
    for plan in report.plans:
        _words(deck, plan.name, [*plan.sentences, *filter(None, (plan.doubt, plan.accepted))])
        _numbers(deck, report, plan)
        for picture in plan.pictures:
            _picture(deck, picture.title, picture.description, to_png(picture.svg))
    if report.again:
        _words(deck, "Make it again", list(report.again.values()), _SMALL)
    stream = io.BytesIO()
    deck.save(stream)
    return stream.getvalue()


def _slide(deck: Any, title: str) -> Any:
    from pptx.util import Inches, Pt

    slide = deck.slides.add_slide(deck.slide_layouts[_TITLE_ONLY])
    heading = slide.shapes.title
    heading.left, heading.top, heading.width = Inches(_MARGIN), Inches(0.3), Inches(_WIDE - 2 * _MARGIN)
    heading.height = Inches(1)
    heading.text_frame.text = title
    heading.text_frame.paragraphs[0].runs[0].font.size = Pt(_LARGE)
    _box(slide, [f"{NOT_A_FORECAST}."], _HIGH - 0.6, 0.4, _SMALL)
    return slide


def _box(slide: Any, lines: list[str], top: float, height: float, size: int) -> None:
    from pptx.util import Inches, Pt

    frame = slide.shapes.add_textbox(
        Inches(_MARGIN), Inches(top), Inches(_WIDE - 2 * _MARGIN), Inches(height)
    ).text_frame
    frame.word_wrap = True
    for position, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if position == 0 else frame.add_paragraph()
        run = paragraph.add_run()
        run.text, run.font.size = line, Pt(size)
        paragraph.space_after = Pt(size / 2)


def _words(deck: Any, title: str, lines: list[str], size: int = _PLAIN) -> None:
    _box(_slide(deck, title), lines, 1.5, _HIGH - 2.2, size)


def _numbers(deck: Any, report: Report, plan: Plan) -> None:
    from pptx.util import Inches, Pt

    slide = _slide(deck, f"{plan.name}: numbers")
    found = {entry.measure: entry for entry in plan.findings}
    heads = ["Measure", "Value"] if report.is_alone else ["Measure", report.baseline, plan.name, *_HEADS]
    rows = [heads, *(_row(found[measure], report.is_alone) for measure in _ROWS)]
    shape = slide.shapes.add_table(
        len(rows), len(heads), Inches(_MARGIN), Inches(1.5), Inches(_WIDE - 2 * _MARGIN), Inches(4)
    )
    for y, row in enumerate(rows):
        for x, text in enumerate(row):
            cell = shape.table.cell(y, x)
            cell.text = text
            for run in cell.text_frame.paragraphs[0].runs:
                run.font.size = Pt(_SMALL + 1)
    shape._element.nvGraphicFramePr.cNvPr.set(
        "descr", f"Numbers of {plan.name}, each with its unit{intervals_in_words(plan.findings)}"
    )
    every = [_row(entry, report.is_alone) for entry in plan.findings]
    slide.notes_slide.notes_text_frame.text = "\n".join("; ".join(row) for row in every)


def _row(entry: Finding, is_alone: bool) -> list[str]:
    label = f"{entry.label}, {entry.unit}"
    if is_alone:
        return [label, entry.plan]
    return [label, entry.baseline, entry.plan, entry.difference, entry.range, entry.verdict]


def _picture(deck: Any, title: str, description: str, png: bytes) -> None:
    from pptx.util import Inches

    slide = _slide(deck, title)
    picture = slide.shapes.add_picture(io.BytesIO(png), Inches(_MARGIN), Inches(1.3), height=Inches(_HIGH - 2.0))
    most = Inches(_WIDE - 2 * _MARGIN)
    if picture.width > most:
        picture.height, picture.width = round(picture.height * most / picture.width), most
    picture.left = round((Inches(_WIDE) - picture.width) / 2)
    picture._element.nvPicPr.cNvPr.set("descr", f"{title}. {description}")
