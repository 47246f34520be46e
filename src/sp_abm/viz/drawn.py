"""Drawn: the pictures of a comparison, as a page, a report or a file wants them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sp_abm.comparison import Comparison
from sp_abm.viz.figures import FIGURES, Picture, drawable
from sp_abm.viz.material import Material
from sp_abm.viz.runs import Paired, Report
from sp_abm.viz.theme import LIGHT, Theme

FIRST: Final = ("stages", "wall", "fans", "moved")
"""The pictures of the first screen."""
ELSEWHERE: Final = ("loops",)
"""Pictures that are no pictures of a plan and have a page of their own."""


def material_of(comparison: Comparison, arm: int = 1) -> Material:
    """Return what the pictures of an arm are made from; a plan that is the baseline itself stands alone."""
    if comparison.scenarios[arm].hash == comparison.scenarios[0].hash:
        return Material(comparison.first[arm])
    found = Material.of(comparison, arm)
    if not isinstance(comparison, Paired) or len(comparison.seeds) == 1:
        return found
    courses = [(row[arm], row[0]) for row in comparison.courses]
    pairs = zip(found.sketches, courses, strict=True)
    return replace(
        found, sketches=tuple(replace(each, course=mine, before_course=base) for each, (mine, base) in pairs)
    )


def names_of(material: Material) -> list[str]:
    """Return the pictures that can be drawn, those of the first screen first."""
    found = [figure.name for figure in drawable(material) if figure.name not in ELSEWHERE]
    return sorted(found, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))


def pictures(
    material: Material,
    names: Sequence[str],
    theme: Theme = LIGHT,
    report: Report = lambda _: None,
) -> dict[str, Picture]:
    """Return pictures by name; before each, `report` is told the share that is drawn, and may raise to stop."""
    drawn: dict[str, Picture] = {}
    for name in names:
        report(len(drawn) / len(names))
        drawn[name] = FIGURES[name].picture(material, theme)
    return drawn
