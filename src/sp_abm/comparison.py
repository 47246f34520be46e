"""Compare: several scenarios in one place with the same luck, seed by seed, so that a difference is an effect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.errors import BadValue
from sp_abm.measures import MEASURES
from sp_abm.places import Place
from sp_abm.places import place as find_place
from sp_abm.plausible import needed_sets
from sp_abm.pool import Done, gathered
