"""The tutorial: executed as a reader would, from its first cell to its last, without an error or a warning."""

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

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
