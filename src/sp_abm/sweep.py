"""Sweep: run what is missing of a study, keep every cell as soon as it is done, and go on from wherever it stopped."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.backends import Backend, Pool, Serial
from sp_abm.cells import DONE, FAILED, Ran
from sp_abm.cluster import WAIT_SECONDS, Dask
from sp_abm.comparison import paired_difference
from sp_abm.errors import BadValue
from sp_abm.measures import MEASURES
from sp_abm.opened import open_study
from sp_abm.plan import Plan, Task, plan_of, tasks_of
from sp_abm.store import Store, read_cell
from sp_abm.study import Replications, Study, load_study

WRITERS: Final = 4
MOST_UNDER_WAY: Final = 16
"""Cells that may wait to be written: all that is lost if the sweep itself is killed, beside the runs under way."""


@dataclass(frozen=True)
class Swept:
    """How far a sweep is: cells wanted, found finished at the start, run now, and of those failed."""

    wanted: int = 0
    reused: int = 0
    ran: int = 0
    failed: int = 0


Told = Callable[[Swept], None]


def sweep(
    study: str | Path | Study,
    folder: str | Path,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    scheduler_file: str | Path | None = None,
    wait_seconds: float = WAIT_SECONDS,
    backend: Backend | None = None,
    told: Told | None = None,
) -> Swept:
    """Run all cells of a study that its store does not hold yet, and return how many there were of each kind.

    `workers` is how many processes share the work (default: one a core; 0: this process alone); `scheduler` or
    `scheduler_file` names a Dask scheduler whose workers do it instead, for which, and for a worker of it, at most
    `wait_seconds` are waited; `backend` is another way to have it done; `told` is called after every cell. Cells that
    failed before are tried again, once.
    """
    found = study if isinstance(study, Study) else load_study(study)
    plan = plan_of(found)
    by = backend or _backend(found, workers, scheduler, scheduler_file, wait_seconds)
    if found.seconds_per_run and isinstance(by, Serial | Dask):
        raise BadValue(
            f"budget.seconds_per_run = {found.seconds_per_run:g} cannot be kept by {by}: nothing there could stop a "
            "run that hangs. Take it out, or let processes of this machine share the runs (--workers 1 or more)."
        )
    store = Store.create(folder, found, str(by))
    so_far = Swept()
    settled: set[str] = set()
    while True:
        store.write_plan(plan)
        so_far = _run(plan, store, by, so_far, settled, told)
        further = _further(plan, store)
        if further == plan.counts:
            open_study(folder).keep_runs()
            return so_far
        plan = plan_of(found, further)


def resume(folder: str | Path, **options: Any) -> Swept:
    """Go on with the study of a store, wherever its sweep stopped; options are those of `sweep`."""
    return sweep(Store(Path(folder)).study(), folder, **options)


def _backend(
    study: Study, workers: int | None, scheduler: str | None, scheduler_file: str | Path | None, wait_seconds: float
) -> Backend:
    """Return who is to do the work."""
    if scheduler is None and scheduler_file is None:
        return Serial() if workers == 0 else Pool(workers, study.seconds_per_run)
    if workers is not None:
        raise BadValue(f"workers = {workers} and a scheduler are given: its own workers do the work; leave one out.")
    return Dask(scheduler, scheduler_file, wait_seconds=wait_seconds)


def _run(plan: Plan, store: Store, by: Backend, so_far: Swept, settled: set[str], told: Told | None) -> Swept:
    """Run the cells of a plan that are neither settled in this sweep nor done in the store."""
    fresh = [cell for cell in plan.cells.values() if cell.hash not in settled]
    missing = [cell for cell in fresh if store.status(cell) != DONE]
    settled.update(cell.hash for cell in fresh)
    wanted, reused = len(plan.cells), so_far.reused + len(fresh) - len(missing)
    ran, n_failed = so_far.ran, so_far.failed
    with _Writers(store, plan.study.measures) as writers:
        for result in by.run(_not_done_since(tasks_of(missing), store)):
            writers.write(result)
            ran, n_failed = ran + 1, n_failed + (result.status == FAILED)
            if told:
                told(Swept(wanted, reused, ran, n_failed))
    return Swept(wanted, wanted - ran, ran, n_failed)


class _Writers:
    """Threads that keep cells, so that no worker waits while the disk is slow; left, all they were given is kept."""

    def __init__(self, store: Store, measures: tuple[str, ...]) -> None:
        self._store, self._measures = store, measures
        self._threads = ThreadPoolExecutor(WRITERS)
        self._writing: deque[Future[None]] = deque()

    def __enter__(self) -> "_Writers":
        return self

    def write(self, ran: Ran) -> None:
        """Have a cell kept; raises what went wrong with an earlier one, and waits while too many are under way."""
        self._writing.append(self._threads.submit(self._store.write, ran, self._measures))
        while self._writing and (self._writing[0].done() or len(self._writing) > MOST_UNDER_WAY):
            self._writing.popleft().result()

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown()
        if problem is None:
            for writing in self._writing:
                writing.result()


def _not_done_since(tasks: Iterable[Task], store: Store) -> Iterator[Task]:
    """Yield what of each task nobody else, sweeping into the same store, has finished by the time its turn comes."""
    for task in tasks:
        left = tuple(cell for cell in task if store.status(cell) != DONE)
        if left:
            yield left


def _further(plan: Plan, store: Store) -> tuple[int, ...]:
    """Return how many replications each point needs, as far as its runs tell: a batch more where one arm is unclear."""
    rule = plan.study.replications
    if not rule.is_sequential:
        return plan.counts
    arms, by_arm = list(plan.study.arms), _values(plan, store, rule.measure)
    return tuple(
        min(count + rule.batch, rule.most)
        if any(_is_too_wide(by_arm[point, arms[0]], by_arm[point, arm], rule) for arm in arms[1:])
        else count
        for point, count in enumerate(plan.counts)
    )


def _values(plan: Plan, store: Store, measure: str) -> dict[tuple[int, str], NDArray[np.float64]]:
    """Return a measure in every replication of each (point, arm), missing where a run failed."""
    by_arm: dict[tuple[int, str], list[float]] = {}
    for run in plan.runs:
        ran, measures = read_cell(store.path(run.cell.hash))
        by_arm.setdefault((run.point, run.arm), []).append(float(ran.values[0, measures.index(measure)]))
    return {key: np.array(values, np.float64) for key, values in by_arm.items()}


def _is_too_wide(first: NDArray[np.float64], other: NDArray[np.float64], rule: Replications) -> bool:
    pairs = other if MEASURES[rule.measure].is_paired else other - first
    difference = paired_difference(pairs[np.isfinite(pairs)])
    return not (difference.high - difference.low) / 2 < rule.half_width
