"""Answers as plain data: what a learner's code returned, as JSON that cannot run.

Numbers, strings, lists, dicts and arrays travel; anything else is refused by name. Arrays go as base64 bytes with
dtype and shape, never as pickles. `decode` trusts nothing: sizes are checked before memory is taken.
"""

from __future__ import annotations

import base64
import binascii
import math
from typing import Any

import numpy as np

MAX_BYTES = 4_000_000  # of one array
MAX_TEXT = 20_000  # characters of one string
MAX_ITEMS = 100_000  # values in one answer
MAX_DEPTH = 12
DTYPES = ("|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", "<f2", "<f4", "<f8")


class Unreadable(ValueError):
    """An answer that is not plain data, or too large to be one."""


def encode(value: Any, depth: int = 0) -> Any:
    """Turn what a learner's code returned into plain data.

    Parameters
    ----------
    value
        None, bool, int, float, str, list, tuple, set, dict, numpy array or scalar, torch tensor or module output,
        pandas Series; nested up to `MAX_DEPTH`.

    Returns
    -------
    Any
        JSON-ready: scalars stay themselves, everything else is a dict with one tag.

    Raises
    ------
    TypeError
        If the value cannot be an answer; the message names its type.
    """
    if depth > MAX_DEPTH:
        raise TypeError("an answer nested this deep cannot be read")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)[:MAX_TEXT]
    if isinstance(value, int):
        if abs(value) >= 2**63:
            raise TypeError("an integer beyond 64 bits cannot be an answer")
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {"float": repr(float(value))}
    if isinstance(value, (list, tuple)):
        return {"list": [encode(item, depth + 1) for item in value]}
    if isinstance(value, (set, frozenset)):
        return {"set": [encode(item, depth + 1) for item in sorted(value, key=repr)]}
    if isinstance(value, dict):
        return {"dict": [[encode(k, depth + 1), encode(v, depth + 1)] for k, v in value.items()]}
    return encode_array(value)


def encode_array(value: Any) -> Any:
    """Encode a tensor, array, numpy scalar or Series as `{"array": base64, "dtype": ..., "shape": [...]}`."""
    if hasattr(value, "detach"):  # a torch tensor, on any device
        value = value.detach().cpu()
        value = (value.float() if value.is_floating_point() and value.element_size() < 4 else value).numpy()
    elif hasattr(value, "to_numpy"):
        value = value.to_numpy()
    if not isinstance(value, (np.ndarray, np.generic)):
        raise TypeError(f"a {type(value).__name__} cannot be an answer")
    array = np.asarray(value)
    if array.dtype.kind in "US":
        return encode(array.tolist())
    if array.dtype.kind not in "biuf" or array.nbytes > MAX_BYTES:
        raise TypeError(f"an array of dtype {array.dtype} and {array.nbytes} bytes cannot be an answer")
    array = array.astype(array.dtype.newbyteorder("<"))
    return {
        "array": base64.b64encode(array.tobytes()).decode("ascii"),
        "dtype": array.dtype.str,
        "shape": list(array.shape),
    }


def decode(data: Any) -> Any:
    """Read plain data back into Python values and numpy arrays.

    Raises
    ------
    Unreadable
        If the data is not what `encode` makes, is too large or nested too deep.
    """
    budget = [MAX_ITEMS]
    try:
        return _decode(data, 0, budget)
    except Unreadable:
        raise
    except (
        TypeError,
        ValueError,
        KeyError,
        AttributeError,
        OverflowError,
        RecursionError,
        MemoryError,
    ) as error:
        raise Unreadable(f"this is no answer: {type(error).__name__}") from None


def _decode(data: Any, depth: int, budget: list[int]) -> Any:
    budget[0] -= 1
    if depth > MAX_DEPTH or budget[0] < 0:
        raise Unreadable("this answer is nested too deep or holds too many values")
    if data is None or type(data) in (bool, int, float):
        return data
    if type(data) is str:
        if len(data) > MAX_TEXT:
            raise Unreadable("this text is too long")
        return data
    if type(data) is not dict:
        raise Unreadable("this is no answer")
    if "array" in data:
        return decode_array(data)
    ((tag, content),) = data.items()
    if tag == "float" and content in ("nan", "inf", "-inf"):
        return float(content)
    if type(content) is not list or len(content) > budget[0]:
        raise Unreadable("this answer holds too many values")
    if tag == "dict":
        return {_decode(k, depth + 1, budget): _decode(v, depth + 1, budget) for k, v in content}
    items = [_decode(item, depth + 1, budget) for item in content]
    if tag == "list":
        return items
    if tag == "set":
        return set(items)
    raise Unreadable("this is no answer")


def decode_array(data: dict[str, Any]) -> np.ndarray:
    """Read `{"array", "dtype", "shape"}`; the number of bytes must be exactly what the shape asks for."""
    text, dtype, shape = data["array"], data["dtype"], data["shape"]
    if type(text) is not str or len(text) > MAX_BYTES * 4 // 3 + 4:
        raise Unreadable("this array is too large")
    if dtype not in DTYPES or type(shape) is not list or len(shape) > 8:
        raise Unreadable("this array has no readable dtype or shape")
    if not all(type(n) is int and n >= 0 for n in shape) or math.prod(max(n, 1) for n in shape) > MAX_BYTES:
        raise Unreadable(
            "this array has no readable shape"
        )  # (10**6, 10**6, 0) has no bytes, and as lists 10**12 parts
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise Unreadable("this array is not base64") from None
    if len(raw) != math.prod(shape) * np.dtype(dtype).itemsize:
        raise Unreadable("this array does not have the size it claims")
    return np.frombuffer(raw, dtype).reshape(shape)


def same(given: Any, expected: Any, rtol: float, atol: float) -> bool:
    """Whether two decoded answers agree: numbers and arrays by shape and value, the rest exactly.

    Integers, floats, lists of numbers and arrays of any dtype compare by value, so float64, float32, a tensor and a
    list of floats are all welcome.
    """
    if isinstance(expected, (np.ndarray, int, float)):
        return same_numbers(given, expected, rtol, atol)
    if isinstance(expected, list):
        if isinstance(given, np.ndarray):
            given = given.tolist()
        if not isinstance(given, list) or len(given) != len(expected):
            return False
        return all(same(g, e, rtol, atol) for g, e in zip(given, expected, strict=True))
    if isinstance(expected, dict):
        if not isinstance(given, dict) or given.keys() != expected.keys():
            return False
        return all(same(given[key], expected[key], rtol, atol) for key in expected)
    return type(given) is type(expected) and given == expected


def same_numbers(given: Any, expected: Any, rtol: float, atol: float) -> bool:
    """Whether two numbers or arrays have the same shape and close values (NaN equals only an expected NaN).

    What `numpy.allclose` says, at a fifth of its cost: small answers are compared by the hundred thousand.
    """
    try:
        x, y = np.asarray(given), np.asarray(expected)
    except ValueError:  # a ragged list
        return False
    if x.dtype.kind not in "biuf" or x.shape != y.shape:
        return False
    x, y = x.astype(float), y.astype(float)
    with np.errstate(all="ignore"):
        is_close = np.abs(x - y) <= atol + rtol * np.abs(y)
        is_close &= np.isfinite(y)
        if is_close.all():
            return True
        return bool((is_close | (x == y) | ((x != x) & (y != y))).all())


def mismatch(given: Any, expected: Any) -> str:
    """What was asked and what came, in words, where two decoded answers are of different kinds; else ""."""
    asked, came = kind_of(expected), kind_of(given)
    if type(given) is type(expected) or asked == came or not (asked and came):
        return ""
    return f"{asked.capitalize()} was asked, and {came} came."


def kind_of(value: Any) -> str:
    """A decoded answer's kind in words, "" for arrays and truth values, which may stand for several."""
    if isinstance(value, (list, tuple)):
        return "a pair" if len(value) == 2 else f"a list of {len(value)}"
    names = {int: "a number", float: "a number", str: "a text", dict: "a dictionary", type(None): "nothing"}
    return names.get(type(value), "")
