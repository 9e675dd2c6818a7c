"""`course grade`: who was graded, who was not and why, in its output, its exit code and the gradebook."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from course_folder import HALF, LESSON, ROOT, course, make, marks, submit, surrounded
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory

from helpers.commands.grade import tell
from helpers.grading.coordinate import Summary
from helpers.grading.mark import verdicts
from helpers.grading.nbgrader import assignments
from helpers.grading.nbgrader.gradebook import open_course
from helpers.grading.run import run
from helpers.grading.sandbox import kinds
from helpers.grading.sandbox.limits import Job, Limits
from helpers.grading.spool import Entry
from helpers.lessons import LESSONS, exercises
from tests.commands import SMOKE, TRUE

ENDLESS = "def gc_content(sequence):\n    while True:\n        pass"


def graded(done: subprocess.CompletedProcess[str]) -> int:
    """How many were run in this call."""
    found = re.search(r"(\d+) run now", done.stdout)
    assert found, done.stdout + done.stderr
    return int(found[1])


@pytest.fixture(scope="module")
def classroom(tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A class with one of each kind, graded once."""
    root = make(
        tmp_path_factory.mktemp("course"),
        {"ada": "solutions", "ben": "course", "cleo": HALF, "dan": "import os; os._exit(3)", "..fay [x]": "solutions"},
    )
    cut = submit(root, "eve", "solutions")
    cut.write_bytes(cut.read_bytes()[:5000])
    (root / "submitted" / "gus" / LESSON).mkdir(parents=True)
    other = submit(root, "hal", "solutions")
    other.rename(other.with_name("my work (1).ipynb"))
    return root, course("grade", "0", root=root)


def test_every_mark_is_in_the_gradebook(classroom) -> None:
    scores = {student: score for student, (score, _, _) in marks(classroom[0]).items()}
    full = {"ada": 1, "..fay [x]": 1, "hal": 1}
    assert scores == {**{name: 0 for name in ("ben", "cleo", "dan", "eve", "gus")}, **full}


def test_the_summary_says_who_was_not_graded_and_why(classroom) -> None:
    done = classroom[1]
    assert done.returncode == 1
    assert "5 graded, 1 died, 2 unreadable; 8 run now" in done.stdout
    assert re.search(r"dan +died +gc_content: ended its process", done.stdout)
    assert re.search(r"eve +unreadable +the file is cut or damaged", done.stdout)
    assert re.search(rf"gus +unreadable +there is no {LESSON}.ipynb", done.stdout)
    assert not re.search(r"\bada\b", done.stdout)
    assert re.search(r"8 of 8: ", done.stderr), "the progress"


def test_nothing_new_is_run_again_and_what_changed_is(classroom, tmp_path) -> None:
    root = tmp_path / "copy"
    shutil.copytree(classroom[0], root)
    assert graded(course("grade", "0", root=root)) == 0
    submit(root, "ben", "solutions")
    again = course("grade", "0", root=root)
    assert graded(again) == 1
    assert marks(root)["ben"][0] == 1
    assert graded(course("grade", "0", "--student", "ada", root=root)) == 0
    assert graded(course("grade", "0", "--retry", root=root)) == 3
    assert graded(course("grade", "0", "--retry", "--student", "dan", "--student", "ada", root=root)) == 1


def test_a_mark_set_by_a_person_stays(classroom, tmp_path) -> None:
    root = tmp_path / "copy"
    shutil.copytree(classroom[0], root)
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as book:
        found = book.find_grade("check_gc_content", LESSON, LESSON, "cleo")
        found.manual_score, found.needs_manual_grade = 0.5, False
        book.db.commit()
    submit(root, "cleo", "course")
    course("grade", "0", root=root)
    assert marks(root)["cleo"][0] == 0.5


def test_a_release_with_new_points_reaches_the_gradebook_and_one_with_new_cells_is_refused(classroom, tmp_path) -> None:
    root = tmp_path / "copy"
    shutil.copytree(classroom[0], root)
    path = root / "course" / LESSON / f"{LESSON}.ipynb"
    released = json.loads(path.read_text())
    check = next(cell for cell in released["cells"] if grade_id(cell) == "check_gc_content")
    check["metadata"]["nbgrader"]["points"] = 1.5
    path.write_text(json.dumps(released))
    coursedir = CourseDirectory(config=open_course(root).settings)
    assignments.bring_up_to_date(coursedir, LESSON, path.read_text())
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as book:
        assert book.find_grade_cell("check_gc_content", LESSON, LESSON).max_score == 1.5
    check["metadata"]["nbgrader"]["grade_id"] = "check_something_else"
    path.write_text(json.dumps(released))
    with pytest.raises(ValueError, match="other graded cells than the gradebook"):
        assignments.bring_up_to_date(coursedir, LESSON, path.read_text())


def test_a_changed_rule_or_due_date_reaches_marks_without_a_run(classroom, tmp_path) -> None:
    root = tmp_path / "copy"
    shutil.copytree(classroom[0], root)
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as book:
        book.update_or_create_assignment(LESSON, duedate="2026-03-01 12:00:00")
    (root / "submitted" / "ada" / LESSON / "timestamp.txt").write_text("2026-03-02 11:00:00 UTC")
    course("grade", "0", root=root)
    assert penalty(root, "ada") == 0
    for rule, expected in (
        ("percent_per_day = 10", 0.1),
        ("percent_per_day = 30", 0.3),
        ("extra_days = {'ada': 2}", 0),
    ):
        with open(root / "nbgrader_config.py", "a") as config:
            config.write(f"\nc.LatePenalty.{rule}\n")
        assert graded(course("grade", "0", root=root)) == 0
        assert penalty(root, "ada") == pytest.approx(expected)
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as book:
        book.update_or_create_assignment(LESSON, duedate="2026-02-01 12:00:00")
    assert graded(course("grade", "0", root=root)) == 0
    assert penalty(root, "ada") == pytest.approx(0.5), "the most that can be lost"
    when = root / "submitted" / "ada" / LESSON / "timestamp.txt"
    when.write_text("2026-01-31 13:00:00 +0100")
    assert graded(course("grade", "0", root=root)) == 0
    assert penalty(root, "ada") == 0
    when.write_text("gestern")
    done = course("grade", "0", root=root)
    no_date = "timestamp.txt says 'gestern' is no date; write it as 2026-11-19 13:00:00 UTC, or with +0100"
    assert f"not recorded: {no_date}" in " ".join(done.stdout.split()) and graded(done) == 0
    assert no_date in " ".join(course("grade", "status", "0", root=root).stdout.split())


def penalty(root: Path, student: str) -> float:
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as book:
        return book.find_submission(LESSON, student).late_submission_penalty or 0


def test_nothing_handed_in_is_said_at_once(tmp_path) -> None:
    done = course("grade", "0", root=make(tmp_path, {}))
    assert done.returncode == 2
    assert f"has no STUDENT/{LESSON}; `course grade collect {LESSON} FOLDER`" in done.stderr
    assert not (tmp_path / "gradebook.db").exists()


def test_status_says_what_is_done_and_what_is_to_do(classroom, tmp_path) -> None:
    root = tmp_path / "copy"
    shutil.copytree(classroom[0], root)
    submit(root, "ada", "course")
    shown = course("grade", "status", "0", root=root).stdout
    assert re.search(r"ada +to do", shown)
    assert re.search(r"ben +graded +\d+ +recorded", shown)
    assert re.search(r"dan +died +\d+ +recorded +gc_content: ended its process", shown)
    (root / ".course-secret").unlink()
    done = course("grade", "status", "0", root=root)
    assert done.returncode == 1 and ".course-secret is gone" in done.stderr
    course("grade", "report", "0", root=root)
    assert not (root / ".course-secret").exists(), "only grading makes one"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["99"], "there is no lesson '99'"),
        (["0", "--student", "zoe"], f"'zoe' handed in nothing for {LESSON}; 8 others did"),
        (["0", "--course", "nowhere"], "is no course: there is no nbgrader_config.py in it"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(classroom, words, says) -> None:
    done = course("grade", *words, root=classroom[0])
    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_without_a_sandbox_it_refuses_and_unsafe_says_what_it_gives_up(tmp_path) -> None:
    root = make(tmp_path / "course", {"ada": "solutions"})
    tools = tmp_path / "tools"
    tools.mkdir()
    refused = course("grade", "0", root=root, PATH=str(tools))
    assert refused.returncode == 2
    assert "bubblewrap is not installed: `apt install bubblewrap`" in refused.stderr
    assert "--unsafe runs without one" in refused.stderr
    assert not list((root / "spool").rglob("*.json")) if (root / "spool").exists() else True
    done = course("grade", "0", "--unsafe", root=root, PATH=str(tools))
    assert done.returncode == 0, done.stderr
    assert "submissions run as you" in done.stderr
    assert marks(root)["ada"][0] == 1


def test_a_timeout_is_said_and_the_course_sets_it(tmp_path) -> None:
    root = make(tmp_path, {"ada": ENDLESS, "ben": "solutions"})
    with open(root / "nbgrader_config.py", "a") as config:
        config.write('\nc.AnswerInSandbox.limits = {"cell": 3}\n')
    done = course("grade", "0", "--jobs", "2", root=root)
    assert done.returncode == 1
    assert re.search(r"ada +timed out +gc_content: took longer than 3 s", done.stdout)
    assert "1 graded, 1 timed out" in done.stdout
    course("grade", "feedback", "0", root=root)
    page = (root / "feedback" / "ada" / LESSON / f"{LESSON}.html").read_text()
    assert "Your code took too long here, and was stopped. Does a loop never end?" in page
    assert marks(root)["ben"][0] == 1


def test_a_limit_that_there_is_none_of_is_named(tmp_path) -> None:
    root = make(tmp_path, {"ada": "solutions"})
    with open(root / "nbgrader_config.py", "a") as config:
        config.write('\nc.AnswerInSandbox.limits = {"cel": 3}\n')
    done = course("grade", "0", root=root)
    assert done.returncode == 2 and "limits has no 'cel'; it knows cell, total, memory" in done.stderr
    assert "Traceback" not in done.stderr


def test_on_dask_the_marks_are_the_same(tmp_path) -> None:
    root = make(tmp_path, {"ada": "solutions", "ben": "course"})
    done = course("grade", "0", "--scheduler", "local", "--jobs", "2", root=root)
    assert done.returncode == 0, done.stderr
    assert {name: score for name, (score, _, _) in marks(root).items()} == {"ada": 1, "ben": 0}


def test_where_dask_is_not_installed_it_is_said(tmp_path) -> None:
    root = make(tmp_path / "course", {"ada": "solutions"})
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "distributed.py").write_text("raise ImportError('No module named distributed')")
    env = surrounded(PYTHONPATH=f"{hidden}:{ROOT}")
    command = [*TRUE, "grade", "0", "--scheduler", "local"]
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True)
    assert done.returncode == 2
    assert "pip install 'deep-learning-on-dna[grade]'" in done.stderr


# -- three doors -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("door", ["nbgrader autograde", "formgrader"])
def test_the_other_doors_run_and_record_the_same(door, tmp_path) -> None:
    root = make(tmp_path / "course ü", {"ada": "solutions", "ben": "course", "cleo": HALF})
    environment = surrounded(PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if door == "formgrader":  # its button calls this
        code = (
            "import sys\nfrom nbgrader.apps import NbGraderAPI\nfrom nbgrader.coursedir import CourseDirectory\n"
            "from traitlets.config import PyFileConfigLoader\n"
            "config = PyFileConfigLoader('nbgrader_config.py', path='.').load_config()\n"
            "api = NbGraderAPI(CourseDirectory(config=config), config=config)\n"
            f"results = [api.autograde({LESSON!r}, name) for name in ('ada', 'ben', 'cleo')]\n"
            "assert all(one['success'] for one in results), results\n"
            f"assert api.coursedir.ignore != ['*']\n"
        )
        command = [sys.executable, "-c", code]
    else:
        command = [sys.executable, "-m", "nbgrader", "autograde", LESSON]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    by_door = marks(root)
    assert {name: score for name, (score, _, _) in by_door.items()} == {"ada": 1, "ben": 0, "cleo": 0}
    assert graded(course("grade", "0", root=root)) == 0, "everything was in the spool already"
    assert marks(root) == by_door


def test_no_file_of_a_submission_is_copied(tmp_path) -> None:
    root = make(tmp_path, {"ada": "solutions"})
    folder = root / "submitted" / "ada" / LESSON
    (folder / "notes.txt").write_text("mine")
    (folder / "database").symlink_to(root / "gradebook.db")
    (folder / "endless").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe")
    assert course("grade", "0", root=root).returncode == 0
    assert [path.name for path in (root / "autograded" / "ada" / LESSON).iterdir()] == [f"{LESSON}.ipynb"]


# -- demos -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.folder)
def test_skipping_demos_changes_no_mark(lesson, monkeypatch) -> None:
    """Every other exercise solved, the rest as released; demos run, some for a few steps."""
    usual = kinds.environment
    monkeypatch.setattr(kinds, "environment", lambda *words: {**usual(*words), **SMOKE})
    name = f"{lesson.folder}/{lesson.folder}.ipynb"
    release, book = (
        (ROOT / "course" / name).read_text(encoding="utf-8"),
        json.loads((ROOT / "solutions" / name).read_text()),
    )
    stubs = {grade_id(cell): cell["source"] for cell in json.loads(release)["cells"]}
    left = [one.id for one in exercises(lesson.number) if one.points][1::2]
    for cell in book["cells"]:
        if grade_id(cell) in left:
            cell["source"] = stubs[grade_id(cell)]
    data = json.dumps(book).encode()
    job = Job(lesson.folder, "ada", 7, data, release, Limits(cell=300, total=1200))
    skipped, whole = run(job), run(dataclasses.replace(job, demos=True))
    assert (skipped.status, whole.status) == ("graded", "graded"), (skipped.why, whole.why)
    found = [{name: (one.status, one.points, one.parts) for name, one in verdicts(e).items()} for e in (skipped, whole)]
    assert found[0] == found[1]
    assert {name for name, (status, _, _) in found[0].items() if status == "right"} == set(found[0]) - set(left)


def grade_id(cell: dict) -> str:
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def test_who_is_not_recorded_is_counted_once(capsys) -> None:
    entries = {name: Entry(LESSON, name, 1, "", "", "") for name in ("ada", "ben")}
    tell(LESSON, Summary(entries=entries, failed={"ben": "not recorded: no date"}, ran=2))
    assert f"{LESSON}: 1 graded, 1 failed; 2 run now" in capsys.readouterr().out
