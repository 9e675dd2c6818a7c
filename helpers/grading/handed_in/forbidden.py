"""Reading a learner's cells where they are not run: which forbidden things does the text of an answer name?

In the learner's process `watch` sees every call, but that process is the learner's. This reading is the grader's own:
it imports nothing that a learner names, and follows names through the cells as text.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping

from helpers.engine.source import MISSING, attribute_of
from helpers.grading.handed_in.names import parsed

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
MOST_NAMES = 100  # that one name may stand for
Scope = dict[str, list["str | ast.AST"]]  # a name to what it may stand for: dotted names of imports, or syntax


def forbidden_in_cells(
    name: str, cells: Iterable[str], forbids: Iterable[str], modules: Mapping[str, str] | None = None
) -> list[str]:
    """Which forbidden names an answer uses, itself or through what stands beside it.

    Parameters
    ----------
    name : str
        Of the function or class that answers.
    cells : iterable of str
        The sources of the learner's cells, in the order they are run.
    forbids : iterable of str
        Dotted names (`"torch.softmax"`), or a method by its name with a dot before it (`".softmax"`).
    modules : dict of str to str
        The learner's own modules, name to source: of one that the answer leans on, everything is read.

    Returns
    -------
    list of str
        In the order of `forbids`.
    """
    forbids, modules = tuple(forbids), modules or {}
    table: Scope = {}
    for cell in cells:
        table |= table_of(cell)  # a later cell's binding replaces an earlier one's
    used: set[str] = set()
    waiting, seen, read = [name], set[str](), set[str]()
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            for thing in table.get(current, []):
                if isinstance(thing, ast.AST):
                    found, names = forbidden_in_tree(thing, table, forbids)
                    used |= found
                    waiting += names
                for module in (modules_of(thing) & modules.keys()) - read:
                    read.add(module)
                    inner = table_of(modules[module])
                    trees = [one for things in inner.values() for one in things if isinstance(one, ast.AST)]
                    used.update(*(forbidden_in_tree(tree, inner, forbids)[0] for tree in trees))
    return [one for one in forbids if one in used]


def table_of(source: str) -> Scope:
    """What a cell or a module binds at its top level."""
    scope: Scope = {}
    for node in statements(parsed(source)):
        bind(node, scope)
    return scope


def modules_of(thing: str | ast.AST) -> set[str]:
    """The modules that a name stands for something of, or that a definition imports inside: the first parts."""
    if isinstance(thing, str):
        return {thing.partition(".")[0]}
    inside: Scope = {}
    for node in ast.walk(thing):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            bind(node, inside)
    return {one.partition(".")[0] for things in inside.values() for one in things if isinstance(one, str)}


def forbidden_in_tree(tree: ast.AST, table: Scope, forbids: tuple[str, ...]) -> tuple[set[str], list[str]]:
    """What a definition, or the value of a name, uses itself; and the names of the notebook that it leans on."""
    scope = {**table, **local_scope(tree)}
    used: set[str] = set()
    names = []
    for node in parts_that_run(tree):
        method = f".{attribute_of(node)}"
        used.update({method} & set(forbids))
        for dotted in dotted_names(node, scope):
            used.update(one for one in forbids if is_same(dotted, one))
        if isinstance(node, ast.Name) and scope.get(node.id) is table.get(node.id):
            names.append(node.id)
    return used, names


def parts_that_run(tree: ast.AST) -> Iterator[ast.AST]:
    """The parts of a piece of syntax that matter when its name is called.

    Of a definition, all; of another value what it hands on: itself, or a class it is an instance of, or a function
    that is given to what makes it (`partial(one_hot)`). The result of `one_hot("ACGT")` is data and hands on nothing.
    """
    if isinstance(tree, ast.Call):
        for part in [tree.func, *tree.args, *(keyword.value for keyword in tree.keywords)]:
            last = str(attribute_of(part) or getattr(part, "id", ""))
            if part is not tree.func or last[:1].isupper():
                yield from parts_that_run(part)
    elif isinstance(tree, (Definition, ast.Name, ast.Attribute)):
        yield from ast.walk(tree)


def statements(tree: ast.AST) -> Iterator[ast.AST]:
    """A tree's statements and expressions, without what stands inside of functions and classes."""
    waiting = list(ast.iter_child_nodes(tree))
    while waiting:
        node = waiting.pop(0)
        yield node
        if not isinstance(node, Definition):
            waiting += ast.iter_child_nodes(node)


def local_scope(tree: ast.AST) -> Scope:
    """The names that a definition keeps to itself: its parameters, and what it binds inside."""
    scope: Scope = {}
    if isinstance(tree, Definition):
        for node in ast.walk(tree):
            if isinstance(node, ast.arg):
                scope.setdefault(node.arg, [])
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                scope.setdefault(node.id, [])
        for node in ast.walk(tree):
            if node is not tree:
                bind(node, scope)
            if isinstance(node, ast.arguments):
                bind_defaults(node, scope)
    return scope


def bind(node: ast.AST, scope: Scope) -> None:
    """Add to a scope what one statement binds; a name that is bound twice may be either."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            first = alias.name.split(".")[0]
            scope.setdefault(alias.asname or first, []).append(alias.name if alias.asname else first)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        for alias in node.names:
            scope.setdefault(alias.asname or alias.name, []).append(f"{node.module}.{alias.name}")
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        scope.setdefault(node.name, []).append(node)
    elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Name):
                scope.setdefault(target.id, []).append(node.value)


def bind_defaults(arguments: ast.arguments, scope: Scope) -> None:
    """Add what parameters stand for when nothing is passed: `def answer(x, how=F.softmax)`."""
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [
        *zip(reversed(positional), reversed(arguments.defaults), strict=False),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    for argument, default in pairs:
        if default is not None:
            scope.setdefault(argument.arg, []).append(default)


def dotted_names(node: ast.AST, scope: Scope, depth: int = 0, known: dict[str, list[str]] | None = None) -> list[str]:
    """The dotted names that a name or a chain of attributes may stand for; `?.F` where nobody bound the first one.

    `known` holds what was found for names on the way: an alias of an alias of many is followed once.
    """
    known = {} if known is None else known
    if depth > 8:
        return []
    if isinstance(node, ast.Name):
        if node.id not in known:
            known[node.id] = []  # a name that stands for itself
            found: list[str] = []
            for thing in scope.get(node.id, [f"?.{node.id}"])[:MOST_NAMES]:
                found += [thing] if isinstance(thing, str) else dotted_names(thing, scope, depth + 1, known)
            known[node.id] = list(dict.fromkeys(found))[:MOST_NAMES]
        return known[node.id]
    attribute = attribute_of(node)
    if attribute is None:
        return []
    owner = node.value if isinstance(node, ast.Attribute) else node.args[0]  # type: ignore[attr-defined]
    return [f"{one}.{attribute}" for one in dotted_names(owner, scope, depth + 1, known)]


def is_same(dotted: str, forbidden: str) -> bool:
    """Whether two dotted names mean one thing; `?.nn.MSELoss` is one whose first name a setup cell bound."""
    if dotted.startswith("?."):
        first, dot, rest = dotted[2:].partition(".")
        modules = {"F", *forbidden.split(".")[:-1]}  # `w.grad` is no `torch.func.grad`, for no module is called `w`
        return bool(dot) and first in modules and forbidden.endswith(f".{rest}") and not forbidden.startswith(".")
    if dotted == forbidden:
        return True
    things = [thing_at(one) for one in (dotted, forbidden)]
    return things[0] is not MISSING and things[0] is things[1]


def thing_at(dotted: str) -> object:
    """What a dotted name stands for among the modules that are loaded here already; MISSING if nothing."""
    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        thing: object = sys.modules.get(".".join(parts[:cut]), MISSING)
        if thing is not MISSING:
            for part in parts[cut:]:
                thing = vars(thing).get(part, MISSING) if hasattr(thing, "__dict__") else MISSING
            return thing
    return MISSING
