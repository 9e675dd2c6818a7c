"""Pages that nobody writes: lists of lessons, guides and data, the exercises with their misconceptions, the API."""

from __future__ import annotations

import html
import pkgutil
import posixpath
import re

import helpers
from helpers.engine.exercise import Exercise
from helpers.lessons import LESSONS, exercises

LESSONS_OWN = tuple(f"helpers.exercises.{lesson.name}." for lesson in LESSONS)  # answers have a page of their own


def pages(books: list[str], cards: list[str], guides: list[str]) -> dict[str, str]:
    """The text of every such page by its path; the paths given are those of the pages that people wrote."""
    made = {
        "solutions/index.md": listed("Lessons", books, "solutions"),
        "docs/index.md": listed("Guides", guides, "docs"),
        "datasets/cards/index.md": listed("Data sets", cards, "datasets/cards"),
        "docs/exercises.md": exercise_list(books),
        "docs/api/index.md": listed("The package helpers", [f"docs/api/{part}.rst" for part in modules()], "docs/api"),
    }
    return made | {f"docs/api/{part}.rst": api_page(part, names) for part, names in modules().items()}


def navigation() -> str:
    """What stands in the site's bar, in a list that the front page holds unseen."""
    entries = {
        "Lessons": "solutions/index",
        "Exercises": "docs/exercises",
        "Widgets": "docs/widgets",
        "Data": "datasets/cards/index",
        "Guides": "docs/index",
        "API": "docs/api/index",
    }
    return "\n".join(
        ["```{toctree}", ":hidden:", "", *(f"{name} <{page}>" for name, page in entries.items()), "```", ""]
    )


def listed(title: str, names: list[str], folder: str) -> str:
    """A page that lists others, by their titles."""
    entries = [posixpath.splitext(posixpath.relpath(name, folder))[0] for name in names]
    return "\n".join([f"# {title}", "", "```{toctree}", ":maxdepth: 1", "", *entries, "```", ""])


def exercise_list(books: list[str]) -> str:
    """Every exercise and every mistake that it names, lesson by lesson, as Markdown."""
    lessons = {f"solutions/{lesson.folder}/{lesson.folder}.ipynb": lesson for lesson in LESSONS}
    lessons = {book: lessons[book] for book in books}
    found = [one for lesson in lessons.values() for one in exercises(lesson.number) if one.points]
    count = sum(len(one.misconceptions()) for one in found)
    parts = [
        "# Exercises and the mistakes they name",
        f"{len(found)} graded exercises know {count:,} mistakes by name. Each is a piece of code that the tests run: "
        "its answers lose points, and the learner reads the sentence beside it. For an instructor this is a map of "
        "what a class may believe; for a learner, better read after the lesson.",
    ]
    for book, lesson in lessons.items():
        parts += [f"## {lesson.number:02d} · {lesson.title}", f"[To the lesson](../{book})"]
        parts += [entry(one) for one in exercises(lesson.number) if one.points]
    return "\n\n".join(parts) + "\n"


def entry(exercise: Exercise) -> str:
    """One exercise: signature, kind, points, and its misconceptions folded."""
    wrong = exercise.misconceptions()
    points = "1 point" if exercise.points == 1 else f"{exercise.points:g} points"
    rows = "".join(f"<dt><code>{one.name}</code></dt><dd>{with_code(one.hint)}</dd>" for one in wrong)
    count = "1 mistake" if len(wrong) == 1 else f"{len(wrong)} mistakes"
    return (
        f"### `{exercise.id}`\n\n`{exercise.signature}` · {exercise.kind} · {points}\n\n"
        f"<details><summary>{count}</summary><dl>{rows}</dl></details>"
    )


def with_code(hint: str) -> str:
    """A sentence as HTML, with code where it has backticks."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(hint))


def modules() -> dict[str, list[str]]:
    """The public modules of the package, by the part of it that they stand in: a module, or a package with its own."""
    everything = [name for _, name, _ in pkgutil.walk_packages(helpers.__path__, "helpers.")]
    programs = {name for name in everything if name.endswith(".__main__")}  # to import one is to run it
    found = [name for name in everything if name not in programs and not f"{name}.".startswith(LESSONS_OWN)]
    parts: dict[str, list[str]] = {"helpers": ["helpers"]}
    for name in found:
        parts.setdefault(".".join(name.split(".")[:2]), []).append(name)
    return parts


def api_page(part: str, names: list[str]) -> str:
    """The page of one part, in reStructuredText."""
    lines = [part, "=" * len(part), ""]
    for name in names:
        lines += [name, "-" * len(name), ""] * (name != part)
        lines += [f".. automodule:: {name}", "   :members:", "   :show-inheritance:", ""]
    return "\n".join(lines)
