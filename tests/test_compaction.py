"""Compaction: the same tables before and after, for any tool; safe when stopped; put aside when the cells change."""

import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pandas as pd
import pytest

from sp_abm import bench, compaction, open_study
from sp_abm.errors import CannotWrite
from sp_abm.sweep import resume, sweep

TABLES = ("runs", "summary", "weekly")
WEEKS = 10
MEAN = "select arm, week, avg(share_crisis) as mean from weekly join runs using (run) group by all order by all"


@pytest.fixture
def store(hamlet, tmp_path, monkeypatch):
    """Return a store of 8 runs of 10 weeks: the third failed, the last is missing."""
    values_of, calls = bench.values_of, []

    def unlucky(results, baseline):
        calls.append(results)
        if len(calls) == 3:
            raise ZeroDivisionError("no luck")
        return values_of(results, baseline)

    monkeypatch.setattr(bench, "values_of", unlucky)
    sweep(hamlet(), tmp_path / "store", workers=0)
    monkeypatch.undo()
    last = open_study(tmp_path / "store").runs["cell"].iloc[-1]
    next((tmp_path / "store" / "cells").rglob(f"{last}.parquet")).unlink()
    return tmp_path / "store"


def tables(folder):
    found = open_study(folder)
    return {name: getattr(found, name) for name in TABLES}


def assert_same(tables, others):
    for name in TABLES:
        pd.testing.assert_frame_equal(tables[name], others[name], check_exact=True)


@pytest.mark.parametrize("rows", [1, 7, 10, 25, 1000], ids="{} rows a part".format)
def test_the_tables_are_the_same_before_and_after_however_many_parts(store, monkeypatch, rows):
    """6 runs of 10 weeks are 60 rows of three measures, 24 bytes each."""
    before = tables(store)
    monkeypatch.setattr(compaction, "PART_BYTES", rows * 24)
    open_study(store).compact()
    assert len(list((store / "weekly").iterdir())) == -(-60 // rows)
    assert open_study(store)._parts and open_study(store)._kept_runs is not None
    assert_same(tables(store), before)
    assert before["runs"]["status"].tolist() == ["done", "done", "failed", *["done"] * 4, "missing"]


def test_one_line_of_pandas_reads_all_weeks_sorted_with_what_the_plan_says(store):
    open_study(store).compact()
    weekly, before = pd.read_parquet(store / "weekly"), tables(store)
    assert weekly[["run", "week"]].apply(tuple, axis=1).tolist() == before["weekly"].index.tolist()
    assert weekly["run"].is_monotonic_increasing and len(weekly) == 6 * WEEKS
    plan = before["runs"].loc[weekly["run"], ["point", "arm", "replication", "seed", "support_level"]]
    assert weekly[plan.columns.tolist()].to_numpy().tolist() == plan.to_numpy().tolist()


def test_sql_gives_the_same_before_and_after_and_from_the_files_alone(store):
    duckdb = pytest.importorskip("duckdb")
    before = open_study(store).sql(MEAN)
    assert len(before) == 2 * WEEKS
    found = open_study(store)
    found.compact()
    assert found.sql(MEAN).equals(before) and open_study(store).sql(MEAN).equals(before)
    files = f"select arm, week, avg(share_crisis) as mean from '{store}/weekly/*.parquet' group by all order by all"
    with duckdb.connect() as connection:
        assert connection.execute(files).df().equals(before)


def test_sql_reads_the_files_and_no_table_of_pandas(store, monkeypatch):
    pytest.importorskip("duckdb")
    open_study(store).compact()
    found = open_study(store)
    monkeypatch.setattr(pd, "concat", None)
    assert found.sql("select count(*) as n from weekly")["n"].tolist() == [60]
    assert "weekly" not in vars(found)


def test_a_folder_with_the_signs_of_a_pattern_in_its_name_is_no_hindrance_to_sql(store):
    pytest.importorskip("duckdb")
    other = store.rename(store.parent / "what's [new]*?")
    open_study(other).compact()
    assert open_study(other)._parts and len(open_study(other).sql("select * from weekly")) == 60


def test_what_is_run_after_a_compaction_is_seen_at_once(store, hamlet):
    open_study(store).compact()
    assert resume(store, workers=0).ran == 2
    found = open_study(store)
    assert not found._parts and set(found.runs["status"]) == {"done"} and len(found.weekly) == 8 * WEEKS
    found.compact()
    assert open_study(store)._parts and len(open_study(store).weekly) == 8 * WEEKS
    sweep(hamlet("n = 3"), store, workers=0)
    assert len(open_study(store).weekly) == 12 * WEEKS
    open_study(store).compact()
    assert len(open_study(store).weekly) == 12 * WEEKS and open_study(store)._parts


def test_a_damaged_cell_that_is_mended_after_a_compaction_is_seen(store):
    """The mended cell is as long as the damaged one and of the same name."""
    path = next((store / "cells").rglob(f"{open_study(store).runs['cell'].iloc[0]}.parquet"))
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + bytes([whole[100] ^ 1]) + whole[101:])
    open_study(store).compact()
    n_before = len(open_study(store).summary)
    resume(store, workers=0)
    assert path.read_bytes() == whole and n_before == 5 and len(open_study(store).summary) == 8


@pytest.mark.parametrize("harm", ["cut off", "gone", "of other cells"])
def test_a_part_that_is_damaged_or_gone_is_not_believed(store, monkeypatch, harm):
    before = tables(store)
    monkeypatch.setattr(compaction, "PART_BYTES", 25 * 24)
    open_study(store).compact()
    part = store / "weekly" / "part-00001.parquet"
    if harm == "gone":
        part.unlink()
    elif harm == "cut off":
        part.write_bytes(part.read_bytes()[:-9])
    else:
        table = compaction.pq.read_table(part)
        compaction.pq.write_table(compaction.stamped(table, b"others", 3), part)
    assert not open_study(store)._parts
    assert_same(tables(store), before)


def test_no_room_for_a_compaction_leaves_the_earlier_one(store, monkeypatch):
    open_study(store).compact()
    before = {path.name: path.read_bytes() for path in (store / "weekly").iterdir()}

    def full(*_arguments, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(compaction.os, "fsync", full)
    with pytest.raises(CannotWrite, match="No space left"):
        open_study(store).compact()
    assert {path.name: path.read_bytes() for path in (store / "weekly").iterdir()} == before
    assert not [path for path in store.iterdir() if path.name.startswith(".")]


def test_a_study_without_weeks_has_a_compaction_without_rows(hamlet, tmp_path):
    path = hamlet("n = 1")
    path.write_text(path.read_text("utf-8").replace("weekly = true", ""), "utf-8")
    sweep(path, tmp_path / "store", workers=0)
    before = tables(tmp_path / "store")
    open_study(tmp_path / "store").compact()
    assert len(pd.read_parquet(tmp_path / "store" / "weekly")) == 0 and len(before["summary"]) == 4
    assert_same(tables(tmp_path / "store"), before)


@pytest.mark.slow
def test_a_compaction_that_is_killed_at_random_times_changes_no_table(store):
    before, luck = tables(store), Random(8)
    command = (sys.executable, "-c", f"from sp_abm import open_study; open_study({str(store)!r}).compact(); print(1)")
    began = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    seconds = time.monotonic() - began
    for _ in range(8):
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            time.sleep(luck.uniform(0.7, 1) * seconds)
            process.send_signal(signal.SIGKILL)
        assert_same(tables(store), before)
    open_study(store).compact()
    assert open_study(store)._parts and len(pd.read_parquet(Path(store, "weekly"))) == 60


def test_between_the_two_moves_of_a_compaction_the_cells_are_read(store):
    """Killed after the old files were moved away and before the new ones took their place."""
    before = tables(store)
    open_study(store).compact()
    (store / "weekly").rename(store / ".weekly-1-2-old")
    assert_same(tables(store), before)
    assert open_study(store).compact() == store / "weekly" and open_study(store)._parts
