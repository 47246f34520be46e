"""The standing studies: every figure and number follows from the committed table, and from nothing else."""

import importlib
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from experiments.common import README, RUN, TABLE, filled, grid, one, table, words

from sp_abm.cells import model_version
from sp_abm.errors import BadValue
from sp_abm.sweep import sweep

ROOT = Path(__file__).parents[1] / "experiments"
STUDIES = sorted(path.parent.name for path in ROOT.glob("*/analyse.py"))
MOST_LINES = 80
TOY = """
schema_version = 1
name = "toy"
years = 0.1
[arms.today]
[arms.more]
levers = { posts_per_10000 = 0.9 }
[factors.caseload_cap]
levels = [50, 75]
[replications]
n = 2
[outputs]
measures = ["posts", "share_distress"]
"""


def script(name):
    return importlib.import_module(f"experiments.{name}.analyse").SCRIPT


@pytest.mark.parametrize("name", STUDIES)
def test_figures_and_words_are_those_that_the_committed_table_makes(name):
    for file, content in script(name).made().items():
        assert (ROOT / name / file).read_text("utf-8") == content, f"python -m experiments.{name}.analyse"


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_has_a_table_a_figure_its_cost_and_a_paragraph_that_says_all_it_must(name):
    files = {path.name for path in (ROOT / name).iterdir()}
    assert {TABLE, RUN, README} <= files and any(file.endswith(".svg") for file in files)
    page = (ROOT / name / README).read_text("utf-8")
    assert all(f"**{part}" in page for part in ("Question.", "Expected, written before running.", "Finding."))
    assert all(f"**{part}" in page for part in ("What it does not show.", "What it took."))
    assert "<!--run-->" in page and all(f"({file})" in page for file in files if file.endswith(".svg"))
    assert len((ROOT / name / "analyse.py").read_text("utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("name", STUDIES)
def test_another_table_makes_other_words(name):
    made = script(name)
    moved = made.found.assign(mean=lambda found: found["mean"] + 1, high=lambda found: found["high"] + 2)
    assert made.numbers(moved) != made.numbers(made.found)


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("toy")
    (folder / "toy.toml").write_text(TOY, "utf-8")
    sweep(folder / "toy.toml", folder / "store", workers=0)
    return folder / "store"


def test_the_table_of_a_store_by_hand(toy):
    """The sandbox has 6 posts; twice as many asked for are 12, in both runs, whatever the cap."""
    found = table(toy, ["posts"])
    assert len(found) == 2 * 2 + 2  # a level for each arm and cap, a difference for the second arm at each cap
    level = one(found, arm="today", against="", caseload_cap=50)
    assert (level.n, level.mean, level.verdict) == (2, 6.0, "") and level.model == model_version()
    more = one(found, arm="more", against="today", caseload_cap=75)
    assert more.n == 2 and more.mean > 0 and more.verdict == "too few runs"
    at_75 = {"today at 75": lambda _, point: ("today", {**point, "caseload_cap": 75})}
    assert one(table(toy, ["posts"], at_75), arm="more", against="today at 75", caseload_cap=50).mean == more.mean


def test_a_store_that_is_not_finished_makes_no_table(toy, tmp_path):
    next((toy / "cells").rglob("*.parquet")).unlink()
    (toy / "runs.parquet").unlink(missing_ok=True)
    with pytest.raises(BadValue, match="missing"):
        replace(script(STUDIES[0]), folder=tmp_path).from_store([toy])


ROWS = pd.DataFrame(
    [
        ("a", "share_distress", "today", -0.002, -0.003, -0.001, "clear"),
        ("b", "share_distress", "today", 0.001, -0.001, 0.003, "unclear"),
        ("c", "share_distress", "today", 0.0, 0.0, 0.0, "unclear"),
        ("d", "share_distress", "", 0.25, 0.249, 0.251, ""),
    ],
    columns=["arm", "measure", "against", "mean", "low", "high", "verdict"],
)


def test_a_row_in_words_says_its_interval_and_whether_it_is_within_luck():
    said = {row.arm: words(row) for row in ROWS.itertuples()}
    assert said["a"] == "−2.0 (−3.0 to −1.0)" and said["b"] == "+1.0 (−1.0 to +3.0, within luck)"
    assert said["c"] == "0, in every run" and said["d"] == "250 (249 to 251)"
    told = grid(ROWS[ROWS["against"] != ""], ["share_distress"])
    assert "of 1,000 people of 16+ |" in told and "| a | −2.0 (−3.0 to −1.0) |" in told


def test_a_number_that_no_script_knows_and_a_row_that_is_not_one_are_refused():
    assert filled("It is <!--a.b-->old\nwords<!--/-->.", {"a.b": "5"}) == "It is <!--a.b-->5<!--/-->."
    with pytest.raises(KeyError):
        filled("<!--nobody-->5<!--/-->", {})
    with pytest.raises(LookupError, match="4 rows"):
        one(ROWS, measure="share_distress")


def test_the_model_is_named_in_every_figure():
    made = script(STUDIES[0])
    assert all(made.words["model"] in svg for name, svg in made.made().items() if name != README)
