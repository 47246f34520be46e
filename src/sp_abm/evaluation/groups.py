"""Groups: who was referred and who was not, from when on each of them is followed, and what is known of them."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.cases import NEVER, Cases
from sp_abm.evaluation.estimators import Group
from sp_abm.evaluation.records import WINDOW, Floats, Records, Weeks
from sp_abm.vocabulary import WEEKS_PER_YEAR

FOLLOW_UPS: Final = (WEEKS_PER_YEAR // 2, WEEKS_PER_YEAR)
"""Weeks after referral at which everybody is asked again."""


def index_weeks(weeks: int) -> range:
    """Return the weeks of a run in which a referral has half a year before it and a year after it."""
    return range(WINDOW, weeks - max(FOLLOW_UPS))


def groups(world: Records, without: Records, cases: Cases) -> list[tuple[Group, Group]]:
    """Return (people referred, people not referred till then) at each follow-up.

    People referred are followed from the week of their first referral of the run on. Everybody else is followed from
    the week of one of those referrals, dealt out in turn, if not referred by then. Who was referred in the half-year
    before the run is in neither; who moves away or dies within the year is not counted.
    """
    weeks = index_weeks(world.stage.shape[0])
    first, case = first_referrals(world, cases)
    is_new = first >= 0
    treated = np.flatnonzero(is_new & (first >= weeks.start) & (first < weeks.stop))
    pool = np.flatnonzero(is_new)
    dealt = np.sort(first[treated])[np.arange(pool.size) % max(treated.size, 1)] if treated.size else first[pool]
    others, their_weeks = pool[first[pool] > dealt], dealt[first[pool] > dealt]
    pair = []
    for people, index in ((treated, first[treated]), (others, their_weeks)):
        stays = np.minimum(world.left[people], without.left[people]) > index + max(FOLLOW_UPS)
        pair.append((people[stays], index[stays]))
    return [
        (
            _group(world, without, *pair[0], follow_up, _completed(cases, case[pair[0][0]], pair[0][1] + follow_up)),
            _group(world, without, *pair[1], follow_up, np.zeros(pair[1][0].size, np.bool_)),
        )
        for follow_up in FOLLOW_UPS
    ]


def first_referrals(world: Records, cases: Cases) -> tuple[Weeks, Weeks]:
    """Return the week of each person's first referral of the run, and its case.

    The week is -1 of people referred in the half-year before the run, and after all weeks of those never referred.
    """
    place = np.full(int(world.rows.max()) + 1, -1, np.int64)
    place[world.rows] = np.arange(world.rows.size)
    is_recent = (cases.citizen >= 0) & (cases.week_referred >= -WINDOW)
    rows = np.flatnonzero(is_recent)
    rows = rows[np.argsort(cases.week_referred[rows], kind="stable")[::-1]]
    person = np.where(cases.citizen[rows] < place.size, place[cases.citizen[rows].clip(max=place.size - 1)], -1)
    is_ours = (person >= 0) & (cases.holder[rows] == world.holders[person])
    first = np.full(world.rows.size, world.stage.shape[0], np.int64)
    case = np.full(world.rows.size, -1, np.int64)
    # The earliest comes last and stays.
    first[person[is_ours]] = np.maximum(cases.week_referred[rows[is_ours]], -1)
    case[person[is_ours]] = rows[is_ours]
    return first, case


def _completed(cases: Cases, rows: Weeks, by: Weeks) -> NDArray[np.bool_]:
    """Say of which cases three contacts and the start of an activity had happened by a week."""
    third, started = cases.week_third[rows], cases.week_started[rows]
    is_complete: NDArray[np.bool_] = (third != NEVER) & (started != NEVER) & (np.maximum(third, started) <= by)
    return is_complete


def _group(
    world: Records, without: Records, people: Weeks, index: Weeks, follow_up: int, is_complete: NDArray[np.bool_]
) -> Group:
    """Return the people with their outcomes at referral and at the follow-up; the week of referral itself, in which
    people see a GP to be referred, is in neither half-year of consultations."""
    before = world.outcomes(people, index, index - 1)
    later = index + follow_up
    return Group(
        before,
        world.outcomes(people, later, later),
        without.outcomes(people, later, later),
        _known(world, people, before),
        is_complete,
    )


def _known(world: Records, people: Weeks, before: Floats) -> Floats:
    """Return what an evaluator with records and a survey knows of people at the start, shape (people, facts)."""
    traits = world.traits
    age = traits.age[people]
    consultations = np.log1p(before[:, 0])
    return np.column_stack([age, age**2, traits.is_female[people], traits.fifth[people], consultations, before[:, 1:]])
