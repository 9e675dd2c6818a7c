"""The kinds of sandbox there are, which of them works here, and how each is started."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from pathlib import Path

from helpers import settings
from helpers.grading.sandbox import bubblewrap, containers
from helpers.grading.sandbox.limits import Limits, NoSandbox
from helpers.grading.sandbox.sealed import Sealed

KINDS = ("bubblewrap", "podman", "docker")
UNSAFE = "none"
GIVEN_UP = (
    "without a sandbox, submissions run as you: they can read and change your files, the gradebook and other "
    "submissions, use the network and leave processes behind. Limits of time and memory stay"
)


@functools.cache
def trouble(kind: str) -> str:
    """Why a kind of sandbox does not work here, and what mends it; "" where it works."""
    if sys.platform != "linux":
        return f"{kind} needs Linux: grade on a server, or under WSL"
    return bubblewrap.trouble() if kind == "bubblewrap" else containers.trouble(kind)


def best() -> str:
    """The first kind of sandbox that works here.

    Raises
    ------
    NoSandbox
        If none does; the message says why each does not, and what mends it.
    """
    for kind in KINDS:
        if not trouble(kind):
            return kind
    raise NoSandbox("; ".join(dict.fromkeys(trouble(kind) for kind in KINDS)))


def command(
    kind: str, sealed: Sealed, limits: Limits, folder: Path, handles: contextlib.ExitStack
) -> tuple[list[str], list[int]]:
    """The command that starts a sandbox, and the file descriptors that it needs.

    Raises
    ------
    NoSandbox
        If there is no such kind, or its program is missing.
    """
    if kind == "bubblewrap":
        return bubblewrap.command(sealed, limits, environment(kind, folder), handles)
    if kind in ("podman", "docker"):
        return containers.command(kind, sealed, limits, environment("", folder), folder), []
    if kind == UNSAFE:
        return bubblewrap.launched(limits, 0, str(sealed.folder)), []
    raise NoSandbox(f"there is no sandbox {kind!r}; there are {', '.join(KINDS)}")


def environment(kind: str, folder: Path) -> dict[str, str]:
    """The environment of the process that a sandbox starts as: nothing of ours that is not needed."""
    if kind in ("podman", "docker"):
        return containers.environment()
    temporary = folder if kind == UNSAFE else Path("/tmp")
    home = temporary / "home"
    return {
        "PATH": f"{os.path.dirname(sys.executable)}:/usr/bin:/bin",
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "LANG": "C.UTF-8",
        "USER": "learner",  # there is no list of users inside
        "LOGNAME": "learner",
        settings.HOME: str(home / "course"),
        settings.SOURCE: "simulated",
        "IPYTHONDIR": str(home / "ipython"),
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": str(home / "matplotlib"),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }
