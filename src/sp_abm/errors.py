"""Errors are colleagues: each names the place, the value, what was allowed and the nearest name.

SpAbmError
├── UnknownName (KeyError)      a scenario, place, lever, measure or parameter that does not exist
├── BadValue (ValueError)       a value of the wrong type or out of range
├── BadFile (ValueError)        a file that cannot be read as what it should be
├── CannotWrite (OSError)       a folder or file that cannot be written
├── MissingExtra (ImportError)  a library that only some uses need and that is not installed
├── SchedulerLost (ConnectionError)  a Dask scheduler that is not there or goes away
└── WorkersLost (RuntimeError)  processes that should share the work and do not: they end, never come, or are others
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

_MOST_LISTED: Final = 20


class SpAbmError(Exception):
    """Base of every error a user can cause and mend."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class UnknownName(SpAbmError, KeyError):
    """A name that is not among those known."""


class BadValue(SpAbmError, ValueError):
    """A value of the wrong type or outside its bounds."""


class BadFile(SpAbmError, ValueError):
    """A file that is broken, incomplete or of another kind."""


class CannotWrite(SpAbmError, OSError):
    """A place where nothing can be written."""


class MissingExtra(SpAbmError, ImportError):
    """An optional library that is not installed."""


class SchedulerLost(SpAbmError, ConnectionError):
    """A scheduler of a cluster that does not answer."""


class WorkersLost(SpAbmError, RuntimeError):
    """Processes that were to share the work and cannot be kept alive."""


def unknown(kind: str, name: object, known: Iterable[str], where: str = "") -> UnknownName:
    """Return the error for an unknown name, with the nearest known one and, if short, the whole list."""
    names = sorted(set(known))
    near = get_close_matches(str(name), names, n=1, cutoff=0.5)
    place = f" ({where})" if where else ""
    hint = f" Did you mean {near[0]}?" if near else ""
    if not near and len(names) <= _MOST_LISTED:
        hint = f" Known: {', '.join(names)}."
    article = "an" if kind[0] in "aeiou" else "a"
    return UnknownName(f"{str(name)!r} is not {article} {kind}{place}.{hint}")
