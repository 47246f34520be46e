"""Closure: a case ends when its plan is done, its time is up, the person loses touch, or the service ends.

Of those who were seen, some have their outcome written down: all that the commissioner will know. A case that ends in
another way (nobody left to see to it, moved away, dropped, service ended) has no outcome to write down.
"""

from typing import NamedTuple

import numpy as np

from sp_abm.agents.citizens import Clients, change_trust
from sp_abm.agents.link_workers import Posts, hours_without_people
from sp_abm.cases import NEVER, Cases, close_case, is_adequate, is_medical, is_seen, rows_of_open_cases, was_closed_in
from sp_abm.kernels import Flags, Floats, Key, Whole, borrowing, brief, compiled, happens, inlined, uniform
from sp_abm.parameters.pathway import Closure, Contact
from sp_abm.parameters.system import Staffing
from sp_abm.vocabulary import CaseState, Outcome, Stage
from sp_abm.world import World

_SEEN, _CONTACTS, _ADEQUATE, _RECORDED, _N_COUNTS = range(5)


class Record(NamedTuple):
    """The outcomes written down in each PCN since the last review, and how likely one is to be added there."""

    value: Floats
    cases: Floats
    p: Floats
    p_toolkit: float
    key: Key


class Voices(NamedTuple):
    """The columns of link workers by which they speak up in the system."""

    pcn: Whole
    fte: Floats
    in_post: Flags
    hours_voice: Floats


def closure(world: World, week: int) -> None:
    """Close what has ended; people helped gain trust, their GPs hear of it, and outcomes are written down."""
    p, key = world.parameters.closure, world.luck.key("closure")
    tables = (world.cases, world.clients, world.posts, world.gps.feedback, world.pcns.fte_funded)
    counts = _close_all(*tables, world.n_cases, _record(world, week), p, key, week).tolist()
    world.count(closed_seen=counts[_SEEN], contacts_of_closed=counts[_CONTACTS], adequate=counts[_ADEQUATE])
    world.count(outcomes_recorded=counts[_RECORDED])


def _record(world: World, week: int) -> Record:
    """Return this week's record; the toolkit leaves data behind, which makes its cases likelier to be recorded."""
    p, pcns, cases = world.parameters.closure, world.pcns, world.cases

    def share_with_data() -> Floats:
        is_open = cases.state[: world.n_cases] != CaseState.CLOSED
        return np.atleast_1d(cases.has_data[: world.n_cases][is_open].mean() if is_open.any() else 0.0)

    left = world.links.blend("toolkit->visible_impact", week, 1, share_with_data)
    chances = p_recorded(world) + p.p_recorded_toolkit * left.offset[0]
    extra = p.p_recorded_toolkit * left.gain
    return Record(pcns.recorded_value, pcns.recorded_cases, chances, extra, world.luck.key("recorded"))


def p_recorded(world: World) -> Floats:
    """Return how likely an outcome is written down, by PCN: likelier where link workers speak up more than today."""
    p, staffing, contact = world.parameters.closure, world.parameters.staffing, world.parameters.contact
    return _p_recorded(world.part(Voices, world.link_workers), world.pcns.id.size, p, staffing, contact)


@brief
def _p_recorded(workers: Voices, n_pcns: int, p: Closure, staffing: Staffing, contact: Contact) -> Floats:
    pcn, fte, in_post, hours_voice = workers
    each = hours_without_people(staffing.share_voice, contact)
    hours, posts, chances = np.zeros(n_pcns), np.zeros(n_pcns), np.empty(n_pcns)
    for post in range(pcn.shape[0]):
        hours[pcn[post]] += hours_voice[post]
        posts[pcn[post]] += fte[post] * in_post[post]
    for k in range(n_pcns):
        today = each * posts[k]
        voice = hours[k] / today if today > 0 else 1.0
        chances[k] = min(1.0, max(0.0, p.p_recorded + p.effect_voice * (voice - 1)))
    return chances


@compiled
def _close_all(
    cases: Cases,
    citizens: Clients,
    workers: Posts,
    feedback: Floats,
    funded: Floats,
    n_cases: int,
    record: Record,
    p: Closure,
    key: Key,
    week: int,
) -> Whole:
    """Close what has ended; count all that closed this week, whatever the reason."""
    counts, rows = np.zeros(_N_COUNTS, np.int64), rows_of_open_cases(cases.state, n_cases)
    counts[_RECORDED] = _close_some(rows, cases, citizens, workers, feedback, funded, record, p, key, week)
    _count_closed(cases, n_cases, week, counts)
    return counts


@borrowing
def _close_some(
    rows: Whole,
    cases: Cases,
    citizens: Clients,
    workers: Posts,
    feedback: Floats,
    funded: Floats,
    record: Record,
    p: Closure,
    key: Key,
    week: int,
) -> int:
    """Close those of some open cases that have ended; return how many outcomes were written down."""
    n_recorded = 0
    for row in rows:
        i = cases.citizen[row]
        if funded[cases.pcn[row]] <= 0:
            close_case(cases, row, workers, Outcome.SERVICE_ENDED, week)
            continue
        u = uniform(key, citizens.id[i], citizens.holder[i], week, 0)
        outcome = reason_to_close(cases, row, citizens.stage[i], p, u, week)
        if outcome != Outcome.NOT_YET:
            close_case(cases, row, workers, outcome, week)
            if is_recorded(cases, row, record, citizens.id[i], week):
                n_recorded += 1
                record.cases[cases.pcn[row]] += 1
                record.value[cases.pcn[row]] += visible_value(cases, row, p)
            if is_adequate(cases, row):
                change_trust(citizens, i, p.trust_adequate)
                if is_medical(cases.route[row]):
                    feedback[citizens.gp[i]] += 1
    return n_recorded


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


@inlined
def is_recorded(cases: Cases, row: int, record: Record, citizen: int, week: int) -> bool:
    """Say whether somebody writes down how the case ended; never of people nobody has met."""
    p = record.p[cases.pcn[row]] + (record.p_toolkit if cases.has_data[row] else 0.0)
    return is_seen(cases, row) and uniform(record.key, citizen, cases.holder[row], week, 0) < p


@inlined
def visible_value(cases: Cases, row: int, p: Closure) -> float:
    """Return what the commissioner sees in a case: most if adequate, something if met three times, else nothing."""
    if is_adequate(cases, row):
        return p.value_adequate
    return p.value_contacts if cases.week_third[row] != NEVER else 0.0


@borrowing
def _count_closed(cases: Cases, n_cases: int, week: int, counts: Whole) -> None:
    """Count (people seen, their contacts, adequately helped) among the cases closed in a week."""
    for row in range(n_cases):
        if was_closed_in(cases, row, week) and is_seen(cases, row):
            counts[_SEEN] += 1
            counts[_CONTACTS] += cases.n_contacts[row]
            counts[_ADEQUATE] += is_adequate(cases, row)
