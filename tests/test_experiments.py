"""The standing studies: every figure and number follows from the committed table, and from nothing else."""

import importlib
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from experiments import reproduce
from experiments.common import README, RUN, TABLE, Script, filled, grid, one, table, words

from sp_abm.cells import model_version
from sp_abm.errors import BadValue
from sp_abm.sweep import sweep

ROOT = Path(__file__).parents[1] / "experiments"
SCRIPTS = sorted(path.parent.name for path in ROOT.glob("*/analyse.py"))
STUDIES = [name for name in SCRIPTS if (ROOT / name / TABLE).exists()]
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


@pytest.mark.parametrize("page", sorted(ROOT.rglob("README.md")), ids=lambda page: page.parent.name)
def test_every_link_of_a_study_leads_to_a_file_and_a_place_on_it(page):
    """Two clicks: from a finding to its study, and from there to what the measure is and how it is counted."""
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        path, _, place = target.partition("#")
        there = page.parent / path
        if not there.is_file() or (place and f'id="{place}"' not in there.read_text("utf-8")):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_study_without_a_table_says_that_it_is_not_finished_and_one_with_a_table_does_not(name):
    assert ("**Not finished.**" in (ROOT / name / README).read_text("utf-8")) == (name not in STUDIES)


@pytest.mark.parametrize("name", STUDIES)
def test_another_table_makes_other_words(name):
    made = script(name)
    numbers = [column for column in ("mean", "high", "share_distress") if column in made.found]
    moved = made.found.assign(**{column: made.found[column] + 1 for column in numbers})
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
    store = Path(shutil.copytree(toy, tmp_path / "store"))
    next((store / "cells").rglob("*.parquet")).unlink()
    (store / "runs.parquet").unlink()
    with pytest.raises(BadValue, match="missing"):
        replace(script(STUDIES[0]), folder=tmp_path).from_store([store])


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
    assert said["a"] == "−2.0 (−3.0 to −1.0)" and said["b"] == "+1 (−1 to +3, within luck)"
    assert said["c"] == "0, in every run" and said["d"] == "250.0 (249.0 to 251.0)"
    told = grid(ROWS[ROWS["against"] != ""], ["share_distress"])
    assert "of 1,000 people of 16+ |" in told and "| a | −2.0 (−3.0 to −1.0) |" in told


def test_what_was_published_of_the_roll_out_is_a_figure_a_range_or_without_an_upper_end():
    rows = script("national_replay").found.set_index("id")
    said = dict(re.findall(r"\| (\w+) \| [^|]+ \| ([^|]+) \|", script("national_replay").words["figures"]))
    assert (said["EO004"], said["P02"], said["W014"]) == ("407,117", "2.20 to 4.00", "3,600 and more")
    assert said["P03"] == "−0.0500 to −0.0100" and rows.loc["P03", "published_high"] == -0.01


def test_a_number_that_no_script_knows_and_a_row_that_is_not_one_are_refused():
    assert filled("It is <!--a.b-->old\nwords<!--/-->.", {"a.b": "5"}) == "It is <!--a.b-->5<!--/-->."
    with pytest.raises(KeyError):
        filled("<!--nobody-->5<!--/-->", {})
    with pytest.raises(LookupError, match="4 rows"):
        one(ROWS, measure="share_distress")


def test_the_model_is_named_in_every_figure():
    made = script(STUDIES[0])
    assert all(made.words["model"] in svg for name, svg in made.made().items() if name != README)


def test_every_page_with_numbers_has_those_of_the_committed_tables():
    numbers = reproduce.words_of(reproduce.scripts())
    for page in reproduce.PAGES:
        text = (ROOT.parent / page).read_text("utf-8")
        assert "<!--/-->" in text and filled(text, numbers) == text, "python -m experiments.reproduce --write"


def test_no_line_of_words_begins_with_a_number_that_is_put_in():
    """There, Markdown would take the mark for a block of its own and end the paragraph before it."""
    pages = [*ROOT.rglob("README.md"), *(ROOT.parent / page for page in reproduce.PAGES)]
    broken = [page for page in pages if re.search(r"^ *<!--[\w.-]+-->.", page.read_text("utf-8"), re.MULTILINE)]
    assert broken == []


def test_no_page_has_the_marks_of_a_merge_that_was_not_finished():
    pages = [*ROOT.parent.glob("*.md"), *ROOT.rglob("*.md"), *(ROOT.parent / "docs").rglob("*.md")]
    marks = re.compile(r"^(<{7} |={7}$|>{7} )", re.MULTILINE)
    assert [page for page in pages if marks.search(page.read_text("utf-8"))] == []


def test_every_made_file_has_its_sum_and_no_other():
    made = {path for name in STUDIES for path in (f"experiments/{name}/{file}" for file in script(name).made())}
    sums = reproduce.listed()
    assert made | {path.relative_to(ROOT.parent).as_posix() for path in reproduce.inputs()} <= set(sums)
    stale = [path for path, digest in sums.items() if reproduce.sum_of((ROOT.parent / path).read_bytes()) != digest]
    assert stale == [], "python -m experiments.reproduce --write"


def test_a_file_that_changed_one_without_a_sum_and_a_sum_without_a_file_are_each_told():
    sums = {"a.svg": reproduce.sum_of(b"a"), "gone.svg": "0"}
    sums |= {path: digest for path, digest in reproduce.listed().items() if path.endswith((TABLE, RUN))}
    told = reproduce.wrong({"a.svg": "another", "new.svg": "n"}, sums)
    assert [line.split(" ")[0] for line in told] == ["a.svg", "new.svg", "gone.svg"]
    assert reproduce.wrong({"a.svg": "a"}, {name: digest for name, digest in sums.items() if name != "gone.svg"}) == []


def test_a_table_run_again_agrees_to_the_last_digit_but_one_and_not_beyond():
    one = pd.DataFrame({"model": ["x"], "arm": ["a"], "mean": [0.123456]})
    assert list(reproduce.differences(one, one.assign(model="y", mean=0.1234561))) == []
    assert list(reproduce.differences(one, one.assign(mean=0.12346))) == ["1 of 1 values of mean differ"]
    assert list(reproduce.differences(one, one.assign(arm="b"))) == ["1 of 1 values of arm differ"]
    assert "other rows" in next(reproduce.differences(one, one.iloc[:0]))


@pytest.mark.slow
def test_make_reproduce_says_how_long_it_takes_and_that_nothing_changed():
    command = [sys.executable, "-m", "experiments.reproduce"]
    done = subprocess.run(command, cwd=ROOT.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "about 1 minute" in done.stdout.splitlines()[0] and done.stdout.rstrip().endswith("all as committed.")


def test_a_study_that_only_prints_is_kept_too_wherever_it_is_wanted(tmp_path):
    (kept,) = Script(ROOT, pd.concat, dict, dict, commands=("sp_abm places --json",)).again(tmp_path / "new" / "study")
    assert "sandbox" in kept.read_text("utf-8")


def test_running_a_study_again_gives_the_committed_table(tmp_path, toy):
    """A study of two runs a cell stands for the standing ones, which take hours: the same commands, the same table."""
    (tmp_path / "experiments" / "toy").mkdir(parents=True)
    made = Script(tmp_path / "experiments" / "toy", lambda stores: table(stores[0], ["posts"]), dict, dict)
    (made.folder / "study.toml").write_text(TOY, "utf-8")
    made.from_store([toy])
    assert reproduce.run_again("toy", made, tmp_path / "again") == []
    kept = made.found
    (made.folder / TABLE).write_text((made.folder / TABLE).read_text("utf-8").replace(",6,", ",7,"), "utf-8")
    assert "values of mean differ" in reproduce.run_again("toy", made, tmp_path / "again2")[0]
    assert reproduce.run_again("toy", made, tmp_path / "again3", is_kept=True) == []
    assert made.found.equals(kept)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--full", "cap_and_waiting"], "Did you mean caps_and_waiting?"),
        (["caps_and_waiting"], "with --full"),
    ],
)
def test_a_study_that_is_not_there_or_not_to_be_run_is_told_before_anything_runs(asked, said, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["reproduce", *asked])
    with pytest.raises(SystemExit):
        reproduce.main()
    assert said in capsys.readouterr().err
