"""Evaluation laboratory: what five ways to measure today's service find, and how far each is from the truth."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from experiments.common import Script, about_table, each, estimate, markdown, where, words

from sp_abm.caveats import NOT_A_FORECAST
from sp_abm.comparison import CLEAR, UNCLEAR
from sp_abm.evaluation.estimators import LABELS, METHODS
from sp_abm.evaluation.records import OUTCOMES, UNITS
from sp_abm.evaluation.words import NAMES
from sp_abm.viz.frame import Texts
from sp_abm.viz.intervals import Panel, draw_intervals
from sp_abm.viz.theme import LIGHT

HERE = Path(__file__).parent
DECIMALS = dict.fromkeys(OUTCOMES, 2) | {"loneliness": 3}


def tabulate(stores: Sequence[Path]) -> pd.DataFrame:
    """Return every way's estimate of every outcome after half a year and a year, and how far it is off the truth."""
    rows = []
    for row in each(pd.read_csv(stores[0] / "estimates.csv")):
        about = {"weeks": row.weeks, "measure": row.outcome, "arm": row.method}
        rows.append({**about, "against": "", "mean": row.mean, "low": row.low, "high": row.high, "verdict": ""})
        if row.method != "truth":
            verdict = CLEAR if row.bias_low > 0 or row.bias_high < 0 else UNCLEAR
            off = {"mean": row.bias, "low": row.bias_low, "high": row.bias_high, "verdict": verdict}
            rows.append({**about, "against": "truth", **off})
    return about_table(None, rows)


def figures(found: pd.DataFrame) -> dict[str, str]:
    """Return the estimates after a year, outcome by outcome, the truth as a band."""
    panels = []
    for name in OUTCOMES:
        rows = each(where(found, weeks=52, against="", measure=name))
        drawn = [estimate(LABELS[row.arm], row, DECIMALS[name], is_strong=row.arm == "truth") for row in rows]
        panels.append(Panel(NAMES[name][:1].upper() + NAMES[name][1:], UNITS[name], tuple(drawn)))
    title, subtitle = (
        "What an evaluator would find, beside the truth",
        "Change in a year after referral, with 95% intervals",
    )
    texts = Texts(title, subtitle, (), (f"{NOT_A_FORECAST} · Average PCN · today",), f"{title}. {subtitle}.")
    return {"estimates.svg": draw_intervals(panels, texts, LIGHT)}


def numbers(found: pd.DataFrame) -> dict[str, str]:
    """Return every estimate after a year, how far it is off, and both as a table."""
    rows = where(found, weeks=52)
    said = {
        f"{row.arm}.{row.measure}{'.off' if row.against else ''}": words(
            row, 100.0 if row.measure == "loneliness" else 1.0
        )
        for row in each(rows)
    }
    lines = [[LABELS[arm], *(said[f"{arm}.{name}"] for name in OUTCOMES)] for arm in METHODS]
    return said | {"estimates": markdown(["", *(NAMES[name] for name in OUTCOMES)], lines)}


COMMANDS = ("sp_abm evaluate today --place average-pcn --workers 1 --out {out}",)
SCRIPT = Script(HERE, tabulate, figures, numbers, COMMANDS)

if __name__ == "__main__":
    SCRIPT.run()
