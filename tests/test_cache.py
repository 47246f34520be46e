"""The cache: the oldest entries go when there are too many bytes, and nobody looks more than once a minute."""

import os

from sp_abm.cache import SECONDS_BETWEEN_PRUNINGS, prune


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
