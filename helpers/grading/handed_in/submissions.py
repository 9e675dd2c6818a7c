"""What was handed in, found in `submitted/`, and made into jobs."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from helpers import places
from helpers.grading import spool
from helpers.grading.handed_in.reading import MOST_BYTES
from helpers.grading.handed_in.transplant import digest
from helpers.grading.mark import lesson_of
from helpers.grading.run import submission_digest
from helpers.grading.sandbox.limits import MIB, Job, Limits
from helpers.grading.sandbox.sealed import asking
from helpers.grading.secret import secret, seed_of

CONFIG = "nbgrader_config.py"
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
    """

    root: Path
    submitted: str = "submitted"
    release: str = "course"
    limits: Limits = field(default_factory=Limits)
    sandbox: str = ""
    gradebook: str = ""

    def students(self, assignment: str) -> list[str]:
        """Who handed something in, by name; links count for nobody."""
        folder = self.root / self.submitted
        found = sorted(entry.name for entry in os.scandir(folder) if is_folder(entry)) if folder.is_dir() else []
        return [name for name in found if os.path.lexists(folder / name / assignment)]

    def job(self, assignment: str, student: str) -> Job:
        """What a worker needs to run one submission.

        Raises
        ------
        FileNotFoundError
            If the lesson was not released.
        """
        notebook, trouble = self.notebook(assignment, student)
        return Job(
            assignment,
            student,
            seed_of(secret(self.root), assignment, student),
            notebook,
            self.released(assignment),
            self.limits,
            self.sandbox,
            trouble=trouble,
            files=dict(self.files(assignment, student)),
        )

    def released(self, assignment: str) -> str:
        """The released notebook: this folder's, or the one that came with the package."""
        name = lesson_of(assignment).folder
        for folder in (self.root / self.release, places.released()):
            if (folder / name / f"{name}.ipynb").is_file():
                return (folder / name / f"{name}.ipynb").read_text(encoding="utf-8")
        raise FileNotFoundError(f"{assignment} was not released: there is no {self.root / self.release / name}")

    def folder(self, assignment: str, student: str) -> Path:
        """Where a submission lies."""
        return self.root / self.submitted / student / assignment

    def notebook(self, assignment: str, student: str) -> tuple[bytes | None, str]:
        """The submitted notebook, under its own name or as the only one; or why there is none."""
        folder = self.folder(assignment, student)
        if folder.is_symlink() or not folder.is_dir():
            return None, "the submission is no folder"
        path = folder / f"{assignment}.ipynb"
        if not os.path.lexists(path):
            others = sorted(entry.name for entry in os.scandir(folder) if entry.name.endswith(".ipynb"))
            if len(others) != 1:
                return (
                    None,
                    f"there is no {path.name}, and {len(others) or 'no'} other notebook{'s' * (len(others) > 1)}",
                )
            path = folder / others[0]
        return read_plain(path)

    def files(self, assignment: str, student: str) -> Iterator[tuple[str, bytes]]:
        """What else was handed in: plain files, a few, no hidden ones, nothing that a link leads to, no exchange's."""
        folder = self.folder(assignment, student)
        left, room = MOST_FILES, MOST_FILE_BYTES
        for place, folders, names in os.walk(folder) if not folder.is_symlink() else ():
            deep = len(Path(place).relative_to(folder).parts) >= DEEPEST
            folders[:] = [] if deep else sorted(name for name in folders if is_ordinary(name))
            for name in sorted(name for name in names if is_ordinary(name) and not name.endswith(".ipynb")):
                path = Path(place) / name
                exchanged = path in [folder / name for name in EXCHANGE]
                if exchanged or not is_plain(path) or left == 0 or path.stat().st_size > room:
                    continue
                left, room = left - 1, room - path.stat().st_size
                yield path.relative_to(folder).as_posix(), path.read_bytes()

    def timestamp(self, assignment: str, student: str) -> str:
        """What stands in the submission's `timestamp.txt`, "" where there is none."""
        content = self.beside(assignment, student, TIMESTAMP)
        return (content or b"")[:100].decode("utf-8", "replace").strip()

    def exchanged(self, assignment: str, student: str) -> dict[str, bytes]:
        """What nbgrader's exchange laid beside the notebook, and wants to find beside the feedback; {} without it."""
        held = [(name, self.beside(assignment, student, name)) for name in EXCHANGE]
        found = {name: content[:MOST_EXCHANGE_BYTES] for name, content in held if content}
        return found if len(found) == len(EXCHANGE) else {}

    def beside(self, assignment: str, student: str, name: str) -> bytes | None:
        """A file beside the notebook; None if there is no plain one."""
        folder = self.folder(assignment, student)
        return None if folder.is_symlink() else read_plain(folder / name)[0]

    def entry(self, job: Job) -> spool.Entry | None:
        """What is in the spool for exactly this: file, release, seed and package; None where it has to be run."""
        entry = spool.read(self.root, job.assignment, job.student)
        wanted = (
            str(spool.VERSION),
            submission_digest(job),
            digest(job.release),
            asking(lesson_of(job.assignment).name),
            str(job.seed),
        )
        return entry if entry is not None and entry.key == wanted else None


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
