"""Runs `course`, `nbgrader` and kernels many times: what is slow to import is imported once, each run is a copy.

    python course_server.py SOCKET

Each connection brings one order, a line of JSON: the `program`, its `words`, `cwd`, `env`, and the files for `stdout`
and `stderr`. It hears the exit code; of a kernel, which ends when its line is closed, first the number of its process.
A run is a process of its own, as a command is.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import socketserver
import sys
import threading
import traceback

from helpers.commands.main import main as course  # isort: skip  before nbgrader, so that it compiles no grammars
from nbgrader.apps.nbgraderapp import main as nbgrader

from helpers.grading.sandbox import sealed


def kernel() -> None:
    """Be the kernel whose connection file is named."""
    from ipykernel.kernelapp import launch_new_instance

    os.environ.pop("JPY_PARENT_PID", None)  # the process that asked is no parent of this one
    launch_new_instance(argv=["-f", *sys.argv[1:]])


PROGRAMS = {"course": course, "nbgrader": nbgrader, "kernel": kernel}
SLOW = (
    *("torch", "nbclient", "nbconvert", "alembic", "matplotlib.pyplot", "ipykernel.kernelapp"),
    *(f"helpers.grading.{name}" for name in ("coordinate", "feedback", "report", "nbgrader.preprocessors")),
)


class Server(socketserver.ForkingMixIn, socketserver.UnixStreamServer):
    """A process for each connection."""

    max_children = 100


class Run(socketserver.StreamRequestHandler):
    """One run, in a process of its own."""

    def handle(self) -> None:
        """Become the command."""
        order = json.loads(self.rfile.readline())
        os.chdir(order["cwd"])
        os.environ.clear()
        os.environ.update(order["env"])
        for stream, place in ((1, order["stdout"]), (2, order["stderr"])):
            file = os.open(place, os.O_WRONLY)
            os.dup2(file, stream)
            os.close(file)
        sys.argv = [order["program"], *order["words"]]
        if order["program"] == "kernel":
            self.wfile.write(f"{os.getpid()}\n".encode())
            threading.Thread(target=self.end_with_the_line, daemon=True).start()
        self.wfile.write(f"{exit_code(order['program'])}\n".encode())

    def end_with_the_line(self) -> None:
        """End this process when nobody listens any more."""
        self.rfile.read()
        os._exit(1)


def exit_code(program: str) -> int:
    """How a command ends, as its process would tell."""
    try:
        PROGRAMS[program]()
    except SystemExit as done:
        if isinstance(done.code, str):
            print(done.code, file=sys.stderr)
        return done.code if isinstance(done.code, int) else int(done.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        atexit._run_exitfuncs()  # a copy ends without them
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def main() -> None:
    """Serve until killed."""
    for name in SLOW:
        importlib.import_module(name)
    sealed.contents()  # read once, as it does not change
    with Server(sys.argv[1], Run) as server:
        print("ready", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
