"""Watches: observers that write down in a run what no measure keeps, for the statistics of single targets."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.cases import is_adequate
from sp_abm.submodels.turnover import leaving_rate
from sp_abm.submodels.word_of_mouth import people_told
from sp_abm.vocabulary import ADULT_AGE, DEPRIVATION_FIFTHS, WEEKS_PER_YEAR, Attempt, Stage
from sp_abm.world import World

_LONELY: Final = 8
_CHILD: Final = -1

Matrix = NDArray[np.int8]
Floats = NDArray[np.float64]


class _Watch:
    """An observer that does nothing yet."""

    def __init__(self, world: World) -> None:
        pass

    def after(self, submodel: str, world: World) -> None:
        """Wait for the end of the week."""

    def close_week(self, world: World) -> None:
        """Look at the week just simulated."""


def may_lose_their_job(world: World) -> NDArray[np.bool_]:
    """Say who is chosen to lose their job: those who have one and could, in every second dwelling."""
    citizens = world.citizens
    is_of_age = (citizens.age >= ADULT_AGE) & (citizens.age < world.parameters.life_events.oldest_worker)
    return np.asarray(is_of_age & ~citizens.unemployed & (citizens.id % 2 == 1), np.bool_)


class Chosen(_Watch):
    """Those who are chosen in week 0 to lose their job in another world, and which holder of the dwelling they are."""

    def __init__(self, world: World) -> None:
        self.rows = np.flatnonzero(may_lose_their_job(world))
        self.holder = world.citizens.holder[self.rows].copy()


class Histories(_Watch):
    """Everybody's stage and loneliness, and who lives where, week by week; row w is the end of week w - 1."""

    def __init__(self, world: World) -> None:
        self._codes: list[Matrix] = []
        self._holders: list[NDArray[np.uint8]] = []
        self._note(world)

    def _note(self, world: World) -> None:
        citizens = world.citizens
        code = citizens.stage + np.where(citizens.lonely, _LONELY, 0).astype(np.int8)
        self._codes.append(np.where(citizens.age >= ADULT_AGE, code, _CHILD).astype(np.int8))
        self._holders.append(citizens.holder.astype(np.uint8))

    def close_week(self, world: World) -> None:
        """Note everybody at the end of the week."""
        self._note(world)

    @property
    def stage(self) -> Matrix:
        """Return health stages, shape (weeks + 1, residents); -1 below 16."""
        codes = np.stack(self._codes)
        return np.where(codes == _CHILD, _CHILD, codes % _LONELY).astype(np.int8)

    @property
    def holder(self) -> NDArray[np.uint8]:
        """Return which holder lives there, shape (weeks + 1, residents)."""
        return np.stack(self._holders)

    def at(self, weeks: NDArray[np.int64], rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return (stage, whether lonely) of each row at the end of a week of its own."""
        codes = np.array([self._codes[week + 1][row] for week, row in zip(weeks, rows, strict=True)], np.int64)
        return codes % _LONELY, codes >= _LONELY

    def is_same(self, first: NDArray[np.int64], last: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say of each row whether the same adult lives there at the end of two weeks."""
        pairs = zip(first + 1, last + 1, rows, strict=True)
        same = [self._holders[a][row] == self._holders[b][row] and self._codes[a][row] != _CHILD for a, b, row in pairs]
        return np.array(same, np.bool_)


class Consultations(_Watch):
    """Everybody's consultations, added up from the first week on; row w is what they had before week w."""

    def __init__(self, world: World) -> None:
        self._sums = [np.zeros(world.citizens.id.size, np.uint16)]

    def close_week(self, world: World) -> None:
        """Add the week's."""
        self._sums.append(self._sums[-1] + world.citizens.consultations)

    def between(self, first: NDArray[np.int64], end: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return what each row had from a first week up to, not including, an end week of its own."""
        pairs = zip(first, end, rows, strict=True)
        return np.array([int(self._sums[b][row]) - int(self._sums[a][row]) for a, b, row in pairs], np.int64)


class LastYear(_Watch):
    """What happened to every dwelling's resident in the year under way: it begins anew each year."""

    def __init__(self, world: World) -> None:
        self._begin(world)

    def _begin(self, world: World) -> None:
        n = world.citizens.id.size
        self.holder = world.citizens.holder.copy()
        self.was_adult = world.citizens.age >= ADULT_AGE
        self.consultations = np.zeros(n, np.int64)
        self.weeks_in_distress = np.zeros(n, np.int64)
        self.has_event = np.zeros(n, np.bool_)
        self.by_adults = self.by_distressed = 0
        self.weeks = 0
        self._was_unemployed = world.citizens.unemployed.copy()

    def close_week(self, world: World) -> None:
        """Add the week to the year."""
        if self.weeks == WEEKS_PER_YEAR:
            self._begin(world)
        citizens = world.citizens
        is_distressed = (citizens.stage == Stage.PRE_CRISIS) | (citizens.stage == Stage.CRISIS)
        is_adult = citizens.age >= ADULT_AGE
        is_distressed &= is_adult
        number = citizens.consultations.astype(np.int64)
        self.consultations += number
        self.by_adults += int(number[is_adult].sum())
        self.by_distressed += int(number[is_distressed].sum())
        self.weeks_in_distress += is_distressed
        is_new = citizens.event_strain == np.float32(world.parameters.life_events.size_event)
        self.has_event |= is_new | (citizens.unemployed & ~self._was_unemployed)
        self._was_unemployed = citizens.unemployed.copy()
        self.weeks += 1

    def stayed(self, world: World) -> NDArray[np.bool_]:
        """Say of each dwelling whether the same person lived there all year, 16 or over when it began."""
        return np.asarray(self.was_adult & (self.holder == world.citizens.holder), np.bool_)


class LongDistress(_Watch):
    """Adults of each deprivation fifth at the end of each year, and those in distress for two years or more."""

    def __init__(self, world: World) -> None:
        self.adults: list[Floats] = []
        self.long: list[Floats] = []

    def close_week(self, world: World) -> None:
        """Count at the end of a year."""
        if (world.week + 1) % WEEKS_PER_YEAR:
            return
        citizens = world.citizens
        is_adult = citizens.age >= ADULT_AGE
        is_long = is_adult & (citizens.weeks_in_distress >= 2 * WEEKS_PER_YEAR)
        for found, who in ((self.adults, is_adult), (self.long, is_long)):
            found.append(np.bincount(citizens.fifth[who], minlength=len(DEPRIVATION_FIFTHS)).astype(np.float64))


class Tellers(_Watch):
    """People adequately helped and how many of them told others; people told, and the week they were."""

    def __init__(self, world: World) -> None:
        self.helped: list[int] = []
        self.told_others: list[int] = []
        self.told: list[NDArray[np.int64]] = []

    def after(self, submodel: str, world: World) -> None:
        """Look at who was told right after word of mouth; the luck of telling is that of the rule itself."""
        if submodel != "word_of_mouth":
            return
        cases, citizens, p = world.cases, world.citizens, world.parameters.word_of_mouth
        closed = [row for row in world.rows_closed_in(world.week - 1) if is_adequate(cases, row)]
        closed = [row for row in closed if cases.holder[row] == citizens.holder[cases.citizen[row]]]
        who = cases.citizen[closed]
        u = world.luck.uniforms("word_of_mouth", world.week, citizens.id[who], citizens.holder[who].astype(np.uint32))
        self.helped.append(len(closed))
        self.told_others.append(sum(people_told(each, 1.0, p) > 0 for each in u))
        rows = np.flatnonzero(citizens.weeks_told == int(p.weeks_fresh))
        self.told.append(np.column_stack([rows, citizens.holder[rows], np.full(rows.size, world.week)]))


class Attendance(_Watch):
    """People who started an activity, by week, and those still there when it counts as completed, by that week."""

    def __init__(self, world: World) -> None:
        self.weeks = int(world.parameters.participation.weeks_completed)
        self.started: list[float] = []
        self.still_there: list[float] = []

    def close_week(self, world: World) -> None:
        """Count both."""
        citizens = world.citizens
        is_there = (citizens.activity_row >= 0) & (citizens.weeks_in_activity == self.weeks)
        self.started.append(world.flows["started"])
        self.still_there.append(float(is_there.sum()))


class Workers(_Watch):
    """Every post by week: its holder (-1 vacant), PCN, tenure, burnout, intention, cases, chance of leaving, attempts.

    A post that opens later has no holder before.
    """

    COLUMNS: Final = ("holder", "pcn", "tenure", "burnout", "intends", "cases", "leaving", "started", "attempts")

    def __init__(self, world: World) -> None:
        self.threshold = world.parameters.turnover.threshold_burnt_out
        self._weeks: list[Floats] = []
        self._chances = np.zeros(world.link_workers.id.size)

    def after(self, submodel: str, world: World) -> None:
        """Note the chances of leaving before anybody does."""
        if submodel == "strain":
            workers = world.link_workers
            self._chances = -np.expm1(-leaving_rate(world, world.week)) * workers.in_post
            self._now = self._row(world)

    def close_week(self, world: World) -> None:
        """Keep the week as it was before anybody left."""
        self._weeks.append(self._now)

    def _row(self, world: World) -> Floats:
        workers, cases, n = world.link_workers, world.cases, world.n_cases
        is_tried = (cases.week_tried[:n] == world.week) & (cases.worker[:n] >= 0)
        tried = cases.worker[:n][is_tried]
        started = tried[cases.attempt[:n][is_tried] == Attempt.STARTED]
        size = workers.id.size
        return np.column_stack(
            [
                np.where(workers.in_post, workers.holder.astype(np.float64), -1.0),
                workers.pcn,
                workers.weeks_in_post,
                workers.burnout,
                workers.intends,
                workers.open_cases,
                self._chances,
                np.bincount(started, minlength=size),
                np.bincount(tried, minlength=size),
            ]
        ).astype(np.float64)

    def column(self, name: str) -> Floats:
        """Return a column, shape (weeks, posts)."""
        k, posts = self.COLUMNS.index(name), max(week.shape[0] for week in self._weeks)
        missing = -1.0 if name == "holder" else 0.0
        rows = [np.append(week[:, k], np.full(posts - week.shape[0], missing)) for week in self._weeks]
        return np.stack(rows)
