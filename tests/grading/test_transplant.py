"""Whatever was handed in becomes the release with the learner's answers, or is said to be unreadable."""

from __future__ import annotations

import ast
import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.grading.handed_in.names import asked_in, needs, parsed
from helpers.grading.handed_in.reading import MOST_BYTES, NoNotebook, cells_in
from helpers.grading.handed_in.transplant import Kind, Plan, transplant
from helpers.lessons import LESSONS, find

ROOT = Path(__file__).parents[2]
Book = dict[str, Any]


def text(where: str, number: int) -> str:
    folder = find(number).folder
    return (ROOT / where / folder / f"{folder}.ipynb").read_text(encoding="utf-8")


RELEASE = text("course", 1)
SOLVED = json.loads(text("solutions", 1))
MINE = "def predict(x, w, b):\n    return w * x + b  # mine"


def book_with(**cells: str) -> Book:
    """The release with these answers, and with the cells of the learner's own that `own_…` names, in this order."""
    book = json.loads(RELEASE)
    for cell in book["cells"]:
        cell["source"] = cells.get(grade_id(cell), cell["source"])
    first = next(i for i, cell in enumerate(book["cells"]) if grade_id(cell) == "predict")
    own = [code(source) for name, source in cells.items() if name.startswith("own")]
    book["cells"][first:first] = own
    return book


def code(source: str, **metadata: Any) -> Book:
    return {"cell_type": "code", "metadata": metadata, "source": source, "outputs": [], "execution_count": None}


def grade_id(cell: Book) -> str:
    return cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", "")


def of(book: Any, **named: Any) -> Plan:
    return transplant(json.dumps(book).encode(), RELEASE, **named)


def answer(plan: Plan, exercise: str = "predict") -> str:
    return next(step.source for step in plan.steps if step.exercise == exercise and step.kind is not Kind.CHECK)


def own(plan: Plan) -> list[str]:
    return [step.source for step in plan.steps if step.kind is Kind.OWN]


def asked_before(plan: Plan, exercise: str) -> list[str]:
    """What runs of the learner's before the first check of an exercise."""
    checks = [i for i, step in enumerate(plan.steps) if step.kind is Kind.CHECK and step.exercise == exercise]
    return [step.source for step in plan.steps[: checks[0]] if step.kind in (Kind.OWN, Kind.ANSWER)]


def checked(plan: Plan) -> None:
    """The notebook is the release's: valid, with its ids, points and locks, and nothing that ran."""
    nbformat.validate(plan.notebook)
    released = json.loads(RELEASE)["cells"]
    kept = [cell for cell in plan.notebook.cells if "learners-own" not in cell.metadata.get("tags", [])]
    assert [cell.metadata for cell in kept] == [cell["metadata"] for cell in released]
    locked = [
        (a, b) for a, b in zip(kept, released, strict=True) if not b["metadata"].get("nbgrader", {}).get("solution")
    ]
    assert all(a.source == "".join(b["source"]) for a, b in locked)
    assert not any(cell.get("outputs") for cell in plan.notebook.cells)


@pytest.mark.parametrize("number", [one.number for one in LESSONS])
def test_solved_lessons_keep_every_answer_and_run_no_demo(number) -> None:
    plan = transplant(text("solutions", number).encode(), text("course", number))
    assert plan.code
    assert all(plan.code.values()), [name for name, source in plan.code.items() if not source]
    assert own(plan) == []
    assert {step.exercise for step in plan.steps if step.kind is Kind.CHECK} == set(plan.code)
    assert all(step.kind is not Kind.DEMO for step in plan.steps), "an answer leans on a demo"
    untouched = transplant(text("course", number).encode(), text("course", number))
    assert set(untouched.code.values()) == {""}


def test_the_notebook_is_the_release_with_the_answers_in_it() -> None:
    plan = of(SOLVED)
    checked(plan)
    sources = [cell.source for cell in plan.notebook.cells]
    assert all(source in sources for source in plan.code.values())


# -- files ---------------------------------------------------------------------------------------------------------


def plain(book: Book) -> bytes:
    return json.dumps(book, ensure_ascii=False).encode()


WHOLE: dict[str, Callable[[Book], bytes]] = {
    "with a byte order mark": lambda book: b"\xef\xbb\xbf" + plain(book),
    "in UTF-16": lambda book: plain(book).decode().encode("utf-16"),
    "in Latin-1": lambda book: json.dumps(book, ensure_ascii=False).encode("latin-1", "replace"),
    "with half a surrogate pair": lambda book: plain(book).replace(b"# mine", rb"# mine \ud83d"),
    "of a format to come": lambda book: plain({**book, "nbformat": 99, "nbformat_minor": 99}),
    "of format 3": lambda book: plain(
        {
            "nbformat": 3,
            "worksheets": [{"cells": [{**c, "input": c["source"], "source": None} for c in book["cells"]]}],
        }
    ),
    "with a foreign kernel": lambda book: plain({**book, "metadata": {"kernelspec": {"name": "../../sh"}}}),
    "with no metadata that makes sense": lambda book: plain({**book, "metadata": [1], "nbformat": None}),
    "with lists of lines": lambda book: plain(
        {**book, "cells": [{**c, "source": "".join(c["source"]).splitlines(keepends=True)} for c in book["cells"]]}
    ),
}


@pytest.mark.parametrize("change", WHOLE.values(), ids=WHOLE.keys())
def test_a_file_that_can_be_read_is_read(change) -> None:
    book = book_with(predict=MINE)
    if change is WHOLE["of format 3"]:
        book["cells"] = [{**cell, "source": "".join(cell["source"])} for cell in book["cells"]]
    plan = transplant(change(book), RELEASE)
    checked(plan)
    assert answer(plan).startswith(MINE)


BROKEN = {
    "missing": None,
    "empty": b"",
    "zeros": bytes(4000),
    "null": b"null",
    "a number": b"7",
    "cut": plain(SOLVED)[:20_000],
    "deep": b'{"cells": ' + b"[" * 100_000,
    "deep in a cell": b'{"cells": [{"source": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]}",
    "cells that are none": b'{"cells": [null, 3, {"source": {}}, []]}',
    "no cells": b'{"cells": {}}',
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "100 MB": b" " * (MOST_BYTES + 1),
    "too many cells": json.dumps({"cells": [{"source": "1"}] * 6000}).encode(),
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN.keys())
def test_a_file_that_is_none_is_said_to_be_unreadable(data) -> None:
    with pytest.raises(NoNotebook, match=r"\w"):
        transplant(data, RELEASE)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data) -> None:
    try:
        assert cells_in(data)
    except NoNotebook as error:
        assert str(error)


KEYS = ["cells", "source", "metadata", "nbgrader", "grade_id", "tags", "id", "cell_type", "worksheets", "input"]
anything = st.recursive(
    st.none() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=40,
)


@given(st.lists(anything, max_size=6))
def test_any_cells_are_transplanted_or_refused(cells) -> None:
    try:
        plan = of({"cells": cells})
    except NoNotebook:
        return
    checked(plan)


# -- cells ---------------------------------------------------------------------------------------------------------


def moved_to_a_new_cell(book: Book) -> None:
    place = next(i for i, cell in enumerate(book["cells"]) if grade_id(cell) == "predict")
    book["cells"][place]["source"] = next(c for c in json.loads(RELEASE)["cells"] if grade_id(c) == "predict")["source"]
    book["cells"].insert(place + 1, code(MINE))


def each(change: Callable[[Book], Any]) -> Callable[[Book], None]:
    def to_all(book: Book) -> None:
        for cell in book["cells"]:
            change(cell)

    return to_all


def twice(book: Book) -> None:
    """The untouched stub behind the answer, with the same id."""
    stub = next(cell for cell in json.loads(RELEASE)["cells"] if grade_id(cell) == "predict")
    book["cells"].append(stub)


def generous(cell: Book) -> None:
    if grade_id(cell):
        cell["metadata"]["nbgrader"].update(points=99, locked=False, grade=True, schema_version=99)


CHANGES: dict[str, Callable[[Book], Any]] = {
    "reversed": lambda book: book["cells"].reverse(),
    "with every cell twice": lambda book: book.update(cells=[c for c in book["cells"] for _ in range(2)]),
    "with the stub again behind it": twice,
    "without its checks": lambda book: book.update(
        cells=[c for c in book["cells"] if not grade_id(c).startswith("check_")]
    ),
    "without ids, tags and nbgrader's marks": each(lambda cell: (cell.update(metadata={}), cell.pop("id", None))),
    "with ids that lead elsewhere": each(lambda cell: cell.update(id="../../etc/passwd")),
    "with its answers as text": each(lambda cell: cell.update(cell_type="markdown")),
    "with generous points": each(generous),
    "with metadata that is none": each(lambda cell: grade_id(cell) or cell.update(metadata=[3])),
    "moved to a new cell": moved_to_a_new_cell,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_notebook_that_was_taken_apart_keeps_its_answers(change) -> None:
    book = copy.deepcopy(book_with(predict=MINE))
    change(book)
    plan = of(book)
    checked(plan)
    assert MINE in [step.source for step in plan.steps if step.kind in (Kind.ANSWER, Kind.OWN)]
    assert plan.code["predict"] == MINE
    assert plan.code["mse"] == ""


def test_every_version_runs_and_each_check_is_asked_where_it_stands() -> None:
    first = "def predict(x, w, b):\n    return 1"
    book = book_with(predict=first)
    again = copy.deepcopy(next(cell for cell in book["cells"] if grade_id(cell) == "predict"))
    book["cells"].append({**again, "source": MINE})
    plan = of(book)
    assert asked_before(plan, "predict") == [first]
    assert [step.source for step in plan.steps if step.kind is Kind.ANSWER] == [first, MINE]
    assert plan.code["predict"] == first  # what stood before its check


def test_a_copied_check_is_a_second_try() -> None:
    book = book_with(predict=MINE)
    book["cells"] += [code("def predict(x, w, b):\n    return 0"), code("predict = check.predict(predict)  # again")]
    checks = [step for step in of(book).steps if step.kind is Kind.CHECK and step.exercise == "predict"]
    assert [step.last for step in checks] == [False, False, True]
    assert of(book).code["predict"] == MINE


def test_a_lost_answer_is_no_answer() -> None:
    book = json.loads(RELEASE)
    book["cells"] = [cell for cell in book["cells"] if grade_id(cell) != "predict"]
    plan = of(book)
    checked(plan)
    assert not any(step.exercise == "predict" and step.kind is not Kind.CHECK for step in plan.steps)
    assert plan.code["predict"] == ""


def test_a_stub_never_replaces_a_definition() -> None:
    plan = of(book_with(own=MINE))
    assert own(plan) == [MINE]
    assert not any(step.kind is Kind.STUB and step.exercise == "predict" for step in plan.steps)
    assert plan.code["predict"] == MINE


def test_the_halves_of_a_split_cell_both_run() -> None:
    book = book_with(predict="def plus(a, b):\n    return a + b")
    place = next(i for i, cell in enumerate(book["cells"]) if grade_id(cell) == "predict")
    half = "def predict(x, w, b):\n    return plus(w * x, b)"
    book["cells"].insert(place + 1, {**copy.deepcopy(book["cells"][place]), "source": half})
    plan = of(book)
    checked(plan)
    assert asked_before(plan, "predict") == ["def plus(a, b):\n    return a + b", half]
    assert half in plan.code["predict"] and "def plus" in plan.code["predict"]


def test_a_cell_that_is_more_than_a_check_runs_and_is_asked_behind() -> None:
    plan = of(book_with(check_predict="def predict(x, w, b):\n    return w * x + b\npredict = check.predict(predict)"))
    checked(plan)
    places = [i for i, step in enumerate(plan.steps) if step.exercise == "predict" or step.kind is Kind.OWN]
    kinds = [plan.steps[i].kind for i in places]
    assert kinds == [Kind.STUB, Kind.OWN, Kind.CHECK, Kind.CHECK]


def test_a_check_of_another_name_asks_that_name() -> None:
    plan = of(book_with(check_predict="check.predict(my_line)", own="my_line = lambda x, w, b: w * x + b"))
    assert next(step for step in plan.steps if step.kind is Kind.CHECK).source == "my_line"


# -- what is run ---------------------------------------------------------------------------------------------------


def test_all_own_cells_run_in_the_order_of_the_notebook() -> None:
    cells = ["STEP = 1", "table = {}", "table['b'] = 2", "1 / 0", "[letters := 'GC' for _ in range(1)]"]
    plan = of(book_with(predict=MINE, **{f"own_{i}": source for i, source in enumerate(cells)}))
    checked(plan)
    assert own(plan) == cells
    assert asked_before(plan, "predict") == [*cells, MINE]
    assert plan.steps[0].kind is Kind.SETUP


def test_a_demo_is_run_where_an_answer_leans_on_it() -> None:
    plan = of(book_with(predict="def predict(x, w, b):\n    return w * x + b + 0 * len(oligos)"))
    demos = [step.source for step in plan.steps if step.kind is Kind.DEMO]
    assert len(demos) == 1
    assert "oligos" in demos[0]
    assert own(plan) == []


def test_a_demo_that_was_changed_is_the_learners_own() -> None:
    book = json.loads(RELEASE)
    demo = next(cell for cell in book["cells"] if "demo" in cell["metadata"].get("tags", []))
    demo["source"] = "oligos = 'mine'"
    assert own(of(book)) == ["oligos = 'mine'"]
    assert own(of(json.loads(RELEASE))) == []


def formatted(source: str) -> str:
    """A cell as a formatter leaves it; what is no plain Python, formatters leave alone."""
    try:
        return ast.unparse(ast.parse(source)) + "\n\n"
    except SyntaxError:
        return source


@pytest.mark.parametrize(
    "change",
    [
        formatted,
        lambda source: source.replace("\n", "\r\n"),
        lambda source: source if "%pip" in source else f"{source}\n# my notes",
    ],
    ids=["formatted", "lines of Windows", "with notes"],
)
@pytest.mark.parametrize("ids", [True, False], ids=["ids kept", "ids lost"])
def test_a_released_cell_is_known_by_what_it_says(change, ids) -> None:
    book = json.loads(RELEASE)
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            cell["source"] = change("".join(cell["source"]))
            cell.update({} if ids else {"id": None, "metadata": {}})
    plan = of(book)
    assert own(plan) == []
    assert set(plan.code.values()) == {""}


def test_all_cells_are_run_where_demos_are_wanted() -> None:
    all_of_them = of(book_with(own="1 + 1"), demos=True)
    assert own(all_of_them) == ["1 + 1"]
    code_cells = [cell for cell in json.loads(RELEASE)["cells"] if cell["cell_type"] == "code"]
    asked_last = sum(step.last for step in all_of_them.steps)
    assert len(all_of_them.steps) - asked_last == len(code_cells) + 1


@pytest.mark.parametrize(
    ("source", "asked"),
    [
        ("predict = check.predict(predict)", [("predict", "predict")]),
        ("check.predict(mine)  # once more", [("predict", "mine")]),
        ("a = check.one(a)\nb = check.two(b)", [("one", "a"), ("two", "b")]),
        ("def f():\n    return check.one(f)", []),
        ("check.predict(lambda x: x)", [("predict", "lambda x: x")]),
        ("predict = check.predict(tools['predict'])", [("predict", "tools['predict']")]),
        ("check.predict(*mine)", []),
        ("# check.predict(predict)", []),
        ("try:\n    print(check.one(a))\nfinally:\n    b: int = check.two(b)", [("one", "a"), ("two", "b")]),
        ("for f in (a, b):\n    check.one(f)", []),
        ("check.a(a)" + " " * 150_000 + "x", []),
        ("%time\ncheck.predict(predict)", [("predict", "predict")]),
    ],
)
def test_how_checks_are_found(source, asked) -> None:
    assert asked_in(source) == asked


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("def f(x):\n    y = x\n    return y + z", {"z"}),
        ("def f(x):\n    return g(x)\ndef g(x):\n    return x", set()),
        ("print(a)\na = 1", {"a"}),
        ("a = 1\nprint(a)", set()),
        ("for i in range(3):\n    print(i)", set()),
        ("total += 1", {"total"}),
        ("def f(x):\n    x += 1\n    return x", set()),
        ("X = X[:10]", {"X"}),
        ("%matplotlib inline\n!ls\nplot(curve)", {"get_ipython", "plot", "curve"}),
        ("%%time\nfit(model)", {"fit", "model"}),
        ("def f(x: Tensor) -> Tensor:\n    return x", {"Tensor"}),
        ("class A(Base):\n    def f(self):\n        return [k for k in other]", {"Base", "other"}),
        ("def broken(:", set()),
    ],
)
def test_what_a_cell_needs(source, wanted) -> None:
    assert needs(parsed(source)) - {"get_ipython"} == wanted - {"get_ipython"}
