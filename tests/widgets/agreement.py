"""Whether the browser's numbers are Python's."""

from __future__ import annotations

from typing import Any

import numpy as np

# a widget's numbers, its typed arrays as lists; to be evaluated on its root
NUMBERS = """(root) => JSON.parse(JSON.stringify(
  root.numbers(), (key, value) => ArrayBuffer.isView(value) ? Array.from(value) : value))"""


def agree(ours: Any, theirs: Any, where: str = "numbers") -> None:
    """Python's and the browser's numbers are the same, names and shapes included."""
    if isinstance(ours, dict):
        assert isinstance(theirs, dict) and sorted(ours) == sorted(theirs), where
        for key in ours:
            agree(ours[key], theirs[key], f"{where}.{key}")
    elif isinstance(ours, list) and not all(isinstance(value, (int, float)) for value in ours):
        assert isinstance(theirs, list) and len(ours) == len(theirs), where
        for i, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            agree(one, other, f"{where}[{i}]")
    elif isinstance(ours, (int, float, list)) and not isinstance(ours, bool):
        np.testing.assert_allclose(np.array(theirs, float), ours, rtol=1e-5, atol=1e-6, err_msg=where)
    else:
        assert ours == theirs, where
