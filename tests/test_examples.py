"""Examples: each is run, and says what the same runs say without the other library."""

import importlib.util
import warnings
from pathlib import Path

import numpy as np
import pytest

from sp_abm import simulate

EXAMPLES = Path(__file__).parents[1] / "examples"


def example(name):
    """Return an example as a module."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_example_is_run_here_or_in_a_browser():
    run = {"mesa_batch_run", "salib_problem", "ema_model", "solara_viz"}
    assert {path.stem for path in EXAMPLES.glob("*.py")} == run


def test_mesas_batch_run_runs_the_model():
    rows = example("mesa_batch_run").runs().set_index(["support_level", "rng"])
    assert len(rows) == 4 and rows.index.is_unique
    run = simulate("today", "sandbox", seed=2, years=0.25, warm_up=False, support_level=0.9)
    assert rows.loc[(0.9, 2), "burnout_mean"] in run.weekly["burnout_mean"].iloc[-2:].tolist()
    assert (rows.loc[0.9, "burnout_mean"] < rows.loc[0.39, "burnout_mean"]).all()


def test_salibs_problem_evaluates_the_model():
    found = example("salib_problem").screening(trajectories=2)
    assert set(found.index) == {"support_level", "caseload_cap", "strain.sd_trait"}
    assert found.loc["support_level", "mu"] < 0 and (found["mu_star"] >= 0).all()


def test_the_workbench_runs_the_model_under_levers_and_uncertainties():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"ema_workbench\..*")
        found = example("ema_model").experiments(scenarios=2, policies=2)
    assert len(found) == 4
    row = found.iloc[0]
    run = simulate(
        "today", "sandbox", seed=1, years=0.25, warm_up=False, parameters={"strain.sd_trait": row["sd_trait"]},
        **{name: row[name] for name in ("support_level", "caseload_cap", "hardship")},
    )  # fmt: skip
    assert row["burnout_mean"] == pytest.approx(run.summary["burnout_mean"])
    assert np.isfinite(found[["burnout_mean", "n_waiting", "cost_total_gbp"]]).all(axis=None)
