"""One answer of a learner's code: as plain data, read again, and what can be said of it where it is wrong."""

from __future__ import annotations

import contextlib
import inspect
import traceback
from dataclasses import dataclass
from typing import Any

from helpers.engine.codec import Unreadable, decode, encode

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
    has_record : bool
        Whether a tensor in the value still holds torch's record of how it was made.
    again : Answer or None
        What came when the same was asked once more, where that was something else.
    forbidden : str
        What the exercise forbids and the code used all the same; "" where it used nothing of it.
    """

    value: Any = None
    facts: Any = None
    error: str = ""
    text: str = ""
    line: str = ""
    has_record: bool = False
    again: Answer | None = None
    forbidden: str = ""

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
            return {"value": encode(self.value)} | ({"record": True} if has_record(self.value) else {})
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
            error, text, line = (writable(str(data.get(key, ""))[:MOST_TEXT]) for key in ("error", "text", "line"))
            value = None
            with contextlib.suppress(Unreadable):
                value = decode(data.get("value")) if error == WRONG_TYPE else None
            return cls(value, None, error, text, line)
        try:
            return cls(decode(data.get("value")), has_record=data.get("record") is True)
        except Unreadable as error:
            return cls(error="Unreadable", text=str(error))

    @property
    def complaint(self) -> str:
        """The error in one line, "" where there is none or the value tells more."""
        if self.error == WRONG_TYPE and self.value is not None:
            return ""
        where = f" · in your line: {self.line}" if self.line else ""
        return f"{self.error}: {self.text}{where}" if self.error else ""


def writable(text: str) -> str:
    """Text that can be written to a file: half a character, as of an emoji that was cut, becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")


def has_record(value: Any) -> bool:
    """Whether there is a tensor in a value that would be followed back by torch."""
    if isinstance(value, (list, tuple)):
        return any(has_record(one) for one in value)
    if isinstance(value, dict):
        return any(has_record(one) for one in value.values())
    return bool(getattr(value, "requires_grad", False))


def own_line(error: BaseException, code: Any) -> str:
    """The learner's own line in a traceback: the last one that stands in the file of the function or class."""
    function = vars(code).get("forward", vars(code).get("__init__")) if inspect.isclass(code) else code
    filename = getattr(getattr(function, "__code__", None), "co_filename", None)
    lines = [f.line for f in traceback.extract_tb(error.__traceback__) if f.filename == filename]
    return (lines[-1] or "")[:120] if lines else ""
