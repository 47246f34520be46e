"""Population: the residents of a place, their households and ties, and the services they use."""

from sp_abm.population.start import MEAN_PLACES, Start, build
from sp_abm.population.stored import load_or_build

__all__ = ["MEAN_PLACES", "Start", "build", "load_or_build"]
