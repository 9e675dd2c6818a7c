"""What came out of each submission: one JSON file, written whole, that anyone may read and nothing need trust.

    spool/02_logistic_regression/ada.json
    {"version": 3, "assignment": "02_logistic_regression", "student": "ada", "seed": 123,
     "submission": sha256, "release": sha256, "course": sha256, "status": "graded", "why": "", "seconds": 4.2,
     "answers": {"one_hot": [...], "decode": null}, "said": {"decode": "SyntaxError: ..."}, "ended": {},
     "tries": {"one_hot": [{"cells": 3}], ...}, "code": {"one_hot": "def one_hot(...", ...},
     "cells": ["def my_helper(...", ...], "modules": {"mytools": "def gc(..."}, "doubts": ["a cell imports ..."]}

Verdicts are not in it: whoever wants them marks the answers anew (`helpers.grading.mark.verdicts`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from enum import Enum
from pathlib import Path
from typing import Any

from helpers.files import write_whole

NAME = "spool"
VERSION = 3


class Outcome(str, Enum):
    """How the run of a submission ended."""

    GRADED = "graded"  # every cell ran
    TIMED_OUT = "timed out"
    DIED = "died"
    UNREADABLE = "unreadable"

    __str__ = str.__str__


@dataclass(frozen=True)
class Entry:
    """What one submission answered.

    Attributes
    ----------
    assignment, student : str
        The lesson's folder, and the folder in `submitted/`.
    seed : int
        The questions were drawn with it.
    submission, release, course : str
        SHA-256 of what was handed in, of the released notebook, and of what asked (`sealed.asking`).
    status : Outcome
        Those that were not graded to the end still hold the answers that came.
    why : str
        One sentence, "" where every cell ran.
    seconds : float
        Wall-clock time in the sandbox.
    answers : dict of str to Any
        Exercise id to what `Exercise.mark` takes, at the first check; None where no answers came.
    said : dict of str to str
        Exercise id to the error that its cell ended with, trimmed. For the instructor's eyes: a learner's code may
        have put anything there.
    ended : dict of str to Outcome
        Exercise id to how its own cell or its questions ended, where that was too late or with the process.
    tries : dict of str to list of dict
        Exercise id to what came at each check that got answers: how many of `cells` had run by then, and the
        `answers` where it is not the first.
    code : dict of str to str
        Exercise id to the learner's own cells for it; "" where they were left as released.
    cells : list of str
        All cells of the learner's own, in the order they were run.
    modules : dict of str to str
        The learner's own modules beside the notebook, by name: their sources.
    doubts : list of str
        What a person should look at; it costs nothing.
    """

    assignment: str
    student: str
    seed: int
    submission: str
    release: str
    course: str
    status: Outcome = Outcome.GRADED
    why: str = ""
    seconds: float = 0.0
    answers: dict[str, Any] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    ended: dict[str, Outcome] = field(default_factory=dict)
    tries: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    code: dict[str, str] = field(default_factory=dict)
    cells: list[str] = field(default_factory=list)
    modules: dict[str, str] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)
    version: int = VERSION

    @property
    def key(self) -> tuple[str, ...]:
        """What the answers depend on; an entry with another key is out of date."""
        return (str(self.version), self.submission, self.release, self.course, str(self.seed))


def place(root: Path, assignment: str, student: str) -> Path:
    """The file of one submission.

    Raises
    ------
    ValueError
        If a name is none that a folder can have.
    """
    for name in (assignment, student):
        if name in ("", ".", "..") or "/" in name or "\0" in name:
            raise ValueError(f"{name!r} is no name of a student or an assignment")
    return root / NAME / assignment / f"{student}.json"


def write(root: Path, entry: Entry) -> None:
    """Store an entry; the folder is readable by its owner only, for seeds and answers are in it."""
    path = place(root, entry.assignment, entry.student)
    (root / NAME).mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(path, json.dumps(vars(entry), ensure_ascii=True).encode())


def read(root: Path, assignment: str, student: str) -> Entry | None:
    """The stored entry, or None where there is none that can be read: then it is simply made again."""
    try:
        data = json.loads(place(root, assignment, student).read_bytes())
        entry = Entry(**{each.name: data[each.name] for each in fields(Entry)} | {"status": Outcome(data["status"])})
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    fits = entry.version == VERSION and type(entry.answers) is dict
    return entry if fits and (entry.assignment, entry.student) == (assignment, student) else None


def entries(root: Path, assignment: str) -> Iterator[Entry]:
    """Every readable entry of an assignment, by student."""
    folder = root / NAME / assignment
    names = sorted(name for name in os.listdir(folder) if name.endswith(".json")) if folder.is_dir() else []
    for name in names:
        entry = read(root, assignment, name.removesuffix(".json"))
        if entry is not None:
            yield entry
