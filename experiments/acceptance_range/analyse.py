"""How many accept outreach: what outreach changes with as few accepting as may be, with half, and with as many."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from experiments import common
from experiments.common import Script, each, grid, table, where, words

HERE = Path(__file__).parent
MEASURES = (
    "share_distress",
    "share_crisis",
    "reach_per_1000_per_year",
    "share_help_proactive",
    "mean_wait_weeks",
    "contacts_per_case",
    "burnout_mean",
    "expected_leaving_rate_per_year",
)


def tabulate(stores: Sequence[Path]) -> pd.DataFrame:
    """Return every plan and share against today, and against half accepting in the same plan."""
    half = {"half": lambda arm, point: (f"{arm.rpartition('-')[0]}-half" if arm != "today" else arm, point)}
    return table(stores[0], MEASURES, {"today": lambda _, point: ("today", point)} | half)


def figures(found: pd.DataFrame) -> dict[str, str]:
    """Return what each plan changes against today, by how many accept."""
    rows = where(found, against="today")
    title = "What outreach changes, by how many accept it"
    shown = ("share_distress", "reach_per_1000_per_year", "mean_wait_weeks", "burnout_mean")
    return {"shares.svg": common.difference_figure(common.study_of(HERE), rows, title, shown)}


def numbers(found: pd.DataFrame) -> dict[str, str]:
    """Return every plan and share against today and against half accepting, and today's levels."""
    rows = where(found, against="today")
    said = {f"{row.arm}.{row.measure}": words(row) for row in each(rows)}
    said |= {f"{row.arm}.half.{row.measure}": words(row) for row in each(where(found, against="half"))}
    said |= {f"today.{row.measure}": words(row) for row in each(where(found, arm="today", against=""))}
    return said | {"shares": grid(rows, MEASURES)}


SCRIPT = Script(HERE, tabulate, figures, numbers)

if __name__ == "__main__":
    SCRIPT.run()
