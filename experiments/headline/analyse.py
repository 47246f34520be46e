"""Support, caseload cap and outreach: what each does alone and together, also where money follows impact."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd
from experiments import common
from experiments.common import Script, each, grid, table, where, words

HERE = Path(__file__).parent
ARMS = ("none", "tenth-everyone", "fifth-everyone", "fifth-off-balance")
POINT = {"support_level": 0.39, "caseload_cap": 75}
TODAY: Final[dict[str, Any]] = {"arm": "none", **POINT}
LEAVING = "expected_leaving_rate_per_year"
MAPPED = ("burnout_mean", LEAVING, "share_distress", "share_crisis")
MOVES = ("thriving_to_off_balance", "off_balance_to_thriving", "off_balance_to_pre_crisis", "pre_crisis_to_crisis")
FLOWS = [f"new_{each}_per_1000_per_year" for each in (*MOVES, "pre_crisis_to_recovering", "crisis_to_recovering")]
MEASURES = (*MAPPED, "mean_wait_weeks", "contacts_per_case", "reach_per_1000_per_year", "posts", *FLOWS)
SHOWN = (*MAPPED, "mean_wait_weeks", "reach_per_1000_per_year")
PLANS: Final[dict[str, dict[str, Any]]] = {
    "little support": {"support_level": 0.2},
    "much support": {"support_level": 0.9},
    **{f"cap {cap}": {"caseload_cap": cap} for cap in (50, 100)},
    "a fifth to outreach": {"arm": "fifth-everyone"},
    "a fifth off balance": {"arm": "fifth-off-balance"},
    "a tenth, much support": {"arm": "tenth-everyone", "support_level": 0.9},
    "all three": {"arm": "fifth-off-balance", "support_level": 0.9, "caseload_cap": 50},
}


def tabulate(stores: Sequence[Path]) -> pd.DataFrame:
    """Return both studies: each cell against today, against no outreach, and against little support."""
    little = {"little support": lambda arm, point: (arm, {**point, "support_level": 0.2})}
    today = {"today": lambda _, __: ("none", POINT), "none": lambda _, point: ("none", point)}
    headline = table(stores[0], MEASURES, today | little).assign(study="headline")
    corner = [table(store, (*MAPPED, "posts"), little).assign(study="corners") for store in stores[1:]]
    return pd.concat([headline, *corner])


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


def figures(found: pd.DataFrame, folder: Path = HERE) -> dict[str, str]:
    """Return the plans side by side, the corners, and the heat maps of each outreach arm against today."""
    study, title = common.study_of(folder), "What support, a cap and outreach change"
    made = common.heat_maps(study, where(found, study="headline", against="today", measure=MAPPED), *POINT, "today")
    made["plans.svg"] = common.difference_figure(study, plans(found), title, SHOWN, "plan")
    shown, title = (*MAPPED[:3], "posts"), "Much support against little"
    return made | {"corners.svg": common.difference_figure(study, corners(found), title, shown, "corner")}


def numbers(found: pd.DataFrame) -> dict[str, str]:
    """Return every plan against today, today itself, flows between stages, and how narrow the intervals are."""
    rows, pairs = plans(found), where(found, study="headline", against="none", measure=LEAVING)
    named = {plan.replace(",", "").replace(" ", "-"): where(rows, plan=plan) for plan in PLANS}
    named["today"] = where(found, study="headline", against="", **TODAY)
    said = {f"{key}.{row.measure}": words(row) for key, of_plan in named.items() for row in each(of_plan)}
    said |= {f"{row.arm}.{row.caseload_cap}.{row.measure}": words(row) for row in each(corners(found))}
    said |= {"half_width": f"{50 * (pairs['high'] - pairs['low']).max():.1f}", "n": f"{pairs['n'].min()}"}
    said["maps"] = common.gallery(f"{name}-{arm}.svg" for name in MAPPED for arm in ARMS)
    return said | {"flows": grid(rows, FLOWS, "plan"), "plans": grid(rows, SHOWN, "plan")}


COMMANDS = tuple(f"sp_abm sweep {{here}}/{name}.toml --out {{out}}" for name in ("study", "corners"))
SCRIPT = Script(HERE, tabulate, figures, numbers, commands=COMMANDS)

if __name__ == "__main__":
    SCRIPT.run()
