"""In the pair task only the distance tells the classes apart."""

from __future__ import annotations

import pytest
import torch

from helpers.dna.sequences import one_hot
from helpers.experiments.pairs import BOXES, SPACER, pairs


def test_boxes_stand_where_starts_say_and_the_distance_is_the_label() -> None:
    made = pairs(200, seed=3)
    assert torch.equal(made.X, one_hot(made.sequences, dtype=torch.int8))
    for sequence, y, (first, second) in zip(made.sequences, made.y.tolist(), made.starts.tolist(), strict=True):
        assert sequence[first : first + 6] == BOXES[0] and sequence[second : second + 6] == BOXES[1]
        spacer = second - first - 6
        assert (spacer == SPACER) == bool(y)
        assert y or (abs(spacer - SPACER) > 1 and 9 <= spacer <= 25)


def test_half_are_positive_and_a_seed_draws_the_same() -> None:
    assert pairs(100, seed=1).y.mean() == 0.5
    assert pairs(10, seed=1).sequences == pairs(10, seed=1).sequences != pairs(10, seed=2).sequences


def test_where_a_box_stands_tells_little() -> None:
    made = pairs(4000, seed=0)
    for box in (0, 1):
        middle = made.starts[:, box].float()
        difference = middle[made.y == 1].mean() - middle[made.y == 0].mean()
        assert abs(difference) < 1.5  # columns, of a spread of about 10


def test_too_short_is_named() -> None:
    with pytest.raises(ValueError, match="length 30; two boxes and the longest spacer need 37"):
        pairs(2, seed=0, length=30)
