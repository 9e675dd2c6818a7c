"""What a check says of itself, in sentences: code was stopped, it is no function, the reference steps in."""

from __future__ import annotations

from typing import Any

from helpers.engine.answers import own_line
from helpers.engine.exercise import Exercise
from helpers.engine.time_limit import TimeLimit

STEPPED_IN = (
    "this is the reference, which stepped in. Run the cell with your own code (if it ends with an error, mend that "
    "first), then check again."
)


def still_running(stopped: BaseException, code: Any, seconds: float) -> str:
    """The sentence on code that was stopped, by a person or after so many seconds."""
    after = f" after {seconds:g} seconds" if isinstance(stopped, TimeLimit) else ""
    line = own_line(stopped, code)
    where = f", at `{line}`" if line else ""
    return f"stopped{after}: your code was still running{where}. Does a loop never end?"


def missing_name(name: str, *, asked: bool) -> str:
    """The sentence on a name that nothing has: one that an exercise asks for, or any other."""
    if asked:
        return (
            f"There is no `{name}` yet: run the cell above in which you write it. If that ends with an error, "
            "mend it first."
        )
    return (
        f"There is no `{name}` yet. Is it misspelt? Or has the cell above that makes it, or imports it, not run since "
        "the notebook was opened? In JupyterLab choose Run → Run All Above Selected Cell, on Colab Runtime → Run "
        "before."
    )


def not_the_thing(exercise: Exercise, code: Any) -> str:
    """The sentence on what is no function or class."""
    return (
        f"`check.{exercise.id}` needs the {exercise.asks_for} itself, and this is a {type(code).__name__}: "
        f"write `check.{exercise.id}({exercise.code_name})`."
    )


def tried_out(answers: list[dict[str, Any]]) -> str:
    """What can be said of answers where nobody knows the right ones."""
    errors = [f"{one['error']}: {one.get('text', '')}".rstrip(": ") for one in answers if "error" in one]
    if not errors:
        return f"it answers all {len(answers)} questions. Whether rightly, you will hear with your marks."
    return f"{len(errors)} of {len(answers)} questions end with an error, the first with {errors[0]}"


def difference(came: Any, asked: Any) -> str:
    """What came where a tensor was asked, in words; "" where tensors came."""
    if hasattr(asked, "detach") and described(came) != described(asked):
        return f"Later cells compute with {described(asked)}, and yours is {described(came)}"
    return next(filter(None, map(difference, came, asked)), "") if isinstance(asked, (list, tuple)) else ""


def described(value: Any) -> str:
    """The kind of a value, so far as computing with it depends on it."""
    if not hasattr(value, "detach"):
        return f"a {type(value).__name__}"
    dtype = str(value.dtype).removeprefix("torch.")
    return f"a tensor of {'integers' if 'int' in dtype else dtype}"  # integers of any width go together
