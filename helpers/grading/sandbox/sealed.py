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
from helpers.grading.handed_in.names import bound, used, walked
from helpers.lessons import LESSONS

KEPT_METHODS = ("questions", "ask", "words")
KEPT_SETTINGS = ("points", "parts", "forbids", "hints", "kind", "returns", "rtol", "atol", "unwritten", "items")
KINDS = {"Exercise", "ModuleExercise", "PredictionExercise", "MultipleChoice"}
SECRET_METHODS = {"reference", "labels", "facts", "misconceptions"}
INSIDE = ("grading/__init__.py", "grading/sandbox/__init__.py", "grading/sandbox/inside.py")
REGISTRY = "helpers/lessons.py"
MONTH = 30 * 24 * 3600.0
LEFT_OUT = ("authoring", "commands", "course", "shipped", "__pycache__")
LEFT_OUT_OF_LEARNER = ("learner/doctor.py", "learner/workspace.py")


class Unsealable(ValueError):
    """An exercise whose questions need its answers; the message names it."""


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
    modules = {f"exercises/{lesson.name}.py" for lesson in LESSONS}
    found = []
    for path in sorted(places.PACKAGE.rglob("*")):
        name = path.relative_to(places.PACKAGE).as_posix()
        parts = name.split("/")
        if not path.is_file() or any(part in LEFT_OUT for part in parts) or name in LEFT_OUT_OF_LEARNER:
            continue
        if parts[0] == "grading" and name not in INSIDE:
            continue
        data = path.read_bytes()
        found.append((f"helpers/{name}", sealed_module(data.decode(), name).encode() if name in modules else data))
    return found


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
    waiting, seen = [f"helpers/exercises/{lesson}.py", "helpers/grading/sandbox/inside.py"], {REGISTRY}
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
        if path.stat().st_mtime < time.time() - MONTH:
            shutil.rmtree(path, ignore_errors=True)


def list_fonts(folder: Path) -> None:
    """Let matplotlib list the fonts of this machine into a folder."""
    folder.mkdir()
    environment = {"PATH": "/usr/bin:/bin", "MPLCONFIGDIR": str(folder), "HOME": str(folder)}
    code = "import matplotlib.font_manager"
    subprocess.run([sys.executable, "-I", "-c", code], env=environment, capture_output=True, check=False)


# -- one module ----------------------------------------------------------------------------------------------------


def sealed_module(source: str, name: str) -> str:
    """The source of a lesson's exercises without their answers, comments and docstrings' second lines.

    Raises
    ------
    Unsealable
        If what asks a question uses what knows the answer.
    """
    tree = ast.parse(source)
    kinds = exercise_classes(tree)
    classes: dict[str, ast.ClassDef] = {}
    asked: dict[str, set[str]] = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name in kinds:
            parents = {name for base in node.bases for name in asked.get(ast.unparse(base), ())}
            classes[node.name], asked[node.name] = stripped(node, name, parents)
    needed = names_needed(tree, classes)
    body: list[ast.stmt] = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name in classes:
            body.append(classes[node.name])
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            body += only(node, needed)
        elif bound(ast.Module([node], [])) & needed:
            body.append(node)
    return ast.unparse(ast.fix_missing_locations(ast.Module(body, []))) + "\n"


def names_needed(tree: ast.Module, classes: dict[str, ast.ClassDef]) -> set[str]:
    """The names at the top of a module that its stripped exercises need, directly or through others."""
    others = [node for node in tree.body if not (isinstance(node, ast.ClassDef) and node.name in classes)]
    by_name = {name: node for node in others for name in bound(ast.Module([node], []))}
    needed: set[str] = set()
    waiting = [name for one in classes.values() for name in used(one)]
    while waiting:
        one = waiting.pop()
        if one not in needed:
            needed.add(one)
            waiting += used(by_name[one]) if one in by_name else []
    return needed


def exercise_classes(tree: ast.Module) -> set[str]:
    """The names of a module's exercises: classes that descend from one of the kinds."""
    found = set(KINDS)
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and any(isinstance(b, ast.Name) and b.id in found for b in node.bases):
            found.add(node.name)
    return found - KINDS


def only(node: ast.Import | ast.ImportFrom, needed: set[str]) -> list[ast.stmt]:
    """An import statement, reduced to the names that are needed."""
    if isinstance(node, ast.ImportFrom) and node.module == "__future__":
        return [node]
    names = [alias for alias in node.names if (alias.asname or alias.name).split(".")[0] in needed]
    if not names:
        return []
    return [ast.ImportFrom(node.module, names, node.level) if isinstance(node, ast.ImportFrom) else ast.Import(names)]


def stripped(node: ast.ClassDef, module: str, asked_by_parents: set[str]) -> tuple[ast.ClassDef, set[str]]:
    """An exercise that asks and does not know, and the members that asking needs."""
    members = {name: each for each in node.body for name in bound(ast.Module([each], []))}
    secret = {name for name, each in members.items() if name in SECRET_METHODS or is_misconception(each)}
    kept: set[str] = set()
    waiting = [*KEPT_METHODS, *KEPT_SETTINGS, *asked_by_parents]
    while waiting:
        one = waiting.pop()
        if one in secret:
            raise Unsealable(f"{module}: {node.name} asks with the help of `{one}`, which knows the answer")
        if one not in kept:
            kept.add(one)
            waiting += own_members(members[one], node.name) if one in members else []
    first = (ast.get_docstring(node) or node.name).strip().splitlines()[0]
    body: list[ast.stmt] = [ast.Expr(ast.Constant(first)), ast.parse("sealed = True").body[0]]
    for each in node.body:
        names = bound(ast.Module([each], []))
        if names and names <= kept:
            body.append(unanswered(each) if "items" in names else each)
    return ast.ClassDef(node.name, node.bases, [], body, []), kept


def own_members(node: ast.stmt, owner: str) -> set[str]:
    """The members that one of them uses: `self.x` in a method, a bare name in a setting."""
    if not isinstance(node, ast.FunctionDef):
        return used(node)
    attributes = [each for each in walked(node) if isinstance(each, ast.Attribute)]
    owners = {"self", "cls", owner}
    return {a.attr for a in attributes if isinstance(a.value, ast.Name) and a.value.id in owners} | {
        a.attr for a in attributes if isinstance(a.value, ast.Call) and ast.unparse(a.value) == "super()"
    }


def is_misconception(node: ast.AST) -> bool:
    """Whether a method, or a nested class, is marked as a misconception."""
    return any(
        isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id == "misconception"
        for each in getattr(node, "decorator_list", [])
    )


def unanswered(node: ast.stmt) -> ast.stmt:
    """A quiz's items without the right letter and without the reasons: the fourth and the fifth of what makes one."""
    listed = getattr(node, "value", None)
    for call in listed.elts if isinstance(listed, (ast.Tuple, ast.List)) else []:
        if isinstance(call, ast.Call):
            call.args = [*call.args[:3], *([ast.Constant(""), ast.Dict([], [])] if len(call.args) > 3 else [])]
            for keyword in call.keywords:
                if keyword.arg in ("correct", "why"):
                    keyword.value = ast.Constant("") if keyword.arg == "correct" else ast.Dict([], [])
    return node


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
