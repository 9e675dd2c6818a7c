"""The engine: what each kind of exercise marks, what it says, and what it withstands."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from helpers.engine.exercise import Exercise, Question, misconception
from helpers.engine.kinds import Item, ModuleExercise, MultipleChoice
from helpers.engine.message import Message
from helpers.engine.verdict import Status


class Scale(Exercise):
    """scale(x (N,)) -> (N,), divided by the largest"""

    points = 3
    parts = {"positive": 1, "negative": 2}

    def questions(self, rng):
        for n in (3, 8):
            yield Question(np.abs(rng.normal(size=n)) + 0.1, part="positive")
            yield Question(-np.abs(rng.normal(size=n)) - 0.1, part="negative")

    def reference(self, x):
        return x / np.abs(x).max()

    @misconception("You divided by the largest, not by the largest in size.")
    def signed(self, x):
        return x / x.max()


class Tiny(ModuleExercise):
    """Tiny(hidden): two layers"""

    points = 2

    def questions(self, rng):
        for hidden in (2, 5):
            yield {"hidden": hidden}, torch.tensor(rng.normal(size=(4, 3)), dtype=torch.float32)

    class reference(nn.Module):
        def __init__(self, hidden: int) -> None:
            super().__init__()
            self.first, self.second = nn.Linear(3, hidden), nn.Linear(hidden, 1)

        def forward(self, x):
            return self.second(torch.relu(self.first(x))).squeeze(1)

    @misconception("An activation after the last layer cuts off half of all logits.")
    class relu_last(reference):
        def forward(self, x):
            return torch.relu(self.second(torch.relu(self.first(x)))).squeeze(1)

    @misconception("The output has shape (N, 1); a model returns (N,).")
    class not_squeezed(reference):
        def forward(self, x):
            return self.second(torch.relu(self.first(x)))


class Colours(MultipleChoice):
    """colours() -> letters"""

    items = (
        Item("sky", "The sky is", {"a": "blue", "b": "green"}, "a", {"b": "That is grass."}),
        Item("grass", "Grass is", {"a": "blue", "b": "green"}, "b", {"a": "That is the sky."}),
    )


class Many(MultipleChoice):
    """many() -> letters"""

    items = tuple(Item(f"q{at}", "One of", {"a": "one", "b": "two"}, "a", {"b": "That is two."}) for at in range(5))


def mark(exercise: Exercise, code: Any, seed: int = 3) -> Any:
    return exercise.mark(json.loads(json.dumps(exercise.answers(code, seed))), seed)


def test_a_part_right_earns_its_points_and_no_more() -> None:
    verdict = mark(Scale(), lambda x: x / x.max())
    assert (verdict.points, verdict.misconception) == (1, "signed")
    assert verdict.parts == {"positive": True, "negative": False}


def test_hints_add_up_and_belong_to_the_parts_that_are_not_right_yet() -> None:
    class Hinted(Scale):
        hints = {"Of the positive.": "positive", "Of both.": ("positive", "negative"), "Of all.": ()}

    class Plain(Scale):
        hints = ("First.", "Second.")

    def odd(x):
        return np.cos(x) + 3 * x

    def right_if_positive(x):
        return x / x.max() if x[0] > 0 else odd(x)

    def told(exercise: Exercise, code: Any, tries: int) -> list[str]:
        lines = Message.of(exercise, mark(exercise, code), tries).lines
        return [text for label, text in lines if label == "hint"]

    assert [told(Hinted(), odd, tries) for tries in (1, 2, 3, 9)] == [
        [], ["Of the positive."], ["Of the positive. Of both."], ["Of the positive. Of both. Of all."]
    ]  # fmt: skip
    assert told(Hinted(), right_if_positive, 3) == ["Of both. Of all."]
    assert told(Plain(), right_if_positive, 3) == ["First. Second."]


def test_no_hint_stands_beside_a_message_that_says_what_the_mistake_is() -> None:
    class Plain(Scale):
        hints = ("First.", "Second.")

    said = {
        code: mark(Plain(), code) for code in (Plain().signed, lambda x: -Plain().reference(x), np.sin, np.zeros_like)
    }
    assert [verdict.is_explained for verdict in said.values()] == [True, True, False, False]
    assert [Plain().hints_on(verdict, 2) for verdict in said.values()] == [[], [], ["First."], ["First."]]


class Halved(Scale):
    @misconception("You halved.")
    def halved(self, x):
        return x / np.abs(x).max() / 2


def test_of_two_mistakes_at_once_only_one_in_the_first_wrong_part_is_named() -> None:
    def halved_and_more(x):
        return x * 7 if x[0] < 0 else x / np.abs(x).max() / 2

    def signed_and_more(x):
        return x / x.max() if x[0] < 0 else x * 7

    assert mark(Halved(), halved_and_more).misconception == "halved"
    assert mark(Halved(), signed_and_more).misconception is None  # what went wrong first is not explained by it
    assert mark(Halved(), lambda x: x * 7).misconception is None


def test_no_name_is_given_for_errors_nan_or_what_disagrees_with_a_right_answer() -> None:
    class Nowhere(Scale):
        @misconception("Nothing but nan.")
        def nowhere(self, x):
            return x * np.nan if x[0] > 0 else x

    def void(x):
        return x * np.nan if x[0] > 0 else -x

    def half_signed(x):  # the small question of the part is right, which no misconception says
        return x / np.abs(x).max() if len(x) < 5 else x / x.max()

    assert mark(Nowhere(), void).misconception is None
    assert mark(Nowhere(), Nowhere().nowhere).misconception == "nowhere"
    assert mark(Scale(), half_signed).misconception is None


def test_the_smallest_failing_question_is_shown() -> None:
    verdict = mark(Scale(), lambda x: x if len(x) > 3 else x / np.abs(x).max())
    assert len(verdict.failure.question[0]) == 8


def test_code_that_changes_its_input_is_told_and_spoils_no_later_question() -> None:
    def spoil(x):
        x /= np.abs(x).max()
        return x

    verdict = mark(Scale(), spoil)
    assert verdict.points == 0
    assert verdict.message == "Your code changes its own input."
    assert mark(Scale(), lambda x: x / np.abs(x).max()).passed


def test_what_comes_back_may_have_to_be_of_a_type() -> None:
    class Strict(Scale):
        returns = np.ndarray

    assert mark(Strict(), Strict().reference).passed
    listed = mark(Strict(), lambda x: (x / np.abs(x).max()).tolist())
    assert listed.message.startswith("A ndarray was asked, and a list of ")
    assert (type(listed.failure.given), listed.failure.error) == (list, "")  # it is shown, as what it is
    strange = mark(Strict(), lambda x: object())
    assert strange.message == "A ndarray was asked, and something else came."
    assert strange.failure.error == "WrongType: a ndarray should come back, and this is a object"
    made_up = [{"error": "WrongType", "value": {"array": "x"}}, {"error": "WrongType", "text": 3}]
    for answer in made_up:  # a submission may say what it likes
        answers = [answer] * len(Strict().asked(0))
        assert Strict().mark(answers, 0).message == "A ndarray was asked, and something else came."


def test_a_name_that_is_unknown_is_asked_after() -> None:
    assert "misspelt" in mark(Scale(), lambda x: x / biggest).message  # noqa: F821
    assert "misspelt" not in mark(Scale(), lambda x: x / "one").message


def test_an_error_like_the_stubs_is_not_taken_for_an_unwritten_exercise() -> None:
    def power(x):
        raise NotImplementedError("'bitwise_xor' not implemented for 'Double'")  # as torch says of `x ^ 2`

    verdict = mark(Scale(), power)
    assert verdict.status == "wrong" and "NotImplementedError" in verdict.failure.error


def test_another_error_of_the_same_type_is_no_misconception() -> None:
    class Raises(Scale):
        @misconception("You looked up a name.")
        def looks_up(self, x):
            raise KeyError("promoter")

    def learner(x):
        return {}[len(x)]

    assert mark(Raises(), Raises().looks_up).misconception == "looks_up"
    assert mark(Raises(), learner).misconception is None


def test_class_is_judged_by_output_gradient_and_size_whatever_its_attributes() -> None:
    class Renamed(nn.Module):
        def __init__(self, hidden):
            super().__init__()
            self.net = nn.Sequential(nn.Linear(3, hidden), nn.ReLU(), nn.Linear(hidden, 1), nn.Flatten(0))

        def forward(self, x):
            return self.net(x)

    class TooBig(Tiny.reference):
        def __init__(self, hidden):
            super().__init__(hidden)
            self.unused = nn.Linear(2, 2)

    class Detached(Tiny.reference):
        def forward(self, x):
            return self.second(torch.relu(self.first(x)).detach()).squeeze(1)

    assert mark(Tiny(), Renamed).passed
    assert not mark(Tiny(), TooBig).passed
    assert not mark(Tiny(), Detached).passed
    for wrong in Tiny().misconceptions():
        assert mark(Tiny(), wrong.code).misconception == wrong.name


class Twice(ModuleExercise):
    """Twice(): two layers of one shape"""

    def questions(self, rng):
        yield {}, torch.tensor(rng.normal(size=(4, 3)), dtype=torch.float32)

    class reference(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Linear(3, 3), nn.Linear(3, 3)

        def forward(self, x):
            return self.second(torch.relu(self.first(x)))


def test_layers_may_be_made_in_any_order_unless_the_text_asks_for_one() -> None:
    class Strict(Twice):
        in_order_made = True

    class Backwards(Twice.reference):
        def __init__(self):
            super().__init__()
            first, second = self.first, self.second
            del self.first, self.second
            self.second, self.first = second, first

    class Once(Twice.reference):
        def forward(self, x):
            return self.first(torch.relu(self.first(x)))

    assert mark(Twice(), Backwards).passed and not mark(Strict(), Backwards).passed
    assert not mark(Twice(), Once).passed and mark(Strict(), Twice.reference).passed


def test_class_with_other_arguments_or_no_return_is_told_so() -> None:
    class OtherNames(Tiny.reference):
        def __init__(self, units):
            super().__init__(units)

    class Silent(Tiny.reference):
        def forward(self, x):
            super().forward(x)

    assert "should take hidden, under these names; yours takes units" in mark(Tiny(), OtherNames).failure.error
    assert "is its `return` missing?" in mark(Tiny(), Silent).failure.error


def test_quiz_explains_each_wrong_choice_and_counts_each_right_one() -> None:
    verdict = mark(Colours(), lambda: {"sky": "A", "grass": "a"})
    assert (verdict.points, verdict.misconception, verdict.message) == (1, "grass_a", "That is the sky.")
    both = mark(Colours(), lambda: {"sky": "b", "grass": "a"})
    assert "That is grass." in both.message and "That is the sky." in both.message
    assert both.message.startswith("2 wrong, 0 open.\nsky, b: ")
    many = mark(Many(), lambda: {item.key: "b" for item in Many.items})
    assert many.message.startswith("5 wrong (q0, q1, q2, q3, q4), 0 open.\nq0, b: ")
    empty = mark(Colours(), lambda: {"sky": "", "grass": ""})
    assert (empty.status, empty.points) == ("empty", 0) and "not answered yet" in empty.message
    assert mark(Colours(), lambda: None).points == 0


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (lambda x: None, "returns None"),
        (lambda x: 2.5 * x / np.abs(x).max(), "2.5 times"),
        (lambda x: (x / np.abs(x).max())[:, None], "an axis of one entry too many: axis 1"),
        (lambda x: np.cos(x)[1:], "shape"),
        (lambda x: 1 / 0, "divides by 0"),
        (lambda x: x, "You give `x` back as it came."),
        (lambda x: np.cos(x) + 3 * x, "answer differs"),
    ],
)
def test_a_mistake_without_a_name_is_described(code: Any, sentence: str) -> None:
    assert sentence in mark(Scale(), code).message


class Ends(Exercise):
    """ends(x (N,)) -> (smallest, largest)"""

    def questions(self, rng):
        yield (rng.normal(size=5),)

    def reference(self, x):
        return x.min(), x.max()


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (1, "A pair was asked, and a number came."),
        (2.5, "A pair was asked, and a number came."),
        ("ends", "A pair was asked, and a text came."),
        ({}, "A pair was asked, and a dictionary came."),
        ((1, 2), "The answer differs."),
        (np.zeros(2), "The answer differs."),  # which would do, with other numbers
        ([1, 2, 3], "The answer differs."),
    ],
)
def test_an_answer_of_another_kind_is_told_which_was_asked(answer: Any, message: str) -> None:
    assert mark(Ends(), lambda x: answer).message == message


def test_a_pair_where_a_number_was_asked_is_told_so() -> None:
    class Largest(Ends):
        def reference(self, x):
            return float(x.max())

    assert mark(Largest(), lambda x: (1, 2)).message == "A number was asked, and a pair came."


def test_an_exit_in_the_answer_is_an_error_and_no_more() -> None:
    def leaves(x):
        raise SystemExit(1)

    assert mark(Scale(), leaves).failure.error.startswith("SystemExit")


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"list": [value]}
    return value


HOSTILE = {
    "nothing": None,
    "a dict": {},
    "no answers": [],
    "numbers": [1, 2, 3, 4],
    "empty dicts": [{}] * 4,
    "no base64": [{"value": {"array": "!!", "dtype": "<f4", "shape": [1]}}] * 4,
    "a shape that lies": [{"value": {"array": "AAAA", "dtype": "<f8", "shape": [10**6, 10**6]}}] * 4,
    "negative shape": [{"value": {"array": "", "dtype": "<f8", "shape": [-1]}}] * 4,
    "object dtype": [{"value": {"array": "AAAA", "dtype": "|O", "shape": [1]}}] * 4,
    "a gigabyte": [{"value": {"array": "A" * 10**7, "dtype": "|i1", "shape": [7_500_000]}}] * 4,
    "nested": [{"value": nested(10_000)}] * 4,
    "wide": [{"value": {"list": [0] * 10**6}}] * 4,
    "nan": [{"value": float("nan")}] * 4,
    "huge integer": [{"value": 10**400}] * 4,
    "bad dict": [{"value": {"dict": 3}}] * 4,
    "unhashable key": [{"value": {"dict": [[{"list": []}, 1]]}}] * 4,
    "two tags": [{"value": {"list": [], "set": []}}] * 4,
    "long text": [{"value": "x" * 10**6}] * 4,
    "error of odd type": [{"error": ["x"], "text": {"a": 1}, "line": 7}] * 4,
    "markup": [{"error": "<script>alert(1)</script>"}] * 4,
}


@pytest.mark.parametrize("answers", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("exercise", [Scale(), Colours(), Tiny()], ids=lambda e: e.id)
def test_hostile_answers_earn_nothing_and_stop_nothing(exercise: Exercise, answers: Any) -> None:
    count = len(exercise.asked(0))
    if isinstance(answers, list) and len(answers) == 4:
        answers = (answers * count)[:count]
    assert exercise.mark(answers, 0).points == 0


def test_what_a_class_report_counts_is_the_exercises_own_to_say() -> None:
    def counted(exercise: Exercise, code: Any) -> list[tuple[str, str]]:
        return [(one.name, one.hint) for one in exercise.mistakes(exercise.answers(code, 3), 3)]

    assert counted(Scale(), lambda x: x / x.max()) == [("signed", Scale.signed.hint)]
    assert counted(Scale(), Scale().reference) == counted(Scale(), lambda x: x * 7) == []
    assert counted(Colours(), lambda: {"sky": "b", "grass": "a"}) == [
        ("sky, b", "That is grass."),
        ("grass, a", "That is the sky."),
    ]
    assert Colours().mistakes("nonsense", 3) == []


def test_a_status_is_its_own_word_and_knows_its_sign() -> None:
    assert [f"{status} {status.sign}" for status in Status] == [
        "right ✔", "part ◐", "wrong ✘", "empty ○", "forbidden ✘", "unreadable ✘"
    ]  # fmt: skip
    assert json.dumps([Status.RIGHT]) == '["right"]' and Status.RIGHT == "right"
    standing = {code: mark(Scale(), code).standing for code in (Scale().reference, Scale().signed, np.sort)}
    assert list(standing.values()) == [Status.RIGHT, Status.PART, Status.WRONG]
    assert Scale().mark(None, 3).standing is Status.EMPTY
