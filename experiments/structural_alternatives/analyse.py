"""Structural alternatives: do the headline differences keep their sign and size in models that are built otherwise?"""

from collections.abc import Sequence, Sized
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from experiments.common import Numbers, Script, about_table, difference_figure, each, grid, study_of, where, words
from experiments.headlines import FIRST

from sp_abm.analysis.quantity import quantity
from sp_abm.comparison import CLEAR, paired_difference
from sp_abm.measures import MEASURES
from sp_abm.opened import open_study

HERE = Path(__file__).parent
AS_IT_IS: Final = "as it is"
ALTERNATIVES: Final = (AS_IT_IS, "memoryless recovery", "slow burnout", "fast burnout", "peer influence")
"""The points of the study, in order."""
SERVICE: Final = ("burnout_mean", "expected_leaving_rate_per_year", "share_help_proactive")
SHOWN: Final = (*SERVICE, "share_distress", "share_crisis", "net_benefit_gbp")


def tabulate(stores: Sequence[Path]) -> pd.DataFrame:
    """Return each arm's difference from reactive in every alternative, and how far that is from the model as it is."""
    opened, rows = open_study(stores[0]), []
    for arm in list(opened.study.arms)[1:]:
        for measure in SHOWN:
            values = quantity(opened, measure, arm, may_be_missing=True).values
            if not np.isfinite(values).all():
                continue  # nobody is burnt out, leaves or helps where there is no service
            for name, here in zip(ALTERNATIVES, values, strict=True):
                about = {"arm": arm, "alternative": name, "measure": measure}
                pairs = {FIRST: here} | ({} if name == AS_IT_IS else {AS_IT_IS: here - values[0]})
                rows += [
                    {**about, "against": to, "n": own.size, **vars(paired_difference(own))} for to, own in pairs.items()
                ]
    return about_table(opened, rows)


def figures(found: pd.DataFrame) -> dict[str, str]:
    """Return the differences of each arm from reactive, a row an alternative."""
    made, study = {}, study_of(HERE)
    for arm, own in where(found, against=FIRST).groupby("arm", sort=False):
        title = f"What ‘{str(arm).replace('-', ' ')}’ changes in models that are built otherwise"
        made[f"{arm}.svg"] = difference_figure(study, own, title, list(own["measure"].unique()), "alternative")
    return made


def numbers(found: pd.DataFrame) -> dict[str, str]:
    """Return the differences in every alternative, and which of them change sign or size."""
    own, compared = where(found, against=FIRST), where(found, against=AS_IT_IS)
    moved = where(compared, verdict=CLEAR)
    said = {str(arm): grid(rows, list(rows["measure"].unique()), "alternative") for arm, rows in own.groupby("arm")}
    said |= {f"{row.arm}.{row.alternative}.{row.measure}": words(row) for row in each(own)}
    clear = each(where(own, alternative=AS_IT_IS, verdict=CLEAR))
    others = [(row, other) for row in clear for other in each(where(own, arm=row.arm, measure=row.measure))[1:]]
    faded = [other for _, other in others if other.verdict != CLEAR]
    kept = [row for row, other in others if other.verdict == CLEAR and row.mean * other.mean > 0]
    counted: dict[str, Sized] = dict(clear=clear, comparisons=others, kept=kept, changed=moved, compared=compared)
    said |= {name: f"{len(rows)}" for name, rows in counted.items()}
    said["turned"] = f"{len(others) - len(kept) - len(faded)}"
    return said | {"moved": _listed(each(moved), said), "faded": _listed(faded, said)}


def _listed(rows: Sequence[Any], said: Numbers) -> str:
    """Return in Markdown what differences are in an alternative, and what each is in the model as it is."""
    lines = []
    for row in rows:
        here, there = (said[f"{row.arm}.{to}.{row.measure}"] for to in (row.alternative, AS_IT_IS))
        named = f"{row.arm.replace('-', ' ')}, {row.alternative}: {MEASURES[row.measure].label}"
        lines.append(f"- {named} {here}, as it is {there}")
    return "\n\n" + "\n".join(lines) + "\n\n"


SCRIPT = Script(HERE, tabulate, figures, numbers)

if __name__ == "__main__":
    SCRIPT.run()
