"""Every exercise of the course: a folder a lesson, a module a topic; `helpers.lessons` says which lessons there are.

To add an exercise, write its class in a module of its lesson's folder, name it in the folder's `EXERCISES`, and put its
two cells into the lesson's notebook in `solutions/`. What an exercise is stands in `helpers.engine`.
"""

from helpers.lessons import checks, exercises

__all__ = ["checks", "exercises"]
