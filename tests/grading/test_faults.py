"""Whatever is killed, locked, full or lost: after the next run the gradebook is as if nothing had been."""

from __future__ import annotations

import contextlib
import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil
import pytest
from course_folder import HALF, LESSON, course, make, marks, submit, surrounded
from filelock import FileLock, Timeout

from helpers.grading import pool, spool
from helpers.grading.coordinate import LOCK
from helpers.grading.nbgrader.gradebook import open_course
from helpers.grading.sandbox.limits import Job, Limits
from helpers.grading.secret import secret
from tests.commands import TRUE

STUDENTS = {"ada": "solutions", "ben": "course", "cleo": HALF}
EXPECTED = {"ada": 1.0, "ben": 0.0, "cleo": 0.0}
MOMENTS = 50
CALLS = 400_000  # of functions: about what a coordinator makes for one submission
SECRET = b"the same for both of them, and long enough"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make(tmp_path / "a course ü", STUDENTS)


def scores(root: Path) -> dict[str, float]:
    return {student: score for student, (score, _, _) in marks(root).items()}


class Coordinators:
    """Starts coordinators one after the other, without the seconds that imports take."""

    def __init__(self, root: Path, store: Path) -> None:
        store.mkdir()
        command = [sys.executable, str(Path(__file__).with_name("coordinator.py")), str(root), str(store)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
        self.server = subprocess.Popen(command, env=surrounded(), stderr=subprocess.DEVNULL, **pipes)

    def start(self, calls: int | str) -> int:
        """Start one that dies after so many calls; its process id."""
        self.server.stdin.write(f"{LESSON} 2 {calls}\n")
        return int(self.server.stdout.readline())

    def ended(self) -> int:
        """Wait for the end; the exit code."""
        return int(self.server.stdout.readline().split()[1])

    def __enter__(self) -> Coordinators:
        return self

    def __exit__(self, *error: object) -> None:
        self.server.stdin.close()
        self.server.wait()
        self.server.stdout.close()


def sandboxes_of(coordinator: int) -> list[psutil.Process]:
    """What runs below a coordinator, as soon as there is something; nothing if it ends before."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(coordinator)
        while process.status() != psutil.STATUS_ZOMBIE:
            if below := process.children(recursive=True):
                return below
            time.sleep(0.01)
    return []


def test_killed_at_fifty_moments_the_gradebook_is_as_without(root, tmp_path) -> None:
    """Most die at a call of a function, any of those that they make; some while sandboxes are at work."""
    calm = make(tmp_path / "calm", STUDENTS)
    (calm / ".course-secret").write_bytes(SECRET)
    (root / ".course-secret").write_bytes(SECRET)
    done = course("grade", "0", root=calm)
    assert done.returncode == 0, done.stdout
    rng = random.Random(5)
    ends = []
    with Coordinators(root, tmp_path / "store") as coordinators:
        for moment in range(MOMENTS):
            student = disturb(root, rng)
            if moment % 10 == 9:
                submit(root, student, f"{HALF}  # {moment}")
                child = coordinators.start("sandboxed")
                below = sandboxes_of(child)
                assert below
                os.kill(child, signal.SIGKILL)
            else:
                coordinators.start(rng.randrange(1, CALLS))
                below = []
            ends.append(coordinators.ended())
            assert psutil.wait_procs(below, timeout=30)[1] == []
            whole(root)
        for student, what in STUDENTS.items():
            submit(root, student, what)
        coordinators.start(0)
        assert coordinators.ended() == 0
    assert set(ends) <= {0, -signal.SIGKILL}
    assert ends.count(-signal.SIGKILL) > MOMENTS // 2  # a few have less to do than that
    assert marks(root) == marks(calm)
    for student in STUDENTS:
        assert spool.read(root, LESSON, student).answers == spool.read(calm, LESSON, student).answers
        assert (root / "autograded" / student / LESSON / f"{LESSON}.ipynb").read_bytes() == (
            calm / "autograded" / student / LESSON / f"{LESSON}.ipynb"
        ).read_bytes()
        assert open_course(root).submission(LESSON, student).is_recorded()


def disturb(root: Path, rng: random.Random) -> str:
    """Give the next coordinator something to do: a new submission, or a lost result; whose it is."""
    student = rng.choice(sorted(STUDENTS))
    what = rng.randrange(4)
    if what == 0:
        submit(root, student, rng.choice(sorted(STUDENTS.values())))
    elif what == 1:
        spool.place(root, LESSON, student).unlink(missing_ok=True)
    elif what == 2:
        spool.place(root, LESSON, student).with_suffix(".recorded").unlink(missing_ok=True)
    else:
        shutil.rmtree(root / "autograded" / student, ignore_errors=True)
    return student


def whole(root: Path) -> None:
    """What lies there is whole, or not there."""
    for path in (root / "spool").rglob("*.json"):
        json.loads(path.read_bytes())
    if (root / "gradebook.db").exists():
        with contextlib.closing(sqlite3.connect(root / "gradebook.db", timeout=30)) as base:
            assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_half_written_folder_is_made_again_by_nbgrader_too(root) -> None:
    """nbgrader takes a folder that is there for a submission that was graded."""
    assert course("grade", "0", root=root).returncode == 0
    half = root / "autograded" / "ada" / LESSON
    for name in ("ada", "ben"):
        spool.place(root, LESSON, name).with_suffix(".recorded").unlink()
    (half / f"{LESSON}.ipynb").chmod(0o644)
    (half / f"{LESSON}.ipynb").write_text('{"cells": [')
    command = [sys.executable, "-m", "nbgrader", "autograde", LESSON]
    done = subprocess.run(command, cwd=root, env=with_tools(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    json.loads((half / f"{LESSON}.ipynb").read_text())
    assert scores(root) == EXPECTED


def with_tools() -> dict[str, str]:
    """nbgrader calls alembic by name."""
    environment = surrounded()
    return {**environment, "PATH": f"{Path(sys.executable).parent}:{environment['PATH']}"}


def test_sandboxes_that_are_killed_are_started_again(root) -> None:
    for student in STUDENTS:
        submit(root, student, f"import time\ntime.sleep(4)\n{HALF}")  # long enough to be hit on a busy machine
    done = []
    thread = threading.Thread(target=lambda: done.append(course("grade", "0", "--jobs", "2", root=root)))
    thread.start()
    both: list[psutil.Process] = []
    while thread.is_alive() and len(both) < 2:  # one of each student: who loses two has died
        both = [one for one in psutil.Process().children(recursive=True) if is_at_work(one)]
        time.sleep(0.02)
    for one in both:
        one.kill()
    thread.join()
    assert len(both) == 2
    assert done[0].returncode == 0, done[0].stdout + done[0].stderr
    assert scores(root) == dict.fromkeys(STUDENTS, 0.0)


def is_at_work(process: psutil.Process) -> bool:
    """Whether this is Python inside a sandbox, and past its start."""
    with contextlib.suppress(psutil.Error):
        words = process.cmdline()
        return "inside.py" in " ".join(words) and "-S" not in words and process.cpu_times().user > 0.1
    return False


def test_two_coordinators_at_once_do_the_work_once(root) -> None:
    done: list[subprocess.CompletedProcess[str]] = []
    both = [threading.Thread(target=lambda: done.append(course("grade", "0", root=root))) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert [one.returncode for one in done] == [0, 0], [one.stderr for one in done]
    assert sum(int(one.stdout.split(" run now")[0].split()[-1]) for one in done) == len(STUDENTS)
    assert sum("somebody else is grading" in one.stderr for one in done) == 1
    assert scores(root) == EXPECTED


def test_a_locked_gradebook_is_waited_for(root) -> None:
    assert course("grade", "0", root=root).returncode == 0
    for student in STUDENTS:
        submit(root, student, "solutions")
    holder = sqlite3.connect(root / "gradebook.db", isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN EXCLUSIVE")
    done: list[subprocess.CompletedProcess[str]] = []
    thread = threading.Thread(target=lambda: done.append(course("grade", "0", root=root)))
    thread.start()
    while thread.is_alive() and not is_held(root / "spool" / LOCK):
        time.sleep(0.1)
    time.sleep(7)  # longer than SQLite itself waits
    holder.execute("ROLLBACK")
    holder.close()
    thread.join()
    assert done[0].returncode == 0, done[0].stdout + done[0].stderr
    assert set(scores(root).values()) == {1.0}


def is_held(lock: Path) -> bool:
    """Whether a coordinator is at work."""
    try:
        with FileLock(lock, timeout=0):
            return False
    except Timeout:
        return True


@pytest.mark.parametrize("most", [300, 20_000], ids=["no room for anything", "no room for the gradebook"])
def test_a_full_disk_is_said_and_costs_nothing(root, most) -> None:
    """No file may grow beyond so many bytes, as if the disk were full."""
    assert course("grade", "0", root=root).returncode == 0
    for student, what in zip(STUDENTS, reversed(STUDENTS.values()), strict=True):
        submit(root, student, what)
    command = [*TRUE, "grade", "0"]
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    full = subprocess.run(
        command,
        cwd=root,
        env={**surrounded(), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard)),
    )
    assert full.returncode == 1, full.stdout + full.stderr
    assert "Traceback" not in full.stderr, full.stderr
    assert full.stdout.count("failed") >= 1
    assert ("not run: " if most == 300 else "not recorded: the gradebook cannot be written") in full.stdout
    done = course("grade", "0", root=root)
    assert done.returncode == 0, done.stdout + done.stderr
    assert scores(root) == {"ada": 0, "ben": 0, "cleo": 1}


def test_a_secret_is_made_once_and_whole(root) -> None:
    code = f"from pathlib import Path\nfrom helpers.grading.secret import secret\nprint(secret(Path({str(root)!r})))"
    both = [subprocess.Popen([sys.executable, "-c", code], env=surrounded(), stdout=subprocess.PIPE) for _ in range(4)]
    said = {one.communicate()[0] for one in both}
    assert len(said) == 1
    assert [path.name for path in root.glob(".course-secret*")] == [".course-secret"]
    assert (root / ".course-secret").stat().st_mode & 0o777 == 0o600
    (root / ".course-secret").write_bytes(b"")  # as a full disk may leave it
    with pytest.raises(ValueError, match="holds no secret"):
        secret(root)


# -- Dask --------------------------------------------------------------------------------------------------------------


def jobs(root: Path, **limits: Any) -> list[Job]:
    made = open_course(root, limits=Limits(**limits))
    return [made.submission(LESSON, student).job for student in STUDENTS]


def test_a_lost_dask_worker_loses_no_submission(root) -> None:
    from distributed import Client, LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        killed = threading.Event()

        def kill_one() -> None:
            while not killed.is_set():
                for worker in cluster.workers.values():
                    process = psutil.Process(worker.pid)
                    if process.children():  # a sandbox is at work
                        process.kill()
                        killed.set()
                        return
                time.sleep(0.02)

        thread = threading.Thread(target=kill_one)
        thread.start()
        results = dict(pool.results(jobs(root), at_once=2, scheduler=client.scheduler.address))
        killed.set()
        thread.join()
    assert set(results) == set(STUDENTS)
    assert all(isinstance(one, spool.Entry) and one.status == "graded" for one in results.values()), results


def test_what_is_sent_to_a_worker_is_plain_data_without_the_secret(root) -> None:
    (root / ".course-secret").write_bytes(b"CANARY-SECRET-0123456789-0123456789")
    for job in jobs(root):
        sent = repr(asdict(job))
        assert "CANARY" not in sent
        assert str(root) not in sent
        assert sent.count(str(job.seed)) == 1
    assert len({job.seed for job in jobs(root)}) == len(STUDENTS)
