"""`course leaderboard`: the class's predictions on one page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from helpers.commands.console import add, one_line, show, table
from helpers.grading.called import Called


def leaderboard(
    lesson: Annotated[str, typer.Argument(metavar="LESSON", help="A number or a name.")],
    called: Annotated[Called, typer.Option("--called", help="What the page calls people.")] = Called.PSEUDONYMS,
    folder: Annotated[
        Path | None, typer.Option("--to", help="Where to write; default: reports/ in the course.")
    ] = None,
    course: Annotated[Path, typer.Option("--course", help="The course's folder, which holds the spool.")] = Path("."),
) -> None:
    """Write a page of the class's predictions: as made, at random places, and what that does to the order."""
    with one_line():
        from helpers import lessons
        from helpers.grading.leaderboard import write_leaderboard
        from helpers.grading.nbgrader.gradebook import open_course

        here, assignment = open_course(course.resolve()), lessons.find(lesson).folder
        path, names, left = write_leaderboard(here, assignment, folder or here.root / "reports", called)
    made = table("on the page", "student")
    for student, name in names.items():
        add(made, name, student)
    show(made)
    for student in left:
        print(f"course: {student!a} has no predictions that can be read")
    print(path)
