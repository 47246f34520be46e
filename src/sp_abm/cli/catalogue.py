"""What there is: places, scenarios, measures, levers and links."""

import textwrap
from typing import TYPE_CHECKING, Any, Final

import typer

from sp_abm.cli.options import AsJson, examples
from sp_abm.cli.tables import add_heading, by_subject, coverage, plain_table, print_json, screen, wrapped
from sp_abm.viz.amounts import plain

if TYPE_CHECKING:
    from sp_abm.declare import Fact

OWN_PLACE: Final = """\
name = "My town"
residents = 60000
n_practices = 8"""
OWN_SCENARIO: Final = """\
name = "support from the second year"
base = "today"

[levers]
caseload_cap = 50
support_level = [{from = 0, value = 0.39}, {from = 2026-01-05, value = 0.9}]"""

LONG_RUN_WEEKS: Final = 260


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (places, scenarios, measures, levers, links):
        name = command.__name__
        app.command(epilog=examples(name, f"{name} --json"))(command)


def _print_own(kind: str, rest: str, example: str, command: str) -> None:
    console = screen()
    wrapped(console, f"A {kind} of your own is a .toml file such as this; {rest}. Use it: sp-abm {command}")
    console.print(textwrap.indent(f"\n{example}", "  "))


def places(as_json: AsJson = False) -> None:
    """List the places a scenario can be run in."""
    from sp_abm.places import places as shipped

    found = shipped()
    if as_json:
        print_json(
            [
                {"place": key, "name": where.name, "is_real": where.is_real, "note": where.note,
                 "filled_from_england": where.filled, **where.content()}
                for key, where in found.items()
            ]
        )  # fmt: skip
        return
    table = plain_table("Place", "Name", "Residents", "Practices", "Note", right=(2, 3), is_of_names=True)
    for key, where in found.items():
        note = where.note or ("" if where.is_real else "not a real place")
        table.add_row(key, where.name, f"{where.residents:,}", str(where.n_practices), note)
    screen().print(table)
    _print_own("place", "the rest is filled from England", OWN_PLACE, "run today --place my-town.toml")


def scenarios(as_json: AsJson = False) -> None:
    """List the scenarios: why each is there, what to expect, which levers it pulls."""
    from sp_abm.levers import LEVERS, shown
    from sp_abm.scenario import load, scenario_names

    found: list[dict[str, Any]] = []
    for name in scenario_names():
        scenario = load(name)
        pulled = {
            lever: [{"from_week": week, "value": shown(lever, value)} for week, value in scenario.levers[lever]]
            for lever in LEVERS
            if lever in scenario.levers
        }
        found.append({"scenario": name, "why": scenario.why, "expected": scenario.expected, "levers": pulled,
                      "parameters": dict(scenario.parameters), "hash": scenario.hash})  # fmt: skip
    if as_json:
        print_json(found)
        return
    console = screen()
    for entry in found:
        console.print(entry["scenario"], style="bold")
        wrapped(console, entry["why"], 2)
        wrapped(console, f"Expected: {entry['expected']}", 2)
        wrapped(console, f"Levers: {_lever_words(entry['levers'])}", 2)
        console.print()
    _print_own("scenario", "the rest is as in its base", OWN_SCENARIO, "run my-scenario.toml")


def _lever_words(pulled: Any) -> str:
    def steps(timeline: list[dict[str, Any]]) -> str:
        return ", then ".join(
            plain(step["value"]) + (f" from week {step['from_week']}" if step["from_week"] else "") for step in timeline
        )

    return ", ".join(f"{lever} = {steps(timeline)}" for lever, timeline in pulled.items()) or "all as today"


def measures(as_json: AsJson = False) -> None:
    """List the measures: what every run says, in which unit, over which weeks."""
    if as_json:
        print_json(
            [
                {"measure": measure.name, "subject": subject, "label": measure.label, "unit": measure.unit,
                 "theory": measure.theory.value, "kind": measure.kind.value, "window": measure.window.value,
                 "is_by_group": measure.is_by_group, "is_paired": measure.is_paired}
                for subject, members in by_subject()
                for measure in members
            ]
        )  # fmt: skip
        return
    table = plain_table("Measure", "Unit", "Kind", "Theory of change", is_of_names=True)
    for subject, members in by_subject():
        add_heading(table, subject)
        for measure in members:
            words = f"{measure.label}\n  {measure.name}"
            table.add_row(words, measure.unit, measure.kind.value, measure.theory.value)
    screen().print(table)
    wrapped(screen(), f"A stock is a level at the end of a week, a flow what happens in it. {coverage(LONG_RUN_WEEKS)}")
    wrapped(screen(), "The theory of change runs from inputs over activities, outputs and outcomes to impact.")
    wrapped(screen(), "What stands under value is only had from sp-abm compare: it is missing in one run.")


def levers(as_json: AsJson = False) -> None:
    """List the levers a commissioner can pull, with their bounds and today's value."""
    from sp_abm.levers import DEFAULTS, LEVERS, shown

    found = [
        {"lever": name, "meaning": declared.meaning, "unit": declared.unit, **_bounds(name, declared),
         "default": shown(name, DEFAULTS[name]), "source": declared.source}
        for name, declared in LEVERS.items()
    ]  # fmt: skip
    if as_json:
        print_json(found)
        return
    table = plain_table("Lever", "Today", "Allowed", "Meaning and source", right=(1,), is_of_names=True)
    for lever in found:
        allowed = ", ".join(lever["choices"]) if "choices" in lever else f"{lever['low']:g} to {lever['high']:g}"
        if lever["unit"] != allowed and "choices" not in lever:
            allowed += f" {lever['unit']}"
        table.add_row(lever["lever"], plain(lever["default"]), allowed, f"{lever['meaning']} ({lever['source']})")
    screen().print(table)
    screen().print("Pull one with --set, such as sp-abm run today --set support_level=0.9")


def links(as_json: AsJson = False) -> None:
    """List the links of the feedback loops, which --cut can freeze or scale."""
    from sp_abm.loops import LINKS, LOOPS

    if as_json:
        print_json(
            [
                {"link": link.name, "sign": link.sign, "carried_by": link.carrier, "level": link.level.value,
                 "loops": list(link.loops)}
                for link in LINKS.values()
            ]
        )  # fmt: skip
        return
    table = plain_table("Link", "Sign", "Level", "Loops", "Carried by")
    for link in LINKS.values():
        table.add_row(link.name, link.sign, link.level.value, " ".join(link.loops), link.carrier)
    screen().print(table)
    screen().print("Loops: " + "; ".join(f"{name} {words}" for name, words in LOOPS.items()) + ".")
    screen().print("Cut one with sp-abm run supported-workforce --cut 'burnout->intention'")


def _bounds(lever: str, declared: "Fact") -> dict[str, Any]:
    """Return a lever's choices, or its bounds."""
    from sp_abm.levers import CHOICES, SWITCHES

    if lever in CHOICES:
        return {"choices": list(CHOICES[lever])}
    if lever in SWITCHES:
        return {"choices": ["on", "off"]}
    return {"low": declared.low, "high": declared.high}
