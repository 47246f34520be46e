"""Where things that can be made again are kept between runs: compiled code, populations, warm-ups."""

import os
import shutil
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

MOST_BYTES: Final = 6_000_000_000
SECONDS_BETWEEN_PRUNINGS: Final = 60.0
A_DAY: Final = 24 * 60 * 60.0
_PRUNED: Final = ".pruned"


def cache_root() -> Path:
    """Return the user's cache folder for sp_abm; the variable SP_ABM_CACHE overrides it."""
    given = os.environ.get("SP_ABM_CACHE")
    if given:
        return Path(given).expanduser()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
        return (Path(base) if base else Path.home() / "AppData" / "Local") / "sp_abm" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "sp_abm"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sp_abm"


def cache_folder(*parts: str) -> Path:
    """Return a folder inside the cache; it is not created."""
    return cache_root().joinpath(*parts)


def tidy(kind: str) -> None:
    """Prune what is kept of a kind, once a day; a cache that cannot be written is left as it is."""
    with suppress(OSError):
        prune(cache_folder(kind), MOST_BYTES, A_DAY)


def prune(folder: Path, most_bytes: int = MOST_BYTES, seconds_between: float = SECONDS_BETWEEN_PRUNINGS) -> None:
    """Remove the oldest entries of a cache folder until the rest is at most that many bytes.

    To look at a thousand entries takes a tenth of a second, as long as a short run: once a minute is enough. Where
    each has many files, it takes ten times as long.
    """
    mark = folder / _PRUNED
    if mark.exists() and 0 <= time.time() - mark.stat().st_mtime < seconds_between:
        return
    mark.touch()
    entries = []
    for entry in folder.iterdir():
        if entry == mark:
            continue
        try:
            size = sum(file.stat().st_size for file in entry.rglob("*"))
            entries.append((entry.stat().st_mtime, size, entry))
        except OSError:
            continue
    total = sum(size for _, size, _ in entries)
    for _, size, entry in sorted(entries)[:-1]:
        if total <= most_bytes:
            break
        shutil.rmtree(entry, ignore_errors=True)
        total -= size
