"""The `course` command. Exit codes: 0 fine, 1 something is wrong with what was checked, 2 wrong use."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import sysconfig
import time
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from helpers import places, settings
from helpers.commands.data import app as data
from helpers.commands.grade import app as grade
from helpers.commands.room import room

if TYPE_CHECKING:
    from rich.table import Table

    from helpers.authoring.notebooks import Run

START = "00_start_here/00_start_here.ipynb"

app = typer.Typer(
    help="Deep learning on DNA, in notebooks that grade themselves.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(data, name="data")
app.add_typer(grade, name="grade")
app.command()(room)


class Source(str, Enum):
    """Which data lessons take."""

    real = "real"
    simulated = "simulated"


Lessons = Annotated[list[str] | None, typer.Argument(metavar="LESSON", help="Numbers or names; all if none.")]


def main() -> None:
    """Run the command; what it cannot do is said in a line, never as a traceback."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # terminals that know no check mark
    # Behind nbformat, jsonschema would compile 38 grammars of addresses that no notebook holds: a second each time.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    app()


@contextlib.contextmanager
def one_line() -> Iterator[None]:
    """Turn what a person can do something about into one line on stderr and exit code 2."""
    try:
        yield
    except OSError as error:
        refuse(f"{error.strerror}: {error.filename}" if error.filename else str(error))
    except ValueError as error:
        refuse(str(error))
    except ModuleNotFoundError as error:
        refuse(f"{str(error.name).split('.')[0]} is not installed; `course doctor` says how to mend that")
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        raise typer.Exit(130) from None


def refuse(sentence: str, code: int = 2) -> NoReturn:
    """Say on stderr what is wrong, and leave."""
    print(f"course: {sentence}", file=sys.stderr)
    raise typer.Exit(code) from None


def checkout() -> Path:
    """The checkout that this command belongs to; authors' commands refuse to run without one."""

    root = places.checkout()
    if root is None:
        refuse("this needs the solved lessons, which only a checkout has: clone the repository, then `make lab`")
    return root


def table(*columns: str, **options: Any) -> Table:
    """An empty table in the style of this command."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    made = Table(box=SIMPLE_HEAD, pad_edge=False, **options)
    for column in columns:
        right_aligned = column in {"seconds", "points", "mistakes", "sequences"}
        made.add_column(column, justify="right" if right_aligned else "left", overflow="fold")
    return made


def show(*things: Any) -> None:
    """Print tables and text: brackets stay brackets, and where the output is no terminal, lines are longer."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else 160
    Console(markup=False, emoji=False, highlight=False, width=width).print(*things, sep="\n")


def version(wanted: bool) -> None:
    """Print the version and leave."""
    if wanted:
        from helpers import __version__

        print(f"course {__version__}")
        raise typer.Exit()


@app.callback()
def options(
    _version: Annotated[
        bool, typer.Option("--version", callback=version, is_eager=True, help="Print it and exit.")
    ] = False,
) -> None:
    """Deep learning on DNA, in notebooks that grade themselves."""


# -- for learners --------------------------------------------------------------------------------------------------


@app.command()
def lab(
    folder: Annotated[Path | None, typer.Argument(help="Your workspace; default: workspace/ here.")] = None,
    browser: Annotated[bool, typer.Option(help="Open a browser, or only print the address.")] = True,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Where JupyterLab listens.")] = None,
) -> None:
    """Update your copy of the lessons and open JupyterLab."""
    from helpers.learner import workspace

    with one_line():
        place = (folder or places.workspace()).resolve()
        if port is not None:
            require_free(port)
        for line in workspace.hand_out(place, places.released()).lines():
            print(line)
        print(f"Your lessons are in {place}")
        open_lab(place, browser, port)


def open_lab(place: Path, browser: bool, port: int | None) -> None:
    """Start JupyterLab in this process, in the workspace, on Start here."""
    from jupyterlab.labapp import LabApp

    os.chdir(place)  # where terminals open
    settings.put_first("PATH", sysconfig.get_path("scripts"))  # kernels and terminals find `course`
    settings.put_first("JUPYTER_CONFIG_PATH", str(places.QUIET))
    arguments = [f"--ServerApp.root_dir={place}", f"--LabApp.default_url=/lab/tree/{START}", "--log-level=WARN"]
    if port is not None:
        arguments += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    if not browser:
        arguments.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")  # in containers there is often nobody else
    if os.name == "posix":  # a login shell, which JupyterLab may choose, would set PATH anew
        arguments.append(f"--ServerApp.terminado_settings=shell_command={os.environ.get('SHELL') or 'sh'}")
    LabApp.launch_instance(arguments)


def require_free(port: int) -> None:
    """Raise OSError if another program listens on this port."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            why = "taken by another program" if error.errno != 13 else "not yours to open"
            raise OSError(f"port {port} is {why}; leave out --port and JupyterLab finds a free one") from None


@app.command()
def check(
    notebook: Annotated[str, typer.Argument(metavar="LESSON", help="Its number or name, or any copy of its notebook.")],
    timeout: Annotated[float, typer.Option(min=1, help="Seconds for a cell.")] = 60,
) -> None:
    """Check your notebook, exercise by exercise."""
    from helpers.authoring import notebooks

    with one_line():
        try:
            path = own_notebook(notebook)
            saved = path.stat().st_mtime if path.exists() else 0.0
            with settings.surroundings():
                run = notebooks.check_notebook(path, timeout=timeout)
        except notebooks.Damaged as error:
            refuse(str(error), code=1)
    made = table("exercise", "verdict", "points", "what it says")
    for outcome in run.outcomes:
        points = f"{outcome.points:g} of {outcome.exercise.points:g}"
        made.add_row(outcome.exercise.id, outcome.verdict, points, outcome.message)
    when = time.strftime("%d %B, %H:%M:%S", time.localtime(saved))
    counted = f"{run.right} of {len(run.outcomes)} exercises right"
    show(f"{run.lesson.number:02d} {run.lesson.title}", f"{path}, saved on {when}", made, counted)
    if run.error:
        show(f"The run ended early: {run.error}")
    if not run.passed:
        show("Changed since? Press Ctrl + S in the notebook (⌘ S on a Mac), then check again.")
    raise typer.Exit(0 if run.passed else 1)


def own_notebook(name: str) -> Path:
    """The notebook of this path; for a lesson's number or name the learner's copy, in this folder or the workspace."""
    from helpers.authoring import notebooks

    path = Path(name)
    inside = sorted(path.glob("*.ipynb"))
    if len(inside) == 1:
        return inside[0]
    if path.suffix or path.is_file() or len(path.parts) != 1:
        return path
    (lesson,) = notebooks.lessons_named([name])
    for folder in (Path.cwd(), places.workspace()):
        own = folder / lesson.folder / f"{lesson.folder}.ipynb"
        if own.is_file():
            return own
    raise FileNotFoundError(
        f"lesson {lesson.number:02d} is not in {folder} yet: `course lab` hands it out; or name the notebook itself"
    )


@app.command()
def status() -> None:
    """Show how far you are."""
    from helpers.learner import progress

    print(progress.show())


@app.command()
def doctor() -> None:
    """Look at this machine, and say what mends it."""
    from helpers.learner.doctor import examine

    show_findings(examine())


def show_findings(findings: list[Any]) -> NoReturn:
    """A line for each finding; exit code 1 if something is broken."""
    made = table("", "", "", show_header=False)
    for finding in findings:
        made.add_row(*finding.row)
    show(made)
    raise typer.Exit(1 if any(finding.state == "broken" for finding in findings) else 0)


# -- for authors and instructors -----------------------------------------------------------------------------------


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
        chosen = notebooks.lessons_named(lessons or [])
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
        from helpers.authoring import notebooks
        from helpers.authoring.release import release as make_release
        from helpers.authoring.release import release_sealed

        folders = [lesson.folder for lesson in notebooks.lessons_named(lessons)] if lessons else None
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
    scripts.pop("side_by_side", None)  # what the others stand on
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
    from helpers.lessons import all_exercises

    found: list[dict[str, Any]] = [
        {
            "id": exercise.id,
            "lesson": exercise.lesson,
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
