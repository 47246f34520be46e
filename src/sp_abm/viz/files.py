"""Files: what can be taken away from a page, each made anew from what the link asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sp_abm.comparison import Comparison
from sp_abm.errors import BadValue, unknown
from sp_abm.viz.again import as_toml, file_name
from sp_abm.viz.asked import PAGE_FIELDS, Asked, asked_in, fields_of
from sp_abm.viz.drawn import ELSEWHERE, material_of, pictures
from sp_abm.viz.figures import FIGURES, Need, Picture
from sp_abm.viz.findings import as_csv, dictionary_csv, findings, range_of
from sp_abm.viz.material import Material
from sp_abm.viz.pages.compare import CHARTS, compared, plans_in
from sp_abm.viz.pages.live import known_material
from sp_abm.viz.pages.people import story_of, whom_in
from sp_abm.viz.pages.running import STORE, answer, place_of, served_place
from sp_abm.viz.png import to_png
from sp_abm.viz.report import report_of
from sp_abm.viz.report_html import as_html
from sp_abm.viz.runs import Paired
from sp_abm.viz.slides import as_slides
from sp_abm.viz.table import table
from sp_abm.viz.theme import Theme, checked_theme

_KINDS: Final = {
    "csv": "text/csv; charset=utf-8",
    "toml": "application/toml; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_OF_PICTURES: Final = ("svg", "png", "csv")


@dataclass(frozen=True)
class File:
    """A file to hand out: its name, what kind it is, and its bytes."""

    name: str
    kind: str
    content: bytes


def _differences(comparison: Comparison) -> str:
    """Return every difference as CSV, in which no name that a visitor gave to a plan is a formula."""
    frame = comparison.differences().reset_index()
    frame["interval_of"] = frame["low"].notna().map({True: range_of(comparison.n_sets), False: ""})
    return table(frame.columns, frame.itertuples(index=False, name=None)).csv()


def _accepted(comparison: Paired) -> Paired:
    """Return a comparison with what it comes to with few and with many accepting outreach."""
    return STORE.accepted(comparison, lambda _: None)


_MADE: Final[Mapping[str, Callable[[Asked, Paired], str | bytes]]] = {
    "findings.csv": lambda _, comparison: as_csv(findings(comparison)),
    "weekly.csv": lambda _, comparison: comparison.first[1].weekly.to_csv(),
    "report.html": lambda asked, comparison: as_html(report_of(_accepted(comparison), asked)),
    "report.pptx": lambda asked, comparison: as_slides(report_of(_accepted(comparison), asked)),
}
_OF_PLANS: Final[Mapping[str, Callable[[Paired], str | bytes]]] = {
    "comparison.html": lambda comparison: as_html(report_of(_accepted(comparison))),
    "comparison.pptx": lambda comparison: as_slides(report_of(_accepted(comparison))),
    "comparison.csv": _differences,
}


def made_file(name: str, query: str) -> File:
    """Return a file by name as the link asks for it; raises `UnknownName` or `BadValue`."""
    asked = asked_in(query, Asked(place=served_place().key), PAGE_FIELDS)
    place_of(asked)
    stem, _, ending = name.partition(".")
    if name == "dictionary.csv":
        return File(name, _KINDS["csv"], dictionary_csv().encode())
    if name == "scenario.toml":
        return File(f"{file_name(asked)}.toml", _KINDS["toml"], as_toml(asked).encode())
    if name in _MADE:
        content = _MADE[name](asked, answer(asked, max(1, asked.runs)))
        return File(f"{file_name(asked)}-{name}", _KINDS[ending], _bytes(content))
    if name in _OF_PLANS:
        return File(name, _KINDS[ending], _bytes(_OF_PLANS[name](compared(plans_in(query, asked)))))
    if ending in _OF_PICTURES and stem in (*FIGURES, *CHARTS):
        return File(f"{file_name(asked)}-{name}", _KINDS[ending], _as(ending, _picture(asked, stem, query)))
    known = ["dictionary.csv", "scenario.toml", *_MADE, *_OF_PLANS]
    known += [f"{stem}.{ending}" for stem in (*FIGURES, *CHARTS) for ending in _OF_PICTURES]
    raise unknown("file", name[:40], known, "the link")


def _picture(asked: Asked, name: str, query: str) -> Picture:
    """Return a picture as one of the pages shows it."""
    theme = _theme(query)
    if name in CHARTS:
        return CHARTS[name](compared(plans_in(query, asked)), theme)
    if name in ELSEWHERE:
        return FIGURES[name].picture(known_material(asked, query), theme)
    if FIGURES[name].needs == Need.STORY:
        return FIGURES[name].picture(Material(story=story_of(asked, whom_in(query))), theme)
    return pictures(material_of(answer(asked, max(1, asked.runs))), [name], theme)[name]


def _theme(query: str) -> Theme:
    name = dict(fields_of(query)).get("theme") or "light"
    if name not in ("light", "dark"):
        raise BadValue("theme (the link) must be light or dark.")
    return checked_theme(name)


def _as(ending: str, picture: Picture) -> bytes:
    if ending == "csv":
        return picture.table.csv().encode()
    return to_png(picture.svg) if ending == "png" else picture.svg.encode()


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content
