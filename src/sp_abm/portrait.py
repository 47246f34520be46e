"""Portrait: what pictures of the last week show and totals do not hold: posts, PCNs, and a sample of the networks.

A portrait is a set of tables, each a set of columns of one length. It is read off a world and drives nothing.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.agents.community import room, terms_of
from sp_abm.agents.link_workers import case_limits
from sp_abm.cases import NEVER
from sp_abm.kernels import Whole
from sp_abm.loops import Blend
from sp_abm.vocabulary import ADULT_AGE, NONE
from sp_abm.world import World

Tables = dict[str, dict[str, NDArray[Any]]]

MOST_PEOPLE: Final = 60
"""People in the sample of the citizens' network."""
_OF_POSTS: Final = ("id", "pcn", "fte", "in_post", "open_cases", "burnout", "intends", "weeks_in_post")
_OF_PEOPLE: Final = ("id", "age", "stage", "lonely", "aware", "volunteer_row", "activity_row")


def portrait(world: World) -> Tables:
    """Return how posts, PCNs, practices, GPs, organisations and a sample of people stand at the end of a week."""
    return _professionals(world) | _people(world)


def _professionals(world: World) -> Tables:
    workers, organisations, gps, pcns = world.link_workers, world.organisations, world.gps, world.pcns
    p = world.parameters
    posts = {name: getattr(workers, name).copy() for name in _OF_POSTS}
    cap = float(world.commissioner.caseload_cap[0])
    limits = case_limits(workers.fte, workers.weeks_in_post, workers.in_post, cap, p.staffing)
    terms = terms_of(world.commissioner, p.participation, Blend(1.0, np.zeros(pcns.id.size)))
    rooms = [room(organisations, row, terms) for row in range(organisations.id.size)]
    post, organisation = np.nonzero(world.knowledge.known)
    return {
        "posts": posts | {"limit": np.floor(limits)},
        "pcns": {name: getattr(pcns, name).copy() for name in ("residents", "is_proactive", "week_proactive")},
        "practices": {"pcn": world.practices.pcn.copy()},
        "gps": {"practice": gps.practice.copy(), "awareness": gps.awareness.copy()},
        "organisations": {
            "pcn": organisations.pcn.copy(),
            "kind": organisations.kind.copy(),
            "occupied": organisations.occupied.copy(),
            "places": np.array(rooms, np.int64),
        },
        "knows": {"post": post, "organisation": organisation},
    }


def _people(world: World) -> Tables:
    """Return some people around somebody whom the service helped, and the living ties between them."""
    citizens, ties = world.citizens, world.ties
    rows = _around(world, _somebody(world))
    place = {row: position for position, row in enumerate(rows.tolist())}
    pairs = [
        (place[row], place[other], int(ties.kind[entry]))
        for row in rows.tolist()
        for entry, other in _living(world, row)
        if other in place and row < other
    ]
    one, two, kind = np.array(pairs, np.int64).reshape(-1, 3).T
    case = citizens.case_row[rows]
    is_seen = np.zeros(rows.size, np.bool_)
    is_seen[case >= 0] = world.cases.week_first[case[case >= 0]] >= 0
    return {
        "people": {name: getattr(citizens, name)[rows] for name in _OF_PEOPLE} | {"is_seen": is_seen},
        "ties": {"one": one, "other": two, "kind": kind},
    }


def _somebody(world: World) -> int:
    """Return the first who started an activity since week 0 and still lives here, else the first person of 16."""
    cases, citizens, n = world.cases, world.citizens, world.n_cases
    is_there = cases.holder[:n] == citizens.holder[cases.citizen[:n]]
    started = cases.week_started[:n].astype(np.int64)
    helped = np.flatnonzero(is_there & (started >= 0) & (started != NEVER))
    if helped.size:
        return int(cases.citizen[helped[started[helped].argmin()]])
    adults = np.flatnonzero(citizens.age >= ADULT_AGE)
    return int(adults[0]) if adults.size else NONE


def _around(world: World, first: int) -> Whole:
    """Return the row of somebody of 16 or over and of those nearest, tie by tie, until there are enough."""
    found = [first] if first >= 0 else []
    seen = set(found)
    for row in found:
        for _, other in _living(world, row):
            if len(found) < MOST_PEOPLE and other not in seen and world.citizens.age[other] >= ADULT_AGE:
                seen.add(other)
                found.append(other)
    return np.array(found, np.int64)


def _living(world: World, row: int) -> list[tuple[int, int]]:
    """Return the living ties of a person: (entry, row of the other)."""
    ties = world.ties
    entries = range(int(ties.start[row]), int(ties.start[row + 1]))
    return [(entry, int(ties.other[entry])) for entry in entries if ties.strength[entry]]
