"""Our model as a `Model` of the ema_workbench: uncertainties, levers, outcomes; experiments of both.

    pip install "sp_abm[bridges]"
    python examples/ema_model.py

What comes back fits the workbench's own tools: scenario discovery (PRIM, CART), feature scoring, robust search.
"""

import warnings

import pandas as pd

with warnings.catch_warnings():  # the workbench warns, while it is imported, of what else it could use
    warnings.filterwarnings("ignore", module=r"ema_workbench\..*")
    warnings.filterwarnings("ignore", message=".*ipyparallel not installed.*")
    from ema_workbench import Constant, Model, RealParameter, ScalarOutcome, perform_experiments

from sp_abm import simulate

OUTCOMES = ("burnout_mean", "n_waiting", "cost_total_gbp")


def service(
    support_level: float, caseload_cap: float, hardship: float, sd_trait: float, years: float
) -> dict[str, float]:
    """Return what a run of the sandbox gives; all runs meet the same luck."""
    run = simulate(
        "today", "sandbox", seed=1, years=years, warm_up=False, parameters={"strain.sd_trait": sd_trait},
        support_level=support_level, caseload_cap=caseload_cap, hardship=hardship,
    )  # fmt: skip
    return {name: float(run.summary[name]) for name in OUTCOMES}


def model(years: float = 0.25) -> Model:
    """Return the workbench's view of the model."""
    found = Model("socialprescribing", function=service)
    found.uncertainties = [RealParameter("hardship", 0.8, 1.5), RealParameter("sd_trait", 0.1, 0.4)]
    found.levers = [RealParameter("support_level", 0.0, 1.0), RealParameter("caseload_cap", 25, 100)]
    found.outcomes = [ScalarOutcome(name) for name in OUTCOMES]
    found.constants = [Constant("years", years)]
    return found


def experiments(scenarios: int = 3, policies: int = 2) -> pd.DataFrame:
    """Return one row an experiment: every policy under every scenario, with what came of it."""
    tried, outcomes = perform_experiments(model(), scenarios=scenarios, policies=policies)
    return tried.join(pd.DataFrame(outcomes))


if __name__ == "__main__":
    print(experiments().to_string())
