"""The quiz of lesson 04."""

from __future__ import annotations

from collections.abc import Sequence

from helpers.engine.kinds import Item, MultipleChoice


def item(key: str, prompt: str, options: Sequence[str], correct: str, why: dict[str, str]) -> Item:
    """A question whose options are lettered in their order."""
    return Item(key, prompt, dict(zip("abcd", options, strict=False)), correct, why)


class Quiz(MultipleChoice):
    """quiz() -> dict: one letter for each question"""

    items = (
        item(
            "filters",
            "How many filters should the first layer have?",
            (
                "Exactly as many as there are motifs",
                "Four, one for each base",
                "Nobody knows beforehand: more than the motifs you expect, and validation tells how many help",
                "As many as there are positions",
            ),
            "c",
            {
                "a": "You do not know how many there are, and several filters often share one motif, or none finds it.",
                "b": "Bases are the input's channels. Each filter reads all four.",
                "d": "Filters slide: one serves all positions. That was the point.",
            },
        ),
        item(
            "dimensions",
            "One-hot DNA is a table with 4 rows. Why a 1-D convolution, and not 2-D as for pictures?",
            (
                "Because 2-D is slower",
                "Because a filter has one axis to slide along",
                "Because torch has no 2-D convolution for one-hot tables",
                "Because DNA has one strand",
            ),
            "b",
            {
                "a": "A 2-D filter of height 4 does exactly the same work; it just has nowhere to go but along.",
                "c": "`conv2d` would run. A filter three rows high would treat A, C, G and C, G, T as the same thing.",
                "d": "It has two, and that has nothing to do with it.",
            },
        ),
        item(
            "kernel",
            "What is a kernel (filter) of a first layer on DNA?",
            (
                "A table (4, w) of weights that slides along",
                "A window of the sequence",
                "The list of positions where a motif was found",
                "A function that makes the model non-linear",
            ),
            "a",
            {
                "b": "The window is what it is multiplied with.",
                "c": "Where it was found is in the activations, the layer's output.",
                "d": "That is the activation function, such as ReLU.",
            },
        ),
        item(
            "pooling",
            "What does taking the largest activation over the whole sequence lose?",
            (
                "Which motif was found",
                "How well the best site of all fits the filter's own motif",
                "The strand",
                "Where it was, and how many there were",
            ),
            "d",
            {
                "a": "Each filter keeps a number of its own, so that stays known.",
                "b": "That is the one thing that the largest activation tells.",
                "c": "A filter reads one strand as given; pooling changes nothing about that.",
            },
        ),
        item(
            "field",
            "Three layers of width 3, stride 1, without dilation. How many bases can one output see?",
            ("3", "7", "9", "27"),
            "b",
            {
                "a": "That is the first layer alone. Its neighbours, seen by the second, reach further.",
                "c": "Neighbouring windows share all but one base: each further layer adds 3 − 1.",
                "d": "Windows overlap, so fields add up; they do not multiply.",
            },
        ),
        item(
            "sharing",
            "Why do all positions share a filter's weights?",
            (
                "Because a motif means the same everywhere",
                "To make the result equal at all positions",
                "Because the gradient would otherwise be zero",
                "Because promoters are all aligned at their start site",
            ),
            "a",
            {
                "b": "The weights are the same; the windows, and so the results, differ.",
                "c": "Weights for each position learn very well, as the MLP showed. They need far more examples.",
                "d": "If everything stood in its place, a weight for each position would do: then sharing buys least.",
            },
        ),
    )
