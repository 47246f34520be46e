"""Mesa's own `batch_run` on our model: two levels of support, two throws of luck, the last week of each run.

    python examples/mesa_batch_run.py

`rng` is the seed of the model's luck; every lever is a keyword. For many runs `sp-abm sweep` is faster and safer, since
it keeps what is finished; this is for those who have a Mesa workflow already.
"""

import inspect

import mesa
import pandas as pd

from sp_abm import SocialPrescribingModel

WEEKS = 13


def runs() -> pd.DataFrame:
    """Return one row a run: its support, its seed, and what was measured in the last week."""
    parameters = {"place": "sandbox", "warm_up": False, "support_level": [0.39, 0.9]}
    seeds = {"rng": [1, 2]}
    takes_seeds = "rng" in inspect.signature(mesa.batch_run).parameters  # older Mesa has them among the parameters
    rows = mesa.batch_run(
        SocialPrescribingModel,
        parameters if takes_seeds else parameters | seeds,
        max_steps=WEEKS - 1,  # Mesa goes one step beyond
        data_collection_period=-1,
        display_progress=False,
        **(seeds if takes_seeds else {}),
    )
    return pd.DataFrame(rows)[["support_level", "rng", "burnout_mean", "n_waiting"]]


if __name__ == "__main__":
    print(runs().to_string(index=False))
