"""From any file that was handed in to what is run of it, and to a clean notebook that keeps it.

Points, ids, locks, checks and setup come from the release, whatever the file says of them. All else is the learner's,
and runs in the learner's own order up to each check, as it does at home: every cell that the release does not have,
every version of an answer. Only the release's own demonstrations are left out, unless an answer needs them.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from helpers.grading.handed_in.doubts import doubts
from helpers.grading.handed_in.names import EVERYTHING, asked_in, bound, needs, only_asks, parsed
from helpers.grading.handed_in.reading import Cell, cell_of, cells_in

if TYPE_CHECKING:
    from nbformat import NotebookNode

OWN = "learners-own"  # tags cells that the release does not have
LONGEST_RELEASED = 20_000  # characters of a cell, with room for a formatter
MOST_CHECKS = 3  # of one exercise that are asked: a copied cell is a second try


class Kind(Enum):
    """What a cell is, to the lesson that it stands in."""

    SETUP = "setup"
    DEMO = "demo"
    STUB = "stub"  # an answer as it was released
    ANSWER = "answer"
    OWN = "own"  # of the learner's own making
    CHECK = "check"
    TEXT = "text"


@dataclass(frozen=True)
class Step:
    """A cell to run; of a check, `source` is the name that is asked.

    Attributes
    ----------
    kind : Kind
    source : str
    exercise : str
        Whose answer or check this is.
    last : bool
        A check behind everything: for an exercise that no check of the learner's got an answer to.
    """

    kind: Kind
    source: str
    exercise: str = ""
    last: bool = False


@dataclass(frozen=True)
class Plan:
    """What to run of a submission, and the notebook that keeps it.

    Attributes
    ----------
    steps : list of Step
        In the order in which they are run.
    code : dict of str to str
        Exercise id to the learner's own answer; "" where it was left as released.
    notebook : NotebookNode
        The release with the learner's cells in it.
    doubts : list of str
        What a person should look at.
    """

    steps: list[Step]
    code: dict[str, str]
    notebook: NotebookNode
    doubts: list[str] = field(default_factory=list)

    def to_data(self) -> dict[str, Any]:
        """It as JSON takes it."""
        steps = [(one.kind.value, one.source, one.exercise, one.last) for one in self.steps]
        return {"steps": steps, "code": self.code, "notebook": self.notebook, "doubts": self.doubts}

    @staticmethod
    def from_data(data: dict[str, Any]) -> Plan:
        """It from there."""
        from nbformat import from_dict

        steps = [Step(Kind(kind), source, exercise, last) for kind, source, exercise, last in data["steps"]]
        return Plan(steps, data["code"], from_dict(data["notebook"]), data["doubts"])


def untouched(release: str) -> NotebookNode:
    """The release as a notebook: what is recorded where nothing could be read."""
    import nbformat

    return nbformat.reads(release, as_version=4)


def transplant(
    data: bytes | None, release: str, *, demos: bool = False, modules: Mapping[str, str] | None = None
) -> Plan:
    """Put a learner's answers into the released notebook, and say what is to be run.

    Parameters
    ----------
    data : bytes or None
        The submitted file.
    release : str
        The released notebook, as JSON.
    demos : bool
        Run the release's demonstrations as well.
    modules : dict of str to str
        The learner's own modules beside the notebook, by name: their sources.

    Raises
    ------
    NoNotebook
        If the file holds no notebook.
    """
    mine, release_ = cells_in(data), Release(release)
    found = [Found(cell, *release_.place_and_kind(cell)) for cell in mine]
    steps = list(in_order(found, release_, needed_demos(found, release_, everything=demos)))
    versions = {exercise: own_versions(found, release_, exercise) for exercise in release_.names}
    code = {exercise: joined(versions_) for exercise, versions_ in versions.items()}
    own = [one.cell.source for one in found if one.runs]
    return Plan(steps, code, notebook_of(found, release_, versions), doubts(own, modules or {}))


def kept_cells(cells: list[Cell], release: str) -> list[bool]:
    """Of the cells of a notebook, which ones run where only what counts does: at home as for marks."""
    released = Release(release)
    found = [Found(cell, *released.place_and_kind(cell)) for cell in cells]
    demos = needed_demos(found, released, everything=False)
    written: set[str] = set()
    kept = []
    for one in found:
        exercise = released.cells[one.place].grade_id if one.place is not None else ""
        replaces = one.kind is Kind.STUB and released.names.get(exercise) in written
        kept.append(not replaces and (one.kind is not Kind.DEMO or one.place in demos))
        written |= one.binds if one.runs else set()
    return kept


def asked_names(release: str) -> dict[str, str]:
    """Exercise to the name that its check asks."""
    return Release(release).names


def own_code(cells: list[Cell], release: str) -> dict[str, str]:
    """Exercise to the learner's own code for it; "" where it was left as released."""
    released = Release(release)
    found = [Found(cell, *released.place_and_kind(cell)) for cell in cells]
    return {exercise: joined(own_versions(found, released, exercise)) for exercise in released.names}


# -- whose cell is whose -------------------------------------------------------------------------------------------


class Release:
    """The released notebook: which of its cells is what."""

    def __init__(self, text: str) -> None:
        """Read it."""
        self.text = text
        book = json.loads(text)["cells"]
        self.cells = [cell_of(cell) or Cell("") for cell in book]
        told = [cell.get("metadata", {}).get("nbgrader", {}) for cell in book]
        self.kinds = [self.kind(cell, one) for cell, one in zip(self.cells, told, strict=True)]
        self.names = {  # exercise to the name that its check asks
            exercise: name for cell, one in zip(self.cells, told, strict=True) if one.get("grade")
            for exercise, name in asked_in(cell.source)
        }  # fmt: skip
        self.known = {cell.source.strip(): place for place, cell in reversed(list(enumerate(self.cells)))}
        self.by_grade_id = {cell.grade_id: place for place, cell in enumerate(self.cells) if cell.grade_id}
        self.by_id = {cell.id: place for place, cell in enumerate(self.cells) if cell.id}

    @cached_property
    def known_by_meaning(self) -> dict[str, int]:
        """What its code cells mean, to where they stand."""
        meant = [(meaning_of(cell.source), place) for place, cell in enumerate(self.cells) if not cell.markdown]
        return {meaning: place for meaning, place in reversed(meant) if meaning}

    @staticmethod
    def kind(cell: Cell, told: dict[str, Any]) -> Kind:
        """What one of its cells is."""
        if cell.markdown:
            return Kind.TEXT
        if told.get("solution"):
            return Kind.STUB
        if told.get("grade"):
            return Kind.CHECK
        return Kind.SETUP if "setup" in cell.tags else Kind.DEMO

    def place_and_kind(self, cell: Cell) -> tuple[int | None, Kind]:
        """Where a learner's cell stands in the release, None for one of the learner's own; and what it is now."""
        place = self.by_grade_id.get(cell.grade_id) if cell.grade_id else None
        if place is None:
            place = self.known.get(cell.source.strip())
        if place is None and not cell.markdown and (meaning := meaning_of(cell.source)):
            place = self.known_by_meaning.get(meaning)
        if place is None and not cell.grade_id:
            place = self.by_id.get(cell.id) if cell.id else None
        released = self.kinds[place] if place is not None else None
        if released is Kind.TEXT or not cell.source.strip() or (cell.markdown and released is not Kind.STUB):
            return place, Kind.TEXT
        if only_asks(cell.source):
            return place, Kind.CHECK
        if place is None or released is None:
            return None, Kind.OWN
        if is_same(cell.source, self.cells[place].source):
            return place, released
        return place, Kind.ANSWER if released is Kind.STUB else Kind.OWN


def is_same(mine: str, released: str) -> bool:
    """Whether a cell says what the release says, whatever a formatter has made of it."""
    return mine.strip() == released.strip() or (meaning_of(mine) or mine) == meaning_of(released)


def meaning_of(source: str) -> str:
    """A cell without layout and comments; "" for one that is no plain Python, says nothing, or is very long."""
    if len(source) > LONGEST_RELEASED:
        return ""
    try:
        tree = ast.parse(source)
        return ast.dump(tree) if tree.body else ""
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""


@dataclass
class Found:
    """A learner's cell: where it stands in the release, what it is, and which names it binds and needs."""

    cell: Cell
    place: int | None
    kind: Kind

    @property
    def runs(self) -> bool:
        """Whether it is the learner's code."""
        return self.kind in (Kind.ANSWER, Kind.OWN)

    @cached_property
    def binds(self) -> set[str]:
        """The names that it binds."""
        return bound(parsed(self.cell.source))

    @cached_property
    def needs(self) -> set[str]:
        """The names that it reads from elsewhere."""
        return needs(parsed(self.cell.source))


# -- what is run ---------------------------------------------------------------------------------------------------


def in_order(found: list[Found], release: Release, demos: set[int]) -> Iterator[Step]:
    """Setup; the learner's cells as they stand, each check where the learner has it; then what was not asked."""
    waiting = sorted(demos)
    yield from (Step(Kind.SETUP, release.cells[i].source) for i, k in enumerate(release.kinds) if k is Kind.SETUP)
    written: set[str] = set()
    asked: dict[str, int] = {}
    for one in found:
        while waiting and one.place is not None and waiting[0] <= one.place:
            yield Step(Kind.DEMO, release.cells[waiting.pop(0)].source)
        exercise = release.cells[one.place].grade_id if one.place is not None else ""
        if one.runs:
            written |= one.binds
            yield Step(one.kind, one.cell.source, exercise if one.kind is Kind.ANSWER else "")
        elif one.kind is Kind.STUB and release.names.get(exercise) not in written:  # it replaces no definition
            yield Step(Kind.STUB, one.cell.source, exercise)
        for exercise, name in asked_in(one.cell.source) if one.runs or one.kind is Kind.CHECK else ():
            asked[exercise] = asked.get(exercise, 0) + 1
            if exercise in release.names and asked[exercise] <= MOST_CHECKS:
                yield Step(Kind.CHECK, name, exercise)
    yield from (Step(Kind.DEMO, release.cells[place].source) for place in waiting)
    yield from (Step(Kind.CHECK, name, exercise, last=True) for exercise, name in release.names.items())


def needed_demos(found: list[Found], release: Release, *, everything: bool) -> set[int]:
    """The release's demonstrations that bind a name which an answer needs, itself or through the learner's cells."""
    demos = [place for place, kind in enumerate(release.kinds) if kind is Kind.DEMO]
    if everything:
        return set(demos)
    own = [one for one in found if one.runs]
    setup = {
        name for place, kind in enumerate(release.kinds) if kind is Kind.SETUP
        for name in bound(parsed(release.cells[place].source))
    }  # fmt: skip
    given = setup | {name for one in own if one.kind is Kind.ANSWER for name in one.binds} | set(release.names.values())
    waiting = {(name, one.place) for one in own if one.kind is Kind.ANSWER for name in one.needs}
    waiting |= {(name, None) for one in own if one.binds & set(release.names.values()) for name in one.needs}
    seen: set[str] = set(given)
    needed: set[int] = set()
    while waiting:
        name, before = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        binders = [one for one in own if name in one.binds or EVERYTHING in one.binds]
        waiting |= {(other, one.place) for one in binders for other in one.needs}
        places = [] if binders else [p for p in demos if name in bound(parsed(release.cells[p].source))]
        if places:
            earlier = [place for place in places if before is None or place < before]
            chosen = earlier[-1] if earlier else places[0]
            needed.add(chosen)
            waiting |= {(other, chosen) for other in needs(parsed(release.cells[chosen].source))}
    return needed


# -- what is kept --------------------------------------------------------------------------------------------------


def own_versions(found: list[Found], release: Release, exercise: str) -> list[Found]:
    """The learner's own cells for an exercise: the versions of its cell, and what else binds its name, up to its check.

    Where nothing stands before the check, whatever stands behind it.
    """
    name, place = release.names[exercise], release.by_grade_id.get(exercise)
    mine = [
        (i, one) for i, one in enumerate(found)
        if one.runs and (name in one.binds or (one.kind is Kind.ANSWER and one.place == place))
    ]  # fmt: skip
    check = next((i for i, one in enumerate(found) if exercise in dict(asked_in(one.cell.source))), len(found))
    return [one for i, one in mine if i <= check] or [one for _, one in mine]


def joined(cells: list[Found]) -> str:
    """Cells as one text, each once."""
    return "\n\n".join(dict.fromkeys(one.cell.source for one in cells))


def notebook_of(found: list[Found], release: Release, versions: dict[str, list[Found]]) -> NotebookNode:
    """The release with the learner's answers, and with the learner's own cells behind what stands before them."""
    from nbformat.v4 import new_code_cell

    book = untouched(release.text)
    kept = {id(one) for cells in versions.values() for one in cells}
    written: dict[int, str] = {}
    behind: dict[int, list[str]] = {}
    anchor = -1
    for one in found:
        anchor = one.place if one.place is not None else anchor
        if one.kind is Kind.OWN and id(one) not in kept:
            behind.setdefault(anchor, []).append(one.cell.source)
        elif one.place is not None and one.kind in (Kind.ANSWER, Kind.TEXT) and one.cell.source.strip():
            written[one.place] = one.cell.source
    cells = []
    for place, node in enumerate([None, *book.cells], start=-1):
        if node is not None:
            told = node.metadata.get("nbgrader", {})
            if told.get("solution") and place in written:
                node.source = written[place] if node.cell_type == "code" else as_text(written[place])
            if told.get("solution") and (own := joined(versions.get(told.get("grade_id", ""), []))):
                node.source = own
            if node.cell_type == "code":
                node.outputs, node.execution_count = [], None
            cells.append(node)
        cells += [new_code_cell(source, metadata={"tags": [OWN]}) for source in behind.get(place, [])]
    book.cells = cells
    return book


def as_text(markdown: str) -> str:
    """A written answer in which nothing is HTML any more: nbgrader shows it with the rights of who grades."""
    without = re.sub(r"<[^>]*>?", lambda tag: tag[0].replace('"', "”").replace("'", "’"), markdown)
    return without.replace("&", "&amp;").replace("<", "&lt;")
