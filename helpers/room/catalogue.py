"""What a room may hear of: the lessons' sections, their exercises, and the mistakes these know by name."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from helpers import places
from helpers.authoring.sittings import SECTION, Section, pieces, sections
from helpers.lessons import LESSONS, Lesson, exercises, key_of

EXERCISE = re.compile(r"#### Exercise \d+\.(\d+) · `(\w+)`.*?about (\d+) minutes?")


@dataclass(frozen=True)
class Task:
    """An exercise as the room knows it.

    Attributes
    ----------
    key : str
        As in `"02/one_hot"`.
    number : str
        As in `"2.2"`.
    name : str
        What learners call their function or class.
    section : int
        0 where the lesson's notebook does not say.
    minutes : float
        What its heading says.
    hints : dict of str to str
        The mistakes it knows by name, each with the sentence that its author reads.
    """

    key: str
    number: str
    name: str
    section: int
    minutes: float
    hints: dict[str, str]


@dataclass(frozen=True)
class Plan:
    """A lesson: what is in it, in order."""

    lesson: Lesson
    sections: tuple[Section, ...]
    tasks: tuple[Task, ...]


class Catalogue:
    """Every lesson of the course, read once from the released notebooks."""

    def __init__(self, folder: Path | None = None) -> None:
        """Read the lessons in `folder`; default: those that came with the package."""
        place = folder or places.released()
        self.plans = {lesson.number: plan_of(lesson, place) for lesson in LESSONS}

    @cached_property
    def tasks(self) -> dict[str, Task]:
        """Every exercise by its key, in the course's order."""
        return {task.key: task for plan in self.plans.values() for task in plan.tasks}

    def next_task(self, key: str) -> str:
        """The exercise after this one in its lesson; "" after the last."""
        tasks = [task.key for task in self.plans[lesson_number(key)].tasks]
        place = tasks.index(key) + 1
        return tasks[place] if place < len(tasks) else ""


def lesson_number(key: str) -> int:
    """The lesson of an exercise's key."""
    return int(key.split("/")[0])


def plan_of(lesson: Lesson, folder: Path) -> Plan:
    """A lesson's sections and exercises; without its notebook the exercises alone."""
    path = folder / lesson.folder / f"{lesson.folder}.ipynb"
    cells = cells_of(path) if path.is_file() else []
    found: dict[str, tuple[str, int, float]] = {}
    section = 0
    for kind, line in pieces(cells):
        if begun := SECTION.fullmatch(line):
            section = int(begun[1] or 0)
        elif kind == "text" and (asked := EXERCISE.match(line)):
            found[asked[2]] = (f"{lesson.number}.{asked[1]}", section, float(asked[3]))
    tasks = []
    for place, exercise in enumerate((one for one in exercises(lesson.number) if one.points), 1):
        default = (f"{lesson.number}.{place}", 0, 5.0)
        numbered, section, minutes = found.get(exercise.code_name, found.get(exercise.id, default))
        hints = {wrong.name: wrong.hint for wrong in exercise.misconceptions()}
        tasks.append(Task(key_of(exercise), numbered, exercise.code_name, section, minutes, hints))
    numbered_sections = tuple(one for one in sections(cells, released=True) if one.number)
    return Plan(lesson, numbered_sections, tuple(sorted(tasks, key=lambda task: int(task.number.split(".")[1]))))


def cells_of(path: Path) -> list[dict[str, str]]:
    """Kind and source of every cell of a notebook."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [{"cell_type": cell["cell_type"], "source": "".join(cell["source"])} for cell in cells]
