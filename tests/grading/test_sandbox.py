"""What a learner's code can see, reach, use up and leave behind: nothing that is not its own."""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from helpers.engine.codec import decode
from helpers.grading.mark import verdicts
from helpers.grading.run import run
from helpers.grading.sandbox import bubblewrap, kinds
from helpers.grading.sandbox.limits import MIB, Job, Limits, NoSandbox
from helpers.grading.sandbox.sandbox import Ended, Interrupted, Sandbox
from helpers.grading.sandbox.sealed import sealed

ROOT = Path(__file__).parents[2]
START = ROOT / "course" / "00_start_here" / "00_start_here.ipynb"
LIMITS = Limits(cell=20, total=120, memory=1024 * MIB, processes=32, file=16 * MIB, answers=8 * MIB)
Probe = Callable[[str], Any]


class Inside:
    """A running sandbox, and what Python says in it."""

    def __init__(self, kind: str = "") -> None:
        self.sandbox = Sandbox(sealed(), LIMITS, kind)
        self.order(do="open", lesson=0)
        self.order(do="unpack", files={"mine.txt": base64.b64encode(b"my own").decode()})

    def order(self, **order: Any) -> dict[str, Any]:
        token = secrets.token_hex(4)
        until = time.monotonic() + 120
        timed = {"seconds": 60} if order["do"] in ("run", "ask") else {}
        self.sandbox.say(json.dumps({**order, **timed, "token": token}).encode(), until)
        reply = json.loads(self.sandbox.hear(until))
        assert reply["token"] == token
        return reply

    def __call__(self, body: str) -> Any:
        """What a function with this body returns in there."""
        lines = "".join(f"    {line}\n" for line in body.splitlines())
        assert self.order(do="run", source=f"import os, glob\ndef probe(sequence):\n{lines}")["said"] == ""
        answer = self.order(do="ask", exercise="gc_content", name="probe", seed=1)["answers"][0]
        return decode(answer["value"]) if "value" in answer else f"{answer['error']}: {answer['text']}"


@pytest.fixture(scope="module")
def inside() -> Iterator[Probe]:
    probe = Inside()
    yield probe
    probe.sandbox.close()


# -- what it sees ------------------------------------------------------------------------------------------------------


def test_nothing_of_our_environment_is_there(inside) -> None:
    seen = inside("return dict(os.environ)")
    assert not {"SSH_AUTH_SOCK", "VIRTUAL_ENV", "PYTEST_CURRENT_TEST", "OLDPWD"} & set(seen)
    assert set(seen) <= {*kinds.environment("bubblewrap", Path("/")), "PWD"}
    told = inside(
        "def told(place):\n    try:\n        return open(place).read()\n"
        "    except PermissionError:\n        return ''\n"
        "return {place: told(place) for place in glob.glob('/proc/[0-9]*/environ') + ['/proc/self/environ']}"
    )
    assert "COURSE_DATA_SOURCE=simulated" in told["/proc/self/environ"] and "/proc/1/environ" in told
    assert not any("PYTEST" in text for text in told.values()), told


def test_neither_the_course_nor_anybody_elses_files_are_there(inside) -> None:
    places = [
        "/root",
        "/home",
        "/work",
        "/srv",
        "/mnt",
        "/var",
        "/etc/passwd",
        "/etc/shadow",
        str(Path.home()),
        str(ROOT),
    ]
    found = inside(
        f"found = []\nfor place in {places!r}:\n    for at, folders, names in os.walk(place):\n"
        "        folders[:] = [one for one in folders if one not in {'lib', 'lib64', 'bin', 'share', 'etc'}]\n"
        "        found += [os.path.join(at, name) for name in names if name != 'pyvenv.cfg']\nreturn found[:50]"
    )
    assert found == []
    assert (
        inside(f"return [os.path.exists({str(ROOT)!r} + name) for name in ('/solutions', '/helpers', '/.git')]")
        == [False] * 3
    )


def test_the_package_inside_is_the_sealed_one(inside) -> None:
    assert inside("import helpers; return helpers.__file__") == "/sealed/helpers/__init__.py"
    assert inside("import helpers.grading.secret").startswith("ModuleNotFoundError")


def test_no_other_process_is_there(inside) -> None:
    shown = inside("return sorted(open(f'{p}/cmdline').read() for p in glob.glob('/proc/[0-9]*'))")
    assert len(shown) <= 4
    assert not any(
        word in line for line in shown for word in ("pytest", "nbgrader", "--ro-bind", str(ROOT / "helpers"))
    )


def test_there_is_no_network(inside) -> None:
    server = socket.create_server(("127.0.0.1", 0))
    port = server.getsockname()[1]
    tried = inside(
        "import socket\ndef reach(*where):\n    try:\n        socket.create_connection(where, 1).close()\n"
        "        return 'reached'\n    except OSError:\n        return 'no'\n"
        f"return [reach('127.0.0.1', {port}), reach('1.1.1.1', 53), reach('localhost', {port}), "
        "[name for _, name in socket.if_nameindex()]]"
    )
    server.close()
    assert tried[:3] == ["no", "no", "no"]
    assert set(tried[3]) <= {"lo"}


# -- what it can change ------------------------------------------------------------------------------------------------


def test_it_writes_its_scratch_copy_and_nothing_else(inside) -> None:
    places = [
        "/",
        "/usr",
        "/etc",
        "/dev",
        "/sealed",
        "/sealed/helpers",
        sys.prefix,
        os.path.dirname(os.__file__),
        "/proc",
    ]
    wrote = inside(
        "wrote = []\n"
        f"for place in {places!r} + ['.', '/tmp', os.environ['HOME'], '/dev/shm']:\n"
        "    try:\n        open(place + '/written', 'w').close()\n        wrote.append(place)\n"
        "    except OSError:\n        pass\nreturn wrote"
    )
    assert wrote == [".", "/tmp", "/tmp/home", "/dev/shm"]
    assert inside("return os.getcwd(), os.listdir('.')")[1].count("mine.txt") == 1


def test_it_is_nobody_and_stays_so(inside) -> None:
    user = inside("return os.getuid()")
    assert user not in (0, os.getuid()) or os.getuid() == 1000
    assert inside("os.setuid(0)").startswith("PermissionError")
    capable = inside(
        "return [line.split()[1] for line in open('/proc/self/status') if line[:6] in ('CapPrm', 'CapEff')]"
    )
    assert {int(one, 16) for one in capable} == {0}
    assert inside(
        "return [line.split()[1] for line in open('/proc/self/status') if line.startswith('NoNewPrivs')]"
    ) == ["1"]


@pytest.mark.parametrize(
    "call",
    [
        "libc.mount(b'none', b'/tmp', b'tmpfs', 0, None)",
        "libc.unshare(0x10000000)",
        "libc.unshare(0x00020000)",
        "libc.ptrace(16, 1, 0, 0)",
        "libc.syscall(319, b'memory', 0)",
        "libc.shmget(1, 1 << 20, 0o1666)",
        "libc.syscall(250, 0, -3, 0)",
        "libc.syscall(425, 8, 0)",
        "libc.syscall(321, 0, 0, 0)",
        "libc.mknod(b'disk', 0o060666, 0xfe00)",
        "libc.chroot(b'.')",
    ],
)
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of system calls are those of x86_64")
def test_dangerous_system_calls_are_refused(inside, call) -> None:
    assert inside(f"import ctypes\nlibc = ctypes.CDLL(None)\nreturn {call}") == -1


def test_a_name_space_of_its_own_is_refused(inside) -> None:
    assert (
        inside(
            "import subprocess\nreturn subprocess.run(['unshare', '--user', 'true'], capture_output=True).returncode"
        )
        != 0
    )


# -- what it can use up ------------------------------------------------------------------------------------------------


def test_files_are_limited_one_by_one_and_together(inside) -> None:
    body = (
        "total = 0\nfor n in range(40):\n    try:\n        with open(f'/tmp/big{n}', 'wb') as file:\n"
        "            for _ in range(64):\n                total += file.write(bytes(2**20))\n"
        "    except OSError:\n        pass\nsizes = [os.path.getsize(p) for p in glob.glob('/tmp/big*')]\n"
        "[os.remove(p) for p in glob.glob('/tmp/big*')]\nreturn max(sizes), sum(sizes)"
    )
    largest, together = inside(body)
    assert largest <= LIMITS.file
    assert together <= bubblewrap.SCRATCH


def test_memory_of_one_process_is_limited(inside) -> None:
    assert inside("blocks = [bytearray(64 * 2**20) for _ in range(60)]").startswith("MemoryError")


def test_the_number_of_processes_is_limited(inside) -> None:
    body = (
        "import signal, time\nmade = []\ntry:\n    for _ in range(500):\n        made.append(os.fork())\n"
        "        if not made[-1]:\n            time.sleep(60); os._exit(0)\nexcept OSError:\n    pass\n"
        "for one in made:\n    os.kill(one, signal.SIGKILL); os.waitpid(one, 0)\nreturn len(made)"
    )
    assert inside(body) < LIMITS.processes


def with_answer(source: str) -> bytes:
    book = json.loads(START.read_text(encoding="utf-8"))
    for cell in book["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "gc_content":
            cell["source"] = source
    return json.dumps(book).encode()


def graded(source: str, **limits: Any) -> Any:
    few = Limits(**{"cell": 4, "total": 90, "memory": 1024 * MIB, **limits})
    return run(Job("00_start_here", "eve", 7, with_answer(source), START.read_text(encoding="utf-8"), few))


def outsiders() -> set[int]:
    running = psutil.process_iter(["cmdline"])
    return {one.pid for one in running if "sandbox-outlives" in " ".join(one.info["cmdline"] or [])}


@pytest.mark.parametrize(
    ("source", "status", "why"),
    [
        ("def gc_content(s):\n    while True:\n        pass", "timed out", "took longer than 4 s"),
        (
            "import signal, time\ndef gc_content(s):\n    every = signal.valid_signals()\n"
            "    signal.pthread_sigmask(signal.SIG_BLOCK, every)\n    time.sleep(3600)",
            "timed out",
            "took too long",
        ),
        ("import os\nos._exit(0)", "died", "ended its process"),
        ("import os\ndef gc_content(s):\n    os.kill(os.getpid(), 9)", "died", ""),
        (
            "import os, time\ndef gc_content(s):\n    for _ in range(12):\n        if os.fork() == 0:\n"
            "            block = bytearray(300 * 2**20)\n            block[::4096] = bytes(len(block) // 4096)\n"
            "            time.sleep(600)\n    time.sleep(600)",
            "died",
            "memory",
        ),
    ],
    ids=["a loop", "deaf to signals", "an exit", "a kill", "memory of many"],
)
def test_what_ends_a_submission_is_said(source, status, why) -> None:
    entry = graded(source, cell=60 if status == "died" else 4)
    assert entry.status == status, entry.why
    assert why in entry.why
    assert entry.why.startswith("gc_content: ")
    assert sum(found.points for found in verdicts(entry).values()) == 0


def test_nothing_outlives_its_sandbox() -> None:
    outliver = "import time; time.sleep(600)  # sandbox-outlives"
    entry = graded(
        f"import os, subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {outliver!r}], start_new_session=True)\n"
        f"if os.fork() == 0:\n    os.setsid()\n    os.execv(sys.executable, [sys.executable, '-c', {outliver!r}])\n"
        "def gc_content(s):\n    return (s.count('G') + s.count('C')) / len(s)"
    )
    assert entry.status == "graded", entry.why
    assert verdicts(entry)["gc_content"].passed
    assert outsiders() == set()


def test_a_second_message_voids_the_first() -> None:
    forge = (
        "import glob, json, os, sys\ndef gc_content(s):\n    frame = sys._getframe()\n"
        "    while 'replies' not in frame.f_locals:\n        frame = frame.f_back\n"
        "    token, pipe = frame.f_locals['order']['token'], frame.f_locals['replies']\n"
        "    os.write(pipe, json.dumps({'token': token, 'answers': [{'value': 0.5}] * 5}).encode() + b'\\n')\n"
        "    return (s.count('G') + s.count('C')) / len(s)"
    )
    entry = graded(forge)
    assert entry.answers == {"gc_content": None}
    assert "more than one message" in entry.said["gc_content"]


def test_a_flood_of_messages_ends_the_sandbox() -> None:
    flood = (
        "import os, sys\ndef gc_content(s):\n    frame = sys._getframe()\n    while 'replies' not in frame.f_locals:\n"
        "        frame = frame.f_back\n    while True:\n        os.write(frame.f_locals['replies'], b'x' * 65536)"
    )
    entry = graded(flood, answers=4 * MIB)
    assert entry.status == "died"
    assert entry.why == "gc_content: sent more than 4 MB"
    assert verdicts(entry)["gc_content"].points == 0


def test_an_answer_too_large_is_none() -> None:
    entry = graded("def gc_content(s):\n    return ['x' * 20_000] * 100", cell=60)
    assert entry.answers["gc_content"] is None
    assert entry.said["gc_content"] == "the answers are too large"


def test_an_interrupted_submission_keeps_what_was_answered_before() -> None:
    path = ROOT / "course" / "01_linear_regression" / "01_linear_regression.ipynb"
    book = json.loads(
        (ROOT / "solutions" / "01_linear_regression" / "01_linear_regression.ipynb").read_text(encoding="utf-8")
    )
    for cell in book["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "gradient_step":
            cell["source"] = "import os\ndef gradient_step(*numbers):\n    os._exit(1)"
    job = Job(
        "01_linear_regression", "ada", 7, json.dumps(book).encode(), path.read_text(encoding="utf-8"), Limits(total=300)
    )
    entry = run(job)
    found = verdicts(entry)
    assert entry.status == "died"
    assert entry.why == "gradient_step: ended its process"
    assert {name for name, one in found.items() if not one.passed} == {"gradient_step"}


# -- where there is none -----------------------------------------------------------------------------------------------


def test_without_a_sandbox_nothing_is_run_and_the_reason_is_said(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    kinds.trouble.cache_clear()
    with pytest.raises(
        NoSandbox, match=r"bubblewrap is not installed: `apt install bubblewrap`.*podman is not installed"
    ):
        kinds.best()
    kinds.trouble.cache_clear()


def test_a_sandbox_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(NoSandbox, match="there is no sandbox 'chroot'; there are bubblewrap, podman, docker"):
        Sandbox(sealed(), LIMITS, "chroot")


def test_without_a_sandbox_limits_of_time_and_memory_stay() -> None:
    source = with_answer("def gc_content(s):\n    return len(bytearray(4 * 2**30))")
    job = Job(
        "00_start_here", "eve", 7, source, START.read_text(encoding="utf-8"), Limits(memory=1024 * MIB), kinds.UNSAFE
    )
    entry = run(job)
    assert entry.answers["gc_content"][0]["error"] == "MemoryError"
    solved = (ROOT / "solutions" / "00_start_here" / "00_start_here.ipynb").read_bytes()
    entry = run(Job("00_start_here", "ada", 7, solved, START.read_text(encoding="utf-8"), sandbox=kinds.UNSAFE))
    assert verdicts(entry)["gc_content"].passed


def test_killing_the_coordinator_ends_the_sandbox() -> None:
    code = (
        "import time\nfrom helpers.grading.sandbox.sandbox import Sandbox\n"
        "from helpers.grading.sandbox.sealed import sealed\n"
        "from helpers.grading.sandbox.limits import Limits\nbox = Sandbox(sealed(), Limits())\n"
        "print(box.process.pid, flush=True)\ntime.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    below = child.children(recursive=True)
    parent.kill()
    parent.wait()
    _, alive = psutil.wait_procs([child, *below], timeout=20)
    assert alive == []


def test_a_sandbox_killed_once_is_started_again() -> None:
    """A machine short of memory may kill what did nothing wrong."""
    job = Job(
        "00_start_here",
        "ada",
        7,
        with_answer(
            "import time\nlarge = b'x' * 300_000_000\ntime.sleep(4)\n"
            "def gc_content(s):\n    return (s.count('G') + s.count('C')) / len(s)"
        ),
        START.read_text(encoding="utf-8"),
    )
    entries = []
    others = {one.pid for one in psutil.Process().children(recursive=True)}
    thread = threading.Thread(target=lambda: entries.append(run(job)))
    thread.start()
    killed = False
    while thread.is_alive() and not killed:
        for one in psutil.Process().children(recursive=True):
            if one.pid not in others and resident(one) > 300_000_000:
                one.kill()
                killed = True
                break
        time.sleep(0.05)
    thread.join()
    assert killed
    assert entries[0].status == "graded", entries[0].why
    assert verdicts(entries[0])["gc_content"].passed


def resident(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="needs bubblewrap")
def test_bubblewraps_own_arguments_are_seen_by_nobody(inside) -> None:
    assert "--ro-bind" not in inside("return open('/proc/1/cmdline').read()")


def test_one_grading_that_is_stopped_stops_no_other() -> None:
    mine, theirs = threading.Event(), threading.Event()
    job = Job("00_start_here", "ada", 7, with_answer("def gc_content(s):\n    return 0"), START.read_text("utf-8"))
    mine.set()
    with pytest.raises(Interrupted):
        run(job, mine)
    assert run(job, theirs).status == "graded"


def test_a_lesson_without_torch_is_graded_without_torch() -> None:
    source = "import sys\ndef gc_content(s):\n    return sorted({'torch', 'matplotlib.pyplot'} & set(sys.modules))"
    assert graded(source).answers["gc_content"] == [{"value": {"list": []}}] * 5


def test_an_error_that_calls_itself_late_is_not() -> None:
    assert graded("class TimeLimit(Exception): pass\nraise TimeLimit('x')").status == "graded"


def test_what_was_stopped_is_told_in_our_words() -> None:
    source = "late = {one.__module__: one for one in BaseException.__subclasses__() if one.__name__ == 'TimeLimit'}\n"
    entry = graded(source + "late.pop('helpers.engine.time_limit', 0)\nraise late.popitem()[1]('full marks are due')")
    assert (entry.status, entry.why) == ("timed out", "gc_content: took longer than 4 s")


def test_the_sandbox_ends_where_nobody_reads(inside) -> None:
    with Sandbox(sealed(), LIMITS) as sandbox, pytest.raises(Ended, match="took too long"):
        sandbox.hear(time.monotonic() + 0.5)
