"""People: everybody of 16 and over followed through the arms of a study, from its first week to its last.

    python -m experiments.people experiments/reactive_vs_proactive/study.toml --arms reactive proactive --out people

A sweep keeps what is counted; who moved where, and who benefits, is a question to persons. Each arm and replication is
one file, with the seeds of the study's sweep; what is there is not run again.
"""

import argparse
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sp_abm.cells import model_version
from sp_abm.comparison import paired_difference
from sp_abm.plan import seed_of
from sp_abm.run import simulate
from sp_abm.study import Study, load_study
from sp_abm.viz.theme import STACK
from sp_abm.vocabulary import WEEKS_PER_YEAR

STAGES: Final = tuple(stage.word for stage in STACK)
"""Stages from the best to the worst."""
DISTRESS: Final = ("pre_crisis", "crisis")
AGES: Final = (16, 35, 50, 65, 120)
KEPT: Final = ("person", "holder", "stage", "deprivation", "sex", "age", "lonely", "contacts")


def follow(study: Study, arms: Sequence[str], folder: Path) -> None:
    """Run what is missing of the arms, and keep one row a person who is there in the first and in the last week."""
    folder.mkdir(parents=True, exist_ok=True)
    for replication in range(study.replications.n):
        for arm in arms:
            path = folder / f"{arm}-{replication}.parquet"
            if not path.exists():
                beside = path.with_suffix(".unfinished")
                _followed(study, arm, seed_of(study.seed, replication)).to_parquet(beside)
                beside.replace(path)


def _followed(study: Study, arm: str, seed: int) -> pd.DataFrame:
    results = simulate(
        study.arms[arm],
        study.place,
        seed,
        study.weeks / WEEKS_PER_YEAR,
        panel=study.place.residents,
        panel_every=study.weeks - 1,
    )
    assert results.panel is not None
    read = results.panel[list(KEPT)].assign(week=results.panel["week"], is_there=results.panel["exit"].isna())
    first, last = (read[read["is_there"] & (read["week"] == week)] for week in (0, study.weeks - 1))
    end = last[["person", "holder", "stage", "contacts"]]
    both = first.merge(end, on=["person", "holder"], suffixes=("", "_end"))
    both["band"] = pd.cut(both["age"], AGES, right=False, labels=[f"{a} to {b - 1}" for a, b in pairwise(AGES)])
    return both.drop(columns=["week", "is_there", "age"]).assign(model=model_version())


def lives(folder: Path, arm: str) -> Iterator[pd.DataFrame]:
    """Yield the people of an arm, replication by replication."""
    paths = sorted(folder.glob(f"{arm}-[0-9]*.parquet"), key=lambda path: int(path.stem.rsplit("-", 1)[1]))
    for path in paths:
        yield pd.read_parquet(path).set_index(["person", "holder"])


def moves(folder: Path, base: str, arm: str) -> pd.DataFrame:
    """Return how many of 1,000 people went from each stage to each: in both arms, and the difference."""
    worlds = {
        name: np.stack([_matrix(each["stage"], each["stage_end"]) for each in lives(folder, name)])
        for name in (base, arm)
    }
    rows = [*_rows(worlds[base], base, ""), *_rows(worlds[arm], arm, ""), *_rows(worlds[arm] - worlds[base], arm, base)]
    return pd.DataFrame(rows).assign(measure="moved")


def elsewhere(folder: Path, base: str, arm: str) -> pd.DataFrame:
    """Return how many of 1,000 people are in one stage at the end of one arm and in another at that of the other."""
    found = []
    for one, other in zip(lives(folder, base), lives(folder, arm), strict=True):
        both = one[["stage_end"]].join(other[["stage_end"]], how="inner", rsuffix="_there")
        found.append(_matrix(both["stage_end"], both["stage_end_there"]))
    return pd.DataFrame(_rows(np.stack(found), arm, "")).assign(measure="elsewhere")


def _matrix(before: "pd.Series[Any]", after: "pd.Series[Any]") -> NDArray[np.float64]:
    counts = pd.crosstab(before.astype(str), after.astype(str)).reindex(index=STAGES, columns=STAGES, fill_value=0)
    return np.asarray(counts, np.float64) * 1000 / len(before)


def _rows(matrices: NDArray[np.float64], arm: str, against: str) -> list[dict[str, Any]]:
    return [
        {"arm": arm, "against": against, "from": before, "to": after, "n": len(matrices)}
        | vars(paired_difference(matrices[:, i, j]))
        for i, before in enumerate(STAGES)
        for j, after in enumerate(STAGES)
    ]


def benefits(folder: Path, base: str, arms: Sequence[str], groups: Sequence[str]) -> pd.DataFrame:
    """Return, of 1,000 of each group at the start, how many are in distress at the end and how many were seen."""
    rows = []
    worlds = {arm: [_by_group(each, groups) for each in lives(folder, arm)] for arm in (base, *arms)}
    for arm, found in worlds.items():
        for key in found[0]:
            here, there = (np.array([each[key] for each in worlds[name]]) for name in (arm, base))
            about = dict(zip(("group", "value", "measure"), key, strict=True)) | {"arm": arm, "n": len(here)}
            rows.append(about | {"against": ""} | vars(paired_difference(here)))
            if arm != base:
                rows.append(about | {"against": base} | vars(paired_difference(here - there)))
    return pd.DataFrame(rows)


def _by_group(people: pd.DataFrame, groups: Sequence[str]) -> dict[tuple[str, str, str], float]:
    seen = (people["contacts_end"].fillna(0) > 0) * 1000.0
    people = people.rename(columns={"band": "age"}).assign(
        lonely=people["lonely"].map({True: "often", False: "not often"})
    )
    people = people.assign(distress=people["stage_end"].isin(DISTRESS) * 1000.0, seen=seen, everybody="all")
    found: dict[tuple[str, str, str], float] = {}
    for group in groups:
        means = people.groupby(group, observed=True)[["distress", "seen"]].mean()
        for value, row in means.iterrows():
            found |= {(group, str(value), name): float(row[name]) for name in ("distress", "seen")}
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Follow everybody through the arms of a study.")
    parser.add_argument("study", type=Path)
    parser.add_argument("--arms", nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    follow(load_study(asked.study), asked.arms, asked.out)
