"""A folder that a learning platform gave you, sorted into `submitted/`."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from helpers.files import write_whole
from helpers.grading.handed_in.submissions import Course, is_ordinary, read_plain
from helpers.lessons import LESSONS

# Moodle has `Ada Lovelace_123_assignsubmission_file_/x.ipynb`, Canvas `lovelaceada_12_34_x.ipynb`, others a folder.
NAMES = r"(?P<student>[^/_]+)"


@dataclass
class Collected:
    """What became of the files of a folder.

    Attributes
    ----------
    students : dict of str to Path
        Student to the file that was taken, in that folder.
    left : dict of Path to str
        File that was not taken to why.
    """

    students: dict[str, Path] = field(default_factory=dict)
    left: dict[Path, str] = field(default_factory=dict)


def collect(course: Course, assignment: str, folder: Path, names: str = NAMES) -> Collected:
    """Put each student's notebook where grading looks for it: ``submitted/STUDENT/LESSON/LESSON.ipynb``.

    Parameters
    ----------
    course, assignment
        Where to, and which lesson (its folder).
    folder : Path
        What was downloaded and unpacked: a folder a student, or all files in one.
    names : str
        A regular expression with a group ``student``, matched against the start of each notebook's path in `folder`.

    Returns
    -------
    Collected

    Raises
    ------
    FileNotFoundError
        If there is no such folder, or no notebook in it.
    ValueError
        If `names` is no regular expression with a group ``student``.
    """
    pattern = compiled(names)
    found = Collected()
    candidates: dict[str, list[Path]] = defaultdict(list)
    for path in notebooks(folder):
        student, why = owner(path, pattern, assignment)
        if why:
            found.left[path] = why
        else:
            candidates[student].append(path)
    for student, paths in sorted(candidates.items()):
        newest = max(paths, key=lambda path: (folder / path).lstat().st_mtime)
        data, trouble = read_plain(folder / newest)
        if data is None:
            found.left[newest] = trouble
            continue
        place = course.root / course.submitted / student / assignment
        place.mkdir(parents=True, exist_ok=True)
        write_whole(place / f"{assignment}.ipynb", data)
        found.students[student] = newest
        found.left |= {path: f"{student} has a newer one: {newest}" for path in paths if path != newest}
    return found


def compiled(names: str) -> re.Pattern[str]:
    """The pattern that finds the student in a path."""
    try:
        pattern = re.compile(names)
    except re.error as error:
        raise ValueError(f"--names {names!r} is no regular expression: {error}") from None
    if "student" not in pattern.groupindex:
        raise ValueError(f"--names {names!r} has no group `(?P<student>...)` that says where the name stands")
    return pattern


def notebooks(folder: Path) -> list[Path]:
    """The notebooks below a folder, as paths in it; links lead nowhere."""
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is no folder; unpack what you downloaded, and name the folder")
    found = []
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if is_ordinary(name) and name != "__MACOSX")
        inside = Path(place).relative_to(folder)
        found += [inside / name for name in sorted(files) if is_ordinary(name) and name.lower().endswith(".ipynb")]
    if not found:
        raise FileNotFoundError(f"there is no notebook (.ipynb) in {folder}; archives have to be unpacked first")
    return found


def owner(path: Path, pattern: re.Pattern[str], assignment: str) -> tuple[str, str]:
    """Whose notebook it is; or why that cannot be said, or why it is not meant."""
    other = next((one.folder for one in LESSONS if one.folder != assignment and one.folder in path.name), "")
    if other:
        return "", f"it is called as lesson {other}"
    words = path.as_posix()
    if pattern.pattern == NAMES and path.parent == Path("."):  # `02_logistic_regression_ada.ipynb` as well
        words = words.replace(assignment, "").lstrip("_- ")
    match = pattern.match(words)
    student = (match["student"] or "").strip().removesuffix(".ipynb") if match else ""
    if not student or not is_ordinary(student) or "/" in student:
        return "", "no student's name was found in its path; --names says where it stands"
    return student, ""
