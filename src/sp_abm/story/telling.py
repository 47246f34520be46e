"""Telling: the same life in two worlds of the same luck, run and put into dated sentences."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from sp_abm.acceptance import bounds, few_and_many
from sp_abm.cases import NEVER
from sp_abm.caveats import goes_out
from sp_abm.errors import BadValue
from sp_abm.initialisation import Progress, quiet
from sp_abm.places import Place
from sp_abm.places import place as find_place
from sp_abm.randomness import checked_seed
from sp_abm.run import threads_for
from sp_abm.scenario import Scenario, load
from sp_abm.simulation import Simulation, checked_years
from sp_abm.story.citizen import CitizenWatch
from sp_abm.story.link_worker import LinkWorkerWatch
from sp_abm.story.parting import Parting, parting
from sp_abm.story.watch import Happening, Watch
from sp_abm.vocabulary import ADULT_AGE, Stage
from sp_abm.world import World

KINDS: Final = ("citizen", "link worker")
TRACKED: Final = {
    "citizen": ("stage", "lonely", "case.state", "case.worker", "activity_row"),
    "link worker": ("fte", "in_post", "holder", "open_cases", "burnout", "intends"),
}
"""The columns of a life line, by kind."""


@dataclass(frozen=True)
class Told:
    """One world's part of a story: how things were at the start and at the end, and what happened between.

    `track` is how a few columns went: {column: value} as they were at the start, and after each week of a change.
    """

    scenario: str
    start: date
    at_start: str
    at_end: str
    happenings: tuple[Happening, ...]
    track: tuple[tuple[int, Mapping[str, Any]], ...] = ()
    scenario_hash: str = ""

    def date_of(self, week: int) -> date:
        """Return the Monday of a week."""
        return self.start + timedelta(weeks=week)

    def as_dict(self) -> dict[str, Any]:
        """Return this world for machines."""
        events = [
            {"week": each.week, "date": self.date_of(each.week).isoformat(), "what": each.what, "why": each.why or None}
            for each in self.happenings
        ]
        return {"scenario": self.scenario, "at_start": self.at_start, "events": events, "at_end": self.at_end}


@dataclass(frozen=True)
class Accepted:
    """A life, or a post, with another share accepting outreach: how it ends, and where it parts from the one told."""

    kind: str
    scenario: str
    accepting: float
    parting: Parting | None
    at_end: str

    @property
    def told(self) -> str:
        """Return in a sentence what that share changes."""
        who = "this life" if self.kind == "citizen" else "this post"
        with_ = f"With {self.accepting:.0%} accepting outreach, {who} in ‘{self.scenario}’"
        if self.parting is None:
            return f"{with_} goes as it is told."
        parts = f"parts from what is told in week {self.parting.week}: {self.parting.what}"
        return f"{with_} {parts}. At the end: {self.at_end}."

    def as_dict(self) -> dict[str, Any]:
        """Return it for machines."""
        week = self.parting and self.parting.week
        return {
            "scenario": self.scenario,
            "accepting": self.accepting,
            "parts_in_week": week,
            "what": self.parting and self.parting.what,
            "at_end": self.at_end,
        }


@dataclass(frozen=True)
class Story:
    """Two worlds beside each other: who it is about, what happened in each, and where they part, if they do.

    `accepted` tells of the worlds with outreach what few, and what many, accepting it would change.
    """

    kind: str
    number: int
    who: str
    place: Place
    seed: int
    weeks: int
    worlds: tuple[Told, Told]
    parting: Parting | None
    accepted: tuple[Accepted, ...] = ()

    @property
    def has_outreach(self) -> bool:
        """Say whether link workers go out to people in one of the worlds."""
        return bool(self.accepted)

    def as_dict(self) -> dict[str, Any]:
        """Return the story for machines; `parting` is None where the worlds never part."""
        split = self.parting and {
            "week": self.parting.week,
            "date": self.worlds[0].date_of(self.parting.week).isoformat(),
            "what": self.parting.what,
            "why": self.parting.why,
        }
        facts = {"kind": self.kind, "id": self.number, "who": self.who, "place": self.place.key}
        worlds = [world.as_dict() for world in self.worlds]
        accepted = {"acceptance": [each.as_dict() for each in self.accepted]} if self.accepted else {}
        return {**facts, "seed": self.seed, "weeks": self.weeks, "worlds": worlds, "parting": split, **accepted}


def tell(
    kind: str,
    number: int | None = None,
    scenarios: tuple[str | Path | Scenario, str | Path | Scenario] = ("today", "no-service"),
    place: str | Path | Place = "sandbox",
    seed: int = 1,
    years: float = 5,
    *,
    progress: Progress = quiet,
) -> Story:
    """Tell the story of a `citizen` (the number of a dwelling) or a `link worker` (of a post) in two worlds.

    Without a number somebody is chosen to whom something happens in the first world. Raises `BadValue` with the
    numbers there are if this one is not among them.
    """
    if kind not in KINDS:
        raise BadValue(f"kind = {kind!r} must be one of: {', '.join(KINDS)}.")
    arms, weeks, where = tuple(map(load, scenarios)), checked_years(years), find_place(place)
    _check_number(kind, number, where)
    bases = _started(arms, where, checked_seed(seed), weeks, progress)
    if number is None:
        number = _somebody(kind, [base.fork(arm, weeks) for base, arm in zip(bases, arms, strict=True)], weeks)
    watches = [_lived(kind, number, base, arm, weeks, progress) for base, arm in zip(bases, arms, strict=True)]
    _check_post(watches, bases[0].world)
    names = _names(arms)
    told = [_told(watch, TRACKED[kind], arm, name) for watch, arm, name in zip(watches, arms, names, strict=True)]
    split = parting(watches[0], watches[1], (f"‘{names[0]}’", f"‘{names[1]}’"))
    accepted: list[Accepted] = []
    for base, arm, name, watch in zip(bases, arms, names, watches, strict=True):
        others = few_and_many(arm) if goes_out(arm.levers) else ()
        lives = (_lived(kind, number, base, other, weeks, progress) for other in others)
        accepted += (_accepted(kind, name, share, watch, life) for share, life in zip(bounds(), lives, strict=False))
    who = watches[0].description()
    return Story(kind, number, who, where, seed, weeks, (told[0], told[1]), split, tuple(accepted))


def _lived(kind: str, number: int, base: Simulation, arm: Scenario, weeks: int, progress: Progress) -> Watch:
    """Run a world from week 0 and return what was seen of a life or a post."""
    simulation = base.fork(arm, weeks)
    watch = _WATCHES[kind](simulation.world, number)
    simulation.observers.append(watch)
    simulation.run(weeks, progress)
    return watch


def _accepted(kind: str, name: str, share: float, told: Watch, life: Watch) -> Accepted:
    """Return what a share that accepts outreach changes of what is told."""
    return Accepted(kind, name, share, parting(told, life, ("what is told", "this one")), life.condition())


_WATCHES: Final[dict[str, Callable[[World, int], Watch]]] = {"citizen": CitizenWatch, "link worker": LinkWorkerWatch}


def _check_number(kind: str, number: object, where: Place) -> None:
    if number is None:
        return
    if isinstance(number, bool) or not isinstance(number, int | np.integer):
        raise BadValue(f"{kind} {number!r} must be a whole number.")
    if kind == "citizen" and not 0 <= number < where.residents:
        raise BadValue(f"citizen {number} does not exist; {where.name} has citizens 0 to {where.residents - 1}.")


def _check_post(watches: list[Watch], world: World) -> None:
    if any(not isinstance(watch, LinkWorkerWatch) or watch.has_existed for watch in watches):
        return
    posts = ", ".join(map(str, sorted(world.link_workers.id.tolist()))) or "none"
    raise BadValue(f"{watches[0].description()} does not exist in either world; posts in week 0: {posts}.")


def _started(
    arms: tuple[Scenario, ...], where: Place, seed: int, weeks: int, progress: Progress
) -> tuple[Simulation, ...]:
    """Return a simulation in week 0 for each arm: the same one where their parameters do not differ."""
    threads = threads_for(where.residents)
    bases: list[Simulation] = []
    for arm in arms:
        same = next((base for base in bases if dict(base.scenario.parameters) == dict(arm.parameters)), None)
        bases.append(same or Simulation.start(arm, where, seed, weeks=weeks, threads=threads, progress=progress))
    return tuple(bases)


def _names(arms: tuple[Scenario, ...]) -> tuple[str, str]:
    """Return the worlds' names; two of one name are told apart."""
    first, second = (arm.name or "unnamed" for arm in arms)
    return first, second if second != first else f"{second} again"


def _told(watch: Watch, columns: tuple[str, ...], arm: Scenario, name: str) -> Told:
    track = watch.track(columns)
    return Told(name, arm.start, watch.at_start, watch.condition(), tuple(watch.happenings), track, arm.hash)


def _somebody(kind: str, simulations: list[Simulation], weeks: int) -> int:
    """Run the worlds until one has somebody to whom something happens; return the number."""
    choose = _citizen if kind == "citizen" else _post
    for simulation in simulations:
        before = simulation.world.copy()
        found = choose(before, simulation.run(weeks).world)
        if found is not None:
            return found
    if kind == "citizen":
        return int(before.citizens.id[np.flatnonzero(before.citizens.age >= ADULT_AGE)].min())
    raise BadValue("there is no link worker in either world.")


def _citizen(before: World, after: World) -> int | None:
    """Return whom the service helped most: adequately and from distress if there is one, the first referred."""
    cases, n = after.cases, after.n_cases
    citizen, stage = cases.citizen[:n], cases.stage[:n]
    stayed = (cases.holder[:n] == before.citizens.holder[citizen]) & (cases.week_referred[:n] >= 0)
    is_adequate = (cases.week_third[:n] != NEVER) & (cases.week_started[:n] != NEVER)
    is_distressed = (stage == Stage.PRE_CRISIS) | (stage == Stage.CRISIS)
    is_seen = cases.week_first[:n] != NEVER
    for wanted in (is_adequate & is_distressed, is_adequate, is_seen, np.ones(n, np.bool_)):
        found = np.flatnonzero(wanted & stayed)
        if found.size:
            return int(after.citizens.id[citizen[found[0]]])
    return None


def _post(before: World, after: World) -> int | None:
    """Return the post, open in week 0 if one is, that changed hands most often."""
    old, new = before.link_workers, after.link_workers
    if not new.id.size:
        return None
    changes = new.holder.astype(np.int64)
    changes[: old.id.size] -= old.holder
    return int(new.id[int(changes.argmax())])
