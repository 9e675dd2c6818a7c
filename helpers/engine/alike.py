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
