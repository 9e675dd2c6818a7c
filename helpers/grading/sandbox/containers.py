"""Rootless podman, or docker, where bubblewrap is not to be had.

The image is empty: a few folders and links, made here, so nothing is downloaded. System and Python are the host's own,
shown read-only, exactly as bubblewrap shows them.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path

from helpers.grading.sandbox.bubblewrap import (
    OPEN_FILES,
    PLACE,
    SCRATCH,
    SETTINGS,
    SYSTEM,
    WRITABLE,
    is_below,
    launched,
    own_uid,
    python_parts,
    threads_outside,
)
from helpers.grading.sandbox.limits import Limits
from helpers.grading.sandbox.sealed import Sealed

IMAGE = "localhost/course-nothing:2"
SECONDS = 60  # for a command of podman or docker itself
TO_FIND_THEMSELVES = ("PATH", "HOME", "XDG_RUNTIME_DIR", "DOCKER_HOST", "CONTAINERS_CONF", "CONTAINERS_STORAGE_CONF")


def environment() -> dict[str, str]:
    """What podman and docker themselves see of our environment."""
    return {name: os.environ[name] for name in TO_FIND_THEMSELVES if name in os.environ}


def command(kind: str, sealed: Sealed, limits: Limits, environment: Mapping[str, str], folder: Path) -> list[str]:
    """The command that starts a container; `folder`'s name is the container's."""
    words = [kind, "run", "--rm", "--interactive", "--name", folder.name, "--network=none", "--read-only"]
    words += ["--cap-drop=all", "--security-opt=no-new-privileges", "--hostname=sandbox", "--log-driver=none"]
    words += [f"--memory={limits.memory}", f"--memory-swap={limits.memory}", f"--pids-limit={limits.processes}"]
    user = own_uid() if os.geteuid() == 0 else 1000
    most = limits.processes + threads_outside()
    words += [f"--ulimit=nofile={OPEN_FILES}:{OPEN_FILES}", f"--ulimit=nproc={most}:{most}", f"--user={user}:{user}"]
    words += ["--workdir=/scratch"]
    words += [f"--tmpfs={place}:rw,nosuid,nodev,size={SCRATCH},mode=1777" for place in WRITABLE]
    words += ["--read-only-tmpfs=false"] if kind == "podman" else []  # or it would put its own over these
    for path in [*shown(sealed), f"{sealed.folder}={PLACE}"]:
        source, _, place = path.partition("=")
        words.append(f"--volume={source}:{place or source}:ro")
    words += [f"--env={name}={value}" for name, value in environment.items()]
    return [*words, IMAGE, *launched(limits, 0, PLACE)]


def shown(sealed: Sealed) -> list[str]:
    """What of the host is shown, and an empty folder over each place that holds the course itself."""
    system = [path for path in SYSTEM if os.path.isdir(path) and not os.path.islink(path)]
    settings = [path for path in SETTINGS if os.path.exists(path)]
    parts = [part for part in python_parts() if not is_below(part, system)]
    nothing = str(sealed.folder / "nothing")
    return [*system, *settings, *parts, *(f"{nothing}={p}" for p in sealed.hidden if is_below(p, [*system, *parts]))]


def remove(kind: str, folder: Path) -> None:
    """End a container and everything in it."""
    words = [kind, "rm", "--force", "--time=0", folder.name]
    subprocess.run(words, capture_output=True, timeout=SECONDS, check=False, env=environment())


def trouble(kind: str) -> str:
    """Why podman or docker cannot hold a sandbox here, and what mends it; "" where it can."""
    if shutil.which(kind) is None:
        return f"{kind} is not installed"
    try:
        make_image(kind)
        words = [kind, "run", "--rm", "--network=none", "--ulimit=nofile=64:64", "--ulimit=nproc=64:64"]
        words += [f"--volume={path}:{path}:ro" for path in SYSTEM if is_folder(path)]
        done = subprocess.run(
            [*words, IMAGE, "/bin/true"], capture_output=True, text=True, timeout=SECONDS, env=environment()
        )
    except subprocess.TimeoutExpired:
        return f"{kind} does not answer within {SECONDS} s"
    except subprocess.CalledProcessError as error:
        return f"{kind} does not work here ({last_line(error.stderr)})"
    return "" if done.returncode == 0 else f"{kind} does not work here ({last_line(done.stderr)})"


def make_image(kind: str) -> None:
    """Make the empty image, unless it is there."""
    there = subprocess.run([kind, "image", "inspect", IMAGE], capture_output=True, timeout=SECONDS, env=environment())
    if there.returncode != 0:
        subprocess.run(
            [kind, "import", "-", IMAGE],
            input=nothing_but_links(),
            capture_output=True,
            check=True,
            timeout=SECONDS,
            env=environment(),
        )


def nothing_but_links() -> bytes:
    """An image's content: folders to mount on, and the host's own links such as /bin -> usr/bin."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for path in (*SYSTEM, "/proc", "/dev", "/etc", "/tmp", "/scratch", PLACE):
            entry = tarfile.TarInfo(path.lstrip("/"))
            entry.mode = 0o1777 if path in WRITABLE else 0o755
            entry.type = tarfile.SYMTYPE if os.path.islink(path) else tarfile.DIRTYPE
            entry.linkname = os.readlink(path) if os.path.islink(path) else ""
            archive.addfile(entry)
    return data.getvalue()


def is_folder(path: str) -> bool:
    """Whether a path is a folder, and no link to one."""
    return os.path.isdir(path) and not os.path.islink(path)


def last_line(said: str | bytes | None) -> str:
    """The last line of what a program complained about."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said or ""
    return (text.strip().splitlines() or ["it says nothing"])[-1][:200]
