"""The course's colours: told apart by everybody, and strong enough to be seen on their ground."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from helpers.palette import HUES, HUES_ON_DARK, INK, PALE, PALETTE, SIGNS

# What is left of linear red, green and blue: Machado, Oliveira and Fernandes 2009, severity 1.
SEEN_BY = {
    "all three cones": np.eye(3),
    "no long cones": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no middle cones": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "no short cones": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
# Oklab (Ottosson 2020): linear colours to cones, cones to lightness and two axes of hue.
TO_CONES = [[0.41222, 0.53633, 0.05145], [0.2119, 0.6807, 0.1074], [0.0883, 0.28172, 0.62998]]
TO_LAB = [[0.21045, 0.79362, -0.00407], [1.978, -2.42859, 0.45059], [0.0259, 0.78277, -0.80868]]


def linear(colour: str) -> NDArray[np.float64]:
    """A "#rrggbb" as three shares of light (IEC 61966-2-1)."""
    shares = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def apart(one: str, other: str, seen_by: NDArray[np.float64]) -> float:
    """How far two colours are apart in Oklab for someone with these cones; from black to white it is 1."""
    cones = [np.clip(TO_CONES @ np.clip(seen_by @ linear(colour), 0, 1), 0, 1) for colour in (one, other)]
    return float(np.linalg.norm(TO_LAB @ np.cbrt(cones[0]) - TO_LAB @ np.cbrt(cones[1])))


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2, from 1 to 21."""
    low, high = sorted(float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("who", SEEN_BY)
@pytest.mark.parametrize("colours", [PALETTE, HUES, HUES_ON_DARK], ids=["bases", "hues", "hues on dark"])
def test_four_colours_are_told_apart(colours: dict[str, str], who: str) -> None:
    for one, other in itertools.combinations(colours.values(), 2):
        assert apart(one, other, np.array(SEEN_BY[who])) > 0.1, f"{one} and {other} for {who}"


def test_a_class_or_a_sign_is_no_base() -> None:
    for one, other in itertools.product(PALETTE.values(), [*HUES.values(), *SIGNS.values()]):
        assert apart(one, other, np.eye(3)) > 0.1, f"{one} and {other}"


def test_colours_are_seen_on_their_ground() -> None:
    for colour in (*PALETTE.values(), *HUES.values(), *SIGNS.values()):
        assert contrast(colour, "#ffffff") >= 3, f"{colour} on white"
    for colour in HUES_ON_DARK.values():
        assert contrast(colour, "#16191e") >= 4.5, f"{colour} in the dark"
    assert contrast(INK, "#ffffff") >= 7 and contrast(PALE, "#ffffff") >= 4.5
