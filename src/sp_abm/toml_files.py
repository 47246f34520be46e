"""Files of a user's own, a scenario or a place in TOML: whatever is wrong with one is told in plain words."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from sp_abm.errors import BadFile, unknown

MOST_BYTES: Final = 1_000_000


def read_toml(path: Path, kind: str) -> dict[str, Any]:
    """Return what a file of a `kind`, such as "place", says; raises `BadFile` naming the file and the line."""
    refused = f"{path} cannot be read as a {kind}"
    try:
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as problem:
        raise BadFile(f"{refused}: {getattr(problem, 'strerror', None) or problem}.") from None
    if len(content) > MOST_BYTES:
        raise BadFile(f"{refused}: it is larger than {MOST_BYTES:,} bytes.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise BadFile(f"{refused}: line {line} is not UTF-8 text. Save the file as UTF-8.") from None
    return parsed_toml(text, str(path))


def parsed_toml(text: str, where: str) -> dict[str, Any]:
    """Return what a TOML text says, or raise `BadFile` naming `where` it stands and the line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise BadFile(f"{where} is not valid TOML: {problem}.") from None
    except (ValueError, RecursionError):
        raise BadFile(f"{where} is not valid TOML: it has a number too long or a list too deep to read.") from None


def check_keys(kind: str, entry: Mapping[str, Any], allowed: Iterable[str], where: str) -> None:
    """Raise `UnknownName` with the nearest name if a table of a `kind` ("factor", "[design]") has a key not allowed."""
    article = "" if kind.startswith("[") else "an " if kind[0] in "ao" else "a "
    for key in entry:
        if key not in allowed:
            raise unknown(f"field of {article}{kind}", key, allowed, where)
