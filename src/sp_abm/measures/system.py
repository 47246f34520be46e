"""Measures of the system: money, what it is worth against another run, horizons, and maturity.

Maturity is an index of parts, each a measure of its own from 0 to 1. It is read off the model and drives nothing.
"""

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.measures.declared import Kind, Measure, Subject, TheoryOfChange, Window, ratio
from sp_abm.vocabulary import WEEKS_PER_YEAR, Horizon

if TYPE_CHECKING:
    from sp_abm.tallies import Sums

_INPUT, _OUTPUT, _OUTCOME, _IMPACT = (
    TheoryOfChange.INPUT,
    TheoryOfChange.OUTPUT,
    TheoryOfChange.OUTCOME,
    TheoryOfChange.IMPACT,
)
_UNIT: Final = "0 to 1"


def _cost(name: str, label: str, top: str) -> Measure:
    return Measure(
        name, label, "GBP over the run", Kind.FLOW, Subject.MONEY, _INPUT, top, window=Window.RUN
    )  # fmt: skip


def _price(name: str, label: str, unit: str, top: str, bottom: str) -> Measure:
    return Measure(name, label, unit, Kind.FLOW, Subject.MONEY, _OUTPUT, top, bottom)


def _paired(
    name: str,
    label: str,
    unit: str,
    theory: TheoryOfChange,
    top: str,
    bottom: str = "",
    scale: float = 1.0,
    window: Window = Window.RUN,
) -> Measure:
    kind, subject = Kind.FLOW, Subject.VALUE
    return Measure(name, label, unit, kind, subject, theory, top, bottom, scale, window, is_paired=True)


def _part(name: str, label: str, top: str, bottom: str) -> Measure:
    return Measure(f"maturity_{name}", label, _UNIT, Kind.STOCK, Subject.SYSTEM, _OUTCOME, top, bottom)


def routes(sums: "Sums") -> NDArray[np.float64]:
    """Return the people who came by a non-medical route over all who were referred, at most 1."""
    return np.minimum(1.0, ratio(sums.of("referred_non_medical"), sums.of("referred")))


def retention(sums: "Sums") -> NDArray[np.float64]:
    """Return 1 less the yearly rate at which link workers are expected to leave, at least 0."""
    return np.maximum(0.0, 1.0 - ratio(sums.of("expected_leavers"), sums.of("n_workers")) * WEEKS_PER_YEAR)


_PARTS: Final = (
    _part("role_clarity", "Maturity: role clarity that link workers get", "sum_role_clarity", "n_workers"),
    _part("awareness", "Maturity: how present the service is to GPs", "sum_gp_awareness", "n_gps"),
    Measure("maturity_routes", "Maturity: non-medical routes", _UNIT, Kind.STOCK, Subject.SYSTEM, _OUTCOME,
            derived=routes),
    _part("capacity", "Maturity: organisations with a free place", "n_organisations_with_room", "n_organisations"),
    _part("data", "Maturity: closed cases with a recorded outcome", "outcomes_recorded", "closed_seen"),
    Measure("maturity_retention", "Maturity: link workers who stay the year", _UNIT, Kind.STOCK, Subject.SYSTEM,
            _OUTCOME, derived=retention),
)  # fmt: skip


def maturity(sums: "Sums") -> NDArray[np.float64]:
    """Return the mean of the parts of maturity, missing where one of them is."""
    found: NDArray[np.float64] = np.mean([part.value(sums) for part in _PARTS], axis=0)
    return found


SYSTEM: Final = (
    _cost("cost_total_gbp", "Money spent", "spent"),
    _cost("cost_posts_gbp", "Money spent on link workers", "spent_posts"),
    _cost("cost_outreach_gbp", "Money spent on outreach", "spent_outreach"),
    _cost("cost_grants_gbp", "Money spent on grants", "spent_grants"),
    _price("cost_per_client_gbp", "Cost of link workers per person first seen", "GBP per person", "spent_posts",
           "first_contacts"),
    _price("cost_per_person_helped_gbp", "Money spent per person adequately helped", "GBP per person", "spent",
           "adequate"),
    _paired("wellby_value_gbp", "Life satisfaction gained, at its price", "GBP over the run", _IMPACT,
            "worth_wellbys"),
    _paired("net_benefit_gbp", "Life satisfaction gained, at its price, less extra cost", "GBP over the run", _IMPACT,
            "worth_net"),
    _paired("social_return", "Social return", "GBP of life satisfaction per extra GBP", _IMPACT, "worth_wellbys",
            "worth_spent"),
    _paired("nhs_cash_return", "NHS cash return", "GBP saved per extra GBP", _IMPACT, "worth_care", "worth_spent_nhs",
            -1.0),
    _paired("gp_hours_freed", "GP time freed", "hours over the run", _OUTCOME, "gp_hours", "", -1.0),
    _paired("distress_change_per_person_reached", "Change in distress per person reached",
            "people in distress per person reached", _OUTCOME, "n_distress", "n_adults_reached", window=Window.YEAR),
    _paired("life_satisfaction_change_per_person_reached", "Change in life satisfaction per person reached",
            "points of life satisfaction", _OUTCOME, "sum_life_satisfaction", "n_adults_reached", window=Window.YEAR),
    *(
        Measure(f"share_help_{horizon.value}", f"Help that is {horizon.value}", "share of people first seen", Kind.FLOW,
                Subject.SYSTEM, _OUTPUT, f"helped_{horizon.value}", "first_contacts")
        for horizon in Horizon
    ),
    Measure("maturity_index", "Maturity index: mean of its six parts", _UNIT, Kind.STOCK, Subject.SYSTEM, _IMPACT,
            derived=maturity),
    *_PARTS,
)  # fmt: skip
