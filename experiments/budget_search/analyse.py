"""What a budget buys: the mixes of levers with the least distress for their cost, searched on emulators."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
from experiments.common import Script, about_table, each, markdown, study_of, where

from sp_abm.analysis.quantity import Quantity
from sp_abm.analysis.search import Search, search, spread_out
from sp_abm.measures import MEASURES
from sp_abm.opened import open_study
from sp_abm.viz.studies.pareto import draw_pareto

HERE = Path(__file__).parent
AIM, COST = "share_distress", "cost_total_gbp"
LEVERS = ("posts_per_10000", "support_level", "caseload_cap", "outreach_share", "grants_multiplier")
HEADS = ["budget", "posts per 10,000", "support", "cap", "outreach", "grants", "in distress, of 1,000", "mixes as good"]
BUDGETS = (1_500_000, 2_000_000, 2_500_000)
"""GBP over five years in a town of 5,000; today's service there costs about two million."""


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
        parts.append(spread_out(found.equal, LEVERS, 12).assign(**about, is_best=False))
        parts.append(found.equal[best].assign(**about, is_best=True))
    parts.append(found.front.assign(kind="front"))
    parts.append(pd.DataFrame([{"kind": "q2"} | {name: one.q2 for name, one in found.emulators.items()}]))
    return about_table(opened, pd.concat(parts).to_dict("records"))


def figures(found: pd.DataFrame) -> dict[str, str]:
    """Return cost and distress of the best mixes, and of those as good as the best for the largest budget."""
    study = study_of(HERE)
    points = tuple(study.design.points(study.factors))
    values = np.zeros((len(points), int(found["n"].max())))
    q2 = where(found, kind="q2").iloc[0]
    quantities = {name: Quantity(study, MEASURES[name], "", "", points, values) for name in (AIM, COST)}
    emulators = {name: SimpleNamespace(quantity=found, q2=q2[name]) for name, found in quantities.items()}
    equal = where(found, kind="equal", budget=BUDGETS[-1])
    best = where(equal, is_best=True).iloc[0]
    known: dict[str, Any] = {"aims": {AIM: "less", COST: "less"}, "cost": COST, "budget": BUDGETS[-1], "levers": LEVERS}
    known |= {"best": {name: best[name] for name in LEVERS}, "equal": equal, "share_equal": best["share"]}
    drawn = cast(Search, SimpleNamespace(front=where(found, kind="front"), emulators=emulators, **known))
    return {"front.svg": draw_pareto(drawn)}


def numbers(found: pd.DataFrame) -> dict[str, str]:
    """Return for every budget the best mix, its distress, and how many mixes are as good; and the check."""
    said, lines = {}, []
    for budget in BUDGETS:
        row = each(where(found, kind="equal", budget=budget, is_best=True))[0]
        ends = [f"{1000 * getattr(row, f'{AIM}{end}'):.0f}" for end in ("", "_low", "_high")]
        people, share = f"{ends[0]} ({ends[1]} to {ends[2]})", f"{row.share:.0%}"
        levers = [f"{getattr(row, name):.{places}f}" for name, places in zip(LEVERS, (2, 2, 0, 2, 2), strict=True)]
        lines.append([f"£{budget / 1e6:.1f} million", *levers, people, share])
        said |= {f"{budget}.equal": share, f"{budget}.{AIM}": people}
        for name in LEVERS:
            values = where(found, kind="equal", budget=budget)[name]
            said[f"{budget}.{name}"] = f"{values.min():.2g} to {values.max():.2g}"
    q2 = each(where(found, kind="q2"))[0]
    said |= {"q2_distress": f"{q2.share_distress:.2f}", "q2_cost": f"{q2.cost_total_gbp:.2f}"}
    return said | {"mixes": markdown(HEADS, lines)}


SCRIPT = Script(HERE, tabulate, figures, numbers)

if __name__ == "__main__":
    SCRIPT.run()
