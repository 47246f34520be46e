"""Search: which mixes of levers are best for what they cost, on emulators, and which are equally good within noise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sp_abm.analysis.draws import SEED
from sp_abm.analysis.emulator import Emulator, emulate, factors_of, one_thread
from sp_abm.analysis.quantity import Values, quantity
from sp_abm.designs import Point
from sp_abm.errors import BadValue, unknown
from sp_abm.extras import extra
from sp_abm.factors import KINDS, Factor
from sp_abm.opened import OpenStudy

if TYPE_CHECKING:
    import pandas as pd

COST: Final = "cost_total_gbp"
LESS, MORE = "less", "more"
LEVER: Final = KINDS[0]
POPULATION: Final = 60
GENERATIONS: Final = 80
SCATTERED: Final = 256
"""Mixes scattered over all levers, beside those of the front, among which equally good ones are looked for."""
WORLDS: Final = 16
"""Draws of the uncertain factors over which every mix is averaged."""


@dataclass(frozen=True)
class Search:
    """Mixes of levers: `front` none of which is beaten in every aim, `equal` as good as the best within noise.

    `aims` says of every measure whether less or more of it is better, the cost among them. `best` is the mix with
    the best first aim that the budget allows. Both frames have a column a lever and, for each measure, its emulated
    mean, low and high; `equal` is sorted by cost, and `share_equal` is its share of all mixes that can be paid.
    """

    aims: Mapping[str, str]
    cost: str
    budget: float | None
    levers: tuple[str, ...]
    best: Point
    front: "pd.DataFrame"
    equal: "pd.DataFrame"
    share_equal: float
    emulators: Mapping[str, Emulator]

    def table(self) -> "pd.DataFrame":
        """Return one row a mix of the front, the cheapest first."""
        return self.front


def search(
    opened: OpenStudy, aims: Mapping[str, str], *, cost: str = COST, budget: float | None = None, arm: str = ""
) -> Search:
    """Return the best mixes of a study's levers: `aims` maps measures to "less" or "more", the first the main one.

    `budget` is the most that a mix may cost, in the unit of the measure `cost`. Levels in the arm are emulated, each
    with its own emulator, which must predict better than the mean; factors that are uncertainties are averaged over.
    """
    wanted = _checked_aims(aims, cost)
    emulators = {name: emulate(quantity(opened, name, arm, is_level=True)) for name in wanted}
    for emulator in emulators.values():
        emulator.check()
    factors = factors_of(emulators[cost].quantity)
    levers = tuple(factor for factor in factors if factor.kind == LEVER)
    if not levers:
        raise BadValue("A search moves levers; every factor of this study is an uncertainty.")
    space = _Space(levers, tuple(factor for factor in factors if factor.kind != LEVER), emulators)
    with one_thread():
        return _settled(space, _front(space, wanted, cost, budget), wanted, cost, budget)


def _settled(space: "_Space", front: Values, aims: Mapping[str, str], cost: str, budget: float | None) -> Search:
    """Return the search whose front is found: its best mix, and all that are as good."""
    import pandas as pd

    shares = np.concatenate([front, _scattered(len(space.levers), SCATTERED)])
    is_front = np.arange(len(shares)) < len(front)
    frame = pd.concat([pd.DataFrame(space.mixes(shares)), space.frame(shares)], axis=1)
    is_payable = np.ones(len(shares), bool) if budget is None else (frame[cost] <= budget).to_numpy()
    if not is_payable.any():
        raise BadValue(f"No mix costs at most {budget:,.2f}: the cheapest found costs {frame[cost].min():,.2f}.")
    main = next(iter(aims))
    best = int(np.argmin(np.where(is_payable, _sign(aims[main]) * frame[main], np.inf)))
    is_equal = is_payable & space.no_worse(shares, best, aims, cost)
    return Search(
        aims=aims,
        cost=cost,
        budget=budget,
        levers=tuple(lever.name for lever in space.levers),
        best=space.mixes(shares[[best]])[0],
        front=frame[is_front & is_payable].sort_values(cost, ignore_index=True),
        equal=frame[is_equal].sort_values(cost, ignore_index=True),
        share_equal=float((is_equal & ~is_front).sum() / max(1, (is_payable & ~is_front).sum())),
        emulators=space.emulators,
    )


def _checked_aims(aims: Mapping[str, str], cost: str) -> dict[str, str]:
    if not aims or set(aims) == {cost}:
        raise BadValue("A search needs at least one measure to have less or more of, beside the cost.")
    for name, aim in aims.items():
        if aim not in (LESS, MORE):
            raise unknown("aim", aim, (LESS, MORE), name)
    if aims.get(cost, LESS) == MORE:
        raise BadValue(f"{cost} is the cost: less of it is better. Name another cost to have more of this.")
    return {**{name: aim for name, aim in aims.items() if name != cost}, cost: LESS}


def _sign(aim: str) -> int:
    return 1 if aim == LESS else -1


def _scattered(dimensions: int, n: int) -> Values:
    """Return n points spread evenly over the unit cube."""
    from scipy.stats.qmc import Sobol

    return np.asarray(Sobol(dimensions, rng=SEED).random(n), np.float64)


@dataclass(frozen=True)
class _Space:
    """The mixes: each a share between 0 and 1 of the way through every lever, averaged over uncertain worlds."""

    levers: tuple[Factor, ...]
    uncertain: tuple[Factor, ...]
    emulators: Mapping[str, Emulator]

    @property
    def worlds(self) -> list[Point]:
        """Return the draws of the uncertain factors; one of nothing if there are none."""
        if not self.uncertain:
            return [{}]
        rows = _scattered(len(self.uncertain), WORLDS).tolist()
        return [{one.name: one.at(share) for one, share in zip(self.uncertain, row, strict=True)} for row in rows]

    def mixes(self, shares: Values) -> list[Point]:
        """Return the values of the levers."""
        return [
            {lever.name: _value(lever, share) for lever, share in zip(self.levers, row, strict=True)}
            for row in shares.tolist()
        ]

    def means(self, shares: Values) -> dict[str, Values]:
        """Return the emulated mean of every measure for every mix."""
        points = [{**mix, **world} for mix in self.mixes(shares) for world in self.worlds]
        return {
            name: emulator.process.predict(emulator.rows(points)).reshape(len(shares), -1).mean(axis=1)
            for name, emulator in self.emulators.items()
        }

    def frame(self, shares: Values) -> "pd.DataFrame":
        """Return mean, low and high of every measure for every mix."""
        import pandas as pd

        columns: dict[str, Values] = {}
        for name, mean in self.means(shares).items():
            half = np.array([self._half(name, row) for row in shares])
            columns |= {name: mean, f"{name}_low": mean - half, f"{name}_high": mean + half}
        return pd.DataFrame(columns)

    def _half(self, name: str, *rows: Values) -> float:
        """Return the half-width of the 95% interval of a mix's mean over worlds, or of two mixes' difference."""
        emulator, worlds = self.emulators[name], self.worlds
        points = [{**mix, **world} for mix in self.mixes(np.array(rows)) for world in worlds]
        _, covariance = emulator.process.predict(emulator.rows(points), return_cov=True)
        weights = np.repeat([1.0, -1.0][: len(rows)], len(worlds)) / len(worlds)
        return emulator.widening * float(np.sqrt(max(0.0, weights @ covariance @ weights)))

    def no_worse(self, shares: Values, best: int, aims: Mapping[str, str], cost: str) -> Any:
        """Say of every mix whether it is not clearly worse than the best one in any aim but the cost."""
        means = self.means(shares)
        is_equal = np.ones(len(shares), bool)
        for name, aim in aims.items():
            if name != cost:
                worse = _sign(aim) * (means[name] - means[name][best])
                half = np.array([self._half(name, row, shares[best]) for row in shares])
                is_equal &= (worse <= half) | (np.arange(len(shares)) == best)
        return is_equal


def _value(lever: Factor, share: float) -> Any:
    """Return a lever's value: between its lowest and highest number, or one of its words."""
    if not lever.is_numeric:
        return lever.at(share)
    low, high = min(lever.values), max(lever.values)
    return low + share * (high - low)


def _front(space: _Space, aims: Mapping[str, str], cost: str, budget: float | None) -> Values:
    """Return the shares of the mixes that NSGA-II finds on the Pareto front."""
    nsga2 = extra("pymoo.algorithms.moo.nsga2", "analysis", "A search").NSGA2
    minimize = extra("pymoo.optimize", "analysis", "A search").minimize
    base = extra("pymoo.core.problem", "analysis", "A search").Problem
    n = len(space.levers)

    class Mixes(base):  # type: ignore[misc, valid-type]
        def _evaluate(self, shares: Values, out: dict[str, Values], *_: object, **__: object) -> None:
            means = space.means(shares)
            out["F"] = np.column_stack([_sign(aim) * means[name] for name, aim in aims.items()])
            if budget is not None:
                out["G"] = (means[cost] - budget)[:, None]

    problem = Mixes(n_var=n, n_obj=len(aims), n_ieq_constr=int(budget is not None), xl=0.0, xu=1.0)
    found = minimize(problem, nsga2(pop_size=POPULATION), ("n_gen", GENERATIONS), seed=SEED)
    return np.empty((0, n)) if found.X is None else np.atleast_2d(np.asarray(found.X, np.float64))


def spread_out(mixes: "pd.DataFrame", levers: Sequence[str], most: int) -> "pd.DataFrame":
    """Return at most so many mixes that differ most from each other, starting with the first."""
    import pandas as pd

    coded = pd.get_dummies(mixes[list(levers)]).to_numpy(np.float64)
    width = np.ptp(coded, axis=0)
    scaled = coded / np.where(width > 0, width, 1.0)
    chosen = [0]
    while len(chosen) < min(most, len(mixes)):
        distance = np.min([((scaled - scaled[one]) ** 2).sum(axis=1) for one in chosen], axis=0)
        if not distance.max() > 0:
            break
        chosen.append(int(distance.argmax()))
    return mixes.iloc[sorted(chosen)]
