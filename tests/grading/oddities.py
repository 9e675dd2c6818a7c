"""Honest work in odd forms: each takes a right answer and puts it into a notebook as somebody once did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Odd:
    """The cells of one exercise: before its answer, the answer itself (or its halves), between it and its check.

    `check` holds the check cells; `after` what stands behind them.
    """

    answer: list[str]
    before: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)
    check: list[str] | None = None
    after: list[str] = field(default_factory=list)


Form = Callable[[str, str], Odd]  # from the name that is asked, and the code of a right answer


def stub(name: str) -> str:
    """An answer as it was handed out."""
    return f"def {name}(*arguments, **named):\n    raise NotImplementedError()"


def wrong(name: str) -> str:
    """An answer that is wrong."""
    return f"def {name}(*arguments, **named):\n    return -123.25"


def as_helper(name: str, code: str) -> str:
    """The right answer under another name."""
    return code.replace(f"def {name}(", f"def own_{name}(", 1)


def bound(line: str) -> Form:
    """The right answer stands in a cell of its own under another name; a line of the answer's cell binds it."""
    return lambda n, c: Odd([line.replace("NAME", n)], before=[as_helper(n, c)])


def inside(text: str) -> Form:
    """The right answer's cell within other text: CODE stands for it, BODY for it one step further in."""
    return lambda n, c: Odd([text.replace("CODE", c).replace("BODY", c.replace("\n", "\n    ")).replace("NAME", n)])


def returning(line: str) -> Form:
    """A wrong answer, or half an answer."""
    return lambda n, c: Odd([f"def {n}(*arguments, **named):\n    {line}"])


FORMS: dict[str, Form] = {
    # where the answer stands
    "better-try-below": lambda n, c: Odd([wrong(n)], own=[c]),
    "better-try-below-a-stub": lambda n, c: Odd([stub(n)], own=[c]),
    "better-try-above": lambda n, c: Odd([stub(n)], before=[c]),
    "tried-again-behind-the-check": lambda n, c: Odd([c], after=[wrong(n)]),
    "solved-behind-the-check": lambda n, c: Odd([wrong(n)], after=[c]),
    "solved-and-checked-behind": lambda n, c: Odd([wrong(n)], after=[c, f"{n} = check.{n}({n})"]),
    "checked-twice": lambda n, c: Odd([c], check=[f"check.{n}({n})", f"{n} = check.{n}({n})"]),
    "checked-before": lambda n, c: Odd([stub(n)], own=[f"check.{n}({n})", c]),
    "check-binds-nothing": lambda n, c: Odd([c], check=[f"check.{n}({n})"]),
    "check-binds-another-name": lambda n, c: Odd([c], check=[f"tested = check.{n}({n})"]),
    "check-with-a-comment": lambda n, c: Odd([c], check=[f"# now\n{n} = check.{n}({n})  # at last\n"]),
    "check-in-the-answer": lambda n, c: Odd([f"{c}\n\n{n} = check.{n}({n})"]),
    "check-of-another-name": lambda n, c: Odd([as_helper(n, c)], check=[f"{n} = check.{n}(own_{n})"]),
    "check-of-an-expression": lambda n, c: Odd(
        [as_helper(n, c), f"mine = {{1: own_{n}}}"], check=[f"check.{n}(mine[1])"]
    ),
    "check-of-a-lambda": lambda n, c: Odd([as_helper(n, c)], check=[f"check.{n}(lambda *a, **k: own_{n}(*a, **k))"]),
    "check-inside-a-print": lambda n, c: Odd([as_helper(n, c)], check=[f"if True:\n    print(check.{n}(own_{n}))"]),
    "check-as-a-decorator": lambda n, c: Odd([f"@check.{n}\n{c}"], check=["'see above'"]),
    "checked-in-a-function": lambda n, c: Odd([c], check=[f"def main():\n    check.{n}({n})\nmain()"]),
    "split-in-two": lambda n, c: Odd([as_helper(n, c), f"def {n}(*a, **k):\n    return own_{n}(*a, **k)"]),
    "copied-with-comments": lambda n, c: Odd([c, f"# {n}: done"]),
    "copied-playground": lambda n, c: Odd([c], after=[f"print({n})"]),
    "copied-and-worse": lambda n, c: Odd([wrong(n), c]),
    # how the name is bound
    "lambda": bound("NAME = lambda *a, **k: own_NAME(*a, **k)"),
    "alias": bound("NAME = own_NAME"),
    "walrus": bound("print((NAME := own_NAME) is own_NAME)"),
    "walrus-in-a-list": bound("[NAME := own_NAME for _ in range(1)]"),
    "for": bound("for NAME in [own_NAME]:\n    pass"),
    "with": bound("import contextlib\nwith contextlib.nullcontext(own_NAME) as NAME:\n    pass"),
    "match": bound("match own_NAME:\n    case NAME:\n        pass"),
    "unpacked": bound("NAME, *rest = own_NAME, 1, 2"),
    "globals": bound("globals()['NAME'] = own_NAME"),
    "exec": bound("exec('NAME = own_NAME')"),
    "global-statement": bound("def settle():\n    global NAME\n    NAME = own_NAME\nsettle()"),
    "partial": bound("import functools\nNAME = functools.partial(own_NAME)"),
    "method": bound("class Mine:\n    def NAME(self, *a, **k):\n        return own_NAME(*a, **k)\nNAME = Mine().NAME"),
    "callable": bound("class Mine:\n    def __call__(self, *a, **k):\n        return own_NAME(*a, **k)\nNAME = Mine()"),
    "static": bound("class Mine:\n    NAME = staticmethod(own_NAME)\nNAME = Mine.NAME"),
    "decorated": bound(
        "def twice(f):\n    return lambda *a, **k: f(*a, **k)\n@twice\ndef NAME(*a, **k):\n    return own_NAME(*a, **k)"
    ),
    "closure": bound("def made():\n    how = own_NAME\n    return lambda *a, **k: how(*a, **k)\nNAME = made()"),
    "default": bound("def NAME(*a, how=own_NAME, **k):\n    return how(*a, **k)"),
    "attribute": bound("def NAME(*a, **k):\n    return NAME.how(*a, **k)\nNAME.how = own_NAME"),
    "table": bound("tools = {}\ntools.update(NAME=own_NAME)\ndef NAME(*a, **k):\n    return tools['NAME'](*a, **k)"),
    "class-attribute": bound(
        "class Settings: pass\nSettings.NAME = staticmethod(own_NAME)\n"
        "def NAME(*a, **k):\n    return Settings.NAME(*a, **k)"
    ),
    "nonlocal": bound(
        "def made():\n    how = None\n    def settle():\n        nonlocal how\n        how = own_NAME\n"
        "    settle()\n    return how\nNAME = made()"
    ),
    "lambda-in-a-table": bound("tools = {'NAME': lambda *a, **k: own_NAME(*a, **k)}\nNAME = tools['NAME']"),
    "awaited": bound("async def later():\n    return own_NAME\nNAME = await later()"),
    "annotated": bound(
        "from collections.abc import Callable\nfrom dataclasses import dataclass\n@dataclass\nclass Mine:\n"
        "    how: Callable = own_NAME\nNAME: Callable = Mine().how"
    ),
    "wraps": bound("import functools\n@functools.wraps(own_NAME)\ndef NAME(*a, **k):\n    return own_NAME(*a, **k)"),
    "made-in-a-loop": bound("for i in range(3):\n    def NAME(*a, **k):\n        return own_NAME(*a, **k)"),
    "deleted-and-bound-again": bound("NAME = 3\ndel NAME\nNAME = own_NAME"),
    "globals-update": bound("globals().update(NAME=own_NAME)"),
    "locals": bound("locals()['NAME'] = own_NAME"),
    "main-module": bound("import __main__\n__main__.NAME = own_NAME"),
    "joined-lines": bound("import functools; own = own_NAME; NAME = own;"),
    "exec-of-a-definition": bound("exec('def NAME(*a, **k):\\n\\treturn own_NAME(*a, **k)', globals())"),
    "defined-twice": lambda n, c: Odd([f"{wrong(n)}\n\n{c}"]),
    # how the cell looks
    "if": inside("if True:\n    BODY"),
    "try": inside("try:\n    BODY\nfinally:\n    pass"),
    "else": inside("if False:\n    pass\nelse:\n    BODY"),
    "except": inside("try:\n    import nothing_of_this_name\nexcept ImportError:\n    BODY"),
    "from-the-future": inside("from __future__ import annotations\nCODE"),
    "capture-on-top": inside("%%capture\nCODE"),
    "capture-into-a-name": inside("\n\n%%capture out\nCODE"),
    "time-at-the-end": inside("CODE\n%time NAME"),
    "tabs": lambda n, c: Odd([c.replace("    ", "\t")]),
    "prints-much": inside("print('x' * 200_000)\nCODE"),
    "exits-at-the-end": inside("CODE\nraise SystemExit"),
    "time-on-top": inside("%%time\nCODE"),
    "magic-line": inside("%matplotlib inline\nCODE"),
    "shell-line": inside("!true\nCODE"),
    "shell-into-a-name": inside("files = !ls\nCODE"),
    "help": inside("CODE\nlen?"),
    "lines-of-windows": lambda n, c: Odd([c.replace("\n", "\r\n")]),
    "blanks-behind": lambda n, c: Odd([c.replace("\n", "   \n") + "\n\n\n"]),
    "prints-and-warns": inside("import warnings\nwarnings.warn('mine')\nprint('mine')\nCODE"),
    "shows-at-the-end": inside("CODE\nNAME"),
    "raises-at-the-end": inside("CODE\nraise RuntimeError('I was trying something')"),
    "letters-of-all-kinds": inside("größe = 'Ω 名前 🧬'\nCODE"),
    "later-annotations": inside("def noted(x: 'Missing') -> 'Nowhere': ...\nCODE"),
    "seeds-of-its-own": inside("import random\nrandom.seed(1); np.random.seed(1); torch.manual_seed(1)\nCODE"),
    # what stands around
    "scratch-that-fails": lambda n, c: Odd([c], before=["1 / 0"], after=["undefined_name"]),
    "scratch-that-is-no-python": lambda n, c: Odd([c], before=["this is no Python"], after=["def f(:"]),
    "module-written-by-a-cell": lambda n, c: Odd(
        [f"from {n}_of_mine import own_{n} as {n}"],
        before=[
            f"%%writefile {n}_of_mine.py\nimport numpy as np\nimport torch\nfrom torch import nn\n"
            f"from helpers.dna.sequences import gc_content\n{as_helper(n, c)}"
        ],
    ),
    "run-from-a-file": lambda n, c: Odd(
        [f"%run -i {n}_to_run.py"], before=[f"%%writefile {n}_to_run.py\n{as_helper(n, c)}\n{n} = own_{n}"]
    ),
    # what is wrong at home is wrong for marks
    "nothing-comes-back": returning("pass"),
    "raises": returning("raise ValueError('no')"),
    "left-as-it-was": lambda n, c: Odd([stub(n)]),
    "no-such-name": returning("return undefined_name"),
    "never-ends-well": returning("return (lambda f: f(f))(lambda f: f(f))"),
    "asks-the-reader": returning("return input('?')"),
    "another-kind": returning("return 'seven'"),
    "half-written": lambda n, c: Odd([f"def {n}(x"]),
    "promised": bound("async def NAME(*a, **k):\n    return own_NAME(*a, **k)"),
    "leans-on-what-is-gone": lambda n, c: Odd([c], own=[f"del {n}"]),
}
