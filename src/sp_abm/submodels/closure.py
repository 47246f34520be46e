"""Closure: a case ends when its plan is done, its time is up, the person loses touch, or the service ends."""

import numpy as np

from sp_abm.agents.citizens import Citizens, change_trust
from sp_abm.agents.link_workers import LinkWorkers
from sp_abm.cases import Cases, close_case, is_adequate, is_seen
from sp_abm.kernels import Flags, Floats, Key, Whole, compiled, happens, inlined, uniform
from sp_abm.parameters.pathway import Closure
from sp_abm.vocabulary import CaseState, Outcome, Route, Stage
from sp_abm.world import World

_SEEN, _CONTACTS, _ADEQUATE, _N_COUNTS = range(4)


def closure(world: World, week: int) -> None:
    """Close what has ended; people helped gain trust, and their GPs hear of it."""
    p, key = world.parameters.closure, world.luck.key("closure")
    tables = (world.cases, world.n_cases, world.citizens, world.link_workers, world.gps.feedback)
    _close_all(*tables, world.pcns.fte_funded > 0, p, key, week)
    counts = _count_closed(world.cases, world.n_cases, week)
    world.count(closed_seen=counts[_SEEN], contacts_of_closed=counts[_CONTACTS], adequate=counts[_ADEQUATE])


@compiled
def _close_all(
    cases: Cases,
    n_cases: int,
    citizens: Citizens,
    workers: LinkWorkers,
    feedback: Floats,
    serves: Flags,
    p: Closure,
    key: Key,
    week: int,
) -> None:
    for row in range(n_cases):
        if cases.state[row] == CaseState.CLOSED:
            continue
        i = cases.citizen[row]
        if not serves[cases.pcn[row]]:
            close_case(cases, row, workers, Outcome.SERVICE_ENDED, week)
            continue
        u = uniform(key, citizens.id[i], citizens.holder[i], week, 0)
        outcome = reason_to_close(cases, row, citizens.stage[i], p, u, week)
        if outcome != Outcome.NOT_YET:
            close_case(cases, row, workers, outcome, week)
            if is_adequate(cases, row):
                change_trust(citizens, i, p.trust_adequate)
                if cases.route[row] == Route.GP:
                    feedback[citizens.gp[i]] += 1


@inlined
def reason_to_close(cases: Cases, row: int, stage: int, p: Closure, u: float, week: int) -> int:
    """Return the first reason to close that applies, or NOT_YET."""
    if cases.worker[row] < 0:
        return Outcome.NOT_YET
    if cases.n_contacts[row] >= cases.plan[row]:
        return Outcome.COMPLETED
    longest = p.max_weeks_crisis if cases.stage[row] == Stage.CRISIS else p.max_weeks_standard
    if week - cases.week_allocated[row] >= longest:
        return Outcome.TIMED_OUT
    if is_seen(cases, row) and happens(u, disengagement_rate(cases, row, stage, p, week)):
        return Outcome.DISENGAGED
    return Outcome.NOT_YET


@inlined
def disengagement_rate(cases: Cases, row: int, stage: int, p: Closure, week: int) -> float:
    """Return the weekly hazard of losing touch: higher after silence, changes of worker, and in crisis."""
    rate = p.rate_disengages_per_week * p.ratio_change ** cases.changes[row]
    if week - cases.week_last[row] > p.weeks_silence:
        rate *= p.ratio_silence
    if stage == Stage.CRISIS:
        rate *= p.ratio_crisis
    return float(rate)


@compiled
def _count_closed(cases: Cases, n_cases: int, week: int) -> Whole:
    """Return (people seen, their contacts, adequately helped) among this week's closures, whatever the reason."""
    counts = np.zeros(_N_COUNTS, np.int64)
    for row in range(n_cases):
        if cases.state[row] == CaseState.CLOSED and cases.week_closed[row] == week and is_seen(cases, row):
            counts[_SEEN] += 1
            counts[_CONTACTS] += cases.n_contacts[row]
            counts[_ADEQUATE] += is_adequate(cases, row)
    return counts
