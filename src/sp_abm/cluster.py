"""Cluster: the tasks of a sweep on the workers of a Dask scheduler, on this machine or on many others.

The scheduler and its workers are started by whoever owns the machines. This file imports nothing heavy, and a task
travels as bytes, so that a worker can set its number of threads before the engine is loaded. Every future is asked
for its result, whatever Dask says of it, and the scheduler is asked every other second whether it is still there.
"""

import json
import os
import pickle
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sp_abm import __version__
from sp_abm.backends import THREADS, failure
from sp_abm.errors import BadFile, BadValue, MissingExtra, SchedulerLost, WorkersLost

if TYPE_CHECKING:
    from distributed import Client, Future

    from sp_abm.cells import Cell, Ran
    from sp_abm.plan import Task

WAIT_SECONDS: Final = 60.0
TASKS_A_THREAD: Final = 3
"""Tasks that may be under way for each thread of a worker: one being run, the others on the spot for when it ends."""
PROBE_SECONDS: Final = 2.0
ANSWER_SECONDS: Final = 30.0
_PAUSE: Final = 0.01
_HERE: Final = threading.local()


class Dask:
    """Have tasks run by the workers of a Dask scheduler, at an address or as told by the file it writes.

    `wait_seconds` is how long to wait for the scheduler, and for a worker while there is none, before giving up.
    """

    def __init__(
        self,
        scheduler: str | None = None,
        scheduler_file: str | Path | None = None,
        *,
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        if (scheduler is None) == (scheduler_file is None):
            raise BadValue("Name one of scheduler (an address) and scheduler_file (what `dask scheduler` wrote).")
        if not 0 < wait_seconds < float("inf"):
            raise BadValue(f"wait_seconds = {wait_seconds!r} must be a number above 0.")
        if not find_spec("distributed"):
            raise MissingExtra("A cluster needs Dask, which is not installed: pip install 'sp_abm[cluster]'.")
        self._address, self._file, self._wait = scheduler, scheduler_file, float(wait_seconds)

    def __str__(self) -> str:
        return f"Dask scheduler {self._address or self._file}"

    def run(self, tasks: "Iterable[Task]") -> "Iterator[Ran]":
        """Yield what came of every cell, as soon as it is there.

        Raises `SchedulerLost` if there is no scheduler or it goes away, `WorkersLost` if no worker comes or one is of
        another version.
        """
        with _connected(self._found_address(), self._wait) as client:
            yield from _Crew(client, self._wait).run(iter(tasks))

    def _found_address(self) -> str:
        """Return the scheduler's address, waiting for its file, and for the end of it, if need be."""
        if self._file is None:
            return str(self._address)
        path, until = Path(self._file).expanduser(), time.monotonic() + self._wait
        while True:
            try:
                return str(json.loads(path.read_text("utf-8"))["address"])
            except (OSError, ValueError, KeyError, TypeError):
                if time.monotonic() > until:
                    break
            time.sleep(min(0.5, self._wait / 10))
        if path.exists():
            raise BadFile(f"{path} is not the file of a Dask scheduler: it names no address.")
        raise SchedulerLost(
            f"{path} did not appear within {self._wait:g} s. Start a scheduler that writes it: "
            f"dask scheduler --scheduler-file {path}"
        )


@contextmanager
def _connected(address: str, wait: float) -> "Iterator[Client]":
    """Hold a connection to a scheduler; left, all that was asked of it is called off."""
    from distributed import Client
    from distributed.comm import get_address_host_port

    try:
        if not address.startswith("inproc:"):  # a client of no address would complain when it is cleared away
            get_address_host_port(address)
        client = Client(address, timeout=wait, set_as_default=False, name="sp_abm")
    except OSError:
        raise SchedulerLost(
            f"No Dask scheduler answers at {address} within {wait:g} s. Start one there (dask scheduler), "
            "or name another address, such as tcp://127.0.0.1:8786."
        ) from None
    except ValueError as problem:
        raise BadValue(f"{address!r} is no address of a scheduler, such as tcp://127.0.0.1:8786: {problem}.") from None
    try:
        yield client
    finally:
        with suppress(OSError):  # a scheduler that is gone cannot be told
            client.close(timeout=PROBE_SECONDS)


class _Crew:
    """The workers of a scheduler, and the tasks they have been given and not yet reported on."""

    def __init__(self, client: "Client", wait: float) -> None:
        self._client, self._wait = client, wait
        self._address = client.scheduler.address
        self._version = _version()
        self._under_way: dict[str, tuple[Future[Any], Task]] = {}
        self._again: deque[Task] = deque()
        self._suspects: deque[Cell] = deque()
        self._trial = ""
        self._numbers = count()
        self._threads = 0
        self._probed = self._manned = time.monotonic()

    def run(self, feed: "Iterator[Task]") -> "Iterator[Ran]":
        """Yield what came of every cell of the tasks."""
        self._wait_for_workers()
        while self._hand_out(feed):
            ended = [name for name, (future, _) in self._under_way.items() if future.done()]
            for name in ended:
                yield from self._collect(name)
            if not ended:
                time.sleep(_PAUSE)
            if time.monotonic() - self._probed > PROBE_SECONDS:
                self._probe()

    def _wait_for_workers(self) -> None:
        self._probe()
        while not self._threads:
            time.sleep(min(0.2, self._wait / 10))
            self._probe()

    def _hand_out(self, feed: "Iterator[Task]") -> bool:
        """Submit tasks up to the number that may be under way; say if there are any.

        A suspect is tried when nothing else is under way: whoever shares its worker would be suspected too.
        """
        if self._trial in self._under_way:
            return True
        if self._suspects:
            if not self._under_way:
                self._trial = self._submit((self._suspects.popleft(),))
            return True
        while len(self._under_way) < TASKS_A_THREAD * max(1, self._threads):
            task = self._again.popleft() if self._again else next(feed, None)
            if task is None:
                break
            self._submit(task)
        return bool(self._under_way)

    def _submit(self, task: "Task") -> str:
        name = f"sp_abm-{self._client.id}-{next(self._numbers)}"
        future = self._client.submit(_errand(), self._version, pickle.dumps(task), key=name, pure=False)
        self._under_way[name] = future, task
        return name

    def _probe(self) -> None:
        """Ask the scheduler for its workers; raise if it does not answer, or has had none for too long."""
        answer = min(ANSWER_SECONDS, self._wait)
        try:
            is_there = self._client.status == "running"
            threads = self._client.sync(self._client.scheduler.ncores, callback_timeout=answer) if is_there else {}
        except OSError:
            is_there = False
        if not is_there:
            raise SchedulerLost(
                f"The Dask scheduler at {self._address} is gone or does not answer. What is finished is kept; start a "
                "scheduler and its workers again and go on with sp-abm resume."
            )
        self._probed = time.monotonic()
        self._threads = sum(threads.values())
        if self._threads:
            self._manned = self._probed
        elif self._probed - self._manned > self._wait:
            raise WorkersLost(
                f"The Dask scheduler at {self._address} has had no worker for {self._wait:g} s. Start some "
                f"(dask worker {self._address} --nthreads 1), or wait longer with --wait; what is finished is kept."
            )

    def _collect(self, name: str) -> "Iterator[Ran]":
        """Yield what came of a task that Dask says is over; if it is not, wait on or ask for it again."""
        from distributed import CancelledError, KilledWorker
        from distributed.comm.core import CommClosedError

        future, task = self._under_way.pop(name)
        try:
            came = future.result(timeout=ANSWER_SECONDS)
        except TimeoutError:  # its worker has gone with what came of it, and another is at it
            self._under_way[name] = future, task
            self._probe()
        except KilledWorker as problem:
            if name == self._trial:
                times = problem.allowed_failures + 1
                yield failure(task[0], f"Its worker was killed {times} times (by the count of the Dask scheduler).")
            else:
                self._suspects.extend(task)
        except CancelledError:  # by whoever restarted the workers, or since the scheduler is gone
            self._probe()
            self._again.append(task)
        except CommClosedError:  # on the way here; what came of it is still there, or the scheduler is gone
            self._probe()
            self._again.append(task)
        else:
            if isinstance(came, str):
                raise WorkersLost(f"{came}; this is {self._version}. Install the same there, and start it again.")
            yield from came


def _version() -> str:
    from sp_abm.cells import model_version

    return f"sp_abm {__version__}, model {model_version()}"


def _errand() -> "Callable[[str, bytes], list[Ran] | str]":
    """Return what a worker is asked to do, as a function that travels whole: who lacks sp_abm can still say so."""

    def run(version: str, task: bytes) -> "list[Ran] | str":
        from distributed import get_worker

        who = f"The worker at {get_worker().address}"
        try:
            from sp_abm.cluster import run_far
        except ImportError as problem:
            return f"{who} cannot load sp_abm ({problem})"
        return run_far(version, task, who)

    return run


def run_far(version: str, task: bytes, who: str) -> "list[Ran] | str":
    """Run a pickled task in a worker, one thread each; of another version, say so and run nothing."""
    os.environ.update(dict.fromkeys(THREADS, "1"))
    mine = _version()
    if mine != version:
        return f"{who} has {mine}"
    if not hasattr(_HERE, "bench"):
        from sp_abm.bench import Bench

        _HERE.bench = Bench()
    return [_HERE.bench.run(cell) for cell in pickle.loads(task)]
