"""Film: the one block of data from which the browser plays a run by itself."""

from typing import Any

from sp_abm.comparison import Comparison
from sp_abm.viz.theme import STACK, checked_theme


def film(comparison: Comparison, theme: str, arm: int = 1) -> dict[str, Any]:
    """Return people in each health stage by week, for the player."""
    results, look = comparison.first[arm], checked_theme(theme)
    adults = results.tally("n_adults")
    parts = [
        {
            "name": stage.label.capitalize(),
            "colour": look.stages[stage],
            "values": results.tally(f"n_{stage.word}").astype(int).tolist(),
        }
        for stage in STACK
    ]
    return {
        "title": "Play the weeks",
        "description": f"People of 16 and over in each health stage, {results.provenance['scenario']}, one run.",
        "weeks": results.n_weeks,
        "total": int(adults.max()) or 1,
        "parts": parts,
        "ink": look.ink,
    }
