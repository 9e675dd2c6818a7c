"""`course grade`: everything an instructor does with what was handed in."""

from __future__ import annotations

import contextlib
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from helpers import lessons
from helpers.grading.platforms import Platform
from helpers.text import visible

if TYPE_CHECKING:
    from helpers.grading.coordinate import Summary
    from helpers.grading.handed_in.submissions import Course, Submission
    from helpers.grading.progress import Progress

LESSON = "lesson"


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
Jobs = Annotated[int, typer.Option(min=0, help="How many at once; 0: as many as this machine takes.")]
Unsafe = Annotated[bool, typer.Option("--unsafe", help="Without a sandbox: see `grade doctor`.")]
To = Annotated[Path | None, typer.Option("--to", help="Where to write; default: reports/ in the course.")]


@app.command(LESSON)
def grade_lesson(
    lesson: Which,
    jobs: Jobs = 0,
    scheduler: Annotated[str, typer.Option(metavar="ADDRESS", help="A Dask scheduler, or `local`.")] = "",
    student: Annotated[list[str] | None, typer.Option(metavar="ID", help="Only this one; may be repeated.")] = None,
    retry: Annotated[bool, typer.Option("--retry", help="Run again what was not graded to the end.")] = False,
    unsafe: Unsafe = False,
    course: Where = Path("."),
) -> None:
    """Grade what was handed in for a lesson, and write it into the gradebook."""
    from helpers.commands.console import one_line, refuse
    from helpers.grading.coordinate import grade

    with one_line():
        assignment = lessons.find(lesson).folder
        try:
            with opened(course, unsafe) as here, bar(assignment) as progress:
                summary = grade(
                    here,
                    assignment,
                    students=student or (),
                    retry=retry,
                    at_once=jobs,
                    scheduler=scheduler,
                    progress=progress,
                )
        except ImportError as error:
            refuse(f"{error}; `pip install 'deep-learning-on-dna[grade]'` brings it")
    tell(assignment, summary)
    raise typer.Exit(0 if summary.complete else 1)


@contextlib.contextmanager
def opened(course: Path, unsafe: bool) -> Iterator[Course]:
    """The course, to run submissions in; that no sandbox works here is refused in a sentence."""
    from helpers.commands.console import refuse
    from helpers.grading.nbgrader.gradebook import open_course
    from helpers.grading.sandbox import kinds
    from helpers.grading.sandbox.limits import NoSandbox

    if unsafe:
        print(f"course: --unsafe: {kinds.GIVEN_UP}", file=sys.stderr)
    try:
        yield open_course(course.resolve(), **({"sandbox": kinds.UNSAFE} if unsafe else {}))
    except NoSandbox as error:
        refuse(f"no submission is run without a sandbox, and none works here: {error}. --unsafe runs without one")


@contextlib.contextmanager
def bar(title: str) -> Iterator[Progress]:
    """A bar with the time left where there is a terminal, else a line for each submission."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    from helpers.grading.progress import Progress

    console = Console(stderr=True, markup=False, emoji=False, highlight=False)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=console, disable=not console.is_terminal) as shown:
        task = shown.add_task(title, total=None)

        class Shown(Progress):
            def began(self, count: int) -> None:
                shown.update(task, total=count)

            def done(self, student: str, what: str) -> None:
                shown.advance(task)
                if not console.is_terminal:
                    now = shown.tasks[0]
                    left = f", about {now.time_remaining:.0f} s left" if now.time_remaining else ""
                    self.say(f"{now.completed:.0f} of {now.total:.0f}: {student}: {what}{left}")

            def say(self, line: str) -> None:
                console.print(visible(line), soft_wrap=True)

        yield Shown()


def tell(assignment: str, summary: Summary) -> None:
    """The end of a run: how many of each kind, and who and why for all that were not graded."""
    from helpers.commands.console import add, show, table
    from helpers.grading.spool import Outcome

    ended = [entry.status for student, entry in summary.entries.items() if student not in summary.failed]
    counts = {str(one): ended.count(one) for one in Outcome} | {"failed": len(summary.failed)}
    made = table("student", "what", "why")
    for student, entry in sorted(summary.entries.items()):
        if entry.status != Outcome.GRADED:
            add(made, student, entry.status, entry.why)
    for student, why in sorted(summary.failed.items()):
        add(made, student, "failed", why)
    if made.row_count:
        show(made)
    words = ", ".join(f"{count} {status}" for status, count in counts.items() if count or status == "graded")
    print(f"{assignment}: {words}; {summary.ran} run now, {summary.seconds:.1f} s")
    doubtful = sum(bool(entry.doubts) for entry in summary.entries.values())
    if doubtful:
        print(f"{doubtful} to look at yourself, at no cost to them: `course grade report {assignment}` says why")


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
    from helpers.commands.console import add, one_line, show, table
    from helpers.grading.handed_in.collect import collect as sort
    from helpers.grading.nbgrader.gradebook import open_course

    with one_line():
        assignment = lessons.find(lesson).folder
        found = sort(open_course(course.resolve()), assignment, folder, names)
    made = table("student", "file", *["why not"] * bool(found.left))
    for student, path in found.students.items():
        add(made, student, path)
        for other in found.beside.get(student, []):
            add(made, "", other)
    for path, why in found.left.items():
        add(made, "", path, why)
    show(made)
    print(f"{assignment}: {len(found.students)} put into submitted/, {len(found.left)} left")
    raise typer.Exit(0 if found.complete else 1)


@app.command()
def status(lesson: Which, course: Where = Path(".")) -> None:
    """Show what became of each submission, and what is still to do."""
    from helpers.commands.console import add, one_line, refuse, show, table
    from helpers.grading.nbgrader.gradebook import open_course
    from helpers.grading.secret import lost

    if said := lost(course.resolve()):
        refuse(said, code=1)
    made = table("student", "status", "seconds", "gradebook", "why")
    with one_line():
        for one in open_course(course.resolve()).submissions(lessons.find(lesson).folder):
            try:
                add(made, one.student, *standing_of(one))
            except (OSError, ValueError) as error:  # of this one
                add(made, one.student, "unreadable", "", "", error)
    show(made)


def standing_of(submission: Submission) -> tuple[str, str, str, str]:
    """Status, seconds, whether it is in the gradebook, and why not."""
    from helpers.grading.nbgrader.gradebook import no_date

    entry = submission.entry()
    if entry is None:
        return "to do", "", "", ""
    recorded = "recorded" if submission.is_recorded() else "to do"
    return entry.status, f"{entry.seconds:.0f}", recorded, entry.why or no_date(submission.timestamp)


@app.command()
def feedback(
    lesson: Which,
    student: Annotated[str, typer.Option(metavar="ID", help="Only this one.")] = "*",
    course: Where = Path("."),
) -> None:
    """Write a page for each graded submission: own code, verdicts, hints, points."""
    from helpers.commands.console import one_line, refuse
    from helpers.grading.nbgrader.feedback import write_feedback
    from helpers.grading.nbgrader.gradebook import open_course

    with one_line():
        here = open_course(course.resolve())
        said = write_feedback(here, lessons.find(lesson).folder, student)
    if said:
        refuse(said, code=1)
    print(here.root / here.settings.CourseDirectory.get("feedback_directory", "feedback"))


@app.command()
def report(
    lesson: Which,
    folder: To = None,
    course: Where = Path("."),
) -> None:
    """Write a page and a table about the class: points, hard exercises, misconceptions, time."""
    from helpers.commands.console import one_line
    from helpers.grading.nbgrader.gradebook import open_course
    from helpers.grading.report import STALE, rows_of, write_report
    from helpers.grading.unnamed import asked_together, groups

    with one_line():
        here, assignment = open_course(course.resolve()), lessons.find(lesson).folder
        with bar(assignment) as progress:
            rows = rows_of(here, assignment, progress)
        unnamed = {row.student: row.unnamed for row in rows if row.unnamed}
        found = groups(here, assignment, unnamed, asked_together(here, assignment, unnamed, run=False))
        for path in write_report(folder or course.resolve() / "reports", assignment, rows, found):
            print(path)
    for row in rows:
        if row.is_stale:
            print(f"course: {visible(row.name or row.student)}: {STALE}", file=sys.stderr)


@app.command()
def mistakes(
    lesson: Which,
    jobs: Jobs = 0,
    unsafe: Unsafe = False,
    course: Where = Path("."),
) -> None:
    """Show the mistakes that have no name yet, by how many share them, with the lines that name each."""
    from helpers.commands.console import one_line
    from helpers.grading.report import rows_of
    from helpers.grading.unnamed import asked_together, groups

    with one_line(), opened(course, unsafe) as here:
        assignment = lessons.find(lesson).folder
        with bar(assignment) as progress:
            rows = rows_of(here, assignment, progress)
        unnamed = {row.student: row.unnamed for row in rows if row.unnamed}
        with bar(f"{assignment}, common questions") as progress:
            entries = asked_together(here, assignment, unnamed, at_once=jobs, progress=progress)
        found = groups(here, assignment, unnamed, entries)
    for group in found:
        students = f"{len(group.students)} student{'s' * (len(group.students) != 1)}"
        print(f"{group.exercise}: {students}: {visible(', '.join(group.students))}\n{visible(group.seen)}\n")
        print(indented(group.code), indented(group.stub or "(no answer in their cells)"), sep="\n\n", end="\n\n")
    count = sum(map(len, unnamed.values()))
    answers, sorts = f"{count} answer{'s' * (count != 1)}", f"{len(found)} group{'s' * (len(found) != 1)}"
    print(f"{assignment}: {answers} wrong without a name, in {sorts}")


def indented(text: str) -> str:
    """Lines of code, four blanks in, everything in them visible."""
    return textwrap.indent(visible(text), "    ")


@app.command()
def export(
    lesson: Which,
    platform: Annotated[Platform, typer.Option("--for", help="Which platform imports the table.")] = Platform.CSV,
    folder: To = None,
    course: Where = Path("."),
) -> None:
    """Write the marks as Canvas, Moodle or a spreadsheet imports them; roster.csv says who is who."""
    from helpers.commands.console import one_line
    from helpers.files import write_whole
    from helpers.grading import export as tables
    from helpers.grading.nbgrader.gradebook import open_course

    with one_line():
        here, assignment = open_course(course.resolve()), lessons.find(lesson).folder
        table, unknown, waiting = tables.export(here, assignment, platform)
        place = (folder or here.root / "reports") / f"{assignment}-{platform.value}.csv"
        write_whole(place, table.encode("utf-8-sig" if platform is Platform.CSV else "utf-8"))
    print(place)
    for student in unknown:
        print(f"course: roster.csv does not say who {visible(student)} is", file=sys.stderr)
    for student in waiting:
        print(f"course: {visible(student)} has an answer that waits for your points in the formgrader", file=sys.stderr)
    raise typer.Exit(1 if unknown else 0)


@app.command()
def similar(
    lesson: Which,
    folder: To = None,
    course: Where = Path("."),
) -> None:
    """List pairs of submissions that are more alike than chance makes likely: to be looked at, never a verdict."""
    from helpers.commands.console import add, one_line, show, table
    from helpers.files import write_whole
    from helpers.grading.nbgrader.gradebook import open_course
    from helpers.grading.page import page
    from helpers.grading.similar import answers_in, known_sources
    from helpers.grading.similar import similar as find

    with one_line():
        which = lessons.find(lesson)
        handed_in = open_course(course.resolve())
        codes, unread = answers_in(handed_in, which.folder)
        released = handed_in.released(which.folder)
        pairs = find(codes, {one.id: known_sources(one, released) for one in which.exercises})
        path = (folder or course.resolve() / "reports") / f"{which.folder}-similar.html"
        write_whole(path, page("similar.html", lesson=which.folder, pairs=pairs, codes=codes).encode())
    made = table("students", "", "alike in", "by chance")
    for pair in pairs:
        alike = ", ".join(f"{each.exercise} ({each.share:.0%})" for each in pair.alike)
        add(made, pair.one, pair.other, alike, f"{pair.expected:.1g}")
    if pairs:
        show(made)
    for student, why in unread.items():
        print(f"{visible(student)} could not be read: {visible(why)}")
    count = f"{len(pairs)} pair{'s' * (len(pairs) != 1)}"
    print(f"{which.folder}: {len(codes)} submissions compared, {count} to look at: {path}")


@app.command()
def doctor(course: Where = Path(".")) -> None:
    """Look at what grading needs on this machine, and say what mends it."""
    from helpers.commands.console import show_findings
    from helpers.grading.doctor import examine

    show_findings(examine(course.resolve()))
