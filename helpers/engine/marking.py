"""Marking: what is known of one exercise and one seed, and one attempt at it beside the right answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from helpers.engine.answers import Answer
from helpers.engine.plain import is_nan, is_plain, size
from helpers.engine.verdict import Failure

if TYPE_CHECKING:
    from helpers.engine.exercise import Exercise, Question

REFERENCE = "reference"


class Marking:
    """The questions of one exercise and one seed, and what the codes that the exercise knows answer to them.

    Parameters
    ----------
    exercise : Exercise
    seed : int

    Attributes
    ----------
    questions : list of Question
        Drawn once; nobody may change them.
    """

    def __init__(self, exercise: Exercise, seed: int) -> None:
        """Draw the questions; answers are found when they are asked for."""
        self.exercise, self.seed = exercise, seed
        self.questions: list[Question] = exercise.asked(seed)
        self._data: dict[tuple[str, int], Any] = {}
        self._known: dict[tuple[str, int], Answer] = {}

    def data(self, name: str, place: int) -> Any:
        """What the code of this name answers to the question at this place, as plain data: it is run once."""
        return self.data_of(name, self._codes[name], place)

    def data_of(self, name: str, code: Any, place: int) -> Any:
        """What some code answers to the question at this place, kept under a name."""
        if (name, place) not in self._data:
            self._data[name, place] = self.exercise.unwatched_answer(code, self.questions[place])
        return self._data[name, place]

    def known(self, name: str, place: int) -> Answer:
        """What the reference, or the misconception of this name, answers to the question at this place."""
        return self.answer_of(name, self._codes[name], place)

    def answer_of(self, name: str, code: Any, place: int) -> Answer:
        """What some code answers to the question at this place, read; kept under a name."""
        if (name, place) not in self._known:
            self._known[name, place] = self.exercise.read_one(self.data_of(name, code, place), self.questions[place])
        return self._known[name, place]

    @cached_property
    def _codes(self) -> dict[str, Any]:
        wrong = {wrong.name: wrong.code for wrong in self.exercise.misconceptions()}
        return {REFERENCE: self.exercise.reference, **wrong}

    @cached_property
    def expected(self) -> list[Answer]:
        """What the reference answers; a TypeError where it is not written, for every empty answer would agree."""
        found = [self.known(REFERENCE, place) for place in range(len(self.questions))]
        if found and all(answer.error == "NotImplementedError" and not answer.text for answer in found):
            raise TypeError(f"{type(self.exercise).__name__} knows no answer: write its reference")
        return found

    @cached_property
    def parts(self) -> dict[str, list[int]]:
        """The places of each part's questions, parts in the order they are asked."""
        parts: dict[str, list[int]] = {}
        for place, question in enumerate(self.questions):
            parts.setdefault(question.part, []).append(place)
        return parts


@lru_cache(maxsize=32)
def marking(exercise: Exercise, seed: int) -> Marking:
    """The marking of an exercise and a seed; those used last are kept, for a class is marked with few."""
    return Marking(exercise, seed)


@dataclass(frozen=True)
class Attempt:
    """Handed-in answers to the questions of a marking."""

    marking: Marking
    given: list[Answer]

    @property
    def questions(self) -> list[Question]:
        """What was asked."""
        return self.marking.questions

    @property
    def expected(self) -> list[Answer]:
        """What the reference answers."""
        return self.marking.expected

    @cached_property
    def right(self) -> list[bool]:
        """Which answers are right."""
        return [self.is_right(given, expected) for given, expected in zip(self.given, self.expected, strict=True)]

    def is_right(self, given: Answer, expected: Answer) -> bool:
        """Whether an answer is right, also when asked again, and no tensor with a record where a number was asked."""
        agree = self.marking.exercise.agree
        steady = given.again is None or agree(given.again, expected)
        return agree(given, expected) and steady and not (given.has_record and is_plain(expected.value))

    @property
    def parts(self) -> dict[str, bool]:
        """Which parts are right throughout, where the exercise has parts."""
        places = self.marking.parts
        return {part: all(self.right[i] for i in places.get(part, [])) for part in self.marking.exercise.parts}

    @cached_property
    def wrong_part(self) -> list[int]:
        """The places of the first part that went wrong."""
        return next(places for places in self.marking.parts.values() if not all(self.right[i] for i in places))

    @cached_property
    def first_wrong_part(self) -> list[int]:
        """The places of the first part that went wrong, and of every question that was answered rightly."""
        return sorted({*self.wrong_part, *(place for place, good in enumerate(self.right) if good)})

    @cached_property
    def first_wrong(self) -> int:
        """The place of the smallest question of the first part that was answered wrongly."""
        wrong = [place for place in self.first_wrong_part if not self.right[place]]
        return min(wrong, key=lambda place: size(self.questions[place]))

    @property
    def is_void(self) -> bool:
        """Whether the first part that went wrong holds errors and nan alone: then it shows no mistake."""
        wrong = [self.given[place] for place in self.first_wrong_part if not self.right[place]]
        return all(answer.error or is_nan(answer.value) for answer in wrong)

    @cached_property
    def worst(self) -> int:
        """The place of the smallest question that was answered wrongly: it shows the mistake best."""
        wrong = [place for place, good in enumerate(self.right) if not good]
        return min(wrong, key=lambda place: size(self.questions[place]))

    @property
    def failure(self) -> Failure:
        """The worst question with both answers."""
        given, expected = self.given[self.worst], self.expected[self.worst]
        return Failure(self.questions[self.worst], given.value, expected.value, given.complaint)

    def agrees_with(self, name: str, places: Iterable[int]) -> bool:
        """Whether the answers at these places are those of the misconception of this name."""
        agree = self.marking.exercise.agree
        theirs = ((self.given[place], self.marking.known(name, place)) for place in places)
        return all(agree(given, known) and given.text == known.text for given, known in theirs)
