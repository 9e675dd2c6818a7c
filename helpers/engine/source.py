"""Reading a learner's source for what would make an exercise empty.

"By hand" means by hand: an exercise that asks for a convolution names `torch.nn.functional.conv1d` in its `forbids`.
Names are resolved to objects, so an alias, a `from` import or a `getattr` is the same thing under another name.
"""

from __future__ import annotations

import ast
import builtins
import functools
import importlib
import inspect
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from types import FunctionType, ModuleType
from typing import Any

MISSING = object()


def source_of(code: Any) -> str:
    """The dedented source of a function or class, or "" where Python does not have it."""
    try:
        return textwrap.dedent(inspect.getsource(code))
    except (OSError, TypeError):
        return ""


def names_seen_by(code: Any) -> dict[str, Any]:
    """The names that a function, or the methods of a class, can look up: builtins, globals and closure."""
    functions = [code] if isinstance(code, FunctionType) else vars(code).values() if isinstance(code, type) else []
    names: dict[str, Any] = dict(vars(builtins))
    for function in filter(lambda f: isinstance(f, FunctionType), functions):
        names.update(function.__globals__)
        names.update(inspect.getclosurevars(function).nonlocals)
    return names


def forbidden_uses(code: Any, forbids: Iterable[str]) -> list[str]:
    """Which of the forbidden names a function or class uses, itself or through a function beside it.

    Parameters
    ----------
    code
        A function or class written by a learner.
    forbids
        Dotted names (`"torch.softmax"`), or a method by its name with a dot before it (`".softmax"`).

    Returns
    -------
    list of str
        The forbidden names in use, in the order of `forbids`.
    """
    forbids = tuple(forbids)
    if not forbids:
        return []
    found = {name for name in forbids if not name.startswith(".") and resolve(name) is code}  # imported as the answer
    waiting, seen = [code], set()
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        names = names_seen_by(current)
        found.update(forbidden_in(source_of(current), names, forbids))
        waiting += [value for value in called_beside(current, names)]
    return [name for name in forbids if name in found]


def called_beside(code: Any, names: Mapping[str, Any]) -> Iterator[Any]:
    """Functions and classes that stand in the same notebook and that `code` names."""
    for node in ast.walk(parse(source_of(code))):
        value = names.get(node.id) if isinstance(node, ast.Name) else None
        if isinstance(value, (FunctionType, type)) and value.__module__ == getattr(code, "__module__", None):
            yield value


def forbidden_in(source: str, names: Mapping[str, Any], forbids: Iterable[str]) -> set[str]:
    """Which forbidden names a piece of source uses, given what its free names stand for."""
    tree = parse(source)
    names = {**names, **imported_in(tree)}
    methods = {name[1:]: name for name in forbids if name.startswith(".")}
    objects = [(resolve(name), name) for name in forbids if not name.startswith(".")]
    found = set()
    for node in ast.walk(tree):
        attribute = attribute_of(node)
        if attribute in methods:
            found.add(methods[attribute])
        value = value_of(node, names)
        found.update(name for thing, name in objects if thing is value and value is not MISSING)
    return found


@functools.lru_cache(maxsize=2048)
def parsed(source: str) -> ast.Module:
    """The syntax tree of a cell, read as IPython reads it: `files = !ls`, `t = %timeit -o f()` and `torch?` are code.

    Raises
    ------
    SyntaxError
        If the cell cannot be parsed: then nobody knows what it holds, and it is not innocent.
    """
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    try:
        return ast.parse(TransformerManager().transform_cell(without_cell_magic(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(f"this cell cannot be parsed: {error}") from None


def without_cell_magic(source: str) -> str:
    """A cell without its first line where that is `%%time` or its like: what stands under it is plain Python."""
    first, _, rest = source.lstrip().partition("\n")
    return rest if first.startswith(("%%time", "%%capture", "%%prun")) else source


def parse(source: str) -> ast.Module:
    """The syntax tree of some source; an empty module where it cannot be parsed, as a lambda torn from its line."""
    try:
        return parsed(source)
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])


def imported_in(tree: ast.AST) -> dict[str, Any]:
    """What the import statements inside a tree bind, by name."""
    bound = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound[alias.asname or alias.name.split(".")[0]] = resolve(
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                bound[alias.asname or alias.name] = resolve(f"{node.module}.{alias.name}")
    return bound


def resolve(dotted: str) -> Any:
    """The object a dotted name stands for (`"torch.nn.functional.conv1d"`), or MISSING."""
    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            value: Any = importlib.import_module(".".join(parts[:cut]))
        except ImportError:
            continue
        for part in parts[cut:]:
            value = getattr(value, part, MISSING)
        return value
    return getattr(builtins, dotted, MISSING)


def attribute_of(node: ast.AST) -> str | None:
    """The attribute's name in `x.name` or `getattr(x, "name")`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr":
        name = node.args[1] if len(node.args) > 1 else None
        return name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else None
    return None


def value_of(node: ast.AST, names: Mapping[str, Any]) -> Any:
    """What a name or a chain of attributes stands for; only modules and classes are looked into."""
    if isinstance(node, ast.Name):
        return names.get(node.id, MISSING)
    attribute = attribute_of(node)
    if attribute is None:
        return MISSING
    owner_node = node.value if isinstance(node, ast.Attribute) else node.args[0]  # type: ignore[attr-defined]
    owner = value_of(owner_node, names)
    if isinstance(owner, (ModuleType, type)):
        return getattr(owner, attribute, MISSING)
    return MISSING
