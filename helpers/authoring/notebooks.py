"""Running lessons without a browser: the solved ones from top to bottom, a learner's one exercise by exercise."""

from __future__ import annotations

import logging
import re
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers import lessons, places
from helpers.engine.message import VERDICT
from helpers.files import write_whole
from helpers.grading.handed_in.names import asked_in, leans_on, only_asks
from helpers.grading.handed_in.reading import Cell, NoNotebook, cells_in
from helpers.grading.handed_in.transplant import asked_names, kept_cells, own_code
from helpers.lessons import Lesson
from helpers.settings import full

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from helpers.engine.exercise import Exercise

KERNEL = "python3"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
SETUP_SECONDS = 300  # the first import of torch on a slow disk takes its time
SECONDS = 600  # for any cell of a lesson
FULL_SECONDS = 4 * 3600  # for a cell that trains as long as the published rows did
NOT_GRADED = {"demo", "widget", "slow"}
OPENING = re.compile(r"\bhelpers\.start\(\s*(?:lesson\s*=\s*)?(\d+)")
TEMPORARY_FILE = re.compile(r"\(\d+\.py, line")  # how IPython names a cell in a syntax error
UNTOUCHED = "as it was handed out"
ASKED_LAST = "asked-last"  # tags checks that the notebook does not have, as the grader puts them behind everything
WORDS = {"right": "right", "empty": "open"}


class NotALesson(ValueError):
    """A notebook that is none of this course, or no notebook at all; the message says why."""


class Damaged(ValueError):
    """A file that should be a notebook and cannot be read as one."""


@dataclass(frozen=True)
class Outcome:
    """What became of one exercise: "right", "open", "not yet" or "missing", what there is to say, and its points."""

    exercise: Exercise
    verdict: str
    message: str
    points: float = 0


@dataclass(frozen=True)
class Run:
    """One lesson, run.

    Attributes
    ----------
    lesson : Lesson
    seconds : float
        Wall-clock time, kernel start included.
    outcomes : list of Outcome
        One for each exercise of the lesson that carries points.
    error : str
        What stopped the run, or "".
    """

    lesson: Lesson
    seconds: float
    outcomes: list[Outcome]
    error: str = ""

    @property
    def right(self) -> int:
        """How many exercises are right."""
        return sum(outcome.verdict == "right" for outcome in self.outcomes)

    @property
    def passed(self) -> bool:
        """Whether nothing failed and every exercise is right."""
        return not self.error and self.right == len(self.outcomes)


# -- solved lessons ------------------------------------------------------------------------------------------------


def run_lesson(lesson: Lesson, notebook: Path, *, save: bool = False, timeout: float = SECONDS) -> Run:
    """Execute a solved lesson from top to bottom in a fresh kernel.

    Parameters
    ----------
    lesson : Lesson
        Which one it is.
    notebook : Path
        Its notebook; the kernel works in its folder.
    save : bool
        Write the outputs back, if every cell ran and every exercise is right.
    timeout : float
        Seconds for a cell.

    Raises
    ------
    FileNotFoundError
        If the notebook does not exist.
    """
    import nbformat

    if not notebook.is_file():
        raise FileNotFoundError(f"lesson {lesson.number:02d} has no notebook {notebook}")
    book = nbformat.read(notebook, as_version=4)
    began = time.perf_counter()
    error = execute(book, folder=notebook.parent, timeout=timeout)
    run = Run(lesson, time.perf_counter() - began, outcomes(book, lesson), error)
    if save and run.passed:
        write_whole(notebook, (nbformat.writes(normalised(book)).rstrip("\n") + "\n").encode())
    return run


def run_all(
    lessons: Sequence[Lesson], folder: Path, *, save: bool = False, say: Callable[[Lesson], Any] = lambda lesson: None
) -> list[Run]:
    """Execute solved lessons one after the other; `say` hears of each before it begins."""
    runs = []
    for lesson in lessons:
        say(lesson)
        notebook = folder / lesson.folder / f"{lesson.folder}.ipynb"
        runs.append(run_lesson(lesson, notebook, save=save, timeout=FULL_SECONDS if full() else SECONDS))
    return runs


def normalised(book: NotebookNode) -> NotebookNode:
    """An executed notebook without what tells of this one run: times, widget models, the order of executions."""
    book.metadata.pop("widgets", None)
    code_cells = [cell for cell in book.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code_cells, start=1):
        cell.metadata.pop("execution", None)
        cell.execution_count = number
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = number
            data = output.get("data", {})
            data.pop(VERDICT, None)  # the message beside it says the same
            if "image/png" in data:  # the still picture stays; the model behind the view is gone with the kernel
                data.pop(WIDGET_VIEW, None)
    return book


# -- a learner's notebook ------------------------------------------------------------------------------------------


def check_notebook(path: Path, *, timeout: float = 60) -> Run:
    """Run what counts in a learner's notebook, cell by cell past every error, and see which exercises are right.

    The lesson's own demonstrations are left out unless an answer needs them, as the grader leaves them out.

    Parameters
    ----------
    path : Path
        The notebook.
    timeout : float
        Seconds for a cell; then it is interrupted.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    Damaged
        If it cannot be read as a notebook.
    NotALesson
        If it is none of this course.
    """
    book = read_cells(path)
    lesson = lesson_of(book, path)
    book.cells = that_run(book, released(lesson))
    began = time.perf_counter()
    error = execute(book, folder=path.resolve().parent, timeout=timeout, keep_going=True)
    failed = [cell for cell in book.cells if is_setup(cell) and errors_of(cell)]
    if failed and not error:
        error = f"{named(failed[0])} failed: {errors_of(failed[0])[0]}"
    left = untouched(book, lesson)
    found = [as_handed_out(one) if one.exercise.id in left else one for one in outcomes(book, lesson)]
    found = leaning(found, book, lesson)
    return Run(lesson, time.perf_counter() - began, found, error)


def released(lesson: Lesson) -> str | None:
    """The lesson as it is handed out; None where an author has not released it yet."""
    try:
        return (places.released() / lesson.folder / f"{lesson.folder}.ipynb").read_text(encoding="utf-8")
    except OSError:
        return None


def that_run(book: NotebookNode, release: str | None) -> list[NotebookNode]:
    """The cells of a learner's notebook that count: what the grader runs, in the same order, and asks at the end."""
    from nbformat.v4 import new_code_cell

    if release is None:
        return [cell for cell in book.cells if cell.metadata.nbgrader or not NOT_GRADED & set(cell.metadata.tags)]
    kept = kept_cells([as_cell(cell) for cell in book.cells], release)
    for cell in book.cells:
        if only_asks(cell.source):  # no reference steps in for marks, so none does here
            cell.source = "\n".join(f"check.{exercise}({name})" for exercise, name in asked_in(cell.source))
    cells = [cell for cell, keep in zip(book.cells, kept, strict=True) if keep]
    asked = {exercise for cell in cells for exercise, _ in asked_in(cell.source)}
    names = {exercise: name for exercise, name in asked_names(release).items() if exercise not in asked}
    last = metadata_of(Cell("", tags=frozenset({ASKED_LAST})))
    return cells + [new_code_cell(f"check.{exercise}({name})", metadata=last) for exercise, name in names.items()]


def leaning(found: list[Outcome], book: NotebookNode, lesson: Lesson) -> list[Outcome]:
    """The outcomes, where an answer leans on another one that is not right: then that is said."""
    release = released(lesson)
    code = own_code([as_cell(cell) for cell in book.cells], release) if release else {}
    open_ = {one.exercise.code_name for one in found if one.verdict != "right"}
    said = []
    for one in found:
        others = open_ - {one.exercise.code_name}
        lacks = leans_on(code.get(one.exercise.id, ""), others) if one.verdict != "right" else ""
        said.append(replace(one, message=f"{one.message}\n{lacks}") if lacks else one)
    return said


def as_cell(cell: NotebookNode) -> Cell:
    """A cell of a fresh notebook as the grader reads one."""
    return Cell(cell.source, cell.metadata.nbgrader.get("grade_id", ""), tags=frozenset(cell.metadata.tags))


def untouched(book: NotebookNode, lesson: Lesson) -> set[str]:
    """The exercises whose cells stand as they were handed out: a bug hunt runs, with its bugs in it."""
    release = released(lesson)
    if release is None:
        return set()
    code = own_code([as_cell(cell) for cell in book.cells], release)
    present = {cell.metadata.nbgrader.get("grade_id", "") for cell in book.cells}
    return {id_ for id_, source in code.items() if not source and id_ in present}


def as_handed_out(outcome: Outcome) -> Outcome:
    """The outcome of an exercise that nobody has worked in: it is open, unless something is wrong with the notebook."""
    return replace(outcome, verdict="open", message=UNTOUCHED) if outcome.verdict == "not yet" else outcome


def read_cells(path: Path) -> NotebookNode:
    """A fresh notebook with the code cells of a file: their source, tags and nbgrader's id, and nothing else."""
    from nbformat.v4 import new_code_cell, new_notebook

    if not path.exists():
        raise FileNotFoundError(f"there is no notebook {path}")
    if path.is_dir():
        raise NotALesson(f"{path} is a folder with more than one notebook, or none; name the notebook")
    try:
        cells = [cell for cell in cells_in(path.read_bytes()) if not cell.markdown]
    except NoNotebook as error:
        raise Damaged(
            f"{path} is not a notebook: {error}; rename it, and `course lab` hands out the lesson anew"
        ) from None
    return new_notebook(cells=[new_code_cell(cell.source, metadata=metadata_of(cell)) for cell in cells])


def metadata_of(cell: Cell) -> dict[str, Any]:
    """Tags and nbgrader's id, and nothing else."""
    return {"tags": sorted(cell.tags), "nbgrader": {"grade_id": cell.grade_id} if cell.grade_id else {}}


def lesson_of(book: NotebookNode, path: Path) -> Lesson:
    """The lesson that a notebook opens with `helpers.start(lesson=…)`."""
    for cell in book.cells:
        opening = OPENING.search(cell.source)
        if opening:
            try:
                return lessons.find(int(opening[1]))
            except ValueError as error:
                raise NotALesson(f"{path} opens lesson {opening[1]}, but {error}") from None
    raise NotALesson(f"{path} holds no exercises of this course: no cell of it calls helpers.start(lesson=…)")


# -- both ----------------------------------------------------------------------------------------------------------


def execute(book: NotebookNode, *, folder: Path, timeout: float, keep_going: bool = False, starts: int = 2) -> str:
    """Execute a notebook's cells in a fresh kernel, in place.

    Parameters
    ----------
    book : NotebookNode
        Gets its outputs.
    folder : Path
        Where the kernel works.
    timeout : float
        Seconds for a cell.
    keep_going : bool
        Go on past errors, and interrupt a cell that takes too long, instead of stopping there.
    starts : int
        How often to start a kernel that does not come up: one of its ports may have been taken meanwhile.

    Returns
    -------
    str
        What stopped the run, or "".
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    client = NotebookClient(
        book,
        timeout_func=lambda cell: max(timeout, SETUP_SECONDS) if is_setup(cell) else timeout,
        kernel_name=KERNEL,
        allow_errors=keep_going,
        interrupt_on_timeout=keep_going,
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    )
    client.log = logging.Logger("quiet", logging.CRITICAL + 1)  # what goes wrong is returned
    cell = None
    try:
        with client.setup_kernel(stderr=subprocess.DEVNULL):  # the kernel's own remarks, not what cells print
            for index, cell in enumerate(book.cells):
                client.execute_cell(cell, index)
    except CellExecutionError as error:
        return f"{named(cell)} failed: {error.ename}: {error.evalue}"
    except CellTimeoutError:
        return f"{named(cell)} took longer than {timeout:g} s"
    except DeadKernelError:
        return f"{named(cell)} ended the kernel (out of memory, or a call to exit)"
    except RuntimeError:
        if cell is None and starts > 1:
            return execute(book, folder=folder, timeout=timeout, keep_going=keep_going, starts=starts - 1)
        return "the kernel did not start; `course doctor` says what is missing"
    return ""


def named(cell: NotebookNode | None) -> str:
    """A cell as a person finds it: its id, and the first line of its source."""
    if cell is None:
        return "the notebook"
    first = next((line for line in cell.source.splitlines() if line.strip()), "")
    return f"cell `{cell.metadata.get('nbgrader', {}).get('grade_id') or cell.get('id', '')}` ({first[:60]})"


def outcomes(book: NotebookNode, lesson: Lesson) -> list[Outcome]:
    """What the check cells of an executed notebook say, for each exercise that carries points."""
    return [outcome(book, exercise) for exercise in lesson.exercises if exercise.points]


def outcome(book: NotebookNode, exercise: Exercise) -> Outcome:
    """What the check cells of one exercise say: that it is right, if one of them does, else what the first says."""
    checks = [cell for cell in book.cells if cell.cell_type == "code" and exercise.id in dict(asked_in(cell.source))]
    told = [output.data[VERDICT] for cell in checks for output in cell.outputs if VERDICT in output.get("data", {})]
    said = [verdict for verdict in told if verdict["exercise"] == exercise.id]
    if said:
        best = max(said, key=lambda verdict: (verdict["status"] == "right", verdict["points"]))
        return Outcome(exercise, WORDS.get(best["status"], "not yet"), best["message"], best["points"])
    if all(ASKED_LAST in cell.metadata.get("tags", []) for cell in checks):
        return Outcome(exercise, "missing", "its check cell is not in the notebook")
    cells = cells_graded_as(book, exercise.id) + checks
    errors = [error for cell in cells for error in errors_of(cell)]
    if errors:
        return Outcome(exercise, "not yet", errors[0])
    return Outcome(exercise, "open", "its check was not reached")


def errors_of(cell: NotebookNode) -> list[str]:
    """The errors that a cell ended with: type and text."""
    errors = (output for output in cell.outputs if output.output_type == "error")
    return [f"{error.ename}: {TEMPORARY_FILE.sub('(line', error.evalue)}" for error in errors]


def is_setup(cell: NotebookNode) -> bool:
    """Whether a cell prepares the notebook."""
    return "setup" in cell.metadata.get("tags", [])


def cells_graded_as(book: NotebookNode, grade_id: str) -> list[NotebookNode]:
    """The code cells that nbgrader knows by this id."""
    code = (cell for cell in book.cells if cell.cell_type == "code")
    return [cell for cell in code if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id]
