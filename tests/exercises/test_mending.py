"""The change that would mend a learner's own code: what is found, what is never run, what is never proposed."""

from __future__ import annotations

import ast
import random
from typing import Any

import numpy as np
import pytest
import torch

from helpers.engine.additions import additions
from helpers.engine.changes import changes, walked
from helpers.engine.exercise import Exercise, Question
from helpers.engine.kinds import ModuleExercise
from helpers.engine.mending import Written, is_idle, mended
from helpers.engine.mutants import mutants
from helpers.engine.verdict import Verdict

SEEN: list[int] = []
TABLE = {"weight": torch.ones(2)}


class Softened(Exercise):
    """Shares along the last axis, of scores over a temperature."""

    parts = {"shares": 1, "large scores": 1}
    forbids = ("torch.softmax", ".softmax")

    def questions(self, rng):
        for shape in ((3,), (2, 4), (2, 3, 4)):
            scores = torch.tensor(rng.normal(size=shape), dtype=torch.float64)
            yield Question(scores, float(rng.uniform(0.5, 3)), part="shares")
        yield Question(torch.tensor(rng.normal(size=4) + 2000), 0.5, part="large scores")

    def reference(self, scores, temperature):
        return torch.log_softmax(scores / temperature, dim=-1).exp()


def one_too_much(scores, temperature):
    shares = ((scores - scores.amax(dim=-1, keepdim=True)) / temperature).exp() + 1
    return shares / shares.sum(dim=-1, keepdim=True)


def no_keepdim(scores, temperature):
    shares = ((scores - scores.amax(dim=-1, keepdim=True)) / temperature).exp()
    return shares / shares.sum(dim=-1)


def one_too_much_and_too_large(scores, temperature):
    shares = (scores / temperature).exp() + 1
    return shares / shares.sum(dim=-1, keepdim=True)


def left_lying(scores, temperature):
    highest = scores.amax()  # noqa: F841
    return scores.sigmoid() * scores.cos() * temperature


def not_looked_at(scores, temperature):
    return scores.sigmoid() * scores.cos()


def one_letter_from_what_is_forbidden(scores, temperature):
    return torch.sigmoid(scores / temperature)


def notes_what_it_saw(scores, temperature):
    SEEN.append(1)
    return no_keepdim(scores, temperature) + TABLE["weight"].sum()


def writes(scores, temperature):
    torch.save(scores, "scores.pt")
    return no_keepdim(scores, temperature)


def shares_data(scores, temperature):
    return scores.exp() / TABLE["weight"].sum() / temperature


def never_ends(scores, temperature):
    steps = 1
    while steps < 3:
        steps = steps * 2
    return scores.exp() * steps * temperature


def draws(scores, temperature):
    return scores * torch.rand(()) * random.random() * np.random.rand()


def found(code: Any, exercise: Exercise | None = None, seed: int = 3) -> Verdict:
    """The verdict on code, with the change that mends it."""
    exercise = exercise or Softened()
    answers = exercise.answers(code, seed)
    return mended(exercise, code, answers, exercise.mark(answers, seed), seed)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (one_too_much, "Your code would be right without `+ 1`."),
        (one_too_much_and_too_large, "The part “shares” would be right without `+ 1`."),
    ],
)
def test_the_change_that_mends_code_is_told_in_its_own_words(code: Any, said: str) -> None:
    verdict = found(code)
    assert (verdict.message, verdict.is_explained, verdict.status) == (said, True, "wrong")


def test_an_error_is_told_before_the_change_that_mends_it() -> None:
    first, second = found(no_keepdim).message.split(". ")
    assert first.startswith("Two tensors do not fit each other")
    assert second == "Your code would be right with `keepdim=True` in `shares.sum(dim=-1)`."


class Total(Exercise):
    """What is in a column or a row; a column is what goes wrong."""

    parts = {"row": 1, "column": 1}

    def questions(self, rng):
        for count in (2, 5):
            x = torch.tensor(rng.normal(size=count), dtype=torch.float64)
            yield Question(x, 10 * x, part="row")
            yield Question(x[:, None], 10 * x, part="column")

    def reference(self, x, y):
        return ((x.flatten() - y) ** 2).mean()


def column_alone(x, y):
    return ((x[:, 0] - y) ** 2).mean()


def test_no_change_is_told_that_breaks_what_is_right() -> None:
    verdict = found(column_alone, Total())
    assert verdict.message.startswith("There are more indices than axes.") and "would be right" not in verdict.message
    assert verdict.parts == {"row": False, "column": True}


def calls_a_wrong_name(x, y):
    x.zero_it()
    return ((x.flatten() - y) ** 2).mean()


def test_what_is_called_by_a_wrong_name_is_not_to_be_left_out() -> None:
    assert found(calls_a_wrong_name, Total()).message == "A value of type Tensor has no `zero_it`."


class Halves(Exercise):
    """Half of a number, rounded up: a reference in which names are its own."""

    hints = ("`tenth = n // 10`.",)

    def questions(self, rng):
        for count in (27, 38, int(rng.integers(50, 90))):
            yield (count,)

    def reference(self, n):
        tenth = n // 10
        return list(range(2 * tenth, n)) + self.ends(tenth)

    def ends(self, size):
        return [size]


def one_tenth(n):
    t = n // 10
    return [*range(t, n), t] if n else []


def test_nothing_is_said_in_names_that_the_learner_never_wrote() -> None:
    exercise = Halves()
    said = exercise.mark(exercise.answers(one_tenth, 3), 3).message
    assert "`2 * tenth`" in said
    assert "tenth" not in found(one_tenth, exercise).message
    assert "ends" not in " ".join(mutant.words for mutant in mutants(exercise))


def test_brackets_are_kept_in_what_is_to_be_left_out() -> None:
    (tree,) = ast.parse("def f(x, p):\n    return x * (1 - p)").body
    assert "without `* (1 - p)`" in [words for _, words, _, _ in changes(tree)]


@pytest.mark.parametrize(("line", "idle"), [("a + b / 2", 1), ("a + 2", 0), ("a ** 2", 1), ("2 / a", None)])
def test_a_term_that_does_nothing_is_no_change(line: str, idle: int | None) -> None:
    (tree,) = ast.parse(f"def f(a, b):\n    return {line}").body
    paths = {path for path, node in walked(tree) if isinstance(node, ast.Constant)}
    assert [is_idle(tree, path, ast.Constant(value)) for path in paths for value in (0, 1, 3)] == [
        value == idle for value in (0, 1, 3)
    ]


def meets_another_length(scores, temperature):
    return scores.sigmoid() * torch.ones(7) * temperature


def test_beside_a_shape_that_does_not_fit_hints_are_told_where_nothing_mends_it() -> None:
    class Hinted(Softened):
        hints = ("First divide.", "Then softmax.")

    verdict = found(meets_another_length, Hinted())
    assert verdict.message.startswith("Two tensors do not fit each other")
    assert Hinted().hints_on(verdict, 2) == ["First divide."]
    assert Hinted().hints_on(found(no_keepdim, Hinted()), 2) == []


class Weighed(Exercise):
    """Rows weighed and added up, cells added up, products of stacks of matrices."""

    parts = {"rows": 1, "cells": 1, "products": 1}

    def questions(self, rng):
        for rows, columns in ((3, 3), (4, 2), (5, 1)):
            table, stack = torch.tensor(rng.normal(size=(rows, columns))), torch.tensor(rng.normal(size=(2, rows, 2)))
            yield Question("rows", torch.tensor(rng.normal(size=rows)), table, part="rows")
            yield Question("cells", torch.ones(1), stack, part="cells")
            yield Question("products", stack, stack + 1, part="products")

    def reference(self, what, weights, table):
        if what == "rows":
            return (weights[:, None] * table).sum(dim=0)
        return table.sum(dim=(1, 2)) if what == "cells" else weights @ table.transpose(-2, -1)


def weights_along_the_columns(what, weights, table):
    if what == "rows":
        return (weights * table).sum(dim=0)
    return table.sum(dim=(1, 2)) if what == "cells" else weights @ table.transpose(-2, -1)


def columns_left(what, weights, table):
    if what == "cells":
        return table.sum(dim=1)
    return (weights[:, None] * table).sum(dim=0) if what == "rows" else weights @ table.transpose(-2, -1)


def all_axes_turned(what, weights, table):
    if what == "products":
        return weights @ table.T
    return (weights[:, None] * table).sum(dim=0) if what == "rows" else table.sum(dim=(1, 2))


@pytest.mark.filterwarnings("ignore:The use of `x.T`")
@pytest.mark.parametrize(
    ("code", "said"),
    [
        (weights_along_the_columns, "with `weights[:, None]` where yours has `weights`."),
        (columns_left, "with `table.sum(dim=(1, 2))` where yours has `table.sum(dim=1)`."),
        (all_axes_turned, "with `.transpose(-2, -1)` where yours has `.T`."),
    ],
)
def test_axes_are_mended_in_words_that_lessons_teach(code: Any, said: str) -> None:
    assert found(code, Weighed()).message.endswith(said)


class Hidden(Exercise):
    """A table with zeros where a mask, if there is one, is False."""

    parts = {"plain": 1, "hidden": 1}

    def questions(self, rng):
        for rows in (2, 3):
            table = torch.tensor(rng.normal(size=(rows, 4)))
            yield Question(table, None, part="plain")
            yield Question(table, table > table.mean(), part="hidden")

    def reference(self, table, mask):
        return table if mask is None else table.masked_fill(~mask, 0)


def always_hidden(table, mask):
    return table.masked_fill(~mask, 0)


def test_a_change_that_breaks_another_part_is_not_proposed() -> None:
    said = found(always_hidden, Hidden()).message
    assert said.startswith("`~` stands before something that is None here") and "would be right" not in said


class Grown(torch.nn.Module):
    """A number for each row."""

    def __init__(self, width, times):
        super().__init__()
        self.layer, self.times = torch.nn.Linear(width, 1), times

    def forward(self, x):
        return self.layer(x).squeeze(1) * self.times


class Growing(ModuleExercise):
    """Growing(width, times), an nn.Module"""

    reference = Grown

    def questions(self, rng):
        for width in (2, 3):
            yield {"width": width, "times": 3}, torch.tensor(rng.normal(size=(4, width))).float()


class NameOfInit(Grown):
    def __init__(self, width, times):
        super().__init__(width, times)

    def forward(self, x):
        return self.layer(x).squeeze(1) * times  # noqa: F821


class NotOfSelf(Grown):
    def __init__(self, width, times):
        super().__init__(width, times)
        self.scale = times

    def forward(self, x):
        return self.layer(x).squeeze(1) * scale  # noqa: F821


class NotKept(Grown):
    def __init__(self, width, times):
        super().__init__(width, times)
        scale = times  # noqa: F841

    def forward(self, x):
        return self.layer(x).squeeze(1) * self.scale


class KeptTooLate(NotKept):
    def __init__(self, width, times):
        super().__init__(width, times)
        scale = times  # noqa: F841

    def forward(self, x):
        self.scale = self.scale + 1
        return self.layer(x).squeeze(1) * self.scale


class ReadBeforeItIsMade(Grown):
    def __init__(self, width, times):
        super().__init__(width, times)
        self.scale = times

    def forward(self, x):
        scale = scale + 1  # noqa: F821
        return self.layer(x).squeeze(1) * scale


class NobodysName(Grown):
    def __init__(self, width, times):
        super().__init__(width, times)

    def forward(self, x):
        return self.layer(x).squeeze(1) * nobodys  # noqa: F821


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            NameOfInit,
            "`forward` does not know the names of `__init__`: keep it there, `self.times = times`, and write "
            "`self.times`.",
        ),
        (NotOfSelf, "`forward` knows `scale` only as a part of `self`: write `self.scale`."),
        (NotKept, "`scale` is gone when `__init__` ends: keep it there, `self.scale = …`."),
        (KeptTooLate, "`scale` is gone when `__init__` ends: keep it there, `self.scale = …`."),
        (ReadBeforeItIsMade, "`forward` knows `scale` only as a part of `self`: write `self.scale`."),
    ],
)
def test_a_class_that_keeps_nothing_in_self_is_told_so(code: Any, said: str) -> None:
    verdict = found(code, Growing())
    assert verdict.message == said and verdict.is_explained


def test_another_name_that_a_class_does_not_know_is_told_as_ever() -> None:
    assert "Is the name misspelt" in found(NobodysName, Growing()).message


def test_a_parameter_that_is_never_looked_at_is_told() -> None:
    assert found(not_looked_at).message.endswith("Your code never looks at `temperature`.")


def test_a_variable_that_is_made_and_left_lying_is_told_and_explains_nothing() -> None:
    verdict = found(left_lying)
    assert verdict.message.endswith("You make `highest`, and never use it.") and not verdict.is_explained


def test_what_is_forbidden_is_never_proposed() -> None:
    assert "would be right" not in found(one_letter_from_what_is_forbidden).message


@pytest.mark.parametrize("code", [writes, shares_data, never_ends, lambda scores, temperature: scores])
def test_other_code_keeps_its_verdict(code: Any) -> None:
    exercise = Softened()
    answers = exercise.answers(never_ends if code is writes else code, 3)
    verdict = exercise.mark(answers, 3)
    assert mended(exercise, code, answers, verdict, 3) is verdict


@pytest.mark.parametrize(
    ("code", "harmless"), [(writes, False), (shares_data, False), (notes_what_it_saw, False), (no_keepdim, True)]
)
def test_code_that_touches_what_is_not_its_own_is_not_run_changed(code: Any, harmless: bool) -> None:
    written = Written.of(code)
    assert written is not None and written.is_harmless is harmless


def test_a_search_leaves_chance_and_the_code_as_they_were() -> None:
    def state() -> tuple:
        return random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()

    exercise = Softened()
    answers = exercise.answers(draws, 3)
    verdict, before = exercise.mark(answers, 3), state()
    mended(exercise, draws, answers, verdict, 3)
    assert state() == before
    assert torch.equal(one_too_much(torch.zeros(2, 2), 1.0), torch.full((2, 2), 0.5))


def first_letters_return_too_early(sequence):
    count = 0
    for letter in sequence:
        count += letter in "GC"
        return count


def counts_anew(sequence):
    for letter in sequence:
        count = 0
        count += letter in "GC"
    return count


def names_exchanged(sequence):
    (g, a), (c, t) = ((sequence.count(one) for one in pair) for pair in ("AG", "CT"))
    assert a + g + c + t == len(sequence)
    return g + c


def result_thrown_away(sequence):
    sequence.replace("A", "")
    return len(sequence) - sequence.count("T")


class Counted(Exercise):
    """How many G and C."""

    def questions(self, rng):
        for length in (5, 9, 30):
            yield ("".join(rng.choice(list("ACGT"), length)) + "GGA",)

    def reference(self, sequence):
        return sequence.count("G") + sequence.count("C")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (first_letters_return_too_early, "with `return count` after the loop, not in it"),
        (result_thrown_away, "with `sequence = …` before `sequence.replace('A', '')`"),
        (counts_anew, "with `count = 0` before the loop, not in it"),
        (names_exchanged, "with `g` and `a` of `(g, a)` exchanged"),
    ],
)
def test_what_stands_in_the_wrong_place_is_found(code: Any, said: str) -> None:
    assert said in found(code, Counted()).message


class Stretch(Exercise):
    """The largest of a stretch of each row, on a scale that 0 has a place on."""

    def questions(self, rng):
        for rows, columns in ((2, 6), (3, 8)):
            yield torch.tensor(rng.uniform(0, 50, (rows, columns)).round(2)), int(rng.integers(2, 4))

    def reference(self, table, begin):
        return torch.log1p(table[:, begin : begin + 3].amax(dim=1))


def one_outside(table, begin):
    return torch.log(table[:, begin : begin + 3].amax(dim=1)) + 1


def one_further(table, begin):
    return torch.log1p(table[:, begin + 1 : begin + 4].amax(dim=1))


def last_of_them(table, begin):
    return torch.log1p(table[:, begin : begin + 3][:, -1])


def logged_and_bounded(table, begin):
    best = table[:, begin : begin + 3].amax(dim=1)
    return torch.log(1 + best.sqrt())


def other_range(table, begin):
    return torch.log1p(torch.stack([table[:, begin + i] for i in range(1, 3)]).amax(dim=0))


def brackets_forgotten(table, begin):
    best = table[:, begin : begin + 3].amax(dim=1)
    return torch.log(begin + best * begin / begin)


def one_fixed_place(table, begin):
    return torch.stack([torch.log1p(table[0][begin : begin + 3].amax()) for i in range(len(table))])


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (brackets_forgotten, "with `(begin + best * begin) / begin` where yours has `begin + best * begin / begin`"),
        (one_fixed_place, "with `table[i][begin:begin + 3].amax()`"),
        (one_outside, "with `torch.log(table[:, begin:begin + 3].amax(dim=1) + 1)`"),
        (one_further, "with `table[:, begin:begin + 3]`"),
        (last_of_them, "with `table[:, begin:begin + 3].amax(dim=1)`"),
        (logged_and_bounded, "without `.sqrt(…)`"),
        (other_range, "with `range(0, 3)` where yours has `range(1, 3)`"),
    ],
)
def test_what_lies_further_from_the_code_is_found(code: Any, said: str) -> None:
    assert said in found(code, Stretch()).message


def test_no_root_of_true_and_false_is_proposed() -> None:
    tree = ast.parse("def call(w, x):\n    error = w > x\n    return w * x").body[0]
    words = [said for _, said, _, _ in additions(tree)]
    assert any("w > x" in said and "float" in said for said in words)
    assert not [said for said in words if "(w > x)" in said and ("sqrt" in said or "log" in said or "exp" in said)]
    assert any("(w * x).sqrt()" in said for said in words)
