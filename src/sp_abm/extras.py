"""Extras: libraries that only some uses need, loaded when they are needed."""

from importlib import import_module
from typing import Any

from sp_abm.errors import MissingExtra


def extra(module: str, name: str, what: str) -> Any:
    """Return a module of the extra `name`; raises `MissingExtra`, saying `what` needs it and how to get it."""
    try:
        return import_module(module)
    except ImportError:
        library = module.partition(".")[0]
        raise MissingExtra(f"{what} needs {library}, which is not installed: pip install 'sp_abm[{name}]'.") from None
