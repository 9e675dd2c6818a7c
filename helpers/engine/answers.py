"""One answer of a learner's code: as plain data, read again, and what can be said of it where it is wrong."""

from __future__ import annotations

import contextlib
import inspect
import traceback
from dataclasses import dataclass
from typing import Any

import numpy as np

from helpers.engine.codec import Unreadable, decode, encode, kind_of, mismatch

WRONG_TYPE = "WrongType"
MOST_TEXT = 300  # characters of what an error says
Json = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What code answered to one question: a value, or the error that it ended with.

    Attributes
    ----------
    value
        What came back. Of a `WrongType` it is there to be shown, and has no facts.
    facts
        What of the value counts; set where marks are made.
    error, text, line : str
        The error's type, what it says, and the learner's own line that it came from; "" where there is none.
    """

    value: Any = None
    facts: Any = None
    error: str = ""
    text: str = ""
    line: str = ""

    @classmethod
    def failed(cls, error: BaseException, code: Any) -> Answer:
        """The answer of code that ended with an error."""
        return cls(error=type(error).__name__, text=str(error)[:MOST_TEXT], line=own_line(error, code))

    @classmethod
    def wrong_type(cls, value: Any, asked: type) -> Answer:
        """The answer of code that returned another type than the one asked for."""
        text = f"a {asked.__name__.lower()} should come back, and this is a {type(value).__name__}"
        return cls(value, error=WRONG_TYPE, text=text)

    def to_json(self) -> Json:
        """As plain data: `{"value": ...}` or `{"error": ..., "text": ..., "line": ...}`, in a `WrongType` with a value.

        Raises
        ------
        TypeError
            If the value cannot travel; the message names its type.
        """
        if not self.error:
            return {"value": encode(self.value)}
        data: Json = {"error": self.error, "text": self.text}
        if self.line:
            data["line"] = self.line
        if self.error == WRONG_TYPE:
            with contextlib.suppress(TypeError):
                data["value"] = encode(self.value)
        return data

    @classmethod
    def from_json(cls, data: Any) -> Answer:
        """Read an answer that came as data, whoever wrote it; whatever is wrong with it becomes an error."""
        if type(data) is not dict:
            return cls(error="Unreadable", text="this is no answer")
        if "error" in data:
            error, text, line = (str(data.get(key, ""))[:MOST_TEXT] for key in ("error", "text", "line"))
            value = None
            with contextlib.suppress(Unreadable):
                value = decode(data.get("value")) if error == WRONG_TYPE else None
            return cls(value, None, error, text, line)
        try:
            return cls(decode(data.get("value")))
        except Unreadable as error:
            return cls(error="Unreadable", text=str(error))

    @property
    def complaint(self) -> str:
        """The error in one line, "" where there is none or the value tells more."""
        if self.error == WRONG_TYPE and self.value is not None:
            return ""
        where = f" · in your line: {self.line}" if self.line else ""
        return f"{self.error}: {self.text}{where}" if self.error else ""


def own_line(error: BaseException, code: Any) -> str:
    """The learner's own line in a traceback: the last one that stands in the file of the function or class."""
    function = vars(code).get("forward", vars(code).get("__init__")) if inspect.isclass(code) else code
    filename = getattr(getattr(function, "__code__", None), "co_filename", None)
    lines = [f.line for f in traceback.extract_tb(error.__traceback__) if f.filename == filename]
    return (lines[-1] or "")[:120] if lines else ""


def describe(given: list[Answer], expected: list[Answer], worst: int, asked: type | None) -> str:
    """What can be said of wrong answers that no misconception explains; `worst` is the question that is shown."""
    if given[worst].error == WRONG_TYPE and asked is not None:
        value = given[worst].value
        came = "an array" if isinstance(value, np.ndarray) else "" if value is None else kind_of(value)
        return f"A {asked.__name__.lower()} was asked, and {came or 'something else'} came."
    if given[worst].error == "InputChanged":
        return "Your code changes its own input."
    if given[worst].error and not expected[worst].error:
        stopped = "Your code stopped with an error."
        unknown = " Is the name misspelt, or does the cell that makes it still wait to be run?"
        return stopped + unknown if given[worst].error == "NameError" else stopped
    pairs = [(g.value, e.value) for g, e in zip(given, expected, strict=True)]
    if all(g is None for g, _ in pairs) and any(e is not None for _, e in pairs):
        return "Your function returns None. Is the `return` missing?"
    yours, theirs = pairs[worst]
    if is_numeric(yours) and is_numeric(theirs) and np.shape(yours) != np.shape(theirs):
        few = np.ndim(yours) == 0
        return "One number came back, and one for each was asked." if few else "The shape differs from what was asked."
    numeric = [(np.asarray(g), np.asarray(e)) for g, e in pairs if is_numeric(g) and is_numeric(e)]
    fitting = len(numeric) == len(pairs) and all(g.shape == e.shape for g, e in numeric)
    ratio = common_ratio(numeric) if fitting else None
    if ratio is not None:
        return f"Every number of yours is {ratio:.4g} times the expected one."
    return mismatch(yours, theirs) or "The answer differs."


def is_numeric(value: Any) -> bool:
    """Whether a decoded answer is a number or an array of numbers."""
    return isinstance(value, (int, float, np.ndarray)) and not isinstance(value, bool)


def common_ratio(pairs: list[tuple[np.ndarray, np.ndarray]]) -> float | None:
    """The factor by which all given numbers differ from the expected ones, if it is one and not 1."""
    if not pairs:
        return None
    given = np.concatenate([g.ravel().astype(float) for g, _ in pairs])
    expected = np.concatenate([e.ravel().astype(float) for _, e in pairs])
    known = np.abs(expected) > 1e-9
    if known.sum() < 3 or np.abs(given[~known]).max(initial=0) > 1e-6:
        return None
    with np.errstate(all="ignore"):
        ratios = given[known] / expected[known]
    ratio = float(np.median(ratios))
    steady = np.isfinite(ratio) and abs(ratio) > 1e-9 and bool(np.allclose(ratios, ratio, 1e-4, 0))
    return ratio if steady and abs(ratio - 1) > 1e-4 else None
