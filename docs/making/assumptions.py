"""The log of assumptions: how the model is built, and every number that nobody measured."""

from making.evidence import linked
from making.markdown import link, sentence, table
from making.references import prose
from making.tests_of import what_would_test
from sp_abm.parameters import Parameters, all_facts
from sp_abm.vocabulary import Grade, Role


def assumptions_page() -> str:
    """Return the page of every assumption."""
    assumed = [(full, fact, value) for full, fact, value in all_facts() if fact.grade is Grade.ASSUMED]
    conventions = sum(fact.role is Role.CONSTANT for _, fact, _ in assumed)
    count = (
        f"{len(assumed)} of {sum(1 for _ in all_facts())} parameters are assumed; {conventions} of them are switches, "
        "units and conventions. A source that names evidence after the word *assumed* was looked at and found too far "
        "from what is needed, or was not checked."
    )
    parts = []
    for group in Parameters._fields:
        rows = []
        for full, fact, value in assumed:
            if full.startswith(f"{group}."):
                low, high = fact.range(value)
                reach = "fixed" if fact.distribution == "fixed" else f"{low:.3g} to {high:.3g}"
                name = link("parameters.md", full, f"`{full.partition('.')[2]}`")
                rows.append(
                    (name, sentence(fact.meaning), f"{value:g} {fact.unit}", reach, linked(fact.source),
                     what_would_test(full))
                )  # fmt: skip
        head = ("parameter", "meaning", "value", "range", "source", "what would test it")
        parts += [f"### {group}", table(head, rows)] if rows else []
    return prose("assumptions.md", count=count, tables="\n\n".join(parts))
