"""Measures: what a run says, each declared once with its unit, label, and how weeks are totalled."""

from typing import Final

from sp_abm.errors import unknown
from sp_abm.measures.declared import Kind, Measure, Subject, TheoryOfChange, Window, ratio
from sp_abm.measures.people import PEOPLE
from sp_abm.measures.service import SERVICE
from sp_abm.measures.system import SYSTEM

__all__ = ["MEASURES", "Kind", "Measure", "Subject", "TheoryOfChange", "Window", "measure", "ratio"]

MEASURES: Final[dict[str, Measure]] = {declared.name: declared for declared in (*PEOPLE, *SERVICE, *SYSTEM)}


def measure(name: str) -> Measure:
    """Return a declared measure, or raise `UnknownName` with the nearest one."""
    if name not in MEASURES:
        raise unknown("measure", name, MEASURES)
    return MEASURES[name]
