"""Designs: from factors to points, each a value for every factor; the same study always gives the same points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any, Final

from sp_abm.errors import BadValue

Point = Mapping[str, Any]

KINDS: Final = ("grid", "lhs", "list", "ofat")


@dataclass(frozen=True)
class Factor:
    """What a study varies: a lever or a parameter by its full name, over levels or evenly from `low` to `high`."""

    name: str
    levels: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 0.0

    def at(self, share: float) -> Any:
        """Return the value at a share (0 up to, not including, 1) of the way through the levels or the range."""
        if self.levels:
            return self.levels[int(share * len(self.levels))]
        return self.low + share * (self.high - self.low)

    @property
    def values(self) -> tuple[Any, ...]:
        """Return the levels, or both ends of the range."""
        return self.levels or (self.low, self.high)


@dataclass(frozen=True)
class Design:
    """Which points of the factors are run; `n` points for a Latin hypercube, `listed` ones for a list."""

    kind: str = "grid"
    n: int = 0
    seed: int = 1
    listed: tuple[Point, ...] = ()

    def size(self, factors: Sequence[Factor]) -> int:
        """Return the number of points, without making them."""
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
        if self.kind == "lhs":
            return [
                {factor.name: factor.at(share) for factor, share in zip(factors, row, strict=True)}
                for row in _hypercube(self.n, len(factors), self.seed)
            ]
        return [dict(zip(names, levels, strict=True)) for levels in product(*(factor.levels for factor in factors))]


def _hypercube(n: int, factors: int, seed: int) -> list[list[float]]:
    """Return a Latin hypercube: each of n equal slices of each factor is met once."""
    from scipy.stats.qmc import LatinHypercube

    shares: list[list[float]] = LatinHypercube(factors, rng=seed).random(n).tolist()
    return shares


def check_design(design: Design, factors: Sequence[Factor], where: str) -> None:
    """Raise `BadValue` if the design cannot be made of these factors."""
    place = f"design ({where})"
    if design.kind != "list" and design.listed:
        raise BadValue(f"{place}: points are for kind = 'list', not for {design.kind!r}.")
    if design.kind != "lhs" and design.n:
        raise BadValue(f"{place}: n is for kind = 'lhs'; the points of {design.kind!r} follow from the factors.")
    if design.kind == "lhs" and design.n < 1:
        raise BadValue(f"{place}: kind = 'lhs' needs n, the number of points, at least 1.")
    if design.kind in ("lhs", "ofat") and not factors:
        raise BadValue(f"{place}: kind = {design.kind!r} needs at least one [factors.NAME].")
    if design.kind == "list":
        _check_list(design, factors, place)
    ranged = [factor.name for factor in factors if not factor.levels]
    if design.kind == "grid" and ranged:
        raise BadValue(f"{place}: a grid needs levels = [...] for every factor; {ranged[0]} has a range.")


def _check_list(design: Design, factors: Sequence[Factor], place: str) -> None:
    if factors:
        raise BadValue(f"{place}: the points of a list name their own factors; leave out [factors].")
    if not design.listed:
        raise BadValue(f"{place}: kind = 'list' needs points = [{{support_level = 0.9}}, ...].")
    first = set(design.listed[0])
    for number, point in enumerate(design.listed):
        if set(point) != first:
            raise BadValue(f"{place}: point {number} sets {sorted(point)}, point 0 sets {sorted(first)}.")
