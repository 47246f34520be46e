"""Structural alternatives: do the headline differences keep their sign and size in models that are built otherwise?"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd
from experiments.common import Script, about_table, difference_figure, grid, one, study_of, words

from sp_abm.analysis.quantity import quantity
from sp_abm.comparison import CLEAR, paired_difference
from sp_abm.opened import open_study

HERE = Path(__file__).parent
FIRST, AS_IT_IS = "reactive", "as it is"
ALTERNATIVES: Final = (AS_IT_IS, "memoryless recovery", "slow burnout", "fast burnout", "peer influence")
"""The points of the study, in order."""
SHOWN: Final = {
    "burnout_mean": "burnout",
    "expected_leaving_rate_per_year": "leaving a year",
    "share_help_proactive": "proactive help",
    "share_distress": "distress, of 1,000 people of 16+",
    "share_crisis": "crisis, of 1,000 people of 16+",
    "net_benefit_gbp": "net benefit, GBP",
}


def tabulate(stores: Sequence[Path]) -> pd.DataFrame:
    """Return each arm's difference from reactive in every alternative, and how far that is from the model as it is."""
    opened = open_study(stores[0])
    rows: list[dict[str, Any]] = []
    for arm in list(opened.study.arms)[1:]:
        for measure in opened.study.measures:
            values = quantity(opened, measure, arm).values
            for name, here in zip(ALTERNATIVES, values, strict=True):
                for against, pairs in ((FIRST, here), (AS_IT_IS, here - values[0])):
                    if name != against:
                        about = {"arm": arm, "alternative": name, "measure": measure, "against": against}
                        rows.append({**about, "n": pairs.size, **vars(paired_difference(pairs))})
    return about_table(opened, rows)


def figures(found: pd.DataFrame) -> dict[str, str]:
    """Return the differences of each arm from reactive, a row an alternative."""
    made, study = {}, study_of(HERE)
    for arm, own in found[found["against"] == FIRST].groupby("arm", sort=False):
        title = f"What ‘{str(arm).replace('-', ' with ')}’ changes in models that are built otherwise"
        made[f"{arm}.svg"] = difference_figure(study, own, title, list(SHOWN), "alternative")
    return made


def numbers(found: pd.DataFrame) -> dict[str, str]:
    """Return the differences in every alternative, those that clearly change size or sign, and how many keep it."""
    own, moved = (found[found["against"] == against] for against in (FIRST, AS_IT_IS))
    said = {str(arm): grid(rows, SHOWN, "alternative") for arm, rows in own.groupby("arm", sort=False)}
    clear = own[own["verdict"] == CLEAR]
    base = clear[clear["alternative"] == AS_IT_IS]
    pairs = [(row, other) for row in base.itertuples() for other in clear.itertuples() if _same(row, other)]
    other_sign = [other for row, other in pairs if row.mean * other.mean < 0]
    changed = [row for row in moved.itertuples() if row.verdict == CLEAR]
    lines = [
        f"- {row.arm.replace('-', ' with ')}, {row.alternative}: {SHOWN[row.measure]} {_from_to(own, row)}"
        for row in changed
    ]
    said |= {"clear": f"{len(base)}", "pairs": f"{len(pairs)}", "other_sign": f"{len(other_sign)}"}
    said |= {"changed": f"{len(changed)}", "compared": f"{len(moved)}", "differences": f"{len(base) * 4}"}
    return said | {"moved": "\n\n" + "\n".join(lines) + "\n\n"}


def _same(row: Any, other: Any) -> bool:
    """Say whether two rows are of the same difference in the model as it is and in an alternative."""
    return bool((row.arm, row.measure) == (other.arm, other.measure) and other.alternative != AS_IT_IS)


def _from_to(own: pd.DataFrame, row: Any) -> str:
    """Return a difference in an alternative, and what it is in the model as it is."""
    here = one(own, arm=row.arm, measure=row.measure, alternative=row.alternative)
    return f"{words(here)}; as it is {words(one(own, arm=row.arm, measure=row.measure, alternative=AS_IT_IS))}"


SCRIPT = Script(HERE, tabulate, figures, numbers)

if __name__ == "__main__":
    SCRIPT.run()
