"""Designs: from factors to points, each a value for every factor; the same study always gives the same points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any, Final

from sp_abm.errors import BadValue
from sp_abm.extras import extra
from sp_abm.factors import Factor

Point = Mapping[str, Any]
Shares = list[list[float]]

KINDS: Final = ("grid", "lhs", "sobol", "morris", "list", "ofat")
SAMPLED: Final = ("lhs", "sobol", "morris")
MORRIS_LEVELS: Final = 4


@dataclass(frozen=True)
class Design:
    """Which points of the factors are run.

    `n` counts the points of a Latin hypercube, the base samples of a Sobol design, the trajectories of a Morris
    design; `listed` are the points of a list. `is_second_order` (Sobol) and `levels` (Morris) are None if not given.
    """

    kind: str = "grid"
    n: int = 0
    seed: int = 1
    listed: tuple[Point, ...] = ()
    is_second_order: bool | None = None
    levels: int | None = None

    def size(self, factors: Sequence[Factor]) -> int:
        """Return the number of points, without making them."""
        dimensions = len(factors)
        if self.kind == "sobol":
            return self.n * (2 * dimensions + 2 if self.is_second_order else dimensions + 2)
        if self.kind == "morris":
            return self.n * (dimensions + 1)
        if self.kind == "lhs":
            return self.n
        if self.kind == "list":
            return len(self.listed)
        if self.kind == "ofat":
            return 1 + sum(len(factor.values) for factor in factors)
        return prod(len(factor.levels) for factor in factors)

    def points(self, factors: Sequence[Factor]) -> list[Point]:
        """Return the points in their order; one at a time starts with the base, where nothing is changed."""
        names = [factor.name for factor in factors]
        if self.kind == "list":
            return list(self.listed)
        if self.kind == "ofat":
            return [{}, *({factor.name: value} for factor in factors for value in factor.values)]
        if self.kind in SAMPLED:
            return [
                {factor.name: factor.at(share) for factor, share in zip(factors, row, strict=True)}
                for row in self.shares(len(factors))
            ]
        return [dict(zip(names, levels, strict=True)) for levels in product(*(factor.levels for factor in factors))]

    def shares(self, dimensions: int) -> Shares:
        """Return where the points of a sampled design lie between 0 and 1 in each factor; a larger n adds points.

        (Except for a Latin hypercube, whose slices follow from n.)
        """
        makers = {"lhs": _hypercube, "sobol": _saltelli, "morris": _trajectories}
        return makers[self.kind](self, dimensions)


def _hypercube(design: Design, dimensions: int) -> Shares:
    """Return a Latin hypercube: each of n equal slices of each factor is met once."""
    from scipy.stats.qmc import LatinHypercube

    shares: Shares = LatinHypercube(dimensions, rng=design.seed).random(design.n).tolist()
    return shares


def _saltelli(design: Design, dimensions: int) -> Shares:
    """Return Saltelli's sample: for each row of a Sobol sequence, that row with each factor exchanged in turn."""
    sobol = extra("SALib.sample.sobol", "analysis", "A Sobol design")
    shares: Shares = sobol.sample(
        unit_problem(dimensions), design.n, calc_second_order=bool(design.is_second_order), seed=design.seed
    ).tolist()
    return shares


def _trajectories(design: Design, dimensions: int) -> Shares:
    """Return Morris's trajectories: from a random place, each factor moved once, by a long step, in random order."""
    morris = extra("SALib.sample.morris", "analysis", "A Morris design")
    levels = design.levels or MORRIS_LEVELS
    shares: Shares = morris.sample(unit_problem(dimensions), design.n, num_levels=levels, seed=design.seed).tolist()
    return shares


def unit_problem(dimensions: int) -> dict[str, Any]:
    """Return what SALib calls a problem: so many factors, each from 0 to 1."""
    names = [f"factor {number}" for number in range(dimensions)]
    return {"num_vars": dimensions, "names": names, "bounds": [[0.0, 1.0]] * dimensions}


def check_design(design: Design, factors: Sequence[Factor], where: str) -> None:
    """Raise `BadValue` if the design cannot be made of these factors."""
    place, kind = f"design ({where})", design.kind
    _check_options(design, place)
    if kind in SAMPLED or kind == "ofat":
        _check_factors(design, factors, place)
        _check_size(design, place)
    if kind == "list":
        _check_list(design, factors, place)
    ranged = [factor.name for factor in factors if not factor.levels]
    if kind == "grid" and ranged:
        raise BadValue(f"{place}: a grid needs levels = [...] for every factor; {ranged[0]} has a range.")


def _check_options(design: Design, place: str) -> None:
    """Raise `BadValue` if something is given that only another kind of design takes."""
    kind = design.kind
    if kind != "list" and design.listed:
        raise BadValue(f"{place}: points are for kind = 'list', not for {kind!r}.")
    if kind not in SAMPLED and design.n:
        raise BadValue(f"{place}: n is for kind = 'lhs', 'sobol' or 'morris'; the points of {kind!r} follow without.")
    if kind != "sobol" and design.is_second_order is not None:
        raise BadValue(f"{place}: second_order is for kind = 'sobol', not for {kind!r}.")
    if kind != "morris" and design.levels is not None:
        raise BadValue(f"{place}: levels are for kind = 'morris', not for {kind!r}.")


_COUNTED: Final[Mapping[str, str]] = {
    "lhs": "the number of points, at least 1",
    "sobol": "the number of base samples, a power of 2",
    "morris": "the number of trajectories, at least 2",
}


def _check_factors(design: Design, factors: Sequence[Factor], place: str) -> None:
    """Raise `BadValue` if there are too few factors, or one of them has too few values for the kind of design."""
    kind = design.kind
    least = 2 if kind in ("sobol", "morris") else 1
    if len(factors) < least:
        raise BadValue(f"{place}: kind = {kind!r} needs at least {('one', 'two')[least - 1]} [factors.NAME].")
    single = [factor.name for factor in factors if len(factor.values) < least]
    if single:
        raise BadValue(f"{place}: {single[0]} has one level; kind = {kind!r} needs at least two values of each factor.")


def _check_size(design: Design, place: str) -> None:
    """Raise `BadValue` if n or the levels are not numbers that the kind of design can use."""
    kind, n, levels = design.kind, design.n, design.levels
    if kind in SAMPLED and not n:
        raise BadValue(f"{place}: kind = {kind!r} needs n, {_COUNTED[kind]}.")
    is_odd_size = {"sobol": n < 2 or n & (n - 1), "morris": n < 2}
    if is_odd_size.get(kind):
        raise BadValue(f"{place}: n = {n} must be {_COUNTED[kind]}.")
    if levels is not None and (levels < 2 or levels % 2):
        raise BadValue(f"{place}: levels = {levels} must be an even number, at least 2.")


def _check_list(design: Design, factors: Sequence[Factor], place: str) -> None:
    if factors:
        raise BadValue(f"{place}: the points of a list name their own factors; leave out [factors].")
    if not design.listed:
        raise BadValue(f"{place}: kind = 'list' needs points = [{{support_level = 0.9}}, ...].")
    first = set(design.listed[0])
    for number, point in enumerate(design.listed):
        if set(point) != first:
            raise BadValue(f"{place}: point {number} sets {sorted(point)}, point 0 sets {sorted(first)}.")
