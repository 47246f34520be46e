"""The story of one post: who holds it, the caseload, burnout, thoughts of leaving, leaving, and who comes after."""

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from sp_abm.agents.link_workers import LinkWorkers, ramp
from sp_abm.declare import columns_of
from sp_abm.story.watch import Sentence, State, Watch, counted, joined, weeks
from sp_abm.vocabulary import NONE, CaseState, Outcome
from sp_abm.world import World

_OWN: Final = tuple(name for name in LinkWorkers._fields if name not in ("id", "pcn"))
_NO_POST: Final[State] = {name: columns_of(LinkWorkers)[name].default for name in _OWN}
_BANDS: Final = ("rested", "strained", "burnt out")
_RESTED, _HYSTERESIS, _ROOMY, _MARKED = 0.25, 0.05, 0.8, 0.25
"""Burnout below which a worker is rested; how far it must pass a border to count; a caseload that has room again, as
a share of its limit; and how far a ratio must be from 1 to be worth a word."""


class LinkWorkerWatch(Watch):
    """Watches a post, open or not, and whoever holds it."""

    def __init__(self, world: World, number: int) -> None:
        self.number = number
        self.has_existed = False
        self._is_full = False
        self._cases: np.ndarray[tuple[int], np.dtype[np.int64]] = np.empty(0, np.int64)
        super().__init__(world)
        self._band = self._band_of(world, float(self.first["burnout"]), NONE)

    def row(self, world: World) -> int:
        """Return the post's row, or -1 before it is first opened."""
        found = np.flatnonzero(world.link_workers.id == self.number)
        return int(found[0]) if found.size else NONE

    def look(self, world: World) -> State:
        """Return the post's columns, at their defaults before it is first opened."""
        row = self.row(world)
        if row < 0:
            return _NO_POST
        self.has_existed = True
        return {name: getattr(world.link_workers, name)[row].item() for name in _OWN}

    def look_around(self, world: World) -> dict[str, float]:
        """Return the support delivered, the team, and what the commissioner asks for."""
        row, books, workers = self.row(world), world.commissioner, world.link_workers
        pcn = int(workers.pcn[row]) if row >= 0 else 0
        return {
            "funded": float(world.pcns.fte_funded[pcn]),
            "support": float(world.pcns.support[pcn].mean()),
            "in_post": float(workers.fte[(workers.pcn == pcn) & workers.in_post].sum()),
            "cap": float(books.caseload_cap[0]),
            "outreach": float(books.outreach_share[0]),
        }

    def after(self, submodel: str, world: World) -> None:
        """Remember whose cases the worker holds before some may be lost, then keep and tell what changed."""
        if submodel == "strain":
            worker, state = world.cases.worker[: world.n_cases], world.cases.state[: world.n_cases]
            row = self.row(world)
            self._cases = np.flatnonzero((worker == row) & (state != CaseState.CLOSED) & (row >= 0))
        super().after(submodel, world)

    def sentences(self, submodel: str, before: State, now: State, world: World) -> Iterator[Sentence]:
        """Tell what is worth telling of a change in this post."""
        if submodel in _TELLERS:
            yield from _TELLERS[submodel](self, before, now, world)

    def description(self) -> str:
        """Return which post this is."""
        return f"link worker {self.number}"

    def condition(self) -> str:
        """Return how the post and its holder are now."""
        state = self.state
        if not state["fte"]:
            return "no such post"
        if not state["in_post"]:
            return "vacant"
        return (
            f"in post for {weeks(state['weeks_in_post'])}, {counted(state['open_cases'], 'open case')}, "
            f"burnout {state['burnout']:.2f}{', thinking of leaving' if state['intends'] else ''}"
        )

    def crossed(self, world: World, burnout: float) -> tuple[int, int]:
        """Return the bands of burnout before and now; a border counts once it is clearly passed."""
        before, self._band = self._band, self._band_of(world, burnout, self._band)
        return before, self._band

    def _band_of(self, world: World, burnout: float, before: int) -> int:
        borders = (_RESTED, world.parameters.turnover.threshold_burnt_out)
        margins = [0.0 if before < 0 else _HYSTERESIS if before <= k else -_HYSTERESIS for k in range(len(borders))]
        return sum(burnout > border + margin for border, margin in zip(borders, margins, strict=True))

    def filled(self, now: State, world: World) -> bool:
        """Say whether the caseload has just become full; it must have had room again since the last time."""
        row = self.row(world)
        limits = world.commissioner.caseload_cap[0] * ramp(world.link_workers, world.parameters.staffing)
        limit = limits[row] * now["fte"]
        was_full = self._is_full
        self._is_full = now["open_cases"] + 1 > limit or (was_full and now["open_cases"] > _ROOMY * limit)
        return self._is_full and not was_full

    def parted_cases(self, world: World) -> tuple[int, int]:
        """Return how many of the leaver's cases were handed on, and how many were dropped."""
        dropped = int((world.cases.outcome[self._cases] == Outcome.DROPPED).sum())
        return self._cases.size - dropped, dropped

    def start_band(self, world: World, burnout: float) -> None:
        """Begin anew with the burnout of another holder."""
        self._band = self._band_of(world, burnout, NONE)


def _staffing(post: LinkWorkerWatch, before: State, now: State, world: World) -> Iterator[Sentence]:
    if now["fte"] and not before["fte"]:
        yield f"the post was opened, {now['fte']:.2g} full-time", "posts were funded"
    if before["fte"] and not now["fte"]:
        end = "the post was closed and its holder let go" if before["in_post"] else "the vacant post was closed"
        yield end, "it was no longer funded"
    elif now["in_post"] and now["holder"] != before["holder"]:
        post.start_band(world, now["burnout"])
        hard = f"strain hits this person {now['trait']:.1f} times as hard as the average"
        yield "a new link worker started", hard if abs(now["trait"] - 1) > _MARKED else ""


def _allocation(post: LinkWorkerWatch, before: State, now: State, world: World) -> Iterator[Sentence]:
    if now["in_post"] and post.filled(now, world):
        cap = world.commissioner.caseload_cap[0]
        learning = (
            ", fewer while learning the job" if now["weeks_in_post"] < world.parameters.staffing.weeks_ramp else ""
        )
        yield (
            f"caseload full with {counted(now['open_cases'], 'open case')}",
            f"the cap is {cap:g} for a full-time worker{learning}",
        )


def _strain(post: LinkWorkerWatch, before: State, now: State, world: World) -> Iterator[Sentence]:
    if not now["in_post"]:
        return
    was, band = post.crossed(world, now["burnout"])
    if band != was:
        level = f"{_BANDS[band]} (burnout {now['burnout']:.2f})"
        yield f"now {level}" if band > was else f"recovering: now {level}", _pressures(now, is_worse=band > was)


def _pressures(state: State, *, is_worse: bool) -> str:
    """Return what wore the worker down, or what gave rest."""
    felt = float(np.exp(state["condition"]))
    sign = 1 if is_worse else -1
    marked = {
        f"a load of {state['load']:.1f} where 1 is bearable": state["load"] - 1,
        f"{'hard' if is_worse else 'easy'} times at work and at home": felt - 1,
        f"strain hits this person {'harder' if is_worse else 'less'} than most": state["trait"] - 1,
    }
    return joined(*(words for words, distance in marked.items() if sign * distance > _MARKED))


def _turnover(post: LinkWorkerWatch, before: State, now: State, world: World) -> Iterator[Sentence]:
    if before["in_post"] and not now["in_post"]:
        handed_on, dropped = post.parted_cases(world)
        fate = joined(
            f"{counted(handed_on, 'case')} handed on" if handed_on else "", f"{dropped} dropped" if dropped else ""
        )
        thought = "had been thinking of leaving" if before["intends"] else "had not been thinking of leaving when asked"
        burnt = before["burnout"] > world.parameters.turnover.threshold_burnt_out
        lasted = f"left after {weeks(before['weeks_in_post'])} in post"
        yield f"{lasted}; {fate}" if fate else lasted, joined(thought, "burnt out" if burnt else "")
    elif now["intends"] != before["intends"]:
        support = world.pcns.support[world.link_workers.pcn[post.row(world)]].mean()
        what = "began to think of leaving" if now["intends"] else "no longer thought of leaving"
        yield what, f"burnout {now['burnout']:.2f}, support {support:.2f}"


_TELLERS: Final[dict[str, Callable[[LinkWorkerWatch, State, State, World], Iterator[Sentence]]]] = {
    "staffing": _staffing,
    "allocation": _allocation,
    "strain": _strain,
    "turnover": _turnover,
}
