"""Heat map: a quantity over two factors, and the line where it changes sign: the tipping contour."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.analysis.quantity import Quantity
from sp_abm.comparison import CLEAR, Difference, paired_difference
from sp_abm.errors import BadValue

if TYPE_CHECKING:
    import pandas as pd

Corner = tuple[float, float]
Segment = tuple[Corner, Corner]
Grid = NDArray[np.float64]

LINES: Final = ("mean", "low", "high")
"""A contour is drawn for the mean and for both ends of its interval: between these two the side is unclear."""


@dataclass(frozen=True)
class HeatMap:
    """A quantity, less the `threshold`, at each combination of two factors' values; `cells[row of y][column of x]`.

    Other factors of the study are `averaged` over. Where there is no threshold a level has no side to be on.
    """

    quantity: Quantity
    x: str
    y: str
    xs: tuple[Any, ...]
    ys: tuple[Any, ...]
    cells: tuple[tuple[Difference, ...], ...]
    threshold: float | None
    averaged: tuple[str, ...]

    @property
    def is_numeric(self) -> bool:
        """Say whether both factors are numbers, so that a line between their values means something."""
        return not any(isinstance(value, str | bool) for value in (*self.xs, *self.ys))

    def grid(self, line: str = "mean") -> Grid:
        """Return the mean, or an end of its interval, less the threshold, shape (ys, xs)."""
        return np.array([[getattr(cell, line) for cell in row] for row in self.cells], np.float64)

    def contour(self, line: str = "mean") -> list[Segment]:
        """Return the pieces of the line along which the mean (or an end of its interval) is at the threshold."""
        if self.threshold is None or not self.is_numeric:
            return []
        return list(segments(self.xs, self.ys, self.grid(line)))

    @cached_property
    def sides(self) -> dict[str, int]:
        """Return at how many points the quantity is above and below the threshold, and at how many of them clearly."""
        flat = [cell for row in self.cells for cell in row]
        clear = [cell.mean for cell in flat if cell.verdict == CLEAR]
        return {
            "above": sum(cell.mean > 0 for cell in flat),
            "below": sum(cell.mean < 0 for cell in flat),
            "clearly above": sum(mean > 0 for mean in clear),
            "clearly below": sum(mean < 0 for mean in clear),
        }

    @property
    def finding(self) -> str:
        """Return in a sentence whether there is a tipping point."""
        if self.threshold is None:
            return "A level has no tipping point by itself: name a threshold."
        sides, n = self.sides, len(self.xs) * len(self.ys)
        what = "the difference" if self.quantity.is_difference else "the value"
        what += f" less {self.threshold:g}" if self.threshold else ""
        if not (sides["above"] and sides["below"]):
            side = "above" if sides["above"] else "below"
            if not sides[side]:
                return f"No tipping point: {what} is 0 everywhere."
            clear = sides[f"clearly {side}"]
            return f"No tipping point: {what} is {side} 0 at {sides[side]} of {n} points ({clear} clear)."
        sure = sides["clearly above"] and sides["clearly below"]
        said = "and this is more than noise" if sure else "but this may be noise"
        return (
            f"{what.capitalize()} changes sign, {said}: above 0 at {sides['above']} of {n} points "
            f"({sides['clearly above']} clear), below at {sides['below']} ({sides['clearly below']} clear)."
        )

    def table(self) -> "pd.DataFrame":
        """Return one row a cell: both factors, mean, interval; and, where there is a threshold, the verdict."""
        import pandas as pd

        columns = LINES if self.threshold is None else (*LINES, "verdict")
        rows = [
            {self.x: x, self.y: y} | {name: getattr(cell, name) for name in columns}
            for y, row in zip(self.ys, self.cells, strict=True)
            for x, cell in zip(self.xs, row, strict=True)
        ]
        return pd.DataFrame(rows)

    def crossings(self) -> "pd.DataFrame":
        """Return where along x the mean and the ends of its interval cross the threshold, for each value of y."""
        import pandas as pd

        rows = [
            {self.y: y, "line": line, self.x: at}
            for line in LINES
            if self.threshold is not None and self.is_numeric
            for y, row in zip(self.ys, self.grid(line), strict=True)
            for at in _crossed(self.xs, row)
        ]
        return pd.DataFrame(rows, columns=[self.y, "line", self.x])


def heat_map(found: Quantity, x: str = "", y: str = "", threshold: float | None = None) -> HeatMap:
    """Return the heat map of a quantity over two factors, by default the first two of the study.

    The threshold is 0 for a difference unless one is given. Every combination of values of both must have been run.
    """
    x, y = _axes(found, x, y)
    columns, rows = found.column(x), found.column(y)
    xs, ys = _levels(columns), _levels(rows)
    at = 0.0 if threshold is None and found.is_difference else threshold
    points: dict[tuple[Any, Any], list[int]] = {}
    for point, key in enumerate(zip(columns, rows, strict=True)):
        points.setdefault(key, []).append(point)
    _check_grid([(one, two) for two in ys for one in xs], points, x, y)
    cells = tuple(tuple(_cell(found, points[one, two], at or 0.0) for one in xs) for two in ys)
    averaged = tuple(name for name in found.study.factor_names if name not in (x, y))
    return HeatMap(found, x, y, xs, ys, cells, at, averaged)


def _axes(found: Quantity, x: str, y: str) -> tuple[str, str]:
    """Return the factors to draw, by default the first two of the study."""
    names = found.study.factor_names
    if len(names) < 2:
        raise BadValue(f"A heat map needs two factors; the study {found.study.name!r} has {len(names)}.")
    x = x or next(name for name in names if name != y)
    y = y or next(name for name in names if name != x)
    if x == y:
        raise BadValue(f"A heat map needs two different factors, not {x} twice.")
    return x, y


def _levels(values: Sequence[Any]) -> tuple[Any, ...]:
    """Return the different values, numbers rising, words in the order of the study."""
    different = list(dict.fromkeys(values))
    if any(value is None for value in different):
        raise BadValue("A heat map needs a grid of two factors; here some points leave a factor as it is.")
    return tuple(different if any(isinstance(value, str) for value in different) else sorted(different))


def _check_grid(wanted: Sequence[tuple[Any, Any]], run: Collection[tuple[Any, Any]], x: str, y: str) -> None:
    """Raise `BadValue` if some combinations of the values of two factors were not run."""
    lacking = [pair for pair in wanted if pair not in run]
    if lacking:
        raise BadValue(
            f"A heat map needs every value of {x} with every value of {y}, as a grid has them; "
            f"{len(lacking):,} of {len(wanted):,} combinations were not run, such as {lacking[0]}."
        )


def _cell(found: Quantity, points: list[int], threshold: float) -> Difference:
    """Return the mean over points within each replication, less the threshold, over replications."""
    per_replication = found.values[points].mean(axis=0) - threshold
    return paired_difference(per_replication[np.isfinite(per_replication)])


def segments(xs: Sequence[float], ys: Sequence[float], grid: Grid) -> Iterator[Segment]:
    """Yield the straight pieces along which a surface, linear between its points, is 0 (marching squares)."""
    for row, (low, high) in enumerate(pairwise(ys)):
        for column, (left, right) in enumerate(pairwise(xs)):
            corners = [(left, low), (right, low), (right, high), (left, high)]
            square = grid[row : row + 2, column : column + 2]
            around = [square[0, 0], square[0, 1], square[1, 1], square[1, 0]]
            if np.isfinite(around).all():
                yield from _pieces(corners, around)


def _pieces(corners: list[Corner], around: list[float]) -> Iterator[Segment]:
    """Yield the pieces within one square, whose corners and values go round it."""
    met = [
        _between(corners[k - 1], corners[k], around[k - 1], around[k])
        for k in range(len(corners))
        if (around[k - 1] > 0) != (around[k] > 0)
    ]
    if len(met) == 2:
        yield met[0], met[1]
    elif met:  # a saddle: which corners belong together, its middle tells
        first = 1 if (sum(around) > 0) == (around[0] > 0) else 0
        yield met[first], met[first + 1]
        yield met[(first + 2) % len(met)], met[(first + 3) % len(met)]


def _between(one: Corner, two: Corner, at_one: float, at_two: float) -> Corner:
    """Return where a line between two corners is 0."""
    share = at_one / (at_one - at_two)
    return one[0] + share * (two[0] - one[0]), one[1] + share * (two[1] - one[1])


def _crossed(xs: Sequence[float], row: Grid) -> Iterator[float]:
    """Yield where along a row of values it changes sign."""
    for (left, right), (at_left, at_right) in zip(pairwise(xs), pairwise(row.tolist()), strict=True):
        if np.isfinite([at_left, at_right]).all() and (at_left > 0) != (at_right > 0):
            yield _between((left, 0.0), (right, 0.0), at_left, at_right)[0]
