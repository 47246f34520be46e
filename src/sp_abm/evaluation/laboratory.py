"""Evaluate: one service measured five ways in the same world, over replications."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.comparison import Difference, checked_seeds, in_turn, paired_difference
from sp_abm.errors import BadValue, unknown
from sp_abm.evaluation.estimators import METHODS, Group, mean_of
from sp_abm.evaluation.groups import FOLLOW_UPS, groups, index_weeks
from sp_abm.evaluation.records import OUTCOMES, WINDOW, Records
from sp_abm.loops import CUT_OFF_PEOPLE
from sp_abm.places import Place
from sp_abm.places import place as find_place
from sp_abm.pool import Done, gathered
from sp_abm.scenario import Scenario, load
from sp_abm.simulation import Simulation, checked_years
from sp_abm.vocabulary import WEEKS_PER_YEAR

if TYPE_CHECKING:
    import pandas as pd

SIZES: Final = ("referred", "completers", "others")
STATES: Final = ("referred_before", "referred_without", "others_before", "others_after", "completers_truth")
"""Means kept beside the estimates, so that what parts them can be told."""


@dataclass(frozen=True)
class Evaluation:
    """What each method finds: `values` has shape (seeds, follow-ups, methods, outcomes), `states` likewise.

    `sizes` counts people at the last follow-up, shape (seeds, 3) in the order of `SIZES`. `n_sets` is how many
    plausible sets of parameters the seeds took in turn, 0 where they had the defaults.
    """

    scenario: Scenario
    place: Place
    years: float
    seeds: tuple[int, ...]
    has_effect: bool
    values: NDArray[np.float64]
    states: NDArray[np.float64]
    sizes: NDArray[np.float64]
    n_sets: int = 0

    def estimate(self, outcome: str, method: str, weeks: int = FOLLOW_UPS[-1]) -> Difference:
        """Return what a method finds for an outcome so many weeks after referral: mean over seeds, 95% interval."""
        return self._over_seeds(self.values, METHODS, method, outcome, weeks)

    def state(self, outcome: str, state: str, weeks: int = FOLLOW_UPS[-1]) -> float:
        """Return the mean over seeds of one of `STATES`."""
        return self._over_seeds(self.states, STATES, state, outcome, weeks).mean

    def bias(self, outcome: str, method: str, weeks: int = FOLLOW_UPS[-1]) -> Difference:
        """Return how far a method is from the truth, pair by pair."""
        truth = list(METHODS).index("truth")
        return self._over_seeds(self.values - self.values[:, :, [truth]], METHODS, method, outcome, weeks)

    def _over_seeds(
        self, values: NDArray[np.float64], rows: Sequence[str] | Mapping[str, Any], row: str, outcome: str, weeks: int
    ) -> Difference:
        for kind, name, known in (("row of an evaluation", row, rows), ("outcome", outcome, OUTCOMES)):
            if name not in known:
                raise unknown(kind, name, known)
        if weeks not in FOLLOW_UPS:
            raise BadValue(f"weeks = {weeks!r} must be one of {', '.join(map(str, FOLLOW_UPS))}.")
        found = values[:, FOLLOW_UPS.index(weeks), list(rows).index(row), OUTCOMES.index(outcome)]
        return paired_difference(found[np.isfinite(found)])

    def as_dict(self, weeks: int = FOLLOW_UPS[-1]) -> dict[str, dict[str, dict[str, float]]]:
        """Return {outcome: {method: {mean, low, high}}}."""
        return {
            outcome: {
                method: {part: getattr(self.estimate(outcome, method, weeks), part) for part in ("mean", "low", "high")}
                for method in METHODS
            }
            for outcome in OUTCOMES
        }

    def frame(self) -> "pd.DataFrame":
        """Return one row a follow-up, outcome and method: mean, low, high, and the bias."""
        import pandas as pd

        rows = [
            {"weeks": weeks, "outcome": outcome, "method": method, **found[method], "bias": bias.mean,
             "bias_low": bias.low, "bias_high": bias.high}
            for weeks in FOLLOW_UPS
            for outcome, found in self.as_dict(weeks).items()
            for method in METHODS
            for bias in [self.bias(outcome, method, weeks)]
        ]  # fmt: skip
        return pd.DataFrame(rows)


def evaluate(
    scenario: str | Path | Scenario = "today",
    place: str | Path | Place = "average-pcn",
    seeds: int | Sequence[int] = 10,
    years: float = 3,
    *,
    has_effect: bool = True,
    changes: Mapping[str, Any] | None = None,
    sets: Sequence[Mapping[str, float]] = (),
    workers: int | None = None,
    done: Done | None = None,
) -> Evaluation:
    """Measure a scenario's service five ways and compare with the truth, from the same people without it.

    `has_effect` False lets nothing the service does reach people's health, in either world; `changes` are levers and
    parameters; `sets` are plausible sets of parameters, taken in turn by the replications, so that intervals hold
    what is not known of them too; `workers` and `done` are as in `compare`. Raises `BadValue` where nobody is
    referred or no time is left to follow anybody.
    """
    arm, where, weeks = load(scenario).with_changes(changes or {}, "given"), find_place(place), checked_years(years)
    if not has_effect:
        arm = arm.with_cut(dict.fromkeys(CUT_OFF_PEOPLE, 0.0))
    if not index_weeks(weeks):
        least = (WINDOW + max(FOLLOW_UPS) + 1) / WEEKS_PER_YEAR
        raise BadValue(
            f"years = {years!r} leaves nobody to follow from half a year before their referral to a year after it: "
            f"at least {least:.2f}, better 3."
        )
    numbers = checked_seeds(seeds)
    found = gathered(partial(_one, in_turn(arm, sets, numbers), where, weeks), numbers, workers, done)
    values, states, sizes = map(np.stack, zip(*found, strict=True))
    if not sizes[:, 0].any():
        raise BadValue(f"Nobody is referred under {arm.name!r} in {where.name}: there is no service to evaluate.")
    return Evaluation(arm, where, years, numbers, has_effect, values, states, sizes, min(len(sets), len(numbers)))


_One = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def _one(arms: Mapping[int, Scenario], place: Place, weeks: int, seed: int) -> _One:
    """Return estimates, states and sizes of one seed, from one warmed-up state with the service and without."""
    arm = arms[seed]
    base = Simulation.start(arm, place, seed, weeks=weeks)
    runs = []
    for scenario in (arm, arm.with_changes({"posts_per_10000": 0.0}, "without the service")):
        simulation = base.fork(scenario, weeks)
        records = Records(simulation.world, weeks)
        simulation.observers.append(records)
        simulation.run(weeks)
        runs.append((records, simulation.world.cases))
    followed = groups(runs[0][0], runs[1][0], runs[0][1])
    values = np.array([[method(*pair) for method in METHODS.values()] for pair in followed])
    states = np.array([_states(*pair) for pair in followed])
    treated, others = followed[-1]
    return values, states, np.array([len(treated.after), treated.is_complete.sum(), len(others.after)], float)


def _states(treated: Group, others: Group) -> list[NDArray[np.float64]]:
    """Return the means named in `STATES`."""
    complete = treated.is_complete
    gained = (treated.after - treated.without)[complete]
    return [mean_of(part) for part in (treated.before, treated.without, others.before, others.after, gained)]
