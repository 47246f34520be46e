"""Write docs/model/validation.md and the record that the dashboard shows from a report of `sp-abm validate --out DIR`.

``python docs/make_validation.py DIR/validation.json "when and where it was run" 2026-11-27``. The numbers are the
report's; what is said about misses is in validation_notes.toml. The version of the rules is that of this folder, unless
a fourth argument names another (`sp_abm.kernels.SOURCE_HASH` of what was run).
"""

import json
import sys
import tomllib
from pathlib import Path
from typing import Any

from sp_abm.evidence import KINDS, targets
from sp_abm.kernels import SOURCE_HASH
from sp_abm.validation.record import FILE, as_csv
from sp_abm.validation.verdicts import AIMS, MEETS, VERDICTS

FOLDER = Path(__file__).parent
HEAD = """# Validation: the model held against the evidence

`sp-abm validate` computes every row of the targets (`sp_abm/data/evidence/targets.csv`) from runs made in that command.
Targets, intervals and kinds are fixed: none was changed, and no rule was, for the score's sake. *Meets*: the mean over
seeds lies inside the evidence's interval. *Near*: outside, by less than half the interval's width. *Misses*: further
away. The interval beside the model's value is that of the mean over seeds (jackknife, 95%); where it reaches over a
bound of the evidence, more seeds might change the verdict. Calibration rows are what parameters were fitted to by hand,
block by block; pattern rows are there to check with, though P31 and P32 were looked at when a relief was assumed;
input checks repeat what was put in and are counted apart.

Rows of `average-pcn` come of five worlds a seed, those of `tower-hamlets` of six; `100+ link workers` are replications
of Tower Hamlets, 14 posts each, in seven worlds; `30 average PCNs` replay the national roll-out. The worlds of a seed
share their luck. The page is made by `python docs/make_validation.py`."""
MEANT = """## How rows are read that could be read in more than one way

- Spells of distress end in the first week outside pre-crisis and crisis; people who move away count until they go
  (C07 to C13, P33). Censuses are taken at the start and at the ends of the first three years.
- C16 takes the top tenth of those who consulted at all in the year, all ages.
- C32 and P29 are in standard deviations between link workers within each world. C32, P22, P24 and P25 have promises of
  support kept in full (`staffing.share_support_delivered` = 1): full support is out of reach otherwise.
- P06 and P07 compare the same person with and without the service, in deviations of the score of all those referred.
- P08 counts the week of the referral as before it, since people are referred at a consultation; P09 compares that week
  with the 26th after it, as an evaluator's two interviews would.
- P22, P23 and P25 use the chances of leaving, not who happened to leave; P19, P20 and P27 use who had left a year on.
- P30 counts every attempt at a connection, also where no place was free.
- P38 lets every second person of working age lose their job in week 0 and looks at them 26 weeks later, back in work
  or not, beside the same people who kept theirs.
- P39 is the largest distance of any single week."""
NOTHING = "Nothing is known or was tried yet."


def number(value: float | None) -> str:
    """Return a number as the table shows it."""
    return "-" if value is None else f"{value:.3g}"


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ("---",) * len(head), *rows))


def verdict_row(entry: dict[str, Any]) -> tuple[str, ...]:
    """Return a target beside the model."""
    target, model = targets()[entry["id"]], entry["model"]
    interval = f"{number(model['mean'])} ({number(model['low'])} to {number(model['high'])})"
    evidence = f"{target.low:g} to {target.high:g}"
    return entry["id"], f"{target.statistic} ({target.unit})", target.place, evidence, interval, entry["verdict"]


def score_row(rows: list[dict[str, Any]], kind: str) -> tuple[str, ...]:
    """Return how many rows of a kind have each verdict, beside the aim."""
    mine = [entry["verdict"] for entry in rows if entry["kind"] == kind]
    share = f"{mine.count(MEETS) / max(len(mine), 1):.0%}"
    aim = f"{AIMS[kind]:.0%}" if kind in AIMS else "none"
    return kind, str(len(mine)), *(str(mine.count(each)) for each in VERDICTS), share, aim


def page(rows: list[dict[str, Any]], when: str) -> str:
    """Return the page."""
    notes = tomllib.loads((FOLDER / "validation_notes.toml").read_text("utf-8"))
    missed = [entry for entry in rows if entry["verdict"] != MEETS]
    why = [(e["id"], f"{e['verdict']}: {e['why']}", " ".join(notes.get(e["id"], NOTHING).split())) for e in missed]
    head = ("row", "statistic", "place", "evidence", "model (95%)", "verdict")
    parts = [HEAD, f"## Score\n\n{when}"]
    parts.append(table(("kind", "rows", *VERDICTS, "meet", "aim"), [score_row(rows, kind) for kind in KINDS]))
    parts.append("## What does not meet, and what is known or was tried")
    parts.append(table(("row", "by how much", "why, and what was tried"), why))
    parts.append(MEANT)
    for kind in KINDS:
        mine = [verdict_row(entry) for entry in rows if entry["kind"] == kind]
        parts += [f"## {kind.capitalize()} rows", table(head, mine)]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    content = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    (FOLDER / "model" / "validation.md").write_text(page(content, sys.argv[2]), "utf-8")
    kept = as_csv(content, sys.argv[3], sys.argv[4] if len(sys.argv) > 4 else SOURCE_HASH)
    (FOLDER.parent / "src" / "sp_abm" / "data" / FILE).write_text(kept, "utf-8")
