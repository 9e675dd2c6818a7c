"""`course data`: what data sets there are, where they come from, and whether they are whole."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

app = typer.Typer(help="List, fetch and check the data sets.", no_args_is_help=True)
Sets = Annotated[list[str] | None, typer.Argument(metavar="NAME", help="Names of data sets.")]


@app.command("list")
def list_sets() -> None:
    """List the data sets, and where each would come from now."""
    from helpers import datasets
    from helpers.commands.console import one_line, show, table

    made = table("name", "kind", "sequences", "where", "what")
    with one_line():
        for name, entry in datasets.registry().items():
            number = sum(file.sequences for file in entry.files if file.split != "truth")
            where = datasets.whereabouts(name) if entry.kind == "real" else "ships with the course"
            made.add_row(name, entry.kind, f"{number:,}", where, entry.title)
    show(made)


@app.command()
def fetch(names: Sets = None) -> None:
    """Bring sets into the cache; all real ones if none named."""
    from helpers import datasets
    from helpers.commands.console import one_line, refuse

    with one_line():
        real = [name for name, entry in datasets.registry().items() if entry.kind == "real"]
        for name in names or real:
            datasets.path(name)  # an unknown name is refused before anything is fetched
        for name in names or real:
            try:
                files = datasets.fetch(name)
            except datasets.DataUnavailable as error:
                refuse(f"{error} Until then lessons go on with simulated data; try again later.")
            place = datasets.path(name)
            if not all(file.is_relative_to(place) for file in files):  # a temporary folder, gone when this command ends
                refuse(f"{name} was fetched and cannot be kept; name a folder of yours in COURSE_CACHE", code=1)
            print(f"{name}: {place}")


@app.command()
def verify(names: Sets = None) -> None:
    """Check size and SHA-256 of every file.

    A damaged file is an error; a missing one only where its set was named.
    """
    from helpers import datasets
    from helpers.commands.console import one_line, show, table

    made = table("set", "file", "state")
    bad = False
    with one_line():
        for name in names or list(datasets.registry()):
            for file, state in datasets.verify(name).items():
                made.add_row(name, file, state)
                bad |= state.startswith("damaged") or (state == "missing" and bool(names))
    show(made)
    raise typer.Exit(1 if bad else 0)


@app.command("path")
def path_of(name: Annotated[str, typer.Argument(help="Name of a data set.")]) -> None:
    """Print the folder of a set's files; nothing is fetched, and exit code 1 says that none of them is there."""
    from helpers import datasets
    from helpers.commands.console import one_line

    with one_line():
        states = datasets.verify(name).values()
        print(datasets.path(name))
    if set(states) == {"missing"}:
        print(f"course: not fetched yet: course data fetch {name}", file=sys.stderr)
        raise typer.Exit(1)
