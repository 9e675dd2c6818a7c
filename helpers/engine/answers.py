"""One answer of a learner's code: as plain data, read again, and what can be said of it where it is wrong."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from helpers.engine.codec import Unreadable, decode, encode, kind_of, mismatch

WRONG_TYPE = "WrongType"
# {"value": encoded} or {"error": type, "text": message, "line": the learner's own line}; a WrongType has a value, too
Answer = dict[str, Any]


@dataclass(frozen=True)
class Read:
    """A decoded answer: its value and facts; or the error's type, its text and the learner's own line.

    Of a WrongType the value is there to be shown, and has no facts.
    """

    value: Any
    facts: Any
    error: str = ""
    text: str = ""
    line: str = ""

    @property
    def complaint(self) -> str:
        """The error in one line, "" where there is none or the value tells more."""
        if self.error == WRONG_TYPE and self.value is not None:
            return ""
        where = f" · in your line: {self.line}" if self.line else ""
        return f"{self.error}: {self.text}{where}" if self.error else ""


def wrong_type(value: Any, asked: type) -> Answer:
    """The answer of code that returned another type than the one asked for, with the value if it can travel."""
    text = f"a {asked.__name__.lower()} should come back, and this is a {type(value).__name__}"
    answer = {"error": WRONG_TYPE, "text": text}
    with contextlib.suppress(TypeError):
        answer["value"] = encode(value)
    return answer


def shown_value(answer: Answer) -> Any:
    """What code of the wrong type returned; None where nothing readable came or where it ended with an error."""
    with contextlib.suppress(Unreadable):
        return decode(answer.get("value")) if answer["error"] == WRONG_TYPE else None
    return None


def describe(given: list[Read], expected: list[Read], worst: int, asked: type | None) -> str:
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
