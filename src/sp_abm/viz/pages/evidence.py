"""Evidence: why believe it, and why not: every number with its source, targets, limits, trust and doubt."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Final

from sp_abm.declare import Fact
from sp_abm.evidence import KINDS, Target, targets
from sp_abm.levers import DEFAULTS, LEVERS, shown
from sp_abm.parameters import Parameters, all_facts
from sp_abm.validation.record import Recorded, recorded
from sp_abm.validation.verdicts import MEETS
from sp_abm.viz.amounts import plain
from sp_abm.viz.pages.cards import evidence_in
from sp_abm.viz.pages.markup import details, table, tag, words
from sp_abm.viz.pages.ui import component
from sp_abm.viz.pages.widgets import html

TRUST: Final = (
    "Both plans meet the same people and the same luck, so that a difference is what the plan does, not chance.",
    "Every number in a rule has a unit, bounds and a source, or says that it is assumed; all of them are below.",
    "Every difference comes with its interval and a verdict; where it says unclear, it is unclear.",
    "What comes out is not put in: no share of the funnel, wait or leaving rate is a parameter.",
    "Anybody can make each result again, bit for bit: seed, weeks and the scenario’s hash stand beside it.",
)
DOUBT: Final = (
    "Nobody has measured how many people accept outreach: it is assumed, and the model shows what few or many change.",
    "How strongly visible impact moves money is not known, and it decides whether the circle can run away.",
    "The sandbox has many more link workers for its people than any real place, so that something is to be seen.",
    "Most studies of social prescribing have no comparison group; effects before and after flatter a service.",
    "A rule that was right in 2024 may be wrong in 2030, and what the model lacks it cannot show.",
)
LIMITS: Final = (
    "Not for decisions about a person, and no forecast or evaluation of any place’s service.",
    "Effects on the whole population are tiny at today’s density of link workers.",
    "No other service, and nothing in the economy, changes while a plan runs, unless its scenario says so.",
    "Many numbers are assumed: a result is a reason to look closer, not to stop looking.",
)


@component
def Evidence() -> None:
    """Show the whole of the evidence; nothing is run for it."""
    html("div", body())


@cache
def body() -> str:
    """Return the page as markup: it is the same for all."""
    reasons = tag(
        "div",
        tag("section", words("h2", "Five reasons to trust it"), _list(TRUST), data_slide="trust"),
        tag("section", words("h2", "Five reasons to doubt it"), _list(DOUBT), data_slide="doubt"),
        class_="reasons",
    )
    heading = words("h2", "What it must not be used for, and known limits")
    limits = tag("section", heading, _list(LIMITS), class_="panel", data_slide="limits")
    numbers = tag("section", words("h2", "Every number"), _tally(), *_groups(), class_="panel", data_slide="numbers")
    return "".join((reasons, limits, numbers, _targets()))


def _list(lines: tuple[str, ...]) -> str:
    return tag("ol", *(words("li", line) for line in lines))


def _tally() -> str:
    grades = Counter(fact.grade.value for _, fact, _ in all_facts())
    counts = ", ".join(f"{number} {grade}" for grade, number in grades.most_common())
    return words("p", f"{grades.total()} parameters by how good their evidence is: {counts}.")


def _groups() -> Iterator[str]:
    levers = [_row(name, fact, plain(shown(name, DEFAULTS[name])), "") for name, fact in LEVERS.items()]
    yield _panel("Levers", levers)
    for group in Parameters._fields:
        rows = [
            _row(full.partition(".")[2], fact, f"{value:g}", "{:.3g} to {:.3g}".format(*fact.range(value)))
            for full, fact, value in all_facts()
            if full.startswith(f"{group}.")
        ]
        if rows:
            yield _panel(group.replace("_", " ").capitalize(), rows)


def _row(name: str, fact: Fact, value: str, plausible: str) -> list[str]:
    allowed = f"{fact.low:g} to {fact.high:g}"
    return [name, value, fact.unit, allowed, plausible, fact.grade.value, fact.meaning, _source(fact.source)]


def _panel(name: str, rows: list[list[str]]) -> str:
    headings = ["Name", "Value", "Unit", "Allowed", "Plausible", "Grade", "Meaning", "Source"]
    return details(f"{name} ({len(rows)})", table(name, headings, rows, numeric_from=len(headings)))


def _source(source: str) -> str:
    """Return a source with the titles of what its ids stand for."""
    found = [f"{row.id} {row.title} ({row.year})" for row in evidence_in(source)]
    return "; ".join([source, *found])


def _targets() -> str:
    """Return the targets, what the model should reproduce without having been told, beside what it gave."""
    known = recorded()
    rows = [_target(row, known.get(row.id)) for row in targets().values()]
    headings = ["Id", "Statistic", "Unit", "Evidence says", "Model gave (95%)", "Verdict", "Run", "Evidence"]
    listed = table("Targets: what must come out, and what came out", headings, rows, numeric_from=len(headings))
    inside = words("h2", "Targets") + words("p", record_in_words(known.values())) + _scores(known)
    inside += details(f"All {len(rows)} targets", listed)
    return tag("section", inside, class_="panel", data_slide="targets")


def _target(row: Target, found: Recorded | None) -> list[str]:
    said = "-"
    if found and found.mean is not None:
        said = f"{found.mean:g}" if found.low is None else f"{found.mean:g} ({found.low:g} to {found.high:g})"
    verdict = found.verdict if found else "not run"
    return [row.id, row.statistic, row.unit, f"{row.low:g} to {row.high:g}", said, verdict, row.run, row.evidence]


def record_in_words(found: Collection[Recorded]) -> str:
    """Return when and of which version of the rules the model's values are; they are a record, nothing is run here."""
    days = sorted({date.fromisoformat(each.run_on) for each in found})
    when = " and ".join(f"{day.day} {day:%B %Y}" for day in days)
    old = sum(not each.is_of_this_version for each in found)
    of_which = "this version" if not old else "an earlier version"
    rows = f" (in {old} of {len(found)} rows)" if 0 < old < len(found) else ""
    versions = ", ".join(sorted({each.model for each in found}))
    sentences = [
        f"What the model gave is a record of sp-abm validate, run on {when}",
        f"with {of_which} of the rules{rows}: {versions}.",
        *([] if not old else ["What this version gives there may differ."]),
        "The same command computes it anew, which takes hours; the book says how many seeds each row had.",
    ]
    return " ".join(sentences)


def _scores(known: Mapping[str, Recorded]) -> str:
    """Return by kind of row how many the model meets."""
    lines = []
    for kind in KINDS:
        verdicts = Counter(known[row.id].verdict for row in targets().values() if row.kind == kind and row.id in known)
        others = ", ".join(f"{number} {verdict}" for verdict, number in sorted(verdicts.items()) if verdict != MEETS)
        met = f"{kind.capitalize()} rows: {verdicts[MEETS]} of {verdicts.total()} meet the evidence"
        lines.append(words("li", f"{met}{f'; {others}' if others else ''}."))
    return tag("ul", *lines)
