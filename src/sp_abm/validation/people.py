"""Statistics of people: stages, spells of distress, loneliness, consultations and events, in an average PCN."""

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.readings import Answers, Asked, survey
from sp_abm.scenario import load
from sp_abm.validation.pooling import (
    Floats,
    Statistic,
    ended_by,
    exits_by_age,
    hazard_ratio,
    mean,
    one,
    ratio,
    ratio_of_ratios,
)
from sp_abm.validation.watches import Chosen, Histories, LastYear, LongDistress, Tellers
from sp_abm.validation.worlds import JOBS_KEPT, JOBS_LOST, NO_SERVICE, SHOCK, TODAY, Lived, Worlds
from sp_abm.vocabulary import ADULT_AGE, WEEKS_PER_YEAR, Stage, TieKind

YEAR: Final = WEEKS_PER_YEAR
QUARTER, HALF_YEAR, TWO_YEARS, FIVE_YEARS = YEAR // 4, YEAR // 2, 2 * YEAR, 5 * YEAR
SPELLS_BEGIN: Final = 3 * YEAR
CENSUSES: Final = tuple(range(0, SPELLS_BEGIN + 1, YEAR))
HIGH_LIFE: Final = 8.5
A_POINT: Final = 0.01
TENTH: Final = 10
WORKING_DAYS: Final = 250
PER_1000: Final = 1000

Flags = NDArray[np.bool_]


def measured(name: str, arm: str = TODAY) -> Statistic:
    """Return the mean over seeds of a measure's summary."""
    return Statistic(lambda worlds: one(worlds[arm].results.summary[name]), mean)


def tallied(top: str, bottom: str, scale: float = 1.0, weeks: slice = slice(None)) -> Statistic:
    """Return a ratio of two tallies of today's world, pooled over seeds and weeks."""

    def seen(worlds: Worlds) -> Floats:
        results = worlds[TODAY].results
        return one(results.tally(top)[weeks].sum() * scale, results.tally(bottom)[weeks].sum())

    return Statistic(seen, ratio)


def gradient(worlds: Worlds) -> Floats:
    """Return distress in the most over the least deprived fifth."""
    distress = worlds[TODAY].results.by("deprivation")["share_distress"]
    return one(distress.iloc[0] / distress.iloc[-1])


def crisis_entries(worlds: Worlds) -> Floats:
    """Return entries to crisis times 1,000, and years lived by people of 16 and over."""
    results = worlds[TODAY].results
    entries = sum(results.tally(f"new_{before}_to_crisis").sum() for before in ("pre_crisis", "recovering"))
    return one(entries * PER_1000, results.tally("n_adults").sum() / WEEKS_PER_YEAR)


def in_distress(stage: NDArray[np.int8]) -> Flags:
    """Say who is in distress."""
    return np.asarray((stage == Stage.PRE_CRISIS) | (stage == Stage.CRISIS), np.bool_)


def stays(holder: NDArray[np.uint8], stage: NDArray[np.int8]) -> Flags:
    """Say for each week who lives where the same adult lived the week before; nobody in the first."""
    same = np.zeros(stage.shape, np.bool_)
    same[1:] = (holder[1:] == holder[:-1]) & (stage[:-1] >= 0) & (stage[1:] >= 0)
    return same


def without_service(read: Callable[[Histories], Floats]) -> Callable[[Worlds], Floats]:
    """Return a reader of the world without a service, which remembers what it last read: several rows ask for it."""
    remembered = lru_cache(maxsize=1)(read)
    return lambda worlds: remembered(worlds[NO_SERVICE].seen_by(Histories))


@lru_cache(maxsize=1)
def _five_years(histories: Histories) -> tuple[Flags, Flags, NDArray[np.int8]]:
    """Return (in distress, same adult as the week before, stage) of the first five years."""
    stage = histories.stage[: FIVE_YEARS + 1]
    return in_distress(stage), stays(histories.holder[: FIVE_YEARS + 1], stage), stage


def spells_begun_by(last: int) -> Callable[[Histories], Floats]:
    """Return a reader of new spells of distress begun up to a week, followed for up to two years."""

    def read(histories: Histories) -> Floats:
        distress, same, _ = _five_years(histories)
        begins = np.zeros_like(distress)
        begins[1:] = distress[1:] & ~distress[:-1] & same[1:]
        begins[last + 1 :] = False
        return exits_by_age(begins, ~distress, same, TWO_YEARS)

    return read


def out_of_distress(histories: Histories) -> Floats:
    """Return people in distress at yearly censuses, followed for a year until they are out of it."""
    distress, same, _ = _five_years(histories)
    return exits_by_age(_at_censuses(distress), ~distress, same, YEAR)


def onsets(histories: Histories) -> Floats:
    """Return those off balance at yearly censuses, followed for a year until distress; beside them the thriving."""
    distress, same, stage = _five_years(histories)
    groups = (stage == Stage.OFF_BALANCE, stage == Stage.THRIVING)
    return np.hstack([exits_by_age(_at_censuses(group), distress, same, YEAR) for group in groups])


def _at_censuses(which: Flags) -> Flags:
    """Return what holds in the weeks of the censuses, and nothing in the others."""
    found = np.zeros_like(which)
    found[list(CENSUSES)] = which[list(CENSUSES)]
    return found


def onset_ratio(rows: Floats) -> float:
    """Return first-year onset off balance over that when thriving."""
    off_balance, thriving = np.split(rows, 2, axis=1)
    return ended_by(YEAR)(off_balance) / ended_by(YEAR)(thriving)


def long_distress(worlds: Worlds) -> Floats:
    """Return people in distress for two years or more and all adults, in the most and in the least deprived fifth."""
    watch: LongDistress = worlds[NO_SERVICE].seen_by(LongDistress)
    n = FIVE_YEARS // WEEKS_PER_YEAR
    long, adults = np.sum(watch.long[:n], axis=0), np.sum(watch.adults[:n], axis=0)
    return one(long[0], adults[0], long[-1], adults[-1])


def top_tenth(worlds: Worlds) -> Floats:
    """Return consultations of the top tenth of those who consulted in the last year, and of all of them.

    A tenth that is not a whole number of people counts the last of them in part.
    """
    lived = worlds[TODAY]
    year: LastYear = lived.seen_by(LastYear)
    is_there = (year.holder == lived.world.citizens.holder) & (year.consultations > 0)
    number = np.sort(year.consultations[is_there])[::-1]
    added_up = np.concatenate([[0], number.cumsum()])
    return one(np.interp(number.size / TENTH, np.arange(added_up.size), added_up), added_up[-1])


def distress_in_surgeries(worlds: Worlds) -> Floats:
    """Return consultations of people of 16 and over in distress, and of all of them."""
    year: LastYear = worlds[TODAY].seen_by(LastYear)
    return one(year.by_distressed, year.by_adults)


def told_a_gp(worlds: Worlds) -> Floats:
    """Return people in distress all year who disclose and consulted, and all people in distress all year."""
    lived = worlds[TODAY]
    year: LastYear = lived.seen_by(LastYear)
    is_long = year.stayed(lived.world) & (year.weeks_in_distress == WEEKS_PER_YEAR)
    has_told = is_long & lived.world.citizens.discloses & (year.consultations > 0)
    return one(has_told.sum(), is_long.sum())


def had_an_event(worlds: Worlds) -> Floats:
    """Return people who stayed all year and had a life event or lost their job, and all who stayed."""
    lived = worlds[TODAY]
    year: LastYear = lived.seen_by(LastYear)
    stayed = year.stayed(lived.world)
    return one((stayed & year.has_event).sum(), stayed.sum())


def tellers(worlds: Worlds) -> Floats:
    """Return people adequately helped in the last year who told others, and all of them."""
    watch: Tellers = worlds[TODAY].seen_by(Tellers)
    return one(sum(watch.told_others[-YEAR:]), sum(watch.helped[-YEAR:]))


def came_when_told(worlds: Worlds) -> Floats:
    """Return people told in the two years before the last quarter who were referred within 13 weeks, and all told."""
    lived = worlds[TODAY]
    watch: Tellers = lived.seen_by(Tellers)
    told = np.concatenate(watch.told[-TWO_YEARS - QUARTER : -QUARTER])
    cases, n = lived.world.cases, lived.world.n_cases
    by_person: dict[tuple[int, int], list[int]] = {}
    columns = (cases.citizen[:n], cases.holder[:n], cases.week_referred[:n])
    for citizen, holder, week in zip(*(column.tolist() for column in columns), strict=True):
        by_person.setdefault((citizen, holder), []).append(week)
    came = sum(
        any(week <= referred <= week + QUARTER for referred in by_person.get((citizen, holder), ()))
        for citizen, holder, week in told.tolist()
    )
    return one(came, len(told))


def largest_yearly_change(worlds: Worlds) -> Floats:
    """Return the largest change of loneliness from one year to the next."""
    results = worlds[TODAY].results
    share = (results.tally("n_lonely") / results.tally("n_adults")).reshape(-1, WEEKS_PER_YEAR).mean(axis=1)
    return one(np.abs(np.diff(share)).max())


def _distress(lived: Lived) -> Floats:
    return np.asarray(lived.results.tally("n_distress") / lived.results.tally("n_adults"))


@cache
def shock_week() -> int:
    """Return the week in which the shock of the scenario begins."""
    return next(week for week, size in load(SHOCK).levers["distress_shock"] if size)


def shock_peak(worlds: Worlds) -> Floats:
    """Return the peak of distress after the shock over the year before it."""
    distress = _distress(worlds[SHOCK])
    return one(distress[shock_week() :].max() / distress[: shock_week()].mean())


def weeks_to_return(worlds: Worlds) -> Floats:
    """Return the weeks from the peak until distress is within a point of the year before the shock; all if never."""
    distress = _distress(worlds[SHOCK])
    after = distress[shock_week() + int(distress[shock_week() :].argmax()) :]
    is_back = after <= distress[: shock_week()].mean() + A_POINT
    return one(int(is_back.argmax()) if is_back.any() else after.size)


def lonely_young(worlds: Worlds) -> Floats:
    """Return the share of those of 16 to 24 who are lonely."""
    return one(worlds[TODAY].results.by("age")["share_lonely"]["16-24"])


def without_a_close_tie(worlds: Worlds) -> Floats:
    """Return adults without a close tie, and all adults; ties stay as they were made, whoever lives there."""
    world = worlds[TODAY].world
    row = np.repeat(np.arange(world.citizens.id.size), np.diff(world.ties.start))
    close = np.bincount(row, weights=world.ties.kind == TieKind.CLOSE, minlength=world.citizens.id.size)
    is_adult = world.citizens.age >= ADULT_AGE
    return one((is_adult & (close == 0)).sum(), is_adult.sum())


def job_loss(worlds: Worlds) -> Floats:
    """Return the rise of distress 26 weeks after a job is lost, same people, summed, and the number of them."""
    lost, kept = worlds[JOBS_LOST].world.citizens, worlds[JOBS_KEPT].world.citizens
    chosen: Chosen = worlds[JOBS_KEPT].seen_by(Chosen)
    rows = chosen.rows[kept.holder[chosen.rows] == chosen.holder]
    rise = in_distress(lost.stage[rows]).sum() - in_distress(kept.stage[rows]).sum()
    return one(rise, rows.size)


def furthest_from_mean(worlds: Worlds) -> Floats:
    """Return how far distress without a service gets from its mean in ten years."""
    distress = _distress(worlds[NO_SERVICE])
    return one(np.abs(distress - distress.mean()).max())


def read_at_the_end(lived: Lived) -> Answers:
    """Return what a census of all adults in the last week would write down."""
    world = lived.world
    rows = np.flatnonzero(world.citizens.age >= ADULT_AGE)
    asked = Asked(*(getattr(world.citizens, name)[rows] for name in Asked._fields))
    return survey(asked, world.week - 1, world.luck, world.parameters.observation)


def wellbeing_and_distress(worlds: Worlds) -> Floats:
    """Return the rank correlation of the wellbeing reading with the distress score."""
    from scipy.stats import spearmanr

    read = read_at_the_end(worlds[TODAY])
    return one(spearmanr(read.swemwbs, read.distress).statistic)


def high_life_satisfaction(worlds: Worlds) -> Floats:
    """Return the share of adults whose life satisfaction reads 8.5 or more."""
    return one((read_at_the_end(worlds[TODAY]).life_satisfaction >= HIGH_LIFE).mean())


def contacts_per_gp(worlds: Worlds) -> Floats:
    """Return consultations with GPs in the last year, and working days of full-time GPs."""
    lived = worlds[TODAY]
    number = lived.results.tally("consultations")[-YEAR:].sum()
    share = lived.world.parameters.observation.share_consultations_gp
    return one(number * share, lived.world.place.gp_fte * WORKING_DAYS)


def still_going_at(age: int) -> Callable[[Floats], float]:
    """Return the share of what was followed that is still going at an age."""
    return lambda rows: 1 - ended_by(age)(rows)


NEW_SPELLS: Final = without_service(spells_begun_by(SPELLS_BEGIN))
PREVALENT: Final = without_service(out_of_distress)
PEOPLE: Final[Mapping[str, Statistic]] = {
    "C01": measured("share_distress"),
    "C02": measured("share_thriving"),
    "C03": measured("share_off_balance"),
    "C04": measured("share_crisis"),
    "C05": measured("share_recovering"),
    "C06": Statistic(gradient, mean),
    "C07": Statistic(PREVALENT, ended_by(QUARTER)),
    "C08": Statistic(PREVALENT, ended_by(HALF_YEAR)),
    "C09": Statistic(PREVALENT, ended_by(YEAR)),
    "C10": Statistic(NEW_SPELLS, ended_by(QUARTER)),
    "C11": Statistic(NEW_SPELLS, ended_by(YEAR)),
    "C12": Statistic(NEW_SPELLS, still_going_at(TWO_YEARS)),
    "C13": Statistic(without_service(onsets), onset_ratio),
    "C14": Statistic(crisis_entries, ratio),
    "C15": measured("gp_consultations_per_person_per_year"),
    "C16": Statistic(top_tenth, ratio),
    "C17": Statistic(distress_in_surgeries, ratio),
    "C18": Statistic(told_a_gp, ratio),
    "C33": measured("share_lonely"),
    "C34": measured("life_satisfaction_mean"),
    "C36": Statistic(tellers, ratio),
    "C37": Statistic(came_when_told, ratio),
    "P10": Statistic(largest_yearly_change, mean),
    "P31": Statistic(shock_peak, mean),
    "P32": Statistic(weeks_to_return, mean),
    "P33": Statistic(
        without_service(spells_begun_by(FIVE_YEARS)), hazard_ratio(slice(0, QUARTER), slice(YEAR, TWO_YEARS))
    ),
    "P34": Statistic(long_distress, ratio_of_ratios),
    "P35": Statistic(lonely_young, mean),
    "P36": Statistic(without_a_close_tie, ratio),
    "P37": Statistic(had_an_event, ratio),
    "P38": Statistic(job_loss, ratio),
    "P39": Statistic(furthest_from_mean, mean),
    "P40": measured("share_volunteering"),
    "P42": Statistic(wellbeing_and_distress, mean),
    "P43": Statistic(high_life_satisfaction, mean),
    "P44": Statistic(contacts_per_gp, ratio),
}
