"""Which names a piece of Python uses, and which it binds: enough to tell which piece needs which."""

from __future__ import annotations

import ast
import builtins
import functools
import symtable
from collections.abc import Iterator

EVERYTHING = "*"  # what `from x import *` binds


@functools.lru_cache(maxsize=2048)
def parsed(source: str) -> ast.Module:
    """The syntax tree of a cell, magics and shell lines understood; an empty module where it cannot be parsed."""
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    try:
        return ast.parse(TransformerManager().transform_cell(without_cell_magic(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module(body=[], type_ignores=[])


def without_cell_magic(source: str) -> str:
    """A cell without its first line where that is `%%time` or its like: what stands under it is plain Python."""
    first, _, rest = source.lstrip().partition("\n")
    python = first.startswith(("%%time", "%%capture", "%%prun"))
    return rest if python else source


def used(tree: ast.AST) -> set[str]:
    """Every name that is read anywhere in a tree, annotations left out."""
    return {node.id for node in walked(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store)}


def walked(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node of a tree but those in annotations, which a module with postponed ones never evaluates."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for field, value in ast.iter_fields(node):
            if field not in ("annotation", "returns"):
                waiting += [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, ast.AST)]


def bound(tree: ast.Module) -> set[str]:
    """The names that a module binds at its top level; `EVERYTHING` among them for an import of everything."""
    found: set[str] = set()
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
            continue
        if isinstance(node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        waiting += ast.iter_child_nodes(node)
    return found


def needs(tree: ast.Module) -> set[str]:
    """The names that a cell reads and does not bind itself beforehand; builtins left out.

    A function looks names up when it is called, so there everything that the cell binds counts; on the top level, only
    what stands above.
    """
    everything, so_far, found = bound(tree), set(dir(builtins)), set()
    for statement in tree.body:
        reads = free(statement)
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            reads -= everything
        elif not isinstance(statement, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            reads -= bound(ast.Module([statement], []))
        found |= reads - so_far
        so_far |= bound(ast.Module([statement], []))
    return found


def free(statement: ast.stmt) -> set[str]:
    """The global names that a statement reads, also inside its functions; `x += 1` reads x."""
    changed = statement.target if isinstance(statement, ast.AugAssign) else None
    try:
        top = symtable.symtable(ast.unparse(statement), "cell", "exec")
    except (SyntaxError, ValueError, RecursionError):
        return used(statement)
    waiting = [top]
    found = {changed.id} if isinstance(changed, ast.Name) else set()
    while waiting:
        table = waiting.pop()
        waiting += table.get_children()
        found.update(
            symbol.get_name()
            for symbol in table.get_symbols()
            if symbol.is_referenced() and (table is top or symbol.is_global())
        )
    return found
