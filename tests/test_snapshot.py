"""Snapshots: a folder is written whole or not at all, others may read it, and the old one stays till then."""

import os
import stat
from pathlib import Path

import pytest

from sp_abm.errors import CannotWrite
from sp_abm.snapshot import write_file, write_folder


def fill(word):
    """Return a writer of a folder with one file."""
    return lambda folder: (folder / "word.txt").write_text(word, "utf-8")


def test_a_new_folder_takes_the_place_of_the_old_one_and_nothing_else_is_left(tmp_path):
    for word in ("old", "new"):
        write_folder(tmp_path / "there", fill(word))
    assert (tmp_path / "there" / "word.txt").read_text("utf-8") == "new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["there"]


@pytest.mark.parametrize("there", [("thesis.txt",), ("thesis.txt", "word.txt"), ("figures",)])
def test_what_is_not_from_an_earlier_save_is_never_lost(tmp_path, there):
    (tmp_path / "mine").mkdir()
    for name in there:
        (tmp_path / "mine" / name).write_text("mine", "utf-8")
    with pytest.raises(CannotWrite, match=f"mine cannot be written: {there[0]}, which is not.*name a new"):
        write_folder(tmp_path / "mine", fill("new"))
    assert {path.name: path.read_text("utf-8") for path in (tmp_path / "mine").iterdir()} == dict.fromkeys(
        there, "mine"
    )
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine"]


def test_a_file_is_not_replaced_by_a_folder(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine", "utf-8")
    with pytest.raises(CannotWrite, match=r"thesis\.txt, which is not"):
        write_folder(tmp_path / "thesis.txt", fill("new"))
    assert (tmp_path / "thesis.txt").read_text("utf-8") == "mine"


def test_an_older_save_may_have_had_more_and_been_looked_at(tmp_path):
    write_folder(tmp_path / "there", fill("old"))
    for name in ("panel.parquet", ".DS_Store"):
        (tmp_path / "there" / name).write_text("old", "utf-8")
    write_folder(tmp_path / "there", fill("new"))
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["word.txt"]


def test_a_folder_can_be_read_by_whom_the_user_lets_read(tmp_path):
    old = os.umask(0o022)
    try:
        write_folder(tmp_path / "there", fill("word"))
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "there").stat().st_mode) == 0o755


@pytest.mark.parametrize("failing", [1, 2])
def test_when_renaming_fails_the_old_folder_stays(tmp_path, monkeypatch, failing):
    write_folder(tmp_path / "there", fill("old"))
    replace, calls = Path.replace, []

    def fails(self, target):
        calls.append(self)
        if len(calls) == failing:
            raise OSError(5, "Input/output error")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(CannotWrite, match="Input/output error"):
        write_folder(tmp_path / "there", fill("new"))
    assert (tmp_path / "there" / "word.txt").read_text("utf-8") == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["there"]


def test_when_writing_fails_the_old_folder_stays(tmp_path):
    write_folder(tmp_path / "there", fill("old"))

    def fails(folder):
        (folder / "word.txt").write_text("half", "utf-8")
        raise OSError(28, "No space left on device")

    with pytest.raises(CannotWrite, match="No space left"):
        write_folder(tmp_path / "there", fails)
    assert (tmp_path / "there" / "word.txt").read_text("utf-8") == "old"


def test_a_file_takes_the_place_of_the_old_one_and_its_folder_is_made(tmp_path):
    for word in (b"old", b"new"):
        write_file(tmp_path / "there" / "word.txt", word)
    assert (tmp_path / "there" / "word.txt").read_bytes() == b"new"
    assert [entry.name for entry in (tmp_path / "there").iterdir()] == ["word.txt"]


def test_a_file_that_cannot_take_its_place_leaves_nothing_behind(tmp_path):
    (tmp_path / "word.txt" / "in the way").mkdir(parents=True)
    with pytest.raises(CannotWrite, match=r"word\.txt cannot be written"):
        write_file(tmp_path / "word.txt", b"new")
    with pytest.raises(CannotWrite, match="cannot be written"):
        write_file(Path("/dev/null/word.txt"), b"new")
    assert [entry.name for entry in tmp_path.iterdir()] == ["word.txt"]


def test_a_file_is_on_the_disk_before_it_takes_its_place_and_may_be_written_aside(tmp_path, monkeypatch):
    seen, sync, replace = [], os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda number: seen.append("synced") or sync(number))
    monkeypatch.setattr(Path, "replace", lambda self, target: seen.append(self.parent.name) or replace(self, target))
    write_file(tmp_path / "there" / "word.txt", b"one")
    write_file(tmp_path / "there" / "word.txt", memoryview(b"two"), aside=tmp_path / "unfinished")
    assert seen == ["synced", "there", "synced", "unfinished"]
    assert (tmp_path / "there" / "word.txt").read_bytes() == b"two" and not list((tmp_path / "unfinished").iterdir())
