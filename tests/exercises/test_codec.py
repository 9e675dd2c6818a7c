"""Answers survive the journey, and only plain data makes it."""

from __future__ import annotations

import contextlib
import json

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from helpers.exercises.codec import Unreadable, decode, encode, same

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
