"""What everything begun by a command shares: names that will do, first texts, and files written all or none."""

from __future__ import annotations

import contextlib
import functools
import json
import keyword
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers import places
from helpers.files import write_whole

if TYPE_CHECKING:
    import jinja2

Texts = dict[str, str]  # a file, relative to the checkout -> all that will stand in it
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def write(texts: Texts, *, root: Path) -> None:
    """Write files of the checkout, all or none.

    Parameters
    ----------
    texts : dict of str to str
        The text of each file, by its place in the checkout.
    root : Path
        The checkout.

    Raises
    ------
    OSError
        If one cannot be written; then all are as they were.
    """
    before: dict[Path, bytes | None] = {}
    made: list[Path] = []
    try:
        for place, text in texts.items():
            path = root / place
            made += [folder for folder in path.parents if not folder.exists()]
            before[path] = path.read_bytes() if path.exists() else None
            write_whole(path, text.encode())
    except BaseException:
        for path, content in before.items():
            with contextlib.suppress(OSError):  # the one that could not be written
                if content is None:
                    path.unlink()
                elif path.read_bytes() != content:
                    write_whole(path, content)
        for folder in sorted(made, reverse=True):
            with contextlib.suppress(OSError):  # one that was not made, or holds something after all
                folder.rmdir()
        raise


def read(root: Path, place: str) -> str:
    """The text of a file of the checkout."""
    return (root / place).read_text(encoding="utf-8")


def checked(name: str, what: str, example: str) -> None:
    """Refuse a name that no file and no function could have, or whose class could not be led back to it."""
    if not NAME.fullmatch(name) or keyword.iskeyword(name) or snake(camel(name)) != name:
        raise ValueError(
            f"{name!r} cannot name a new {what}: expected small letters, digits and _, a letter first and after "
            f"each _, such as {example}"
        )


def camel(name: str) -> str:
    """A class's name: CountStarts for count_starts."""
    return "".join(part.capitalize() for part in name.split("_"))


def snake(cls: str) -> str:
    """What the engine calls an exercise of this class."""
    from helpers.engine.exercise import Exercise

    return type(cls, (Exercise,), {})().id


def sentence(name: str) -> str:
    """A name as it begins a sentence: Coin flipper for coin_flipper."""
    return name.replace("_", " ").capitalize()


def filled(name: str, /, **told: Any) -> str:
    """A template with what it asks for."""
    return templates().get_template(f"{name}.jinja").render(told)


@functools.cache
def templates() -> jinja2.Environment:
    """The texts that a new lesson, exercise, widget or data set begins with."""
    import jinja2

    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(places.FIRST_TEXTS),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    found.filters["string_of"] = functools.partial(json.dumps, ensure_ascii=False)
    return found
