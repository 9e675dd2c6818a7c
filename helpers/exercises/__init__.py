"""Every exercise of the course, one module a lesson; `helpers.lessons` says which lessons there are.

To add an exercise, write its class in its lesson's module and put its two cells into the lesson's notebook in
`solutions/`. What an exercise is stands in `helpers.engine`.
"""

from helpers.lessons import checks, exercises

__all__ = ["checks", "exercises"]
