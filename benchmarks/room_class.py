"""A class that works in a room: `python benchmarks/room_class.py ADDRESS ANSWERS.json --learners 60 --minutes 5`.

Each learner is a process of its own with the real start, the real checks and the real client. ANSWERS is a list of
objects with `lesson`, `check`, `source` and `kind` ("wrong" or "right"); a learner takes an exercise's wrong answers in
an order of its own, waits between two tries, and is right in the end, or goes on without.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import io
import json
import linecache
import multiprocessing
import os
import random
import re
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType
from typing import Any


def main() -> None:
    """Play the class, and print how many checks were made."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("address")
    words.add_argument("answers", type=Path)
    words.add_argument("--lesson", type=int, default=2)
    words.add_argument("--learners", type=int, default=60)
    words.add_argument("--minutes", type=float, default=5.0)
    asked = words.parse_args()
    answers = json.loads(asked.answers.read_text(encoding="utf-8"))
    print(play(asked.address, answers, asked.lesson, asked.learners, 60 * asked.minutes), "checks")


def play(address: str, answers: list[dict[str, Any]], lesson: int, learners: int, seconds: float) -> int:
    """Let learners work for some seconds at the same time; the number of their checks.

    The processes are forked from this one, which has imported everything: 60 kernels in the memory of a few.
    """
    import torch

    import helpers
    from helpers.lessons import exercises

    torch.set_num_threads(1)
    exercises(lesson)
    setup(lesson)
    with tempfile.TemporaryDirectory() as home, multiprocessing.get_context("fork").Pool(learners) as pool:
        os.environ["COURSE_HOME"] = home
        jobs = [(address, answers, lesson, seed, seconds, helpers.__file__) for seed in range(learners)]
        return sum(pool.map(learner, jobs, chunksize=1))


def learner(job: tuple[str, list[dict[str, Any]], int, int, float, str]) -> int:
    """One learner's work."""
    import helpers

    address, answers, lesson, seed, seconds, _ = job
    draw, ends, checks = random.Random(seed), time.monotonic() + seconds, 0
    with contextlib.redirect_stdout(io.StringIO()):
        check = helpers.start(lesson=lesson, room=address)
        skill, names = draw.uniform(0.2, 0.9), list(check._exercises)
        pace = seconds / len(names)
        for name in names:
            mine = [one for one in answers if one["lesson"] == lesson and one["check"] == name]
            wrong = [one for one in mine if one["kind"] == "wrong"]
            draw.shuffle(wrong)
            tries = [one["source"] for one in wrong[: int(draw.expovariate(1 / (4 * (1 - skill))))]]
            for source in [*tries, *[""] * (draw.random() < 0.9)]:
                if time.monotonic() > ends:
                    return checks
                time.sleep(draw.expovariate(1 / (0.5 * pace)))
                exercise = getattr(check, name)
                getattr(check, name)(code_of(source, exercise.exercise, seed) if source else right(exercise.exercise))
                checks += 1
        time.sleep(1)  # the last one is on its way
    return checks


def right(exercise: Any) -> Any:
    """A right answer of the learner's own: the reference behind another name."""
    reference = exercise.reference
    if isinstance(reference, type):
        return type(reference.__name__, (reference,), {})
    return lambda *arguments, **named: reference(*arguments, **named)


def code_of(source: str, exercise: Any, seed: int) -> Any:
    """What an answer's source defines, in a module of its own."""
    from helpers.lessons import lesson_of

    name = f"answer_{seed}_{abs(hash(source))}"
    module = ModuleType(name)
    module.__file__ = f"{name}.py"
    linecache.cache[module.__file__] = (len(source), None, source.splitlines(True), module.__file__)
    sys.modules[name] = module
    module.__dict__.update(setup(lesson_of(exercise).number))
    exec(compile(source, module.__file__, "exec"), module.__dict__)
    return getattr(module, exercise.code_name)


@functools.cache
def setup(lesson: int) -> dict[str, Any]:
    """What the lesson's setup cell imports."""
    from helpers import lessons, places

    folder = lessons.find(lesson).folder
    book = json.loads((places.released() / folder / f"{folder}.ipynb").read_text(encoding="utf-8"))
    names: dict[str, Any] = {}
    for cell in book["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and re.search(r"^import torch$", source, re.M):
            exec(source, names)
            break
    return {name: value for name, value in names.items() if not name.startswith("__")}


if __name__ == "__main__":
    main()
