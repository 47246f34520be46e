"""Print the first targets beside what the model gives, from runs of `today` alone: python -m benchmarks.first_look.

A first look in a few minutes, with few seeds; `sp-abm validate` holds the model against every target. `--json` prints
the rows for machines.
"""

import argparse
import json
from dataclasses import replace

from sp_abm.evidence import targets
from sp_abm.pool import gathered
from sp_abm.validation import STATISTICS, Verdict
from sp_abm.validation.pooling import Floats, pooled
from sp_abm.validation.verdicts import judged
from sp_abm.validation.worlds import STUDIES, TODAY, live_all

ROWS = (
    *("C01", "C02", "C03", "C04", "C05", "C06", "C14", "C15"),
    *("C19", "C20", "C21", "C22", "C23", "C24", "C25"),
    *("C27", "C28", "C29", "C30", "C31"),
)
SEEDS = {"average-pcn": range(1, 5), "tower-hamlets": range(1, 5), "link-workers": range(1, 9)}


def rows_of(study: str) -> list[str]:
    """Return the rows of a study that a first look shows."""
    return [row for row in ROWS if targets()[row].place == STUDIES[study].words]


def seen(piece: tuple[str, int]) -> dict[str, Floats]:
    """Run today's service in one place (a study's) with one seed, and return what the rows need of it."""
    study, seed = piece
    worlds = live_all(replace(STUDIES[study], arms={TODAY: STUDIES[study].arms[TODAY]}), seed)
    return {row: STATISTICS[row].seen(worlds) for row in rows_of(study)}


def looked_at() -> list[Verdict]:
    """Return every row's verdict, from runs made now."""
    pieces = [(study, seed) for study, seeds in SEEDS.items() for seed in seeds]
    found = dict(zip(pieces, gathered(seen, pieces), strict=True))
    return [
        judged(targets()[row], pooled(STATISTICS[row].value, [found[study, seed][row] for seed in seeds]), len(seeds))
        for study, seeds in SEEDS.items()
        for row in rows_of(study)
    ]


def main() -> None:
    """Print a line for each row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")
    is_json = parser.parse_args().json
    verdicts = looked_at()
    if is_json:
        print(json.dumps([verdict.as_dict() for verdict in verdicts], indent=1))
        return
    for verdict in verdicts:
        target = verdict.target
        evidence = f"{target.low:g} to {target.high:g}"
        print(f"{target.id}  {verdict.model.mean:8.3f}  {evidence:16}  {verdict.verdict:6}  {target.statistic}")


if __name__ == "__main__":
    main()
