"""Write the pages of the documentation that are made from the model itself: ``python docs/make_pages.py``."""

from collections.abc import Iterable
from pathlib import Path

from sp_abm.declare import Fact
from sp_abm.levers import CHOICES, DEFAULTS, FOLLOWS, LEVERS, SWITCHES, shown
from sp_abm.loops import LINKS, LOOPS
from sp_abm.parameters import Parameters, all_facts
from sp_abm.scenario import START, WARM_UP, Scenario, load, scenario_names
from sp_abm.vocabulary import Role

FOLDER = Path(__file__).parent
OWN_COLUMNS = ("support_level", "caseload_cap", "outreach_share", "posts_per_10000")
SCENARIOS_HEAD = """# Scenarios and levers

This page is made from the model by `python docs/make_pages.py`; a test keeps it in step.

A lever is what a scenario may set, by the week: a number, a choice among words, or on and off. A dated value holds from
its week until the next one; before the first, and where nothing is set, a lever stands as today. A scenario file gives
only what differs from its base. Every value is assumed unless the lever's source, or the file, names evidence (W
workforce, EO outcomes, POP population). Acceptance of outreach and all effects of the toolkit are assumptions."""

LINKS_HEAD = """# Feedback loops and their links

This page is made from the model by `python docs/make_pages.py`; a test keeps it in step.

Each arrow of the systems map is a declared link with a signal of its own: one number a week for each post, practice or
PCN, or for the borough. Cut, a link is *frozen* at the course its signal took in the reference run (the same place,
parameters and luck under today's levers, cut nowhere), or *scaled* (0 = nothing comes through). Links on posts,
practices and the borough come back to the bit when they are frozen at the run itself; links that act on citizens are
frozen at the mean of the PCN. `sp-abm run SCENARIO --cut 'burnout->intention' --cut 'load->burnout=0.5'`,
`simulate(..., cut=[...])`, or a table `[cut]` in a scenario file.

Some signals are nothing under today's levers (toolkit, investment, support beyond today's): frozen there, they are as
good as cut off. A few cuts are one-sided, since what did not happen cannot be taken from the run: a frozen vacancy is
filled at once where the reference run had fewer; a leaver's cases go unnoticed where the reference run had fewer."""


PARAMETERS_HEAD = """# Parameters

This page is made from the model by `python docs/make_pages.py`; a test keeps it in step.

Every number in a rule, with its value, the range it may plausibly lie in, how good its evidence is, and its source: ids
of evidence (W workforce, EO outcomes, POP population) or of targets (C, P). *Measured* is read off a source, *derived*
worked out from or fitted to sources, *expert* judged in their light, *assumed* means that nobody measured it, or that
the figure was not checked against its source. Ranges are those of the evidence; where it has none they reach 10, 25, 40
or 50% either way, by grade. A range is drawn from evenly, or, where the value is measured or derived, in a triangle
over it; constants are fixed. `sp-abm parameters NAME` gives the links, and the rules that read it."""


def words(lever: str, value: float) -> str:
    """Return a lever's value as it is written in a scenario file."""
    seen = shown(lever, value)
    return f"{seen:g}" if isinstance(seen, float) else seen


def steps(scenario: Scenario, lever: str) -> str:
    """Return a lever's values in a scenario, each with the week it begins in."""
    timeline = scenario.levers.get(lever, ((0, DEFAULTS[lever]),))
    return ", ".join(words(lever, value) + (f" from week {week}" if week else "") for week, value in timeline)


def others(scenario: Scenario) -> str:
    """Return what else a scenario sets: further levers, parameters, the world it starts from."""
    set_here = [name for name in scenario.levers if name not in OWN_COLUMNS]
    found = [
        f"`{name}` {steps(scenario, name)}" for name in set_here if steps(scenario, name) != words(name, DEFAULTS[name])
    ]
    found += [f"`{name}` {value:g}" for name, value in scenario.parameters.items()]
    found += [f"starts {scenario.start}"] if scenario.start != START else []
    return "; ".join(found + ([f"warm-up under `{scenario.warm_up}`"] if scenario.warm_up != WARM_UP else []))


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table."""
    head = list(head)
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows))


def lever_row(name: str) -> list[str]:
    """Return what a reader needs to know of one lever."""
    fact = LEVERS[name]
    bounds = ", ".join(CHOICES[name]) if name in CHOICES else f"{fact.low:g} to {fact.high:g}"
    today = f"as `{FOLLOWS[name]}`" if name in FOLLOWS else words(name, DEFAULTS[name])
    who = "a commissioner" if fact.role is Role.LEVER else "the world, or nobody knows"
    return [f"`{name}`", fact.meaning, fact.unit, "on, off" if name in SWITCHES else bounds, today, who, fact.source]


def scenarios_page() -> str:
    """Return the page of every shipped scenario and of every lever."""
    found = [load(name) for name in sorted(scenario_names(), key=lambda name: (name != "today", name))]
    rows = [[f"`{one.name}`", *(steps(one, lever) for lever in OWN_COLUMNS), others(one)] for one in found]
    prose = [f"- **{one.name}.** {one.why} *Expected:* {one.expected}" for one in found]
    levers = table(("lever", "meaning", "unit", "allowed", "today", "who sets it", "source"), map(lever_row, LEVERS))
    sets = table(("scenario", *(f"`{lever}`" for lever in OWN_COLUMNS), "other"), rows)
    why = "## Why each is there, and what was expected before it was run\n\n" + "\n".join(prose)
    return "\n\n".join((SCENARIOS_HEAD, "## What each scenario sets", sets, why, "## All levers", levers)) + "\n"


def links_page() -> str:
    """Return the page of every loop and of every link."""
    loops = table(("loop", "name"), ((name, words) for name, words in LOOPS.items()))
    rows = [(f"`{one.name}`", one.sign, one.level, " ".join(one.loops), one.carrier) for one in LINKS.values()]
    links = table(("link", "sign", "level", "loops", "carried by"), rows)
    return "\n\n".join((LINKS_HEAD, "## Loops", loops, "## Links", links)) + "\n"


def parameter_row(full: str, fact: Fact, value: float) -> tuple[str, ...]:
    """Return what a reader needs to know of one parameter."""
    low, high = fact.range(value)
    likely = "fixed" if low == high else f"{low:.4g} to {high:.4g}"
    return f"`{full.partition('.')[2]}`", fact.meaning, f"{value:g}", fact.unit, likely, fact.grade.value, fact.source


def parameters_page() -> str:
    """Return the page of every parameter, by submodel."""
    parts = [PARAMETERS_HEAD]
    for group in Parameters._fields:
        rows = [parameter_row(*entry) for entry in all_facts() if entry[0].startswith(f"{group}.")]
        head = ("parameter", "meaning", "value", "unit", "range", "grade", "source")
        parts += [f"## {group.replace('_', ' ').capitalize()}", table(head, rows)]
    return "\n\n".join(parts) + "\n"


PAGES = {"model/parameters.md": parameters_page, "model/scenarios.md": scenarios_page, "model/links.md": links_page}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), "utf-8")
