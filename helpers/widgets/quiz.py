"""Multiple choice that says what is wrong with each wrong option."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import traitlets

from helpers.learner import progress
from helpers.widgets.base import Widget, js
from helpers.widgets.words import picture_of_words

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class HasQuestions(Protocol):
    """An exercise that can give its questions as plain data."""

    def data(self) -> list[dict[str, Any]]:
        """The questions, in the form that :class:`Quiz` takes."""


def _checked(questions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The questions as plain data, or a ValueError that names the one that is wrong."""
    if not questions:
        raise ValueError("Quiz: there are no questions")
    for i, question in enumerate(questions):
        missing = {"key", "prompt", "options", "correct"} - set(question)
        if missing:
            raise ValueError(f"Quiz: question {i} lacks {', '.join(sorted(missing))}")
        letters = [option.get("letter") for option in question["options"]]
        if len(letters) < 2 or len(set(letters)) < len(letters) or None in letters:
            raise ValueError(f"Quiz: question {question['key']!r} has options {letters}; expected two or more letters")
        if question["correct"] not in letters:
            raise ValueError(
                f"Quiz: question {question['key']!r} is answered by {question['correct']!r}, which is none of {letters}"
            )
    keys = [question["key"] for question in questions]
    if len(set(keys)) < len(keys):
        raise ValueError(f"Quiz: two questions have the same key; keys are {keys}")
    return [
        {
            **{name: str(question[name]) for name in ("key", "prompt", "correct")},
            "options": [
                {name: str(option.get(name, "")) for name in ("letter", "text", "why")}
                for option in question["options"]
            ],
        }
        for question in questions
    ]


class Quiz(Widget):
    """Multiple-choice questions; choosing an option shows why it is wrong, or right.

    Parameters
    ----------
    questions : exercise or sequence of dict
        A multiple-choice exercise or its check, `check.quiz`, or plain data:
        ``{"key", "prompt", "options": [{"letter", "text", "why"}, ...], "correct"}`` each. Code may stand between
        backticks.

    Raises
    ------
    ValueError
        If there are no questions, or one lacks something; the message names it.
    """

    _esm = js("common.js", "words.js", "quiz.js")
    label = traitlets.Unicode("Quiz").tag(sync=True)
    questions = traitlets.List(traitlets.Dict()).tag(sync=True)
    letters = traitlets.Dict(value_trait=traitlets.Unicode(), key_trait=traitlets.Unicode()).tag(sync=True)
    current = traitlets.Int(0, min=0).tag(sync=True)

    def __init__(self, questions: HasQuestions | Sequence[Mapping[str, Any]], **traits: Any) -> None:
        exercise = getattr(questions, "exercise", questions)  # a lesson passes `check.quiz`, which holds it
        data = exercise.data() if hasattr(exercise, "data") else exercise
        super().__init__(questions=_checked(data), **traits)
        self._name = getattr(exercise, "key", "quiz")  # two lessons may ask under the same key
        if not self.letters:
            self.letters = self._kept()
        self.observe(self._keep, names=["letters"])

    def _kept(self) -> dict[str, str]:
        """The letters chosen in an earlier session, where they are still on offer."""
        chosen = {question["key"]: progress.guess(f"{self._name}: {question['key']}") for question in self.questions}
        offered = {q["key"]: [option["letter"] for option in q["options"]] for q in self.questions}
        return {key: letter for key, letter in chosen.items() if letter in offered[key]}

    def _keep(self, change: Any) -> None:
        for key, letter in change["new"].items():
            if change["old"].get(key) != letter:
                progress.record_guess(f"{self._name}: {key}", letter)

    def numbers(self) -> dict[str, Any]:
        right = sum(self.letters.get(question["key"]) == question["correct"] for question in self.questions)
        answered = sum(question["key"] in self.letters for question in self.questions)
        return {"answered": answered, "right": right}

    def alt_text(self) -> str:
        number = len(self.questions)
        first = self.questions[0]["prompt"]
        return (
            f"Quiz of {number} question{'s' if number > 1 else ''}, {self.numbers()['right']} right; the first: {first}"
        )

    def draw(self, figure: Figure) -> None:
        lines = []
        for i, question in enumerate(self.questions):
            lines += [f"{i + 1}. {question['key']} · {question['prompt']}"] if len(self.questions) > 1 else []
            for option in question["options"]:
                mark = "●" if self.letters.get(question["key"]) == option["letter"] else "○"
                lines.append(f"   {mark}  {option['letter']} · {option['text']}")
            lines.append("")
        picture_of_words(figure, self.questions[0]["prompt"] if len(self.questions) == 1 else self.label, lines)
