"""The page of parameters: every number in a rule, how good its evidence is, and where it is read."""

import inspect
from collections import Counter

from making.evidence import linked
from making.markdown import MADE, anchored, link, page, paragraphs, sentence, table
from sp_abm.declare import Fact, facts_of
from sp_abm.evidence import ids_in, sensitivity
from sp_abm.parameters import Parameters, all_facts, group_type
from sp_abm.schedule import NAMES
from sp_abm.uses import uses
from sp_abm.vocabulary import Grade

HEAD = f"""{MADE}

Rules hold no numbers but 0, 1 and 2. Every other number is one of these. *Range* is what is plausible: where the
evidence gives a range it is that one, else it reaches 10, 25, 40 or 50% either way, by grade. What is *allowed* is
wider, and a value outside it is refused. A sweep draws from a range evenly, or in a triangle over the value where that
is measured or derived. `sp-abm parameters NAME` prints one in full; `--set GROUP.NAME=value` changes it.

**Grades.** *Measured*: read off a source. *Derived*: worked out from sources, or fitted so that the model meets a
[target](evidence.md#targets). *Expert*: judged in the light of sources. *Assumed*: nobody measured it, or the figure
was not checked against its source. An assumed value is not evidence, wherever it is shown; all of them stand again in
the [log of assumptions](assumptions.md), each with what would test it.

**Roles.** An *uncertainty* is something nobody knows exactly: sweeps vary it. A *constant* is a convention, a switch or
a number that does not matter beyond its scale."""

MOST_NAMED = 5
HANGS_ON = """What the differences between plans hang on most, by the [studies of sensitivity](sensitivity.md), where it
is said what was run and what it does not show. *Morris mu\\** is how far the difference moves, in the unit of its
measure, when the parameter goes through its whole range; *Sobol ST* is the share of the variance that it explains with
all it acts together with. What luck alone could do does not stand here. `sp-abm parameters NAME` says it of every
parameter that was moved."""


def row(full: str, fact: Fact, value: float) -> list[str]:
    """Return what a reader needs to know of one parameter."""
    low, high = fact.range(value)
    plausible = "fixed" if fact.distribution == "fixed" else f"{low:.3g} to {high:.3g}"
    return [
        f"{anchored(full, full.partition('.')[2])}<br>{sentence(fact.meaning)}",
        f"{value:g} {fact.unit}",
        f"{plausible}<br>({fact.low:g} to {fact.high:g})",
        f"{fact.grade.value}<br>{fact.role.value}",
        linked(fact.source),
        read_in(full),
    ]


def read_in(full: str) -> str:
    """Return the functions that read a parameter; a submodel links to its card in the week."""
    places = []
    for place in uses()[full]:
        module, _, function = place.rpartition(".")
        submodel = module.removeprefix("submodels.")
        places.append(link("week.md", submodel, f"`{submodel}.{function}`") if submodel in NAMES else f"`{place}`")
    return ", ".join(places)


def counts() -> str:
    """Return how many parameters have which grade."""
    found = Counter(fact.grade for _, fact, _ in all_facts())
    total = sum(found.values())
    words = ", ".join(f"{found[grade]} {grade.value}" for grade in Grade)
    named = sum(bool(ids_in(fact.source)) for _, fact, _ in all_facts())
    return f"There are {total} parameters: {words}. {named} name a row of the evidence or a target."


def parameters_page() -> str:
    """Return the page of every parameter."""
    values = {full: value for full, _, value in all_facts()}
    head = ("parameter", "value", "range (allowed)", "grade and role", "source", "read in")
    parts = []
    for group in Parameters._fields:
        facts = facts_of(group_type(group))
        rows = [row(f"{group}.{name}", fact, values[f"{group}.{name}"]) for name, fact in facts.items()]
        about = sentence(paragraphs(inspect.getdoc(group_type(group)) or ""))
        more = f" See [the submodel](week.md#{group})." if group in NAMES else ""
        parts += [f"## {group}", about + more, table(head, rows)]
    return page("Parameters", HEAD, counts(), *parts, *hangs_on())


def hangs_on() -> list[str]:
    """Return the table of what differences between plans hang on most, as far as that was measured."""
    rows = [
        (
            f"{entry['measure']}, {entry['difference']}",
            str(entry["method"]),
            f"{entry['rank']:.0f} of {entry['of']:.0f}",
            link("", full),
            f"{entry['value']:.3g}",
        )
        for full, entries in sensitivity().items()
        for entry in entries
        if entry["rank"] <= MOST_NAMED and entry["beyond_luck"]
    ]
    rows.sort(key=lambda row: (*row[:2], int(row[2].partition(" ")[0])))
    head = ("difference", "method", "place", "parameter", "value")
    return ["## How much results hang on them", HANGS_ON, table(head, rows)]
