"""SALib's `ProblemSpec` with our model as the function it evaluates: Morris's screening of three factors.

    pip install "sp_abm[analysis]"
    python examples/salib_problem.py

`sp-abm sweep` with `[design] kind = "morris"` or `"sobol"` and `sp-abm analyse` do the same with replications, on all
cores, and keep every run; this is for those who want a method of SALib's that we do not offer.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from SALib import ProblemSpec

from sp_abm import simulate

YEARS = 0.25
PROBLEM = {
    "names": ["support_level", "caseload_cap", "strain.sd_trait"],
    "bounds": [[0, 1], [25, 100], [0.1, 0.4]],
    "outputs": ["burnout_mean"],
}


def burnout(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return link workers' burnout at each point, all with the same luck; a name with a dot is a parameter."""
    found = []
    for point in points:
        values = dict(zip(PROBLEM["names"], point.tolist(), strict=True))
        parameters = {name: value for name, value in values.items() if "." in name}
        levers = {name: value for name, value in values.items() if "." not in name}
        run = simulate("today", "sandbox", seed=1, years=YEARS, warm_up=False, parameters=parameters, **levers)
        found.append(run.summary["burnout_mean"])
    return np.array(found)


def screening(trajectories: int = 4) -> pd.DataFrame:
    """Return Morris's indices of each factor."""
    problem = ProblemSpec(PROBLEM)
    problem.sample_morris(trajectories, seed=1).evaluate(burnout).analyze_morris(seed=1)
    return pd.DataFrame(problem.to_df())


if __name__ == "__main__":
    print(screening())
