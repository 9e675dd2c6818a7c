"""`course grade`: everything an instructor does with what was handed in."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from helpers import lessons

if TYPE_CHECKING:
    from helpers.grading.coordinate import Summary

LESSON = "lesson"
STATUSES = ("graded", "timed out", "died", "unreadable")


class LessonOrCommand(TyperGroup):
    """`course grade 2` grades lesson 2; `course grade status 2` is a command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command in that is meant where a lesson stands first."""
        first = next((word for word in args if not word.startswith("-")), None)
        if first is not None and first not in self.commands:
            args = [LESSON, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=LessonOrCommand,
    help="Grade a lesson: course grade LESSON. Everything about grading: course grade COMMAND.",
    no_args_is_help=True,
)
Where = Annotated[Path, typer.Option("--course", help="The course's folder, which holds submitted/.")]
Which = Annotated[str, typer.Argument(metavar="LESSON", help="A number or a name.")]


@app.command(LESSON)
def grade_lesson(
    lesson: Which,
    jobs: Annotated[int, typer.Option(min=0, help="How many at once; 0: as many as this machine takes.")] = 0,
    scheduler: Annotated[str, typer.Option(metavar="ADDRESS", help="A Dask scheduler, or `local`.")] = "",
    student: Annotated[list[str] | None, typer.Option(metavar="ID", help="Only this one; may be repeated.")] = None,
    retry: Annotated[bool, typer.Option("--retry", help="Run again what was not graded to the end.")] = False,
    unsafe: Annotated[bool, typer.Option("--unsafe", help="Without a sandbox: see `grade doctor`.")] = False,
    course: Where = Path("."),
) -> None:
    """Grade what was handed in for a lesson, and write it into the gradebook."""
    from helpers.commands.console import one_line, refuse
    from helpers.grading.coordinate import grade
    from helpers.grading.nbgrader.gradebook import Recorder
    from helpers.grading.sandbox import kinds
    from helpers.grading.sandbox.limits import NoSandbox

    with one_line():
        recorder = Recorder(course.resolve())
        assignment = lessons.find(lesson).folder
        settings = {"sandbox": kinds.UNSAFE} if unsafe else {}
        if unsafe:
            print(f"course: --unsafe: {kinds.GIVEN_UP}", file=sys.stderr)
        try:
            with progress(assignment) as (began, done, say):
                summary = grade(
                    recorder,
                    recorder.course(**settings),
                    assignment,
                    students=student or (),
                    retry=retry,
                    at_once=jobs,
                    scheduler=scheduler,
                    began=began,
                    done=done,
                    say=say,
                )
        except NoSandbox as error:
            refuse(f"no submission is run without a sandbox, and none works here: {error}. --unsafe runs without one")
        except ImportError as error:
            refuse(f"{error}; `pip install 'deep-learning-on-dna[grade]'` brings it")
    tell(assignment, summary)
    raise typer.Exit(0 if summary.complete else 1)


@contextlib.contextmanager
def progress(title: str) -> Iterator[tuple[Callable[[int], None], Callable[[str, str], None], Callable[[str], None]]]:
    """A bar with the time left where there is a terminal, else a line for each submission."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True, markup=False, emoji=False, highlight=False)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=None)

        def done(student: str, what: str) -> None:
            bar.advance(task)
            if not console.is_terminal:
                now = bar.tasks[0]
                left = f", about {now.time_remaining:.0f} s left" if now.time_remaining else ""
                console.print(f"{now.completed:.0f} of {now.total:.0f}: {student}: {what}{left}", soft_wrap=True)

        yield lambda total: bar.update(task, total=total), done, lambda line: console.print(line, soft_wrap=True)


def tell(assignment: str, summary: Summary) -> None:
    """The end of a run: how many of each kind, and who and why for all that were not graded."""
    from helpers.commands.console import show, table

    counts = {status: sum(e.status == status for e in summary.entries.values()) for status in STATUSES}
    counts["failed"] = len(summary.failed)
    made = table("student", "what", "why")
    for student, entry in sorted(summary.entries.items()):
        if entry.status != "graded":
            made.add_row(student, entry.status, entry.why)
    for student, why in sorted(summary.failed.items()):
        made.add_row(student, "failed", why)
    if made.row_count:
        show(made)
    words = ", ".join(f"{count} {status}" for status, count in counts.items() if count or status == "graded")
    print(f"{assignment}: {words}; {summary.ran} run now, {summary.seconds:.1f} s")


@app.command()
def collect(
    lesson: Which,
    folder: Annotated[Path, typer.Argument(help="What you downloaded, unpacked: a folder a student, or files.")],
    names: Annotated[
        str, typer.Option(metavar="REGEX", help="Where a path names the student: a group (?P<student>...).")
    ] = "",
    course: Where = Path("."),
) -> None:
    """Sort what a learning platform gave you into submitted/, and say whose each notebook is."""
    from helpers.commands.console import one_line, show, table
    from helpers.grading.handed_in.collect import NAMES
    from helpers.grading.handed_in.collect import collect as sort
    from helpers.grading.nbgrader.gradebook import Recorder

    with one_line():
        assignment = lessons.find(lesson).folder
        found = sort(Recorder(course.resolve()).course(), assignment, folder, names or NAMES)
    made = table("student", "file", *["why not"] * bool(found.left))
    for student, path in found.students.items():
        made.add_row(student, str(path))
    for path, why in found.left.items():
        made.add_row("", str(path), why)
    show(made)
    print(f"{assignment}: {len(found.students)} put into submitted/, {len(found.left)} left")
    raise typer.Exit(0 if found.students and not found.left else 1)


@app.command()
def status(lesson: Which, course: Where = Path(".")) -> None:
    """Show what became of each submission, and what is still to do."""
    from helpers.commands.console import one_line, show, table
    from helpers.grading.nbgrader.gradebook import Recorder, no_date
    from helpers.grading.nbgrader.preprocessors import is_recorded

    made = table("student", "status", "seconds", "gradebook", "why")
    with one_line():
        recorder = Recorder(course.resolve())
        here, assignment = recorder.course(), lessons.find(lesson).folder
        for student in here.students(assignment):
            entry = here.entry(here.job(assignment, student))
            if entry is None:
                made.add_row(student, "to do", "", "", "")
            else:
                recorded = "recorded" if is_recorded(here, assignment, student) else "to do"
                why = entry.why or no_date(here.timestamp(assignment, student))
                made.add_row(student, entry.status, f"{entry.seconds:.0f}", recorded, why)
    show(made)


@app.command()
def feedback(
    lesson: Which,
    student: Annotated[str, typer.Option(metavar="ID", help="Only this one.")] = "*",
    course: Where = Path("."),
) -> None:
    """Write a page for each graded submission: own code, verdicts, hints, points."""
    from helpers.commands.console import one_line, refuse
    from helpers.grading.feedback import write_feedback
    from helpers.grading.nbgrader.gradebook import Recorder

    with one_line():
        recorder = Recorder(course.resolve())
        said = write_feedback(recorder.coursedir, recorder.config, lessons.find(lesson).folder, student)
    if said:
        refuse(said, code=1)
    print(f"{recorder.coursedir.root}/{recorder.coursedir.feedback_directory}")


@app.command()
def report(
    lesson: Which,
    folder: Annotated[
        Path | None, typer.Option("--to", help="Where to write; default: reports/ in the course.")
    ] = None,
    course: Where = Path("."),
) -> None:
    """Write a page and a table about the class: points, hard exercises, misconceptions, time."""
    from helpers.commands.console import one_line
    from helpers.grading.nbgrader.gradebook import Recorder
    from helpers.grading.report import collect, write_report

    with one_line():
        recorder = Recorder(course.resolve())
        assignment = lessons.find(lesson).folder
        with progress(assignment) as (began, done, _):
            rows = collect(recorder.course().root, assignment, recorder.coursedir.db_url, began, done)
        for path in write_report(folder or course.resolve() / "reports", assignment, rows):
            print(path)


@app.command()
def similar(
    lesson: Which,
    folder: Annotated[
        Path | None, typer.Option("--to", help="Where to write; default: reports/ in the course.")
    ] = None,
    course: Where = Path("."),
) -> None:
    """List pairs of submissions that are more alike than chance makes likely: to be looked at, never a verdict."""
    from helpers.authoring.notebooks import lessons_named
    from helpers.commands.main import one_line, show, table
    from helpers.files import write_whole
    from helpers.grading.nbgrader.gradebook import Recorder
    from helpers.grading.similar import answers_in, known_sources
    from helpers.grading.similar import similar as find
    from helpers.grading.similar_page import html_of
    from helpers.lessons import exercises

    with one_line():
        which = lessons_named([lesson])[0]
        handed_in = Recorder(course.resolve()).course()
        codes, unread = answers_in(handed_in, which.folder)
        released = handed_in.released(which.folder)
        pairs = find(codes, {one.id: known_sources(one, released) for one in exercises(which.number)})
        path = (folder or course.resolve() / "reports") / f"{which.folder}-similar.html"
        write_whole(path, html_of(which.folder, pairs, codes).encode())
    made = table("students", "", "alike in", "by chance")
    for pair in pairs:
        alike = ", ".join(f"{each.exercise} ({each.share:.0%})" for each in pair.alike)
        made.add_row(pair.one, pair.other, alike, f"{pair.expected:.1g}")
    if pairs:
        show(made)
    for student, why in unread.items():
        print(f"{student} could not be read: {why}")
    count = f"{len(pairs)} pair{'s' * (len(pairs) != 1)}"
    print(f"{which.folder}: {len(codes)} submissions compared, {count} to look at: {path}")


@app.command()
def doctor(course: Where = Path(".")) -> None:
    """Look at what grading needs on this machine, and say what mends it."""
    from helpers.commands.console import show_findings
    from helpers.grading.doctor import examine

    show_findings(examine(course.resolve()))
