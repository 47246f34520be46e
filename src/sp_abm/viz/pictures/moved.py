"""Moved: who is in another stage at the end because of a plan, from their stage in the baseline (alluvial)."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.comparison import Difference, paired_difference
from sp_abm.viz.axes import Box, Drawing
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.legend import Key, legend
from sp_abm.viz.material import Material
from sp_abm.viz.ribbons import Block, Ribbon, draw_nobody, draw_ribbons
from sp_abm.viz.table import Cell, Table, table
from sp_abm.viz.theme import LIGHT, STACK, Theme
from sp_abm.viz.words import ONE_RUN, arm_name, check_pair, decimal, footer, quoted, signed
from sp_abm.vocabulary import Stage

_ORDER: Final = STACK[::-1]
"""Stages from the top down: the worst first, as in the stage stream."""


@dataclass(frozen=True)
class Move:
    """People who are in one stage in the baseline and in another here: mean over pairs, and their interval."""

    before: Stage
    after: Stage
    people: Difference

    @property
    def is_better(self) -> bool:
        """Return whether they are better off."""
        return STACK.index(self.after) < STACK.index(self.before)


@dataclass(frozen=True)
class Moved:
    """What the picture shows: the moves, how many stayed, and the arms' names."""

    moves: tuple[Move, ...]
    stayed: float
    arm: str
    baseline: str
    table: Table
    texts: Texts


def moved(material: Material) -> Moved:
    """Return who moved because of a plan, over all pairs of a comparison or in one pair of runs."""
    results, baseline = material.run, material.baseline_run
    check_pair(results, baseline)
    matrices = material.moves
    moves = tuple(
        Move(before, after, paired_difference(matrices[:, before, after]))
        for before in _ORDER
        for after in _ORDER
        if before != after and matrices[:, before, after].any()
    )
    stayed = float(np.trace(matrices.mean(axis=0)))
    return Moved(
        moves, stayed, arm_name(results), arm_name(baseline), _table(moves, len(matrices)), _texts(material, matrices)
    )


def _table(moves: tuple[Move, ...], n: int) -> Table:
    """Return one row a move; with many pairs, its 95% interval."""
    columns = ["stage in the baseline", "stage here", "people"] + (["low", "high"] if n > 1 else [])
    rows: list[list[Cell]] = [
        [
            move.before.label,
            move.after.label,
            *(round(each, 1) for each in (move.people.mean, move.people.low, move.people.high)[: len(columns) - 2]),
        ]
        for move in moves
    ]
    return table(columns, rows)


def _net(matrices: NDArray[np.float64]) -> Difference:
    """Return how many more are better off than worse off, over pairs."""
    sign = np.array([[np.sign(STACK.index(before) - STACK.index(after)) for after in Stage] for before in Stage])
    return paired_difference((matrices * sign).sum(axis=(1, 2)))


def _texts(material: Material, matrices: NDArray[np.float64]) -> Texts:
    results, baseline = material.run, material.baseline_run
    n, people, net = len(matrices), float(matrices.sum(axis=(1, 2)).mean()), _net(matrices)
    others = people - float(np.trace(matrices.mean(axis=0)))
    better, worse = (others + net.mean) / 2, (others - net.mean) / 2
    title = f"Nobody is in another stage than in {quoted(baseline)}"
    if others:
        title = (
            f"{decimal(better, 0)} people are better off at the end than in {quoted(baseline)} and "
            f"{decimal(worse, 0)} worse off"
        )
    subtitle = (
        f"People of 16 and over who live there in both worlds ({decimal(people, 0)}) and are in another stage; "
        f"the other {decimal(people - others, 0)} are as they were"
    )
    doubt = ONE_RUN
    if n > 1:
        doubt = (
            f"Means of {n} pairs with the same luck. Better less worse: {signed(net.mean, 1)} people "
            f"({signed(net.low, 1)} to {signed(net.high, 1)}, 95%): {net.verdict}. {material.ranges}"
        )
    notes = (doubt, "Many moves either way are chance let loose by a change; what a plan does is the difference.")
    return Texts(title, subtitle, notes, tuple(footer(results, baseline)), f"{title}. {subtitle}.")


def draw_moved(view: Moved, theme: Theme = LIGHT) -> str:
    """Return the alluvial picture as an SVG string."""

    def draw(area: Box) -> Drawing:
        marks, top = legend([Key("better off", theme.better), Key("worse off", theme.worse)], area, theme)
        below = Box(area.left, top, area.width, area.bottom - top)
        if not view.moves:
            drawn, bottom = draw_nobody("nobody moved", below, theme)
            return [*marks, *drawn], bottom
        headings = (f"In ‘{view.baseline}’", f"In ‘{view.arm}’")
        drawn, bottom = draw_ribbons(_blocks(view, theme), _ribbons(view, theme), headings, below, theme)
        return [*marks, *drawn], bottom

    return framed(view.texts, theme, draw)


def _blocks(view: Moved, theme: Theme) -> list[Block]:
    """Return the stages on both sides, each with those who are in it on one side only."""
    found = []
    for column, side in enumerate(("before", "after")):
        for stage in _ORDER:
            people = sum(move.people.mean for move in view.moves if getattr(move, side) is stage)
            if people:
                words = f"{decimal(people, 0)} people"
                found.append(Block(f"{side} {stage}", column, stage.label, people, words, theme.stages[stage]))
    return found


def _ribbons(view: Moved, theme: Theme) -> list[Ribbon]:
    return [
        Ribbon(
            f"before {move.before}",
            f"after {move.after}",
            move.people.mean,
            theme.better if move.is_better else theme.worse,
        )
        for move in view.moves
    ]
