"""Validate: every target beside what the model gives, computed from runs; a piece that is done is kept and not redone.

A piece is a study and a seed: all its worlds, lived through in one process.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

import numpy as np

from sp_abm.cache import cache_folder
from sp_abm.errors import CannotWrite, unknown
from sp_abm.evidence import Target, targets
from sp_abm.kept import gathered, name_of
from sp_abm.places import place as find_place
from sp_abm.pool import Done
from sp_abm.validation.national import NATIONAL
from sp_abm.validation.people import PEOPLE
from sp_abm.validation.pooling import Floats, Interval, Statistic, pooled
from sp_abm.validation.service import SERVICE
from sp_abm.validation.verdicts import Verdict, judged
from sp_abm.validation.workforce import WORKFORCE
from sp_abm.validation.worlds import STUDIES, live_all

STATISTICS: Final[Mapping[str, Statistic]] = {**PEOPLE, **SERVICE, **WORKFORCE, **NATIONAL}


@dataclass(frozen=True)
class Piece:
    """A study lived through with one seed."""

    study: str
    seed: int

    @property
    def name(self) -> str:
        """Return a name that is another whenever the numbers might be."""
        study = STUDIES[self.study]
        arms = {name: arm.as_scenario().content() for name, arm in study.arms.items()}
        content = [find_place(study.place).content(), arms, self.study, self.seed]
        return f"{self.study}-{self.seed}-{name_of(Path(__file__).parent, content)}"


def studies_of(place: str | None) -> tuple[str, ...]:
    """Return the studies whose rows are wanted, by short name or as the targets name the place; None is all."""
    if place is None:
        return tuple(STUDIES)
    found = tuple(name for name, study in STUDIES.items() if place in (name, study.words))
    if not found:
        raise unknown("place of the targets", place, (*STUDIES, *(study.words for study in STUDIES.values())))
    return found


def rows_of(study: str) -> tuple[Target, ...]:
    """Return the targets that a study is for."""
    return tuple(target for target in targets().values() if target.place == STUDIES[study].words)


def validate(
    place: str | None = None, *, folder: Path | None = None, workers: int | None = None, done: Done | None = None
) -> list[Verdict]:
    """Return the verdict on every target, or on those of one place, in the order of the table.

    Finished pieces are kept in `folder`, or in the cache until all are done: a validation that was stopped goes on,
    and one that ended leaves nothing there, so that the next computes every number anew. `workers` is how many
    processes share the work; `done` is told first of the pieces that are kept, then after every other.
    """
    wanted = studies_of(place)
    kept = _checked(folder) / "pieces" if folder else cache_folder("validation")
    pieces = [Piece(study, seed) for study in wanted for seed in range(1, STUDIES[study].n_seeds + 1)]
    files = {piece: kept / f"{piece.name}.json" for piece in pieces}
    seen = gathered(observed, files, workers, done, must_keep=folder is not None)
    verdicts = [_verdict(target, study, seen) for study in wanted for target in rows_of(study)]
    if not folder:
        for file in files.values():
            with suppress(OSError):
                file.unlink()
    order = list(targets())
    return sorted(verdicts, key=lambda verdict: order.index(verdict.target.id))


def _verdict(target: Target, study: str, seen: Mapping[Piece, Mapping[str, Any]]) -> Verdict:
    pieces = sorted((piece for piece in seen if piece.study == study), key=lambda piece: piece.seed)
    by_seed = [np.asarray(seen[piece][target.id], np.float64) for piece in pieces]
    model: Interval = pooled(STATISTICS[target.id].value, by_seed)
    return judged(target, model, len(by_seed))


def observed(piece: Piece) -> dict[str, Floats]:
    """Live through all worlds of a piece; return what each of its targets needs of them."""
    worlds = live_all(STUDIES[piece.study], piece.seed)
    return {target.id: STATISTICS[target.id].seen(worlds) for target in rows_of(piece.study)}


def _checked(folder: Path) -> Path:
    """Return a folder that is there and can be written; raises `CannotWrite` before anything is run."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=folder):
            return folder
    except OSError as problem:
        raise CannotWrite(f"{folder} cannot be written: {problem.strerror or problem}.") from None
