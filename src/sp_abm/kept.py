"""Kept: what the pieces of a long study found, each in a file of its own, so that a study that was stopped goes on."""

import json
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from sp_abm.cells import model_version
from sp_abm.errors import CannotWrite
from sp_abm.pool import Done, for_each
from sp_abm.snapshot import write_file

Piece = TypeVar("Piece")
Found = dict[str, Any]


def name_of(room: Path, content: object) -> str:
    """Return a hash that is another whenever the numbers of a piece might be: its content, the model, the room's files.

    The room is the folder of the sources that say what is run and what is read in it.
    """
    text = json.dumps([model_version(), _sources(room), content], sort_keys=True)
    return sha256(text.encode()).hexdigest()[:24]


@cache
def _sources(room: Path) -> str:
    digest = sha256()
    for path in sorted(room.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def gathered(
    work: Callable[[Piece], Found],
    files: Mapping[Piece, Path],
    workers: int | None = None,
    done: Done | None = None,
    *,
    must_keep: bool = False,
    size: Callable[[Piece], int] = lambda piece: 1,
) -> dict[Piece, Found]:
    """Return what every piece finds, in their order: read where it is kept, else made now and kept in its file.

    `done` is called with what is kept, then after every other piece; `size` is how much a piece counts. A file that
    cannot be written costs time, nothing else, or raises `CannotWrite` where pieces `must_keep`.
    """
    found = {piece: before for piece, path in files.items() for before in [read(path)] if before is not None}
    so_far, total = sum(map(size, found)), sum(map(size, files))
    if done:
        done(so_far, total)
    for piece, one in for_each(work, [piece for piece in files if piece not in found], workers):
        with nullcontext() if must_keep else suppress(CannotWrite):
            keep(files[piece], one)
        found[piece] = one
        so_far += size(piece)
        if done:
            done(so_far, total)
    return {piece: found[piece] for piece in files}


def read(path: Path) -> Found | None:
    """Return what a file keeps, or None where there is none that is whole."""
    with suppress(OSError, ValueError):
        found = json.loads(path.read_text("utf-8"))
        if isinstance(found, dict):
            return found
    return None


def keep(path: Path, found: Found) -> None:
    """Keep what was found, whole or not at all; raises `CannotWrite`."""
    write_file(path, json.dumps(found, default=np.ndarray.tolist).encode())
