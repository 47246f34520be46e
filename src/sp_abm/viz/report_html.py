"""Report as HTML: one file that asks nothing of the network and opens from a memory stick."""

from pathlib import Path
from typing import Final

from sp_abm.viz.figures import Picture
from sp_abm.viz.pages.markup import details, findings_table, table, tag, words
from sp_abm.viz.report import Plan, Report

MOST_BYTES: Final = 1_000_000
_STYLE: Final = Path(__file__).with_name("report.css")
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def as_html(report: Report) -> str:
    """Return the report as one HTML file; where it would be too large, the last pictures are left out and named."""
    n_pictures = max((len(plan.pictures) for plan in report.plans), default=0)
    while True:
        page = _page(report, n_pictures)
        if len(page.encode()) <= MOST_BYTES or n_pictures == 0:
            return page
        n_pictures -= 1


def _page(report: Report, n_pictures: int) -> str:
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"{words('title', report.title)}<style>{_STYLE.read_text('utf-8')}</style>"
    )
    top = words("h1", report.title) + "".join(words("p", note, class_="note") for note in report.notes)
    plans = "".join(_plan(plan, report, n_pictures) for plan in report.plans)
    origin = tag("section", words("h2", "What was run"), *(words("p", line) for line in report.origin), _again(report))
    main = tag("main", top, plans, origin)
    return f'<!doctype html><html lang="en-GB"><head>{head}</head><body>{main}</body></html>\n'


def _plan(plan: Plan, report: Report, n_pictures: int) -> str:
    lead = tag("div", *(words("p", sentence) for sentence in plan.sentences), class_="headline")
    shown = "".join(map(_picture, plan.pictures[:n_pictures]))
    left_out = [picture.title for picture in plan.pictures[n_pictures:]]
    if left_out:
        shown += words("p", f"Left out, so that the file stays small: {'; '.join(left_out)}.")
    caption = f"Every measure: {plan.name}"
    if report.is_alone:
        rows = [(entry.label, entry.unit, entry.plan) for entry in plan.findings]
        numbers = table(caption, ["Measure", "Unit", "Value"], rows, numeric_from=2)
    else:
        numbers = findings_table(caption, plan.findings, report.baseline, plan.name)
    doubts = "".join(words("p", said) for said in (plan.doubt, plan.accepted) if said)
    return tag("section", words("h2", plan.name), lead, doubts, shown, details("All numbers", numbers))


def _picture(picture: Picture) -> str:
    panel = ""
    if picture.table.rows:
        rows = table(picture.title, picture.table.columns, picture.table.shown())
        panel = tag("figcaption", details(f"Table: {picture.title}", rows))
    return tag("figure", picture.svg, panel)


def _again(report: Report) -> str:
    if not report.again:
        return ""
    return words("h2", "Make it again") + "".join(tag("pre", words("code", text)) for text in report.again.values())
