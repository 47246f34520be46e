"""England's roll-out, replayed: posts as they were funded, and what came of them, beside what was published."""

import json
from collections.abc import Sequence
from math import isnan
from pathlib import Path
from typing import Any

import pandas as pd
from experiments.common import Script, about_table, each, markdown

from sp_abm.caveats import NOT_A_FORECAST
from sp_abm.viz.amounts import decimals, number
from sp_abm.viz.frame import Texts
from sp_abm.viz.intervals import Panel, Row, draw_intervals
from sp_abm.viz.intervals import figures as interval_figures
from sp_abm.viz.theme import LIGHT

HERE = Path(__file__).parent


def tabulate(stores: Sequence[Path]) -> pd.DataFrame:
    """Return one row a published figure: what was published, the model's mean over networks, and the verdict."""
    rows = json.loads(stores[0].read_text("utf-8"))
    kept = ("id", "what", "when", "unit", "is_input", "verdict")
    return about_table(
        None,
        [
            {name: row[name] for name in kept}
            | {f"published_{end}": row["evidence"][end] for end in ("low", "high")}
            | row["model"]
            for row in rows
        ],
    )


def figures(found: pd.DataFrame) -> dict[str, str]:
    """Return the model over what was published, figure by figure: 0 is what was published."""
    rows = []
    for row in each(found[found["published_low"] == found["published_high"]]):
        ends = [100 * (end / row.published_low - 1) for end in (row.mean, row.low, row.high)]
        rows.append(Row(f"{row.what}, {row.when}", *ends, interval_figures(*ends, 0), row.verdict == "meets"))
    title = "England’s roll-out in the model, beside what was published"
    subtitle = "Difference of the model from the published figure, per cent, with the 95% interval over networks"
    texts = Texts(title, subtitle, ("Blue: met.",), (f"{NOT_A_FORECAST} · average networks",), f"{title}. {subtitle}.")
    return {
        "replay.svg": draw_intervals([Panel("Model over published, less 1", "per cent", tuple(rows))], texts, LIGHT)
    }


def _said(row: Any) -> str:
    places = decimals(row.published_low, 3)
    return f"{number(row.mean, places)} ({number(row.low, places)} to {number(row.high, places)})".replace("-", "−")


def _published(row: Any) -> str:
    low, high = (number(end, decimals(row.published_low, 3)) for end in (row.published_low, row.published_high))
    said = f"{low} and more" if isnan(row.published_high) else low if low == high else f"{low} to {high}"
    return said.replace("-", "−")


def numbers(found: pd.DataFrame) -> dict[str, str]:
    """Return every figure of the model, how many are met, and all as a table."""
    lines = []
    for row in each(found):
        verdict = f"{row.verdict}{' (input)' if row.is_input else ''}"
        lines.append([row.id, f"{row.what}, {row.when} ({row.unit})", _published(row), _said(row), verdict])
    outcomes = found[~found["is_input"]]
    met = f"{(outcomes['verdict'] == 'meets').sum()} of {len(outcomes)}"
    said = {f"{row.id}": _said(row) for row in each(found)}
    return said | {"met": met, "figures": markdown(["", "what", "published", "model", "verdict"], lines)}


COMMANDS = ("sp_abm replay --networks 30 --json",)
SCRIPT = Script(HERE, tabulate, figures, numbers, COMMANDS)

if __name__ == "__main__":
    SCRIPT.run()
