"""Caveats: what must be said beside a result, in the same words wherever it is shown."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

NOT_A_FORECAST: Final = "Illustrative model, not a forecast"
NOT_REAL: Final = "not a real place"
ONE_STORY: Final = "One story is one throw of luck, the same in both worlds: it shows how, not how much."
OUTREACH_NOTE: Final = "Outreach: nothing is known about how many people accept it; the share is assumed."


def goes_out(levers: Mapping[str, Sequence[Sequence[Any]]]) -> bool:
    """Say whether link workers ever go out to meet people, by the steps (week, value) of a scenario's levers."""
    return any(value > 0 for _, value in levers.get("outreach_share", ()))
