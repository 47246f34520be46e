"""Print the first targets beside what the model gives: python -m benchmarks.first_look [--json].

This is a first look, not the validation: means over a few seeds, no bands. Targets come from the packaged evidence.
"""

import argparse
import csv
import json
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib.resources import files
from multiprocessing import get_context

from sp_abm import Results, simulate

ROWS = (
    *("C01", "C02", "C03", "C04", "C05", "C06", "C14", "C15"),
    *("C19", "C20", "C21", "C22", "C23", "C24", "C25"),
    *("C27", "C28", "C29", "C30", "C31"),
)
SEEDS = {"average-pcn": (1, 2, 3, 4), "tower-hamlets": tuple(range(1, 9))}
YEARS = 5


def _summary(name: str) -> Callable[[Results], tuple[float, float]]:
    """Return top and bottom of a measure, so that runs can be pooled before they are divided."""
    return lambda result: (float(result.summary[name]), 1.0)


def _pooled(top: str, bottom: str, scale: float = 1.0) -> Callable[[Results], tuple[float, float]]:
    return lambda result: (float(result.tally(top).sum()) * scale, float(result.tally(bottom).sum()))


def _gradient(result: Results) -> tuple[float, float]:
    distress = result.by("deprivation")["share_distress"]
    return float(distress.iloc[0] / distress.iloc[-1]), 1.0


def _crisis_entries(result: Results) -> tuple[float, float]:
    names = ("new_pre_crisis_to_crisis", "new_recovering_to_crisis")
    return sum(float(result.tally(name).sum()) for name in names) * 52_000, float(result.tally("n_adults").sum())


READ: dict[str, Callable[[Results], tuple[float, float]]] = {
    "C01": _summary("share_distress"),
    "C02": _summary("share_thriving"),
    "C03": _summary("share_off_balance"),
    "C04": _summary("share_crisis"),
    "C05": _summary("share_recovering"),
    "C06": _gradient,
    "C14": _crisis_entries,
    "C15": _summary("gp_consultations_per_person_per_year"),
    "C19": _summary("referrals_per_1000_per_week"),
    "C20": _summary("share_non_medical_routes"),
    "C21": _pooled("declined", "offered"),
    "C22": _summary("share_contacted"),
    "C23": _summary("share_started_activity"),
    "C24": _summary("share_three_or_more_contacts"),
    "C25": _summary("contacts_per_case"),
    "C27": _summary("burnout_mean"),
    "C28": _summary("share_burnt_out"),
    "C29": _pooled("leavers", "n_workers", 52),
    "C30": _summary("intention_to_leave"),
    "C31": _pooled("fte_vacant", "fte_funded"),
}


def read_run(job: tuple[str, int]) -> tuple[str, dict[str, tuple[float, float]]]:
    """Run one place and seed; return (place, {row: (top, bottom)})."""
    place, seed = job
    result = simulate("today", place=place, seed=seed, years=YEARS, threads=1)
    return place, {row: read(result) for row, read in READ.items()}


def verdict(value: float, low: float, high: float) -> str:
    """Return meets, near (within half the interval's width outside) or misses."""
    if low <= value <= high:
        return "meets"
    return "near" if low - (high - low) / 2 <= value <= high + (high - low) / 2 else "misses"


def look(workers: int = 2) -> list[dict[str, object]]:
    """Run the model and return one row a target."""
    jobs = [(place, seed) for place, seeds in SEEDS.items() for seed in seeds]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        runs = list(pool.map(read_run, jobs))
    table = []
    with files("sp_abm").joinpath("data", "evidence", "targets.csv").open(encoding="utf-8") as file:
        targets = {row["id"]: row for row in csv.DictReader(file)}
    for row in ROWS:
        target = targets[row]
        place = target["place"] if target["place"] in SEEDS else "tower-hamlets"
        pairs = [values[row] for where, values in runs if where == place]
        value = sum(top for top, _ in pairs) / sum(bottom for _, bottom in pairs)
        low, high = float(target["low"]), float(target["high"])
        table.append(
            {
                "id": row,
                "statistic": target["statistic"],
                "place": place,
                "low": low,
                "high": high,
                "model": value,
                "verdict": verdict(value, low, high),
            }
        )
    return table


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    table = look()
    if parser.parse_args().json:
        print(json.dumps(table, indent=1))
        return
    for row in table:
        print(
            f"{row['id']}  {row['statistic'][:58]:58}  {row['low']:7.3f} to {row['high']:7.3f}   "
            f"model {row['model']:8.3f}  {row['verdict']}"
        )


if __name__ == "__main__":
    main()
