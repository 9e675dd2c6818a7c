"""Every attack and every oddity ends as it should: nobody earns, learns or breaks anything, and honest work is paid.

The corpus is data, in `attacks/*.toml`, and families, in `attack_families`. All of it is graded in one go, as a class
is; then each case is looked at.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import socket
import stat
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import psutil
import pytest
from attack_cases import FOLDER, ROOT, Case, cases, hand_in
from nbgrader.api import Gradebook

from helpers.grading import spool
from helpers.grading.coordinate import grade
from helpers.grading.nbgrader.feedback import write_feedback
from helpers.grading.nbgrader.gradebook import open_course
from helpers.grading.sandbox import kinds
from helpers.grading.sandbox.limits import Limits

CASES = cases()
LIMITS = Limits(cell=60, total=300, memory=1536 * 1024**2)
SHORT = Limits(cell=8, total=60, memory=1536 * 1024**2)  # for those who would use all of it
CHANGES = {"spool", "gradebook.db", "autograded", "feedback", ".course-secret", "gradebook.db-journal", "reports"}
CANARY = "CANARY-" + secrets.token_hex(8)
OUTLIVES = ("course-attack-outlives", "987654")


@dataclass
class Graded:
    """The class after grading."""

    root: Path
    before: dict[str, str]
    scores: dict[tuple[str, str], dict[str, float]]
    called: list[str]
    installed: dict[str, str]  # what changed there

    def entry(self, case: Case) -> spool.Entry:
        entry = spool.read(self.root, case.folder, case.name)
        assert entry is not None, "there is nothing in the spool"
        return entry

    def feedback(self, case: Case) -> Path:
        return self.root / "feedback" / case.name / case.folder


def tree(root: Path) -> dict[str, str]:
    """Every file below, with what it is and holds; but for what grading is there to write."""
    found = {}
    for folder, folders, files in os.walk(root):
        if Path(folder) == root:
            folders[:] = [name for name in folders if name not in CHANGES]
            files = [name for name in files if name not in CHANGES]
        for name in [*files, *folders]:
            path = os.path.join(folder, name)
            info = os.lstat(path)
            text = f"{stat.filemode(info.st_mode)} {info.st_uid}"
            if stat.S_ISLNK(info.st_mode):
                text += os.readlink(path)
            elif stat.S_ISREG(info.st_mode):
                with contextlib.suppress(PermissionError), open(path, "rb") as file:
                    text += (
                        hashlib.file_digest(file, "sha256").hexdigest() if sys.version_info >= (3, 11) else digest(file)
                    )
            found[os.path.relpath(path, root)] = text
    return found


def digest(file) -> str:
    return hashlib.sha256(file.read()).hexdigest()


def installed() -> dict[str, str]:
    """What stands around grading on this machine: the package, the environment, the system's settings."""
    around = {f"helpers/{name}": text for name, text in tree(ROOT / "helpers").items() if "__pycache__" not in name}
    for folder in (
        Path(sys.prefix),
        Path(sys.prefix) / "bin",
        *Path(sys.prefix).glob("lib/python*/site-packages"),
        Path("/etc"),
    ):
        around[str(folder)] = "\n".join(
            sorted(name for name in os.listdir(folder) if not name.startswith((".", "__pycache__")))
        )
    around["/etc/passwd"] = hashlib.sha256(Path("/etc/passwd").read_bytes()).hexdigest()
    return around


@contextlib.contextmanager
def listening() -> Iterator[tuple[int, list[str]]]:
    """Ports that a submission may try to call, and who did."""
    called: list[str] = []
    server = socket.create_server(("127.0.0.1", 0))
    port = server.getsockname()[1]
    abstract = socket.socket(socket.AF_UNIX)
    with contextlib.suppress(OSError):  # only Linux has such names
        abstract.bind(f"\0canary-{port}")  # another run of these tests has its own
        abstract.listen()

    def wait(place: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                line, who = place.accept()
                called.append(str(who))
                line.close()

    for place in (server, abstract):
        threading.Thread(target=wait, args=(place,), daemon=True).start()
    yield port, called
    server.close()
    abstract.close()


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Iterator[Graded]:
    """The whole corpus handed in, graded and answered with feedback."""
    kinds.best()  # attacks are not let loose without a sandbox
    root = tmp_path_factory.mktemp("course")
    home = tmp_path_factory.mktemp("home")
    (home / "notes.txt").write_text(CANARY)
    (home / ".bash_history").write_text(CANARY)
    shutil.copytree(ROOT / "solutions", root / "solutions")
    shutil.copytree(ROOT / "course", root / "course")
    config = (ROOT / "nbgrader_config.py").read_text()
    (root / "nbgrader_config.py").write_text(f"{config}\n# {CANARY}\n")
    environment = {"HOME": str(home), "GRADERS_TOKEN": CANARY, "COURSE_HOME": str(home / "course")}
    with listening() as (port, called), pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        places = {"root": str(root), "port": str(port), "canary": str(home / "notes.txt")}
        for case in (*CASES, *(Case("honest", "", "", number, "solutions") for number in (0, 1, 2))):
            if not (root / "submitted" / case.name / case.folder).exists():
                hand_in(root, case, places)
        mark_the_honest(root)
        before = tree(root)
        around = installed()
        folders = sorted({case.folder for case in CASES})
        for folder in folders:
            harm = [case.name for case in CASES if case.kind == "harm" and case.folder == folder]
            for limits, students in ((SHORT, harm), (LIMITS, ())):
                if students or limits is LIMITS:
                    grade(open_course(root, limits=limits), folder, students=students, at_once=2)
            assert write_feedback(open_course(root), folder) == ""
        scores = scores_of(root, folders)
        yield Graded(root, before, scores, called, {k: v for k, v in installed().items() if around.get(k) != v})


def mark_the_honest(root: Path) -> None:
    """Put a canary into what nobody else should read."""
    for path in (root / "submitted" / "honest").rglob("*.ipynb"):
        book = json.loads(path.read_text())
        book["cells"][0]["source"] = CANARY
        path.write_text(json.dumps(book))


def scores_of(root: Path, folders: list[str]) -> dict[tuple[str, str], dict[str, float]]:
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        return {
            (one.student.id, folder): {g.name.removeprefix("check_"): g.score for b in one.notebooks for g in b.grades}
            for folder in folders
            for one in gradebook.assignment_submissions(folder)
        }


def by(kind: str) -> list:
    return [pytest.param(case, id=case.name) for case in CASES if case.kind == kind]


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.kind}-{case.name}") for case in CASES])
def test_points_and_status_are_as_they_should_be(graded, case) -> None:
    entry = graded.entry(case)
    if case.status != "any":
        assert entry.status == case.status, entry.why
    assert bool(entry.why) == (entry.status != "graded")
    if case.expected is not None:
        got = graded.scores[case.name, case.folder]
        assert {name: got.get(name) for name in case.expected} == case.expected, (entry.said, entry.why)


@pytest.mark.parametrize("case", by("forbidden"))
def test_what_is_forbidden_is_seen_where_it_is_called(graded, case) -> None:
    """An attack that fails for another reason, at a name that has moved for one, shows nothing."""
    assert {name: seen_in(graded.entry(case).answers[name]) for name in case.cells} == dict.fromkeys(case.cells, True)


def seen_in(answers: list[Any] | None) -> bool:
    """Whether among answers is one that was made with what is forbidden."""
    return any(type(one) is dict and "forbidden" in one for one in answers or [])


def test_nobody_finds_a_reference_in_the_sealed_course(graded) -> None:
    case = next(case for case in CASES if case.name == "the-reference-itself")
    entry = graded.entry(case)
    said = {name: [entry.said.get(name, ""), *map(str, entry.answers[name] or [])] for name in case.cells}
    assert len(said) == 9
    assert set(said.pop("quiz")) == {"", "{'value': ''}"}
    assert [name for name, lines in said.items() if not any("AttributeError" in one for one in lines)] == []
    assert [name for name, lines in said.items() if not any("reference" in one for one in lines)] == []


@pytest.mark.parametrize("case", by("leaks"))
def test_nothing_that_was_looked_for_was_found(graded, case) -> None:
    assert "CANARY-" not in json.dumps(graded.entry(case).answers), graded.entry(case).answers
    assert graded.called == []


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.kind}-{case.name}") for case in CASES])
def test_feedback_holds_nothing_hidden_and_one_page(graded, case) -> None:
    files = [path for path in graded.feedback(case).rglob("*") if path.is_file()]
    assert [path.suffix for path in files] == [".html"]
    page = files[0].read_text()
    secret = (graded.root / ".course-secret").read_text()
    entry = graded.entry(case)
    assert not any(word in page for word in (CANARY, secret, str(entry.seed), "QUESTION [")), "a leak"
    parser = Scripts(page)
    assert parser.found == []


class Scripts(HTMLParser):
    """What in a page could run: scripts, handlers, frames, addresses."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs) -> None:
        if tag in ("script", "iframe", "object", "embed", "img", "svg", "a", "link", "base", "form"):
            self.found.append(tag)
        self.found += [name for name, _ in attrs if name.startswith("on") or name in ("src", "href", "srcdoc")]


def test_nothing_runs_in_the_formgrader(graded) -> None:
    """It shows the autograded notebook: text cells and outputs as HTML, code as text."""
    case = next(case for case in CASES if case.name == "script-for-the-grader")
    path = graded.root / "autograded" / case.name / case.folder / f"{case.folder}.ipynb"
    book = json.loads(path.read_text())
    assert "XSS" not in json.dumps(book["metadata"])
    for cell in book["cells"]:
        if cell["cell_type"] != "code":
            assert "XSS" not in json.dumps(cell)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            assert set(data) <= {"text/plain", "text/html"}
            assert Scripts("".join(data.get("text/html", ""))).found == []


def test_everything_around_is_as_it_was(graded) -> None:
    after = tree(graded.root)
    changed = {name for name in after.keys() | graded.before.keys() if after.get(name) != graded.before.get(name)}
    assert changed == set()
    assert graded.installed == {}


def outlived() -> set[tuple[int, str]]:
    """Processes of attacks, and sandboxes that nobody waits for."""
    left = set()
    for process in psutil.process_iter(["cmdline", "uids", "ppid"]):
        words = " ".join(process.info["cmdline"] or [])
        if process.pid != os.getpid() and any(word in words for word in OUTLIVES) and "pytest" not in words:
            left.add((process.pid, words[:200]))
        sandboxed = (process.info["uids"] and 61_200 <= process.info["uids"].real < 65_200) or "bwrap" in words
        if sandboxed and process.info["ppid"] == 1:  # others may be grading besides
            left.add((process.pid, words[:200]))
    return left


def test_nothing_outlives_grading(graded) -> None:
    left, until = outlived(), time.monotonic() + 30
    while left and time.monotonic() < until:  # another's sandbox has lost its outer process a moment before it ends
        time.sleep(0.1)
        left &= outlived()
    assert left == set()


def test_nothing_is_left_behind(graded) -> None:
    secret = os.stat(graded.root / ".course-secret")
    assert stat.S_IMODE(secret.st_mode) == 0o600
    for place in (graded.root / "autograded", graded.root / "feedback", graded.root / "spool"):
        for folder, folders, files in os.walk(place):
            for name in [*folders, *files]:
                info = os.lstat(os.path.join(folder, name))
                assert stat.S_ISREG(info.st_mode) or stat.S_ISDIR(info.st_mode), (folder, name)
                assert not info.st_mode & (stat.S_ISUID | stat.S_ISGID), (folder, name)
    for place in ("/tmp", "/var/tmp", "/dev/shm"):
        assert not [name for name in os.listdir(place) if name == "flood" or name.startswith("note-from-")]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_honest_work_beside_it_keeps_its_marks(graded, number) -> None:
    case = Case("honest", "", "", number, "solutions")
    got = graded.scores[case.name, case.folder]
    assert {name: got.get(name) for name in case.expected or {}} == case.expected


@pytest.mark.parametrize(
    ("name", "most"), [("forks-and-forks", 128), ("takes-the-memory", 13), ("takes-the-disk", 700)]
)
def test_amounts_are_limited(graded, name, most) -> None:
    case = next(case for case in CASES if case.name == name)
    told = json.dumps(graded.entry(case).answers)
    numbers = [int(word.strip('"}],')) for word in told.split() if word.strip('"}],').isdigit()]
    assert "never" not in told and all(number <= most for number in numbers), told


def test_what_was_written_outside_is_nothing(graded) -> None:
    for name in ("writes-outside", "links-devices-and-rights", "mounts-and-traces"):
        told = json.dumps(graded.entry(next(case for case in CASES if case.name == name)).answers)
        assert all(one in ("DONE ", "OPENED ", "") for one in found_in(told)), told


def found_in(told: str) -> list[str]:
    """The texts among answers."""
    return [
        one["value"] for answers in json.loads(told).values() for one in answers or [] if type(one.get("value")) is str
    ]


def test_the_corpus_has_each_kind() -> None:
    assert {case.kind for case in CASES} == {path.stem for path in FOLDER.glob("*.toml")}
    assert len({case.name for case in CASES}) == len(CASES) >= 200
