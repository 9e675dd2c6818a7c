"""The quiz of lesson 06."""

from __future__ import annotations

from helpers.engine.kinds import Item, MultipleChoice


class Quiz(MultipleChoice):
    """quiz() -> dict: one letter for each question"""

    items = (
        Item(
            "look_up",
            "What do query, key and value do?",
            {
                "a": "The query is the input, the key its label, the value the loss",
                "b": "Query and key decide how much is taken; the value is what is taken",
                "c": "Query and value decide how much is taken; the key is what is taken",
                "d": "They are three copies of the input, for speed",
            },
            "b",
            {
                "a": "All three are made from the inputs; there is no label among them.",
                "c": "The product is that of queries and keys. Keys never reach the output.",
                "d": "They come from the same input through three different matrices, so that they can differ.",
            },
        ),
        Item(
            "root",
            "What happens in training without the division by √d, if d is large?",
            {
                "a": "Nearly all weight falls on one key, and slopes vanish",
                "b": "The scores overflow and become nan",
                "c": "Nothing: softmax does not care about a factor common to all scores",
                "d": "The weights no longer sum to 1",
            },
            "a",
            {
                "b": "Their standard deviation is √d: 8 for d = 64. Large for softmax, small for a computer.",
                "c": "It does not care about a common *summand*. A factor is a temperature.",
                "d": "Softmax always gives shares that sum to 1.",
            },
        ),
        Item(
            "order",
            "You shuffle the bases of a sequence. Attention without positions, then the mean over all bases, gives",
            {
                "a": "noise",
                "b": "the shuffled answer",
                "c": "exactly the same answer",
                "d": "an error: the mask no longer fits",
            },
            "c",
            {
                "a": "Each base finds the same others, wherever they now stand.",
                "b": "That is so for each base's own output; their mean does not notice.",
                "d": "There is no mask here, and it would fit: the length is the same.",
            },
        ),
        Item(
            "cost",
            "A sequence grows from 1,000 to 10,000 bases. Attention's table of weights grows",
            {
                "a": "10 times",
                "b": "20 times",
                "c": "100 times",
                "d": "not at all: it depends on d only",
            },
            "c",
            {
                "a": "That is convolution and recurrence: one step a base.",
                "b": "Every base asks every base: n times n.",
                "d": "The *parameters* depend on d only. The table has n² numbers.",
            },
        ),
        Item(
            "heads",
            "Going from 1 head to 8, at the same width, attention has",
            {
                "a": "8 times as many parameters, for each head has its own",
                "b": "as many parameters as before, and 8 maps",
                "c": "an eighth of the parameters",
                "d": "8 times the width",
            },
            "b",
            {
                "a": "The four matrices stay width × width; they are read as 8 slices.",
                "c": "The four matrices stay width × width, whatever the heads.",
                "d": "Each head has an eighth of the width; side by side they are as wide as before.",
            },
        ),
        Item(
            "map",
            "An attention map shows a bright spot from the promoter to an enhancer. What does it prove?",
            {
                "a": "That the two touch in the cell",
                "b": "That the model needs the enhancer for its prediction",
                "c": "That the enhancer has a causal effect on the gene",
                "d": "Nothing yet: cut it, and see what changes",
            },
            "d",
            {
                "a": "It may hint at an experiment. The map was made by a model, not by a cell.",
                "b": "It was looked at. Whether the rest of the network uses what came back, the map does not say.",
                "c": "The cause in a cell is found by changing the cell: delete the enhancer.",
            },
        ),
        Item(
            "masked",
            "Why does a masked language model need no labels?",
            {
                "a": "It has labels: the hidden bases",
                "b": "It is trained on random numbers",
                "c": "It copies its input",
                "d": "Its labels are guessed by another model, trained before",
            },
            "a",
            {
                "b": "Then there would be nothing to learn. It is trained on real sequences with holes.",
                "c": "At a hidden base there is nothing to copy, and only hidden bases are asked for.",
                "d": "That exists (distillation), but here the sequence itself is the answer.",
            },
        ),
        Item(
            "future",
            "Your next-base model reaches perplexity 1.3 on random DNA. Then",
            {
                "a": "the model is excellent",
                "b": "the sequences are too short to tell anything",
                "c": "the answer leaks into the input",
                "d": "the learning rate is too high",
            },
            "c",
            {
                "a": "Nobody can predict a fair coin. What is too good to be true is not true.",
                "b": "Length does not help to predict what is random.",
                "d": "That would make the loss too high, not too low.",
            },
        ),
    )
