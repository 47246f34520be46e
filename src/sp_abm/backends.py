"""Back-ends: who runs the tasks of a sweep. Each has `run(tasks)`, which yields what came of every cell, in any order.

Workers are processes of their own that import the engine and nothing else. One that is killed loses the cell it was
at, which is tried again; the others go on. This file imports nothing heavy, so that a worker can set its number of
threads before the engine is loaded.
"""

import os
import signal
import time
from collections import deque
from collections.abc import Iterable, Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, Final, Protocol

from sp_abm.errors import WorkersLost
from sp_abm.pool import follow_parent

if TYPE_CHECKING:
    from sp_abm.cells import Cell, Ran
    from sp_abm.plan import Task

MOST_TRIES: Final = 3
_READY: Final = "ready"
THREADS: Final = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Backend(Protocol):
    """What a sweep needs to have its tasks run; `tasks` is read only as far as there is somebody to do them."""

    def run(self, tasks: "Iterable[Task]") -> "Iterator[Ran]":
        """Yield what came of every cell of every task."""


class Serial:
    """Run everything in this process, one cell after the other; nothing can stop a run that hangs."""

    def __str__(self) -> str:
        return "this process"

    def run(self, tasks: "Iterable[Task]") -> "Iterator[Ran]":
        """Yield what came of every cell."""
        from sp_abm.bench import Bench

        bench = Bench()
        for task in tasks:
            for cell in task:
                yield bench.run(cell)


class Pool:
    """Run tasks in that many processes; a run longer than `seconds_per_run` is ended with its worker, and fails."""

    def __init__(self, workers: int | None = None, seconds_per_run: float | None = None) -> None:
        self._most = workers or os.cpu_count() or 1
        self._limit = seconds_per_run
        self._workers: list[_Worker] = []
        self._again: deque[Task] = deque()
        self._tries: dict[str, int] = {}
        self._lost_early = 0

    def __str__(self) -> str:
        return f"{self._most} process{'es' if self._most > 1 else ''}"

    def run(self, tasks: "Iterable[Task]") -> "Iterator[Ran]":
        """Yield what came of every cell, as soon as it is there."""
        feed = iter(tasks)
        try:
            while self._hand_out(feed):
                for worker in self._heard():
                    yield from self._listen(worker)
                for worker in list(self._workers):
                    if self._limit and not worker.seconds_left(self._limit):
                        yield self._ended(worker)
        finally:
            for worker in self._workers:
                worker.end()
            self._workers.clear()

    def _hand_out(self, feed: "Iterator[Task]") -> bool:
        """Give every free worker a task, and new ones up to the number wanted; say if anybody is at work."""
        for worker in self._workers:
            if not worker.cells and (task := self._next(feed)):
                worker.take(task)
        while len(self._workers) < self._most and (task := self._next(feed)):
            self._workers.append(_Worker(task))
        return any(worker.cells for worker in self._workers)

    def _next(self, feed: "Iterator[Task]") -> "Task | None":
        return self._again.popleft() if self._again else next(feed, None)

    def _heard(self) -> "list[_Worker]":
        """Return the workers that have something to say, or have gone; wait for one, at most until a run is over."""
        left = min(worker.seconds_left(self._limit) for worker in self._workers) if self._limit else None
        ready = wait([worker.pipe for worker in self._workers], left)
        return [worker for worker in self._workers if worker.pipe in ready]

    def _listen(self, worker: "_Worker") -> "Iterator[Ran]":
        try:
            message = worker.pipe.recv()
        except (EOFError, OSError):
            yield from self._lost(worker)
            return
        worker.since = time.monotonic()
        worker.is_ready = True
        self._lost_early = 0
        if message != _READY:
            worker.cells.popleft()
            yield message

    def _lost(self, worker: "_Worker") -> "Iterator[Ran]":
        """Take back the cells of a worker that is gone; the one it was at has one try less."""
        code = self._dismiss(worker)
        if not worker.is_ready:
            self._lost_early += 1
            if self._lost_early >= MOST_TRIES:
                raise WorkersLost(
                    f"{MOST_TRIES} workers ended before they could begin (exit code {code}). In a script of your own, "
                    'start the sweep below `if __name__ == "__main__":`, or use workers=0.'
                )
        elif worker.cells:
            cell = worker.cells[0]
            self._tries[cell.hash] = self._tries.get(cell.hash, 0) + 1
            if self._tries[cell.hash] >= MOST_TRIES:
                yield failure(worker.cells.popleft(), f"Its worker was killed {MOST_TRIES} times (exit code {code}).")
        if worker.cells:
            self._again.append(tuple(worker.cells))

    def _ended(self, worker: "_Worker") -> "Ran":
        """End a worker whose run takes too long, and take back the cells after it."""
        self._dismiss(worker)
        cell = worker.cells.popleft()
        if worker.cells:
            self._again.append(tuple(worker.cells))
        return failure(cell, f"Stopped: it took longer than budget.seconds_per_run = {self._limit:g}.")

    def _dismiss(self, worker: "_Worker") -> int | None:
        self._workers.remove(worker)
        return worker.end()


def failure(cell: "Cell", error: str) -> "Ran":
    """Return what came of a cell that nobody could run to its end."""
    from sp_abm.cells import failed

    return failed(cell, error)


class _Worker:
    """A process, the pipe to it, and the cells it has still to report on, the one it is at first."""

    def __init__(self, task: "Task") -> None:
        context = get_context("spawn")
        self.pipe, there = context.Pipe()
        self.process = context.Process(target=work, args=(there,), daemon=True)
        self.process.start()
        there.close()
        self.is_ready = False
        self.since = time.monotonic()
        self.cells: deque[Cell] = deque()
        self.take(task)

    def take(self, task: "Task") -> None:
        """Give the worker a task; one that is gone is noticed when it is listened to."""
        self.cells.extend(task)
        self.since = time.monotonic()
        try:
            self.pipe.send(task)
        except OSError:
            return

    def seconds_left(self, limit: float) -> float:
        """Return how long the cell it is at may still take; the clock starts when the worker is ready."""
        return max(0.0, self.since + limit - time.monotonic()) if self.is_ready and self.cells else limit

    def end(self) -> int | None:
        """End the process, whatever it does, and return its exit code."""
        self.pipe.close()
        self.process.kill()
        self.process.join()
        return self.process.exitcode


def work(pipe: "Connection[Any, Any]") -> None:
    """Run the tasks that come through the pipe, one thread each, until it is closed or the sweep is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the sweep, which ends its workers
    follow_parent()
    os.environ.update(dict.fromkeys(THREADS, "1"))
    from sp_abm.bench import Bench

    bench = Bench()
    try:
        pipe.send(_READY)
        while True:
            for cell in pipe.recv():
                pipe.send(bench.run(cell))
    except (EOFError, OSError):
        return
