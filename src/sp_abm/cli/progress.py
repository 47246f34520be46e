"""Progress on stderr: a bar with rate and time left on a terminal, a plain line now and then elsewhere."""

import os
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Final

from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from sp_abm.cli.tables import screen

SECONDS_BETWEEN_LINES: Final = 5.0
VALIDATING: Final = "living through the worlds"
TRIAL: Final = "trial"


def duration(seconds: float) -> str:
    """Return a length of time in words, such as ``45 s`` or ``12 min``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def pace(done: int, total: int, seconds: float, unit: str) -> str:
    """Return rate and time left, such as ``120 weeks a second, about 3 s left``."""
    rate = done / max(seconds, 1e-9)
    speed = f"{rate:.0f} {unit}s a second" if rate >= 2 else f"{duration(1 / max(rate, 1e-9))} a {unit}"
    return f"{speed}, about {duration((total - done) / max(rate, 1e-9))} left"


class Meter:
    """Show how far a piece of work is; `weeks` and `seeds` are the callbacks that the model calls."""

    def __init__(self) -> None:
        console = screen(stderr=True)
        self._is_terminal = console.is_terminal
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(24),
            TextColumn("{task.fields[pace]}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not self._is_terminal,
        )
        self._what = ""
        self._task = TaskID(0)
        self._first = 0
        self._began = self._last_line = time.monotonic()

    def __enter__(self) -> "Meter":
        self._bar.start()
        self._task = self._bar.add_task("getting ready", total=None, pace="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def weeks(self, what: str, done: int, total: int) -> None:
        """Show weeks simulated."""
        self._show(what, done, total, "week")

    def seeds(self, done: int, total: int) -> None:
        """Show seeds done, each with all its scenarios."""
        self._show("comparing", done, total, "seed")

    def runs(self, done: int, total: int, failed: int) -> None:
        """Show runs of a sweep done, and how many of them failed."""
        self._show(f"running ({failed} failed)" if failed else "running", done, total, "run")

    def worlds(self, done: int, total: int) -> None:
        """Show seeds of a validation done, each with all its worlds."""
        self._show(VALIDATING, done, total, "seed")

    def trials(self, what: str, done: int, total: int) -> None:
        """Show runs of a calibration done; those kept from before are told of first."""
        self._show(what, done, total, TRIAL)

    def years(self, done: int, total: int) -> None:
        """Show years simulated, of runs of different lengths."""
        self._show("running", done, total, "year")

    def _show(self, what: str, done: int, total: int, unit: str) -> None:
        now = time.monotonic()
        if what != self._what:
            self._what = what
            self._first = 0
            # The first week of a part is already done, as are the kept pieces of a long study; others count from 0.
            if unit in ("week", "year", TRIAL) or what == VALIDATING:
                self._began, self._first = now, done
            self._bar.reset(self._task, description=what, total=total)
        words = f"{done} of {total} {unit}s"
        if done > self._first:
            words += f": {pace(done - self._first, total - self._first, now - self._began, unit)}"
        self._bar.update(self._task, completed=done, pace=words)
        if not self._is_terminal and done < total and now - self._last_line >= SECONDS_BETWEEN_LINES:
            self._last_line = now
            print(f"{what}: {words}", file=sys.stderr, flush=True)


def announce_compiling() -> None:
    """Say that the first run takes longer, if no compiled code is kept on this machine."""
    from sp_abm.cache import cache_folder
    from sp_abm.kernels import SOURCE_HASH

    folder = Path(os.environ.get("NUMBA_CACHE_DIR") or cache_folder("kernels", SOURCE_HASH))
    if not any(folder.rglob("*.nbi")):
        print("Compiling the model (first time only, about a minute) ...", file=sys.stderr, flush=True)
