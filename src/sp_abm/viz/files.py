"""Files: what can be taken away from a page, each made anew from what the link asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sp_abm.comparison import Comparison
from sp_abm.errors import BadValue, unknown
from sp_abm.viz.again import as_toml, file_name
from sp_abm.viz.asked import Asked, asked_in
from sp_abm.viz.drawn import WIDTH, pictures
from sp_abm.viz.figures import FIGURES
from sp_abm.viz.findings import as_csv, dictionary_csv, findings
from sp_abm.viz.pages.running import answer, place_of, served_place
from sp_abm.viz.png import to_png
from sp_abm.viz.report import report_of
from sp_abm.viz.report_html import as_html
from sp_abm.viz.slides import as_slides

_KINDS: Final = {
    "csv": "text/csv; charset=utf-8",
    "toml": "application/toml; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
OWN_FIELDS: Final = ("theme", "width")


@dataclass(frozen=True)
class File:
    """A file to hand out: its name, what kind it is, and its bytes."""

    name: str
    kind: str
    content: bytes


def _text(make: Callable[[Comparison], str]) -> Callable[[Asked, Comparison], bytes]:
    return lambda _, comparison: make(comparison).encode()


_MADE: Final[Mapping[str, Callable[[Asked, Comparison], bytes]]] = {
    "findings.csv": _text(lambda comparison: as_csv(findings(comparison))),
    "weekly.csv": _text(lambda comparison: comparison.first[1].weekly.to_csv()),
    "report.html": lambda asked, comparison: as_html(report_of(comparison, asked)).encode(),
    "report.pptx": lambda asked, comparison: as_slides(report_of(comparison, asked)),
}


def made_file(name: str, query: str, theme: str = "light") -> File:
    """Return a file by name as the link asks for it; raises `UnknownName` or `BadValue`."""
    asked = asked_in(query, Asked(place=served_place().key), OWN_FIELDS)
    place_of(asked)
    stem, _, ending = name.partition(".")
    if name == "dictionary.csv":
        return File(name, _KINDS["csv"], dictionary_csv().encode())
    if name == "scenario.toml":
        return File(f"{file_name(asked)}.toml", _KINDS["toml"], as_toml(asked).encode())
    if name in _MADE:
        return File(f"{file_name(asked)}-{name}", _KINDS[ending], _MADE[name](asked, answer(asked, max(1, asked.runs))))
    if stem in FIGURES and ending in ("svg", "png", "csv"):
        return File(f"{file_name(asked)}-{name}", _KINDS[ending], _figure(asked, stem, ending, theme))
    known = ["dictionary.csv", "scenario.toml", *_MADE, *(f"{figure}.svg" for figure in FIGURES)]
    raise unknown("file", name[:40], known, "the link")


def _figure(asked: Asked, name: str, ending: str, theme: str) -> bytes:
    if theme not in ("light", "dark"):
        raise BadValue("theme (the link) must be light or dark.")
    picture = pictures(answer(asked), [name], theme, WIDTH)[name]
    if ending == "csv":
        return picture.table.csv().encode()
    return to_png(picture.svg) if ending == "png" else picture.svg.encode()
