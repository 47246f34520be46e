"""History matching: every block in waves, then combinations of what is left of the blocks, run and judged.

Each wave of a block runs points among those not ruled out so far and fits the emulators anew. The last wave is that of
all blocks together: a set of parameters is kept only if no row of any block is implausible in worlds run with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite
from pathlib import Path
from typing import Final

import numpy as np

from sp_abm.calibration.blocks import BLOCKS, TOGETHER, Block
from sp_abm.calibration.matching import CUTOFF, Matched, Space, implausibility, matched
from sp_abm.calibration.runs import SECONDS, Done, Rows, run, trials
from sp_abm.designs import Point
from sp_abm.errors import BadValue, unknown
from sp_abm.evidence import targets

SETS: Final = 50
TRIES: Final = 3
"""Combinations tried for each set wanted, at most."""
SEEDS_PER_WAVE: Final = 1000
"""Wave w of a block has the seeds from 1000 w + 1 on; combinations have those from 1 on."""
DEFAULTS_SEED, DEFAULTS_RUN = 901, 4
"""The first seed in which the defaults are run, and in how many."""


@dataclass(frozen=True)
class Wave:
    """What a wave ran, and what was left of the candidates after it, as a share."""

    points: Sequence[Point]
    values: Sequence[Rows]
    share_left: float


@dataclass(frozen=True)
class History:
    """A block's waves, and what is left after the last."""

    block: Block
    waves: tuple[Wave, ...]
    matched: Matched


@dataclass(frozen=True)
class Tried:
    """A set of parameters that was run: its rows, and how implausible each is."""

    point: Point
    rows: Rows
    implausibility: Mapping[str, float]

    @property
    def worst(self) -> str:
        """Return the row that is least plausible."""
        return max(self.implausibility, key=lambda row: self.implausibility[row])

    @property
    def is_kept(self) -> bool:
        """Say whether no row is implausible; a row without a value is."""
        return all(value < CUTOFF for value in self.implausibility.values())


def chosen_blocks(names: Sequence[str]) -> tuple[Block, ...]:
    """Return the blocks of these names, or all; raises `UnknownName` with the nearest."""
    for name in names:
        if name not in BLOCKS:
            raise unknown("block of the calibration", name, BLOCKS)
    return tuple(block for name, block in BLOCKS.items() if name in (names or BLOCKS))


def match(
    block: Block,
    folder: Path,
    *,
    waves: int = 1,
    points: int | None = None,
    workers: int | None = None,
    done: Done | None = None,
) -> History:
    """Return a block's waves, each run in `folder`, or read from it as far as it is there."""
    space, n = Space(block), points or block.points
    lived: list[Wave] = []
    asked: list[Point] = space.first(n)
    for number in range(1, waves + 1):
        listed = trials(block.name, SEEDS_PER_WAVE * number + 1, asked)
        values = run(listed, folder, f"{block.name}, wave {number}", workers, done)
        all_points = [*(point for wave in lived for point in wave.points), *asked]
        all_values = [*(rows for wave in lived for rows in wave.values), *values]
        found = matched(block, all_points, all_values)
        lived.append(Wave(asked, values, float(found.is_left.mean())))
        asked = found.left[:n]
    return History(block, tuple(lived), found)


def combined(histories: Sequence[History], n: int) -> list[Point]:
    """Return n combinations of what is left of the blocks; a block with fewer points left begins again."""
    left = [history.matched.left for history in histories]
    return [{name: value for own in left for name, value in own[k % len(own)].items()} for k in range(n)]


def noise_of(histories: Sequence[History]) -> dict[str, float]:
    """Return each row's variance from run to run, as its block's emulator found it."""
    return {row: emulator.noise for history in histories for row, emulator in history.matched.emulators.items()}


def tried(
    points: Sequence[Point],
    first_seed: int,
    noise: Mapping[str, float],
    folder: Path,
    *,
    is_judged: bool = True,
    workers: int | None = None,
    done: Done | None = None,
) -> list[Tried]:
    """Return what came of sets of parameters in the worlds of all rows, each run once with a seed of its own.

    A set that a row rules out in one place is not run in the next, if sets are judged.
    """
    found = [Tried(point, {SECONDS: 0.0}, {}) for point in points]
    for name, block in TOGETHER.items():
        left = [k for k, each in enumerate(found) if each.is_kept or not is_judged]
        listed = trials(name, first_seed, points)
        for k, rows in zip(left, run([listed[k] for k in left], folder, name, workers, done), strict=True):
            seconds = found[k].rows[SECONDS] + rows[SECONDS]
            apart = {row: _apart(row, rows[row], noise[row]) for row in block.rows}
            all_rows = {**found[k].rows, **rows, SECONDS: seconds}
            found[k] = Tried(points[k], all_rows, {**found[k].implausibility, **apart})
    return found


def defaults(
    noise: Mapping[str, float], folder: Path, *, workers: int | None = None, done: Done | None = None
) -> Tried:
    """Return the rows of the parameters as they are, the mean over a few seeds, and how implausible each is."""
    quieter = {row: variance / DEFAULTS_RUN for row, variance in noise.items()}
    each = tried([{}] * DEFAULTS_RUN, DEFAULTS_SEED, noise, folder, is_judged=False, workers=workers, done=done)
    rows = {row: float(np.mean([one.rows[row] for one in each])) for row in noise}
    apart = {row: _apart(row, value, quieter[row]) for row, value in rows.items()}
    return Tried({}, {**rows, SECONDS: sum(one.rows[SECONDS] for one in each)}, apart)


def _apart(row: str, value: float, noise: float) -> float:
    """Return how implausible a row's value in one run is; beyond all bounds if there is none."""
    return float(implausibility(targets()[row], value, noise)) if isfinite(value) else inf


def plausible(
    histories: Sequence[History],
    folder: Path,
    *,
    sets: int = SETS,
    workers: int | None = None,
    done: Done | None = None,
) -> list[Tried]:
    """Return all combinations that were run: until so many sets are kept, or three times as many were tried."""
    options = combined(histories, TRIES * sets)
    noise, found = noise_of(histories), list[Tried]()
    while len(found) < len(options) and (missing := sets - sum(each.is_kept for each in found)) > 0:
        begin = len(found)
        batch = options[begin : begin + missing]
        found += tried(batch, begin + 1, noise, folder, workers=workers, done=done)
    if not any(each.is_kept for each in found):
        raise BadValue(f"None of {len(found)} combinations was kept: {worst_words(found)}.")
    return found


def worst_words(found: Sequence[Tried]) -> str:
    """Return in words which rows were the least plausible ones, and how often."""
    counts: dict[str, int] = {}
    for each in found:
        counts[each.worst] = counts.get(each.worst, 0) + 1
    ranked = sorted(counts.items(), key=lambda item: -item[1])
    return ", ".join(f"{row} was the worst row of {n}" for row, n in ranked)
