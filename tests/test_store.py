"""Stores: cells that are whole or not there, damage that is noticed, and tables that say what was run."""

import errno
import json
import os
from functools import cache

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from sp_abm import open_study, store
from sp_abm.cells import DONE, FAILED, Ran, failed
from sp_abm.errors import BadFile, CannotWrite, MissingExtra
from sp_abm.measures import MEASURES
from sp_abm.plan import plan_of
from sp_abm.store import Store, read_cell
from sp_abm.study import study_from

MEASURED = ("share_crisis", "burnout_mean")
TEXT = """
schema_version = 1
name = "made up"
why = "Nothing of this is run."
years = 0.06
[arms.today]
[arms.more]
levers = { outreach_share = 0.5 }
[factors.support_level]
levels = [0.4, 0.9]
[factors.equity_rule]
levels = ["none", "need_first"]
[replications]
n = 2
[outputs]
measures = ["share_crisis", "burnout_mean"]
weekly = true
"""


@cache
def made_up():
    """Return a study of 2 x 2 points, 2 arms and 2 replications: 16 runs of 3 weeks."""
    return study_from(TEXT, "made-up.toml")


def ran(cell, number=1.0, status=DONE):
    """Return made-up values: number in the summary, then number + 1, + 2, + 3 in the weeks."""
    if status == FAILED:
        return failed(cell, "Traceback\nValueError: no luck")
    values = number + np.arange(4.0)[:, None] + np.array([0.0, 100.0])
    return Ran(cell.hash, DONE, "", 0.25, values)


@pytest.fixture
def filled(tmp_path):
    """Return the store of the study: run 0 failed, run 15 missing, run n done with the number n."""
    there, plan = Store.create(tmp_path / "there", made_up()), plan_of(made_up())
    there.write_plan(plan)
    for number, run in enumerate(plan.runs[:-1]):
        there.write(ran(run.cell, float(number), FAILED if number == 0 else DONE), MEASURED)
    return there


def cells_of(there):
    return sorted((there.folder / "cells").rglob("*.parquet"))


def test_a_cell_comes_back_as_it_was_and_lies_where_its_hash_says(tmp_path):
    there, cell = Store.create(tmp_path / "there", made_up()), plan_of(made_up()).runs[0].cell
    assert there.status(cell) == ""
    there.write(ran(cell, 3.0), MEASURED)
    assert there.status(cell) == DONE
    assert cells_of(there) == [there.folder / "cells" / cell.hash[:2] / f"{cell.hash}.parquet"]
    back, measures = read_cell(cells_of(there)[0])
    assert (back.hash, back.status, back.error, measures) == (cell.hash, DONE, "", MEASURED)
    assert back.values.tolist() == [[3, 103], [4, 104], [5, 105], [6, 106]]


def test_a_cell_is_a_parquet_file_that_any_tool_reads(filled):
    """Run 7 has the summary 7 and 107, and three weeks more: one row a week and measure, the summary in week -1."""
    table = pd.read_parquet(filled.path(plan_of(made_up()).runs[7].cell.hash))
    assert table.columns.tolist() == ["cell", "status", "error", "week", "measure", "value"]
    assert table["week"].tolist() == [-1, -1, 0, 0, 1, 1, 2, 2] and table["measure"].tolist() == [*MEASURED] * 4
    assert table["value"].tolist() == [7, 107, 8, 108, 9, 109, 10, 110] and set(table["status"]) == {DONE}


def test_nothing_unfinished_is_left(filled):
    assert not list((filled.folder / "unfinished").iterdir())


def test_a_cell_is_the_same_file_however_long_it_took(tmp_path):
    cell = plan_of(made_up()).runs[0].cell
    contents = set()
    for name, seconds in (("one", 0.1), ("two", 9.9)):
        there = Store.create(tmp_path / name, made_up())
        there.write(Ran(cell.hash, DONE, "", seconds, np.full((4, 2), np.nan)), MEASURED)
        contents.add(cells_of(there)[0].read_bytes())
    assert len(contents) == 1


def test_a_flipped_bit_anywhere_in_a_cell_is_noticed_or_changes_nothing(filled):
    """Bits of the footer that no reader looks at may differ; what is read may not."""
    path = cells_of(filled)[3]
    whole, (ran, measures) = path.read_bytes(), read_cell(path)
    noticed = 0
    for at in range(0, len(whole), 3):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << at % 8)]) + whole[at + 1 :])
        try:
            back, names = read_cell(path)
            assert (back.hash, back.status, names) == (ran.hash, ran.status, measures)
            assert back.values.tolist() == ran.values.tolist()
        except BadFile:
            noticed += 1
    assert noticed > len(whole) / 3 / 4


@pytest.mark.parametrize("harm", [b"", b"PAR1", b"PAR1" * 9, None])
def test_a_cell_that_is_cut_off_or_gone_is_missing(filled, harm):
    cell = plan_of(made_up()).runs[5].cell
    path = filled.path(cell.hash)
    if harm is None:
        path.unlink()
    else:
        path.write_bytes(harm)
    assert filled.status(cell) == ""
    assert open_study(filled.folder).runs["status"].tolist().count("missing") == 2


def test_a_sound_cell_under_the_name_of_another_is_missing(filled):
    one, two = (plan_of(made_up()).runs[number].cell for number in (4, 5))
    filled.path(two.hash).write_bytes(filled.path(one.hash).read_bytes())
    assert (filled.status(one), filled.status(two)) == (DONE, "")


def test_a_failure_never_takes_the_place_of_what_is_done_but_the_other_way_round(filled):
    lost, done = plan_of(made_up()).runs[0].cell, plan_of(made_up()).runs[1].cell
    filled.write(ran(done, status=FAILED), MEASURED)
    filled.write(ran(lost), MEASURED)
    assert (filled.status(done), filled.status(lost)) == (DONE, DONE)


def test_no_room_on_disk_is_told_and_leaves_what_was_there(filled, monkeypatch):
    def full(_number):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = {path: path.read_bytes() for path in cells_of(filled)}
    monkeypatch.setattr(store.os, "fsync", full)
    with pytest.raises(CannotWrite, match="No space left"):
        filled.write(ran(plan_of(made_up()).runs[-1].cell), MEASURED)
    assert {path: path.read_bytes() for path in cells_of(filled)} == before
    assert not list((filled.folder / "unfinished").iterdir())


def test_a_folder_of_something_else_is_refused_and_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("mine", "utf-8")
    with pytest.raises(CannotWrite, match="holds other files"):
        Store.create(tmp_path, made_up())
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
    with pytest.raises(BadFile, match="is not the store of a sweep"):
        open_study(tmp_path)


def test_what_an_interrupted_start_left_is_no_hindrance(tmp_path):
    (tmp_path / "unfinished").mkdir()
    (tmp_path / "unfinished" / "store.json-here-1-2").write_text("{", "utf-8")
    assert Store.create(tmp_path, made_up()).facts()["name"] == "made up"


def test_the_store_of_another_study_is_refused(filled):
    other = study_from(made_up().text.replace("made up", "other"), "other.toml")
    with pytest.raises(CannotWrite, match="is the store of the study 'made up', not of 'other'"):
        Store.create(filled.folder, other)


def test_a_store_of_another_format_is_refused_and_not_changed(filled):
    path = filled.folder / "store.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), "format": 99, "sp_abm": "9.9"}), "utf-8")
    before = path.read_bytes()
    for use in (lambda: Store.create(filled.folder, made_up()), lambda: open_study(filled.folder)):
        with pytest.raises(BadFile, match=r"format 99, written by sp_abm 9\.9"):
            use()
    assert path.read_bytes() == before


def test_a_store_of_another_model_can_be_read_but_not_gone_on_with(filled, monkeypatch):
    before = {path: path.read_bytes() for path in filled.folder.rglob("*") if path.is_file()}
    monkeypatch.setattr(store, "model_version", lambda: "changed")
    with pytest.raises(CannotWrite, match=r"runs of another version of the model: \w{16}, .* This is changed,"):
        Store.create(filled.folder, made_up())
    assert {path: path.read_bytes() for path in filled.folder.rglob("*") if path.is_file()} == before
    assert len(open_study(filled.folder).summary) == 14


def test_the_tables_by_hand(filled):
    """Runs go by replication, point, arm: run 6 is point 3 in the first arm, run 9 point 0 in the second."""
    found = open_study(filled.folder)
    runs = found.runs
    assert len(runs) == 16 and runs["status"].tolist() == ["failed", *["done"] * 14, "missing"]
    assert runs.loc[6, ["point", "arm", "replication", "support_level"]].tolist() == [3, "today", 0, 0.9]
    assert runs.loc[9, ["point", "arm", "replication", "support_level"]].tolist() == [0, "more", 1, 0.4]
    assert runs["error"][0].endswith("no luck") and np.isnan(runs["seconds"][0]) and runs["seconds"][1] == 0.25
    assert found.summary.index.tolist() == list(range(1, 15)) and found.summary.columns.tolist() == list(MEASURED)
    assert found.summary.loc[7].tolist() == [7, 107]
    assert found.weekly.loc[(7, 2)].tolist() == [10, 110] and len(found.weekly) == 14 * 3
    joined = runs.join(found.summary).groupby("arm")["share_crisis"].mean()
    assert joined.to_dict() == {"today": 8.0, "more": 7.0}


def test_a_journal_that_was_cut_off_costs_a_time_and_nothing_else(filled):
    path = next((filled.folder / "journal").iterdir())
    path.write_bytes(path.read_bytes()[:-20])
    seconds = open_study(filled.folder).runs["seconds"]
    assert seconds.notna().sum() == 13


def test_the_store_says_where_it_came_from(filled):
    found = open_study(filled.folder).provenance
    assert found["study"] == made_up().text and found["name"] == "made up"
    assert len(found["sweeps"]) == 1 and {"began", "sp_abm", "model", "numpy", "python"} <= set(found["sweeps"][0])


def test_the_export_is_every_table_with_a_word_on_every_column(filled, tmp_path):
    found = open_study(filled.folder)
    folder = found.export(tmp_path / "csv")
    tables = {path.stem: pd.read_csv(path) for path in folder.glob("*.csv")}
    assert set(tables) == {"runs", "summary", "weekly", "dictionary"}
    said = tables["dictionary"].set_index(["table", "column"])
    for name in ("runs", "summary", "weekly"):
        assert said.loc[name].index.tolist() == tables[name].columns.tolist()
    assert said.notna().all(axis=None)
    assert said.loc[("summary", "burnout_mean"), "unit"] == MEASURES["burnout_mean"].unit
    assert tables["summary"].set_index("run").equals(found.summary.astype(float))


def test_the_plan_is_a_parquet_file_that_any_tool_reads(filled):
    table = pq.read_table(filled.folder / "plan.parquet")
    assert table.num_rows == 16 and {"point", "arm", "seed", "support_level", "cell"} <= set(table.column_names)


def test_sql_reads_the_tables_or_says_what_to_install(filled):
    found = open_study(filled.folder)
    query = "select arm, avg(share_crisis) as mean from runs join summary using (run) group by arm order by mean"
    try:
        import duckdb  # noqa: F401
    except ImportError:
        with pytest.raises(MissingExtra, match=r"sp_abm\[sql\]"):
            found.sql(query)
    else:
        assert found.sql(query).to_dict("list") == {"arm": ["more", "today"], "mean": [7.0, 8.0]}


def test_a_store_without_a_sound_plan_says_how_to_mend_it(filled):
    (filled.folder / "plan.parquet").write_bytes(b"PAR1")
    with pytest.raises(BadFile, match="Resume the sweep"):
        _ = open_study(filled.folder).runs
