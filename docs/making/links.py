"""The page of feedback loops and their links."""

from making.markdown import MADE, anchored, page, table
from sp_abm.loops import LINKS, LOOPS

HEAD = f"""{MADE}

Each arrow of the systems map is a declared link with a signal of its own: one number a week for each post, practice or
PCN, or for the borough. Cut, a link is *frozen* at the course its signal took in the reference run (the same place,
parameters and luck under today's levers, cut nowhere), or *scaled* (0 = nothing comes through). Links on posts,
practices and the borough come back to the bit when they are frozen at the run itself; links that act on citizens are
frozen at the mean of the PCN. `sp-abm run SCENARIO --cut 'burnout->intention' --cut 'load->burnout=0.5'`,
`simulate(..., cut=[...])`, or a table `[cut]` in a scenario file.

Some signals are nothing under today's levers (toolkit, investment, support beyond today's): frozen there, they are as
good as cut off. A few cuts are one-sided, since what did not happen cannot be taken from the run: a frozen vacancy is
filled at once where the reference run had fewer; a leaver's cases go unnoticed where the reference run had fewer."""


def links_page() -> str:
    """Return the page of every loop and of every link."""
    loops = table(("loop", "name"), ((anchored(name), words) for name, words in LOOPS.items()))
    rows = [(anchored(one.name), one.sign, one.level, " ".join(one.loops), one.carrier) for one in LINKS.values()]
    links = table(("link", "sign", "level", "loops", "carried by"), rows)
    return page("Feedback loops and their links", HEAD, "## Loops", loops, "## Links", links)
