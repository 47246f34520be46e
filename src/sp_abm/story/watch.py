"""Watching: an observer that keeps every change of one row, says in words what happened, and finds a parting."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

from sp_abm.schedule import NAMES
from sp_abm.world import World

State = dict[str, Any]
Sentence = tuple[str, str]
"""(what happened, why): plain words without a subject; the why is empty where the model knows none."""

MANY: Final = ", and "
_DECIMALS: Final = 9


@dataclass(frozen=True)
class Happening:
    """Something worth telling, in the week and the submodel in which it happened."""

    week: int
    submodel: str
    what: str
    why: str = ""

    @property
    def told(self) -> str:
        """Return what happened and, in brackets, why, where that is known."""
        return f"{self.what} ({self.why})" if self.why else self.what


@dataclass(frozen=True)
class Change:
    """Columns that a submodel changed: {name: (before, after)}."""

    week: int
    submodel: str
    columns: Mapping[str, tuple[Any, Any]]

    @property
    def when(self) -> tuple[int, int]:
        """Return what sorts changes by time: the week and the place in it."""
        return self.week, NAMES.index(self.submodel)


class Watch(ABC):
    """An observer of one row from the week it is made in; `around` holds what surrounds it, one entry a week."""

    def __init__(self, world: World) -> None:
        self.first_week = world.week
        self.first: State = self._seen(world)
        self.state = self.first
        self.is_over = False
        self.changes: list[Change] = []
        self.happenings: list[Happening] = []
        self.around: list[dict[str, float]] = []
        self.at_start = self.condition()

    def _seen(self, world: World) -> State:
        """Return the row's columns; fractions as far as they mean anything, beyond that they differ by rounding."""
        state = self.look(world)
        return {name: round(value, _DECIMALS) if isinstance(value, float) else value for name, value in state.items()}

    @abstractmethod
    def description(self) -> str:
        """Return who or what this is, without a name."""

    @abstractmethod
    def condition(self) -> str:
        """Return how things are now, or were last."""

    @abstractmethod
    def look(self, world: World) -> State:
        """Return the row's columns as plain numbers that mean the same in every world."""

    @abstractmethod
    def look_around(self, world: World) -> dict[str, float]:
        """Return what may make two worlds differ around this row."""

    @abstractmethod
    def sentences(self, submodel: str, before: State, now: State, world: World) -> Iterator[Sentence]:
        """Tell what is worth telling of a change."""

    def ends_with(self, before: State, now: State) -> bool:
        """Say whether this change ends the story: from then on nothing is watched."""
        return False

    def after(self, submodel: str, world: World) -> None:
        """Keep what the submodel changed, and tell it."""
        if self.is_over:
            return
        if submodel == "staffing":
            self.around.append(self.look_around(world))
        before, now = self.state, self._seen(world)
        if now != before:
            columns = {name: (before[name], now[name]) for name in now if now[name] != before[name]}
            self.changes.append(Change(world.week, submodel, columns))
            told = self.sentences(submodel, before, now, world)
            self.happenings += [Happening(world.week, submodel, what, why) for what, why in told]
            self.is_over = self.ends_with(before, now)
            self.state = before if self.is_over else now

    def close_week(self, world: World) -> None:  # noqa: B027 (every observer has one, this one needs none)
        """Leave it: every change has been kept."""

    def track(self, names: tuple[str, ...]) -> tuple[tuple[int, State], ...]:
        """Return how these columns went: (week, their values) at the start and after each week in which one changed."""
        values = {name: self.first[name] for name in names}
        found = {self.first_week: values}
        for change in self.changes:
            if change.columns.keys() & values.keys() and not (self.is_over and change is self.changes[-1]):
                values = values | {name: pair[1] for name, pair in change.columns.items() if name in values}
                found[change.week] = values
        if self.is_over:
            found[self.changes[-1].week] = {}
        return tuple(found.items())

    def told_at(self, when: tuple[int, int]) -> str:
        """Return in one string what was told of a submodel of a week, or nothing."""
        return MANY.join(each.what for each in self.happenings if (each.week, NAMES.index(each.submodel)) == when)


def first_difference(one: Watch, other: Watch) -> tuple[Change | None, Change | None] | None:
    """Return the first change of each world that the other does not share at that moment, or None if all are shared."""
    for mine, theirs in zip_longest(one.changes, other.changes):
        if mine != theirs:
            if mine and theirs and mine.when != theirs.when:
                return (mine, None) if mine.when < theirs.when else (None, theirs)
            return mine, theirs
    return None


def joined(*reasons: str) -> str:
    """Return the reasons that apply as one phrase."""
    found = [reason for reason in reasons if reason]
    return " and ".join([", ".join(found[:-1]), found[-1]] if len(found) > 2 else found)


def counted(number: int, noun: str) -> str:
    """Return so many of something in words."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def weeks(number: int) -> str:
    """Return a number of weeks in words."""
    return counted(number, "week")
