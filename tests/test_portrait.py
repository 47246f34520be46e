"""A portrait: posts, networks and a sample of people as they stand in the last week, kept with the results."""

import numpy as np
import pytest

from sp_abm.errors import BadFile
from sp_abm.portrait import MOST_PEOPLE, portrait
from sp_abm.results import Results
from sp_abm.simulation import Simulation
from sp_abm.vocabulary import ADULT_AGE


@pytest.fixture(scope="module")
def simulation():
    """Return the sandbox after twenty weeks of a plan with outreach, without the warm-up."""
    return Simulation.start("outreach-with-support", "sandbox", 1, warm_up=False, weeks=20).run(20)


def test_every_table_has_columns_of_one_length_and_holds_what_the_world_holds(simulation):
    tables, world = portrait(simulation.world), simulation.world
    for table in tables.values():
        assert len({column.shape for column in table.values()}) == 1
    posts = tables["posts"]
    assert posts["burnout"].tolist() == world.link_workers.burnout.tolist()
    assert (posts["open_cases"] <= posts["limit"]).all() and posts["in_post"].any()
    assert (posts["limit"][~posts["in_post"]] == 0).all()
    assert tables["knows"]["post"].size == world.knowledge.known.sum()
    assert tables["organisations"]["occupied"].tolist() == world.organisations.occupied.tolist()
    assert tables["pcns"]["week_proactive"].tolist() == [0]


def test_the_sample_is_of_adults_around_somebody_helped_joined_by_living_ties(simulation):
    tables, world = portrait(simulation.world), simulation.world
    people, ties = tables["people"], tables["ties"]
    assert people["id"].size == np.unique(people["id"]).size == MOST_PEOPLE
    assert (people["age"] >= ADULT_AGE).all()
    row_of = {int(number): row for row, number in enumerate(world.citizens.id)}
    rows = [row_of[number] for number in people["id"].tolist()]
    case = world.citizens.case_row[rows[0]]
    assert world.cases.week_started[case] >= 0
    for one, other in zip(ties["one"], ties["other"], strict=True):
        entries = slice(world.ties.start[rows[one]], world.ties.start[rows[one] + 1])
        is_tie = world.ties.other[entries] == rows[other]
        assert world.ties.strength[entries][is_tie].any()
    reached = {0}
    for _ in range(MOST_PEOPLE):
        reached |= {b for a, b in zip(ties["one"], ties["other"], strict=True) if a in reached}
        reached |= {a for a, b in zip(ties["one"], ties["other"], strict=True) if b in reached}
    assert len(reached) == MOST_PEOPLE


def test_where_nobody_was_helped_the_sample_begins_with_the_first_adult(small_world):
    first = portrait(small_world)["people"]["id"][0]
    assert first == small_world.citizens.id[small_world.citizens.age >= ADULT_AGE].min()


def test_a_portrait_is_a_copy(simulation):
    tables = portrait(simulation.world)
    tables["posts"]["burnout"][:] = 9
    assert (simulation.world.link_workers.burnout <= 1).all()


def test_a_portrait_is_saved_and_read_again_with_the_results(simulation, tmp_path):
    results = simulation.results()
    back = Results.load(results.save(tmp_path / "run"))
    assert {name: set(table) for name, table in back.portrait.items()} == {
        name: set(table) for name, table in results.portrait.items()
    }
    for name, table in results.portrait.items():
        for column, values in table.items():
            assert np.array_equal(back.portrait[name][column], values)
    (tmp_path / "run" / "portrait.npz").write_bytes(b"PK broken")
    with pytest.raises(BadFile, match=r"portrait\.npz is damaged"):
        Results.load(tmp_path / "run")
    (tmp_path / "run" / "portrait.npz").unlink()
    assert Results.load(tmp_path / "run").portrait == {}
