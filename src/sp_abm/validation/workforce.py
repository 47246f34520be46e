"""Statistics of link workers, pooled over replications of Tower Hamlets until they hold at least 100 posts."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.validation.people import measured, tallied
from sp_abm.validation.pooling import (
    Floats,
    Statistic,
    change,
    correlation,
    moments,
    odds_ratio,
    odds_ratio_per_deviation,
    one,
    ratio,
    ratio_of_ratios,
    standardised,
    within_pairs,
)
from sp_abm.validation.watches import Workers
from sp_abm.validation.worlds import CAP_HIGH, CAP_LOW, NO_SUPERVISION, SUPERVISION, SUPPORT, TODAY, UNSUPPORTED, Worlds
from sp_abm.vocabulary import WEEKS_PER_YEAR

YEAR: Final = WEEKS_PER_YEAR
LAST_YEAR: Final = slice(-YEAR, None)
WHOLE_RUN: Final = slice(None)
EVERY: Final = 4
"""Weeks between two readings of a worker where each reading is a row: neighbouring weeks say the same."""
LEAST_ATTEMPTS: Final = 20

Flags = NDArray[np.bool_]


def crew(worlds: Worlds, arm: str = TODAY) -> Workers:
    """Return what was written down of an arm's link workers."""
    found: Workers = worlds[arm].seen_by(Workers)
    return found


def burnt_out(crew: Workers) -> tuple[Flags, Flags]:
    """Return who is in post, and who of them is burnt out, by week and post."""
    is_in = crew.column("holder") >= 0
    return is_in, is_in & (crew.column("burnout") > crew.threshold)


def a_year_on(crew: Workers) -> tuple[Flags, Flags]:
    """Return who is in post in each week but the last year's, and who of them is not a year later."""
    holder = crew.column("holder")
    now, later = holder[:-YEAR], holder[YEAR:]
    return now >= 0, (now >= 0) & (now != later)


def four_fold(group: Flags, event: Flags, among: Flags) -> Floats:
    """Return how often an event happens and not, in a group, then outside it, of all that count."""
    counts = [(among & is_in & is_event).sum() for is_in in (group, ~group) for is_event in (event, ~event)]
    return one(*counts)


def intention_by_burnout(worlds: Worlds) -> Floats:
    """Return intention to leave, yes and no, of the burnt out and of the others."""
    workers = crew(worlds)
    is_in, is_burnt_out = (each[LAST_YEAR] for each in burnt_out(workers))
    return four_fold(is_burnt_out, workers.column("intends")[LAST_YEAR] > 0, is_in)


def leaving_by_burnout(worlds: Worlds) -> Floats:
    """Return leaving within a year, yes and no, of the burnt out and of the others."""
    workers = crew(worlds)
    is_in, leaves = a_year_on(workers)
    return four_fold(burnt_out(workers)[1][:-YEAR], leaves, is_in)


def intention_and_leaving(worlds: Worlds) -> Floats:
    """Return for each reading of a worker whether they intend to leave and whether they have gone a year later."""
    workers = crew(worlds)
    is_in, leaves = a_year_on(workers)
    intends = workers.column("intends")[:-YEAR]
    return np.column_stack([intends[is_in], leaves[is_in]]).astype(np.float64)[::EVERY]


def correlation_if_more_intend(rows: Floats) -> float:
    """Return the correlation of intention and leaving; 0 unless more intend to leave than do."""
    intends, leaves = rows.mean(axis=0)
    return correlation(rows) if intends > leaves else 0.0


def intention_and_caseload(worlds: Worlds) -> Floats:
    """Return for each reading of a worker in the last year: intention, open cases, burnout."""
    workers = crew(worlds)
    is_in = workers.column("holder")[LAST_YEAR] >= 0
    columns = (workers.column(name)[LAST_YEAR][is_in] for name in ("intends", "cases", "burnout"))
    return np.column_stack(list(columns))[::EVERY]


def chances_of_leaving(worlds: Worlds, arm: str) -> list[float]:
    """Return the chances of leaving and of staying, summed, of the burnt out and of the others."""
    workers = crew(worlds, arm)
    is_in, is_burnt_out = burnt_out(workers)
    chance = workers.column("leaving")
    groups = (is_burnt_out, is_in & ~is_burnt_out)
    return [float(part) for group in groups for part in (chance[group].sum(), (1 - chance[group]).sum())]


def path_with_and_without_support(worlds: Worlds) -> Floats:
    """Return chances of leaving by burnout under full support, then under none."""
    return one(*chances_of_leaving(worlds, SUPPORT), *chances_of_leaving(worlds, UNSUPPORTED))


def ratio_of_odds_ratios(rows: Floats) -> float:
    """Return the odds ratio of the first four columns over that of the last four."""
    return odds_ratio(rows[:, :4]) / odds_ratio(rows[:, 4:])


def first_year_and_later(worlds: Worlds) -> Floats:
    """Return chances of leaving and weeks in post, in the first year, then later."""
    workers = crew(worlds)
    is_in, is_new = workers.column("holder") >= 0, workers.column("tenure") < YEAR
    chance, groups = workers.column("leaving"), (is_in & is_new, is_in & ~is_new)
    return one(*(float(part) for group in groups for part in (chance[group].sum(), group.sum())))


def share_with_and_without(top: Callable[[Workers], float], last: slice = WHOLE_RUN) -> Callable[[Worlds], Floats]:
    """Return a reader of a sum over workers and of weeks in post, under full supervision, then under none."""

    def seen(worlds: Worlds) -> Floats:
        found: list[float] = []
        for arm in (SUPERVISION, NO_SUPERVISION):
            workers = crew(worlds, arm)
            found += [top(workers), float((workers.column("holder") >= 0)[last].sum())]
        return one(*found)

    return seen


def weeks_burnt_out(workers: Workers) -> float:
    """Return weeks in post spent burnt out in the last year."""
    return float(burnt_out(workers)[1][LAST_YEAR].sum())


def expected_leavers(workers: Workers) -> float:
    """Return the chances of leaving, summed over the run."""
    return float(workers.column("leaving").sum())


def burnout_in(arm: str, other: str) -> Callable[[Worlds], Floats]:
    """Return a reader of burnout in the last year in one world and in another."""

    def seen(worlds: Worlds) -> Floats:
        found: list[float] = []
        for each in (arm, other):
            workers = crew(worlds, each)
            is_in = workers.column("holder")[LAST_YEAR] >= 0
            found += moments(workers.column("burnout")[LAST_YEAR][is_in])
        return one(*found)

    return seen


def burnout_a_year_apart(worlds: Worlds) -> Floats:
    """Return the burnout of each reading of a worker, and that of the same worker a year later."""
    workers = crew(worlds)
    is_in, leaves = a_year_on(workers)
    burnout, stays = workers.column("burnout"), is_in & ~leaves
    return np.column_stack([burnout[:-YEAR][stays], burnout[YEAR:][stays]])[::EVERY]


def burnt_out_still_there(worlds: Worlds) -> Floats:
    """Return the burnt out who are still in post a year later, and all the burnt out."""
    workers = crew(worlds)
    _, leaves = a_year_on(workers)
    is_burnt_out = burnt_out(workers)[1][:-YEAR]
    return one((is_burnt_out & ~leaves).sum(), is_burnt_out.sum())


def colleagues(worlds: Worlds) -> Floats:
    """Return pairs of colleagues in the last year: number, products, sums and squares of their burnout."""
    workers = crew(worlds)
    is_in, burnout = workers.column("holder")[LAST_YEAR] >= 0, workers.column("burnout")[LAST_YEAR]
    pcn = workers.column("pcn")[-1]
    is_pair = (pcn[:, None] == pcn[None, :]) & ~np.eye(pcn.size, dtype=bool)
    pairs = is_pair[None] & is_in[:, :, None] & is_in[:, None, :]
    of_one = np.broadcast_to(burnout[:, :, None], pairs.shape)[pairs]
    of_other = np.broadcast_to(burnout[:, None, :], pairs.shape)[pairs]
    return one(of_one.size, (of_one * of_other).sum(), of_one.sum(), (of_one**2).sum())


def accepted_and_burnout(worlds: Worlds) -> Floats:
    """Return for each worker in post all the last year: connections per attempt, mean burnout."""
    workers = crew(worlds)
    holder = workers.column("holder")[LAST_YEAR]
    stays = (holder >= 0).all(axis=0) & (holder == holder[0]).all(axis=0)
    attempts = workers.column("attempts")[LAST_YEAR].sum(axis=0)
    counts = stays & (attempts >= LEAST_ATTEMPTS)
    accepted = workers.column("started")[LAST_YEAR].sum(axis=0)[counts] / attempts[counts]
    return np.column_stack([accepted, workers.column("burnout")[LAST_YEAR].mean(axis=0)[counts]])


WORKFORCE: Final[Mapping[str, Statistic]] = {
    "C27": measured("burnout_mean"),
    "C28": measured("share_burnt_out"),
    "C29": tallied("leavers", "n_workers", WEEKS_PER_YEAR),
    "C30": measured("intention_to_leave"),
    "C31": tallied("fte_vacant", "fte_funded"),
    "C32": Statistic(burnout_in(SUPPORT, UNSUPPORTED), standardised),
    "P18": Statistic(intention_by_burnout, odds_ratio),
    "P19": Statistic(leaving_by_burnout, odds_ratio),
    "P20": Statistic(intention_and_leaving, correlation_if_more_intend),
    "P21": Statistic(intention_and_caseload, odds_ratio_per_deviation),
    "P22": Statistic(path_with_and_without_support, ratio_of_odds_ratios),
    "P23": Statistic(first_year_and_later, ratio_of_ratios),
    "P24": Statistic(share_with_and_without(weeks_burnt_out, LAST_YEAR), change),
    "P25": Statistic(share_with_and_without(expected_leavers), change),
    "P26": Statistic(burnout_a_year_apart, correlation),
    "P27": Statistic(burnt_out_still_there, ratio),
    "P28": Statistic(colleagues, within_pairs),
    "P29": Statistic(burnout_in(CAP_LOW, CAP_HIGH), standardised),
    "P30": Statistic(accepted_and_burnout, correlation),
}
