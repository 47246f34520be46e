"""Headline: the few numbers that a page shows first, each with its unit and its difference from today."""

from dataclasses import dataclass
from math import isfinite
from typing import Final

from sp_abm.results import FUNNEL_FROM, FUNNEL_TO, Results
from sp_abm.viz.words import NO_VALUE, decimal, in_points, last_weeks, percent, quoted, signed

_DECIMALS: Final = 2
ONE_RUN_EACH: Final = "one\N{NO-BREAK SPACE}run"


@dataclass(frozen=True)
class Number:
    """One number of the headline: what it is, its value and unit as shown, the difference from a baseline."""

    name: str
    label: str
    value: str
    unit: str
    difference: str


def headline(results: Results, baseline: Results | None) -> tuple[Number, ...]:
    """Return distress, burnout, expected leaving and contact, as they stand at the end of the run."""
    year = f"mean of the {last_weeks(results)}"
    referred = decimal(results.funnel()["referred"], 0)
    window = f"referred {FUNNEL_FROM} to {FUNNEL_TO} weeks before the end"
    wanted = (
        ("share_distress", "People in distress", f"of people of 16 and over, {year}"),
        ("burnout_mean", "Burnout of link workers", f"on a scale of 0 to 1, {year}"),
        (
            "expected_leaving_rate_per_year",
            "Link workers expected to leave",
            "of those in post, each year of the run",
        ),
        ("share_contacted", "Reached by a link worker", f"of {referred} people {window}"),
    )
    return tuple(_number(name, label, unit, results, baseline) for name, label, unit in wanted)


def _number(name: str, label: str, unit: str, results: Results, baseline: Results | None) -> Number:
    value = float(results.summary[name])
    is_share = name != "burnout_mean"
    difference = ""
    if baseline is not None:
        change = value - float(baseline.summary[name])
        amount = f"{in_points(change)} points" if is_share else signed(change, _DECIMALS)
        if isfinite(change):
            difference = f"{amount} from {quoted(baseline)} ({ONE_RUN_EACH})"
        elif isfinite(value):
            difference = f"{NO_VALUE} in {quoted(baseline)}"
    return Number(name, label, percent(value) if is_share else decimal(value, _DECIMALS), unit, difference)
