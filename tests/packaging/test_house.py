"""The house: who may import whom, and where things may stand."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "helpers"
# From the ground up: a room imports from its own floor and from those below.
FLOORS = (
    {"places", "files", "grammars", "moved", "palette", "text"},
    {"settings", "engine"},
    {"dna", "lessons"},
    {"datasets", "models"},
    {"training", "interpret"},
    {"experiments"},
    {"plots"},
    {"explore"},
    {"learner"},
    {"widgets"},
    {"exercises"},
    {"authoring", "grading"},
    {"room"},
    {"commands"},
)


@functools.cache  # read when a test runs, not whenever tests are collected
def modules() -> dict[str, ast.Module]:
    """Every module of the package by its dotted name, as syntax."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def imports(tree: ast.AST, *, at_once: bool = False) -> Iterator[str]:
    """What a module imports, but for type checkers; `at_once`: what it needs before it is there itself."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif not (at_once and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))):
            yield from imports(node, at_once=at_once)


def home(name: str) -> str:
    """The module that an imported name stands in: itself, or the one that defines it."""
    return name if name in modules() else name.rpartition(".")[0]


def room(module: str) -> str:
    """The room of a module: the folder or file right below helpers."""
    return module.split(".")[1] if "." in module else ""


def arrows() -> set[tuple[str, str]]:
    """Which module leans on which, within the package."""
    return {
        (module, home(name))
        for module, tree in modules().items()
        for name in imports(tree)
        if name.startswith("helpers.")
    }


def test_every_room_has_its_floor() -> None:
    assert {room(module) for module in modules()} - {""} == set().union(*FLOORS)


def test_no_room_leans_on_one_above_it() -> None:
    floor = {name: number for number, names in enumerate(FLOORS) for name in names}
    up = [f"{a} -> {b}" for a, b in sorted(arrows()) if room(a) and room(b) and floor[room(a)] < floor[room(b)]]
    assert up == []


def test_no_room_leans_on_itself_through_another() -> None:
    leans: dict[str, set[str]] = {}
    for a, b in arrows():
        if room(a) and room(b) and room(a) != room(b):
            leans.setdefault(room(a), set()).add(room(b))
    assert circle(leans) == []


def test_no_module_needs_itself_while_it_is_imported() -> None:
    leans: dict[str, set[str]] = {}
    for module, tree in modules().items():
        found = {home(name) for name in imports(tree, at_once=True) if name.startswith("helpers.")}
        leans[module] = found - {module, "helpers"}
    assert circle(leans) == []


def circle(leans: dict[str, set[str]]) -> list[str]:
    """A way that comes back to where it began; an empty list where there is none."""
    done: set[str] = set()

    def walk(name: str, way: list[str]) -> list[str]:
        if name in way:
            return [*way[way.index(name) :], name]
        if name in done:
            return []
        found = next(filter(None, (walk(other, [*way, name]) for other in sorted(leans.get(name, ())))), [])
        done.add(name)
        return found

    return next(filter(None, (walk(name, []) for name in sorted(leans))), [])


def test_the_engine_imports_nothing_of_the_course() -> None:
    ours = [f"{a} -> {b}" for a, b in sorted(arrows()) if room(a) == "engine" and room(b) != "engine"]
    assert ours == []


def test_dna_models_and_training_know_neither_notebooks_nor_grading() -> None:
    never = ("IPython", "nbformat", "nbclient", "nbgrader", "jupyter_client", "ipywidgets", "helpers.grading")
    found = [
        f"{module} -> {name}"
        for module, tree in modules().items()
        if room(module) in ("dna", "models", "training")
        for name in imports(tree)
        if name.startswith(never)
    ]
    assert [one for one in found if "IPython.display" not in one] == []


@pytest.mark.parametrize(
    ("library", "allowed"),
    [
        ("typer", ("helpers.commands",)),
        ("rich", ("helpers.commands",)),
        ("nbgrader", ("helpers.grading.nbgrader", "helpers.authoring.release")),
    ],
)
def test_a_library_stays_in_its_room(library: str, allowed: tuple[str, ...]) -> None:
    users = {m for m, tree in modules().items() if any(name.split(".")[0] == library for name in imports(tree))}
    assert {module for module in users if not module.startswith(allowed)} == set()


def test_only_places_knows_where_it_lies() -> None:
    users = {
        m for m, tree in modules().items() for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == "__file__"
    }
    assert users == {"helpers.places"}


def test_only_settings_reads_the_courses_variables() -> None:
    name = re.compile(r"COURSE_[A-Z_]+")
    strings = [(m, n.value) for m, tree in modules().items() for n in ast.walk(tree) if isinstance(n, ast.Constant)]
    users = {module for module, value in strings if isinstance(value, str) and name.fullmatch(value)}
    assert users == {"helpers.settings"}
