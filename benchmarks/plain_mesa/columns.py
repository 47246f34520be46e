"""Columns: a world of the engine copied into agents that know each other."""

from collections.abc import Iterator
from typing import Any

from benchmarks.plain_mesa.life import Tie
from benchmarks.plain_mesa.pathway import Case
from benchmarks.plain_mesa.people import Citizen
from benchmarks.plain_mesa.system import GP, Commissioner, Organisation, Practice
from benchmarks.plain_mesa.workforce import LinkWorker, Pcn, Post
from sp_abm.declare import columns_of
from sp_abm.vocabulary import Route

AGENTS_OF = {
    "citizen": "citizens",
    "practice": "practices",
    "pcn": "pcns",
    "gp": "gps",
    "organisation": "organisations",
    "activity_row": "organisations",
    "volunteer_row": "organisations",
}
ATTRIBUTES = {"case_row": "case", "activity_row": "activity", "volunteer_row": "volunteers_at"}
OF_THE_POST = ("id", "holder", "pcn", "fte", "starts")


def rows(model: Any, table: Any) -> Iterator[dict[str, Any]]:
    """Yield every row as an agent's attributes: row numbers become agents, what has not happened None."""
    attributes = []
    for name, declared in columns_of(type(table)).items():
        values = getattr(table, name).tolist()
        if declared.default < 0:
            values = [None if value == declared.default else value for value in values]
        if name in AGENTS_OF:
            agents = getattr(model, AGENTS_OF[name])
            values = [None if value is None else agents[value] for value in values]
        attributes.append(values)
    names = [ATTRIBUTES.get(name, name) for name in columns_of(type(table))]
    for row, values in enumerate(zip(*attributes, strict=True)):
        yield {"row": row, **dict(zip(names, values, strict=True))}


def copy_world(model: Any, world: Any) -> None:
    """Make agents of every row of a world, and let them know each other."""
    model.commissioner = Commissioner(model, **next(rows(model, world.commissioner)))
    for table, kind in (("pcns", Pcn), ("practices", Practice), ("gps", GP), ("organisations", Organisation)):
        getattr(model, table).extend(kind(model, **state) for state in rows(model, getattr(world, table)))
    model.citizens.extend(Citizen(model, **state) for state in rows(model, world.citizens))
    for practice in model.practices:
        practice.pcn.practices.append(practice)
    for gp in model.gps:
        gp.practice.gps.append(gp)
    for organisation in model.organisations:
        organisation.pcn.organisations.append(organisation)
    for citizen in model.citizens:
        citizen.pcn.citizens.append(citizen)
        if citizen.follow_up_due:
            model.small_steps.append(citizen)
    copy_ties(model, world.ties)
    copy_workers(model, world)
    copy_cases(model, world)


def copy_ties(model: Any, ties: Any) -> None:
    """Make one tie of each pair of entries."""
    start, other, kind, strength = (column.tolist() for column in ties)
    made: dict[tuple[int, int, int], Tie] = {}
    for one in model.citizens:
        for entry in range(start[one.row], start[one.row + 1]):
            friend = model.citizens[other[entry]]
            pair = min(one.row, friend.row), max(one.row, friend.row), kind[entry]
            if pair not in made:
                made[pair] = Tie(one, friend, kind[entry], bool(strength[entry]))
            one.ties.append(made[pair])


def copy_workers(model: Any, world: Any) -> None:
    """Make posts, and link workers in those that are filled."""
    for state in rows(model, world.link_workers):
        post = Post(state["pcn"], state["id"], state["holder"], state["fte"], state["starts"])
        if state["in_post"]:
            held = {name: value for name, value in state.items() if name not in (*OF_THE_POST, "in_post", "open_cases")}
            post.worker = LinkWorker(post, **held)
            known = world.knowledge.known[post.row].nonzero()[0].tolist()
            post.worker.known.update(model.organisations[row] for row in known)


def copy_cases(model: Any, world: Any) -> None:
    """Make cases, open ones with their workers, closed ones as far as they are still talked about or looked up."""
    for state in rows(model, type(world.cases)(*(column[: world.n_cases] for column in world.cases))):
        state["route"] = Route(state["route"])
        if state["worker"] is not None:
            state["worker"] = model.posts[state["worker"]].worker
        case = Case(model, **state)
        model.cases.append(case)
        if case.worker:
            case.worker.caseload.append(case)
        if case.is_open():
            model.open_cases.append(case)
        elif case.week_closed == world.week - 1:
            model.closed_cases.append(case)
    for citizen in model.citizens:
        citizen.case = None if citizen.case is None else model.cases[citizen.case]
