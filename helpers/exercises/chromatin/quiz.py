"""The quiz of lesson 07."""

from __future__ import annotations

from helpers.engine.kinds import Item, MultipleChoice


class Quiz(MultipleChoice):
    """quiz() -> dict of letters"""

    items = (
        Item(
            "hole",
            "A sequence was never tested for H3K27ac. In the loss of that mark it should",
            {
                "a": "count as a 0: most sequences do not have the mark",
                "b": "count for nothing",
                "c": "count as one half",
                "d": "lead to its removal from the whole set",
            },
            "b",
            {
                "a": "Then the network learns which sequences were tested, and its probabilities are far too low.",
                "c": "A label of one half says: be unsure. Nobody said that either.",
                "d": "Its other marks were measured, and teach the trunk.",
            },
        ),
        Item(
            "softmax",
            "Six marks, one trunk. What stands at the end?",
            {
                "a": "six logits, and a sigmoid for each in the loss",
                "b": "a softmax over the six marks, so that they sum to one",
                "c": "one logit with six values",
                "d": "six softmaxes over the sequences",
            },
            "a",
            {
                "b": "Then marks exclude each other. An active enhancer has two of them at once.",
                "c": "A logit is one number. Each mark needs its own.",
                "d": "The answer for one sequence would depend on which others are in the batch.",
            },
        ),
        Item(
            "relatives",
            "Half of your sequences are near copies of one transposon. You divide at random. Then",
            {
                "a": "nothing happens: test and training rows are different rows",
                "b": "the test score is too low",
                "c": "the loss has no minimum",
                "d": "the test pays for remembering",
            },
            "d",
            {
                "a": "Different rows, the same letters but for a few. A look-up would do.",
                "b": "Too high, for everything that can remember.",
                "c": "It has one, and it is the wrong one.",
            },
        ),
        Item(
            "shared",
            "When does a trunk for many marks help most over a network for each?",
            {
                "a": "always: more labels are more labels",
                "b": "when every mark has a hundred thousand labels",
                "c": "when a mark has few labels of its own",
                "d": "when the marks have nothing in common",
            },
            "c",
            {
                "a": "Where each mark has enough of its own, it mostly saves computing. Measure it.",
                "b": "Then each can find its motifs alone.",
                "d": "Then the heads pull the trunk in different directions.",
            },
        ),
        Item(
            "dilation",
            "Four layers of kernels three wide, dilations 1, 2, 4 and 8. One place of the output sees",
            {"a": "9 bases", "b": "31 bases", "c": "81 bases", "d": "15 bases"},
            "b",
            {
                "a": "That is with a dilation of 1 throughout: 1 + 4 · 2.",
                "c": "Fields add, they do not multiply: 1 + 2 · (1 + 2 + 4 + 8).",
                "d": "Each dilation counts twice, to the left and to the right, and the base itself once.",
            },
        ),
        Item(
            "bridge",
            "What do the bridges of a U-Net carry?",
            {
                "a": "the gradient only",
                "b": "the labels",
                "c": "the length of the sequence",
                "d": "where things stand, which pooling has thrown away",
            },
            "d",
            {
                "a": "That goes over them as well. But the answer needs what they carry forward.",
                "b": "A network that carries the labels forward has nothing to learn.",
                "c": "The way up knows how often it doubles; what it lost is the place.",
            },
        ),
        Item(
            "profile",
            "Why does a profile network learn the shape apart from the total?",
            {
                "a": "depth sets the total, proteins the shape",
                "b": "because counts cannot be learned",
                "c": "to have fewer parameters",
                "d": "because shapes have no noise",
            },
            "a",
            {
                "b": "They can, as far as the sequence says anything about them.",
                "c": "It has a head more.",
                "d": "A shape from ten reads is mostly noise. That is why reads weigh, and not shares.",
            },
        ),
        Item(
            "contacts",
            "A model predicts log contacts with a correlation of 0.98. Before you are impressed you ask",
            {
                "a": "how many parameters it has",
                "b": "what distance alone reaches",
                "c": "whether the map is symmetric",
                "d": "how long it trained",
            },
            "b",
            {
                "a": "Worth knowing, but a table of one number a distance may have done it.",
                "c": "It had better be. That says nothing on what was learned.",
                "d": "Time is no evidence.",
            },
        ),
    )
