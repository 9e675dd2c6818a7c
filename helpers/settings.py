"""What may be set from outside, by environment variables with a ``COURSE_`` before their names, and only here."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from helpers import places

DATA, SOURCE, CACHE, HOME = "COURSE_DATA", "COURSE_DATA_SOURCE", "COURSE_CACHE", "COURSE_HOME"
DEVICE, FULL, SMOKE = "COURSE_DEVICE", "COURSE_FULL", "COURSE_SMOKE"


def home() -> Path:
    """The folder that keeps this learner's progress: the one named by COURSE_HOME, else among the user's data."""
    named = os.environ.get(HOME)
    return Path(named) if named else places.user_data()


def cache() -> Path:
    """The folder that keeps downloads: the one named by COURSE_CACHE, else in the user's cache."""
    named = os.environ.get(CACHE, "").strip()
    return Path(named).expanduser() if named else places.downloads()


def mirrors() -> list[str]:
    """The folders and base addresses that COURSE_DATA names, parted by `;`."""
    return [mirror.strip() for mirror in os.environ.get(DATA, "").split(";") if mirror.strip()]


def data_source() -> str | None:
    """Which data lessons take, as COURSE_DATA_SOURCE says ("real", "simulated"); None where it says nothing."""
    return os.environ.get(SOURCE, "").strip() or None


def device() -> str | None:
    """The device that COURSE_DEVICE names; None where it names none."""
    return os.environ.get(DEVICE) or None


def full() -> bool:
    """Whether lessons should train as long as the published rows did (`course run --full`; COURSE_FULL=1)."""
    return os.environ.get(FULL, "") not in ("", "0")


def smoke() -> bool:
    """Whether pictures are small and trainings short, since a run asks only whether every cell runs.

    COURSE_SMOKE=1 says so.
    """
    return os.environ.get(SMOKE, "") not in ("", "0")


@contextlib.contextmanager
def surroundings(home: Path | None = None, **variables: str | None) -> Iterator[None]:
    """Set the environment that a lesson runs in when nobody is there to learn from it, and put it back.

    Parameters
    ----------
    home : Path, optional
        Where progress is kept meanwhile; a temporary folder if not given, so that no learner's progress is touched.
    **variables
        Environment variables, for this process and the kernels it starts; None leaves one as it is.
    """
    with tempfile.TemporaryDirectory(prefix="course-home-") as temporary:
        wanted = {
            HOME: str(home.resolve() if home else temporary),
            DATA: ";".join(map(absolute, mirrors())) or None,
            "IPYTHONDIR": str(Path(temporary) / "ipython"),  # nobody's start-up files
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # the debugger's warning about frozen modules
            **variables,
        }
        before = dict(os.environ)
        os.environ.update({name: value for name, value in wanted.items() if value is not None})
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def absolute(mirror: str) -> str:
    """A mirror, made absolute where it is a folder: kernels work in the lesson's folder, not in this one."""
    folder = Path(mirror).expanduser()
    return str(folder.resolve()) if folder.is_dir() else mirror


def put_first(variable: str, folder: str) -> None:
    """Put a folder before the others that an environment variable lists, for this process and those it starts."""
    os.environ[variable] = os.pathsep.join(filter(None, [folder, os.environ.get(variable)]))
