"""Support, caseload cap and outreach in the sandbox: the headline study's plans where link workers are many."""

from pathlib import Path

import pandas as pd
from experiments.common import Script
from experiments.headline import analyse as headline

HERE = Path(__file__).parent


def figures(found: pd.DataFrame) -> dict[str, str]:
    """Return the pictures of the headline study."""
    return headline.figures(found, HERE)


SCRIPT = Script(HERE, headline.tabulate, figures, headline.numbers, headline.COMMANDS)

if __name__ == "__main__":
    SCRIPT.run()
