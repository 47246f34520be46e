"""Support first or outreach first: burnout, leaving and distress year by year, over ten years."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from experiments.common import Script, about_table, difference_figure, each, grid, row_of, study_of, where, words

from sp_abm.opened import open_study

HERE = Path(__file__).parent
ARMS = ("today", "outreach-first", "support-first", "both-at-once")
MEASURES = ("burnout_mean", "expected_leaving_rate_per_year", "reach_per_1000_per_year", "share_distress")
YEARS = {f"year {year}": (year,) for year in range(1, 11)}
PERIODS = {**YEARS, "years 1 and 2": (1, 2), "years 3 to 10": tuple(range(3, 11)), "all ten years": tuple(range(1, 11))}


def tabulate(stores: Sequence[Path]) -> pd.DataFrame:
    """Return every arm's mean over each period, and its difference from today and from outreach first."""
    opened = open_study(stores[0])
    weekly = opened.weekly.reset_index().join(opened.runs[["arm", "replication"]], on="run")
    weekly["year"] = weekly["week"] // 52 + 1
    rows = []
    for period, years in PERIODS.items():
        means = where(weekly, year=years).groupby(["arm", "replication"])[list(MEASURES)].mean()
        for arm in ARMS:
            for against in ("", "today", "outreach-first"):
                found = means.loc[arm] - means.loc[against] if against else means.loc[arm]
                about = {"arm": arm, "period": period}
                rows += [row_of(about, name, against, found[name]) for name in MEASURES if arm != against]
    return about_table(opened, rows)


def orders(found: pd.DataFrame) -> pd.DataFrame:
    """Return what support first changes against outreach first."""
    return where(found, arm="support-first", against="outreach-first")


def figures(found: pd.DataFrame) -> dict[str, str]:
    """Return the two orders, year by year."""
    rows, title = where(orders(found), period=tuple(YEARS)), "Support first, against outreach first, year by year"
    return {"order.svg": difference_figure(study_of(HERE), rows, title, MEASURES, "period")}


def numbers(found: pd.DataFrame) -> dict[str, str]:
    """Return every arm against today, and the orders against each other, by period."""
    rows = each(where(found, against="today"))
    said = {f"{row.arm}.{row.period.replace(' ', '_')}.{row.measure}": words(row) for row in rows}
    said |= {f"order.{row.period.replace(' ', '_')}.{row.measure}": words(row) for row in each(orders(found))}
    return said | {"orders": grid(orders(found), MEASURES, "period")}


SCRIPT = Script(HERE, tabulate, figures, numbers)

if __name__ == "__main__":
    SCRIPT.run()
