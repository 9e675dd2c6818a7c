"""nbgrader's exchange, on a folder that all share: handed out, handed in, graded and answered, as the guide says."""

from __future__ import annotations

import getpass
import os
import re
import shutil
import sysconfig
from pathlib import Path

import pytest
from course_folder import LESSON, ROOT, make, marks, surrounded

from tests import commands

GUIDE = (ROOT / "docs" / "instructor.md").read_text(encoding="utf-8")


def run(line: str, place: Path) -> str:
    """What a command of a guide prints in a folder; it must end well."""
    activated = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    environment = surrounded(COURSE_HOME=str(place / "home"), PATH=activated)
    done = commands.run(*line.split(), cwd=place, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ERROR" not in done.stderr and "Traceback" not in done.stderr, done.stderr
    return done.stdout + done.stderr


def settings(shared: Path) -> str:
    """What stands in the system's configuration of a hub."""
    (line,) = re.findall(r"`(c\.Exchange\.root = )\"/srv/nbgrader/exchange\"`", GUIDE)
    return f'{line}"{shared}"\n'


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An instructor's clone and a student's home after a whole round."""
    shared = tmp_path_factory.mktemp("exchange")
    shared.chmod(0o777)
    instructor = make(tmp_path_factory.mktemp("Kurs"), {})
    with (instructor / "nbgrader_config.py").open("a") as config:
        config.write(settings(shared))
    student = tmp_path_factory.mktemp("Studentin")
    course = '\nc.CourseDirectory.course_id = "deep-learning-on-dna"\n'
    (student / "nbgrader_config.py").write_text(f"c = get_config()\n{settings(shared)}{course}")
    run(f"nbgrader generate_assignment {LESSON}", instructor)
    run(f"nbgrader release_assignment {LESSON}", instructor)
    run(f"nbgrader fetch_assignment {LESSON}", student)
    shutil.copy(ROOT / "solutions" / LESSON / f"{LESSON}.ipynb", student / LESSON)
    run(f"nbgrader submit {LESSON}", student)
    run(f"nbgrader collect {LESSON}", instructor)
    run("course grade 0", instructor)
    run("course grade feedback 0", instructor)
    run(f"nbgrader release_feedback {LESSON}", instructor)
    run(f"nbgrader fetch_feedback {LESSON}", student)
    return instructor, student


def test_a_clones_lesson_is_handed_out_as_it_was_released(places) -> None:
    outbound = next(places[1].parent.rglob(f"outbound/{LESSON}/{LESSON}.ipynb"))
    assert outbound.read_bytes() == (ROOT / "course" / LESSON / f"{LESSON}.ipynb").read_bytes()


def test_what_was_handed_in_through_the_exchange_is_graded(places) -> None:
    assert marks(places[0])[getpass.getuser()][0] == 1


def test_feedback_finds_its_way_back(places) -> None:
    (page,) = (places[1] / LESSON / "feedback").rglob("*.html")
    assert "gc_content" in page.read_text(encoding="utf-8")


def test_beside_the_page_stands_only_what_the_exchange_wants(places) -> None:
    beside = sorted(path.name for path in (places[0] / "feedback").rglob("*") if path.is_file())
    assert beside == [f"{LESSON}.html", "submission_secret.txt", "timestamp.txt"]


def test_handing_in_the_same_again_runs_nothing(places) -> None:
    """A new date and a new secret are no part of the work."""
    instructor, student = places
    run(f"nbgrader submit {LESSON}", student)
    run(f"nbgrader collect --update {LESSON}", instructor)
    assert "0 run now" in run("course grade 0", instructor)
