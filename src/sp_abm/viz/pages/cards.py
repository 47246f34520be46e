"""Cards: behind every control what it means, its value and range, and where it comes from."""

from collections.abc import Mapping
from typing import Final

from sp_abm.declare import Fact
from sp_abm.evidence import Evidence, evidence, ids_in
from sp_abm.levers import CHOICES, DEFAULTS, LEVERS, SWITCHES, shown
from sp_abm.viz.pages.markup import tag, words

LEVER_WORDS: Final[Mapping[str, tuple[str, str, float, float, float]]] = {
    "support_level": ("Support", "of full support", 0, 1, 0.05),
    "outreach_share": ("Outreach", "of their time with people", 0, 0.5, 0.05),
    "caseload_cap": ("Caseload cap", "open cases each", 25, 110, 5),
    "posts_per_10000": ("Posts", "for 10,000 residents", 0, 2, 0.05),
}
"""The four levers of the first screen: label, unit, and the ends and the step of the slider."""


def lever_card(name: str) -> str:
    """Return what stands behind a lever."""
    fact = LEVERS[name]
    return _card(fact, plain(shown(name, DEFAULTS[name])), _range(name, fact), "Today")


def fact_card(fact: Fact, value: float) -> str:
    """Return what stands behind a parameter."""
    return _card(fact, f"{value:g}", f"{fact.low:g} to {fact.high:g}", "Value")


def plain(value: float | str) -> str:
    """Return a value without needless decimals, or a word as it is."""
    return value if isinstance(value, str) else f"{value:.10g}"


def _card(fact: Fact, value: str, range_: str, heading: str) -> str:
    lines = {"Meaning": fact.meaning, heading: f"{value} ({fact.unit})", "Allowed": range_, "Grade": fact.grade.value}
    lines["Source"] = fact.source
    rows = "".join(tag("div", words("dt", name), words("dd", line)) for name, line in lines.items())
    known = "".join(tag("li", evidence_line(row)) for row in evidence_in(fact.source))
    return tag("dl", rows, class_="card-facts") + (tag("ul", known, class_="card-sources") if known else "")


def evidence_in(source: str) -> tuple[Evidence, ...]:
    """Return the published figures that a source names, in its order."""
    return tuple(evidence()[name] for name in ids_in(source) if name in evidence())


def evidence_line(row: Evidence) -> str:
    """Return one published figure as a line, with its address to open by hand."""
    value = "" if row.value is None else f": {row.value:g} {row.unit}"
    title = (
        words("a", row.title, href=row.url, rel="noreferrer") if row.url.startswith("http") else words("i", row.title)
    )
    doubt = "" if row.is_checked else "; not checked against its source"
    about = f"({row.year}; confidence {row.confidence} of 5{doubt})"
    return f"{words('span', f'{row.id}: {row.quantity}{value}')} {title} {words('span', about)}"


def _range(name: str, fact: Fact) -> str:
    if name in CHOICES:
        return ", ".join(CHOICES[name])
    if name in SWITCHES:
        return "on, off"
    bounds = f"{fact.low:g} to {fact.high:g}"
    return bounds if fact.unit == bounds else f"{bounds} {fact.unit}"
