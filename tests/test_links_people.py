"""Links about people, GPs and what they tell each other: on, scaled, and frozen at a reference run."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sp_abm.loops import CUT_OFF_PEOPLE, LINKS, Level
from sp_abm.measures import MEASURES
from sp_abm.places import place
from sp_abm.scenario import Scenario, load
from sp_abm.simulation import Simulation

HAMLET = replace(
    place("sandbox"),
    key="hamlet",
    residents=2000,
    n_pcns=2,
    pcn_sizes=(1.0, 1.0),
    n_practices=8,
    gp_fte=16.0,
    organisations_per_10000=100.0,
    places_per_organisation=6.0,
    posts_multiplier=50.0,
    referral_multiplier=8.0,
)
WEEKS = 78
BUSY = {
    "referral.p_identified": 0.1,
    "participation.weeks_completed": 3,
    "participation.p_volunteers": 0.5,
    "turnover.rate_leaves_otherwise_per_week": 0.02,
    "turnover.share_handed_on": 0.3,
    "word_of_mouth.p_tells": 1,
}
"""Parameters only: a reference run has today's levers."""
FEW_WORKERS = {"posts_per_10000": 0.1, "distress_shock": ((0, 0), (10, 2), (12, 0))}
"""Levers of another world, which differ from today's."""
MOVED = {
    "connection->recovery": "share_distress",
    "activity->loneliness": "share_lonely",
    "activity->ties": "share_lonely",
    "recovery->consultations": "gp_consultations_per_person_per_year",
    "consultations->identification": "referrals_per_1000_per_week",
    "feedback->gp_awareness": "referrals_per_1000_per_week",
    "gp_awareness->referral": "referrals_per_1000_per_week",
    "helped->word_of_mouth": "share_aware",
    "word_of_mouth->awareness": "share_aware",
    "awareness->self_referral": "share_non_medical_routes",
    "trust->self_referral": "share_non_medical_routes",
    "bad_experience->trust": "trust_mean",
    "completed->volunteers": "n_volunteers",
}
"""For each link a measure that moves when nothing comes through it."""
AT_GPS = [name for name in MOVED if LINKS[name].level is Level.PRACTICE]
SENSITIVE = {"influence.rate_lonely_per_week": 0.05, "influence.effect_ties": 3}
"""So that a group's ties, which few people have, show within a few months."""


@cache
def base():
    """Return the hamlet in week 0, from which every run here is forked."""
    return Simulation.start(Scenario("busy").with_changes(BUSY), HAMLET, 5, warm_up=False, weeks=WEEKS)


@cache
def ran(cut=(), levers=(), parameters=()):
    """Return a run from that week with links cut and levers or parameters changed."""
    given = {name: _steps(value) for name, value in levers} | BUSY | dict(parameters)
    return base().fork(Scenario("busy").with_changes(given).with_cut(dict(cut)), WEEKS).run(WEEKS)


def _steps(value):
    """Return a constant as it is, and a tuple of (week, value) as dated steps."""
    return [{"from": week, "value": at} for week, at in value] if isinstance(value, tuple) else value


def record(simulation):
    """Return everything that was counted, people first."""
    return simulation.recorder.people[:WEEKS], simulation.recorder.system[:WEEKS]


def is_same(one, other):
    """Say whether two runs were counted alike in every week."""
    return all(np.array_equal(a, b) for a, b in zip(record(one), record(other), strict=True))


def summary(simulation, measure):
    """Return a measure of a run."""
    return simulation.results().summary[measure]


@pytest.mark.parametrize("link", MOVED)
def test_a_link_scaled_to_1_changes_nothing(link):
    assert is_same(ran(), ran(cut=((link, 1.0),)))


@pytest.mark.parametrize(("link", "measure"), MOVED.items())
def test_a_link_scaled_to_nothing_moves_a_measure(link, measure):
    assert measure in MEASURES
    parameters = tuple(SENSITIVE.items()) if link == "activity->ties" else ()
    whole, cut = (summary(ran(cut, (), parameters), measure) for cut in ((), ((link, 0.0),)))
    assert np.isfinite([whole, cut]).all() and cut != whole


@pytest.mark.parametrize("link", MOVED)
def test_a_frozen_link_under_other_levers_is_neither_on_nor_at_nothing(link):
    levers, parameters = tuple(FEW_WORKERS.items()), tuple(SENSITIVE.items())
    frozen, free, none = (ran(cut, levers, parameters) for cut in (((link, "frozen"),), (), ((link, 0.0),)))
    assert not is_same(frozen, free)
    assert not is_same(frozen, none)


@pytest.mark.parametrize("link", AT_GPS)
def test_a_link_at_gps_frozen_where_no_lever_differs_changes_nothing(link):
    """Links about citizens are frozen at their network's mean and may differ from the start; these are not."""
    assert is_same(ran(), ran(cut=((link, "frozen"),)))


@pytest.mark.parametrize("link", AT_GPS)
def test_a_link_at_gps_frozen_changes_nothing_before_levers_differ(link):
    """Posts are cut in week 40: until then every week is counted as without the cut."""
    later = (("posts_per_10000", ((0, 0.45), (40, 0.1))), ("distress_shock", ((0, 0), (40, 2))))
    frozen, free = (ran(cut, later) for cut in (((link, "frozen"),), ()))
    assert not is_same(frozen, free)
    for one, other in zip(record(frozen), record(free), strict=True):
        assert np.array_equal(one[:40], other[:40])


@pytest.mark.parametrize("link", ["helped->word_of_mouth", "word_of_mouth->awareness"])
def test_frozen_news_reaches_as_many_as_in_the_reference_run(link):
    """The same levers, so the same number are told, but not the same people: awareness stays near (within a tenth).

    With nothing coming through it would be much lower.
    """
    whole, frozen, none = (summary(ran(cut), "share_aware") for cut in ((), ((link, "frozen"),), ((link, 0.0),)))
    assert frozen == pytest.approx(whole, rel=0.1)
    assert none < 0.8 * whole


def test_frozen_loss_of_trust_is_shared_by_everybody():
    """The same sum of trust is lost, by all alike: trust stays nearer to the free run than with nothing lost."""
    whole, frozen, none = (
        summary(ran(cut), "trust_mean")
        for cut in ((), (("bad_experience->trust", "frozen"),), (("bad_experience->trust", 0.0),))
    )
    assert whole < none and abs(frozen - whole) < 0.5 * (none - whole)


def test_frozen_volunteering_gives_about_as_many_volunteers():
    """Where few volunteer: they are still in the activity then, and where many do, few are left who may."""
    few = (("participation.p_volunteers", 0.15),)
    whole, frozen, none = (
        summary(ran(cut, (), few), "n_volunteers")
        for cut in ((), (("completed->volunteers", "frozen"),), (("completed->volunteers", 0.0),))
    )
    assert none == 0 < whole
    assert frozen == pytest.approx(whole, rel=0.4)


def test_both_frozen_news_reaches_people_once():
    """Frozen on its way out and on its way in, news comes as often as frozen on its way in alone."""
    one = ran((("word_of_mouth->awareness", "frozen"),))
    both = ran((("helped->word_of_mouth", "frozen"), ("word_of_mouth->awareness", "frozen")))
    assert np.array_equal(one.world.citizens.aware, both.world.citizens.aware)


@pytest.mark.parametrize("seed", [1, 2])
def test_without_its_effects_on_people_the_service_changes_nobodys_stage(seed):
    """Today against no service, from the same week and with the same luck: the same stage for everybody, every week."""
    cut = dict.fromkeys(CUT_OFF_PEOPLE, 0.0)
    today, without = load("today").with_changes(BUSY).with_cut(cut), load("no-service").with_cut(cut)
    without = without.with_changes(BUSY)
    start = Simulation.start(today, HAMLET, seed, warm_up=False, weeks=WEEKS)
    served, alone = start.fork(today, WEEKS), start.fork(without, WEEKS)
    for _ in range(WEEKS):
        served.step()
        alone.step()
        for name in ("stage", "lonely", "weeks_in_distress", "n_live_ties", "consultations"):
            assert np.array_equal(getattr(served.world.citizens, name), getattr(alone.world.citizens, name)), name
    assert served.world.flows != alone.world.flows
    assert served.world.n_cases > 100 > 0 == alone.world.n_cases
    assert served.world.citizens.activity_support.any()


def test_with_its_effects_the_service_changes_stages():
    stages = [ran(levers=levers).world.citizens.stage for levers in ((), (("posts_per_10000", 0),))]
    assert not np.array_equal(*stages)
