"""What plain values are like: small questions on what an answer or a question is made of."""

from __future__ import annotations

import copy
import sys
from typing import Any

import numpy as np

ATOMS = (type(None), bool, int, float, str)  # what cannot be changed


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


def copied(arguments: tuple) -> tuple:
    """A deep copy of some arguments; plain tensors go without torch's own way, which costs more than many an answer.

    Parameters
    ----------
    arguments : tuple

    Returns
    -------
    tuple
        Of the copies. What shared memory before shares it afterwards.
    """
    places = [one.data_ptr() for one in arguments if is_whole_tensor(one)]
    alone = len(places) == len(set(places))
    if not alone or not all(type(one) in ATOMS or is_whole_tensor(one) for one in arguments):
        return copy.deepcopy(tuple(arguments))
    return tuple(one if type(one) in ATOMS else one.clone() for one in arguments)


def is_whole_tensor(value: Any) -> bool:
    """Whether a value is a tensor that is all of what it lies in, without slopes, a record or anything else on it."""
    torch = sys.modules.get("torch")
    if torch is None or type(value) is not torch.Tensor or value.layout is not torch.strided:
        return False
    has_more = value.requires_grad or value.grad is not None or bool(vars(value))
    return not has_more and value.is_contiguous() and value.untyped_storage().nbytes() == value.nbytes > 0
