"""What plain values are like: small questions on what an answer or a question is made of."""

from __future__ import annotations

from typing import Any

import numpy as np


def is_plain(value: Any) -> bool:
    """Whether a value is made of plain numbers."""
    if isinstance(value, (list, tuple)):
        return bool(value) and all(is_plain(one) for one in value)
    return isinstance(value, (int, float))


def is_nan(value: Any) -> bool:
    """Whether a value is made of nan alone."""
    if isinstance(value, (list, tuple)):
        return bool(value) and all(is_nan(one) for one in value)
    if isinstance(value, dict):
        return bool(value) and all(is_nan(one) for one in value.values())
    return isinstance(value, (float, np.ndarray)) and bool(np.isnan(value).all()) and np.size(value) > 0


def size(value: Any) -> int:
    """How much there is to look at in a question."""
    if isinstance(value, (list, tuple)):
        return 1 + sum(size(item) for item in value)
    if isinstance(value, dict):
        return 1 + sum(size(item) for item in value.values())
    return len(value) if isinstance(value, str) else int(getattr(value, "numel", lambda: np.size(value))())
