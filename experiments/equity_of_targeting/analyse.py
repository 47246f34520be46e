"""Equity of targeting: whoever is looked for first, the gap between most and least deprived, and who is seen."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from experiments import common
from experiments.common import Script, about_table, each, grid, markdown, one, table, where, words
from experiments.people import benefits

from sp_abm.opened import open_study
from sp_abm.vocabulary import DEPRIVATION_FIFTHS

HERE = Path(__file__).parent
MEASURES = [
    "slope_index_distress",
    "share_distress",
    "share_lonely",
    "reach_per_1000_per_year",
    "mean_wait_weeks",
    "burnout_mean",
    "life_satisfaction_mean",
]
FOLLOWED = ("everyone", "deprived-first", "deprived-first-in-line", "well-connected")


def tabulate(stores: Sequence[Path]) -> pd.DataFrame:
    """Return every rule against today and, of the people followed, distress and who was seen by deprivation fifth."""
    sweep, people = stores
    rows = benefits(people, "today", FOLLOWED, ["deprivation"]).to_dict("records")
    return pd.concat([table(sweep, MEASURES), about_table(open_study(sweep), rows)])


def figures(found: pd.DataFrame) -> dict[str, str]:
    """Return what each rule changes against today."""
    rows, title = (
        where(found, against="today", measure=tuple(MEASURES)),
        "What changes with whom outreach looks for first",
    )
    return {"rules.svg": common.difference_figure(common.study_of(HERE), rows, title, MEASURES[:4])}


def fifths(found: pd.DataFrame, measure: str) -> str:
    """Return a table of rules by deprivation fifth: people in distress, or seen, of 1,000, against today."""
    rows, heads = where(found, against="today", measure=measure), list(DEPRIVATION_FIFTHS)
    cells = {arm: [words(one(rows, arm=arm, value=fifth), 1.0) for fifth in heads] for arm in FOLLOWED}
    return markdown(["", *heads], [[arm.replace("-", " "), *said] for arm, said in cells.items()])


def numbers(found: pd.DataFrame) -> dict[str, str]:
    """Return every rule against today, and tables by fifth."""
    rows = where(found, against="today", measure=tuple(MEASURES))
    said = {f"{row.arm}.{row.measure}": words(row) for row in each(rows)}
    said |= {f"today.{row.measure}": words(row) for row in each(where(found, arm="today", measure=tuple(MEASURES)))}
    for row in each(where(found, against="today", measure=("distress", "seen"))):
        said[f"{row.arm}.{row.measure}.{row.value[0]}"] = words(row, 1.0)
    return said | {
        "rules": grid(rows, MEASURES[:4]),
        "distress": fifths(found, "distress"),
        "seen": fifths(found, "seen"),
    }


COMMANDS = (
    "sp_abm sweep {here}/study.toml --out {out}",
    f"experiments.people {{here}}/study.toml --out {{out}} --arms today {' '.join(FOLLOWED)}",
)
SCRIPT = Script(HERE, tabulate, figures, numbers, commands=COMMANDS)

if __name__ == "__main__":
    SCRIPT.run()
