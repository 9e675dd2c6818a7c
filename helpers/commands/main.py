"""The `course` command, put together."""

from __future__ import annotations

import atexit
import contextlib
import gc
import sys
from typing import Annotated

import typer

from helpers import grammars  # noqa: F401  before nbformat
from helpers.commands import author, data, grade, learner, new
from helpers.commands.explore import explore
from helpers.commands.leaderboard import leaderboard
from helpers.commands.room import room

app = typer.Typer(
    help="Deep learning on DNA, in notebooks that grade themselves.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for group in (learner, author):
    app.add_typer(group.app)
app.add_typer(data.app, name="data")
app.add_typer(grade.app, name="grade")
app.add_typer(new.app, name="new")
app.command()(room)
app.command()(explore)
app.command()(leaderboard)


def main() -> None:
    """Run the command; what it cannot do is said in a line, never as a traceback."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # terminals that know no check mark
    atexit.register(gc.freeze)  # or Python looks for garbage in all of torch as it ends: half a second
    app()


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
