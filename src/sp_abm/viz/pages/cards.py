"""Cards: behind every control what it means, its value and range, and where it comes from."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from sp_abm.declare import Fact
from sp_abm.evidence import Evidence, evidence, ids_in
from sp_abm.levers import CHOICES, DEFAULTS, LEVERS, SWITCHES, shown
from sp_abm.places import Place, Source
from sp_abm.plausible import plausible_sets
from sp_abm.scenario import WARM_UP, Scenario
from sp_abm.viz.amounts import plain
from sp_abm.viz.asked import MOST_BYTES, MOST_SEED, MOST_YEARS
from sp_abm.viz.pages.markup import tag, words

LEVER_WORDS: Final[Mapping[str, tuple[str, str, float, float, float]]] = {
    "support_level": ("Support", "of full support", 0, 1, 0.05),
    "outreach_share": ("Outreach", "of their time with people", 0, 0.5, 0.05),
    "caseload_cap": ("Caseload cap", "open cases each", 25, 110, 5),
    "posts_per_10000": ("Posts", "for 10,000 residents", 0, 2, 0.05),
}
"""The four levers of the first screen: label, unit, and the ends and the step of the slider."""
_CHOSEN: Final = "the modeller's choice, not evidence"


def lever_card(name: str) -> str:
    """Return what stands behind a lever."""
    fact = LEVERS[name]
    return _card(fact, plain(shown(name, DEFAULTS[name])), _range(name, fact), "Today")


def fact_card(fact: Fact, value: float) -> str:
    """Return what stands behind a parameter."""
    return _card(fact, f"{value:g}", f"{fact.low:g} to {fact.high:g}", "Value")


def scenario_card(scenario: Scenario) -> str:
    """Return what stands behind a scenario, as its file says it, and which levers it moves."""
    moved = ", ".join(name.replace("_", " ") for name in (*scenario.levers, *scenario.parameters))
    lines = {"Why": scenario.why, "Expected": scenario.expected, "Moves": moved or "nothing: all as today"}
    return _lines({**lines, "Source": f"{_CHOSEN}; what is expected of it is a hypothesis"}, ())


def place_card(place: Place) -> str:
    """Return what stands behind a place: what it is, how large, and where each of its facts comes from."""
    kind = "a real place" if place.is_real else "invented"
    lines = {
        "What": f"{place.name}: {kind}" + (f"; {place.note}" if place.note else ""),
        "Residents": f"{place.residents:,}",
        "Services": f"{place.n_practices} practices, {place.n_pcns} PCNs, {place.n_organisations} organisations",
        "As England": ", ".join(map(_spoken, place.filled)),
    }
    facts: dict[Source, list[str]] = {}
    for name, source in place.sources.items():
        facts.setdefault(source, []).append(_spoken(name))
    return _lines(lines, (_place_source(source, names) for source, names in facts.items()))


def _spoken(name: str) -> str:
    return name.removeprefix("n_").replace("_", " ")


def _place_source(source: Source, names: Iterable[str]) -> str:
    title, address, year = source
    named = words("a", title, href=address, rel="noreferrer") if address.startswith("http") else words("i", title)
    return words("span", f"{', '.join(names)}: ") + named + words("span", f" ({year})" if year else "")


def years_card() -> str:
    """Return what stands behind the years of a run."""
    meaning = (
        f"how long both plans run, from the first day of the scenario; before it the place settles under {WARM_UP}"
    )
    return _lines({"Meaning": meaning, "Allowed": f"1 to {MOST_YEARS} on a page", "Source": _CHOSEN}, ())


def seed_card() -> str:
    """Return what stands behind the seed."""
    meaning = (
        "which luck: the same seed gives the same people and the same chances in both plans, so that what differs is "
        "the plan; further pairs of runs take the seeds after it"
    )
    return _lines({"Meaning": meaning, "Allowed": f"0 to {MOST_SEED:,}, whole", "Source": _CHOSEN}, ())


def ranges_card() -> str:
    """Return what stands behind the choice of what ranges are of: the plausible sets, and where they come from."""
    record = _calibration()
    sets, together = plausible_sets(), record["together"]
    own = len(sets[0]) if sets else 0
    lines = {
        "Luck alone": "pairs of runs differ in their luck; every parameter has the value on the page Evidence",
        "Not known": "each pair also takes another plausible set of parameters, the same in both plans, so that ranges "
        "hold what the evidence leaves open about them",
        "Sets": f"{len(sets)} sets of {own} parameters: of {together['tried']} combinations run, those that "
        "no published figure it was fitted to rules out",
        "Not in it": "parameters that were not fitted, and rules that may be wrong",
        "Source": f"{record['command']}, rules {record['model']['model']}; record calibration.json. {record['when']}",
    }
    return _lines(lines, ())


@cache
def _calibration() -> Mapping[str, Any]:
    """Return the shipped record of the calibration that the plausible sets come from."""
    record: Mapping[str, Any] = json.loads(files("sp_abm").joinpath("data", "calibration.json").read_text("utf-8"))
    return record


def person_card() -> str:
    """Return what stands behind the choice of somebody whose life is told."""
    meaning = (
        "whose life is told: a citizen by the number of a dwelling, or a link worker by the number of a post; without "
        "a number, somebody to whom something happens in the first world. One life shows how, not how much"
    )
    return _lines({"Meaning": meaning, "Source": "yours"}, ())


def file_card() -> str:
    """Return what stands behind a scenario of the visitor's own."""
    meaning = (
        "a scenario as you would give it to sp-abm run; every value is held to the bounds of its lever or parameter"
    )
    return _lines({"Meaning": meaning, "Allowed": f"TOML of up to {MOST_BYTES:,} bytes", "Source": "yours"}, ())


def _card(fact: Fact, value: str, range_: str, heading: str) -> str:
    lines = {"Meaning": fact.meaning, heading: f"{value} ({fact.unit})", "Allowed": range_, "Grade": fact.grade.value}
    lines["Source"] = fact.source
    return _lines(lines, [evidence_line(row) for row in evidence_in(fact.source)])


def _lines(lines: Mapping[str, str], sources: Iterable[str]) -> str:
    """Return a card: lines that are not empty under their names, and below them sources as pieces of HTML."""
    rows = "".join(tag("div", words("dt", name), words("dd", line)) for name, line in lines.items() if line)
    known = "".join(tag("li", source) for source in sources)
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
