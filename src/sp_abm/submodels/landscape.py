"""Landscape: what the world outside decides this week, dated levers first of all."""

from sp_abm.scenario import LEVERS
from sp_abm.world import World


def landscape(world: World, week: int) -> None:
    """Write this week's lever values to the commissioner's row."""
    for position, lever in enumerate(LEVERS):
        getattr(world.commissioner, lever)[0] = world.levers_now[position]
