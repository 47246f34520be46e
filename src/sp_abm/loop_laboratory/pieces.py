"""Pieces: the laboratory's work in parts of one seed each, kept in the cache, so that a stopped study goes on."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from sp_abm.cache import cache_folder
from sp_abm.errors import CannotWrite
from sp_abm.kernels import SOURCE_HASH
from sp_abm.loop_laboratory import gain, shares, tipping
from sp_abm.places import Place
from sp_abm.scenario import Scenario
from sp_abm.snapshot import write_folder
from sp_abm.vocabulary import WEEKS_PER_YEAR

_FORMATS: Final = {"shares": (2,)}
"""Raise the number of a part when the same runs would be written down otherwise."""
Found = dict[str, Any]
_FILE: Final = "piece.json"
_KIND: Final = "loops"


@dataclass(frozen=True)
class Piece:
    """One seed of one part: `kind` is shares, gain or tipping; `setting` is what distinguishes it within the part."""

    kind: str
    baseline: Scenario
    plan: Scenario
    place: Place
    seed: int
    weeks: int
    measures: tuple[str, ...]
    setting: tuple[str | float, ...] = ()

    def __hash__(self) -> int:
        """Return the hash of what makes this piece's numbers."""
        return int(self.name, 16)

    @property
    def name(self) -> str:
        """Return a hash of all that makes this piece's numbers."""
        content = [
            self.kind,
            self.baseline.content(),
            self.plan.content(),
            self.place.content(),
            self.seed,
            self.weeks,
            self.measures,
            self.setting,
            SOURCE_HASH,
            *_FORMATS.get(self.kind, ()),
        ]
        return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:24]

    @property
    def years(self) -> int:
        """Return roughly how many years it simulates."""
        runs, years = {
            "shares": (shares.n_runs(), self.weeks / WEEKS_PER_YEAR),
            "gain": (gain.RUNS, gain.YEARS),
            "tipping": (1, tipping.YEARS),
        }[self.kind]
        return round(runs * years)

    @property
    def folder(self) -> Path:
        """Return where what was found is kept."""
        return cache_folder(_KIND, self.name)


def _shares(piece: Piece) -> Found:
    return {"values": shares.measured(piece.baseline, piece.plan, piece.place, piece.seed, piece.weeks, piece.measures)}


def _gain(piece: Piece) -> Found:
    return dict(gain.pushed(piece.baseline, piece.place, piece.seed))


def _tipping(piece: Piece) -> Found:
    return {"drift": tipping.drift(piece.baseline, piece.place, piece.seed, float(piece.setting[0]))}


_MADE_BY: Final[Mapping[str, Callable[[Piece], Found]]] = {"shares": _shares, "gain": _gain, "tipping": _tipping}
PARTS: Final = tuple(_MADE_BY)


def kept(piece: Piece) -> Found | None:
    """Return what was found of a piece before, if it is kept and sound."""
    with suppress(OSError, ValueError):
        found = json.loads((piece.folder / _FILE).read_text("utf-8"))
        if isinstance(found, dict):
            return found
    return None


def made(piece: Piece) -> Found:
    """Return what a piece finds, and keep it; a cache that cannot be written costs time, nothing else."""
    found = _MADE_BY[piece.kind](piece)
    with suppress(CannotWrite, OSError):
        write_folder(piece.folder, lambda beside: _write(beside, found))
    return found


def _write(beside: Path, found: Found) -> None:
    (beside / _FILE).write_text(json.dumps(found), "utf-8")
