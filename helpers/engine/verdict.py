"""What marking finds: a status, points, a sentence, and the question that shows the mistake best."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

SIGNS = {"right": "✔", "part": "◐", "empty": "○"}


class Status(str, Enum):
    """How an answer stands; `PART` is a wrong answer that earned points, where that is told apart.

    A status is its own word in JSON, in a sentence and in a comparison: `Status.RIGHT == "right"`.
    """

    RIGHT = "right"
    PART = "part"
    WRONG = "wrong"
    EMPTY = "empty"
    FORBIDDEN = "forbidden"
    UNREADABLE = "unreadable"

    __str__ = str.__str__

    @property
    def sign(self) -> str:
        """One character for tables and headlines."""
        return SIGNS.get(self.value, "✘")


@dataclass(frozen=True)
class Failure:
    """The question that shows the mistake best, with both answers decoded (or an answer that is an error)."""

    question: Any
    given: Any
    expected: Any
    error: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """What can be said of a wrong answer.

    Attributes
    ----------
    sentence : str
    misconception : str or None
        The name of the misconception that gives the same answers.
    is_explained : bool
        Whether the sentence says what the mistake is, not only where it shows.
    may_be_closer : bool
        Whether it speaks of the reference or of shapes: what to change in the learner's own code would be closer.
    """

    sentence: str
    misconception: str | None = None
    is_explained: bool = True
    may_be_closer: bool = False


@dataclass(frozen=True)
class Verdict:
    """What marking found.

    Attributes
    ----------
    status : Status
        Any but `PART`.
    points, max_points : float
    message : str
        One or two sentences to the learner.
    misconception : str or None
        The name of the misconception that gives the same answers.
    failure : Failure or None
    parts : dict of str to bool
        Which parts were right, where the exercise has parts.
    is_explained : bool
        Whether the message says what the mistake is: then a general hint would only speak of something else.
    may_be_closer : bool
        Whether a change to the learner's own code, where one is found, says it better.
    """

    status: Status
    points: float
    max_points: float
    message: str
    misconception: str | None = None
    failure: Failure | None = None
    parts: dict[str, bool] = field(default_factory=dict)
    is_explained: bool = False
    may_be_closer: bool = False

    @property
    def passed(self) -> bool:
        """Whether every question was answered rightly."""
        return self.status is Status.RIGHT

    @property
    def standing(self) -> Status:
        """For a table: `RIGHT`, `PART` with some of the points, `WRONG`, or `EMPTY` where no answers came."""
        if self.points and not self.passed:
            return Status.PART
        return {Status.FORBIDDEN: Status.WRONG, Status.UNREADABLE: Status.EMPTY}.get(self.status, self.status)


@dataclass(frozen=True)
class Mistake:
    """What a class report counts: a name that students share, and the sentence that they read."""

    name: str
    hint: str
