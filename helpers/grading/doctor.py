"""What this machine has for grading, what it lacks, and the one command that mends it."""

from __future__ import annotations

import functools
import importlib.util
import os
import shutil
import stat
import sys
from collections.abc import Callable
from pathlib import Path

from helpers.grading import pool, secret, spool
from helpers.grading.handed_in.submissions import CONFIG
from helpers.grading.sandbox import kinds
from helpers.grading.sandbox.limits import NoSandbox
from helpers.learner.doctor import GIB, INSTALL, Finding, finding_of

APPARMOR = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
PROFILE = "/usr/share/apparmor/extra-profiles/bwrap-userns-restrict"
A_SUBMISSION = 1_000_000  # bytes that the notebook, its answers and its feedback take, with room


def examine(root: Path) -> list[Finding]:
    """Look at everything that grading needs, in the order that a person would mend it.

    Parameters
    ----------
    root : Path
        The course's folder.
    """
    here: list[Callable[[], Finding]] = [
        functools.partial(course, root),
        *(functools.partial(sandbox, kind) for kind in kinds.KINDS),
        work,
        functools.partial(secret_file, root),
        functools.partial(gradebook, root),
        functools.partial(disk, root),
        nbgrader,
        dask,
    ]
    found = [finding_of(check) for check in here]
    return (
        found
        if any(one.thing in kinds.KINDS and one.state == "fine" for one in found)
        else [none_at_all(found), *found]
    )


def none_at_all(found: list[Finding]) -> Finding:
    """The finding that there is no sandbox of any kind: nothing will be graded."""
    mend = next((one.mend for one in found if one.thing in kinds.KINDS and one.mend), "")
    return Finding("sandbox", "broken", "none works, so no submission will be run (--unsafe gives it up)", mend)


def course(root: Path) -> Finding:
    """The folder: its configuration, and what was handed in."""
    if not (root / CONFIG).is_file():
        return Finding(
            "course", "broken", f"there is no {CONFIG} in {root}", "cd into the clone of the course, or --course FOLDER"
        )
    handed_in = root / "submitted"
    count = sum(one.is_dir() for one in handed_in.iterdir()) if handed_in.is_dir() else 0
    return Finding("course", "fine", f"{root}, {count} students in submitted/")


def any_sandbox() -> Finding:
    """What keeps graded submissions apart from this machine; only instructors need it."""
    try:
        return Finding("Sandbox", "fine", f"{kinds.best()} works")
    except NoSandbox:
        return Finding("Sandbox", "lacking", "none works here; needed for grading only", "course grade doctor")


def sandbox(kind: str) -> Finding:
    """One kind of sandbox: it works, or why not; a second kind is no loss."""
    trouble = kinds.trouble(kind)
    if not trouble:
        return Finding(kind, "fine", "works")
    return Finding(kind, "lacking", trouble, mend_of(kind))


def mend_of(kind: str) -> str:
    """The command that brings a kind of sandbox."""
    if sys.platform != "linux":
        return ""
    if shutil.which("bwrap" if kind == "bubblewrap" else kind) is None:
        return f"sudo apt-get install {kind if kind != 'docker' else 'docker.io'}"
    if kind == "bubblewrap" and APPARMOR.exists() and APPARMOR.read_text().strip() == "1":  # Ubuntu 24.04's default
        brought = "" if Path(PROFILE).exists() else "sudo apt-get install apparmor-profiles && "
        return f"{brought}sudo ln -s {PROFILE} /etc/apparmor.d/ && sudo systemctl reload apparmor"
    return "sudo systemctl start docker" if kind == "docker" else ""


def work() -> Finding:
    """Cores and memory: how many submissions at a time."""
    import psutil

    free, jobs = psutil.virtual_memory().available, pool.jobs_here()
    says = f"{os.cpu_count()} cores and {free / GIB:.1f} GiB free: {jobs} submission{'s' * (jobs > 1)} at a time"
    if free < pool.A_JOB:
        return Finding(
            "work", "lacking", f"{says}; one alone takes {pool.A_JOB / GIB:.1f} GiB, so close other programs"
        )
    return Finding("work", "fine", says)


def secret_file(root: Path) -> Finding:
    """The secret that questions are drawn with: readable by its owner, and nobody else."""
    path = root / secret.NAME
    if not path.exists():
        return Finding("secret", "fine", "will be made by the first grading")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return Finding("secret", "broken", f"{path} can be read by others (mode {mode:o})", f"chmod 600 {path}")
    if len(path.read_bytes()) < secret.FEWEST_BYTES:
        return Finding("secret", "broken", f"{path} is too short to be a secret", f"rm {path}")
    return Finding("secret", "fine", f"{path}, mode {mode:o}")


def gradebook(root: Path) -> Finding:
    """The gradebook and the spool: there, whole, and ours to write."""
    path = root / "gradebook.db"
    for place in (path, root / spool.NAME, root):
        if place.exists() and not os.access(place, os.W_OK):
            return Finding("gradebook", "broken", f"{place} is not yours to write", f"sudo chown -R $USER {place}")
    if not path.exists():
        return Finding("gradebook", "fine", "will be made by the first grading")
    import sqlite3

    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as book:
        (whole,) = book.execute("pragma quick_check").fetchone()
    if whole != "ok":
        return Finding(
            "gradebook", "broken", f"{path} is damaged ({whole})", f"cp {path} {path}.damaged && nbgrader db upgrade"
        )
    return Finding("gradebook", "fine", str(path))


def disk(root: Path) -> Finding:
    """Room for what grading writes."""
    free = shutil.disk_usage(root).free
    says = f"{free / GIB:.0f} GiB free, enough for {free // A_SUBMISSION:,} submissions"
    return Finding("disk", "fine" if free > GIB else "lacking", says)


def nbgrader() -> Finding:
    """nbgrader, and the program that it calls by name to make a gradebook."""
    from importlib import metadata

    version = metadata.version("nbgrader")
    if shutil.which("alembic") is None and not (Path(sys.executable).parent / "alembic").exists():
        return Finding("nbgrader", "broken", f"{version}, but without alembic", f"{INSTALL} --force-reinstall alembic")
    if not version.startswith("0.9."):
        return Finding(
            "nbgrader", "broken", f"{version}; 0.9.5 and later of 0.9 are known", f'{INSTALL} "nbgrader>=0.9.5,<0.10"'
        )
    return Finding("nbgrader", "fine", version)


def dask() -> Finding:
    """Dask, for more than one machine; one machine needs none."""
    if importlib.util.find_spec("distributed") is None:
        return Finding(
            "dask",
            "lacking",
            "not installed; only for more than one machine",
            f'{INSTALL} "deep-learning-on-dna[grade]"',
        )
    from importlib import metadata

    return Finding("dask", "fine", metadata.version("distributed"))
