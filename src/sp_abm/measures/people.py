"""Measures of people: everybody, those in need, those reached; their moves between stages; fairness; years lived well.

Who is in need and who is reached is said in `recorder`.
"""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.measures.declared import Kind, Measure, Subject, TheoryOfChange, Window, ratio
from sp_abm.vocabulary import TRANSITIONS, WEEKS_PER_YEAR

if TYPE_CHECKING:
    from sp_abm.tallies import Sums

_SHARE: Final = "share of people of 16+"
_POINTS_PER_SHARE: Final = 100
_PER_PERSON: Final = 1000
_OF_ADULTS: Final = {"n_citizens": "n_adults", "consultations_of_adults": "consultations"}
"""What stands for a tally where all are of 16 and over."""


def _stock(
    name: str,
    label: str,
    top: str,
    unit: str = _SHARE,
    theory: TheoryOfChange = TheoryOfChange.OUTCOME,
    bottom: str = "n_adults",
) -> Measure:
    return Measure(name, label, unit, Kind.STOCK, Subject.PEOPLE, theory, top, bottom, is_by_group=True)


def _of_some(declared: Measure, who: str, words: str, subject: Subject) -> Measure:
    """Return an outcome of everybody as that of those in need or reached alone, all of them people of 16 and over."""
    unit = declared.unit.replace("people of 16+", words).replace("per resident", "per person")
    return replace(
        declared,
        name=f"{declared.name}_{who}",
        label=f"{declared.label.partition(' (')[0]}, {words}",
        unit=unit,
        subject=subject,
        is_by_group=declared.is_by_group and declared.subject is not Subject.MOVES,
        top=f"{declared.top}_{who}" if declared.top else "",
        bottom=f"{_OF_ADULTS.get(declared.bottom, declared.bottom)}_{who}" if declared.bottom else "",
        derived=declared.derived and partial(declared.derived, who=f"_{who}"),
    )


def _number(who: str, words: str, subject: Subject) -> Measure:
    name, label, top = f"n_{who}", words.capitalize(), f"n_adults_{who}"
    return Measure(
        name, label, "people of 16+", Kind.STOCK, subject, TheoryOfChange.OUTPUT, top, "weeks", is_by_group=True
    )


def _moves(name: str, label: str) -> Measure:
    return Measure(
        f"{name}_per_1000_per_year",
        label,
        "per 1,000 people of 16+ a year",
        Kind.FLOW,
        Subject.MOVES,
        TheoryOfChange.OUTCOME,
        name,
        "n_adults",
        _PER_PERSON * WEEKS_PER_YEAR,
        is_by_group=True,
    )


def slope_index(sums: "Sums", who: str = "") -> NDArray[np.float64]:
    """Return the slope index of inequality in distress: percentage points from the most to the least deprived.

    The share in distress of each deprivation fifth is regressed on the fifth's place in the ranking of all adults (0
    the most deprived, 1 the least), weighted by its adults; above 0 the deprived are worse off.
    """
    adults, distressed = sums.by_fifth(f"n_adults{who}"), sums.by_fifth(f"n_distress{who}")
    weight = ratio(adults, adults.sum(axis=1, keepdims=True))
    share = np.where(adults > 0, distressed / np.where(adults > 0, adults, 1.0), 0.0)
    rank = np.cumsum(weight, axis=1) - weight / 2
    off = rank - (weight * rank).sum(axis=1, keepdims=True)
    return ratio(-(weight * off * share).sum(axis=1), (weight * off**2).sum(axis=1)) * _POINTS_PER_SHARE


def _years_per_1000(sums: "Sums", tally: str, who: str) -> NDArray[np.float64]:
    """Return a reading summed over the years, per 1,000 people of 16 and over."""
    return ratio(sums.of(f"{tally}{who}"), sums.of(f"n_adults{who}")) * sums.of("weeks") / WEEKS_PER_YEAR * _PER_PERSON


def wellbys(sums: "Sums", who: str = "") -> NDArray[np.float64]:
    """Return points of life satisfaction times years lived (WELLBYs), per 1,000 people of 16 and over."""
    return _years_per_1000(sums, "sum_life_satisfaction", who)


def qalys(sums: "Sums", who: str = "") -> NDArray[np.float64]:
    """Return years lived, each weighted by its stage (QALYs), per 1,000 people of 16 and over."""
    return _years_per_1000(sums, "sum_quality", who)


_OUTCOMES: Final = (
    _stock("share_thriving", "Thriving", "n_thriving"),
    _stock("share_off_balance", "Off balance", "n_off_balance"),
    _stock("share_pre_crisis", "Pre-crisis", "n_pre_crisis"),
    _stock("share_crisis", "In crisis", "n_crisis"),
    _stock("share_recovering", "Recovering", "n_recovering"),
    _stock("share_distress", "In distress (pre-crisis or crisis)", "n_distress"),
    _stock("share_lonely", "Lonely often or always", "n_lonely"),
    _stock("share_aware", "Know how to get social prescribing", "n_aware"),
    _stock("share_volunteering", "Volunteer anywhere", "n_volunteering"),
    _stock("trust_mean", "Trust in the service", "sum_trust", "0 to 1"),
    _stock("life_satisfaction_mean", "Life satisfaction", "sum_life_satisfaction", "0 to 10"),
    Measure("slope_index_distress", "Distress, most over least deprived", "percentage points", Kind.STOCK,
            Subject.PEOPLE, TheoryOfChange.IMPACT, derived=slope_index),
    Measure("wellbys_per_1000", "WELLBYs lived", "points of life satisfaction x years per 1,000 people of 16+",
            Kind.FLOW, Subject.PEOPLE, TheoryOfChange.IMPACT, window=Window.RUN, is_by_group=True, derived=wellbys),
    Measure("qalys_per_1000", "QALYs lived", "QALYs per 1,000 people of 16+",
            Kind.FLOW, Subject.PEOPLE, TheoryOfChange.IMPACT, window=Window.RUN, is_by_group=True, derived=qalys),
    *(
        _moves(f"new_{before.word}_to_{after.word}", f"{before.label} to {after.label}".capitalize())
        for before, after in TRANSITIONS
    ),
    _moves("crisis_entries", "Into crisis, from any stage"),
    Measure("gp_consultations_per_person_per_year", "GP and nurse consultations", "per resident a year", Kind.FLOW,
            Subject.PRIMARY_CARE, TheoryOfChange.OUTCOME, "consultations", "n_citizens", WEEKS_PER_YEAR,
            is_by_group=True),
    Measure("share_consultations_non_medical", "Consultations that show a non-medical need",
            "share of consultations of people of 16+", Kind.FLOW, Subject.PRIMARY_CARE, TheoryOfChange.OUTCOME,
            "consultations_non_medical", "consultations_of_adults", is_by_group=True),
)  # fmt: skip
_SOME: Final = (("in_need", "people in need", Subject.IN_NEED), ("reached", "people reached", Subject.REACHED))

PEOPLE: Final = (
    _stock("n_citizens", "Residents", "n_citizens", "people", TheoryOfChange.INPUT, "weeks"),
    *_OUTCOMES,
    *(made for some in _SOME for made in (_number(*some), *(_of_some(each, *some) for each in _OUTCOMES))),
)
