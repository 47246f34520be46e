"""Measures of people: everybody, those in need, those reached; their moves between stages; fairness; years lived well.

Who is in need and who is reached is said in `recorder`.
"""

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from sp_abm.measures.declared import Kind, Measure, Subject, TheoryOfChange, Window, ratio
from sp_abm.vocabulary import TRANSITIONS, WEEKS_PER_YEAR, Stage

if TYPE_CHECKING:
    from sp_abm.tallies import Sums

_SHARE: Final = "share of people of 16+"
_POINTS_PER_SHARE: Final = 100
_PER_PERSON: Final = 1000


def _stock(
    name: str,
    label: str,
    top: str,
    unit: str = _SHARE,
    theory: TheoryOfChange = TheoryOfChange.OUTCOME,
    bottom: str = "n_adults",
) -> Measure:
    return Measure(name, label, unit, Kind.STOCK, Subject.PEOPLE, theory, top, bottom, is_by_group=True)


def _consultations(name: str, label: str, unit: str, subject: Subject, who: str, bottom: str) -> Measure:
    return Measure(
        name, label, unit, Kind.FLOW, subject, TheoryOfChange.OUTCOME, f"consultations{who}", bottom, WEEKS_PER_YEAR,
        is_by_group=True,
    )  # fmt: skip


def _of_some(who: str, words: str, subject: Subject) -> tuple[Measure, ...]:
    """Return the person outcomes of those in need or reached alone."""

    def stock(name: str, label: str, top: str, unit: str, bottom: str = f"n_adults_{who}") -> Measure:
        theory = TheoryOfChange.OUTCOME
        label = f"{label}, {words}"
        return Measure(
            f"{name}_{who}", label, unit, Kind.STOCK, subject, theory, f"{top}_{who}", bottom, is_by_group=True
        )

    share = f"share of {words}"
    theory = TheoryOfChange.OUTPUT
    return (
        Measure(f"n_{who}", words.capitalize(), "people of 16+", Kind.STOCK, subject, theory, f"n_adults_{who}",
                "weeks", is_by_group=True),
        stock("share_thriving", "Thriving", "n_thriving", share),
        stock("share_pre_crisis", "Pre-crisis", "n_pre_crisis", share),
        stock("share_crisis", "In crisis", "n_crisis", share),
        stock("share_distress", "In distress", "n_distress", share),
        stock("share_lonely", "Lonely often or always", "n_lonely", share),
        stock("life_satisfaction_mean", "Life satisfaction", "sum_life_satisfaction", "0 to 10"),
        _consultations(f"gp_consultations_per_person_per_year_{who}", f"GP and nurse consultations, {words}",
                       "per person a year", subject, f"_{who}", f"n_adults_{who}"),
    )  # fmt: skip


def _new(before: Stage, after: Stage) -> Measure:
    name = f"new_{before.word}_to_{after.word}"
    return Measure(
        f"{name}_per_1000_per_year",
        f"{before.label} to {after.label}".capitalize(),
        "per 1,000 people of 16+ a year",
        Kind.FLOW,
        Subject.MOVES,
        TheoryOfChange.OUTCOME,
        name,
        "n_adults",
        _PER_PERSON * WEEKS_PER_YEAR,
        is_by_group=True,
    )


def slope_index(sums: "Sums") -> NDArray[np.float64]:
    """Return the slope index of inequality in distress: percentage points from the most to the least deprived.

    The share in distress of each deprivation fifth is regressed on the fifth's place in the ranking of all adults (0
    the most deprived, 1 the least), weighted by its adults; above 0 the deprived are worse off.
    """
    adults, distressed = sums.by_fifth("n_adults"), sums.by_fifth("n_distress")
    weight = ratio(adults, adults.sum(axis=1, keepdims=True))
    share = np.where(adults > 0, distressed / np.where(adults > 0, adults, 1.0), 0.0)
    rank = np.cumsum(weight, axis=1) - weight / 2
    off = rank - (weight * rank).sum(axis=1, keepdims=True)
    return ratio(-(weight * off * share).sum(axis=1), (weight * off**2).sum(axis=1)) * _POINTS_PER_SHARE


def _years_per_1000(sums: "Sums", tally: str) -> NDArray[np.float64]:
    """Return a reading summed over the years, per 1,000 people of 16 and over."""
    return ratio(sums.of(tally), sums.of("n_adults")) * sums.of("weeks") / WEEKS_PER_YEAR * _PER_PERSON


def wellbys(sums: "Sums") -> NDArray[np.float64]:
    """Return points of life satisfaction times years lived (WELLBYs), per 1,000 people of 16 and over."""
    return _years_per_1000(sums, "sum_life_satisfaction")


def qalys(sums: "Sums") -> NDArray[np.float64]:
    """Return years lived, each weighted by its stage (QALYs), per 1,000 people of 16 and over."""
    return _years_per_1000(sums, "sum_quality")


PEOPLE: Final = (
    _stock("n_citizens", "Residents", "n_citizens", "people", TheoryOfChange.INPUT, "weeks"),
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
    *_of_some("in_need", "people in need", Subject.IN_NEED),
    *_of_some("reached", "people reached", Subject.REACHED),
    *(_new(before, after) for before, after in TRANSITIONS),
    _consultations("gp_consultations_per_person_per_year", "GP and nurse consultations", "per resident a year",
                   Subject.PRIMARY_CARE, "", "n_citizens"),
)  # fmt: skip
