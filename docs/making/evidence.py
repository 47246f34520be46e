"""The page of the evidence: every published figure that something in the model leans on, and every target."""

import re
from pathlib import Path

from making.markdown import MADE, anchored, link, page, table
from sp_abm.declare import Fact
from sp_abm.evidence import Evidence, evidence, ids_in, targets
from sp_abm.levers import LEVERS
from sp_abm.parameters import all_facts

HEAD = f"""{MADE}

A source of a parameter, a lever or a target names rows of these tables: W is the workforce, EO are outcomes, POP is the
population; C and P are [targets](#targets). Here are the rows that the model leans on. *Confidence* runs from 1 to 5
and is the judgement of those who collected the row. A row that was not held against its source says so, and nothing
that rests on such rows alone is graded better than assumed.

The whole tables, with more than is used, lie in `src/sp_abm/data/evidence/`."""
TARGETS = """A target is a statistic with the interval that the evidence gives it. `sp-abm validate` computes each from
runs and says *meets*, *near* (within half the interval's width outside) or *misses*. Calibration targets were looked at
when values were chosen; patterns were kept for checking, but some share a figure with a parameter
([which](odd.md#1-purpose-and-patterns)); input checks only show that what was put in comes out."""
PROSE = Path(__file__).parent / "prose"
_CITED = re.compile(r"\[\[((?:EO|POP-|W)\d{3})\]\]")
_ID = re.compile(r"\b(EO|POP-|W|C|P)(\d{2,3})\b")


def linked(text: str) -> str:
    """Return a source with each id a link to its row."""
    known = {*evidence(), *targets()}
    return _ID.sub(lambda found: link("evidence.md", found[0], found[0]) if found[0] in known else found[0], text)


def cited() -> dict[str, list[str]]:
    """Return what names each row of the evidence: parameters, levers and targets."""
    facts: list[tuple[str, Fact]] = [(full, fact) for full, fact, _ in all_facts()]
    found: dict[str, list[str]] = {}
    for name, fact in facts:
        for each in ids_in(fact.source):
            found.setdefault(each, []).append(link("parameters.md", name))
    for name, fact in LEVERS.items():
        for each in ids_in(fact.source):
            found.setdefault(each, []).append(link("scenarios.md", name))
    for name, target in targets().items():
        for each in ids_in(target.evidence):
            found.setdefault(each, []).append(link("", name, name))
    for each in in_prose():
        found.setdefault(each, []).append("this book")
    return found


def in_prose() -> list[str]:
    """Return the ids that pages written by hand name as evidence, in order."""
    texts = [path.read_text("utf-8") for path in sorted(PROSE.glob("*.md"))]
    return sorted({each for text in texts for each in _CITED.findall(text)})


def figure(row: Evidence) -> str:
    """Return a published figure as a number with its range and unit."""
    value = "no number" if row.value is None else f"{row.value:,.10g}"
    bounds = "" if row.low is None and row.high is None else f" ({end(row.low)} to {end(row.high)})"
    return f"{value}{bounds} {row.unit}".strip()


def end(value: float | None) -> str:
    """Return one end of a range, as far as it is known."""
    return "?" if value is None else f"{value:,.10g}"


def source(row: Evidence) -> str:
    """Return who says so, where, and whether that was checked."""
    title = f"[{row.title}]({row.url})" if row.url else row.title
    authors = f"{row.authors}: " if row.authors else ""
    doubt = "" if row.is_checked else " **Not checked against the source.**"
    return f"{authors}{title}, {row.year} ({row.where}).{doubt}"


def evidence_page() -> str:
    """Return the page of the rows that are leant on, and of the targets."""
    names = cited()
    rows = [
        (anchored(row.id), row.quantity, figure(row), row.population, source(row), str(row.confidence),
         ", ".join(names[row.id]))
        for row in evidence().values()
        if row.id in names
    ]  # fmt: skip
    head = ("id", "what", "figure", "of whom", "source", "confidence", "used by")
    aims = [
        (anchored(one.id), one.kind, one.statistic, f"{one.low:g} to {one.high:g}", one.unit, f"{one.run}, {one.place}",
         one.window, linked(one.evidence))
        for one in targets().values()
    ]  # fmt: skip
    return page(
        "Evidence and targets", HEAD, "## Published figures", table(head, rows), "## Targets", TARGETS,
        table(("id", "kind", "statistic", "interval", "unit", "run and place", "window", "evidence"), aims),
    )  # fmt: skip
