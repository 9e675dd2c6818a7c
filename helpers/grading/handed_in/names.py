"""Which names a piece of Python uses, and which it binds: enough to tell which piece needs which."""

from __future__ import annotations

import ast
import builtins
import contextlib
import functools
import re
import symtable
from collections.abc import Iterator
from itertools import chain

EVERYTHING = "*"  # what `from x import *` binds
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
LATER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, *COMPREHENSIONS)


MOST_MAGICS = 200  # lines that IPython's own transformer is asked about: its time grows with their square
MAGIC = re.compile(r"(?P<indent>\s*)(?:[%!?]|[\w.]+\?{1,2}\s*$)")
ASSIGNED = re.compile(r"(?P<target>\s*[\w., ]+=\s*)[%!]")


@functools.lru_cache(maxsize=2048)
def parsed(source: str) -> ast.Module:
    """The syntax tree of a cell, magics and shell lines understood; an empty module where it cannot be parsed."""
    return tree_of(source) or ast.Module(body=[], type_ignores=[])


def tree_of(source: str) -> ast.Module | None:
    """The syntax tree of a cell, None where it cannot be parsed."""
    plain = without_cell_magic(source)
    for text in chain((source, without_magics(plain)), transformed(plain)):  # IPython is asked, and imported, last
        with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
            return ast.parse(text)
    return None


def without_magics(source: str) -> str:
    """A cell in which lines that are IPython's, and not Python's, do nothing: `%time`, `!ls`, `torch?`, `x = !ls`."""
    lines = []
    for line in source.split("\n"):
        magic, assigned = MAGIC.match(line), ASSIGNED.match(line)
        if magic:
            lines.append(f"{magic['indent']}pass")
        else:
            lines.append(f"{assigned['target']}None" if assigned else line)
    return "\n".join(lines)


def transformed(source: str) -> Iterator[str]:
    """A cell as IPython itself makes Python of it, unless that would take long."""
    from IPython.core.inputtransformer2 import TransformerManager

    if sum(1 for line in source.split("\n") if MAGIC.match(line) or ASSIGNED.match(line)) <= MOST_MAGICS:
        with contextlib.suppress(Exception):  # of its own making: RuntimeError, SyntaxError, IndexError
            yield TransformerManager().transform_cell(source)


def without_cell_magic(source: str) -> str:
    """A cell without its first line where that is `%%time` or its like: what stands under it is plain Python."""
    first, _, rest = source.lstrip().partition("\n")
    python = first.startswith(("%%time", "%%capture", "%%prun"))
    return rest if python else source


def asked_in(source: str) -> list[tuple[str, str]]:
    """Exercise and name of each check in a cell: `check.one_hot(one_hot)`, but for those in functions and loops.

    What is checked may also be an expression, `check.one_hot(tools.one_hot)`: then that is its name here. This is how
    checks are found, at home and by the grader; what else a notebook says of its cells does not count.
    """
    if "check." not in source:
        return []
    return [found for found in map(check_in, run_once(parsed(source))) if found is not None]


def run_once(tree: ast.AST) -> Iterator[ast.AST]:
    """The parts of a tree that run as the cell does, and at most once, as they stand."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, LATER):
            waiting += reversed(list(ast.iter_child_nodes(node)))


def only_asks(source: str) -> bool:
    """Whether a cell holds checks and nothing else: each of a name, which stays what it was."""
    return "check." in source and bool(body := parsed(source).body) and all(map(binds_nothing, body))


def leans_on(code: str, unsolved: set[str]) -> str:
    """What to say of an answer that calls others which are not right yet; "" where it calls none."""
    names = sorted(needs(parsed(code)) & unsolved)
    if not names:
        return ""
    called = ", ".join(f"`{name}`" for name in names)
    are = "is" if len(names) == 1 else "are"
    return (
        f"It calls {called}, which {are} not right yet: in your notebook the reference steps in, for marks none does."
    )


def binds_nothing(statement: ast.stmt) -> bool:
    """Whether a statement is the check of a name, and binds at most that name."""
    value = statement.value if isinstance(statement, (ast.Expr, ast.Assign)) else None
    asked = check_in(value)
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return asked is not None and asked[1].isidentifier() and {asked[1]} >= {ast.unparse(one) for one in targets}


def check_in(call: ast.AST | None) -> tuple[str, str] | None:
    """Exercise and name, where this is the call of a check."""
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and len(call.args) == 1):
        return None
    owner, given = call.func.value, call.args[0]
    if not (isinstance(owner, ast.Name) and owner.id == "check") or isinstance(given, ast.Starred):
        return None
    with contextlib.suppress(RecursionError):
        return call.func.attr, ast.unparse(given)
    return None


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
        if isinstance(node, (ast.Lambda, *COMPREHENSIONS)):
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
