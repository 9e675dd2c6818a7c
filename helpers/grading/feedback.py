"""What a learner gets back: one page with the own code, the verdict, the hint and the points of each exercise.

nbgrader makes it (`nbgrader generate_feedback`, the formgrader's button, `course grade feedback`), through
`c.GenerateFeedback.exporter_class`. The page is written from the spool and the gradebook, not from the notebook that
was run: of what a submission said while it was graded, only the type of an error and the line it came from get out,
and these only if Python knows the type and the line is the learner's own. So no question, no seed, no expected answer
and no other file can come back, however it is wrapped.
"""

from __future__ import annotations

import logging
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbconvert.exporters.exporter import Exporter
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.converters import GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from helpers.engine.exercise import Exercise, Verdict
from helpers.files import write_whole
from helpers.grading import mark, spool
from helpers.grading.handed_in.submissions import Course
from helpers.grading.page import number, page, sentence, text
from helpers.grading.spool import Entry

MOST_CODE = 20_000  # characters of an answer that are shown
AUTOMATIC = "No response."  # nbgrader's own comment on a cell that is as it was released
STATUSES = {
    "timed out": "Your code took too long, and was stopped there. What it answered elsewhere was marked.",
    "died": "Your notebook ended its own process: what it had answered by then was marked.",
    "unreadable": "Your notebook could not be read, so nothing in it was marked. Open it in JupyterLab, save it, and "
    "ask whether you may hand it in again.",
}
WORDS = {
    "right": "right",
    "empty": "not written",
    "forbidden": "not by hand",
    "unreadable": "no answer",
    "wrong": "not yet",
}


@dataclass(frozen=True)
class Points:
    """What the gradebook says of one graded cell: points, the most there are, and what a person wrote to it."""

    score: float
    most: float
    comment: str = ""


class FeedbackExporter(Exporter):
    """nbgrader's way to make a page of an autograded notebook."""

    def __init__(self, config: Any = None, **named: Any) -> None:
        """Make it; the pages are HTML."""
        super().__init__(config=config, **named)
        self.file_extension = ".html"

    def from_notebook_node(  # type: ignore[override]  # text, as HTMLExporter's
        self, nb: NotebookNode, resources: Any = None, **named: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page of one submission; beside it stands what nbgrader's exchange needs to hand it out, and no more."""
        nb, resources = super().from_notebook_node(nb, resources, **named)
        names = resources["nbgrader"]
        if self.parent is not None:
            place = Path(self.parent._format_dest(names["assignment"], names["student"]))
            keep_pages_only(place)
            course = Course(Path.cwd(), self.parent.coursedir.submitted_directory)  # nbgrader works in its folder
            for name, content in course.exchanged(names["assignment"], names["student"]).items():
                write_whole(place / name, content)
        entry = spool.read(Path.cwd(), names["assignment"], names["student"])
        return feedback(
            names["assignment"], names["student"], graded_cells(nb), entry, names.get("late_penalty", 0)
        ), resources


class Pages(GenerateFeedback):
    """nbgrader's converter for students by whatever name: its own patterns miss `..dots` and misread `[ada]`."""

    def init_notebooks(self) -> None:
        """Find what was autograded, of the one student or of all."""
        wanted, assignment = self.coursedir.student_id, self.coursedir.assignment_id
        root = Path(self.coursedir.format_path(self._input_directory, "x", "x")).parents[1]
        names = sorted(os.listdir(root)) if root.is_dir() else []
        folders = [self._format_source(assignment, name) for name in names if wanted in ("*", name)]
        found = {folder: os.path.join(folder, f"{assignment}.ipynb") for folder in folders}
        self.assignments = {folder: [book] for folder, book in found.items() if os.path.isfile(book)}
        self.notebooks: list[str] = []
        if not self.assignments:
            raise NbGraderException("nothing was autograded")


def write_feedback(coursedir: CourseDirectory, config: Config, assignment: str, student: str = "*") -> str:
    """Write the pages of an assignment, as `nbgrader generate_feedback --force` does; what went wrong, or ""."""
    coursedir.assignment_id, coursedir.student_id = assignment, student
    converter = Pages(coursedir=coursedir, config=config)
    converter.force = True
    converter.log = logging.Logger("feedback", logging.CRITICAL)
    try:
        converter.start()
    except NbGraderException:
        return f"there is no feedback to write: nothing of {assignment} was graded, or not all of it could be read"
    return ""


def keep_pages_only(folder: Path) -> None:
    """Remove from a folder of feedback what is no page of it."""
    for found in folder.iterdir() if folder.is_dir() else []:
        if found.is_dir() and not found.is_symlink():
            shutil.rmtree(found)
        elif found.suffix != ".html":
            found.unlink()


def graded_cells(nb: NotebookNode) -> list[tuple[str, Points, str]]:
    """The graded cells of a notebook that `GetGrades` has been at: id, points, and the text of a written answer."""
    found = []
    comments = {
        cell.metadata.nbgrader["grade_id"]: cell.metadata.nbgrader.get("comment") or ""
        for cell in nb.cells
        if utils.is_solution(cell) or utils.is_task(cell)
    }
    for cell in nb.cells:
        if utils.is_grade(cell) or utils.is_task(cell):
            told = cell.metadata.nbgrader
            exercise = told["grade_id"].removeprefix("check_")
            comment = comments.get(exercise) or comments.get(told["grade_id"]) or ""
            written = cell.source if utils.is_solution(cell) else ""
            found.append(
                (exercise, Points(float(told.get("score") or 0), float(told.get("points") or 0), comment), written)
            )
    return found


def feedback(
    assignment: str, student: str, graded: list[tuple[str, Points, str]], entry: Entry | None, penalty: float = 0
) -> str:
    """The page of one submission.

    Parameters
    ----------
    assignment, student : str
        The lesson's folder, and the name of the student's folder.
    graded : list of (id, Points, str)
        From `graded_cells`.
    entry : Entry or None
        The submission's answers; without them there are points and comments only.
    penalty : float
        Points taken off for being late.
    """
    lesson = mark.lesson_of(assignment)
    verdicts = mark.verdicts(entry) if entry else {}
    exercises = {one.id: one for one in mark.exercises_of(assignment)}
    score, most = sum(p.score for _, p, _ in graded), sum(p.most for _, p, _ in graded)
    total = f"{number(score - penalty)} of {number(most)} points"
    head = [f"<h1>{text(f'{lesson.number:02d} {lesson.title}')}</h1>", f"<p>{text(student)}: <b>{total}</b></p>"]
    if penalty:
        head.append(f"<p>{number(score)} points, and {number(penalty)} taken off because it came late.</p>")
    if entry and entry.status in STATUSES:
        head.append(f"<p>{STATUSES[entry.status]}</p>")
    if entry and entry.status == "unreadable":
        parts = [written_section(name, points, written) for name, points, written in graded if points.score]
        return page(f"{lesson.folder}: {student}", "\n".join([*head, *parts]))
    head.append(
        '<p class="soft">Marks come from questions that you have not seen. To see what your code says, open your '
        "notebook, run it from the top, and look at each check.</p>"
    )
    parts = []
    for name, points, written in graded:
        if name in exercises and name in verdicts and entry:
            parts.append(section(exercises[name], verdicts[name], entry, points))
        else:
            parts.append(written_section(name, points, written))
    return page(f"{lesson.folder}: {student}", "\n".join([*head, *parts]))


def section(exercise: Exercise, verdict: Verdict, entry: Entry, points: Points) -> str:
    """One exercise: verdict, hint, own code."""
    written = bool(entry.code.get(exercise.id, "").strip())
    kind = "right" if verdict.passed else "part" if verdict.points else "open" if verdict.status == "empty" else "wrong"
    lines = [heading(exercise.id, points, f'<span class="{kind}">{WORDS[verdict.status]}</span>')]
    lines += [f"<p>{sentence(line)}</p>" for line in told(exercise, verdict, entry)]
    if points.score != verdict.points:
        lines.append(f"<p>The check gave {number(verdict.points)}; the points above were set by a person.</p>")
    lines += comment_lines(points)
    own = shown(entry.code[exercise.id]) if written else '<p class="soft">Left as it was released.</p>'
    lines.append(own)
    return "\n".join(lines)


def told(exercise: Exercise, verdict: Verdict, entry: Entry) -> list[str]:
    """What can be said of a verdict without a word of what the submission said while it was graded."""
    if verdict.passed:
        return []
    message = verdict.message[:1].upper() + verdict.message[1:]
    lines = message.split("\n")
    if was_stopped(entry, exercise.id) and verdict.misconception is None:
        lines[0] = "Your code took too long here, and was stopped. Does a loop never end?"
    error, line = first_error(entry, exercise.id)
    if error and verdict.misconception is None and verdict.status == "wrong":
        lines.append(f"It stopped with {error}" + (f" in your line `{line}`." if line else "."))
    lines += [
        f"Part “{part}”: {'right' if good else 'not yet'}."
        for part, good in verdict.parts.items()
        if len(verdict.parts) > 1
    ]
    if verdict.status == "wrong" and exercise.hints:
        lines.append(f"Hint: {exercise.hints[0]}")
    return lines if exercise.kind != "multiple choice" else message.split("\n")


def was_stopped(entry: Entry, exercise: str) -> bool:
    """Whether an exercise's code ran out of time."""
    answers = entry.answers.get(exercise)
    late = [one for one in answers if type(one) is dict and one.get("error") == "TimeLimit"] if answers else []
    return bool(late) or any(why.startswith(f"{exercise}: took ") for why in entry.why.split("; "))


def first_error(entry: Entry, exercise: str) -> tuple[str, str]:
    """The type of the first error among the answers, and the own line it came from; "" for what may be made up."""
    answers = entry.answers.get(exercise)
    errors = [one for one in answers if type(one) is dict and "error" in one] if type(answers) is list else []
    said = entry.said.get(exercise, "").partition(":")[0]
    name = mark.known_error(str(errors[0]["error"]) if errors else said)
    if not name:
        return "", ""
    line = str(errors[0].get("line", "")).strip() if errors else ""
    own = [one.strip()[:120] for one in entry.code.get(exercise, "").splitlines()]
    return name, line if line and line in own and "`" not in line else ""


def written_section(name: str, points: Points, written: str) -> str:
    """A cell that a person graded, or an exercise of which only the points are known."""
    lines = [heading(name, points, ""), *comment_lines(points)]
    return "\n".join([*lines, shown(written)] if written.strip() else lines)


def heading(name: str, points: Points, verdict: str) -> str:
    """Name, verdict, points."""
    earned = f"{number(points.score)} of {number(points.most)}"
    return f'<h2>{text(name)} {verdict} <span class="soft">{earned}</span></h2>'


def comment_lines(points: Points) -> list[str]:
    """What a person wrote to it."""
    if points.comment.strip() in ("", AUTOMATIC):
        return []
    return [f"<p><b>Comment:</b> {text(points.comment)}</p>"]


def shown(code: str) -> str:
    """Code as it is, unless there is very much of it; it scrolls by keys as well."""
    short = code if len(code) <= MOST_CODE else f"{code[:MOST_CODE]}\n… and more"
    return f'<pre tabindex="0">{text(short)}</pre>'
