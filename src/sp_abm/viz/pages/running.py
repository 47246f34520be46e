"""Running: the one store of results, and how a page asks it without standing still."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Thread
from typing import Final

from sp_abm.comparison import Comparison
from sp_abm.errors import BadValue, SpAbmError
from sp_abm.places import Place, places
from sp_abm.places import place as find_place
from sp_abm.plausible import needed_sets
from sp_abm.scenario import Scenario, load
from sp_abm.viz.acceptance import is_concerned
from sp_abm.viz.asked import BASELINE, MOST_RUNS, Asked
from sp_abm.viz.drawn import FIRST, material_of, names_of, pictures
from sp_abm.viz.figures import Picture
from sp_abm.viz.pages.ui import solara, use_task
from sp_abm.viz.runs import Made, Paired, Report, Shelf, Store, in_thread
from sp_abm.viz.theme import WIDE, Theme, checked_theme, for_a_room

MOST_RESIDENTS: Final = 400_000
SMALL: Final = 20_000
"""Residents up to which a page asks for more pairs by itself."""
BY_ITSELF: Final = (1, 5, 10)
STEP: Final = 5
PHONE, HALF = 340.0, 500.0
STORE: Final = Store()
MOST_DRAWN: Final = 20


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
        raise BadValue(f"‘{asked.place[:40]}’ (the link) is not a place here. Known: {', '.join(known_places())}.")
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


def sets_of(asked: Asked) -> tuple[Mapping[str, float], ...]:
    """Return the plausible sets of parameters that the pairs take in turn, none where they keep their own."""
    return needed_sets() if asked.plausible else ()


def n_sets_of(asked: Asked, pairs: int) -> int:
    """Return how many sets so many pairs take."""
    return min(pairs, len(sets_of(asked)))


def steps_of(asked: Asked, place: Place) -> Iterator[int]:
    """Yield after how many pairs the page is to be brought up to date."""
    automatic = BY_ITSELF if place.residents <= SMALL else BY_ITSELF[:1]
    yield from automatic
    for pairs in range(automatic[-1] + STEP, MOST_RUNS + STEP, STEP):
        if pairs - STEP < asked.runs:
            yield min(pairs, asked.runs)


def is_same(asked: Asked, other: Asked) -> bool:
    """Return whether two ask the same, in however many pairs."""
    return replace(asked, runs=0) == replace(other, runs=0)


def answer(asked: Asked, pairs: int = 1) -> Paired:
    """Return the comparison that is asked for, made now where it is not in memory."""
    arms, place, seeds = arms_of(asked), place_of(asked), seeds_of(asked, pairs)
    return STORE.comparison(arms, place, seeds, asked.years, lambda _: None, sets=sets_of(asked))


@dataclass(frozen=True)
class Look:
    """How a page looks to a visitor: the theme, whether the screen is a phone's, its pixels where a room reads it."""

    theme: str = "light"
    is_phone: bool = False
    room: int = 0

    def drawn(self, is_half: bool = False) -> Theme:
        """Return how a picture is drawn: on Explore two stand beside each other and are brief, but not for a room."""
        if self.room:
            return for_a_room(self.theme, self.room)
        if is_half and not self.is_phone:
            return replace(checked_theme(self.theme, HALF), is_brief=True)
        return checked_theme(self.theme, PHONE if self.is_phone else WIDE)


@dataclass(frozen=True)
class Drawn:
    """Pictures by name, and what they are of: what was asked, in how many pairs."""

    asked: Asked
    look: Look
    pictures: dict[str, Picture]


_DRAWN: Final[Shelf[Drawn]] = Shelf(MOST_DRAWN)
"""The pictures of those who ask the same are there once."""


@dataclass(frozen=True)
class Outcome:
    """What a page shows: the comparison, and the pictures, which are those of an earlier one until they are drawn."""

    asked: Asked
    comparison: Paired
    look: Look
    drawn: Drawn | None = None

    def is_of(self, asked: Asked) -> bool:
        """Return whether this answers what is asked, in however many pairs."""
        return is_same(asked, self.asked)


@dataclass(frozen=True)
class Progress:
    """How the work of a page stands, with ways to stop it and to begin it again."""

    is_pending: bool
    done: float
    problem: str
    is_stopped: bool
    stop: Callable[[], None]
    again: Callable[[], None]


def use_stop() -> Callable[[], Event]:
    """Return what begins a piece of work: it gives what will stop it, and stops the piece before.

    That one is cancelled too, but its loop is another thread's and hears of it only when it next looks.
    """
    last = solara.use_ref(Event())

    def begin() -> Event:
        last.current.set()
        last.current = Event()
        stop: Event = last.current
        return stop

    return begin


def use_outcome(asked: Asked, look: Look) -> tuple[Outcome | None, Progress]:
    """Return what is known so far of what is asked; the pairs follow each other until it is all known.

    Of the first pair only the pictures of the first screen are drawn, so that the range comes soon; all are at the end.
    Then comes what outreach hangs on: how many accept it.
    """
    found = solara.use_reactive(None)
    done, begin = solara.use_reactive(0.0), use_stop()

    async def run() -> None:
        before, stop = found.value, begin()
        seen = len(before.comparison.seeds) if before is not None and before.is_of(asked) else 0
        drawn = before.drawn if before else None
        steps = list(steps_of(asked, place_of(asked)))
        for pairs in steps:
            if pairs <= seen and pairs < steps[-1] and (before.look == look or seen >= steps[-1]):
                continue
            comparison = before.comparison if pairs <= seen else await _compared(asked, pairs, done.set, stop)
            with STORE.urgent():
                found.set(Outcome(asked, comparison, look, drawn))
            if pairs in (steps[0], steps[-1]):
                drawn = await _drawn(asked, comparison, look, pairs == steps[-1], done.set, stop)
                found.set(Outcome(asked, comparison, look, drawn))
        if is_concerned(comparison):
            comparison = await in_thread(lambda note: STORE.accepted(comparison, note), done.set, stop)
            found.set(Outcome(asked, comparison, look, drawn))

    task = use_task(run, dependencies=[asked, look], raise_error=False)
    problem = in_plain_words(task.exception) if task.error else ""
    return found.value, Progress(task.pending, done.value, problem, task.cancelled, task.cancel, task.retry)


def use_work(work: Callable[[Report], Made], key: Hashable) -> tuple[Made | None, Progress]:
    """Return what some work has made, for a key: another key stops it and begins it anew."""
    done, begin = solara.use_reactive(0.0), use_stop()
    found = solara.use_reactive((None, None))

    async def run() -> None:
        found.set((key, await in_thread(work, done.set, begin())))

    task = use_task(run, dependencies=[key], raise_error=False)
    made = found.value[1] if found.value[0] == key else None
    problem = in_plain_words(task.exception) if task.error else ""
    return made, Progress(task.pending, done.value, problem, task.cancelled, task.cancel, task.retry)


async def _compared(asked: Asked, pairs: int, report: Report, stop: Event) -> Paired:
    arms, place, seeds, sets = arms_of(asked), place_of(asked), seeds_of(asked, pairs), sets_of(asked)
    return await in_thread(
        lambda note: STORE.comparison(arms, place, seeds, asked.years, note, is_urgent=pairs == 1, sets=sets),
        report,
        stop,
    )


async def _drawn(asked: Asked, comparison: Comparison, look: Look, is_last: bool, report: Report, stop: Event) -> Drawn:
    """Return all pictures of a page at the last step, those of the first screen before it."""
    asked = replace(asked, runs=len(comparison.seeds))
    key = repr((asked, look, is_last))

    def work(note: Report) -> Drawn:
        found = _DRAWN.get(key)
        if found is None:
            material = material_of(comparison)
            names = [name for name in names_of(material) if is_last or name in FIRST]
            note = STORE.giving_way(note) if is_last else note
            found = Drawn(asked, look, pictures(material, names, look.drawn(is_half=True), note))
            _DRAWN.put(key, found)
        return found

    return await in_thread(work, report, stop)


def in_plain_words(problem: BaseException | None) -> str:
    """Return what went wrong: our own words where it is the visitor's to mend."""
    if problem is None:
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
