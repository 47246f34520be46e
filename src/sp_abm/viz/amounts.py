"""Amounts: a measure's value and unit as a person reads them, the same on the command line and in every picture."""

from math import floor, isfinite, log10
from typing import Final

MISSING: Final = "-"


def scaled(unit: str) -> tuple[float, str]:
    """Return by what to multiply a value, and its unit in natural frequencies: a share becomes "of 1,000 people"."""
    if not unit.startswith("share of "):
        return 1.0, unit
    whole = unit.removeprefix("share of ")
    return (1000.0, f"of 1,000 {whole}") if whole.startswith("people") else (100.0, f"of 100 {whole}")


def decimals(size: float, digits: int) -> int:
    """Return how many decimals show a number of this size with that many significant digits, at most 4."""
    if not isfinite(size) or size == 0:
        return 0
    return min(4, max(0, digits - 1 - floor(log10(abs(size)))))


def number(value: float, places: int, *, is_signed: bool = False) -> str:
    """Return a number with thousands marked, a dash where there is none; never a negative zero."""
    if not isfinite(value):
        return MISSING
    rounded = round(value, places) + 0.0
    return f"{rounded:{'+' if is_signed and rounded else ''},.{places}f}"


def amount(value: float, unit: str) -> tuple[str, str]:
    """Return a value and its unit as a person reads them."""
    factor, words = scaled(unit)
    return number(value * factor, decimals(value * factor, 3)), words
