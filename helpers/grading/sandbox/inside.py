"""The program inside a sandbox: it runs cells, puts questions to what they define, and sends the answers out.

Everything here is in the hands of whoever wrote the cells; `sandbox.py` says why that earns nothing. A command comes as
one line of JSON, and one line goes back:

    {"do": "open", "token": t, "lesson": 2}                                             -> {"token": t}
    {"do": "unpack", "token": t, "files": {"notes.txt": base64}}                        -> {"token": t}
    {"do": "run", "token": t, "source": "...", "seconds": 60}             -> {"token": t, "said": "", "late": false}
    {"do": "ask", "token": t, "exercise": "one_hot", "name": "one_hot", "seed": 1, "seconds": 60}
                                                                 -> {"token": t, "answers": [...], "said": ""}
    {"do": "sync", "token": t}                                                          -> {"token": t}
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.engine.exercise import Exercise

MOST_SAID = 500
MOST_SENT = 6 * 1024**2  # characters of one exercise's answers


class TimeLimit(BaseException):
    """A cell or a question took too long; no `except Exception` swallows this."""


def main() -> None:
    """Take commands until there are no more."""
    commands, replies = os.fdopen(os.dup(0), "rb"), os.dup(1)
    silence(0, 1)
    here = os.getpid()
    place = Inside(sys.argv[1])
    for line in commands:
        order = json.loads(line)
        reply = {"token": order["token"], **getattr(place, order.pop("do"))(**order)}
        if os.getpid() != here:  # a copy that the cell made of this process
            os._exit(0)
        rest = memoryview(json.dumps(reply).encode() + b"\n")
        while rest:
            rest = rest[os.write(replies, rest) :]


def silence(*handles: int) -> None:
    """Let what is read from, or written to, these descriptors go nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for handle in handles:
        os.dup2(nowhere, handle)
    os.close(nowhere)


class Inside:
    """The shell that cells run in, and the exercises that ask; `sealed` is the folder of the sealed copy."""

    def __init__(self, sealed: str) -> None:
        self.sealed = sealed

    def open(self, token: str, lesson: int) -> dict[str, Any]:
        """Prepare everything that costs time; nothing of the learner's is there yet."""
        os.makedirs(os.environ["HOME"], exist_ok=True)
        with contextlib.suppress(OSError):
            shutil.copytree(f"{self.sealed}/matplotlib", os.environ["MPLCONFIGDIR"])
        sys.path.insert(0, self.sealed)
        import helpers
        from helpers import lessons

        helpers.start = started  # type: ignore[assignment]
        self.exercises = {one.id: one for one in lessons.exercises(lesson)}
        self.shell = new_shell()
        silence(2)  # until here, what goes wrong is ours
        return {}

    def unpack(self, token: str, files: dict[str, str]) -> dict[str, Any]:
        """Lay the learner's files into the working folder, from which modules can be imported then."""
        for name, data in files.items():
            os.makedirs(os.path.dirname(os.path.join(".", name)), exist_ok=True)
            with open(name, "wb") as file:
                file.write(base64.b64decode(data))
        sys.path.append(os.getcwd())  # behind everything: a learner's json.py is not Python's
        return {}

    def run(self, token: str, source: str, seconds: float) -> dict[str, Any]:
        """Run one cell; say what error it ended with."""
        with limited(seconds):
            result = self.shell.run_cell(source, store_history=False, silent=True)
        error = result.error_before_exec or result.error_in_exec
        return {"said": in_words(error), "late": isinstance(error, TimeLimit)}

    def ask(self, token: str, exercise: str, name: str, seed: int, seconds: float) -> dict[str, Any]:
        """Put every question of an exercise to what the learner calls `name`; that may be any expression."""
        try:
            with limited(seconds):
                code = eval(name, self.shell.user_ns)
        except BaseException:
            return {"answers": None, "said": ""}
        answers = answers_of(self.exercises[exercise], code, seed, seconds)
        if len(json.dumps(answers)) > MOST_SENT:
            return {"answers": None, "said": "the answers are too large"}
        return {"answers": answers, "said": ""}

    def sync(self, token: str) -> dict[str, Any]:
        """Say nothing: so it is known that nothing else was on its way."""
        return {}


def started(lesson: int, *, seed: int = 0, **_: Any) -> Any:
    """What `helpers.start` does, without its words: nobody reads them here, and they need torch and matplotlib."""
    from helpers.learner.check import checks

    settle(seed)
    return checks(lesson)


def new_shell() -> Any:
    """An IPython shell without a kernel: magics work, nothing is shown and nothing is remembered."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class Quiet(InteractiveShell):
        def showtraceback(self, *arguments: Any, **named: Any) -> None:
            """Errors are reported by the command that ran the cell."""

        def showsyntaxerror(self, *arguments: Any, **named: Any) -> None:
            """The same."""

        def enable_gui(self, gui: Any = None) -> None:
            """No window opens here; `%matplotlib` asks for one all the same."""

    settings = Config()
    settings.HistoryManager.enabled = False
    settings.InteractiveShell.colors = "nocolor"
    return Quiet.instance(config=settings)


def answers_of(exercise: Exercise, code: Any, seed: int, seconds: float) -> list[Any]:
    """The answers to all questions of a seed, each an error where it took too long or ended oddly."""
    settle()
    asked = exercise.asked(seed)
    until = time.monotonic() + seconds
    answers: list[Any] = []
    for question in asked:
        left = until - time.monotonic()
        try:
            if left <= 0:
                raise TimeLimit
            with limited(left):
                answer = exercise.answer(code, question)
                answers.append(answer if answers else exercise.asked_again(code, question, answer))
        except BaseException as error:
            answers.append({"error": type(error).__name__, "text": str(error)[:MOST_SAID]})
    return answers


def settle(seed: int = 0) -> None:
    """The same state for every exercise, whatever ran before."""
    import random

    import numpy as np

    random.seed(seed)
    np.random.seed(seed)
    torch = sys.modules.get("torch")  # what nobody has imported has no state
    if torch is not None:
        torch.manual_seed(seed)
        torch.set_default_dtype(torch.float32)
        torch.set_grad_enabled(True)


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise TimeLimit in what takes longer; again each second, should it be caught."""

    def stop(*_: Any) -> None:
        raise TimeLimit

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def in_words(error: BaseException | None) -> str:
    """An error in one short line, "" for none."""
    if error is None:
        return ""
    with contextlib.suppress(Exception):
        return f"{type(error).__name__}: {error}".replace("\n", " ")[:MOST_SAID]
    return type(error).__name__


if __name__ == "__main__":
    main()
