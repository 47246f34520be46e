"""The page of the week: every submodel in its order, with what it reads and what it writes."""

import inspect

import sp_abm.schedule
from making.columns import anchor
from making.markdown import MADE, link, page, paragraphs, sentence, table
from making.sources import Source, sources, written_by
from sp_abm.declare import facts_of
from sp_abm.parameters import Parameters, group_type

HEAD = f"""{MADE}

The model is one ordered list of submodels. Each is one file in `src/sp_abm/submodels/`, one public function of the
world and the week. Each reads the state that the one before it left."""
WRITES = "Writes columns of"
TAIL = """Numbers in a rule are its [parameters](parameters.md); what it writes are declared
[columns](columns.md); what it counts are flows, of which [measures](measures.md) are made; a question of luck is a
named draw; a [link](links.md) of a feedback loop can be frozen or scaled where the submodel uses it."""


def overview(page_of_week: str = "") -> str:
    """Return the week as a table; `page_of_week` is the way to this page from elsewhere."""
    rows = (
        (str(place), link(page_of_week, source.name), sentence(source.says.split("\n")[0]))
        for place, source in enumerate(sources(), 1)
    )
    return table(("place", "submodel", "what it is"), rows)


def card(source: Source) -> str:
    """Return what a reader needs to know of one submodel."""
    facts = facts_of(group_type(source.name)) if source.name in Parameters._fields else {}
    written = [
        f"`{table_name}` " + " ".join(link("columns.md", anchor(table_name, name), f"`{name}`") for name in names)
        for table_name, names in written_by(source.name).items()
    ]
    rows = [
        ("Own parameters", [link("parameters.md", f"{source.name}.{name}", f"`{name}`") for name in facts]),
        (WRITES, written),
        ("Counts", [link("measures.md", flow) for flow in source.flows]),
        ("Asks luck", [f"`{question}`" for question in source.questions]),
        ("Uses links", [link("links.md", name) for name in source.links]),
    ]
    shown = "\n".join(
        f"- **{what}:** {'; '.join(which) if what == WRITES else ', '.join(which)}." for what, which in rows if which
    )
    does = f"*What it does in a week:* {source.does.split(chr(10))[0]}"
    return "\n\n".join((f"### {source.name}", sentence(source.says), does, shown))


def week_page() -> str:
    """Return the page of the whole week."""
    order = paragraphs(inspect.getdoc(sp_abm.schedule) or "").split("\n\n")[1]
    why = f"**Why this order.** {order} After the last submodel the recorder writes the week down."
    return page("The week", HEAD, overview(), why, "## Each submodel", TAIL, *map(card, sources()))
