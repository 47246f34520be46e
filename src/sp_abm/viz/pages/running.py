"""Running: the one store of results, and how a page asks it without standing still."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

import solara

from sp_abm.comparison import Comparison
from sp_abm.errors import BadValue, SpAbmError
from sp_abm.places import Place, places
from sp_abm.places import place as find_place
from sp_abm.scenario import Scenario, load
from sp_abm.viz.asked import BASELINE, MOST_RUNS, Asked
from sp_abm.viz.drawn import pictures
from sp_abm.viz.runs import Stopped, Store, in_thread

if TYPE_CHECKING:
    use_task: Any
else:
    from solara.lab import use_task

MOST_RESIDENTS: Final = 400_000
SMALL: Final = 20_000
"""Residents up to which a page asks for more pairs by itself."""
BY_ITSELF: Final = (1, 5, 10)
STEP: Final = 5
STORE: Final = Store()


@dataclass
class Served:
    """What this server shows; `serve` sets the place before the first page is opened."""

    place: str | Path | Place = "sandbox"


served: Final = Served()


def served_place() -> Place:
    """Return the place that is shown when a link names none."""
    return find_place(served.place)


def place_of(asked: Asked) -> Place:
    """Return the place that is asked for: a shipped one, or the one that is served; never a file."""
    if asked.place == served_place().key:
        return served_place()
    if asked.place not in places():
        raise BadValue(f"‘{asked.place[:40]}’ ({'the link'}) is not a place here. Known: {', '.join(known_places())}.")
    found = find_place(asked.place)
    if found.residents > MOST_RESIDENTS:
        raise BadValue(f"{found.name} has {found.residents:,} residents; a page runs {MOST_RESIDENTS:,} at most.")
    return found


def known_places() -> list[str]:
    """Return the keys of the places that a page can run, the served one first."""
    small = [key for key, where in places().items() if where.residents <= MOST_RESIDENTS]
    return list(dict.fromkeys([served_place().key, *small]))


def arms_of(asked: Asked) -> tuple[Scenario, Scenario]:
    """Return the baseline and the plan."""
    return load(BASELINE), asked.resolved()


def seeds_of(asked: Asked, pairs: int) -> tuple[int, ...]:
    """Return the seeds of so many pairs."""
    return tuple(range(asked.seed, asked.seed + pairs))


def steps_of(asked: Asked, place: Place) -> Iterator[int]:
    """Yield after how many pairs the page is to be brought up to date."""
    automatic = BY_ITSELF if place.residents <= SMALL else BY_ITSELF[:1]
    yield from automatic
    for pairs in range(automatic[-1] + STEP, MOST_RUNS + STEP, STEP):
        if pairs - STEP < asked.runs:
            yield min(pairs, asked.runs)


def answer(asked: Asked, pairs: int = 1) -> Comparison:
    """Return the comparison that is asked for, made now where it is not in memory."""
    return STORE.comparison(arms_of(asked), place_of(asked), seeds_of(asked, pairs), asked.years, lambda _: None)


@dataclass(frozen=True)
class Outcome:
    """What a page shows: the comparison, and its pictures by name."""

    asked: Asked
    comparison: Comparison
    theme: str
    pictures: dict[str, str] = field(default_factory=dict)

    def is_of(self, asked: Asked) -> bool:
        """Return whether this answers what is asked, in however many pairs."""
        return replace(asked, runs=0) == replace(self.asked, runs=0)


@dataclass(frozen=True)
class Progress:
    """How the work of a page stands, with ways to stop it and to begin it again."""

    is_pending: bool
    done: float
    problem: str
    is_stopped: bool
    stop: Callable[[], None]
    again: Callable[[], None]


def use_outcome(asked: Asked, theme: str) -> tuple[Outcome | None, Progress]:
    """Return what is known so far of what is asked; the pairs follow each other until it is all known."""
    found = solara.use_reactive(None)
    done = solara.use_reactive(0.0)

    async def run() -> None:
        place, arms = place_of(asked), arms_of(asked)
        before = found.value
        known = len(before.comparison.seeds) if before and before.is_of(asked) else 0
        drawn = before.pictures if before else {}
        for pairs in steps_of(asked, place):
            if pairs <= known and before.theme == theme and drawn:
                continue
            seeds, is_urgent = seeds_of(asked, pairs), pairs <= max(1, known)

            def work(report: Callable[[float], None], seeds: Any = seeds, is_urgent: bool = is_urgent) -> Comparison:
                return STORE.comparison(arms, place, seeds, asked.years, report, is_urgent)

            comparison = await in_thread(work, done.set)
            found.set(Outcome(asked, comparison, theme, drawn))
            if pairs == 1 or not known:
                drawn = await in_thread(lambda _, made=comparison: pictures(made, theme), done.set)
                known = max(known, pairs)
                found.set(Outcome(asked, comparison, theme, drawn))

    task = use_task(run, dependencies=[asked, theme], raise_error=False)
    problem = in_plain_words(task.exception) if task.error else ""
    return found.value, Progress(task.pending, done.value, problem, task.cancelled, task.cancel, task.retry)


def in_plain_words(problem: BaseException | None) -> str:
    """Return what went wrong: our own words where it is the visitor's to mend."""
    if problem is None or isinstance(problem, Stopped):
        return ""
    if isinstance(problem, SpAbmError):
        return str(problem)
    return f"Something went wrong ({type(problem).__name__}); the terminal says more."


def warm() -> None:
    """Make ready what the first visitor will want, so that the first page is quick."""
    asked = Asked(place=served_place().key)
    if served_place().residents <= SMALL:
        answer(asked)
        Thread(target=_warm_baselines, args=(asked,), daemon=True).start()


def _warm_baselines(asked: Asked) -> None:
    for pairs in BY_ITSELF:
        arms, seeds = (load(BASELINE), load(BASELINE)), seeds_of(asked, pairs)
        STORE.comparison(arms, place_of(asked), seeds, asked.years, lambda _: None, is_urgent=False)
