"""Support, caseload cap and outreach: what each does alone and together, also where money follows impact."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd
from experiments.common import Script, difference_figure, each, grid, heat_map, study_of, table, where, words

HERE = Path(__file__).parent
TODAY: Final[dict[str, Any]] = {"arm": "none", "support_level": 0.39, "caseload_cap": 75}
LEAVING = "expected_leaving_rate_per_year"
MAPPED = ("burnout_mean", LEAVING, "share_distress", "share_crisis")
SERVICE = ("mean_wait_weeks", "contacts_per_case", "reach_per_1000_per_year", "share_help_proactive", "posts")
MOVES = ("thriving_to_off_balance", "off_balance_to_thriving", "off_balance_to_pre_crisis", "pre_crisis_to_crisis")
FLOWS = [f"new_{each}_per_1000_per_year" for each in (*MOVES, "pre_crisis_to_recovering", "crisis_to_recovering")]
MEASURES = (*MAPPED, "share_burnt_out", *SERVICE, "life_satisfaction_mean", "slope_index_distress", *FLOWS)
PLANS: Final[dict[str, dict[str, Any]]] = {
    "little support (.2)": {"support_level": 0.2},
    "much support (.9)": {"support_level": 0.9},
    "cap 50": {"caseload_cap": 50},
    "cap 150": {"caseload_cap": 150},
    "a tenth of time to outreach": {"arm": "tenth-everyone"},
    "a fifth": {"arm": "fifth-everyone"},
    "a fifth, off balance first": {"arm": "fifth-off-balance"},
    "all three: .9, cap 50, a fifth": {"arm": "fifth-off-balance", "support_level": 0.9, "caseload_cap": 50},
}
KEYS = ["little", "much", "cap50", "cap150", "tenth", "fifth", "off_balance", "all"]


def tabulate(stores: Sequence[Path]) -> pd.DataFrame:
    """Return both studies: each cell against today, against no outreach, and against little support."""
    little = {"little support": lambda arm, point: (arm, {**point, "support_level": 0.2})}
    at_today = {"support_level": 0.39, "caseload_cap": 75}
    today = {"today": lambda _, __: ("none", at_today), "none": lambda _, point: ("none", point)}
    headline = table(stores[0], MEASURES, today | little).assign(study="headline")
    return pd.concat(
        [headline, *(table(each, (*MAPPED, "posts"), little).assign(study="corners") for each in stores[1:])]
    )


def plans(found: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of some plans against today, each with its name."""
    rows = where(found, study="headline", against="today")
    return pd.concat([where(rows, **{**TODAY, **plan}).assign(plan=name) for name, plan in PLANS.items()])


def corners(found: pd.DataFrame) -> pd.DataFrame:
    """Return what much support does against little at the corners: with money as it is, and following impact."""
    rows = where(found, against="little support", support_level=0.9, caseload_cap=(50, 150))
    rows = rows[~rows["arm"].isin(("tenth-everyone", "fifth-everyone"))]
    arms = rows["arm"].str.removesuffix("-off-balance")
    return rows.assign(corner=arms + ", cap " + rows["caseload_cap"].astype(str))


def figures(found: pd.DataFrame) -> dict[str, str]:
    """Return the plans side by side, the corners, and the heat maps of each outreach arm against today."""
    study, titles = study_of(HERE), ("What support, a cap and outreach change", "Much support against little")
    made = {"plans.svg": difference_figure(study, plans(found), titles[0], (*MAPPED, "mean_wait_weeks"), "plan")}
    made["corners.svg"] = difference_figure(study, corners(found), titles[1], (*MAPPED[:3], "posts"), "corner")
    rows = where(found, study="headline", against="today", measure=MAPPED)
    for (measure, arm), cells in rows.groupby(["measure", "arm"], sort=False):
        made[f"{measure}-{arm}.svg"] = heat_map(study, cells, "support_level", "caseload_cap", "today")
    return made


def numbers(found: pd.DataFrame) -> dict[str, str]:
    """Return every plan against today, today itself, flows between stages, and how narrow the intervals are."""
    rows, pairs = plans(found), where(found, study="headline", against="none", measure=LEAVING)
    named = {key: where(rows, plan=plan) for key, plan in zip(KEYS, PLANS, strict=True)}
    named["today"] = where(found, study="headline", against="", **TODAY)
    said = {f"{key}.{row.measure}": words(row) for key, of_plan in named.items() for row in each(of_plan)}
    said |= {f"{row.arm}.{row.caseload_cap}.{row.measure}": words(row) for row in each(corners(found))}
    half_width, n = f"{50 * (pairs['high'] - pairs['low']).max():.1f}", f"{pairs['n'].min()} to {pairs['n'].max()}"
    pictures = [f"![{name}: {arm}]({name}-{arm}.svg)" for name in MAPPED for arm in study_of(HERE).arms]
    said |= {"half_width": half_width, "n": n, "maps": "\n\n".join(["", *pictures, ""])}
    return said | {"flows": grid(rows, FLOWS, "plan")}


SCRIPT = Script(HERE, tabulate, figures, numbers)

if __name__ == "__main__":
    SCRIPT.run()
