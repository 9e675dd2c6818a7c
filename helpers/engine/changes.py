"""The small changes that make a mutant: one operator, name, number, function or statement of a piece of syntax."""

from __future__ import annotations

import ast
import contextlib
import copy
import functools
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any

from helpers.engine.alike import ADDED, ALIKE, COMPARISONS, OPERATORS, SIGN, other_constants, shifted

MOST_SHOWN = 60  # characters of a piece of code
MOST_AROUND = 40  # characters of the code around a name or a number
MOST_EXCHANGED = 4  # things in a row of which two may be exchanged
Path = tuple[tuple[str, "int | None"], ...]  # the way to a node: fields, and places in those that are lists
Change = tuple[int, str, Path, Any]  # its rank, the words for it, what is replaced, and by what


def changes(tree: ast.FunctionDef | ast.ClassDef, names: list[str] | None = None) -> Iterator[Change]:
    """Every small change of a function or class, with its rank: the lower, the likelier.

    Only `names` take each other's place; if none are given, all parameters and variables of the code.
    """
    names, attributes = own_names(tree) if names is None else names, own_attributes(tree)
    for path, node in walked(tree):
        for rank, words, new in changed(node, names):
            yield rank, words or around(tree, path, new), path, new
        if is_own(node) and getattr(node, "attr", "") in attributes:
            for other in sorted(attributes - {getattr(node, "attr", "")}):
                yield 3, instead(ast.Name(other), node), path, ast.Attribute(ast.Name("self"), other, ast.Load())
    for everywhere in repeated(tree, names):
        yield 1, everywhere.words, (), everywhere
    for path, block in blocks(tree):
        for rank, words, statements in changed_block(block):
            yield rank, words, path, statements


def own_names(tree: ast.AST) -> list[str]:
    """The parameters and variables of a function, in the order they come."""
    found = dict.fromkeys(node.arg for node in ast.walk(tree) if isinstance(node, ast.arg) and node.arg != "self")
    found |= dict.fromkeys(
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )
    return list(found)


def own_attributes(tree: ast.AST) -> set[str]:
    """What a class keeps in itself: the x of each `self.x = …`."""
    attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and is_own(node)]
    return {node.attr for node in attributes if isinstance(node.ctx, ast.Store)}


def is_own(node: ast.AST) -> bool:
    """Whether this is `self.x`."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"


class Everywhere(ast.NodeTransformer):
    """Makes one change wherever it can be made: a habit shows more than once."""

    def __init__(self, words: str, is_meant: Callable[[Any], bool], change: Callable[[Any], Any]) -> None:
        """Keep what is changed, and how."""
        self.words, self.is_meant, self.change = words, is_meant, change

    def visit(self, node: ast.AST) -> Any:
        """Change a node after what stands inside of it."""
        node = self.generic_visit(node)
        return self.change(node) if self.is_meant(node) else node


def repeated(tree: ast.AST, names: list[str]) -> Iterator[Everywhere]:
    """The changes of what stands in a function more than once, everywhere at once."""
    nodes = list(ast.walk(tree))
    calls = Counter(called(node) for node in nodes if isinstance(node, ast.Call))
    for name, others in ALIKE.items():
        for other in others if calls[name] > 1 else ():
            words = f"with `{other}` where `{name}` belongs"
            yield Everywhere(words, functools.partial(is_call, name), functools.partial(with_function, name=other))
    pairs = [(node.arg, node.value.value) for node in nodes if is_constant_keyword(node)]  # type: ignore[attr-defined]
    for (word, value), count in Counter(pairs).items():
        for other in other_constants(value) if count > 1 else []:
            words = f"with `{word}={other}` where `{word}={value}` belongs"
            new = ast.keyword(word, ast.Constant(other))
            yield Everywhere(words, functools.partial(is_keyword, word, value), functools.partial(put, new))
    sides = Counter((type(node.op), ast.unparse(node.right)) for node in nodes if isinstance(node, ast.BinOp))
    for (kind, right), count in sides.items():
        if count > 1 and kind is not ast.MatMult:
            is_meant = functools.partial(is_operation_with, kind, right)
            yield Everywhere(f"without `{after(kind, right)}`", is_meant, attrgetter("left"))
        for operator in OPERATORS.get(kind, ()) if count > 1 else ():
            if operator is not ast.Pow:
                words = f"with `{after(operator, right)}` where `{after(kind, right)}` belongs"
                is_meant = functools.partial(is_operation_with, kind, right)
                yield Everywhere(words, is_meant, functools.partial(operated, operator))
    for kind, count in Counter(type(node.op) for node in nodes if isinstance(node, ast.BinOp)).items():
        for operator in OPERATORS.get(kind, ()) if count > 1 else ():
            if operator is ast.Pow:
                continue  # whole numbers to the power of each other have no end
            words = f"with `{SIGN[operator]}` where `{SIGN[kind]}` belongs"
            yield Everywhere(words, functools.partial(is_operation, kind), functools.partial(operated, operator))
    uses = Counter(node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
    for name, other in itertools.permutations(names, 2):
        if uses[name] > 1:
            new_name = ast.Name(other, ast.Load())
            words = f"with `{other}` where `{name}` belongs"
            yield Everywhere(words, functools.partial(is_name, name), functools.partial(put, new_name))


def is_call(name: str, node: ast.AST) -> bool:
    """Whether a function of this name is called."""
    return isinstance(node, ast.Call) and called(node) == name


def is_constant_keyword(node: ast.AST) -> bool:
    """Whether this is an argument by name that is a constant."""
    return isinstance(node, ast.keyword) and node.arg is not None and isinstance(node.value, ast.Constant)


def is_keyword(word: str, value: Any, node: ast.AST) -> bool:
    """Whether this is an argument of this name and value."""
    return isinstance(node, ast.keyword) and node.arg == word and getattr(node.value, "value", None) == value


def is_operation(kind: type, node: ast.AST) -> bool:
    """Whether this is an operation of this kind."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, kind)


def is_operation_with(kind: type, right: str, node: ast.AST) -> bool:
    """Whether this is an operation of this kind with this on its right."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, kind) and ast.unparse(node.right) == right


def is_name(name: str, node: ast.AST) -> bool:
    """Whether the value of this name is used."""
    return isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)


def put(new: ast.AST, node: ast.AST) -> ast.AST:
    """Something else in the place of a node."""
    return new


def operated(operator: type[ast.operator], node: ast.BinOp) -> ast.BinOp:
    """The same operation with another operator."""
    return ast.BinOp(node.left, operator(), node.right)


def called(node: ast.Call) -> str:
    """The last name of what is called."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def with_function(node: ast.Call, name: str) -> ast.Call:
    """The same call of another function."""
    function = copy.deepcopy(node.func)
    setattr(function, "attr" if isinstance(function, ast.Attribute) else "id", name)
    return ast.Call(function, node.args, node.keywords)


def around(tree: ast.AST, path: Path, new: ast.AST | list) -> str:
    """Words for a change of a name or a number, with the code around it."""
    node: Any = tree
    for at, (field, place) in enumerate(path):
        inner = getattr(node, field) if place is None else getattr(node, field)[place]
        if isinstance(inner, (ast.expr, ast.keyword)) and len(ast.unparse(inner)) <= MOST_AROUND:
            old = code(inner)
            with put_in(inner, path[at + 1 :], new) as changed:
                return f"with {code(changed)} where {old} belongs"
        node = inner
    return instead(new, node)  # type: ignore[arg-type]


def walked(tree: ast.AST, path: Path = ()) -> Iterator[tuple[Path, ast.expr]]:
    """Every expression that is computed, with the way to it; no annotation, and no condition of a `while`."""
    for field, value in ast.iter_fields(tree):
        if field in ("annotation", "returns", "decorator_list", "ctx", "type_params", "bases"):
            continue
        if isinstance(tree, ast.While) and field == "test":
            continue
        for at, one in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(one, ast.AST):
                here = (*path, (field, at))
                is_row = isinstance(one, ast.Tuple)  # of names that are given values: two may be exchanged
                is_given = isinstance(getattr(one, "ctx", None), (ast.Store, ast.Del))
                if isinstance(one, ast.expr) and (is_row or not is_given):
                    yield here, one
                yield from walked(one, here)


def blocks(tree: ast.AST, path: Path = ()) -> Iterator[tuple[Path, list[ast.stmt]]]:
    """Every list of statements, with the way to it."""
    for field, value in ast.iter_fields(tree):
        if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
            yield (*path, (field, None)), value
            for at, one in enumerate(value):
                yield from blocks(one, (*path, (field, at)))


@contextlib.contextmanager
def put_in(tree: ast.AST, path: Path, new: Any) -> Iterator[ast.AST]:
    """A tree with something else at the end of the way; the tree itself, which is as it was afterwards."""
    if not path:
        yield new.visit(copy.deepcopy(tree)) if isinstance(new, Everywhere) else new
        return
    *way, (field, at) = path
    node = tree
    for one, place in way:
        node = getattr(node, one) if place is None else getattr(node, one)[place]
    old = getattr(node, field) if at is None else getattr(node, field)[at]
    set_in(node, field, at, new)
    try:
        yield tree
    finally:
        set_in(node, field, at, old)


def set_in(node: ast.AST, field: str, at: int | None, value: Any) -> None:
    """Set a field of a node, or one place of a list in it."""
    if at is None:
        setattr(node, field, value)
    else:
        getattr(node, field)[at] = value


def compiled(tree: ast.AST, path: Path, new: Any, file: str) -> Any:
    """A function or class with one change, compiled."""
    with put_in(tree, path, new) as changed:
        for one in new if isinstance(new, list) else [changed if isinstance(new, Everywhere) else new]:
            ast.fix_missing_locations(one)
        return compile(ast.Module([changed], []), file, "exec")  # type: ignore[list-item]


def code(node: ast.AST | None) -> str:
    """A piece of code as it is shown."""
    text = ast.unparse(node) if node is not None else ""
    text = text.replace("self.", "")
    return f"`{text}`" if len(text) <= MOST_SHOWN else f"`{text[: MOST_SHOWN - 1]}…`"


def instead(new: ast.AST, old: ast.AST) -> str:
    """One piece of code where another belongs, in words."""
    return f"with {code(new)} where {code(old)} belongs"


def after(operator: type[ast.operator], right: str) -> str:
    """An operator and what stands on its right, in brackets where these are needed."""
    text = ast.unparse(ast.BinOp(ast.Name("x"), operator(), ast.parse(right, mode="eval").body)).removeprefix("x ")
    text = text.replace("self.", "")
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 1]}…"


def changed(node: ast.expr, names: list[str]) -> Iterator[tuple[int, str, ast.AST]]:
    """The changes of one expression."""
    if isinstance(node, ast.BinOp):
        yield from changed_operation(node)
    elif isinstance(node, ast.Call):
        yield from changed_call(node)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        for operator in COMPARISONS.get(type(node.ops[0]), ()):
            new = ast.Compare(node.left, [operator()], node.comparators)
            yield 1, instead(new, node), new
    elif isinstance(node, ast.UnaryOp):
        yield 1, f"without the sign of {code(node)}", node.operand
    elif isinstance(node, ast.IfExp):
        yield 1, instead(node.body, node), node.body
        yield 1, instead(node.orelse, node), node.orelse
        yield 2, f"with the two cases of {code(node)} exchanged", ast.IfExp(node.test, node.orelse, node.body)
    elif isinstance(node, ast.Constant):
        for value in other_constants(node.value):
            yield 3, "", ast.Constant(value)
    elif isinstance(node, (ast.Tuple, ast.List)) and len(node.elts) <= MOST_EXCHANGED:
        for at, other in itertools.combinations(range(len(node.elts)), 2):
            row = list(node.elts)
            row[at], row[other] = row[other], row[at]
            words = f"with {code(node.elts[at])} and {code(node.elts[other])} of {code(node)} exchanged"
            yield 2, words, type(node)(row, node.ctx)
    elif isinstance(node, ast.Attribute) and node.attr in ("T", "mT"):
        yield 1, f"without turning {code(node.value)}", node.value
    elif isinstance(node, ast.Name) and node.id in names:
        for name in names:
            if name != node.id:
                yield 4, "", ast.Name(name, ast.Load())
    elif isinstance(node, ast.Subscript):
        yield from changed_subscript(node)


def changed_operation(node: ast.BinOp) -> Iterator[tuple[int, str, ast.AST]]:
    """One operand left out, another operator, the two exchanged."""
    if not isinstance(node.op, ast.MatMult):
        yield 0, f"without `{after(type(node.op), ast.unparse(node.right))}`", node.left
        yield 1, f"without {code(node.left)} in {code(node)}", node.right
    for other in OPERATORS.get(type(node.op), ()):
        if other is ast.Pow and not isinstance(node.right, ast.Constant):
            continue  # one whole number to the power of another keeps Python busy for hours
        new = ast.BinOp(node.left, other(), node.right)
        yield 1, instead(new, node), new
    if isinstance(node.op, (ast.Mult, ast.Div)):
        yield 4, f"with `{after(type(node.op), ast.unparse(node.right))}` twice", ast.BinOp(node, node.op, node.right)
    if not isinstance(node.op, (ast.Add, ast.Mult)):
        new = ast.BinOp(node.right, node.op, node.left)
        yield 2, instead(new, node), new


def changed_call(node: ast.Call) -> Iterator[tuple[int, str, ast.AST]]:
    """Another function, the call left out, one argument left out, two exchanged."""
    function = node.func
    name = called(node)
    if isinstance(function, ast.Attribute) and not is_module(function.value):
        yield 0, f"without `.{name}(…)`", function.value
    elif node.args:
        yield 0, f"without `{ast.unparse(function).replace('self.', '')}`", node.args[0]
    for other in ALIKE.get(name, ()):
        yield 0, f"with `{other}` where `{name}` belongs", with_function(node, other)
    for extra in ADDED.get(name, ()):
        word, _, value = extra.partition("=")
        given = [one for one in node.keywords if one.arg != word]
        keyword = ast.keyword(word, ast.parse(value, mode="eval").body)
        yield 1, f"with `{extra}` in {code(node)}", ast.Call(function, node.args, [*given, keyword])
    inner = function.value if isinstance(function, ast.Attribute) else None
    if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and not is_module(inner.func.value):
        first = ast.Call(ast.Attribute(inner.func.value, name, ast.Load()), node.args, node.keywords)
        words = f"with `.{name}` before `.{inner.func.attr}`"
        yield 1, words, ast.Call(ast.Attribute(first, inner.func.attr, ast.Load()), inner.args, inner.keywords)
    for at, keyword in enumerate(node.keywords):
        left = [*node.keywords[:at], *node.keywords[at + 1 :]]
        yield 1, f"without `{ast.unparse(keyword)}`", ast.Call(function, node.args, left)
    for at in range(len(node.args) - 1):
        args = [*node.args[:at], node.args[at + 1], node.args[at], *node.args[at + 2 :]]
        words = f"with {code(node.args[at])} and {code(node.args[at + 1])} exchanged"
        yield 2, words, ast.Call(function, args, node.keywords)
    if len(node.args) > 1:
        yield 3, f"without {code(node.args[-1])} in {code(node)}", ast.Call(function, node.args[:-1], node.keywords)


def changed_subscript(node: ast.Subscript) -> Iterator[tuple[int, str, ast.AST]]:
    """A slice that begins or ends elsewhere, or is left out."""
    if isinstance(node.slice, ast.Slice):
        yield 1, instead(node.value, node), node.value
        lower, upper, step = node.slice.lower, node.slice.upper, node.slice.step
        for new in (
            ast.Slice(None, upper, step) if lower else None,
            ast.Slice(lower, None, step) if upper else None,
            ast.Slice(shifted(lower, 1), upper, step) if lower else None,
            ast.Slice(lower, shifted(upper, -1), step) if upper else None,
            ast.Slice(lower, shifted(upper, 1), step) if upper else None,
        ):
            if new is not None:
                other = ast.Subscript(node.value, new, node.ctx)
                yield 3, instead(other, node), other


def changed_block(block: list[ast.stmt]) -> Iterator[tuple[int, str, list]]:
    """One statement left out, or two that follow each other exchanged."""
    for at, one in enumerate(block):
        rest = [*block[:at], *block[at + 1 :]]
        is_text = isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
        if isinstance(one, (ast.Expr, ast.AugAssign)) and rest and not is_text:
            yield 0, f"without {code(one)}", rest
        if isinstance(one, ast.AugAssign):
            for operator in OPERATORS.get(type(one.op), ()):
                if operator is ast.Pow:
                    continue
                new = ast.AugAssign(one.target, operator(), one.value)
                yield 1, instead(new, one), [*block[:at], new, *block[at + 1 :]]
        if isinstance(one, ast.If) and one.body and not one.orelse:
            yield 2, f"without the case of {code(one.test)}", rest or [ast.Pass()]
            always = [*block[:at], *one.body, *block[at + 1 :]]
            yield 3, f"with {code(one.body[0])} whether or not {code(one.test)}", always
        if at + 1 < len(block) and isinstance(block[at + 1], (ast.Expr, ast.Assign, ast.AugAssign)):
            words = f"with {code(block[at + 1])} before {code(one)}"
            yield 2, words, [*block[:at], block[at + 1], one, *block[at + 2 :]]


def is_module(node: ast.expr) -> bool:
    """Whether an expression names a module: `torch`, `F`, `np`, `math`, `torch.linalg`."""
    first = node
    while isinstance(first, ast.Attribute):
        first = first.value
    return isinstance(first, ast.Name) and first.id in ("torch", "F", "nn", "np", "math", "copy", "self")
