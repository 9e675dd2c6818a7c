"""Mistakes that have no name yet: answers of a class that agree with each other, and the lines that give them one.

Each submission is marked on questions of its own, and answers to other questions cannot be compared. So those that hold
such a mistake are run once more, in a sandbox like the first time, on questions that are the same for the whole class.
What comes of it is kept beside the spool, and earns nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from helpers.engine.exercise import Exercise
from helpers.engine.marking import Attempt, marking
from helpers.engine.verdict import Status
from helpers.grading import pool, spool
from helpers.grading.apart import Failed, prepare, results
from helpers.grading.mark import exercises_of, lesson_of
from helpers.grading.progress import Progress
from helpers.grading.sandbox.limits import Job, NoSandbox, digest
from helpers.grading.sandbox.sealed import asking
from helpers.grading.secret import question_seed, secret, seed_of
from helpers.grading.spool import Entry
from helpers.grading.stub import stub

if TYPE_CHECKING:
    from helpers.grading.handed_in.submissions import Course

TOGETHER = "together"  # the folder in the spool that holds answers to common questions
SECONDS = 60  # of one processor, for the answers of a class to one exercise
Unnamed = Mapping[str, list[str]]  # student to the exercises in which a mistake has no name


@dataclass(frozen=True)
class Group:
    """Students whose answers to common questions agree, and are wrong.

    Attributes
    ----------
    exercise : str
    students : list of str
    code : str
        The shortest of theirs.
    seen : str
        What the engine says of it.
    stub : str
        A misconception that answers like it, ready for the exercise's class; "" where their cells hold no answer.
    """

    exercise: str
    students: list[str]
    code: str
    seen: str
    stub: str


def groups(course: Course, lesson: str, unnamed: Unnamed, entries: Mapping[str, Entry]) -> list[Group]:
    """The groups of a lesson, by size; the largest first.

    Parameters
    ----------
    course, lesson
        Where, and which lesson (its folder).
    unnamed : mapping of str to list of str
        Whose answers are meant.
    entries : mapping of str to Entry
        Student to what came of the common questions: see `asked_together`.
    """
    prepare(lesson)
    seed = common_seed(course, lesson)
    found: list[Group] = []
    for exercise in exercises_of(lesson):
        theirs = {student: entries[student] for student in entries if exercise.id in unnamed.get(student, ())}
        if not theirs:
            continue
        try:
            (lot,) = results(grouped, exercise.id, theirs, lesson, seed, seconds=SECONDS)
        except Failed:  # whatever was handed in: the other exercises have their groups all the same
            continue
        found += [Group(**one) for one in lot]
    return sorted(found, key=lambda one: -len(one.students))


def common_seed(course: Course, lesson: str) -> int:
    """The seed of the questions that are the same for a class; no student's name is empty."""
    return seed_of(secret(course.root), lesson, "", "")


def asked_together(
    course: Course,
    lesson: str,
    unnamed: Unnamed,
    *,
    at_once: int = 0,
    run: bool = True,
    progress: Progress | None = None,
) -> dict[str, Entry]:
    """What these submissions answer to the common questions of their class, by student.

    Parameters
    ----------
    run : bool
        Whether to run what was not run before; else those are left out.
    at_once
        As in `pool.results`; 0 lets the machine decide.

    Raises
    ------
    NoSandbox
        If there is no sandbox here.
    """
    hears, seed = progress or Progress(), common_seed(course, lesson)
    root = course.root / spool.NAME / TOGETHER
    jobs = [replace(course.submission(lesson, student).job, seed=seed) for student in unnamed]
    known = {job.student: fresh(spool.read(root, lesson, job.student), job) for job in jobs}
    found = {student: entry for student, entry in known.items() if entry is not None}
    todo = [job for job in jobs if job.student not in found] if run else []
    hears.began(len(todo))
    for student, result in pool.results(todo, at_once=at_once or pool.jobs_here()) if todo else ():
        if isinstance(result, NoSandbox):
            raise result
        if isinstance(result, Exception):
            hears.say(f"{student}: not run: {result or type(result).__name__}")
            continue
        spool.write(root, result)
        found[student] = result
        hears.done(student, result.status)
    return found


def fresh(entry: Entry | None, job: Job) -> Entry | None:
    """An entry if it is what comes of exactly this job, else None."""
    asked = asking(lesson_of(job.assignment).name)
    wanted = (str(spool.VERSION), job.digest, digest(job.release), asked, str(job.seed))
    return entry if entry is not None and entry.key == wanted else None


# -- apart: nothing that was handed in is read in the grader's own process -------------------------------------------


def grouped(exercise_id: str, entries: dict[str, Entry], lesson: str, seed: int) -> Iterator[list[dict[str, Any]]]:
    """The groups of one exercise as plain data."""
    (exercise,) = (one for one in exercises_of(lesson) if one.id == exercise_id)
    yield [asdict(group_of(exercise, lot, number)) for number, lot in enumerate(lots(exercise, entries, seed), 1)]


def lots(exercise: Exercise, entries: Mapping[str, Entry], seed: int) -> list[dict[str, tuple[str, str]]]:
    """Students whose wrong answers agree: of each the code, and what the engine says."""
    known = marking(exercise, question_seed(seed, exercise.id))
    found: list[tuple[Attempt, dict[str, tuple[str, str]]]] = []
    for student, entry in entries.items():
        answers = entry.answers.get(exercise.id)
        given = exercise.read(answers, known.questions)
        if given is None:
            continue
        attempt = Attempt(known, given)
        verdict = exercise.judge(attempt)
        if verdict.status is not Status.WRONG:
            continue
        lot = next((lot for first, lot in found if agree(first, attempt)), None)
        if lot is None:
            lot = {}
            found.append((attempt, lot))
        lot[student] = (entry.code.get(exercise.id, ""), verdict.message.partition("\n")[0])
    return [lot for _, lot in found]


def agree(one: Attempt, other: Attempt) -> bool:
    """Whether two attempts answer every question alike."""
    exercise = one.marking.exercise
    return all(exercise.agree(mine, theirs) for mine, theirs in zip(one.given, other.given, strict=True))


def group_of(exercise: Exercise, lot: dict[str, tuple[str, str]], number: int) -> Group:
    """A group, shown by its shortest code."""
    code, seen = min(lot.values(), key=lambda one: (len(one[0].strip()), one[0]))
    name = f"unnamed_{number}"
    return Group(exercise.id, sorted(lot), code.strip("\n"), seen, stub(code, exercise.code_name, name, seen))
