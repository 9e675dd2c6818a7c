"""Who is more alike than chance makes likely: copied, renamed and reordered submissions, and honest ones."""

from __future__ import annotations

import ast
import inspect
import json
import random
import shutil
import sys
import textwrap
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from helpers import places
from helpers.commands.main import app
from helpers.grading.similar import GRID, Likeness, alike_in, chance, fragments, known_sources, similar, with_another
from helpers.lessons import exercises, find

LESSON = 3
Class = dict[str, dict[str, str]]
LOOP = """
def f(x, y):
    total = 0
    for a, b in zip(x, y):
        total += a * b - abs(a)
    return total / len(x)
"""
SAME = """
def f(u, v):  # mine
  "sum"
  s = 0
  for p, q in zip(u, v): s += p * q - abs(p)
  return s / len(u)
"""
MAP = """
def f(x, y):
    return sum(map(lambda p: p[0] * p[1] - abs(p[0]), list(zip(x, y)))) / float(max(1, len(list(x))))
"""


def released(folder: str) -> str:
    return (places.released() / folder / f"{folder}.ipynb").read_text(encoding="utf-8")


class Style(ast.NodeTransformer):
    """A way of one's own to write the same: operands turned, intermediate names."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, (ast.Add, ast.Mult)) and self.draw.random() < 0.35:
            node.left, node.right = node.right, node.left
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        body: list[ast.stmt] = []
        for statement in node.body:
            value = getattr(statement, "value", None)
            if isinstance(statement, ast.Return) and value is not None and self.draw.random() < 0.5:
                body += ast.parse("result = 0").body
                body[-1].value, statement.value = value, ast.Name("result", ast.Load())  # type: ignore[attr-defined]
            elif isinstance(value, ast.Call) and value.args and self.draw.random() < 0.4:
                body += ast.parse("first = 0").body
                body[-1].value, value.args[0] = value.args[0], ast.Name("first", ast.Load())  # type: ignore[attr-defined]
            body.append(statement)
        node.body = body
        return node


class Rename(ast.NodeTransformer):
    """Every name of the author's own, replaced."""

    def __init__(self, tree: ast.AST, draw: random.Random) -> None:
        stored = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        stored |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
        self.names = {name: f"q{draw.randrange(10**6)}" for name in sorted(stored)}

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.arg = self.names.get(node.arg, node.arg)
        return node


def styled(source: str, draw: random.Random) -> str:
    return ast.unparse(ast.fix_missing_locations(Style(draw).visit(ast.parse(source))))


def renamed(source: str, draw: random.Random) -> str:
    tree = ast.parse(source)
    return "# mine\n" + ast.unparse(Rename(tree, draw).visit(tree))


def reordered(source: str, draw: random.Random) -> str:
    """Renamed, and assignments beside each other in another order."""
    tree = ast.parse(renamed(source, draw))
    for node in ast.walk(tree):
        body = node.body if isinstance(node, ast.FunctionDef) else []
        for i in range(len(body) - 1):
            if isinstance(body[i], ast.Assign) and isinstance(body[i + 1], ast.Assign) and draw.random() < 0.7:
                body[i], body[i + 1] = body[i + 1], body[i]
    return ast.unparse(tree)


WAYS: dict[str, Callable[[str, random.Random], str]] = {
    "copied": lambda source, _: source,
    "renamed": renamed,
    "reordered": reordered,
}


@cache
def known() -> dict[str, list[str]]:
    return {one.id: known_sources(one, released(find(LESSON).folder)) for one in exercises(LESSON)}


@cache
def pool() -> dict[str, list[str]]:
    """What people write: the course's own answer, often, and each mistake that it knows."""
    found: dict[str, list[str]] = {}
    for exercise in exercises(LESSON):
        sources = []
        for wrong in exercise.misconceptions():
            try:
                sources.append(textwrap.dedent(inspect.getsource(wrong.code)).split("\n", 1)[1])
                ast.parse(sources[-1])
            except (OSError, TypeError, SyntaxError):
                sources = sources[:-1]
        if sources:
            found[exercise.id] = sources + [known()[exercise.id][-1]] * (len(sources) // 2)
    return found


def honest_class(students: int, draw: random.Random) -> Class:
    """Students who write alone, each in a way of their own."""
    return {
        f"s{number}": {
            name: styled(draw.choice(sources), draw) for name, sources in pool().items() if draw.random() < 0.9
        }
        for number in range(students)
    }


def test_most_of_those_who_copied_are_found_and_hardly_anybody_else() -> None:
    found, falsely = {way: 0 for way in WAYS}, 0
    for seed in range(6):
        draw = random.Random(seed)
        codes = honest_class(25, draw)
        pairs = {}
        for number, (way, change) in enumerate(WAYS.items()):
            codes[way] = {name: change(source, draw) for name, source in codes[f"s{number}"].items()}
            pairs[frozenset((way, f"s{number}"))] = way
        for pair in similar(codes, known()):
            way = pairs.get(frozenset((pair.one, pair.other)))
            if way is None:
                falsely += 1
            else:
                found[way] += 1
    assert falsely <= 1  # one class in twenty, it is said
    assert min(found.values()) >= 4, found  # of six each: short answers and the course's own tell nothing


def test_of_three_classes_that_work_honestly_at_most_one_lists_a_pair() -> None:
    found = [similar(honest_class(20, random.Random(seed)), known()) for seed in range(10, 13)]
    assert sum(map(len, found)) <= 1  # one class in twenty, it is said


def test_a_class_that_left_everything_as_released_lists_nobody() -> None:
    stubs = {one.id: f"{one.signature}\n    raise NotImplementedError()" for one in exercises(LESSON)}
    assert similar({f"s{n}": stubs for n in range(10)}, known()) == []
    answers = {one.id: known()[one.id][-1] for one in exercises(LESSON)}
    assert similar({f"s{n}": answers for n in range(10)}, known()) == []


def test_names_comments_and_layout_say_nothing_and_what_is_done_does() -> None:
    assert fragments(LOOP) == fragments(SAME) != frozenset()
    assert fragments(LOOP) != fragments(SAME.replace("abs", "max"))
    assert fragments("def f(x):\n    return x[::-1]\n") == frozenset()
    assert fragments("def f(:") == frozenset()


def test_what_half_the_class_writes_weighs_nothing() -> None:
    given = {f"s{n}": LOOP for n in range(8)} | {"ada": MAP, "bob": MAP}
    ((pair, likeness),) = alike_in(given, []).items()
    assert (pair, likeness.share) == (("ada", "bob"), 1.0)
    assert likeness.weight == pytest.approx(len(fragments(MAP) - fragments(LOOP)) * np.log(10 / 2))
    assert alike_in(given, [MAP]) == {}
    assert Likeness(1.0, 9.0) < Likeness(1.0, 12.0)  # what two have alone tells more than what three have


def test_the_chance_of_a_sum_is_counted_from_the_classes_own_surprises() -> None:
    rng, pairs, sums = np.random.default_rng(0), 300, np.append(1.0, np.zeros(1199))
    exercises_ = [np.round(rng.uniform(1, 5, size=rng.integers(10, 60)) / GRID) * GRID for _ in range(5)]
    for surprises in exercises_:
        sums = with_another(sums, surprises, pairs)
    draws = sum(rng.choice(np.append(one, np.zeros(pairs - len(one))), size=400_000) for one in exercises_)
    for large in (2.0, 6.0, 9.0):
        assert chance(sums, large) == pytest.approx((draws > large - GRID / 2).mean(), rel=0.08)
    assert chance(sums, 0.0) == pytest.approx(1)
    assert chance(sums, 1e9) == sums[-1]


def test_the_command_writes_both_beside_each_other_and_escapes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = find(LESSON).folder
    draw = random.Random(1)
    shutil.copy(places.PACKAGE.parent / "nbgrader_config.py", tmp_path)
    codes = honest_class(14, draw)
    codes["<b>ada"] = {name: renamed(source, draw) for name, source in codes["s3"].items()}
    for student, answers in codes.items():
        book = json.loads(released(folder))
        for cell in book["cells"]:
            grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
            if cell["metadata"].get("nbgrader", {}).get("solution") and grade_id in answers:
                cell["source"] = answers[grade_id]
        place = tmp_path / "submitted" / student / folder
        place.mkdir(parents=True)
        (place / f"{folder}.ipynb").write_text(json.dumps(book))
    monkeypatch.setitem(sys.modules, "rfc3987_syntax", None)  # as the command does: seconds of grammars
    done = CliRunner().invoke(app, ["grade", "similar", str(LESSON), "--course", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert "15 submissions compared, 1 pair to look at" in done.stdout
    page = (tmp_path / "reports" / f"{folder}-similar.html").read_text()
    assert "&lt;b&gt;ada and s3" in page or "s3 and &lt;b&gt;ada" in page
    assert "<b>ada" not in page
