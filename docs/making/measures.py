"""The dictionary of measures, and of the tallies they are made of."""

import inspect
from functools import partial

from making.markdown import MADE, anchored, link, page, sentence, table
from making.sources import sources
from sp_abm.measures import MEASURES, Measure, Subject
from sp_abm.tallies import COMPOSITES
from sp_abm.world import FLOWS

HEAD = f"""{MADE}

A measure is one number that a run reports. `sp-abm measures` lists them, `results.summary["share_crisis"]` reads one,
and the columns of `results.weekly` are these names. `results.summary_at(3)`, `results.by("sex", 3)` and
`results.against(baseline, 3)` read them after three years.

**How to read the tables.** A *stock* is a level at the end of a week, a *flow* is what happens over a week. *Weeks*
says which weeks a summary covers: the last 52, the whole run, or, for the funnel, people referred 26 to 78 weeks before
the end. *How it is counted* gives what is summed over those weeks and what it is divided by; a number after `x` turns a
week into a year or one person into a thousand. *Theory* says where the measure stands in the theory of change: input,
activity, output, outcome or impact. Measures *by group* can be split by deprivation, age and sex. *Paired* measures are
taken of the difference between a run and another with the same people and luck (`sp-abm compare`): alone, a run has
none. A measure is missing, not 0, where there is nothing to divide by."""
TALLIES = """A recorder writes these down once a week, after the last submodel, and changes nothing. Names that begin
with `n_` count people or things at the end of the week, `sum_` adds up a reading over people, `new_a_to_b` counts moves
from one health stage to another, `worth_` is pounds at the discount rate. With `_in_need` or `_reached` at the end they
are for those people alone: **in need** are people of 16 and over who were in distress or lonely when the record began
(or when they moved in); **reached** are those who have had a first contact with a link worker since.
`consultations_non_medical` adds up the chances, of which referral draws, that a consultation of somebody of 16 or over
shows a non-medical need; `n_waiting_for_place` counts open cases whose latest search found every fitting activity that
the link worker knows full. Of the moves of those in need and reached only the sum over all groups is kept. The rest are
flows, each counted by a submodel:"""


def counted(measure: Measure) -> str:
    """Return in words how a measure is made of tallies."""
    if measure.derived:
        rule = measure.derived.func if isinstance(measure.derived, partial) else measure.derived
        return sentence((inspect.getdoc(rule) or "").partition(".")[0].removeprefix("Return "))
    scale = "" if measure.scale == 1 else f" x {measure.scale:,.12g}"
    bottom = f" / {tally(measure.bottom)}" if measure.bottom else ""
    return f"{tally(measure.top)}{bottom}{scale}"


def tally(name: str) -> str:
    """Return a tally's name, with a way to what it counts where it is a flow or a sum of others."""
    return link("", name) if name in FLOWS or name in COMPOSITES else f"`{name}`"


def row(measure: Measure) -> list[str]:
    """Return what a reader needs to know of one measure."""
    notes = [note for note, is_so in (("by group", measure.is_by_group), ("paired", measure.is_paired)) if is_so]
    kind = ", ".join((measure.kind.value, *notes))
    return [
        f"{anchored(measure.name)}<br>{sentence(measure.label)}",
        measure.unit,
        f"{kind}<br>{measure.window.value}",
        counted(measure),
        measure.theory.value,
    ]


def measures_page() -> str:
    """Return the page of every measure."""
    head = ("measure", "unit", "kind and weeks", "how it is counted", "theory")
    parts = []
    for subject in Subject:
        members = [measure for measure in MEASURES.values() if measure.subject is subject]
        parts += [f"## {subject.value}", table(head, map(row, members))]
    by = {flow: [source.name for source in sources() if flow in source.flows] for flow in FLOWS}
    flows = table(
        ("flow", "what it counts", "counted by"),
        ((anchored(flow), FLOWS[flow], ", ".join(link("week.md", name) for name in by[flow])) for flow in FLOWS),
    )
    sums = table(
        ("sum of tallies", "made of"),
        (
            (anchored(name), " ".join(f"{'+' if sign > 0 else '-'} `{part}`" for part, sign in parts_of.items()))
            for name, parts_of in COMPOSITES.items()
        ),
    )
    return page("Measures", HEAD, *parts, "## Tallies", TALLIES, flows, "Some measures use sums of these:", sums)
