"""`course new`: what it begins keeps the house's form and says what is left to write; a refusal changes nothing."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pytest
from typer.testing import CliRunner, Result

from helpers import places
from helpers.authoring import drafts, edits, scaffold
from helpers.commands import main
from helpers.datasets import entries
from helpers.engine.proofs import check_exercise
from helpers.lessons import LESSONS
from helpers.widgets import base

ROOT = Path(__file__).parents[2]
NEEDED = (
    "pyproject.toml",
    "helpers/lessons.py",
    "helpers/exercises/start_here/__init__.py",
    "helpers/exercises/start_here/letters.py",
    "helpers/widgets/__init__.py",
    "helpers/widgets/static/common.js",
    "helpers/widgets/static/controls.js",
    "helpers/widgets/static/tables.js",
    "tests/exercises/alternatives/start_here.py",
    "tests/widgets/widget_examples.py",
    "datasets/registry.toml",
    "solutions/00_start_here/00_start_here.ipynb",
)
TITLE = "Codons: where does a protein begin?"
CODONS = "solutions/11_codons/11_codons.ipynb"
CSV = "sequence,label\nTATAAAAG,1\nGCGCGATT,0\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one lesson, which the command takes for its own."""
    root = tmp_path / "checkout"
    for name in NEEDED:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    monkeypatch.setattr(places, "checkout", lambda: root)
    monkeypatch.chdir(tmp_path)
    return root


def new(*words: str) -> Result:
    return CliRunner().invoke(main.app, ["new", *words])


def begin(*words: str) -> list[str]:
    """The files that a command says it wrote."""
    done = new(*words)
    assert done.exit_code == 0, done.output
    *files, last = done.stdout.splitlines()
    assert " Then: " in last
    return files


def contents(root: Path) -> dict[str, str]:
    """Everything below a folder, folders included."""
    return {
        str(path.relative_to(root)): path.read_text(encoding="utf-8") if path.is_file() else ""
        for path in sorted(root.rglob("*"))
        if ".ruff_cache" not in path.parts
    }


def keeps_the_form(root: Path) -> None:
    """Formatter and linter have nothing to say, by the project's own rules."""
    ours = ["--config", 'lint.isort.known-first-party = ["helpers"]']  # the linter finds few of our modules here
    for words in (["format", "--check"], ["check", *ours]):
        done = subprocess.run([sys.executable, "-m", "ruff", *words, "."], cwd=root, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def loaded(path: Path) -> ModuleType:
    """A module of the checkout, under a name of its own."""
    spec = importlib.util.spec_from_file_location(f"begun_{path.stem}", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cells(root: Path, notebook: str = CODONS) -> list[Any]:
    book = nbformat.read(root / notebook, as_version=4)
    nbformat.validate(book)
    return book.cells


# -- a lesson ------------------------------------------------------------------------------------------------------


def test_a_lesson_is_listed_under_the_next_number_and_has_a_notebook_with_its_badges(root: Path) -> None:
    number = LESSONS[-1].number + 1
    files = begin("lesson", "codons", TITLE)
    assert all((root / file).is_file() for file in files) and len(files) == 4
    last = scaffold.lessons(root)[-1]
    assert (last.number, last.name, last.title) == (number, "codons", TITLE)
    title, setup, section = cells(root)
    assert title.source.startswith(f"# 11 · {TITLE}\n")
    assert "github/OWNER/deep-learning-on-dna/blob/main/course/11_codons/11_codons.ipynb" in title.source
    assert (setup.id, setup.metadata.tags) == ("setup", ["setup"])
    assert setup.source.endswith(f"check = helpers.start(lesson={number})")
    assert section.source.startswith("### 1 · ")
    assert loaded(root / "helpers/exercises/codons/__init__.py").EXERCISES == ()
    keeps_the_form(root)


def test_a_lesson_stands_in_the_order_of_the_numbers(root: Path) -> None:
    begin(
        "lesson",
        "later",
        "A title that no line holds " * 3 + "with its name",
        "--number",
        "30",
    )
    begin("lesson", "codons", TITLE, "--number", "20")
    assert [one.number for one in scaffold.lessons(root)][-2:] == [20, 30]
    keeps_the_form(root)


# -- an exercise ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind", "code_name", "complaint"),
    [
        ("count_starts", "function", "count_starts", "CountStarts knows no answer: write its reference"),
        ("codon_net", "class", "CodonNet", "CodonNet knows no answer: write its reference"),
        ("quiz", "quiz", "quiz", "quiz, first_b: the hint ends no sentence"),
    ],
)
def test_an_exercise_imports_asks_and_its_proofs_say_what_to_write(root, name, kind, code_name, complaint) -> None:
    begin("lesson", "codons", TITLE)
    begin("exercise", name, "--lesson", "codons", "--topic", "starts", "--kind", kind)
    keeps_the_form(root)
    exercise = getattr(loaded(root / "helpers/exercises/codons/starts.py"), drafts.camel(name))()
    assert exercise.id == name and exercise.code_name == code_name and len(exercise.asked(0)) > 0
    with pytest.raises((TypeError, AssertionError), match=complaint):
        check_exercise(exercise, seeds=2)
    heading, answer, check = cells(root)[-3:]
    assert heading.source.startswith(f"#### Exercise 11.1 · `{code_name}`  ●○○○○  about 3 minutes · 1 point\n")
    assert "### BEGIN SOLUTION" in answer.source and answer.metadata.nbgrader.grade_id == name
    assert check.source == f"{code_name} = check.{name}({code_name})"
    assert check.metadata.nbgrader.locked and check.metadata.nbgrader.points == exercise.points == 1
    assert answer.metadata.nbgrader.solution and not answer.metadata.nbgrader.locked
    compile(answer.source, "cell", "exec")


def test_exercises_join_the_module_the_order_the_notebook_and_the_alternatives_that_are_there(root: Path) -> None:
    letters = root / "helpers/exercises/start_here/letters.py"
    before = letters.read_text(encoding="utf-8")
    begin("exercise", "at_content", "--lesson", "0", "--topic", "letters")
    begin("exercise", "letter_net", "--lesson", "start_here", "--topic", "letters", "--kind", "class")
    keeps_the_form(root)
    after = letters.read_text(encoding="utf-8")
    assert before.partition("class ")[2] in after and "import torch\nfrom torch import Tensor, nn\n" in after
    order = (root / "helpers/exercises/start_here/__init__.py").read_text(encoding="utf-8")
    assert edits.keys(order, "EXERCISES") == ["CountA", "GcContent", "AtContent", "LetterNet"]
    assert "letters import AtContent, CountA, GcContent, LetterNet\n" in order
    others = loaded(root / "tests/exercises/alternatives/start_here.py")
    assert others.ALTERNATIVES["at_content"] == [] and len(others.ALTERNATIVES["gc_content"]) == 3
    old = nbformat.read(ROOT / NEEDED[-1], as_version=4).cells
    now = cells(root, NEEDED[-1])
    assert now[: len(old)] == old and len(now) == len(old) + 6
    assert [re.findall(r"Exercise (0\.\d)", cell.source) for cell in now[-6::3]] == [["0.2"], ["0.3"]]


# -- a widget ------------------------------------------------------------------------------------------------------


def test_a_widget_works_at_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = begin("widget", "coin_flipper", "--trait", "heads")
    keeps_the_form(root)
    monkeypatch.setattr(base, "STATIC", root / "helpers/widgets/static")
    widget = loaded(root / files[0]).CoinFlipper(0.5)
    assert widget.numbers() == {"square": 0.25} and "0.250" in widget.alt_text()
    assert widget.png().startswith(b"\x89PNG")
    widget.heads = 1
    assert widget.numbers() == {"square": 1}
    homes = edits.keys((root / "helpers/widgets/__init__.py").read_text(encoding="utf-8"), "_HOMES")
    assert "CoinFlipper" in homes and homes == sorted(homes)
    example = (root / "tests/widgets/widget_examples.py").read_text(encoding="utf-8").rpartition("Example(")[2]
    assert 'control="Heads"' in example and 'trait="heads"' in example
    assert 'view.slider("heads", "Heads"' in (root / files[1]).read_text(encoding="utf-8")


# -- a data set ----------------------------------------------------------------------------------------------------


def registered(root: Path, monkeypatch: pytest.MonkeyPatch) -> entries.Entry:
    monkeypatch.setattr(entries, "shipped", lambda: root / "datasets")
    entries.registry.cache_clear()
    try:
        return entries.registry()["toy_promoters"]
    finally:
        monkeypatch.undo()
        entries.registry.cache_clear()


def test_a_data_set_is_counted_and_says_what_to_fill_in(root: Path, tmp_path: Path, monkeypatch) -> None:
    for name in ("train.csv", "dev.csv", "test.csv"):
        (tmp_path / name).write_text(CSV, encoding="utf-8")
    done = new("data", "toy_promoters", "train.csv", "dev.csv", "test.csv")
    assert done.exit_code == 0, done.output
    assert "Fill in title, licence, citation and urls" in done.stdout
    entry = registered(root, monkeypatch)
    assert (entry.length, entry.licence, entry.citation, entry.title) == (8, "", "", "")
    assert [(file.split, file.sequences, file.label) for file in entry.files] == [
        ("train", 2, None),
        ("valid", 2, None),
        ("test", 2, None),
    ]
    content = entry.files[0].content
    assert (content.bytes, content.sha256) == (len(CSV), hashlib.sha256(CSV.encode()).hexdigest())
    assert content.urls == ()
    assert entry.card.read_text(encoding="utf-8").startswith("# toy_promoters")


def test_fasta_files_have_their_class_and_their_address(root: Path, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "yes.fa").write_text(">a\nTATAAAAG\n", encoding="utf-8")
    (tmp_path / "no.fa").write_text(">a\nGCGCGATT\n>b\nACGTACGT\n", encoding="utf-8")
    begin("data", "toy_promoters", "yes.fa", "--negatives", "no.fa", "--url", "https://example.org/toy/")
    files = registered(root, monkeypatch).files
    assert [(file.split, file.sequences, file.label) for file in files] == [("all", 1, 1), ("all", 2, 0)]
    assert files[1].content.urls == ("https://example.org/toy/no.fa",)


# -- refusals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("lesson", "start_here", "Again"), "there is a lesson 'start_here' already"),
        (("lesson", "7codons", "No name"), "'7codons' cannot name a new lesson"),
        (("lesson", "class", "A keyword"), "'class' cannot name a new lesson"),
        (("lesson", "codons", 'A "title"'), "without straight double quotes"),
        (("lesson", "codons", "Long" * 26), "one line of at most 100 characters"),
        (("lesson", "codons", "Taken", "--number", "3"), "lesson 3 cannot be new"),
        (("exercise", "gc_content", "--lesson", "0", "--topic", "letters"), "has an exercise 'gc_content' already"),
        (("exercise", "CountA", "--lesson", "0", "--topic", "letters"), "'CountA' cannot name a new exercise"),
        (("exercise", "count_1", "--lesson", "0", "--topic", "letters"), "'count_1' cannot name a new exercise"),
        (("exercise", "count_t", "--lesson", "99", "--topic", "letters"), "there is no lesson '99'"),
        (("exercise", "count_t", "--lesson", "0", "--topic", "../letters"), "'../letters' cannot name a new topic"),
        (("widget", "line_fitter"), "there is a widget or a file 'line_fitter'"),
        (("widget", "static"), "there is a widget or a file 'static'"),
        (("widget", "coin-flipper"), "'coin-flipper' cannot name a new widget"),
        (("widget", "coin_flipper", "--trait", "label"), "every widget has something called 'label'"),
        (("data", "human_tata", "train.csv"), "there is a data set 'human_tata' already"),
        (("data", "toy", "nowhere.csv"), "nowhere.csv"),
        (("data", "toy", "train.csv"), "call its files train, dev (or valid) and test"),
        (("data", "toy", "all.csv", "long.csv"), "sequences of 4 and 8 bases"),
        (("data", "toy", "yes.fa"), "no sequence of class 0"),
        (("data", "toy", "broken.csv"), "broken.csv"),
    ],
)
def test_what_cannot_be_begun_is_refused_in_a_line_and_changes_nothing(root, tmp_path, words, complaint) -> None:
    long = "sequence,label\nACGT,1\n"
    made = {"train.csv": CSV, "all.csv": CSV, "long.csv": long, "yes.fa": ">a\nACGT\n", "broken.csv": "sequence\nAC\n"}
    for name, text in made.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    before = contents(root)
    done = new(*words)
    assert done.exit_code == 2, done.output
    assert done.stderr.startswith("course: ") and done.stderr.count("\n") == 1 and complaint in done.stderr
    assert contents(root) == before


def test_without_a_checkout_nothing_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "checkout", lambda: None)
    done = new("widget", "coin_flipper")
    assert done.exit_code == 2 and "only a checkout has" in done.stderr and done.stderr.count("\n") == 1


def test_where_one_file_cannot_be_written_all_are_as_they_were(root: Path) -> None:
    before = contents(root)
    texts = {"helpers/lessons.py": "new", "helpers/a/b/c.py": "new", "pyproject.toml/d.py": "no folder"}
    with pytest.raises(OSError):
        drafts.write(texts, root=root)
    assert contents(root) == before


# -- edits ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "entry", "place", "after"),
    [
        ("T = ()\n", "A", None, "T = (A,)\n"),
        ("T = (A,)  # one\n", "B", None, "T = (\n    A,\n    B,\n)  # one\n"),
        ("T = (\n    A,  # one\n    B,\n)\n", "C", 1, "T = (\n    A,  # one\n    C,\n    B,\n)\n"),
        ("T = {}\n", '"a": []', None, 'T = {\n    "a": [],\n}\n'),
        ('T: dict = {"ä": [1], "b": 2}\n', '"c": 3', None, 'T: dict = {\n    "ä": [1],\n    "b": 2,\n    "c": 3,\n}\n'),
    ],
)
def test_an_entry_joins_a_table(before: str, entry: str, place: int | None, after: str) -> None:
    assert edits.with_entry(before, "T", entry, place) == after


@pytest.mark.parametrize(
    ("before", "statement", "after"),
    [
        ('"""Doc."""\n\nX = 1\n', "import numpy as np", '"""Doc."""\n\nimport numpy as np\n\nX = 1\n'),
        ("import re\n\nX = 1\n", "import numpy as np", "import re\n\nimport numpy as np\n\nX = 1\n"),
        ("import torch\n", "import re", "import re\n\nimport torch\n"),
        ("from helpers.b import B  # why\n", "from helpers.b import A", "from helpers.b import A, B  # why\n"),
        ("from helpers.b import B\n", "from helpers.a import A", "from helpers.a import A\nfrom helpers.b import B\n"),
        ("import numpy as np\n", "import numpy as np", "import numpy as np\n"),
    ],
)
def test_an_import_stands_where_the_linter_wants_it(before: str, statement: str, after: str) -> None:
    assert edits.with_import(before, statement) == after


def test_a_long_import_is_wrapped() -> None:
    names = [f"Exercise{number}" for number in range(1, 14)]
    wrapped = edits.with_import(f"from helpers.b import {', '.join(names[1:])}\n", "from helpers.b import Exercise1")
    assert wrapped == "from helpers.b import (\n" + "".join(f"    {name},\n" for name in names) + ")\n"


def test_a_missing_table_is_named() -> None:
    with pytest.raises(ValueError, match="no table LESSONS"):
        edits.table("OTHER = ()\n", "LESSONS")
