"""An exercise: one object that asks, diagnoses, marks and proves itself.

An author writes `questions` (drawn from a seed), a `reference` and the wrong answers that learners give, each marked
`@misconception(hint)`. From these come check, diagnosis, mark, the grader's tests and the table of misconceptions.

Answers travel, verdicts do not: `answers(code, seed)` runs beside the learner's code and yields plain data;
`mark(answers, seed)` needs only that data, so it can run where the code never was.
"""

from __future__ import annotations

import contextlib
import copy
import io
import re
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from helpers.engine.answers import Answer, Read, describe, shown_value, wrong_type
from helpers.engine.codec import Unreadable, decode, encode, same
from helpers.engine.watch import Watch

CHANGED = "your code changes what it was given, and others still need that; make something new instead"


def misconception(hint: str) -> Callable[[Any], Any]:
    """Mark a method (or a nested class) as a wrong answer that learners give, with the sentence they then read."""

    def mark(wrong: Any) -> Any:
        wrong.hint = hint
        return wrong

    return mark


class Question(tuple):
    """The arguments of one call, and the part of the exercise whose points hang on it."""

    part: str

    def __new__(cls, *arguments: Any, part: str = "") -> Question:
        """Make a question of the arguments; `part` is a key of the exercise's `parts`."""
        question = super().__new__(cls, arguments)
        question.part = part
        return question


@dataclass(frozen=True)
class Misconception:
    """A named wrong answer: what to tell its author, and code that gives it."""

    name: str
    hint: str
    code: Any = field(repr=False)


@dataclass(frozen=True)
class Failure:
    """The question that shows the mistake best, with both answers decoded (or an answer that is an error)."""

    question: tuple
    given: Any
    expected: Any
    error: str = ""


@dataclass(frozen=True)
class Verdict:
    """What marking found.

    Attributes
    ----------
    status : {"right", "wrong", "empty", "forbidden", "unreadable"}
    points, max_points : float
    message : str
        One or two sentences to the learner.
    misconception : str or None
        The name of the misconception that gives the same answers to every question.
    failure : Failure or None
    parts : dict of str to bool
        Which parts were right, where the exercise has parts.
    """

    status: str
    points: float
    max_points: float
    message: str
    misconception: str | None = None
    failure: Failure | None = None
    parts: dict[str, bool] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether every question was answered rightly."""
        return self.status == "right"


class Exercise:
    """Base of all exercises; a subclass is named in CamelCase as its function is in snake_case.

    A subclass sets `points` (or `parts`), perhaps `forbids` and `hints`, and defines `questions`, `reference` and
    misconceptions. The first line of its docstring is the signature that learners are asked for.
    """

    kind = "function"
    points: float = 1
    parts: dict[str, float] = {}  # part -> its points; they add up to `points`
    forbids: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()  # told at the second and third try
    returns: type | None = None  # what must come back, where anything that holds the numbers will not do
    any_dtype = False  # whether later cells take a tensor of any dtype, as long as it is one
    rtol, atol = 1e-4, 1e-6
    unwritten = "not written yet. Replace the line `raise NotImplementedError()`."
    reference: Any  # a method, or a nested class where the exercise asks for a class
    lesson: int  # set by the registry in helpers.exercises
    sealed = False  # whether this copy of the course was made without answers

    # -- what an author writes ------------------------------------------------------------------------------------

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        """Yield the arguments of each call; the same generator state yields the same questions."""
        raise TypeError(f"{type(self).__name__} asks nothing: define questions(self, rng)")

    def ask(self, code: Any, *arguments: Any) -> Any:
        """Put one question to the code. Override it for classes, training steps and everything stateful."""
        return code(*arguments)

    def words(self, *arguments: Any) -> str:
        """A question in words, for one that is no plain call of the learner's function; shown as what was asked."""
        return ""

    def facts(self, answer: Any, *arguments: Any) -> Any:
        """What counts of a decoded answer: override it where several answers are right. Runs where marks are made."""
        return answer

    # -- what runs beside the learner's code ----------------------------------------------------------------------

    @property
    def id(self) -> str:
        """The name that learners use: the class's name in snake_case."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type(self).__name__).lower()

    @property
    def key(self) -> str:
        """The name within the whole course: lesson and id."""
        return f"{self.lesson:02d}/{self.id}"

    @property
    def signature(self) -> str:
        """The first line of the docstring."""
        return (type(self).__doc__ or self.id).strip().splitlines()[0]

    @property
    def code_name(self) -> str:
        """What learners call their function or class: the first word of the signature (`MLP`, whose id is `mlp`)."""
        return re.split(r"\W", self.signature, maxsplit=1)[0]

    def asked(self, seed: int) -> list[Question]:
        """The questions of this seed."""
        rng = np.random.default_rng(seed)
        return [q if isinstance(q, Question) else Question(*q) for q in self.questions(rng)]

    def answers(self, code: Any, seed: int) -> list[Answer]:
        """What the code answers to the questions of this seed, as plain data. Nothing the code does gets out."""
        return [self.answer(code, question) for question in self.asked(seed)]

    def answer(self, code: Any, question: Question) -> Answer:
        """One answer. The code gets its own copy of the question; what it prints is dropped."""
        watch = Watch(self.forbids)
        answer = self.watched_answer(code, question, watch)
        return {"error": "Forbidden", "text": watch.used[0]} if watch.used else answer

    def watched_answer(self, code: Any, question: Question, watch: Watch) -> Answer:
        """One answer, while `watch` sees what the code calls."""
        arguments = copy.deepcopy(tuple(question))
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()), watch:
                value = self.ask(code, *arguments)
            if self.returns is not None and value is not None and not isinstance(value, self.returns):
                return wrong_type(value, self.returns)
            if plain_parts(arguments) != plain_parts(question):
                return {"error": "InputChanged", "text": CHANGED}
            return {"value": encode(value)}
        except (Exception, SystemExit) as error:
            return {"error": type(error).__name__, "text": str(error)[:300], "line": own_line(error, code)}

    # -- what runs where the marks are made -----------------------------------------------------------------------

    def mark(self, answers: Any, seed: int) -> Verdict:
        """Judge handed-in answers against the questions of this seed. Safe against any JSON."""
        questions = self.asked(seed)
        given = self.read(answers, questions)
        if given is None:
            return self.verdict("unreadable", "No readable answers were handed in.")
        used = [g.text for g in given if g.error == "Forbidden" and g.text in self.forbids]
        if used:
            return self.forbidden(used)
        expected = [known_answer(self, "reference", seed, place) for place in range(len(questions))]
        right = [self.agree(g, e) for g, e in zip(given, expected, strict=True)]
        if all(right):
            return self.verdict("right", f"right on all {len(right)} questions.", right, questions)
        if self.is_empty(given):
            return self.verdict("empty", self.unwritten)
        worst = min((i for i, good in enumerate(right) if not good), key=lambda i: size(questions[i]))
        failure = Failure(tuple(questions[worst]), given[worst].value, expected[worst].value, given[worst].complaint)
        name, message = self.diagnose(given, expected, questions, seed)
        if name is None:
            message = message or describe(given, expected, worst, self.returns)
        return self.verdict("wrong", message, right, questions, name, failure)

    def forbidden(self, used: list[str]) -> Verdict:
        """The verdict on code that uses what this exercise forbids."""
        names = ", ".join(f"`{name.lstrip('.')}`" for name in dict.fromkeys(used))
        return self.verdict("forbidden", f"Your code uses {names}, which does the exercise for you.")

    def is_empty(self, given: list[Read]) -> bool:
        """Whether nothing was written: every answer is the stub's bare NotImplementedError (torch's own says more)."""
        return all(g.error == "NotImplementedError" and not g.text for g in given)

    def read(self, answers: Any, questions: list[Question]) -> list[Read] | None:
        """Decode answers and reduce each to its facts; None where they are no answers to these questions."""
        if type(answers) is not list or len(answers) != len(questions):
            return None
        return [self.read_one(answer, question) for answer, question in zip(answers, questions, strict=True)]

    def read_one(self, answer: Any, question: Question) -> Read:
        """Decode one answer; whatever is wrong with it becomes an error."""
        if type(answer) is not dict:
            return Read(None, None, "Unreadable", "this is no answer")
        if "error" in answer:
            error, text, line = (str(answer.get(key, ""))[:300] for key in ("error", "text", "line"))
            return Read(shown_value(answer), None, error, text, line)
        try:
            value = decode(answer.get("value"))
        except Unreadable as error:
            return Read(None, None, "Unreadable", str(error))
        try:
            return Read(value, self.facts(value, *question))
        except Exception:  # whatever was handed in, `facts` could not read it
            return Read(value, None, "Unreadable", "")

    def agree(self, given: Read, expected: Read) -> bool:
        """Whether two answers are the same: the same facts, or the same type of error."""
        if given.error or expected.error:
            return given.error == expected.error
        return same(given.facts, expected.facts, self.rtol, self.atol)

    def diagnose(
        self, given: list[Read], expected: list[Read], questions: list[Question], seed: int
    ) -> tuple[str | None, str]:
        """The misconception that agrees on every question and its hint; no name and "" where there is none.

        Two mistakes at once agree with no misconception everywhere; where the exercise has parts, the first part that
        went wrong may still show one of them.
        """
        for places in [range(len(given)), *parts_of(questions)]:
            if all(self.agree(given[i], expected[i]) for i in places):
                continue
            for wrong in self.misconceptions():
                theirs = ((given[i], known_answer(self, wrong.name, seed, i)) for i in places)
                if all(self.agree(g, known) and g.text == known.text for g, known in theirs):
                    return wrong.name, wrong.hint
        return None, ""

    def misconceptions(self) -> list[Misconception]:
        """The wrong answers this exercise knows, in the order they are written."""
        named = [
            (name, code.hint) for cls in type(self).__mro__ for name, code in vars(cls).items() if hasattr(code, "hint")
        ]
        return [Misconception(name, hint, getattr(self, name)) for name, hint in named]

    def verdict(
        self,
        status: str,
        message: str,
        right: list[bool] | None = None,
        questions: list[Question] | None = None,
        misconception: str | None = None,
        failure: Failure | None = None,
    ) -> Verdict:
        """A verdict with its points: all of them, or those of the parts whose questions were all right."""
        parts = {
            part: all(good for good, q in zip(right or [], questions or [], strict=True) if q.part == part)
            for part in (self.parts if right else {})
        }
        points = self.points if status == "right" else sum(self.parts[p] for p, good in parts.items() if good)
        return Verdict(status, points, self.points, message, misconception, failure, parts)


def plain_parts(arguments: tuple) -> list[Any]:
    """Those arguments that are plain data, encoded; a model or a generator may change."""
    parts = []
    for argument in arguments:
        with contextlib.suppress(TypeError):
            parts.append(encode(argument))
    return parts


@lru_cache(maxsize=64)
def known_questions(exercise: Exercise, seed: int) -> list[Question]:
    """The questions of this seed, drawn once; nobody may change them."""
    return exercise.asked(seed)


@lru_cache(maxsize=8192)
def known_answer(exercise: Exercise, name: str, seed: int, place: int) -> Read:
    """What the reference, or the misconception of this name, answers to one of the questions of this seed."""
    codes = {"reference": exercise.reference} | {wrong.name: wrong.code for wrong in exercise.misconceptions()}
    question = known_questions(exercise, seed)[place]
    return exercise.read_one(exercise.watched_answer(codes[name], question, Watch()), question)


def own_line(error: BaseException, code: Any) -> str:
    """The learner's own line in a traceback: the last one that stands in the file of the function or class."""
    function = vars(code).get("forward", vars(code).get("__init__")) if isinstance(code, type) else code
    filename = getattr(getattr(function, "__code__", None), "co_filename", None)
    lines = [f.line for f in traceback.extract_tb(error.__traceback__) if f.filename == filename]
    return (lines[-1] or "")[:120] if lines else ""


def parts_of(questions: list[Question]) -> list[list[int]]:
    """The places of each part's questions, parts in the order they are asked."""
    parts: dict[str, list[int]] = {}
    for place, question in enumerate(questions):
        parts.setdefault(question.part, []).append(place)
    return list(parts.values())


def size(value: Any) -> int:
    """How much there is to look at in a question."""
    if isinstance(value, (list, tuple)):
        return 1 + sum(size(item) for item in value)
    if isinstance(value, dict):
        return 1 + sum(size(item) for item in value.values())
    return len(value) if isinstance(value, str) else int(getattr(value, "numel", lambda: np.size(value))())
