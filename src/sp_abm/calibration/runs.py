"""Runs of a calibration: one block's worlds lived through with one set of parameters; each is kept, none is redone."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from math import isfinite
from pathlib import Path
from time import process_time
from typing import Final

import numpy as np

from sp_abm import validation
from sp_abm.calibration.blocks import BLOCKS, TOGETHER
from sp_abm.cells import model_version
from sp_abm.designs import Point
from sp_abm.pool import for_each
from sp_abm.scenario import load
from sp_abm.simulation import Simulation
from sp_abm.store import Store
from sp_abm.validation import STATISTICS
from sp_abm.validation.pooling import pooled
from sp_abm.validation.worlds import Lived, live

Rows = Mapping[str, float]
"""Values of rows of the targets; one that a run gave nothing for is NaN."""
SECONDS: Final = "processor seconds"
Done = Callable[[str, int, int], None]
"""Called with (what is run, runs done, runs in all): first with those that are kept, then after every other."""


@dataclass(frozen=True)
class Trial:
    """A block's worlds with the parameters of a point and the luck of a seed."""

    block: str
    seed: int
    point: tuple[tuple[str, float], ...]

    @property
    def name(self) -> str:
        """Return a name that is another whenever the numbers might be."""
        block = {**BLOCKS, **TOGETHER}[self.block]
        arms = {name: repr(arm) for name, arm in block.arms.items()}
        content = [model_version(), _sources(), block.place.content(), arms, block.rows, self.seed, self.point]
        words = self.block.replace(": ", "-")
        return f"{words}-{sha256(json.dumps(content).encode()).hexdigest()[:16]}"


@cache
def _sources() -> str:
    """Return a hash of the sources that say what is read in the worlds."""
    digest = sha256()
    for name in ("worlds", "watches", "people", "service", "workforce", "pooling"):
        digest.update(Path(validation.__file__).with_name(f"{name}.py").read_bytes())
    return digest.hexdigest()


def trials(block: str, first_seed: int, points: Sequence[Point]) -> list[Trial]:
    """Return a trial of each point, each with a seed of its own."""
    return [Trial(block, first_seed + number, tuple(point.items())) for number, point in enumerate(points)]


def observed(trial: Trial) -> dict[str, float]:
    """Live through the worlds of a trial; return the value of each row of its block, and how long that took."""
    began = process_time()
    block = {**BLOCKS, **TOGETHER}[trial.block]
    changes = dict(trial.point)
    starts: dict[str, Simulation] = {}
    worlds: dict[str, Lived] = {}
    for name, arm in block.arms.items():
        scenario = load(arm.scenario).with_changes(changes, "calibration")
        if scenario.warm_up not in starts:
            starts[scenario.warm_up] = Simulation.start(scenario.reference(), block.place, trial.seed)
        worlds[name] = live(replace(arm, changes={**arm.changes, **changes}), starts[scenario.warm_up])
    rows = {row: pooled(STATISTICS[row], [STATISTICS[row].seen(worlds)]).mean for row in block.rows}
    return {**rows, SECONDS: process_time() - began}


def run(
    listed: Sequence[Trial], folder: Path, what: str, workers: int | None = None, done: Done | None = None
) -> list[Rows]:
    """Return the rows of every trial, in order; what `folder` keeps is read, what is missing is run and kept there."""
    store = Store(folder)
    seen = {trial: rows for trial in listed if (rows := _kept(folder / _file(trial))) is not None}
    if done:
        done(what, len(seen), len(listed))
    for trial, rows in for_each(observed, [trial for trial in listed if trial not in seen], workers):
        content = {"point": dict(trial.point), "rows": {row: _plain(value) for row, value in rows.items()}}
        store.put(_file(trial), json.dumps(content).encode())
        seen[trial] = rows
        if done:
            done(what, len(seen), len(listed))
    return [seen[trial] for trial in listed]


def _file(trial: Trial) -> str:
    return f"runs/{trial.name}.json"


def _plain(value: float) -> float | None:
    return value if isfinite(value) else None


def _kept(path: Path) -> Rows | None:
    """Return a run that is kept, or None where there is none that is whole."""
    try:
        rows = json.loads(path.read_text("utf-8"))["rows"]
        return {row: np.nan if value is None else float(value) for row, value in rows.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
