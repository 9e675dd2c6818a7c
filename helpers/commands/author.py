"""What authors and instructors do with lessons: `course run`, `release`, `bench`, `adopt`, `exercises`."""

from __future__ import annotations

import sys
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from helpers import settings
from helpers.commands.console import checkout, one_line, refuse, show, table
from helpers.lessons import LESSONS, Lesson, find

if TYPE_CHECKING:
    from rich.table import Table

    from helpers.authoring.notebooks import Run

app = typer.Typer()


class Source(str, Enum):
    """Which data lessons take."""

    real = "real"
    simulated = "simulated"


Lessons = Annotated[list[str] | None, typer.Argument(metavar="LESSON", help="Numbers or names; all if none.")]


def named(lessons: list[str] | None) -> list[Lesson]:
    """The lessons that a command's words mean; all if there are none."""
    return [find(name) for name in lessons] if lessons else list(LESSONS)


@app.command()
def run(
    lessons: Lessons = None,
    data: Annotated[Source | None, typer.Option(help="Force one; default: real if it can be had.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Train as long as the published rows did.")] = False,
    save: Annotated[bool, typer.Option("--save", help="Write the outputs back into solutions/.")] = False,
    home: Annotated[Path | None, typer.Option(help="Keep progress and scores there; default: nowhere.")] = None,
) -> None:
    """Work through the solved lessons; print the scoreboard."""
    from helpers.authoring import notebooks
    from helpers.learner import progress

    with one_line():
        chosen = named(lessons)
        folder = checkout() / "solutions"
        chosen_settings = {settings.SOURCE: data and data.value, settings.FULL: "1" if full else None}
        with settings.surroundings(home, **chosen_settings):
            runs = notebooks.run_all(
                chosen, folder, save=save, say=lambda lesson: print(f"{lesson.folder} …", flush=True)
            )
            boards = [
                progress.scoreboard(name)
                for name in sorted({row["data"] for row in progress.read()["scores"].values()})
            ]
    show(table_of_runs(runs), *(line for run in runs for line in complaints(run)))
    for board in boards:
        print(f"{board}\n")
    raise typer.Exit(0 if all(run.passed for run in runs) else 1)


def table_of_runs(runs: list[Run]) -> Table:
    """One row a lesson."""
    made = table("lesson", "seconds", "exercises right", "")
    for run in runs:
        right = f"{run.right} of {len(run.outcomes)}"
        sign = "✔" if run.passed else "✘"
        made.add_row(f"{run.lesson.number:02d} {run.lesson.title}", f"{run.seconds:.0f}", right, sign)
    return made


def complaints(run: Run) -> list[str]:
    """What is wrong with a run: the error that stopped it, and each exercise that is not right."""
    lines = [f"{run.lesson.folder}: {run.error}"] if run.error else []
    wrong = [outcome for outcome in run.outcomes if outcome.verdict != "right"]
    return lines + [
        f"{run.lesson.folder}: {outcome.exercise.id}: {outcome.verdict}, {outcome.message}" for outcome in wrong
    ]


@app.command()
def release(
    lessons: Lessons = None,
    sealed: Annotated[
        Path | None,
        typer.Option("--sealed", metavar="FOLDER", help="Lessons and a package without answers."),
    ] = None,
) -> None:
    """Make course/ from solutions/; or, for a cohort that should have no references, a folder of its own."""
    with one_line():
        from helpers.authoring.release import release as make_release
        from helpers.authoring.release import release_sealed

        folders = [lesson.folder for lesson in named(lessons)] if lessons else None
        root = checkout()
        if sealed is not None:
            print(release_sealed(folders, root=root, place=sealed))
            return
        for place in make_release(folders, root=root):
            print(place.relative_to(root))


@app.command()
def bench(subject: Annotated[str, typer.Argument(help="A file of benchmarks/, such as promoters.")]) -> None:
    """Measure the course beside others; promoters trains every model of the scoreboard."""
    import subprocess

    scripts = {script.stem: script for script in (checkout() / "benchmarks").glob("*.py")}
    for beneath in ("side_by_side", "scoreboard_page", "cards_of_tasks", "boards"):  # what the others stand on
        scripts.pop(beneath, None)
    if subject not in scripts:
        refuse(f"there is no benchmark {subject!r}; there are {', '.join(sorted(scripts))}")
    raise typer.Exit(subprocess.run([sys.executable, str(scripts[subject])]).returncode)


@app.command()
def adopt(
    url: Annotated[str, typer.Argument(metavar="URL", help="https://github.com/YOU/YOUR-COURSE")],
) -> None:
    """Lead every badge, setup cell and link to your own fork."""
    from helpers.authoring.adopt import adopt as lead

    root = checkout()
    with one_line():
        changed = lead(url, root=root)
    for file in changed:
        print(file)
    print("Commit these files and push them to main: then the badges work." if changed else "They lead there already.")


@app.command()
def exercises(
    as_json: Annotated[bool, typer.Option("--json", help="All of it, for programs.")] = False,
) -> None:
    """List every exercise and the mistakes it names."""
    from helpers.lessons import all_exercises, lesson_of

    found: list[dict[str, Any]] = [
        {
            "id": exercise.id,
            "lesson": lesson_of(exercise).number,
            "kind": exercise.kind,
            "points": exercise.points,
            "misconceptions": [{"name": wrong.name, "hint": wrong.hint} for wrong in exercise.misconceptions()],
        }
        for exercise in all_exercises()
    ]
    if as_json:
        import json

        print(json.dumps(found, indent=1, ensure_ascii=False))
        return
    made = table("lesson", "exercise", "kind", "points", "mistakes", "named")
    for one in found:
        names = ", ".join(wrong["name"] for wrong in one["misconceptions"])
        count = str(len(one["misconceptions"]))
        made.add_row(f"{one['lesson']:02d}", one["id"], one["kind"], f"{one['points']:g}", count, names)
    show(made)
