"""The cache: the oldest entries go when there are too many bytes, and nobody looks more than once a minute."""

import os

from sp_abm import cache
from sp_abm.cache import A_DAY, SECONDS_BETWEEN_PRUNINGS, prune, tidy
from sp_abm.simulation import Simulation


def entries(folder, *sizes):
    """Make entries of one file each, the first the oldest."""
    for age, size in enumerate(reversed(sizes)):
        entry = folder / f"entry-{len(sizes) - 1 - age}"
        entry.mkdir(parents=True)
        (entry / "state").write_bytes(b"x" * size)
        os.utime(entry, (1e9 - age, 1e9 - age))


def left(folder):
    return sorted(path.name for path in folder.iterdir() if path.is_dir())


def test_the_oldest_go_until_the_rest_fits(tmp_path):
    """50 + 40 + 30 bytes: without the oldest 70, which is within 75."""
    entries(tmp_path, 50, 40, 30)
    prune(tmp_path, 75)
    assert left(tmp_path) == ["entry-1", "entry-2"]


def test_the_newest_stays_however_large_it_is(tmp_path):
    entries(tmp_path, 5, 500)
    prune(tmp_path, 75)
    assert left(tmp_path) == ["entry-1"]


def test_it_is_looked_at_once_a_minute(tmp_path):
    entries(tmp_path, 50, 40, 30)
    prune(tmp_path, 200)
    prune(tmp_path, 75)
    assert len(left(tmp_path)) == 3
    mark = tmp_path / ".pruned"
    before = mark.stat().st_mtime - SECONDS_BETWEEN_PRUNINGS - 1
    os.utime(mark, (before, before))
    prune(tmp_path, 75)
    assert left(tmp_path) == ["entry-1", "entry-2"]


def test_a_clock_that_was_ahead_does_not_stop_it_for_long(tmp_path):
    entries(tmp_path, 50, 40, 30)
    (tmp_path / ".pruned").touch()
    os.utime(tmp_path / ".pruned", (9e9, 9e9))
    prune(tmp_path, 75)
    assert left(tmp_path) == ["entry-1", "entry-2"]


def test_populations_are_tidied_when_a_run_begins_but_once_a_day(tmp_path, monkeypatch):
    """A sweep over places would else fill a disk: what no run has asked for goes, the one in use stays."""
    monkeypatch.setenv("SP_ABM_CACHE", str(tmp_path))
    monkeypatch.setattr(cache, "MOST_BYTES", 75)
    kept = tmp_path / "populations"
    entries(kept, 50, 40)
    Simulation.start("today", "sandbox", 1, warm_up=False)
    assert len(left(kept)) == 1 and not left(kept)[0].startswith("entry")
    entries(kept / "more", 50)
    (kept / "more").rename(kept / "entry-9")
    tidy("populations")
    assert len(left(kept)) == 2
    before = (kept / ".pruned").stat().st_mtime - A_DAY - 1
    os.utime(kept / ".pruned", (before, before))
    tidy("populations")
    assert len(left(kept)) == 1


def test_a_cache_that_is_not_there_or_cannot_be_written_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("SP_ABM_CACHE", str(tmp_path / "nowhere"))
    tidy("populations")
    assert not (tmp_path / "nowhere").exists()
