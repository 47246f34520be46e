"""Factors: what a study varies, over levels or a distribution, and the checks of what its file says of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Any, Final

from sp_abm.errors import BadValue, unknown
from sp_abm.levers import CHOICES, LEVERS, SWITCHES
from sp_abm.parameters import Parameters, all_facts
from sp_abm.scenario import load
from sp_abm.toml_files import check_keys
from sp_abm.vocabulary import Role

KINDS: Final = (Role.LEVER.value, Role.UNCERTAINTY.value)
SHAPES: Final[Mapping[str, tuple[str, ...]]] = {
    "uniform": (),
    "loguniform": (),
    "triangular": ("mode",),
    "normal": ("mean", "sd"),
}
"""The distributions, each between `low` and `high`, and what else each is made of."""


def _uniform(share: float, low: float, high: float) -> float:
    return low + share * (high - low)


def _loguniform(share: float, low: float, high: float) -> float:
    return exp(_uniform(share, log(low), log(high)))


def _triangular(share: float, low: float, high: float, mode: float) -> float:
    width = high - low
    if share * width < mode - low:
        return low + sqrt(share * width * (mode - low))
    return high - sqrt((1 - share) * width * (high - mode))


def _normal(share: float, low: float, high: float, mean: float, sd: float) -> float:
    from scipy.stats import truncnorm

    return float(truncnorm.ppf(share, (low - mean) / sd, (high - mean) / sd, loc=mean, scale=sd))


_QUANTILES: Final[Mapping[str, Callable[..., float]]] = {
    "uniform": _uniform,
    "loguniform": _loguniform,
    "triangular": _triangular,
    "normal": _normal,
}


@dataclass(frozen=True)
class Factor:
    """What a study varies: a lever or a parameter by its full name, over levels or a distribution from low to high.

    `shape` is what the distribution is made of beside `low` and `high`, in the order of `SHAPES`. `kind` says whether
    it is ours to choose (a lever) or unknown (an uncertainty): a search for the best plan moves levers only.
    """

    name: str
    levels: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 0.0
    distribution: str = "uniform"
    shape: tuple[float, ...] = ()
    kind: str = KINDS[0]

    def at(self, share: float) -> Any:
        """Return the value at a share (0 to 1) of the way through the levels or the distribution."""
        if self.levels:
            return self.levels[min(int(share * len(self.levels)), len(self.levels) - 1)]
        return min(max(_QUANTILES[self.distribution](share, self.low, self.high, *self.shape), self.low), self.high)

    @property
    def values(self) -> tuple[Any, ...]:
        """Return the levels, or both ends of the distribution."""
        return self.levels or (self.low, self.high)

    @property
    def is_numeric(self) -> bool:
        """Say whether its values are numbers, not words or switches."""
        return not any(isinstance(value, str | bool) for value in self.values)


def factors_from(entries: Mapping[str, Any], where: str) -> tuple[Factor, ...]:
    """Return the factors that a study's table [factors] names, each checked."""
    return tuple(_factor(name, entry, f"factor {name}, {where}") for name, entry in _flat(entries, where))


def _flat(entries: Mapping[str, Any], where: str) -> Iterator[tuple[str, Any]]:
    """Yield (full name, entry); [factors.strain.sd_trait] and [factors."strain.sd_trait"] are the same."""
    known = (*LEVERS, *(full for full, _, _ in all_facts()))
    for key, entry in entries.items():
        named = entry.items() if key in Parameters._fields and isinstance(entry, Mapping) else ()
        for name, inner in [(f"{key}.{name}", inner) for name, inner in named] or [(key, entry)]:
            if name not in known:
                raise unknown("lever or a parameter's full name", name, known, f"factors, {where}")
            yield name, inner


def _factor(name: str, entry: object, place: str) -> Factor:
    if not isinstance(entry, Mapping):
        raise BadValue(f"{place} must be a table, written [factors.{name}].")
    distribution = entry.get("distribution", "uniform")
    if distribution not in tuple(SHAPES):
        raise unknown("distribution", distribution, SHAPES, place)
    shape = SHAPES[distribution]
    check_keys("factor", entry, ("levels", "low", "high", "distribution", "kind", *shape), place)
    kind = entry.get("kind", registered_kind(name))
    if kind not in KINDS:
        raise unknown("kind of factor", kind, KINDS, place)
    if "levels" not in entry:
        return _ranged(name, entry, distribution, kind, place)
    if set(entry) - {"levels", "kind"}:
        raise BadValue(f"{place} gives levels and a range; give one of them.")
    return Factor(name, _levels(entry["levels"], place), kind=kind)


def registered_kind(name: str) -> str:
    """Return what the registry says a factor is: a lever is ours to choose, all else is unknown."""
    facts = {**LEVERS, **{full: declared for full, declared, _ in all_facts()}}
    return KINDS[0] if facts[name].role is Role.LEVER else KINDS[1]


def _levels(levels: object, place: str) -> tuple[Any, ...]:
    if not isinstance(levels, list) or not levels:
        raise BadValue(f"{place}: levels = {levels!r} must be a list of at least one value.")
    if any(level in levels[:at] for at, level in enumerate(levels)):
        raise BadValue(f"{place}: levels = {levels!r} names a value twice.")
    return tuple(levels)


def _ranged(name: str, entry: Mapping[str, Any], distribution: str, kind: str, place: str) -> Factor:
    if "low" not in entry or "high" not in entry:
        raise BadValue(f"{place} is empty: give levels = [...], or low and high.")
    if name in CHOICES or name in SWITCHES:
        raise BadValue(f"{place} is no number: give its levels = [...].")
    low, high = entry["low"], entry["high"]
    load("today").with_changes({name: low}, place).with_changes({name: high}, place)
    if not low < high:
        raise BadValue(f"{place}: low = {low!r} must be below high = {high!r}.")
    shape = tuple(_number(entry, key, distribution, place) for key in SHAPES[distribution])
    _check_shape(distribution, low, high, shape, place)
    return Factor(name, (), float(low), float(high), distribution, shape, kind)


_MOST_SD: Final = 5.0
"""Standard deviations that may lie between a normal distribution's mean and the range it is cut to."""


def _check_shape(distribution: str, low: float, high: float, shape: tuple[float, ...], place: str) -> None:
    """Raise `BadValue` if a distribution cannot be made between low and high of what its shape says."""
    if distribution == "loguniform" and not low > 0:
        raise BadValue(f"{place}: low = {low!r} must be above 0 for distribution = 'loguniform'.")
    if distribution == "triangular" and not low <= shape[0] <= high:
        raise BadValue(f"{place}: mode = {shape[0]:g} must be from low = {low!r} to high = {high!r}.")
    if distribution == "normal":
        _check_normal(shape[0], shape[1], low, high, place)


def _check_normal(mean: float, sd: float, low: float, high: float, place: str) -> None:
    if not sd > 0:
        raise BadValue(f"{place}: sd = {sd:g} must be above 0.")
    if not low - _MOST_SD * sd <= mean <= high + _MOST_SD * sd:
        raise BadValue(f"{place}: mean = {mean:g} is more than {_MOST_SD:g} sd = {sd:g} away from {low!r} to {high!r}.")


def _number(entry: Mapping[str, Any], key: str, distribution: str, place: str) -> float:
    if key not in entry:
        raise BadValue(f"{place}: {key} is missing; distribution = {distribution!r} needs it.")
    value = entry[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < float("inf"):
        raise BadValue(f"{place}: {key} = {value!r} must be a number.")
    return float(value)
