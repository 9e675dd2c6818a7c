"""What is easily taken for each other: functions, operators, comparisons, arguments given too much."""

from __future__ import annotations

import ast
import itertools

# the first of a group is easily taken for each of the rest, and each of them for it
GROUPS = (
    ("sum", "mean", "amax", "amin", "prod"),
    ("max", "min", "sum"),
    ("sigmoid", "tanh", "relu", "exp"),
    ("softmax", "log_softmax", "sigmoid"),
    ("exp", "expm1", "log", "abs"),
    ("log", "log2", "log10", "log1p", "exp"),
    ("log2", "log", "log10"),
    ("sqrt", "abs", "exp"),
    ("argmax", "argmin"),
    ("floor", "ceil", "round"),
    ("zeros", "ones", "rand"),
    ("triu", "tril"),
    ("sin", "cos"),
    ("gelu", "relu"),
    ("upper", "lower"),
    ("min", "max", "sum"),
    ("mean", "sum", "amax", "median"),
    ("amax", "amin", "mean", "sum"),
    ("minimum", "maximum"),
    ("tril", "triu"),
    ("cos", "sin"),
    ("GELU", "ReLU"),
    ("ReLU", "Sigmoid", "Tanh", "GELU"),
    ("tanh", "sigmoid", "relu"),
    ("relu", "sigmoid", "tanh"),
    ("logsumexp", "sum", "mean", "amax"),
    ("sum", "max", "len"),
    ("any", "all"),
    ("split", "chunk"),
)
ALIKE: dict[str, tuple[str, ...]] = {
    name: tuple(
        dict.fromkeys(
            other
            for first, *rest in GROUPS
            for one, other in itertools.chain(zip(itertools.repeat(first), rest), zip(rest, itertools.repeat(first)))
            if one == name
        )
    )
    for name in dict.fromkeys(itertools.chain.from_iterable(GROUPS))
}
ADDED = {  # arguments that are easily given too much
    "tril": ("diagonal=-1", "diagonal=1"),
    "triu": ("diagonal=1", "diagonal=-1"),
    "Conv1d": ("padding='same'", "bias=False"),
    "conv1d": ("padding='same'",),
    "Linear": ("bias=False",),
    "std": ("correction=1",),
    "var": ("correction=1",),
}
OPERATORS = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add, ast.Pow),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.Pow: (ast.Mult,),
    ast.Mod: (ast.FloorDiv,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
}
COMPARISONS = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
}
SIGN = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Pow: "**", ast.MatMult: "@",
    ast.Mod: "%", ast.BitAnd: "&", ast.BitOr: "|",
}  # fmt: skip


def other_constants(value: object) -> list:
    """What may stand where a constant belongs."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        near = {0: [1, -1], 1: [0, 2, -1], -1: [0, 1, -2], -2: [-1, 0, 1], 2: [1, 3]}
        return near.get(value, [value + 1, value - 1])
    if isinstance(value, float):
        return [0.0] if value else [1.0]
    return []


def shifted(node: ast.expr | None, by: int) -> ast.expr:
    """A bound or a place, moved: `i + 1` for `i`, `i` for `i + 1`."""
    assert node is not None
    if isinstance(node, ast.Constant) and type(node.value) is int and node.value + by >= 0:
        return ast.Constant(node.value + by)
    if isinstance(node, ast.BinOp) and isinstance(node.right, ast.Constant) and isinstance(node.right.value, int):
        sign = {ast.Add: 1, ast.Sub: -1}.get(type(node.op), 0)
        by += sign * node.right.value
        node = node.left if sign else node
    if not by:
        return node
    return ast.BinOp(node, ast.Add() if by > 0 else ast.Sub(), ast.Constant(abs(by)))
