"""Answers survive the journey, and only plain data makes it."""

from __future__ import annotations

import contextlib
import json

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from helpers.engine.codec import Unreadable, decode, encode, same
from helpers.engine.message import Message
from helpers.engine.plain import copied
from helpers.lessons import all_exercises

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)
ARRAYS = hnp.arrays(
    hnp.boolean_dtypes() | hnp.integer_dtypes(endianness="?") | hnp.floating_dtypes(sizes=(16, 32, 64)),
    hnp.array_shapes(min_dims=0, max_dims=4, max_side=4),
)


@given(PLAIN)
def test_plain_values_come_back(value) -> None:
    assert decode(json.loads(json.dumps(encode(value), allow_nan=False))) == value


@given(ARRAYS)
def test_arrays_come_back_with_shape_and_values(array) -> None:
    back = decode(json.loads(json.dumps(encode(array))))
    assert np.asarray(back).shape == array.shape
    np.testing.assert_array_equal(np.asarray(back), array)


@given(st.binary(max_size=200) | PLAIN)
def test_decode_of_anything_is_data_or_unreadable(junk) -> None:
    with contextlib.suppress(Unreadable):
        decode(junk)


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=9)
    | st.sampled_from(["nan", "<f4", "|b1"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["list", "set", "dict", "float", "array", "value", "error"]), inner, max_size=2
        )
        | st.fixed_dictionaries({"array": inner, "dtype": inner, "shape": inner})
        | st.fixed_dictionaries({"dict": st.lists(st.lists(inner, max_size=3), max_size=3)})
    ),
    max_leaves=20,
)
SHAPES = st.lists(st.integers(-1, 10**7), max_size=9)


@given(JUNK, SHAPES, st.sampled_from(["", "AAAA", "AAAAAA==", "!"]), st.sampled_from(["<f4", "|i1", "|O", "<U4"]))
def test_decoding_near_misses_is_data_or_unreadable(junk, shape, text, dtype) -> None:
    for data in (junk, {"array": text, "dtype": dtype, "shape": shape}, {"list": [junk, {"value": junk}]}):
        with contextlib.suppress(Unreadable):
            value = decode(data)
            assert np.size(np.asarray(value, dtype=object)) < 10**6


@given(st.data())
@settings(max_examples=60)
def test_marking_a_bent_answer_is_safe_and_earns_no_more(data) -> None:
    exercise = data.draw(st.sampled_from([one for one in all_exercises() if one.points]))
    answers = json.loads(json.dumps(exercise.answers(exercise.reference, 5)))
    place = data.draw(st.integers(0, len(answers) - 1))
    answers[place] = data.draw(JUNK | st.fixed_dictionaries({"value": JUNK}) | st.fixed_dictionaries({"error": JUNK}))
    verdict = exercise.mark(answers, 5)
    if verdict.passed and exercise.kind != "predictions":
        question = exercise.asked(5)[place]
        right = exercise.read_one(exercise.answer(exercise.reference, question), question)
        assert exercise.agree(exercise.read_one(answers[place], question), right)
    assert 0 <= verdict.points <= exercise.points
    message = Message.of(exercise, verdict)
    assert "<script" not in message.html() and message.text()


def test_an_array_of_nothing_is_no_mountain_of_lists() -> None:
    for shape in ([10**6, 10**6, 0], [4_000_000, 1000, 0], [0, 10**12]):
        with pytest.raises(Unreadable):
            decode({"array": "", "dtype": "<f4", "shape": shape})
    assert decode({"array": "", "dtype": "<f4", "shape": [0, 4]}).shape == (0, 4)


def test_tensors_of_every_kind_are_welcome() -> None:
    x = torch.tensor([1.5, 2.5], requires_grad=True)
    for tensor in (x, x.double(), x.bfloat16(), x.half(), x.int(), nn_output(x)):
        assert decode(encode(tensor)).shape == (2,)
    assert decode(encode(float("inf"))) == float("inf")
    assert decode(encode(np.array(["A", "C"]))) == ["A", "C"]
    assert decode(encode({"a": (1, {2, 3})})) == {"a": [1, {2, 3}]}


def nn_output(x: torch.Tensor) -> torch.Tensor:
    return torch.nn.Linear(2, 2)(x.detach())


@pytest.mark.parametrize("value", [object(), lambda: 0, 2**70, np.zeros(10**6), np.array([object()]), 1j])
def test_what_is_no_answer_is_refused_by_name(value) -> None:
    with pytest.raises(TypeError, match="cannot be an answer"):
        encode(value)


@pytest.mark.parametrize(
    ("given_", "expected", "agree"),
    [
        ([1.0, 2.0], np.array([1.0, 2.0]), True),
        (np.float32(0.1), 0.1, True),
        (3, 3.0, True),
        ("3.0", 3.0, False),
        (["1", "2"], np.array([1.0, 2.0]), False),
        (np.ones((2, 1)), np.ones(2), False),
        (np.array([np.nan]), np.array([1.0]), False),
        (np.array([np.nan]), np.array([np.nan]), True),
        ([[1, 2], [3]], np.ones((2, 2)), False),
        (10**400, 1.0, False),
        ("ACGT", "ACGT", True),
        (["A"], ["A", "C"], False),
        (np.array([1, 2]), [1, 2], True),
        ({"a": 1}, {"a": 1.0}, True),
        ({"a": 1}, {"b": 1}, False),
        (None, None, True),
        (None, 0.0, False),
    ],
)
def test_agreement_is_by_value_and_shape(given_, expected, agree) -> None:
    assert same(given_, expected, 1e-4, 1e-6) is agree


NEAR = st.sampled_from([0.0, 1.0, 1.00005, 1.0002, -1.0, 1e-7, 1e300, np.nan, np.inf, -np.inf])


@given(st.lists(st.tuples(NEAR, NEAR), max_size=4))
def test_numbers_agree_where_numpy_says_so(pairs) -> None:
    given_, expected = (np.array([pair[side] for pair in pairs], dtype=float) for side in (0, 1))
    assert same(given_, expected, 1e-4, 1e-6) is bool(np.allclose(given_, expected, 1e-4, 1e-6, equal_nan=True))


def test_a_copy_shares_what_was_shared_and_nothing_else() -> None:
    x, y, layer = torch.arange(6.0).reshape(2, 3), torch.zeros(2), torch.nn.Linear(1, 1)
    leaf = torch.ones(2, requires_grad=True)
    for question in ((x, y, 1, "a"), (x, x), (x, x[0]), (x.T, y), ([x], y), (leaf, x), (layer, x), (x[0], x.numpy())):
        made = copied(question)
        for one, other in zip(made, question, strict=True):
            assert type(one) is type(other) and (one is other) == isinstance(other, (int, str))
            if isinstance(one, torch.Tensor):
                assert torch.equal(one, other) and one.data_ptr() != other.data_ptr()
                assert (one.stride(), one.requires_grad) == (other.stride(), other.requires_grad)
    again, part = copied((x, x[0]))
    part.fill_(-1)
    assert again[0, 0] == -1 and x[0, 0] == 0
    twice = copied((x, x))
    assert twice[0] is twice[1]
