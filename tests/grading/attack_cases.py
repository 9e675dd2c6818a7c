"""The corpus of attacks as a class of students: each case of `attacks/*.toml` hands in one real lesson's notebook."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from attack_families import SHAPES, families

from helpers.lessons import exercises, find

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent / "attacks"
Notebook = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One attack, or one oddity, and how it should end."""

    name: str
    why: str
    kind: str
    lesson: int = 0
    base: str = "course"
    cells: dict[str, str] = field(default_factory=dict)
    first: str = ""
    before: str = ""
    after: str = ""
    files: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    mangle: str = ""
    points: Any = None
    status: str = "graded"

    @property
    def folder(self) -> str:
        """The lesson's folder."""
        return find(self.lesson).folder

    @property
    def expected(self) -> dict[str, float] | None:
        """Points by exercise; None where any will do."""
        if self.points == "any":
            return None
        full = self.base == "solutions"
        usual = {one.id: one.points * full for one in exercises(self.lesson) if one.points}
        return usual | (self.points or {})


def cases() -> list[Case]:
    """The whole corpus."""
    found = []
    for path in sorted(FOLDER.glob("*.toml")):
        for table in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
            found.append(Case(kind=path.stem, **table))
    return [*found, *(Case(**table) for table in families())]


def hand_in(root: Path, case: Case, places: dict[str, str]) -> None:
    """Lay out one submission; `{root}` and the like in sources and files become what `places` says."""
    folder = root / "submitted" / case.name / case.folder
    folder.mkdir(parents=True)
    book = json.loads((ROOT / case.base / case.folder / f"{case.folder}.ipynb").read_text(encoding="utf-8"))
    dress(book, case, places)
    path = folder / f"{case.folder}.ipynb"
    data: bytes | None = json.dumps(book, ensure_ascii=False).encode("utf-8", "surrogatepass")
    if case.mangle:
        data = MANGLERS[case.mangle](book, path)
    if data is not None:
        path.write_bytes(data)
    for name, text in case.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(filled(text, places), encoding="utf-8")
    for name, target in case.links.items():
        (folder / name).symlink_to(filled(target, places))


def filled(text: str, places: dict[str, str]) -> str:
    """Text with its places named; no format string, for code is full of braces."""
    for name, value in places.items():
        text = text.replace("{" + name + "}", value)
    return text


def dress(book: Notebook, case: Case, places: dict[str, str]) -> None:
    """Put a case's cells into a notebook."""
    answers = [i for i, cell in enumerate(book["cells"]) if id_of(cell)]
    for cell in book["cells"]:
        if id_of(cell) in case.cells:
            cell["source"] = filled(case.cells[id_of(cell)], places).strip("\n")
    missing = set(case.cells) - {id_of(cell) for cell in book["cells"]}
    assert not missing, f"{case.name}: lesson {case.lesson} has no cell {missing}"
    if case.after:
        book["cells"].append(code_cell(filled(case.after, places)))
    if case.kind != "oddities":  # a cell that no answer needs is not run: an attack sees to it that it is
        target = book["cells"][answers[0]]
        target["source"] = filled(case.first + case.before, places) + "\n" + "".join(target["source"])
    if case.before:
        book["cells"].insert(answers[0], code_cell(filled(case.before, places)))
    if case.first:
        book["cells"].insert(0, code_cell(filled(case.first, places)))


def code_cell(source: str) -> Notebook:
    """A cell of the learner's own."""
    return {"cell_type": "code", "metadata": {}, "source": source.strip("\n"), "outputs": [], "execution_count": None}


def id_of(cell: Notebook) -> str:
    """nbgrader's name of a cell."""
    return cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", "")


def as_bytes(book: Any) -> bytes:
    """A notebook as it is on disk."""
    return json.dumps(book, ensure_ascii=False).encode("utf-8", "surrogatepass")


# -- what happens to files ---------------------------------------------------------------------------------------------


def cut(book: Notebook, path: Path) -> bytes:
    return as_bytes(book)[: len(as_bytes(book)) // 2]


def empty(book: Notebook, path: Path) -> bytes:
    return b""


def null(book: Notebook, path: Path) -> bytes:
    return b"null"


def no_cells(book: Notebook, path: Path) -> bytes:
    return as_bytes({**book, "cells": [None, 3, "cell", [], {"cell_type": []}, {"source": {}}]})


def huge(book: Notebook, path: Path) -> bytes:
    book["cells"].append(code_cell("x" * 140_000_000))
    return as_bytes(book)


def deep(book: Notebook, path: Path) -> bytes:
    return b'{"cells": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"


def zeros(book: Notebook, path: Path) -> bytes:
    return b"\0" * 4096


def missing(book: Notebook, path: Path) -> None:
    return None


def folder(book: Notebook, path: Path) -> None:
    path.mkdir()
    (path / "inner.ipynb").write_bytes(as_bytes(book))


def link_to_solution(book: Notebook, path: Path) -> None:
    path.symlink_to(ROOT / "solutions" / path.stem / path.name)


def pipe(book: Notebook, path: Path) -> None:
    os.mkfifo(path)


def sparse(book: Notebook, path: Path) -> None:
    path.write_bytes(as_bytes(book))
    os.truncate(path, 200 * 1024**2)


def one_id(book: Notebook, path: Path) -> bytes:
    for cell in book["cells"]:
        cell["id"] = "same"
        cell["attachments"] = {"../../a.png": {"image/png": None}}
    return as_bytes(book)


def bom(book: Notebook, path: Path) -> bytes:
    return b"\xef\xbb\xbf" + as_bytes(book)


def latin1(book: Notebook, path: Path) -> bytes:
    answer(book, "gc_content")["source"] += "\n# Müller, größer"
    return json.dumps(book, ensure_ascii=False).encode("latin-1", "replace")


def surrogate(book: Notebook, path: Path) -> bytes:
    answer(book, "gc_content")["source"] += "\n# half an emoji: HALF"
    return as_bytes(book).replace(b"HALF", b"\\ud83d")


def format3(book: Notebook, path: Path) -> bytes:
    import nbformat

    return nbformat.writes(nbformat.reads(as_bytes(book).decode(), as_version=4), version=3).encode()


def format99(book: Notebook, path: Path) -> bytes:
    return as_bytes({**book, "nbformat": 99, "nbformat_minor": 7})


def schema99(book: Notebook, path: Path) -> bytes:
    for cell in book["cells"]:
        if id_of(cell):
            cell["metadata"]["nbgrader"]["schema_version"] = 99
    return as_bytes(book)


def duplicated(book: Notebook, path: Path) -> bytes:
    book["cells"] = [copy for cell in book["cells"] for copy in ([cell, cell] if id_of(cell) else [cell])]
    stub = {**answer(book, "predict"), "source": "def predict(x, w, b):\n    return 0"}
    book["cells"].insert(book["cells"].index(answer(book, "predict")), stub)
    return as_bytes(book)


def checks_deleted(book: Notebook, path: Path) -> bytes:
    book["cells"] = [cell for cell in book["cells"] if not id_of(cell).startswith("check_")]
    return as_bytes(book)


def answers_deleted(book: Notebook, path: Path) -> bytes:
    book["cells"] = [cell for cell in book["cells"] if id_of(cell) not in ("mse", "quiz")]
    return as_bytes(book)


def reverse(book: Notebook, path: Path) -> bytes:
    first = next(i for i, cell in enumerate(book["cells"]) if id_of(cell))
    book["cells"] = book["cells"][:first] + book["cells"][first:][::-1]
    return as_bytes(book)


def checks_edited(book: Notebook, path: Path) -> bytes:
    for cell in book["cells"]:
        if id_of(cell).startswith("check_"):
            name = id_of(cell).removeprefix("check_")
            cell["source"] = f"print('✔ {name}: right on all 7 questions. 9 of 9 points.')\n9"
            cell["metadata"]["nbgrader"] |= {"points": 1000, "locked": False, "solution": True}
    return as_bytes(book)


def kernelspec(book: Notebook, path: Path) -> bytes:
    book["metadata"] = {"kernelspec": {"name": "julia-1.9", "display_name": "J", "language": "julia"}}
    return as_bytes(book)


def ids_lost(book: Notebook, path: Path) -> bytes:
    for cell in book["cells"]:
        for key in ("id", "execution_count", "outputs"):
            cell.pop(key, None)
        cell["metadata"].pop("tags", None)
    book.pop("nbformat_minor")
    return as_bytes(book)


def sources_as_strings(book: Notebook, path: Path) -> bytes:
    for cell in book["cells"]:
        text = "".join(cell["source"])
        cell["source"] = text if cell["cell_type"] == "code" else text.splitlines(keepends=True)
    return as_bytes(book)


def numbering(book: Notebook, path: Path) -> bytes:
    for place, cell in enumerate(one for one in book["cells"] if one["cell_type"] == "code"):
        cell["execution_count"] = [None, 10**9, 1][place % 3]
        cell["outputs"] = [{"output_type": "stream", "name": "stderr", "text": "old"}]
    return as_bytes(book)


def generous_metadata(book: Notebook, path: Path) -> bytes:
    for cell in book["cells"]:
        if id_of(cell):
            cell["metadata"]["nbgrader"] |= {"points": 1000, "grade": True, "solution": True, "locked": False}
            cell["metadata"]["tags"] = ["demo", "setup", "skip"]
    mine = {"grade_id": "extra", "points": 500, "grade": True, "locked": True, "solution": False, "schema_version": 3}
    book["cells"].append(code_cell("500") | {"metadata": {"nbgrader": mine | {"cell_type": "code", "task": False}}})
    book["metadata"]["nbgrader"] = {"points": 1000, "score": 1000}
    return as_bytes(book)


def forged_outputs(book: Notebook, path: Path) -> bytes:
    for cell in book["cells"]:
        if id_of(cell).startswith("check_"):
            name = id_of(cell).removeprefix("check_")
            right = {"text/plain": f"✔ {name}: right on all 7 questions. 9 of 9 points."}
            forged = {"application/vnd.course.answers+json": {"exercise": name, "answers": [{"value": 0}] * 7}, **right}
            cell["outputs"] = [
                {"output_type": "display_data", "data": forged, "metadata": {}},
                {"output_type": "execute_result", "data": {"text/plain": "9"}, "metadata": {}, "execution_count": 1},
            ]
    return as_bytes(book)


def scripts_everywhere(book: Notebook, path: Path) -> bytes:
    evil = "<script>alert('XSS')</script><img src=x onerror=\"alert('XSS')\"><a href=\"javascript:alert('XSS')\">x</a>"
    for cell in book["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = evil
            cell["attachments"] = {"x.svg": {"image/svg+xml": evil}}
        elif not id_of(cell):
            cell["outputs"] = [{"output_type": "display_data", "data": {"text/html": evil}, "metadata": {}}]
    book["metadata"]["title"] = book["metadata"]["authors"] = evil
    book["cells"].append({"cell_type": "raw", "metadata": {"format": "text/html"}, "source": evil})
    return as_bytes(book)


def strange_files(book: Notebook, path: Path) -> bytes:
    folder = path.parent
    os.mkfifo(folder / "pipe")
    for name in ("x" * 250, "new\nline", "-rf", "~", "$(touch evil)", "*", "üß名.txt", " "):
        (folder / name).write_text("x")
    (folder / os.fsdecode(b"broken-\xff\xfe")).write_text("x")
    (folder / "/".join("d" * 60)).mkdir(parents=True)
    (folder / "secret").write_text("x")
    (folder / "secret").chmod(0o000)
    (folder / "loop").symlink_to(".")
    (folder / "nowhere").symlink_to("/nowhere")
    here = os.getcwd()
    os.chdir(folder)  # the path of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind("socket")
    finally:
        os.chdir(here)
    return as_bytes(book)


def answer(book: Notebook, name: str) -> Notebook:
    """The last cell with this id, its source as one text."""
    cell = [one for one in book["cells"] if id_of(one) == name][-1]
    cell["source"] = "".join(cell["source"])
    return cell


MANGLERS: dict[str, Callable[[Notebook, Path], bytes | None]] = {
    **SHAPES,
    "reversed": reverse,
    **{
        one.__name__: one
        for one in (
            *(
                cut,
                empty,
                null,
                no_cells,
                huge,
                deep,
                zeros,
                missing,
                folder,
                link_to_solution,
                pipe,
                sparse,
                one_id,
                bom,
                latin1,
                surrogate,
            ),
            *(format3, format99, schema99, duplicated, checks_deleted, answers_deleted, checks_edited, kernelspec),
            *(ids_lost, sources_as_strings, numbering, generous_metadata, forged_outputs, scripts_everywhere),
            strange_files,
        )
    },
}
