"""Making `course/`, what learners get, from `solutions/`, what authors write.

nbgrader does the work: it clears solutions and outputs, locks the checks and writes checksums. Ours are some additions.
A solution region may end in commented lines under `### STUB`, and these become the released code, so that a bug hunt
keeps its bug and a quiz its empty letters. What an exercise forbids is written into its text, from the list that the
check reads. And a release says how long it takes, and what its words mean.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader import preprocessors

from helpers.authoring import glossary, sittings
from helpers.authoring.damage import damages
from helpers.engine.bans import ban
from helpers.files import write_whole
from helpers.lessons import LESSONS

REGION = re.compile(r"^[ \t]*### BEGIN SOLUTION\n(.*?)^[ \t]*### END SOLUTION[ \t]*$\n?", re.DOTALL | re.MULTILINE)
STUB = re.compile(r"^[ \t]*### STUB[ \t]*$\n", re.MULTILINE)
EXERCISE = re.compile(r"^#### Exercise \d+\.\d+ · `(\w+)`.*\n", re.MULTILINE)
AUTHORS_TAGS = {"nbval-check-output"}  # of use only where there are outputs


class ClearSolutions(preprocessors.ClearSolutions):
    """nbgrader's `ClearSolutions`, which also knows a region's own stub."""

    def _replace_solution_region(self, cell: nbformat.NotebookNode, language: str) -> bool:
        cleared = REGION.sub(own_stub, cell.source)
        had_stub = cleared != cell.source  # only then, or with a region: what has neither is cleared as a whole
        cell.source = cleared.rstrip("\n")
        return super()._replace_solution_region(cell, language) or had_stub


class RefuseDamage(preprocessors.NbGraderPreprocessor):
    """Release nothing of a notebook in which a cell is damaged."""

    def preprocess(self, nb: nbformat.NotebookNode, resources: dict[str, Any]) -> tuple[nbformat.NotebookNode, dict]:
        """Look at every cell.

        Raises
        ------
        ValueError
            If one is damaged; the message says of each what is wrong.
        """
        if found := damages(nb):
            name = resources.get("metadata", {}).get("name", "the notebook")
            raise ValueError(f"release: {name} is damaged, and nothing of it is released; " + "; ".join(found))
        return nb, resources


def own_stub(region: re.Match[str]) -> str:
    """The region's commented stub as code, or the region as it is where it has none."""
    parts = STUB.split(region[1])
    if len(parts) == 1:
        return region[0]
    return re.sub(r"^([ \t]*)# ?", r"\1", parts[1], flags=re.MULTILINE)


class TellBans(preprocessors.NbGraderPreprocessor):
    """Say in the text of each exercise what may not be used, before its hints."""

    def preprocess(self, nb: nbformat.NotebookNode, resources: dict[str, Any]) -> tuple[nbformat.NotebookNode, dict]:
        """Add a sentence to the cells that hold an exercise's heading, where the notebook is a lesson's."""
        name = resources.get("metadata", {}).get("name")
        known = [one for lesson in LESSONS if lesson.folder == name for one in lesson.exercises]
        said = {one.code_name: ban(one.forbids) for one in known}
        for cell in nb.cells:
            if cell.cell_type == "markdown":
                cell.source = with_bans(cell.source, said)
        return nb, resources


def with_bans(text: str, said: dict[str, str]) -> str:
    """A text with the sentence on each exercise in it, at the end of what is asked; `said` is by the answer's name."""
    begins = [*EXERCISE.finditer(text)]
    for heading in reversed(begins):
        sentence = said.get(heading[1], "")
        ends = [text.find(mark, heading.end()) for mark in ("\n<details>", "\n### ", "\n#### ")]
        end = min((place for place in ends if place >= 0), default=len(text))
        if sentence:
            text = f"{text[:end].rstrip()}\n\n{sentence}\n{text[end:]}".rstrip()
    return text


class Tidy(preprocessors.NbGraderPreprocessor):
    """Leave out of a release what tells of the author's own run."""

    def preprocess(self, nb: nbformat.NotebookNode, resources: dict[str, Any]) -> tuple[nbformat.NotebookNode, dict]:
        """Drop widget state, interpreter version and the tags that only authors need."""
        nb.metadata.pop("widgets", None)
        nb.metadata["language_info"] = {"name": "python"}
        for cell in nb.cells:
            cell.metadata.pop("execution", None)
            tags = [tag for tag in cell.metadata.get("tags", []) if tag not in AUTHORS_TAGS]
            cell.metadata.pop("tags", None)
            if tags:
                cell.metadata["tags"] = tags
        return nb, resources


class TellTimes(preprocessors.NbGraderPreprocessor):
    """Say how long the lesson and each of its exercises take, and where one may pause."""

    def preprocess(self, nb: nbformat.NotebookNode, resources: dict[str, Any]) -> tuple[nbformat.NotebookNode, dict]:
        """Put the sentences in place of the marks that an author writes."""
        for cell, source in zip(nb.cells, sittings.told(nb.cells), strict=True):
            cell.source = source
        return nb, resources


class PutWordsAtHand(preprocessors.NbGraderPreprocessor):
    """Lead links to the glossary to the one beside the lessons, and let each say what its word means."""

    def preprocess(self, nb: nbformat.NotebookNode, resources: dict[str, Any]) -> tuple[nbformat.NotebookNode, dict]:
        """Change the links; without a glossary they stay as they are."""
        if path := glossary.source():
            known = glossary.meanings(path.read_text(encoding="utf-8"))
            for cell in nb.cells:
                if cell.cell_type == "markdown":
                    cell.source = glossary.at_hand(cell.source, known, f"../{glossary.NAME}")
        return nb, resources


PREPROCESSORS = [
    RefuseDamage,
    preprocessors.IncludeHeaderFooter,
    TellTimes,
    PutWordsAtHand,
    preprocessors.LockCells,
    ClearSolutions,
    preprocessors.ClearOutput,
    TellBans,
    Tidy,
    preprocessors.CheckCellMetadata,
    preprocessors.ComputeChecksums,
    preprocessors.SaveCells,
    preprocessors.CheckCellMetadata,
]


def release(folders: list[str] | None = None, *, root: Path) -> list[Path]:
    """Regenerate the released lessons; the same solutions give the same bytes.

    `nbgrader generate_assignment` with our `nbgrader_config.py` writes the same, and its gradebook besides.

    Parameters
    ----------
    folders : list of str, optional
        Names of folders in `solutions/`; all of them if not given.
    root : Path
        The checkout, which holds `solutions/` and `course/`.

    Returns
    -------
    list of Path
        The released folders.

    Raises
    ------
    FileNotFoundError
        If there is no `solutions/`, or no such lesson in it.
    ValueError
        If a cell of a lesson is damaged, by its name: then that lesson stays as it was.
    """
    source, course = root / "solutions", root / "course"
    lessons = sorted(folder.name for folder in source.glob("[0-9]*") if folder.is_dir())
    if not lessons:
        raise FileNotFoundError(f"release: no lessons in {source}; run it in a checkout of the course")
    for name in folders or []:
        if name not in lessons:
            raise FileNotFoundError(f"release: no lesson {name!r} in {source}; there are {', '.join(lessons)}")
    course.mkdir(exist_ok=True)
    if path := glossary.source():
        write_whole(course / glossary.NAME, path.read_bytes())
    with tempfile.TemporaryDirectory(dir=course, prefix=".release-") as workshop:
        return [release_one(source / name, Path(workshop), course / name) for name in folders or lessons]


def release_one(source: Path, workshop: Path, place: Path) -> Path:
    """Release one lesson into the workshop, then put the finished folder in place of the old one."""
    made = workshop / source.name
    shutil.copytree(source, made, ignore=shutil.ignore_patterns(".*", "*.ipynb"))
    steps = [step for step in PREPROCESSORS if step is not preprocessors.SaveCells]  # that one needs a gradebook
    exporter = NotebookExporter()
    for step in steps:
        exporter.register_preprocessor(step, enabled=True)
    for notebook in sorted(source.glob("*.ipynb")):
        text, _ = exporter.from_filename(str(notebook))
        (made / notebook.name).write_text(str(text), encoding="utf-8")
    if place.exists():
        os.replace(place, workshop / f"old-{source.name}")
    os.replace(made, place)
    return place


def release_sealed(folders: list[str] | None = None, *, root: Path, place: Path) -> Path:
    """Write a folder for a cohort that should have no references: lessons, and a package that asks and does not know.

    Its learners install it with `pip install FOLDER`; a check there says whether their code answers, and not whether
    rightly.

    Parameters
    ----------
    folders : list of str, optional
        Names of released folders; all of them if not given.
    root : Path
        The checkout, which holds `course/` and `pyproject.toml`.
    place : Path
        The folder to write; made if need be. Lessons and package that stand there are replaced.

    Raises
    ------
    FileNotFoundError
        If one of the lessons was not released.
    """
    from helpers.grading.sandbox.sealed import copy_into

    released = folders or sorted(folder.name for folder in (root / "course").glob("[0-9]*") if folder.is_dir())
    for name in released:
        if not (root / "course" / name).is_dir():
            raise FileNotFoundError(f"release: {name} was not released; `course release {name}` comes first")
    place.mkdir(parents=True, exist_ok=True)
    copy_into(place)
    for name in released:
        shutil.copytree(root / "course" / name, place / name, dirs_exist_ok=True)
    if (beside := root / "course" / glossary.NAME).is_file():
        shutil.copy(beside, place)
    project = (root / "pyproject.toml").read_text(encoding="utf-8")
    write_whole(place / "pyproject.toml", sealed_project(project).encode())
    return place


def sealed_project(project: str) -> str:
    """The project's own metadata for a package that has no command and brings its data with it."""
    without = re.sub(r"^\[project\.(scripts|urls)\]\n(?:(?!\[).*\n)*", "", project, flags=re.MULTILINE)
    kept = re.split(r"^\[tool\.", without, maxsplit=1, flags=re.MULTILINE)[0]
    kept = re.sub(r"^readme = .*\n", "", kept, flags=re.MULTILINE)
    return f'{kept}[tool.hatch.build.targets.wheel]\npackages = ["helpers"]\n'
