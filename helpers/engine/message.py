"""What a learner reads after a check: at most six lines, as HTML, as plain text and as data."""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from helpers.engine.codec import same
from helpers.engine.verdict import Failure, Status, Verdict

if TYPE_CHECKING:
    import jinja2

    from helpers.engine.exercise import Exercise

VERDICT = "application/vnd.course.verdict+json"  # what a check found, for programs; browsers show the HTML beside it
COLOURS = {Status.RIGHT: "#2e9e4f", Status.EMPTY: "#8a8f98"}
OTHER_COLOUR = "#d9822b"
OPENINGS = {Status.WRONG: "not yet. ", Status.FORBIDDEN: "not by hand yet. "}
MOST_LINES = 6
MOST_ASKED = 160  # characters of a question that are shown
MOST_ITEMS = 8  # of a list or dictionary that are shown
GOES_ON = "The lesson goes on with the reference; come back any time."
PAGE = """\
<div style="border-left:4px solid {{ colour }};padding:.35em .9em;margin:.4em 0;line-height:1.5" role="status">
  <div><span style="color:{{ colour }}" aria-hidden="true">{{ sign }}</span>
  <b>{{ exercise }}</b> — {{ headline | code }}</div>
  {%- for label, text in lines %}
  {%- if not label %}
  <div style="opacity:.75">{{ text | code }}</div>
  {%- else %}
  <div><span style="display:inline-block;min-width:5.2em;opacity:.75">{{ label }}</span>
  {%- if label == "hint" %}{{ text | code }}
  {%- else %}<code style="white-space:pre-wrap">{{ text }}</code>{% endif %}</div>
  {%- endif %}
  {%- endfor %}
</div>
"""


@dataclass(frozen=True)
class Message:
    """One message: a headline, and lines of (label, text), of which "" is no label.

    Attributes
    ----------
    exercise : str
        The exercise's id.
    verdict : Verdict
    headline : str
    lines : tuple of (str, str)
    """

    exercise: str
    verdict: Verdict
    headline: str
    lines: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(
        cls, exercise: Exercise, verdict: Verdict, tries: int = 1, *, stand_in: bool = True, more: Sequence[str] = ()
    ) -> Message:
        """What to say of a verdict.

        Parameters
        ----------
        exercise, verdict
            What was checked, and what was found.
        tries
            How often this exercise was tried: from the second time on it earns hints, see `Exercise.hints_on`.
        stand_in
            Whether the reference steps in, which the last line then says.
        more
            Sentences that come last.
        """
        unit = "point" if verdict.max_points == 1 else "points"
        earned = f" {verdict.points:g} of {verdict.max_points:g} {unit}." if verdict.points else ""
        first, *others = verdict.message.split("\n")
        lines = [("", line) for line in others]
        if verdict.failure and exercise.shows_failures:
            lines += failure_lines(exercise, verdict.failure, can_ask=stand_in)
        hints = exercise.hints_on(verdict, tries) if verdict.status is Status.WRONG else []
        if hints:
            lines.append(("hint", " ".join(hints)))
        if not verdict.passed and stand_in:
            lines.append(("", GOES_ON))
        if len(lines) >= MOST_LINES:
            lines = [*lines[: MOST_LINES - 2], lines[-1]]
        lines += [("", sentence) for sentence in more]
        return cls(exercise.id, verdict, OPENINGS.get(verdict.status, "") + first + earned, tuple(lines))

    @classmethod
    def saying(cls, exercise: Exercise, sentence: str) -> Message:
        """A sentence where nothing was judged."""
        return cls(exercise.id, exercise.verdict(Status.EMPTY, sentence), sentence)

    def text(self) -> str:
        """As text."""
        head = f"{self.verdict.status.sign} {self.exercise}: {self.headline}"
        return "\n".join([head, *(f"   {label + ' ' if label else ''}{text}" for label, text in self.lines)])

    def html(self) -> str:
        """As HTML: it takes the notebook's own colours, so it reads in light and in dark."""
        return template().render(
            colour=COLOURS.get(self.verdict.status, OTHER_COLOUR),
            sign=self.verdict.status.sign,
            exercise=self.exercise,
            headline=self.headline,
            lines=self.lines,
        )

    def data(self) -> dict[str, Any]:
        """As data: `course check` reads it, and no printed look-alike."""
        rest = [f"{label} {text}".strip() for label, text in self.lines if text != GOES_ON]
        message = "\n".join([self.verdict.message.split("\n")[0], *rest])
        found = self.verdict
        return {"exercise": self.exercise, "status": found.status, "points": found.points, "message": message}

    def bundle(self) -> dict[str, Any]:
        """For people, by MIME type."""
        return {"text/plain": self.text(), "text/html": self.html()}

    def show(self, *, judged: bool = True) -> None:
        """Show it where the learner is: in the notebook, or as printed text; `judged`: with the verdict as data."""
        tell(self.bundle() | ({VERDICT: self.data()} if judged else {}))


def failure_lines(exercise: Exercise, failure: Failure, *, can_ask: bool = False) -> list[tuple[str, str]]:
    """Asked, yours, expected; where they are long, around the first place where the two answers differ.

    With `can_ask` there is a check at hand that holds the question whole.
    """
    name = "with" if exercise.asks_for == "class" else exercise.id
    call = f"{name}({', '.join(show(argument, typed=True) for argument in failure.question)})"
    asked = exercise.described(failure.question) or call
    if can_ask and (len(asked) > MOST_ASKED or "…" in asked or "..." in asked):
        asked = f"{shorten(asked, MOST_ASKED)} · whole: check.{exercise.id}.question"
    yours, expected = show(failure.given), show(failure.expected)
    if failure.error:
        yours = failure.error
    elif isinstance(failure.given, np.ndarray) and isinstance(failure.expected, np.ndarray):
        yours, expected = show_difference(failure.given, failure.expected)
    elif yours == expected and isinstance(failure.given, list) and isinstance(failure.expected, list):
        yours, expected = from_difference(failure.given, failure.expected)
    elif max(len(yours), len(expected)) > MOST_ASKED:
        where, given, other = first_difference(failure.given, failure.expected)
        both = isinstance(given, np.ndarray) and isinstance(other, np.ndarray)
        yours, expected = show_difference(given, other) if both else (show(given), show(other))
        if where:
            yours, expected = f"in {where}: {yours}", f"in {where}: {expected}"
    return [
        ("asked", asked if can_ask else shorten(asked, MOST_ASKED)),
        ("yours", shorten(yours, 240)),
        ("expected", shorten(expected, 160)),
    ]


def first_difference(given: Any, expected: Any) -> tuple[str, Any, Any]:
    """Where in two nested answers the first difference is, and what stands there."""
    where = ""
    while True:
        if isinstance(given, (list, tuple)) and isinstance(expected, (list, tuple)) and len(given) == len(expected):
            keys: list[Any] = list(range(len(given)))
        elif isinstance(given, dict) and isinstance(expected, dict) and given.keys() == expected.keys():
            keys = list(expected)
        else:
            return where, given, expected
        differing = [key for key in keys if not same(given[key], expected[key], 1e-4, 1e-6)]
        if not differing:
            return where, given, expected
        given, expected, where = given[differing[0]], expected[differing[0]], f"{where}[{differing[0]!r}]"


def from_difference(given: list, expected: list) -> tuple[str, str]:
    """Two lists that begin alike, from the first place where they differ, and how many items each has."""
    pairs = zip(given, expected, strict=False)
    alike = min(len(given), len(expected))
    at = next((place for place, (one, other) in enumerate(pairs) if not same(one, other, 1e-4, 1e-6)), alike)
    yours, theirs = (f"from place {at}: {show(items[at:])}, {len(items)} in all" for items in (given, expected))
    return yours, theirs


def show(value: Any, typed: bool = False) -> str:
    """A value as a learner would write it; `typed`: so that a small tensor can be pasted into a cell."""
    maker = "torch.tensor" if hasattr(value, "detach") else "np.array"
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    if isinstance(value, (np.ndarray, np.generic)):
        array = np.asarray(value)
        if typed and array.size <= 12:
            numbers = np.array2string(array, precision=4, separator=", ", max_line_width=10_000)
            return f"{maker}({one_line(numbers)})"
        text = np.array2string(array, precision=4, threshold=24, edgeitems=3, separator=", ", max_line_width=10_000)
        text = one_line(text)
        return f"{text}  shape {array.shape}" if array.ndim and array.size > 4 else text
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, (list, tuple)):
        left, right = "[]" if isinstance(value, list) else "()"
        items = [show(item) for item in value[:MOST_ITEMS]] + (["…"] if len(value) > MOST_ITEMS else [])
        return left + ", ".join(items) + right
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k!r}: {show(v)}" for k, v in list(value.items())[:MOST_ITEMS]) + "}"
    if callable(value):
        return getattr(value, "__name__", type(value).__name__)
    return repr(value)


def show_difference(given: np.ndarray, expected: np.ndarray) -> tuple[str, str]:
    """Two arrays: their shapes and dtypes if those differ, whole if small, else the first place where they differ."""
    if given.shape != expected.shape:
        return f"shape {given.shape}, dtype {given.dtype}", f"shape {expected.shape}, dtype {expected.dtype}"
    if given.size <= 16 or given.dtype.kind not in "biuf":
        return show(given), show(expected)
    wrong = ~np.isclose(given.astype(float), expected.astype(float), 1e-4, 1e-6, equal_nan=True)
    place = tuple(int(i) for i in np.argwhere(wrong)[0]) if wrong.any() else (0,) * given.ndim
    if given.ndim == 2 and given.shape[0] <= 8:
        where, yours, theirs = f"column {place[1]}", given[:, place[1]], expected[:, place[1]]
    else:
        where, yours, theirs = f"at {list(place)}", given[place], expected[place]
    return (
        f"{where}: {show(yours)}  ({wrong.sum()} of {given.size} numbers differ)",
        f"{where}: {show(theirs)}",
    )


def one_line(text: str) -> str:
    """Join lines into one."""
    return re.sub(r"\s*\n\s*", " ", text)


def shorten(text: str, length: int) -> str:
    """Cut in the middle what is longer than `length` characters."""
    return text if len(text) <= length else text[: length * 2 // 3] + " … " + text[-length // 3 :]


@functools.cache
def template() -> jinja2.Template:
    """The message's template; whatever is put into it is escaped."""
    import jinja2

    surroundings = jinja2.Environment(autoescape=True)
    surroundings.filters["code"] = marked_up
    return surroundings.from_string(PAGE)


def marked_up(text: str) -> Any:
    """Escape a sentence and turn `code` into code."""
    import markupsafe

    return markupsafe.Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text)))


def tell(bundle: dict[str, Any]) -> None:
    """Show a message where the learner is: in the notebook, or as printed text."""
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        get_ipython = None
    if get_ipython is None or get_ipython() is None:
        print(bundle["text/plain"])
    else:
        display(bundle, raw=True)
