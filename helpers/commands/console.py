"""What all commands share: how they speak, and how they end. Exit codes: 0 fine, 1 something is wrong with what was
checked, 2 wrong use."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from helpers import places
from helpers.text import visible

if TYPE_CHECKING:
    from rich.table import Table


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
    print(f"course: {visible(sentence)}", file=sys.stderr)
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


def add(made: Table, *cells: object) -> None:
    """Add a row to a table; whatever came from elsewhere is only text."""
    made.add_row(*map(visible, cells))


def show(*things: Any) -> None:
    """Print tables and text: brackets stay brackets, and where the output is no terminal, lines are longer."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else 160
    Console(markup=False, emoji=False, highlight=False, width=width).print(*things, sep="\n")


def show_findings(findings: list[Any]) -> NoReturn:
    """A line for each finding; exit code 1 if something is broken."""
    made = table("", "", "", show_header=False)
    for finding in findings:
        made.add_row(*finding.row)
    show(made)
    raise typer.Exit(1 if any(finding.state == "broken" for finding in findings) else 0)
