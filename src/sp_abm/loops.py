"""Loops: the declared links of the system, and how each of them stands: on, scaled, or frozen at a reference run.

A rule asks `felt` (for the few, by row) or `blend` (for citizens, by PCN) what comes through a link this week. On, that
is the signal itself. Scaled, it is a multiple of it. Frozen, it is what came through in the same week of the
reference run: the same place, parameters and luck under today's levers, cut nowhere. Cuts act from week 0 on.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sp_abm.errors import BadValue, unknown

Floats = NDArray[np.float64]
POSTS_PER_PCN: Final = 4096
"""The number of a post is PCN x this + its place in the team."""
FROZEN: Final = "frozen"
MOST_SCALE: Final = 10.0


class Level(StrEnum):
    """For whom a link's signal is one number."""

    POST = "post"
    PCN = "PCN"
    PRACTICE = "practice"
    BOROUGH = "borough"


@dataclass(frozen=True)
class Link:
    """One arrow of the systems map; `carrier` says which rule or parameter carries it."""

    name: str
    sign: str
    carrier: str
    level: Level
    loops: tuple[str, ...]

    @property
    def source(self) -> str:
        """Return where the arrow starts, such as ``burnout``."""
        return self.name.partition("->")[0]

    @property
    def target(self) -> str:
        """Return where the arrow ends, such as ``intention``."""
        return self.name.partition("->")[2]


LOOPS: Final[Mapping[str, str]] = {
    "R1": "the vicious circle",
    "R2": "word of mouth",
    "R3": "volunteering and capacity",
    "R4": "shared load of vacancies",
    "R5": "peer support",
    "R6": "visible impact and funding",
    "B1": "demand and waiting",
    "B2": "GP time and identification",
    "B3": "crowded activities",
    "B4": "turnover and lost knowledge",
}
_POST, _PCN, _PRACTICE, _BOROUGH = Level


def _declared(*rows: tuple[str, str, str, Level, str]) -> dict[str, Link]:
    return {name: Link(name, sign, carrier, level, tuple(loops.split())) for name, sign, carrier, level, loops in rows}


LINKS: Final[Mapping[str, Link]] = _declared(
    ("support->burnout", "-", "strain.relief_*, strain.recovery_*", _POST, "R1 R5"),
    ("support->intention", "-", "turnover.effect_supervision and the other channels", _POST, "R1"),
    ("peers->burnout", "-", "strain.relief_peers, strain.recovery_peers", _POST, "R5"),
    ("load->burnout", "+", "strain.rate_up_per_week", _POST, "R4 B1"),
    ("burnout->intention", "+", "turnover.effect_burnt_out", _POST, "R1 R4"),
    ("intention->leaving", "+", "turnover.rate_leaves_intending_per_week", _POST, "R1 R4"),
    ("leaving->vacancy", "+", "staffing.min_weeks_to_fill, staffing.max_weeks_to_fill", _PCN, "R1 R4"),
    ("vacancy->load", "+", "cases handed to those who stay", _PCN, "R4"),
    ("leaving->continuity", "-", "changes of link worker, turnover.share_handed_on", _PCN, "R1"),
    ("leaving->knowledge", "-", "contact.p_knows_at_start", _PCN, "R1 B4"),
    ("continuity->connection", "+", "contact.ratio_change", _PCN, "R1"),
    ("knowledge->connection", "+", "organisations known", _PCN, "B4"),
    ("burnout->connection", "-", "contact.effect_burnout", _POST, "R1"),
    ("connection->recovery", "+", "transitions.effect_support", _PCN, "R1 R2 R3"),
    ("impact->investment", "+", "investment_response", _BOROUGH, "R1 R6"),
    ("investment->posts", "+", "the yearly review", _BOROUGH, "R1 R6"),
    ("investment->support", "+", "funding.response_support", _BOROUGH, "R1 R6"),
    ("investment->grants", "+", "funding.response_grants", _BOROUGH, "R1 R6"),
    ("toolkit->visible_impact", "+", "closure.p_recorded_toolkit", _BOROUGH, "R6"),
    ("demand->waiting", "+", "the caseload cap", _PCN, "B1"),
    ("waiting->giving_up", "+", "allocation.rate_gives_up_per_week", _PCN, "B1"),
    ("load->contact_depth", "-", "appointment slots", _POST, "B1"),
    ("recovery->consultations", "-", "help_seeking.ratio_distress", _PCN, "B2"),
    ("consultations->identification", "-", "referral.exponent_time_pressure", _PRACTICE, "B2"),
    ("feedback->gp_awareness", "+", "referral.rate_awareness_learned", _PRACTICE, "R2"),
    ("gp_awareness->referral", "+", "referral.p_identified", _PRACTICE, "R2"),
    ("helped->word_of_mouth", "+", "word_of_mouth.p_tells", _PCN, "R2"),
    ("word_of_mouth->awareness", "+", "people told", _PCN, "R2"),
    ("awareness->self_referral", "+", "referral.rate_self_per_week", _PCN, "R2"),
    ("bad_experience->trust", "-", "trust lost by those who were let down", _PCN, "R2"),
    ("trust->self_referral", "+", "referral.rate_self_per_week", _PCN, "R2"),
    ("starts->occupied_places", "+", "places taken", _PCN, "B3"),
    ("occupied_places->connection", "-", "organisations without room", _PCN, "B3"),
    ("completed->volunteers", "+", "participation.p_volunteers", _PCN, "R3"),
    ("volunteers->places", "+", "participation.places_per_volunteer", _PCN, "R3"),
    ("activity->loneliness", "-", "influence.ratio_unlonely_activity", _PCN, "R2 R3"),
    ("activity->ties", "+", "influence.max_group_ties", _PCN, "R2 R3"),
)
CUT_OFF_PEOPLE: Final = ("connection->recovery", "activity->loneliness", "activity->ties")
"""The links by which the service acts on people's health."""

Cuts = Mapping[str, float | str]
"""By link: `FROZEN`, or the scale of its signal (0 = nothing comes through)."""


def checked_cuts(cuts: Iterable[str] | Cuts, where: str = "cut") -> dict[str, float | str]:
    """Return cuts by link from names (frozen), ``name=scale`` texts, or a mapping; raises `UnknownName`, `BadValue`."""
    if isinstance(cuts, str):
        cuts = [cuts]
    pairs: list[tuple[Any, Any]] = list(cuts.items()) if isinstance(cuts, Mapping) else [_split(text) for text in cuts]
    found: dict[str, float | str] = {}
    for name, how in pairs:
        if name not in LINKS:
            raise unknown("link", name, LINKS, where)
        found[name] = _checked_scale(name, how, where)
    return found


def _split(text: object) -> tuple[object, object]:
    name, equals, scale = str(text).partition("=")
    return name.strip(), scale.strip() if equals else FROZEN


def _checked_scale(name: str, how: object, where: str) -> float | str:
    if how == FROZEN:
        return FROZEN
    try:
        scale = float(how) if not isinstance(how, bool) else float("nan")  # type: ignore[arg-type]
    except (TypeError, ValueError):
        scale = float("nan")
    if not 0 <= scale <= MOST_SCALE:
        raise BadValue(f"{name} ({where}) = {how!r} must be {FROZEN!r} or a scale from 0 to {MOST_SCALE:g}.")
    return scale


class Blend(NamedTuple):
    """What a rule about citizens makes of a signal: gain x signal + offset of the person's unit."""

    gain: float
    offset: Floats


@lru_cache
def as_it_is(n_units: int) -> Blend:
    """Return the blend of a signal that comes through as it is."""
    return Blend(1.0, np.zeros(n_units))


class Noted(NamedTuple):
    """A signal in one week of a run: its value for each unit, and the units' permanent numbers."""

    units: NDArray[np.int64]
    values: Floats


class Links:
    """How every link of one run stands, and what came through those that somebody wants noted."""

    def __init__(self, cuts: Cuts | None = None, reference: "Links | None" = None, advance: Any = None) -> None:
        self.cuts: dict[str, float | str] = dict(cuts or {})
        self.noted: dict[str, dict[int, Noted]] = {}
        self._reference = reference
        self._advance: Callable[[], Any] | None = advance

    def note(self, names: Iterable[str]) -> None:
        """Keep what comes through these links from now on."""
        self.noted = {name: {} for name in names}

    def copy(self) -> "Links":
        """Return links of an independent run that stand alike; it notes nothing."""
        return Links(self.cuts, self._reference, self._advance)

    def is_on(self, name: str, week: int) -> bool:
        """Say whether the signal of a link comes through as it is and nobody notes it."""
        return week < 0 or (name not in self.cuts and name not in self.noted)

    def gain(self, name: str, week: int) -> float:
        """Return what a signal is multiplied by before anything else: 1 when on, its scale, 0 when frozen."""
        how = self.cuts.get(name, 1.0) if week >= 0 else 1.0
        return 0.0 if how == FROZEN else float(how)

    def felt(self, name: str, week: int, values: Any, units: NDArray[Any] | None = None) -> Any:
        """Return what comes through a link for each row; `units` are permanent numbers of posts, else rows."""
        if self.is_on(name, week):
            return values
        ids = np.arange(len(values)) if units is None else units.astype(np.int64)
        if name in self.noted:
            self.noted[name][week] = Noted(ids, np.array(values, np.float64))
        how = self.cuts.get(name)
        if how is None:
            return values
        if how == FROZEN:
            return _lined_up(self._frozen(name, week), ids, np.asarray(values, np.float64))
        return np.asarray(values) * how

    def blend(self, name: str, week: int, n_units: int, mean: Callable[[], Floats]) -> Blend:
        """Return gain and offset for a signal of citizens; `mean()` gives its present mean by unit."""
        if self.is_on(name, week):
            return as_it_is(n_units)
        if name in self.noted:
            self.noted[name][week] = Noted(np.arange(n_units), np.array(mean(), np.float64))
        how = self.cuts.get(name, 1.0)
        if how == FROZEN:
            return Blend(0.0, self._frozen(name, week).values)
        return Blend(float(how), np.zeros(n_units))

    def _frozen(self, name: str, week: int) -> Noted:
        """Return what came through in the reference run, which is stepped as far as needed."""
        if self._reference is None or self._advance is None:
            raise BadValue(f"{name} is frozen, but there is no reference run to freeze it at.")
        while week not in self._reference.noted[name]:
            self._advance()
        return self._reference.noted[name][week]


def _lined_up(noted: Noted, ids: NDArray[np.int64], present: Floats) -> Floats:
    """Return the noted values in the order of ids; a post that was not there gets its PCN's mean, or all posts'."""
    found = np.array(present, np.float64)
    where = {int(unit): row for row, unit in enumerate(noted.units)}
    for row, unit in enumerate(ids.tolist()):
        if unit in where:
            found[row] = noted.values[where[unit]]
            continue
        is_near = noted.units // POSTS_PER_PCN == unit // POSTS_PER_PCN
        values = noted.values[is_near] if is_near.any() else noted.values
        if len(values):
            found[row] = values.mean(axis=0)
    return found


def mean_by(units: NDArray[Any], values: Any, n_units: int) -> Floats:
    """Return the mean of values in each unit; 0 where there is nobody."""
    number = np.bincount(units, minlength=n_units)
    total = np.bincount(units, weights=np.asarray(values, np.float64), minlength=n_units)
    mean: Floats = total / np.maximum(number, 1)
    return mean
