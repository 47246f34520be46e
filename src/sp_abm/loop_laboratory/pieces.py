"""Pieces: the laboratory's work in parts of one seed each, kept in the cache, so that a stopped study goes on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sp_abm.cache import cache_folder
from sp_abm.kept import Found, name_of
from sp_abm.loop_laboratory import gain, shares, tipping
from sp_abm.places import Place
from sp_abm.scenario import Scenario
from sp_abm.vocabulary import WEEKS_PER_YEAR


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
        ]
        return name_of(Path(__file__).parent, content)

    @property
    def _cuts(self) -> tuple[str, ...]:
        return tuple(map(str, self.setting)) if self.kind == "shares" else ()

    @property
    def years(self) -> int:
        """Return roughly how many years it simulates."""
        runs, years = {
            "shares": (shares.n_runs(self._cuts), self.weeks / WEEKS_PER_YEAR),
            "gain": (gain.RUNS, gain.YEARS),
            "tipping": (1, tipping.YEARS),
        }[self.kind]
        return round(runs * years)

    @property
    def file(self) -> Path:
        """Return where what was found is kept."""
        return cache_folder("loops", f"{self.name}.json")


def _shares(piece: Piece) -> Found:
    arguments = (piece.baseline, piece.plan, piece.place, piece.seed, piece.weeks, piece.measures)
    return {"values": shares.measured(*arguments, [str(name) for name in piece.setting])}


def _gain(piece: Piece) -> Found:
    return dict(gain.pushed(piece.baseline, piece.place, piece.seed))


def _tipping(piece: Piece) -> Found:
    return {"drift": tipping.drift(piece.baseline, piece.place, piece.seed, float(piece.setting[0]))}


_MADE_BY: Final[Mapping[str, Callable[[Piece], Found]]] = {"shares": _shares, "gain": _gain, "tipping": _tipping}
PARTS: Final = tuple(_MADE_BY)


def made(piece: Piece) -> Found:
    """Return what a piece finds."""
    return _MADE_BY[piece.kind](piece)
