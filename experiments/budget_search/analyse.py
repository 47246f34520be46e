"""What a budget buys: the mixes of levers with the least distress for their cost, searched on emulators."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from experiments.common import Script, about_table, each, front_figure, markdown, study_of, where

from sp_abm.analysis.search import search, spread_out
from sp_abm.opened import open_study

HERE = Path(__file__).parent
AIM, COST = "share_distress", "cost_total_gbp"
LEVERS = dict(posts_per_10000=2, support_level=2, caseload_cap=0, outreach_share=2, grants_multiplier=2)
TODAY = dict(posts_per_10000=0.45, support_level=0.39, caseload_cap=75, outreach_share=0.0, grants_multiplier=1.0)
HEADS = ["budget", "posts per 10,000", "support", "cap", "outreach", "grants", "in distress, of 1,000", "mixes as good"]
BUDGETS = (1_300_000, 1_800_000, 2_500_000)
"""GBP over five years in a town of 5,000; the second is what today costs there."""


def tabulate(stores: Sequence[Path]) -> pd.DataFrame:
    """Return the runs' means by point, the front, and for each budget the mixes equally good, the best marked."""
    opened = open_study(stores[0])
    runs = opened.runs.join(opened.summary[[AIM, COST]])
    means = runs.groupby("point")[[*LEVERS, AIM, COST]].mean()
    parts = [means.assign(kind="runs", n=runs.groupby("point").size())]
    for budget in BUDGETS:
        found = search(opened, {AIM: "less"}, budget=budget)
        best = (found.equal[list(LEVERS)] == pd.Series(found.best)).all(axis=1)
        about = {"kind": "equal", "budget": budget, "share": found.share_equal}
        parts.append(spread_out(found.equal, list(LEVERS), 12).assign(**about, is_best=False))
        parts.append(found.equal[best].assign(**about, is_best=True))
    parts.append(found.front.assign(kind="front"))
    today = found.emulators[AIM].predict([TODAY]).add_prefix(f"{AIM}_").rename(columns={f"{AIM}_mean": AIM})
    parts.append(today.assign(kind="today"))
    parts.append(pd.DataFrame([{"kind": "q2"} | {name: one.q2 for name, one in found.emulators.items()}]))
    return about_table(opened, pd.concat(parts).to_dict("records"))


def figures(found: pd.DataFrame) -> dict[str, str]:
    """Return cost and distress of the best mixes, and of those as good as the best for the largest budget."""
    parts = {kind: where(found, kind=kind) for kind in ("front", "q2")}
    equal = where(found, kind="equal", budget=BUDGETS[-1])
    n = int(found["n"].max())
    return {"front.svg": front_figure(study_of(HERE), n, AIM, COST, tuple(LEVERS), BUDGETS[-1], equal=equal, **parts)}


def _people(row: Any) -> str:
    ends = [f"{1000 * getattr(row, f'{AIM}{end}'):.0f}" for end in ("", "_low", "_high")]
    return f"{ends[0]} ({ends[1]} to {ends[2]})"


def numbers(found: pd.DataFrame) -> dict[str, str]:
    """Return for every budget the best mix, its distress, and how many mixes are as good; and the check."""
    said, lines = {}, []
    for budget in BUDGETS:
        row = each(where(found, kind="equal", budget=budget, is_best=True))[0]
        people, share = _people(row), f"{row.share:.0%}"
        levers = [f"{getattr(row, name):.{places}f}" for name, places in LEVERS.items()]
        lines.append([f"£{budget / 1e6:.1f} million", *levers, people, share])
        said |= {f"{budget}.equal": share, f"{budget}.{AIM}": people}
        for name, places in LEVERS.items():
            values = where(found, kind="equal", budget=budget)[name]
            said[f"{budget}.{name}"] = f"{values.min():.{places}f} to {values.max():.{places}f}"
    q2 = each(where(found, kind="q2"))[0]
    said |= {"q2_distress": f"{q2.share_distress:.2f}", "q2_cost": f"{q2.cost_total_gbp:.2f}"}
    return said | {"today": _people(each(where(found, kind="today"))[0]), "mixes": markdown(HEADS, lines)}


SCRIPT = Script(HERE, tabulate, figures, numbers)

if __name__ == "__main__":
    SCRIPT.run()
