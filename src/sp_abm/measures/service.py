"""Measures of the service: its link workers, the way of a case through it, and the community it leads to."""

from typing import Final

from sp_abm.measures.declared import Kind, Measure, Subject, TheoryOfChange, Window
from sp_abm.vocabulary import WEEKS_PER_YEAR, Route

_INPUT, _ACTIVITY, _OUTPUT, _OUTCOME = (
    TheoryOfChange.INPUT,
    TheoryOfChange.ACTIVITY,
    TheoryOfChange.OUTPUT,
    TheoryOfChange.OUTCOME,
)
_PER_1000: Final = 1000
_ROUTES: Final = {
    Route.GP: "Sent by a GP",
    Route.SELF: "Came of themselves",
    Route.OUTREACH: "Found by outreach",
    Route.PRACTICE_STAFF: "Sent by other practice staff",
    Route.COMMUNITY: "Sent by a community organisation",
}

_TIME: Final = "share of time in the four roles"
_ROLES: Final = {
    "connecting": "Time as connector: with people who were referred",
    "outreach": "Time as encourager: finding people before they ask",
    "building": "Time as community builder",
    "voice": "Time as voice in the system",
}
_STEPS: Final = {
    "name_cards": "People met who got a name card",
    "conversations": "People met who had a conversation",
    "small_steps": "People met who agreed a small step",
    "follow_ups": "People met who were followed up",
    "data_left": "People met who left data",
    "toolkit_volunteers": "People met who became volunteers",
}


def _workers(
    name: str,
    label: str,
    unit: str,
    theory: TheoryOfChange,
    top: str,
    bottom: str = "n_workers",
    window: Window = Window.YEAR,
) -> Measure:
    return Measure(name, label, unit, Kind.STOCK, Subject.LINK_WORKERS, theory, top, bottom, 1.0, window)


def _leaving(name: str, label: str, top: str) -> Measure:
    unit, scale = "per link worker a year", WEEKS_PER_YEAR
    return Measure(
        name, label, unit, Kind.FLOW, Subject.LINK_WORKERS, _OUTCOME, top, "n_workers", scale, Window.RUN
    )  # fmt: skip


def _flow(
    name: str, label: str, unit: str, theory: TheoryOfChange, top: str, bottom: str, scale: float = 1.0
) -> Measure:
    return Measure(name, label, unit, Kind.FLOW, Subject.SERVICE, theory, top, bottom, scale)


def _yearly(name: str, label: str, theory: TheoryOfChange, top: str) -> Measure:
    unit = "per 1,000 residents a year"
    return _flow(f"{name}_per_1000_per_year", label, unit, theory, top, "n_citizens", _PER_1000 * WEEKS_PER_YEAR)


def _per_referred(name: str, label: str, top: str) -> Measure:
    unit = "per 1,000 people referred"
    return _flow(f"{name}_per_1000_referred", label, unit, _OUTPUT, top, "referred", _PER_1000)


def _attempts(name: str, label: str) -> Measure:
    unit = "share of attempts at connection"
    return _flow(f"share_attempts_{name}", label, unit, _ACTIVITY, name, "attempts")


def _funnel(name: str, label: str, top: str) -> Measure:
    unit = "share of people referred"
    return Measure(
        name, label, unit, Kind.FLOW, Subject.SERVICE, _OUTPUT, top, "referred", 1.0, Window.FUNNEL
    )  # fmt: skip


def _community(name: str, label: str, unit: str, theory: TheoryOfChange, top: str, bottom: str = "weeks") -> Measure:
    return Measure(name, label, unit, Kind.STOCK, Subject.COMMUNITY, theory, top, bottom)


_LINK_WORKERS = (
    _workers("posts", "Posts funded", "full-time equivalents", _INPUT, "fte_funded", "weeks"),
    _workers("in_post", "Posts filled", "full-time equivalents", _INPUT, "fte_in_post", "weeks"),
    _workers("vacancy_rate", "Posts vacant", "share of posts", _INPUT, "fte_vacant", "fte_funded", Window.RUN),
    _workers("burnout_mean", "Burnout of link workers", "0 to 1", _OUTCOME, "sum_burnout"),
    _workers("share_burnt_out", "Link workers burnt out (above .5)", "share of link workers", _OUTCOME, "n_burnt_out"),
    _workers("intention_to_leave", "Intend to leave", "share of link workers", _OUTCOME, "n_intending"),
    _leaving("leaving_rate_per_year", "Link workers leaving", "leavers"),
    _leaving(
        "expected_leaving_rate_per_year", "Link workers expected to leave (sum of chances)", "expected_leavers"
    ),
    _workers("tenure_mean_weeks", "Time in post", "weeks", _OUTCOME, "sum_weeks_in_post"),
    _workers(
        "knowledge_mean", "Organisations a link worker knows", "share of local organisations", _OUTPUT,
        "sum_share_known",
    ),
    _workers("open_cases_per_link_worker", "Open cases each", "cases per link worker", _ACTIVITY, "n_held_cases"),
    *(
        _workers(f"share_time_{role}", label, _TIME, _ACTIVITY, f"hours_{role}", "hours_in_roles")
        for role, label in _ROLES.items()
    ),
)  # fmt: skip
_PATHWAY = (
    _yearly("offers", "Offers by GPs", _ACTIVITY, "offered"),
    _flow("share_declined", "Offers declined", "share of offers", _ACTIVITY, "declined", "offered"),
    _flow(
        "referrals_per_1000_per_week", "Referrals", "per 1,000 residents a week", _ACTIVITY, "referred", "n_citizens",
        _PER_1000,
    ),
    _flow(
        "share_non_medical_routes", "Came by a non-medical route", "share of people referred", _ACTIVITY,
        "referred_non_medical", "referred",
    ),
    *(
        _flow(
            f"share_route_{route.word}", label, "share of people referred", _ACTIVITY, f"referred_by_{route.word}",
            "referred",
        )
        for route, label in _ROUTES.items()
    ),
    Measure(
        "n_waiting", "People waiting for a first contact", "people", Kind.STOCK, Subject.SERVICE, _ACTIVITY,
        "n_waiting", "weeks",
    ),
    _flow("mean_wait_weeks", "Wait for the first contact", "weeks", _OUTPUT, "weeks_waited", "first_contacts"),
    _yearly("reach", "People first seen", _OUTPUT, "first_contacts"),
    _flow(
        "contacts_per_case", "Contacts of a person seen", "contacts per closed case", _OUTPUT, "contacts_of_closed",
        "closed_seen",
    ),
    _attempts("not_known", "Nothing fitting known to the link worker"),
    _attempts("no_place", "No place free"),
    _attempts("refused", "Suggestion not taken up"),
    _per_referred("starts", "Activities started", "started"),
    _per_referred("completions", "Activities completed", "completed"),
    _per_referred("dropped", "Cases dropped when a link worker left", "dropped"),
    _yearly("people_met", "People met by outreach", _ACTIVITY, "met"),
    *(
        _flow(f"share_met_{step}", label, "share of people met", _ACTIVITY, step, "met")
        for step, label in _STEPS.items()
    ),
    _funnel("share_contacted", "Reached by a link worker", "contacted"),
    _funnel("share_three_or_more_contacts", "Had three or more contacts", "three_or_more"),
    _funnel("share_started_activity", "Started an activity", "started_activity"),
    _funnel("share_adequate_dose", "Had three or more contacts and an activity", "adequate_dose"),
    _funnel("share_gave_up", "Gave up waiting", "gave_up"),
)  # fmt: skip
_COMMUNITY = (
    _community("places", "Places in activities", "places", _INPUT, "places"),
    _community("places_occupied", "Places taken in activities", "places", _OUTPUT, "places_occupied"),
    _community("occupancy", "Places taken", "share of places", _OUTPUT, "places_occupied", "places"),
    Measure(
        "share_organisations_full", "Organisations without a free place", "share of organisations", Kind.STOCK,
        Subject.COMMUNITY, _OUTPUT, "n_organisations_full", "n_organisations",
    ),
    _community("n_waiting_for_place", "People waiting for a place in an activity", "people", _ACTIVITY,
               "n_waiting_for_place"),
    _community("n_volunteers", "Volunteers who came through the service", "people", _OUTCOME, "n_volunteers"),
    _community("volunteer_hours_per_week", "Time they give", "hours a week", _OUTCOME, "hours_volunteered"),
)  # fmt: skip

SERVICE: Final = (*_LINK_WORKERS, *_PATHWAY, *_COMMUNITY)
