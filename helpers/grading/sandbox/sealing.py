"""Exercises without their answers: of the modules of the lessons, what asks stays and what knows goes.

The modules are read together, for an exercise may descend from one in another module and ask with what a third holds.
In doubt nothing is sealed: better an error here than an answer in a copy that promises to have none.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from helpers.engine.exercise import SIGNATURE, snake_case
from helpers.grading.handed_in.names import EVERYTHING, bound, used, walked

ENGINE = ("helpers.engine", "helpers.engine.exercise", "helpers.engine.kinds")
KINDS = {"Exercise", "ModuleExercise", "MultipleChoice"}
KEPT_METHODS = ("questions", "ask", "words")
KEPT_SETTINGS = (
    *("points", "parts", "forbids", "hints", "kind", "asks_for", "in_order_made", "depends_on_seed", "shows_failures"),
    *("returns", "any_dtype", "seconds", "rtol", "atol", "unwritten", "items", "called", "names_lists"),
)
SECRET_METHODS = {"reference", "facts", "misconceptions"}
ORDER = "EXERCISES"  # what a lesson names its exercises by


class Unsealable(ValueError):
    """An exercise that cannot be parted from its answers for certain; the message names it."""


@dataclass(frozen=True, eq=False)
class Module:
    """One module: its path within the package (`exercises/attention/masks.py`), its name, its syntax tree."""

    path: str
    name: str
    tree: ast.Module

    @cached_property
    def bindings(self) -> dict[str, list[ast.stmt]]:
        """The statements that bind each name at the top of the module."""
        found: dict[str, list[ast.stmt]] = {}
        for node in self.tree.body:
            for name in bound(ast.Module([node], [])):
                found.setdefault(name, []).append(node)
        return found

    @cached_property
    def imports(self) -> dict[str, str]:
        """What each imported name stands for, in full: `nn` for `torch.nn`."""
        found: dict[str, str] = {}
        for node in walked(self.tree):
            if isinstance(node, ast.ImportFrom):
                found |= {alias.asname or alias.name: f"{self.origin(node)}.{alias.name}" for alias in node.names}
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    first = alias.name.partition(".")[0]
                    found[alias.asname or first] = alias.name if alias.asname else first
        return found

    def origin(self, node: ast.ImportFrom) -> str:
        """The module that names are imported from, in full."""
        if not node.level:
            return node.module or ""
        parts = self.name.split(".") + ["__init__"] * self.path.endswith("__init__.py")
        return ".".join([*parts[: -node.level], *([node.module] if node.module else [])])

    def full_name(self, node: ast.expr) -> str:
        """What an expression of names and dots stands for, in full; "" for anything else."""
        if isinstance(node, ast.Subscript):
            return self.full_name(node.value)
        if isinstance(node, ast.Attribute):
            owner = self.full_name(node.value)
            return owner and f"{owner}.{node.attr}"
        if not isinstance(node, ast.Name):
            return ""
        if node.id in self.imports:
            return self.imports[node.id]
        return f"{self.name}.{node.id}" if node.id in self.bindings else node.id

    def is_misconception(self, node: ast.stmt) -> bool:
        """Whether a member of a class is marked, or made, as a misconception."""
        marks = [*getattr(node, "decorator_list", []), getattr(node, "value", None)]
        calls = [each for mark in marks if mark is not None for each in ast.walk(mark) if isinstance(each, ast.Call)]
        return any(self.full_name(call.func).rpartition(".")[2] == "misconception" for call in calls)


def sealed_modules(sources: dict[str, str]) -> dict[str, str]:
    """The sources of the lessons' modules without answers, comments and docstrings' second lines.

    Parameters
    ----------
    sources : dict of str to str
        By path within the package; exercises, and helpers that only these modules share.

    Raises
    ------
    Unsealable
        If what asks a question uses what knows the answer, or a class may be an exercise and this cannot be told.
    """
    modules = {}
    for path, source in sources.items():
        name = ".".join(["helpers", *path.removesuffix(".py").removesuffix("/__init__").split("/")])
        modules[name] = Module(path, name, ast.parse(source))
    return Sealing(modules).sources()


class Sealing:
    """The modules that are sealed together, by name."""

    def __init__(self, modules: dict[str, Module]) -> None:
        """Strip every exercise there is, and find what the stripped ones need."""
        self.modules = modules
        self.known: dict[tuple[str, str], bool] = {}
        self.classes: dict[tuple[str, str], tuple[ast.ClassDef, set[str]]] = {}
        for module in modules.values():
            self.look_for_doubt(module)
            for node in module.tree.body:
                if isinstance(node, ast.ClassDef) and self.is_exercise(module, node):
                    self.strip(module, node)
        self.needed = self.names_needed()
        for module in modules.values():
            self.look_at_order(module)

    def sources(self) -> dict[str, str]:
        """The sealed source of each module, by path."""
        return {module.path: self.source(module) for module in self.modules.values()}

    def source(self, module: Module) -> str:
        """The sealed source of one module."""
        body: list[ast.stmt] = []
        needed = {name for home, name in self.needed if home == module.name}
        for node in module.tree.body:
            if isinstance(node, ast.ClassDef) and (module.name, node.name) in self.classes:
                body.append(self.classes[module.name, node.name][0])
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                body += only(node, needed)
            elif bound(ast.Module([node], [])) & needed:
                body.append(node)
        return ast.unparse(ast.fix_missing_locations(ast.Module(body, []))) + "\n"

    # -- which classes are exercises ------------------------------------------------------------------------------

    def home(self, full: str) -> tuple[Module, str] | None:
        """The module among these that binds a full name, and the name there; None where no module does."""
        owner, _, name = full.rpartition(".")
        module = self.modules.get(owner)
        if module is None:
            return None
        again = module.imports.get(name, "")
        return self.home(again) or (module, name) if again not in ("", full) else (module, name)

    def is_exercise(self, module: Module, node: ast.ClassDef) -> bool:
        """Whether a class descends from one of the engine's kinds, through whichever modules."""
        key = (module.name, node.name)
        if key not in self.known:
            self.known[key] = False  # what descends from itself is no exercise, and no Python either
            self.known[key] = any([self.makes_exercise(module, base) for base in node.bases])
        return self.known[key]

    def makes_exercise(self, module: Module, base: ast.expr) -> bool:
        """Whether a base makes its class an exercise.

        Raises
        ------
        Unsealable
            If that cannot be told from the modules at hand.
        """
        full = module.full_name(base)
        owner, _, name = full.rpartition(".")
        if owner in ENGINE and name in KINDS:
            return True
        found = self.home(full)
        node = found and next((n for n in found[0].bindings.get(found[1], []) if isinstance(n, ast.ClassDef)), None)
        if found and node:
            return self.is_exercise(found[0], node)
        if not full or found or owner in self.modules or full.startswith("helpers."):
            raise Unsealable(
                f"{module.path}: nobody can tell whether what descends from {ast.unparse(base)} has answers"
            )
        return False

    def look_for_doubt(self, module: Module) -> None:
        """Refuse exercises where they would be overlooked, and names of which nobody knows whence they come."""
        if EVERYTHING in module.bindings:
            raise Unsealable(f"{module.path}: name what is imported, `import *` does not say what is needed")
        members = {id(each) for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef) for each in node.body}
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.ClassDef):
                continue
            if node in module.tree.body:
                answers = SECRET_METHODS & bound(ast.Module(node.body, []))
                if (answers or any(map(module.is_misconception, node.body))) and not self.is_exercise(module, node):
                    raise Unsealable(f"{module.path}: {node.name} has answers and descends from no kind of exercise")
            elif id(node) not in members and any([self.makes_exercise(module, base) for base in node.bases]):
                raise Unsealable(f"{module.path}: {node.name} is an exercise and stands inside of something else")

    def look_at_order(self, module: Module) -> None:
        """Refuse an exercise in a lesson's order that was not found by reading."""
        for node in module.bindings.get(ORDER, []):
            listed = getattr(node, "value", None)
            for each in listed.elts if isinstance(listed, (ast.Tuple, ast.List)) else [listed]:
                found = self.home(module.full_name(each)) if each is not None else None
                if found is None or (found[0].name, found[1]) not in self.classes:
                    what = ast.unparse(each or node)
                    raise Unsealable(f"{module.path}: {what} in {ORDER} is no exercise of the lessons' modules")

    # -- one exercise ---------------------------------------------------------------------------------------------

    def strip(self, module: Module, node: ast.ClassDef) -> set[str]:
        """Strip an exercise, its parents first; what of its members asking needs."""
        key = (module.name, node.name)
        if key not in self.classes:
            asked: set[str] = set()
            for base in node.bases:
                found = self.home(module.full_name(base))
                for parent in found[0].bindings[found[1]] if found else []:
                    if found and isinstance(parent, ast.ClassDef) and self.is_exercise(found[0], parent):
                        asked |= self.strip(found[0], parent)
            self.classes[key] = stripped(node, module, asked)
        return self.classes[key][1]

    # -- what the stripped exercises need -------------------------------------------------------------------------

    def names_needed(self) -> set[tuple[str, str]]:
        """The names, with their modules, that stripped exercises need, directly or through others."""
        needed: set[tuple[str, str]] = set()
        waiting = [(module.name, ORDER) for module in self.modules.values() if ORDER in module.bindings]
        for (name, _), (node, _) in self.classes.items():
            waiting += self.names_in(self.modules[name], node)
        while waiting:
            one = waiting.pop()
            if one in needed:
                continue
            needed.add(one)
            module, name = self.modules[one[0]], one[1]
            if (module.name, name) in self.classes:
                continue
            for statement in module.bindings.get(name, []):
                for each in only(statement, {name}):
                    waiting += self.names_in(module, each)
        return needed

    def names_in(self, module: Module, node: ast.stmt) -> Iterator[tuple[str, str]]:
        """The names that a statement reads, and those that it takes from other modules among these."""
        yield from ((module.name, name) for name in used(node))
        for each in walked(node):
            names = [alias.name for alias in each.names] if isinstance(each, (ast.Import, ast.ImportFrom)) else []
            owner = module.origin(each) if isinstance(each, ast.ImportFrom) else ""
            for name in names:
                full = f"{owner}.{name}" if owner else name
                if full in self.modules:
                    raise Unsealable(f"{module.path}: import names from {full}, not the whole module")
                if owner in self.modules:
                    yield owner, name


def only(node: ast.stmt, needed: set[str]) -> list[ast.stmt]:
    """A statement; of an import, the names that are needed."""
    if isinstance(node, ast.ImportFrom) and node.module == "__future__":
        return [node]
    if not isinstance(node, (ast.Import, ast.ImportFrom)):
        return [node]
    names = [alias for alias in node.names if (alias.asname or alias.name).split(".")[0] in needed]
    if not names:
        return []
    return [ast.ImportFrom(node.module, names, node.level) if isinstance(node, ast.ImportFrom) else ast.Import(names)]


def stripped(node: ast.ClassDef, module: Module, asked_by_parents: set[str]) -> tuple[ast.ClassDef, set[str]]:
    """An exercise that asks and does not know, and the members that asking needs."""
    members = {name: each for each in node.body for name in bound(ast.Module([each], []))}
    secret = {name for name, each in members.items() if name in SECRET_METHODS or module.is_misconception(each)}
    kept: set[str] = set()
    waiting = [*KEPT_METHODS, *KEPT_SETTINGS, *asked_by_parents]
    while waiting:
        one = waiting.pop()
        if one in secret:
            raise Unsealable(f"{module.path}: {node.name} asks with the help of `{one}`, which knows the answer")
        if one not in kept:
            kept.add(one)
            waiting += own_members(members[one], node.name) if one in members else []
    body = [*ast.parse(f"{signature(node, members.get('reference'))!r}\nsealed = True").body]
    if isinstance(members.get("reference"), ast.ClassDef) and "asks_for" not in members:
        body += ast.parse("asks_for = 'class'").body
    for each in node.body:
        names = bound(ast.Module([each], []))
        if names and names <= kept:
            body.append(unanswered(each, f"{module.path}: {node.name}") if "items" in names else each)
    return ast.ClassDef(node.name, node.bases, [], body, []), kept


def signature(node: ast.ClassDef, reference: ast.stmt | None) -> str:
    """What learners are asked for: the docstring's first line if it is a signature, else the reference's own."""
    first = (ast.get_docstring(node) or "").strip().partition("\n")[0]
    if SIGNATURE.match(first) or reference is None:
        return first
    members = {name: each for each in getattr(reference, "body", []) for name in bound(ast.Module([each], []))}
    function = members.get("__init__") if isinstance(reference, ast.ClassDef) else reference
    if not isinstance(function, ast.FunctionDef):
        return first
    name = node.name if isinstance(reference, ast.ClassDef) else snake_case(node.name)
    arguments = copy.deepcopy(function.args)
    del (arguments.posonlyargs or arguments.args)[0]
    returns = f" -> {ast.unparse(function.returns)}" if function.returns else ""
    return f"{name}({ast.unparse(arguments)}){returns}"


def own_members(node: ast.stmt, owner: str) -> set[str]:
    """The members that one of them uses: `self.x` in a method, a bare name in a setting."""
    if not isinstance(node, ast.FunctionDef):
        return used(node)
    attributes = [each for each in walked(node) if isinstance(each, ast.Attribute)]
    owners = {"self", "cls", owner}
    return {a.attr for a in attributes if isinstance(a.value, ast.Name) and a.value.id in owners} | {
        a.attr for a in attributes if isinstance(a.value, ast.Call) and ast.unparse(a.value) == "super()"
    }


def unanswered(node: ast.stmt, where: str) -> ast.stmt:
    """A quiz's items without the right letter and without the reasons: the fourth and the fifth of what makes one."""
    listed = getattr(node, "value", None)
    calls: list[ast.expr | None] = [*listed.elts] if isinstance(listed, (ast.Tuple, ast.List)) else [None]
    for call in calls:
        starred = isinstance(call, ast.Call) and any(isinstance(each, ast.Starred) for each in call.args)
        named = isinstance(call, ast.Call) and all(keyword.arg for keyword in call.keywords)
        if not isinstance(call, ast.Call) or starred or not named:
            raise Unsealable(f"{where}: write the items one by one, or nobody can tell where their answers are")
        call.args = [*call.args[:3], *([ast.Constant(""), ast.Dict([], [])] if len(call.args) > 3 else [])]
        for keyword in call.keywords:
            if keyword.arg in ("correct", "why"):
                keyword.value = ast.Constant("") if keyword.arg == "correct" else ast.Dict([], [])
    return node
