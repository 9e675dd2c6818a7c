"""The guides hold what they promise: the worked examples for authors are carried out in a copy of the repository."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from clone import ROOT, commit_all, copy_tracked

from helpers.authoring import glossary
from helpers.authoring.adopt import repository
from helpers.lessons import LESSONS

HEAD = r"(?:(?:#|//) (\S+\.\w+)(?:, (in (?:cell )?[\w-]+))?\n)?"
BLOCK = re.compile(rf"^```(\w+)\n{HEAD}(.*?)^```$", re.MULTILINE | re.DOTALL)
BEGINS = "course new "
COURSE = [sys.executable, "-c", "from helpers.commands.main import main; main()"]
HUMAN = ("human_tata", "human_nontata")
NUMBER = LESSONS[-1].number + 1  # the guide's lesson is the next one


def blocks() -> list[tuple[str, str, str, str]]:
    """Language, file, place in it and text of every block of the guide."""
    guide = (ROOT / "docs" / "author.md").read_text(encoding="utf-8")
    return [tuple(found) for found in BLOCK.findall(guide)]


def put(root: Path, file: str, place: str, text: str) -> None:
    """Write a block: into a file of its own, into a cell of a notebook, or over the empty keys of a table."""
    path = root / file
    if not place:
        assert not (ROOT / file).exists(), f"the guide would overwrite {file}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    elif place.startswith("in cell "):
        book = nbformat.read(path, as_version=4)
        (cell,) = (cell for cell in book.cells if cell.id == place.removeprefix("in cell "))
        cell.source = text.rstrip("\n")
        nbformat.write(book, path)
    else:
        before, heading, after = path.read_text(encoding="utf-8").partition(f"[{place.removeprefix('in ')}]\n")
        for line in text.splitlines():
            empty = f'{line.partition(" = ")[0]} = ""\n'
            assert empty in after, f"{file} leaves no {empty} open {place}"
            after = after.replace(empty, f"{line}\n", 1)
        path.write_text(before + heading + after, encoding="utf-8")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository in which everything that the guide says was written."""
    root = copy_tracked(tmp_path_factory.mktemp("Autorin"))
    mirror = root / "mirror"
    mirror.mkdir()
    for language, file, place, text in blocks():
        if file:
            put(mirror if file.endswith(".csv") else root, file, place, text)
        elif language == "sh" and text.startswith(BEGINS):
            run(root, *COURSE, *shlex.split(text)[1:], cwd=mirror)
    return commit_all(root)


def run(root: Path, *words: str, cwd: Path | None = None) -> str:
    """What a command prints in the copy; it must end well."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COURSE", "PYTEST"))}
    home = {"COURSE_HOME": str(root / "home"), "COURSE_CACHE": str(root / "cache"), "COURSE_DATA": str(root / "mirror")}
    env = {**kept, **home, "PYTHONPATH": str(root)}
    done = subprocess.run(words, cwd=cwd or root, env=env, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout[-5000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def shell(root: Path, about: str) -> str:
    """What the guide's own command lines about something print."""
    said = ""
    for language, _, _, text in blocks():
        if language == "sh" and about in text and not text.startswith(BEGINS):
            for line in text.splitlines():
                program, *words = shlex.split(line)
                said += run(root, *([sys.executable] if program == "python" else COURSE), *words)
    assert said, f"the guide shows no command about {about}"
    return said


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.folder)
def test_a_lesson_leads_to_the_glossary_and_each_term_once(lesson) -> None:
    terms = re.findall(r"^### (.+)$", (ROOT / "docs/glossary.md").read_text(encoding="utf-8"), re.MULTILINE)
    known = {re.sub(r"[^\w\- ]", "", term.lower()).replace(" ", "-") for term in terms}
    text = (ROOT / "solutions" / lesson.folder / f"{lesson.folder}.ipynb").read_text(encoding="utf-8")
    links = re.findall(rf"{re.escape(repository(ROOT))}/blob/main/docs/glossary\.md#([\w-]+)", text)
    assert len(links) >= 5 and set(links) <= known
    assert len(links) == len(set(links))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.folder)
def test_a_released_link_tells_its_word_and_leads_to_the_glossary_beside_it(lesson) -> None:
    book = nbformat.read(ROOT / "course" / lesson.folder / f"{lesson.folder}.ipynb", 4)
    text = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    links = re.findall(r"\]\((\S*glossary\.md)#([\w-]+)(?: \"([^\"]+)\")?\)", text)
    assert len(links) >= 5
    assert {place for place, _, _ in links} == {"../glossary.md"}
    beside = (ROOT / "course" / "glossary.md").read_text(encoding="utf-8")
    terms = {glossary.address(term) for term in re.findall(r"^### (.+)$", beside, re.MULTILINE)}
    assert {term for _, term, _ in links} <= terms
    assert [term for _, term, told in links if len(told) < 20] == []


def test_every_block_of_the_guide_is_a_file_or_a_command() -> None:
    assert [text[:60] for language, file, _, text in blocks() if not file and language != "sh"] == []


def test_the_guides_lesson_is_the_next_one() -> None:
    (lesson,) = {file for _, file, _, _ in blocks() if file.endswith(".ipynb")}
    assert lesson == f"solutions/{NUMBER:02d}_codons/{NUMBER:02d}_codons.ipynb"


def test_an_exercise_written_by_the_guide_is_proved_right(copy: Path) -> None:
    said = shell(copy, "count_starts")
    assert re.search(r"\d{2} passed", said), said


TRIES = """
from helpers.dna.sequences import kmer_counts
from helpers.engine.message import Message
from helpers.exercises.codons.starts import CountStarts

exercise = CountStarts()
for code in (lambda s: s.count("ATG") if len(s) > 3 else 9 ** len(s), lambda s: int(kmer_counts(s, 3)[14]) + 1):
    verdict = exercise.mark(exercise.answers(code, 0), 0)
    print(Message.of(exercise, verdict, tries=3, stand_in=False).text())
"""


def test_an_exercise_written_by_the_guide_tells_of_its_parts_hints_and_bans(copy: Path) -> None:
    said = run(copy, sys.executable, "-c", TRIES)
    ends, banned = re.split(r"^(?=✘)", said, flags=re.MULTILINE)[1:]
    assert (
        "0.5 of 1 point." in ends and "hint Where does the last codon begin?" in ends and "every position" not in ends
    )
    assert "not by hand yet. Your code uses `helpers.dna.sequences.kmer_counts`" in banned
    assert "And its answers are not right yet:" in banned


def test_a_lesson_written_by_the_guide_runs_is_released_and_keeps_the_houses_form(copy: Path) -> None:
    shell(copy, "course release")
    released = (copy / "course/11_codons/11_codons.ipynb").read_text(encoding="utf-8")
    assert "raise NotImplementedError()" in released and "BEGIN SOLUTION" not in released
    assert "**Not to be used**, under this or another name: `helpers.dna.sequences.kmer_counts`; nor a" in released
    form = ["tests/notebooks/test_conventions.py", "tests/notebooks/test_release.py", "-k", "11_codons"]
    run(copy, sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *form)


def test_a_widget_written_by_the_guide_goes_through_the_common_tests(copy: Path) -> None:
    said = shell(copy, "CoinFlipper")
    assert re.search(r"\d+ passed", said), said


def test_a_data_set_written_by_the_guide_is_fetched_checked_and_loaded(copy: Path) -> None:
    assert shell(copy, "toy_promoters").count("ok") == 3
    assert "toy_promoters" in run(copy, sys.executable, "look.py")
