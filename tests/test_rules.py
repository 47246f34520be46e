"""Rules of one's own: a function of (world, week) in the place of a submodel, from week 0 on."""

import numpy as np
import pytest

from sp_abm import SocialPrescribingModel, simulate
from sp_abm.errors import BadValue, UnknownName
from sp_abm.scenario import load
from sp_abm.simulation import Simulation
from sp_abm.submodels.strain import strain

RUN = {"years": 0.2, "warm_up": False}


def the_same(world, week):
    strain(world, week)


def rested(world, week):
    """Everybody in post is half as burnt out at the end of each week as they would be."""
    strain(world, week)
    world.link_workers.burnout[:] /= 2


def test_a_rule_that_does_what_the_submodel_does_changes_no_bit_and_no_event():
    shipped, own = (simulate(events=True, rules=rules, **RUN) for rules in (None, {"strain": the_same}))
    assert np.array_equal(shipped.system, own.system) and np.array_equal(shipped.people, own.people, equal_nan=True)
    assert shipped.events.equals(own.events)


def test_a_rule_of_ones_own_changes_what_it_says():
    shipped, own = simulate(**RUN), simulate(rules={"strain": rested}, **RUN)
    assert own.summary["burnout_mean"] < shipped.summary["burnout_mean"] / 2
    assert own.provenance["rules"] == {"strain": f"{__name__}.rested"} and shipped.provenance["rules"] == {}


def test_a_rule_stays_in_a_fork_and_in_the_run_that_cut_links_are_frozen_at():
    simulation = Simulation.start("today", "sandbox", 1, warm_up=False, rules={"strain": rested}, weeks=8)
    weeks = simulation.fork(load("today"), 8).run(8).results()
    assert weeks.provenance["rules"] == simulation.provenance()["rules"]
    called = []

    def counted(world, week):
        called.append(week)
        strain(world, week)

    simulate(cut=["burnout->intention"], rules={"strain": counted}, **RUN)
    assert called == [week for week in range(10) for _ in range(2)]


def test_a_model_of_mesa_takes_a_simulation_with_rules_but_cannot_save_them(tmp_path):
    simulation = Simulation.start("today", "sandbox", 1, warm_up=False, rules={"strain": rested})
    model = SocialPrescribingModel(simulation=simulation)
    model.step()
    assert model.measure("burnout_mean") == simulate(rules={"strain": rested}, **RUN).weekly["burnout_mean"].iloc[0]
    with pytest.raises(BadValue, match=r"rules of its own \(strain\) cannot be saved"):
        model.save(tmp_path / "saved")


def test_a_rule_for_nothing_is_refused():
    with pytest.raises(UnknownName, match=r"'strian' is not a submodel \(rules\). Did you mean strain"):
        simulate(rules={"strian": rested}, **RUN)
    with pytest.raises(BadValue, match="strain is switched off"):
        simulate(rules={"strain": rested}, switch_off=["strain"], **RUN)
    with pytest.raises(BadValue, match="strain must be a function"):
        simulate(rules={"strain": 3}, **RUN)
