"""Caseload caps and waiting: caps from 25 to 110 against 75, under two beliefs about thin contact."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from experiments.common import Script, difference_figure, each, grid, study_of, table, where, words

HERE = Path(__file__).parent
MEASURES = [
    "burnout_mean",
    "expected_leaving_rate_per_year",
    "n_waiting",
    "mean_wait_weeks",
    "share_gave_up",
    "reach_per_1000_per_year",
    "contacts_per_case",
    "share_adequate_dose",
    "share_distress",
    "life_satisfaction_mean",
]
SHOWN = ("burnout_mean", "mean_wait_weeks", "reach_per_1000_per_year", "share_adequate_dose", "share_distress")
BELIEFS = {0.17: "thin contact helps a little", 0.0: "thin contact does not help"}
"""By the support that is felt from one or two contacts."""


def tabulate(stores: Sequence[Path]) -> pd.DataFrame:
    """Return every cap against 75, under the same belief."""

    def at_75(arm: str, point: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        return arm, {**point, "caseload_cap": 75}

    found = table(stores[0], MEASURES, {"a cap of 75": at_75}).rename(columns={"contact.level_thin": "thin"})
    return found.drop(columns="participation.level_thin").assign(
        plan=lambda rows: rows["caseload_cap"].astype(str) + ", " + rows["thin"].map(BELIEFS)
    )


def figures(found: pd.DataFrame) -> dict[str, str]:
    """Return what each cap changes against 75, under both beliefs."""
    rows, title = found[found["against"] != ""], "What a cap on open cases changes, against a cap of 75"
    return {"caps.svg": difference_figure(study_of(HERE), rows, title, SHOWN, "plan")}


def numbers(found: pd.DataFrame) -> dict[str, str]:
    """Return every cap's level and difference, as tables and one by one."""
    rows, levels = found[found["against"] != ""], where(found, against="", thin=0.17)
    said = {"levels": grid(levels, MEASURES[:7], "caseload_cap"), "differences": grid(rows, MEASURES[7:], "plan")}
    for row in each(rows):
        said[f"{row.caseload_cap}.{'little' if row.thin else 'not'}.{row.measure}"] = words(row)
    return said


SCRIPT = Script(HERE, tabulate, figures, numbers)

if __name__ == "__main__":
    SCRIPT.run()
