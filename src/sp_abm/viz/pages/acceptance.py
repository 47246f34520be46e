"""How many accept outreach: what that leaves open of the plans of a page."""

from typing import Final

from sp_abm.caveats import OUTREACH_NOTE
from sp_abm.viz.acceptance import ends_of_arm, is_concerned, range_run
from sp_abm.viz.pages.markup import table, tag, words
from sp_abm.viz.runs import Paired

ASSUMED: Final = "How many accept is assumed."
"""What is said of outreach where there is room for a few words."""
_HEADING: Final = "How many accept outreach"
_NOTES: Final = "Ask the room how many would accept. Nobody has measured it: these are the ends of what may be."


def acceptance_panel(made: Paired) -> str:
    """Return the doubt, and a table of what it leaves of every plan with outreach; nothing where there is none."""
    arms = [arm for arm in range(1, len(made.arms)) if is_concerned(made, arm)]
    if not arms:
        return ""
    shown = _table(made, [arm for arm in arms if made.arms[arm] in made.acceptance])
    inside = words("h2", _HEADING) + words("p", OUTREACH_NOTE) + shown
    return tag("section", inside, class_="panel", data_slide="acceptance", data_notes=_NOTES)


def _table(made: Paired, arms: list[int]) -> str:
    """Return differences from few to many accepting, a column a plan; nothing where none was run."""
    if not arms:
        return ""
    plans = zip(*(ends_of_arm(made, arm) for arm in arms), strict=True)
    rows = [[f"{first.label}, {first.unit}", *(ends.range for ends in (first, *others))] for first, *others in plans]
    caption = f"Differences from {made.arms[0]} from {range_run(made, arms[0])}"
    return table(caption, ["Measure", *(made.arms[arm] for arm in arms)], rows)
