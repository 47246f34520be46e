"""Landscape: what the world outside decides this week: dated levers first of all, and shocks that wear off."""

from sp_abm.levers import LEVERS
from sp_abm.world import World


def landscape(world: World, week: int) -> None:
    """Write this week's lever values to the commissioner's row, and let past shocks wear off."""
    books = world.commissioner
    for lever, value in zip(LEVERS, world.levers_now, strict=True):
        getattr(books, lever)[0] = value
    left = books.shock_strain[0] * (1 - 1 / world.parameters.landscape.weeks_shock_fades)
    books.shock_strain[0] = left + books.distress_shock[0]
