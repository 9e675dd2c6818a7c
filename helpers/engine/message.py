"""What a learner reads after a check: at most six lines, as HTML and as plain text."""

from __future__ import annotations

import html
import re
from typing import Any

import numpy as np

from helpers.engine.exercise import Exercise, Failure, Verdict

COLOURS = {
    "right": "#2e9e4f",
    "empty": "#8a8f98",
    "wrong": "#d9822b",
    "forbidden": "#d9822b",
    "unreadable": "#d9822b",
}
SIGNS = {"right": "✔", "empty": "○"}
MOST_LINES = 6
GOES_ON = "The lesson goes on with the reference; come back any time."


def lines_of(exercise: Exercise, verdict: Verdict, tries: int = 1, stand_in: bool = True) -> list[tuple[str, str]]:
    """The message as (label, text) pairs, the headline first with an empty label.

    Parameters
    ----------
    exercise, verdict
        What was checked, and what was found.
    tries
        How often this exercise was tried; from the second time on a hint is added, unless the slip has a name: then
        what is wrong has been said, and a general hint would only speak of something else.
    stand_in
        Whether the reference steps in, which the last line then says.
    """
    opening = {"right": "", "empty": "", "unreadable": "", "forbidden": "not by hand yet. "}
    unit = "point" if verdict.max_points == 1 else "points"
    earned = f" {verdict.points:g} of {verdict.max_points:g} {unit}." if verdict.points else ""
    first, *others = verdict.message.split("\n")
    lines = [("", opening.get(verdict.status, "not yet. ") + first + earned), *(("", line) for line in others)]
    if verdict.failure and exercise.kind != "multiple choice":
        lines += failure_lines(exercise, verdict.failure)
    if verdict.status == "wrong" and tries > 1 and exercise.hints and not verdict.misconception:
        lines.append(("hint", exercise.hints[min(tries - 2, len(exercise.hints) - 1)]))
    if not verdict.passed and stand_in:
        lines.append(("", GOES_ON))
    return lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], lines[-1]]


def failure_lines(exercise: Exercise, failure: Failure) -> list[tuple[str, str]]:
    """Asked, yours, expected."""
    name = "with" if exercise.kind == "class" else exercise.id
    call = f"{name}({', '.join(show(argument, typed=True) for argument in failure.question)})"
    asked = exercise.words(*failure.question) or call
    yours, expected = show(failure.given), show(failure.expected)
    if failure.error:
        yours = failure.error
    elif isinstance(failure.given, np.ndarray) and isinstance(failure.expected, np.ndarray):
        yours, expected = show_difference(failure.given, failure.expected)
    return [
        ("asked", shorten(asked, 160)),
        ("yours", shorten(yours, 240)),
        ("expected", shorten(expected, 160)),
    ]


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
        items = [show(item) for item in value[:8]] + (["…"] if len(value) > 8 else [])
        return left + ", ".join(items) + right
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k!r}: {show(v)}" for k, v in list(value.items())[:8]) + "}"
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


def plain(exercise: Exercise, verdict: Verdict, lines: list[tuple[str, str]]) -> str:
    """The message as text."""
    head, *rest = lines
    out = [f"{SIGNS.get(verdict.status, '✘')} {exercise.id}: {head[1]}"]
    return "\n".join(out + [f"   {label + ' ' if label else ''}{text}" for label, text in rest])


def rich(exercise: Exercise, verdict: Verdict, lines: list[tuple[str, str]]) -> str:
    """The message as HTML: it takes the notebook's own colours, so it reads in light and in dark."""
    colour = COLOURS[verdict.status]
    head, *rest = lines
    rows = "".join(row(label, text) for label, text in rest)
    sign = SIGNS.get(verdict.status, "✘")
    return (
        f'<div style="border-left:4px solid {colour};padding:.35em .9em;margin:.4em 0;line-height:1.5" role="status">'
        f'<div><span style="color:{colour}" aria-hidden="true">{sign}</span> '
        f"<b>{html.escape(exercise.id)}</b> — {marked_up(head[1])}</div>{rows}</div>"
    )


def row(label: str, text: str) -> str:
    """One line under the headline; what was asked and answered stands in monospace."""
    if not label:
        return f'<div style="opacity:.75">{marked_up(text)}</div>'
    body = marked_up(text) if label == "hint" else f'<code style="white-space:pre-wrap">{html.escape(text)}</code>'
    return f'<div><span style="display:inline-block;min-width:5.2em;opacity:.75">{label}</span>{body}</div>'


def marked_up(text: str) -> str:
    """Escape a sentence and turn `code` into code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


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
