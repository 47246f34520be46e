"""Stored populations: the same in every bit, made again when broken, done without where nothing can be written."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
import pytest

from sp_abm.parameters.people import Population
from sp_abm.places import place
from sp_abm.population import build, load_or_build, stored

DEFAULTS = Population()


@cache
def town(seed=0, key="sandbox"):
    """Return a population of a shipped place; tests do not change it."""
    return build(place(key), DEFAULTS, seed)


def are_equal(one, other):
    """Say whether two populations are the same in every bit."""
    return all(np.array_equal(a, b) for t, u in zip(one, other, strict=True) for a, b in zip(t, u, strict=True))


@pytest.fixture
def cache_here(tmp_path, monkeypatch):
    """Keep populations in this test's own folder."""
    monkeypatch.setenv("SP_ABM_CACHE", str(tmp_path))
    return tmp_path / "populations"


@pytest.fixture
def builds(monkeypatch):
    """Count how often a population is really built."""
    made = []

    def counted(*arguments):
        made.append(arguments)
        return build(*arguments)

    monkeypatch.setattr(stored, "build", counted)
    return made


def test_a_stored_population_comes_back_in_every_bit_and_is_not_built_again(cache_here, builds):
    first = load_or_build(place("sandbox"), DEFAULTS)
    second = load_or_build(place("sandbox"), DEFAULTS)
    assert len(builds) == 1
    assert are_equal(first, second) and are_equal(second, town())
    assert [folder.name for folder in cache_here.iterdir()] == [next(cache_here.iterdir()).name]


def test_stored_and_fresh_populations_are_writable_alike_but_for_the_shape_of_ties(cache_here):
    for start in (load_or_build(place("sandbox"), DEFAULTS) for _ in range(2)):
        frozen = {name for name, column in start.ties._asdict().items() if not column.flags.writeable}
        assert frozen == {"start", "other", "kind"}
        for table in (start.citizens, start.gps, start.practices, start.pcns, start.organisations):
            assert all(column.flags.writeable for column in table)


def test_another_seed_parameter_place_or_mean_of_places_is_another_population(cache_here, builds):
    load_or_build(place("sandbox"), DEFAULTS)
    load_or_build(place("sandbox"), DEFAULTS, 1)
    load_or_build(place("sandbox"), DEFAULTS._replace(mean_weak_ties=5.0))
    load_or_build(place("sandbox"), DEFAULTS, 0, 3.0)
    assert len(builds) == len(list(cache_here.iterdir())) == 4


def test_a_town_without_ties_is_stored_too(cache_here, builds):
    for _ in range(2):
        assert load_or_build(place("sandbox"), DEFAULTS._replace(share_ties=0.0)).ties.other.shape == (0,)
    assert len(builds) == 1


@pytest.mark.parametrize("name", ["citizens.worse.npy", "ties.other.npy", "pcns.support.npy", "checksums.json"])
@pytest.mark.parametrize("harm", ["emptied", "cut", "changed", "lost"])
def test_a_broken_store_is_made_again(cache_here, builds, name, harm):
    load_or_build(place("sandbox"), DEFAULTS)
    path = next(cache_here.iterdir()) / name
    content = path.read_bytes()
    middle = len(content) // 2
    if harm == "lost":
        path.unlink()
    else:
        changed = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
        path.write_bytes({"emptied": b"", "cut": content[:middle], "changed": changed}[harm])
    assert are_equal(load_or_build(place("sandbox"), DEFAULTS), town())
    assert are_equal(load_or_build(place("sandbox"), DEFAULTS), town())
    assert len(builds) == 2
    assert len(list(cache_here.iterdir())) == 1


def test_a_store_that_is_not_a_table_of_checksums_is_made_again(cache_here, builds):
    load_or_build(place("sandbox"), DEFAULTS)
    (next(cache_here.iterdir()) / "checksums.json").write_text("[]", "utf-8")
    assert are_equal(load_or_build(place("sandbox"), DEFAULTS), town())
    assert len(builds) == 2


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way", "utf-8")
    monkeypatch.setenv("SP_ABM_CACHE", str(tmp_path / "file"))
    assert are_equal(load_or_build(place("sandbox"), DEFAULTS), town())


def test_a_full_disk_leaves_nothing_behind(cache_here, monkeypatch):
    def full(*_arguments, **_options):
        raise OSError("No space left on device")

    monkeypatch.setattr(stored.np, "save", full)
    assert are_equal(load_or_build(place("sandbox"), DEFAULTS), town())
    assert list(cache_here.iterdir()) == []


def test_who_stores_second_replaces_the_same_by_the_same(cache_here):
    start = load_or_build(place("sandbox"), DEFAULTS)
    folder = next(cache_here.iterdir())
    stored._store(start, folder)
    assert [entry.name for entry in cache_here.iterdir()] == [folder.name]
    assert are_equal(load_or_build(place("sandbox"), DEFAULTS), start)


def test_several_at_once_all_get_the_same_and_leave_one_store(cache_here):
    with ThreadPoolExecutor(4) as pool:
        towns = list(pool.map(lambda _: load_or_build(place("sandbox"), DEFAULTS), range(8)))
    assert all(are_equal(one, town()) for one in towns)
    assert len(list(cache_here.iterdir())) == 1
