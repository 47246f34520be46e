"""Lanes: many seeds in one call give the bits of one call each, whatever they share and however many run at a time."""

import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from sp_abm import lanes, simulate, simulate_many
from sp_abm.errors import BadValue, UnknownName
from sp_abm.lanes import SHARED_FROM, threads_of_lanes
from sp_abm.places import place

SEEDS = (3, 1, 70_007)
YEARS = 0.3


@pytest.fixture(autouse=True)
def cache_of_its_own(request, tmp_path_factory, monkeypatch):
    """Give a test marked cold a cache where no warm-up is kept yet, with compiled code where it always is."""
    if "cold" in request.fixturenames:
        monkeypatch.setenv("SP_ABM_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def cold():
    """Ask for an empty cache."""


def assert_same(one, other):
    assert np.array_equal(one.system, other.system) and np.array_equal(one.people, other.people)
    for name in ("cases", "final"):
        mine, theirs = getattr(one, name), getattr(other, name)
        assert mine.keys() == theirs.keys() and all(np.array_equal(mine[key], theirs[key]) for key in mine)
    apart = ("made", "wall_seconds")
    assert {k: v for k, v in one.provenance.items() if k not in apart} == {
        k: v for k, v in other.provenance.items() if k not in apart
    }


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("name", ["today", "no-service"])
def test_lanes_give_the_bits_of_one_call_each_in_the_order_of_the_seeds(name, threads):
    many = simulate_many(name, "sandbox", SEEDS, YEARS, threads=threads)
    assert [one.provenance["seed"] for one in many] == list(SEEDS)
    for seed, one in zip(SEEDS, many, strict=True):
        assert_same(one, simulate(name, "sandbox", seed, YEARS))


@pytest.mark.slow
def test_lanes_give_the_same_bits_when_nothing_is_kept_yet(cold):
    many = simulate_many("today", "sandbox", SEEDS, YEARS, threads=2)
    for seed, one in zip(SEEDS, many, strict=True):
        assert_same(one, simulate("today", "sandbox", seed, YEARS))


def test_lanes_take_all_that_a_call_of_one_takes():
    asked = {"switch_off": ["word_of_mouth"], "cut": ["load->burnout=0.5"], "caseload_cap": 40, "panel": 50}
    asked |= {"parameters": {"strain.sd_trait": 0.3}, "panel_every": 4, "events": True}
    many = simulate_many("today", "sandbox", (2, 5), YEARS, threads=2, **asked)
    for seed, one in zip((2, 5), many, strict=True):
        alone = simulate("today", "sandbox", seed, YEARS, **asked)
        assert_same(one, alone)
        assert one.panel.equals(alone.panel) and one.events.equals(alone.events)


def test_lanes_take_rules_of_ones_own():
    def nobody_strained(world, week):
        world.link_workers.burnout[:] = 0

    rules = {"strain": nobody_strained}
    many = simulate_many("today", "sandbox", (2, 5), YEARS, threads=2, rules=rules)
    for seed, one in zip((2, 5), many, strict=True):
        assert_same(one, simulate("today", "sandbox", seed, YEARS, rules=rules))
        assert not one.tally("sum_burnout").any()


def test_lanes_without_a_warm_up_begin_with_the_settled_place():
    (one,) = simulate_many("today", "sandbox", [9], YEARS, warm_up=False)
    assert_same(one, simulate("today", "sandbox", 9, YEARS, warm_up=False))


def test_lanes_leave_no_trace_in_each_other():
    first, second = (simulate_many("today", "sandbox", (4, 6), YEARS, threads=2) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        assert_same(one, other)


def test_what_one_lane_raises_ends_the_others_soon(monkeypatch):
    """The second of two lanes of thirty years fails at once; the first ends in the week it is in."""
    run, ended = lanes._Lane.run, []

    def unlucky(lane, seed):
        if seed == 2:
            raise ZeroDivisionError("no luck")
        try:
            return run(lane, seed)
        except InterruptedError:
            ended.append(seed)
            raise

    monkeypatch.setattr(lanes._Lane, "run", unlucky)
    began = time.monotonic()
    with pytest.raises(ZeroDivisionError, match="no luck"):
        simulate_many("today", "sandbox", (1, 2, 3), 30, threads=2)
    assert time.monotonic() - began < 20 and 1 in ended and set(ended) <= {1, 3}
    assert not [one for one in threading.enumerate() if "ThreadPool" in one.name]


def test_progress_is_told_after_every_seed():
    told = []
    simulate_many("today", "sandbox", 3, 0.02, done=lambda *counts: told.append(counts))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_small_places_take_turns_and_large_ones_share_the_cores(monkeypatch):
    monkeypatch.setattr(lanes.os, "cpu_count", lambda: 4)
    assert threads_of_lanes(SHARED_FROM - 1, 8) == 1 and threads_of_lanes(SHARED_FROM, 8) == 4
    assert threads_of_lanes(SHARED_FROM, 3) == 3 and threads_of_lanes(5000, 8, 2) == 2
    used = []
    monkeypatch.setattr(lanes, "_all", lambda lane, seeds, threads, done: used.append(threads))
    for seeds, threads in ((8, None), (8, 2), (1, 9)):
        simulate_many("today", seeds=seeds, threads=threads)
    assert used == [1, 2, 1]


def test_seeds_are_a_number_or_different_numbers():
    for wrong in (0, -1, True, (), (1, 1), 100_001):
        with pytest.raises(BadValue, match="must be a number of seeds"):
            simulate_many("today", seeds=wrong)


def test_a_mistake_is_told_before_anything_is_loaded(monkeypatch):
    monkeypatch.setattr(lanes, "first_world", None)
    with pytest.raises(UnknownName, match="caseload_cap"):
        simulate_many("today", caseload_cup=3)
    with pytest.raises(BadValue, match="threads = 0 must be at least 1"):
        simulate_many("today", threads=0)
    with pytest.raises(BadValue, match="years"):
        simulate_many("today", years=-1)
    with pytest.raises(UnknownName, match="sandbox"):
        simulate_many("today", place="sandbx")
    with pytest.raises(UnknownName, match="Did you mean strain"):
        simulate_many("today", rules={"strian": print})


@pytest.mark.slow
def test_lanes_of_a_larger_place_give_the_bits_of_one_call_each():
    town = replace(place("average-pcn"), key="a larger town", residents=SHARED_FROM + 13)
    for seed, one in zip((1, 2), simulate_many("today", town, 2, 0.1), strict=True):
        assert_same(one, simulate("today", town, seed, 0.1))
