"""Words of pictures of studies: names of factors, values and units as people read them, and the lines at the foot."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from sp_abm.analysis.quantity import Quantity
from sp_abm.caveats import NOT_A_FORECAST, NOT_REAL, OUTREACH_NOTE, goes_out
from sp_abm.plan import counted
from sp_abm.study import Study
from sp_abm.viz.amounts import minus
from sp_abm.viz.svg import shortened
from sp_abm.viz.theme import SMALL_SIZE
from sp_abm.viz.words import NAME_WIDTH, as_sentence
from sp_abm.vocabulary import WEEKS_PER_YEAR

OUTREACH: Final = "outreach_share"
MOST_DECIMALS: Final = 8
_WHOLE_FROM: Final = 100.0
_CAPITALS: Final = {"gp": "GP", "gps": "GPs", "pcn": "PCN", "pcns": "PCNs", "gbp": "GBP", "fte": "FTE"}


def factor_words(name: str) -> str:
    """Return a factor's name as it is read: without its group and without underlines."""
    return " ".join(_CAPITALS.get(word, word) for word in name.rpartition(".")[2].split("_"))


def in_unit(unit: str) -> str:
    """Return the words that say in which unit a number is."""
    if unit.startswith("share"):
        return f"as a {unit}"
    return f"on a scale of {unit}" if unit[:1].isdigit() else f"in {unit}"


def value_words(value: Any) -> str:
    """Return a factor's value as a person writes it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return value.replace("_", " ") if isinstance(value, str) else number_words(value)


def number_words(value: float) -> str:
    """Return a number with three significant digits, whole and with commas where it is large."""
    if abs(value) >= _WHOLE_FROM:
        return minus(f"{value:,.0f}")
    short = f"{value:.3g}"
    return minus(f"{value:.{MOST_DECIMALS}f}".rstrip("0").rstrip(".") if "e" in short else short)


def study_footer(quantities: Sequence[Quantity]) -> tuple[str, ...]:
    """Return the lines at the foot: what it is not, place, study and how many runs; what to beware of."""
    study, values = quantities[0].study, quantities[0].values
    place, up_to = study.place, "" if np.isfinite(values).all() else "up to "
    where = shortened(place.name, NAME_WIDTH, SMALL_SIZE)
    origin = (
        f"{NOT_A_FORECAST} · {where} · study {shortened(study.name, NAME_WIDTH, SMALL_SIZE)} · {_span(study.weeks)} · "
        f"{counted(len(values), 'point')}, {up_to}{counted(values.shape[1], 'replication')}"
    )
    note = place.note or ("" if place.is_real else NOT_REAL)
    return tuple(filter(None, [origin, as_sentence(note) if note else "", OUTREACH_NOTE if _goes_out(study) else ""]))


def _span(weeks: int) -> str:
    return (
        f"{weeks // WEEKS_PER_YEAR} years"
        if weeks > WEEKS_PER_YEAR and not weeks % WEEKS_PER_YEAR
        else f"{weeks} weeks"
    )


def _goes_out(study: Study) -> bool:
    """Say whether link workers ever go out to meet people in a study."""
    return OUTREACH in study.factor_names or any(goes_out(arm.levers) for arm in study.arms.values())
