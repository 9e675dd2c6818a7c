"""The quiz of lesson 05."""

from __future__ import annotations

from helpers.engine.kinds import Item, MultipleChoice


class Quiz(MultipleChoice):
    """quiz() -> dict: one letter for each question"""

    items = (
        Item(
            "vanish",
            "Why does a plain RNN forget a motif 50 bases back?",
            {
                "a": "Its hidden state has too few numbers to store a motif",
                "b": "The gradient is multiplied by much the same matrix at every step, and shrinks with each",
                "c": "Training data with motifs so far back are rare",
                "d": "tanh cannot be negative",
            },
            "b",
            {
                "a": "One number would do for “there was a motif”. Keeping it, and learning to keep it, is what fails.",
                "c": "In our task every sequence had the question at the same distance, and still it failed.",
                "d": "It can: tanh runs from −1 to 1. Its slope is at most 1, which is part of the trouble.",
            },
        ),
        Item(
            "gate",
            "A GRU's update gate stands at z = 0.99 for one unit. What happens to this unit?",
            {
                "a": "It is overwritten with the candidate, but for one part in a hundred",
                "b": "It is set to zero",
                "c": "It keeps 99 % of what it held",
                "d": "It is multiplied by 1.99",
            },
            "c",
            {
                "a": "That would be z near 0. New state = (1 − z) · candidate + z · old.",
                "b": "The gate mixes old and new; it has no third thing to mix in.",
                "d": "The shares are z and 1 − z; they add up to 1.",
            },
        ),
        Item(
            "direction",
            "For which task may a network read the sequence from both ends?",
            {
                "a": "Generating DNA base by base",
                "b": "Scoring how probable each next base is, given those before",
                "c": "Streaming bases from a sequencer, with an answer after each",
                "d": "Telling of each base whether it lies in an island",
            },
            "d",
            {
                "a": "The bases to the right do not exist yet.",
                "b": "The reader from the right has already seen the base it should foresee.",
                "c": "What comes later is not there yet when the answer is due.",
            },
        ),
        Item(
            "perplexity",
            "A model of the next base has perplexity 3.9 on DNA it has not seen. What does that say?",
            {
                "a": "It is right in 39 % of the cases, and wrong in the others",
                "b": "It is nearly as unsure as one who guesses",
                "c": "It needs 3.9 bits a base",
                "d": "It is worse than guessing",
            },
            "b",
            {
                "a": "It looks at the probability that the true base got, not at how often the best guess is right.",
                "c": "Bits are its logarithm to base 2: log2(3.9) = 1.96 of at most 2.",
                "d": "Guessing has 4. Above 4 it would be worse than guessing.",
            },
        ),
        Item(
            "padding",
            "A batch holds sequences of 20 and of 200 bases. What must a masked mean take care of?",
            {
                "a": "That the 180 places of padding are neither in the sum nor in the count",
                "b": "That all sequences are cut to 20",
                "c": "That padding is averaged in, so that all the vectors are of equal length",
                "d": "Nothing: padding is zero, and zeros do not matter",
            },
            "a",
            {
                "b": "Then 180 bases of the long one are thrown away.",
                "c": "The vectors have H numbers each in any case. The average would be diluted ten times.",
                "d": "The input is zero, the state is not: biases and memory move it. And zeros count in a mean.",
            },
        ),
        Item(
            "bottleneck",
            "Our translator reads codons and then writes protein. Why does it fail on long messages?",
            {
                "a": "The genetic code is too hard to learn",
                "b": "The decoder may not use teacher forcing",
                "c": "All that is handed over is one state of fixed size",
                "d": "Long sequences have more stop codons, at which translation ends",
            },
            "c",
            {
                "a": "It is a table of 64 rows, and the translator knows it: short messages come out right.",
                "b": "It was trained with it. That helps training and does not widen the state.",
                "d": "Our messages have none. Count them.",
            },
        ),
    )
