"""The model as Mesa knows it: registered agents, views of citizens, networks, batches and data collection."""

import gc
import inspect
import weakref
from dataclasses import replace

import mesa
import numpy as np
import pytest

from sp_abm import SocialPrescribingModel
from sp_abm.errors import BadValue, UnknownName
from sp_abm.handles import GP, PCN, Commissioner, LinkWorker, Organisation, Practice
from sp_abm.measures import MEASURES
from sp_abm.places import place
from sp_abm.vocabulary import ADULT_AGE, Stage, TieKind

HAMLET = replace(
    place("sandbox"),
    key="hamlet",
    residents=900,
    n_pcns=2,
    pcn_sizes=(1.0, 1.0),
    gp_fte=6.0,
    organisations_per_10000=200.0,
)
OFTEN = {
    "turnover.rate_leaves_otherwise_per_week": 0.1,
    "staffing.min_weeks_to_fill": 1,
    "staffing.max_weeks_to_fill": 6,
}


def small_model(weeks=0, **options):
    """Return a model of the hamlet, without a warm-up, after some weeks."""
    model = SocialPrescribingModel(**{"place": HAMLET, "warm_up": False, "posts_per_10000": 1.5, **options})
    for _ in range(weeks):
        model.step()
    return model


def test_the_model_is_a_mesa_model_that_counts_weeks():
    model = small_model(3)
    assert isinstance(model, mesa.Model) and model.running
    assert (model.week, model.steps) == (3, 3)
    assert model.results().n_weeks == 3


def test_everybody_but_the_citizens_is_a_registered_agent():
    model = small_model(1)
    world, sizes = model.world, {kind: len(agents) for kind, agents in model.agents_by_type.items()}
    assert sizes == {
        GP: world.gps.id.size,
        Practice: 2,
        PCN: 2,
        Organisation: 18,
        Commissioner: 1,
        LinkWorker: int(world.link_workers.in_post.sum()),
    }
    assert len({agent.unique_id for agent in model.agents}) == len(model.agents) == sum(sizes.values())


def test_an_aggregate_over_link_workers_is_the_mean_of_the_column():
    model = small_model(4)
    workers = model.world.link_workers
    mean = model.agents_by_type[LinkWorker].agg("burnout", np.mean)
    assert mean == pytest.approx(workers.burnout[workers.in_post].mean(), rel=1e-15)
    tired = model.agents_by_type[LinkWorker].select(lambda worker: worker.burnout > 0.28)
    assert len(tired) == (workers.burnout[workers.in_post] > 0.28).sum()


def test_what_is_written_to_a_handle_is_in_the_column_and_the_other_way_round():
    model = small_model(1)
    worker = next(iter(model.agents_by_type[LinkWorker]))
    worker.burnout = 0.75
    assert model.world.link_workers.burnout[worker.row] == 0.75
    model.world.link_workers.burnout[worker.row] = 0.25
    assert worker.burnout == 0.25 and isinstance(worker.burnout, float)
    model.agents_by_type[GP].set("awareness", 0.9)
    assert (model.world.gps.awareness == 0.9).all()


def test_a_link_worker_has_a_handle_from_hire_to_leaving_and_no_longer():
    model = small_model(parameters=OFTEN, rng=3)
    met, gone = {}, 0
    for _ in range(40):
        model.step()
        workers = model.world.link_workers
        handles = {worker.row: worker for worker in model.agents_by_type[LinkWorker]}
        assert sorted(handles) == np.flatnonzero(workers.in_post).tolist()
        for row, handle in handles.items():
            key = row, int(workers.holder[row])
            assert met.setdefault(key, handle) is handle
        gone = len(met) - len(handles)
    assert gone > 3
    assert len({handle.unique_id for handle in met.values()}) == len(met)
    assert model.results().tally("leavers").sum() >= gone


def test_when_posts_end_no_link_worker_is_left_among_the_agents():
    model = small_model(8, posts_per_10000=[{"from": 0, "value": 1}, {"from": 5, "value": 0}])
    assert len(model.agents_by_type.get(LinkWorker, ())) == 0
    assert len(model.agents_by_type[Practice]) == 2


def test_a_view_of_a_citizen_reads_and_writes_the_row():
    model = small_model()
    citizen = model.citizens[42]
    assert citizen.id == 42 and citizen.row == 42
    citizen.stage = Stage.CRISIS
    assert model.world.citizens.stage[42] == Stage.CRISIS and model.citizens[42].stage == Stage.CRISIS
    assert model.citizens[-1].row == 899
    assert len(model.citizens) == 900
    assert sum(each.age >= ADULT_AGE for each in model.citizens) == (model.world.citizens.age >= ADULT_AGE).sum()


def test_a_view_stays_with_its_row_over_the_weeks():
    model = small_model()
    view, ages = model.citizens[7], set()
    for _ in range(60):
        model.step()
        assert view.age == model.world.citizens.age[7]
        ages.add(view.age)
    assert len(ages) >= 2


@pytest.mark.parametrize("row", [900, -901, 10**9])
def test_a_citizen_who_does_not_exist_is_refused_with_the_rows_there_are(row):
    with pytest.raises(BadValue, match=rf"citizen {row} does not exist; this place has rows 0 to 899\."):
        small_model().citizens[row]


def test_a_misspelt_attribute_is_answered_with_the_nearest_one():
    model = small_model(1)
    with pytest.raises(AttributeError, match="Did you mean stage"):
        model.citizens[1].stag = 2
    with pytest.raises(AttributeError, match="Did you mean burnout"):
        _ = next(iter(model.agents_by_type[LinkWorker])).burnot


def test_the_graph_of_citizens_has_every_tie_once():
    model = small_model(4)
    ties, graph = model.world.ties, model.network.to_networkx()
    rows = np.repeat(np.arange(900), np.diff(ties.start)).tolist()
    kinds = [TieKind(kind).name.lower() for kind in ties.kind]
    entries = {
        frozenset((row, other)): (kind, bool(strength))
        for row, other, kind, strength in zip(rows, ties.other.tolist(), kinds, ties.strength.tolist(), strict=True)
    }
    edges = {frozenset((a, b)): (facts["kind"], facts["is_alive"]) for a, b, facts in graph.edges(data=True)}
    assert sorted(graph.nodes) == list(range(900))
    assert edges == entries and 2 * len(edges) == ties.other.size
    assert {kind for kind, _ in edges.values()} == {"household", "close", "weak"}
    assert not all(is_alive for _, is_alive in edges.values())


def test_the_professional_graph_joins_gps_posts_organisations_practices_and_pcns():
    model = small_model(2)
    world, graph = model.world, model.network.professional
    numbers = {
        kind: sum(1 for node in graph if node[0] == kind) for kind in ("gp", "practice", "pcn", "organisation", "post")
    }
    assert numbers == {
        "gp": world.gps.id.size,
        "practice": 2,
        "pcn": 2,
        "organisation": 18,
        "post": int((world.link_workers.fte > 0).sum()),
    }
    assert graph.number_of_nodes() == sum(numbers.values()) < 3000
    knows = {(a, b) if a[0] == "post" else (b, a) for a, b, tie in graph.edges(data="tie") if tie == "knows"}
    known = {(("post", int(p)), ("organisation", int(o))) for p, o in np.argwhere(world.knowledge.known)}
    assert knows == known and known
    assert all(graph.nodes[node]["kind"] == node[0] for node in graph)


def test_the_professional_graph_of_a_borough_has_fewer_than_3000_nodes():
    model = small_model(1, place="tower-hamlets", posts_per_10000=0.45)
    assert 700 < model.network.professional.number_of_nodes() < 3000


def test_who_gives_a_seed_is_told_that_it_is_called_rng():
    with pytest.raises(BadValue, match="seed = 4: the seed of a Mesa model is rng"):
        SocialPrescribingModel(seed=4)


def test_every_week_mesa_collects_every_measure():
    model = small_model(5)
    frame = model.datacollector.get_model_vars_dataframe()
    assert list(frame.columns) == list(MEASURES) and len(frame) == 5
    weekly = model.results().weekly
    for name in ("share_distress", "burnout_mean", "posts", "gp_consultations_per_person_per_year", "cost_total_gbp"):
        assert frame[name].to_numpy(float) == pytest.approx(weekly[name].to_numpy(), rel=1e-12), name
    assert model.measure("share_distress") == frame["share_distress"].iloc[-1]
    assert np.isnan(small_model().measure("share_distress"))
    with pytest.raises(UnknownName, match=r"'share_distres' is not a measure. Did you mean share_distress"):
        model.measure("share_distres")


def test_a_user_can_collect_what_they_like_with_mesas_own_collector():
    model = small_model()
    collector = mesa.DataCollector(
        model_reporters={"distress": lambda each: each.measure("share_distress")},
        agenttype_reporters={LinkWorker: {"burnout": "burnout", "cases": "open_cases"}},
    )
    for _ in range(3):
        model.step()
        collector.collect(model)
    by_worker = collector.get_agenttype_vars_dataframe(LinkWorker)
    workers = model.world.link_workers
    assert by_worker.loc[3]["burnout"].tolist() == workers.burnout[workers.in_post].tolist()
    assert len(collector.get_model_vars_dataframe()) == 3


def batch(seeds, steps, **parameters):
    """Run Mesa's batch_run with these seeds; Mesa 3.3 takes them among the parameters, later ones by themselves."""
    given = {"warm_up": False, "place": HAMLET, **parameters}
    options = {"number_processes": 1, "max_steps": steps, "data_collection_period": 1, "display_progress": False}
    if "rng" in inspect.signature(mesa.batch_run).parameters:
        return mesa.batch_run(SocialPrescribingModel, parameters=given, rng=seeds, **options)
    return mesa.batch_run(SocialPrescribingModel, parameters={"rng": seeds, **given}, **options)


def test_mesas_batch_run_runs_the_model_over_seeds_and_levers():
    rows = batch([1, 2], 4, caseload_cap=[5, 75], posts_per_10000=1.5)
    runs = {(row["rng"], row["caseload_cap"]) for row in rows}
    assert runs == {(seed, cap) for seed in (1, 2) for cap in (5, 75)}
    mine = [row for row in rows if (row["rng"], row["caseload_cap"]) == (2, 5)]
    alone = small_model(len(mine), rng=2, caseload_cap=5).results().weekly
    assert [row["burnout_mean"] for row in mine] == pytest.approx(alone["burnout_mean"].tolist(), rel=1e-12)
    assert [row["share_aware"] for row in mine] == pytest.approx(alone["share_aware"].tolist(), rel=1e-12)


@pytest.mark.parametrize("steps", [0, 3])
def test_a_model_nobody_holds_any_more_is_collected(steps):
    """Its columns may be gigabytes: neither Mesa's registers nor the handles may keep it."""
    model = small_model(steps)
    model.network.to_networkx()
    gone = weakref.ref(model), weakref.ref(model.world)
    del model
    gc.collect()
    assert [reference() for reference in gone] == [None, None]


@pytest.mark.parametrize("rng", [1.5, "7", -1, 2**32, True, np.random.default_rng(1)])
def test_rng_must_be_a_whole_number(rng):
    with pytest.raises(BadValue, match="must be a whole number from 0 to 4294967295"):
        small_model(rng=rng)


def test_a_numpy_whole_number_is_a_seed_too():
    assert small_model(rng=np.int64(7)).world.luck.seed == 7
