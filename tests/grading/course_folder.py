"""A small course to grade in, and what stands in its gradebook."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from nbgrader.api import Gradebook

from helpers.lessons import find
from tests.commands import ROOT, run, surrounded

__all__ = ["HALF", "LESSON", "ROOT", "course", "make", "marks", "submit", "surrounded"]
LESSON = find(0).folder
HALF = "def gc_content(sequence):\n    return sequence.count('G') / len(sequence)"


def make(root: Path, students: dict[str, str], folder: str = LESSON) -> Path:
    """Lay out a course in which each student handed in `solutions`, `course`, or this code for `gc_content`."""
    for name in ("course", "solutions"):
        shutil.copytree(ROOT / name / folder, root / name / folder)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    for student, what in students.items():
        submit(root, student, what, folder)
    return root


def submit(root: Path, student: str, what: str, folder: str = LESSON) -> Path:
    """Hand something in."""
    where = what if what in ("solutions", "course") else "course"
    book = json.loads((ROOT / where / folder / f"{folder}.ipynb").read_text(encoding="utf-8"))
    for cell in book["cells"]:
        if where != what and cell["metadata"].get("nbgrader", {}).get("grade_id") == "gc_content":
            cell["source"] = what
    path = root / "submitted" / student / folder / f"{folder}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(book), encoding="utf-8")
    return path


def course(*words: str, root: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the `course` command in a course's folder."""
    return run("course", *words, cwd=root, env=surrounded(**environment))


def marks(root: Path, folder: str = LESSON) -> dict[str, tuple[float, dict[str, float | None], bool]]:
    """Everything the gradebook says of a lesson: score, automatic points, and whether a person should look."""
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        return {
            one.student.id: (
                one.score,
                {grade.name: grade.auto_score for book in one.notebooks for grade in book.grades},
                one.needs_manual_grade,
            )
            for one in gradebook.assignment_submissions(folder)
        }
