"""Reactive against proactive: what outreach changes, who moved where, and who benefits."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from experiments import common
from experiments.common import Script, about_table, each, grid, markdown, one, table, where, words
from experiments.people import STAGES, benefits, elsewhere, moves

from sp_abm.opened import open_study

HERE = Path(__file__).parent
SERVICE = ("share_help_proactive", "reach_per_1000_per_year", "mean_wait_weeks", "contacts_per_case", "burnout_mean")
PEOPLE = ("share_distress", "share_crisis", "life_satisfaction_mean", "slope_index_distress", "cost_total_gbp")
MEASURES = (*SERVICE, "expected_leaving_rate_per_year", *PEOPLE)
SHOWN = ("share_help_proactive", "reach_per_1000_per_year", "mean_wait_weeks", "burnout_mean", "share_distress")
PAIRS = [{"from": before, "to": after} for before in STAGES for after in STAGES]
GROUPS = ("everybody", "deprivation", "sex", "age", "lonely")


def tabulate(stores: Sequence[Path]) -> pd.DataFrame:
    """Return the sweep's arms against reactive and, of the people followed, moves and benefits by group."""
    sweep, people = stores
    pair = people, "reactive", "proactive"
    groups = benefits(people, "reactive", ["proactive"], GROUPS)
    rows = pd.concat([moves(*pair), elsewhere(*pair), groups]).to_dict("records")
    return pd.concat([table(sweep, MEASURES), about_table(open_study(sweep), rows)])


def figures(found: pd.DataFrame) -> dict[str, str]:
    """Return what outreach changes, without and with support."""
    rows, title = (
        where(found, against="reactive", measure=tuple(MEASURES)),
        "What proactive work changes, against reactive",
    )
    return {"proactive.svg": common.difference_figure(common.study_of(HERE), rows, title, SHOWN)}


def matrix(found: pd.DataFrame, **which: str) -> str:
    """Return how many of 1,000 people are where, from the stage at the start (or in one world) to that at the end."""
    cells = {(row["from"], row["to"]): words(one(found, **which, **row), 1.0) for row in PAIRS}
    lines = [[before, *(cells[before, after] for after in STAGES)] for before in STAGES]
    return markdown(["", *STAGES], lines).replace("_", " ")


def numbers(found: pd.DataFrame) -> dict[str, str]:
    """Return every arm against reactive, who moved where, and who benefits."""
    rows = where(found, against="reactive", measure=tuple(MEASURES))
    said = {f"{row.arm}.{row.measure}": words(row) for row in each(rows)}
    said |= {"arms": grid(rows, MEASURES[:6]), "arms_people": grid(rows, PEOPLE)}
    said["moved"] = matrix(found, measure="moved", arm="reactive", against="")
    said["moved_difference"] = matrix(found, measure="moved", arm="proactive", against="reactive")
    said["elsewhere"] = matrix(found, measure="elsewhere", arm="proactive", against="")
    by, lines = where(found, against="reactive", group=GROUPS), []
    for group, value in by[["group", "value"]].drop_duplicates().itertuples(index=False):
        two = [words(one(by, group=group, value=value, measure=name), 1.0) for name in ("distress", "seen")]
        lines.append([f"{group}: {value}", *two])
    heads = ["at the start", "in distress at the end, of 1,000", "seen by a link worker by the end, of 1,000"]
    return said | {"groups": markdown(heads, lines)}


COMMANDS = (
    "sp_abm sweep {here}/study.toml --out {out}",
    "experiments.people {here}/study.toml --out {out} --arms reactive proactive",
)
SCRIPT = Script(HERE, tabulate, figures, numbers, commands=COMMANDS)

if __name__ == "__main__":
    SCRIPT.run()
