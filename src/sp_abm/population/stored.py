"""Stored populations: built once, kept in the cache by the hash of everything they depend on."""

import json
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from sp_abm.cache import cache_folder
from sp_abm.declare import columns_of
from sp_abm.kernels import SOURCE_HASH
from sp_abm.parameters.people import Population
from sp_abm.places import Place
from sp_abm.population.start import MEAN_PLACES, Start, build
from sp_abm.randomness import checked_seed

MAPPED: Final = ("start", "other", "kind")
CHECKSUMS: Final = "checksums.json"
Array = NDArray[Any]


def load_or_build(place: Place, parameters: Population, seed: int = 0, mean_places: float = MEAN_PLACES) -> Start:
    """Return what `build` returns, from the cache if it is there and sound.

    A broken entry is made again, and a cache that cannot be written is done without.
    """
    content = [place.content(), parameters._asdict(), checked_seed(seed), mean_places, SOURCE_HASH]
    name = sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    folder = cache_folder("populations", name)
    try:
        return _loaded(folder)
    except (OSError, ValueError, KeyError, TypeError):  # absent, unreadable, or not what was written
        start = build(place, parameters, seed, mean_places)
    with suppress(OSError):  # no room or no right to write: the next run builds again
        _store(start, folder)
    return start


def _loaded(folder: Path) -> Start:
    """Return the stored population; raise one of the built-in errors if it is not sound."""
    checksums = json.loads((folder / CHECKSUMS).read_text("utf-8"))
    tables = {
        table: kind(*(_array(folder / f"{table}.{name}.npy", checksums) for name in columns_of(kind)))
        for table, kind in Start.__annotations__.items()
    }
    return Start(**tables)


def _array(path: Path, checksums: Mapping[str, int]) -> Array:
    """Return a stored column: ties are mapped from the file, which processes share, the rest is copied."""
    content = path.read_bytes()
    if crc32(content) != checksums[path.name]:
        raise ValueError(f"{path.name} is not what was stored")
    column: Array = np.load(BytesIO(content), allow_pickle=False)
    if path.name in (f"ties.{name}.npy" for name in MAPPED):
        if column.size:  # an empty file cannot be mapped
            column = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
        column.flags.writeable = False
    return column


def _store(start: Start, folder: Path) -> None:
    """Write the population beside its place and move it there whole; the last to come replaces it by the same."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    try:
        fresh = beside / "fresh"
        fresh.mkdir()
        checksums = {}
        for table, columns in start._asdict().items():
            for name, column in columns._asdict().items():
                stream = BytesIO()
                np.save(stream, column, allow_pickle=False)
                path = fresh / f"{table}.{name}.npy"
                path.write_bytes(stream.getbuffer())
                checksums[path.name] = crc32(stream.getbuffer())
        (fresh / CHECKSUMS).write_text(json.dumps(checksums), "utf-8")
        if folder.exists():  # it could not be read a moment ago
            folder.replace(beside / "broken")
        fresh.replace(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
