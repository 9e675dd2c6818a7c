"""One expression where another belongs: what lies further from code than one operator, name or number."""

from __future__ import annotations

import ast
import itertools
from collections import Counter
from collections.abc import Iterator
from functools import partial
from operator import attrgetter

from helpers.engine.alike import ALIKE, shifted
from helpers.engine.changes import (
    Change,
    Everywhere,
    around,
    called,
    code,
    instead,
    is_module,
    own_names,
    walked,
)

FURTHER = 5  # the rank of all that is said here: what is nearer to the code comes first
OF_ONE = ("exp", "log", "sqrt", "abs", "square", "sigmoid", "tanh")  # functions of each number by itself
OVER = ("amax", "amin", "max", "min", "mean", "sum")
AROUND_A_NAME = ("sigmoid", "exp", "log", "abs", "float", "flatten")
INSIDE = (ast.Add, ast.Sub, ast.Mult, ast.Div)
Replaced = Iterator[tuple[str, ast.AST]]  # words, "" for those that compare the two, and what stands there instead


def replacements(tree: ast.FunctionDef | ast.ClassDef, names: list[str] | None = None) -> Iterator[Change]:
    """Every replacement of one expression of a function or class, each with its rank.

    Only `names` are put in for something else; if none are given, all parameters and variables of the code.
    """
    names = [name for name in own_names(tree) if name != "self"] if names is None else names
    parents = {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}
    for path, node in walked(tree):
        found = itertools.chain(
            inside_out(node),
            regrouped(node),
            other_function(node),
            one_place(node),
            other_range(node),
            other_case(node),
        )
        for words, new in found:
            yield FURTHER, words or instead(new, node), path, new
        parent = parents[node]
        for new in itertools.chain(
            weighed(node, parent),
            name_for(node, parent, parents.get(parent), names),
            around_a_name(node, parent, names),
        ):
            yield FURTHER + 1, around(tree, path, new), path, new
    for everywhere in everywhere_less(tree, names):
        yield FURTHER, everywhere.words, (), everywhere


def operand(node: ast.AST) -> ast.expr | None:
    """What a function is applied to: x of `x.log()` and of `torch.log(x)`; None where there is no such thing."""
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Attribute) and not is_module(node.func.value):
        return node.func.value
    return node.args[0] if node.args else None


def applied(node: ast.Call, to: ast.expr) -> ast.Call:
    """The same call, applied to something else."""
    if isinstance(node.func, ast.Attribute) and not is_module(node.func.value):
        return ast.Call(ast.Attribute(to, node.func.attr, ast.Load()), node.args, node.keywords)
    return ast.Call(node.func, [to, *node.args[1:]], node.keywords)


def method(of: ast.expr, name: str) -> ast.Call:
    """`x.name()`."""
    return ast.Call(ast.Attribute(of, name, ast.Load()), [], [])


def inside_out(node: ast.expr) -> Replaced:
    """f(x + c) for f(x) + c, and back; a bound for what is added, and back."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, INSIDE):
        for side, other in ((node.left, node.right), (node.right, node.left)):
            inner = operand(side)
            if (
                inner is not None
                and isinstance(side, ast.Call)
                and (side is node.left or not isinstance(node.op, ast.Div))
            ):
                yield "", applied(side, ast.BinOp(inner, node.op, other))
    inner = operand(node)
    if isinstance(node, ast.Call) and isinstance(inner, ast.BinOp) and isinstance(inner.op, INSIDE):
        yield "", ast.BinOp(applied(node, inner.left), inner.op, inner.right)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and isinstance(node.right, ast.Constant):
        bound = ast.keyword("min", node.right)
        yield "", ast.Call(ast.Attribute(node.left, "clamp", ast.Load()), [], [bound])
    if isinstance(node, ast.Call) and called(node) == "clamp" and inner is not None:
        bounds = [one.value for one in node.keywords if one.arg == "min"]
        if bounds and ast.unparse(bounds[0]) != "0":
            yield "", ast.BinOp(inner, ast.Add(), bounds[0])


def regrouped(node: ast.expr) -> Replaced:
    """Brackets elsewhere: (a + b) / c for a + b / c, a / (b * c) for a / b * c, −(a + b) for −a + b, and back."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and is_sum(node.operand):
        inner = node.operand
        yield "", ast.BinOp(ast.UnaryOp(ast.USub(), inner.left), inner.op, inner.right)  # type: ignore[attr-defined]
    if not isinstance(node, ast.BinOp):
        return
    left, right = node.left, node.right
    if is_sum(node):
        if isinstance(left, ast.UnaryOp) and isinstance(left.op, ast.USub):
            yield "", ast.UnaryOp(ast.USub(), ast.BinOp(left.operand, node.op, right))
        if is_scaled(left) and isinstance(left, ast.BinOp):
            yield "", ast.BinOp(ast.BinOp(left.left, node.op, right), left.op, left.right)
        if is_scaled(right) and isinstance(right, ast.BinOp):
            yield "", ast.BinOp(ast.BinOp(left, node.op, right.left), right.op, right.right)
            yield "", ast.BinOp(right.left, right.op, ast.BinOp(left, node.op, right.right))
    if is_scaled(node) and is_sum(left) and isinstance(left, ast.BinOp):
        yield "", ast.BinOp(left.left, left.op, ast.BinOp(left.right, node.op, right))
        yield "", ast.BinOp(ast.BinOp(left.left, node.op, right), left.op, left.right)
    if isinstance(node.op, ast.Mult) and is_sum(right) and isinstance(right, ast.BinOp):
        yield "", ast.BinOp(ast.BinOp(left, node.op, right.left), right.op, right.right)
    if isinstance(node.op, ast.Mult) and isinstance(left, ast.BinOp) and isinstance(left.op, ast.Div):
        yield "", ast.BinOp(left.left, ast.Div(), ast.BinOp(left.right, ast.Mult(), right))
    if isinstance(node.op, ast.Div) and isinstance(right, ast.BinOp) and isinstance(right.op, ast.Mult):
        yield "", ast.BinOp(ast.BinOp(left, ast.Div(), right.left), ast.Mult(), right.right)
    if is_scaled(node) and isinstance(left, ast.BinOp) and isinstance(left.op, ast.Pow):
        yield "", ast.BinOp(left.left, ast.Pow(), ast.BinOp(left.right, node.op, right))


def is_sum(node: ast.AST) -> bool:
    """Whether two things are added, or one is taken off the other."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub))


def is_scaled(node: ast.AST) -> bool:
    """Whether one thing is multiplied or divided by another."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div))


def weighed(node: ast.expr, parent: ast.AST) -> Iterator[ast.AST]:
    """Twice or half of one term of a sum."""
    if is_sum(parent) and not isinstance(node, ast.Constant):
        yield ast.BinOp(ast.Constant(2), ast.Mult(), node)
        yield ast.BinOp(node, ast.Div(), ast.Constant(2))


def other_function(node: ast.expr) -> Replaced:
    """Another function of each number; of half or twice the number."""
    name, inner = (called(node), operand(node)) if isinstance(node, ast.Call) else ("", None)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and ast.unparse(node.right) == "2":
        name, inner = "square", node.left
    if name not in OF_ONE or inner is None:
        return
    for other in OF_ONE:
        if other != name and other not in ALIKE.get(name, ()):
            yield "", method(inner, other)
    if name in ("exp", "sqrt", "sigmoid"):
        yield "", method(ast.BinOp(inner, ast.Div(), ast.Constant(2)), "exp" if name == "sqrt" else name)
        yield "", method(ast.BinOp(ast.Constant(2), ast.Mult(), inner), name)


def one_place(node: ast.expr) -> Replaced:
    """The first or last of an axis for what is found over it, and back; one axis of several."""
    if isinstance(node, ast.Call) and called(node) in OVER:
        inner, axis = operand(node), axis_of(node)
        if inner is not None and isinstance(axis, ast.Tuple):
            rest = [one for one in node.keywords if one.arg != "dim"]
            for one in axis.elts:
                new = ast.Call(node.func, node.args, [*rest, ast.keyword("dim", one)])
                yield "", new
        elif inner is not None and axis is not None:
            for word, place in (("first", 0), ("last", -1)):
                select = ast.Attribute(inner, "select", ast.Load())
                new = ast.Call(select, [axis, ast.Constant(place)], [])
                yield f"with the {word} along axis {ast.unparse(axis)} where {code(node)} belongs", new
            if called(node) == "mean":
                median = ast.Call(ast.Attribute(inner, "median", ast.Load()), [], [ast.keyword("dim", axis)])
                yield f"with the median where {code(node)} belongs", ast.Attribute(median, "values", ast.Load())
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield from other_index(node)


def axis_of(node: ast.Call) -> ast.expr | None:
    """The axis that a function goes over, as it is written; None where none is."""
    for one in node.keywords:
        if one.arg in ("dim", "axis"):
            return one.value
    is_method = isinstance(node.func, ast.Attribute) and not is_module(node.func.value)
    given = node.args if is_method else node.args[1:]
    return given[0] if given and not isinstance(given[0], ast.Name) else None


def other_index(node: ast.Subscript) -> Replaced:
    """The place beside it; all that lies along its axis, added up; a stretch that begins elsewhere."""
    row = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    for at, index in enumerate(row):
        for new in near(index):
            left = [*row[:at], new, *row[at + 1 :]]
            other = ast.Tuple(left, ast.Load()) if isinstance(node.slice, ast.Tuple) else left[0]
            yield "", ast.Subscript(node.value, other, ast.Load())
        is_place = isinstance(index, (ast.Constant, ast.UnaryOp)) and not isinstance(getattr(index, "value", 0), str)
        if is_place and all(isinstance(one, ast.Slice) for one in row[:at]) and at + 1 == len(row):
            for name in ("amax", "mean", "sum"):
                over = ast.keyword("dim", ast.Constant(at))
                yield "", ast.Call(ast.Attribute(node.value, name, ast.Load()), [], [over])


def near(index: ast.expr) -> Iterator[ast.expr]:
    """One place further and one place back, of an index or of a stretch."""
    if isinstance(index, ast.Slice):
        lower, upper = index.lower, index.upper
        if lower is not None and upper is not None:
            yield ast.Slice(shifted(lower, 1), shifted(upper, 1), index.step)
            yield ast.Slice(shifted(lower, -1), shifted(upper, -1), index.step)
        if lower is not None:
            yield ast.Slice(shifted(lower, -1), upper, index.step)
        elif upper is not None:
            yield ast.Slice(ast.Constant(1), upper, index.step)
        if lower is not None and upper is None:
            yield ast.Slice(lower, ast.Constant(-1), index.step)
    elif isinstance(index, (ast.Name, ast.Call, ast.BinOp)):
        yield shifted(index, 1)
        yield shifted(index, -1)


def other_range(node: ast.expr) -> Replaced:
    """A loop that begins or ends one place elsewhere."""
    if not (isinstance(node, ast.Call) and called(node) in ("range", "arange") and 1 <= len(node.args) <= 2):
        return
    first, last = node.args if len(node.args) == 2 else (ast.Constant(0), node.args[0])
    for low, high in ((1, 0), (0, -1), (0, 1), (1, 1), (-1, 0), (-1, -1)):
        begin = shifted(first, low) if low else first
        end = shifted(last, high) if high else last
        yield "", ast.Call(node.func, [begin, end], node.keywords)


def other_case(node: ast.expr) -> Replaced:
    """One of the two that `torch.where` chooses from; several things joined by `stack` for `cat`."""
    if isinstance(node, ast.Call) and called(node) == "where" and len(node.args) == 3:
        for one in node.args[1:]:
            yield "", one
    if isinstance(node, ast.Call) and called(node) in ("cat", "stack") and isinstance(node.func, ast.Attribute):
        other = "stack" if called(node) == "cat" else "cat"
        function = ast.Attribute(node.func.value, other, ast.Load())
        yield f"with `{other}` where `{called(node)}` belongs", ast.Call(function, node.args, node.keywords)


def name_for(node: ast.expr, parent: ast.AST, beyond: ast.AST | None, names: list[str]) -> Iterator[ast.AST]:
    """A variable or a parameter for what is made of it, or for one fixed place."""
    is_place = isinstance(parent, ast.Subscript) or (
        isinstance(parent, ast.Tuple) and isinstance(beyond, ast.Subscript)
    )
    if isinstance(node, ast.Constant) and type(node.value) is int and is_place:
        for name in names:
            yield ast.Name(name, ast.Load())
    if not isinstance(node, (ast.Call, ast.Subscript, ast.BinOp, ast.Attribute)):
        return
    if getattr(parent, "func", None) is node or isinstance(getattr(node, "ctx", None), ast.Store):
        return
    if isinstance(parent, (ast.Call, ast.BinOp, ast.Compare, ast.Subscript, ast.Tuple, ast.keyword)):
        for name in names:
            yield ast.Name(name, ast.Load())


def around_a_name(node: ast.expr, parent: ast.AST, names: list[str]) -> Iterator[ast.AST]:
    """A function around a variable, or its sign turned round, where it is used."""
    if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load) or node.id not in names:
        return
    if isinstance(parent, (ast.BinOp, ast.Call, ast.Compare)) and getattr(parent, "func", None) is not node:
        for name in AROUND_A_NAME:
            yield method(node, name)
        yield ast.UnaryOp(ast.USub(), node)


def everywhere_less(tree: ast.AST, names: list[str]) -> Iterator[Everywhere]:
    """The same stretch, or the same function, left out wherever it stands; two names exchanged throughout."""
    nodes = list(ast.walk(tree))
    for text, count in Counter(place_in(node) for node in nodes).items():
        if text and count > 1:
            yield Everywhere(f"without `[{text}]`", partial(is_read_at, text), attrgetter("value"))
    for name, count in Counter(called(node) for node in nodes if isinstance(node, ast.Call)).items():
        if count > 1 and name not in ("range", "len"):
            yield Everywhere(f"without `{name}`", partial(is_applied, name), operand)
    used = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    for one, other in itertools.combinations([name for name in names if name in used], 2):
        words = f"with `{one}` and `{other}` exchanged"
        yield Everywhere(words, partial(is_one_of, (one, other)), partial(exchanged, (one, other)))


def place_in(node: ast.AST) -> str:
    """The place at which something is read, as it is written; "" where nothing is."""
    is_read = isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load)
    return ast.unparse(node.slice) if is_read else ""  # type: ignore[attr-defined]


def is_read_at(text: str, node: ast.AST) -> bool:
    """Whether something is read at the place that is written like this."""
    return place_in(node) == text


def is_applied(name: str, node: ast.AST) -> bool:
    """Whether a function of this name is applied to something."""
    return isinstance(node, ast.Call) and called(node) == name and operand(node) is not None


def is_one_of(names: tuple[str, str], node: ast.AST) -> bool:
    """Whether the value of one of these names is used."""
    return isinstance(node, ast.Name) and node.id in names and isinstance(node.ctx, ast.Load)


def exchanged(names: tuple[str, str], node: ast.Name) -> ast.Name:
    """The other one of two names."""
    return ast.Name(names[node.id == names[0]], ast.Load())
