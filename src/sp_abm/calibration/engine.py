"""Calibrate: all blocks, then all together, in a folder that keeps every run, so that one that was stopped goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sp_abm.analysis.emulator import LEAST_POINTS
from sp_abm.calibration.blocks import BLOCKS, TOGETHER, Block
from sp_abm.calibration.history import SETS, TRIES, chosen_blocks, defaults, match, noise_of, plausible
from sp_abm.calibration.matching import DIGITS
from sp_abm.calibration.record import RECORD, Calibrated, table_of
from sp_abm.calibration.runs import Done
from sp_abm.cells import model_version
from sp_abm.errors import BadValue, CannotWrite
from sp_abm.plausible import TABLE
from sp_abm.snapshot import write_file
from sp_abm.strict_json import to_json

PLAN: Final = "calibration-plan.json"
WAVES: Final = 1


@dataclass(frozen=True)
class Plan:
    """What a calibration runs: blocks, waves of each, points of a wave (None: the block's own), sets wanted."""

    blocks: tuple[Block, ...]
    waves: int
    points: int | None
    sets: int

    @property
    def is_whole(self) -> bool:
        """Say whether all blocks are in it, so that they can be put together."""
        return len(self.blocks) == len(BLOCKS)

    def as_dict(self) -> dict[str, Any]:
        """Return the plan for machines."""
        points = {block.name: self.points or block.points for block in self.blocks}
        return {"waves": self.waves, "points": points, "sets": self.sets if self.is_whole else 0}

    @property
    def command(self) -> str:
        """Return the command that runs it again."""
        chosen = [] if self.is_whole else [f"--block {block.name}" for block in self.blocks]
        given = {"waves": (self.waves, WAVES), "points": (self.points, None), "sets": (self.sets, SETS)}
        options = [f"--{name} {number}" for name, (number, usual) in given.items() if number != usual]
        return " ".join(["sp-abm calibrate", *chosen, *options, "--out DIR"])

    def words(self) -> list[str]:
        """Return the plan in sentences."""
        said = [
            f"{block.name} ({block.words}): {self.waves} wave{'s' if self.waves > 1 else ''} of "
            f"{self.points or block.points} points over {len(block.free)} parameters, fitted to {len(block.rows)} rows "
            f"in {block.place.key}."
            for block in self.blocks
        ]
        if self.is_whole:
            return [
                *said,
                f"together: from {self.sets} to {TRIES * self.sets} sets, each run in {len(TOGETHER)} places.",
            ]
        return [*said, "Not all blocks: nothing is put together, and no sets are kept."]


def plan(blocks: Sequence[str] = (), waves: int = WAVES, points: int | None = None, sets: int = SETS) -> Plan:
    """Return a checked plan; raises `UnknownName` or `BadValue`."""
    for name, number, least in (("waves", waves, 1), ("points", points, LEAST_POINTS), ("sets", sets, 1)):
        if number is not None and number < least:
            raise BadValue(f"{name} = {number} must be at least {least}.")
    return Plan(chosen_blocks(blocks), waves, points, sets)


def calibrate(planned: Plan, folder: Path, *, workers: int | None = None, done: Done | None = None) -> Calibrated:
    """Run what `folder` does not hold yet of a plan; write the record there and, for all blocks, the plausible sets.

    Raises `CannotWrite` before anything is run if the folder cannot be used.
    """
    if folder.exists() and not (folder / PLAN).exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CannotWrite(f"{folder} holds other files, not a calibration. Name a new or an empty folder.")
    write_file(folder / PLAN, to_json(planned.as_dict()).encode())
    means: dict[str, Any] = {"workers": workers, "done": done}
    histories = tuple(
        match(block, folder, waves=planned.waves, points=planned.points, **means) for block in planned.blocks
    )
    found = Calibrated(histories)
    if planned.is_whole:
        tried = plausible(histories, folder, sets=planned.sets, **means)
        found = Calibrated(histories, tuple(tried), defaults(noise_of(histories), folder, **means))
        source = f"sp-abm calibrate, model {model_version()}, record {RECORD}"
        write_file(folder / TABLE, table_of([each.point for each in found.kept], source).encode())
    content = {"command": planned.command, "plan": planned.as_dict(), **found.as_dict()}
    write_file(folder / RECORD, to_json(content, DIGITS).encode())
    return found
