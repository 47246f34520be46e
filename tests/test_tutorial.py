"""The tutorial, and the Python of the README: executed as a reader would, without an error or a warning."""

import os
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from sp_abm.results import Results
from sp_abm.scenario import load

ROOT = Path(__file__).parents[1]
PATH = ROOT / "examples" / "tutorial.ipynb"


def outputs(notebook):
    """Return what every code cell printed or showed, as text."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            parts = [output.get("text", "") or str(output.get("data", "")) for output in cell.outputs]
            found.append("".join(parts))
    return found


def test_the_notebook_is_committed_without_outputs():
    notebook = nbformat.read(PATH, as_version=4)
    assert all(not cell.outputs and cell.execution_count is None for cell in notebook.cells if cell.cell_type == "code")


@pytest.mark.slow
def test_the_notebook_runs_from_top_to_bottom(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    notebook = nbformat.read(PATH, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    said = outputs(notebook)
    assert not any("Warning" in words for words in said)
    assert sum("<svg" in words for words in said) == 2
    shown = "\n".join(said)
    for words in ("24 runs", "too few runs", "Did you mean support_level?", "strain_with_guilt", "landscape, funding"):
        assert words in shown


def block_of_readme(language):
    """Return the one block of code of the README in a language."""
    (found,) = re.findall(
        rf"^```{language}\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    return found


@pytest.mark.slow
def test_the_python_of_the_readme_runs_as_it_stands(tmp_path, monkeypatch):
    """Every line is run; what is said of them is seen: a row a week, fifths, causes of events, results read back."""
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(compile(block_of_readme("python"), "README.md", "exec"), names)
    run = names["r"]
    assert len(run.weekly) == 5 * 52 and "burnout_mean" in run.summary and len(run.by("deprivation")) == 5
    assert Results.load("results").summary.equals(run.summary)
    assert names["model"].week == 1


def test_the_scenario_of_the_readme_is_one(tmp_path):
    (tmp_path / "my-scenario.toml").write_text(block_of_readme("toml"), "utf-8")
    scenario = load(tmp_path / "my-scenario.toml")
    assert [scenario.value("support_level", week) for week in (51, 52)] == [0.39, 0.9]
    assert scenario.value("caseload_cap", 0) == 50
