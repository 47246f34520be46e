"""Identity: the same luck gives the same bits over threads, processes, rows, saved states and caches."""

from dataclasses import replace

import numpy as np
import pytest

from sp_abm import SocialPrescribingModel, initialisation, simulate
from sp_abm.agents.citizens import Citizens
from sp_abm.comparison import compare
from sp_abm.declare import columns_of
from sp_abm.initialisation import first_world, warmed_world
from sp_abm.measures import MEASURES, Window
from sp_abm.network import Ties
from sp_abm.parameters import Parameters
from sp_abm.places import place
from sp_abm.population import build
from sp_abm.recorder import PEOPLE_TALLIES, SYSTEM_TALLIES
from sp_abm.scenario import Scenario, load
from sp_abm.simulation import Simulation
from sp_abm.world import CHUNK, TABLES

HAMLET = replace(
    place("sandbox"),
    key="hamlet",
    residents=900,
    n_pcns=2,
    pcn_sizes=(1.0, 1.0),
    gp_fte=6.0,
    organisations_per_10000=200.0,
)
CITY = replace(HAMLET, key="city", residents=2 * CHUNK + 500, n_practices=8, gp_fte=20.0)
BUSY = {
    "outreach_share": 0.2,
    "outreach_target": "isolated",
    "referral.p_identified": 0.3,
    "contact.p_knows_at_start": 0.8,
}
FRACTIONS = ("sum_trust", "sum_life_satisfaction", "consultations_non_medical")
SUMS = [k for k, name in enumerate(PEOPLE_TALLIES) if name.startswith(FRACTIONS)]
ROW_COLUMNS = {"case_row"}
FUNNEL = [name for name, declared in MEASURES.items() if declared.window is Window.FUNNEL]


def busy(where=HAMLET, seed=1, weeks=0, threads=1, warm_up=False, **changes):
    """Return a run of many referrals, contacts and activities."""
    scenario = Scenario("busy")
    changes = BUSY | changes
    simulation = Simulation.start(scenario, where, seed, changes=changes, warm_up=warm_up, threads=threads, weeks=weeks)
    return simulation.run(weeks)


def differing(one, other):
    """Return the columns of two worlds that are not the same in every bit."""
    pairs = ((table, name) for table in TABLES for name in getattr(one, table)._fields)
    differs = [
        f"{table}.{name}"
        for table, name in pairs
        if not np.array_equal(
            getattr(getattr(one, table), name)[: one.n_cases if table == "cases" else None],
            getattr(getattr(other, table), name)[: other.n_cases if table == "cases" else None],
        )
    ]
    return differs + [name for name in ("week", "first_week", "n_cases") if getattr(one, name) != getattr(other, name)]


def are_equal(one, other):
    """Say whether two results are the same in every bit, cases and last stages too."""
    arrays = [(one.system, other.system), (one.people, other.people)]
    arrays += [(one.cases[name], other.cases[name]) for name in one.cases]
    arrays += [(one.final[name], other.final[name]) for name in one.final]
    return all(np.array_equal(a, b) for a, b in arrays)


def test_the_same_seed_gives_the_same_bits_and_another_seed_other_ones():
    first, again, other = busy(weeks=20), busy(weeks=20), busy(weeks=20, seed=2)
    assert not differing(first.world, again.world)
    assert are_equal(first.results(), again.results())
    assert {"citizens.stage", "link_workers.burnout"} <= set(differing(first.world, other.world))


def test_threads_make_no_difference():
    alone, together = busy(CITY, weeks=6), busy(CITY, weeks=6, threads=2)
    assert alone.world.n_cases > 100
    assert not differing(alone.world, together.world)
    assert are_equal(alone.results(), together.results())


def two_arms():
    """Return two scenarios that differ in one lever."""
    today = load("today")
    return today, replace(today.with_changes({"caseload_cap": 3}), name="lower cap")


def test_processes_make_no_difference():
    kinds = {"seeds": [3, 1], "years": 0.2, "changes": {"referral.p_identified": 0.1}}
    alone, together = (compare(two_arms(), HAMLET, workers=workers, **kinds) for workers in (1, 2))
    assert np.array_equal(alone.values, together.values, equal_nan=True)
    assert np.array_equal(alone.moves, together.moves)
    assert all(are_equal(a, b) for a, b in zip(alone.first, together.first, strict=True))
    assert alone.as_dict() == together.as_dict()


def test_arms_that_differ_in_nothing_are_the_same_in_every_bit():
    scenario = load("outreach-without-support")
    twins = compare((scenario, replace(scenario, name="its twin")), HAMLET, seeds=2, years=0.5, workers=1)
    is_paired = np.array([declared.is_paired for declared in MEASURES.values()])
    one, other = (twins.values[:, arm][:, ~is_paired] for arm in (0, 1))
    assert np.array_equal(one, other, equal_nan=True)
    assert not np.nan_to_num(twins.values[:, 1][:, is_paired]).any(), "worth nothing more than its like"
    assert are_equal(*twins.first)
    assert not (twins.moves[:, 1] * ~np.eye(5, dtype=bool)).any()


def test_arms_are_alike_until_their_levers_differ():
    later = Scenario("later").with_changes({"caseload_cap": [{"from": 0, "value": 75}, {"from": 8, "value": 1}]})
    changes = {"referral.p_identified": 1}
    never = Simulation.start(Scenario("never"), HAMLET, 1, changes=changes, warm_up=False)
    step = Simulation.start(later, HAMLET, 1, changes=changes, warm_up=False)
    assert not differing(never.run(8).world, step.run(8).world)
    assert "link_workers.open_cases" in differing(never.run(1).world, step.run(1).world)


def permuted(start, order):
    """Return a start whose row r is the old row order[r], with ties renumbered."""
    where = np.empty_like(order)
    where[order] = np.arange(order.size)
    citizens = Citizens(*(column[order].copy() for column in start.citizens))
    degrees = np.diff(start.ties.start)[order]
    first = np.zeros(order.size + 1, np.int32)
    np.cumsum(degrees, out=first[1:])
    entries = np.concatenate([np.arange(start.ties.start[row], start.ties.start[row + 1]) for row in order])
    other = where[start.ties.other[entries]].astype(np.int32)
    ties = Ties(first, other, start.ties.kind[entries], start.ties.strength[entries].copy())
    return start._replace(citizens=citizens, ties=ties)


def test_the_order_of_rows_makes_no_difference(tmp_path, monkeypatch):
    """From settling on: states by person and counts are the same; sums of fractions agree to 1e-12."""
    order = np.random.default_rng(1).permutation(HAMLET.residents)
    first, second = (build(HAMLET, Parameters().population) for _ in range(2))
    runs = []
    for name, people in (("as built", first), ("shuffled", permuted(second, order))):
        monkeypatch.setenv("SP_ABM_CACHE", str(tmp_path / name))
        monkeypatch.setattr(initialisation, "load_or_build", lambda *_, people=people, **__: people)
        runs.append(busy(weeks=40))
    original, shuffled = runs

    assert original.world.n_cases > 200
    for name in set(Citizens._fields) - ROW_COLUMNS:
        old, new = getattr(original.world.citizens, name), getattr(shuffled.world.citizens, name)
        assert np.array_equal(old[order], new), name
    assert case_histories(original.world) == case_histories(shuffled.world)
    for table in ("link_workers", "knowledge", "gps", "practices", "organisations", "pcns", "commissioner"):
        for old, new in zip(getattr(original.world, table), getattr(shuffled.world, table), strict=True):
            assert np.array_equal(old, new), table
    is_sum = np.array([name == "worth_wellbys" for name in SYSTEM_TALLIES])
    one, other = original.recorder.system, shuffled.recorder.system
    assert np.array_equal(one[:, ~is_sum], other[:, ~is_sum])
    assert other[:, is_sum] == pytest.approx(one[:, is_sum], rel=1e-12, abs=0)
    counts = [column for column in range(len(PEOPLE_TALLIES)) if column not in SUMS]
    one, other = original.recorder.people, shuffled.recorder.people
    assert np.array_equal(one[..., counts], other[..., counts])
    assert other[..., SUMS] == pytest.approx(one[..., SUMS], rel=1e-12, abs=0)


def case_histories(world):
    """Return every case as a tuple told by the person's permanent number rather than by rows."""
    cases = world.cases._asdict()
    cases["citizen"] = world.citizens.id[world.cases.citizen]
    return sorted(zip(*(column[: world.n_cases].tolist() for column in cases.values()), strict=True))


@pytest.mark.parametrize("saved_at", [0, 7, 10, 12])
def test_a_run_resumed_from_a_saved_state_equals_the_undisturbed_one(tmp_path, saved_at):
    """The cap steps in week 10: saved before, at and after the step."""
    levers = BUSY | {"caseload_cap": [{"from": 0, "value": 40}, {"from": 10, "value": 2}]}
    parameters = {name: levers.pop(name) for name in list(levers) if "." in name}
    kinds = {"place": HAMLET, "rng": 5, "parameters": parameters, "warm_up": False, **levers}
    undisturbed, stopped = SocialPrescribingModel("today", **kinds), SocialPrescribingModel("today", **kinds)
    for _ in range(20):
        undisturbed.step()
    for _ in range(saved_at):
        stopped.step()
    resumed = SocialPrescribingModel.load(stopped.save(tmp_path / "state"))
    assert not differing(stopped.world, resumed.world)
    assert resumed.week == saved_at
    for _ in range(20 - saved_at):
        resumed.step()
    assert not differing(undisturbed.world, resumed.world)
    assert are_equal(undisturbed.results(), resumed.results())
    one, other = undisturbed.results(), resumed.results()
    assert one.provenance["scenario_hash"] == other.provenance["scenario_hash"]
    assert one.weekly.equals(other.weekly)
    assert resumed.steps == undisturbed.steps == 20
    collected = [model.datacollector.get_model_vars_dataframe() for model in (undisturbed, resumed)]
    assert len(collected[1]) == 20 and collected[0].equals(collected[1])


def test_a_run_is_resumed_with_its_submodels_still_switched_off(tmp_path):
    model = SocialPrescribingModel(place=HAMLET, warm_up=False, switch_off=["turnover"])
    model.step()
    resumed = SocialPrescribingModel.load(model.save(tmp_path / "state"))
    for _ in range(10):
        model.step()
        resumed.step()
    assert not differing(model.world, resumed.world)
    assert not resumed.results().tally("expected_leavers").any()


def test_after_one_year_a_run_of_two_is_what_a_run_of_one_is():
    one, two = (simulate("outreach-without-support", HAMLET, 1, years, warm_up=False) for years in (1, 2))
    assert two.summary_at(1).equals(one.summary)
    assert two.weekly[:52].drop(columns=FUNNEL).equals(one.weekly.drop(columns=FUNNEL))


def test_a_warm_up_from_the_cache_is_the_one_that_was_computed(tmp_path, monkeypatch):
    monkeypatch.setenv("SP_ABM_CACHE", str(tmp_path))
    done = []
    computed, cached = (
        warmed_world(HAMLET, Parameters(), 4, progress=lambda *progress: done.append(progress)) for _ in range(2)
    )
    assert len(done) == 208 == done[-1][1]
    assert not differing(computed, cached)
    assert computed.week == cached.week == 0
    one, other = (Simulation(load("today"), world).run(10).results() for world in (computed, cached))
    assert are_equal(one, other)


def test_a_fork_leaves_its_origin_alone():
    origin = busy(weeks=5)
    untouched = origin.world.copy()
    fork = origin.fork(origin.scenario.with_changes({"caseload_cap": 1}), 10).run(10)
    assert not differing(origin.world, untouched)
    assert "citizens.consultations" in differing(origin.world, fork.world)


def test_a_copied_world_shares_no_column_that_can_change():
    world = first_world(HAMLET, Parameters(), 1, week=0)
    other = world.copy()
    for table in TABLES:
        for name in columns_of(type(getattr(world, table))):
            a, b = getattr(getattr(world, table), name), getattr(getattr(other, table), name)
            assert not (a.flags.writeable and np.shares_memory(a, b)), f"{table}.{name}"
