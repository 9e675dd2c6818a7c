"""The commands `course` and `nbgrader` for tests: copies of a process that has imported everything, or a true one."""

from __future__ import annotations

import atexit
import functools
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
SMOKE = {"COURSE_SMOKE": "1"}  # trainings of a few steps, where a test asks whether every cell runs
TRUE = [sys.executable, "-c", "from helpers.commands.main import main; main()"]  # a process that begins at nothing


def files(folder: Path) -> dict[str, bytes]:
    """What every file below a folder holds, by its path in it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@functools.cache
def server() -> str:
    """Start the server of this test process; the path of its socket."""
    folder = tempfile.TemporaryDirectory(prefix="course-", dir="/tmp")  # a socket's path must be short
    place = f"{folder.name}/socket"
    command = [sys.executable, str(Path(__file__).with_name("course_server.py")), place]
    process = subprocess.Popen(command, env=surrounded(), stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"

    @atexit.register
    def close() -> None:
        process.terminate()
        process.wait()
        process.stdout.close()
        folder.cleanup()

    return place


def run(
    program: str, *words: str, cwd: Path = ROOT, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command: what it said and its exit code, as `subprocess.run` gives them; -9 if it was killed."""
    with (
        tempfile.NamedTemporaryFile("r", encoding="utf-8") as stdout,
        tempfile.NamedTemporaryFile("r", encoding="utf-8") as stderr,
        socket.socket(socket.AF_UNIX) as line,
    ):
        line.connect(server())
        order = {"program": program, "words": words, "cwd": str(cwd), "env": dict(os.environ if env is None else env)}
        line.sendall(json.dumps({**order, "stdout": stdout.name, "stderr": stderr.name}).encode() + b"\n")
        code = line.makefile().readline()
        return subprocess.CompletedProcess([program, *words], int(code or -9), stdout.read(), stderr.read())


def kernels(folder: Path) -> Path:
    """Lay out a folder for JUPYTER_PATH, in which `python3` is a copy of that process."""
    place = folder / "kernels" / "python3" / "kernel.json"
    place.parent.mkdir(parents=True)
    client = str(Path(__file__).with_name("kernel_client.py"))
    spec = {"argv": [sys.executable, "-I", "-S", client, server(), "{connection_file}"], "language": "python"}
    place.write_text(json.dumps({**spec, "display_name": "Python 3"}))
    return folder


def surrounded(**environment: str) -> dict[str, str]:
    """Our environment, with this checkout's package and with more."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **environment}
