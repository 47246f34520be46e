"""Architecture: cheap imports, small files, the week in its order, and everything in the package that it needs."""

import ast
import inspect
import json
import shutil
import subprocess
import sys
from importlib import import_module
from importlib.resources import files
from pathlib import Path

import pytest

import sp_abm
from sp_abm import kernels
from sp_abm.schedule import NAMES, WEEK
from sp_abm.world import World

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "sp_abm"
SUBMODELS = sorted(path.stem for path in (SOURCE / "submodels").glob("*.py") if path.stem != "__init__")
THE_WEEK = (
    "landscape",
    "funding",
    "staffing",
    "residents",
    "life_events",
    "transitions",
    "influence",
    "help_seeking",
    "referral",
    "outreach",
    "allocation",
    "contact",
    "participation",
    "word_of_mouth",
    "strain",
    "turnover",
    "closure",
)
MOST_LINES = 400
HEAVY = ("mesa", "solara", "networkx", "pandas", "numba", "numpy", "scipy", "pyarrow", "ipywidgets", "typer")


def python_files(*folders):
    """Return the Python files of some folders of the project, by their path from its root."""
    return [str(path.relative_to(ROOT)) for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def python(code):
    """Run code in a fresh interpreter and return what it prints, read as JSON."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return json.loads(done.stdout)


def test_importing_the_package_loads_nothing_heavy():
    loaded = python(f"import sp_abm, sys, json; print(json.dumps([n for n in {HEAVY!r} if n in sys.modules]))")
    assert loaded == []


def test_the_command_line_and_a_simulation_do_not_load_the_dashboard_or_mesa():
    found = "[name for name in ('mesa', 'solara') if name in sys.modules]"
    assert python(f"import sp_abm.cli, sp_abm.run, sys, json; print(json.dumps({found}))") == []


def test_every_public_name_is_what_it_says_however_often_and_after_whatever_it_is_asked_for():
    """A package's attribute of the same name as one of its modules becomes that module when it is loaded."""
    code = """
import json, sp_abm, sp_abm.cli
from sp_abm import *
import sp_abm as again
kinds = {name: [type(getattr(again, name)).__name__ for _ in range(2)] for name in again.__all__}
print(json.dumps(kinds))
"""
    kinds = python(code)
    functions = {"compare", "evaluate", "open_study", "plausible_sets", "simulate", "simulate_many"}
    assert set(kinds) == functions | {"Results", "Scenario", "SocialPrescribingModel", "__version__"}
    assert all(kinds[name] == ["function", "function"] for name in functions)
    assert "module" not in {kind for pair in kinds.values() for kind in pair}


def test_an_unknown_public_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="simulat"):
        _ = sp_abm.simulat
    assert {"simulate", "compare", "SocialPrescribingModel"} <= set(dir(sp_abm))


@pytest.mark.parametrize("path", python_files("src", "tests", "benchmarks", "docs", "examples"))
def test_no_file_is_longer_than_400_lines(path):
    assert len((ROOT / path).read_text("utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", python_files("src", "benchmarks", "docs"))
def test_nothing_is_left_to_do(path):
    text = (ROOT / path).read_text("utf-8")
    assert not [word for word in ("TO" + "DO", "FIX" + "ME", "XX" + "X") if word in text]


def test_the_week_is_the_seventeen_submodels_in_the_order_of_the_design():
    assert NAMES == THE_WEEK == tuple(submodel.__name__ for submodel in WEEK)


def test_there_is_one_file_for_each_submodel_and_no_other():
    assert sorted(THE_WEEK) == SUBMODELS


@pytest.mark.parametrize(
    "path",
    [
        "initialisation.py",
        "randomness.py",
        "scenario.py",
        "places.py",
        "world.py",
        "kernels.py",
        "population/ties.py",
        "parameters/people.py",
        "submodels/strain.py",
    ],
)
def test_what_is_kept_in_the_cache_goes_out_of_date_with_every_source_that_shapes_it(path, tmp_path, monkeypatch):
    """Today's levers, the questions of luck and settling shape a warm-up as much as the submodels do."""
    copied = tmp_path / "sp_abm"
    shutil.copytree(SOURCE, copied, ignore=shutil.ignore_patterns("__pycache__", "data", "viz", "cli"))
    monkeypatch.setattr(kernels, "_SOURCES", copied)
    before = kernels.source_hash()
    with (copied / path).open("a", encoding="utf-8") as file:
        file.write("# another rule\n")
    assert kernels.source_hash() != before


@pytest.mark.parametrize("name", SUBMODELS)
def test_a_submodel_is_one_public_function_of_the_world_and_the_week_named_as_its_file(name):
    submodel = getattr(import_module(f"sp_abm.submodels.{name}"), name)
    assert inspect.get_annotations(submodel) == {"world": World, "week": int, "return": None}
    assert submodel in WEEK
    tree = ast.parse((SOURCE / "submodels" / f"{name}.py").read_text("utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    acts = [each for each in functions if ast.unparse(each.returns or ast.Constant("")) == "None"]
    of_the_week = [each.name for each in acts if [a.arg for a in each.args.args] == ["world", "week"]]
    assert [each for each in of_the_week if not each.startswith("_")] == [name]
    assert functions[0].name == name


@pytest.mark.parametrize("name", SUBMODELS)
def test_a_submodel_starts_with_a_sentence_named_after_it(name):
    text = ast.get_docstring(ast.parse((SOURCE / "submodels" / f"{name}.py").read_text("utf-8")))
    assert text.splitlines()[0].startswith(name.replace("_", " ").capitalize() + ": ")
    assert text.splitlines()[0].endswith(".")


@pytest.mark.parametrize("name", SUBMODELS)
def test_a_public_submodel_is_at_most_40_lines(name):
    submodel = getattr(import_module(f"sp_abm.submodels.{name}"), name)
    assert len(inspect.getsource(submodel).splitlines()) <= 40


def test_what_the_package_needs_at_run_time_is_inside_it():
    inside = files("sp_abm")
    assert inside.joinpath("py.typed").is_file()
    assert inside.joinpath("data", "places.csv").is_file()
    assert {"today.toml", "no-service.toml"} <= {entry.name for entry in inside.joinpath("data", "scenarios").iterdir()}
    evidence = {entry.name for entry in inside.joinpath("data", "evidence").iterdir()}
    assert {"outcomes.csv", "population.csv", "targets.csv", "workforce.csv"} <= evidence
    assert inside.joinpath("viz", "page.css").is_file()


@pytest.mark.parametrize("path", python_files("src"))
def test_every_module_says_what_it_is_for_and_imports_no_stars(path):
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    assert ast.get_docstring(tree)
    stars = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"]
    assert not stars
