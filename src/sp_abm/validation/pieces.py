"""Validate: every target beside what the model gives, computed from runs; a piece that is done is kept and not redone.

A piece is a study and a seed: all its worlds, lived through in one process.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

import numpy as np

from sp_abm.cache import cache_folder
from sp_abm.cells import model_version
from sp_abm.errors import CannotWrite, unknown
from sp_abm.evidence import Target, targets
from sp_abm.places import place as find_place
from sp_abm.validation.national import NATIONAL
from sp_abm.validation.people import PEOPLE
from sp_abm.validation.pooling import Floats, Interval, Statistic, pooled
from sp_abm.validation.service import SERVICE
from sp_abm.validation.verdicts import Verdict, judged
from sp_abm.validation.workforce import WORKFORCE
from sp_abm.validation.worlds import STUDIES, live_all

STATISTICS: Final[Mapping[str, Statistic]] = {**PEOPLE, **SERVICE, **WORKFORCE, **NATIONAL}
Done = Callable[[int, int], None]
"""Called with (pieces done, pieces in all): first with those that are kept, then after every other."""


@dataclass(frozen=True)
class Piece:
    """A study lived through with one seed."""

    study: str
    seed: int

    @property
    def name(self) -> str:
        """Return a name that is another whenever the numbers might be."""
        content = [model_version(), _sources(), find_place(STUDIES[self.study].place).content(), self.study, self.seed]
        return f"{self.study}-{self.seed}-{sha256(json.dumps(content).encode()).hexdigest()[:16]}"


@cache
def _sources() -> str:
    """Return a hash of the sources that say which worlds are lived through and what is read in them."""
    digest = sha256()
    for name in ("worlds", "watches", "people", "service", "workforce", "national", "pooling"):
        digest.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    return digest.hexdigest()


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
    processes share the work.
    """
    wanted = studies_of(place)
    kept = _checked(folder) / "pieces" if folder else cache_folder("validation")
    pieces = [Piece(study, seed) for study in wanted for seed in range(1, STUDIES[study].n_seeds + 1)]
    read = {piece: _read(_file(kept, piece)) for piece in pieces}
    seen = {piece: rows for piece, rows in read.items() if rows is not None}
    if done:
        done(len(seen), len(pieces))
    for piece, rows in _run([piece for piece in pieces if piece not in seen], workers):
        with nullcontext() if folder else suppress(CannotWrite):
            _keep(_file(kept, piece), rows)
        seen[piece] = rows
        if done:
            done(len(seen), len(pieces))
    verdicts = [_verdict(target, study, seen) for study in wanted for target in rows_of(study)]
    if not folder:
        for piece in pieces:
            with suppress(OSError):
                _file(kept, piece).unlink()
    order = list(targets())
    return sorted(verdicts, key=lambda verdict: order.index(verdict.target.id))


def _verdict(target: Target, study: str, seen: Mapping[Piece, Mapping[str, Floats]]) -> Verdict:
    pieces = sorted((piece for piece in seen if piece.study == study), key=lambda piece: piece.seed)
    by_seed = [seen[piece][target.id] for piece in pieces]
    model: Interval = pooled(STATISTICS[target.id].value, by_seed)
    return judged(target, model, len(by_seed))


def observed(piece: Piece) -> dict[str, Floats]:
    """Live through all worlds of a piece; return what each of its targets needs of them."""
    worlds = live_all(STUDIES[piece.study], piece.seed)
    return {target.id: STATISTICS[target.id].seen(worlds) for target in rows_of(piece.study)}


def _run(pieces: Iterable[Piece], workers: int | None) -> Iterator[tuple[Piece, Mapping[str, Floats]]]:
    queue = list(pieces)
    n = max(1, min(workers or os.cpu_count() or 1, len(queue)))
    if n == 1:
        yield from ((piece, observed(piece)) for piece in queue)
        return
    pool = ProcessPoolExecutor(n, mp_context=get_context("spawn"))
    try:
        futures = {pool.submit(observed, piece): piece for piece in queue}
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _checked(folder: Path) -> Path:
    """Return a folder that is there and can be written; raises `CannotWrite` before anything is run."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=folder):
            return folder
    except OSError as problem:
        raise CannotWrite(f"{folder} cannot be written: {problem.strerror or problem}.") from None


def _file(folder: Path, piece: Piece) -> Path:
    return folder / f"{piece.name}.json"


def _read(path: Path) -> Mapping[str, Floats] | None:
    """Return a kept piece, or None where there is none that is whole."""
    try:
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return {row: np.array(numbers, np.float64) for row, numbers in content.items()}
    except (OSError, ValueError, AttributeError):
        return None


def _keep(path: Path, rows: Mapping[str, Floats]) -> None:
    """Keep a piece, whole or not at all."""
    beside = path.with_suffix(f".{os.getpid()}.unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps({row: numbers.tolist() for row, numbers in rows.items()}), "utf-8")
        beside.replace(path)
    except OSError as problem:
        raise CannotWrite(f"{path} cannot be written: {problem.strerror or problem}.") from None
