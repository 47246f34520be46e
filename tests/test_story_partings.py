"""Partings of stories: where two worlds part and why, who is chosen to be told of, and when it was."""

from datetime import date
from types import SimpleNamespace as Made

import numpy as np
import pytest

from sp_abm.cases import NEVER
from sp_abm.scenario import load
from sp_abm.story.parting import parting
from sp_abm.story.telling import Told, _citizen, _names, _post
from sp_abm.story.watch import Change, Happening, first_difference, joined


def watched(first, *changes, around=None, told=""):
    """Return what stands in for a watch: its first state, changes, surroundings by week, and what it tells."""
    around = around or [{}] * 9
    changes = [Change(*each) for each in changes]
    return Made(first=first, first_week=0, changes=changes, around=around, told_at=lambda when: told)


def test_worlds_part_in_what_is_counted_around_them_or_else_through_others():
    """Burnout falls in week 2, to .5 and to .123456: support differs by then, the cap only from week 3 on."""
    ways = {"funded": 1.0, "support": 0.4, "cap": 75.0, "waiting": 3.0}
    one = watched({"burnout": 0.6}, (2, "strain", {"burnout": (0.6, 0.5)}), around=[ways] * 4)
    far = [ways, ways, ways | {"support": 0.8, "waiting": 4.0}, ways | {"cap": 50.0}]
    other = watched({"burnout": 0.6}, (2, "strain", {"burnout": (0.6, 0.123456)}), around=far)
    found = parting(one, other, ("A", "B"))
    assert found.week == 2 and found.what.endswith(": 0.5 in A and 0.1235 in B")
    assert found.why == "support delivered 0.4 in A and 0.8 in B"
    tired = watched(one.first, (2, "strain", {"burnout": (0.6, 0.5)}), around=[ways] * 4, told="now burnt out")
    assert parting(tired, other, ("A", "B")).what == "in A: now burnt out; in B: nothing of the kind"
    other.around[2] = ways
    assert parting(one, other, ("A", "B")).why == "it came from other people, whose lives had parted before"
    other.around[2] = ways | {"funded": 0.0}
    assert parting(other, one, ("B", "A")).why == "the service exists in A and not in B"


def test_two_fractions_are_told_apart_however_near_they_are():
    around, ends = [{"funded": 1.0}] * 9, (0.1234561, 0.1234562)
    one, other = (watched({"burnout": 0.6}, (2, "strain", {"burnout": (0.6, at)}), around=around) for at in ends)
    assert parting(one, other, ("A", "B")).what.endswith(": 0.1234561 in A and 0.1234562 in B")


def test_worlds_whose_pasts_differ_part_at_the_start():
    one, other = (watched({"burnout": 0.5, "intends": intends}) for intends in (True, False))
    found = parting(one, other, ("A", "B"))
    assert (found.week, found.why) == (0, "their parameters differ, so their pasts do")
    assert found.what.endswith(": yes in A and no in B")


def test_of_two_first_changes_the_earlier_is_the_parting_and_a_missing_one_is_none():
    early, late = Change(1, "closure", {"a": (0, 1)}), Change(2, "landscape", {"a": (0, 1)})
    before, after = Change(1, "landscape", {"a": (0, 1)}), Change(1, "closure", {"a": (0, 2)})

    def first(mine, theirs):
        return first_difference(Made(changes=mine), Made(changes=theirs))

    assert first([early], [late]) == (early, None) and first([late], [early]) == (None, early)
    assert first([early], [before]) == (None, before) and first([early], [after]) == (early, after)
    assert first([early, late], [early]) == (late, None) and first([early], [early]) is None


def test_reasons_are_joined_as_people_do():
    assert [joined(), joined("", "a"), joined("a", "", "b"), joined("a", "b", "c")] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def referred(**columns):
    """Return a world of five dwellings, and what came of the cases of four of its residents."""
    cases = Made(
        citizen=np.array([0, 1, 2, 3, 4]), holder=np.zeros(5, int), week_referred=np.arange(5), stage=np.full(5, 2),
        week_first=np.full(5, NEVER), week_third=np.full(5, NEVER), week_started=np.full(5, NEVER),
    )  # fmt: skip
    for name, values in columns.items():
        getattr(cases, name)[: len(values)] = values
    citizens = Made(id=np.arange(100, 105), holder=np.zeros(5, int))
    return Made(citizens=citizens, cases=cases, n_cases=4)


@pytest.mark.parametrize(
    ("columns", "number"),
    [
        ({}, 100),
        ({"week_referred": [-1]}, 101),
        ({"holder": [1, 1]}, 102),
        ({"week_first": [NEVER, 5]}, 101),
        ({"week_first": [5], "week_third": [NEVER, 5, 6], "week_started": [6, NEVER, 6]}, 102),
        ({"stage": [2, 4, 4], "week_third": [NEVER, 5, 6], "week_started": [6, 7, 7]}, 101),
        ({"stage": [0, 1, 4, 3], "week_third": [4, 5, 6, 7], "week_started": [5, 6, 7, 8]}, 103),
        ({"week_referred": [-1] * 4}, None),
    ],
)
def test_whom_the_service_helped_most_is_chosen_to_be_told_of(columns, number):
    """First those helped out of distress, then those helped, those seen, those referred; newcomers are none."""
    world = referred(**columns)
    assert _citizen(Made(citizens=Made(holder=np.zeros(5, int))), world) == number


def test_the_post_that_changed_hands_most_often_is_chosen():
    """From 5, 1 to 6, 3: the second; a post opened since counts from no holder."""
    old = Made(link_workers=Made(id=np.array([8, 9]), holder=np.array([5, 1])))
    assert _post(old, Made(link_workers=Made(id=np.array([8, 9]), holder=np.array([6, 3])))) == 9
    assert _post(old, Made(link_workers=Made(id=np.array([8, 9, 10]), holder=np.array([6, 3, 3])))) == 10
    assert _post(old, Made(link_workers=Made(id=np.array([], int), holder=np.array([], int)))) is None


def test_two_worlds_of_one_name_are_told_apart():
    today = load("today")
    assert _names((today, today)) == ("today", "today again")
    assert _names((today, load("no-service"))) == ("today", "no-service")


def test_an_event_is_dated_by_the_monday_of_its_week():
    """The 13 January 2025 is the Monday a week after the start."""
    event = Told("today", date(2025, 1, 6), "well", "died", (Happening(1, "life_events", "fell physically ill"),))
    told = {"week": 1, "date": "2025-01-13", "what": "fell physically ill", "why": None}
    assert event.as_dict()["events"] == [told]
