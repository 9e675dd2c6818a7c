"""Beginning a lesson, an exercise or a widget: the files that its author then fills in.

Each function prepares the texts of all files and writes none; `drafts.write` writes them, all or none.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.authoring import edits
from helpers.authoring.adopt import repository
from helpers.authoring.drafts import Texts, camel, checked, filled, read, sentence
from helpers.lessons import Lesson, find

if TYPE_CHECKING:
    from nbformat import NotebookNode

HEADING = re.compile(r"^#### Exercise \d+\.(\d+) ", re.MULTILINE)
MOST_LINES = 400  # of a module
MOST_TITLE = 100  # characters
KINDS = ("function", "class", "quiz")

LESSONS = "helpers/lessons.py"
WIDGETS = "helpers/widgets/__init__.py"
EXAMPLES = "tests/widgets/widget_examples.py"


def new_lesson(root: Path, name: str, title: str, number: int | None = None) -> Texts:
    """The files of a new lesson: its line in the list, its notebook, and folders for what belongs to it.

    Parameters
    ----------
    root : Path
        The checkout.
    name : str
        What its folders are called, such as ``"codons"``.
    title : str
        One line.
    number : int, optional
        The next free one if not given.

    Returns
    -------
    dict of str to str
        The text of each file, by its place in the checkout.

    Raises
    ------
    ValueError
        If the name is none, the title is not one line, or name or number are taken.
    """
    checked(name, "lesson", "codons")
    if not title.strip() or len(title) > MOST_TITLE or re.search(r'[\n"\\]', title):
        expected = f"one line of at most {MOST_TITLE} characters, without straight double quotes and backslashes"
        raise ValueError(f"the title {title!r} will not do; expected {expected}")
    there = lessons(root)
    number = max((one.number for one in there), default=-1) + 1 if number is None else number
    if number in {one.number for one in there} or not 0 <= number <= 99:
        raise ValueError(f"lesson {number} cannot be new; free are the others from 0 to 99: leave out --number")
    lesson = Lesson(number, name, title)
    exercises = f"helpers/exercises/{name}/__init__.py"
    alternatives = f"tests/exercises/alternatives/{name}.py"
    taken = [f"helpers/exercises/{name}", f"helpers/exercises/{name}.py", alternatives, f"solutions/{lesson.folder}"]
    if name in {one.name for one in there} or any((root / place).exists() for place in taken):
        raise ValueError(f"there is a lesson {name!r} already, or files of one; choose another name")
    told = {
        "number": f"{number:02d}",
        "title": title,
        "folder": lesson.folder,
        "about": name.replace("_", " "),
        "repository": repository(root).removeprefix("https://github.com/"),
    }
    line = f'Lesson({number}, "{name}", "{title}")'
    if len(line) + 5 > edits.LINE:  # indented, and with its comma
        line = f'Lesson(\n    {number},\n    "{name}",\n    "{title}",\n)'
    place = next((at for at, one in enumerate(there) if one.number > number), None)
    return {
        LESSONS: edits.with_entry(read(root, LESSONS), "LESSONS", line, place),
        exercises: filled("lesson_exercises.py", **told),
        notebook(lesson): text_of(first_notebook({**told, "number": number}, filled("lesson_title.md", **told))),
        alternatives: filled("lesson_alternatives.py", **told),
    }


def first_notebook(told: dict[str, Any], title: str) -> NotebookNode:
    """A lesson's notebook: title and badges, the setup cell, one section."""
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    python = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    return new_notebook(
        metadata={"kernelspec": python, "language_info": {"name": "python"}},
        cells=[
            new_markdown_cell(title.rstrip("\n"), id="title"),
            new_code_cell(filled("lesson_setup.py", **told).rstrip("\n"), id="setup", metadata={"tags": ["setup"]}),
            new_markdown_cell("### 1 · The first section\n\nWhat it tells.", id="section-1"),
        ],
    )


def new_exercise(root: Path, name: str, *, lesson: str, topic: str, kind: str = "function") -> Texts:
    """The files of a new exercise: its class, its cells, and where its other right answers go.

    Parameters
    ----------
    root : Path
        The checkout.
    name : str
        What learners call it, such as ``"count_starts"``; its class is CountStarts.
    lesson : str
        Number or name of its lesson.
    topic : str
        The module of the lesson's folder; made if need be.
    kind : "function", "class" or "quiz"
        What learners write: a function, an ``nn.Module``, letters.

    Returns
    -------
    dict of str to str
        The text of each file, by its place in the checkout.

    Raises
    ------
    ValueError
        If a name is none or taken, the lesson or kind is unknown, or the module would be too long.
    FileNotFoundError
        If the lesson has no notebook.
    """
    checked(name, "exercise", "count_starts")
    checked(topic, "topic", "starts")
    if kind not in KINDS:
        raise ValueError(f"there is no kind of exercise {kind!r}; there are {', '.join(KINDS)}")
    home = find(lesson, lessons(root))
    folder = f"helpers/exercises/{home.name}"
    module, order = f"{folder}/{topic}.py", f"{folder}/__init__.py"
    answers = f"tests/exercises/alternatives/{home.name}.py"
    cls = camel(name)
    told = {"name": name, "cls": cls, "code_name": cls if kind == "class" else name, "about": sentence(topic)}
    if cls in edits.keys(read(root, order), "EXERCISES"):
        raise ValueError(f"lesson {home.number} has an exercise {name!r} already; choose another name")
    texts = {
        module: with_class(root, module, filled(f"exercise_{kind}.py", **told), cls),
        order: edits.with_entry(
            edits.with_import(read(root, order), f"from helpers.exercises.{home.name}.{topic} import {cls}"),
            "EXERCISES",
            cls,
        ),
        notebook(home): text_of(with_cells(root, home, kind, told)),
    }
    if kind != "quiz":
        texts[answers] = edits.with_entry(read(root, answers), "ALTERNATIVES", f'"{name}": []')
    return texts


def with_class(root: Path, module: str, fresh: str, cls: str) -> str:
    """A lesson's module with one more class: the fresh module itself, or the old one with what the class needs."""
    if not (root / module).exists():
        return fresh
    text = read(root, module)
    nodes = ast.parse(fresh).body
    if any(getattr(node, "name", "") == cls for node in ast.parse(text).body):
        raise ValueError(f"{module} has a class {cls} already; choose another name")
    for node in nodes:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            text = edits.with_import(text, ast.unparse(node))
    body = fresh[edits.offsets(fresh)[nodes[-1].lineno - 1] :]
    text = f"{text.rstrip()}\n\n\n{body}"
    if text.count("\n") > MOST_LINES:
        raise ValueError(f"{module} would be longer than {MOST_LINES} lines; name another topic")
    return text


def with_cells(root: Path, lesson: Lesson, kind: str, told: dict[str, str]) -> NotebookNode:
    """A lesson's notebook with an exercise at its end: heading, answer, locked check."""
    import nbformat
    from nbformat.v4 import new_code_cell, new_markdown_cell

    path = root / notebook(lesson)
    if not path.is_file():
        raise FileNotFoundError(f"lesson {lesson.number} has no notebook {notebook(lesson)}")
    book = nbformat.read(path, as_version=4)
    name, code_name = told["name"], told["code_name"]
    if any(cell.metadata.get("nbgrader", {}).get("grade_id") in (name, f"check_{name}") for cell in book.cells):
        raise ValueError(f"{notebook(lesson)} has a cell {name!r} already; choose another name")
    numbers = [int(found) for cell in book.cells for found in HEADING.findall(cell.source)]
    heading = {"number": lesson.number, "place": max(numbers, default=0) + 1, **told}
    imported = any("from torch import nn" in cell.source for cell in book.cells)
    stub = filled(f"cell_{kind}.py", imports=not imported, **told)
    ids = {cell.get("id") for cell in book.cells}
    id_ = name.replace("_", "-")
    while ids & {id_, f"{id_}-text", f"check-{id_}"}:
        id_ += "-exercise"
    book.cells += [
        new_markdown_cell(filled("cell_heading.md", **heading).rstrip("\n"), id=f"{id_}-text"),
        new_code_cell(stub.rstrip("\n"), id=id_, metadata=graded(name)),
        new_code_cell(
            f"{code_name} = check.{name}({code_name})", id=f"check-{id_}", metadata=graded(f"check_{name}", points=1)
        ),
    ]
    return book


def graded(grade_id: str, points: int | None = None) -> dict[str, Any]:
    """nbgrader's metadata: of an answer, or, with points, of its locked check."""
    check = points is not None
    marks = {"points": points} if check else {}
    about = {"grade": check, "grade_id": grade_id, "locked": check, **marks}
    return {"nbgrader": {**about, "schema_version": 3, "solution": not check, "task": False}}


def new_widget(root: Path, name: str, trait: str = "value") -> Texts:
    """The files of a new widget, which works at once: a slider moves a trait, and its square is a bar.

    Parameters
    ----------
    root : Path
        The checkout.
    name : str
        What its files are called, such as ``"coin_flipper"``; its class is CoinFlipper.
    trait : str
        What the learner moves.

    Returns
    -------
    dict of str to str
        The text of each file, by its place in the checkout.

    Raises
    ------
    ValueError
        If a name is none or taken.
    """
    checked(name, "widget", "coin_flipper")
    checked(trait, "trait", "heads")
    if trait in {"label", "layout", "numbers", "draw", "comm", "keys"}:
        raise ValueError(f"every widget has something called {trait!r}; choose another name for what is moved")
    cls, homes = camel(name), edits.keys(read(root, WIDGETS), "_HOMES")
    module, page = f"helpers/widgets/{name}.py", f"helpers/widgets/static/{name}.js"
    if cls in homes or any((root / place).exists() for place in (module, module.removesuffix(".py"), page)):
        raise ValueError(f"there is a widget or a file {name!r} in helpers/widgets already; choose another name")
    told = {"name": name, "cls": cls, "trait": trait, "about": sentence(name), "control": sentence(trait)}
    place = next((at for at, other in enumerate(homes) if other > cls), None)
    example = filled("widget_example.py", **told).rstrip("\n")
    return {
        module: filled("widget.py", **told),
        page: filled("widget.js", dashed=name.replace("_", "-"), **told),
        WIDGETS: edits.with_entry(read(root, WIDGETS), "_HOMES", f'"{cls}": "{name}"', place),
        EXAMPLES: edits.with_entry(read(root, EXAMPLES), "EXAMPLES", example),
    }


def lessons(root: Path) -> list[Lesson]:
    """The lessons that a checkout lists."""
    calls = edits.table(read(root, LESSONS), "LESSONS").elts
    return [Lesson(*map(ast.literal_eval, call.args)) for call in calls]


def notebook(lesson: Lesson) -> str:
    """Where a lesson's one source stands in the checkout."""
    return f"solutions/{lesson.folder}/{lesson.folder}.ipynb"


def text_of(book: NotebookNode) -> str:
    """A notebook as it is written."""
    import nbformat

    return str(nbformat.writes(book)).rstrip("\n") + "\n"
