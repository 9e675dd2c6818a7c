"""The environment that a lesson runs in when nobody is there to learn from it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def surroundings(home: Path | None = None, **variables: str | None) -> Iterator[None]:
    """Set environment variables for this process and the kernels it starts, and put them back.

    Parameters
    ----------
    home : Path, optional
        Where progress is kept meanwhile; a temporary folder if not given, so that no learner's progress is touched.
    **variables
        Environment variables; None leaves one as it is.
    """
    with tempfile.TemporaryDirectory(prefix="course-home-") as temporary:
        wanted = {
            "COURSE_HOME": str(home.resolve() if home else temporary),
            "COURSE_DATA": absolute_mirrors(os.environ.get("COURSE_DATA")),
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


def put_first(variable: str, folder: str) -> None:
    """Put a folder before the others that an environment variable lists, for this process and those it starts."""
    os.environ[variable] = os.pathsep.join(filter(None, [folder, os.environ.get(variable)]))


def absolute_mirrors(mirrors: str | None) -> str | None:
    """`COURSE_DATA` with its folders made absolute: kernels work in the lesson's folder, not in this one."""
    if not mirrors:
        return None
    parts = [part.strip() for part in mirrors.split(";")]
    folders = [Path(part).expanduser() for part in parts]
    return ";".join(str(f.resolve()) if f.is_dir() else part for part, f in zip(parts, folders, strict=True))


def full() -> bool:
    """Whether lessons should train as long as the published rows did (`course run --full`; COURSE_FULL=1)."""
    return os.environ.get("COURSE_FULL", "") not in ("", "0")
