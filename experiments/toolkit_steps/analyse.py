"""Steps of the toolkit: outreach with the whole toolkit, without it, and without each of its steps."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from experiments.common import Script, difference_figure, each, grid, study_of, table, words

HERE = Path(__file__).parent
MEASURES = [
    "people_met_per_1000_per_year",
    "share_route_outreach",
    "reach_per_1000_per_year",
    "share_help_proactive",
    "n_volunteers",
    "trust_mean",
    "burnout_mean",
    "share_distress",
    "life_satisfaction_mean",
]
SHOWN = ("people_met_per_1000_per_year", "reach_per_1000_per_year", "n_volunteers", "share_distress")


def tabulate(stores: Sequence[Path]) -> pd.DataFrame:
    """Return every arm against no toolkit and against the whole toolkit."""
    others = {name: lambda _, point, name=name: (name, point) for name in ("without-toolkit", "toolkit")}
    return table(stores[0], MEASURES, others)


def left_out(found: pd.DataFrame) -> pd.DataFrame:
    """Return what leaving a step out, or all of them, changes against the whole toolkit."""
    return found[found["against"] == "toolkit"]


def figures(found: pd.DataFrame) -> dict[str, str]:
    """Return the picture of what is lost without each step."""
    title = "What changes when a step of the toolkit, or all of it, is left out"
    return {"steps.svg": difference_figure(study_of(HERE), left_out(found), title, SHOWN)}


def numbers(found: pd.DataFrame) -> dict[str, str]:
    """Return what the whole toolkit changes, and the table of what each step left out changes."""
    whole = found[(found["arm"] == "toolkit") & (found["against"] == "without-toolkit")]
    return {row.measure: words(row) for row in each(whole)} | {"steps": grid(left_out(found), SHOWN)}


SCRIPT = Script(HERE, tabulate, figures, numbers)

if __name__ == "__main__":
    SCRIPT.run()
