"""The book's own steps: what its pages about places, scenarios, measures and submodels tell a reader to do works."""

import re
import shlex
from itertools import pairwise, takewhile
from pathlib import Path

import numpy as np
import pytest

from sp_abm.cli import main
from sp_abm.cli.analyse import ANALYSES
from sp_abm.events.rows import KINDS
from sp_abm.measures import MEASURES
from sp_abm.places import place, places
from sp_abm.results import Results
from sp_abm.scenario import load, scenario_names
from sp_abm.simulation import Simulation
from sp_abm.tallies import Sums
from sp_abm.viz.figures import FIGURES

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = DOCS / "extend"


def blocks(page, language):
    """Return the blocks of code of a page."""
    return re.findall(rf"^```{language}\n(.*?)^```", (PAGES / page).read_text("utf-8"), re.MULTILINE | re.DOTALL)


def commands():
    """Return every command line that a page shows, on a line of its own or between strokes, without its comment."""
    pages = [ROOT / "README.md", *DOCS.rglob("*.md"), *(ROOT / "experiments").rglob("*.md")]
    texts = [path.read_text("utf-8") for path in pages if "making" not in path.parts]
    shown = [line for text in texts for line in re.findall(r"^ +sp-abm ([^#\n]*)|`sp-abm ([^`]+)`", text, re.MULTILINE)]
    return sorted({" ".join((first or second).split()) for first, second in shown})


@pytest.mark.parametrize("command", commands())
def test_every_command_the_book_shows_exists_with_its_options(command, capsys):
    words = shlex.split(command)
    with pytest.raises(SystemExit) as end:
        main([words[0], "--help"])
    help_page = capsys.readouterr().out
    assert end.value.code == 0
    assert all(word in help_page for word in words if word.startswith("--")), command


def is_own(word):
    """Say whether a word stands for something of the reader's own, or for any of its kind."""
    return word.endswith(".toml") or word.isupper() or word == "..."


@pytest.mark.parametrize("command", commands())
def test_every_name_in_a_command_that_is_shown_is_that_of_something(command):
    """Scenarios come first in run, compare and evaluate; a figure's and an analysis's name is the word after them."""
    words = shlex.split(command)
    first = list(takewhile(lambda word: not word.startswith("--"), words[1:]))
    named = {
        "run": (first, scenario_names()),
        "compare": (first, scenario_names()),
        "evaluate": (first, scenario_names()),
        "figure": (first, FIGURES),
        "analyse": (first[1:], ANALYSES),
    }
    places_named = [value for option, value in pairwise(words) if option == "--place"]
    for given, known in (named.get(words[0], ([], ())), (places_named, places())):
        assert [word for word in given if word not in known and not is_own(word)] == [], command


def test_the_least_place_of_the_page_is_filled_from_england_and_the_full_one_is_not(tmp_path):
    least, full = blocks("place.md", "toml")
    (tmp_path / "harbour-town.toml").write_text(least, "utf-8")
    (tmp_path / "full.toml").write_text(full, "utf-8")
    bare, own = place(tmp_path / "harbour-town.toml"), place(tmp_path / "full.toml")
    assert bare.residents == own.residents == 42000
    assert {"age_shares", "gp_fte", "unemployment"} <= set(bare.filled)
    assert own.filled == () and own.n_pcns == 2 and own.sources["gp_fte"][0].startswith("practice workforce")


def test_the_scenario_of_the_page_loads_and_does_what_it_says(tmp_path):
    (text,) = blocks("lever.md", "toml")
    (tmp_path / "support-from-spring.toml").write_text(text, "utf-8")
    scenario = load(tmp_path / "support-from-spring.toml")
    assert scenario.expected and scenario.value("caseload_cap", 0) == 50
    assert [scenario.value("support_supervision", week) for week in (0, 12, 13)] == [0.39, 0.39, 0.9]
    assert scenario.value("support_peers", 100) == 0.39
    assert scenario.parameter_set().staffing.share_support_delivered == 0.8


@pytest.fixture(scope="module")
def year():
    """Return the results of a short run of the sandbox."""
    return Simulation.start("today", "sandbox", 1, weeks=4).run(4).results()


def test_the_measure_of_the_page_is_a_new_one_and_has_a_value(year: Results):
    (code,) = blocks("measure.md", "python")
    names = {}
    exec(code, names)  # the page's own words
    missed = names["missed"]
    assert missed.name not in MEASURES
    (value,) = missed.value(Sums(year.system, year.people).stretch(0, 4))
    assert 0 < value < 1


def test_the_submodel_of_the_page_runs_after_the_week_and_lightens_loads():
    rule, trial = blocks("submodel.md", "python")
    names = {}
    exec(rule, names)
    exec(trial, names)
    world = names["simulation"].world
    plain = Simulation.start("today", "sandbox", 1, weeks=4).run(4).world
    held = (plain.link_workers.open_cases > 0) & (plain.link_workers.load > 0)
    assert held.any() and world.week == plain.week
    assert np.all(world.link_workers.load[held] < plain.link_workers.load[held])


def test_the_page_of_what_a_run_leaves_runs_and_names_every_column_and_kind(tmp_path):
    measures, log = blocks("../runs.md", "python")
    names = {"folder": tmp_path}
    exec(measures, names)
    exec(log, names)
    run = names["run"]
    assert {path.name for path in tmp_path.iterdir()} == {"events.parquet", "events.xes", "events.ocel.json"}
    page = (DOCS / "runs.md").read_text("utf-8")
    first = [set(re.findall(r"`(\w+)`", line.split("|")[1])) for line in page.splitlines() if line.startswith("| `")]
    assert set().union(*first) == {*run.panel.columns, *run.events.columns, *KINDS}
