"""Snapshots: the whole state of a world on disk, to go on from later with the same luck."""

import json
import os
import shutil
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np

from sp_abm.declare import facts_of
from sp_abm.errors import BadFile, CannotWrite
from sp_abm.network import read_only
from sp_abm.parameters import Parameters, changed
from sp_abm.randomness import Luck
from sp_abm.world import TABLES, World

_STATIC_TIES: Final = ("start", "other", "kind")
_STATE, _FACTS = "state.npz", "state.json"
CLUTTER: Final = (".DS_Store", "Thumbs.db", "desktop.ini")
"""What a file manager leaves in a folder that somebody looked at."""
_COMPANIONS: Final = ("events.ocel.json", "events.parquet", "events.xes", "figures", "panel.parquet")
"""What some runs' results have and others lack."""


def write_folder(folder: Path, write: Callable[[Path], None], *, is_checked: bool = False) -> None:
    """Fill a folder beside and rename it into place; an older one of that name goes only when the new one stands.

    Raises `CannotWrite` when there is no room, no permission, or something there that is not an older one: what was
    there before then stays. `is_checked` says that the caller has made sure of what is there.
    """
    beside, old = (folder.parent / f".{folder.name}-{os.getpid()}-{time.monotonic_ns()}{end}" for end in ("", "-old"))
    try:
        beside.mkdir(parents=True)
        write(beside)
        foreign = "" if is_checked else _foreign(folder, beside)
        if foreign:
            raise OSError(f"{foreign}, which is not from an earlier save, would be lost; name a new or an empty folder")
        if folder.exists():
            folder.replace(old)
        beside.replace(folder)
    except OSError as problem:
        if old.exists():
            old.replace(folder)
        raise CannotWrite(f"{folder} cannot be written: {problem.strerror or problem}.") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _foreign(folder: Path, new: Path) -> str:
    """Return the name of something in the way of a new folder that is not of an older one, or nothing."""
    if not folder.is_dir():
        return folder.name if folder.exists() else ""
    there = {entry.name for entry in folder.iterdir()}.difference(CLUTTER)
    made = {entry.name for entry in new.iterdir()}
    return min(there.difference(made, _COMPANIONS) if there & made else there, default="")


def write_file(path: Path, content: bytes | memoryview, aside: Path | None = None) -> None:
    """Write a file beside (or in the folder `aside`), sync it and rename it into place: whole or not at all.

    Raises `CannotWrite`, and then leaves nothing.
    """
    name = f".{path.name}-{socket.gethostname()}-{os.getpid()}-{time.monotonic_ns()}"
    beside = (aside or path.parent) / name
    try:
        for folder in (path.parent, beside.parent):
            folder.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as problem:
        raise CannotWrite(f"{path} cannot be written: {problem.strerror or problem}.") from None
    finally:
        with suppress(OSError):
            beside.unlink()


def parameter_changes(parameters: Parameters) -> dict[str, float]:
    """Return the parameters that differ from their defaults, by full name."""
    default = Parameters()
    return {
        f"{group}.{name}": getattr(getattr(parameters, group), name)
        for group in Parameters._fields
        for name in facts_of(type(getattr(default, group)))
        if getattr(getattr(parameters, group), name) != getattr(getattr(default, group), name)
    }


def save_state(world: World, folder: Path, *, with_ties: bool = True) -> None:
    """Write every column of every table, the clock and the parameters into an existing folder."""
    arrays = {"levers": world.levers, "warm_up_levers": world.warm_up_levers}
    for table in TABLES:
        for name, array in getattr(world, table)._asdict().items():
            if with_ties or table != "ties" or name not in _STATIC_TIES:
                arrays[f"{table}.{name}"] = array[: world.n_cases] if table == "cases" else array
    with (folder / _STATE).open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    facts = {
        "week": world.week,
        "first_week": world.first_week,
        "n_cases": world.n_cases,
        "seed": world.luck.seed,
        "ties": [world.mean_ties, world.mean_log_ties, world.sd_log_ties],
        "parameters": parameter_changes(world.parameters),
    }
    (folder / _FACTS).write_text(json.dumps(facts, indent=1), "utf-8")


def load_state(world: World, folder: Path) -> World:
    """Put a saved state into a world of the same place; raises `BadFile` if it is broken or of another size."""
    try:
        facts: dict[str, Any] = json.loads((folder / _FACTS).read_text("utf-8"))
        with np.load(folder / _STATE, allow_pickle=False) as arrays:
            for table in TABLES:
                _fill(world, table, arrays)
            world.ties = read_only(world.ties)
            world.levers, world.warm_up_levers = arrays["levers"], arrays["warm_up_levers"]
        world.week, world.first_week, world.n_cases = facts["week"], facts["first_week"], facts["n_cases"]
        world.mean_ties, world.mean_log_ties, world.sd_log_ties = facts["ties"]
        world.luck = Luck(facts["seed"])
        world.parameters = changed(Parameters(), facts["parameters"], str(folder))
    except (OSError, KeyError, ValueError, EOFError, BadZipFile) as problem:
        raise BadFile(f"{folder} does not hold a saved state of this model: {problem}.") from None
    return world


def _fill(world: World, table: str, arrays: Any) -> None:
    old = getattr(world, table)
    columns = {name: arrays[f"{table}.{name}"] for name in old._fields if f"{table}.{name}" in arrays}
    if table == "citizens" and columns["id"].shape != old.id.shape:
        raise ValueError(f"it has {columns['id'].size} citizens, the place has {old.id.size}")
    setattr(world, table, old._replace(**columns))
