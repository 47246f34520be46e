"""Runs of a calibration: one block's worlds lived through with one set of parameters; each is kept, none is redone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import process_time
from typing import Final

from sp_abm import validation
from sp_abm.calibration.blocks import block_of
from sp_abm.designs import Point
from sp_abm.kept import gathered, name_of
from sp_abm.scenario import load
from sp_abm.simulation import Simulation
from sp_abm.validation import STATISTICS
from sp_abm.validation.pooling import pooled
from sp_abm.validation.worlds import Lived, live

Rows = Mapping[str, float]
"""Values of rows of the targets, NaN where a run gave nothing to compute one from; and `SECONDS`."""
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
        block = block_of(self.block)
        arms = {name: repr(arm) for name, arm in block.arms.items()}
        content = [block.place.content(), arms, block.rows, self.seed, self.point]
        return f"{self.block.replace(': ', '-')}-{name_of(Path(validation.__file__).parent, content)}"


def trials(block: str, first_seed: int, points: Sequence[Point]) -> list[Trial]:
    """Return a trial of each point, each with a seed of its own."""
    return [Trial(block, first_seed + number, tuple(point.items())) for number, point in enumerate(points)]


def observed(trial: Trial) -> dict[str, float]:
    """Live through the worlds of a trial; return the value of each row of its block, and how long that took."""
    began = process_time()
    block = block_of(trial.block)
    changes = dict(trial.point)
    starts: dict[str, Simulation] = {}
    worlds: dict[str, Lived] = {}
    for name, arm in block.arms.items():
        scenario = load(arm.scenario).with_changes(changes, "calibration")
        if scenario.warm_up not in starts:
            starts[scenario.warm_up] = Simulation.start(scenario.reference(), block.place, trial.seed)
        worlds[name] = live(replace(arm, changes={**arm.changes, **changes}), starts[scenario.warm_up])
    rows = {row: pooled(STATISTICS[row].value, [STATISTICS[row].seen(worlds)]).mean for row in block.rows}
    return {**rows, SECONDS: process_time() - began}


def run(
    listed: Sequence[Trial], folder: Path, what: str, workers: int | None = None, done: Done | None = None
) -> list[Rows]:
    """Return the rows of every trial, in order; what `folder` keeps is read, what is missing is run and kept there."""
    files = {trial: folder / "runs" / f"{trial.name}.json" for trial in listed}
    told = partial(done, what) if done else None
    found = gathered(observed, files, workers, told, must_keep=True)
    return [found[trial] for trial in listed]
