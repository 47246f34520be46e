"""The page of scenarios and levers."""

from making.markdown import MADE, anchored, page, table
from sp_abm.levers import CHOICES, DEFAULTS, FOLLOWS, LEVERS, SWITCHES, shown
from sp_abm.scenario import START, WARM_UP, Scenario, load, scenario_names
from sp_abm.vocabulary import Role

OWN_COLUMNS = ("support_level", "caseload_cap", "outreach_share", "posts_per_10000")
HEAD = f"""{MADE}

A lever is what a scenario may set, by the week: a number, a choice among words, or on and off. A dated value holds from
its week until the next one; before the first, and where nothing is set, a lever stands as today. A scenario file gives
only what differs from its base. Every value is assumed unless the lever's source, or the file, names evidence (W
workforce, EO outcomes, POP population). Acceptance of outreach and all effects of the toolkit are assumptions."""


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


def lever_row(name: str) -> list[str]:
    """Return what a reader needs to know of one lever."""
    fact = LEVERS[name]
    bounds = ", ".join(CHOICES[name]) if name in CHOICES else f"{fact.low:g} to {fact.high:g}"
    today = f"as `{FOLLOWS[name]}`" if name in FOLLOWS else words(name, DEFAULTS[name])
    who = "a commissioner" if fact.role is Role.LEVER else "the world, or nobody knows"
    return [anchored(name), fact.meaning, fact.unit, "on, off" if name in SWITCHES else bounds, today, who, fact.source]


def shipped() -> list[Scenario]:
    """Return the shipped scenarios, the baseline first."""
    return [load(name) for name in sorted(scenario_names(), key=lambda name: (name != "today", name))]


def scenarios_page() -> str:
    """Return the page of every shipped scenario and of every lever."""
    found = shipped()
    rows = [[anchored(one.name), *(steps(one, lever) for lever in OWN_COLUMNS), others(one)] for one in found]
    prose = "\n".join(f"- **{one.name}.** {one.why} *Expected:* {one.expected}" for one in found)
    levers = table(("lever", "meaning", "unit", "allowed", "today", "who sets it", "source"), map(lever_row, LEVERS))
    sets = table(("scenario", *(f"`{lever}`" for lever in OWN_COLUMNS), "other"), rows)
    return page(
        "Scenarios and levers", HEAD, "## What each scenario sets", sets,
        "## Why each is there, and what was expected before it was run", prose, "## All levers", levers,
    )  # fmt: skip
