"""Landscape: what the world outside decides this week: dated levers first of all, and shocks that wear off."""

from collections import namedtuple

from sp_abm.kernels import Floats, brief
from sp_abm.levers import LEVERS
from sp_abm.world import World

Asked = namedtuple("Asked", LEVERS)  # type: ignore[misc]
"""The commissioner's columns that hold this week's levers, in their order."""


def landscape(world: World, week: int) -> None:
    """Write this week's lever values to the commissioner's row, and let past shocks wear off."""
    books = world.commissioner
    kept = 1 - 1 / world.parameters.landscape.weeks_shock_fades
    _ask_for(world.part(Asked, books), world.levers_now, books.shock_strain, books.distress_shock, kept)


@brief
def _ask_for(asked: tuple[Floats, ...], values: Floats, strain: Floats, shock: Floats, kept: float) -> None:
    for lever in range(values.shape[0]):
        asked[lever][0] = values[lever]
    strain[0] = strain[0] * kept + shock[0]
