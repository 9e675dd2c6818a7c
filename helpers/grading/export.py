"""Marks on their way back to a learning platform: tables with the columns that it imports."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator

from helpers.grading.handed_in.submissions import Course
from helpers.grading.mark import exercises_of, lesson_of
from helpers.grading.nbgrader.gradebook import Recorded, recorded
from helpers.grading.page import number
from helpers.grading.platforms import Platform
from helpers.grading.report import plain
from helpers.grading.roster import Person, Roster, roster

Line = list[str]


def export(course: Course, lesson: str, platform: Platform) -> tuple[str, list[str], list[str]]:
    """The marks of a lesson as a table, who could not be found in the roster, and who waits for a person's points.

    Parameters
    ----------
    course, lesson
        Where, and which lesson (its folder).
    platform : Platform
        Canvas: Gradebook → Import. Moodle: Grades → Import → CSV file. CSV: everything, for a spreadsheet.

    Returns
    -------
    str, list of str, list of str
        CSV; students with a grade whom the roster does not name, none where there is no roster; students with an answer
        that only a person can grade, and nobody has.

    Raises
    ------
    FileNotFoundError
        If nobody has a grade.
    ValueError
        If the roster cannot be read.
    """
    people = roster(course.root)
    marks = recorded(course.gradebook, lesson)
    if not marks:
        raise FileNotFoundError(f"nobody has a grade for {lesson} yet: `course grade {lesson}` comes first")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for line in LINES[platform](lesson, marks, people):
        writer.writerow(plain(cell) for cell in line)
    unknown = [student for student in sorted(marks) if people.people and people.person(student) is None]
    return out.getvalue(), unknown, [student for student in sorted(marks) if marks[student].waits]


def points(mark: Recorded) -> float:
    """Points of a submission, what being late costs taken off; never below nothing."""
    return max(0.0, sum(mark.points.values()) - mark.penalty)


def most(lesson: str, marks: dict[str, Recorded]) -> float:
    """The most points that a lesson has, with those of cells that a person grades."""
    known = {name: points for mark in marks.values() for name, points in mark.most.items()}
    return sum((known | {one.id: one.points for one in exercises_of(lesson)}).values())


def person_of(people: Roster, student: str) -> Person:
    """Who a student is; the folder's name where nobody knows."""
    return people.person(student) or Person(name=student, login=student)


def for_canvas(lesson: str, marks: dict[str, Recorded], people: Roster) -> Iterator[Line]:
    """Canvas's gradebook: it finds people by ID or SIS Login ID, and makes the column where it is new."""
    title = f"{lesson_of(lesson).number:02d} {lesson_of(lesson).title.partition(':')[0]}"
    yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", title]
    yield ["    Points Possible", "", "", "", "", number(most(lesson, marks))]
    for student, mark in sorted(marks.items()):
        person = person_of(people, student)
        name = f"{person.last_name}, {person.first_name}".rstrip(", ")
        yield [name, person.id, "", person.login, "", number(points(mark))]


def for_moodle(lesson: str, marks: dict[str, Recorded], people: Roster) -> Iterator[Line]:
    """Moodle's import: Username or ID number finds the person, Grade goes where you say."""
    yield ["Username", "ID number", "Full name", "Grade", "Maximum grade"]
    for student, mark in sorted(marks.items()):
        person = person_of(people, student)
        yield [person.login, person.id, person.name, number(points(mark)), number(most(lesson, marks))]


def for_anybody(lesson: str, marks: dict[str, Recorded], people: Roster) -> Iterator[Line]:
    """Everything that the gradebook has."""
    names = [one.id for one in exercises_of(lesson) if one.points]
    more = sorted({name for mark in marks.values() for name in mark.points} - set(names))
    yield ["student", "id", "name", "login", "points", "maximum", "late penalty", *names, *more]
    for student, mark in sorted(marks.items()):
        person = people.person(student) or Person()
        each = [number(mark.points.get(name, 0)) for name in (*names, *more)]
        total = [number(points(mark)), number(most(lesson, marks)), number(mark.penalty)]
        yield [student, person.id, person.name, person.login, *total, *each]


LINES: dict[Platform, Callable[[str, dict[str, Recorded], Roster], Iterator[Line]]] = {
    Platform.CANVAS: for_canvas,
    Platform.MOODLE: for_moodle,
    Platform.CSV: for_anybody,
}
