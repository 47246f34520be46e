"""Amounts: values, differences and their doubt as a person reads them, alike in tables, pages and reports."""

from math import floor, isfinite, log10
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from sp_abm.comparison import Difference

IDENTICAL: Final = "identical"
MISSING: Final = "-"
_LEAVING: Final = "per link worker a year"


def scaled(unit: str) -> tuple[float, str]:
    """Return by what to multiply a value, and its unit in natural frequencies: a share becomes "of 1,000 people"."""
    if unit == _LEAVING:
        return 100.0, "of 100 link workers, a year"
    if not unit.startswith("share of "):
        return 1.0, unit
    whole = unit.removeprefix("share of ")
    return (1000.0, f"of 1,000 {whole}") if whole.startswith("people") else (100.0, f"of 100 {whole}")


def decimals(size: float, digits: int) -> int:
    """Return how many decimals show a number of this size with that many significant digits, 0 to 4."""
    return max(0, _last_place(size, digits))


def _last_place(size: float, digits: int) -> int:
    """Return the place of the last significant digit, at most 4 after the point; -3 for thousands."""
    if not isfinite(size) or size == 0:
        return 0
    return min(4, digits - 1 - floor(log10(abs(size))))


def place_of_doubt(mean: float, low: float, high: float) -> int:
    """Return the last place to show of a mean and its interval: one digit of the doubt, two where that is a 1.

    More would say of a mean what nobody knows; a 1 alone would hide up to half of the doubt. An interval that does not
    touch 0 keeps a digit of its nearer end, lest it look as if it did. Without doubt, three digits of the mean. It is
    negative where a doubt is of tens or more, but one digit of the mean is left.
    """
    half = (high - low) / 2
    if not half > 0:
        return decimals(mean, 3)
    places = _last_place(half, 2 if f"{half:e}".startswith("1") else 1)
    if low * high > 0:
        places = max(places, _last_place(min(abs(low), abs(high)), 1))
    return max(places, min(0, _last_place(mean, 1)))


def number(value: float, places: int, *, is_signed: bool = False) -> str:
    """Return a number with thousands marked, a dash where there is none; never a negative zero.

    `places` are decimals; -2 rounds to hundreds.
    """
    if not isfinite(value):
        return MISSING
    rounded = round(value, places) + 0.0
    return f"{rounded:{'+' if is_signed and rounded else ''},.{max(0, places)}f}"


def minus(shown: str) -> str:
    """Return a number as shown with a true minus, as pictures have it; a dash that stands for none stays."""
    return shown if shown == MISSING else shown.replace("-", "−")


def plain(value: float | str) -> str:
    """Return a number without needless decimals, or a word as it is."""
    return value if isinstance(value, str) else f"{value:.10g}"


def bare(shown: str) -> str:
    """Return a number as shown, for machines: without commas, and nothing where there is a dash."""
    return "" if shown == MISSING else shown.replace(",", "")


def number_in(shown: str) -> float | None:
    """Return the number that is shown, a whole one where it has no decimals; None where there is a dash."""
    digits = bare(shown)
    return (float(digits) if "." in digits else int(digits)) if digits else None


def amount(value: float, unit: str) -> tuple[str, str]:
    """Return a value and its unit as a person reads them."""
    factor, words = scaled(unit)
    return number(value * factor, decimals(value * factor, 3)), words


def verdict(difference: "Difference") -> str:
    """Return the verdict on noise; `identical` if no run differs at all, a dash if nothing was measured."""
    if np.isnan(difference.mean):
        return MISSING
    if difference.mean == difference.low == difference.high == 0:
        return IDENTICAL
    return difference.verdict


def interval(difference: "Difference", factor: float = 1.0) -> tuple[str, str]:
    """Return (mean with its sign, low to high), with no more digits than their doubt lets one know."""
    mean, low, high = (factor * value for value in (difference.mean, difference.low, difference.high))
    places = place_of_doubt(mean, low, high)
    if not np.isfinite(low):
        return number(mean, places, is_signed=True), MISSING
    return (
        number(mean, places, is_signed=True),
        f"{number(low, places, is_signed=True)} to {number(high, places, is_signed=True)}",
    )
