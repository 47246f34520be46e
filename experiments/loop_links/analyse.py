"""Loop links: what each link and loop carries, what comes back of a push, and where support tips."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from experiments.common import Script, about_table, each, estimate, markdown, where

from sp_abm.caveats import NOT_A_FORECAST
from sp_abm.measures import MEASURES
from sp_abm.viz.frame import Texts
from sp_abm.viz.intervals import Panel, draw_intervals
from sp_abm.viz.theme import LIGHT

HERE = Path(__file__).parent
PARTS = ("changes", "links", "loops", "gain", "tipping")


def tabulate(stores: Sequence[Path]) -> pd.DataFrame:
    """Return changes, shares by link and loop, gains, drifts and tipping points; each store may hold some parts."""
    read = [json.loads((store / "loops.json").read_text("utf-8")) for store in stores]
    found = {part: {k: v for one in read for k, v in one[part].items()} for part in PARTS}
    rows = [{"kind": "change", "measure": name, **change} for name, change in found["changes"].items()]
    for kind in ("links", "loops"):
        for name, by_measure in found[kind].items():
            rows += [{"kind": kind, "name": name, "measure": key, **share} for key, share in by_measure.items()]
    rows += [{"kind": "gain", "name": name, **gain} for name, gain in found["gain"].items()]
    for name, tip in found["tipping"].items():
        rows += [{"kind": "drift", "name": name, **drift} for drift in tip.pop("drifts")]
        rows.append({"kind": "tipping", "name": name, "mean": tip.pop("level"), **tip})
    return about_table(None, [{"n": min(len(one["seeds"]) for one in read), **row} for row in rows])


def figures(found: pd.DataFrame) -> dict[str, str]:
    """Return the drift of funded posts by support, for every rule and signal."""
    panels = []
    for name in where(found, kind="drift")["name"].unique():
        rows = each(where(found, kind="drift", name=name))
        drawn = [estimate(f"support {row.level:g}", row, 1, 100.0) for row in rows]
        panels.append(Panel(name, "per cent a year", tuple(drawn)))
    title, subtitle = (
        "Where support tips",
        "Yearly drift of funded posts by the support that arrives, where money follows impact",
    )
    texts = Texts(title, subtitle, (), (f"{NOT_A_FORECAST} · Sandbox",), f"{title}. {subtitle}.")
    return {"tipping.svg": draw_intervals(panels, texts, LIGHT)}


def _said(row: Any) -> str:
    if row.mean != row.mean:
        return row.verdict if row.kind == "tipping" else "nothing to share"
    if row.kind == "tipping":
        low, high = ("beyond" if end != end else f"{end:.2f}" for end in (row.low, row.high))
        return f"{row.mean:.2f} ({low} to {high})"
    return "{:z.0f}% ({:z.0f}% to {:z.0f}%)".format(*(100 * row.mean, 100 * row.low, 100 * row.high)).replace("-", "−")


def numbers(found: pd.DataFrame) -> dict[str, str]:
    """Return shares, gains and tipping points, one by one and as tables."""
    shares = where(found, kind=("links", "loops"))
    said = {f"{row.name.replace('->', '.').replace(' ', '_')}.{row.measure}": _said(row) for row in each(shares)}
    for row in each(where(found, kind=("gain", "tipping"))):
        said[f"{row.kind}.{row.name.replace(', ', '.').replace(' ', '_').removesuffix('.-')}"] = _said(row)
    lines = {name: [_said(row) for row in each(where(shares, name=name))] for name in shares["name"].unique()}
    heads = [MEASURES[name].label for name in shares["measure"].unique()]
    said["shares"] = markdown(["", *heads], [[name, *cells] for name, cells in lines.items()])
    for kind in ("gain", "tipping"):
        said[f"{kind}s"] = markdown(
            ["rule and signal of the review", kind], [[row.name, _said(row)] for row in each(where(found, kind=kind))]
        )
    return said


COMMANDS = ("sp_abm loops --seeds 20 --out {out}",)
SCRIPT = Script(HERE, tabulate, figures, numbers, COMMANDS)

if __name__ == "__main__":
    SCRIPT.run()
