"""The status line: one line of text that rewrites itself while something long goes on."""

from __future__ import annotations

import sys
import time
from collections.abc import Collection, Iterator
from typing import Any, TypeVar

T = TypeVar("T")


class StatusLine:
    """Rewrites itself in a notebook and in a terminal; in a log, a line every half minute, and the last.

    Parameters
    ----------
    shown : bool
        If not, only what must stay appears. All goes to standard output: nbgrader takes standard error for failure.
    """

    def __init__(self, shown: bool) -> None:
        shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
        self.notebook = shown and hasattr(shell, "kernel")
        self.terminal = shown and not self.notebook and sys.stdout.isatty()
        self.shown, self.width = shown, 0
        self.handle: Any = None
        self.pause = 0.1 if self.notebook or self.terminal else 30.0  # seconds
        self.due = time.monotonic() + self.pause

    def show(self, text: str) -> None:
        """Show how far it is, unless it was shown a moment ago."""
        if self.shown and time.monotonic() >= self.due:
            self._write(text)
            self.due = time.monotonic() + self.pause

    def say(self, text: str) -> None:
        """Say something that must stay."""
        print("\r" + text.ljust(self.width) if self.terminal else text)

    def end(self, text: str) -> None:
        """Show the last line."""
        if self.shown:
            self._write(text)
        if self.terminal:
            print()

    def _write(self, text: str) -> None:
        if self.terminal:
            print("\r" + text.ljust(self.width), end="", flush=True)
            self.width = len(text)
        elif not self.notebook:
            print(text)
        elif self.handle is None:
            from IPython.display import display

            self.handle = display({"text/plain": text}, raw=True, display_id=True)
        else:
            self.handle.update({"text/plain": text}, raw=True)


def steps(items: Collection[T], what: str) -> Iterator[T]:
    """Each item in turn, with a status line that says how many are done.

    Parameters
    ----------
    items : collection
        What a long loop goes through, such as seeds.
    what : str
        What the line begins with.

    Yields
    ------
    object
        The items, in their order.

    Raises
    ------
    TypeError
        If nobody knows how many there are.
    """
    line, count = StatusLine(shown=True), len(items)
    line.due = 0.0  # the first line at once
    for done, item in enumerate(items):
        line.show(f"{what}: {done} of {count} done")
        yield item
    line.end(f"{what}: {count} of {count} done")
