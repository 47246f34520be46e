"""Gain: how much of a small push on burnout the vicious circle sends back."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.comparison import Difference
from sp_abm.loop_laboratory.runs import Runs, weekly
from sp_abm.loop_laboratory.shares import ratio_of_means
from sp_abm.loops import LINKS
from sp_abm.places import Place
from sp_abm.scenario import Scenario
from sp_abm.vocabulary import WEEKS_PER_YEAR

LOOP: Final = "R1"
YEARS: Final = 3
"""Time for one turn: strain, leaving, a vacancy filled, a yearly review that saw it, posts that followed."""
RUNS: Final = 4
"""Pushed and not, with the circle whole and cut."""
PUSH_SD: Final = 0.5
"""The push, in standard deviations of burnout between workers."""


def pushed(scenario: Scenario, place: Place, seed: int) -> dict[str, float]:
    """Return what a push of everybody's burnout adds to it over three years, in burnout x weeks, one seed.

    `on` with the circle whole, `cut` with its links frozen at the run that nobody pushed.
    """
    weeks = YEARS * WEEKS_PER_YEAR
    circle = tuple(link for link, declared in LINKS.items() if LOOP in declared.loops)
    push = PUSH_SD * scenario.parameter_set().contact.sd_burnout
    runs = Runs(scenario, place, seed, weeks)
    calm, links = runs.reference(circle)
    burnout = [
        weekly(results, "sum_burnout", "n_workers")
        for results in (
            calm,
            runs.run(push=push),
            runs.run(frozen=circle, at=links),
            runs.run(frozen=circle, at=links, push=push),
        )
    ]
    return {"on": added(burnout[0], burnout[1]), "cut": added(burnout[2], burnout[3])}


def added(calm: NDArray[np.float64], after: NDArray[np.float64]) -> float:
    """Return the sum over weeks of what a push added, over the weeks in which somebody was in post in both runs."""
    return float(np.nansum(after - calm))


def gain(on: NDArray[np.float64], cut: NDArray[np.float64]) -> Difference:
    """Return what comes back as a multiple of the push: below 1 it dies out, above 1 it grows; below 0 it is undone."""
    return ratio_of_means(on - cut, cut)
