"""What a sweep costs beside its runs: ``python -m benchmarks.sweep [--json] [--runs 200]``.

`overhead_ms_per_run` is the time between the first and the last cell kept, by one worker, less the time in which that
worker was running cells; `memory_gb_per_worker` the largest a worker became on `average-pcn`.
"""

import argparse
import json
import resource
import tempfile
import time

from sp_abm import open_study
from sp_abm.study import Study, study_from
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


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON only")
    parser.add_argument("--runs", type=int, default=200, help="runs over which the overhead is measured")
    given = parser.parse_args()
    found = {"overhead_ms_per_run": overhead_ms(given.runs), "memory_gb_per_worker": memory_gb()}
    if given.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:24} {value:.3g}")


if __name__ == "__main__":
    main()
