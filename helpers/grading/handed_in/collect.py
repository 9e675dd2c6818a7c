"""A folder that a learning platform gave you, sorted into `submitted/`.

Each platform has its own way of saying whose a file is; `PLATFORMS` lists them. Two people never become one: where
that cannot be ruled out neither is taken, and every file that stays behind is listed with its reason.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from helpers.files import write_whole
from helpers.grading.handed_in.submissions import MOST_FILE_BYTES, MOST_FILES, TIMESTAMP, Course, read_plain
from helpers.grading.handed_in.times import moment
from helpers.lessons import LESSONS

# Where a path names the student, and the platform's own number for the person, which tells namesakes apart. Matched
# against the start of a path, the first that fits counts.
PLATFORMS = {
    "Moodle": r"(?P<student>[^/]+)_(?P<person>\d+)_assignsubmission_[a-z]+_?/(?P<file>.+)",
    "Brightspace": r"(?P<person>\d+)-\d+ - (?P<student>[^/]+?) - [^/]+/(?P<file>.+)",
    "Sakai": r"[^/(]+\((?P<student>[^/()]+)\)/(?:Submission attachment\(s\)/)?(?P<file>.+)",
    "ILIAS": r"[^/_]+_[^/_]+_(?P<student>[^/]+)_(?P<person>\d+)/(?P<file>.+)",
    "Blackboard": r"[^/]+?_(?P<student>[^/_]+)_attempt_(?P<time>\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)_(?P<file>[^/]+)",
    "Canvas": r"(?P<student>[^/_]+)(?:_LATE)?_(?P<person>\d+)_\d+_(?P<file>[^/]+)",
    "Google Classroom": r"(?P<student>[^/]+?) - (?P<file>[^/]+)",
    "a folder each": r"(?P<student>[^/_]+)(?:_(?P<person>\d+)[^/]*|_[^/]*)?/(?P<file>.+)",
    "a file each": r"(?P<student>[^/_]+)(?:_[^/]*)?",
}
OWN = ("grades.csv", "index.html", "feedbackText.html", "comments.txt", TIMESTAMP)  # of platforms
OF_AN_ATTEMPT = re.compile(r".+_attempt_\d{4}(?:-\d\d){5}\.txt")  # Blackboard's: name, date, comment
PLATFORMS_OWN = "it is the platform's own"
COPY = re.compile(r"^copy of |[-_ ]?copy\d*$|\s*\(\d+\)$", re.IGNORECASE)
DISGUISED = (".ipynb.txt", ".ipynb.json", ".json", ".html", ".pdf", ".docx")
ARCHIVES = (".zip", ".gz", ".tar", ".7z", ".rar")


@dataclass
class Collected:
    """What became of the files of a folder.

    Attributes
    ----------
    students : dict of str to Path
        Student to the notebook that was taken, in that folder.
    beside : dict of str to list of Path
        Student to the other files that came along.
    left : dict of Path to str
        File that was not taken to why.
    """

    students: dict[str, Path] = field(default_factory=dict)
    beside: dict[str, list[Path]] = field(default_factory=dict)
    left: dict[Path, str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether somebody's work was taken and nobody's was left."""
        return bool(self.students) and all(why == PLATFORMS_OWN for why in self.left.values())


@dataclass(frozen=True)
class Owned:
    """A file that names its owner: where it is, whose it is, and what it is called there."""

    path: Path
    student: str
    person: str
    file: str
    time: str = ""

    @property
    def is_notebook(self) -> bool:
        """Whether it says that it is one."""
        return self.file.lower().endswith(".ipynb")


def collect(course: Course, lesson: str, folder: Path, names: str = "") -> Collected:
    """Put each student's files where grading looks for them: ``submitted/STUDENT/LESSON/LESSON.ipynb`` and beside it.

    Parameters
    ----------
    course, lesson
        Where to, and which lesson (its folder).
    folder : Path
        What was downloaded and unpacked: a folder a student, or all files in one.
    names : str
        A regular expression with a group ``student``, matched against the start of each path in `folder`; "" for
        those of `PLATFORMS`.

    Raises
    ------
    FileNotFoundError
        If there is no such folder, or no notebook in it.
    ValueError
        If `names` is no regular expression with a group ``student``.
    """
    pattern = compiled(names) if names else None
    found = Collected()
    owned: dict[str, list[Owned]] = defaultdict(list)
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is no folder; unpack what you downloaded, and name the folder")
    top = folder if pattern else unwrapped(folder)
    for place in files_in(folder):
        path = place.relative_to(folder)
        one = owner(path, place.relative_to(top), pattern, lesson)
        if isinstance(one, str):
            found.left[path] = one
        else:
            owned[one.student].append(one)
    taken = any(one.is_notebook for files in owned.values() for one in files)
    if not taken and not any(path.suffix.lower() == ".ipynb" for path in found.left):
        raise FileNotFoundError(f"there is no notebook (.ipynb) in {folder}; archives have to be unpacked first")
    for student, files in sorted(owned.items()):
        take(course, lesson, folder, student, files, found)
    return found


def take(course: Course, lesson: str, folder: Path, student: str, files: list[Owned], found: Collected) -> None:
    """Put one student's files into `submitted/`, or say why not."""
    people = sorted({one.person for one in files if one.person})
    if len(people) > 1:
        why = (
            f"{student} may be {len(people)} people ({', '.join(people)}), so neither is taken; --names says which "
            "part of a path tells them apart"
        )
        found.left.update((one.path, why) for one in files)
        return
    books = sorted((one for one in files if one.is_notebook), key=lambda one: rank(one, lesson, folder))
    others = [one for one in files if not one.is_notebook]
    if not books:
        found.left.update((one.path, no_notebook(one.file)) for one in others)
        return
    best = books[-1]
    data, trouble = read_plain(folder / best.path)
    if data is None:
        found.left.update({one.path: f"{student}'s notebook could not be read" for one in [*books, *others]})
        found.left[best.path] = trouble
        return
    place = course.root / course.submitted / student / lesson
    write_whole(place / f"{lesson}.ipynb", data)
    found.students[student] = best.path
    for one in books[:-1]:
        own = lesson in best.file and lesson not in one.file
        found.left[one.path] = f"{student} has {'the lesson by its own name' if own else 'a newer one'}: {best.path}"
    room = MOST_FILE_BYTES
    for one in others:
        content, why = beside(one, best, folder)
        if content is None or len(content) > room or len(found.beside.get(student, [])) >= MOST_FILES:
            found.left[one.path] = why or "there is too much beside this notebook"
            continue
        room -= len(content)
        write_whole(place / relative_to_notebook(one, best), content)
        found.beside.setdefault(student, []).append(one.path)


def rank(one: Owned, lesson: str, folder: Path) -> tuple[bool, str, float]:
    """How much a notebook is the one that is meant: by its name, then by the time in its name, then by its own."""
    return lesson in one.file, one.time, (folder / one.path).lstat().st_mtime


def beside(one: Owned, best: Owned, folder: Path) -> tuple[bytes | None, str]:
    """The content of a file that comes along with a notebook, or why it does not."""
    name = PurePosixPath(one.file).name
    if name == TIMESTAMP:
        content, why = read_plain(folder / one.path)
        try:
            moment((content or b"").decode("ascii", "replace"))
        except ValueError as error:
            return None, why or str(error)
        return content, ""
    if name in OWN:
        return None, PLATFORMS_OWN
    if name.lower().endswith(ARCHIVES):
        return None, "it is an archive: unpack it, if it belongs to the notebook"
    return read_plain(folder / one.path)


def relative_to_notebook(one: Owned, best: Owned) -> str:
    """Where a file lies as the notebook sees it; one in a folder above is taken as lying beside it."""
    home = PurePosixPath(best.file).parent
    path = PurePosixPath(one.file)
    return path.relative_to(home).as_posix() if path.is_relative_to(home) else path.name


def no_notebook(file: str) -> str:
    """What to say of a file of somebody who has no notebook."""
    name = file.lower()
    if PurePosixPath(file).name in OWN:
        return PLATFORMS_OWN
    if name.endswith(ARCHIVES):
        return "it is an archive: unpack it, and collect again"
    if name.endswith(DISGUISED):
        return "it is no notebook by its name: ask for the .ipynb, or rename it if it is one"
    return "there is no notebook (.ipynb) beside it"


# -- whose it is ---------------------------------------------------------------------------------------------------


def compiled(names: str) -> re.Pattern[str]:
    """The pattern that finds the student in a path."""
    try:
        pattern = re.compile(names)
    except re.error as error:
        raise ValueError(f"--names {names!r} is no regular expression: {error}") from None
    if "student" not in pattern.groupindex:
        raise ValueError(f"--names {names!r} has no group `(?P<student>...)` that says where the name stands")
    return pattern


def owner(path: Path, inside: Path, pattern: re.Pattern[str] | None, lesson: str) -> Owned | str:
    """Whose file it is; or why that cannot be said, or why it is not meant."""
    other = next((one.folder for one in LESSONS if one.folder != lesson and one.folder in path.name), "")
    if other:
        return f"it is called as lesson {other}"
    words = readable(inside.as_posix())
    if OF_AN_ATTEMPT.fullmatch(words):
        return PLATFORMS_OWN
    flat = "/" not in words
    if flat and pattern is None:  # `02_logistic_regression_ada.ipynb` as well
        words = words.removeprefix(lesson).lstrip("_- ")
    match = pattern.match(words) if pattern else first_match(words)
    groups = match.groupdict() if match else {}
    student = clean(groups.get("student") or "", flat)
    if not student:
        return "no student's name was found in its path; --names says where it stands"
    file = groups.get("file") or PurePosixPath(words).name
    return Owned(path, student, groups.get("person") or "", file, groups.get("time") or "")


def first_match(words: str) -> re.Match[str] | None:
    """The first platform's way that fits a path."""
    return next((found for way in PLATFORMS.values() if (found := re.fullmatch(way, words))), None)


def clean(name: str, flat: bool) -> str:
    """A student's name: composed letters, no blanks around it, no "Copy of"; "" where it is none."""
    name = unicodedata.normalize("NFC", name).strip()
    name = name.removesuffix(".ipynb").strip() if flat else name
    while (shorter := COPY.sub("", name).strip()) != name and shorter:
        name = shorter
    return name if name.isprintable() and not name.startswith(".") and "/" not in name else ""


def readable(path: str) -> str:
    """A path as text: names that are not UTF-8 are taken for those of western Windows."""
    return unicodedata.normalize("NFC", "/".join(part_of(part) for part in path.split("/")))


def part_of(name: str) -> str:
    """One name of a path as text."""
    try:
        name.encode()
        return name
    except UnicodeEncodeError:
        return os.fsencode(name).decode("cp1252", "replace")


def unwrapped(folder: Path) -> Path:
    """The folder that holds the students: past one that holds nothing but a folder with several in it."""
    inside = [entry for entry in os.scandir(folder) if is_seen(entry.name)]
    if len(inside) != 1 or not inside[0].is_dir(follow_symlinks=False):
        return folder
    below = [entry.is_dir(follow_symlinks=False) for entry in os.scandir(inside[0].path) if is_seen(entry.name)]
    return Path(inside[0].path) if len(below) > 1 and all(below) else folder


def files_in(folder: Path) -> Iterator[Path]:
    """The files below a folder; links to folders lead nowhere."""
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if is_seen(name))
        yield from (Path(place) / name for name in sorted(files) if is_seen(name))


def is_seen(name: str) -> bool:
    """Whether a name is nobody's bookkeeping."""
    return not name.startswith(".") and name not in ("__MACOSX", "__pycache__", "Thumbs.db")
