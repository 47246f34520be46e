"""Measures: what a run says, each declared once with its unit, label, and how weeks are totalled.

Every measure is a ratio of two sums over a window of weeks: top over bottom, times a scale. `top` and `bottom` name
tallies that the recorder writes each week (see `recorder`); an empty bottom makes a plain total. Windows: the last
52 weeks, the whole run, or, for the funnel, people referred 26 to 78 weeks before the end.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sp_abm.errors import unknown
from sp_abm.vocabulary import TRANSITIONS, WEEKS_PER_YEAR, Stage


class Window(StrEnum):
    """Which weeks a summary covers."""

    YEAR = "last 52 weeks"
    RUN = "whole run"
    FUNNEL = "people referred 26 to 78 weeks before the end"


class Kind(StrEnum):
    """A stock is a level at the end of a week, a flow happens over a week."""

    STOCK = "stock"
    FLOW = "flow"


@dataclass(frozen=True)
class Measure:
    """A declared output; `is_by_group` when it can be split by deprivation, age and sex."""

    name: str
    label: str
    unit: str
    kind: Kind
    top: str
    bottom: str
    scale: float = 1.0
    window: Window = Window.YEAR
    is_by_group: bool = False


def _people(name: str, label: str, unit: str, top: str, bottom: str = "n_adults", scale: float = 1.0) -> Measure:
    return Measure(name, label, unit, Kind.STOCK, top, bottom, scale, is_by_group=True)


def _flow(name: str, label: str, unit: str, top: str, bottom: str, scale: float = 1.0) -> Measure:
    return Measure(name, label, unit, Kind.FLOW, top, bottom, scale)


def _stock(name: str, label: str, unit: str, top: str, bottom: str = "weeks", window: Window = Window.YEAR) -> Measure:
    return Measure(name, label, unit, Kind.STOCK, top, bottom, 1.0, window)


def _funnel(name: str, label: str, top: str) -> Measure:
    return Measure(name, label, "share of people referred", Kind.FLOW, top, "referred", 1.0, Window.FUNNEL)


def _new(before: Stage, after: Stage) -> Measure:
    name = f"new_{before.word}_to_{after.word}"
    label = f"{before.label} to {after.label}".capitalize()
    return Measure(
        f"{name}_per_1000_per_year",
        label,
        "per 1,000 people of 16+ a year",
        Kind.FLOW,
        name,
        "n_adults",
        1000 * WEEKS_PER_YEAR,
        is_by_group=True,
    )


_SHARE = "share of people of 16+"
_ADULT_STOCKS = (
    _people("share_thriving", "Thriving", _SHARE, "n_thriving"),
    _people("share_off_balance", "Off balance", _SHARE, "n_off_balance"),
    _people("share_pre_crisis", "Pre-crisis", _SHARE, "n_pre_crisis"),
    _people("share_crisis", "In crisis", _SHARE, "n_crisis"),
    _people("share_recovering", "Recovering", _SHARE, "n_recovering"),
    _people("share_distress", "In distress (pre-crisis or crisis)", _SHARE, "n_distress"),
    _people("share_lonely", "Lonely often or always", _SHARE, "n_lonely"),
    _people("share_aware", "Know how to get social prescribing", _SHARE, "n_aware"),
    _people("trust_mean", "Trust in the service", "0 to 1", "sum_trust"),
    _people("life_satisfaction_mean", "Life satisfaction", "0 to 10", "sum_life_satisfaction"),
)
_WORKFORCE = (
    _stock("posts", "Posts funded", "full-time equivalents", "fte_funded"),
    _stock("in_post", "Posts filled", "full-time equivalents", "fte_in_post"),
    _stock("vacancy_rate", "Posts vacant", "share of posts", "fte_vacant", "fte_funded", Window.RUN),
    _stock("burnout_mean", "Burnout of link workers", "0 to 1", "sum_burnout", "n_workers"),
    _stock("share_burnt_out", "Link workers burnt out (above .5)", "share of link workers", "n_burnt_out", "n_workers"),
    _stock("intention_to_leave", "Intend to leave", "share of link workers", "n_intending", "n_workers"),
    Measure(
        "leaving_rate_per_year", "Link workers leaving", "per link worker a year", Kind.FLOW,
        "leavers", "n_workers", WEEKS_PER_YEAR, Window.RUN,
    ),
    Measure(
        "expected_leaving_rate_per_year", "Link workers expected to leave (sum of chances)",
        "per link worker a year", Kind.FLOW, "expected_leavers", "n_workers", WEEKS_PER_YEAR, Window.RUN,
    ),
    _stock("open_cases_per_link_worker", "Open cases each", "cases per link worker", "n_held_cases", "n_workers"),
)  # fmt: skip
_SERVICE = (
    _flow(
        "contacts_per_case",
        "Contacts of a person seen",
        "contacts per closed case",
        "contacts_of_closed",
        "closed_seen",
    ),
    _flow("mean_wait_weeks", "Wait for the first contact", "weeks", "weeks_waited", "first_contacts"),
    _stock("n_waiting", "People waiting for a first contact", "people", "n_waiting"),
    _flow(
        "referrals_per_1000_per_week",
        "Referrals",
        "per 1,000 residents a week",
        "referred",
        "n_citizens",
        1000,
    ),
    _flow(
        "share_non_medical_routes",
        "Came by a non-medical route",
        "share of people referred",
        "referred_non_medical",
        "referred",
    ),
    _funnel("share_contacted", "Reached by a link worker", "contacted"),
    _funnel("share_three_or_more_contacts", "Had three or more contacts", "three_or_more"),
    _funnel("share_started_activity", "Started an activity", "started_activity"),
)
_AROUND = (
    Measure(
        "gp_consultations_per_person_per_year", "GP and nurse consultations", "per resident a year", Kind.FLOW,
        "consultations", "n_citizens", WEEKS_PER_YEAR, is_by_group=True,
    ),
    _stock("places_occupied", "Places taken in activities", "places", "places_occupied"),
    _stock("n_volunteers", "Volunteers who came through the service", "people", "n_volunteers"),
    Measure("cost_total_gbp", "Money spent", "GBP over the run", Kind.FLOW, "spent", "", 1.0, Window.RUN),
)  # fmt: skip

MEASURES: Final[dict[str, Measure]] = {
    measure.name: measure
    for measure in (
        Measure("n_citizens", "Residents", "people", Kind.STOCK, "n_citizens", "weeks", is_by_group=True),
        *_ADULT_STOCKS,
        *(_new(before, after) for before, after in TRANSITIONS),
        *_WORKFORCE,
        *_SERVICE,
        *_AROUND,
    )
}


def measure(name: str) -> Measure:
    """Return a declared measure, or raise `UnknownName` with the nearest one."""
    if name not in MEASURES:
        raise unknown("measure", name, MEASURES)
    return MEASURES[name]
