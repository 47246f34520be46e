"""Drawn: the pictures of a comparison with the measures that stand in each one's table."""

from collections.abc import Iterable
from typing import Final

from sp_abm.comparison import Comparison
from sp_abm.viz.figures import FIGURES
from sp_abm.viz.theme import THEMES

TABLES: Final[dict[str, tuple[str, ...]]] = {
    "stages": ("share_thriving", "share_off_balance", "share_recovering", "share_pre_crisis", "share_crisis"),
    "workforce": ("burnout_mean", "n_waiting", "mean_wait_weeks", "expected_leaving_rate_per_year"),
    "funnel": (
        "share_contacted",
        "share_three_or_more_contacts",
        "share_started_activity",
        "share_adequate_dose",
        "share_gave_up",
    ),
}
"""The measures behind each picture, for its table."""


def picture(comparison: Comparison, name: str, theme: str = "light", arm: int = 1) -> str:
    """Return one picture of the first run of an arm over the first run of the baseline."""
    results, baseline = comparison.first[arm], comparison.first[0]
    is_same = comparison.scenarios[arm].hash == comparison.scenarios[0].hash
    return FIGURES[name].draw(results, None if is_same else baseline, THEMES[theme])


def pictures(comparison: Comparison, theme: str = "light", names: Iterable[str] = FIGURES) -> dict[str, str]:
    """Return pictures by name."""
    return {name: picture(comparison, name, theme) for name in names}
