"""An exercise: one object that asks, diagnoses, marks and proves itself.

An author writes `questions` (drawn from a seed), a `reference` and the wrong answers that learners give, each marked
`@misconception(hint)`. From these come check, diagnosis, mark, the grader's tests and the table of misconceptions.

Answers travel, verdicts do not: `answers(code, seed)` runs beside the learner's code and yields plain data;
`mark(answers, seed)` needs only that data, so it can run where the code never was.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any

import numpy as np

from helpers.engine.answers import Answer, Json
from helpers.engine.bans import spoken_names
from helpers.engine.by_hand import BEYOND
from helpers.engine.codec import encode, same
from helpers.engine.marking import Attempt, marking
from helpers.engine.plain import copied
from helpers.engine.seen import describe
from helpers.engine.verdict import Diagnosis, Mistake, Status, Verdict
from helpers.engine.watch import Watch

CHANGED = "your code changes what it was given, and others still need that; make something new instead"
BROKEN = "this check is broken, and no mistake of yours: its own answer ends with {}. Restart the kernel and try again."
SIGNATURE = re.compile(r"[A-Za-z_]\w*\(")


def misconception(hint: str, code: Any = None) -> Any:
    """Mark a wrong answer that learners give, with the sentence they then read.

    A decorator for a method or a nested class; or, where one expression says it, with that function beside the hint:
    `only_g = misconception("You counted G but not C.", lambda sequence: sequence.count("G") / len(sequence))`.
    """

    def mark(wrong: Any) -> Any:
        wrong.hint = hint
        return wrong

    return mark if code is None else mark(staticmethod(mark(code)))


class Question(tuple):
    """The arguments of one call, and the part of the exercise whose points hang on it."""

    part: str

    def __new__(cls, *arguments: Any, part: str = "") -> Question:
        """Make a question of the arguments; `part` is a key of the exercise's `parts`."""
        question = super().__new__(cls, arguments)
        question.part = part
        return question

    @cached_property
    def before(self) -> tuple[list[Any], list[tuple[bool, bool]]]:
        """What nobody may change of the arguments."""
        return plain_parts(self), traces(self)


@dataclass(frozen=True)
class Misconception:
    """A named wrong answer: what to tell its author, and code that gives it."""

    name: str
    hint: str
    code: Any = field(repr=False)


@dataclass(frozen=True)
class Returns:
    """What must come back, where anything that holds the right numbers will not do.

    Attributes
    ----------
    type : type or None
        Anything else is a wrong answer, which is told so.
    any_dtype : bool
        Whether later cells take a tensor of any dtype, as long as it is one. Else right numbers of another kind earn
        all points, but a check hands the reference to the later cells.
    """

    type: type | None = None
    any_dtype: bool = False


class Exercise:
    """Base of all exercises; a subclass is named in CamelCase as its function is in snake_case.

    A subclass sets `points` or `parts`, perhaps `forbids` and `hints`, and defines `questions`, `reference` and
    misconceptions. Learners are asked for the reference's signature, or for the one that begins the docstring.
    """

    kind = "function"  # a label for lists
    asks_for = "function"  # or "class": what a learner hands to the check, as the reference has it
    depends_on_seed = True  # whether another seed asks something else
    shows_failures = True  # whether a message shows a question with both answers
    points: float = 1  # without it the sum of `parts`
    parts: dict[str, float] = {}  # part -> its points
    forbids: tuple[str, ...] = ()
    hints: tuple[str, ...] | dict[str, str | tuple[str, ...]] = ()  # one more a try; perhaps with their parts
    returns: type | Returns | None = None  # a type stands for `Returns(type)`
    any_dtype = False
    seconds: float = 10  # after which a check in a notebook stops the learner's code
    rtol, atol = 1e-4, 1e-6
    right_errors: tuple[str, ...] = ()  # names of errors that may be the right answer to a question
    unwritten = "not written yet. Replace the line `raise NotImplementedError()`."
    reference: Any  # a method, or a nested class where the exercise asks for a class
    sealed = False  # whether this copy of the course was made without answers

    def __init_subclass__(cls) -> None:
        """Add up the points of the parts, and see whether a class is asked for."""
        super().__init_subclass__()
        own = vars(cls)
        if "parts" in own and "points" not in own:
            cls.points = sum(cls.parts.values())
        if "reference" in own and "asks_for" not in own:
            cls.asks_for = "class" if isinstance(own["reference"], type) else "function"

    # -- what an author writes ------------------------------------------------------------------------------------
    # `ask`, `words` and `facts` may take a keyword `part`: then they are told which part of the exercise is asked.

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        """Yield the arguments of each call; the same generator state yields the same questions."""
        raise TypeError(f"{type(self).__name__} asks nothing: define questions(self, rng)")

    def ask(self, code: Any, *arguments: Any, **told: Any) -> Any:
        """Put one question to the code. Override it for classes, training steps and everything stateful."""
        return code(*arguments)

    def words(self, *arguments: Any, **told: Any) -> str:
        """A question in words, for one that is no plain call of the learner's function; shown as what was asked."""
        return ""

    def facts(self, answer: Any, *arguments: Any, **told: Any) -> Any:
        """What counts of a decoded answer: override it where several answers are right. Runs where marks are made."""
        return answer

    def seen(self, given: Any, expected: Any) -> str:
        """What a kind of exercise sees in a wrong answer that holds more than was asked; "" for nothing."""
        return ""

    def put(self, code: Any, arguments: tuple, part: str) -> Any:
        """What code answers to a question of this part; the arguments are its to change."""
        return told(self.ask, part)(code, *arguments)

    def described(self, question: Question) -> str:
        """A question in its own words, "" where it is a plain call."""
        return told(self.words, question.part)(*question)

    # -- what an exercise is called -------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """The name that learners use: the class's name in snake_case."""
        return snake_case(type(self).__name__)

    @property
    def signature(self) -> str:
        """How learners are to write it: the docstring's first line if it is a signature, else the reference's own."""
        first = (type(self).__doc__ or "").strip().partition("\n")[0]
        if SIGNATURE.match(first):
            return first
        name = type(self).__name__ if self.asks_for == "class" else self.id
        reference = getattr(self, "reference", None)  # a sealed course has none
        return f"{name}{inspect.signature(reference) if reference else '(...)'}".replace("'", "")

    @property
    def code_name(self) -> str:
        """What learners call their function or class: the first word of the signature (`MLP`, whose id is `mlp`)."""
        return re.split(r"\W", self.signature, maxsplit=1)[0]

    @property
    def must_return(self) -> Returns:
        """What must come back."""
        return self.returns if isinstance(self.returns, Returns) else Returns(self.returns, self.any_dtype)

    # -- what runs beside the learner's code ----------------------------------------------------------------------

    def asked(self, seed: int) -> list[Question]:
        """The questions of this seed."""
        rng = np.random.default_rng(seed)
        return [q if isinstance(q, Question) else Question(*q) for q in self.questions(rng)]

    def answers(self, code: Any, seed: int) -> list[Json]:
        """What the code answers to the questions of this seed, as plain data. Nothing the code does gets out."""
        questions = self.asked(seed)
        answers = [self.answer(code, question) for question in questions]
        answers[0] = self.asked_again(code, questions[0], answers[0])
        return answers

    def asked_again(self, code: Any, question: Question, answer: Json) -> Json:
        """The answer to a question; where the same is answered otherwise the next time, both answers."""
        again = self.answer(code, question)
        used = again.pop("forbidden", "")  # a module that the code imports is watched from now on
        if used:
            answer = {"forbidden": used, **answer}
        is_same = again == {key: value for key, value in answer.items() if key != "forbidden"}
        return answer if is_same else {**answer, "again": again}

    def answer(self, code: Any, question: Question) -> Json:
        """One answer. The code gets its own copy of the question; what it prints is dropped."""
        watch = Watch(self.forbids)
        answer = self.unwatched_answer(code, question, watch)
        return {**answer, "forbidden": watch.used[0]} if watch.used else answer

    def unwatched_answer(self, code: Any, question: Question, watch: Watch | None = None) -> Json:
        """One answer, whatever the code calls: the reference may use what learners may not."""
        arguments = copied(question)
        returns = self.must_return.type
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()), watch or Watch():
                value = self.put(code, arguments, question.part)
                if returns is not None and value is not None and not isinstance(value, returns):
                    return Answer.wrong_type(value, returns).to_json()
                if (plain_parts(arguments), traces(arguments)) != question.before:
                    return Answer(error="InputChanged", text=CHANGED).to_json()
                return Answer(value).to_json()  # a value of the learner's own class may run code as it is read
        except (Exception, SystemExit) as error:
            return Answer.failed(error, code).to_json()

    # -- what runs where the marks are made -----------------------------------------------------------------------

    def mark(self, answers: Any, seed: int) -> Verdict:
        """Judge handed-in answers against the questions of this seed. Safe against any JSON."""
        known = marking(self, seed)
        given = self.read(answers, known.questions)
        if given is None:
            return self.verdict(Status.UNREADABLE, "No readable answers were handed in.")
        found = self.judge(Attempt(known, given))
        used = [g.forbidden for g in given if g.forbidden in (*self.forbids, *BEYOND)]
        return self.forbidden(used, found)

    def judge(self, attempt: Attempt) -> Verdict:
        """The verdict on an attempt, however it came about."""
        known, given = attempt.marking, attempt.given
        broken = next((one for one in known.expected if one.error and one.error not in self.right_errors), None)
        if broken:
            return self.verdict(Status.UNREADABLE, BROKEN.format(broken.complaint))
        if all(attempt.right):
            return self.verdict(Status.RIGHT, f"right on all {len(given)} questions.", attempt)
        if self.is_empty(given):
            return self.verdict(Status.EMPTY, self.unwritten)
        found = self.diagnose(attempt)
        verdict = self.verdict(Status.WRONG, found.sentence, attempt, found.misconception)
        return replace(verdict, is_explained=found.is_explained, may_be_closer=found.may_be_closer)

    def diagnose(self, attempt: Attempt) -> Diagnosis:
        """The misconception that explains a wrong attempt, and its hint; else no name, and what can be seen.

        Two mistakes at once agree with no misconception everywhere. One that explains the first part that went wrong
        is named if it agrees with all that is right, too; not where errors or nan are all there is to explain.
        """
        for places in [list(range(len(attempt.given))), [] if attempt.is_void else attempt.first_wrong_part]:
            for wrong in self.misconceptions() if places else []:
                if attempt.agrees_with(wrong.name, places):
                    return Diagnosis(wrong.hint, wrong.name)
        return describe(attempt)

    def hints_on(self, verdict: Verdict, tries: int) -> list[str]:
        """The hints that a learner has earned with so many tries: one a try, of the parts that are not right yet.

        None where the verdict says what the mistake is.
        """
        if verdict.is_explained:
            return []
        of_parts = self.hints if isinstance(self.hints, dict) else dict.fromkeys(self.hints, ())
        right = {part for part, is_right in verdict.parts.items() if is_right}
        open_ = [hint for hint, parts in of_parts.items() if not parts or {*listed(parts)} - right]
        return open_[: tries - 1]

    def forbidden(self, used: list[str], found: Verdict) -> Verdict:
        """The verdict on code that uses what this exercise forbids: no points, and all that is to be said of the rest.

        Parameters
        ----------
        used : list of str
            The forbidden names; without any, the verdict stays what it is.
        found : Verdict
            On what the code answers.
        """
        if not used or found.status is Status.FORBIDDEN:
            return found
        names = spoken_names(name for name in used if name not in BEYOND)
        what = (
            f"{', '.join(names)}, which does the exercise for you." if names else f"{used[0]}, and {BEYOND[used[0]]}."
        )
        message = f"Your code uses {what}"
        if found.status is Status.WRONG:
            message += f"\nAnd its answers are not right yet: {found.message}"
        return replace(found, status=Status.FORBIDDEN, points=0, message=message, parts={})

    def is_empty(self, given: list[Answer]) -> bool:
        """Whether nothing was written: every answer is the stub's bare NotImplementedError (torch's own says more)."""
        return all(g.error == "NotImplementedError" and not g.text for g in given)

    def read(self, answers: Any, questions: list[Question]) -> list[Answer] | None:
        """Read answers and reduce each to its facts; None where they are no answers to these questions."""
        if type(answers) is not list or len(answers) != len(questions):
            return None
        return [self.read_one(answer, question) for answer, question in zip(answers, questions, strict=True)]

    def read_one(self, data: Any, question: Question) -> Answer:
        """Read one answer; whatever is wrong with it becomes an error."""
        answer = self.with_facts(Answer.from_json(data), question)
        if type(data) is not dict:
            return answer
        again = data.get("again")
        if type(again) is dict:
            answer = replace(answer, again=self.with_facts(Answer.from_json(again), question))
        return replace(answer, forbidden=str(data["forbidden"])) if "forbidden" in data else answer

    def with_facts(self, answer: Answer, question: Question) -> Answer:
        """An answer with what counts of it."""
        if answer.error:
            return answer
        try:
            return replace(answer, facts=told(self.facts, question.part)(answer.value, *question))
        except Exception:  # whatever was handed in, `facts` could not read it
            return replace(answer, error="Unreadable")

    def agree(self, given: Answer, expected: Answer) -> bool:
        """Whether two answers are the same: the same facts, or the same type of error."""
        if given.error or expected.error:
            return given.error == expected.error
        return same(given.facts, expected.facts, self.rtol, self.atol)

    def misconceptions(self) -> list[Misconception]:
        """The wrong answers this exercise knows, in the order they are written."""
        named = [
            (name, getattr(self, name))
            for cls in type(self).__mro__
            for name, code in vars(cls).items()
            if hasattr(code, "hint")
        ]
        return [Misconception(name, code.hint, code) for name, code in named]

    def mistakes(self, answers: Any, seed: int) -> list[Mistake]:
        """What a class report counts of these answers: the misconception that marking names."""
        found = self.mark(answers, seed).misconception
        return [Mistake(wrong.name, wrong.hint) for wrong in self.misconceptions() if wrong.name == found]

    def verdict(
        self, status: Status | str, message: str, attempt: Attempt | None = None, misconception: str | None = None
    ) -> Verdict:
        """A verdict with its points: all of them, or those of the parts that are right throughout."""
        status = Status(status)
        parts = attempt.parts if attempt else {}
        earned = sum(self.parts[part] for part, good in parts.items() if good)
        points = self.points if status is Status.RIGHT else earned
        failure = attempt.failure if attempt and status is Status.WRONG else None
        return Verdict(status, points, self.points, message, misconception, failure, parts)


def snake_case(name: str) -> str:
    """The name of a function for the name of a class: `GcContent` asks for `gc_content`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def listed(parts: str | tuple[str, ...]) -> tuple[str, ...]:
    """One part, or several, as several."""
    return (parts,) if isinstance(parts, str) else parts


@cache
def takes_part(function: Any) -> bool:
    """Whether a method asks to be told which part a question belongs to."""
    parameter = inspect.signature(function).parameters.get("part")
    return parameter is not None and parameter.kind is inspect.Parameter.KEYWORD_ONLY


def told(method: Callable[..., Any], part: str) -> Callable[..., Any]:
    """A method of an exercise that is told the part of a question, if it takes one."""
    function = getattr(method, "__func__", method)
    return (lambda *arguments: method(*arguments, part=part)) if takes_part(function) else method


def traces(arguments: tuple) -> list[tuple[bool, bool]]:
    """Of the tensors that are arguments: whether torch follows them, and whether it has found a slope."""
    tensors = [one for one in arguments if hasattr(one, "requires_grad")]
    return [(one.requires_grad, getattr(one, "grad", None) is not None) for one in tensors if one.is_leaf]


def plain_parts(arguments: tuple) -> list[Any]:
    """Those arguments that are plain data, encoded; a model or a generator may change."""
    parts = []
    for argument in arguments:
        with contextlib.suppress(TypeError):
            parts.append(encode(argument))
    return parts
