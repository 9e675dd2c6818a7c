"""A copy of this package that asks and does not know: for the sandbox, and for a cohort that should not have answers.

Of each exercise there is left what puts the questions to the learner's code; of the modules around them, what that
needs. References, misconceptions, right letters and comments are gone, and so is all of grading but the program inside.
"""

from __future__ import annotations

import ast
import compileall
import contextlib
import functools
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode

from helpers import places
from helpers.grading.sandbox.sealing import sealed_modules

INSIDE = ("grading/__init__.py", "grading/sandbox/__init__.py", "grading/sandbox/inside.py")
REGISTRY = "helpers/lessons.py"
MONTH = 30 * 24 * 3600.0
LEFT_OUT = ("authoring", "commands", "course", "shipped", "__pycache__")
LEFT_OUT_OF_LEARNER = ("learner/doctor.py", "learner/workspace.py")


@dataclass(frozen=True)
class Sealed:
    """A sealed copy.

    Attributes
    ----------
    folder : Path
        Holds `helpers/`, `matplotlib/` (a list of the fonts here, which takes seconds to make) and `nothing/`.
    digest : str
        SHA-256 of the files it was made from.
    hidden : tuple of str
        Folders that a sandbox must not show: the package itself, and the checkout around it.
    """

    folder: Path
    digest: str
    hidden: tuple[str, ...]


@functools.cache
def sealed(cache: Path | None = None) -> Sealed:
    """The sealed copy of the installed package, made on first use and kept in the user's cache.

    Raises
    ------
    Unsealable
        If an exercise cannot be parted from its answers.
    OSError
        If it cannot be written.
    """
    files = [*contents(), *data()]
    digest = hashlib.sha256(repr([(name, hashlib.sha256(data).hexdigest()) for name, data in files]).encode())
    digest.update(f"{sys.version} {sys.prefix}".encode())
    folder = (cache or places.user_cache()) / "sealed" / digest.hexdigest()[:24]
    if not folder.is_dir():
        make(files, folder)
        forget_old(folder.parent)
    with contextlib.suppress(OSError):  # a cache that cannot be written has been filled by somebody else
        os.utime(folder)
    around = places.checkout()
    return Sealed(folder, digest.hexdigest(), tuple(str(path) for path in (around, places.PACKAGE) if path))


@functools.cache
def contents() -> list[tuple[str, bytes]]:
    """The files of the sealed package, by path, as they will be written."""
    found, exercises = {}, {}
    for path in sorted(places.PACKAGE.rglob("*")):
        name = path.relative_to(places.PACKAGE).as_posix()
        parts = name.split("/")
        if not path.is_file() or any(part in LEFT_OUT for part in parts) or name in LEFT_OUT_OF_LEARNER:
            continue
        if parts[0] == "grading" and name not in INSIDE:
            continue
        found[name] = path.read_bytes()
        if parts[0] == "exercises" and name.endswith(".py") and name != "exercises/__init__.py":
            exercises[name] = found[name].decode()
    found |= {name: source.encode() for name, source in sealed_modules(exercises).items()}
    return [(f"helpers/{name}", data) for name, data in found.items()]


def data() -> list[tuple[str, bytes]]:
    """The small data that ships with the course, by path."""
    from helpers.places import shipped

    root = shipped()
    files = [path for path in sorted(root.rglob("*")) if path.is_file()]
    return [(f"helpers/shipped/{path.relative_to(root).as_posix()}", path.read_bytes()) for path in files]


@functools.cache
def asking(lesson: str) -> str:
    """SHA-256 of all that decides what a lesson asks: its sealed exercises, and what of the package they import.

    A new widget or another lesson leave it as it is, a new question does not.
    """
    files = dict(contents())
    waiting, seen = [f"helpers/exercises/{lesson}/__init__.py", "helpers/grading/sandbox/inside.py"], {REGISTRY}
    found = hashlib.sha256()
    while waiting:
        name = waiting.pop()
        if name not in seen and name in files:
            seen.add(name)
            waiting += imported_files(files[name].decode())
    for name in sorted(seen - {REGISTRY}):
        found.update(f"{name}\0".encode() + files[name])
    return found.hexdigest()


def imported_files(source: str) -> list[str]:
    """The files in which a module's imports from this package may be."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module:
            names.update({node.module, *(f"{node.module}.{alias.name}" for alias in node.names)})
        elif isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
    ours = [name.replace(".", "/") for name in sorted(names) if name.startswith("helpers.")]
    return [f"{name}{end}" for name in ours for end in (".py", "/__init__.py")]


def make(files: list[tuple[str, bytes]], folder: Path) -> None:
    """Write a sealed copy, whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".making-") as workshop:
        made = Path(workshop) / "made"
        for name, data in files:
            place = made / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        (made / "nothing").mkdir()
        # never compared with their sources: inside, nobody could write new ones
        compileall.compile_dir(made / "helpers", quiet=2, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
        list_fonts(made / "matplotlib")
        for path in [made, *made.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        try:
            os.rename(made, folder)
        except OSError:
            if not folder.is_dir():  # nobody else made it meanwhile
                raise


def forget_old(folder: Path) -> None:
    """Remove sealed copies of other versions that nobody has used for a month."""
    for path in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):  # another program's, and finished meanwhile
            if path.stat().st_mtime < time.time() - MONTH:
                shutil.rmtree(path, ignore_errors=True)


def list_fonts(folder: Path) -> None:
    """Let matplotlib list the fonts of this machine into a folder."""
    folder.mkdir()
    environment = {"PATH": "/usr/bin:/bin", "MPLCONFIGDIR": str(folder), "HOME": str(folder)}
    code = "import matplotlib.font_manager"
    subprocess.run([sys.executable, "-I", "-c", code], env=environment, capture_output=True, check=False)


def copy_into(place: Path) -> Path:
    """Put the sealed `helpers` into a folder, for a cohort; what stood there under that name is replaced."""
    target = place / "helpers"
    with tempfile.TemporaryDirectory(dir=place, prefix=".sealing-") as workshop:
        fresh = Path(workshop) / "helpers"
        shutil.copytree(sealed().folder / "helpers", fresh, ignore=shutil.ignore_patterns("__pycache__"))
        if target.exists():
            os.replace(target, Path(workshop) / "old")
        os.replace(fresh, target)
    return target
