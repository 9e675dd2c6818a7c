"""A guess before the reveal: kept, and shown beside the truth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import traitlets

from helpers.learner import progress
from helpers.widgets.base import Widget, js
from helpers.widgets.words import picture_of_words

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Predict(Widget):
    """Ask for a guess, keep it, and show it beside the truth when the learner reveals it.

    Parameters
    ----------
    question : str
        What to predict. Code may stand between backticks.
    options : sequence of str
        What can be chosen; without options a number is asked for.
    answer : str or float, optional
        The truth: one of `options`, or the number. Leave it out where the next cell finds it; that cell then calls
        :meth:`reveal`.
    because : str
        Why, shown with the truth.
    unit : str
        Of a number.
    tolerance : float
        How far off a number may be and still count as right.
    key : str, optional
        The name under which progress keeps the guess; by default the question.

    Raises
    ------
    ValueError
        If the question is empty, `answer` is none of `options`, or a number is asked for and `answer` is none.
    """

    _esm = js("common.js", "words.js", "predict.js")
    label = traitlets.Unicode("Predict before you run").tag(sync=True)
    question = traitlets.Unicode().tag(sync=True)
    options = traitlets.List(traitlets.Unicode()).tag(sync=True)
    answer = traitlets.Any(None, allow_none=True).tag(sync=True)
    because = traitlets.Unicode("").tag(sync=True)
    unit = traitlets.Unicode("").tag(sync=True)
    tolerance = traitlets.Float(0.0).tag(sync=True)
    guess = traitlets.Any(None, allow_none=True).tag(sync=True)
    revealed = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self,
        question: str,
        *,
        options: Sequence[str] = (),
        answer: str | float | None = None,
        because: str = "",
        unit: str = "",
        tolerance: float = 0.0,
        key: str | None = None,
        **traits: Any,
    ) -> None:
        if not question.strip():
            raise ValueError("Predict: the question is empty")
        if isinstance(options, str) or len(options) == 1 or len(set(options)) < len(options):
            raise ValueError(f"Predict: options {options!r}; expected none, or at least two different strings")
        self.key = f"predict: {key or question}"
        super().__init__(
            question=question,
            options=list(options),
            answer=self._checked(answer, list(options)),
            because=because,
            unit=unit,
            tolerance=float(tolerance),
            **traits,
        )
        kept = progress.guess(self.key)
        if self.guess is None and self._could_be_guessed(kept):
            self.guess = kept
        self.observe(self._keep, names=["guess"])

    @staticmethod
    def _checked(answer: Any, options: list[str]) -> str | float | None:
        if answer is None:
            return None
        if options:
            if answer not in options:
                raise ValueError(f"Predict: answer {answer!r} is none of the options {options}")
            return answer
        try:
            number = float(answer)
        except (TypeError, ValueError):
            raise ValueError(f"Predict: answer {answer!r} is no number, and there are no options") from None
        if not math.isfinite(number):
            raise ValueError(f"Predict: answer is {number}; expected a finite number")
        return number

    def _could_be_guessed(self, guess: Any) -> bool:
        return guess in self.options if self.options else isinstance(guess, (int, float))

    def _keep(self, change: Any) -> None:
        if not self.revealed and change["new"] is not None:
            progress.record_guess(self.key, change["new"])

    def reveal(self, answer: str | float | None = None, because: str | None = None) -> None:
        """Show the truth beside the guess; where there is no guess yet, it waits for one.

        Parameters
        ----------
        answer : str or float, optional
            The truth, where it was not known before.
        because : str, optional
            Why.
        """
        if answer is not None:
            self.answer = self._checked(answer, self.options)
        if because is not None:
            self.because = because
        self.revealed = True

    def right(self) -> bool:
        """Whether the guess is the truth, or within `tolerance` of it."""
        if self.guess is None or self.answer is None:
            return False
        if self.options:
            return self.guess == self.answer
        return abs(self.guess - self.answer) <= self.tolerance

    def numbers(self) -> dict[str, Any]:
        return {"guess": self.guess, "revealed": self.revealed, "right": self.revealed and self.right()}

    def alt_text(self) -> str:
        guess = "no guess yet" if self.guess is None else f"the guess is {self.guess}"
        truth = f", the truth is {self.answer}" if self.revealed and self.guess is not None else ""
        return f"Predict: {self.question} ({guess}{truth})."

    def draw(self, figure: Figure) -> None:
        lines = [f"○  {option}" if option != self.guess else f"●  {option}" for option in self.options]
        if not self.options:
            lines = [f"My guess: {'…' if self.guess is None else self.guess} {self.unit}"]
        if self.revealed and self.guess is not None:
            truth = self.answer if self.options else f"{self.answer:g} {self.unit}"
            lines += ["", f"It is: {truth}", self.because]
        picture_of_words(figure, self.question, lines)
