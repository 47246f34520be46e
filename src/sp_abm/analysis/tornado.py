"""Tornado: how far one factor at a time moves a quantity from where it is when nothing is changed."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sp_abm.analysis.quantity import Quantity
from sp_abm.comparison import Difference, paired_difference
from sp_abm.errors import BadValue

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Bar:
    """A factor: its values, and by how much each moves the quantity from the base, with the same luck."""

    factor: str
    values: tuple[Any, ...]
    changes: tuple[Difference, ...]

    @property
    def swing(self) -> float:
        """Return from the lowest to the highest, the base (0) among them."""
        means = [change.mean for change in self.changes]
        return max(0.0, *means) - min(0.0, *means)


@dataclass(frozen=True)
class Tornado:
    """The factors, the one that moves most first; `base` is the quantity where nothing is changed."""

    quantity: Quantity
    base: Difference
    bars: tuple[Bar, ...]

    def table(self) -> "pd.DataFrame":
        """Return one row a factor and value, the factor with the largest swing first."""
        import pandas as pd

        rows = [
            {"factor": bar.factor, "value": value, **vars(change), "swing": bar.swing}
            for bar in self.bars
            for value, change in zip(bar.values, bar.changes, strict=True)
        ]
        return pd.DataFrame(rows)


def tornado(found: Quantity) -> Tornado:
    """Return the tornado of a quantity; needs a design that changes one factor at a time (ofat)."""
    if found.study.design.kind != "ofat":
        raise BadValue(f"A tornado needs kind = 'ofat'; the study {found.study.name!r} is {found.study.design.kind!r}.")
    by_factor: dict[str, list[tuple[Any, Difference]]] = {}
    for number, point in enumerate(found.points[1:], 1):
        ((name, value),) = point.items()
        pairs = found.values[number] - found.values[0]
        by_factor.setdefault(name, []).append((value, paired_difference(pairs[np.isfinite(pairs)])))
    bars = [Bar(name, *map(tuple, zip(*changes, strict=True))) for name, changes in by_factor.items()]
    return Tornado(found, found.at(0), tuple(sorted(bars, key=lambda bar: -bar.swing)))
