"""What was handed in, found in `submitted/`, and made into jobs."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from helpers import places
from helpers.files import write_whole
from helpers.grading import spool
from helpers.grading.handed_in.reading import MOST_BYTES
from helpers.grading.mark import knowledge, lesson_of
from helpers.grading.sandbox.limits import MIB, Job, Limits, digest
from helpers.grading.sandbox.sealed import asking
from helpers.grading.secret import secret, seed_of

CONFIG = "nbgrader_config.py"
RECORDED = ".recorded"
TIMESTAMP = "timestamp.txt"  # when it was handed in, as nbgrader has it
EXCHANGE = (TIMESTAMP, "submission_secret.txt")  # what nbgrader's exchange lays beside a notebook that it collects
MOST_EXCHANGE_BYTES = 1000
MOST_FILES, MOST_FILE_BYTES = 200, 8 * MIB  # beside the notebook
DEEPEST = 6


@dataclass(frozen=True)
class Course:
    """A folder in which a course is taught: nbgrader's.

    Attributes
    ----------
    root : Path
    submitted, release : str
        nbgrader's names of these folders in it.
    limits : Limits
    sandbox : str
        As in `Job`.
    gradebook : str
        Its address, as SQLAlchemy has it.
    settings : Config
        What its `nbgrader_config.py` says, for nbgrader.
    """

    root: Path
    submitted: str = "submitted"
    release: str = "course"
    limits: Limits = field(default_factory=Limits)
    sandbox: str = ""
    gradebook: str = ""
    settings: Any = field(default=None, compare=False, repr=False)

    def students(self, lesson: str) -> list[str]:
        """Who handed something in, by name; links count for nobody."""
        folder = self.root / self.submitted
        found = sorted(entry.name for entry in os.scandir(folder) if is_folder(entry)) if folder.is_dir() else []
        return [name for name in found if os.path.lexists(folder / name / lesson)]

    def submission(self, lesson: str, student: str) -> Submission:
        """What a student handed in for a lesson (its folder)."""
        return Submission(self, lesson, student)

    def submissions(self, lesson: str) -> list[Submission]:
        """Everything that was handed in for a lesson, by student."""
        return [self.submission(lesson, student) for student in self.students(lesson)]

    def released(self, lesson: str) -> str:
        """The released notebook: this folder's, or the one that came with the package.

        Raises
        ------
        FileNotFoundError
            If the lesson was not released.
        """
        name = lesson_of(lesson).folder
        for folder in (self.root / self.release, places.released()):
            if (folder / name / f"{name}.ipynb").is_file():
                return (folder / name / f"{name}.ipynb").read_text(encoding="utf-8")
        raise FileNotFoundError(f"{lesson} was not released: there is no {self.root / self.release / name}")


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one lesson, read once.

    Attributes
    ----------
    course : Course
    lesson : str
        The lesson's folder, which is nbgrader's assignment.
    student : str
        The folder in `submitted/`.
    """

    course: Course
    lesson: str
    student: str

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.course.root / self.course.submitted / self.student / self.lesson

    @cached_property
    def notebook(self) -> tuple[bytes | None, str]:
        """The submitted notebook, under its own name or as the only one; or why there is none."""
        folder = self.folder
        if folder.is_symlink() or not folder.is_dir():
            return None, "the submission is no folder"
        path = folder / f"{self.lesson}.ipynb"
        if not os.path.lexists(path):
            others = sorted(entry.name for entry in os.scandir(folder) if entry.name.endswith(".ipynb"))
            if len(others) != 1:
                number = f"{len(others) or 'no'} other notebook{'s' * (len(others) > 1)}"
                return None, f"there is no {path.name}, and {number}"
            path = folder / others[0]
        return read_plain(path)

    @cached_property
    def unseeded(self) -> Job:
        """What a worker needs to run it, but for its seed."""
        notebook, trouble = self.notebook
        return Job(
            self.lesson,
            self.student,
            0,
            notebook,
            "",
            self.course.limits,
            self.course.sandbox,
            trouble=trouble,
            files=dict(self.files()),
        )

    @cached_property
    def job(self) -> Job:
        """What a worker needs to run it.

        Raises
        ------
        FileNotFoundError
            If the lesson was not released.
        """
        release = self.course.released(self.lesson)
        seed = seed_of(secret(self.course.root), self.lesson, self.student, self.unseeded.digest)
        return replace(self.unseeded, release=release, seed=seed)

    def is_what_was_run(self, entry: spool.Entry) -> bool:
        """Whether a spool entry is of what lies here now."""
        return entry.submission == self.unseeded.digest

    def files(self) -> Iterator[tuple[str, bytes]]:
        """What else was handed in: plain files, a few, no hidden ones, nothing that a link leads to, no exchange's."""
        folder = self.folder
        left, room = MOST_FILES, MOST_FILE_BYTES
        for place, folders, names in os.walk(folder) if not folder.is_symlink() else ():
            deep = len(Path(place).relative_to(folder).parts) >= DEEPEST
            folders[:] = [] if deep else sorted(name for name in folders if is_ordinary(name))
            for name in sorted(name for name in names if is_ordinary(name) and not name.endswith(".ipynb")):
                path = Path(place) / name
                exchanged = path in [folder / name for name in EXCHANGE]
                if exchanged or not is_plain(path) or left == 0 or path.stat().st_size > room:
                    continue
                with contextlib.suppress(OSError):  # a zip can say that nobody may read it
                    content = path.read_bytes()
                    left, room = left - 1, room - len(content)
                    yield path.relative_to(folder).as_posix(), content

    @cached_property
    def timestamp(self) -> str:
        """What stands in its `timestamp.txt`, "" where there is none."""
        return (self.beside(TIMESTAMP) or b"")[:100].decode("utf-8", "replace").strip()

    def exchanged(self) -> dict[str, bytes]:
        """What nbgrader's exchange laid beside the notebook, and wants to find beside the feedback; {} without it."""
        held = [(name, self.beside(name)) for name in EXCHANGE]
        found = {name: content[:MOST_EXCHANGE_BYTES] for name, content in held if content}
        return found if len(found) == len(EXCHANGE) else {}

    def beside(self, name: str) -> bytes | None:
        """A file beside the notebook; None if there is no plain one."""
        return None if self.folder.is_symlink() else read_plain(self.folder / name)[0]

    def entry(self) -> spool.Entry | None:
        """What is in the spool for exactly this: file, release, seed and package; None where it has to be run."""
        entry, job = spool.read(self.course.root, self.lesson, self.student), self.job
        asked = asking(lesson_of(self.lesson).name)
        wanted = (str(spool.VERSION), job.digest, digest(job.release), asked, str(job.seed))
        return entry if entry is not None and entry.key == wanted else None

    # -- in the gradebook ------------------------------------------------------------------------------------------

    def is_recorded(self) -> bool:
        """Whether the gradebook has exactly what the spool has, and the spool what was handed in."""
        try:
            return self.record.read_text() == self.fingerprint()
        except (OSError, ValueError):
            return False

    def recorded(self) -> None:
        """Remember that it is in the gradebook, as it is now."""
        write_whole(self.record, self.fingerprint().encode())

    @property
    def record(self) -> Path:
        """The file that says what was recorded."""
        return spool.place(self.course.root, self.lesson, self.student).with_suffix(RECORDED)

    def fingerprint(self) -> str:
        """SHA-256 of the spool entry, of what was handed in and when, of what makes marks, and of the settings."""
        held = b""
        if self.entry() is not None:
            held = spool.place(self.course.root, self.lesson, self.student).read_bytes()
        settings = self.course.root / CONFIG  # what being late costs stands in them
        held += settings.read_bytes() if settings.is_file() else b""
        when = self.timestamp + due(self.course.gradebook, self.lesson)
        return hashlib.sha256(held + (when + digest(self.notebook[0]) + knowledge()).encode()).hexdigest()


def due(gradebook: str, lesson: str) -> str:
    """When a lesson has to be handed in, as the gradebook has it; "" where it does not say."""
    from sqlalchemy import create_engine, text
    from sqlalchemy.exc import SQLAlchemyError

    if not gradebook or (gradebook.startswith("sqlite:///") and not Path(gradebook[len("sqlite:///") :]).exists()):
        return ""  # looking must not make one
    engine = create_engine(gradebook)
    try:
        with engine.connect() as opened:
            asked = text("SELECT duedate FROM assignment WHERE name = :name")
            return str(opened.execute(asked, {"name": lesson}).scalar() or "")
    except SQLAlchemyError:  # no gradebook yet, or somebody writes it
        return ""
    finally:
        engine.dispose()


def read_plain(path: Path) -> tuple[bytes | None, str]:
    """A file's content, unless it is a link, no file, or too large; then why not."""
    try:
        found = path.lstat()
        if stat.S_ISLNK(found.st_mode):
            return None, f"{path.name} is a link"
        if not stat.S_ISREG(found.st_mode):
            return None, f"{path.name} is no file"
        if found.st_size > MOST_BYTES:
            return None, f"{path.name} has {found.st_size / MIB:.0f} MB, and {MOST_BYTES // MIB} MB are the most"
        return path.read_bytes(), ""
    except OSError as error:
        return None, f"{path.name}: {error.strerror}"


def is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether this is a folder of its own, and visible."""
    return entry.is_dir(follow_symlinks=False) and not (entry.name.startswith(".") and not entry.name.startswith(".."))


def is_plain(path: Path) -> bool:
    """Whether this is a file, and no link, pipe, socket or device."""
    return stat.S_ISREG(path.lstat().st_mode)


def is_ordinary(name: str) -> bool:
    """Whether a name is a visible one that travels."""
    return not name.startswith(".") and name.isprintable()
