"""Reading a file that should be a notebook: any encoding, any version, any damage.

What is believed of a cell is what it says, and what it claims to be; claims are compared with the release later.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from helpers.grading.sandbox.limits import MIB

MOST_BYTES = 128 * MIB  # a lesson with all its pictures has one; with many large ones of the learner's, more
MOST_CELLS = 5_000
MOST_SOURCE = 4_000_000  # characters of a cell: a chromosome arm can be pasted; what is longer is left out


class NoNotebook(ValueError):
    """A file that holds no notebook; the message says in a few words why."""


@dataclass(frozen=True)
class Cell:
    """A code cell as it was handed in, or released: nothing but what it says and what it claims to be."""

    source: str
    grade_id: str = ""
    id: str = ""
    tags: frozenset[str] = frozenset()
    markdown: bool = False


def cells_in(data: bytes | None) -> list[Cell]:
    """The cells of a file that should be a notebook, in any encoding and of any version.

    Raises
    ------
    NoNotebook
        If it is none.
    """
    if data is None:
        raise NoNotebook("there is no notebook")
    if len(data) > MOST_BYTES:
        raise NoNotebook(f"the file has {len(data) / MIB:.0f} MB, and {MOST_BYTES // MIB} MB are the most")
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise NoNotebook("the file is empty")
    try:
        book = json.loads(text_of(data))
    except RecursionError:
        raise NoNotebook("the file is nested too deep") from None
    except ValueError as error:
        raise NoNotebook(f"the file is cut or damaged ({str(error)[:80]})") from None
    if type(book) is not dict:
        raise NoNotebook("the file is JSON, but no notebook")
    lists = [book.get("cells")] + [sheet.get("cells") for sheet in dicts(book.get("worksheets"))]  # format 3
    found = [cell_of(cell) for cells in lists for cell in dicts(cells)]
    cells = [cell for cell in found if cell is not None]
    if not cells:
        raise NoNotebook("the notebook has no cells")
    if len(cells) > MOST_CELLS:
        raise NoNotebook(f"the notebook has {len(cells)} cells, and {MOST_CELLS} are the most")
    return cells


def text_of(data: bytes) -> str:
    """Text in UTF-8 (with or without a mark in front), UTF-16, or the encoding of western Windows."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def dicts(value: Any) -> list[dict[str, Any]]:
    """The dicts in a list; none where it is no list."""
    return [each for each in value if type(each) is dict] if type(value) is list else []


def cell_of(cell: dict[str, Any]) -> Cell | None:
    """A cell, whatever stands in it; None for one that says nothing."""
    source = cell.get("input") if cell.get("source") is None else cell["source"]
    if type(source) is list:
        source = "".join(line for line in source if type(line) is str)
    if type(source) is not str:
        return None
    source = source.encode("utf-8", "replace").decode()  # half an emoji would not travel
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    if len(source) > MOST_SOURCE:
        return None
    metadata = cell.get("metadata")
    metadata = metadata if type(metadata) is dict else {}
    nbgrader = metadata.get("nbgrader")
    grade_id = nbgrader.get("grade_id") if type(nbgrader) is dict else ""
    tags = metadata.get("tags")
    return Cell(
        source,
        grade_id if type(grade_id) is str else "",
        cell["id"] if type(cell.get("id")) is str else "",
        frozenset(tag for tag in tags if type(tag) is str) if type(tags) is list else frozenset(),
        cell.get("cell_type") != "code",
    )
