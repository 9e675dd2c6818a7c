"""Every exercise of the course: a folder a lesson, a module a topic; `helpers.lessons` says which lessons there are.

To add an exercise, write its class in a module of its lesson's folder, name it in the folder's `EXERCISES`, and put its
two cells into the lesson's notebook in `solutions/`. What an exercise is stands in `helpers.engine`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.lessons import exercises

if TYPE_CHECKING:
    from helpers.learner.check import Check

__all__ = ["checks", "exercises"]


def checks(lesson: int) -> Check:
    """The object that a lesson's notebook calls `check`."""
    from helpers.learner.check import checks

    return checks(lesson)
