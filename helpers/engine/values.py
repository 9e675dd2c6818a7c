"""What decoded answers are made of: results by their names, numbers, tables of numbers, None."""

from __future__ import annotations

from typing import Any

import numpy as np


def results(values: list[tuple[Any, Any]]) -> dict[str, list[tuple[Any, Any]]]:
    """The results of each question, sorted by their names or places; {} where they are not alike."""
    found: dict[str, list[tuple[Any, Any]]] = {}
    for given, expected in values:
        if isinstance(given, (list, tuple)) and isinstance(expected, (list, tuple)) and len(given) == len(expected):
            items = [(f"number {at + 1}", g, e) for at, (g, e) in enumerate(zip(given, expected, strict=True))]
        elif isinstance(given, dict) and isinstance(expected, dict) and given.keys() == expected.keys():
            items = [(f"`{key}`", given[key], expected[key]) for key in expected]
        else:
            return {}
        for name, g, e in items:
            found.setdefault(name, []).append((g, e))
    return found


def has_none(value: Any) -> bool:
    """Whether None stands in a list or a dictionary."""
    items = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return any(item is None or has_none(item) for item in items)


def is_numeric(value: Any) -> bool:
    """Whether a decoded answer is a number or an array of numbers."""
    return isinstance(value, (int, float, np.ndarray)) and not isinstance(value, bool)


def is_array(value: Any) -> bool:
    """Whether a decoded answer can be read as an array of numbers."""
    return is_numeric(value) or (isinstance(value, list) and len(value) > 2 and len(shape_of(value)) < 3)


def shape_of(value: Any) -> tuple:
    """The shape of a table of plain numbers in lists; of anything else one that no table has."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return ()
    inner = {shape_of(one) for one in value} if isinstance(value, list) and value else {(0, 0, 0)}
    return (len(value), *inner.pop()) if len(inner) == 1 and isinstance(value, list) else (0, 0, 0)
