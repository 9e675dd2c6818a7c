"""How bubblewrap is told what a sandbox is: what it shows, what it hides, what it takes away."""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from helpers.grading.sandbox.limits import MIB, Limits, NoSandbox
from helpers.grading.sandbox.sealed import Sealed
from helpers.grading.sandbox.syscalls import refusing

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SETTINGS = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/fonts")
PYTHON_PARTS = ("bin", "lib", "lib64", "pyvenv.cfg", "share/fonts", "etc/fonts", "share/zoneinfo")
PLACE = "/sealed"
PROGRAM = "helpers/grading/sandbox/inside.py"
SCRATCH = 192 * MIB  # of each file system in memory
FIRST_UID, UIDS = 61_200, 4_000  # nobody's; where we are root, each sandbox gets one for itself
OPEN_FILES = 256

# Run first, inside: limits that cannot be raised again, then another user if we are root, then the real program.
WRITABLE = ("/tmp", "/scratch", "/dev/shm")
LAUNCH = """
import os, resource as r, sys
memory, processes, file, handles, user, *command = sys.argv[1:]
for what, most in ((r.RLIMIT_DATA, memory), (r.RLIMIT_FSIZE, file), (r.RLIMIT_CORE, 0), (r.RLIMIT_NOFILE, handles)):
    r.setrlimit(what, (int(most), int(most)))
with open("/proc/self/oom_score_adj", "w") as adjust:
    adjust.write("1000")
if int(user):
    os.setgroups([]); os.setresgid(*[int(user)] * 3); os.setresuid(*[int(user)] * 3)
r.setrlimit(r.RLIMIT_NPROC, (int(processes), int(processes)))
os.execv(command[0], command)
"""


def command(
    sealed: Sealed, limits: Limits, environment: Mapping[str, str], handles: contextlib.ExitStack
) -> tuple[list[str], list[int]]:
    """The command that starts a sandbox, and the descriptors that it reads its arguments and its filter from.

    Raises
    ------
    NoSandbox
        If bubblewrap is not installed.
    """
    words = [*separated(), *(word for name, value in environment.items() for word in ("--setenv", name, value))]
    # first what is writable: Python itself may live below /tmp, and is laid over it
    words += [*writable(*WRITABLE[:2]), *shown(sealed), "--proc", "/proc", "--dev", "/dev", *writable(*WRITABLE[2:])]
    words += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/scratch"]
    passed = []
    program = refusing()
    if program is not None:
        passed.append(handed_over(program, handles))
        words += ["--seccomp", str(passed[0])]
    # through a descriptor, for a command line can be read in /proc
    passed.append(handed_over(b"".join(os.fsencode(word) + b"\0" for word in words), handles))
    started = launched(limits, own_uid() if os.geteuid() == 0 else 0, PLACE)
    return [bwrap(), "--args", str(passed[-1]), "--", *started], passed


def separated() -> list[str]:
    """Arguments that take everything away: name spaces, environment, capabilities.

    Root keeps real users, for a limit on processes counts only for others than root, and becomes one of them before
    anything else is run. Everybody else needs a user name space.
    """
    words = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    words += ["--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"]
    if os.geteuid() == 0:
        return [*words, "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--hostname", "sandbox"]
    closed = ["--disable-userns"] if "--disable-userns" in usage() else []
    return [*words, "--unshare-user", "--uid", "1000", "--gid", "1000", *closed, "--hostname", "sandbox"]


def shown(sealed: Sealed) -> Iterator[str]:
    """Arguments that show the system, Python and the sealed course, read-only, and hide the course itself."""
    for path in SYSTEM:
        if os.path.islink(path):
            yield from ("--symlink", os.readlink(path), path)
        elif os.path.isdir(path):
            yield from ("--ro-bind", path, path)
    yield from (word for path in SETTINGS if os.path.exists(path) for word in ("--ro-bind", path, path))
    covered = [path for path in sealed.hidden if is_below(path, SYSTEM)]
    yield from (word for path in covered for word in ("--tmpfs", path))
    parts = [part for part in python_parts() if is_below(part, covered) or not is_below(part, SYSTEM)]
    yield from (word for folder in parents(parts) for word in (*open_to_all(), "--dir", folder))
    yield from (word for part in parts for word in ("--ro-bind", part, part))
    within = [path for path in sealed.hidden if is_below(path, parts)]
    yield from (word for path in within for word in ("--tmpfs", path))
    yield from ("--ro-bind", str(sealed.folder), PLACE)
    yield from (word for path in (*covered, *within) for word in ("--remount-ro", path))


def python_parts() -> list[str]:
    """The folders in which this Python and its packages live."""
    prefixes = dict.fromkeys((sys.base_prefix, sys.base_exec_prefix, sys.prefix, sys.exec_prefix))
    parts = [f"{prefix}/{part}" for prefix in prefixes for part in PYTHON_PARTS]
    return [part for part in parts if os.path.exists(part)]


def parents(paths: Sequence[str]) -> list[str]:
    """The folders on the way to these paths, outermost first, but those that the system's own trees hold."""
    ways = {str(parent) for path in paths for parent in PurePosixPath(path).parents if str(parent) != "/"}
    return sorted(way for way in ways - {"/tmp"} if not is_below(way, SYSTEM))


def open_to_all(mode: str = "0755") -> list[str]:
    """Arguments that give what is made next these rights: bubblewrap's own way keeps a second user out."""
    return ["--perms", mode] if "--perms" in usage() else []


def is_below(path: str, folders: Sequence[str]) -> bool:
    """Whether a path is one of these folders or stands in one."""
    return any(path == folder or path.startswith(folder + "/") for folder in folders)


def writable(*places: str) -> list[str]:
    """Arguments for small file systems in memory."""
    words = []
    for place in places:
        size = ["--size", str(SCRATCH)] if "--size" in usage() else []
        words += [*open_to_all("1777"), *size, "--tmpfs", place]
    return words


def launched(limits: Limits, user: int, sealed: str) -> list[str]:
    """The program of a sealed copy, started so that it cannot leave its limits; as this user, or as we are for 0."""
    most = (limits.memory, limits.processes + threads_outside(), limits.file, OPEN_FILES, user)
    start = [sys.executable, "-I", "-S", "-c", LAUNCH, *map(str, most)]
    return [*start, sys.executable, "-I", "-B", f"{sealed}/{PROGRAM}", sealed]


@functools.cache
def threads_outside() -> int:
    """What has to be added to a limit on processes: before Linux 5.14 it counts all that the user runs anywhere."""
    version = tuple(int(part) for part in os.uname().release.split("-")[0].split(".")[:2] if part.isdigit())
    return 0 if version >= (5, 14) or os.geteuid() == 0 else 4096


def own_uid() -> int:
    """A user for one sandbox, so that its limits count for it alone."""
    return FIRST_UID + int.from_bytes(os.urandom(2), "big") % UIDS


def handed_over(data: bytes, handles: contextlib.ExitStack) -> int:
    """A descriptor from which a child reads `data`."""
    handle, name = tempfile.mkstemp()
    handles.callback(os.close, handle)
    os.unlink(name)
    if os.pwrite(handle, data, 0) != len(data):
        raise OSError(errno.ENOSPC, "there is no room for temporary files")
    return handle


def bwrap() -> str:
    """Where bubblewrap is."""
    found = shutil.which("bwrap")
    if found is None:
        raise NoSandbox("bubblewrap is not installed: `apt install bubblewrap`, or `dnf install bubblewrap`")
    return found


@functools.cache
def usage() -> str:
    """What this bubblewrap understands."""
    return subprocess.run([bwrap(), "--help"], capture_output=True, text=True).stdout


def trouble() -> str:
    """Why bubblewrap does not work here, and what mends it; "" where it works."""
    try:
        words = [
            *separated(),
            "--ro-bind",
            "/",
            "/",
            "--proc",
            "/proc",
            "--dev",
            "/dev",
            "--tmpfs",
            "/tmp",
            "/bin/true",
        ]
        done = subprocess.run([bwrap(), *words], capture_output=True, text=True, timeout=30)
    except (NoSandbox, OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode == 0:
        return ""
    said = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
    if os.path.exists("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"):
        mend = "`sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`, or an AppArmor profile for bwrap"
    else:
        mend = "allow user name spaces; start a container with `--cap-add SYS_ADMIN --security-opt seccomp=unconfined`"
    return f"bubblewrap does not work here ({said}): {mend}"
