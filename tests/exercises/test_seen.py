"""What is seen of wrong answers that no misconception explains, and what every exercise asks by itself."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.metrics import roc_auc_score
from torch import nn

from helpers.engine.errors import explained
from helpers.engine.exercise import Exercise, Question, misconception
from helpers.engine.kinds import ModuleExercise
from helpers.engine.message import Message, failure_lines, first_difference
from helpers.engine.mutants import mutants
from helpers.engine.relations import related
from helpers.engine.time_limit import time_limit
from helpers.engine.verdict import Failure
from helpers.learner.check import ExerciseCheck


def mark(exercise: Exercise, code: Any, seed: int = 3) -> Any:
    return exercise.mark(json.loads(json.dumps(exercise.answers(code, seed))), seed)


class Means(Exercise):
    """The mean of each row."""

    def questions(self, rng):
        for rows, columns in ((3, 4), (5, 2), (4, 6)):
            yield (np.abs(rng.normal(size=(rows, columns))) + 0.2,)

    def reference(self, table):
        return table.sum(axis=1) / table.shape[1]


def rows(table: np.ndarray) -> np.ndarray:
    return table.mean(axis=1)


class Turned(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, strength):
        return x.view_as(x)

    @staticmethod
    def backward(ctx, slope):
        return -slope


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (lambda t: -rows(t), "The sign is turned round."),
        (lambda t: 100 * rows(t), "Yours are per cent"),
        (lambda t: t.sum(axis=1), "`table.shape[1]` times the expected one: a sum where a mean belongs?"),
        (lambda t: rows(t) + 1, "Every number of yours is 1 too large."),
        (lambda t: np.log(rows(t)), "the exponential is missing"),
        (lambda t: rows(t) ** 2, "the root is missing"),
        (lambda t: 1 - rows(t), "Yours is 1 minus what was asked."),
        (lambda t: rows(t).round(1), "rounded to 1 digits"),
        (lambda t: np.floor(rows(t)), "whole ones"),
        (lambda t: rows(t).clip(0.8, 1.0), "cut off below 0.8 and above 1"),
        (lambda t: rows(t)[::-1], "These are the right numbers, backwards."),
        (lambda t: np.roll(rows(t), 1), "one place too late"),
        (lambda t: np.sort(rows(t)), "yours are sorted"),
        (lambda t: np.append(rows(t)[1:], 7.0), "one step too early"),
        (lambda t: np.cumsum(rows(t)), "a running sum"),
        (lambda t: rows(t) / rows(t).sum(), "Yours is divided by its sum."),
        (lambda t: rows(t) * np.nan, "All your numbers are nan"),
        (lambda t: np.full(len(t), 0.25), "All your numbers are 0.25."),
        (
            lambda t: np.where(np.arange(len(t)) > 1, np.nan, rows(t)),
            "Yours is nan in 6 of 12 numbers",
        ),
        (lambda t: np.where(np.arange(len(t)) > 1, 7.5, rows(t)), "Entries 0 to 1 are right, the others not."),
        (lambda t: t.mean(axis=0), "with the last two axes of `table` exchanged"),
        (lambda t: np.log(t[0]), "shape differs"),
        (lambda t: rows(t).mean(), "One number came back, the mean of them: asked is one for each."),
        (lambda t: rows(t)[:1], "some of those asked are missing at the end."),
        (lambda t: rows(t)[1:], "1 of those asked are missing at the beginning."),
        (lambda t: np.append(rows(t), 1.0), "1 too many at the end."),
        (lambda t: np.sqrt(t) ** 2 + 1e-9, "what was asked is the mean of yours along axis 1"),
        (lambda t: rows(t)[:, None], "an axis of one entry too many: axis 1"),
        (lambda t: np.stack([rows(t)] * 2), "comes several times in yours, along axis 0"),
        (lambda t: {place: one for place, one in enumerate(rows(t))}, "came in a dictionary"),
        (lambda t: (rows(t), t.sum()), "2 results came, and number 1 of them alone was asked."),
    ],
)
def test_how_wrong_numbers_relate_to_the_right_ones_is_said(code: Any, sentence: str) -> None:
    verdict = mark(Means(), code)
    assert verdict.status == "wrong" and sentence in verdict.message


class Letters(Exercise):
    """The other strand, backwards."""

    def questions(self, rng):
        yield ("GATTC",)
        yield ("CCAGT",)

    def reference(self, sequence):
        return sequence.translate(str.maketrans("ACGT", "TGCA"))[::-1]


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (lambda s: Letters().reference(s)[::-1], "Yours is read backwards."),
        (lambda s: Letters().reference(s).lower(), "Yours is in small letters."),
        (lambda s: Letters().reference(s).replace("T", "U"), "Yours has `U` where `T` belongs."),
        (lambda s: Letters().reference(s)[1:], "Your first letter is missing."),
    ],
)
def test_how_wrong_texts_relate_to_the_right_ones_is_said(code: Any, sentence: str) -> None:
    assert sentence in mark(Letters(), code).message


class Cell(Exercise):
    """A new state, and how much of the old one is left."""

    def questions(self, rng):
        for width in (2, 3):
            yield tuple(torch.tensor(rng.normal(size=(width, width)), dtype=torch.float32) for _ in range(4))

    def reference(self, x, h, w, b):
        gate = self.gate(x, w, b)
        return gate * torch.tanh(h @ w.T + b) + (1 - gate) * h, gate.mean()

    def gate(self, x, w, b):
        return torch.sigmoid(x @ w.T + b)


def cell(x, h, w, b, *, f=torch.sigmoid, bias=1, keep=lambda g: 1 - g, other=None):
    gate = f(x @ w.T + bias * b)
    return gate * torch.tanh(h @ w.T + b) + keep(gate) * (h if other is None else other(x)), gate.mean()


@pytest.mark.parametrize(
    ("code", "change"),
    [
        (lambda x, h, w, b: cell(x, h, w, b, f=torch.tanh), "with `tanh` where `sigmoid` belongs"),
        (lambda x, h, w, b: cell(x, h, w, b, bias=0), "without `+ b`"),
        (lambda x, h, w, b: cell(x, h, w, b, keep=lambda g: 1), "without `- gate`"),
        (lambda x, h, w, b: cell(h, x, w, b), "with `x` and `h` exchanged"),
        (lambda x, h, w, b: cell(x, h, w, b, other=lambda x: x), "`(1 - gate) * x` where `(1 - gate) * h` belongs"),
    ],
)
def test_a_change_of_the_reference_that_explains_everything_is_told(code: Any, change: str) -> None:
    assert change in mark(Cell(), code).message


class Towards(Exercise):
    """A step from a towards b, by a share that stays the reference's own."""

    hints = ("`gap = b - a` is how far it is.",)

    def questions(self, rng):
        for count in (3, 5):
            yield rng.normal(size=count), rng.normal(size=count)

    def reference(self, a, b):
        gap = b - a
        hidden = gap / 3 + a**2
        return a + gap * hidden


def test_a_change_is_told_in_names_that_learners_know() -> None:
    assert mark(Towards(), lambda a, b: a + (b - a) ** 2).message == "The answer differs."  # `gap` for `hidden`
    told = mark(Towards(), lambda a, b: a + a * ((b - a) / 3 + a**2)).message  # `a` for `gap`, which a hint has named
    assert told == "It is what comes out with `a + a * hidden` where `a + gap * hidden` belongs."


def test_mutants_leave_the_exercise_and_its_reference_as_they_are() -> None:
    exercise = Cell()
    before = exercise.answers(exercise.reference, 1)
    assert len(mutants(exercise)) > 40
    mark(exercise, lambda x, h, w, b: (x, x.mean()))
    assert exercise.answers(exercise.reference, 1) == before and vars(exercise) == {}


class Product(Exercise):
    """A whole number, by a loop."""

    def questions(self, rng):
        for count in (60, 70):
            yield ([int(one) for one in rng.integers(10**6, 10**7, count)],)

    def reference(self, numbers):
        product, at = 1, 0
        while at < len(numbers):
            product = product * numbers[at] % 1_000_003
            at += 1
        return product


def test_a_change_that_makes_a_loop_endless_or_a_number_immense_holds_nobody_up() -> None:
    with time_limit(20):
        assert mark(Product(), lambda numbers: 7).status == "wrong"


def test_of_several_results_the_wrong_one_is_named() -> None:
    verdict = mark(Cell(), lambda x, h, w, b: (cell(x, h, w, b)[0], 2 * cell(x, h, w, b)[1]))
    assert verdict.message == "Of the results only number 2 is wrong. Every number of yours is twice the expected one."


class Channels(Exercise):
    """Three channels of a row of numbers."""

    def questions(self, rng):
        for count in (3, 5):
            yield (rng.normal(size=(2, count)),)

    def reference(self, numbers):
        return np.stack([np.cos(numbers), np.sin(numbers) + 2, numbers**2])


def test_of_several_channels_the_wrong_one_is_told_with_what_it_is() -> None:
    verdict = mark(Channels(), lambda x: Channels().reference(x) * np.array([1, 0.7, 1])[:, None, None])
    assert verdict.message == "Along axis 0 only entry 1 is wrong. Every number of yours is 0.7 times the expected one."


def test_one_result_of_several_is_told_from_all() -> None:
    verdict = mark(Cell(), lambda x, h, w, b: cell(x, h, w, b)[0])
    assert verdict.message == "2 results were asked, and only number 1 of them came." and verdict.is_explained


def test_a_result_of_another_shape_is_told_what_it_lacks() -> None:
    verdict = mark(Cell(), lambda x, h, w, b: (cell(x, h, w, b)[0].sum(0), cell(x, h, w, b)[1]))
    assert verdict.message == (
        "Of the results only number 1 is wrong. Yours is the sum of what was asked along axis 0: leave that step out."
    )


class Spread(Means):
    """How far each row spreads."""

    spans = misconception("That is from the least to the largest.", lambda table: np.ptp(table, axis=1))

    def reference(self, table):
        return table.std(axis=1)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (lambda t: np.ptp(t, axis=1), "That is from the least to the largest."),
        (lambda t: np.ptp(t, axis=1) / 2, "to the largest. And every number of yours is half of what then comes out."),
        (lambda t: np.ptp(t, axis=1) * t.shape[1], "is `table.shape[1]` times what then comes out."),
        (lambda t: np.ptp(t, axis=1) ** 1.1, "The answer differs."),
    ],
)
def test_a_known_mistake_times_something_is_told(code: Any, said: str) -> None:
    assert mark(Spread(), code).message.endswith(said)


def test_what_cannot_be_looked_at_is_still_wrong() -> None:
    ragged = mark(Cell(), lambda x, h, w, b: ([[1.0, 2.0], [3.0]], "b"))
    assert ragged.status == "wrong" and ragged.message


def changed_in_place() -> None:
    x = torch.ones(3, requires_grad=True) * 2
    y = x.sigmoid()
    y += 1
    y.sum().backward()


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (
            lambda t: t @ t,
            r"does not go: the first has to have as many columns as the second has rows. With the second",
        ),
        (lambda t: {"a": 1}["b"], "Nothing is kept under the key 'b'."),
        (lambda t: t.sum() / 0 if 1 // 0 else t, "Your code divides by 0 here."),
        (lambda t: torch.tensor(t).softmax(dim=5), "There is no axis 5 here: the axes that there are go from -2 to 1."),
        (lambda t: torch.tensor(t).T.view(-1), "`reshape` can."),
        (lambda t: torch.tensor(t) + torch.ones(7), "on axis 1 one has 2 entries and the other 7."),
        (lambda t: torch.tensor(t)[9], "Place 9 was asked for on axis 0, which has 5; they are counted from 0."),
        (lambda t: [1, 2][5], "An index reaches beyond the end of a list."),
        (lambda t: list(t).mean(), "A value of type list has no `mean`."),
        (lambda t: [].sort().mean(), "Something is None here"),
        (lambda t: (t, t).mean(), "Several results came as one tuple, which has no `mean`"),
        (lambda t: "ACGT".index("N"), "`index` raises an error where the word is absent; `find` gives −1."),
        (lambda t: ~None, "`~` stands before something that is None here"),
        (lambda t: ~torch.ones(2), "`.bool()` first"),
        (lambda t: nn.Linear(2, 1)(torch.ones(3).max()), "`linear` takes a row of numbers, and gets a single one"),
        (lambda t: (lambda a, b: a)(1), "A call leaves out 'b'."),
        (lambda t: "a" + 1, "`+` does not go between the types str and int."),
        (lambda t: torch.tensor(t).mean().backward(), "There is no slope to be found"),
        (lambda t: exec("'ab'[0] = 'c'"), "A str cannot be changed place by place"),
        (lambda t: torch.relu(torch.tensor(t).max(dim=1)), "take `.values`, or `amax`"),
        (
            lambda t: torch.cat([torch.ones(2, 3), torch.ones(3, 4)]),
            "along axis 0, tensors have to be alike on all others",
        ),
        (lambda t: nn.Conv1d(4, 2, 3)(torch.ones(1, 5, 9)), "A convolution made for 4 channels is given 5."),
        (lambda t: changed_in_place(), "write `x = x + …`"),
        (lambda t: roc_auc_score([0.3, 0.7], [1, 0]), "take the labels first"),
        (lambda t: F.binary_cross_entropy(torch.tensor(t) + 2, torch.tensor(t)), "for logits there is"),
        (lambda t: Turned.apply(torch.ones(2, requires_grad=True), 2.0).sum().backward(), "`backward` gave 1 back"),
        (lambda t: 1 if torch.tensor(t) > 0 else 0, "Several numbers are asked for one yes or no"),
        (lambda t: np.mean(torch.tensor(t)), "NumPy's `mean` is asked of a tensor, which it does not know"),
        (lambda t: nn.Sequential([nn.ReLU()]), "A star unpacks a list of them: `nn.Sequential(*layers)`."),
        (lambda t: list(t.tolist), "the brackets behind its name, `()`, are missing."),
        (lambda t: torch.zeros(2, 2).__setitem__(0, (1.0, 2.0)), "`torch.tensor(…)` makes a tensor of it."),
        (lambda t: 1 - (torch.tensor(t) > 0), "torch does not subtract True and False"),
        (lambda t: torch.sqrt(2), "`sqrt` takes tensors, and gets a plain number, type int"),
        (lambda t: np.sqrt(10**30), "`np.sqrt` cannot take so large a whole number."),
        (lambda t: torch.tensor(t).zero_grad(), "is set to zero by `.grad.zero_()`."),
        (lambda t: torch.cat([torch.ones(2, 3), torch.ones(2)]), "as many axes as each other, and 2 meet 1"),
        (lambda t: torch.cat([torch.ones(2, 3), torch.ones(2)]), "`.flatten()` leaves one."),
        (lambda t: torch.stack([torch.ones(2, 3), torch.ones(2)]), "of one shape, and (2, 3) meets (2)"),
        (lambda t: torch.stack([1.0, 2.0]), "element 0 of the list is of the type float"),
        (lambda t: torch.arange(3).mean(), "`.float()` first"),
        (lambda t: torch.ones(3).expand(4), "stretched to 4 entries on axis 0, where it has 3"),
        (lambda t: torch.ones(4)[torch.ones(3) > 0], "A mask of the shape (3) looks into a tensor of the shape (4)"),
        (lambda t: np.ones(4)[np.ones(3) > 0], "A mask with 3 entries looks into axis 0, which has 4."),
        (lambda t: float(torch.ones(3)), "One number is wanted here, and this tensor has several."),
        (lambda t: list(range(len(t) / 2)), "divide with `//`"),
        (lambda t: torch.cosine(t), "There is no `cosine` in `torch`"),
        (lambda t: torch.relu([1.0]), "`relu` takes a Tensor for its argument 1, and gets a value of type list."),
        (lambda t: roc_auc_score([0, 1, -1], [0.2, 0.3, 0.4]), "Are holes, −1, still among them?"),
        (lambda t: roc_auc_score([0, 1], [0.2, 0.3, 0.4]), "gets 2 of one and 3 of the other"),
        (lambda t: F.one_hot(torch.tensor([-1, 2])), "`F.one_hot` takes whole numbers from 0"),
        (
            lambda t: nn.Conv1d(4, 2, 5)(torch.ones(1, 4, 3)),
            "The kernel is 5 wide, and what it goes over has 3 places.",
        ),
        (lambda t: torch.ones(2, requires_grad=True).numpy(), "`.detach()` before `.numpy()`"),
        (lambda t: np.ones((2, 3)) + np.ones((4, 3)), "Two arrays do not fit each other: (2,3) and (4,3)."),
    ],
)
def test_an_error_is_told_in_words_that_say_what_to_mend(code: Any, sentence: str) -> None:
    def tensors(table):
        return code(torch.tensor(table)) if "does not go" in sentence else code(table)

    verdict = mark(Means(), tensors)
    assert sentence in verdict.message and verdict.is_explained


def test_zeros_and_ones_in_other_places_are_not_said_to_be_the_right_numbers() -> None:
    class Eye(Exercise):
        """eye(n) -> (n, n)"""

        def questions(self, rng):
            yield from ((3,), (4,), (5,))

        def reference(self, n):
            return np.eye(n)

    assert "other places" not in mark(Eye(), lambda n: np.roll(np.eye(n), 1, axis=0)).message
    moved = mark(Means(), lambda table: np.roll(table.mean(axis=1), 1)[[1, 0, *range(2, len(table))]])
    assert moved.message.startswith("These are the right numbers, but in other places.")


def test_a_mean_of_numbers_that_were_cut_off_is_not_said_to_be_cut_off_itself() -> None:
    cut = [np.array(1.0), np.array(2.0), np.array(3.0)], [np.array(1.0), np.array(2.0), np.array(7.0)]
    assert related([*zip(*cut, strict=True)], [{}] * 3) == ""
    told = related([(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 7.0]))], [{}])
    assert told == "Your numbers are cut off above 3; elsewhere they are right."


def test_a_question_ends_with_its_own_mark() -> None:
    assert explained("ValueError", "`forward` gave nothing back; is its `return` missing?").endswith(" missing?")


def test_an_error_that_nobody_knows_is_left_to_speak_for_itself() -> None:
    def fails(table):
        raise RuntimeError("something else")

    verdict = mark(Means(), fails)
    assert verdict.message == "Your code stopped with an error." and not verdict.is_explained


class Draws(Exercise):
    """Two draws, of which three things count."""

    parts = {"draws": 1, "nothing": 1}

    def questions(self, rng):
        yield Question(int(rng.integers(5, 9)), part="draws")
        yield Question(0, part="nothing")

    def facts(self, answer, count):
        return {"how many": len(answer), "the largest": max(answer, default=0), "sorted": sorted(answer) == answer}

    def reference(self, count):
        return list(range(count))


def test_the_fact_that_differs_is_told_with_both_values_and_the_parts_that_are_right() -> None:
    verdict = mark(Draws(), lambda count: [one // 2 for one in range(count)], seed=0)
    assert "This does not hold: the largest (4; asked 8)." in verdict.message.replace("(3; asked 7)", "(4; asked 8)")
    assert verdict.message.endswith("Parts that are right: “nothing”; not yet: “draws”.")


def test_none_among_the_answers_is_a_way_without_a_return() -> None:
    def halves(table):
        return [None if at == 1 else float(one) for at, one in enumerate(rows(table))]

    assert "Yours holds None where a value was asked." in mark(Means(), halves).message


class Corners(Means):
    """The sums of a table's quarters."""

    def reference(self, table):
        return np.array([[table[:1, :1].sum(), table[:1, 1:].sum()], [table[1:, :1].sum(), table[1:, 1:].sum()]])


def test_the_one_place_that_is_ever_wrong_is_told() -> None:
    def wrong_corner(table):
        made = Corners().reference(table)
        made[1, 0] = np.sqrt(abs(made[0, 1] * 3 + made[1, 1] ** 2))
        return made

    assert mark(Corners(), wrong_corner).message == "Of all your answers only the number at [1, 0] is ever wrong."


# -- what is asked without an author's asking --------------------------------------------------------------------------


def test_code_that_answers_otherwise_the_second_time_is_not_right() -> None:
    calls = []

    def remembers(table):
        calls.append(1)
        return rows(table) + 0.1 * (len(calls) > 3)

    def random(table):
        return rows(table) + np.random.default_rng().normal()

    for code in (remembers, random):
        verdict = mark(Means(), code)
        assert verdict.status == "wrong" and "Asked the same again" in verdict.message


class Norm(Exercise):
    """The length of a vector."""

    def questions(self, rng):
        for width in (2, 5):
            yield (torch.tensor(rng.normal(size=width), dtype=torch.float32),)

    def reference(self, x):
        return float(x.pow(2).sum().sqrt())


def test_a_tensor_with_its_record_is_no_number() -> None:
    weight = torch.ones((), requires_grad=True)
    verdict = mark(Norm(), lambda x: (x * weight).pow(2).sum().sqrt())
    assert verdict.status == "wrong" and "`.item()`" in verdict.message
    assert mark(Norm(), lambda x: x.norm()).passed
    assert mark(Norm(), lambda x: (x * weight).norm().item()).passed


def test_asking_torch_to_follow_the_callers_tensor_is_a_change() -> None:
    def leaky(x):
        x.requires_grad_()
        return float(x.norm())

    assert mark(Norm(), leaky).message == "Your code changes its own input."


class Small(ModuleExercise):
    """A model of one layer."""

    def questions(self, rng):
        yield {"width": 3}, torch.tensor(rng.normal(size=(4, 3)), dtype=torch.float32)

    class reference(nn.Module):
        def __init__(self, width: int) -> None:
            super().__init__()
            self.layer = nn.Linear(width, 1)

        def forward(self, x):
            return self.layer(x)[:, 0]


def test_a_model_is_asked_with_a_batch_of_one() -> None:
    class Squeezed(Small.reference):
        def forward(self, x):
            return self.layer(x).squeeze()

    class Pair(Small.reference):
        def forward(self, x):
            return super().forward(x), x

    class Wide(Small.reference):
        def __init__(self, width):
            super().__init__(width)
            self.more = nn.Linear(width, 2)

    class Unused(Small.reference):
        def forward(self, x):
            return (x * self.layer.weight[0] ** 2).sum(1)

    class Hidden(Small.reference):
        def __init__(self, width):
            super().__init__(width)
            self.layers = [nn.Linear(width, 1)]

        def forward(self, x):
            return self.layers[0](x)[:, 0]

    class Shown(Small.reference):
        def __init__(self, width):
            super().__init__(width)
            self.layers = [self.layer]

        def forward(self, x):
            return self.layers[0](x)[:, 0]

    assert [len(question[1]) for question in Small().asked(0)] == [4, 1]
    assert (
        mark(Small(), Wide).message
        == "Your layers hold 12 numbers, and 4 were asked; some of them are not used in `forward`."
    )
    assert mark(Small(), Hidden).message.startswith("`__init__` keeps layers in a plain list, `self.layers`")
    assert mark(Small(), Shown).passed
    assert mark(Small(), Unused).message.startswith("One weight or bias gets no slope")
    assert not mark(Small(), Squeezed).passed
    assert "gave 2 results back" in mark(Small(), Pair).failure.error


# -- the message -------------------------------------------------------------------------------------------------------


def test_two_long_answers_are_shown_where_they_differ() -> None:
    given, expected = [{"a": [1, 2, 3]}, {"a": [4, 5, 6]}], [{"a": [1, 2, 3]}, {"a": [4, 0, 6]}]
    assert first_difference(given, expected) == ("[1]['a'][1]", 5, 0)
    assert first_difference(given, 3) == ("", given, 3)


def test_two_lists_that_begin_alike_are_shown_from_where_they_differ() -> None:
    given, expected = [1] * 9 + [2], [1] * 9 + [3, 4]
    lines = dict(failure_lines(Means(), Failure(Question(0), given, expected)))
    assert lines["yours"] == "from place 9: [2], 10 in all"
    assert lines["expected"] == "from place 9: [3, 4], 11 in all"
    assert dict(failure_lines(Means(), Failure(Question(0), [2, 1], [1])))["yours"] == "[2, 1]"


def test_a_question_that_is_cut_can_be_asked_whole(capsys, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))

    class Wide(Means):
        def questions(self, rng):
            yield (rng.normal(size=(3, 4)), list(range(60)))

        def reference(self, table, numbers):
            return table.sum() + sum(numbers)

    check = ExerciseCheck(Wide())
    check(lambda table, numbers: 0.5)
    assert "whole: check.wide.question" in capsys.readouterr().out
    table, numbers = check.question
    assert table.shape == (3, 4) and numbers == list(range(60))
    verdict = mark(Wide(), lambda table, numbers: 0.5)
    assert "check.wide" not in Message.of(Wide(), verdict, stand_in=False).text()
