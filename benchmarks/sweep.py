"""What a sweep costs beside its runs: ``python -m benchmarks.sweep [--json] [--runs 200]``.

`overhead_ms_per_run` is the time between the first and the last cell kept, by one worker, less the time in which that
worker was running cells; `memory_gb_per_worker` the largest a worker became on `average-pcn`.

`side_by_side_ratio` is the wall time of a run as a lane of one `simulate_many` over that of a run by `simulate`, one
at a time: new seeds, so that every run has its warm-up to make, in turns, median of three rounds. Lanes share `cores`
cores, so that it says something only where `load` (processes that want a core) leaves them free;
`side_by_side_cpu_ratio` is the same in CPU time of all threads, which threads cannot save. The two for
`sandbox` are of a place so small that lanes take turns in one thread.

``python -m benchmarks.sweep --thousand`` runs 1,000 runs of `sandbox` x 5 years by one `sp-abm sweep`, and estimates
what the same would take in plain Mesa from some weeks of the twin.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.plain_mesa import TwinModel
from benchmarks.plain_mesa.observation import Observer
from sp_abm import open_study, simulate, simulate_many
from sp_abm.initialisation import WARM_UP_WEEKS
from sp_abm.plan import plan_of
from sp_abm.simulation import Simulation
from sp_abm.study import Study, load_study, study_from
from sp_abm.sweep import Swept, sweep

STUDY = """
schema_version = 1
name = "benchmark"
place = "{place}"
years = {years}
[factors.caseload_cap]
levels = {levels}
[replications]
n = 1
"""
KB_PER_GB = 1e6
LANES, ROUNDS = 8, 3
YEARS_OF_LANES = {"average-pcn": 2, "sandbox": 5}
THOUSAND = Path(__file__).parents[1] / "experiments" / "thousand-runs.toml"
TWIN_WEEKS_BEFORE, TWIN_WEEKS = 5, 20
SECONDS_PER_HOUR = 3600


def study_of(place: str, years: float, runs: int) -> Study:
    """Return a study of that many runs that share one warm-up."""
    return study_from(STUDY.format(place=place, years=years, levels=list(range(1, runs + 1))), "benchmark.toml")


def overhead_ms(runs: int) -> float:
    """Return the milliseconds a run costs beside itself."""
    times: list[float] = []

    def told(_: Swept) -> None:
        times.append(time.perf_counter())

    with tempfile.TemporaryDirectory() as folder:
        sweep(study_of("sandbox", 0.5, runs), folder, workers=1, told=told)
        seconds = open_study(folder).runs["seconds"].to_numpy()
    return 1e3 * (times[-1] - times[0] - seconds[1:].sum()) / (runs - 1)


def memory_gb() -> float:
    """Return the most memory a worker held over three runs of a year on the average PCN."""
    with tempfile.TemporaryDirectory() as folder:
        sweep(study_of("average-pcn", 1, 3), folder, workers=1)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / KB_PER_GB


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Return the wall time and the CPU time of all threads that a piece of work takes, in seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def side_by_side(place: str) -> tuple[float, float]:
    """Return the wall and the CPU time of runs as lanes over those of runs one at a time."""
    years, first = YEARS_OF_LANES[place], time.time_ns() // 1_000_000 % 1_000_000_000
    simulate("today", place, 1, 1)
    ratios = []
    for number in range(ROUNDS):
        ours, theirs = (range(first + 2 * LANES * number + k, first + 2 * LANES * (number + 1), 2) for k in (0, 1))
        alone = timed(lambda seeds=theirs: [simulate("today", place, seed, years) for seed in seeds])
        lanes = timed(lambda seeds=ours: simulate_many("today", place, seeds, years))
        ratios.append([one / other for one, other in zip(lanes, alone, strict=True)])
    return tuple(median(values) for values in zip(*ratios, strict=True))


def thousand() -> dict[str, float]:
    """Return how long the thousand runs take in one command, and how long they would in plain Mesa."""
    plan = plan_of(load_study(THOUSAND))
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "sp_abm", "sweep", str(THOUSAND), "--out", str(Path(folder, "store"))]
        print(f"$ sp-abm sweep {THOUSAND.relative_to(THOUSAND.parents[1])} --out thousand", file=sys.stderr)
        wall, _ = timed(lambda: subprocess.run(command, check=True, stdout=sys.stderr))
        cpu = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = int((open_study(Path(folder, "store")).runs["status"] == "done").sum())
    week = twin_seconds()
    weeks = len(plan.cells) * plan.study.weeks + len({cell.start for cell in plan.cells.values()}) * WARM_UP_WEEKS
    return {
        "runs_done": done,
        **machine(),
        "sweep_seconds": wall,
        "sweep_cpu_seconds": cpu.ru_utime + cpu.ru_stime,
        "plain_mesa_seconds_per_week": week,
        "plain_mesa_hours_on_one_core": week * weeks / SECONDS_PER_HOUR,
        "plain_mesa_hours_on_all_cores": week * weeks / SECONDS_PER_HOUR / (os.cpu_count() or 1),
    }


def twin_seconds() -> float:
    """Return the CPU seconds of a week of the sandbox in plain Mesa, measures included, its start not counted."""
    twin = TwinModel(Simulation.start("today", "sandbox", 1, weeks=1).world, is_keyed=False)
    observer, weeks = Observer(twin), []
    for _ in range(TWIN_WEEKS_BEFORE + TWIN_WEEKS):
        weeks.append(timed(lambda: (twin.step(), observer.count_people(twin)))[1])
    return sum(weeks[TWIN_WEEKS_BEFORE:]) / TWIN_WEEKS


def machine() -> dict[str, float]:
    """Return the cores of this machine, and how many processes wanted them lately: wall times depend on it."""
    return {"cores": os.cpu_count() or 1, "load": os.getloadavg()[0]}


def overheads(runs: int) -> dict[str, float]:
    """Return what a run costs beside its rules, and what lanes save."""
    found = {"overhead_ms_per_run": overhead_ms(runs), "memory_gb_per_worker": memory_gb()}
    found |= machine()
    for place, end in (("average-pcn", ""), ("sandbox", "_sandbox")):
        wall, cpu = side_by_side(place)
        found |= {f"side_by_side_ratio{end}": wall, f"side_by_side_cpu_ratio{end}": cpu}
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print JSON only")
    parser.add_argument("--runs", type=int, default=200, help="runs over which the overhead is measured")
    parser.add_argument("--thousand", action="store_true", help="run 1,000 runs of sandbox x 5 years, and only that")
    given = parser.parse_args()
    found = thousand() if given.thousand else overheads(given.runs)
    if given.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:32} {value:.3g}")


if __name__ == "__main__":
    main()
