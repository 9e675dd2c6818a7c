"""What is damaged in a solved notebook, cell by cell: a release refuses it, for it could publish an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

import nbformat

BEGIN, STUB, END = "### BEGIN SOLUTION", "### STUB", "### END SOLUTION"
LIKE_A_MARK = re.compile(r"^\s*#+\s*((begin|end)\W*sol\w*|(begin|end)\W*\w*tion|stub)\W*$", re.IGNORECASE)
GRADE_ID = re.compile(r"[A-Za-z0-9_-]+")
NEEDED = ("grade", "grade_id", "locked", "schema_version", "solution")


def damages(notebook: nbformat.NotebookNode) -> list[str]:
    """A sentence on each thing that is wrong, with the name of its cell; nothing where a release is safe."""
    found: list[str] = []
    places: dict[str, int] = {}
    for number, cell in enumerate(notebook.cells, start=1):
        told = cell.metadata.get("nbgrader", {})
        name = name_of(cell, number)
        found += [f"{name}: {what}" for what in (*damages_of(told, cell.cell_type), *damages_of_text(cell, told))]
        grade_id = told.get("grade_id")
        if isinstance(grade_id, str) and any(told.get(key) for key in ("grade", "solution", "locked")):
            if grade_id in places:
                found.append(f"{name}: cell {places[grade_id]} has the same grade_id; give this one a name of its own")
            places.setdefault(grade_id, number)
    return found


def name_of(cell: nbformat.NotebookNode, number: int) -> str:
    """What to call a cell: its place, and its grade_id or how it begins."""
    grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
    begin = cell.source.strip().partition("\n")[0][:40]
    return f"cell {number} ({grade_id})" if grade_id else f"cell {number} (`{begin}`)" if begin else f"cell {number}"


def damages_of(told: dict[str, object], cell_type: str) -> Iterator[str]:
    """What is wrong with nbgrader's metadata of a cell."""
    if not told:
        return
    missing = [key for key in NEEDED if key not in told]
    if missing:
        yield f"its nbgrader metadata lacks {', '.join(missing)}"
        return
    grade_id, points = told["grade_id"], told.get("points")
    if not isinstance(grade_id, str) or not GRADE_ID.fullmatch(grade_id):
        yield f"{grade_id!r} is no grade_id: letters, digits, - and _ are allowed, and one at least"
    if told["grade"] and not (type(points) in (int, float) and points >= 0):  # type: ignore[operator]
        yield f"it is graded, and its points are {points!r}; a number that is not negative is needed"
    if told.get("cell_type", cell_type) != cell_type:
        yield f"it was a {told['cell_type']} cell, and is a {cell_type} cell now; change it back"
    if cell_type == "markdown" and not told.get("task") and bool(told["grade"]) != bool(told["solution"]):
        yield "a written answer has to be both: graded, and a solution"


def damages_of_text(cell: nbformat.NotebookNode, told: dict[str, object]) -> Iterator[str]:
    """What is wrong with the marks around solutions; where a markdown cell is graded, all of it is the solution."""
    inside, begun, stub = False, 0, False
    for number, line in enumerate(cell.source.splitlines(), start=1):
        mark = line.strip()
        if mark == BEGIN:
            if inside:
                yield f"line {number}: {BEGIN} where the region of line {begun} is still open; {END} is missing"
            inside, begun, stub = True, number, False
        elif mark == END:
            if not inside:
                yield f"line {number}: {END} without {BEGIN} above it"
            inside = False
        elif mark == STUB:
            if not inside or stub:
                yield f"line {number}: {STUB} stands once, between {BEGIN} and {END}"
            stub = True
        elif cell.cell_type == "code" and (LIKE_A_MARK.match(line) or any(word[4:] in line for word in (BEGIN, END))):
            yield f"line {number}: `{mark[:60]}` looks like a mark and is none; write {BEGIN}, {STUB} or {END}"
    if inside:
        yield f"line {begun}: {BEGIN} without {END}: what stands below would be hidden, or shown"
    if begun and not told.get("solution"):
        yield "it holds a solution and is no solution cell: what stands between the marks would be published"
