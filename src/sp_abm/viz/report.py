"""Report: what is said of a plan on paper: headline, doubt, numbers, pictures, and how to make it again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sp_abm.caveats import NOT_A_FORECAST, NOT_REAL
from sp_abm.comparison import Comparison
from sp_abm.viz.acceptance import range_in_words, words_of_run
from sp_abm.viz.again import as_command, as_python
from sp_abm.viz.asked import Asked
from sp_abm.viz.drawn import material_of, names_of, pictures
from sp_abm.viz.figures import Picture
from sp_abm.viz.findings import FIRST_SET, Finding, findings, ranges_in_words, runs_in_words
from sp_abm.viz.headline import doubt, headline
from sp_abm.viz.words import as_sentence, outreach_note

ONE_THROW: Final = "one run is one throw of luck: it says nothing about what a plan changes"


@dataclass(frozen=True)
class Plan:
    """One plan against the baseline: sentences, what they rest on, every number, and pictures.

    `accepted` says what outreach comes to with few and with many accepting it, where that is known.
    """

    name: str
    sentences: tuple[str, ...]
    doubt: str
    findings: tuple[Finding, ...]
    pictures: tuple[Picture, ...]
    accepted: str = ""


@dataclass(frozen=True)
class Report:
    """A whole report; `origin` says what was run, `again` how to run it once more; alone, a run has no baseline."""

    title: str
    baseline: str
    origin: tuple[str, ...]
    notes: tuple[str, ...]
    plans: tuple[Plan, ...]
    is_alone: bool = False
    again: Mapping[str, str] = field(default_factory=dict)


def report_of(comparison: Comparison, asked: Asked | None = None) -> Report:
    """Return the report of a comparison; `asked` adds how to make it again."""
    pairs = len(comparison.seeds)
    again = {"command": as_command(asked, pairs), "python": as_python(asked, pairs)} if asked else {}
    again = {way: text for way, text in again.items() if text}
    materials = [material_of(comparison, arm) for arm in range(1, len(comparison.arms))]
    drawn = [tuple(pictures(material, names_of(material)).values()) for material in materials]
    return replace(report_with(comparison, comparison.first[0].provenance, drawn), again=again)


def report_with(
    comparison: Comparison, about: Mapping[str, Any], drawn: Sequence[tuple[Picture, ...]], is_alone: bool = False
) -> Report:
    """Return the report of a comparison with pictures that are there already; `about` says where and how long."""
    pairs = len(comparison.seeds)
    plans = tuple(
        Plan(
            comparison.arms[arm],
            tuple(sentence.words for sentence in headline(comparison, arm)),
            "" if is_alone else doubt(comparison, arm),
            findings(comparison, arm),
            drawn[arm - 1],
            words_of_run(about.get("acceptance", {})) if is_alone else range_in_words(comparison, arm),
        )
        for arm in range(1, len(comparison.arms))
    )
    names = " and ".join(plan.name for plan in plans)
    title = names if is_alone else f"{names} against {comparison.arms[0]}"
    doubts = ONE_THROW if is_alone else runs_in_words(pairs, comparison.n_sets)
    ranges = ranges_in_words(pairs, comparison.n_sets)
    notes = [f"{NOT_A_FORECAST}.", as_sentence(doubts), ranges, _place_note(about)]
    notes.append(outreach_note(*comparison.scenarios))
    return Report(
        title, comparison.arms[0], _origin(comparison, about, is_alone), tuple(filter(None, notes)), plans, is_alone
    )


def _origin(comparison: Comparison, about: Mapping[str, Any], is_alone: bool) -> tuple[str, ...]:
    seeds = comparison.seeds
    luck = f"seed {seeds[0]}" if len(seeds) == 1 else f"seeds {seeds[0]} to {seeds[-1]}"
    lines = [f"{about['place_name']}, {about['residents']:,} residents; {about['weeks']} weeks; {luck}"]
    own = f", with {FIRST_SET}" if comparison.n_sets else ""
    arms = range(int(is_alone), len(comparison.arms))
    scenarios = (comparison.scenario(arm, 0) for arm in arms)
    return (*lines, *(f"Scenario ‘{scenario.name}’{own}, hash {scenario.hash}" for scenario in scenarios))


def _place_note(about: Mapping[str, Any]) -> str:
    return "" if about.get("place_is_real", True) else as_sentence(str(about.get("place_note") or NOT_REAL))
