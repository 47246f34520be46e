"""Panels and event logs of a sweep: what one run alone would give, kept with its cell, whole or made again."""

import json

import pandas as pd
import pytest

from sp_abm import open_study, simulate
from sp_abm.errors import BadFile
from sp_abm.meanings import MEANINGS
from sp_abm.study import load_study
from sp_abm.sweep import resume, sweep

ASKED = "weekly = true\npanel = 20\nevents = true\n"


@pytest.fixture
def asking(hamlet):
    """Return a study of 8 runs that asks for a panel of twenty persons, and for events."""
    path = hamlet()
    path.write_text(path.read_text("utf-8").replace("weekly = true\n", ASKED), "utf-8")
    return path


@pytest.fixture
def swept(asking, tmp_path):
    """Return the store of that study, made in this process."""
    sweep(asking, tmp_path / "store", workers=0)
    return tmp_path / "store"


def files_of(folder):
    """Return every file that runs left in a store, by name."""
    kinds = ("cells", "panel", "events")
    return {path.relative_to(folder): path.read_bytes() for kind in kinds for path in (folder / kind).rglob("*.*")}


def test_a_panel_and_events_are_those_of_the_run_alone_and_change_no_measure(hamlet, asking, swept, tmp_path):
    """Run 3 is point 1 (support .9) in the second arm; a comparison with the first arm takes none of its places."""
    found, study = open_study(swept), load_study(asking)
    run = simulate(
        study.arms["more"], study.place, int(found.runs["seed"][3]), 0.2, panel=20, events=True, support_level=0.9
    )
    for table, alone in ((found.panel, run.panel), (found.events, run.events)):
        assert set(table.index) == set(range(8))
        pd.testing.assert_frame_equal(table.loc[3].reset_index(drop=True), alone)
    sweep(hamlet(), tmp_path / "plain", workers=0)
    plain = open_study(tmp_path / "plain")
    pd.testing.assert_frame_equal(plain.summary, found.summary)
    assert plain.panel.empty and plain.events.empty and set(plain.panel.columns) == set(found.panel.columns)


def test_processes_leave_the_same_tables_byte_by_byte(asking, swept, tmp_path):
    sweep(asking, tmp_path / "shared", workers=2)
    assert len(files_of(swept)) == 24 and files_of(swept) == files_of(tmp_path / "shared")


@pytest.mark.parametrize("kind", ["panel", "events"])
def test_a_run_whose_table_is_damaged_or_gone_is_missing_and_made_again(swept, kind):
    before = files_of(swept)
    one, two, *_ = sorted((swept / kind).rglob("*.parquet"))
    one.unlink()
    two.write_bytes(two.read_bytes()[:-9])
    with pytest.raises(BadFile, match=r"Resume the sweep to have it made again"):
        getattr(open_study(swept), kind)
    (swept / "runs.parquet").unlink()
    assert (open_study(swept).runs["status"] == "missing").sum() == 2
    again = resume(swept, workers=0)
    assert (again.reused, again.ran) == (6, 2) and files_of(swept) == before


def test_tables_are_exported_with_a_word_on_every_column_and_read_by_sql(swept, tmp_path):
    found = open_study(swept)
    folder = found.export(tmp_path / "csv")
    said = pd.read_csv(folder / "dictionary.csv").set_index(["table", "column"])
    for name in MEANINGS:
        columns = pd.read_csv(folder / f"{name}.csv", low_memory=False).columns
        assert said.loc[name].index.tolist() == columns.tolist() and said.loc[name].notna().all(axis=None)
    crate = json.loads((folder / "ro-crate-metadata.json").read_text("utf-8"))
    assert {"panel.csv", "events.csv"} <= {entry["@id"] for entry in crate["@graph"]}
    pytest.importorskip("duckdb")
    rows = found.sql("select run, count(distinct (person, holder)) as n from panel group by run")
    assert len(rows) == 8 and (rows["n"] == 20).all()
