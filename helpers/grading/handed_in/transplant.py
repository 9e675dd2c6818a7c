"""From any file that was handed in to a clean notebook: the release's cells with the learner's answers in them.

Points, ids, locks, checks and setup come from the release, whatever the file says of them. From the file come the
answers and, of its other cells, those that an answer needs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from helpers.grading.handed_in.names import EVERYTHING, bound, needs, parsed
from helpers.grading.handed_in.reading import Cell, cell_of, cells_in

if TYPE_CHECKING:
    from nbformat import NotebookNode

OWN = "learners-own"  # tags cells that the release does not have
CHECK = re.compile(r"\s*(?:(\w+)\s*=\s*)?check\.(\w+)\(\s*(\w+)\s*\)\s*;?\s*")
FIRST = 0.5  # places a cell before the one at the next whole number


@dataclass(frozen=True)
class Step:
    """A cell to run; or, where `asks` names one, an exercise whose questions go to what `source` names."""

    source: str
    exercise: str = ""  # whose answer this is
    asks: str = ""
    setup: bool = False


@dataclass(frozen=True)
class Plan:
    """What to run of a submission, and the notebook that keeps it.

    Attributes
    ----------
    steps : list of Step
        In the order in which they are run.
    code : dict of str to str
        Exercise id to the learner's own answer; "" where it was left as released.
    extra : list of str
        Cells of the learner's own that are run because an answer needs them.
    notebook : NotebookNode
        The release with these in it.
    """

    steps: list[Step]
    code: dict[str, str]
    extra: list[str]
    notebook: NotebookNode


@dataclass
class Piece:
    """A cell on its way into the plan: where it stands (in cells of the release), and what it binds and needs."""

    place: float
    source: str
    own: bool = False
    replaces: str = ""
    binds: set[str] = field(default_factory=set)
    needs: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Read the source."""
        tree = parsed(self.source)
        self.binds, self.needs = bound(tree), needs(tree)


def untouched(release: str) -> NotebookNode:
    """The release as a notebook: what is recorded where nothing could be read."""
    import nbformat

    return nbformat.reads(release, as_version=4)


def transplant(data: bytes | None, release: str, *, demos: bool = False) -> Plan:
    """Put a learner's answers into the released notebook, and say what is to be run.

    Parameters
    ----------
    data : bytes or None
        The submitted file.
    release : str
        The released notebook, as JSON.
    demos : bool
        Run every cell, also those that no answer needs.

    Raises
    ------
    NoNotebook
        If the file holds no notebook.
    """
    return Surgery(cells_in(data), release).plan(demos)


class Surgery:
    """One transplantation."""

    def __init__(self, cells: list[Cell], release: str) -> None:
        """Read the release, and find the learner's answer for each of its open cells."""
        self.cells, self.book = cells, untouched(release)
        book = self.book
        self.released: list[Cell] = [cell_of(cell) or Cell("") for cell in json.loads(release)["cells"]]
        kinds = [node.metadata.get("nbgrader", {}) for node in book.cells]
        self.open = [i for i, kind in enumerate(kinds) if kind.get("solution")]
        self.checks = {
            i: asked for i, kind in enumerate(kinds) if kind.get("grade") for asked in asked_in(self.released[i])
        }
        self.known = {cell.source.strip(): i for i, cell in enumerate(self.released)}
        self.graded = {cell.grade_id for cell in self.released if cell.grade_id}
        self.answers = {i: self.answer(i) for i in self.open}

    # -- whose cell is whose ---------------------------------------------------------------------------------------

    def answer(self, place: int) -> Cell:
        """The learner's version of an open cell: the last that was worked in, by id, by place, by what it defines."""
        released = self.released[place]
        versions = [cell for cell in self.cells if cell.grade_id == released.grade_id]
        if not versions and released.id:
            versions = [cell for cell in self.cells if cell.id == released.id and not cell.grade_id]
        worked_in = [cell for cell in versions if cell.source.strip() not in ("", released.source.strip())]
        if not worked_in and not released.markdown:
            name = next((name for _, (exercise, name) in self.checks.items() if exercise == released.grade_id), "")
            worked_in = [cell for cell in self.own_cells() if name in bound(parsed(cell.source))]
        return (worked_in or versions or [released])[-1]

    def own_cells(self) -> Iterator[Cell]:
        """Code cells that the release does not have; those that hold nothing but a check are left out."""
        for cell in self.cells:
            only_a_check = next(asked_in(cell), None) is not None
            if not (cell.markdown or only_a_check or cell.source.strip() in self.known or cell.grade_id in self.graded):
                yield cell

    def place_of(self, cell: Cell) -> int | None:
        """Which cell of the release this one is or was, None for the learner's own."""
        for i, released in enumerate(self.released):
            if (cell.grade_id and cell.grade_id == released.grade_id) or (cell.id and cell.id == released.id):
                return i
        return self.known.get(cell.source.strip())

    # -- what is run -----------------------------------------------------------------------------------------------

    def plan(self, demos: bool) -> Plan:
        """The steps, and the notebook that shows them."""
        taken = {id(cell) for cell in self.answers.values()}
        pool = [*self.demo_pieces(), *self.own_pieces(taken)]
        needed = self.needed(pool)
        replaced = {piece.replaces for piece in pool if piece.replaces}
        for piece in pool if demos else ():
            if piece.own or self.released[int(piece.place)].id not in replaced:
                needed.setdefault(id(piece), piece)
        pieces = [piece for piece in pool if id(piece) in needed]
        placed = [(piece.place, Step(piece.source)) for piece in pieces]
        placed += [(float(i), step) for i, step in self.released_steps()]
        own = [piece for piece in pieces if piece.own]
        return Plan(
            [step for _, step in sorted(placed, key=lambda pair: pair[0])],
            self.code(),
            [piece.source for piece in own],
            self.notebook(own),
        )

    def released_steps(self) -> Iterator[tuple[int, Step]]:
        """What is always run: setup, answers, and the questions that the checks ask."""
        for i, released in enumerate(self.released):
            if i in self.checks:
                exercise, name = self.checks[i]
                yield i, Step(name, exercise, asks=exercise)
            elif i in self.answers and not released.markdown:
                yield i, Step(self.answers[i].source, released.grade_id)
            elif "setup" in released.tags and not released.markdown:
                yield i, Step(released.source, setup=True)

    def demo_pieces(self) -> Iterator[Piece]:
        """The release's cells that nothing graded should need."""
        for i, cell in enumerate(self.released):
            if not (cell.markdown or i in self.checks or i in self.answers or "setup" in cell.tags):
                yield Piece(float(i), cell.source)

    def own_pieces(self, taken: set[int]) -> Iterator[Piece]:
        """The learner's own cells, each behind the last cell of the release that stands before it."""
        own = {id(cell) for cell in self.own_cells()} - taken
        anchor, step = -1.0, 1 / (len(self.cells) + 2)
        for order, cell in enumerate(self.cells, start=1):
            place = self.place_of(cell)
            anchor = float(place) if place is not None else anchor
            if id(cell) in own:
                edited = place is not None and "setup" not in self.released[place].tags
                yield Piece(anchor + order * step, cell.source, own=True, replaces=cell.id if edited else "")

    def needed(self, pool: list[Piece]) -> dict[int, Piece]:
        """The pieces that answers need, each moved before the first answer that needs it, if it stood behind."""
        given = {
            name for i, cell in enumerate(self.released) if "setup" in cell.tags for name in bound(parsed(cell.source))
        }
        given |= {name for cell in self.answers.values() for name in bound(parsed(cell.source))}
        found: dict[int, Piece] = {}
        for check, (exercise, name) in sorted(self.checks.items()):
            sources = [cell.source for cell in self.answers.values() if cell.grade_id == exercise or not cell.grade_id]
            at = next((i for i in self.open if self.released[i].grade_id == exercise), check)
            source = self.answers[at].source if at in self.answers else "\n".join(sources)
            waiting = (needs(parsed(source)) | {name}) - given
            while waiting:
                binder = binder_of(waiting.pop(), pool, check)
                if binder is None or id(binder) in found:
                    continue
                found[id(binder)] = binder
                if binder.place > check:
                    binder.place = at - FIRST + binder.place / 1e6
                waiting |= binder.needs - given
        return found

    # -- what is kept ----------------------------------------------------------------------------------------------

    def code(self) -> dict[str, str]:
        """The learner's own code for each exercise."""
        return {
            self.released[i].grade_id: "" if cell.source.strip() == self.released[i].source.strip() else cell.source
            for i, cell in self.answers.items()
            if any(exercise == self.released[i].grade_id for exercise, _ in self.checks.values())
        }

    def notebook(self, own: list[Piece]) -> NotebookNode:
        """The release with the learner's answers, and with those own cells that are run."""
        from nbformat.v4 import new_code_cell

        placed = []
        for i, node in enumerate(self.book.cells):
            if i in self.answers:
                node.source = self.answers[i].source
            if node.cell_type == "code":
                node.outputs, node.execution_count = [], None
            placed.append((float(i), node))
        placed += [(piece.place, new_code_cell(piece.source, metadata={"tags": [OWN]})) for piece in own]
        self.book.cells = [node for _, node in sorted(placed, key=lambda pair: pair[0])]
        return self.book


def asked_in(cell: Cell) -> Iterator[tuple[str, str]]:
    """Exercise and name, where a cell holds nothing but a check: `name = check.exercise(name)`."""
    found = CHECK.fullmatch(cell.source)
    if found:
        yield found[2], found[3]


def binder_of(name: str, pool: list[Piece], before: float) -> Piece | None:
    """The piece from which a name comes: the last one before a place that binds it, else the first one behind."""
    for wanted in (name, EVERYTHING):
        binding = sorted((piece for piece in pool if wanted in piece.binds), key=lambda piece: (piece.place, piece.own))
        earlier = [piece for piece in binding if piece.place < before]
        if binding:
            return earlier[-1] if earlier else binding[0]
    return None
