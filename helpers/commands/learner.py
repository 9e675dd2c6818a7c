"""What learners do: `course lab`, `check`, `status`, `doctor`."""

from __future__ import annotations

import os
import socket
import sysconfig
import time
from pathlib import Path
from typing import Annotated

import typer

from helpers import places, settings
from helpers.commands.console import one_line, refuse, show, show_findings, table
from helpers.lessons import find

START = "00_start_here/00_start_here.ipynb"

app = typer.Typer()


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

    path = Path(name)
    inside = sorted(path.glob("*.ipynb"))
    if len(inside) == 1:
        return inside[0]
    if path.suffix or path.is_file() or len(path.parts) != 1:
        return path
    lesson = find(name)
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
    from helpers.grading.doctor import any_sandbox
    from helpers.learner.doctor import examine

    show_findings(examine(any_sandbox))
