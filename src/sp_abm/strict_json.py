"""Strict JSON: content as every reader of JSON takes it, a number that there is none of as null."""

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any


def finite(content: Any, digits: int | None = None) -> Any:
    """Return nested content with every missing number as None, and the others with so many digits if any are named."""
    if isinstance(content, Mapping):
        return {key: finite(value, digits) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [finite(item, digits) for item in content]
    if isinstance(content, float):
        if not isfinite(content):
            return None
        return float(content) if digits is None else float(f"{content:.{digits}g}")
    return content


def to_json(content: Any, digits: int | None = None) -> str:
    """Return content as JSON that people can read too."""
    return json.dumps(finite(content, digits), indent=1, allow_nan=False)
