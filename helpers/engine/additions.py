"""What is easily left out of code, or stands on the wrong side of a loop: small changes that put it right."""

from __future__ import annotations

import ast
import copy
import itertools
from collections.abc import Iterator
from typing import Any

from helpers.engine.changes import Change, Everywhere, blocks, called, code, instead, is_module, own_names, walked

OVER_AN_AXIS = {
    "sum", "mean", "prod", "amax", "amin", "max", "min", "argmax", "argmin", "std", "var", "norm", "softmax",
    "log_softmax", "logsumexp", "cumsum", "all", "any", "stack", "cat", "squeeze", "unsqueeze",
}  # fmt: skip
ON_AN_AXIS = ("dim=0", "dim=1", "dim=-1")
LAST_AXES = ((-2, -1), (1, 2), (0, 1))
KEEPING = ("keepdim=True",)
UNCOUNTED = ("correction=0",)
OF_NUMBERS = {"exp", "log", "sqrt", "abs"}  # of what True and False are not
OVER_SEVERAL, BOTH_AXES = {"sum", "mean", "amax", "amin"}, ((1, 2), (0, 1))
OF_TENSORS = ("clone", "exp", "log", "sqrt", "mean", "sum", "abs", "flatten", "squeeze", "item", "float")
PLACES = (ast.BinOp, ast.Slice, ast.Subscript)


def additions(tree: ast.FunctionDef | ast.ClassDef) -> Iterator[Change]:
    """Every small addition to a function or class, with its rank: the lower, the likelier.

    Changes of statements come in both directions: what stands in a loop may belong after or before it.
    """
    names = [name for name in own_names(tree) if name != "self"]
    unused, known = unused_parameters(tree), {one.arg for one in arguments(tree)}
    parents = {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}
    for path, node in walked(tree):
        if isinstance(node, ast.Call):
            for rank, words, new in longer_call(node, unused):
                yield rank, words, path, new
        for rank, new in other_operand(node, parents[node], names):
            yield rank, instead(new, node), path, new
        if isinstance(parents[node], (ast.Return, ast.Assign)) and not isinstance(node, (ast.Tuple, ast.List)):
            for rank, new in more(node, unused):
                yield rank, instead(new, node), path, new
        if isinstance(parents[node], ast.Assign) and isinstance(getattr(node, "ctx", None), ast.Store):
            for words, new in exchanged_names(node):
                yield 2, words, path, new
    for everywhere in turned(tree):
        yield 1, everywhere.words, (), everywhere
    for path, block in blocks(tree):
        for words, statements in [*moved(block), *kept(block), *once_more(block, known)]:
            yield 1, words, path, statements


def arguments(tree: ast.AST) -> list[ast.arg]:
    """The parameters of a function or of a class's methods."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.arg) and node.arg != "self"]


def unused_parameters(tree: ast.AST) -> list[str]:
    """Parameters whose value is never used."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    return [node.arg for node in arguments(tree) if node.arg not in used]


def unused_variables(tree: ast.AST) -> list[str]:
    """Variables that get a value of their own, `x = …`, which is never used; one named `_` is meant so."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    made = [one for node in ast.walk(tree) if isinstance(node, ast.Assign) for one in node.targets]
    names = dict.fromkeys(one.id for one in made if isinstance(one, ast.Name))
    return [name for name in names if name not in used and name != "_"]


def exchanged_names(row: ast.expr) -> Iterator[tuple[str, ast.AST]]:
    """Names that values are given to, as in `(a, b), (c, d) = table`, with two of them exchanged."""
    names = [node.id for node in ast.walk(row) if isinstance(node, ast.Name)]
    if any(isinstance(inner, ast.Tuple) for inner in getattr(row, "elts", ())):
        for one, other in itertools.combinations(dict.fromkeys(names), 2):
            new = copy.deepcopy(row)
            for node in ast.walk(new):
                if isinstance(node, ast.Name):
                    node.id = {one: other, other: one}.get(node.id, node.id)
            yield f"with `{one}` and `{other}` of {code(row)} exchanged", new


def turned(tree: ast.AST) -> Iterator[Everywhere]:
    """Every matrix turned, or none: `.T` at the right of each `@`, or at no place."""
    yield Everywhere("with `.T` at the right of each `@`", is_product, with_right_turned)
    yield Everywhere("without `.T`", is_turned, lambda node: node.value)
    words = "with `.transpose(-2, -1)` where `.T` belongs"
    yield Everywhere(words, is_turned, lambda node: with_last_axes_exchanged(node.value))


def with_last_axes_exchanged(node: ast.expr) -> ast.Call:
    """Every matrix of a stack turned."""
    return ast.Call(ast.Attribute(node, "transpose", ast.Load()), [ast.Constant(-2), ast.Constant(-1)], [])


def is_product(node: ast.AST) -> bool:
    """Whether matrices are multiplied."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)


def is_turned(node: ast.AST) -> bool:
    """Whether this is `x.T`."""
    return isinstance(node, ast.Attribute) and node.attr == "T"


def with_right_turned(node: ast.BinOp) -> ast.BinOp:
    """A product with its second matrix turned."""
    return ast.BinOp(node.left, node.op, ast.Attribute(node.right, "T", ast.Load()))


def kept(block: list[ast.stmt]) -> Iterator[tuple[str, list[ast.stmt]]]:
    """A block in which what is made of a name and thrown away is kept under that name: `x = x.float()`."""
    for at, one in enumerate(block):
        call = one.value if isinstance(one, ast.Expr) else None
        function = call.func if isinstance(call, ast.Call) else None
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and call is not None:
            new = ast.Assign([ast.Name(function.value.id, ast.Store())], call)
            yield f"with `{function.value.id} = …` before {code(call)}", [*block[:at], new, *block[at + 1 :]]


def once_more(block: list[ast.stmt], known: set[str]) -> Iterator[tuple[str, list[ast.stmt]]]:
    """A block without a statement that gives a value to a name which has one already."""
    for at, one in enumerate(block):
        if not isinstance(one, ast.Assign):
            continue
        names = {node.id for target in one.targets for node in ast.walk(target) if isinstance(node, ast.Name)}
        if names and names <= known and len(block) > 1:
            yield f"without {code(one)}", [*block[:at], *block[at + 1 :]]
        known = known | names


def longer_call(node: ast.Call, unused: list[str]) -> Iterator[tuple[int, str, ast.AST]]:
    """A call with one argument more: an axis, or a parameter that is used nowhere."""
    name, given = called(node), {one.arg for one in node.keywords}
    extra = [(3, f"{name}={name}") for name in unused]
    if name == "transpose" and len(node.args) > 1:
        for axes in LAST_AXES:
            new = ast.Call(node.func, [*node.args[:-2], *map(ast.Constant, axes)], node.keywords)
            yield 2, instead(new, node), new
    if name in OVER_AN_AXIS:
        is_method = isinstance(node.func, ast.Attribute) and not is_module(node.func.value)
        has_axis = "dim" in given or "axis" in given or len(node.args) > (0 if is_method else 1)
        extra += [(2, one) for one in (KEEPING if has_axis else ON_AN_AXIS)]
        extra += [(2, one) for one in UNCOUNTED if name in ("std", "var")]
        for axes in BOTH_AXES if has_axis and name in OVER_SEVERAL else ():
            rest = [one for one in node.keywords if one.arg not in ("dim", "axis")]
            both = ast.keyword("dim", ast.Tuple([*map(ast.Constant, axes)], ast.Load()))
            new = ast.Call(node.func, node.args[: 0 if is_method else 1], [*rest, both])
            yield 3, instead(new, node), new
    for rank, one in extra:
        word, _, value = one.partition("=")
        if word not in given:
            keyword = ast.keyword(word, ast.parse(value, mode="eval").body)
            new = ast.Call(node.func, node.args, [*node.keywords, keyword])
            yield rank, f"with `{one}` in {code(node)}", new
    for parameter in unused:
        yield 3, f"with `{parameter}` in {code(node)}", with_argument(node, parameter)


def with_argument(node: ast.Call, name: str) -> ast.Call:
    """A call with one argument more at the end."""
    return ast.Call(node.func, [*node.args, ast.Name(name, ast.Load())], node.keywords)


def other_operand(node: ast.expr, parent: ast.AST, names: list[str]) -> Iterator[tuple[int, ast.AST]]:
    """What may stand where something is multiplied, counted with or looked up: it turned, squared, one more or less."""
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.MatMult):
        yield 1, ast.Attribute(node, "T", ast.Load())
        yield 2, with_last_axes_exchanged(node)
    elif isinstance(parent, ast.BinOp) and isinstance(node, (ast.Name, ast.Call, ast.Subscript)):
        column = ast.Tuple([ast.Slice(), ast.Constant(None)], ast.Load())
        yield 2, ast.Subscript(node, column, ast.Load())
    is_counted = isinstance(parent, PLACES) or (isinstance(parent, ast.Call) and called(parent) == "range")
    is_name = isinstance(node, ast.Name) and node.id in names
    if is_counted and (is_name or isinstance(node, (ast.Call, ast.BinOp))):
        yield 4, ast.BinOp(node, ast.Add(), ast.Constant(1))
        yield 4, ast.BinOp(node, ast.Sub(), ast.Constant(1))
    if isinstance(parent, ast.BinOp) and not isinstance(parent.op, ast.MatMult) and is_name:
        yield 4, ast.BinOp(node, ast.Pow(), ast.Constant(2))
        yield 4, ast.BinOp(ast.Constant(1), ast.Sub(), node)
    if isinstance(node, ast.Constant) and type(node.value) is int and abs(node.value) >= 10:
        yield 5, ast.Constant(node.value * 10)
        yield 5, ast.Constant(node.value // 10)


def more(node: ast.expr, unused: list[str]) -> Iterator[tuple[int, ast.AST]]:
    """What may be missing around a value that is kept or given back."""
    for name in unused:
        for operator in (ast.Mult, ast.Div, ast.Add, ast.Sub):
            yield 3, ast.BinOp(node, operator(), ast.Name(name, ast.Load()))
    is_truth = isinstance(node, (ast.Compare, ast.BoolOp))
    for name in OF_TENSORS:
        if not is_truth or name not in OF_NUMBERS:
            yield 4, ast.Call(ast.Attribute(node, name, ast.Load()), [], [])
    if not is_truth:
        yield 4, ast.UnaryOp(ast.USub(), node)


def moved(block: list[ast.stmt]) -> Iterator[tuple[str, list[Any]]]:
    """A statement at a loop's end that belongs after it, one at its beginning that belongs before it, and back."""
    for at, loop in enumerate(block):
        if not isinstance(loop, (ast.For, ast.While)):
            continue
        first, last, rest = loop.body[0], loop.body[-1], block[at + 1 :]
        if len(loop.body) > 1:
            yield f"with {code(last)} after the loop, not in it", [*block[:at], body(loop, loop.body[:-1]), last, *rest]
            yield (
                f"with {code(first)} before the loop, not in it",
                [*block[:at], first, body(loop, loop.body[1:]), *rest],
            )
        for before, one in enumerate(block[:at]):
            if isinstance(one, ast.Assign):
                left = [*block[:before], *block[before + 1 : at]]
                yield f"with {code(one)} in the loop, not before it", [*left, body(loop, [one, *loop.body]), *rest]
                if isinstance(inner := loop.body[-1], ast.For) and len(loop.body) == 1:
                    deeper = body(loop, [body(inner, [one, *inner.body])])
                    yield f"with {code(one)} in the inner loop, not before it", [*left, deeper, *rest]


def body(loop: Any, statements: list[ast.stmt]) -> Any:
    """The same loop around other statements."""
    head = {field: value for field, value in ast.iter_fields(loop) if field != "body"}
    return ast.copy_location(type(loop)(body=statements, **head), loop)
