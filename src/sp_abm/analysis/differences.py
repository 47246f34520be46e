"""Differences: every arm against the first at every point, with interval and verdict."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sp_abm.analysis.quantity import Quantity, check_finished, checked_measure, quantity
from sp_abm.errors import BadValue
from sp_abm.opened import OpenStudy

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("pairs", "mean", "low", "high", "verdict")


def differences(opened: OpenStudy, measures: Sequence[str] = ()) -> "pd.DataFrame":
    """Return one row a point, arm and measure: the factors, how many pairs, mean, 95% interval, verdict.

    `measures` are those of the study if none is named; one without a value at a point has no row there.
    """
    import pandas as pd

    check_finished(opened)
    arms = list(opened.study.arms)
    if len(arms) < 2:
        raise BadValue(f"The study has one arm, {arms[0]!r}: there is no other to compare it with.")
    names = [checked_measure(opened, name).name for name in measures or opened.facts["measures"]]
    rows = [
        row for name in names for arm in arms[1:] for row in _rows(quantity(opened, name, arm, may_be_missing=True))
    ]
    return pd.DataFrame(rows).sort_values(["measure", "point", "arm"], kind="stable", ignore_index=True)


def _rows(found: Quantity) -> list[dict[str, object]]:
    """Return a row for every point that has a value."""
    pairs = np.isfinite(found.values).sum(axis=1)
    return [
        {
            "point": number,
            **{name: point.get(name) for name in found.study.factor_names},
            "arm": found.arm,
            "measure": found.measure.name,
            "pairs": int(pairs[number]),
            **vars(found.at(number)),
        }
        for number, point in enumerate(found.points)
        if pairs[number]
    ]
