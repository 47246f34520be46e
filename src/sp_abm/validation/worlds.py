"""Worlds: the few runs that all rows of the targets share, several worlds of one luck for each place and seed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sp_abm.levers import SUPPORT_CHANNELS
from sp_abm.loops import CUT_OFF_PEOPLE
from sp_abm.results import Results
from sp_abm.scenario import Scenario, load
from sp_abm.schedule import Observer
from sp_abm.simulation import Simulation, checked_years
from sp_abm.validation.watches import (
    Attendance,
    Chosen,
    Consultations,
    Histories,
    LastYear,
    LongDistress,
    Tellers,
    Workers,
    may_lose_their_job,
)
from sp_abm.world import World

TODAY: Final = "today"
NO_SERVICE: Final = "no-service"
SHOCK: Final = "pandemic-shock"
ROLL_OUT: Final = "national-rollout"
JOBS_LOST, JOBS_KEPT = "jobs lost", "jobs kept"
NO_EFFECT: Final = "no effect"
MORE_REFERRALS, TWICE, TWICE_WITH_PLACES = "referrals x1.5", "referrals x2", "referrals x2, places x2"
SUPPORT, UNSUPPORTED = "support 1", "support 0"
SUPERVISION, NO_SUPERVISION = "supervision 1", "supervision 0"
CAP_LOW, CAP_HIGH = "cap 35", "cap 110"
HALF_A_YEAR: Final = 0.5
_LOW_CAP, _HIGH_CAP, _HALF_MORE = 35.0, 110.0, 1.5
_IN_FULL: Final = {"staffing.share_support_delivered": 1.0}
"""A promise is kept in full: "none to full" support is not within reach of the lever otherwise."""

Watch = Callable[[World], Observer]


@dataclass(frozen=True)
class Arm:
    """A world to live through: a scenario, what is changed in it, and who watches.

    `referrals` is over those there would be; `begin` changes the world in week 0.
    """

    scenario: str = TODAY
    changes: Mapping[str, Any] = field(default_factory=dict)
    cut: Mapping[str, float] = field(default_factory=dict)
    years: float = 5
    referrals: float = 1.0
    begin: Callable[[World], None] | None = None
    watches: tuple[Watch, ...] = ()

    def as_scenario(self) -> Scenario:
        """Return the scenario with everything changed and cut."""
        return load(self.scenario).with_changes(self.changes, "validation").with_cut(self.cut)


@dataclass(frozen=True)
class Lived:
    """What an arm left: its results, the world after its last week, and what those who watched it wrote down."""

    results: Results
    world: World
    watched: tuple[Observer, ...]

    def seen_by(self, kind: type) -> Any:
        """Return the watch of a kind."""
        return next(watch for watch in self.watched if type(watch) is kind)


Worlds = Mapping[str, Lived]


@dataclass(frozen=True)
class Study:
    """The arms of a place, lived through once for every seed; `words` is how the targets name that place."""

    words: str
    place: str
    n_seeds: int
    arms: Mapping[str, Arm]


def lose_jobs(world: World) -> None:
    """Let those chosen lose their job."""
    world.citizens.unemployed[may_lose_their_job(world)] = True


def live(arm: Arm, start: Simulation) -> Lived:
    """Live through an arm from a warmed-up state."""
    weeks = checked_years(arm.years)
    simulation = start.fork(arm.as_scenario(), weeks)
    world = simulation.world
    if arm.referrals != 1:
        world.place = replace(world.place, referral_multiplier=arm.referrals * world.place.referral_multiplier)
    if arm.begin:
        arm.begin(world)
    watched = tuple(watch(world) for watch in arm.watches)
    simulation.observers.extend(watched)
    return Lived(simulation.run(weeks).results(), world, watched)


def live_all(study: Study, seed: int) -> Worlds:
    """Return every arm of a study with one luck, from one warmed-up state for all that warm up alike."""
    starts: dict[str, Simulation] = {}
    lived = {}
    for name, arm in study.arms.items():
        scenario = arm.as_scenario()
        if scenario.warm_up not in starts:
            starts[scenario.warm_up] = Simulation.start(load(arm.scenario).reference(), study.place, seed)
        lived[name] = live(arm, starts[scenario.warm_up])
    return lived


def _supported(level: float, *levers: str) -> Arm:
    return Arm(changes={**dict.fromkeys(levers, level), **_IN_FULL}, watches=(Workers,))


STUDIES: Final[Mapping[str, Study]] = {
    "average-pcn": Study(
        "average-pcn",
        "average-pcn",
        12,
        {
            TODAY: Arm(watches=(LastYear, Tellers)),
            NO_SERVICE: Arm(NO_SERVICE, years=10, watches=(Histories, LongDistress)),
            SHOCK: Arm(SHOCK),
            JOBS_KEPT: Arm(years=HALF_A_YEAR, watches=(Chosen,)),
            JOBS_LOST: Arm(years=HALF_A_YEAR, begin=lose_jobs),
        },
    ),
    "tower-hamlets": Study(
        "tower-hamlets",
        "tower-hamlets",
        6,
        {
            TODAY: Arm(watches=(Histories, Attendance)),
            NO_SERVICE: Arm(NO_SERVICE, watches=(Histories,)),
            NO_EFFECT: Arm(cut=dict.fromkeys(CUT_OFF_PEOPLE, 0.0), watches=(Histories, Consultations)),
            MORE_REFERRALS: Arm(referrals=_HALF_MORE),
            TWICE: Arm(referrals=2),
            TWICE_WITH_PLACES: Arm(changes={"grants_multiplier": 2}, referrals=2),
        },
    ),
    "link-workers": Study(
        "100+ link workers",
        "tower-hamlets",
        8,
        {
            TODAY: Arm(watches=(Workers,)),
            SUPPORT: _supported(1, "support_level"),
            UNSUPPORTED: _supported(0, "support_level"),
            SUPERVISION: _supported(1, SUPPORT_CHANNELS[0]),
            NO_SUPERVISION: _supported(0, SUPPORT_CHANNELS[0]),
            CAP_LOW: Arm(changes={"caseload_cap": _LOW_CAP}, watches=(Workers,)),
            CAP_HIGH: Arm(changes={"caseload_cap": _HIGH_CAP}, watches=(Workers,)),
        },
    ),
    "national": Study("30 average PCNs scaled to England", "average-pcn", 30, {ROLL_OUT: Arm(ROLL_OUT, years=5.5)}),
}
