"""Ties between citizens (household, close, weak) as compressed rows."""

from typing import Annotated, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sp_abm.declare import column
from sp_abm.kernels import Whole, borrowing, inlined
from sp_abm.vocabulary import TieKind

I32: TypeAlias = NDArray[np.int32]
U8: TypeAlias = NDArray[np.uint8]


class Ties(NamedTuple):
    """Ties of row i are entries start[i] to start[i+1]; each tie stands in both its rows.

    `start` has one entry more than there are citizens; the others one entry per directed tie.
    """

    start: Annotated[I32, column(np.int32, "first tie of the row", "entry", "population")]
    other: Annotated[I32, column(np.int32, "row of the other person", "row", "population")]
    kind: Annotated[U8, column(np.uint8, "household, close or weak", "TieKind", "population")]
    strength: Annotated[
        U8,
        column(
            np.uint8,
            "1 alive, 0 asleep until the two know each other again",
            "0 or 1",
            "influence",
            "residents",
            "population",
        ),
    ]


def read_only(ties: Ties) -> Ties:
    """Return the ties with places and kinds protected, as they are when memory-mapped."""
    views = {name: getattr(ties, name).view() for name in ("start", "other", "kind")}
    for view in views.values():
        view.flags.writeable = False
    return ties._replace(**views)


@inlined
def set_strength(
    start: Whole, other: Whole, kind: Whole, strength: Whole, n_live: Whole, row: int, entry: int, value: int
) -> None:
    """Set a tie's strength in both its rows and keep the two counts of live ties; idempotent."""
    if strength[entry] == value:
        return
    friend = other[entry]
    strength[entry] = value
    for mirror in range(start[friend], start[friend + 1]):
        if other[mirror] == row and kind[mirror] == kind[entry]:
            strength[mirror] = value
            break
    step = 1 if value else -1
    n_live[row] += step
    n_live[friend] += step


@borrowing
def wake(ties: Ties, n_live: Whole, rows: Whole, entries: Whole) -> None:
    """Wake one tie of each row, and count those of each person that are alive in `n_live`."""
    start, other, kind, strength = ties.start, ties.other, ties.kind, ties.strength
    for k in range(rows.shape[0]):
        set_strength(start, other, kind, strength, n_live, rows[k], entries[k], 1)


@borrowing
def put_to_sleep(ties: Ties, n_live: Whole, rows: Whole) -> None:
    """Put the close and weak ties of rows to sleep: somebody new lives there."""
    start, other, kind, strength = ties.start, ties.other, ties.kind, ties.strength
    for row in rows:
        for entry in range(start[row], start[row + 1]):
            if kind[entry] != TieKind.HOUSEHOLD:
                set_strength(start, other, kind, strength, n_live, row, entry, 0)
