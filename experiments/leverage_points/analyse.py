"""Leverage points: visibility, role clarity and community engagement, one by one and together."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from experiments.common import Script, about_table, difference_figure, each, grid, row_of, study_of, table, where, words

from sp_abm.analysis.quantity import quantity
from sp_abm.opened import open_study

HERE = Path(__file__).parent
POINTS = ("visibility", "role-clarity", "community-engagement")
MEASURES = [
    "referrals_per_1000_per_week",
    "mean_wait_weeks",
    "reach_per_1000_per_year",
    "share_started_activity",
    "burnout_mean",
    "expected_leaving_rate_per_year",
    "share_distress",
    "life_satisfaction_mean",
]
SHOWN = ("mean_wait_weeks", "reach_per_1000_per_year", "share_started_activity", "burnout_mean", "share_distress")


def tabulate(stores: Sequence[Path]) -> pd.DataFrame:
    """Return every arm against today, and all three against the sum of each."""
    opened, rows = open_study(stores[0]), []
    for name in MEASURES:
        found = {arm: pd.Series(quantity(opened, name, arm).values[0]) for arm in (*POINTS, "all-three")}
        more = found["all-three"] - sum(found[arm] for arm in POINTS)
        rows.append(row_of({"arm": "all three less their sum"}, name, "today", more))
    return pd.concat([table(stores[0], MEASURES), about_table(opened, rows)])


def figures(found: pd.DataFrame) -> dict[str, str]:
    """Return what each point changes, alone and together."""
    rows, title = where(found, against="today"), "What three leverage points change, alone and together"
    return {"points.svg": difference_figure(study_of(HERE), rows, title, SHOWN)}


def numbers(found: pd.DataFrame) -> dict[str, str]:
    """Return every arm against today, today itself, and both as a table."""
    rows = where(found, against="today")
    said = {f"{row.arm.replace(' ', '_')}.{row.measure}": words(row) for row in each(rows)}
    said |= {f"today.{row.measure}": words(row) for row in each(where(found, arm="today"))}
    return said | {"points": grid(rows, MEASURES)}


SCRIPT = Script(HERE, tabulate, figures, numbers)

if __name__ == "__main__":
    SCRIPT.run()
