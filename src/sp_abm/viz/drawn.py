"""Drawn: the pictures of a comparison, as a page, a report or a file wants them."""

from collections.abc import Iterable
from typing import Final

from sp_abm.comparison import Comparison
from sp_abm.viz.figures import FIGURES, Picture, drawable
from sp_abm.viz.material import Material
from sp_abm.viz.theme import checked_theme

FIRST: Final = ("stages", "wall")
"""The pictures of the first screen."""
WIDTH: Final = 860.0


def material_of(comparison: Comparison, arm: int = 1) -> Material:
    """Return what the pictures of an arm are made from; a plan that is the baseline itself stands alone."""
    if comparison.scenarios[arm].hash == comparison.scenarios[0].hash:
        return Material(comparison.first[arm])
    return Material.of(comparison, arm)


def names_of(comparison: Comparison, arm: int = 1) -> list[str]:
    """Return the pictures that can be drawn, those of the first screen first."""
    found = [figure.name for figure in drawable(material_of(comparison, arm))]
    return sorted(found, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))


def pictures(
    comparison: Comparison, names: Iterable[str], theme: str = "light", width: float = WIDTH, arm: int = 1
) -> dict[str, Picture]:
    """Return pictures by name."""
    look, material = checked_theme(theme, width), material_of(comparison, arm)
    return {name: FIGURES[name].picture(material, look) for name in names}
