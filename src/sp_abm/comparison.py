"""Compare: several scenarios in one place with the same luck, seed by seed, so that a difference is an effect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.acceptance import AcceptanceRange
from sp_abm.errors import BadValue
from sp_abm.measures import MEASURES
from sp_abm.places import Place
from sp_abm.places import place as find_place
from sp_abm.plausible import needed_sets
from sp_abm.pool import Done, gathered
from sp_abm.randomness import checked_seed
from sp_abm.results import Results
from sp_abm.scenario import Scenario, load
from sp_abm.simulation import Simulation, checked_years
from sp_abm.strict_json import finite
from sp_abm.vocabulary import ADULT_AGE, Stage

if TYPE_CHECKING:
    import pandas as pd

ENOUGH_PAIRS: Final = 10
MOST_SEEDS: Final = 100_000
CONFIDENCE: Final = 0.95
CLEAR, UNCLEAR, TOO_FEW = "clear", "unclear", "too few runs"
COLUMNS: Final = {name: column for column, name in enumerate(MEASURES)}
"""Where each measure stands among the values of a run."""


@dataclass(frozen=True)
class Difference:
    """A paired difference from the first arm: mean over seeds, 95% interval, verdict on noise."""

    mean: float
    low: float
    high: float
    verdict: str

    @property
    def is_clear(self) -> bool:
        """Say whether the interval leaves out 0, from however few pairs."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Comparison:
    """Paired runs: `values` has shape (seeds, arms, measures), `moves` (seeds, arms, 5, 5) people.

    A paired measure, such as a social return, is a value of an arm against the first; the first has none.
    `moves[s, a, i, j]` counts people of 16 and over who are in stage i in the first arm's last week and in stage j
    in arm a's, the same person in both. `first` holds the results of the first seed, one an arm. `sets` are the
    parameter sets that the seeds took in turn, if any. `acceptance` holds, by arm, what outreach comes to with few and
    with many accepting, where that was run.
    """

    scenarios: tuple[Scenario, ...]
    place: Place
    years: float
    seeds: tuple[int, ...]
    values: NDArray[np.float64]
    moves: NDArray[np.float64]
    first: tuple[Results, ...]
    sets: tuple[Mapping[str, float], ...] = ()
    acceptance: Mapping[str, AcceptanceRange] = field(default_factory=dict)

    def scenario(self, arm: int, position: int) -> Scenario:
        """Return an arm as it was run for the seed at a position, with that seed's parameter set if there are any."""
        return with_set(self.scenarios[arm], self.sets, position)

    @property
    def n_sets(self) -> int:
        """Return how many parameter sets the seeds took in turn, 0 where there are none."""
        return min(len(self.sets), len(self.seeds))

    @property
    def arms(self) -> tuple[str, ...]:
        """Return the names of the arms, the baseline first."""
        return tuple(scenario.name for scenario in self.scenarios)

    def difference(self, arm: int, measure: str) -> Difference:
        """Return the difference of an arm (by position) from the first in a measure."""
        return difference_in(measure, self.values[:, arm], self.values[:, 0])

    def differences(self) -> "pd.DataFrame":
        """Return all differences: index (arm, measure), columns mean, low, high, verdict."""
        import pandas as pd

        rows = {
            (self.arms[arm], measure): vars(self.difference(arm, measure))
            for arm in range(1, len(self.arms))
            for measure in MEASURES
        }
        frame = pd.DataFrame.from_dict(rows, orient="index", columns=["mean", "low", "high", "verdict"])
        frame.index = pd.MultiIndex.from_tuples(list(rows), names=["arm", "measure"])
        return frame

    @property
    def summaries(self) -> "pd.DataFrame":
        """Return every run's summary: index (arm, seed), one column a measure."""
        import pandas as pd

        index = pd.MultiIndex.from_product([self.seeds, self.arms], names=["seed", "arm"])
        flat = self.values.reshape(len(index), -1)
        return pd.DataFrame(flat, index=index, columns=list(MEASURES)).swaplevel().sort_index()

    def moved(self, arm: int) -> list[dict[str, Any]]:
        """Return who moved because of an arm: `from`, `to`, mean people over seeds, low, high."""
        moves = self.moves[:, arm]
        found = {
            (before, after): paired_difference(moves[:, before, after])
            for before in Stage
            for after in Stage
            if before != after and moves[:, before, after].any()
        }
        return [
            {"from": before.word, "to": after.word, "people": people.mean, "low": people.low, "high": people.high}
            for (before, after), people in found.items()
        ]

    def as_dict(self) -> dict[str, Any]:
        """Return {arms, seeds, differences, moved, ...} for machines; missing numbers are None."""
        others = dict(enumerate(self.arms[1:], 1))
        accepted = {arm: found.as_dict() for arm, found in self.acceptance.items()}
        content: dict[str, Any] = finite(
            {
                "arms": self.arms,
                "seeds": self.seeds,
                "plausible_sets": self.n_sets,
                "place": self.place.key,
                "years": self.years,
                "differences": {
                    name: {measure: vars(self.difference(arm, measure)) for measure in MEASURES}
                    for arm, name in others.items()
                },
                "moved": {name: self.moved(arm) for arm, name in others.items()},
                **({"acceptance": accepted} if accepted else {}),
            }
        )
        return content


def difference_in(measure: str, here: NDArray[np.float64], base: NDArray[np.float64]) -> Difference:
    """Return the difference of one arm from another in a measure, both of shape (seeds, measures)."""
    column = COLUMNS[measure]
    pairs = here[:, column] if MEASURES[measure].is_paired else here[:, column] - base[:, column]
    return paired_difference(pairs[np.isfinite(pairs)])


def paired_difference(pairs: NDArray[np.float64]) -> Difference:
    """Return mean, 95% t interval and verdict of paired differences, one a seed (missing ones left out)."""
    return difference_of(float(pairs.mean()) if pairs.size else np.nan, pairs)


def difference_of(mean: float, parts: NDArray[np.float64]) -> Difference:
    """Return a mean with the 95% t interval and the verdict that the spread of its parts, one a pair, gives it."""
    n = parts.size
    if n < 2:
        return Difference(mean, np.nan, np.nan, TOO_FEW)
    half = float(_t(n) * parts.std(ddof=1) / np.sqrt(n))
    found = Difference(mean, mean - half, mean + half, TOO_FEW)
    return found if n < ENOUGH_PAIRS else replace(found, verdict=CLEAR if found.is_clear else UNCLEAR)


@cache
def _t(n: int) -> float:
    """Return the quantile of Student's t that bounds a mean of n values; to work it out takes longer than the rest."""
    from scipy.stats import t

    return float(t.ppf(0.5 + CONFIDENCE / 2, n - 1))


def compare(
    scenarios: Sequence[str | Path | Scenario],
    place: str | Path | Place = "sandbox",
    seeds: int | Sequence[int] = 10,
    years: float = 5,
    *,
    changes: dict[str, Any] | None = None,
    plausible: bool = False,
    workers: int | None = None,
    done: Done | None = None,
) -> Comparison:
    """Run two or more scenarios with the same luck; the first is the baseline.

    `seeds` is a number of seeds (1, 2, ...) or the seeds; `changes` are levers and parameters changed in every arm;
    `plausible` gives every seed another of the parameter sets that calibration kept, the same to all arms, so that
    intervals hold what is not known about parameters too (what an arm or `changes` set stays as they say);
    `workers` is how many processes share the seeds (default: one a core, none for a single seed): in a script, call
    this below ``if __name__ == "__main__":``, since they load the script too; `done` is called after every seed with
    how many are done, and of how many. Raises `UnknownName`, `BadValue`, `BadFile` or `WorkersLost`.
    """
    if isinstance(scenarios, str | Path | Scenario):
        raise BadValue(f"scenarios = {str(scenarios)!r} must be a list, such as ['today', 'supported-workforce'].")
    arms = tuple(load(scenario).with_changes(changes or {}, "given") for scenario in scenarios)
    if len(arms) < 2:
        raise BadValue(f"compare needs at least two scenarios, got {len(arms)}.")
    names = [arm.name for arm in arms]
    if len(set(names)) < len(names):
        raise BadValue(f"compare needs scenarios of different names, got {', '.join(names)}.")
    weeks = checked_years(years)
    where = find_place(place)
    numbers = checked_seeds(seeds)
    sets = needed_sets() if plausible else ()
    turns = [in_turn(arm, sets, numbers) for arm in arms]
    pairs = gathered(partial(_run_seed, turns, where, weeks, numbers[0]), numbers, workers, done)
    values, moves = (np.stack([getattr(pair, part) for pair in pairs]) for part in ("values", "moves"))
    return Comparison(arms, where, years, numbers, values, moves, pairs[0].results or (), sets)


def checked_seeds(seeds: int | Sequence[int]) -> tuple[int, ...]:
    """Return the seeds 1, 2, ... for a number of them, or those given, all different; raises `BadValue`."""
    if isinstance(seeds, bool) or (isinstance(seeds, int) and not 1 <= seeds <= MOST_SEEDS):
        raise BadValue(f"seeds = {seeds!r} must be a number of seeds, 1 to {MOST_SEEDS}, or a list of different seeds.")
    numbers = tuple(range(1, seeds + 1)) if isinstance(seeds, int) else tuple(checked_seed(s) for s in seeds)
    if not numbers or len(set(numbers)) < len(numbers):
        raise BadValue(f"seeds = {seeds!r} must be a number of seeds, 1 to {MOST_SEEDS}, or a list of different seeds.")
    return numbers


def in_turn(scenario: Scenario, sets: Sequence[Mapping[str, float]], seeds: Sequence[int]) -> dict[int, Scenario]:
    """Return the scenario of each seed: with the parameter sets in turn, or as it is where there are none."""
    return {seed: with_set(scenario, sets, k) for k, seed in enumerate(seeds)}


def with_set(scenario: Scenario, sets: Sequence[Mapping[str, float]], k: int) -> Scenario:
    """Return the scenario with the k-th of the parameter sets, after the last the first again, if there are any.

    What the scenario itself sets stays as it is.
    """
    if not sets:
        return scenario
    own = {name: value for name, value in sets[k % len(sets)].items() if name not in scenario.parameters}
    return scenario.with_changes(own, f"set {k % len(sets)}")


@dataclass(frozen=True)
class _Pair:
    """All arms of one seed."""

    values: NDArray[np.float64]
    moves: NDArray[np.float64]
    results: tuple[Results, ...] | None


def _run_seed(turns: Sequence[Mapping[int, Scenario]], place: Place, weeks: int, kept: int, seed: int) -> _Pair:
    """Run all arms of one seed from one warmed-up state, or one each where their parameters or warm-ups differ.

    The results of seed `kept` come along in full.
    """
    bases: dict[tuple[Any, ...], Simulation] = {}
    results = []
    for arm in (turn[seed] for turn in turns):
        key = (arm.warm_up, *sorted(arm.parameters.items()))
        if key not in bases:
            bases[key] = Simulation.start(arm, place, seed, weeks=weeks)
        results.append(bases[key].fork(arm, weeks).run(weeks).results())
    values = np.stack([values_of(result, results[0]) for result in results])
    moves = np.stack([stage_moves(results[0], result) for result in results])
    return _Pair(values, moves, tuple(results) if seed == kept else None)


def values_of(result: Results, baseline: Results) -> NDArray[np.float64]:
    """Return every measure of a run, shape (measures,), paired ones against the baseline unless it is the baseline."""
    return np.array(list(result.values(None if result is baseline else baseline).values()))


def stage_moves(base: Results, other: Results) -> NDArray[np.float64]:
    """Return people of 16 and over by last stage in the base (rows) and in the other run (columns), shape (5, 5)."""
    is_same = (base.final["holder"] == other.final["holder"]) & (base.final["age"] >= ADULT_AGE)
    pairs = base.final["stage"][is_same].astype(np.int64) * len(Stage) + other.final["stage"][is_same]
    return np.bincount(pairs, minlength=len(Stage) ** 2).reshape(len(Stage), len(Stage)).astype(float)
