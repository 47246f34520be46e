"""Roles: how link workers divide their hours between connecting, outreach, building up and speaking up."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.measures import MEASURES
from sp_abm.results import Results
from sp_abm.viz.bands import Bands, draw_bands, stacked
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.rows import Label
from sp_abm.viz.table import Cell, Table, in_percent, table
from sp_abm.viz.theme import LIGHT, Theme
from sp_abm.viz.words import (
    NO_VALUE,
    ONE_RUN,
    arm_name,
    check_pair,
    decimal,
    footer,
    in_points,
    last_weeks,
    percent,
    quoted,
)
from sp_abm.viz.years import in_year, ratio_in_year, rolling_sum, year_ends
from sp_abm.vocabulary import WEEKS_PER_YEAR

ROLES: Final = {"connecting": "Connector", "outreach": "Encourager", "building": "Builder", "voice": "Voice"}
"""From the bottom of the stack up; what each is, its measure says."""
_CALM_WEEKS: Final = 13


@dataclass(frozen=True)
class RoleMix:
    """What the picture shows: the stacked roles by week, the rows beside them, the same by year, and the words."""

    bands: Bands
    table: Table
    texts: Texts


def role_mix(results: Results, baseline: Results | None = None) -> RoleMix:
    """Return what to draw of a run, with the baseline's boundaries as ghost lines."""
    check_pair(results, baseline)
    shares, before = _shares(results), None if baseline is None else _shares(baseline)
    labels = tuple(
        Label(name, percent(share), "" if before is None else in_points(share - before[position]))
        for position, (name, share) in enumerate(zip(ROLES.values(), shares, strict=True))
    )
    ghost = None if baseline is None else _edges(baseline)
    bands = Bands(_edges(results), ghost, labels, last_weeks(results))
    return RoleMix(bands, _table(results, baseline), _texts(results, baseline, shares, before))


def _edges(results: Results) -> NDArray[np.float64]:
    return stacked([rolling_sum(results.tally(f"hours_{role}"), _CALM_WEEKS) for role in ROLES])


def _shares(results: Results, end: int | None = None) -> list[float]:
    """Return each role's share of the hours in the 52 weeks before a week."""
    return [ratio_in_year(results, f"hours_{role}", "hours_in_roles", end) for role in ROLES]


def _table(results: Results, baseline: Results | None) -> Table:
    rows: list[list[Cell]] = [
        [arm_name(run), end, *map(in_percent, _shares(run, end))]
        for run in filter(None, (baseline, results))
        for end in year_ends(run)
    ]
    return table(["run", "weeks to", *(f"{name}, % of hours in the four roles" for name in ROLES.values())], rows)


def _texts(results: Results, baseline: Results | None, shares: list[float], before: list[float] | None) -> Texts:
    connecting = percent(shares[0])
    title = f"In the {last_weeks(results)}, link workers gave {connecting} of their hours to people who were referred"
    if connecting == NO_VALUE:
        title = f"In the {last_weeks(results)}, no link worker was at work"
    elif baseline is not None and before is not None:
        title += f", against {percent(before[0])} in {quoted(baseline)}"
    hours = decimal(in_year(results, "hours_in_roles") / min(results.n_weeks, WEEKS_PER_YEAR), 0)
    subtitle = f"Share of all link workers’ hours in four roles ({hours} hours a week), {_CALM_WEEKS}-week means"
    notes = [". ".join(MEASURES[f"share_time_{role}"].label for role in ROLES) + "."]
    if baseline is not None:
        notes.append(f"Dashed: where the boundaries lie in {quoted(baseline)}. {ONE_RUN}")
    described = ", ".join(f"{name} {percent(share)}" for name, share in zip(ROLES.values(), shares, strict=True))
    return Texts(title, subtitle, tuple(notes), tuple(footer(results, baseline)), f"{title}. {described}.")


def draw_roles(view: RoleMix, theme: Theme = LIGHT) -> str:
    """Return the role mix as an SVG string."""
    return framed(view.texts, theme, lambda area: draw_bands(view.bands, theme.parts, area, theme))
