"""A guess before the reveal: kept, and shown beside the truth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import traitlets

from helpers.learner import progress
from helpers.palette import INK, PALE
from helpers.widgets.base import Widget, as_array, js
from helpers.widgets.words import picture_of_words

if TYPE_CHECKING:
    from matplotlib.figure import Figure


MOST_PLACES = 200  # of a curve: each of them can be bent


class Predict(Widget):
    """Ask for a guess, keep it, and show it beside the truth when the learner reveals it.

    Asked for is one of `options`, or a curve over `x` to be drawn by hand, or a number.

    Parameters
    ----------
    question : str
        What to predict. Code may stand between backticks.
    options : sequence of str
        What can be chosen.
    x : sequence of float
        Where a curve is to be drawn, at 2 to 200 rising places.
    y_range : pair of float
        Lowest and highest value of the curve that can be drawn.
    x_label, y_label : str
        What the curve is about, with units.
    answer : str or float or sequence of float, optional
        The truth: one of `options`, the curve's values, or the number. Leave it out where the next cell finds it; that
        cell then calls :meth:`reveal`.
    because : str
        Why, shown with the truth.
    unit : str
        Of a number.
    tolerance : float
        How far off a number, or a curve on average, may be and still count as right; by default a tenth of `y_range`
        for a curve.
    key : str, optional
        The name under which progress keeps the guess; by default the question.

    Raises
    ------
    ValueError
        If the question is empty, `answer` is none of `options`, or a number is asked for and `answer` is none, or `x`,
        `y_range` or the curve's values do not fit each other.
    """

    _esm = js("common.js", "plot.js", "words.js", "predict.js")
    label = traitlets.Unicode("Predict before you run").tag(sync=True)
    question = traitlets.Unicode().tag(sync=True)
    options = traitlets.List(traitlets.Unicode()).tag(sync=True)
    x = traitlets.List(traitlets.Float()).tag(sync=True)
    y_range = traitlets.List(traitlets.Float(), default_value=[0.0, 1.0]).tag(sync=True)
    x_label = traitlets.Unicode("").tag(sync=True)
    y_label = traitlets.Unicode("").tag(sync=True)
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
        x: Sequence[float] = (),
        y_range: tuple[float, float] = (0.0, 1.0),
        answer: str | float | Sequence[float] | None = None,
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
        places, (low, high) = [float(place) for place in x], y_range
        if places and (options or not 2 <= len(places) <= MOST_PLACES or sorted(set(places)) != places):
            raise ValueError(
                f"Predict: x has {len(places)} places beside {len(options)} options; expected no options and 2 to "
                f"{MOST_PLACES} rising places"
            )
        if places and not low < high:
            raise ValueError(f"Predict: y_range is {low:g} to {high:g}; expected the lower end first")
        self.key = f"predict: {key or question}"
        super().__init__(
            question=question,
            options=list(options),
            x=places,
            y_range=[float(low), float(high)],
            answer=self._checked(answer, list(options), places),
            because=because,
            unit=unit,
            tolerance=float(tolerance) or (0.1 * (high - low) if places else 0.0),
            **traits,
        )
        kept = progress.guess(self.key)
        if self.guess is None and self._could_be_guessed(kept):
            self.guess = kept
        self.observe(self._keep, names=["guess"])

    @staticmethod
    def _checked(answer: Any, options: list[str], places: list[float]) -> str | float | list[float] | None:
        if answer is None:
            return None
        if places:
            curve = as_array("Predict", "answer", answer, ndim=1, shape=f"({len(places)},)")
            if len(curve) != len(places):
                raise ValueError(f"Predict: answer has {len(curve)} values; expected {len(places)}, one a place of x")
            return curve.tolist()
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
        if self.x:
            return isinstance(guess, list) and len(guess) == len(self.x)
        return guess in self.options if self.options else isinstance(guess, (int, float))

    def _keep(self, change: Any) -> None:
        if not self.revealed and change["new"] is not None:
            progress.record_guess(self.key, change["new"])

    def reveal(self, answer: str | float | Sequence[float] | None = None, because: str | None = None) -> None:
        """Show the truth beside the guess; where there is no guess yet, it waits for one.

        Parameters
        ----------
        answer : str or float or sequence of float, optional
            The truth, where it was not known before.
        because : str, optional
            Why.
        """
        if answer is not None:
            self.answer = self._checked(answer, self.options, self.x)
        if because is not None:
            self.because = because
        self.revealed = True

    def right(self) -> bool:
        """Whether the guess is the truth, or within `tolerance` of it."""
        if self.guess is None or self.answer is None:
            return False
        if self.options:
            return self.guess == self.answer
        if self.x:
            return self.off() <= self.tolerance
        return abs(self.guess - self.answer) <= self.tolerance

    def off(self) -> float:
        """How far the drawn curve is from the true one, on average over `x`; 0 where one of them is missing."""
        if not self.x or self.guess is None or self.answer is None:
            return 0.0
        return sum(abs(mine - true) for mine, true in zip(self.guess, self.answer, strict=True)) / len(self.x)

    def numbers(self) -> dict[str, Any]:
        numbers = {"guess": self.guess, "revealed": self.revealed, "right": self.revealed and self.right()}
        return numbers | ({"off": self.off() if self.revealed else 0.0} if self.x else {})

    def alt_text(self) -> str:
        if self.x:
            drawn = "not drawn yet" if self.guess is None else "drawn"
            off = f", off by {self.off():.2g} on average" if self.revealed and self.guess is not None else ""
            return f"Predict: {self.question} (a curve, {drawn}{off})."
        guess = "no guess yet" if self.guess is None else f"the guess is {self.guess}"
        truth = f", the truth is {self.answer}" if self.revealed and self.guess is not None else ""
        return f"Predict: {self.question} ({guess}{truth})."

    def draw(self, figure: Figure) -> None:
        if self.x:
            return self._draw_curve(figure)
        lines = [f"○  {option}" if option != self.guess else f"●  {option}" for option in self.options]
        if not self.options:
            lines = [f"My guess: {'…' if self.guess is None else self.guess} {self.unit}"]
        if self.revealed and self.guess is not None:
            truth = self.answer if self.options else f"{self.answer:g} {self.unit}"
            lines += ["", f"It is: {truth}", self.because]
        picture_of_words(figure, self.question, lines)

    def _draw_curve(self, figure: Figure) -> None:
        axes = figure.subplots()
        if self.guess is None:
            axes.text(0.5, 0.5, "draw your guess", transform=axes.transAxes, ha="center", color=PALE)
        else:
            axes.plot(self.x, self.guess, "--", color=PALE, label="your guess")
            if self.revealed and self.answer is not None:
                axes.plot(self.x, self.answer, color=INK, label="it is")
                axes.legend(frameon=False)
        axes.set(xlim=(self.x[0], self.x[-1]), ylim=self.y_range, xlabel=self.x_label, ylabel=self.y_label)
        axes.set_title(self.question.replace("`", ""), loc="left", fontsize=10, wrap=True)
